"""Force: an agreement's local times into instants, and the intervals in which a reading holds it in force.

Rule: under a reading the agreement is in force from the claimed entry until its end, less the suspensions that a
claimant of that reading declared; somebody else's declaration changes nothing under it. Intervals are half-open, UTC.
Leaves a clause's own scope to the kernels, and the wording in force on a day to ``agreement.in_force``. Source:
DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from datetime import datetime

from holdfire.basics.instants import parse_instant
from holdfire.records.agreement import Agreement, Reading

__all__ = ["Interval", "force_intervals", "instant_of", "without"]

Interval = tuple[datetime | None, datetime | None]
"""``[start, end)``, UTC; None = open."""


def instant_of(text: str, agreement: Agreement) -> datetime:
    """Return the UTC instant of a text, read in the agreement's time zone where it states no offset.

    Raises
    ------
    InputError
        The text is no instant, or the agreement's time zone is not known.
    """
    return parse_instant(text, agreement.time_zone)


def without(whole: Interval, start: datetime, end: datetime | None) -> tuple[Interval, ...]:
    """Return what is left of an interval when ``[start, end)`` is taken out of it.

    Parameters
    ----------
    whole : Interval
        UTC; None = open.
    start, end : datetime, datetime or None
        What goes out; an open end takes everything from ``start`` on. An empty one takes nothing.
    """
    first, last = whole
    if end is not None and end <= start:
        return (whole,)
    before = (first, start if last is None else min(last, start))
    after = (end if first is None or end is None else max(first, end), last)
    left: list[Interval] = [before] if first is None or first < start else []
    if end is not None and (last is None or end < last):
        left.append(after)
    return tuple(left)


def force_intervals(reading: Reading, agreement: Agreement) -> tuple[Interval, ...]:
    """Return when the agreement is in force under a reading, in order.

    Returns
    -------
    tuple of Interval
        UTC; an end of None is open. Empty where the reading's end comes before its entry into force.

    Raises
    ------
    InputError
        A time is no instant, or the agreement's time zone is not known.
    """
    start = instant_of(reading.enters_into_force, agreement)
    end = None if reading.ends is None else instant_of(reading.ends, agreement)
    if end is not None and end <= start:
        return ()
    spans: tuple[Interval, ...] = ((start, end),)
    for suspension in reading.suspensions:
        if suspension.by in reading.claimed_by:
            out_from = instant_of(suspension.start, agreement)
            out_to = None if suspension.end is None else instant_of(suspension.end, agreement)
            spans = tuple(left for span in spans for left in without(span, out_from, out_to))
    return spans
