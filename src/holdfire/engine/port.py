"""Port: what an engine does, whichever it is.

Turns a pure function of tables, and parts of tables that rest as Parquet, into the tables that it makes of them. Two
steps suffice: *map*, where each part is taken by itself, and *group*, where all rows of a key come together. Rules: a
function may depend on its part alone, and in a group not on the order of rows; so the result is the same on every
engine, whatever the number of parts, workers and failed attempts. What a failed attempt wrote is never read. Leaves the
splitting and joining of a run to ``app``. Source: DESIGN, section 1 (rule 4).
"""

from __future__ import annotations

import platform
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire import __version__
from holdfire.basics.canonical import write_table
from holdfire.errors import EngineError

__all__ = [
    "Engine", "GroupFunction", "Part", "PartFunction", "Tables", "Written", "ordered", "read_part", "run_part",
    "versions",
]  # fmt: skip

Tables = Mapping[str, pa.Table]
PartFunction = Callable[[Tables], Tables]
"""From a part's tables by name to the tables that are made of it, by name."""
GroupFunction = Callable[[pa.Table], pa.Table]
"""From all rows of one key, in any order, to what is made of them."""

EXACT = ("numba", "numpy", "pyarrow", "shapely")
"""Packages whose version can change the last bit of a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Name what one task reads.

    Attributes
    ----------
    name : str
        Names the part's files; unique within a step.
    files : mapping of str to Path
        Parquet files by the name that the function knows the table by.
    columns : mapping of str to tuple of str
        The columns that are read of a table; all of one that is not named here.
    rows : mapping of str to (int, int)
        The rows ``[start, end)`` that are read of a table; all of one that is not named here.
    """

    name: str
    files: Mapping[str, Path] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Name what one task wrote.

    Attributes
    ----------
    part : str
    tables : mapping of str to Path
        Parquet files by the name of the table.
    n_rows : mapping of str to int
    """

    part: str
    tables: Mapping[str, Path]
    n_rows: Mapping[str, int]


class Engine(Protocol):
    """Run stage functions over parts."""

    @property
    def n_slots(self) -> int:
        """Return how many tasks run at a time."""
        ...

    def map_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> list[Written]:
        """Run a function on each part by itself.

        Parameters
        ----------
        function : PartFunction
            Pure, and importable wherever the engine works.
        parts : sequence of Part
        folder : Path
            Where to write to; every worker sees it under this path.

        Returns
        -------
        list of Written
            In the order of ``parts``.

        Raises
        ------
        HoldfireError
            What the function raised, from the first part in order that failed.
        EngineError
            The engine could not do the work.
        """
        ...

    def stream_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> Iterator[Tables]:
        """Run a function on each part by itself and give what it makes of them, part after part.

        Only a few parts' tables are held at a time; parameters and errors as of :meth:`map_parts`.

        Yields
        ------
        mapping of str to pyarrow.Table
            In the order of ``parts``.
        """
        ...

    def map_groups(
        self, function: GroupFunction, files: Sequence[Path], keys: Sequence[str], schema: pa.Schema
    ) -> pa.Table:
        """Bring all rows of each key together and run a function on each.

        Parameters
        ----------
        function : GroupFunction
            Pure; its result's first columns are ``keys``.
        files : sequence of Path
            Parquet files of one schema.
        keys : sequence of str
            Columns of strings.
        schema : pyarrow.Schema
            Of what the function returns.

        Returns
        -------
        pyarrow.Table
            By ``schema``, ordered by ``keys``.
        """
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...


def versions() -> dict[str, str]:
    """Return the versions on which the last bit of a result may depend: the house's, Python's, and some packages'."""
    found = {name: metadata.version(name) for name in EXACT}
    return {"holdfire": __version__, "python": platform.python_version(), **found}


def ordered(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return a table ordered by columns of strings; rows of one key keep their order."""
    return table.take(pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))


def _read(path: Path, columns: Sequence[str] | None, rows: tuple[int, int] | None) -> pa.Table:
    # Only the row groups that hold wanted rows are read.
    wanted = None if columns is None else list(columns)
    if rows is None:
        return pq.read_table(path, columns=wanted)
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
        starts = [0, *accumulate(sizes)]
        met = [n for n, size in enumerate(sizes) if starts[n] < rows[1] and starts[n] + size > rows[0]]
        table = file.read_row_groups(met, columns=wanted)
    return table.slice(rows[0] - starts[met[0]] if met else 0, rows[1] - rows[0])


def read_part(part: Part) -> dict[str, pa.Table]:
    """Return a part's tables by name.

    Raises
    ------
    EngineError
        A file of the part is not to be seen from here.
    """
    try:
        return {name: _read(path, part.columns.get(name), part.rows.get(name)) for name, path in part.files.items()}
    except FileNotFoundError as error:
        raise EngineError(
            "A worker does not see a file of its part.",
            str(error.filename or next(iter(part.files.values()))),
            "Name a folder that every worker sees under the same path with --shared.",
        ) from error


def run_part(function: PartFunction, part: Part, folder: Path) -> Written:
    """Read a part, run the function on it, and write what it makes into a folder of this attempt's own.

    Raises
    ------
    EngineError
        A file of the part is not to be seen from here.
    HoldfireError
        What the function raised.
    """
    given = read_part(part)
    made = function(given)
    # Two attempts at one part may run at a time; each writes beside the other, and only one of them is named.
    attempt = folder / f"{part.name}-{uuid.uuid4().hex[:12]}"
    tables: dict[str, Path] = {}
    for name, table in made.items():
        tables[name] = attempt / f"{name}.parquet"
        write_table(tables[name], table)
    return Written(part=part.name, tables=tables, n_rows={name: table.num_rows for name, table in made.items()})
