"""Draft: an agreement as it was written, faults and all, and how to find one's way in it.

Turns a document into lookups that never fail: what is missing or of the wrong type is simply not there. Rule: a
check reads the draft, not the model, so that a fault in one part hides none in another. Leaves saying what is
wrong to the checks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process

from holdfire.basics.documents import Document, field_text
from holdfire.basics.instants import parse_instant, zone_named
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.errors import Fault, InputError
from holdfire.records.agreement import Agreement
from holdfire.records.fields import Model
from holdfire.records.taxonomy import Taxonomy

__all__ = ["Draft", "Names", "Path", "Trees", "listed", "seen"]

Path = tuple[str | int, ...]

SECTION_NOUNS = {
    "parties": "Party",
    "excluded_groups": "Excluded group",
    "others": "Other group",
    "readings": "Reading",
    "zones": "Zone",
    "lines": "Line",
    "clauses": "Clause",
    "retired_clauses": "Retired clause",
    "watchers": "Watcher",
    "guarantors": "Guarantor",
    "needs": "Need",
    "decisions": "Decision",
    "uses": "Use",
    "meetings": "Meeting",
    "commitments": "Commitment",
    "gates": "Gate",
    "references": "Reference",
}
SHOWN_CHARS = 60
"""A value in a message is cut to so many characters."""
MAX_COMPARED = 3_000_000
"""So many names are compared in one document to find the nearest; beyond it the list of known names must do."""
NEAR_SCORE = 60.0
"""Least likeness of a nearest name, 0 to 100 (rapidfuzz)."""


def _printable(text: str) -> str:
    """Return text that a terminal can show: no lone surrogates, no control characters."""
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in clean)


def seen(value: Any) -> str:
    """Return a value as a message shows it.

    Examples
    --------
    >>> seen("north-belt"), seen(True), seen(None), seen([1, 2]), seen({}), seen(4.2)
    ("'north-belt'", 'true', 'nothing', '[1, 2]', 'an empty mapping', '4.2')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{_printable(value[:SHOWN_CHARS])}{'…' if len(value) > SHOWN_CHARS else ''}'"
    if isinstance(value, dict):
        return f"a mapping with {listed([str(key) for key in list(value)[:3]])}" if value else "an empty mapping"
    if isinstance(value, int):
        # Python refuses to write out numbers of thousands of digits.
        return str(value) if abs(value) < 10**SHOWN_CHARS else "a number of more than 60 digits"
    if isinstance(value, list):
        inner = ", ".join(seen(item) for item in value[:4])
        return f"[{inner}{', …' if len(value) > 4 else ''}]"
    return str(value)[:SHOWN_CHARS]


