"""Raw: the row behind a report, as it stands in its file.

Turns a file, a reader and a row number into the row's own text. Rule: rows are counted as the readers count them: the
line for text files, the row of a sheet, the 1-based feature of a GeoJSON file, the 1-based row of a Parquet file.
"""

from __future__ import annotations

from pathlib import Path

from holdfire.errors import UnknownFormatError
from holdfire.readers.delimited import record_at
from holdfire.readers.geojson import feature_at
from holdfire.readers.json_lines import object_at
from holdfire.readers.parquet_files import ParquetFile
from holdfire.readers.probe import container_of
from holdfire.readers.refusals import shown
from holdfire.readers.streams import file_head
from holdfire.readers.workbook import WorkbookFile

__all__ = ["raw_row"]

MAX_ROW_CHARS = 20_000
"""Letters of a row that are shown; the whole of it stands in the file."""


def raw_row(path: Path, reader: str | None, row: int) -> str:
    """Return a row's raw text, cut to 20,000 letters.

    Parameters
    ----------
    path : Path
        The file that was read, unchanged.
    reader : str or None
        Name of the reader, for the message; the container is told by the file's bytes.
    row : int, >= 1

    Raises
    ------
    MissingInputError
        The file is not there.
    ReadError, UnknownFormatError
        It has no such row, or is no file that is read here.
    """
    container = container_of(path, file_head(path))
    if container == "parquet":
        return shown(ParquetFile(path).row_at(row), MAX_ROW_CHARS)
    if container == "xlsx":
        return shown(WorkbookFile(path).row_at(row), MAX_ROW_CHARS)
    if container == "geojson":
        return shown(feature_at(path, row), MAX_ROW_CHARS)
    if container == "jsonl":
        return shown(object_at(path, row), MAX_ROW_CHARS)
    if container == "delimited":
        return shown(record_at(path, row), MAX_ROW_CHARS)
    raise UnknownFormatError(f"No row can be fetched for the reader {reader!r}.", str(path), "Check the file.")
