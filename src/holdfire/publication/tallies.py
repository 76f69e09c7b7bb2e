"""Tallies: the number of breaches among findings, with its range, and breaches by whichever party.

Turns any selection of findings into a ``CountRange``. Rule: the number is Poisson-binomial, its low end from lower and
its high end from upper probabilities. A breach *by whichever party* is bounded by what the findings say together:

- at least the largest lower bound of a party, and at least the probability that one of these parties did it (one less
  what the incident leaves to others) times the smallest lower bound of the other factors;
- at most the sum of the parties' upper bounds, and at most the other factors' upper bound, whoever did it.

Of *whichever clause*, nothing is assumed of how the clauses hang together (Fréchet's bounds): at least the largest
lower bound, at most the sum of the upper ones and the probability that the incident happened. Source: DESIGN,
section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.chance import count_interval
from holdfire.publication.columns import Columns
from holdfire.records.bulletin_numbers import CountRange

__all__ = ["Union", "count_range", "runs", "segments", "unite", "unite_clauses"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def count_range(lower: Floats, upper: Floats) -> CountRange:
    """Return how many of the breaches happened, as mean, 90 % interval and the probability of at least one.

    Parameters
    ----------
    lower, upper : float64, (n,), 0..1
        Bounds of each breach's probability; no nulls.

    Examples
    --------
    >>> count_range(np.array([1.0, 0.5]), np.array([1.0, 0.5])).any_lower
    1.0
    >>> count_range(np.array([]), np.array([])) == CountRange()
    True
    """
    with np.errstate(divide="ignore"):
        any_lower = 1.0 - float(np.exp(np.log1p(-np.clip(lower, 0.0, 1.0)).sum()))
        any_upper = 1.0 - float(np.exp(np.log1p(-np.clip(upper, 0.0, 1.0)).sum()))
    return CountRange(
        mean_lower=float(lower.sum()),
        mean_upper=float(upper.sum()),
        low=count_interval(lower[lower > 0.0])[0],
        high=count_interval(upper[upper > 0.0])[1],
        any_lower=any_lower,
        any_upper=any_upper,
    )


def segments(*keys: Ints) -> tuple[Ints, Ints]:
    """Return an order of the rows by some keys, and where each run of equal keys starts in it.

    Returns
    -------
    order : int64, (n,)
        Rows with equal keys stand together, in their first order.
    starts : int64, (n runs,)
    """
    n = keys[0].size
    order = np.lexsort(keys[::-1])
    if n == 0:
        return order, np.zeros(0, dtype=np.int64)
    differs = np.zeros(n, dtype=np.bool_)
    differs[0] = True
    for key in keys:
        ordered = key[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    return order, np.flatnonzero(differs)


def runs(order: Ints, starts: Ints) -> Iterator[Ints]:
    """Yield the rows of each run."""
    ends = np.append(starts[1:], order.size)[: starts.size]
    for first, last in zip(starts, ends, strict=True):
        yield order[first:last]


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Hold breaches by whichever party: one element per incident, clause and reading.

    Attributes
    ----------
    incident : int64, (n,)
        Row in the incidents.
    clause : int64, (n,)
        -1 = of whichever clause.
    reading, day, at_us : int64, (n,)
    lower, upper : float64, (n,), 0..1
    real_upper : float64, (n,), 0..1
    grade : int64, (n,)
        0 = confirmed by named persons, 2 = all excluded by them, else 1.
    """

    incident: Ints
    clause: Ints
    reading: Ints
    day: Ints
    at_us: Ints
    lower: Floats
    upper: Floats
    real_upper: Floats
    grade: Ints

    def select(self, keep: Flags) -> tuple[Floats, Floats]:
        """Return the bounds of the elements to keep."""
        return self.lower[keep], self.upper[keep]


def _nothing() -> Union:
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Union(
        incident=none,
        clause=none,
        reading=none,
        day=none,
        at_us=none,
        lower=nothing,
        upper=nothing,
        real_upper=nothing,
        grade=none,
    )


def unite(columns: Columns, rows: Flags) -> Union:
    """Bound the probability that an incident breached a clause, whichever party did it.

    Parameters
    ----------
    rows : bool, (n findings,)
        The findings to take; those that named persons excluded count for nothing.
    """
    taken = np.flatnonzero(rows & (columns.incident >= 0) & ~np.isnan(columns.lower))
    if taken.size == 0:
        return _nothing()
    order, starts = segments(columns.incident[taken], columns.clause[taken], columns.reading[taken])
    taken = taken[order]
    first, grade = taken[starts], columns.grade[taken]
    stands = grade < 2
    lower, upper = (np.where(stands, bound[taken], 0.0) for bound in (columns.lower, columns.upper))
    incident = columns.incident[first]
    # What the incident leaves to actors that are not among these parties.
    others = columns.actors_upper[incident] - np.add.reduceat(columns.actor_share[taken], starts)
    one_of_them = np.clip(1.0 - others, np.maximum.reduceat(columns.actor_lower[taken], starts), 1.0)
    whoever = np.minimum.reduceat(np.where(stands, columns.anyone_lower[taken], 0.0), starts) * one_of_them
    cap = np.maximum.reduceat(np.where(stands, columns.anyone_upper[taken], 0.0), starts)
    least = np.maximum(np.maximum.reduceat(lower, starts), whoever)
    return Union(
        incident=incident,
        clause=columns.clause[first],
        reading=columns.reading[first],
        day=columns.day[first],
        at_us=columns.at_us[first],
        lower=np.clip(least, 0.0, 1.0),
        upper=np.clip(np.maximum(np.minimum(np.add.reduceat(upper, starts), cap), least), 0.0, 1.0),
        real_upper=np.maximum.reduceat(columns.real_upper[taken], starts),
        grade=np.minimum.reduceat(grade, starts),
    )


def unite_clauses(union: Union) -> Union:
    """Bound the probability that an incident breached any clause at all."""
    if union.incident.size == 0:
        return union
    order, starts = segments(union.incident, union.reading)
    first = order[starts]
    lower = np.maximum.reduceat(union.lower[order], starts)
    real_upper = np.maximum.reduceat(union.real_upper[order], starts)
    upper = np.minimum(np.add.reduceat(union.upper[order], starts), real_upper)
    return Union(
        incident=union.incident[first],
        clause=np.full(first.size, -1, dtype=np.int64),
        reading=union.reading[first],
        day=union.day[first],
        at_us=union.at_us[first],
        lower=lower,
        upper=np.clip(np.maximum(upper, lower), 0.0, 1.0),
        real_upper=real_upper,
        grade=np.minimum.reduceat(union.grade[order], starts),
    )
