"""Kernel: at which instants a rung's condition fires, and at which the rung stands, by what is known then.

Turns rows - a breach with what it counts for while a piece of knowledge lasts - into two answers for each instant.
Rule: they are the answers of ``judge_ladder`` on the lower bounds, with the findings known at that instant; a property
test over random worlds holds the two equal. What differs is the cost: the ladder's own sweep takes the whole record at
one instant; here thousands of instants are asked, and each looks back only as far as it can matter:

1. The condition is asked at the instant itself; where it fires without persistence, the rung stands.
2. Else the steps of the condition are walked backwards over stand-down and persistence. A span that is longer than the
   persistence and ends within the stand-down makes the rung stand.
3. Else spans further back count if they hold a breach that was verified within the stand-down (rule 1 of
   ``episodes``).

A tail is computed only where Markov's inequality (P(N >= n) <= E N / n) leaves it open. Source: ``guarantee.ladder``,
``guarantee.episodes``, ``guarantee.conditions``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from holdfire.guarantee.conditions import TOLERANCE
from holdfire.guarantee.tails import MAX_EXACT_ZONES, set_weights

__all__ = ["Asked", "Rows", "judge_rows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Function = TypeVar("Function", bound=Callable[..., object])


def _compiled(function: Function) -> Function:
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Hold what is known of breaches, one row for each piece of knowledge, ordered by the breach's start.

    Attributes
    ----------
    start, end : int64, (n,), microseconds
        The breach's interval.
    known_from, known_until : int64, (n,), microseconds
        Instants at which it is known like this; half-open. A breach has at most one row at an instant.
    rate : float64, (n,), 0..1
        What it counts for: the lower bound.
    zones : float64, (n, n_zones), 0..1
        For a spread: the same for each zone.
    upper : float64, (n,), 0..1
        The upper bound; says only whether the zones overlap.
    verified_at : int64, (n,), microseconds
        ``NEVER`` = it is not.
    """

    start: Ints
    end: Ints
    known_from: Ints
    known_until: Ints
    rate: Floats
    zones: Floats
    upper: Floats
    verified_at: Ints

    def ordered(self) -> Rows:
        """Return the rows that count for anything, in the order of their start."""
        order = np.argsort(self.start, kind="stable")
        order = order[self.rate[order] > 0.0]
        return Rows(
            start=self.start[order],
            end=self.end[order],
            known_from=self.known_from[order],
            known_until=self.known_until[order],
            rate=self.rate[order],
            zones=np.ascontiguousarray(self.zones[order]),
            upper=self.upper[order],
            verified_at=self.verified_at[order],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold what a rung asks for, in numbers.

    Attributes
    ----------
    at_least, spread : int
        ``spread`` 0 = none is asked for.
    window, wait, rest : int, microseconds
        Window, persistence and the ladder's stand-down.
    prob : float, 0..1
    """

    at_least: int
    spread: int
    window: int
    wait: int
    rest: int
    prob: float


class Columns(NamedTuple):
    """Hold the rows for the compiled part, with the order of their verification and those that lie in two zones."""

    start: Ints
    end: Ints
    known_from: Ints
    known_until: Ints
    rate: Floats
    zones: Floats
    reviewed: Ints
    by_review: Ints
    crossing: Ints


class Ask(NamedTuple):
    """Hold what is asked for the compiled part; ``exact`` = so few zones that all sets of them are followed."""

    at_least: int
    spread: int
    window: int
    wait: int
    rest: int
    prob: float
    exact: bool
    weights: Floats


class Room(NamedTuple):
    """Hold room to work in."""

    inside: Ints
    chances: Floats
    empty: Floats
    reach: Floats
    steps: Ints


@_compiled
def _count_tail(rate: Floats, inside: Ints, n_inside: int, n: int, chances: Floats) -> float:
    chances[:n] = 0.0
    chances[0] = 1.0
    for slot in range(n_inside):
        p = rate[inside[slot]]
        for k in range(n - 1, 0, -1):
            chances[k] = chances[k] * (1.0 - p) + chances[k - 1] * p
        chances[0] *= 1.0 - p
    return min(1.0, max(0.0, float(1.0 - chances[:n].sum())))


@_compiled
def _spread_tail(zones: Floats, inside: Ints, n_inside: int, weights: Floats, empty: Floats, reach: Floats) -> float:
    n_zones = zones.shape[1]
    empty[:] = 1.0
    for slot in range(n_inside):
        row = inside[slot]
        for zone in range(n_zones):
            bit = 1 << zone
            p = zones[row, zone]
            for rest in range(bit):
                reach[bit + rest] = min(1.0, reach[rest] + p)
        for subset in range(1, weights.size):
            empty[subset] *= 1.0 - reach[subset]
    total = 0.0
    for subset in range(weights.size):
        total += weights[subset] * empty[subset]
    return min(1.0, max(0.0, total))


@_compiled
def _best_tail(zones: Floats, inside: Ints, n_inside: int, n: int) -> float:
    # Each breach stays in its likeliest zone; the zones are then independent of one another.
    n_zones = zones.shape[1]
    missed = np.ones(n_zones)
    for slot in range(n_inside):
        best = 0
        for zone in range(n_zones):
            if zones[inside[slot], zone] > zones[inside[slot], best]:
                best = zone
        missed[best] *= 1.0 - zones[inside[slot], best]
    chances = np.zeros(n)
    chances[0] = 1.0
    for zone in range(n_zones):
        p = 1.0 - missed[zone]
        for k in range(n - 1, 0, -1):
            chances[k] = chances[k] * (1.0 - p) + chances[k - 1] * p
        chances[0] *= 1.0 - p
    return min(1.0, max(0.0, float(1.0 - chances.sum())))


@_compiled
def _tail(rows: Columns, ask: Ask, inside: Ints, n_inside: int, overlap: bool, room: Room) -> float:
    """Return the condition's tail over the rows inside (``conditions``, rules 1 to 3); 0 where it cannot reach it."""
    rate, zones = rows.rate, rows.zones
    counted, placed = 0.0, 0.0
    for slot in range(n_inside):
        counted += rate[inside[slot]]
        for zone in range(zones.shape[1]):
            placed += zones[inside[slot], zone]
    floor = ask.prob - 1e-9
    if ask.spread > 0 and not overlap and ask.exact and ask.spread >= ask.at_least:
        if n_inside < ask.spread or placed < ask.spread * floor:
            return 0.0
        return _spread_tail(zones, inside, n_inside, ask.weights, room.empty, room.reach)
    if n_inside < ask.at_least or counted < ask.at_least * floor:
        return 0.0
    tail = _count_tail(rate, inside, n_inside, ask.at_least, room.chances)
    if ask.spread == 0 or tail < ask.prob - TOLERANCE:
        return tail
    if ask.exact and not overlap:
        return tail * _spread_tail(zones, inside, n_inside, ask.weights, room.empty, room.reach)
    spread = _best_tail(zones, inside, n_inside, ask.spread)
    return spread if not overlap and ask.spread >= ask.at_least else tail * spread


@_compiled
def _holds(at: int, t: int, low: int, high: int, rows: Columns, ask: Ask, overlap: bool, room: Room) -> bool:
    """Say whether the condition holds at an instant, by what is known at t; rows [low, high) may lie in the window."""
    n_inside = 0
    for row in range(low, high):
        if rows.known_from[row] <= t < rows.known_until[row] and (
            max(min(rows.end[row], t), rows.start[row] + 1) <= at <= rows.start[row] + ask.window
        ):
            room.inside[n_inside] = row
            n_inside += 1
    tail = _tail(rows, ask, room.inside, n_inside, overlap, room)
    return tail > 0.0 and tail >= ask.prob - TOLERANCE


@_compiled
def _steps(since: int, t: int, low: int, high: int, rows: Columns, window: int, steps: Ints) -> int:
    """Fill in the instants of (since, t] at which the window changes, and ``since`` and t; return how many."""
    n = 0
    for row in range(low, high):
        if rows.known_from[row] <= t < rows.known_until[row]:
            begins = max(min(rows.end[row], t), rows.start[row] + 1)
            ends = rows.start[row] + window + 1
            if since < begins < t:
                steps[n] = begins
                n += 1
            if since < ends < t:
                steps[n] = ends
                n += 1
    steps[n], steps[n + 1] = since, t
    steps[: n + 2].sort()
    return n + 2


@_compiled
def _witnessed(span_from: int, span_to: int, t: int, rows: Columns, ask: Ask, cuts: tuple[int, int]) -> bool:
    """Say whether a span's windows held a breach that was verified within the stand-down."""
    for slot in range(cuts[0], cuts[1]):
        row = rows.by_review[slot]
        if rows.known_from[row] <= t < rows.known_until[row] and rows.start[row] < t:
            begins = max(min(rows.end[row], t), rows.start[row] + 1)
            if span_from < rows.start[row] + ask.window + 1 and span_to > begins:
                return True
    return False


@_compiled
def _look_back(
    since: int, t: int, rows: Columns, ask: Ask, overlap: bool, room: Room, cuts: tuple[int, int]
) -> tuple[bool, bool]:
    """Return whether the condition fires at t, and whether a span that begins after ``since`` makes the rung stand."""
    low, high = int(np.searchsorted(rows.start, since - ask.window - 1)), int(np.searchsorted(rows.start, t))
    n = _steps(since, t, low, high, rows, ask.window, room.steps)
    end, fires, stands = -1, False, False
    later = t + 1
    for slot in range(n - 1, -1, -1):
        at = room.steps[slot]
        if at == later:
            continue
        if _holds(at, t, low, high, rows, ask, overlap, room):
            if end < 0:
                end = later
            if end - at > ask.wait:
                fires = fires or end > t
                stands = stands or end > t - ask.rest or _witnessed(at, end, t, rows, ask, cuts)
                if stands and (fires or end <= t):
                    return fires, stands
        else:
            end = -1
        later = at
    return fires, stands


@_compiled
def _judge(instants: Ints, rows: Columns, ask: Ask, room: Room) -> tuple[Flags, Flags]:
    fires, stands = np.zeros(instants.size, dtype=np.bool_), np.zeros(instants.size, dtype=np.bool_)
    for slot in range(instants.size):
        t = instants[slot]
        overlap = False
        for row in rows.crossing:
            if rows.known_from[row] <= t < rows.known_until[row] and rows.start[row] < t:
                overlap = True
        low, high = int(np.searchsorted(rows.start, t - ask.window - 1)), int(np.searchsorted(rows.start, t))
        now = _holds(t, t, low, high, rows, ask, overlap, room)
        if now and ask.wait == 0:
            fires[slot], stands[slot] = True, True
            continue
        cuts = (np.searchsorted(rows.reviewed, t - ask.rest, "right"), np.searchsorted(rows.reviewed, t, "right"))
        fires[slot], stands[slot] = _look_back(t - ask.rest - ask.wait, t, rows, ask, overlap, room, cuts)
        if stands[slot] or cuts[0] == cuts[1]:
            continue
        oldest = t
        for place in range(cuts[0], cuts[1]):
            row = rows.by_review[place]
            if rows.known_from[row] <= t < rows.known_until[row]:
                oldest = min(oldest, rows.start[row] - ask.wait)
        if oldest < t - ask.rest - ask.wait:
            stands[slot] = _look_back(oldest, t, rows, ask, overlap, room, cuts)[1]
    return fires, stands


def judge_rows(rows: Rows, asked: Asked, instants: Ints) -> tuple[Flags, Flags]:
    """Say for each instant whether the condition fires and whether the rung stands, surely, by what is known then.

    Parameters
    ----------
    rows : Rows
        In any order.
    asked : Asked
    instants : int64, (n,), microseconds

    Returns
    -------
    fires, stands : bool, (n,)

    Examples
    --------
    >>> from holdfire.guarantee.ledger import NEVER
    >>> one = np.array([0]), np.array([1]), np.array([5]), np.array([NEVER])
    >>> rows = Rows(
    ...     start=one[0],
    ...     end=one[1],
    ...     known_from=one[2],
    ...     known_until=one[3],
    ...     rate=np.array([0.9]),
    ...     zones=np.zeros((1, 0)),
    ...     upper=np.array([0.9]),
    ...     verified_at=np.array([NEVER]),
    ... )
    >>> asked = Asked(at_least=1, spread=0, window=10, wait=0, rest=5, prob=0.9)
    >>> [answer.tolist() for answer in judge_rows(rows, asked, np.array([4, 5, 10, 11, 15, 16]))]
    [[False, True, True, False, False, False], [False, True, True, True, True, False]]
    """
    if asked.spread > rows.zones.shape[1]:
        return np.zeros(instants.size, dtype=np.bool_), np.zeros(instants.size, dtype=np.bool_)
    rows = rows.ordered()
    n, n_zones = rows.start.size, rows.zones.shape[1]
    exact = asked.spread > 0 and n_zones <= MAX_EXACT_ZONES
    weights = set_weights(n_zones, asked.spread) if exact else np.zeros(1)
    ask = Ask(asked.at_least, asked.spread, asked.window, asked.wait, asked.rest, asked.prob, exact, weights)
    room = Room(
        np.zeros(n, dtype=np.int64), np.zeros(max(asked.at_least, 1)), np.zeros(weights.size), np.zeros(weights.size),
        np.zeros(2 * n + 2, dtype=np.int64),
    )  # fmt: skip
    return _judge(np.ascontiguousarray(instants), _columns(rows, asked), ask, room)


def _columns(rows: Rows, asked: Asked) -> Columns:
    """Return ordered rows for the compiled part."""
    by_review = np.argsort(rows.verified_at, kind="stable")
    crossing = np.zeros(0, dtype=np.int64)
    if asked.spread > 0:
        crossing = np.flatnonzero(rows.zones.sum(axis=1) > np.maximum(rows.rate, rows.upper) + 1e-9)
    return Columns(
        rows.start, rows.end, rows.known_from, rows.known_until, rows.rate, rows.zones,
        rows.verified_at[by_review], by_review, crossing,
    )  # fmt: skip
