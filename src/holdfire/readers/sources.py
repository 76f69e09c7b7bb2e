"""Sources: a user's file of sources, and the table of every source that reports name.

Turns YAML, JSON or CSV into source records, and joins them with what the formats know. Rules: all faults of the file
are named at once; what the user says of a source goes before what a format says; a source that nobody describes is
public, of no side, and of grade F. Source: DESIGN, section 4 (Source); NATO AJP-2.1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.documents import Document, nearest_name, read_document
from holdfire.errors import DocumentError, Fault, InputError
from holdfire.readers.streams import open_bytes
from holdfire.records.schema import table_from
from holdfire.records.source import ADMIRALTY_PRIOR, SOURCE_KINDS, SOURCE_SCHEMA, Source

__all__ = ["load_sources", "source_table"]

ALIASES = {
    "id": "source_id",
    "source": "source_id",
    "title": "name",
    "party": "side",
    "type": "kind",
    "grade": "reliability",
    "admiralty": "reliability",
    "admiralty_grade": "reliability",
    "admiralty_reliability": "reliability",
    "copies": "copies_from",
    "copies_of": "copies_from",
}
FIELDS = tuple(field.name for field in fields(Source))
YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
MAX_BYTES = 64 * 1024 * 1024


def _field(name: str) -> str:
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    return ALIASES.get(plain, plain)


def _names(value: Any) -> list[str] | None:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[;|,]", value) if part.strip()]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [part.strip() for part in value if part.strip()]
    return None


class _Entry:
    """Read one source and keep what is wrong with it."""

    def __init__(self, values: Mapping[str, Any], document: Document, path: tuple[str | int, ...]) -> None:
        self.document = document
        self.path = path
        self.faults: list[Fault] = []
        self.values: dict[str, Any] = {}
        for given, value in values.items():
            name = _field(str(given))
            if name not in FIELDS:
                near = nearest_name(name, [*FIELDS, *ALIASES])
                self.fault(
                    str(given), f"A source has no field {given!r}.", f"Write {near!r}." if near else "Remove it."
                )
            elif name in self.values:
                self.fault(str(given), f"This field stands twice: {given!r}.", "Remove one.")
            else:
                self.values[name] = value

    def fault(self, field: str, what: str, mend: str) -> None:
        self.faults.append(self.document.fault((*self.path, field), what, mend))

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value).strip() or None
        self.fault(name, f"This is no text: {value!r}.", "Write a word.")
        return None

    def choice(self, name: str, allowed: Iterable[str], default: str) -> str:
        value = self.text(name) or default
        for known in allowed:
            if value.casefold() == known.casefold():
                return known
        near = nearest_name(value, list(allowed))
        mend = f"Write {near!r}." if near else f"Write one of {', '.join(allowed)}."
        self.fault(name, f"No {name} of a source is called {value[:60]!r}.", mend)
        return default

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if isinstance(value, bool) or value is None:
            return bool(value)
        found = YES.get(str(value).strip().lower())
        if found is None:
            self.fault(name, f"This is neither true nor false: {value!r}.", "Write true or false.")
        return bool(found)

    def source(self) -> Source | None:
        """Return the source; None where it has no id."""
        source_id = self.text("source_id")
        if source_id is None:
            self.fault("source_id", "This source has no id: null.", "Fill in source_id, as reports write it.")
            return None
        copies = _names(self.values.get("copies_from"))
        if copies is None:
            self.fault("copies_from", "This is no list of source ids.", "Write [a, b].")
        elif source_id in copies:
            self.fault("copies_from", f"This source copies from itself: {source_id!r}.", "Remove it.")
        return Source(
            source_id=source_id,
            name=self.text("name") or source_id,
            side=self.text("side"),
            kind=self.choice("kind", SOURCE_KINDS, "public"),
            curated=self.flag("curated"),
            reliability=self.choice("reliability", ADMIRALTY_PRIOR, "F"),
            copies_from=sorted(set(copies or [])),
        )


def _entries(document: Document) -> list[tuple[tuple[str | int, ...], Any]]:
    value = document.value
    if isinstance(value, dict) and set(value) == {"sources"}:
        return [(("sources", *path), entry) for path, entry in _listed(value["sources"])]
    return _listed(value)


def _listed(value: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, list):
        return [((index,), entry) for index, entry in enumerate(value)]
    if isinstance(value, dict):
        return [
            ((name,), {"source_id": name, **entry} if isinstance(entry, dict) else entry)
            for name, entry in value.items()
        ]
    return [((), value)] if value is not None else []


def _from_csv(content: bytes, name: str) -> Document:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(what=f"This file is not UTF-8 text: byte {error.start}.", where=name, mend="Save it as UTF-8.")
        raise DocumentError(name, (fault,)) from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[dict[str, Any]] = []
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        for row in reader:
            lines[(len(rows),)] = reader.line_num
            rows.append({str(key): value for key, value in row.items() if key is not None})
    except csv.Error as error:
        fault = Fault(
            what=f"This file is no CSV: {error}.", where=f"{name}:{reader.line_num}", mend="Check its quotes."
        )
        raise DocumentError(name, (fault,)) from error
    return Document(name=name, value=rows, lines=lines)


def _looks_like_csv(content: bytes, name: str) -> bool:
    if name.lower().endswith((".csv", ".tsv")):
        return True
    head = content[:2000].decode("utf-8-sig", "replace").split("\n", 1)[0].lower()
    columns = {_field(part.strip('" ')) for part in re.split("[,;\t]", head)}
    return "source_id" in columns and len(columns) > 1 and ":" not in head


def load_sources(path: Path | None) -> dict[str, Source]:
    """Return the sources of a file by id.

    Parameters
    ----------
    path : Path or None
        YAML or JSON - a list of sources, or a mapping from id to source, or either under ``sources`` - or CSV. Fields:
        ``source_id`` (or ``id``), ``name``, ``side``, ``kind``, ``curated``, ``reliability`` (or ``grade``),
        ``copies_from`` (or ``copies-from``).

    Raises
    ------
    DocumentError
        The file has faults; all are named.
    MissingInputError
        There is no such file.
    """
    if path is None:
        return {}
    with open_bytes(path) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InputError(f"This file of sources is larger than {MAX_BYTES} bytes.", str(path), "Shorten it.")
    name = str(path)
    document = _from_csv(content, name) if _looks_like_csv(content, name) else read_document(content, name)
    faults: list[Fault] = []
    found: dict[str, Source] = {}
    for at, values in _entries(document):
        if not isinstance(values, dict):
            faults.append(document.fault(at, "A source is a mapping of fields.", "Begin it with 'source_id: …'."))
            continue
        entry = _Entry(values, document, at)
        source = entry.source()
        faults += entry.faults
        if source is None:
            continue
        if source.source_id in found:
            what = f"This source stands twice: {source.source_id!r}."
            faults.append(document.fault(at, what, "Remove or rename one."))
        found[source.source_id] = source
    if faults:
        raise DocumentError(name, tuple(faults))
    return found


def source_table(reports: pa.Table, known: Mapping[str, Source], given: Mapping[str, Source]) -> pa.Table:
    """Return every source that reports name or the user describes, by id.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``.
    known, given : mapping of str to Source
        What the formats know; what the user says, which goes before it.

    Returns
    -------
    pyarrow.Table
        By ``SOURCE_SCHEMA``, sorted by ``source_id``.
    """
    named = set(pc.unique(reports.column("source_id")).to_pylist()) | set(given)
    rows = []
    for source_id in sorted(named):
        source = given.get(source_id) or known.get(source_id) or Source(source_id=source_id, name=source_id)
        rows.append(source)
    return table_from({name: [getattr(row, name) for row in rows] for name in SOURCE_SCHEMA.names}, SOURCE_SCHEMA)
