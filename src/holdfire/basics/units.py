"""Units: a length or a duration as people write it, into metres or hours.

Rule: a number without a unit is refused. Source: SI; ISO 8601 durations are accepted too.
"""

from __future__ import annotations

import re

from holdfire.errors import InputError

__all__ = ["parse_duration_h", "parse_length_m"]

LENGTHS_M = {"m": 1.0, "km": 1000.0, "nmi": 1852.0, "mi": 1609.344, "ft": 0.3048}
"""Metres in each unit; the nautical mile by the 1929 definition, the foot by that of 1959."""
DURATIONS_H = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "day": 24.0, "days": 24.0, "week": 168.0}
"""Hours in each unit; a day here is 24 hours, calendar days are counted by the caller."""

_NUMBER_UNIT = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([a-z]+)\s*", re.ASCII)
_ISO = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", re.ASCII)


def _parse(text: str, units: dict[str, float], noun: str, example: str) -> float:
    match = _NUMBER_UNIT.fullmatch(text)
    if match is None or match[2] not in units:
        raise InputError(
            f"This is no {noun}: {text[:40]!r}.",
            f"a {noun}",
            f"Write a number and one of {', '.join(units)}, such as {example!r}.",
        )
    return float(match[1]) * units[match[2]]


def parse_length_m(text: str) -> float:
    """Return metres of a length such as ``50 km``.

    Raises
    ------
    InputError
        The text is no number with a known unit.

    Examples
    --------
    >>> parse_length_m("50 km")
    50000.0
    """
    return _parse(text, LENGTHS_M, "length", "50 km")


def parse_duration_h(text: str) -> float:
    """Return hours of a duration such as ``72 h``, ``30 d`` or ``PT24H``.

    Raises
    ------
    InputError
        The text is no duration.

    Examples
    --------
    >>> parse_duration_h("72 h"), parse_duration_h("P1DT12H")
    (72.0, 36.0)
    """
    iso = _ISO.fullmatch(text.strip())
    if iso is not None and any(iso.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return days * 24.0 + hours + minutes / 60 + seconds / 3600
    return _parse(text, DURATIONS_H, "duration", "72 h")
