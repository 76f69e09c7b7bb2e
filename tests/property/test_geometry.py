"""Hold the geometry kernel against slow oracles on random polygons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr

from holdfire.assessment.geometry.areas import area_overlap
from holdfire.assessment.geometry.inside import contains
from holdfire.assessment.geometry.kernel import edge_sums
from holdfire.assessment.geometry.places import bounds_in_zone, place_bounds, project_places
from holdfire.assessment.geometry.zones import PreparedZone, prepare_zone

Floats = NDArray[np.float64]

MAX_ERROR = 5e-4
"""A tenth of the bar of 0.005."""
MEAN_ERROR = 5e-5
"""A tenth of the bar of 0.0005."""


def star(rng: np.random.Generator, n: int) -> shapely.Geometry:
    turn = np.sort(rng.uniform(0.0, 2.0 * np.pi, n))
    reach = np.exp(0.6 * np.cumsum(rng.normal(size=n)) / np.sqrt(n))
    return shapely.Polygon(np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1))


def sliver(rng: np.random.Generator, n: int) -> shapely.Geometry:
    along = np.linspace(-1.0, 1.0, n)
    wave = 0.2 * np.sin(3.0 * along + rng.uniform(0.0, 6.0))
    width = 10.0 ** rng.uniform(-4.0, -1.0)
    return shapely.Polygon(np.concatenate([np.c_[along, wave], np.c_[along[::-1], wave[::-1] + width]]))


def spiral(rng: np.random.Generator, n: int) -> shapely.Geometry:
    turn = np.linspace(0.0, 2.0 * np.pi * rng.uniform(1.0, 6.0), n)
    reach = 0.1 + turn / turn[-1]
    gap = 0.4 * 2.0 * np.pi / turn[-1]
    inner = np.c_[reach * np.cos(turn), reach * np.sin(turn)]
    outer = np.c_[(reach + gap) * np.cos(turn), (reach + gap) * np.sin(turn)]
    return shapely.Polygon(np.concatenate([inner, outer[::-1]]))


def holes(rng: np.random.Generator, n: int) -> shapely.Geometry:
    whole = star(rng, n)
    for _ in range(4):
        hole = shapely.transform(star(rng, 12), lambda xy: 0.25 * xy + rng.uniform(-0.6, 0.6, 2))
        whole = shapely.difference(shapely.make_valid(whole), shapely.make_valid(hole))
    return whole


def islands(rng: np.random.Generator, n: int) -> shapely.Geometry:
    parts = [
        shapely.transform(star(rng, 8), lambda xy: 0.1 * rng.uniform(0.01, 1.0) * xy + rng.uniform(-1.0, 1.0, 2))
        for _ in range(n // 6)
    ]
    return shapely.union_all([shapely.make_valid(part) for part in parts])


def comb(rng: np.random.Generator, n: int) -> shapely.Geometry:
    teeth = np.linspace(-1.0, 1.0, 2 * (n // 2))
    tips = np.where(np.arange(teeth.size) % 2 == 0, 0.0, rng.uniform(0.05, 1.0))
    return shapely.Polygon([*zip(teeth, tips, strict=True), (1.0, -0.5), (-1.0, -0.5)])


SHAPES = (star, sliver, spiral, holes, islands, comb)


@st.composite
def drawn_zones(draw: st.DrawFn, n_max: int = 160) -> tuple[shapely.Geometry, np.random.Generator, float]:
    """A polygon anywhere between the polar circles, from 10 m to 1000 km in radius, and its radius in metres."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.sampled_from(SHAPES))(rng, draw(st.integers(12, n_max)))
    radius = 10.0 ** draw(st.floats(1.0, 6.0))
    lon, lat = draw(st.floats(-180.0, 180.0)), draw(st.floats(-58.0, 58.0))
    degrees = np.array([1.0 / np.cos(np.radians(lat)), 1.0]) * radius / 111_000.0 / 2.0
    return shapely.transform(shape, lambda xy: xy * degrees + (lon, lat)), rng, radius


def places_about(zone: PreparedZone, rng: np.random.Generator, radius: float, n: int) -> tuple[Floats, Floats, Floats]:
    """Places around the boundary, with errors from a thousandth of the zone to a few times its size."""
    xy = shapely.get_coordinates(zone.geometry)[rng.integers(0, shapely.get_num_coordinates(zone.geometry), n)]
    sigma = radius * 10.0 ** rng.uniform(-3.0, 0.5, n)
    sigma = np.clip(sigma, 0.5, 200_000.0)
    lat = np.clip(xy[:, 1] + rng.normal(size=n) * 1.5 * sigma / 111_000.0, -75.0, 75.0)
    lon = xy[:, 0] + rng.normal(size=n) * 1.5 * sigma / 111_000.0 / np.cos(np.radians(lat))
    return lon, lat, sigma


def slab_mass(edges: Floats, x: float, y: float, sigma: float) -> float:
    """Mass in a polygon by integrating along horizontal lines: no Green's theorem, no angle, twelve nodes a slab."""
    scaled = (edges - (x, y)) / sigma
    levels = np.concatenate([np.linspace(-9.0, 9.0, 73), scaled[:, 0, 1]])
    levels = np.unique(levels[np.abs(levels) <= 9.0])
    at, weight = np.polynomial.legendre.leggauss(12)
    middle, half = (levels[1:] + levels[:-1]) / 2.0, np.diff(levels) / 2.0
    height = (middle[:, None] + half[:, None] * at).ravel()[:, None]
    share = (half[:, None] * weight).ravel() * np.exp(-(height[:, 0] ** 2) / 2.0) / np.sqrt(2.0 * np.pi)
    x1, y1, x2, y2 = scaled[:, 0, 0], scaled[:, 0, 1], scaled[:, 1, 0], scaled[:, 1, 1]
    up = (y1 <= height) & (height < y2)
    down = (y2 <= height) & (height < y1)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.where(up | down, x1 + (height - y1) * (x2 - x1) / (y2 - y1), 0.0)
    inside = np.where(up, ndtr(crossing), 0.0) - np.where(down, ndtr(crossing), 0.0)
    return float(share @ inside.sum(axis=1))


@settings(max_examples=60)
@given(drawn_zones(n_max=60))
def test_probability_is_that_of_high_order_quadrature(
    drawn: tuple[shapely.Geometry, np.random.Generator, float],
) -> None:
    """The kernel agrees with an integral along horizontal lines, which shares no formula with it."""
    geometry, rng, radius = drawn
    zone = prepare_zone(geometry)
    places = project_places(*places_about(zone, rng, radius, 4), zone.projection)
    assert zone.octaves is not None
    edges = zone.octaves.edges()
    if len(edges) > 600:
        return
    expected = [slab_mass(edges, *place) for place in zip(places.x, places.y, places.sigma, strict=True)]
    assert bounds_in_zone(places, zone)[0] == pytest.approx(expected, abs=MAX_ERROR)


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
    assert error.mean() <= 2.0 * MEAN_ERROR


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
