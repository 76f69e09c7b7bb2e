"""Facts about counts in a window of time and in a zone."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.assessment.counts import count_breaches
from holdfire.assessment.membership import zone_memberships
from holdfire.assessment.shapes import zone_shapes
from holdfire.assessment.windows import Chances, count_window, joint
from holdfire.basics.instants import parse_instant
from holdfire.errors import ModelError
from holdfire.records.assessment import WINDOW_COUNT_SCHEMA
from tests.unit.assessment.case_words import agreement_named, incidents_of, judged
from tests.unit.basics.counting_oracle import interval_of

SHOT = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "where": [37.5, 48.5]}
NUMBERS = ("n_assessed", "mean_lower", "mean_upper", "low", "high", "prob_any_lower", "prob_any_upper", "n_established")


def local(text: str) -> datetime:
    """Return a local time of the case files."""
    return parse_instant(text, "Europe/Kyiv")


def counted(
    said: list[dict[str, Any]], start: str, end: str, *, zone: str | None = None, name: str = "cessation"
) -> list[dict[str, Any]]:
    """Return the counts of incidents under a case file's clauses in a window."""
    agreement = agreement_named(name)
    incidents = incidents_of(said, agreement.time_zone)
    table = judged(agreement, incidents, "2030-06-01")
    listed = None if zone is None else zone_memberships(incidents, zone_shapes(agreement), [zone], "signed")
    found = count_window(table, incidents, agreement, local(start), local(end), zone_id=zone, memberships=listed)
    assert WINDOW_COUNT_SCHEMA.equals(found.schema)
    return list(found.to_pylist())


def test_a_day_s_window_equals_the_day_s_count() -> None:
    """The window of a local day counts what the day counts, and that of all days what the period counts."""
    agreement = agreement_named("cessation")
    said = [{**SHOT, "at": f"2030-03-0{day} 12:00:00", "real": [0.5, 0.8]} for day in (5, 5, 6, 7)]
    incidents = incidents_of(said, agreement.time_zone)
    rows = count_breaches(judged(agreement, incidents), incidents, agreement).to_pylist()
    [day] = counted(said, "2030-03-05", "2030-03-06")
    [whole] = counted(said, "2030-03-01", "2030-04-01")
    for name in NUMBERS:
        assert rows[0][name] == pytest.approx(day[name])
        assert rows[-1][name] == pytest.approx(whole[name])


def test_a_window_is_half_open_to_the_second() -> None:
    """The window's first second counts, its end does not."""
    second = {**SHOT, "at": "2030-03-05 12:00:00"}
    assert 1 == len(counted([second], "2030-03-05 12:00:00", "2030-03-05 12:00:01"))
    assert [] == counted([second], "2030-03-05 11:59:59", "2030-03-05 12:00:00")


def test_a_time_that_is_partly_within_counts_by_its_share() -> None:
    """An act of sometime in two hours lies by half in a window of one of them."""
    [row] = counted([{**SHOT, "within_time": "2 h"}], "2030-03-05 13:00:00", "2030-03-05 18:00:00")
    assert (0.5, 0.5, 0, 1, 0) == tuple(row[k] for k in ("mean_lower", "mean_upper", "low", "high", "n_established"))


def test_an_unknown_time_is_a_range() -> None:
    """An act of unknown time may lie in any window, or not."""
    [row] = counted([{key: value for key, value in SHOT.items() if key != "at"}], "2030-03-05", "2030-03-06")
    assert (0.0, 1.0) == (row["mean_lower"], row["mean_upper"])


def test_a_zone_takes_what_lies_in_it() -> None:
    """An act in the zone counts there, one outside does not, and one of unknown place is a range."""
    far = {**SHOT, "where": [37.9, 48.9]}
    rows = counted([SHOT, far], "2030-03-05", "2030-03-06", zone="mill")
    assert [("mill", 1, 1.0, 1.0)] == [(r["zone_id"], r["n_assessed"], r["mean_lower"], r["mean_upper"]) for r in rows]
    nowhere = {key: value for key, value in SHOT.items() if key != "where"}
    [row] = counted([nowhere], "2030-03-05", "2030-03-06", zone="mill")
    assert (0.0, 1.0) == (row["mean_lower"], row["mean_upper"])


def test_a_duty_counts_at_its_deadline_and_in_no_zone() -> None:
    """What was perhaps not done counts in the window of its deadline, from 0 to 1."""
    [row] = counted([], "2030-04-01", "2030-04-02", name="obligation")
    assert ("law", 0.0, 1.0) == (row["clause_id"], row["mean_lower"], row["mean_upper"])
    assert [] == counted([], "2030-04-02", "2030-05-01", name="obligation")
    assert [] == counted([], "2030-04-01", "2030-04-02", name="obligation", zone="mill")


def test_an_empty_window_is_refused() -> None:
    """A window that ends where it starts is an error."""
    with pytest.raises(ModelError, match="empty"):
        counted([SHOT], "2030-03-05", "2030-03-05")


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=1, max_size=6))
def test_the_count_of_a_window_equals_enumeration(bounds: list[tuple[float, float]]) -> None:
    """Means, interval and the chance of any breach are those of every combination of the incidents."""
    said = [{**SHOT, "real": sorted(pair)} for pair in bounds]
    rows = counted(said, "2030-03-05", "2030-03-06")
    kept = [sorted(pair) for pair in bounds if max(pair) >= 0.001]
    if not kept:
        assert [] == rows
        return
    for side, end in ((0, "lower"), (1, "upper")):
        chance = np.zeros(len(kept) + 1)
        for outcome in product((0, 1), repeat=len(kept)):
            chance[sum(outcome)] += np.prod(
                [p[side] if hit else 1 - p[side] for hit, p in zip(outcome, kept, strict=True)]
            )
        assert rows[0][f"mean_{end}"] == pytest.approx(chance @ np.arange(len(kept) + 1), abs=1e-9)
        assert rows[0][f"prob_any_{end}"] == pytest.approx(1 - chance[0], abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=4, max_size=4))
def test_joint_bounds_hold_whatever_goes_together(outcomes: list[tuple[bool, bool]]) -> None:
    """The share of cases in which both hold lies within the bounds from the shares of either."""
    first, second = (Chances(*[np.array([np.mean([one[k] for one in outcomes])])] * 2) for k in (0, 1))
    found = joint(first, second)
    assert found.lower[0] - 1e-12 <= np.mean([a and b for a, b in outcomes]) <= found.upper[0] + 1e-12


def test_a_large_count_in_a_window_and_a_zone_is_exact() -> None:
    """Two thousand incidents within a zone and a window have the interval of their characteristic function."""
    rng = np.random.default_rng(13)
    bounds = np.sort(rng.uniform(0.01, 1.0, (2_000, 2)), axis=1)
    said = [{**SHOT, "real": pair} for pair in bounds.tolist()]
    [whole] = counted(said, "2030-03-05", "2030-03-06")
    [inside] = counted(said, "2030-03-05", "2030-03-06", zone="mill")
    expected = (interval_of(bounds[:, 0])[0], interval_of(bounds[:, 1])[1])
    assert expected == (whole["low"], whole["high"]) == (inside["low"], inside["high"])
    assert bounds.sum(axis=0) == pytest.approx([inside["mean_lower"], inside["mean_upper"]])
