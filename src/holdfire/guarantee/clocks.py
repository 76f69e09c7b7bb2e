"""Clocks: when a duty began to run, when it is due, and what is left of it.

Turns instants of breaches, verifications and uses into clocks. Rules:

1. A clock runs in real time: 72 h are 72 hours, also over the change to or from summer time. Only *days* follow the
   calendar: n quiet days begin n days earlier at the same local time, be they 23 or 25 hours long.
2. A clock that began at an uncertain instant has two due times: ``due_at``, if it began as early as it may have, and
   ``due_by``, if it began as late as it surely had. It is *overdue* only after ``due_by``; in between, perhaps.
3. A duty that was done meets its clock if it was done until the due time, that instant included.
4. During a pause a clock stands still: what is left stays what it is, and the due time moves by the pause's length.
   While a pause without an end keeps it from its due time, it has none, and is *paused*.

Leaves which breaches begin a clock to ``ladder``. Source: DESIGN, section 4 (Ladder); IANA time zones.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from holdfire.basics.instants import zone_named
from holdfire.records.force import Interval
from holdfire.records.guarantee import ClockState

__all__ = ["begun_clock", "days_before", "unbegun_clock"]

HOUR = timedelta(hours=1)


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
    pauses: tuple[Interval, ...] = (),
) -> ClockState:
    """Return a clock as it stands.

    Parameters
    ----------
    began_at, began_by : datetime, datetime or None
        Earliest instant at which it may have begun; the one by which it surely had, None if it may not run at all.
    used_at : datetime or None
        When the duty was done.
    pauses : tuple of (datetime or None, datetime or None)
        ``[start, end)``, UTC, in any order; an open end has not come.
    """
    within = timedelta(hours=within_h)
    still = _joined(pauses)
    due_at = _due(began_at, within, still)
    due_by = None if began_by is None else _due(began_by, within, still)
    now_still = next((start for start, end in still if start <= as_of and (end is None or as_of < end)), None)
    least = within - _ran(began_at, as_of, still)
    most = least if began_by is None else within - _ran(began_by, as_of, still)
    return ClockState(
        starts_at=starts_at,
        binding=binding,
        within_h=within_h,
        began_at=began_at,
        began_by=began_by,
        due_at=due_at,
        due_by=due_by,
        hours_left=most / HOUR,
        hours_left_least=least / HOUR,
        state=_state(due_at, due_by, as_of, used_at, is_sure=began_by is not None, is_still=now_still is not None),
        finding_ids=finding_ids,
        paused_h=((as_of - began_at) - _ran(began_at, as_of, still)) / HOUR,
        paused_since=None if now_still is None or used_at is not None else max(now_still, began_at),
    )


def _joined(pauses: Iterable[Interval]) -> tuple[tuple[datetime, datetime | None], ...]:
    # In order, without overlaps; an open beginning is as early as any clock.
    joined: list[tuple[datetime, datetime | None]] = []
    earliest = datetime.min.replace(tzinfo=UTC)
    for start, end in sorted(((start or earliest, end) for start, end in pauses), key=lambda one: one[0]):
        if end is not None and end <= start:
            continue
        if joined and (joined[-1][1] is None or start <= joined[-1][1]):
            last = joined[-1][1]
            joined[-1] = joined[-1][0], None if last is None or end is None else max(last, end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _due(began: datetime, within: timedelta, pauses: tuple[tuple[datetime, datetime | None], ...]) -> datetime | None:
    """Return when so much running time has passed; None where a pause without an end comes before."""
    at, left = began, within
    for start, end in pauses:
        if end is not None and end <= at:
            continue
        if max(start, at) - at >= left:
            break
        left -= max(start, at) - at
        if end is None:
            return None
        at = end
    return at + left


def _ran(began: datetime, until: datetime, pauses: tuple[tuple[datetime, datetime | None], ...]) -> timedelta:
    """Return the running time between two instants."""
    ran = until - began
    for start, end in pauses:
        first, last = max(start, began), until if end is None else min(end, until)
        if first < last:
            ran -= last - first
    return ran


def _state(
    due_at: datetime | None,
    due_by: datetime | None,
    as_of: datetime,
    used_at: datetime | None,
    *,
    is_sure: bool,
    is_still: bool,
) -> str:
    if used_at is not None:
        if due_at is None or used_at <= due_at:
            return "met"
        return "met late" if due_by is not None and used_at > due_by else "perhaps late"
    if due_by is not None and as_of > due_by:
        return "overdue"
    if due_at is not None and as_of > due_at:
        return "perhaps overdue"
    if is_still:
        return "paused"
    return "running" if is_sure else "perhaps running"
