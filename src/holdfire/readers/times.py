"""Times: columns of text into instants, by formats and a zone.

Turns local times into UTC. Rules: a text that states an offset is read by it, any other in the zone that the mapping
names; ISO 8601 is read whatever the formats say; of a local time that a clock change repeats, the first is taken. Work
is done on whole columns where a format is plain, on distinct texts otherwise. Zones come from Python's own database, so
that a machine without one reads alike. Source: ISO 8601; IANA time zone database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, EPOCH, HOUR_US, MAX_US, MIN_US, to_us, zone_named
from holdfire.basics.units import parse_duration_h
from holdfire.readers.checks import RowFaults
from holdfire.records.schema import INSTANT

__all__ = ["add_duration", "format_length_us", "parse_times"]

_PLAIN = re.compile(r"^(?:%[dmYHMS]|[^%])*$")
_HALF_HOUR_US = HOUR_US // 2
_MONTHS = re.compile("%[bBaA]")


def format_length_us(formats: Sequence[str]) -> int:
    """Return how long a time lasts that is written in a format: what its finest unit leaves open, in microseconds.

    Examples
    --------
    >>> format_length_us(["%d.%m.%Y"]) == DAY_US, format_length_us(["%d.%m.%Y %H:%M"]) == HOUR_US // 60
    (True, True)
    """
    if not formats:
        return 1_000_000
    text = " ".join(formats)
    if "%S" in text or "%f" in text or "%T" in text or "%s" in text:
        return 1_000_000
    if "%M" in text or "%R" in text:
        return 60_000_000
    return HOUR_US if "%H" in text or "%I" in text else DAY_US


def add_duration(start: pa.Array, formats: Sequence[str], lasts: str | None) -> pa.Array:
    """Return the end of times that have none of their own."""
    length_us = format_length_us(formats) if lasts is None else round(parse_duration_h(lasts) * HOUR_US)
    us = pc.cast(start, pa.int64())
    return pc.cast(pc.add(us, length_us), INSTANT)


def _to_utc(local_us: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return UTC of local times: the offset is looked up once for each half hour."""
    tz = zone_named(zone)
    halves, index = np.unique(np.floor_divide(local_us, _HALF_HOUR_US), return_inverse=True)
    offsets = np.zeros(halves.size, np.int64)
    for at, half in enumerate(halves.tolist()):
        us = min(max(half * _HALF_HOUR_US, MIN_US), MAX_US)
        local = (EPOCH + timedelta(microseconds=us)).replace(tzinfo=tz)
        offset = local.utcoffset() or timedelta()
        offsets[at] = offset // timedelta(microseconds=1)
    return local_us - offsets[index.reshape(-1)]


def _filled(us: NDArray[np.int64], known: NDArray[np.bool_], parsed: pa.Array, zone: str | None) -> None:
    """Write newly parsed times into ``us`` and ``known``."""
    new = np.asarray(pc.is_valid(parsed).to_numpy(zero_copy_only=False)) & ~known
    if not new.any():
        return
    values = np.asarray(pc.fill_null(pc.cast(parsed, pa.int64()), 0).to_numpy(zero_copy_only=False), np.int64)[new]
    us[new] = values if zone is None else _to_utc(values, zone)
    known |= new


def _vector(text: pa.Array, form: str) -> pa.Array | None:
    if not _PLAIN.match(form) or "%Y" not in form:
        return None
    try:
        return pc.strptime(text, format=form, unit="us", error_is_null=True)
    except pa.ArrowException:
        return None


def _iso(text: pa.Array) -> list[tuple[pa.Array, bool]]:
    """Return the ISO 8601 instants of a whole column, where it holds nothing else; True where they state an offset."""
    for kind, stated in ((INSTANT, True), (pa.timestamp("us"), False)):
        try:
            return [(pc.cast(text, kind), stated)]
        except pa.ArrowException:
            continue
    return []


def _one(word: str, formats: Sequence[str], zone: str) -> int | None:
    for form in formats:
        try:
            read = datetime.strptime(word, form)  # noqa: DTZ007 - the zone is added below
        except ValueError:
            continue
        return _stamp(read, zone)
    try:
        return _stamp(datetime.fromisoformat(word), zone)
    except ValueError:
        return None


def _stamp(read: datetime, zone: str) -> int | None:
    aware = read if read.tzinfo is not None else read.replace(tzinfo=zone_named(zone))
    try:
        return to_us(aware.astimezone(UTC))
    except OverflowError:
        return None


def parse_times(
    text: pa.Array, formats: Sequence[str], zone: str, lasts: str | None, name: str, faults: RowFaults
) -> pa.Array:
    """Return instants of a column of text.

    Parameters
    ----------
    text : string, (n,)
        Trimmed; null = not said.
    formats : sequence of str
        As in ``strptime``; ISO 8601 is read besides.
    zone : str
        IANA name.
    lasts : str or None
        Is added to every time.
    name : str
        The field, for messages.
    faults : RowFaults
        Takes the rows whose text is no time.

    Returns
    -------
    timestamp us UTC, (n,)
    """
    n = len(text)
    null = np.asarray(pc.is_null(text).to_numpy(zero_copy_only=False), np.bool_)
    us, known = np.zeros(n, np.int64), null.copy()
    for form in formats:
        parsed = None if known.all() else _vector(text, form)
        if parsed is None:
            break
        _filled(us, known, parsed, zone)
    if not known.all():
        rest = pc.if_else(pa.array(known), pa.scalar(None, pa.string()), text)
        for parsed, stated in _iso(rest):
            _filled(us, known, parsed, None if stated else zone)
    if not known.all():
        _read_words(text, formats, zone, us, known)
    faults.add(
        ~known,
        name,
        lambda i: f"This is no time as the mapping has it: {text[i].as_py()[:60]!r}.",
        "Add its format to 'formats', as in '%d.%m.%Y %H:%M'.",
    )
    if lasts is not None:
        us += round(parse_duration_h(lasts) * HOUR_US)
    return pc.cast(pa.array(us, pa.int64(), mask=null | ~known), INSTANT)


def _read_words(
    text: pa.Array, formats: Sequence[str], zone: str, us: NDArray[np.int64], known: NDArray[np.bool_]
) -> None:
    """Read what is left over word by word, each distinct one once."""
    left = np.flatnonzero(~known)
    encoded = text.take(pa.array(left)).dictionary_encode()
    stamps = [_one(word, formats, zone) for word in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    read = np.asarray([stamp is not None for stamp in stamps], np.bool_)[codes]
    values = np.asarray([stamp or 0 for stamp in stamps], np.int64)[codes]
    us[left[read]] = values[read]
    known[left[read]] = True
