"""Facts about counts of uncertain events."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from holdfire.basics.chance import (
    count_distribution,
    count_interval,
    group_intervals,
    prob_any,
    prob_at_least,
    prob_sum_at_least,
)

chances = st.lists(st.floats(0.0, 1.0), max_size=10)


@given(chances)
def test_the_distribution_equals_enumeration(prob: list[float]) -> None:
    """The distribution equals the sum over every combination of events."""
    expected = np.zeros(len(prob) + 1)
    for outcome in product((0, 1), repeat=len(prob)):
        weight = 1.0
        for happened, p in zip(outcome, prob, strict=True):
            weight *= p if happened else 1.0 - p
        expected[sum(outcome)] += weight
    np.testing.assert_allclose(count_distribution(np.array(prob)), expected, atol=1e-12)


def test_large_counts_join_halves_within_1e_12() -> None:
    """Halves joined by Fourier transform differ from the plain convolution by less than 1e-12."""
    prob = np.random.default_rng(7).random(3_000)
    plain = np.zeros(prob.size + 1)
    plain[0] = 1.0
    for p in prob:
        plain[1:] = plain[1:] * (1 - p) + plain[:-1] * p
        plain[0] *= 1 - p
    assert float(np.abs(count_distribution(prob) - plain).max()) < 1e-12


def test_the_mean_of_the_distribution_is_the_sum_of_chances() -> None:
    """The mean number of events is the sum of their probabilities, for 20,000 of them."""
    prob = np.random.default_rng(3).random(20_000) * 0.01
    chances_of = count_distribution(prob)
    np.testing.assert_allclose((chances_of * np.arange(chances_of.size)).sum(), prob.sum(), rtol=1e-9)


def test_the_interval_holds_its_mass() -> None:
    """The 90 % interval holds at least 90 % and its ends are reached."""
    prob = np.array([0.5] * 20)
    low, high = count_interval(prob)
    chances_of = count_distribution(prob)
    assert (6, 14) == (low, high)
    assert chances_of[low : high + 1].sum() >= 0.9


def test_more_than_there_are_cannot_happen() -> None:
    """The probability of more events than there are is 0, of none or more is 1."""
    prob = np.array([1.0, 0.5])
    assert (0.0, 1.0, 0.5) == (prob_at_least(prob, 3), prob_at_least(prob, 0), prob_at_least(prob, 2))


@given(st.lists(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.999, 1.0]), max_size=6), min_size=1, max_size=8))
def test_groups_are_counted_as_each_by_itself(groups: list[list[float]]) -> None:
    """Groups that are convolved side by side have the ends that the plain distribution gives, empty ones too."""
    prob = np.array([p for group in groups for p in group])
    starts = np.cumsum([0, *(len(group) for group in groups)])
    low, high = group_intervals(prob, starts)
    for at, group in enumerate(groups):
        cumulative = np.cumsum(count_distribution(np.array(group)))
        expected = (int((cumulative <= 0.05).sum()), int((cumulative < 0.95 - 1e-12).sum()))
        assert expected == (low[at], high[at])


def test_a_large_group_beside_small_ones() -> None:
    """Groups above and below the limit of the plain convolution are each counted right."""
    rng = np.random.default_rng(5)
    groups = [rng.random(2_000), np.empty(0), np.ones(3), rng.random(40) * 1e-3]
    low, high = group_intervals(np.concatenate(groups), np.cumsum([0, *(group.size for group in groups)]))
    assert [count_interval(group) for group in groups] == list(zip(low.tolist(), high.tolist(), strict=True))


def test_a_hundred_thousand_rare_events_are_near_poisson() -> None:
    """Many rare events have the distribution of Poisson, within Le Cam's bound."""
    prob = np.full(100_000, 5e-5)
    poisson = np.exp(-5.0) * np.cumprod(np.concatenate([[1.0], 5.0 / np.arange(1, 30)]))
    assert float(np.abs(count_distribution(prob)[:30] - poisson).sum()) < 2 * float((prob**2).sum())


