"""Segments: at which days the rate of a daily series changed, with probabilities.

Turns counts and exposures by day into the posterior of where a new rate begins. Rules: within a segment the counts are
Poisson with one rate; rates are independent between segments, exponential with the mean rate of the whole series; a new
segment begins on each day with the stated probability, independently. All segmentations are summed exactly by dynamic
programming, forward and backward, so the result has no chance in it. Counts that scatter wider than Poisson are
tempered by their dispersion. Counts may be means of uncertain ones. Leaves what changed the rate to people. Source:
Fearnhead (2006), Exact and efficient Bayesian inference for multiple changepoint problems, Statistics and Computing 16;
Barry and Hartigan (1992), Product partition models for change point problems, Annals of Statistics 20.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.special import log_gamma
from holdfire.errors import ModelError

__all__ = ["MAX_DAYS", "Segmentation", "segmented"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_DAYS = 3_000
"""Longest series: a table of days by days is held, 72 MB."""
PRIOR_SHAPE = 1.0
"""Shape of the rates' prior: exponential."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segmentation:
    """Hold where the rate of a series changed.

    Attributes
    ----------
    prob_change : float64, (n,), 0..1
        Probability that a new rate begins with each day; 0 for the first.
    starts : int64, (n_segments,)
        First days of the segments of the most probable segmentation.
    n_expected : float
        Mean number of changes.
    forward, backward : float64, (n + 1,)
        Logarithms of the sums over all segmentations of the days before and from each day on; a change between the two
        is paid for by both.
    segments : float64, (n, n + 1)
        Logarithm of the marginal likelihood of one segment from day i up to day j.
    """

    prob_change: Floats
    starts: Ints
    n_expected: float
    forward: Floats
    backward: Floats
    segments: Floats

    def prob_near(self, day: int, within: int) -> float:
        """Return the probability of at least one change within some days of a day, at either side."""
        first, last = max(1, day - within), min(self.prob_change.size - 1, day + within)
        # No change there: one segment begins before `first` and ends after `last`.
        spans = self.forward[:first, None] + self.segments[:first, last + 1 :] + self.backward[None, last + 1 :]
        return float(1.0 - np.exp(_log_sum(spans.ravel()) - self.forward[-1]))


def _log_sum(values: Floats) -> float:
    most = float(values.max(initial=-np.inf))
    return most if np.isinf(most) else most + float(np.log(np.exp(values - most).sum()))


def _log_segments(counts: Floats, exposures: Floats, log_stay: float) -> Floats:
    # Marginal likelihood of days [i, j) under one rate, with the prior of no change within them: (n, n + 1).
    n = counts.size
    rate = exposures.sum() / counts.sum() * PRIOR_SHAPE if counts.sum() > 0.0 else 1.0
    seen, exposed = (np.concatenate([[0.0], np.cumsum(part)]) for part in (counts, exposures))
    table = np.full((n, n + 1), -np.inf)
    for first in range(n):
        shape = PRIOR_SHAPE + np.maximum(seen[first + 1 :] - seen[first], 0.0)
        weight = rate + exposed[first + 1 :] - exposed[first]
        likelihood = PRIOR_SHAPE * np.log(rate) + log_gamma(shape) - shape * np.log(weight)
        table[first, first + 1 :] = likelihood + log_stay * np.arange(n - first)
    return table


def segmented(
    counts: Floats, exposures: Floats, *, prob_change: float = 1.0 / 30.0, dispersion: float = 1.0
) -> Segmentation:
    """Return where the rate of a daily series changed.

    Parameters
    ----------
    counts : float64, (n,), >= 0
        Events by day; means of uncertain counts are taken as they are.
    exposures : float64, (n,), >= 0
        How long, or how well, each day was watched; 1 for each where that is not known.
    prob_change : float, 0..1 (exclusive)
        Prior probability that a new rate begins with a day: by default once in thirty days.
    dispersion : float, >= 1
        Variance of a day's count over its mean: counts and exposures are divided by it.

    Raises
    ------
    ModelError
        The series has no day, more than ``MAX_DAYS``, or the prior is no probability.

    Examples
    --------
    >>> counts = np.array([1.0] * 20 + [9.0] * 20)
    >>> segmented(counts, np.ones(40)).starts.tolist()
    [0, 20]
    """
    if not 0 < counts.size <= MAX_DAYS or not 0.0 < prob_change < 1.0:
        raise ModelError(
            f"Changes cannot be found in {counts.size} days with a prior of {prob_change}.",
            "a daily series",
            f"Give 1 to {MAX_DAYS} days and a prior between 0 and 1.",
        )
    n = counts.size
    log_change, log_stay = float(np.log(prob_change)), float(np.log1p(-prob_change))
    table = _log_segments(counts / dispersion, exposures / dispersion, log_stay)
    # forward[j]: all segmentations of days [0, j) that end there, with the change at j where it is inside the series.
    forward, best, came = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1, dtype=np.int64)
    for end in range(1, n + 1):
        cost = log_change if end < n else 0.0
        forward[end] = cost + _log_sum(forward[:end] + table[:end, end])
        reached = best[:end] + table[:end, end]
        came[end] = int(np.argmax(reached))
        best[end] = cost + float(reached[came[end]])
    backward = np.zeros(n + 1)
    for start in range(n - 1, -1, -1):
        costs = np.where(np.arange(start + 1, n + 1) < n, log_change, 0.0)
        backward[start] = _log_sum(table[start, start + 1 :] + costs + backward[start + 1 :])
    prob = np.exp(np.minimum(forward[:n] + backward[:n] - forward[n], 0.0))
    prob[0] = 0.0
    starts, at = [], n
    while at > 0:
        at = int(came[at])
        starts.append(at)
    return Segmentation(
        prob_change=prob,
        starts=np.array(starts[::-1], dtype=np.int64),
        n_expected=float(prob.sum()),
        forward=forward,
        backward=backward + np.where(np.arange(n + 1) < n, log_change, 0.0),
        segments=table,
    )
