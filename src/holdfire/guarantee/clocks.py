"""Clocks: when a duty began to run, when it is due, and what is left of it.

Turns instants of breaches, verifications and uses into clocks. Rules:

1. A clock runs in real time: 72 h are 72 hours, also over the change to or from summer time. Only *days* follow the
   calendar: n quiet days begin n days earlier at the same local time, be they 23 or 25 hours long.
2. A clock that began at an uncertain instant has two due times: ``due_at``, if it began as early as it may have, and
   ``due_by``, if it began as late as it surely had. It is *overdue* only after ``due_by``; in between, perhaps.
3. A duty that was done meets its clock if it was done until the due time, that instant included.

Leaves which breaches begin a clock to ``ladder``. Source: DESIGN, section 4 (Ladder); IANA time zones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from holdfire.basics.instants import zone_named
from holdfire.records.guarantee import ClockState

__all__ = ["begun_clock", "days_before", "unbegun_clock"]


def days_before(instant: datetime, days: int, time_zone: str) -> datetime:
    """Return the instant n calendar days earlier at the same local time.

    Examples
    --------
    >>> days_before(datetime(2031, 3, 30, 12, tzinfo=UTC), 1, "Europe/Kyiv").isoformat()
    '2031-03-29T13:00:00+00:00'
    """
    zone = zone_named(time_zone)
    local = instant.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)  # days < 0: later
    return local.replace(tzinfo=zone).astimezone(UTC)


def unbegun_clock(starts_at: str, within_h: float, *, binding: bool) -> ClockState:
    """Return a clock that has not begun."""
    return ClockState(
        starts_at=starts_at,
        binding=binding,
        within_h=within_h,
        began_at=None,
        began_by=None,
        due_at=None,
        due_by=None,
        hours_left=None,
        hours_left_least=None,
        state="not started",
        finding_ids=(),
    )


def begun_clock(
    starts_at: str,
    within_h: float,
    *,
    binding: bool,
    began_at: datetime,
    began_by: datetime | None,
    as_of: datetime,
    used_at: datetime | None,
    finding_ids: tuple[str, ...] = (),
) -> ClockState:
    """Return a clock as it stands.

    Parameters
    ----------
    began_at, began_by : datetime, datetime or None
        Earliest instant at which it may have begun; the one by which it surely had, None if it may not run at all.
    used_at : datetime or None
        When the duty was done.
    """
    within = timedelta(hours=within_h)
    due_at = began_at + within
    due_by = None if began_by is None else began_by + within
    return ClockState(
        starts_at=starts_at,
        binding=binding,
        within_h=within_h,
        began_at=began_at,
        began_by=began_by,
        due_at=due_at,
        due_by=due_by,
        hours_left=_hours(due_at if due_by is None else due_by, as_of),
        hours_left_least=_hours(due_at, as_of),
        state=_state(due_at, due_by, as_of, used_at),
        finding_ids=finding_ids,
    )


def _hours(due: datetime, as_of: datetime) -> float:
    return (due - as_of) / timedelta(hours=1)


def _state(due_at: datetime, due_by: datetime | None, as_of: datetime, used_at: datetime | None) -> str:
    if used_at is not None:
        if used_at <= due_at:
            return "met"
        return "met late" if due_by is not None and used_at > due_by else "perhaps late"
    if due_by is not None and as_of > due_by:
        return "overdue"
    if as_of > due_at:
        return "perhaps overdue"
    return "running" if due_by is not None else "perhaps running"
