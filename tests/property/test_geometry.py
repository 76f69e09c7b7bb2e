"""Hold the geometry kernel against slow oracles on random polygons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr

from benchmarks.geometry_shapes import SHAPES, line_mass, placed, places_about
from holdfire.assessment.geometry.areas import area_overlap
from holdfire.assessment.geometry.inside import contains, exact_grid_of, holders
from holdfire.assessment.geometry.kernel import edge_sums
from holdfire.assessment.geometry.places import bounds_in_zone, place_bounds, project_places
from holdfire.assessment.geometry.zones import prepare_zone

Floats = NDArray[np.float64]

MAX_ERROR = 2e-3
"""Two fifths of what is promised, 0.005."""
MEAN_ERROR = 5e-5
"""A tenth of what is promised, 0.0005."""


@st.composite
def drawn_zones(draw: st.DrawFn, n_max: int = 160) -> tuple[shapely.Geometry, np.random.Generator, float]:
    """A polygon anywhere between the polar circles, from 10 m to 1000 km in radius, and its radius in metres."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.sampled_from(SHAPES))(rng, draw(st.integers(12, n_max)))
    radius = 10.0 ** draw(st.floats(1.0, 6.0))
    lon, lat = draw(st.floats(-180.0, 180.0)), draw(st.floats(-58.0, 58.0))
    return placed(shape, lon, lat, radius), rng, radius


@settings(max_examples=60)
@given(drawn_zones(n_max=60))
def test_probability_is_that_of_high_order_quadrature(
    drawn: tuple[shapely.Geometry, np.random.Generator, float],
) -> None:
    """The kernel agrees with an integral along horizontal lines, which shares no formula with it."""
    geometry, rng, radius = drawn
    zone = prepare_zone(geometry)
    places = project_places(*places_about(zone, rng, radius, 6), zone.projection)
    assert zone.octaves is not None
    edges = zone.octaves.edges()
    expected = [line_mass(edges, *place) for place in zip(places.x, places.y, places.sigma, strict=True)]
    assert bounds_in_zone(places, zone)[0] == pytest.approx(expected, abs=MAX_ERROR)


@settings(max_examples=100)
@given(st.floats(-7.0, 7.0), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0), st.floats(0.1, 50.0))
def test_the_quadrature_is_right_where_the_answer_is_known(x: float, y: float, size: float, sigma: float) -> None:
    """In a box the mass is a product of four values of Phi, which the lines to the east give to twelve digits."""
    wide, high = sigma * 10.0**size, 2.0 * sigma
    corners = np.array([(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)])
    edges = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
    expected = (ndtr(10.0**size - x) - ndtr(-x)) * (ndtr(2.0 - y) - ndtr(-y))
    assert line_mass(edges, x * sigma, y * sigma, sigma) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=200)
@given(drawn_zones())
def test_probability_is_the_sum_over_all_edges(drawn: tuple[shapely.Geometry, np.random.Generator, float]) -> None:
    """Simplified boundaries, quadrature nodes and grids change the plain sum over every edge by next to nothing."""
    geometry, rng, radius = drawn
    zone = prepare_zone(geometry)
    places = project_places(*places_about(zone, rng, radius, 64), zone.projection)
    assert zone.octaves is not None
    table = np.ascontiguousarray(zone.octaves.table[:, : zone.octaves.n_edges])
    expected = edge_sums(places.x, places.y, places.sigma, table)
    error = np.abs(bounds_in_zone(places, zone)[0] - expected)
    assert error.max() <= MAX_ERROR
    assert error.mean() <= 4.0 * MEAN_ERROR


def test_mean_error_over_many_zones_is_a_tenth_of_the_bar() -> None:
    """Over a hundred random zones the mean error is below 0.00005."""
    rng = np.random.default_rng(7)
    errors = []
    for k in range(100):
        geometry = shapely.transform(SHAPES[k % len(SHAPES)](rng, 120), lambda xy: xy * (0.7, 0.5) + (36.0, 48.0))
        zone = prepare_zone(geometry)
        places = project_places(*places_about(zone, rng, 50_000.0, 50), zone.projection)
        assert zone.octaves is not None
        table = np.ascontiguousarray(zone.octaves.table[:, : zone.octaves.n_edges])
        errors.append(np.abs(bounds_in_zone(places, zone)[0] - edge_sums(places.x, places.y, places.sigma, table)))
    assert float(np.mean(errors)) <= MEAN_ERROR


@settings(max_examples=150)
@given(drawn_zones())
def test_exact_places_are_held_as_shapely_holds_them(
    drawn: tuple[shapely.Geometry, np.random.Generator, float],
) -> None:
    """Without an error of place the answer is shapely's, the boundary counting as inside."""
    geometry, rng, _ = drawn
    zone = prepare_zone(geometry)
    xy = shapely.get_coordinates(zone.geometry)
    west, south, east, north = zone.geometry.bounds
    ends = np.stack([xy[:-1], xy[1:]])
    middles = ends[0] + rng.uniform(0.0, 1.0, (len(xy) - 1, 1)) * (ends[1] - ends[0])
    anywhere = rng.uniform((west, south), (east, north), (400, 2))
    points = np.concatenate([xy, middles, anywhere])
    expected = shapely.intersects_xy(zone.geometry, points)
    assert contains(points[:, 0], points[:, 1], zone.exact).tolist() == expected.tolist()


