"""Facts about counts of breaches."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from holdfire.assessment.counts import TALLY_SCHEMA, count_breaches, count_tallies, local_days
from holdfire.basics.chance import count_interval
from holdfire.errors import ModelError
from holdfire.records.assessment import ASSESSMENT_SCHEMA, COUNT_SCHEMA
from tests.unit.assessment.case_words import agreement_named, incidents_of, judged
from tests.unit.basics.counting_oracle import interval_of

SHOT = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "where": [37.5, 48.5]}


def counted(*said: dict[str, Any], name: str = "cessation", today: str | None = None) -> list[dict[str, Any]]:
    """Return the counts of incidents under a case file's clauses."""
    agreement = agreement_named(name)
    incidents = incidents_of(list(said), agreement.time_zone)
    return list(count_breaches(judged(agreement, incidents, today), incidents, agreement).to_pylist())


def test_nothing_assessed_counts_nothing() -> None:
    """Without assessments there are no counts."""
    agreement = agreement_named("cessation")
    table = count_breaches(ASSESSMENT_SCHEMA.empty_table(), incidents_of([], "UTC"), agreement)
    assert COUNT_SCHEMA.empty_table().equals(table)


def test_days_come_before_the_period() -> None:
    """Each day has a row, and the whole period one more without a day."""
    rows = counted(SHOT, {**SHOT, "at": "2030-03-06 12:00:00"}, {**SHOT, "at": "2030-03-06 13:00:00"})
    assert [(date(2030, 3, 5), 1), (date(2030, 3, 6), 2), (None, 3)] == [(r["on"], r["n_assessed"]) for r in rows]
    assert [(1, 1), (2, 2), (3, 3)] == [(row["low"], row["high"]) for row in rows]
    assert [1, 2, 3] == [row["n_established"] for row in rows]


def test_a_day_is_the_local_one_of_the_interval_s_middle() -> None:
    """An interval that begins before midnight and has its middle after it counts on the later day."""
    rows = counted({**SHOT, "at": "2030-03-05 23:30:00", "within_time": "2 h"})
    assert [date(2030, 3, 6), None] == [row["on"] for row in rows]
    # 22:30 UTC is half past midnight in Kyiv.
    assert [date(2030, 3, 6)] == local_days(
        incidents_of([{"at": "2030-03-05 22:30:00"}], "UTC"), "Europe/Kyiv"
    ).to_pylist()


def test_without_a_time_there_is_no_day() -> None:
    """An incident of unknown time counts in the period alone."""
    rows = counted({key: value for key, value in SHOT.items() if key != "at"})
    assert [None] == [row["on"] for row in rows]
    assert (0.0, 1.0, 0, 1) == tuple(rows[0][key] for key in ("mean_lower", "mean_upper", "low", "high"))


def test_an_omission_counts_in_the_period() -> None:
    """A duty that was perhaps not done counts once, from 0 to 1, and on no day."""
    rows = counted(name="obligation", today="2030-06-01")
    assert [(None, 1, 0.0, 1.0)] == [(r["on"], r["n_assessed"], r["mean_lower"], r["mean_upper"]) for r in rows]


def test_lower_ends_come_from_lower_and_upper_ends_from_upper_probabilities() -> None:
    """The interval is that of the lower probabilities below and of the upper ones above."""
    bounds = [(0.2, 0.4), (0.5, 0.9), (0.7, 0.7), (0.0, 0.3)]
    said = [{**SHOT, "real": list(pair)} for pair in bounds]
    whole = counted(*said)[-1]
    lower, upper = np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])
    assert (count_interval(lower)[0], count_interval(upper)[1]) == (whole["low"], whole["high"])
    assert (lower.sum(), upper.sum()) == pytest.approx((whole["mean_lower"], whole["mean_upper"]))
    none = (1 - np.prod(1 - lower), 1 - np.prod(1 - upper))
    assert none == pytest.approx((whole["prob_any_lower"], whole["prob_any_upper"]))


def test_each_party_and_reading_is_counted_by_itself() -> None:
    """Rows are ordered by clause, reading, party and day."""
    rows = counted({**SHOT, "by": None}, {**SHOT, "by": "south"})
    assert [("north", 1), ("north", 1), ("south", 2), ("south", 2)] == [(r["party"], r["n_assessed"]) for r in rows]


def test_other_incidents_are_refused() -> None:
    """Assessments whose incident is not given cannot be counted."""
    agreement = agreement_named("cessation")
    table = judged(agreement, incidents_of([SHOT], agreement.time_zone))
    with pytest.raises(ModelError, match="lacks"):
        count_breaches(table, incidents_of([], "UTC"), agreement)


def test_large_counts_are_exact_by_claim_and_day() -> None:
    """Each claim's interval on each day, and in all, is that of its own events' characteristic function."""
    rng = np.random.default_rng(12)
    n = 120_000
    party, day = rng.choice(["north", "south"], n, p=[0.8, 0.2]), rng.integers(0, 3, n)
    lower = rng.random(n) ** 3
    upper = lower + (1.0 - lower) * rng.random(n) * 0.5
    tallies = pa.table(
        {
            "incident_id": pa.array([f"i{k:06d}" for k in range(n)]),
            "clause_id": pa.repeat("fire", n),
            "reading": pa.repeat("signed", n),
            "party": pa.array(party.tolist()),
            "on": pa.array([date(2030, 3, 5 + k) for k in day.tolist()], pa.date32()),
            "prob_lower": lower,
            "prob_upper": upper,
            "is_established": pa.repeat(False, n),
        },
        schema=TALLY_SCHEMA,
    )
    rows = count_tallies(tallies).to_pylist()
    assert 8 == len(rows)
    for row in rows:
        mine = (party == row["party"]) & ((day == row["on"].day - 5) if row["on"] is not None else True)
        assert (interval_of(lower[mine])[0], interval_of(upper[mine])[1]) == (row["low"], row["high"])
        assert row["n_assessed"] == int(mine.sum())
        assert row["mean_lower"] == pytest.approx(lower[mine].sum(), rel=1e-12)
