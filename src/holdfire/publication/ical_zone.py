"""iCalendar zone: the rules of an IANA time zone over some years, as a ``VTIMEZONE``.

Turns a zone into a component. Rule: the onset of an observance is told in the local time that held until then
(``TZOFFSETFROM``), as the standard asks; the library's own generator tells it in the one that holds from then on, which
puts the begin of summer time one hour late. Source: RFC 5545, section 3.6.5; the IANA data that the house pins.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

__all__ = ["zone_component"]

STEP = timedelta(days=1)
"""No zone changes its offset twice within a day."""
SECOND = timedelta(seconds=1)
Kind = tuple[timedelta, timedelta, str, bool]
"""Offset until then, offset from then on, name, whether it is summer time."""


def zone_component(name: str, zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """Return a zone's rules from the begin of one year to the end of another.

    Parameters
    ----------
    name : str
        What events call it.
    zone : ZoneInfo
    first_year, last_year : int
    """
    start, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    onsets: dict[Kind, list[datetime]] = {_kind(zone, start, start): [start]}
    for instant in _changes(zone, start, end):
        onsets.setdefault(_kind(zone, instant - SECOND, instant), []).append(instant)
    component = Timezone()
    component.add("tzid", name)
    for (before, after, short, is_summer), instants in onsets.items():
        part = TimezoneDaylight() if is_summer else TimezoneStandard()
        local = [(instant + before).replace(tzinfo=None) for instant in instants]
        part.add("dtstart", local[0])
        if local[1:]:
            part.add("rdate", local[1:])
        part.add("tzname", short)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        component.add_component(part)
    return component


def _kind(zone: ZoneInfo, before: datetime, instant: datetime) -> Kind:
    local = instant.astimezone(zone)
    offsets = [one.astimezone(zone).utcoffset() or timedelta() for one in (before, instant)]
    return offsets[0], offsets[1], local.tzname() or "", bool(local.dst())


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """Return the instants at which the offset changes, to the second."""
    found = []
    at = start
    while at < end:
        after = min(at + STEP, end)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = at, after
            while high - low > SECOND:
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        at = after
    return found
