"""In force: when the agreement binds under each reading, and what its text is on a day.

Turns an agreement into intervals in UTC and into the clauses of a day. Rules: a reading's force runs from its
entry into force to its end; a suspension is somebody's claim, so it takes time out of a reading only where the
one who declared it is among those who claim that reading; a clause binds while the reading is in force and the
clause's scope holds. A time without an offset is read in the agreement's time zone. Leaves the judging of acts to
the kernels. Source: DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from datetime import date, datetime

from holdfire.basics.instants import local_day_bounds
from holdfire.errors import UnknownIdError
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Clause
from holdfire.records.force import force_intervals as reading_intervals
from holdfire.records.force import instant_of

__all__ = ["clause_intervals", "force_intervals", "text_on"]

Intervals = tuple[tuple[datetime, datetime | None], ...]


def _reading(agreement: Agreement, reading_id: str) -> Reading:
    for reading in agreement.readings:
        if reading.id == reading_id:
            return reading
    known = ", ".join(f"'{reading.id}'" for reading in agreement.readings)
    raise UnknownIdError(f"The agreement has no reading {reading_id!r}.", agreement.id, f"Readings are {known}.")


def force_intervals(agreement: Agreement, reading_id: str) -> Intervals:
    """Return when the agreement is in force under a reading.

    Parameters
    ----------
    agreement : Agreement
    reading_id : str

    Returns
    -------
    tuple of (datetime, datetime or None)
        ``[start, end)`` in UTC, in order; None = open. A suspension that a claimant of the reading declared is
        taken out; one declared by somebody else is not.

    Raises
    ------
    UnknownIdError
        The agreement has no such reading.
    InputError
        A time is no instant, or the agreement's time zone is not known.
    """
    spans = reading_intervals(_reading(agreement, reading_id), agreement)
    return tuple((start, end) for start, end in spans if start is not None)


def clause_intervals(agreement: Agreement, clause: Clause, reading_id: str) -> Intervals:
    """Return when a clause binds under a reading: in force, and within the clause's own scope.

    Returns
    -------
    tuple of (datetime, datetime or None)
        ``[start, end)`` in UTC, in order; empty where the clause does not stand under this reading.

    Raises
    ------
    UnknownIdError
        The agreement has no such reading.
    InputError
        A time is no instant, or the agreement's time zone is not known.
    """
    spans = force_intervals(agreement, reading_id)
    scope = clause.scope
    if scope.readings and reading_id not in scope.readings:
        return ()
    first = None if scope.start is None else instant_of(scope.start, agreement)
    last = None if scope.end is None else instant_of(scope.end, agreement)
    found = []
    for start, end in spans:
        begins = start if first is None else max(start, first)
        ends = end if last is None else last if end is None else min(end, last)
        if ends is None or begins < ends:
            found.append((begins, ends))
    return tuple(found)


def text_on(agreement: Agreement, day: date) -> dict[str, tuple[Clause, ...]]:
    """Return the clauses that bind at some time of a day, for each reading.

    Parameters
    ----------
    agreement : Agreement
    day : date
        A day of the agreement's own calendar, from 00:00 to 24:00 of its time zone.

    Returns
    -------
    dict of str to tuple of Clause
        Every reading's id; no clauses where the agreement is not in force under it.

    Raises
    ------
    InputError
        A time is no instant, or the agreement's time zone is not known.
    """
    day_start, day_end = local_day_bounds(day, agreement.time_zone)

    def binds(clause: Clause, reading_id: str) -> bool:
        spans = clause_intervals(agreement, clause, reading_id)
        return any(start < day_end and (end is None or day_start < end) for start, end in spans)

    return {
        reading.id: tuple(clause for clause in agreement.clauses if binds(clause, reading.id))
        for reading in agreement.readings
    }
