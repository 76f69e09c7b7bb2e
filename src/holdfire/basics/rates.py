"""Rates: how often something happens, and how a rate changed, from uncertain counts and uncertain watch.

Turns the probabilities of single events and the exposures of periods into posteriors of rates and of their ratio.
Rules: given its rate, the number of events seen in a period is Poisson with mean rate x exposure / dispersion, in units
of the dispersion; rates have Jeffreys' prior, Gamma(1/2, 0). Which events are real is independent of that, so the
posterior is a mixture over the Poisson-binomial number of events. Not knowing is a range: a low end takes the lower
probabilities and the largest exposure, a high end the upper ones and the smallest. A mixture over more than ``STRATA``
counts is thinned by rounding counts towards the outside, so that an interval can only become wider. Leaves what was
watched to ``assessment``. Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, section 2.6; Price and
Bonett (2000), Estimating the ratio of two Poisson rates, CSDA 34.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.chance import count_distribution
from holdfire.basics.special import beta_share, gamma_share, solve

__all__ = [
    "PRIOR_SHAPE", "Mixture", "Range", "dispersion_of", "prob_quiet_is_quiet", "rate_range", "ratio_range",
    "rise_range", "thinned",
]  # fmt: skip

Floats = NDArray[np.float64]

PRIOR_SHAPE = 0.5
"""Jeffreys' prior of a Poisson rate is Gamma(1/2, 0)."""
STRATA = 48
"""Counts that stand for a distribution of more."""
DROPPED = 1e-13
"""Mass that a count must have to be kept; the whole that is left out stays below 1e-6 for 1e7 events."""
MIN_DAYS = 8
"""Days from which the dispersion of a daily series can be told."""


class Range(NamedTuple):
    """Hold the two ends of what is known.

    Attributes
    ----------
    low, high : float
        0 and infinity where nothing is known of a rate.
    """

    low: float
    high: float


class Mixture(NamedTuple):
    """Hold how many events there may be.

    Attributes
    ----------
    number : float64, (n,)
        In order.
    mass : float64, (n,), 0..1
        They sum to 1.
    """

    number: Floats
    mass: Floats


def thinned(prob: Floats, *, upward: bool) -> Mixture:
    """Return the number of independent events that happen, as at most ``STRATA`` counts with their masses.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        The events' probabilities.
    upward : bool
        Whether counts are rounded up or down within a stratum; the result is stochastically larger, or smaller, than
        the exact distribution.

    Examples
    --------
    >>> mixture = thinned(np.array([0.5, 0.5]), upward=True)
    >>> mixture.number.tolist(), mixture.mass.tolist()
    ([0.0, 1.0, 2.0], [0.25, 0.5, 0.25])
    """
    chances = count_distribution(prob)
    kept = np.flatnonzero(chances > DROPPED)
    mass = chances[kept] / chances[kept].sum()
    if kept.size <= STRATA:
        return Mixture(kept.astype(np.float64), mass)
    # Strata of like width: the tails are as finely told as the middle.
    edges = np.unique(np.linspace(0, kept.size, STRATA + 1).round().astype(np.int64))
    ends = kept[edges[1:] - 1] if upward else kept[edges[:-1]]
    return Mixture(ends.astype(np.float64), np.add.reduceat(mass, edges[:-1]))


def dispersion_of(counts: Floats, means: Floats | None = None) -> float:
    """Return how much wider than Poisson a daily series scatters, at least 1.

    Parameters
    ----------
    counts : float64, (n,)
        Number of events, day by day.
    means : float64, (n,), optional
        Exposure of each day, where it differs.

    Returns
    -------
    float, >= 1
        Half the mean square of successive differences over the mean (von Neumann's estimator, which a slow change of
        the rate hardly moves); 1 for fewer than ``MIN_DAYS`` days or none with an event. Differences are of
        standardised residuals where days are exposed differently.

    Examples
    --------
    >>> round(dispersion_of(np.array([0.0, 4.0] * 4)), 9)
    4.0
    """
    if counts.size < MIN_DAYS or counts.sum() <= 0.0:
        return 1.0
    exposed = np.ones(counts.size) if means is None else means
    expected = exposed * counts.sum() / exposed.sum()
    known = expected > 0.0
    residual = (counts[known] - expected[known]) / np.sqrt(expected[known])
    return float(max(1.0, 0.5 * np.mean(np.diff(residual) ** 2))) if residual.size > 1 else 1.0


def _rate_below(seen: Mixture, exposure: float, rate: float, dispersion: float) -> float:
    shapes = seen.number / dispersion + PRIOR_SHAPE
    return float(seen.mass @ gamma_share(shapes, np.full(shapes.size, rate * exposure / dispersion)))


