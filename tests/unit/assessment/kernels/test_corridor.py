"""Facts about corridors that no case file can tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.instants import parse_instant, to_us
from tests.unit.assessment.case_words import agreement_named, agreement_of, incidents_of, judged

SHOT: dict[str, Any] = {"what": "gunfire", "by": "north", "where": [37.5, 48.5]}


def shots(*said: dict[str, Any]) -> list[tuple[float, float]]:
    """Return the bounds of each incident's breach, (0, 0) for one that is not listed."""
    agreement = agreement_named("corridor")
    incidents = incidents_of([{**SHOT, **one} for one in said], agreement.time_zone)
    table = judged(agreement, incidents, "2030-03-30 00:00:00")
    rows = {row["incident_id"]: (row["prob_lower"], row["prob_upper"]) for row in table.to_pylist()}
    return [rows.get(key, (0.0, 0.0)) for key in incidents["incident_id"].to_pylist()]


@settings(max_examples=25)
@given(st.integers(0, 20 * 24 * 60), st.integers(1, 3 * 24 * 60))
def test_an_interval_counts_by_its_minutes_within_the_windows(first: int, n_minutes: int) -> None:
    """The probability equals the share of the interval's minutes whose local clock lies within a window."""
    begin = to_us(parse_instant("2030-03-02 00:00:00", "Europe/Kyiv"))
    minutes = (np.arange(first, first + n_minutes) % 1_440) / 60
    within = ((minutes >= 8) & (minutes < 16)) | (minutes >= 22) | (minutes < 4)
    agreement = agreement_named("corridor")
    table = incidents_of([SHOT], agreement.time_zone).to_pylist()
    start = begin + first * 60_000_000
    table[0] |= {"occurred_start": start, "occurred_end": start + n_minutes * 60_000_000}
    incidents = incidents_of([SHOT], "UTC").from_pylist(table, schema=incidents_of([SHOT], "UTC").schema)
    rows = judged(agreement, incidents, "2030-03-30 00:00:00").to_pylist()
    assert pytest.approx(within.mean(), abs=1e-9) == (rows[0]["prob_lower"] if rows else 0.0)


def test_what_others_tell_does_not_move_an_unknown_time() -> None:
    """An incident of unknown time may have been in a window, whether or not the others are dated or near in time."""
    assert [(0.0, 1.0)] == shots({})
    assert [(0.0, 1.0), (0.0, 0.0)] == shots({}, {"at": "2001-01-01 12:00:00"})
    assert [(0.0, 1.0), (0.0, 0.0)] == shots({}, {"at": "2050-01-01 12:00:00"})


def test_without_windows_the_corridor_is_always_open() -> None:
    """A corridor without windows binds at every hour."""
    rule = {"kind": "corridor", "zones": ["valley"]}
    agreement = agreement_of({"clauses": [{"id": "road", "rule": rule}]})
    table = judged(agreement, incidents_of([{**SHOT, "at": "2030-03-05 18:00:00"}], agreement.time_zone))
    assert [1.0] == table["prob_lower"].to_pylist()


def test_overlapping_windows_count_once() -> None:
    """Windows that overlap or touch are one."""
    rule = {"kind": "corridor", "zones": ["valley"], "windows": ["08:00-12:00", "10:00-14:00", "14:00-16:00"]}
    agreement = agreement_of({"clauses": [{"id": "road", "rule": rule}]})
    said = {**SHOT, "at": "2030-03-05 00:00:00", "within_time": "1 d"}
    table = judged(agreement, incidents_of([said], agreement.time_zone))
    assert [pytest.approx(8 / 24)] == table["prob_lower"].to_pylist()
