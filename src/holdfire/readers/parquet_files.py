"""Parquet files: guarded, row group by row group, as typed batches or as cells of text.

Rule: a file's own words about itself are checked before memory is set aside for them; a row group that is broken is
refused with its range of rows, and the others are read. Source: the Apache Parquet format.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire.errors import LimitError, ReadError
from holdfire.readers.cells import CellBatch, clean_names
from holdfire.readers.limits import MAX_METADATA_BYTES, MAX_ROWS_PER_BYTE
from holdfire.readers.streams import open_bytes
from holdfire.records.refusal import Refusal

__all__ = ["PARQUET_MAGIC", "ParquetFile", "TypedBatch", "raw_json"]

PARQUET_MAGIC = b"PAR1"
ROWS_PER_BATCH = 131_072
ROWS_FREE = 1_000_000
_BROKEN = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, TypeError, MemoryError)
"""What Arrow raises on bytes that are no Parquet; ``MemoryError`` comes of sizes that a broken page claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedBatch:
    """Hold rows of a Parquet file.

    Attributes
    ----------
    first_row : int
        1-based row of the first one in the file.
    batch : pyarrow.RecordBatch
    refusals : tuple of Refusal
        At most one, for a row group that is broken.
    n_lost : int
        Rows of that group.
    """

    first_row: int
    batch: pa.RecordBatch
    refusals: tuple[Refusal, ...] = ()
    n_lost: int = 0


def raw_json(batch: pa.RecordBatch | pa.Table, index: int) -> str:
    """Return a row as JSON, for a refusal; columns without a value are left out."""
    row: dict[str, Any] = {}
    for name in batch.schema.names:
        column = batch.column(name)[index]
        try:
            value = column.as_py()
        except (ValueError, OverflowError, UnicodeDecodeError):
            value = _plain(column)
        if value is not None:
            row[name] = value
    return json.dumps(row, ensure_ascii=False, default=str)


def _plain(scalar: pa.Scalar) -> str:
    """Return a value that Python has no type for, as text."""
    if pa.types.is_string(scalar.type) or pa.types.is_large_string(scalar.type):
        content = scalar.cast(pa.large_binary()).as_py()
        return str(content.decode("utf-8", "backslashreplace"))
    if pa.types.is_timestamp(scalar.type):
        return f"{scalar.value} {scalar.type.unit} since 1970"
    return f"a value of type {scalar.type}"


class ParquetFile:
    """Read a Parquet file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ReadError, LimitError
        It is no Parquet file, or claims more than its bytes can hold.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._check_footer()
        with self._open() as opened:
            self.schema: pa.Schema = opened.schema_arrow
            self.n_rows = int(opened.metadata.num_rows)
            self.group_rows = [opened.metadata.row_group(i).num_rows for i in range(opened.metadata.num_row_groups)]
        size = path.stat().st_size
        claimed = [self.n_rows, sum(self.group_rows)]
        if min([0, *self.group_rows]) < 0 or max(claimed) > ROWS_FREE + MAX_ROWS_PER_BYTE * size:
            raise LimitError(
                f"This file of {size} bytes claims {max(claimed)} rows.", str(path), "Write the file again."
            )
        self.names = clean_names(self.schema.names)

    def _check_footer(self) -> None:
        with open_bytes(self.path) as stream:
            size = stream.seek(0, 2)
            if size < 12:
                raise ReadError(f"This Parquet file breaks off: {size} bytes.", str(self.path), "Write it again.")
            stream.seek(-8, 2)
            n_footer, magic = struct.unpack("<I4s", stream.read(8))
        if magic != PARQUET_MAGIC or n_footer > size - 12:
            what = f"The footer of this Parquet file is broken: it claims {n_footer} of {size} bytes."
            raise ReadError(what, str(self.path), "The file was cut short, or is no Parquet; write it again.")
        if n_footer > MAX_METADATA_BYTES:
            what = f"The footer of this Parquet file is larger than {MAX_METADATA_BYTES} bytes: {n_footer}."
            raise LimitError(what, str(self.path), "Write it with fewer row groups and columns.")

    def _open(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(
                self.path,
                thrift_string_size_limit=MAX_METADATA_BYTES,
                thrift_container_size_limit=1_000_000,
                pre_buffer=False,
                buffer_size=1 << 20,
            )
        except _BROKEN as error:
            what = f"This Parquet file cannot be opened: {str(error)[:160]}."
            raise ReadError(what, str(self.path), "Write it again.") from error

    def typed(self, columns: list[str] | None = None) -> Iterator[TypedBatch]:
        """Yield the rows as typed batches; a row group that cannot be read is refused and passed over."""
        first = 1
        with self._open() as opened:
            empty = self.schema.empty_table().to_batches(max_chunksize=1)
            for group, n_rows in enumerate(self.group_rows):
                n_read = 0
                try:
                    for batch in opened.iter_batches(ROWS_PER_BATCH, row_groups=[group], columns=columns):
                        yield TypedBatch(first_row=first + n_read, batch=batch)
                        n_read += batch.num_rows
                except _BROKEN as error:
                    refusal = self._lost(first + n_read, n_rows - n_read, error)
                    blank = empty[0] if empty else pa.RecordBatch.from_pylist([], schema=self.schema)
                    yield TypedBatch(
                        first_row=first + n_read, batch=blank, refusals=(refusal,), n_lost=max(n_rows - n_read, 1)
                    )
                first += n_rows

    def _lost(self, first: int, n_rows: int, error: BaseException) -> Refusal:
        return Refusal(
            file=self.path.name,
            row=first,
            column=None,
            what=f"{n_rows} rows from this one on cannot be read: {str(error)[:160]}.",
            mend="Write or fetch the file again.",
            raw="",
        )

    def batches(self) -> Iterator[CellBatch]:
        """Yield the rows as cells of text."""
        for typed in self.typed():
            batch = typed.batch
            yield CellBatch(
                names=self.names,
                columns=tuple(_as_text(column) for column in batch.columns),
                numbers=np.arange(typed.first_row, typed.first_row + batch.num_rows, dtype=np.int64),
                raw=lambda i, batch=batch: raw_json(batch, i),  # type: ignore[misc]
                refusals=typed.refusals,
                n_unlisted=max(typed.n_lost - len(typed.refusals), 0),
            )

    def row_at(self, number: int) -> str:
        """Return a row by its 1-based number, as JSON.

        Raises
        ------
        ReadError
            The file has no such row.
        """
        first = 1
        with self._open() as opened:
            for group, n_rows in enumerate(self.group_rows):
                if first <= number < first + n_rows:
                    try:
                        return raw_json(opened.read_row_group(group).slice(number - first, 1), 0)
                    except _BROKEN as error:
                        what = f"Row {number} of this file cannot be read: {str(error)[:160]}."
                        raise ReadError(what, str(self.path), "Fetch the file again.") from error
                first += n_rows
        raise ReadError(f"This file has no row {number}.", str(self.path), "Check that it is the file that was read.")


def _as_text(column: pa.Array) -> pa.Array:
    """Return a column as text: instants as ISO 8601, numbers as short as they can be, lists as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        text = pc.cast(column, pa.string())
        try:
            text.validate(full=True)
        except pa.ArrowException:
            raw = pc.cast(column, pa.large_binary()).to_pylist()
            return pa.array([None if v is None else v.decode("utf-8", "backslashreplace") for v in raw], pa.string())
        return text
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowException:
        values = [column[i] for i in range(len(column))]
        return pa.array(
            [None if v.as_py() is None else json.dumps(v.as_py(), default=str) for v in values], pa.string()
        )
