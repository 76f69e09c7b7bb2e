"""Inputs beside the reports: the watch log, as a file into a table.

Rule: all faults of a file are named at once, each with its row or line; nothing is guessed. Leaves reports and
sources to the readers, and reviews to ``reviews``. Source: DESIGN, section 4 (Coverage).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from holdfire.app.wire import read_file
from holdfire.basics.documents import nearest_name
from holdfire.basics.instants import parse_instant
from holdfire.errors import DocumentError, Fault, InputError, ReadError
from holdfire.records.coverage import COVERAGE_SCHEMA, RESTRICTIONS
from holdfire.records.schema import conform, empty_table, sort_table, table_from

__all__ = ["load_coverage"]

_NUMBERS = ("lon", "lat", "radius_m", "detection")
_INSTANTS = ("start", "end")


def _number(text: str) -> float | None:
    return float(text) if text.strip() else None


def _coverage_cell(name: str, text: str) -> Any:
    if name in _INSTANTS:
        return parse_instant(text)
    if name in _NUMBERS:
        value = _number(text)
        return 1.0 if value is None and name == "detection" else value
    return text.strip() or None


def _coverage_faults(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return column, what and mend of everything that is wrong in a row whose cells could be read."""
    faults = []
    for name in ("coverage_id", "watcher", "means"):
        if row.get(name) is None:
            faults.append((name, f"This watch has no {name}: ''.", "Fill it in."))
    if not row["start"] < row["end"]:
        faults.append(("end", f"This watch ends before it starts: {row['end']}.", "Check both instants."))
    if not 0.0 <= row["detection"] <= 1.0:
        faults.append(
            ("detection", f"A probability is 0 to 1: {row['detection']}.", "Write a share, not a percentage.")
        )
    if row["restriction"] is not None and row["restriction"] not in RESTRICTIONS:
        near = nearest_name(row["restriction"], list(RESTRICTIONS)) or RESTRICTIONS[0]
        faults.append(("restriction", f"No restriction is called {row['restriction']!r}.", f"Write '{near}'."))
    if row["lat"] is not None and not -90.0 <= row["lat"] <= 90.0:
        faults.append(("lat", f"A latitude is -90 to 90: {row['lat']}.", "Is it the longitude?"))
    return faults


def _coverage_from_csv(content: bytes, name: str) -> pa.Table:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReadError(f"This watch log is no UTF-8 CSV: {error}", name, "Save it as CSV in UTF-8.") from error
    needed = ("coverage_id", "watcher", "means", "start", "end")
    header = list(rows[0]) if rows else list(needed)
    missing = [column for column in needed if column not in header]
    if missing:
        mend = f"Columns are {', '.join(COVERAGE_SCHEMA.names)}."
        raise ReadError(f"This watch log lacks the column {missing[0]!r}.", f"{name}, row 1", mend)
    faults: list[Fault] = []
    read: list[dict[str, Any]] = []
    for number, cells in enumerate(rows, start=2):
        row: dict[str, Any] = {}
        for column in COVERAGE_SCHEMA.names:
            try:
                row[column] = _coverage_cell(column, cells.get(column) or "")
            except (InputError, ValueError) as error:
                what = error.what if isinstance(error, InputError) else f"This is no number: {cells.get(column)!r}."
                faults.append(
                    Fault(what=what, where=f"{name}, row {number}, {column}", mend="Mend the cell.", line=number)
                )
        if all(row.get(column) is not None for column in _INSTANTS) and "detection" in row and "lat" in row:
            for column, what, mend in _coverage_faults(row):
                faults.append(Fault(what=what, where=f"{name}, row {number}, {column}", mend=mend, line=number))
        read.append(row)
    if faults:
        raise DocumentError(name, tuple(faults))
    return table_from({key: [row[key] for row in read] for key in COVERAGE_SCHEMA.names}, COVERAGE_SCHEMA)


def load_coverage(path: Path | None) -> pa.Table:
    """Return the watch log of a CSV or Parquet file; an empty table where none is named.

    Raises
    ------
    DocumentError, ReadError
        Rows or columns are wrong; all are named.
    """
    if path is None:
        return empty_table(COVERAGE_SCHEMA)
    content = read_file(path)
    if content[:4] != b"PAR1":
        return sort_table(_coverage_from_csv(content, str(path)), ["coverage_id"])
    try:
        return sort_table(conform(pq.read_table(io.BytesIO(content)), COVERAGE_SCHEMA), ["coverage_id"])
    except (pa.ArrowException, InputError) as error:
        raise ReadError(
            f"This watch log cannot be read: {str(error)[:200]}", str(path), "Write it by COVERAGE_SCHEMA."
        ) from error
