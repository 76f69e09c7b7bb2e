"""Exact places against many zones at once; areas and errors far larger or smaller than the zone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry.areas import area_m2, area_overlap
from holdfire.assessment.geometry.inside import contains, exact_grid_of, holders
from holdfire.assessment.geometry.places import place_bounds
from holdfire.assessment.geometry.zones import prepare_zone

Floats = NDArray[np.float64]


def held(zones: list[shapely.Geometry], lon: Floats, lat: Floats, threads: int = 1) -> list[list[int]]:
    """The zones of each place, as lists."""
    found = holders(lon, lat, exact_grid_of(zones, threads), threads)
    return [found.zone[a:b].tolist() for a, b in zip(found.first[:-1], found.first[1:], strict=True)]


def daily_fronts(n: int) -> list[shapely.Geometry]:
    """Nested discs, so that a place in the middle lies in all of them."""
    return [shapely.Point(37.0 + 0.001 * k, 48.0).buffer(0.3 + 0.01 * k, quad_segs=40) for k in range(n)]


def test_a_place_may_lie_in_any_number_of_zones() -> None:
    """Forty zones over each other are found, in order, from none to all."""
    zones = daily_fronts(40)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(36.2, 37.9, 3_000), rng.uniform(47.2, 48.8, 3_000)
    expected = np.stack([shapely.intersects_xy(zone, lon, lat) for zone in zones], axis=1)
    found = held(zones, lon, lat)
    assert [np.flatnonzero(row).tolist() for row in expected] == found
    assert ({0, 40} <= {len(row) for row in found}, max(map(max, filter(None, found)))) == (True, 39)


def test_many_pairs_find_room() -> None:
    """Where every place lies in every zone there are more pairs than were foreseen, and none is lost."""
    zones = daily_fronts(30)
    found = holders(np.full(70_000, 37.0), np.full(70_000, 48.0), exact_grid_of(zones))
    assert found.first.tolist() == list(range(0, 30 * 70_000 + 1, 30))
    assert np.array_equal(found.zone, np.tile(np.arange(30), 70_000))


def test_threads_change_no_byte_of_the_pairs() -> None:
    """One thread and three give the same bytes."""
    zones = daily_fronts(12)
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(36.0, 38.0, 200_000), rng.uniform(47.0, 49.0, 200_000)
    alone, together = (holders(lon, lat, exact_grid_of(zones, threads), threads) for threads in (1, 3))
    assert (alone.first.tobytes(), alone.zone.tobytes()) == (together.first.tobytes(), together.zone.tobytes())


def test_zones_that_share_a_line_both_hold_it() -> None:
    """On a common edge and corner a place lies in both zones; a hole's edge belongs to the ring and to its filling."""
    west, east, hole = shapely.box(36, 47, 37, 48), shapely.box(37, 47, 38, 48), shapely.box(37.2, 47.2, 37.8, 47.8)
    zones = [west, shapely.difference(east, hole), hole]
    lon, lat = np.array([37.0, 37.0, 37.2, 37.5, 36.0, 35.9]), np.array([47.5, 47.0, 47.5, 47.5, 48.0, 47.5])
    assert [[0, 1], [0, 1], [1, 2], [2], [0], []] == held(zones, lon, lat)


def test_zones_across_the_antimeridian_and_far_apart_are_one_set() -> None:
    """However the longitude of a place or zone is written, the zone holds the place."""
    zones = [shapely.box(179, -1, 181, 1), shapely.box(-179.5, -2, -178, 0), shapely.box(100, 60, 100.001, 60.001)]
    lon, lat = np.array([180.0, -180.0, -179.2, 180.8, 100.0005, 0.0]), np.array([0.5, 0.5, -0.5, -0.5, 60.0005, 0.0])
    assert [[0], [0], [0, 1], [0, 1], [2], []] == held(zones, lon, lat)


def test_what_is_unknown_or_empty_is_in_no_zone() -> None:
    """Unknown places, empty zones, an empty set and no places give no pair."""
    nan = math.nan
    zones = [shapely.Polygon(), shapely.box(0, 0, 1, 1)]
    assert [[], [], [1]] == held(zones, np.array([nan, 0.5, 0.5]), np.array([0.5, nan, 0.5]))
    assert [[]] == held([], np.array([0.5]), np.array([0.5]))
    assert [] == held(zones, np.empty(0), np.empty(0))
    assert [False] == contains(np.array([0.5]), np.array([0.5]), exact_grid_of([])).tolist()


# --- areas ------------------------------------------------------------------------------------------------------


def test_an_area_with_a_hole_counts_only_what_it_is() -> None:
    """The hole is no part of the area: a zone that fills it has nothing of it, one that holds it has all the rest."""
    district, hole = shapely.box(37.0, 48.0, 38.0, 49.0), shapely.box(37.4, 48.4, 37.6, 48.6)
    ring = shapely.difference(district, hole)
    assert [0.0, 1.0] == [area_overlap(ring, hole), area_overlap(ring, district)]
    half = shapely.box(37.0, 48.0, 37.5, 49.0)
    expected = area_m2(shapely.orient_polygons(shapely.difference(half, hole))) / area_m2(shapely.orient_polygons(ring))
    assert area_overlap(ring, half) == pytest.approx(expected, abs=1e-9)


def test_an_area_in_parts_is_shared_by_size() -> None:
    """A district and its far enclave: the zone that holds the enclave has the enclave's share of the area."""
    parts = [shapely.box(37.0, 48.0, 38.0, 49.0), shapely.box(39.0, 48.0, 39.1, 48.1)]
    expected = area_m2(shapely.orient_polygons(parts[1])) / sum(
        area_m2(shapely.orient_polygons(part)) for part in parts
    )
    assert area_overlap(shapely.MultiPolygon(parts), shapely.box(38.5, 47.0, 40.0, 50.0)) == pytest.approx(expected)


def test_an_area_may_be_far_larger_or_smaller_than_the_zone() -> None:
    """A country around a village gives the village's share of it; a village in a country lies in it wholly."""
    country, village = shapely.box(25.0, 45.0, 40.0, 52.0), shapely.box(37.0, 48.0, 37.001, 48.001)
    expected = area_m2(shapely.orient_polygons(village)) / area_m2(shapely.orient_polygons(country))
    assert area_overlap(country, village) == pytest.approx(expected, abs=1e-12)
    assert [1.0, 0.0] == [area_overlap(village, country), area_overlap(village, shapely.box(0.0, 0.0, 1.0, 1.0))]


# --- errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.0, 1e-4, 1.0])
def test_a_tiny_error_leaves_no_doubt_away_from_the_line(sigma: float) -> None:
    """With an error of a metre or none, a place 70 m from the line is inside or outside."""
    zone = prepare_zone(shapely.box(37.0, 48.0, 38.0, 49.0))
    lower, upper = place_bounds(np.array([37.001, 36.999]), np.array([48.5, 48.5]), sigma, zone)
    assert ([1.0, 0.0], [1.0, 0.0]) == (lower.round(9).tolist(), upper.round(9).tolist())


def test_an_error_of_five_hundred_kilometres_spreads_a_place_over_the_plane() -> None:
    """With an error of 500 km a zone of one degree holds about its area times the density, wherever it is near."""
    zone = prepare_zone(shapely.box(37.0, 48.0, 38.0, 49.0))
    found = place_bounds(np.array([37.5]), np.array([48.5]), 500_000.0, zone)[0][0]
    assert found == pytest.approx(area_m2(zone.geometry) / (2.0 * math.pi * 500_000.0**2), rel=5e-3)
