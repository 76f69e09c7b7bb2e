"""Episodes: when a rung began to stand, and when it stands down.

Turns the spans in which a condition held into episodes. Rules:

1. A rung that was reached stands until its condition has not held for the ladder's ``stand_down``. What is verified
   only after that wakes it again, for as long, from the instant of the verification on: nobody can answer to what is
   not yet known.
2. A span that begins while the rung stands belongs to the same episode; one that begins later opens a new one.
3. The first breach of an episode is the earliest that the window held, surely or possibly, at an instant of its spans.

Leaves the two sides - surely, possibly - and their meaning to ``ladder``. Source: DESIGN, section 4 (Ladder).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.guarantee.breaches import Breaches
from holdfire.guarantee.conditions import Course, Spans
from holdfire.guarantee.ledger import NEVER, UNDATED

__all__ = ["Episode", "episodes_of"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Episode:
    """Hold one stretch of time in which a rung stood, or may have stood.

    Attributes
    ----------
    start, end : int, microseconds
        First instant at which the condition held, and the one after the last.
    stands_until : int, microseconds
        When it stands down if nothing further happens.
    breaches : int64, (n,)
        Positions of the breaches that its windows held.
    """

    start: int
    end: int
    stands_until: int
    breaches: Ints

    def first_start(self, breaches: Breaches) -> int | None:
        """Return the earliest stated start of its breaches; None where none is stated."""
        starts = breaches.start[self.breaches]
        starts = starts[starts > UNDATED]
        return int(starts.min()) if starts.size else None

    def first_end(self, breaches: Breaches) -> int | None:
        """Return the instant by which its first breach had surely happened; of a single instant, this one."""
        start, end = breaches.start[self.breaches], breaches.end[self.breaches]
        happened = np.where(end == start + 1, start, end)[start > UNDATED]
        return int(happened.min()) if happened.size else None

    def first_verified(self, breaches: Breaches) -> int | None:
        """Return the first verification of one of its breaches; None where none is verified."""
        instants = breaches.verified_at[self.breaches]
        return int(instants.min()) if instants.size and instants.min() < NEVER else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """Hold one side, sure or possible, of a course: when the window holds each breach that counts for anything."""

    breaches: Breaches
    counts: Flags
    begins: Ints
    ends: Ints
    wait: int
    rest: int

    def members(self, spans: Spans) -> Ints:
        """Return the breaches that the windows of ordered spans held."""
        bounds = np.array(spans, dtype=np.int64)
        nearest = np.searchsorted(bounds[:, 1], self.begins, side="right")
        within = nearest < len(spans)
        starts = bounds[np.minimum(nearest, len(spans) - 1), 0] - self.wait
        return np.flatnonzero(self.counts & within & (starts < self.ends))

    def stands(self, spans: Spans, instant: int) -> bool:
        """Say whether the episode of these spans still, or again, stands at an instant (rule 1)."""
        if instant < spans[-1][1] + self.rest:
            return True
        verified = self.breaches.verified_at[self.members(spans)]
        return bool(np.any((verified <= instant) & (instant < verified + self.rest)))


def episodes_of(course: Course, *, sure: bool, wait: int, rest: int) -> tuple[Episode, ...]:
    """Return the episodes of a condition up to its ``as_of``, in order of their start.

    Parameters
    ----------
    course : Course
    sure : bool
        The side: where the condition surely held, or where it possibly did.
    wait : int, microseconds
        The condition's persistence: what the windows held so much earlier belongs to a span too.
    rest : int, microseconds
        The ladder's stand-down.
    """
    breaches = course.breaches
    side = _Side(
        breaches=breaches,
        counts=(breaches.lower if sure else breaches.upper) > 0.0,
        begins=breaches.sure_from if sure else breaches.maybe_from,
        ends=breaches.sure_until if sure else breaches.maybe_until,
        wait=wait,
        rest=rest,
    )
    groups: list[Spans] = []
    for span in course.sure if sure else course.maybe:
        standing = (group for group in reversed(groups) if side.stands(group, span[0]))
        group = next(standing, None)
        if group is None:
            groups.append([span])
        else:
            group.append(span)
    found = []
    for group in groups:
        members = side.members(group)
        verified = breaches.verified_at[members]
        latest = max([group[-1][1], *verified[verified <= course.as_of].tolist()])
        found.append(Episode(start=group[0][0], end=group[-1][1], stands_until=latest + rest, breaches=members))
    return tuple(found)
