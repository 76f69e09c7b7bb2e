"""GeoJSON: features into batches of cells, one feature at a time.

Rule: a feature's properties become columns, its point the columns ``geometry.lon`` and ``geometry.lat``; a name that
stands in both is the property's. The file is scanned in pieces: what stands before a broken place is read, the rest
is refused as one entry, since nobody can say where the next feature begins. Source: RFC 7946.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfire.errors import ReadError
from holdfire.readers.cells import CellBatch, cells_from_rows, clean_names
from holdfire.readers.limits import MAX_FEATURE_CHARS
from holdfire.readers.refusals import UNDECODABLE, shown
from holdfire.readers.streams import MARK, text_chunks
from holdfire.records.refusal import Refusal

__all__ = ["GeoJsonFile", "feature_at"]

ROWS_PER_BATCH = 10_000
FEATURES_FOR_NAMES = 500
"""Features whose properties name the columns; a property that first comes later is not read."""
BLANKS = " \t\n\r"


def _integer(text: str) -> int | float:
    return int(text) if len(text) < 300 else float(text)


_DECODER = json.JSONDecoder(parse_int=_integer)


class _BrokenError(Exception):
    """Say that the text at hand is no JSON, or too long a piece of it."""


class _Scanner:
    """Walk JSON text that comes in pieces."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.chunks = text_chunks(path, encoding)
        self.decoder = codecs.getincrementaldecoder("utf-8")(MARK)
        self.text = ""
        self.at = 0
        self.ended = False

    def fill(self, wanted: int = 1) -> bool:
        """Take in at least ``wanted`` further characters; False at the end."""
        parts, n_chars = [self.text[self.at :]], 0
        while n_chars < wanted and not self.ended:
            chunk = next(self.chunks, None)
            self.ended = chunk is None
            parts.append(self.decoder.decode(chunk or b"", final=self.ended))
            n_chars += len(parts[-1])
        self.text, self.at = "".join(parts), 0
        return n_chars > 0

    def peek(self) -> str:
        """Return the next letter that is no blank, ``""`` at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in BLANKS:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.fill():
                return ""

    def take(self, letter: str) -> None:
        """Step over a letter.

        Raises
        ------
        _BrokenError
            Another one stands there.
        """
        found = self.peek()
        if found != letter:
            raise _BrokenError(f"{letter!r} is wanted, {found!r} found" if found else "the file breaks off here")
        self.at += 1

    def value(self) -> tuple[Any, str]:
        """Return the next value and its text."""
        self.peek()
        while True:
            problem = ""
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise _BrokenError("it is nested too deeply") from None
            except (ValueError, OverflowError) as error:
                problem = getattr(error, "msg", str(error))
            else:
                if end < len(self.text) or self.ended:
                    raw, self.at = self.text[self.at : end], end
                    return value, raw
            n_held = len(self.text) - self.at
            if n_held > MAX_FEATURE_CHARS:
                raise _BrokenError(problem or f"it is longer than {MAX_FEATURE_CHARS} letters")
            if not self.fill(max(n_held, 1)) and problem:
                raise _BrokenError(problem)


def _members(scanner: _Scanner) -> Iterator[str]:
    """Yield the names of the top object's members; the caller steps over each value."""
    scanner.take("{")
    if scanner.peek() == "}":
        scanner.take("}")
        return
    while True:
        name, _ = scanner.value()
        if not isinstance(name, str):
            raise _BrokenError(f"a member's name is wanted, {str(name)[:20]!r} found")
        scanner.take(":")
        yield name
        if scanner.peek() != ",":
            scanner.take("}")
            return
        scanner.take(",")


def _features(scanner: _Scanner) -> Iterator[tuple[Any, str]]:
    for name in _members(scanner):
        if name != "features":
            scanner.value()
            continue
        scanner.take("[")
        if scanner.peek() == "]":
            scanner.take("]")
            continue
        while True:
            yield scanner.value()
            if scanner.peek() != ",":
                scanner.take("]")
                break
            scanner.take(",")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def _cells(feature: Any) -> dict[str, str | None]:
    """Return a feature's cells; raises ``ValueError`` where it is none."""
    if not isinstance(feature, dict):
        raise ValueError("This is no feature, but another value.")
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise ValueError("The properties of this feature are no object.")
    cells: dict[str, str | None] = {}
    geometry = feature.get("geometry")
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        coordinates = geometry.get("coordinates")
        if not isinstance(coordinates, list) or len(coordinates) < 2:
            raise ValueError("The point of this feature has no two coordinates.")
        cells |= {"geometry.lon": _text(coordinates[0]), "geometry.lat": _text(coordinates[1])}
    if "id" in feature:
        cells["feature.id"] = _text(feature["id"])
    return cells | {str(name).strip(): _text(value) for name, value in (properties or {}).items()}


