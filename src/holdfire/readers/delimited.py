"""Delimited: CSV and its kin into batches of cells, in bounded memory and with every broken row named.

Rule: a row that does not fit is refused by itself: one with too few or too many cells, with bytes that are no text,
with NUL bytes, longer than a line may be, or with a quote that never closes - and the next line is read as if it
were not there. Blocks whose quotes leave no doubt go through Arrow's parser, which gives the same cells; all others
through the standard library's. Source: RFC 4180; the line ends of every system.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from holdfire.errors import ReadError
from holdfire.readers.blocks import LineBlock, OverlongLine, line_blocks
from holdfire.readers.cells import CellBatch, cells_from_rows, clean_names
from holdfire.readers.limits import MAX_LINE_BYTES, MAX_RECORD_BYTES, MAX_RUNAWAYS
from holdfire.readers.refusals import UNDECODABLE, shown
from holdfire.readers.streams import decode, text_chunks
from holdfire.records.refusal import Refusal

__all__ = ["DelimitedFile", "record_at"]

DELIMITERS = (",", ";", "\t", "|")
HEADER_LINES = 64
"""Lines that a header with line ends in its names may span."""


class _UnfinishedError(Exception):
    """Say that a record goes on beyond the lines at hand."""


class _Feed:
    """Hand lines ``[at, end)`` to the CSV reader and notice where a record asks for more than there is."""

    def __init__(self, lines: Sequence[str], at: int, end: int) -> None:
        self.lines = lines
        self.at = at
        self.end = end
        self.start = at
        self.n_chars = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at >= self.end:
            if self.at > self.start:
                raise _UnfinishedError
            raise StopIteration
        line = self.lines[self.at]
        self.n_chars += len(line)
        if self.at > self.start and self.n_chars > MAX_RECORD_BYTES:
            raise _UnfinishedError
        self.at += 1
        return line


@dataclass(slots=True)
class _Record:
    """Hold a record: its lines ``[start, end)``, its cells, and whether it goes on beyond the lines at hand."""

    start: int
    end: int
    cells: list[str] | None
    goes_on: bool = False


def _records(lines: Sequence[str], delimiter: str, whole: bool) -> Iterator[_Record]:
    """Cut lines into records.

    ``whole`` says that no further lines follow. A record whose quote never closes is given with its first line and
    no cells, and the next line is read afresh; one that may end in lines to come is the last, and ``goes_on``.
    """
    at = 0
    n_runaways = 0
    while at < len(lines):
        one_line = n_runaways > MAX_RUNAWAYS
        feed = _Feed(lines, at, at + 1 if one_line else len(lines))
        try:
            for cells in csv.reader(feed, delimiter=delimiter):
                yield _Record(feed.start, feed.at, cells)
                feed.start, feed.n_chars = feed.at, 0
        except _UnfinishedError:
            if not whole and feed.at >= len(lines) and feed.n_chars <= MAX_RECORD_BYTES:
                yield _Record(feed.start, len(lines), None, goes_on=True)
                return
        except csv.Error:
            pass
        at = feed.at
        if feed.at > feed.start:
            n_runaways += 1
            yield _Record(feed.start, feed.start + 1, None)
            at = feed.start + 1


def _sniff_delimiter(line: str) -> str:
    outside = "".join(line.split('"')[::2])
    counts = [outside.count(delimiter) for delimiter in DELIMITERS]
    return DELIMITERS[counts.index(max(counts))]


def _is_hxl(cells: Sequence[str]) -> bool:
    """Say whether a row holds tags of the Humanitarian Exchange Language and nothing else."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(cell.startswith("#") and len(cell) > 1 for cell in filled)


def _well_quoted(content: bytes, delimiter: str) -> bool:
    """Say whether every quote of a block opens or closes a whole cell within one line, or is doubled within one.

    Such a block reads the same to every CSV parser, so that the fast one may read it.
    """
    letters = np.frombuffer(b"\n" + content + b"\n", np.uint8)
    at = np.flatnonzero(letters == ord('"'))
    if at.size % 2 or len(delimiter.encode()) != 1:
        return False
    opening, closing = at[::2], at[1::2]
    borders = np.asarray([ord("\n"), ord(delimiter)], np.uint8)
    doubled = np.zeros(opening.size + 1, np.bool_)
    doubled[1:-1] = opening[1:] == closing[:-1] + 1
    starts = np.isin(letters[opening - 1], borders) | doubled[:-1]
    ends = np.isin(letters[closing + 1], borders) | doubled[1:]
    line_ends = np.flatnonzero(letters == ord("\n"))
    one_line = np.searchsorted(line_ends, opening) == np.searchsorted(line_ends, closing)
    return bool(starts.all() and ends.all() and one_line.all())


