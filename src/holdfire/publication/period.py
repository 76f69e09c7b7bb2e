"""Period: the time that a bulletin tells of, the time before it, and the day on which an incident is counted.

Rule: days are those of the agreement's publication time zone; an incident counts where the middle of its
posterior interval lies, and one without any time is counted nowhere. Source: DESIGN, section 4.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import to_us, zone_named
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin import Period

__all__ = ["NO_TIME", "day_of", "local_days", "meets", "middle_us", "number_of", "period_of", "publication_zone"]

NO_TIME = np.iinfo(np.int64).min
"""Stands for an instant or a day that nobody knows."""

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
Ints = NDArray[np.int64]


def publication_zone(agreement: Agreement) -> str:
    """Return the IANA zone in which days are told."""
    return agreement.publication.time_zone or agreement.time_zone


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone_named(zone)).astimezone(UTC)


def period_of(agreement: Agreement, start: datetime, end: datetime) -> Period:
    """Return the period ``[start, end)`` with as many local days before it.

    Raises
    ------
    InputError
        It ends before it starts, or an instant states no offset.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise InputError("A period's instants state their offset.", "start, end", "Give aware instants, such as UTC.")
    if not start < end:
        raise InputError(f"This period ends before it starts: {end.isoformat()}.", "start, end", "Swap them.")
    zone = publication_zone(agreement)
    local = zone_named(zone)
    first = start.astimezone(local).date()
    last = (end - timedelta(microseconds=1)).astimezone(local).date()
    n_days = (last - first).days + 1
    before = first - timedelta(days=n_days)
    into_day = start - _midnight(first, zone)
    return Period(
        start=start.astimezone(UTC),
        end=end.astimezone(UTC),
        previous_start=_midnight(before, zone) + into_day,
        previous_end=start.astimezone(UTC),
        first_day=first,
        last_day=last,
        previous_first_day=before,
        previous_last_day=first - timedelta(days=1),
        n_days=n_days,
        zone=zone,
    )


def _us(column: pa.ChunkedArray) -> Ints:
    numbers = pc.fill_null(pc.cast(column, pa.int64()), int(NO_TIME))
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def middle_us(table: pa.Table) -> Ints:
    """Return the middle of ``[occurred_start, occurred_end)`` in microseconds since 1970.

    Returns
    -------
    int64, (n,)
        ``NO_TIME`` where either end is unknown.
    """
    start, end = _us(table["occurred_start"]), _us(table["occurred_end"])
    known = (start != NO_TIME) & (end != NO_TIME)
    middle = np.full(start.size, NO_TIME, dtype=np.int64)
    middle[known] = start[known] + (end[known] - start[known]) // 2
    return middle


def meets(table: pa.Table, start_us: int, end_us: int) -> NDArray[np.bool_]:
    """Say which intervals share any time with ``[start_us, end_us)``.

    Returns
    -------
    bool, (n,)
        False where either end is unknown.
    """
    start, end = _us(table["occurred_start"]), _us(table["occurred_end"])
    met: NDArray[np.bool_] = (start != NO_TIME) & (end != NO_TIME) & (start < end_us) & (end > start_us)
    return met


def local_days(at_us: Ints, zone: str) -> Ints:
    """Return local days as days since 1970-01-01; ``NO_TIME`` stays.

    Parameters
    ----------
    at_us : int64, (n,)
        Microseconds since 1970, UTC; ``NO_TIME`` = unknown.

    Examples
    --------
    >>> noon = to_us(datetime(2022, 7, 23, 12, tzinfo=UTC))
    >>> date.fromordinal(int(local_days(np.array([noon]), "Europe/Kyiv")[0]) + _EPOCH_ORDINAL).isoformat()
    '2022-07-23'
    """
    known = at_us != NO_TIME
    days = np.full(at_us.size, NO_TIME, dtype=np.int64)
    if not known.any():
        return days
    day_us = 86_400_000_000
    first = int(at_us[known].min()) // day_us - 1
    last = int(at_us[known].max()) // day_us + 2
    midnights = np.array(
        [to_us(_midnight(date.fromordinal(_EPOCH_ORDINAL + day), zone)) for day in range(first, last + 1)]
    )
    days[known] = first - 1 + np.searchsorted(midnights, at_us[known], side="right")
    return days


def day_of(number: int) -> date:
    """Return the day of a number of days since 1970-01-01."""
    return date.fromordinal(int(number) + _EPOCH_ORDINAL)


def number_of(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL
