"""Facts about place and time taken together."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from holdfire.assessment.facts import Facts, facts_of
from holdfire.assessment.place_time import Places, place_time_bounds
from holdfire.assessment.regions import ANYWHERE, EVERYWHERE, NOWHERE, Atlas, Region, merged
from holdfire.basics.instants import parse_instant, to_us
from tests.unit.assessment.case_words import incidents_of

BOX = shapely.box(37.0, 48.0, 38.0, 49.0)


def us(text: str) -> int:
    """Return microseconds of a text in UTC."""
    return to_us(parse_instant(text, "UTC"))


def bounds_in(region: Region, atlas: Atlas, facts: Facts, **areas: shapely.Geometry) -> tuple[float, float]:
    """Return the bounds of the first incident."""
    places = Places(facts=facts, atlas=atlas, areas=areas, area_shares={})
    found = place_time_bounds(region, facts, np.arange(facts.n), places.bounds)
    return float(found.lower[0]), float(found.upper[0])


def told(**said: object) -> Facts:
    """Return one incident."""
    return facts_of(incidents_of([dict(said)], "UTC"))


@pytest.fixture
def atlas() -> Atlas:
    """Return an atlas with one box, as shape 1."""
    atlas = Atlas()
    assert atlas.add(shapely.to_wkb(BOX)) == 1
    return atlas


def test_everywhere_and_nowhere(atlas: Atlas) -> None:
    """Everywhere holds what nobody places or dates; nowhere holds nothing."""
    assert (1.0, 1.0) == bounds_in(EVERYWHERE, atlas, told(at="2030-01-01"))
    assert (0.0, 0.0) == bounds_in(NOWHERE, atlas, told(at="2030-01-01"))


def test_place_and_time_are_multiplied_within_each_span(atlas: Atlas) -> None:
    """A place that is in the zone in the first half and anywhere in the second has three quarters."""
    region = merged([(us("2030-01-01"), us("2030-01-02"), 1), (us("2030-01-02"), us("2030-01-03"), ANYWHERE)])
    said = {"at": "2030-01-01", "within_time": "2 d", "where": [37.0, 48.5], "give_or_take": "1 km"}
    assert (pytest.approx(0.75, abs=1e-3),) * 2 == bounds_in(region, atlas, told(**said))


def test_an_unknown_time_takes_the_extremes_of_its_spans(atlas: Atlas) -> None:
    """With the time unknown the upper bound is the greatest of all spans, and the lower is 0 outside them."""
    region = merged([(us("2030-01-01"), us("2030-01-02"), 1), (us("2030-01-03"), us("2030-01-04"), 1)])
    said = {"where": [37.0, 48.5], "give_or_take": "1 km"}
    assert (0.0, pytest.approx(0.5, abs=1e-3)) == bounds_in(region, atlas, told(**said))


def test_an_unknown_place_is_a_range_by_the_time(atlas: Atlas) -> None:
    """An unknown place may lie in the zone for as long as the zone holds."""
    region = merged([(us("2030-01-01"), us("2030-01-02"), 1)])
    assert (0.0, 0.5) == bounds_in(region, atlas, told(at="2030-01-01", within_time="2 d"))


def test_an_area_lies_in_a_zone_by_its_share(atlas: Atlas) -> None:
    """A place that is a gazetteer unit counts by the share of the unit that the zone covers."""
    region = merged([(us("2030-01-01"), us("2030-01-02"), 1)])
    unit = shapely.box(37.75, 48.2, 38.25, 48.4)
    assert (0.5, 0.5) == bounds_in(region, atlas, told(at="2030-01-01", area="district"), district=unit)
    assert (0.0, 1.0) == bounds_in(region, atlas, told(at="2030-01-01", area="elsewhere"), district=unit)


def test_a_place_without_an_error_is_unknown() -> None:
    """A place whose error nobody states is held to be unknown."""
    table = incidents_of([{"at": "2030-01-01", "where": [37.5, 48.5]}], "UTC")
    at = table.schema.get_field_index("sigma_m")
    bare = table.set_column(at, table.schema.field("sigma_m"), pa.nulls(1, pa.float64()))
    assert np.isnan(facts_of(bare).lon).all()


def test_a_shape_s_bounds_do_not_depend_on_who_asked_before(atlas: Atlas) -> None:
    """Bounds that are kept for a chunk equal those that are found for one incident alone."""
    said = [{"where": [37.0 + step / 100, 48.0], "give_or_take": "3 km"} for step in range(40)]
    facts = facts_of(incidents_of(said, "UTC"))
    many = Places(facts=facts, atlas=atlas, areas={}, area_shares={})
    few = Places(facts=facts, atlas=atlas, areas={}, area_shares={})
    rows = np.array([3, 7])
    many.bounds(1, np.arange(30))
    assert few.bounds(1, rows).lower.tolist() == many.bounds(1, rows).lower.tolist()
    assert few.bounds(1, np.arange(40)).upper.tolist() == many.bounds(1, np.arange(40)).upper.tolist()


def test_a_chunk_of_one_shape_keeps_each_geometry_once(atlas: Atlas) -> None:
    """An equal polygon has one index, an empty one none, and a union of equals is the same shape."""
    assert (1, None, ANYWHERE) == (atlas.add(shapely.to_wkb(BOX)), atlas.add(shapely.to_wkb(shapely.Polygon())), 0)
    one = merged([(0, 10, 1)])
    assert [(0, 10, 1)] == atlas.union([one, one]).pieces()
    assert [(0, 5, 1)] == atlas.within(one, merged([(0, 5, ANYWHERE)])).pieces()
    assert [] == atlas.union([]).pieces()


def test_growing_a_shape_reaches_around_it_and_fills_it(atlas: Atlas) -> None:
    """A shape grown by ten kilometres holds itself and the places within ten kilometres of its edge."""
    larger = atlas.bounded(atlas.grown_shape(1, 10_000.0))
    assert shapely.covers(larger, BOX)
    north = 49.0 + 9_990.0 / 111_200.0
    assert shapely.contains_xy(larger, 37.5, north)
    assert not shapely.contains_xy(larger, 37.5, 49.0 + 10_100.0 / 111_200.0)
    assert ANYWHERE == atlas.grown_shape(ANYWHERE, 10_000.0)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from([ANYWHERE, 1])), min_size=1, max_size=8),
    st.integers(-2, 30),
    st.integers(1, 30),
)
def test_an_unknown_time_is_as_if_every_instant_was_tried(
    steps: list[tuple[int, int, int]], start: int, length: int
) -> None:
    """However many spans a region has, an unknown time has the least and the greatest of its instants."""
    atlas = Atlas()
    atlas.add(shapely.to_wkb(BOX))
    pieces: list[tuple[int, int, int | None]] = []
    at = 0
    for gap, lasts, shape in steps:
        pieces.append((at + gap, at + gap + lasts, shape))
        at += gap + lasts
    region = merged(pieces)
    facts = told(where=[37.0, 48.5], give_or_take="1 km")
    facts.start[:], facts.end[:] = start, start + length
    worth = {ANYWHERE: 1.0, 1: Places(facts=facts, atlas=atlas, areas={}, area_shares={}).bounds(1, np.arange(1))[0][0]}
    tried = [
        next((worth[shape] for begin, end, shape in pieces if shape is not None and begin <= one < end), 0.0)
        for one in range(start, start + length)
    ]
    assert (min(tried), max(tried)) == bounds_in(region, atlas, facts)
