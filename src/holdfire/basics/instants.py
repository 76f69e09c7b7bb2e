"""Instants: text and local days into UTC microseconds, and half-open intervals of them.

Rule: an instant is UTC, an interval is ``[start, end)``; a text without an offset is read in a zone that the
caller names, never in the machine's own. Source: ISO 8601, IANA time zone database.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holdfire.errors import InputError

__all__ = [
    "DAY_US",
    "EPOCH",
    "HOUR_US",
    "MAX_US",
    "MIN_US",
    "from_us",
    "local_day_bounds",
    "parse_instant",
    "parse_window",
    "to_us",
    "window_bounds",
    "zone_named",
]

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MINUTES_OF_DAY = 1_440
WINDOW = re.compile(r"([0-2]\d):([0-5]\d)\s*[-\u2013]\s*([0-2]\d):([0-5]\d)")
"""Two times of a day with a hyphen or a dash between them."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIN_US = -2_208_988_800_000_000
"""1900-01-01T00:00Z in microseconds: no report is older."""
MAX_US = 4_102_444_800_000_000
"""2100-01-01T00:00Z in microseconds: no report is later."""


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone of that name.

    Raises
    ------
    InputError
        The name is not in the IANA database.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"No time zone is called {name!r}.", "a time zone", "Write an IANA name such as 'Europe/Kyiv'."
        ) from error


def parse_instant(text: str, zone: str | None = None) -> datetime:
    """Read an ISO 8601 instant, or a day, as an aware UTC instant.

    Parameters
    ----------
    text : str
        ``2022-07-23T08:00:00Z``, ``2022-07-23 11:00`` or ``2022-07-23`` (the day's first instant).
    zone : str, optional
        IANA name for a text that states no offset. None asks for an offset in the text.

    Raises
    ------
    InputError
        The text is no instant, or states no offset where none can be assumed.

    Examples
    --------
    >>> parse_instant("2022-07-23 11:00", "Europe/Kyiv").isoformat()
    '2022-07-23T08:00:00+00:00'
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(
            f"This is no instant: {text[:60]!r}.", "an instant", "Write it as 2022-07-23T08:00:00Z."
        ) from error
    if read.tzinfo is None:
        if zone is None:
            raise InputError(
                f"This instant states no offset from UTC: {text[:60]!r}.",
                "an instant",
                "End it with Z or +03:00, or state the time zone of the field.",
            )
        read = read.replace(tzinfo=zone_named(zone))
    try:
        return read.astimezone(UTC)
    except OverflowError as error:
        raise InputError(
            f"This instant lies outside the calendar: {text[:60]!r}.", "an instant", "Check the year."
        ) from error


def to_us(instant: datetime) -> int:
    """Return microseconds since 1970-01-01T00:00Z of an aware instant.

    Examples
    --------
    >>> to_us(parse_instant("1970-01-02T00:00:00Z")) == DAY_US
    True
    """
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970-01-01T00:00Z."""
    return EPOCH + timedelta(microseconds=us)


def local_day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the UTC bounds ``[start, end)`` of a calendar day in a zone (23 to 25 hours long).

    Examples
    --------
    >>> start, end = local_day_bounds(date(2022, 3, 27), "Europe/Kyiv")
    >>> (end - start).total_seconds() / 3600
    23.0
    """
    tz = zone_named(zone)
    start = datetime.combine(day, time.min, tzinfo=tz)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=tz)
    return start.astimezone(UTC), end.astimezone(UTC)


def parse_window(text: str) -> tuple[int, int]:
    """Read a daily window as minutes after midnight; the end lies on the next day where it is not after the start.

    Raises
    ------
    InputError
        The text is no window, or one without length.

    Examples
    --------
    >>> parse_window("08:00-16:00"), parse_window("22:00-04:00"), parse_window("00:00-24:00")
    ((480, 960), (1320, 1680), (0, 1440))
    """
    found = WINDOW.fullmatch(text.strip())
    start, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if found is None or start == end or start >= MINUTES_OF_DAY or end > MINUTES_OF_DAY:
        raise InputError(f"This is no daily window: {text[:60]!r}.", "a daily window", "Write it as 08:00-16:00.")
    return (start, end) if start < end else (start, end + MINUTES_OF_DAY)


def window_bounds(day: date, window: tuple[int, int], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the UTC bounds of a daily window of :func:`parse_window` that opens on a local day.

    A time that a change of the clocks leaves out is read by the offset before it.

    Examples
    --------
    >>> [one.hour for one in window_bounds(date(2030, 3, 5), (480, 1440), ZoneInfo("Europe/Kyiv"))]
    [6, 22]
    """
    midnight = datetime.combine(day, time())
    start, end = ((midnight + timedelta(minutes=minutes)).replace(tzinfo=zone).astimezone(UTC) for minutes in window)
    return start, end
