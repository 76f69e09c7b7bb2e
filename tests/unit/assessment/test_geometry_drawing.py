"""Facts about zones that are drawn by a measure, across the antimeridian, and about areas and distances."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyproj
import pytest
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry import buffers
from holdfire.assessment.geometry.areas import area_m2, area_overlap
from holdfire.assessment.geometry.buffers import box, buffer_line, buffer_points, buffer_zone
from holdfire.assessment.geometry.places import distance_to_boundary_m, place_bounds
from holdfire.assessment.geometry.rings import centre_lon
from holdfire.assessment.geometry.zones import prepare_zone
from holdfire.errors import InputError

Floats = NDArray[np.float64]

GEOD = pyproj.Geod(ellps="WGS84")
DONBAS = shapely.Polygon([(37.0, 47.2), (39.1, 47.4), (38.6, 49.0), (37.7, 48.3), (36.9, 48.9)])


def one(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def _cells(lon: Floats, lat: Floats) -> list[tuple[float, float, float, float]]:
    return [(lon[i], lat[j], lon[i + 1], lat[j + 1]) for i in range(lon.size - 1) for j in range(lat.size - 1)]


# --- the antimeridian -----------------------------------------------------------------------------------------

FIJI = shapely.Polygon([(-2.0, -18.0), (3.0, -19.0), (2.0, -15.0), (0.2, -16.0), (-1.0, -15.5)])


def moved(lon: float) -> shapely.Polygon:
    return shapely.transform(FIJI, lambda xy: xy + np.array([lon, 0.0]))


def split_at_180(zone: shapely.Polygon) -> shapely.Geometry:
    west = shapely.intersection(zone, shapely.box(0.0, -90.0, 180.0, 90.0))
    east = shapely.intersection(zone, shapely.box(180.0, -90.0, 360.0, 90.0))
    return shapely.MultiPolygon([west, shapely.transform(east, lambda xy: xy - (360.0, 0.0))])


def wrapped(zone: shapely.Polygon) -> shapely.Polygon:
    return shapely.transform(zone, lambda xy: np.stack([(xy[:, 0] + 180.0) % 360.0 - 180.0, xy[:, 1]], axis=1))


@pytest.mark.parametrize("form", [lambda zone: zone, split_at_180, wrapped], ids=["beyond 180", "in two", "jumping"])
def test_a_zone_across_the_antimeridian_is_like_any_other(form: Callable[[shapely.Polygon], shapely.Geometry]) -> None:
    """However it is written, the zone gives what the same zone gives at Greenwich."""
    rng = np.random.default_rng(5)
    lon, lat, sigma = rng.uniform(-4.0, 5.0, 2_000), rng.uniform(-20.0, -14.0, 2_000), 10.0 ** rng.uniform(2, 5, 2_000)
    sigma[::5] = 0.0
    there = prepare_zone(form(moved(180.0)))
    east = (lon + 360.0) % 360.0 - 180.0
    expected = place_bounds(lon, lat, sigma, prepare_zone(moved(0.0)))[0]
    assert place_bounds(east, lat, sigma, there)[0] == pytest.approx(expected, abs=1e-4)


def test_the_middle_of_zones_around_the_antimeridian_is_there() -> None:
    """Longitudes are averaged on the circle."""
    assert 179.0 == centre_lon([shapely.box(176.0, 0.0, 178.0, 1.0), shapely.box(-179.0, 0.0, -178.0, 1.0)])


# --- drawing zones ----------------------------------------------------------------------------------------------

LINE = shapely.LineString([(36.0, 47.0), (37.0, 47.8), (37.2, 48.6), (36.8, 49.0), (37.9, 49.3)])


def nearest_m(lon: float, lat: float) -> float:
    """Distance from a place to the line, in metres on the ellipsoid, by brute force."""
    xy = shapely.get_coordinates(shapely.segmentize(LINE, 0.0005))
    return float(np.min(GEOD.inv(np.full(len(xy), lon), np.full(len(xy), lat), xy[:, 0], xy[:, 1])[2]))


def test_a_strip_ends_at_its_distance() -> None:
    """Every vertex of a 15 km strip is within 6 m of 15 km from the line."""
    strip = buffer_line(LINE, 15_000.0, 15_000.0)
    off = [nearest_m(lon, lat) - 15_000.0 for lon, lat in shapely.get_coordinates(strip)[::7]]
    assert (-6.0 < min(off), max(off) < 1.0) == (True, True)


def test_two_sides_make_the_strip() -> None:
    """Left and right meet in the line, and together are the strip; the left lies where it should."""
    left, right, both = (buffer_line(LINE, a, b) for a, b in ((9e3, 0.0), (0.0, 9e3), (9e3, 9e3)))
    assert shapely.intersection(left, right).area < 1e-9
    assert shapely.symmetric_difference(shapely.union(left, right), both).area < 1e-6
    assert (True, False) == tuple(shapely.contains_xy(left, lon, 47.4) for lon in (36.45, 36.55))


def test_each_side_may_have_its_own_distance() -> None:
    """Ten kilometres on the left and thirty on the right are the two one-sided strips."""
    both = buffer_line(LINE, 10e3, 30e3)
    sides = shapely.union(buffer_line(LINE, 10e3, 0.0), buffer_line(LINE, 0.0, 30e3))
    assert shapely.symmetric_difference(both, sides).area < 1e-9


def test_lines_in_pieces_have_one_strip() -> None:
    """A MultiLineString is buffered piece by piece and united."""
    xy = shapely.get_coordinates(LINE)
    pieces = shapely.MultiLineString([xy[:3], xy[2:]])
    assert shapely.symmetric_difference(buffer_line(pieces, 5e3, 5e3), buffer_line(LINE, 5e3, 5e3)).area < 1e-4


def test_a_strip_across_the_antimeridian_is_in_one_piece() -> None:
    """Longitudes run on past 180."""
    strip = buffer_line(shapely.LineString([(179.5, -17.0), (-179.5, -17.2)]), 10e3, 10e3)
    assert ("Polygon", True) == (strip.geom_type, strip.bounds[2] > 180.5)


def test_a_circle_has_its_area() -> None:
    """A circle of 5 km covers 25 pi square kilometres, and its vertices are 5 km away."""
    circle = shapely.orient_polygons(buffer_points(one(30.7), one(46.5), 5_000.0))
    assert area_m2(circle) == pytest.approx(math.pi * 25e6, rel=1e-6)
    xy = shapely.get_coordinates(circle)
    metres = GEOD.inv(np.full(len(xy), 30.7), np.full(len(xy), 46.5), xy[:, 0], xy[:, 1])[2]
    assert metres == pytest.approx(np.full(len(xy), 5_000.0), abs=3.0)


def test_a_zone_grows_by_a_distance() -> None:
    """Around a zone of one degree, a margin of 10 km has the length of its boundary times 10 km, and round corners."""
    zone = shapely.box(37.0, 47.5, 38.0, 48.5)
    grown = shapely.orient_polygons(buffer_zone(zone, 10e3))
    length = GEOD.geometry_length(shapely.segmentize(zone.exterior, 0.01))
    margin = area_m2(grown) - area_m2(zone)
    assert margin == pytest.approx(length * 10e3 + math.pi * 1e8, rel=2e-3)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: box(37.0, 49.0, 38.0, 48.0), "sides of a box"),
        (lambda: buffer_points(one(30.0), one(89.9), 50e3), "pole"),
        (lambda: buffer_points(one(30.0), one(50.0), -1.0), "radius"),
        (lambda: buffer_line(LINE, 0.0, 0.0), "at least one side"),
        (lambda: buffer_line(DONBAS, 1e3, 1e3), "needs a line"),
        (lambda: buffer_line(LINE, 1e3, math.nan), "right of a line"),
        (lambda: buffer_zone(DONBAS, 1e9), "around a zone"),
    ],
)
def test_a_zone_that_cannot_be_drawn_is_refused(make: Callable[[], object], word: str) -> None:
    """Impossible measures are named with the value seen."""
    with pytest.raises(InputError, match=word):
        make()


# --- areas and distances --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-6, 0.01, 1.0, 20.0])
def test_areas_are_those_on_the_ellipsoid(size: float) -> None:
    """A box of any size has the area that geodesic integration gives to its densified outline."""
    zone = shapely.box(37.0, 48.0, 37.0 + size, 48.0 + size)
    expected, _ = GEOD.geometry_area_perimeter(shapely.segmentize(zone, size / 2_000.0))
    assert area_m2(zone) == pytest.approx(expected, rel=1e-6)


def test_shares_of_a_district_add_up() -> None:
    """The shares of a district in the cells of a grid sum to one."""
    cells = [shapely.box(*corner) for corner in _cells(np.linspace(36.0, 40.0, 5), np.linspace(47.0, 50.0, 4))]
    assert sum(area_overlap(DONBAS, cell) for cell in cells) == pytest.approx(1.0, abs=1e-10)


def test_a_district_across_the_antimeridian_has_its_share() -> None:
    """Area and zone meet although one is written with 181 and the other with -179."""
    assert 0.5 == area_overlap(shapely.box(179.0, 0.0, 181.0, 1.0), shapely.box(-180.0, 0.0, -170.0, 1.0))


def test_an_area_without_extent_is_one_place() -> None:
    """A polygon that has shrunk to a point is in or out."""
    point = shapely.Polygon([(37.5, 48.0)] * 4)
    assert (1.0, 0.0) == (
        area_overlap(point, shapely.box(37, 47, 38, 49)),
        area_overlap(point, shapely.box(1, 2, 3, 4)),
    )


def test_an_empty_area_is_refused() -> None:
    """A place that is nowhere is no place."""
    with pytest.raises(InputError, match="empty"):
        area_overlap(shapely.Polygon(), DONBAS)


def test_distance_is_positive_inside() -> None:
    """One kilometre inside a meridian is +1000 m, outside -1000 m, and unknown stays unknown."""
    zone = prepare_zone(shapely.box(30.0, 46.0, 37.0, 50.0))
    lon = [GEOD.fwd(37.0, 48.0, azimuth, 1_000.0)[0] for azimuth in (270.0, 90.0)]
    distance = distance_to_boundary_m(one(*lon, math.nan), one(48.0, 48.0, 48.0), zone)
    assert distance[:2] == pytest.approx([1_000.0, -1_000.0], abs=0.2)
    assert math.isnan(distance[2])


def test_stretches_that_two_lines_share_are_drawn_alike() -> None:
    """A line of which one end has moved a little keeps the strip of the rest, whatever was drawn before it."""
    lon, lat = np.linspace(36.0, 39.0, 80), 48.0 + 0.1 * np.sin(np.arange(80))
    moved_lat = np.where(np.arange(80) > 70, lat + 0.001, lat)
    lines = [shapely.LineString(np.stack([lon, north], axis=1)) for north in (lat, moved_lat)]
    buffers._around.cache_clear()
    alone = shapely.to_wkb(buffer_line(lines[1], 15_000.0, 15_000.0))
    buffers._around.cache_clear()
    before = shapely.to_wkb(buffer_line(lines[0], 15_000.0, 15_000.0))
    drawn = buffers._around.cache_info().misses
    assert alone == shapely.to_wkb(buffer_line(lines[1], 15_000.0, 15_000.0)) != before
    assert 0 < buffers._around.cache_info().misses - drawn < drawn
