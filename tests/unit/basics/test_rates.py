"""Facts about rates of uncertain events and how they change."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from holdfire.basics.chance import count_distribution
from holdfire.basics.rates import (
    Range,
    dispersion_of,
    prob_quiet_is_quiet,
    rate_range,
    ratio_range,
    rise_range,
    thinned,
)

ONE = Range(1.0, 1.0)
probs = st.lists(st.floats(0.0, 1.0), max_size=12).map(lambda values: np.array(values, dtype=np.float64))


def known(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return events that are certain."""
    return np.ones(n), np.ones(n)


def test_a_rate_of_certain_events_has_a_gamma_posterior() -> None:
    """With k certain events the interval is that of Gamma(k + 1/2) over the exposure."""
    for k in (0, 1, 7, 400):
        expected = stats.gamma(k + 0.5).ppf([0.05, 0.95]) / 12.0
        assert expected.tolist() == pytest.approx(list(rate_range(*known(k), Range(12.0, 12.0))), rel=1e-6)


def test_a_ratio_agrees_with_a_million_draws() -> None:
    """The interval of the ratio and the chance of a rise agree with a million draws of counts and rates."""
    rng = np.random.default_rng(1)
    before, after = rng.random(15), rng.random(25)
    n = 1_000_000
    counts = [(rng.random((n // 10, prob.size)) < prob).sum(axis=1) for prob in (before, after)]
    drawn = [rng.gamma(np.tile(count, 10) + 0.5) for count in counts]
    ratio = drawn[1] / drawn[0] / 2.0
    low, high = ratio_range((before, before), (after, after), Range(2.0, 2.0))
    assert np.quantile(ratio, [0.05, 0.95]).tolist() == pytest.approx([low, high], rel=0.02)
    rose = rise_range((before, before), (after, after), Range(2.0, 2.0))
    assert (ratio > 1.0).mean() == pytest.approx(rose.low, abs=3e-3)
    assert rose.low == pytest.approx(rose.high)


def test_nothing_known_of_the_watch_leaves_the_ratio_open() -> None:
    """Where the exposures may be anything, so may the ratio of the rates."""
    assert Range(0.0, float("inf")) == ratio_range(known(5), known(50), Range(0.0, float("inf")))
    assert Range(0.0, 1.0) == rise_range(known(5), known(50), Range(0.0, float("inf")))
    assert Range(0.0, float("inf")) == rate_range(*known(5), Range(0.0, float("inf")))


@settings(max_examples=30)
@given(probs, probs, st.floats(0.0, 0.5), st.floats(1.0, 3.0))
def test_more_doubt_makes_an_interval_wider(before: np.ndarray, after: np.ndarray, doubt: float, watch: float) -> None:
    """Wider bounds of events, or of the watch, never make an interval narrower."""
    exact = ratio_range((before, before), (after, after), ONE)
    loose = (np.clip(before - doubt, 0, 1), np.clip(before + doubt, 0, 1)), (after, np.clip(after + doubt, 0, 1))
    wide = ratio_range(*loose, Range(1.0 / watch, watch))
    assert wide.low <= exact.low * (1 + 1e-9) and wide.high >= exact.high * (1 - 1e-9)


def test_the_interval_holds_the_true_ratio_as_often_as_it_says() -> None:
    """In 150 simulated pairs of periods the 90 % interval holds the true ratio in 86 to 95 % of them."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(150):
        rates, exposed = rng.uniform(0.5, 4.0, 2), rng.uniform(3.0, 9.0, 2)
        n = rng.poisson(rates * exposed)
        low, high = ratio_range(known(n[0]), known(n[1]), Range(*[exposed[1] / exposed[0]] * 2))
        held += low <= rates[1] / rates[0] <= high
    assert 0.86 <= held / 150 <= 0.95


@given(st.integers(0, 2000), st.floats(0.1, 0.9), st.booleans())
def test_thinning_rounds_outward(n: int, prob: float, upward: bool) -> None:
    """A thinned distribution lies on its stated side of the exact one, and holds all its mass."""
    exact = np.cumsum(count_distribution(np.full(n, prob)))
    count, mass = thinned(np.full(n, prob), upward=upward)
    assert mass.sum() == pytest.approx(1.0) and count.size <= 48
    below = np.array([mass[count <= k].sum() for k in range(n + 1)])
    assert (below <= exact + 1e-9).all() if upward else (below >= exact - 1e-9).all()


def test_dispersion_is_that_of_the_scatter_and_not_of_a_change() -> None:
    """Poisson counts have a dispersion near 1 even where their rate steps; counts in fives have about 5."""
    rng = np.random.default_rng(2)
    stepped = rng.poisson(np.repeat([4.0, 20.0], 200)).astype(np.float64)
    assert dispersion_of(stepped) < 1.8
    assert dispersion_of(5.0 * rng.poisson(3.0, 400)) == pytest.approx(5.0, rel=0.2)
    assert 1.0 == dispersion_of(np.array([0.0, 9.0, 0.0])) == dispersion_of(np.zeros(30))


def test_dispersion_widens_an_interval() -> None:
    """Events that come in clusters leave the ratio less sure."""
    sharp, wide = (ratio_range(known(40), known(40), ONE, dispersion=d) for d in (1.0, 4.0))
    assert wide.low < sharp.low < 1.0 < sharp.high < wide.high


def test_a_quiet_day_is_worth_what_was_watched() -> None:
    """Seen whole, a quiet day was quiet; unwatched, it is worth what the other days say; without a watch, unknown."""
    assert prob_quiet_is_quiet(9.0, 10.0, 1.0) == 1.0
    assert prob_quiet_is_quiet(9.0, 10.0, 0.0) == pytest.approx((10 / 11) ** 9.5)
    assert prob_quiet_is_quiet(9.0, 0.0, 0.0) is None


def test_a_quiet_day_s_worth_agrees_with_simulated_days() -> None:
    """Of simulated days on which nothing was seen, as many had no event as the formula says."""
    rng = np.random.default_rng(8)
    n, days, noticed = 400_000, 20, 0.6
    rate = rng.gamma(3.5, 1.0 / (days * noticed), n)
    true = rng.poisson(rate)
    seen = rng.binomial(true, noticed)
    # The posterior after three events in twenty such days, drawn directly.
    expected = ((true == 0) & (seen == 0)).sum() / (seen == 0).sum()
    weighted = prob_quiet_is_quiet(3.0, days * noticed + noticed, noticed)
    assert weighted == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("noticed", [0.2, 0.5, 0.9])
def test_a_quiet_day_s_worth_is_calibrated(noticed: float) -> None:
    """Of days on which nothing was seen, in 4,000 simulated worlds, as many were quiet as is said, in five bins."""
    rng = np.random.default_rng(21)
    # Near the improper prior: of shape 1/2, and wide.
    rate = rng.gamma(0.5, 20.0, 4_000)
    happened = rng.poisson(rate[:, None], (4_000, 30))
    seen = rng.binomial(happened, noticed)
    said = np.array([prob_quiet_is_quiet(float(n), 30 * noticed, noticed) for n in seen.sum(axis=1)], dtype=float)
    silent = seen == 0
    n_silent, n_quiet = silent.sum(axis=1), (silent & (happened == 0)).sum(axis=1)
    for low, high in pairwise((0.0, 0.2, 0.4, 0.6, 0.8, 1.0)):
        kept = (said > low) & (said <= high)
        if n_silent[kept].sum() >= 500:
            share = n_quiet[kept].sum() / n_silent[kept].sum()
            assert share == pytest.approx((said[kept] @ n_silent[kept]) / n_silent[kept].sum(), abs=0.03)
