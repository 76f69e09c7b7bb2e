"""Tails: the probability that a count is reached, at every instant at which it changes.

Turns independent events, each of which counts during its own interval, into the steps of a tail probability over time.
Rule: exact. A binary tree over the steps holds each event at the few nodes that make up its interval; on the way down
from the root to a step, the distribution of the count is built from the events met. Only sums and products of numbers
from 0 to 1 occur, nothing is ever divided out again, so no accuracy is lost however long the record is; and only the
chances of the counts below the one asked for are kept. The cost is n log(n) times that count, not n times the events in
a window. Leaves which events count to ``conditions``. Source: Hong (2013), CSDA 59, for the convolution; the tree is
the usual one for offline dynamic problems (Overmars and van Leeuwen 1981).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_EXACT_ZONES", "Steps", "count_tails", "set_weights", "spread_tails", "steps_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., object])

MAX_EXACT_ZONES = 8
"""Zones over which a spread is found exactly: 256 sets of zones are followed."""


def _compiled(function: Function) -> Function:
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


class Steps(NamedTuple):
    """Hold the steps of time between which nothing changes.

    Attributes
    ----------
    at : int64, (n_steps,), microseconds
        Step i holds from ``at[i]`` until before ``at[i + 1]``; the last one from ``at[-1]`` on.
    first, last : int64, (n,)
        Each event counts in the steps ``[first, last)``; the two are equal where it never counts.
    """

    at: Ints
    first: Ints
    last: Ints


def steps_of(start: Ints, end: Ints, until: int) -> Steps:
    """Return the steps of events that count during ``[start, end)``, up to and with an instant.

    Parameters
    ----------
    start, end : int64, (n,), microseconds
        An event with end <= start never counts.
    until : int, microseconds
        The last instant of interest; it is always a step of its own.
    """
    counts = (end > start) & (start <= until)
    at = np.sort(np.concatenate([start[counts], end[counts][end[counts] <= until], [until]]))
    at = at[np.append(at[1:] != at[:-1], True)]
    first = np.where(counts, np.searchsorted(at, start), 0)
    last = np.where(counts, np.searchsorted(at, end), 0)
    return Steps(at=at, first=first.astype(np.int64), last=np.maximum(last, first).astype(np.int64))


@_compiled
def _leaves(n: int) -> int:
    size = 1
    while size < n:
        size *= 2
    return size


@_compiled
def _hang(first: Ints, last: Ints, size: int) -> tuple[Ints, Ints]:
    # Events at the nodes of a heap-ordered tree: node v holds events[begin[v]:begin[v + 1]].
    begin = np.zeros(2 * size + 1, dtype=np.int64)
    events = np.empty(0, dtype=np.int64)
    for filling in range(2):
        cursor = begin[:-1].copy()
        for event in range(first.size):
            left, right = first[event] + size, last[event] + size
            while left < right:
                if left & 1:
                    if filling:
                        events[cursor[left]] = event
                        cursor[left] += 1
                    else:
                        begin[left + 1] += 1
                    left += 1
                if right & 1:
                    right -= 1
                    if filling:
                        events[cursor[right]] = event
                        cursor[right] += 1
                    else:
                        begin[right + 1] += 1
                left //= 2
                right //= 2
        if not filling:
            begin = np.cumsum(begin)
            events = np.empty(begin[-1], dtype=np.int64)
    return begin, events


@_compiled
def _count_tails(rate: Floats, first: Ints, last: Ints, n_steps: int, n: int) -> Floats:
    size = _leaves(n_steps)
    begin, events = _hang(first, last, size)
    depth = 1
    while 1 << depth < 2 * size:
        depth += 1
    chances = np.zeros((depth + 1, n))
    chances[0, 0] = 1.0
    out = np.empty(n_steps)
    stack_node, stack_depth = np.empty(2 * depth + 2, dtype=np.int64), np.empty(2 * depth + 2, dtype=np.int64)
    top, stack_node[0], stack_depth[0] = 1, 1, 1
    while top:
        top -= 1
        node, level = stack_node[top], stack_depth[top]
        row = chances[level]
        row[:] = chances[level - 1]
        for slot in range(begin[node], begin[node + 1]):
            p = rate[events[slot]]
            for k in range(n - 1, 0, -1):
                row[k] = row[k] * (1.0 - p) + row[k - 1] * p
            row[0] *= 1.0 - p
        if node >= size:
            if node - size < n_steps:
                out[node - size] = min(1.0, max(0.0, 1.0 - row.sum()))
            continue
        stack_node[top], stack_depth[top] = 2 * node + 1, level + 1
        stack_node[top + 1], stack_depth[top + 1] = 2 * node, level + 1
        top += 2
    return out


def count_tails(rate: Floats, steps: Steps, n: int) -> Floats:
    """Return for each step the probability that at least n of the events that count then happen.

    Parameters
    ----------
    rate : float64, (n_events,), 0..1
        Probabilities of independent events.
    steps : Steps
    n : int
        The count asked for; 0 or less is always reached.

    Returns
    -------
    float64, (n_steps,), 0..1

    Examples
    --------
    >>> steps = steps_of(np.array([0, 5]), np.array([10, 20]), until=30)
    >>> steps.at.tolist(), count_tails(np.array([0.5, 0.5]), steps, 1).tolist()
    ([0, 5, 10, 20, 30], [0.5, 0.75, 0.5, 0.0, 0.0])
    """
    if n <= 0:
        return np.ones(steps.at.size)
    if n > rate.size:
        return np.zeros(steps.at.size)
    return _count_tails(rate, steps.first, steps.last, steps.at.size, n)


@_compiled
def _spread_tails(rate: Floats, vague: Floats, first: Ints, last: Ints, n_steps: int, weights: Floats) -> Floats:
    size = _leaves(n_steps)
    begin, events = _hang(first, last, size)
    n_zones, n_sets = rate.shape[1], weights.size
    depth = 1
    while 1 << depth < 2 * size:
        depth += 1
    empty = np.ones((depth + 1, n_sets))
    out = np.empty(n_steps)
    reach = np.zeros(n_sets)
    stack_node, stack_depth = np.empty(2 * depth + 2, dtype=np.int64), np.empty(2 * depth + 2, dtype=np.int64)
    top, stack_node[0], stack_depth[0] = 1, 1, 1
    while top:
        top -= 1
        node, level = stack_node[top], stack_depth[top]
        row = empty[level]
        row[:] = empty[level - 1]
        for slot in range(begin[node], begin[node + 1]):
            event = events[slot]
            for zone in range(n_zones):
                bit = 1 << zone
                p = rate[event, zone]
                for rest in range(bit):
                    if vague[event] > 0.0:
                        reach[bit + rest] = vague[event] if p > 0.0 or reach[rest] > 0.0 else 0.0
                    else:
                        reach[bit + rest] = min(1.0, reach[rest] + p)
            for zones in range(1, n_sets):
                row[zones] *= 1.0 - reach[zones]
        if node >= size:
            if node - size < n_steps:
                total = 0.0
                for zones in range(n_sets):
                    total += weights[zones] * row[zones]
                out[node - size] = min(1.0, max(0.0, total))
            continue
        stack_node[top], stack_depth[top] = 2 * node + 1, level + 1
        stack_node[top + 1], stack_depth[top + 1] = 2 * node, level + 1
        top += 2
    return out


def set_weights(n_zones: int, n: int) -> Floats:
    """Return what the chance that no event hits a set of zones weighs, so that all add up to at least n zones hit."""
    # P(at least n zones hit) = sum over sets S of weight(|S|) P(no hit in S); inclusion and exclusion over the zones
    # that stay empty: P(exactly r empty) = sum over m >= r of (-1)^(m - r) C(m, r) sum over |S| = m of P(S empty).
    by_size = np.zeros(n_zones + 1)
    for m in range(n_zones + 1):
        for r in range(min(m, n_zones - n) + 1):
            by_size[m] += (-1) ** (m - r) * _choose(m, r)
    members = np.array([bin(zones).count("1") for zones in range(1 << n_zones)])
    return np.asarray(by_size[members], dtype=np.float64)


def _choose(n: int, k: int) -> int:
    result = 1
    for i in range(k):
        result = result * (n - i) // (i + 1)
    return result


def spread_tails(rate: Floats, vague: Floats, steps: Steps, n: int) -> Floats:
    """Return for each step the probability that the events hit at least n zones which do not overlap.

    Parameters
    ----------
    rate : float64, (n_events, n_zones), 0..1
        Probability that the event happens in each zone; it lies in one of them or in none: a row adds up to at most 1.
    vague : float64, (n_events,), 0..1
        Where above 0, the event hits with this probability every zone whose rate is above 0: the upper bound for an
        event whose place is so uncertain that its row adds up to more than 1.
    steps : Steps
    n : int
        Zones asked for, at most ``MAX_EXACT_ZONES`` columns.

    Examples
    --------
    >>> steps = steps_of(np.array([0, 0]), np.array([9, 9]), until=5)
    >>> spread_tails(np.array([[0.5, 0.5], [0.0, 1.0]]), np.zeros(2), steps, 2).tolist()
    [0.5, 0.5]
    """
    if n <= 0:
        return np.ones(steps.at.size)
    if n > rate.shape[1]:
        return np.zeros(steps.at.size)
    weights = set_weights(rate.shape[1], n)
    return _spread_tails(np.ascontiguousarray(rate), vague, steps.first, steps.last, steps.at.size, weights)
