"""Facts about places, zones and the metres between them."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pyproj
import pytest
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr

from holdfire.assessment.geometry.areas import area_m2
from holdfire.assessment.geometry.buffers import box, buffer_points
from holdfire.assessment.geometry.inside import contains
from holdfire.assessment.geometry.kernel import edge_sums
from holdfire.assessment.geometry.outline import BOUND_PER_SIGMA, simplify
from holdfire.assessment.geometry.places import (
    bounds_in_zone,
    distance_to_boundary_m,
    place_bounds,
    prob_in_zone,
    project_places,
)
from holdfire.assessment.geometry.projection import centred_projection, project, scale_drift, unproject
from holdfire.assessment.geometry.rings import Rings, densify, rings_of, turned
from holdfire.assessment.geometry.zones import MANY_PLACES, PreparedZone, prepare_zone, prepare_zones
from holdfire.errors import InputError, ModelError

Floats = NDArray[np.float64]

GEOD = pyproj.Geod(ellps="WGS84")
DONBAS = shapely.Polygon([(37.0, 47.2), (39.1, 47.4), (38.6, 49.0), (37.7, 48.3), (36.9, 48.9)])


def one(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def wavy(n: int) -> shapely.Polygon:
    """A country-sized zone with n vertices and bends of every size."""
    turn = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    reach = 1.0 + sum(0.3 / k * np.sin(k * turn + k * k) for k in (2, 3, 5, 11, 29, 83, 251, 757))
    return shapely.Polygon(np.stack([37.0 + 2.0 * reach * np.cos(turn), 48.0 + 1.3 * reach * np.sin(turn)], axis=1))


def some_places(n: int, seed: int = 1) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.uniform(33.0, 41.0, n), rng.uniform(45.5, 50.5, n), 10.0 ** rng.uniform(1.0, 5.0, n)


def exact_sums(zone: PreparedZone, lon: Floats, lat: Floats, sigma: Floats) -> Floats:
    assert zone.octaves is not None
    places = project_places(lon, lat, sigma, zone.projection)
    table = np.ascontiguousarray(zone.octaves.table[:, : zone.octaves.n_edges])
    return edge_sums(places.x, places.y, places.sigma, table)


# --- the plane ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lon0", "lat0"), [(37.0, 48.0), (-179.9, 10.0), (0.0, 0.0), (20.0, 85.0), (5.0, -60.0)])
def test_the_plane_is_the_oblique_stereographic_one(lon0: float, lat0: float) -> None:
    """Places, scale and their way back agree with PROJ to less than a thousandth of a millimetre."""
    rng = np.random.default_rng(3)
    plane = centred_projection(lon0, lat0)
    lon, lat = lon0 + rng.uniform(-25.0, 25.0, 500), np.clip(lat0 + rng.uniform(-20.0, 20.0, 500), -89.0, 89.0)
    proj = pyproj.Proj(proj="stere", lat_0=plane.lat0, lon_0=plane.lon0, ellps="WGS84")
    x, y, scale = project(lon, lat, plane)
    east, north = proj(lon, lat)
    assert x == pytest.approx(east, abs=1e-6)
    assert y == pytest.approx(north, abs=1e-6)
    assert scale == pytest.approx(proj.get_factors(lon, lat).meridional_scale, abs=1e-9)
    back_lon, back_lat = unproject(x, y, plane)
    assert (back_lon - lon + 180.0) % 360.0 - 180.0 == pytest.approx(np.zeros(500), abs=1e-11)
    assert back_lat == pytest.approx(lat, abs=1e-11)


def test_scale_changes_within_an_error_no_more_than_stated() -> None:
    """The stated bound holds for places up to 1500 km from the centre and radii up to 100 km."""
    rng = np.random.default_rng(4)
    plane = centred_projection(37.0, 48.0)
    azimuth, distance, radius = rng.uniform(0, 360, 300), rng.uniform(0, 1.5e6, 300), rng.uniform(0, 1e5, 300)
    lon, lat, _ = GEOD.fwd(np.full(300, 37.0), np.full(300, 48.0), azimuth, distance)
    lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, 300), radius)
    drift = np.abs(project(lon2, lat2, plane)[2] / project(lon, lat, plane)[2] - 1.0)
    bound = np.array([scale_drift(d, r) for d, r in zip(distance, radius, strict=True)])
    assert (drift <= bound + 1e-9).all()


def test_edges_are_straight_in_degrees() -> None:
    """A box's parallel does not become a great circle: its chords stay within a centimetre of it."""
    zone = shapely.box(30.0, 47.0, 42.0, 48.0)
    plane = centred_projection(36.0, 47.5)
    rings = densify(rings_of(turned(zone, 36.0)), plane, 0.01)
    lon = np.linspace(30.0, 42.0, 997)
    x, y, _ = project(lon, np.full(997, 48.0), plane)
    line = shapely.LinearRing(np.stack([rings.x, rings.y], axis=1))
    assert 0.011 > shapely.distance(line, shapely.points(x, y)).max()


