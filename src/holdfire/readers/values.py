"""Values: one cell's text into a number, a day or an instant, or a fault that names the column.

Rule: text that is no value is a fault, never a default; an empty cell is None. Leaves whole columns to ``columns``
and ranges to ``checks``.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from holdfire.basics.instants import local_day_bounds
from holdfire.readers.refusals import CellFault
from holdfire.readers.tables import load_table

__all__ = ["country_days", "country_zone", "day", "days_in_zone", "detect_language", "integer", "number"]

UKRAINIAN = frozenset("іїєґІЇЄҐ")
RUSSIAN = frozenset("ыэъёЫЭЪЁ")
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2099, 12, 31)
EARLIEST = timedelta(hours=14)
"""Zones on Earth run up to 14 h ahead of UTC: a day begins there 14 h earlier."""
LATEST = timedelta(hours=12)
"""And up to 12 h behind it: a day ends there 12 h later."""


def number(text: str, column: str, decimal: str = ".") -> float | None:
    """Return a number; None for an empty cell.

    Raises
    ------
    CellFault
        The text is no finite number.

    Examples
    --------
    >>> number("30,75", "lon", decimal=","), number("", "lon")
    (30.75, None)
    """
    plain = text.strip()
    if not plain:
        return None
    if decimal != ".":
        plain = plain.replace(decimal, ".")
    try:
        value = float(plain)
    except ValueError:
        raise CellFault(column, f"This is no number: {text[:60]!r}.", "Write digits and a decimal point.") from None
    if not math.isfinite(value):
        raise CellFault(column, f"This number is not finite: {text[:60]!r}.", "Leave the cell empty if it is unknown.")
    return value


def integer(text: str, column: str) -> int | None:
    """Return a whole number; None for an empty cell.

    Raises
    ------
    CellFault
        The text is no whole number that 32 bits hold.
    """
    value = number(text, column)
    if value is None:
        return None
    if value != int(value) or abs(value) >= 2**31:
        raise CellFault(column, f"This is no whole number: {text[:60]!r}.", "Write digits only.")
    return int(value)


def day(text: str, column: str) -> date:
    """Return the day of ``2022-07-23``, ``20220723`` or an instant that begins so.

    Raises
    ------
    CellFault
        The text begins with no day of 1900 to 2099.
    """
    plain = text.strip()
    try:
        found = date.fromisoformat(plain if plain.isdigit() and len(plain) == 8 else plain[:10])
    except ValueError:
        raise CellFault(column, f"This is no day: {text[:60]!r}.", "Write it as 2022-07-23.") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise CellFault(column, f"This day lies outside 1900 to 2099: {text[:60]!r}.", "Check the year.")
    return found


@lru_cache(maxsize=65_536)
def days_in_zone(first: date, last: date, zone: str | None) -> tuple[datetime, datetime]:
    """Return ``[first 00:00, the day after last 00:00)`` in a zone, as UTC; None is any zone on Earth.

    Examples
    --------
    >>> start, end = days_in_zone(date(2022, 7, 23), date(2022, 7, 23), None)
    >>> (end - start).total_seconds() / 3600
    50.0
    """
    if zone is not None:
        return local_day_bounds(first, zone)[0], local_day_bounds(last, zone)[1]
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - EARLIEST
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1) + LATEST
    return start, end


def country_zone(country: str) -> str | None:
    """Return the time zone in which a country's days are read; None where the table lacks it."""
    row = load_table("countries").get(country.strip())
    return None if row is None else str(row["zone"])


def country_days(first: date, last: date, country: str) -> tuple[datetime, datetime]:
    """Return the interval from one day to another in a country, as UTC."""
    return days_in_zone(first, last, country_zone(country))


def detect_language(text: str | None, otherwise: str | None = None) -> str | None:
    """Return ``uk`` or ``ru`` by the letters that only one of them has; else what the caller knows.

    Examples
    --------
    >>> detect_language("У Києві вибухи"), detect_language("Взрывы в Киеве"), detect_language("RT", "ru")
    ('uk', 'ru', 'ru')
    """
    letters = set(text or "")
    n_ukrainian, n_russian = len(letters & UKRAINIAN), len(letters & RUSSIAN)
    if n_ukrainian > n_russian:
        return "uk"
    return "ru" if n_russian > n_ukrainian else otherwise