def listed(names: Iterable[str]) -> str:
    """Return names in quotes, joined by commas.

    Examples
    --------
    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    return ", ".join(f"'{_printable(str(name)[:SHOWN_CHARS])}'" for name in names)


@dataclass(slots=True)
class Names:
    """Find the nearest of known names, within a budget for each document."""

    n_compared: int = 0

    def nearest(self, name: str, known: Iterable[str], *, in_tree: bool = False) -> str | None:
        """Return the known name that looks most like the one given; None where none is near.

        In a tree a part of a path counts as near too: ``howitzer_122`` for its whole path.
        """
        if self.n_compared >= MAX_COMPARED:
            return None
        pool = [text[:80] for text in known]
        self.n_compared += len(pool)
        scorer = fuzz.WRatio if in_tree else fuzz.ratio
        match = process.extractOne(name[:80], pool, scorer=scorer, processor=str.lower, score_cutoff=NEAR_SCORE)
        return None if match is None else match[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """Hold the trees whose paths an agreement may name, and the kinds of clause that can be judged."""

    kinds: Taxonomy
    weapons: Taxonomy
    targets: Taxonomy
    kernels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a document and answer questions about it without ever failing.

    Attributes
    ----------
    document : Document
    trees : Trees
    names : Names
    model : type of Model
        What the document is read as.
    root : str
        What a message calls the whole document.
    zone : str
        The agreement's time zone where it is known, else UTC.
    """

    document: Document
    trees: Trees
    names: Names = field(default_factory=Names)
    model: type[Model] = Agreement
    root: str = "The agreement"
    zone: str = field(init=False, default="UTC")

    def __post_init__(self) -> None:
        """Take the time zone, if it is one."""
        named = self.text(("time_zone",))
        try:
            zone_named(named or "UTC")
        except InputError:
            return
        object.__setattr__(self, "zone", named or "UTC")

    def at(self, path: Path) -> Any:
        """Return the value of a field; None where there is none."""
        value = self.document.value
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
                value = value[part]
            else:
                return None
        return value

    def text(self, path: Path) -> str | None:
        """Return a text without blanks around it; None where there is none."""
        value = self.at(path)
        return value.strip() if isinstance(value, str) else None

    def items(self, path: Path) -> list[Path]:
        """Return the paths of a list's entries; none where it is no list."""
        value = self.at(path)
        return [(*path, index) for index in range(len(value))] if isinstance(value, list) else []

    def texts(self, path: Path) -> dict[str, Path]:
        """Return the texts of a list with the path of each one's first place."""
        found: dict[str, Path] = {}
        for item in self.items(path):
            text = self.text(item)
            if text is not None:
                found.setdefault(text, item)
        return found

    def number(self, path: Path) -> float | None:
        """Return a finite number, or None."""
        value = self.at(path)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    def instant(self, path: Path) -> datetime | None:
        """Return an instant, read in the agreement's zone; None where it is none."""
        text = self.text(path)
        try:
            return None if text is None else parse_instant(text, self.zone)
        except InputError:
            return None

    def hours(self, path: Path) -> float | None:
        """Return a duration in hours, or None."""
        text = self.text(path)
        try:
            return None if text is None else parse_duration_h(text)
        except InputError:
            return None

    def metres(self, path: Path) -> float | None:
        """Return a length in metres, or None."""
        text = self.text(path)
        try:
            return None if text is None else parse_length_m(text)
        except InputError:
            return None

    def each(self, pattern: str) -> Iterator[tuple[Path, Any]]:
        """Yield path and value of every field that a pattern names.

        ``*`` stands for each entry of a list or mapping, ``~`` for each key of a mapping.
        """
        yield from self._each(pattern.split("."), (), self.document.value)

    def _each(self, parts: list[str], path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
        if not parts:
            if value is not None:
                yield path, value
            return
        first, rest = parts[0], parts[1:]
        if first == "*" and isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._each(rest, (*path, index), item)
        elif first == "*" and isinstance(value, dict):
            for key, item in value.items():
                yield from self._each(rest, (*path, key), item)
        elif first == "~" and isinstance(value, dict):
            for key in value:
                yield (*path, key), key
        elif first not in ("*", "~") and isinstance(value, dict) and first in value:
            yield from self._each(rest, (*path, first), value[first])

    def label(self, path: Path) -> str:
        """Return what a path belongs to, as people call it: ``Clause 4.2``, ``Zone 'north'``."""
        if path[:2] == ("ladder", "rungs") and len(path) > 2:
            return self._named("Rung", path[:3])
        if len(path) > 1 and path[0] in SECTION_NOUNS and isinstance(path[1], int):
            return self._named(SECTION_NOUNS[str(path[0])], path[:2])
        return {"ladder": "The ladder", "publication": "The publication policy"}.get(
            str(path[0]) if path else "", self.root
        )

    def _named(self, noun: str, path: Path) -> str:
        value = self.at((*path, "id"))
        if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(seen(value)).strip("'"):
            return f"{noun} number {int(path[-1]) + 1}"
        name = seen(value)
        return f"{noun} {name.strip(chr(39))}" if noun in ("Clause", "Retired clause") else f"{noun} {name}"

    def fault(self, path: Path, what: str, mend: str) -> Fault:
        """Return a fault at a field."""
        line = self.document.line_of(path)
        shown = _printable(field_text(path))
        place = self.document.name if line is None else f"{self.document.name}:{line}"
        return Fault(
            what=_printable(what),
            where=f"{place}, {shown}" if shown else place,
            mend=_printable(mend),
            line=line,
            field=shown,
        )