# --- probabilities --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [30.0, 300.0, 2_000.0, 9_000.0, 70_000.0])
def test_the_middle_of_a_circle_has_the_rayleigh_mass(sigma: float) -> None:
    """Around the centre of a circle of radius R the probability is 1 - exp(-R^2 / 2 sigma^2)."""
    zone = prepare_zone(buffer_points(one(37.8), one(48.0), 5_000.0))
    expected = 1.0 - math.exp(-(5_000.0**2) / (2.0 * sigma * sigma))
    assert place_bounds(one(37.8), one(48.0), sigma, zone)[0][0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("sigma", [5.0, 50.0, 800.0, 6_000.0])
@pytest.mark.parametrize("sigmas_inside", [-3.0, -1.0, -0.01, 0.0, 0.5, 2.0])
def test_beside_a_long_straight_boundary_it_is_the_normal_distribution(sigma: float, sigmas_inside: float) -> None:
    """At a distance d inside a meridian the probability is Phi(d / sigma)."""
    zone = prepare_zone(shapely.box(20.0, 46.0, 37.0, 50.0))
    lon, lat, _ = GEOD.fwd(37.0, 48.0, 270.0, sigmas_inside * sigma)
    assert place_bounds(one(lon), one(lat), sigma, zone)[0][0] == pytest.approx(float(ndtr(sigmas_inside)), abs=5e-4)


def test_a_place_and_its_error_are_on_the_ground() -> None:
    """The probability is the share of geodesic points around a place, 300 km from the plane's centre, in the zone."""
    zone = prepare_zone(DONBAS, centred_projection(34.0, 47.0))
    n = 600
    radius, turn = np.meshgrid(np.sqrt(-2.0 * np.log1p(-(np.arange(n) + 0.5) / n)), (np.arange(n) + 0.5) * 360.0 / n)
    for lon, lat, sigma in ((38.6, 48.9, 15_000.0), (37.7, 48.3, 4_000.0), (37.0, 47.2, 800.0)):
        ones = np.ones(n * n)
        x, y, _ = GEOD.fwd(lon * ones, lat * ones, turn.ravel(), sigma * radius.ravel())
        expected = contains(np.asarray(x), np.asarray(y), zone.exact).mean()
        assert place_bounds(one(lon), one(lat), sigma, zone)[0][0] == pytest.approx(expected, abs=1e-3)


def test_a_hole_is_outside() -> None:
    """What a hole takes is missing from the whole, in exact and in uncertain places."""
    whole, hole = shapely.box(36.0, 47.0, 39.0, 49.0), shapely.box(37.3, 47.8, 37.9, 48.2)
    around, filled, ring = prepare_zones([whole, hole, shapely.difference(whole, hole)])
    places = project_places(*some_places(2_000), around.projection)
    difference = bounds_in_zone(places, around)[0] - bounds_in_zone(places, filled)[0]
    assert bounds_in_zone(places, ring)[0] == pytest.approx(difference, abs=1e-4)
    assert [0.0, 1.0] == place_bounds(one(37.6, 37.2), one(48.0, 48.0), 0.0, ring)[0].tolist()


@pytest.mark.parametrize("n", [2_000, 24_000])
def test_many_vertices_cost_no_accuracy(n: int) -> None:
    """Thousands of vertices with bends of every size: within 0.0005 of the sum over all edges, 0.00005 on average."""
    zone = prepare_zone(wavy(n))
    places = some_places(400)
    error = np.abs(place_bounds(*places, zone)[0] - exact_sums(zone, *places))
    assert (error.max() <= 5e-4, error.mean() <= 5e-5) == (True, True)


def test_a_partition_adds_up_to_one() -> None:
    """Small errors see the drawn edges and add up to 1e-9; larger ones see simplified edges and add up to 1e-4."""
    lon, lat = np.linspace(35.0, 39.0, 6), np.linspace(46.0, 50.0, 6)
    cells = [shapely.box(*corner) for corner in _cells(lon, lat)]
    zones = prepare_zones(cells)
    rng = np.random.default_rng(8)
    near = rng.integers(1, 5, 300)
    for sigma, tolerance in ((20.0, 1e-9), (4_000.0, 1e-4), (15_000.0, 1e-4)):
        places = project_places(lon[near] + rng.normal(0, 1e-4, 300), lat[near], sigma, zones[0].projection)
        total = np.sum([bounds_in_zone(places, zone)[0] for zone in zones], axis=0)
        assert total == pytest.approx(np.ones(300), abs=tolerance)


def _cells(lon: Floats, lat: Floats) -> list[tuple[float, float, float, float]]:
    return [(lon[i], lat[j], lon[i + 1], lat[j + 1]) for i in range(lon.size - 1) for j in range(lat.size - 1)]


def test_walking_into_a_zone_never_lowers_the_probability() -> None:
    """On a straight way into a convex zone the probability rises until the middle."""
    zone = prepare_zone(shapely.box(36.0, 47.0, 39.0, 49.0))
    lon = np.linspace(34.0, 37.5, 3_000)
    for sigma in (100.0, 3_000.0, 30_000.0):
        assert np.diff(place_bounds(lon, np.full(3_000, 48.0), sigma, zone)[0]).min() >= -2e-5


def test_nothing_jumps_at_the_boundary() -> None:
    """A thousandth of a millimetre to either side of the line makes no difference to an uncertain place."""
    zone = prepare_zone(wavy(2_000))
    xy = shapely.get_coordinates(zone.geometry)[::20]
    for sigma in (3.0, 500.0, 5_000.0):
        here = place_bounds(xy[:, 0], xy[:, 1], sigma, zone)[0]
        beside = place_bounds(xy[:, 0] + 1e-11, xy[:, 1] - 1e-11, sigma, zone)[0]
        assert beside == pytest.approx(here, abs=1e-5)


def test_a_larger_error_blurs_a_small_zone() -> None:
    """Far beyond the size of a zone the probability is its area times the density."""
    zone = prepare_zone(shapely.box(37.0, 48.0, 37.01, 48.01))
    expected = area_m2(zone.geometry) / (2.0 * math.pi * 40_000.0**2)
    assert place_bounds(one(37.005), one(48.005), 40_000.0, zone)[0][0] == pytest.approx(expected, rel=2e-3)


# --- exact and unknown places ---------------------------------------------------------------------------------


def test_an_exact_place_on_the_line_is_inside() -> None:
    """The zone is closed: corners and edges belong to it, and the next double outside does not."""
    zone = prepare_zone(shapely.box(37.0, 47.0, 38.0, 48.0))
    lon, lat = one(37.0, 38.0, 37.5, np.nextafter(37.0, 0.0)), one(47.0, 47.5, 48.0, 47.5)
    assert [1.0, 1.0, 1.0, 0.0] == place_bounds(lon, lat, 0.0, zone)[0].tolist()


def test_an_unknown_place_may_be_anywhere() -> None:
    """Without longitude, latitude or error, or with an infinite error, the range is 0 to 1."""
    zone = prepare_zone(DONBAS)
    nan = math.nan
    lower, upper = place_bounds(one(nan, 38.0, 38.0, 38.0, 38.0), one(48.0, nan, 48.0, 48.0, 48.0),
                                one(1.0, 1.0, nan, math.inf, 10.0), zone)  # fmt: skip
    assert ([0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0]) == (lower.tolist(), upper.tolist())


def test_an_empty_zone_holds_nothing() -> None:
    """Nothing lies in a zone without area, known or not."""
    zone = prepare_zone(shapely.MultiPolygon())
    lower, upper = place_bounds(one(38.0, 38.0, math.nan), one(48.0, 48.0, 48.0), one(0.0, 1e4, 1e4), zone)
    assert ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]) == (lower.tolist(), upper.tolist())
    assert np.isnan(distance_to_boundary_m(one(38.0), one(48.0), zone)).all()


