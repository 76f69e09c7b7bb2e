"""Canonical: reports that are reports already, as Parquet or as any table with the same column names.

Turns a table with at least the ten required columns into ``REPORT_SCHEMA``. Rules: the format is public and stable;
types are coerced where that is harmless; optional columns may be absent, further ones are carried along; a row that
cannot be a report is refused with its row and column. Everything is done on whole columns. Source: DESIGN, section 4;
docs/reference/readers.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.documents import nearest_name
from holdfire.errors import DocumentError, Fault, ReadError
from holdfire.readers.checks import RowFaults, check_reports
from holdfire.readers.columns import UnfitTypeError, coerce_column
from holdfire.readers.parquet_files import ParquetFile, TypedBatch, raw_json
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition
from holdfire.readers.refusals import shown
from holdfire.records.refusal import Refusal
from holdfire.records.report import REPORT_SCHEMA, REQUIRED_COLUMNS

__all__ = ["CanonicalReader", "as_reports", "looks_canonical", "missing_columns"]

LOOSE_SCHEMA = pa.schema([field.with_nullable(True) for field in REPORT_SCHEMA])
TELLING = 4
"""Required columns that make a table look as if it were meant to be canonical."""


def missing_columns(probe: Probe) -> tuple[Fault, ...]:
    """Return a fault for each required column that a file lacks, with the nearest name that it has."""
    faults = []
    spare = [name for name in probe.names if name not in REPORT_SCHEMA.names]
    for name in REQUIRED_COLUMNS:
        if name in probe.names:
            continue
        near = nearest_name(name, spare)
        mend = (
            f"Rename {near!r} to {name!r}." if near else f"Add it; a column of nulls will do for all but ids: {name}."
        )
        faults.append(Fault(what=f"This file lacks the column {name!r}.", where=probe.name, mend=mend, field=name))
    return tuple(faults)


def looks_canonical(probe: Probe) -> bool:
    """Say whether a file that lacks required columns was likely meant to be canonical."""
    return "report_id" in probe.names and sum(name in probe.names for name in REQUIRED_COLUMNS) >= TELLING


def _place_models(table: pa.Table) -> pa.Array:
    given, lon = table.column("place_model"), table.column("lon")
    return pc.coalesce(given, pc.if_else(pc.is_valid(lon), "point", "unknown")).combine_chunks()


def as_reports(
    columns: Mapping[str, pa.Array], n_rows: int, context: Context, faults: RowFaults | None = None
) -> tuple[pa.Table, RowFaults]:
    """Return a table of ``REPORT_SCHEMA`` and carried columns, and the faults of its rows.

    Parameters
    ----------
    columns : mapping of str to pyarrow.Array, (n_rows,)
        By name; report columns are coerced, others carried as they are.
    faults : RowFaults, optional
        Faults found before; a row keeps its first.

    Raises
    ------
    UnfitTypeError
        A column's type cannot become the one wanted; its arguments are the column, the type and what is wanted.
    """
    found = RowFaults(n_rows) if faults is None else faults
    arrays = []
    for field in REPORT_SCHEMA:
        column = columns.get(field.name)
        if column is None:
            arrays.append(pa.nulls(n_rows, field.type))
            continue
        try:
            arrays.append(coerce_column(column, field.type, field.name, found))
        except UnfitTypeError as error:
            raise UnfitTypeError(field.name, str(column.type), *error.args) from error
    table = pa.Table.from_arrays(arrays, schema=LOOSE_SCHEMA)
    index = table.schema.get_field_index("place_model")
    table = table.set_column(index, "place_model", _place_models(table))
    for name, column in columns.items():
        if name not in REPORT_SCHEMA.names:
            table = table.append_column(name, column)
    check_reports(table, context, found)
    return table, found


def split_good(
    table: pa.Table, faults: RowFaults, file: str, numbers: NDArray[np.int64], raw: Callable[[int], str]
) -> tuple[pa.Table, list[Refusal], int]:
    """Return the rows without a fault, the refusals of the others, and how many are refused without an entry."""
    if faults.n_bad == 0:
        return table, [], 0
    refusals = [
        Refusal(file=file, row=int(numbers[i]), column=column, what=what, mend=mend, raw=shown(raw(i)))
        for i, column, what, mend in faults.each()
    ]
    return table.filter(pa.array(faults.good)), refusals, faults.n_bad - len(refusals)


def _with_rows(table: pa.Table, numbers: NDArray[np.int64]) -> pa.Table:
    """Fill in the row of each report in this file, where the report does not name the row that it came from."""
    index = table.schema.get_field_index("raw_row")
    rows = pa.array(numbers, pa.int64())
    given = table.column("raw_row")
    filled = rows if given.null_count == len(given) else pc.coalesce(given, rows).combine_chunks()
    known = table.column("raw_file")
    if known.null_count < len(known):
        filled = pc.if_else(pc.is_valid(known), given, filled).combine_chunks()
    return table.set_column(index, "raw_row", filled)


class CanonicalReader:
    """Read canonical reports."""

    name = "canonical"
    attribution = ""

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise the format by its ten required columns."""
        missing = [name for name in REQUIRED_COLUMNS if name not in probe.names]
        if missing:
            return Recognition(ok=False, why=f"it lacks {', '.join(missing[:4])}" + (" …" if len(missing) > 4 else ""))
        return Recognition(ok=True, why="it has the columns of a report")

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield the reports of a file in batches.

        Raises
        ------
        DocumentError
            A required column is missing; all that are, are named.
        ReadError
            A column's type cannot become the one wanted.
        """
        faults = missing_columns(probe)
        if faults:
            raise DocumentError(probe.name, faults)
        if isinstance(probe.opened, ParquetFile):
            for typed in probe.opened.typed():
                yield self._typed(probe, typed, context)
            return
        for batch in probe.batches():
            yield self._columns(
                probe,
                dict(zip(batch.names, batch.columns, strict=True)),
                batch.numbers,
                batch.raw,
                context,
                batch.refusals,
                batch.n_unlisted,
            )

    def _typed(self, probe: Probe, typed: TypedBatch, context: Context) -> ReadBatch:
        batch = typed.batch
        numbers = np.arange(typed.first_row, typed.first_row + batch.num_rows, dtype=np.int64)
        columns = dict(zip(probe.names, batch.columns, strict=True))
        n_unlisted = max(typed.n_lost - len(typed.refusals), 0)
        return self._columns(probe, columns, numbers, lambda i: raw_json(batch, i), context, typed.refusals, n_unlisted)

    def _columns(
        self,
        probe: Probe,
        columns: dict[str, Any],
        numbers: NDArray[np.int64],
        raw: Callable[[int], str],
        context: Context,
        refusals: Sequence[Refusal],
        n_unlisted: int,
    ) -> ReadBatch:
        try:
            table, faults = as_reports(columns, numbers.size, context)
        except UnfitTypeError as error:
            name, given, wanted = error.args
            what = f"The column {name!r} has the type {given}; a report's is {wanted}."
            raise ReadError(what, f"{probe.name}, column {name}", "Cast it before writing the file.") from error
        table = _with_rows(table, numbers)
        good, refused, n_more = split_good(table, faults, probe.name, numbers, raw)
        return ReadBatch(
            reports=good,
            refusals=(*refusals, *refused),
            n_rows=int(numbers.size) + len(refusals) + n_unlisted,
            n_unlisted=n_unlisted + n_more,
        )
