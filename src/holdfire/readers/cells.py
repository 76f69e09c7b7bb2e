"""Cells: a stretch of rows as columns of text, whatever the container that they came from.

Rule: every container (CSV, GeoJSON, workbook, Parquet) hands its rows on in this one shape, with the number of
each row and a way back to its raw text. Leaves the meaning of the cells to the formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.records.refusal import Refusal

__all__ = ["CellBatch", "Row", "cells_from_rows", "clean_names", "rows_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBatch:
    """Hold rows as columns of text.

    Attributes
    ----------
    names : tuple of str
        Names of the columns.
    columns : tuple of pyarrow string arrays, (n,)
        Null where the container holds no value; a CSV cell without letters is ``""``.
    numbers : int64, (n,), >= 1
        Row of each in the file: the line for text files, the 1-based row of a sheet, feature or record elsewhere.
    raw : callable
        From an index in this batch to the raw text of its row.
    refusals : tuple of Refusal
        Rows of this stretch that could not be cut into cells.
    n_unlisted : int
        Rows that one of these refusals stands for beyond itself.
    """

    names: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    numbers: NDArray[np.int64]
    raw: Callable[[int], str]
    refusals: tuple[Refusal, ...] = ()
    n_unlisted: int = 0

    @property
    def n_rows(self) -> int:
        """Return the number of rows seen, refused ones included."""
        return int(self.numbers.size) + len(self.refusals) + self.n_unlisted

    def column(self, name: str) -> pa.Array:
        """Return a column by its name; nulls where there is none of that name."""
        if name in self.names:
            return self.columns[self.names.index(name)]
        return pa.nulls(self.numbers.size, pa.string())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold one row.

    Attributes
    ----------
    number : int
    cells : dict of str to str
        Text by column, without surrounding blanks; a null cell is ``""``.
    """

    number: int
    cells: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return a cell's text; ``""`` where the file has no such column."""
        return self.cells.get(name, "")


def rows_of(batch: CellBatch) -> Iterator[Row]:
    """Yield the rows of a batch one by one."""
    columns = [column.to_pylist() for column in batch.columns]
    for number, values in zip(batch.numbers.tolist(), zip(*columns, strict=True), strict=True):
        yield Row(number=number, cells={n: v.strip() if v else "" for n, v in zip(batch.names, values, strict=True)})


def cells_from_rows(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    numbers: Sequence[int],
    raw: Callable[[int], str],
    refusals: Sequence[Refusal] = (),
    n_unlisted: int = 0,
) -> CellBatch:
    """Return a batch from rows of cells that are text or None."""
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    return CellBatch(
        names=tuple(names),
        columns=tuple(pa.array(column, pa.string()) for column in columns),
        numbers=np.asarray(numbers, dtype=np.int64),
        raw=raw,
        refusals=tuple(refusals),
        n_unlisted=n_unlisted,
    )


def clean_names(names: Sequence[str | None]) -> tuple[str, ...]:
    """Return column names without blanks, each of them once.

    Examples
    --------
    >>> clean_names([" id ", "", "id"])
    ('id', 'column_2', 'id.2')
    """
    found: list[str] = []
    for position, name in enumerate(names, start=1):
        base = (name or "").strip() or f"column_{position}"
        unique, n = base, 1
        while unique in found:
            n += 1
            unique = f"{base}.{n}"
        found.append(unique)
    return tuple(found)
