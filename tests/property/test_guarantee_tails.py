"""Properties of the ladder's probabilities: exact against the enumeration of every outcome."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.chance import prob_at_least
from holdfire.guarantee.breaches import Breaches
from holdfire.guarantee.conditions import course_of
from holdfire.guarantee.tails import count_tails, spread_tails, steps_of
from holdfire.records.ladder import RungCondition

PROBS = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0.0, 1.0))
HOUR = 3_600_000_000


def enumerated_tail(probs: list[float], n: int) -> float:
    """Return the probability of at least n events by going through every outcome."""
    outcomes = itertools.product((0, 1), repeat=len(probs))
    return math.fsum(
        math.prod(p if happens else 1.0 - p for p, happens in zip(probs, outcome, strict=True))
        for outcome in outcomes
        if sum(outcome) >= n
    )


def enumerated_spread(rates: list[list[float]], n: int, n_zones: int) -> float:
    """Return the probability that at least n zones are hit by going through every place of every event."""
    total = []
    for places in itertools.product(range(n_zones + 1), repeat=len(rates)):
        chance = math.prod(
            1.0 - math.fsum(row) if place == n_zones else row[place] for row, place in zip(rates, places, strict=True)
        )
        if len(set(places) - {n_zones}) >= n:
            total.append(chance)
    return math.fsum(total)


@st.composite
def timed_events(draw: st.DrawFn) -> tuple[list[int], list[int], list[float]]:
    """Draw events with their times and probabilities."""
    n = draw(st.integers(0, 12))
    starts = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))
    lengths = draw(st.lists(st.integers(-2, 12), min_size=n, max_size=n))
    probs = draw(st.lists(PROBS, min_size=n, max_size=n))
    return starts, [start + length for start, length in zip(starts, lengths, strict=True)], probs


@given(timed_events(), st.integers(0, 6), st.integers(0, 25))
def test_a_tail_over_time_is_exact_at_every_step(
    events: tuple[list[int], list[int], list[float]], n: int, until: int
) -> None:
    """At each step the tail equals the sum over every outcome of the events that count then, to 1e-12."""
    starts, ends, probs = events
    steps = steps_of(np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), until)
    tails = count_tails(np.array(probs), steps, n)
    assert until == steps.at[-1]
    for at, tail in zip(steps.at.tolist(), tails.tolist(), strict=True):
        live = [p for start, end, p in zip(starts, ends, probs, strict=True) if start <= at < end]
        assert abs(enumerated_tail(live, n) - tail) <= 1e-12


@given(st.lists(PROBS, max_size=12), st.integers(0, 13))
def test_a_tail_agrees_with_the_chances_of_the_cellar(probs: list[float], n: int) -> None:
    """The tail over time and the tail of basics.chance are the same."""
    zeros = np.zeros(len(probs), dtype=np.int64)
    tails = count_tails(np.array(probs), steps_of(zeros, zeros + 9, 5), n)
    assert abs(prob_at_least(np.array(probs), n) - tails[-1]) <= 1e-12


@pytest.mark.parametrize("n", [1, 5, 40, 300])
def test_a_long_record_keeps_its_accuracy(n: int) -> None:
    """Ten thousand events that come and go leave the tail of those in the window exact."""
    random = np.random.default_rng(11)
    start = np.sort(random.integers(0, 10**9, 10_000))
    probs = random.random(10_000)
    end = start + random.integers(1, 10**8, 10_000)
    steps = steps_of(start, end, 10**9)
    tails = count_tails(probs, steps, n)
    for step in random.integers(0, steps.at.size, 20):
        live = (start <= steps.at[step]) & (steps.at[step] < end)
        assert abs(prob_at_least(probs[live], n) - tails[step]) <= 1e-10


@pytest.mark.parametrize("size", [1, 13, 16, 18, 20])
@pytest.mark.parametrize("sort", ["any", "near the ends", "some certain"])
def test_up_to_twenty_findings_are_exact(size: int, sort: str) -> None:
    """The tail of up to twenty events equals the sum over all their outcomes (1,048,576 for twenty), to 1e-12."""
    probs = np.random.default_rng(size).random(size)
    if sort == "near the ends":
        probs = np.where(probs < 0.5, probs**20, 1.0 - probs**20)
    elif sort == "some certain":
        probs[::3], probs[1::5] = 1.0, 0.0
    happens = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1
    chances = np.where(happens, probs, 1.0 - probs).prod(axis=1)
    sums = happens.sum(axis=1)
    zeros = np.zeros(size, dtype=np.int64)
    steps = steps_of(zeros, zeros + 9, 5)
    for n in range(size + 2):
        assert abs(math.fsum(chances[sums >= n]) - count_tails(probs, steps, n)[-1]) <= 1e-12


@pytest.mark.parametrize("size", [25, 100, 400])
def test_more_findings_agree_with_a_million_draws(size: int) -> None:
    """The tail of more events, by lower and by upper bounds, lies within four errors of a million random outcomes."""
    random = np.random.default_rng(size)
    low = random.random(size) * 0.2
    for probs in (low, np.minimum(1.0, low + random.random(size) * 0.3)):
        sums = np.zeros(1_000_000, dtype=np.int16)
        for p in probs:
            sums += random.random(sums.size) < p
        mean = round(float(probs.sum()))
        zeros = np.zeros(size, dtype=np.int64)
        for n in (1, max(1, mean - 4), mean, mean + 4, mean + 10):
            tail = count_tails(probs, steps_of(zeros, zeros + 9, 5), n)[-1]
            error = math.sqrt(tail * (1.0 - tail) / sums.size)
            assert abs((sums >= n).mean() - tail) <= 4.0 * error + 1e-6


@st.composite
def placed_events(draw: st.DrawFn, most: int = 5) -> tuple[list[list[float]], int]:
    """Draw events that lie in one of some zones or in none."""
    n_zones = draw(st.integers(1, 3))
    n = draw(st.integers(0, most))
    rates = []
    for _ in range(n):
        weights = draw(st.lists(PROBS, min_size=n_zones, max_size=n_zones))
        scale = max(1.0, math.fsum(weights))
        rates.append([weight / scale for weight in weights])
    return rates, n_zones


@given(placed_events(), st.integers(1, 3))
@settings(max_examples=60)
def test_a_spread_is_exact(placed: tuple[list[list[float]], int], n: int) -> None:
    """The probability that so many zones are hit equals the sum over every place of every event, to 1e-12."""
    rates, n_zones = placed
    zeros = np.zeros(len(rates), dtype=np.int64)
    array = np.array(rates).reshape(len(rates), n_zones)
    tail = spread_tails(array, np.zeros(len(rates)), steps_of(zeros, zeros + 9, 5), n)[-1]
    assert abs(enumerated_spread(rates, n, n_zones) - tail) <= 1e-12


@given(placed_events(most=4), st.data(), st.integers(1, 3))
@settings(max_examples=60)
def test_a_spread_over_uncertain_places_bounds_every_place(
    placed: tuple[list[list[float]], int], data: st.DataObject, n: int
) -> None:
    """Whatever the true places are within their bounds, the true tail lies between lower and upper."""
    true, n_zones = placed
    low = [[rate * data.draw(st.floats(0.0, 1.0)) for rate in row] for row in true]
    high = [[min(1.0, rate + data.draw(st.floats(0.0, 1.0))) for rate in row] for row in true]
    breaches = _breaches(
        np.array([math.fsum(row) for row in low]),
        np.array([min(1.0, math.fsum(row)) for row in high]),
        np.array(low).reshape(len(true), n_zones),
        np.array(high).reshape(len(true), n_zones),
    )
    when = RungCondition(at_least=1, spread=n, prob=0.5)
    course = course_of(breaches, when, 5)
    exact = enumerated_spread(true, n, n_zones)
    assert course.lower <= exact + 1e-9
    assert exact <= course.upper + 1e-9


@given(placed_events(most=4), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=60)
def test_a_count_and_a_spread_together_bound_the_joint_probability(
    placed: tuple[list[list[float]], int], at_least: int, spread: int
) -> None:
    """The probability that the count and the spread are both reached lies between lower and upper."""
    rates, n_zones = placed
    array = np.array(rates).reshape(len(rates), n_zones)
    inside = array.sum(axis=1)
    course = course_of(
        _breaches(inside, np.minimum(inside, 1.0), array, array), RungCondition(at_least=at_least, spread=spread), 5
    )
    joint = []
    for places in itertools.product(range(n_zones + 1), repeat=len(rates)):
        hit = [place for place in places if place < n_zones]
        if len(hit) >= at_least and len(set(hit)) >= spread:
            pairs = zip(rates, places, strict=True)
            joint.append(math.prod(1.0 - math.fsum(row) if at == n_zones else row[at] for row, at in pairs))
    assert course.lower <= math.fsum(joint) + 1e-9
    assert math.fsum(joint) <= course.upper + 1e-9


@given(st.lists(st.tuples(PROBS, PROBS), max_size=10), st.integers(1, 4))
def test_bounds_of_the_tail_hold_for_every_probability_between(pairs: list[tuple[float, float]], n: int) -> None:
    """The tail of probabilities between the bounds lies between the tails of the bounds."""
    low = np.array([min(pair) for pair in pairs])
    high = np.array([max(pair) for pair in pairs])
    course = course_of(_breaches(low, high, None, None), RungCondition(at_least=n), 5)
    middle = enumerated_tail(((low + high) / 2).tolist(), n)
    assert course.lower <= middle + 1e-12
    assert middle <= course.upper + 1e-12


@given(timed_events(), st.integers(1, 3), st.integers(1, 6), st.integers(0, 25))
def test_persistence_asks_for_every_instant(
    events: tuple[list[int], list[int], list[float]], n: int, hours: int, until: int
) -> None:
    """A condition with persistence holds exactly where the one without has held at every instant for so long."""
    starts, ends, probs = events
    begin, end = np.array(starts, dtype=np.int64) * HOUR, np.array(ends, dtype=np.int64) * HOUR
    breaches = _breaches(np.array(probs), np.array(probs), None, None, begin, end)
    plain = course_of(breaches, RungCondition(at_least=n, prob=0.5), until * HOUR)
    waiting = course_of(breaches, RungCondition(at_least=n, prob=0.5, persistence=f"{hours} h"), until * HOUR)

    def holds(spans: list[tuple[int, int]], at: int) -> bool:
        return any(first <= at < last for first, last in spans)

    for at in range(until + 1):
        instants = range(max(0, at - hours), at + 1)
        throughout = at - hours >= 0 and all(holds(plain.sure, one * HOUR) for one in instants)
        assert throughout == holds(waiting.sure, at * HOUR)


def _breaches(low: Any, high: Any, zone_low: Any, zone_high: Any, begin: Any = None, end: Any = None) -> Breaches:
    n = low.size
    zeros = np.zeros(n, dtype=np.int64)
    begin, end = zeros if begin is None else begin, zeros + 9 if end is None else end
    none = np.zeros((n, 0))
    return Breaches(
        findings=np.arange(n),
        breach_of=np.arange(n),
        finding_lower=low,
        finding_upper=high,
        lower=low,
        upper=high,
        start=begin,
        end=begin + 1,
        sure_from=begin,
        sure_until=end,
        maybe_from=begin,
        maybe_until=end,
        verified_at=zeros + (1 << 61),
        zone_lower=none if zone_low is None else zone_low,
        zone_upper=none if zone_high is None else zone_high,
    )
