"""JSON Lines: one object on each line into batches of cells, in bounded memory.

Rule: an object's members become columns, named by those of the first 500 lines; text stands as it is, other values as
their JSON, null as no cell. A line that is no object is refused by itself. Source: jsonlines.org, RFC 8259.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfire.errors import ReadError
from holdfire.readers.blocks import OverlongLine, line_blocks
from holdfire.readers.cells import CellBatch, cells_from_rows
from holdfire.readers.limits import MAX_LINE_BYTES
from holdfire.readers.refusals import UNDECODABLE, shown
from holdfire.readers.streams import decode, text_chunks
from holdfire.records.refusal import Refusal

__all__ = ["JsonLinesFile", "is_json_lines", "object_at"]

LINES_FOR_NAMES = 500
"""Lines whose members name the columns; a member that first comes later is not read."""


def is_json_lines(start: bytes) -> bool:
    r"""Say whether a file that begins so holds an object on its first line, and no GeoJSON.

    Examples
    --------
    >>> is_json_lines(b'{"id": "1"}\n'), is_json_lines(b'{"type": "FeatureCollection", "features": []}')
    (True, False)
    >>> is_json_lines(b'{\n "id": "1"}')
    False
    """
    value = _object(decode(start.split(b"\n", 1)[0]))
    if not value:
        return False
    return value.get("type") not in ("FeatureCollection", "Feature") and "features" not in value


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


class JsonLinesFile:
    """Read a file of JSON Lines.

    Parameters
    ----------
    path : Path
        Plain or gzip, UTF-8.

    Raises
    ------
    ReadError
        None of the first 500 lines is an object.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        names: dict[str, None] = {}
        for number, (_, line, _) in enumerate(self._lines(), start=1):
            names.update(dict.fromkeys(_object(line) or {}))
            if number >= LINES_FOR_NAMES:
                break
        if not names:
            raise ReadError("This file holds no JSON object.", str(path), "Give one object on each line.")
        self.names = tuple(names)

    def _lines(self) -> Iterator[tuple[int, str, int]]:
        """Yield number, text and - where it is too long to be held - bytes of each line that is not blank."""
        for block in line_blocks(text_chunks(self.path)):
            if isinstance(block, OverlongLine):
                yield block.line, decode(block.head), block.n_bytes
                continue
            for number, line in enumerate(block.content.split(b"\n"), start=block.first_line):
                if line.strip():
                    yield number, decode(line), 0

    def batches(self, n_rows: int = 5_000) -> Iterator[CellBatch]:
        """Yield the objects in batches."""
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        texts: list[str] = []
        refusals: list[Refusal] = []
        for number, line, n_bytes in self._lines():
            row, fault = self._row(line, n_bytes)
            if row is None:
                refusals.append(
                    Refusal(
                        file=self.path.name,
                        row=number,
                        column=None,
                        what=fault,
                        mend="Write one JSON object, in UTF-8, on each line.",
                        raw=shown(line),
                    )
                )
            else:
                rows.append(row)
                numbers.append(number)
                texts.append(line)
            if len(rows) + len(refusals) >= n_rows:
                yield cells_from_rows(self.names, rows, numbers, texts.__getitem__, refusals)
                rows, numbers, texts, refusals = [], [], [], []
        if rows or refusals:
            yield cells_from_rows(self.names, rows, numbers, texts.__getitem__, refusals)

    def _row(self, line: str, n_bytes: int) -> tuple[list[str | None] | None, str]:
        """Return the cells of a line, or None and what is wrong with it."""
        if n_bytes:
            return None, f"This line is longer than {MAX_LINE_BYTES} bytes: {n_bytes}."
        if UNDECODABLE in line or "\x00" in line:
            return None, "This line holds bytes that are no text."
        value = _object(line)
        if value is None:
            return None, f"This line is no JSON object: {shown(line)[:60]!r}."
        cells = [_cell(value.get(name)) for name in self.names]
        try:
            "".join(cell for cell in cells if cell).encode()
        except UnicodeEncodeError:
            return None, "This line holds half of a surrogate pair, which is no letter."
        if any(cell is not None and "\x00" in cell for cell in cells):
            return None, "This line holds a NUL byte."
        return cells, ""


def object_at(path: Path, row: int) -> str:
    """Return the text of a line.

    Raises
    ------
    ReadError
        The file has no such line.
    """
    for block in line_blocks(text_chunks(path)):
        if isinstance(block, OverlongLine):
            if block.line == row:
                return shown(decode(block.head))
            continue
        lines = block.content.split(b"\n")
        if block.first_line <= row < block.first_line + len(lines) and lines[row - block.first_line]:
            return decode(lines[row - block.first_line])
    raise ReadError(f"This file has no line {row}.", str(path), "Check that the file is the one that was read.")
