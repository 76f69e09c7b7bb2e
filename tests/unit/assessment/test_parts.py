"""Facts about incidents that are taken apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.assessment.facts import READ, Facts, facts_of
from holdfire.assessment.parts import LONG_US, split_incidents

START = datetime(2020, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000

Hours = tuple[int | None, int]
"""Start and duration in hours; a start of None is not stated."""


def facts(hours: list[Hours]) -> Facts:
    """Return incidents that differ in time alone."""
    rows = [
        {
            "incident_id": f"i{number:04d}",
            "prob_real_lower": 1.0,
            "prob_real_upper": 1.0,
            "place_model": "unknown",
            "occurred_start": None if start is None else START + timedelta(hours=start),
            "occurred_end": None if start is None else START + timedelta(hours=start + n),
        }
        for number, (start, n) in enumerate(hours)
    ]
    return facts_of(pa.Table.from_pylist(rows, schema=READ))


TIMES = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 2000)), st.integers(0, 1000)), max_size=40)


@given(TIMES, st.integers(1, 9), st.sampled_from([0, HOUR_US, 48 * HOUR_US]))
def test_each_incident_is_in_one_part(hours: list[Hours], n_parts: int, window_us: int) -> None:
    """The parts hold every incident once, and none stands beside itself."""
    slices = split_incidents(facts(hours).times, n_parts, window_us)
    assert list(range(len(hours))) == sorted(row for one in slices for row in one.incidents.tolist())
    assert [] == [row for one in slices for row in np.intersect1d(one.incidents, one.beside).tolist()]


@given(TIMES, st.integers(1, 9), st.sampled_from([0, HOUR_US, 48 * HOUR_US]))
def test_all_that_may_be_answered_is_at_hand(hours: list[Hours], n_parts: int, window_us: int) -> None:
    """What may have drawn an incident's fire stands in its part or beside it."""
    told = facts(hours)
    lacking = []
    for one in split_incidents(told.times, n_parts, window_us):
        at_hand = {*one.incidents.tolist(), *one.beside.tolist()}
        for row in one.incidents.tolist():
            may = (told.start < told.end[row]) & (told.end > told.start[row] - window_us)
            lacking += [other for other in np.flatnonzero(may).tolist() if other not in at_hand]
    assert [] == lacking


@pytest.mark.parametrize(("n_hours", "expected"), [(743, [[0, 1], [2, 3]]), (744, [[0], [1, 2], [3]])])
def test_a_long_incident_has_a_part_of_its_own(n_hours: int, expected: list[list[int]]) -> None:
    """An incident of 31 days and more does not stretch the slice of time that its neighbours are in."""
    assert 744 * HOUR_US == LONG_US
    slices = split_incidents(facts([(0, n_hours), (1, 1), (400, 1), (401, 1)]).times, 2, HOUR_US)
    assert expected == sorted(one.incidents.tolist() for one in slices)