class GeoJsonFile:
    """Read a GeoJSON FeatureCollection.

    Parameters
    ----------
    path : Path
    encoding : str, optional

    Raises
    ------
    ReadError
        The file does not begin as an object with features.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        self.encoding = encoding
        found: dict[str, None] = {}
        n_features = 0
        problem = ""
        try:
            for feature, _ in _features(_Scanner(path, encoding)):
                n_features += 1
                if isinstance(feature, dict) and isinstance(feature.get("properties") or {}, dict):
                    found |= dict.fromkeys(str(name).strip() for name in feature.get("properties") or {})
                if n_features >= FEATURES_FOR_NAMES:
                    break
        except _BrokenError as error:
            problem = str(error)
        if problem and not n_features:
            raise ReadError(
                f"This file cannot be read as GeoJSON: {problem}.",
                str(path),
                "Give a FeatureCollection: an object with a list of 'features'.",
            )
        extra = [name for name in ("geometry.lon", "geometry.lat", "feature.id") if name not in found]
        self.names = clean_names([*found, *extra])

    def batches(self) -> Iterator[CellBatch]:
        """Yield the features in batches."""
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        raws: list[str] = []
        refusals: list[Refusal] = []
        number = 0
        try:
            for number, (feature, raw) in enumerate(_features(_Scanner(self.path, self.encoding)), start=1):
                fault = self._take(feature, raw, rows)
                if fault is None:
                    numbers.append(number)
                    raws.append(raw)
                else:
                    refusals.append(self._refusal(number, *fault, raw))
                if len(rows) + len(refusals) >= ROWS_PER_BATCH:
                    yield self._batch(rows, numbers, raws, refusals)
                    rows, numbers, raws, refusals = [], [], [], []
        except _BrokenError as error:
            what = f"This file cannot be read from feature {number + 1} on: {error}."
            refusals.append(self._refusal(number + 1, None, what, "Mend or fetch the file again.", ""))
        yield self._batch(rows, numbers, raws, refusals)

    def _batch(
        self, rows: list[list[str | None]], numbers: list[int], raws: list[str], refusals: list[Refusal]
    ) -> CellBatch:
        return cells_from_rows(self.names, rows, numbers, lambda i: raws[i], refusals)

    def _take(self, feature: Any, raw: str, rows: list[list[str | None]]) -> tuple[str | None, str, str] | None:
        try:
            cells = _cells(feature)
        except ValueError as error:
            return None, str(error), "Write it as RFC 7946 has it."
        if UNDECODABLE in raw or "\x00" in raw or "\\u0000" in raw:
            return None, "This feature holds bytes that are no text, or NUL.", "Save the file as UTF-8."
        values = [cells.get(name) for name in self.names]
        try:
            "".join(value for value in values if value).encode()
        except UnicodeEncodeError:
            return None, "This feature holds half of a surrogate pair, which is no letter.", "Mend the text."
        rows.append(values)
        return None

    def _refusal(self, number: int, column: str | None, what: str, mend: str, raw: str) -> Refusal:
        return Refusal(
            file=self.path.name,
            row=number,
            column=column,
            what=what,
            mend=mend,
            raw=shown(raw.encode("utf-8", "backslashreplace").decode()),
        )


def feature_at(path: Path, number: int) -> str:
    """Return the raw text of a feature by its 1-based number.

    Raises
    ------
    ReadError
        The file has no such feature.
    """
    try:
        for found, (_, raw) in enumerate(_features(_Scanner(path, None)), start=1):
            if found == number:
                return raw
    except _BrokenError:
        pass
    raise ReadError(f"This file has no feature {number}.", str(path), "Check that it is the file that was read.")
