"""Canonical bytes: JSON, hashes and Parquet that are the same for the same content.

Rule: equal content gives equal bytes on every machine. JSON follows RFC 8785 in what the house writes with it
(keys sorted by UTF-16 code units, no spaces, shortest numbers); Parquet is written with fixed settings and
without pandas metadata. Leaves the choice of what to write to others.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from holdfire.errors import ModelError, OutputError

__all__ = ["ROW_GROUP_ROWS", "TableWriter", "canonical_json", "sha256_file", "sha256_hex", "write_bytes", "write_table"]

ROW_GROUP_ROWS = 262_144
"""Rows in a Parquet row group: bounded memory for readers, enough to compress well."""


def _ready(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return {str(key): _ready(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ready(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ModelError(f"JSON has no number for {value!r}.", "canonical JSON", "Write null instead.")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def canonical_json(value: Any) -> bytes:
    """Return the canonical JSON of a value made of dict, list, str, int, float, bool and None.

    Raises
    ------
    ModelError
        The value holds NaN or an infinity.

    Examples
    --------
    >>> canonical_json({"b": 1.0, "a": ["є", None]}).decode()
    '{"a":["є",null],"b":1}'
    """
    return json.dumps(_ready(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces of 1 MiB."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _discard(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a neighbour is written, then renamed over it.

    Raises
    ------
    OutputError
        The folder cannot be made or the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        _discard(part)
        raise OutputError(
            f"This file cannot be written: {error.strerror or error}.",
            str(path),
            "Name a folder that is writable.",
        ) from error


SETTINGS: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "version": "2.6", "store_schema": True}
"""How every Parquet file of the house is written."""


class TableWriter:
    """Write a table as Parquet, piece after piece: the same bytes as :func:`write_table` on all of it.

    Rows are held until they fill a row group, so memory does not grow with the table.

    Parameters
    ----------
    path : Path
        Where the table will rest; until :meth:`commit` its bytes lie in a neighbour.
    schema : pyarrow.Schema
        Of every piece.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self.n_rows = 0
        self._part = path.with_name(path.name + ".part")
        self._writer: pq.ParquetWriter | None = None
        self._held: list[pa.Table] = []
        self._n_held = 0

    def add(self, piece: pa.Table) -> None:
        """Take the next rows.

        Raises
        ------
        OutputError
            The folder cannot be made or the file cannot be written.
        """
        self._held.append(piece)
        self._n_held += piece.num_rows
        self.n_rows += piece.num_rows
        while self._n_held >= ROW_GROUP_ROWS:
            rows = pa.concat_tables(self._held)
            self._write(rows.slice(0, ROW_GROUP_ROWS))
            self._held = [rows.slice(ROW_GROUP_ROWS)]
            self._n_held -= ROW_GROUP_ROWS

    def commit(self) -> Path:
        """Write what is held, put the file in its place, and return where that is.

        Raises
        ------
        OutputError
            The folder cannot be made or the file cannot be written.
        """
        if self._n_held or self._writer is None:
            self._write(pa.concat_tables([self.schema.empty_table(), *self._held]))
        with _told(self.path, self._part):
            if self._writer is not None:
                self._writer.close()
            self._part.replace(self.path)
        return self.path

    def discard(self) -> None:
        """Leave nothing behind; after :meth:`commit` there is nothing to leave."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()
        _discard(self._part)

    def _write(self, rows: pa.Table) -> None:
        with _told(self.path, self._part):
            if self._writer is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._writer = pq.ParquetWriter(self._part, self.schema, **SETTINGS)
            self._writer.write_table(rows.combine_chunks(), row_group_size=ROW_GROUP_ROWS)


@contextmanager
def _told(path: Path, part: Path) -> Iterator[None]:
    # What the system says of a file that cannot be written, in the house's words; the neighbour goes.
    try:
        yield
    except OSError as error:
        _discard(part)
        raise OutputError(
            f"This table cannot be written: {error.strerror or error}.",
            str(path),
            "Name a folder that is writable.",
        ) from error


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet with fixed settings, whole or not at all.

    Raises
    ------
    OutputError
        The folder cannot be made or the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    with _told(path, part):
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.combine_chunks(), part, row_group_size=ROW_GROUP_ROWS, **SETTINGS)
        part.replace(path)