@given(st.lists(st.lists(st.floats(0.0, 1.0), max_size=4), min_size=1, max_size=6))
def test_any_of_a_group_is_all_but_none(groups: list[list[float]]) -> None:
    """The probability of at least one event is one minus that of none, 0 for an empty group."""
    prob = np.array([p for group in groups for p in group])
    found = prob_any(prob, np.cumsum([0, *(len(group) for group in groups)]))
    np.testing.assert_allclose(found, [1.0 - np.prod(1.0 - np.array(group)) for group in groups], atol=1e-12)


def test_a_group_counts_the_same_wherever_it_stands() -> None:
    """To the last bit, the chance of any event of a group does not depend on the groups beside it."""
    rng = np.random.default_rng(8)
    groups = [rng.random(n) * 0.2 for n in (8, 9, 16, 3, 8) * 40]
    together = prob_any(np.concatenate(groups), np.cumsum([0, *(group.size for group in groups)]))
    alone = [prob_any(group, np.array([0, group.size]))[0] for group in groups]
    last = [prob_any(np.concatenate([groups[0], g]), np.array([0, 8, 8 + g.size]))[1] for g in groups]
    assert alone == together.tolist() == last


def test_a_million_events_are_within_1e_12_of_the_exact_distribution() -> None:
    """A million events of two probabilities differ from the joined binomials by less than 1e-12 everywhere."""
    found = count_distribution(np.repeat([0.001, 0.3], [600_000, 400_000]))
    few, many = np.arange(0, 1_201), np.arange(117_000, 123_001)
    exact = np.convolve(stats.binom(600_000, 0.001).pmf(few), stats.binom(400_000, 0.3).pmf(many))
    window = slice(117_000, 117_000 + exact.size)
    assert float(np.abs(found[window] - exact).max()) < 1e-12
    assert abs(float(found.sum()) - 1.0) < 1e-9


def test_a_distribution_agrees_with_a_million_draws() -> None:
    """Each count comes as often among a million draws as its probability says, within five standard errors."""
    rng = np.random.default_rng(11)
    prob = rng.random(12)
    n = 1_000_000
    drawn = np.zeros(n, dtype=np.int64)
    for p in prob:
        drawn += rng.random(n) < p
    expected = count_distribution(prob)
    error = np.sqrt(expected * (1.0 - expected) / n)
    assert (np.abs(np.bincount(drawn, minlength=13) / n - expected) <= 5.0 * error + 1e-6).all()


@given(
    st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 9)), max_size=9),
    st.integers(0, 40),
)
def test_a_sum_of_weights_equals_enumeration(events: list[tuple[float, int]], least: int) -> None:
    """The probability that weights add up to so much equals the sum over every combination of events."""
    expected = 0.0
    for outcome in product((0, 1), repeat=len(events)):
        chance = 1.0
        for happened, (p, _) in zip(outcome, events, strict=True):
            chance *= p if happened else 1.0 - p
        expected += chance * (sum(w for happened, (_, w) in zip(outcome, events, strict=True) if happened) >= least)
    prob, weight = (np.array([one[part] for one in events], dtype=float) for part in (0, 1))
    np.testing.assert_allclose(prob_sum_at_least(prob, weight, least), expected, atol=1e-12)


def test_a_sum_of_equal_weights_is_a_count() -> None:
    """With weights of one it is the probability of at least so many events."""
    prob = np.random.default_rng(4).random(300)
    for least in (100, 150, 170):
        np.testing.assert_allclose(prob_sum_at_least(prob, np.ones(300), least), prob_at_least(prob, least), atol=1e-12)


def test_a_large_sum_is_never_put_too_high() -> None:
    """Above the steps that are held the value is a lower bound, and near the exact one."""
    rng = np.random.default_rng(5)
    prob, weight = rng.random(60), rng.integers(1, 4_000, 60).astype(float)
    draws = (rng.random((40_000, 60)) < prob) @ weight
    for least in (40_000.0, 60_000.0, 75_000.0):
        found = prob_sum_at_least(prob, weight, least)
        assert found <= (draws >= least).mean() + 0.01
        assert found >= (draws >= least * 1.005).mean() - 0.01
