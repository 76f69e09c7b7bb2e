"""Facts about a spread over zones that overlap, or that are too many to be followed exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.guarantee.breaches import Breaches
from holdfire.guarantee.conditions import course_of
from holdfire.guarantee.ladder import judge_ladder
from holdfire.records.ladder import RungCondition
from tests.unit.guarantee.casefile import Facts, agreement_of
from tests.unit.guarantee.test_ladder import AS_OF, breach


def in_zones(low: Any, high: Any) -> Breaches:
    """Return breaches that count now, with their bounds by zone."""
    n = low.shape[0]
    zeros = np.zeros(n, dtype=np.int64)
    lower, upper = np.minimum(low.sum(axis=1), 1.0), np.minimum(high.sum(axis=1), 1.0)
    return Breaches(
        findings=np.arange(n),
        breach_of=np.arange(n),
        finding_lower=lower,
        finding_upper=upper,
        lower=lower,
        upper=upper,
        start=zeros,
        end=zeros + 1,
        sure_from=zeros,
        sure_until=zeros + 9,
        maybe_from=zeros,
        maybe_until=zeros + 9,
        verified_at=zeros + (1 << 61),
        zone_lower=low,
        zone_upper=high,
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=50)
def test_nine_zones_give_bounds_around_what_eight_give_exactly(seed: int, n: int) -> None:
    """A ninth zone in which nothing happens widens the bounds and never moves them past the exact ones."""
    random = np.random.default_rng(seed)
    rates = random.dirichlet(np.ones(9), size=6)[:, :8] * random.random((6, 1))
    when = RungCondition(at_least=1, spread=n)
    exact = course_of(in_zones(rates, rates), when, 5)
    wide = np.concatenate([rates, np.zeros((6, 1))], axis=1)
    bounds = course_of(in_zones(wide, wide), when, 5)
    assert exact.lower == pytest.approx(exact.upper, abs=1e-9)
    assert bounds.lower <= exact.lower + 1e-9
    assert exact.upper <= bounds.upper + 1e-9


def test_nine_zones_are_exact_where_every_place_is_known() -> None:
    """Breaches whose sectors are known give the same from below with nine zones as with eight."""
    rates = np.zeros((5, 9))
    rates[np.arange(5), [0, 1, 2, 2, 3]] = 0.9
    when = RungCondition(at_least=1, spread=3)
    assert course_of(in_zones(rates[:, :8], rates[:, :8]), when, 5).lower == pytest.approx(
        course_of(in_zones(rates, rates), when, 5).lower
    )


def test_zones_that_overlap_are_not_counted_as_apart() -> None:
    """One breach that surely lies in two zones is surely in one, and possibly a spread over two."""
    both = np.array([[0.9, 0.9]])
    course = course_of(in_zones(both, both), RungCondition(at_least=1, spread=2), 5)
    assert (0.0, 1.0) == (course.lower, course.upper)


def test_a_spread_without_zones_asks_about_every_zone() -> None:
    """A spread that names no zone looks at all bounded zones, also where one is the union of others."""
    rungs = [agreement_of().ladder.rungs[0].model_dump(by_alias=True)]  # type: ignore[union-attr]
    rungs[0]["when"] |= {"spread": 2, "at_least": 2}
    agreement = agreement_of({"ladder": {"title": {"en": "It widens"}, "rungs": rungs}})
    findings = [
        breach("a", zones={"sector-1": 1.0, "area": 1.0}, prob=1.0),
        breach("b", zones={"sector-2": 1.0, "area": 1.0}, prob=1.0),
    ]
    facts = Facts(agreement=agreement, findings=findings)
    result = judge_ladder(agreement, **facts.arguments(AS_OF, "main")).rung("warning")
    assert ("fires", 1.0, 1.0) == (result.answer, result.prob_lower, result.prob_upper)