def test_no_places_give_no_probabilities() -> None:
    """An empty array goes in and comes out."""
    assert (0, 0) == tuple(bound.size for bound in place_bounds(one(), one(), one(), prepare_zone(DONBAS)))


@pytest.mark.parametrize(
    ("lon", "lat", "sigma", "word"),
    [
        (48.0, 138.0, 1.0, "latitude"),
        (4_800.0, 38.0, 1.0, "longitude"),
        (38.0, 48.0, -5.0, "below zero"),
    ],
)
def test_an_impossible_place_is_refused(lon: float, lat: float, sigma: float, word: str) -> None:
    """Swapped or wrongly scaled coordinates and negative errors are named."""
    with pytest.raises(InputError, match=word):
        place_bounds(one(lon), one(lat), sigma, prepare_zone(DONBAS))


def test_places_of_different_length_are_refused() -> None:
    """Longitudes and latitudes come in pairs."""
    with pytest.raises(ModelError, match="one length"):
        place_bounds(one(38.0, 39.0), one(48.0), 1.0, prepare_zone(DONBAS))


def test_places_on_another_plane_are_refused() -> None:
    """A zone is not held against places that were projected elsewhere."""
    with pytest.raises(ModelError, match="different planes"):
        bounds_in_zone(project_places(one(38.0), one(48.0), 1.0, centred_projection(0.0, 0.0)), prepare_zone(DONBAS))


