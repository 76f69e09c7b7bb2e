"""Facts about how exact counts of up to a million uncertain events are."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from holdfire.basics.chance import count_distribution, count_interval, group_intervals, prob_at_least
from tests.unit.basics.counting_oracle import by_decimals, by_waves, interval_of

MILLION = 1_000_000
Floats = NDArray[np.float64]


def mixed(sort: str, n: int, seed: int = 3) -> Floats:
    """Return probabilities of one sort."""
    rng = np.random.default_rng(seed)
    drawn = {
        "any": rng.random(n),
        "nearly known": rng.beta(0.2, 0.2, n),
        "small": rng.random(n) ** 6 * 0.05,
        "rare": rng.random(n) * 1e-5,
        "of all sizes": np.where(
            rng.random(n) < 0.5, 10.0 ** rng.uniform(-14, -1, n), 1 - 10.0 ** rng.uniform(-9, -1, n)
        ),
    }
    return drawn[sort]


SORTS = ["any", "nearly known", "small", "rare", "of all sizes"]


@pytest.mark.parametrize("sort", SORTS)
def test_a_thousand_events_equal_forty_digits(sort: str) -> None:
    """Every probability, every tail and the interval are those of a convolution in forty digits, within 1e-14."""
    prob = mixed(sort, 1_000)
    exact = by_decimals(prob)
    assert float(np.abs(count_distribution(prob) - exact).max()) < 1e-14
    for least in np.flatnonzero(exact > 1e-30)[::40].tolist():
        assert abs(prob_at_least(prob, least) - exact[least:].sum()) < 1e-13
    cumulative = np.cumsum(exact)
    assert (int((cumulative <= 0.05).sum()), int((cumulative < 0.95).sum())) == count_interval(prob)


def test_the_two_oracles_agree() -> None:
    """The characteristic function and forty digits give the same distribution."""
    prob = mixed("of all sizes", 1_000)
    first, pmf = by_waves(prob)
    exact = by_decimals(prob)
    at = np.arange(max(first, 0), min(first + pmf.size, exact.size))
    assert float(np.abs(pmf[at - first] - exact[at]).max()) < 1e-14


@pytest.mark.parametrize("sort", SORTS)
def test_a_million_events_are_within_1e_12(sort: str) -> None:
    """Every probability, every tail and the interval of a million mixed events are those of their waves."""
    prob = mixed(sort, MILLION)
    found = count_distribution(prob)
    first, pmf = by_waves(prob)
    at = np.arange(max(first, 0), min(first + pmf.size, found.size))
    exact = pmf[at - first]
    assert float(np.abs(found[at] - exact).max()) < 1e-12
    assert float(np.abs(np.cumsum(found)[at] - np.cumsum(exact)).max()) < 1e-12
    assert abs(float(found.sum()) - 1.0) < 1e-12
    assert interval_of(prob) == count_interval(prob)


def test_a_million_events_lie_between_binomials() -> None:
    """Probabilities rounded down, and up, to twentieths give fewer, and more, events: the tails lie in order."""
    prob = mixed("any", MILLION)
    found = np.cumsum(count_distribution(prob))
    ends = []
    for rounded in (np.floor(prob * 20.0) / 20.0, np.ceil(prob * 20.0) / 20.0):
        levels, counts = np.unique(rounded, return_counts=True)
        first, chances = 0, np.ones(1)
        for level, n in zip(levels.tolist(), counts.tolist(), strict=True):
            reach = int(12.0 * np.sqrt(n * level * (1.0 - level))) + 2
            low = max(0, int(n * level) - reach)
            chances = np.convolve(
                chances, stats.binom(n, level).pmf(np.arange(low, min(n, int(n * level) + reach) + 1))
            )
            first += low
        ends.append((first, np.cumsum(chances)))
    for count in (prob.sum() + np.array([-2_000.0, -400.0, 0.0, 400.0, 2_000.0])).astype(int).tolist():
        below = [0.0 if count < first else float(sums[min(count - first, sums.size - 1)]) for first, sums in ends]
        assert below[1] - 1e-12 <= found[count] <= below[0] + 1e-12


def test_a_million_events_are_near_normal() -> None:
    """The distribution lies within Berry and Esseen's bound (0.5600, Shevtsova 2010) of the normal one."""
    prob = mixed("any", MILLION)
    variance = float((prob * (1.0 - prob)).sum())
    third = float((prob * (1.0 - prob) * (prob**2 + (1.0 - prob) ** 2)).sum())
    normal = stats.norm(prob.sum(), np.sqrt(variance)).cdf(np.arange(MILLION + 1))
    assert float(np.abs(np.cumsum(count_distribution(prob)) - normal).max()) <= 0.56 * third / variance**1.5


def test_a_million_events_need_little_memory() -> None:
    """The interval of a million events is found in less than 128 MiB beside them."""
    prob = mixed("any", MILLION)
    tracemalloc.start()
    count_interval(prob)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 128 << 20


def test_large_groups_are_each_exact() -> None:
    """Groups of very unlike sizes, side by side, each have the interval of their own waves."""
    groups = [mixed(sort, n, seed=n) for sort, n in (("any", 40_000), ("rare", 90_000), ("small", 700), ("any", 3))]
    low, high = group_intervals(np.concatenate(groups), np.cumsum([0, *(group.size for group in groups)]))
    assert [interval_of(group) for group in groups] == list(zip(low.tolist(), high.tolist(), strict=True))
