"""Workbook: the rows of an XLSX sheet into batches of cells.

Rule: a workbook is a packed folder that anyone may have made: its unpacked size and ratio are bounded by its own
directory and again while it is unpacked, document type definitions are refused, and macros and links are never
looked at. Dates come out as ISO 8601 without a zone. Source: ECMA-376.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from holdfire.errors import LimitError, ReadError
from holdfire.readers.cells import CellBatch, cells_from_rows, clean_names
from holdfire.readers.limits import MAX_SHEET_ROWS, MAX_XLSX_BYTES, MAX_ZIP_RATIO
from holdfire.readers.streams import open_bytes

__all__ = ["WorkbookFile", "check_package"]

ROWS_PER_BATCH = 10_000
FREE_BYTES = 1024 * 1024
"""A member up to this size may have any ratio."""
MAX_MEMBERS = 10_000
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    RuntimeError,
)
"""What the packing, the XML and the workbook library raise on files that are no workbooks."""
_TYPES = tuple(word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le"))


def check_package(path: Path) -> None:
    """Check that a zip package may be unpacked: its directory first, then every member to its end.

    Raises
    ------
    LimitError
        It unpacks to too much, or holds a document type definition.
    ReadError
        It is no zip package.
    """
    where = str(path)
    try:
        with open_bytes(path) as stream, zipfile.ZipFile(stream) as package:
            members = package.infolist()
            claimed = sum(member.file_size for member in members)
            if len(members) > MAX_MEMBERS or claimed > MAX_XLSX_BYTES:
                what = f"This workbook claims to unpack to {claimed} bytes in {len(members)} members."
                raise LimitError(what, where, f"Keep it below {MAX_XLSX_BYTES} bytes, or save the sheet as CSV.")
            n_left = MAX_XLSX_BYTES
            for member in members:
                n_left -= _check_member(package, member, n_left, where)
    except _BROKEN as error:
        raise ReadError(f"This is no readable workbook: {error}.", where, "Save it again as .xlsx.") from error


def _check_member(package: zipfile.ZipFile, member: zipfile.ZipInfo, n_left: int, where: str) -> int:
    n_bytes = 0
    tail = b""
    with package.open(member) as content:
        while chunk := content.read(1024 * 1024):
            n_bytes += len(chunk)
            too_dense = n_bytes > FREE_BYTES and n_bytes > MAX_ZIP_RATIO * max(member.compress_size, 1)
            if n_bytes > n_left or too_dense:
                what = f"The member {member.filename[:60]!r} of this workbook unpacks to too much: {n_bytes} bytes."
                raise LimitError(what, where, "If you trust it, save its sheet as CSV.")
            if any(word in tail + chunk for word in _TYPES):
                what = f"The member {member.filename[:60]!r} of this workbook holds a document type definition."
                raise LimitError(what, where, "No spreadsheet program writes one; fetch the file again.")
            tail = chunk[-32:]
    return n_bytes


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).encode("utf-8", "replace").decode()


class WorkbookFile:
    """Read a sheet of a workbook.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Its name; the first sheet where none is given.
    header_row : int, >= 1

    Raises
    ------
    ReadError, LimitError
        It is no workbook, has no such sheet, or is larger than it may be.
    """

    def __init__(self, path: Path, sheet: str | None = None, header_row: int = 1) -> None:
        check_package(path)
        self.path = path
        self.sheet = sheet
        self.header_row = header_row
        header: list[str | None] = []
        for number, values in self._rows():
            if number >= header_row:
                header = [_text(value) for value in values]
                break
        while header and not header[-1]:
            header.pop()
        if not header:
            raise ReadError("This sheet holds no header.", str(path), "Its first row must name its columns.")
        self.names = clean_names(header)

    def _rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        try:
            with open_bytes(self.path) as stream, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(stream, read_only=True, data_only=True, keep_links=False, keep_vba=False)
                names = [sheet.title for sheet in book.worksheets]
                if not names or (self.sheet is not None and self.sheet not in names):
                    what = f"This workbook has no sheet {self.sheet!r}." if names else "This workbook has no sheet."
                    raise ReadError(what, str(self.path), f"Its sheets are {', '.join(names)}.")
                sheet = book[self.sheet or names[0]]
                reset = getattr(sheet, "reset_dimensions", None)
                if reset is not None:
                    reset()
                for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                    if number > MAX_SHEET_ROWS:
                        what = f"This sheet claims more than {MAX_SHEET_ROWS} rows."
                        raise LimitError(what, str(self.path), "Save it as CSV.")
                    yield number, values
        except _BROKEN as error:
            what = f"This is no readable workbook: {type(error).__name__}: {str(error)[:120]}."
            raise ReadError(what, str(self.path), "Save it again as .xlsx.") from error

    def batches(self) -> Iterator[CellBatch]:
        """Yield the rows below the header in batches; rows without a value are left out."""
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        width = len(self.names)
        for number, values in self._rows():
            if number <= self.header_row:
                continue
            cells = [_text(value) for value in values[:width]]
            if any(cells):
                rows.append(cells + [None] * (width - len(cells)))
                numbers.append(number)
            if len(rows) >= ROWS_PER_BATCH:
                yield self._batch(rows, numbers)
                rows, numbers = [], []
        yield self._batch(rows, numbers)

    def _batch(self, rows: list[list[str | None]], numbers: list[int]) -> CellBatch:
        return cells_from_rows(self.names, rows, numbers, lambda i: "\t".join(cell or "" for cell in rows[i]))

    def row_at(self, number: int) -> str:
        """Return the cells of a row of the sheet, parted by tabs.

        Raises
        ------
        ReadError
            The sheet has no such row.
        """
        for found, values in self._rows():
            if found == number:
                return "\t".join(_text(value) or "" for value in values)
        raise ReadError(f"This sheet has no row {number}.", str(self.path), "Check that it is the file that was read.")
