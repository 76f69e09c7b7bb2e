"""Turn intervals into spans of microseconds, and uncertain instants into shares of time within them.

Rule: an instant that is known within ``[start, end)`` is uniform there; one whose start or end nobody states may be at
any time that is left, so its share is a range. Spans are half-open and never overlap. Leaves the agreement's own times
to ``records.force`` and places to ``place_time``. Source: DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import to_us
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Scope
from holdfire.records.force import Interval, force_intervals, instant_of

__all__ = [
    "ALWAYS", "OPEN_END", "OPEN_START", "Overlaps", "Spans", "force_spans", "intersect_spans", "overlaps",
    "scope_spans", "share_within", "spans_of",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

OPEN_START = -(1 << 61)
"""Microseconds; stands for an open start. Differences of two such numbers still fit 64 bits."""
OPEN_END = 1 << 61
"""Microseconds; stands for an open end."""


class Spans(NamedTuple):
    """Hold spans of time in order.

    Attributes
    ----------
    start, end : int64, (n,), microseconds since 1970, UTC
        Half-open; each begins where or after the one before it ends.
    """

    start: Ints
    end: Ints


ALWAYS = Spans(np.array([OPEN_START]), np.array([OPEN_END]))


class Overlaps(NamedTuple):
    """Hold which rows overlap which spans, ordered by row, then span.

    Attributes
    ----------
    row, span : int64, (m,)
        Indexes.
    shared_us : int64, (m,), microseconds, >= 1
        How long they overlap.
    """

    row: Ints
    span: Ints
    shared_us: Ints


def spans_of(intervals: Iterable[Interval]) -> Spans:
    """Return spans of intervals that do not overlap; those without length are left out."""
    pairs = sorted(
        (OPEN_START if start is None else to_us(start), OPEN_END if end is None else to_us(end))
        for start, end in intervals
    )
    kept = [pair for pair in pairs if pair[0] < pair[1]]
    table = np.array(kept, dtype=np.int64).reshape(-1, 2)
    return Spans(table[:, 0].copy(), table[:, 1].copy())


def intersect_spans(left: Spans, right: Spans) -> Spans:
    """Return the spans that lie in both.

    Examples
    --------
    >>> a, b = Spans(np.array([0, 10]), np.array([5, 20])), Spans(np.array([3]), np.array([12]))
    >>> [part.tolist() for part in intersect_spans(a, b)]
    [[3, 10], [5, 12]]
    """
    met = overlaps(left.start, left.end, right)
    start = np.maximum(left.start[met.row], right.start[met.span])
    return Spans(start, start + met.shared_us)


def overlaps(start: Ints, end: Ints, spans: Spans) -> Overlaps:
    """Return which of the rows ``[start, end)`` overlap which spans.

    Parameters
    ----------
    start, end : int64, (n,), microseconds
        Rows in any order, each at least 1 us long.
    spans : Spans
        In order.
    """
    first = np.searchsorted(spans.end, start, side="right")
    n_met = np.maximum(np.searchsorted(spans.start, end, side="left") - first, 0)
    row = np.repeat(np.arange(start.size), n_met)
    before = np.cumsum(n_met) - n_met
    span = np.arange(row.size) - before[row] + first[row]
    shared = np.minimum(end[row], spans.end[span]) - np.maximum(start[row], spans.start[span])
    return Overlaps(row, span, shared)


def share_within(start: Ints, end: Ints, vague: Flags, spans: Spans) -> tuple[Floats, Floats]:
    """Return bounds of the probability that an uncertain instant lies within spans.

    Parameters
    ----------
    start, end : int64, (n,), microseconds
        The instant lies in ``[start, end)``, uniformly; each at least 1 us long.
    vague : bool, (n,)
        Nobody states both ends: the instant lies anywhere in ``[start, end)``, not uniformly.
    spans : Spans

    Returns
    -------
    lower, upper : float64, (n,), 0..1

    Examples
    --------
    >>> spans = Spans(np.array([10]), np.array([OPEN_END]))
    >>> lower, upper = share_within(np.array([9, 0]), np.array([11, 40]), np.array([False, True]), spans)
    >>> lower.tolist(), upper.tolist()
    ([0.5, 0.0], [0.5, 1.0])
    """
    met = overlaps(start, end, spans)
    shared = np.bincount(met.row, weights=met.shared_us, minlength=start.size) / (end - start)
    lower = np.where(vague, np.floor(shared), shared)
    upper = np.where(vague, np.ceil(shared), shared)
    return np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)


def force_spans(reading: Reading, agreement: Agreement) -> Spans:
    """Return when the agreement is in force under a reading."""
    return spans_of(force_intervals(reading, agreement))


def scope_spans(scope: Scope, agreement: Agreement) -> Spans:
    """Return the time that a clause's scope binds: ``[from, to)``, open where it is not said."""
    start = None if scope.start is None else instant_of(scope.start, agreement)
    end = None if scope.end is None else instant_of(scope.end, agreement)
    return spans_of([(start, end)])