@settings(max_examples=30)
@given(st.lists(drawn_zones(n_max=40), min_size=0, max_size=20), st.floats(-180.0, 180.0), st.floats(0.001, 3.0))
def test_a_set_of_zones_holds_what_each_holds(
    drawn: list[tuple[shapely.Geometry, np.random.Generator, float]], lon: float, apart: float
) -> None:
    """One grid for many zones, which overlap or lie far apart, gives what each zone's own grid gives."""
    rng = np.random.default_rng(len(drawn))
    zones = [shapely.Polygon()]
    for geometry, _, _ in drawn:
        middle = np.array(geometry.centroid.coords[0])
        shift = np.array([lon, 10.0]) + rng.normal(0.0, apart, 2) - middle
        zones.append(shapely.transform(geometry, lambda xy, shift=shift: np.clip(xy + shift, -300.0, 300.0)))
    zones = [zone for zone in zones if zone.is_empty or abs(zone.bounds[1] + zone.bounds[3]) < 160.0]
    xy = np.concatenate([shapely.get_coordinates(zones), rng.normal((lon, 10.0), 2.0 * apart, (300, 2))])
    xy[:, 1] = np.clip(xy[:, 1], -90.0, 90.0)
    found = holders(xy[:, 0], xy[:, 1], exact_grid_of(zones))
    held = np.zeros((len(xy), len(zones)), dtype=np.bool_)
    held[np.repeat(np.arange(len(xy)), np.diff(found.first)), found.zone] = True
    expected = [contains(xy[:, 0], xy[:, 1], prepare_zone(zone).exact) for zone in zones]
    assert held.tolist() == np.stack(expected, axis=1).tolist()


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=3, max_size=12))
def test_exact_places_on_a_lattice_are_held_as_shapely_holds_them(corners: list[tuple[int, int]]) -> None:
    """Vertices, edges along the grid and places on both are decided exactly."""
    geometry = shapely.make_valid(shapely.Polygon(corners))
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return
    zone = prepare_zone(geometry)
    lon, lat = (part.ravel().astype(np.float64) for part in np.meshgrid(np.arange(-7, 8), np.arange(-7, 8)))
    expected = shapely.intersects_xy(zone.geometry, lon, lat)
    assert place_bounds(lon, lat, 0.0, zone)[0].tolist() == expected.astype(np.float64).tolist()


@settings(max_examples=50)
@given(drawn_zones(n_max=60), st.integers(1, 50))
def test_order_of_vertices_changes_no_byte(
    drawn: tuple[shapely.Geometry, np.random.Generator, float], shift: int
) -> None:
    """A ring that begins elsewhere or runs the other way is the same zone, to the last bit."""
    geometry, rng, radius = drawn
    zone = prepare_zone(geometry)
    parts = []
    for part in shapely.get_parts(geometry):
        rings = [np.roll(shapely.get_coordinates(ring)[:-1], shift, axis=0)[::-1] for ring in shapely.get_rings(part)]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    again = prepare_zone(shapely.MultiPolygon(parts[::-1]))
    places = places_about(zone, rng, radius, 50)
    assert place_bounds(*places, again)[0].tobytes() == place_bounds(*places, zone)[0].tobytes()


@settings(max_examples=40)
@given(drawn_zones(), st.floats(0.05, 0.95))
def test_parts_of_a_zone_add_up(drawn: tuple[shapely.Geometry, np.random.Generator, float], share: float) -> None:
    """A zone cut in two has the probability of its halves together."""
    geometry, rng, radius = drawn
    whole = prepare_zone(geometry)
    west, south, east, north = whole.geometry.bounds
    cut = west + share * (east - west)
    halves = [
        prepare_zone(shapely.intersection(whole.geometry, side), whole.projection)
        for side in (
            shapely.box(west - 1.0, south - 1.0, cut, north + 1.0),
            shapely.box(cut, south - 1.0, east + 1.0, north + 1.0),
        )
        if shapely.intersection(whole.geometry, side).geom_type in ("Polygon", "MultiPolygon")
    ]
    places = places_about(whole, rng, radius, 50)
    together = np.sum([place_bounds(*places, half)[0] for half in halves], axis=0)
    assert together == pytest.approx(place_bounds(*places, whole)[0], abs=3.0 * MAX_ERROR)


@settings(max_examples=40)
@given(drawn_zones(n_max=60), drawn_zones(n_max=60))
def test_area_overlap_is_a_share(
    drawn: tuple[shapely.Geometry, np.random.Generator, float],
    other: tuple[shapely.Geometry, np.random.Generator, float],
) -> None:
    """A zone and what it leaves of an area share the area between them."""
    area = shapely.make_valid(drawn[0])
    shift = np.array(area.centroid.coords[0]) - np.array(other[0].centroid.coords[0])
    zone = shapely.make_valid(shapely.transform(other[0], lambda xy: xy + shift))
    if zone.geom_type not in ("Polygon", "MultiPolygon") or area.geom_type not in ("Polygon", "MultiPolygon"):
        return
    if max(abs(shapely.total_bounds([zone, area]))) > 200.0 or shapely.total_bounds([zone, area])[3] > 85.0:
        return
    inside, outside = area_overlap(area, zone), area_overlap(area, shapely.difference(area, zone).buffer(0.0))
    assert inside + outside == pytest.approx(1.0, abs=1e-6)