@pytest.mark.parametrize(
    ("geometry", "word"),
    [
        (shapely.LineString([(37.0, 48.0), (38.0, 49.0)]), "polygon"),
        (shapely.Polygon([(37.0, 48.0), (38.0, 148.0), (39.0, 48.0)]), "latitude"),
        (shapely.Polygon([(37.0, 48.0), (738.0, 48.0), (39.0, 49.0)]), "longitude"),
        (shapely.Polygon([(37.0, 48.0), (math.inf, 48.0), (39.0, 49.0)]), "finite"),
    ],
)
def test_what_is_no_zone_is_refused(geometry: shapely.Geometry, word: str) -> None:
    """Lines, impossible coordinates and nulls are named."""
    with pytest.raises(InputError, match=word):
        prepare_zone(geometry)


def test_a_zone_around_the_earth_is_refused() -> None:
    """What cannot be drawn on one plane is named, not drawn wrongly."""
    with pytest.raises(InputError, match="Divide the zone"):
        prepare_zone(box(-180.0, -60.0, 180.0, 60.0))


def test_a_zone_around_a_pole_holds_it() -> None:
    """A zone that is drawn down to the pole holds the places there."""
    zone = prepare_zone(box(-180.0, -90.0, 180.0, -60.0))
    lon, lat = one(50.0, 180.0, -179.999, 0.0), one(-89.9, -75.0, -75.0, -59.0)
    for sigma in (0.0, 1_000.0):
        assert place_bounds(lon, lat, sigma, zone)[0] == pytest.approx(one(1.0, 1.0, 1.0, 0.0), abs=1e-9)


# --- the same input, the same bytes -----------------------------------------------------------------------------


def test_threads_change_no_byte() -> None:
    """One thread and three give the same bytes, for exact places too."""
    zone = prepare_zone(wavy(2_000))
    lon, lat, sigma = some_places(100_000)
    sigma[::7] = 0.0
    alone, together = (place_bounds(lon, lat, sigma, zone, threads) for threads in (1, 3))
    assert alone[0].tobytes() == together[0].tobytes()


def test_neither_order_nor_company_changes_a_byte() -> None:
    """A place has the same probability alone, in reverse order and among others."""
    zone = prepare_zone(wavy(2_000))
    lon, lat, sigma = some_places(500)
    whole = place_bounds(lon, lat, sigma, zone)[0]
    assert whole[::-1].tolist() == place_bounds(lon[::-1], lat[::-1], sigma[::-1], zone)[0].tolist()
    assert whole[:50].tolist() == [
        place_bounds(lon[k : k + 1], lat[k : k + 1], sigma[k : k + 1], zone)[0][0] for k in range(50)
    ]


def test_preparing_twice_gives_the_same_bytes() -> None:
    """Two preparations of one zone, and one that travelled to another process, are equal."""
    places = some_places(500)
    first, second = prepare_zone(wavy(2_000)), prepare_zone(wavy(2_000))
    travelled = pickle.loads(pickle.dumps(first))
    assert len({place_bounds(*places, zone)[0].tobytes() for zone in (first, second, travelled)}) == 1


# --- parts ------------------------------------------------------------------------------------------------------


def test_simplifying_keeps_area() -> None:
    """However coarse the outline, its signed area is that of the zone, and its vertices get fewer."""
    zone = prepare_zone(wavy(2_000))
    rings = densify(rings_of(zone.geometry), zone.projection, 0.01)
    levels = simplify(rings, np.array([100.0, 1e3, 1e4, 1e5]))
    sizes = [level.x.size for level in levels]
    assert [signed_area(level) for level in levels] == pytest.approx([signed_area(rings)] * 4, rel=1e-9)
    assert sorted(sizes, reverse=True) == sizes
    assert sizes[-1] < 40


def signed_area(rings: Rings) -> float:
    after = rings.following()
    return 0.5 * float((rings.x * rings.y[after] - rings.x[after] * rings.y).sum())


