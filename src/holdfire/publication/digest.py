"""Digest: one SHA-256 for everything that a bulletin depends on, whatever the order of the rows.

Turns tables and documents into a hash. Rule: a table is sorted by all its plain columns and hashed column by
column from its values alone, so neither the order of rows or columns, nor chunks, nor encodings, nor the version
of the library that holds them, matter. A path of the machine is no content.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.canonical import canonical_json
from holdfire.basics.instants import to_us
from holdfire.errors import ModelError
from holdfire.records.bulletin import BulletinInputs
from holdfire.records.plain import plain
from holdfire.records.schema import INSTANT

__all__ = ["content_sha256", "sort_rows", "table_sha256"]


OWN_IDS = ("finding_id", "assessment_id", "coverage_id", "report_id", "incident_id", "source_id", "zone_id")
"""Columns by which rows are told apart, the more particular before the more general."""


def _is_plain(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or pa.types.is_null(kind))


def _keys(table: pa.Table) -> list[str]:
    """Return the columns that order a table's rows: its own id first, then its other plain columns by name."""
    plain = [field.name for field in table.schema if _is_plain(field.type)]
    return [name for name in OWN_IDS if name in plain] + sorted(set(plain) - set(OWN_IDS))


def _rises(column: pa.ChunkedArray) -> bool:
    """Say whether every value is above the one before it, which makes a column an order of its own."""
    if column.null_count or len(column) < 2:
        return len(column) < 2
    return bool(pc.all(pc.greater(column.slice(1), column.slice(0, len(column) - 1))).as_py())


def sort_rows(table: pa.Table) -> pa.Table:
    """Return the table sorted by its own id, then by all its other plain columns; nulls last."""
    keys = _keys(table)
    if not keys or _rises(table[keys[0]]):
        return table
    return table.take(pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))


def _numbers(values: Any, dtype: str) -> bytes:
    return np.ascontiguousarray(values, dtype=dtype).tobytes()


def _texts(column: pa.Array, digest: Any) -> None:
    lengths = pc.fill_null(pc.binary_length(column), 0)
    digest.update(_numbers(lengths.to_numpy(zero_copy_only=False), "<i8"))
    bytes_only = pc.fill_null(pc.cast(column, pa.large_binary()), b"")
    offsets = np.frombuffer(bytes_only.buffers()[1], dtype="<i8")[bytes_only.offset :][: len(bytes_only) + 1]
    if len(bytes_only) and bytes_only.buffers()[2] is not None:
        digest.update(memoryview(bytes_only.buffers()[2])[int(offsets[0]) : int(offsets[-1])])


def _column(column: pa.Array, digest: Any) -> None:
    """Feed one column's values to a digest: its kind, which are null, then the values."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        _column(column.dictionary_decode(), digest)
        return
    digest.update(np.packbits(column.is_valid().to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_null(kind):
        return
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = pc.fill_null(pc.list_value_length(column), 0)
        digest.update(b"list" + _numbers(lengths.to_numpy(zero_copy_only=False), "<i8"))
        _column(column.flatten(), digest)
    elif pa.types.is_struct(kind):
        digest.update(b"struct")
        for field, part in zip(kind, column.flatten(), strict=True):
            digest.update(field.name.encode())
            _column(part, digest)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        digest.update(b"text")
        _texts(column, digest)
    elif pa.types.is_floating(kind):
        digest.update(b"real" + _numbers(pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False), "<f8"))
    elif pa.types.is_timestamp(kind):
        whole = pc.cast(pc.cast(column, INSTANT), pa.int64())
        digest.update(b"us" + _numbers(pc.fill_null(whole, 0).to_numpy(zero_copy_only=False), "<i8"))
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind):
        narrow = pc.cast(column, pa.int32()) if pa.types.is_date(kind) else column
        whole = pc.fill_null(pc.cast(narrow, pa.int64()), 0)
        digest.update(b"whole" + _numbers(whole.to_numpy(zero_copy_only=False), "<i8"))
    else:
        raise ModelError(f"A column of this type has no canonical bytes: {kind}.", "a table", "Use a plain type.")


def table_sha256(table: pa.Table) -> str:
    """Return the SHA-256 of a table's rows, whatever their order.

    Examples
    --------
    >>> one, other = pa.table({"a": [1, 2], "b": ["x", None]}), pa.table({"b": [None, "x"], "a": [2, 1]})
    >>> table_sha256(one) == table_sha256(other)
    True
    >>> table_sha256(one) == table_sha256(one.slice(1))
    False
    """
    ordered = sort_rows(table).combine_chunks()
    digest = hashlib.sha256(str(ordered.num_rows).encode())
    for name in sorted(ordered.column_names):
        digest.update(b"\0" + name.encode() + b"\0")
        for chunk in ordered.column(name).chunks:
            _column(chunk, digest)
    return digest.hexdigest()


def _unplaced(table: pa.Table) -> pa.Table:
    """Return a table without what names its rows' place in a file, so that files in another order digest alike."""
    return table.drop_columns([name for name in ("raw_row", "raw_sha256", "row") if name in table.column_names])


def content_sha256(case: BulletinInputs, start: datetime, end: datetime) -> str:
    """Return the SHA-256 of what a bulletin of ``[start, end)`` depends on, its language aside."""
    tables = {
        "assessments": case.assessments,
        "counts": case.counts,
        "coverage": case.coverage,
        "findings": case.findings,
        "gaps": case.gaps,
        "incidents": case.incidents,
        "memberships": case.memberships,
        "previous_findings": case.previous_findings,
        "refusals": _unplaced(case.refusals),
        "reports": _unplaced(case.reports),
        "sources": case.sources,
        "watch": case.watch,
        "zone_shapes": case.zone_shapes,
    }
    release = case.release
    content = {
        "holdfire": "bulletin/1",
        "agreement": case.agreement.model_dump(mode="json", by_alias=True),
        "tables": {name: None if table is None else table_sha256(table) for name, table in tables.items()},
        "files": sorted([file.name, file.n_rows, file.n_reports, file.n_refused] for file in case.files),
        "period": [to_us(start), to_us(end)],
        "release": {
            "audience": release.audience,
            "as_of": None if release.as_of is None else to_us(release.as_of),
            "delay_h": release.delay_h,
            "cell_m": release.cell_m,
            "min_count": release.min_count,
        },
        "code_version": case.code_version,
    }
    if case.guarantee is not None:
        content["guarantee"] = plain(case.guarantee)
    return hashlib.sha256(canonical_json(content)).hexdigest()
