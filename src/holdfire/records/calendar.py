"""Calendar: the dates of an agreement that people keep - meetings, deadlines, expiries, clocks and gates.

Rule: an entry holds ids and instants and no sentence of its own, so that it can be told in any language; its key names
it for ever, whatever its instant becomes. Leaves writing iCalendar to ``publication.ical``. Source: DESIGN, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdfire.records.fields import Text

__all__ = ["ENTRY_KINDS", "CalendarEntry"]

ENTRY_KINDS = (
    "meeting",
    "force",
    "end",
    "deadline",
    "need",
    "expiry",
    "clock",
    "stand_down",
    "gate",
)
"""Entry into force and end of a reading; a duty's deadline; a need's; a commitment's end; the due time of a rung's
clock; when a rung stands down, and when a gate opens at the earliest, if nothing further happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """Hold one date.

    Attributes
    ----------
    key : str
        Names it for ever: its kind and the ids of what it belongs to, parted by ``/``.
    kind : str
        One of ``ENTRY_KINDS``.
    subject : str
        Id of the meeting, reading, clause, need, commitment, rung or gate.
    starts_at : datetime
        UTC; for a clock the earliest instant at which it may be due.
    ends_at : datetime or None
        UTC; for a clock the instant by which it surely is; None = an instant.
    title : Text
        By language, as the agreement calls the subject.
    about : Text or None
        What is owed: duty, text, condition.
    who : tuple of str
        Ids of those who owe it or take part.
    place : Text or None
    every : str or None
        ``day``, ``week``, ``two_weeks`` or ``month``, at the same local time.
    until : datetime or None
        UTC; the last instant at which a repeated one may start.
    reading, party : str or None
    starts_from : str or None
        For a clock: what it runs from, ``breach``, ``verification`` or ``previous_rung``.
    state : str or None
        For a clock: one of ``CLOCK_STATES``.
    binding : bool
        False for a clock that is kept beside the binding one.
    """

    key: str
    kind: str
    subject: str
    starts_at: datetime
    title: Text
    ends_at: datetime | None = None
    about: Text | None = None
    who: tuple[str, ...] = ()
    place: Text | None = None
    every: str | None = None
    until: datetime | None = None
    reading: str | None = None
    party: str | None = None
    starts_from: str | None = None
    state: str | None = None
    binding: bool = True