def test_simplifying_keeps_its_promise() -> None:
    """No place sees a change of more than 3.3 times the bound for each strand of boundary near it."""
    zone = prepare_zone(wavy(2_000))
    rings = densify(rings_of(zone.geometry), zone.projection, 0.01)
    rng = np.random.default_rng(6)
    for sigma in (500.0, 3_000.0, 20_000.0):
        coarse = simplify(rings, np.array([sigma]))[0]
        k = rng.integers(0, rings.x.size, 300)
        x, y = rings.x[k] + rng.normal(0, sigma, 300), rings.y[k] + rng.normal(0, sigma, 300)
        sums = []
        for outline in (rings, coarse):
            after = outline.following()
            table = np.stack([outline.x, outline.y, outline.x[after], outline.y[after]])
            sums.append(edge_sums(x, y, np.full(300, sigma), table))
        assert np.abs(sums[0] - sums[1]).max() <= 3.3 * BOUND_PER_SIGMA


def test_unknown_places_stay_unknown_on_the_plane() -> None:
    """On the plane NaN means unknown, in a zone with and without area."""
    for zone in (prepare_zone(DONBAS), prepare_zone(shapely.Polygon())):
        prob = prob_in_zone(one(0.0, math.nan, 0.0), one(0.0, 0.0, 0.0), one(1.0, 1.0, math.nan), zone)
        assert [False, True, True] == np.isnan(prob).tolist()


def test_a_self_crossing_zone_is_what_it_winds_around_once() -> None:
    """A bow tie has two wings; both are inside."""
    zone = prepare_zone(shapely.Polygon([(37.0, 48.0), (38.0, 49.0), (38.0, 48.0), (37.0, 49.0)]))
    lower, _ = place_bounds(one(37.1, 37.9, 37.5), one(48.5, 48.5, 48.9), 10.0, zone)
    assert [1.0, 1.0, 0.0] == lower.round(6).tolist()


def test_touching_parts_are_one_zone() -> None:
    """Two halves that share an edge are the whole."""
    halves = shapely.MultiPolygon([shapely.box(37.0, 48.0, 37.5, 49.0), shapely.box(37.5, 48.0, 38.0, 49.0)])
    zone = prepare_zone(halves)
    assert [1.0] == place_bounds(one(37.5), one(48.5), 50.0, zone)[0].round(9).tolist()
    assert [1.0] == place_bounds(one(37.5), one(48.5), 0.0, zone)[0].tolist()


@pytest.mark.parametrize("sigma_m", [0.0, 1.0, 300.0, 40_000.0, math.nan])
def test_octaves_that_wait_for_places_give_the_same_bytes(sigma_m: float) -> None:
    """A zone indexed only as far as places need it holds each of them as surely as one indexed at once."""
    lon, lat, sigma = some_places(400)
    sigma[::2] = sigma_m
    whole, waiting = prepare_zone(wavy(2000)), prepare_zone(wavy(2000), indexed=False)
    assert len(waiting.held) == 1
    expected = place_bounds(lon, lat, sigma, whole)
    assert np.array_equal(expected, place_bounds(lon, lat, sigma, waiting))
    places = project_places(lon, lat, sigma, waiting.projection)
    few = waiting.with_levels(waiting.lacking(places.x[:3], places.y[:3], places.sigma[:3]))
    more = few.with_levels(few.lacking(places.x, places.y, places.sigma))
    assert frozenset() == more.lacking(places.x, places.y, places.sigma)
    assert np.array_equal(expected, bounds_in_zone(places, more))


def test_only_octaves_of_near_places_are_indexed() -> None:
    """A place far from the zone needs no octave, one beyond the coarsest neither, and an empty zone never any."""
    waiting = prepare_zone(DONBAS, indexed=False)
    places = project_places(one(10.0, 38.0), one(48.0, 48.0), one(300.0, 9e6), waiting.projection)
    assert frozenset() == waiting.lacking(places.x, places.y, places.sigma)
    near = project_places(one(38.0), one(48.0), one(300.0), waiting.projection)
    assert 1 == len(waiting.lacking(near.x, near.y, near.sigma))
    nobody = project_places(one(math.nan), one(48.0), one(300.0), waiting.projection)
    assert frozenset() == waiting.lacking(nobody.x, nobody.y, nobody.sigma)
    crowd = [np.full(MANY_PLACES, values[0]) for values in (near.x, near.y, near.sigma)]
    assert waiting.lacking(near.x, near.y, near.sigma) == waiting.lacking(*crowd)
    empty = prepare_zone(shapely.Polygon(), indexed=False)
    assert empty is empty.with_levels(empty.lacking(near.x, near.y, near.sigma))
