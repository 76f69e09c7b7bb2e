"""Facts about how rates change between periods, and on which days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from holdfire.assessment.changes import daily_means, exposure_ratio, rate_changes, zones_of
from holdfire.assessment.windows import Chances
from holdfire.basics.rates import Range
from holdfire.records.assessment import ASSESSMENT_SCHEMA, COUNT_SCHEMA
from holdfire.records.change import RateChange
from holdfire.records.exposure import Exposure
from tests.unit.assessment.case_words import agreement_named

CLAIM = ("fire", "signed", "north")


def exposure(low: float, high: float, hours: float = 240.0) -> Exposure:
    """Return an exposure of a zone."""
    return Exposure(
        zone_id="valley", reading="signed", n_days=10, hours=hours, km2_hours=1e4, watched_low=low, watched_high=high,
        noticed_low=low, noticed_high=high, noticed_days_low=1.0, noticed_days_high=1.0,
    )  # fmt: skip


def assessments(n: int) -> pa.Table:
    """Return so many assessments of one claim."""
    row: dict[str, Any] = {name: 1.0 for name in ASSESSMENT_SCHEMA.names if name.endswith(("_lower", "_upper"))}
    row |= {"clause_id": CLAIM[0], "reading": CLAIM[1], "party": CLAIM[2], "verdict": "established"}
    return pa.Table.from_pylist([{**row, "assessment_id": f"a{k}"} for k in range(n)], schema=ASSESSMENT_SCHEMA)


def changed(before: int, after: int, watch: Range, *, by_watchers: bool = True, days: float = 10.0) -> RateChange:
    """Return how the rate changed from so many certain breaches to so many."""
    n = before + after
    first, second = np.arange(n) < before, np.arange(n) >= before
    [found] = rate_changes(
        assessments(n),
        *(Chances(part.astype(float), part.astype(float)) for part in (first, second)),
        days=(10.0, days),
        watch={CLAIM: watch},
        daily=({}, {}),
        told=np.ones(n) if by_watchers else None,
    )
    return found


def test_the_watch_explains_what_it_can() -> None:
    """Twice as many under twice the watch are as many: the ratio holds 1, while what was seen does not."""
    found = changed(40, 80, Range(2.0, 2.0))
    assert found.seen_low > 1.0 and found.prob_seen_more_low > 0.99
    assert found.ratio_low < 1.0 < found.ratio_high
    assert found.prob_rose_low == found.prob_rose_high == pytest.approx(0.5, abs=0.05)
    assert found.watch_needed == found.seen_low


def test_what_nobody_knows_of_the_watch_leaves_the_change_open() -> None:
    """Without a log, or without a watcher among the sources, the ratio is anything and what is seen still stands."""
    for found in (changed(40, 80, Range(0.0, float("inf"))), changed(40, 80, Range(2.0, 2.0), by_watchers=False)):
        assert (0.0, float("inf"), 0.0, 1.0) == (
            found.ratio_low, found.ratio_high, found.prob_rose_low, found.prob_rose_high
        )  # fmt: skip
        assert found.seen_low > 1.0


def test_a_longer_period_is_no_rise() -> None:
    """Three times as many in three times as many days are as many a day, and nothing needs explaining."""
    found = changed(20, 60, Range(1.0, 1.0), days=30.0)
    assert found.seen_low < 1.0 < found.seen_high
    assert found.watch_needed is None


def test_a_fall_is_explained_by_a_better_watch_before() -> None:
    """Where fewer were seen, what is needed is below 1: the watch before must have been better."""
    found = changed(80, 20, Range(1.0, 1.0))
    assert found.watch_needed == found.seen_high < 1.0


def test_the_watch_of_several_zones_is_added_and_told_by_the_hour() -> None:
    """Exposures are added and taken by the hour, and their ends make the ratio's."""
    assert Range(0.5, 2.0) == exposure_ratio([exposure(10, 20)] * 2, [exposure(10, 20)] * 2)
    assert Range(2.0, 2.0) == exposure_ratio([exposure(10, 10)], [exposure(10, 10, hours=120.0)])
    assert Range(0.0, float("inf")) == exposure_ratio([exposure(0, 10)], [exposure(0, 10)])
    assert Range(0.0, float("inf")) == exposure_ratio([], [])


def test_a_clause_s_zones_are_its_scope_s_or_its_rule_s_or_everywhere() -> None:
    """A withdrawal has each party's own zones, a no-fly clause its rule's, and one that names none is everywhere."""
    [withdrawal] = agreement_named("withdrawal").clauses[:1]
    parties = {party: zones_of(withdrawal, party) for party in withdrawal.addressees}
    assert all(zones and zones != ("*",) for zones in parties.values())
    assert ("valley",) == zones_of(agreement_named("no_fly").clauses[0], "north")
    assert ("*",) == zones_of(agreement_named("obligation").clauses[0], "north")


def counts(lower: list[float], upper: list[float]) -> pa.Table:
    """Return daily counts of one claim."""
    plain = {"clause_id": CLAIM[0], "reading": CLAIM[1], "party": CLAIM[2], "n_assessed": 1, "low": 0, "high": 1}
    rows = [
        {
            **plain, "on": date(2030, 1, 1) + timedelta(days=day), "mean_lower": low, "mean_upper": high,
            "prob_any_lower": 0.0, "prob_any_upper": 1.0, "n_established": 0,
        }
        for day, (low, high) in enumerate(zip(lower, upper, strict=True))
        if high > 0.0
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=COUNT_SCHEMA)


def test_a_day_without_a_row_has_no_breach() -> None:
    """Days of the series that the counts leave out are nought."""
    days = [date(2030, 1, 1) + timedelta(days=day) for day in range(4)]
    lower, upper = daily_means(counts([1, 0, 0, 2], [1, 0, 0, 3]), days)[CLAIM]
    assert ([1, 0, 0, 2], [1, 0, 0, 3]) == (lower.tolist(), upper.tolist())