class DelimitedFile:
    """Read a CSV-like file.

    Parameters
    ----------
    path : Path
        Plain or gzip.
    encoding, delimiter : str, optional
        Found out where they are not given.
    header_row : int, >= 1
        Line that the header stands on; lines before it are skipped.

    Raises
    ------
    ReadError
        The file holds no header.
    """

    def __init__(
        self, path: Path, encoding: str | None = None, delimiter: str | None = None, header_row: int = 1
    ) -> None:
        self.path = path
        self.encoding = encoding
        first = next(self._blocks(), None)
        if not isinstance(first, LineBlock) or first.first_line != 1:
            what = "This file is empty." if first is None else "The first line of this file is too long to be a header."
            raise ReadError(what, str(path), "Give a table whose first line names its columns.")
        lines = decode(first.content[: 4 * MAX_RECORD_BYTES]).split("\n")
        at = header_row - 1
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at >= len(lines):
            raise ReadError("This file holds no header.", str(path), "Its first line must name its columns.")
        self.delimiter = delimiter or _sniff_delimiter(lines[at])
        head = [f"{line}\n" for line in lines[at : at + HEADER_LINES]]
        record = next(_records(head, self.delimiter, True))
        if record.cells is None:
            raise ReadError("A quote in the header never closes.", f"{path}, line {at + 1}", "Close it.")
        self.names = clean_names(record.cells)
        self.body_line = at + 1 + record.end
        """Line on which the rows begin."""

    @property
    def name(self) -> str:
        """Return the file's name."""
        return self.path.name

    def _blocks(self) -> Iterator[LineBlock | OverlongLine]:
        return line_blocks(text_chunks(self.path, self.encoding))

    def batches(self) -> Iterator[CellBatch]:
        """Yield the rows in batches of a few MiB.

        Raises
        ------
        ReadError, LimitError
            The file breaks off within its packing.
        """
        pending, pending_line = "", self.body_line
        seen = False
        for block in self._blocks():
            if isinstance(block, OverlongLine):
                if pending:
                    yield from self._slow(pending, pending_line, True, seen)
                    pending = ""
                yield self._overlong(block)
                continue
            content, line = _after(block, self.body_line)
            if not content:
                continue
            fast = None if pending else self._fast(content, line, seen)
            if fast is not None:
                yield fast
            else:
                start = pending_line if pending else line
                cut = _Cut()
                yield from self._slow(pending + decode(content), start, False, seen, cut)
                pending, pending_line = cut.text, cut.line
            seen = True
        if pending:
            yield from self._slow(pending, pending_line, True, seen)

    def _fast(self, content: bytes, line: int, seen: bool) -> CellBatch | None:
        """Parse a block by Arrow; None where it is not plain enough for that."""
        quoted = b'"' in content
        plain = not (b"\x00" in content or b"\n\n" in content or content.startswith(b"\n"))
        if quoted and not (plain and _well_quoted(content, self.delimiter)):
            return None
        tags = not seen and b"#" in content.split(b"\n", 1)[0]
        if not plain or tags or len(self.names) < 2 or UNDECODABLE.encode() in content:
            return None
        try:
            table = pacsv.read_csv(
                pa.py_buffer(content),
                read_options=pacsv.ReadOptions(
                    column_names=list(self.names), block_size=len(content) + 1, use_threads=False
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter, quote_char='"' if quoted else False, double_quote=quoted
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowException:
            return None
        lines = _Lines(content)
        if table.num_rows != lines.n_lines:
            return None
        return CellBatch(
            names=self.names,
            columns=tuple(column.combine_chunks() for column in table.columns),
            numbers=np.arange(line, line + table.num_rows, dtype=np.int64),
            raw=lines.raw,
        )

    def _slow(
        self, text: str, first_line: int, whole: bool, seen: bool, cut: _Cut | None = None
    ) -> Iterator[CellBatch]:
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        lines = [f"{line}\n" for line in lines]
        odd = UNDECODABLE in text or "\x00" in text
        rows: list[list[str]] = []
        spans: list[tuple[int, int]] = []
        refusals: list[Refusal] = []
        for record in _records(lines, self.delimiter, whole):
            if record.goes_on and cut is not None:
                cut.text, cut.line = "".join(lines[record.start :]), first_line + record.start
                break
            raw = "".join(lines[record.start : record.end]).rstrip("\n")
            cells = record.cells
            if cells is not None and (not cells or (len(cells) == 1 and not cells[0].strip())):
                continue
            if not seen and not rows and cells is not None and _is_hxl(cells):
                continue
            fault = self._fault(cells, odd)
            if fault is not None:
                refusals.append(self._refusal(first_line + record.start, *fault, raw))
            elif cells is not None:
                rows.append(cells[: len(self.names)])
                spans.append((record.start, record.end))
        yield cells_from_rows(
            self.names,
            rows,
            [first_line + start for start, _ in spans],
            lambda i: "".join(lines[spans[i][0] : spans[i][1]]).rstrip("\n"),
            refusals,
        )

    def _fault(self, cells: list[str] | None, odd: bool) -> tuple[str | None, str, str] | None:
        """Return column, what and mend of a record that is no row of this file."""
        if cells is None:
            return (
                None,
                "A quote in this row never closes, or a cell is longer than 131,072 letters.",
                "Close the quote.",
            )
        if odd:
            for name, cell in zip(self.names, cells, strict=False):
                if UNDECODABLE in cell:
                    mend = "Save the file as UTF-8, or name its encoding in a mapping."
                    return name, f"This cell holds bytes that are no text: {shown(cell)[:60]!r}.", mend
                if "\x00" in cell:
                    return name, f"This cell holds a NUL byte: {shown(cell)[:60]!r}.", "Remove the byte."
        n_names = len(self.names)
        if len(cells) < n_names or any(cell.strip() for cell in cells[n_names:]):
            what = f"This row has another number of cells than the header's {n_names}: {len(cells)}."
            return None, what, "Quote cells that hold the delimiter, or complete the row."
        return None

    def _refusal(self, line: int, column: str | None, what: str, mend: str, raw: str) -> Refusal:
        return Refusal(file=self.name, row=line, column=column, what=what, mend=mend, raw=shown(raw))

    def _overlong(self, line: OverlongLine) -> CellBatch:
        what = f"This line is longer than {MAX_LINE_BYTES} bytes: {line.n_bytes}."
        refusal = self._refusal(line.line, None, what, "Break it into rows.", decode(line.head))
        return cells_from_rows(self.names, [], [], lambda _: "", [refusal])


@dataclass(slots=True)
class _Cut:
    """Take the lines of a record that goes on in the next block."""

    text: str = ""
    line: int = 0


class _Lines:
    """Find the raw lines of a block without holding them apart until one is asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.n_lines = content.count(b"\n") + (not content.endswith(b"\n"))

    @cached_property
    def lines(self) -> list[bytes]:
        return self.content.split(b"\n")

    def raw(self, index: int) -> str:
        return decode(self.lines[index])


def _after(block: LineBlock, body_line: int) -> tuple[bytes, int]:
    """Return a block's content from the line on which the rows begin, and that line."""
    content, line = block.content, block.first_line
    while line < body_line and content:
        cut = content.find(b"\n") + 1
        content = content[cut:] if cut else b""
        line += 1
    return content, line


def record_at(path: Path, line: int, encoding: str | None = None, delimiter: str | None = None) -> str:
    """Return the raw text of the record that begins on a line of a CSV-like file.

    Raises
    ------
    ReadError
        The file has no such line.
    """
    for block in line_blocks(text_chunks(path, encoding)):
        if isinstance(block, OverlongLine):
            if block.line == line:
                return shown(decode(block.head))
            continue
        n_lines = block.content.count(b"\n") + (not block.content.endswith(b"\n"))
        if not block.first_line <= line < block.first_line + n_lines:
            continue
        content, _ = _after(block, line)
        lines = [f"{text}\n" for text in decode(content[: 2 * MAX_RECORD_BYTES]).split("\n")]
        record = next(_records(lines, delimiter or _sniff_delimiter(lines[0]), True))
        return "".join(lines[record.start : record.end]).rstrip("\n")
    raise ReadError(f"This file has no line {line}.", str(path), "Check that the file is the one that was read.")
