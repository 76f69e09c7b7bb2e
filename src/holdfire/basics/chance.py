"""Chances: intervals of probability, their product, and the number of events among independent ones.

Rule: not knowing is a range ``[lower, upper]``. The number of events among n independent ones with unequal
probabilities is Poisson-binomial. Up to 512 events are convolved plainly, which only adds and multiplies what is not
negative: each event changes a chance by three roundings (relative 3.4e-16). Above that, blocks of 32 are joined through
the discrete Fourier transform and cut to the counts that Bernstein's inequality leaves more than 1e-18 of probability.

How exact: what the cuts leave out is proven to be below 1e-18 for each of the n / 16 cuts, 7e-14 for a million events.
Rounding passes a join without growing, for the other part sums to 1, so it is at most the sum over all blocks and
joins; with Higham's bound of one transform (theorem 24.2) that is proven to be below n x 1e-15. That is the worst case,
in which all roundings have one sign. Measured against the characteristic function of a million mixed events, every
probability and every tail is within 1e-12; each block is scaled to sum to 1, so that no bias gathers. Source: Hong
(2013), On computing the distribution function for the Poisson binomial distribution, CSDA 59; Boucheron, Lugosi and
Massart (2013), Concentration Inequalities, eq. 2.10; Higham (2002), Accuracy and Stability of Numerical Algorithms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["count_distribution", "count_interval", "group_intervals", "prob_any", "prob_at_least", "prob_sum_at_least"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DIRECT_LIMIT = 512
"""Up to this many events the plain convolution is used; above it, blocks are joined by FFT."""
BLOCK = 32
"""Events in a block of the joined convolution."""
LOG_DROPPED = math.log(2e18)
"""Minus the natural logarithm of half the mass (1e-18) that a block may lose to either side."""
MAX_SUM = 1 << 14
"""Steps in which sums of weights are told: 128 KiB of chances."""
BATCH_CELLS = 1 << 20
"""Elements of the table in which the counts of small groups are found together: 8 MiB."""


def _direct(prob: Floats) -> Floats:
    # Counts of each column of events: (k, m) probabilities to (k + 1, m) chances.
    chances = np.zeros((prob.shape[0] + 1, prob.shape[1]))
    chances[0] = 1.0
    for n_seen, p in enumerate(prob, start=1):
        q = 1.0 - p
        chances[1 : n_seen + 1] = chances[1 : n_seen + 1] * q + chances[:n_seen] * p
        chances[0] *= q
    return chances


def _reach(variance: Floats) -> Floats:
    # Bernstein: P(|X - mean| >= t) <= 2 exp(-t^2 / (2 (variance + t / 3))), solved for t.
    third = LOG_DROPPED / 3.0
    return third + np.sqrt(third * third + 2.0 * LOG_DROPPED * variance)


def _pairs(left: Floats, right: Floats) -> Floats:
    # Convolve row by row.
    size = left.shape[1] + right.shape[1] - 1
    width = 1 << (size - 1).bit_length()
    # Rounding of either sign is kept: what is cut off below nothing here would add up to too much in all.
    return np.fft.irfft(np.fft.rfft(left, width) * np.fft.rfft(right, width), width)[:, :size]


def _whole(chances: Floats) -> Floats:
    # Each row sums to 1 but for 1e-18 that is left out: what rounding adds to a sum would grow with the blocks.
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def _window(prob: Floats) -> tuple[int, Floats]:
    # The first count that is kept, and the chances from there on.
    n_blocks = -(-prob.size // BLOCK)
    padded = np.zeros(n_blocks * BLOCK)
    padded[: prob.size] = prob
    events = padded.reshape(n_blocks, BLOCK)
    mean, variance = events.sum(axis=1), (events * (1.0 - events)).sum(axis=1)
    chances, first = _whole(np.ascontiguousarray(_direct(events.T).T)), np.zeros(n_blocks, dtype=np.int64)
    while first.size > 1:
        if first.size % 2:
            nothing = np.zeros((1, chances.shape[1]))
            nothing[0, 0] = 1.0
            chances, first = np.concatenate([chances, nothing]), np.append(first, 0)
            mean, variance = np.append(mean, 0.0), np.append(variance, 0.0)
        chances = _pairs(chances[0::2], chances[1::2])
        first, mean, variance = (part[0::2] + part[1::2] for part in (first, mean, variance))
        reach = _reach(variance)
        cut = np.maximum(np.floor(mean - reach).astype(np.int64) - first, 0)
        width = min(chances.shape[1], int(np.ceil(2.0 * reach.max())) + 2)
        kept = cut[:, None] + np.arange(width)
        inside = kept < chances.shape[1]
        chances = _whole(np.where(inside, np.take_along_axis(chances, np.where(inside, kept, 0), axis=1), 0.0))
        first = first + cut
    return int(first[0]), np.maximum(chances[0], 0.0)


def count_distribution(prob: Floats) -> Floats:
    """Return the distribution of how many of independent events happen.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        The events' probabilities; no nulls.

    Returns
    -------
    float64, (n + 1,), 0..1
        Element k is the probability of exactly k events; the sum is 1.

    Examples
    --------
    >>> count_distribution(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    >>> count_distribution(np.array([])).tolist()
    [1.0]
    """
    if prob.size <= DIRECT_LIMIT:
        return np.asarray(_direct(prob[:, None])[:, 0])
    first, chances = _window(prob)
    whole = np.zeros(prob.size + 1)
    last = min(first + chances.size, whole.size)
    whole[first:last] = np.minimum(chances[: last - first], 1.0)
    return whole


def prob_at_least(prob: Floats, n: int) -> float:
    """Return the probability that at least n of independent events happen.

    Examples
    --------
    >>> prob_at_least(np.array([0.5, 0.5]), 1)
    0.75
    """
    if n <= 0:
        return 1.0
    if n > prob.size:
        return 0.0
    return float(min(1.0, count_distribution(prob)[n:].sum()))


def prob_sum_at_least(prob: Floats, weight: Floats, least: float) -> float:
    """Return a lower bound of the probability that the weights of the events that happen add up to ``least`` or more.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        Probabilities of independent events.
    weight : float64, (n,), >= 0
        What each adds.
    least : float
        The sum asked for.

    Returns
    -------
    float, 0..1
        Exact for whole weights and sums of up to ``MAX_SUM``; above it weights are rounded down to steps of
        ``least / MAX_SUM``, so the value is too small by the probability of the sums that fall short thereby.

    Examples
    --------
    >>> prob_sum_at_least(np.array([0.5, 0.5]), np.array([20.0, 5.0]), 20.0)
    0.5
    """
    if least <= 0.0:
        return 1.0
    n_steps = int(min(np.ceil(least), MAX_SUM))
    step = least / n_steps if least > MAX_SUM else 1.0
    shift = np.minimum(np.floor(weight / step + 1e-9), n_steps).astype(np.int64)
    # Chances of each sum of steps so far; the last one is "enough", and is not left again.
    chances = np.zeros(n_steps + 1)
    chances[0] = 1.0
    for p, by in zip(prob.tolist(), shift.tolist(), strict=True):
        if by == 0 or p == 0.0:
            continue
        moved = chances[:-1] * p
        chances[:-1] -= moved
        chances[by:-1] += moved[: n_steps - by]
        chances[-1] += moved[n_steps - by :].sum()
    return float(min(1.0, chances[-1]))


def prob_any(prob: Floats, starts: Ints) -> Floats:
    """Return for each group the probability that at least one of its events happens.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        The events' probabilities, group after group.
    starts : int64, (n_groups + 1,)
        Where each group begins; the last element is n. Groups may be empty.

    Examples
    --------
    >>> prob_any(np.array([0.5, 0.5, 0.1]), np.array([0, 2, 2, 3])).round(6).tolist()
    [0.75, 0.0, 0.1]
    """
    with np.errstate(divide="ignore"):
        log_none = np.log1p(-prob)
    full = starts[1:] > starts[:-1]
    any_of = np.zeros(full.size)
    # Exactly a group's own events are summed: one more zero would round differently, by the group's place in the row.
    if full.any():
        any_of[full] = 0.0 - np.expm1(np.add.reduceat(log_none[: starts[-1]], starts[:-1][full]))
    return any_of


def _ends(chances: Floats, level: float) -> tuple[Ints, Ints]:
    # First counts at which the cumulative chance passes either tail; chances run along axis 0.
    cumulative = np.cumsum(chances, axis=0)
    tail = (1.0 - level) / 2.0
    low = (cumulative <= tail).sum(axis=0)
    high = (cumulative < 1.0 - tail - 1e-15).sum(axis=0)
    return low, high


def count_interval(prob: Floats, level: float = 0.9) -> tuple[int, int]:
    """Return the central interval of the number of events: at least ``level`` lies within, ends included.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        The events' probabilities.
    level : float, 0..1
        The mass asked for; each tail holds at most half of the rest.

    Examples
    --------
    >>> count_interval(np.array([1.0, 1.0, 0.0]))
    (2, 2)
    >>> count_interval(np.array([]))
    (0, 0)
    """
    low, high = group_intervals(prob, np.array([0, prob.size]), level)
    return int(low[0]), int(high[0])


def group_intervals(prob: Floats, starts: Ints, level: float = 0.9) -> tuple[Ints, Ints]:
    """Return the central interval of the number of events of each group, as :func:`count_interval` does.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        The events' probabilities, group after group.
    starts : int64, (n_groups + 1,)
        Where each group begins; the last element is n. Groups may be empty.
    level : float, 0..1
        The mass asked for.

    Returns
    -------
    low, high : int64, (n_groups,)

    Examples
    --------
    >>> low, high = group_intervals(np.array([1.0, 0.5, 0.5]), np.array([0, 1, 1, 3]))
    >>> low.tolist(), high.tolist()
    ([1, 0, 0], [1, 0, 2])
    """
    certain = np.concatenate([[0], np.cumsum(prob == 1.0)])[starts]
    low = np.diff(certain).astype(np.int64)
    high = low.copy()
    # What cannot happen and what must is no part of the convolution.
    open_events = (prob > 0.0) & (prob < 1.0)
    first = np.concatenate([[0], np.cumsum(open_events)])[starts]
    left, size = prob[open_events], np.diff(first)
    for group in np.flatnonzero(size > DIRECT_LIMIT):
        offset, chances = _window(left[first[group] : first[group + 1]])
        ends = _ends(chances, level)
        low[group] += offset + int(ends[0])
        high[group] += offset + int(ends[1])
    for batch in _like_sized(size):
        slots = first[batch] + np.arange(int(size[batch].max()))[:, None]
        is_event = np.arange(slots.shape[0])[:, None] < size[batch]
        # Where a group has fewer events than its neighbours, the missing ones cannot happen.
        events = np.where(is_event, left[np.minimum(slots, left.size - 1)], 0.0)
        ends = _ends(_direct(events), level)
        low[batch] += ends[0]
        high[batch] += ends[1]
    return low, high


def _like_sized(size: Ints) -> Iterator[Ints]:
    # Groups for the plain convolution, in batches of which the largest has at most a quarter more than the smallest.
    small = np.flatnonzero((size > 0) & (size <= DIRECT_LIMIT))
    small = small[np.argsort(size[small], kind="stable")]
    begin = 0
    while begin < small.size:
        largest = int(size[small[begin]]) * 5 // 4
        end = int(np.searchsorted(size[small], largest, side="right"))
        batch = small[begin : min(end, begin + max(1, BATCH_CELLS // (largest + 1)))]
        yield batch
        begin += batch.size
