"""Case folder: a case's tables and documents as files of one folder.

Turns records into Parquet and canonical JSON and back. Rule: a file is written whole or not at all, with the
same bytes for the same content; a reader checks the columns before a stage sees them. Leaves the meaning to
the app. Source: DESIGN, section 8 (a case is a folder).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from holdfire.basics.canonical import canonical_json, write_bytes, write_table
from holdfire.basics.documents import nearest_name
from holdfire.errors import MissingInputError, OutputError, ReadError

__all__ = ["TABLES", "CaseFolder"]

TABLES = (
    "reports",
    "sources",
    "refused",
    "coverage",
    "zone_shapes",
    "incidents",
    "memberships",
    "lineage",
    "assessments",
    "findings",
    "counts",
)
"""Every table that a case may hold, in the order of the pipeline."""


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """Read and write the records of one case.

    Parameters
    ----------
    path : Path
        The folder; made on the first write.
    """

    path: Path

    def table_path(self, name: str) -> Path:
        """Return where a table rests."""
        return self.path / f"{name}.parquet"

    def has(self, name: str) -> bool:
        """Say whether the case holds a table."""
        return self.table_path(name).is_file()

    def write(self, name: str, table: pa.Table) -> Path:
        """Write a table whole or not at all, and return where it rests.

        Raises
        ------
        OutputError
            The folder is not writable or full.
        """
        write_table(self.table_path(name), table)
        return self.table_path(name)

    def take_file(self, name: str, file: Path) -> Path:
        """Move a Parquet file that was written elsewhere into the case as a table, and return where it rests.

        Raises
        ------
        OutputError
            The folder is not writable or full.
        """
        path = self.table_path(name)
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, part)
            part.replace(path)
        except OSError as error:
            raise OutputError(
                f"This table cannot be written: {error.strerror or error}.",
                str(path),
                "Name a folder that is writable.",
            ) from error
        return path

    def read(self, name: str) -> pa.Table:
        """Return a table of the case.

        Raises
        ------
        MissingInputError
            The case does not hold it.
        ReadError
            Its file is damaged.
        """
        path = self.table_path(name)
        if not path.is_file():
            near = nearest_name(name, [p.stem for p in self.path.glob("*.parquet")])
            hint = f"The nearest that it holds is '{near}'. " if near else ""
            raise MissingInputError(
                f"This case holds no table '{name}'.",
                str(path),
                hint + "Run 'holdfire assess' with --out on this folder first.",
            )
        try:
            return pq.read_table(path)
        except (pa.ArrowException, OSError) as error:
            raise ReadError(
                f"This table of the case is damaged: {str(error)[:200]}",
                str(path),
                "Run 'holdfire assess' again; the inputs are named in run.json.",
            ) from error

    def write_document(self, name: str, value: Any) -> Path:
        """Write a value as canonical JSON under a file name."""
        path = self.path / name
        write_bytes(path, canonical_json(value) + b"\n")
        return path

    def read_document(self, name: str) -> Any:
        """Return the value of a JSON document of the case.

        Raises
        ------
        MissingInputError
            The case does not hold it.
        ReadError
            It is no JSON.
        """
        path = self.path / name
        try:
            return json.loads(path.read_bytes())
        except FileNotFoundError as error:
            raise MissingInputError(
                f"This case holds no document '{name}'.",
                str(path),
                "Run 'holdfire assess' with --out here first.",
            ) from error
        except (ValueError, OSError) as error:
            raise ReadError(
                f"This document of the case is damaged: {str(error)[:200]}",
                str(path),
                "Run 'holdfire assess' again; the inputs are named by its arguments.",
            ) from error

    def write_bytes(self, name: str, content: bytes) -> Path:
        """Write bytes under a file name, whole or not at all."""
        path = self.path / name
        write_bytes(path, content)
        return path

    def read_bytes(self, name: str) -> bytes:
        """Return the bytes of a file of the case.

        Raises
        ------
        MissingInputError
            The case does not hold it.
        """
        path = self.path / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise MissingInputError(
                f"This case holds no file '{name}'.",
                str(path),
                "Run 'holdfire assess' with --out here first.",
            ) from error
