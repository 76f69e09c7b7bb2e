"""Facts about the chunks in which incidents are judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from holdfire.assessment import assess as module
from holdfire.assessment.chunks import LONG_US, chunks_of
from holdfire.assessment.facts import READ, Times, facts_of
from holdfire.assessment.regions import Atlas, merged
from holdfire.assessment.rows import by_incident
from holdfire.assessment.shapes import zone_shapes
from holdfire.records.taxonomy import builtin_tree, kind_weapons
from tests.unit.assessment.case_words import agreement_of

DAY_US = 86_400_000_000
START = datetime(2030, 5, 1, tzinfo=UTC)


def daily(n_days: int) -> Atlas:
    """Return an atlas with one zone of five vertices that is drawn anew each day, from 1970 on."""
    atlas = Atlas()
    pieces = [
        (day * DAY_US, (day + 1) * DAY_US, atlas.add(shapely.to_wkb(shapely.box(37.0, 48.0, 38.0 + day / 99, 49.0))))
        for day in range(n_days)
    ]
    atlas.by_zone = {("front", "signed"): merged(pieces)}
    return atlas


def times_in(days: list[tuple[float, float, bool]]) -> Times:
    """Return times from start and length in days, and whether an end is not stated."""
    start = np.array([round(begun * DAY_US) for begun, _, _ in days], dtype=np.int64)
    end = start + np.array([max(1, round(length * DAY_US)) for _, length, _ in days], dtype=np.int64)
    return Times(start, end, np.array([vague for _, _, vague in days], dtype=np.bool_))


@given(
    st.lists(st.tuples(st.floats(-5, 40), st.floats(0, 50), st.booleans()), max_size=60),
    st.integers(1, 30),
    st.integers(1, 300),
)
def test_each_incident_is_in_one_chunk(days: list[tuple[float, float, bool]], chunk_rows: int, kept: int) -> None:
    """Whatever can be kept, the chunks hold every incident once, each in order and none too large."""
    chunks = chunks_of(times_in(days), daily(30), chunk_rows, kept)
    assert list(range(len(days))) == sorted(row for rows in chunks for row in rows.tolist())
    assert all(0 < rows.size <= chunk_rows and (np.diff(rows) > 0).all() for rows in chunks)


def test_zones_that_can_all_be_kept_ready_leave_the_order_of_ids() -> None:
    """With room for every shape a chunk is a stretch of ids, whenever its incidents were."""
    times = times_in([(20.0, 1.0, False), (1.0, 1.0, False), (10.0, 1.0, False)])
    assert [[0, 1], [2]] == [rows.tolist() for rows in chunks_of(times, daily(30), 2, 150)]


def test_a_front_drawn_daily_is_taken_day_by_day() -> None:
    """With room for little, incidents of one day are judged together, and long and undated ones by themselves."""
    said = [(9.5, 0.1, False), (2.5, 0.1, False), (9.6, 0.1, False), (2.0, LONG_US / DAY_US, False), (3.0, 1.0, True)]
    chunks = chunks_of(times_in(said), daily(30), 10, 15)
    assert [[1], [0, 2], [3, 4]] == [rows.tolist() for rows in chunks]


def test_rows_return_to_the_order_of_incidents() -> None:
    """Rows are sorted by their incidents' order, and those of one incident keep theirs."""
    table = pa.table({"incident_id": ["b", "b", "a", "c"], "party": ["y", "x", "z", "x"]})
    expected = [("a", "z"), ("b", "y"), ("b", "x"), ("c", "x")]
    found = by_incident(table, pa.array(["a", "b", "c"]))
    assert expected == list(zip(*(column.to_pylist() for column in found.columns), strict=True))


@pytest.fixture(scope="module")
def front() -> dict[str, Any]:
    """Return what incidents are held against: a ceasefire along a line of twenty daily versions."""
    versions = [
        {"from": f"2030-05-{day + 1:02d}T00:00:00Z", "coordinates": [[37.0 + day / 50, 48.0], [37.0 + day / 50, 48.5]]}
        for day in range(20)
    ]
    parts: dict[str, Any] = {
        "lines": [{"id": "line", "title": {"en": "Line"}, "versions": versions}],
        "zones": [{"id": "strip", "title": {"en": "Strip"}, "buffer": {"line": "line", "distance": "5 km"}}],
    }
    clause = {"id": "c", "rule": {"kind": "cessation", "acts": ["explosion"]}, "scope": {"zones": ["strip"]}}
    agreement = agreement_of({"agreement": parts, "clauses": [clause]})
    trees = {name: builtin_tree(name) for name in ("kinds", "weapons", "targets")}
    return {"agreement": agreement, "shapes": zone_shapes(agreement), "kind_weapons": kind_weapons(), **trees}


def front_incidents(n: int) -> pa.Table:
    """Return incidents about the line over its days; some are long, undated or without a place."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(n):
        start = START + timedelta(days=float(rng.uniform(-1.0, 21.0)))
        unsaid = {"occurred_start": None, "occurred_end": None} if number % 11 == 0 else {}
        nowhere = number % 13 == 0
        said = {
            "incident_id": f"i{rng.integers(1 << 40):012x}",
            "prob_real_lower": 0.5,
            "prob_real_upper": 1.0,
            "occurred_start": start,
            "occurred_end": start + timedelta(hours=float(rng.uniform(0.1, 900.0 if number % 7 == 0 else 20.0))),
            "place_model": "unknown" if nowhere else "point",
            "lon": None if nowhere else float(rng.uniform(36.8, 37.6)),
            "lat": None if nowhere else float(rng.uniform(47.9, 48.6)),
            "sigma_m": None if nowhere else float(rng.choice([0.0, 50.0, 700.0, 9000.0])),
            "kind": "explosion/shelling",
        }
        rows.append(said | unsaid)
    return pa.Table.from_pylist(rows, schema=READ)


@pytest.mark.parametrize("kept", [1, 700, 2500])
def test_chunks_in_time_make_the_same_table(front: dict[str, Any], kept: int) -> None:
    """However little can be kept ready, a front's assessments are the same, value by value and in the same order."""
    incidents = front_incidents(120)
    whole = module.assess(incidents, **front)
    assert whole.num_rows > 100
    with mock.patch.object(module, "chunks_of", partial(chunks_of, kept_vertices=kept)):
        assert whole.equals(module.assess(incidents, **front))


@pytest.mark.parametrize("rows", [[], [3], [2, 3, 4], [0, 2, 5, 11]])
def test_some_incidents_are_what_they_were_among_all(rows: list[int]) -> None:
    """Facts taken of all incidents equal the facts of those incidents alone."""
    table = front_incidents(12).sort_by("incident_id")
    taken, alone = (
        facts_of(table).take(np.array(rows, dtype=np.int64)),
        facts_of(table.take(pa.array(rows, pa.int64()))),
    )
    assert alone.incident_id.to_pylist() == taken.incident_id.to_pylist()
    for name in ("real_lower", "start", "end", "vague", "lon", "lat", "sigma_m"):
        assert np.array_equal(getattr(alone, name), getattr(taken, name), equal_nan=name in ("lon", "lat", "sigma_m"))
    for name in ("first", "lower", "upper"):
        assert np.array_equal(getattr(alone.kinds, name), getattr(taken.kinds, name))
    names = [[(one.kinds.names[code] if code >= 0 else None) for code in one.kinds.code] for one in (alone, taken)]
    assert names[0] == names[1]