def rate_range(lower: Floats, upper: Floats, exposure: Range, *, level: float = 0.9, dispersion: float = 1.0) -> Range:
    """Return the interval of a rate: events per unit of exposure.

    Parameters
    ----------
    lower, upper : float64, (n,), 0..1
        Bounds of each event's probability.
    exposure : Range, >= 0
        Least and most, in any unit.
    level : float, 0..1
        Mass of the posterior between the ends, if the bounds were known.
    dispersion : float, >= 1

    Examples
    --------
    >>> [round(end, 3) for end in rate_range(np.ones(3), np.ones(3), Range(10.0, 10.0))]
    [0.108, 0.703]
    >>> rate_range(np.ones(3), np.ones(3), Range(0.0, 10.0)).high
    inf
    """
    tail = (1.0 - level) / 2.0
    low, high = 0.0, float("inf")
    if 0.0 < exposure.high < float("inf"):
        few = thinned(lower, upward=False)
        low = solve(lambda rate: _rate_below(few, exposure.high, rate, dispersion), tail)
    if exposure.low > 0.0:
        many = thinned(upper, upward=True)
        high = solve(lambda rate: _rate_below(many, exposure.low, rate, dispersion), 1.0 - tail)
    return Range(low, high)


def _ratio_below(before: Mixture, after: Mixture, exposed: float, ratio: float, dispersion: float) -> float:
    # P(rate after <= ratio x rate before); exposed is the exposure after over that before.
    first = (after.number / dispersion + PRIOR_SHAPE)[:, None]
    second = (before.number / dispersion + PRIOR_SHAPE)[None, :]
    odds = ratio * exposed
    if odds == 0.0 or np.isinf(odds):
        return 0.0 if odds == 0.0 else 1.0
    shares = beta_share(first, second, np.full((1, 1), odds / (1.0 + odds)))
    return float(after.mass @ shares @ before.mass)


def ratio_range(
    before: tuple[Floats, Floats],
    after: tuple[Floats, Floats],
    exposed: Range,
    *,
    level: float = 0.9,
    dispersion: float = 1.0,
) -> Range:
    """Return the interval of a rate after over the rate before.

    Parameters
    ----------
    before, after : (float64, (n,), float64, (n,)), 0..1
        Bounds of each event's probability in either period: lower, upper.
    exposed : Range, >= 0
        Least and most of the exposure after over the exposure before; (0, infinity) where nothing is known.
    level : float, 0..1
    dispersion : float, >= 1

    Returns
    -------
    Range
        With n events before and m after, rate ratio x exposure ratio is beta prime: m + 1/2, n + 1/2.

    Examples
    --------
    >>> low, high = ratio_range((np.ones(10), np.ones(10)), (np.ones(30), np.ones(30)), Range(1.0, 1.0))
    >>> round(low, 2), round(high, 2)
    (1.68, 5.56)
    """
    tail = (1.0 - level) / 2.0
    low, high = 0.0, float("inf")
    if exposed.high < float("inf"):
        first, second = thinned(before[1], upward=True), thinned(after[0], upward=False)
        low = solve(lambda ratio: _ratio_below(first, second, exposed.high, ratio, dispersion), tail)
    if exposed.low > 0.0:
        first, second = thinned(before[0], upward=False), thinned(after[1], upward=True)
        high = solve(lambda ratio: _ratio_below(first, second, exposed.low, ratio, dispersion), 1.0 - tail)
    return Range(low, high)


def rise_range(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], exposed: Range, *, dispersion: float = 1.0
) -> Range:
    """Return bounds of the probability that a rate rose; the arguments are those of :func:`ratio_range`."""
    most_before, least_after = thinned(before[1], upward=True), thinned(after[0], upward=False)
    least_before, most_after = thinned(before[0], upward=False), thinned(after[1], upward=True)
    low = 1.0 - _ratio_below(most_before, least_after, exposed.high, 1.0, dispersion)
    high = 1.0 - _ratio_below(least_before, most_after, exposed.low, 1.0, dispersion)
    return Range(min(low, high), high)


def prob_quiet_is_quiet(seen: float, exposure: float, noticed: float) -> float | None:
    """Return the probability that nothing happened on a day on which nothing was seen.

    Parameters
    ----------
    seen : float, >= 0
        Events seen in the whole period.
    exposure : float, >= 0, days
        The period's days, each by the share of it that was noticed.
    noticed : float, 0..1
        The share of the quiet day that was noticed: watched, times the probability to notice.

    Returns
    -------
    float or None
        What escapes notice is Poisson with mean rate x (1 - noticed), whatever was seen; with the rate's posterior
        Gamma(seen + 1/2, exposure) nothing escapes with (exposure / (exposure + 1 - noticed)) ^ (seen + 1/2). None
        where nothing at all was watched.

    Examples
    --------
    >>> prob_quiet_is_quiet(0.0, 10.0, 1.0), prob_quiet_is_quiet(3.0, 0.0, 0.0) is None
    (1.0, True)
    """
    if exposure <= 0.0:
        return None
    return float((exposure / (exposure + 1.0 - noticed)) ** (seen + PRIOR_SHAPE))
