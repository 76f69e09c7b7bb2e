"""Columns: whatever type a user's column has, into the type that a report's column has, where that is harmless.

Turns text, dictionary, decimal, narrow and wide numbers, and instants of every unit into ``REPORT_SCHEMA``'s types.
Rules: an instant without a zone is UTC; an empty text is null; a value that does not fit is a fault of its row, a type
that cannot fit a fault of the file. Work is done on whole columns; single values are looked at only where the whole
column fails. Leaves ranges to ``checks``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.bearings import parse_bearing
from holdfire.basics.instants import parse_instant, to_us
from holdfire.errors import InputError
from holdfire.readers.checks import RowFaults
from holdfire.records.schema import INSTANT, NAMES

__all__ = ["SEPARATOR", "UnfitTypeError", "coerce_column"]

SEPARATOR = ";"
"""Between the names of a list, where a list is written as text."""
BEARING = "fired_from_deg"
"""The column that takes points of the compass besides numbers."""
UNITS_US = {"s": 1_000_000, "ms": 1_000, "us": 1}
INT_BOUNDS = {pa.int8(): (-128, 127), pa.int32(): (-(2**31), 2**31 - 1), pa.int64(): (-(2**63), 2**63 - 1)}


class UnfitTypeError(Exception):
    """Say that a column's type cannot become the one wanted."""


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _plain(column: pa.Array) -> pa.Array:
    """Undo dictionaries and run-end encoding."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_run_end_encoded(column.type):
        return pc.run_end_decode(column)
    return column


def _decoded(column: pa.Array, name: str, faults: RowFaults | None) -> pa.Array:
    """Return text as ``string``; bytes that are no UTF-8 are faults and become null."""
    try:
        column.validate(full=True)
        return column if column.type == pa.string() else pc.cast(column, pa.string())
    except pa.ArrowException:
        raw = pc.cast(column, pa.large_binary()).to_pylist()
    values: list[str | None] = []
    bad = np.zeros(len(raw), np.bool_)
    for index, content in enumerate(raw):
        try:
            values.append(None if content is None else content.decode())
        except UnicodeDecodeError:
            values.append(None)
            bad[index] = True
    if faults is not None:
        faults.add(
            bad,
            name,
            lambda i: f"This text holds bytes that are no UTF-8: {raw[i][:60].decode('utf-8', 'backslashreplace')!r}.",
            "Write UTF-8.",
        )
    return pa.array(values, pa.string())


def _text(column: pa.Array, name: str, faults: RowFaults) -> pa.Array:
    kind = column.type
    if pa.types.is_null(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_integer(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pc.cast(column, pa.large_binary()).view(pa.large_string())
        kind = column.type
    if not _is_text(kind):
        raise UnfitTypeError("text")
    text = _decoded(column, name, faults)
    empty = pc.equal(pc.binary_length(text), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text) if pc.any(empty).as_py() else text


def _each(
    text: pa.Array, name: str, faults: RowFaults, kind: pa.DataType, parse: Callable[[str], Any], noun: str, mend: str
) -> pa.Array:
    """Parse the distinct texts of a column one by one."""
    encoded = text.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    values: list[Any] = []
    unread: list[bool] = []
    for word in words:
        try:
            values.append(parse(word))
            unread.append(False)
        except (ValueError, InputError, OverflowError):
            values.append(None)
            unread.append(True)
    indices = pc.fill_null(encoded.indices, len(words)).to_numpy(zero_copy_only=False)
    if any(unread):
        bad = np.asarray([*unread, False], np.bool_)[indices]
        faults.add(bad, name, lambda i: f"This is no {noun}: {text[i].as_py()[:60]!r}.", mend)
    return pa.array([*values, None], kind).take(pa.array(indices))


def _float(column: pa.Array, name: str, faults: RowFaults) -> pa.Array:
    kind = column.type
    if _is_text(kind):
        text = pc.utf8_trim_whitespace(_text(column, name, faults))
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        try:
            return pc.cast(text, pa.float64())
        except pa.ArrowException:
            return _each(text, name, faults, pa.float64(), float, "number", "Write digits and a decimal point.")
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (numeric or pa.types.is_null(kind)):
        raise UnfitTypeError("a number")
    return pc.cast(column, pa.float64(), safe=False)


def _whole(word: str) -> float:
    value = float(word)
    if not math.isfinite(value) or value != math.floor(value):
        raise ValueError(word)
    return value


def _int(column: pa.Array, name: str, faults: RowFaults, kind: pa.DataType) -> pa.Array:
    given = column.type
    if _is_text(given):
        text = pc.utf8_trim_whitespace(_text(column, name, faults))
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        column = _each(text, name, faults, pa.float64(), _whole, "whole number", "Write digits only.")
    elif not (
        pa.types.is_integer(given)
        or pa.types.is_floating(given)
        or pa.types.is_decimal(given)
        or pa.types.is_null(given)
    ):
        raise UnfitTypeError("a whole number")
    try:
        return pc.cast(column, kind)
    except pa.ArrowException:
        pass
    low, high = INT_BOUNDS[kind]
    values = np.asarray(pc.fill_null(pc.cast(column, pa.float64(), safe=False), 0.0).to_numpy(zero_copy_only=False))
    with np.errstate(invalid="ignore"):
        bad = ~((values == np.floor(values)) & (values >= low) & (values <= high))
    faults.add(
        bad,
        name,
        lambda i: f"This is no whole number that fits: {column[i].as_py()!r}.",
        f"Write {low} to {high}, or null.",
    )
    fitting = np.where(bad, 0.0, values).astype(np.int64)
    return pc.cast(pa.array(fitting, mask=bad | np.asarray(pc.is_null(column).to_numpy(zero_copy_only=False))), kind)


def _instant_text(text: pa.Array, name: str, faults: RowFaults) -> pa.Array:
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    for kind in (INSTANT, pa.timestamp("us")):
        try:
            return pc.cast(pc.cast(text, kind), pa.int64())
        except pa.ArrowException:
            continue
    mend = "Write ISO 8601: 2022-07-23T08:00:00Z."
    return _each(text, name, faults, pa.int64(), lambda word: to_us(parse_instant(word, "UTC")), "instant", mend)


def _instant(column: pa.Array, name: str, faults: RowFaults) -> pa.Array:
    """Return instants in UTC, microseconds; those beyond the range of the type come out at its edge, for ``checks``."""
    kind = column.type
    if _is_text(kind):
        us = _instant_text(_text(column, name, faults), name, faults)
        return pc.cast(us, INSTANT)
    if pa.types.is_null(kind):
        return pc.cast(column, INSTANT)
    if pa.types.is_date(kind):
        column = pc.cast(pc.cast(column, pa.date32()), pa.int32())
        unit, values = 86_400 * 1_000_000, _int64(column)
    elif pa.types.is_timestamp(kind):
        values = _int64(column)
        if kind.unit == "ns":
            values, unit = np.floor_divide(values, 1_000), 1
        else:
            unit = UNITS_US[kind.unit]
    else:
        raise UnfitTypeError("an instant (timestamp, or ISO 8601 text)")
    edge = (2**63 - 1) // unit
    us = np.clip(values, -edge, edge) * unit
    mask = np.asarray(pc.is_null(column).to_numpy(zero_copy_only=False))
    return pc.cast(pa.array(us, pa.int64(), mask=mask), INSTANT)


def _int64(column: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy(zero_copy_only=False), np.int64)


def _names(column: pa.Array, name: str, faults: RowFaults) -> pa.Array:
    kind = column.type
    if pa.types.is_null(kind):
        return pc.cast(column, NAMES)
    if _is_text(kind):
        text = _text(column, name, faults)
        parts = pc.split_pattern(text, SEPARATOR)
        lengths, items = _lengths(parts), pc.utf8_trim_whitespace(parts.flatten())
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        lengths, items = _lengths(column), _decoded_items(_plain(column.flatten()))
        text = column
    else:
        raise UnfitTypeError(f"a list of names, or names parted by '{SEPARATOR}'")
    keep = np.asarray(pc.fill_null(pc.not_equal(items, ""), False).to_numpy(zero_copy_only=False), np.bool_)
    owners = np.repeat(np.arange(len(column)), lengths)
    counts = np.bincount(owners[keep], minlength=len(column))
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    kept = items.filter(pa.array(keep))
    null = np.asarray(pc.is_null(text).to_numpy(zero_copy_only=False)) | (counts == 0)
    return pa.ListArray.from_arrays(offsets, kept, mask=pa.array(null)).cast(NAMES)


def _lengths(lists: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False), np.int64)


def _decoded_items(items: pa.Array) -> pa.Array:
    if pa.types.is_null(items.type):
        return pc.cast(items, pa.string())
    if not _is_text(items.type):
        raise UnfitTypeError("a list of names")
    return _decoded(items, "", None)


def _bearing(column: pa.Array, name: str, faults: RowFaults) -> pa.Array:
    if not _is_text(column.type):
        return _float(column, name, faults)
    text = pc.utf8_trim_whitespace(_text(column, name, faults))
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    mend = "Write degrees clockwise from north, or a point of the compass: NNE, north-east, північ, север."
    return _each(text, name, faults, pa.float64(), parse_bearing, "bearing", mend)


def coerce_column(column: pa.Array, kind: pa.DataType, name: str, faults: RowFaults) -> pa.Array:
    """Return a column in a report's type.

    Parameters
    ----------
    column : pyarrow.Array, (n,)
    kind : pyarrow.DataType
        One of those in ``REPORT_SCHEMA``.
    name : str
    faults : RowFaults
        Takes the rows whose value does not fit; their value becomes null, or stays for ``checks`` to find.

    Raises
    ------
    UnfitTypeError
        The column's type cannot become the one wanted; it says what is wanted.
    """
    given = _plain(column)
    if kind == pa.string():
        return _text(given, name, faults)
    if name == BEARING:
        return _bearing(given, name, faults)
    if kind == pa.float64():
        return _float(given, name, faults)
    if kind == INSTANT:
        return _instant(given, name, faults)
    if kind == NAMES:
        return _names(given, name, faults)
    return _int(given, name, faults, kind)
