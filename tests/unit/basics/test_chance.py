"""Facts about counts of uncertain events."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfire.basics.chance import count_distribution, count_interval, prob_at_least

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
