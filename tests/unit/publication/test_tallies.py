"""Facts about counting breaches, and about breaches by whichever party."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from holdfire.publication.clause_numbers import direction_of
from holdfire.publication.columns import Columns, columns_of
from holdfire.publication.tallies import count_range, unite, unite_clauses
from holdfire.records.bulletin import BulletinInputs
from holdfire.records.bulletin_numbers import CountRange
from holdfire.records.finding import FINDING_SCHEMA
from holdfire.records.incident import INCIDENT_SCHEMA

OTHERS = ("act", "place_time", "no_exemption")


def columns(actors: list[dict[str, object]] | None, bounds: dict[str, tuple[float, float]]) -> Columns:
    """Return one incident against one clause for some parties; every other factor is 0.8 to 0.9."""
    incident = {
        "incident_id": "i1", "prob_real": 1.0, "prob_real_lower": 1.0, "prob_real_upper": 1.0, "place_model": "point",
        "actors": actors, "n_reports": 1, "n_sources": 1, "n_independent": 1, "languages": "", "explanation": "{}",
    }  # fmt: skip
    rows = []
    for party, (lower, upper) in bounds.items():
        rows.append(
            {
                "finding_id": f"f/i1/c/r/{party}", "assessment_ids": [], "incident_id": "i1", "clause_id": "c",
                "reading": "r", "party": party, "standard": "clear", "prob_lower": 0.8 * lower,
                "prob_upper": 0.9 * upper, "real_lower": 0.8, "real_upper": 0.9, "actor_lower": lower,
                "actor_upper": upper, "verdict": "cannot determine", "basis": "probability", "verified": False,
                "reviewers": [], "reason": "",
                **{f"{name}_{end}": 1.0 for name in OTHERS for end in ("lower", "upper")},
            }
        )  # fmt: skip
    return columns_of(
        pa.Table.from_pylist(rows, schema=FINDING_SCHEMA),
        pa.Table.from_pylist([incident], schema=INCIDENT_SCHEMA),
        clauses=["c"], parties=["a", "b"], readings=["r"], zone="UTC",
    )  # fmt: skip


def every(held: Columns) -> np.ndarray:
    return np.ones(held.lower.size, dtype=np.bool_)


def test_a_breach_by_one_of_two_is_likely_though_by_whom_is_open() -> None:
    """Where one of two parties did it for certain, the breach is as likely as its other factors."""
    either = [{"name": "a", "lower": 0.0, "upper": 1.0}, {"name": "b", "lower": 0.0, "upper": 1.0}]
    held = columns(either, {"a": (0.0, 1.0), "b": (0.0, 1.0)})
    union = unite(held, every(held))
    assert (0.8, 0.9) == (pytest.approx(union.lower[0]), pytest.approx(union.upper[0]))


def test_a_breach_by_anybody_is_open_where_nothing_is_said_of_the_actor() -> None:
    """Where nothing is said of who did it, the breach by one of the parties may be none at all."""
    held = columns(None, {"a": (0.0, 1.0), "b": (0.0, 1.0)})
    union = unite(held, every(held))
    assert (0.0, 0.9) == (union.lower[0], pytest.approx(union.upper[0]))


def test_what_is_left_to_others_lowers_the_bound() -> None:
    """A share that somebody else did it is taken out of the lower bound."""
    actors = [{"name": "a", "lower": 0.7, "upper": 1.0}, {"name": None, "lower": 0.0, "upper": 0.25}]
    held = columns(actors, {"a": (0.7, 1.0)})
    assert 0.8 * 0.75 == pytest.approx(unite(held, every(held)).lower[0])


def test_the_bound_is_never_below_the_strongest_party() -> None:
    """A breach by whichever party is at least as likely as by each of them."""
    held = columns([{"name": None, "lower": 0.0, "upper": 1.0}], {"a": (0.9, 1.0), "b": (0.0, 0.1)})
    assert 0.72 == pytest.approx(unite(held, every(held)).lower[0])


def test_what_named_persons_excluded_counts_for_nothing() -> None:
    """A finding that a review excluded adds nothing to the breach by whichever party."""
    held = columns(None, {"a": (0.9, 1.0)})
    excluded = replace(held, reviewed=np.array([True]), verdict=np.array([2]))
    union = unite(excluded, every(held))
    assert (0.0, 0.0, 2) == (union.lower[0], union.upper[0], union.grade[0])


def test_any_clause_is_bounded_by_the_incident_itself() -> None:
    """Breaches of several clauses together are at most as likely as the incident."""
    held = columns(None, {"a": (0.9, 1.0)})
    union = unite(held, every(held))
    twice = replace(
        union,
        **{name: np.concatenate([getattr(union, name)] * 2) for name in union.__dataclass_fields__ if name != "clause"},
        clause=np.array([0, 1]),
    )
    together = unite_clauses(twice)
    assert (1, pytest.approx(0.72), pytest.approx(0.9)) == (
        together.lower.size,
        together.lower[0],
        together.upper[0],
    )


def test_no_breaches_count_as_none() -> None:
    """An empty selection is zero without a range."""
    assert CountRange() == count_range(np.zeros(0), np.zeros(0))


def test_a_certain_breach_is_any_breach() -> None:
    """One breach of probability one makes at least one certain."""
    counted = count_range(np.array([1.0, 0.2]), np.array([1.0, 0.4]))
    assert (1.0, 1.0, 1, 2) == (counted.any_lower, counted.any_upper, counted.low, counted.high)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (CountRange(mean_upper=2.0, low=1, high=3), CountRange(mean_upper=2.0, low=3, high=4), "unclear"),
        (CountRange(mean_upper=2.0, low=1, high=2), CountRange(mean_upper=4.0, low=3, high=4), "fewer"),
        (CountRange(mean_upper=5.0, low=5, high=6), CountRange(mean_upper=4.0, low=3, high=4), "more"),
        (CountRange(), CountRange(), "none"),
    ],
)
def test_a_direction_is_named_where_the_intervals_do_not_meet(
    now: CountRange, before: CountRange, expected: str
) -> None:
    """More and fewer ask for intervals that do not meet; touching ends are no change."""
    assert expected == direction_of(now, before)


def test_the_factory_covers_the_open_cases(case: BulletinInputs) -> None:
    """The fictional case holds an incident without a time and one without a place."""
    assert (1, 1) == (case.incidents["occurred_start"].null_count, case.incidents["lon"].null_count)
