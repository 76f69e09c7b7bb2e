"""Times: when it happened, in the words of a message, relative to when the message came.

Turns a text and the instant it was received at into a half-open interval, UTC. Rules: clock times and days are read
in the zone of the message's land; what says nothing of its time happened within a day before it was received; no
interval ends after the message came, since a message tells of what was. Days are the civil days of that zone, also
where the clock is moved. Leaves the past of years to ``acts``, which does not count it as an event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holdfire.basics.instants import local_day_bounds

__all__ = ["Occurred", "read_time"]

DEFAULT_BACK = timedelta(hours=24)
"""How far back a message without a time may tell: news of the night are still told the next evening."""
CLOCK_SLACK = timedelta(minutes=30)
"""A clock time in a message is rounded: to the half hour at worst, as a rule."""
AROUND = timedelta(minutes=60)
"""And 'about' widens it to the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurred:
    """Hold when something happened.

    Attributes
    ----------
    start, end : datetime
        ``[start, end)``, UTC.
    said : str
        ``clock``, ``ago``, ``part`` (of a day), ``day``, ``date``; ``none`` where the text does not say.
    """

    start: datetime
    end: datetime
    said: str


def _words(*stems: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(stems)})(?!\w)", re.IGNORECASE)


_YESTERDAY = _words("yesterday", "вчора", "учора", "вчера", "напередодні", "накануне")
_TWO_DAYS = _words("the day before yesterday", "позавчора", "позавчера")
_TODAY = _words("today", "сьогодні", "сегодня")
_AGO = re.compile(
    r"(?<!\w)(?P<n>\d{1,2}|an?|one|two|three|half an|пів|півгодини|полчаса|дві|два|три|две)?\s*"
    r"(?P<unit>hours?|minutes?|годин[иу]?|хвилин[иу]?|час(?:а|ов)?|минут[уы]?)\s+(?:ago|тому|назад)(?!\w)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d.:,])(?P<about>(?:around|about|близько|около|приблизно|примерно)\s+)?"
    r"(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?![\d:])",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<![\d.])(?P<d>[0-3]?\d)(?:\.(?P<mo>[01]\d)(?:\.(?P<y>20\d\d))?(?![\d.]*\d)|"
    r"(?:st|nd|rd|th)?\s+(?P<name>[a-zа-яіїє]{3,}))(?!\w)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"(?<!\w)(?P<name>[a-z]{3,9})\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?![\w:.]*\d)", re.IGNORECASE)
_MONTHS = (
    ("january", "січня", "января"), ("february", "лютого", "февраля"), ("march", "березня", "марта"),
    ("april", "квітня", "апреля"), ("may", "травня", "мая"), ("june", "червня", "июня"), ("july", "липня", "июля"),
    ("august", "серпня", "августа"), ("september", "вересня", "сентября"), ("october", "жовтня", "октября"),
    ("november", "листопада", "ноября"), ("december", "грудня", "декабря"),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
# Parts of a day: hours from the beginning of the civil day, [from, to).
_PARTS: tuple[tuple[re.Pattern[str], int, int], ...] = (
    (_words("last night", "overnight", "вночі", "уночі", "ночью", "минулої ночі", "протягом ночі", "за ніч", "за ночь",
            "в ніч на", "в ночь на"), -4, 7),
    (_words("this morning", "in the morning", "зранку", "вранці", "уранці", "утром", "с утра"), 5, 12),
    (_words("at noon", "midday", "опівдні", "в полдень"), 11, 14),
    (_words("this afternoon", "in the afternoon", "вдень", "удень", "днём", "днем", "після обіду"), 12, 18),
    (_words("this evening", "in the evening", "ввечері", "увечері", "вечером"), 17, 24),
)  # fmt: skip
_COUNT = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "дві": 2.0, "два": 2.0, "две": 2.0, "three": 3.0, "три": 3.0,
    "half an": 0.5, "пів": 0.5,
}  # fmt: skip


def _day_said(text: str, today: date) -> tuple[date | None, str]:
    """Return the civil day that a text names."""
    for pattern in (_DATE, _MONTH_FIRST):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month = int(parts["mo"]) if parts.get("mo") else _MONTH_OF.get((parts["name"] or "").casefold())
            if month is None:
                continue
            try:
                said = date(int(parts.get("y") or today.year), month, int(parts["d"]))
            except ValueError:
                continue
            if said > today and not parts.get("y"):
                said = said.replace(year=said.year - 1) if (said.month, said.day) != (2, 29) else today
            return said, "date"
    for pattern, back in ((_TWO_DAYS, 2), (_YESTERDAY, 1), (_TODAY, 0)):
        if pattern.search(text):
            return today - timedelta(days=back), "day"
    return None, "none"


def _clock(text: str, day: date | None, received: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    found = _CLOCK.search(text)
    if found is None:
        return None
    slack = AROUND if found["about"] else CLOCK_SLACK
    base = day or received.astimezone(zone).date()
    at = datetime.combine(base, time(int(found["h"]), int(found["m"])), zone).astimezone(UTC)
    if day is None and at > received + CLOCK_SLACK:
        back = base - timedelta(days=1)
        at = datetime.combine(back, time(int(found["h"]), int(found["m"])), zone).astimezone(UTC)
    return at - slack, at + slack


def _ago(text: str, received: datetime) -> tuple[datetime, datetime] | None:
    found = _AGO.search(text)
    if found is None:
        return None
    word = (found["n"] or "1").casefold()
    count = float(word) if word.isdigit() else _COUNT.get(word, 0.5)
    hours = count if found["unit"].casefold().startswith(("h", "год", "час")) else count / 60
    middle = received - timedelta(hours=hours)
    slack = timedelta(hours=max(hours / 2, 0.25))
    return middle - slack, middle + slack


def _part(text: str, day: date | None, received: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    for pattern, first, last in _PARTS:
        if pattern.search(text):
            base = day or received.astimezone(zone).date()
            start = local_day_bounds(base, zone.key)[0] + timedelta(hours=first)
            if start >= received and day is None:
                start = local_day_bounds(base - timedelta(days=1), zone.key)[0] + timedelta(hours=first)
            return start, start + timedelta(hours=last - first)
    return None


def read_time(text: str, received: datetime, zone: str) -> Occurred:
    """Return when a text says that it happened.

    Parameters
    ----------
    text : str
    received : datetime, aware
    zone : str
        IANA name of the zone in which the text's clock times and days are read.

    Examples
    --------
    >>> came = datetime(2031, 5, 2, 12, 0, tzinfo=UTC)
    >>> read_time("Yesterday the town was shelled", came, "Europe/Kyiv").start.isoformat()
    '2031-04-30T21:00:00+00:00'
    >>> read_time("", came, "Europe/Kyiv").said
    'none'
    """
    local = ZoneInfo(zone)
    day, said = _day_said(text, received.astimezone(local).date())
    found = _clock(text, day, received, local)
    kind = "clock"
    if found is None:
        found, kind = _ago(text, received), "ago"
    if found is None:
        found, kind = _part(text, day, received, local), "part"
    if found is None and day is not None:
        found, kind = local_day_bounds(day, zone), said
    if found is None:
        found, kind = (received - DEFAULT_BACK, received), "none"
    start, end = found
    end = min(end, received)
    if start >= end:
        start, end = received - DEFAULT_BACK, received
        kind = "none"
    return Occurred(start=start, end=end, said=kind)
