"""Probe: what container a file is, which columns it has, and a way to its cells.

Rule: a container is told by its bytes, never by its name. Leaves the format - what the columns mean - to the
readers, which look at the names.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from holdfire.errors import MissingInputError, UnknownFormatError
from holdfire.readers.cells import CellBatch
from holdfire.readers.delimited import DelimitedFile
from holdfire.readers.geojson import GeoJsonFile
from holdfire.readers.json_lines import JsonLinesFile, is_json_lines
from holdfire.readers.parquet_files import PARQUET_MAGIC, ParquetFile
from holdfire.readers.streams import decode, file_head, open_bytes, sniff_encoding
from holdfire.readers.workbook import WorkbookFile

__all__ = ["Hints", "Opened", "Probe", "probe_file"]

ZIP_MAGIC = b"PK\x03\x04"
Opened = DelimitedFile | GeoJsonFile | JsonLinesFile | WorkbookFile | ParquetFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Say what a mapping knows about a file's outer form; None is found out.

    Attributes
    ----------
    encoding, delimiter, sheet : str or None
    header_row : int
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Hold what is known of a file before its format is.

    Attributes
    ----------
    path : Path
    container : str
        ``delimited``, ``geojson``, ``jsonl``, ``xlsx`` or ``parquet``.
    names : tuple of str
        Its columns.
    opened : Opened
        The container.
    lower : frozenset of str
        The columns in lower case.
    """

    path: Path
    container: str
    names: tuple[str, ...]
    opened: Opened
    lower: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the names."""
        object.__setattr__(self, "lower", frozenset(name.lower() for name in self.names))

    @property
    def name(self) -> str:
        """Return the file's name without its folder."""
        return self.path.name

    def batches(self) -> Iterator[CellBatch]:
        """Yield the file's cells."""
        return self.opened.batches()

    def missing(self, wanted: tuple[str, ...]) -> list[str]:
        """Return which of the wanted columns the file lacks, whatever their case."""
        return [name for name in wanted if name.lower() not in self.lower]


def _is_workbook(path: Path) -> bool:
    with open_bytes(path) as stream:
        try:
            with zipfile.ZipFile(stream) as package:
                return "[Content_Types].xml" in package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            return False


def container_of(path: Path, head: bytes) -> str:
    """Return a file's container by its first bytes.

    Raises
    ------
    UnknownFormatError
        It is none that is read here.
    """
    if head.startswith(PARQUET_MAGIC):
        return "parquet"
    if head.startswith(ZIP_MAGIC):
        if _is_workbook(path):
            return "xlsx"
        raise UnknownFormatError("This is a zip file.", str(path), "Unpack it and give the files in it.")
    encoding, n_mark = sniff_encoding(head)
    start = head[n_mark:].lstrip(b" \t\r\n\x00") if encoding != "utf-8" else head[n_mark:].lstrip()
    if not start.strip(b"\x00"):
        raise UnknownFormatError("This file is empty.", str(path), "Give a table whose first line names its columns.")
    if encoding == "utf-8" and b"\x00" in head.split(b"\n", 1)[0]:
        shown = decode(head[:24]).encode("ascii", "backslashreplace").decode()
        raise UnknownFormatError(
            f"This file is neither text nor a known container; it begins with {shown!r}.",
            str(path),
            "Give CSV, JSON Lines, GeoJSON, XLSX or Parquet; UTF-16 text needs its byte order mark.",
        )
    if start[:1] == b"{":
        return "jsonl" if encoding == "utf-8" and is_json_lines(start) else "geojson"
    return "delimited"


def probe_file(path: Path, hints: Hints | None = None) -> Probe:
    """Look at a file's container and columns.

    Raises
    ------
    MissingInputError
        There is no such file.
    UnknownFormatError
        It is no container that is read here.
    ReadError, LimitError
        It is one, but broken or too large.
    """
    chosen = hints or Hints()
    if path.is_dir():
        raise MissingInputError("This is a folder, not a file.", str(path), "Name the files in it.")
    container = container_of(path, file_head(path))
    opened: Opened
    if container == "parquet":
        opened = ParquetFile(path)
    elif container == "xlsx":
        opened = WorkbookFile(path, chosen.sheet, chosen.header_row)
    elif container == "geojson":
        opened = GeoJsonFile(path, chosen.encoding)
    elif container == "jsonl":
        opened = JsonLinesFile(path)
    else:
        opened = DelimitedFile(path, chosen.encoding, chosen.delimiter, chosen.header_row)
    return Probe(path=path, container=container, names=opened.names, opened=opened)
