"""Register CSV: a register file as one table, for those who keep their commitments in a spreadsheet.

Turns a register into CSV and CSV into the same values as the YAML file holds, with the line of every field. Rules:

1. One row for each guarantor, need, commitment, condition, step and meeting; ``record`` says which, ``id`` names it. A
   condition or a step has the ``id`` of its commitment, and follows it in the order of the rows.
2. A text takes one column for each language: ``text.en``. Lists of ids stand in one cell, with blanks between.
3. A cell that a spreadsheet would run as a formula is written with an apostrophe before it, which reading takes off
   again. What is empty is not stated.

Leaves the meaning, and every fault of it, to ``guarantee_files``. Source: RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from holdfire.agreement.draft import seen
from holdfire.basics.documents import Document
from holdfire.errors import Fault
from holdfire.records.promises import RegisterFile

__all__ = ["COLUMNS", "csv_document", "register_csv"]

COLUMNS = (
    "record", "id", "time_zone", "guarantor", "capability", "quantity", "unit", "pledged", "allocated", "deployed",
    "status", "on", "known_on", "by", "evidence", "evidence_kind", "gates", "legal_basis", "expires", "wanted_by",
    "starts", "lasts", "every", "until", "participants", "source",
)  # fmt: skip
"""Every column but those of texts, which carry their language: ``title.en``."""
TEXTS = ("name", "role", "title", "text", "place")
NUMBERS = ("quantity", "pledged", "allocated", "deployed")
LISTS = ("gates", "participants")
SECTIONS = {"guarantor": "guarantors", "need": "needs", "commitment": "commitments", "meeting": "meetings"}
ARMED = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "'")
"""What a spreadsheet might run, and the apostrophe that keeps it from that."""


def register_csv(register: RegisterFile) -> bytes:
    """Return a register as CSV, UTF-8 with a byte order mark, so that a spreadsheet reads its letters."""
    whole = register.model_dump(by_alias=True, mode="json", exclude_defaults=True)
    rows = list(_rows(whole))
    texts = sorted({key for row in rows for key in row if "." in key}, key=lambda key: (TEXTS.index(_field(key)), key))
    out = io.StringIO()
    writer = csv.DictWriter(out, [*COLUMNS[:2], *texts, *COLUMNS[2:]], lineterminator="\r\n", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: f"'{value}" if value.startswith(ARMED) else value for key, value in row.items()})
    return out.getvalue().encode("utf-8-sig")


def _field(column: str) -> str:
    return column.partition(".")[0]


def _rows(whole: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    yield {"record": "register", "id": whole["agreement"], "time_zone": whole["time_zone"]}
    for record, section in SECTIONS.items():
        for entry in whole.get(section, ()):
            inner = {key: value for key, value in entry.items() if key not in ("conditions", "steps")}
            yield _row(record, entry["id"], inner)
            for condition in entry.get("conditions", ()):
                yield _row("condition", entry["id"], {"text": condition})
            for step in entry.get("steps", ()):
                yield _row("step", entry["id"], step)


def _row(record: str, name: str, entry: Mapping[str, Any]) -> dict[str, str]:
    row = {"record": record, "id": name}
    for key, value in entry.items():
        if key in TEXTS:
            row |= {f"{key}.{language}": text for language, text in value.items()}
        elif key in LISTS:
            row[key] = " ".join(value)
        elif key != "id":
            row[key] = repr(value) if isinstance(value, float) else str(value)
    return row


def csv_document(content: bytes, name: str) -> tuple[Document | None, tuple[Fault, ...]]:
    """Return a register's CSV as the values of its YAML file, with their lines, and what is no such table.

    Parameters
    ----------
    content : bytes
        UTF-8, with a header.
    name : str
        The file's name, for messages.
    """
    builder = _Builder(name)
    try:
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = [cell.strip() for cell in next(reader, [])]
        if builder.takes(header):
            for line, cells in _lines(reader):
                builder.row(line, dict(zip(header, cells, strict=False)), len(cells) > len(header))
    except UnicodeDecodeError as error:
        builder.fault(None, f"This table is not UTF-8 text: byte {error.start}.", "Save it as CSV UTF-8.")
    except csv.Error as error:
        builder.fault(None, f"This is no CSV: {error}.", "Check the quotes, and that commas part the cells.")
    if builder.refused:
        return None, tuple(builder.faults)
    return Document(name=name, value=builder.value, lines=builder.lines), tuple(builder.faults)


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    # A row's line is the one on which it begins: cells may hold line breaks.
    begin = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begin, cells
        begin = reader.line_num + 1


class _Builder:
    """Build the register's values row by row, remembering the line of each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: dict[str, Any] = {"holdfire": "register/1"}
        self.lines: dict[tuple[str | int, ...], int] = {(): 1}
        self.faults: list[Fault] = []
        self.refused = False
        self.places: dict[str, tuple[str | int, ...]] = {}

    def fault(self, line: int | None, what: str, mend: str, field: str = "") -> None:
        place = self.name if line is None else f"{self.name}:{line}"
        self.refused |= line is None
        where = f"{place}, {field}" if field else place
        self.faults.append(Fault(what=what, where=where, mend=mend, line=line, field=field))

    def takes(self, header: list[str]) -> bool:
        known = [cell for cell in header if cell in COLUMNS or _field(cell) in TEXTS]
        if "record" not in known or "id" not in known:
            what = f"This table has no columns 'record' and 'id': {seen(header)}."
            self.fault(None, what, "Write 'holdfire commitments FILE --export register.csv' to see the columns.")
        for cell in dict.fromkeys(cell for cell in header if cell and cell not in known):
            self.fault(1, f"A column that is not known: {seen(cell)}.", "Rename or remove it.", cell)
        for cell in sorted({cell for cell in known if header.count(cell) > 1}):
            self.fault(1, f"A column stands twice: {seen(cell)}.", "Remove one.", cell)
        return not self.refused

    def row(self, line: int, cells: dict[str, str], too_long: bool) -> None:
        if too_long:
            self.fault(line, "This row has more cells than the header.", "Put cells with commas in quotes.")
        given = {key: _disarmed(cell.strip()) for key, cell in cells.items() if cell.strip()}
        record, name = given.pop("record", ""), given.pop("id", "")
        entry = _entry(given)
        if record == "register":
            self.value |= entry | {"agreement": name}
            self.lines |= {(key,): line for key in ("agreement", *entry)}
        elif record in SECTIONS:
            self.add((SECTIONS[record],), {"id": name} | entry, line)
            if record == "commitment":
                self.places.setdefault(name, (SECTIONS[record], len(self.value[SECTIONS[record]]) - 1))
        elif record not in ("condition", "step"):
            records = ", ".join(("register", *SECTIONS, "condition", "step"))
            self.fault(
                line, f"A row of a sort that is not known: {seen(record)}.", f"Write one of {records}.", "record"
            )
        elif name not in self.places:
            what = f"A {record} of a commitment that no row above it holds: {seen(name)}."
            self.fault(line, what, "Put the commitment's own row before it, under the same id.", "id")
        else:
            held = entry.get("text", {}) if record == "condition" else entry
            self.add((*self.places[name], "conditions" if record == "condition" else "steps"), held, line)

    def add(self, path: tuple[str | int, ...], entry: Any, line: int) -> None:
        place: Any = self.value
        for part in path[:-1]:
            place = place[part]
        entries = place.setdefault(path[-1], [])
        entries.append(entry)
        self.lines.setdefault(path, line)
        here = (*path, len(entries) - 1)
        self.lines |= {here: line} | {(*here, key): line for key in entry}


def _disarmed(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _entry(given: Mapping[str, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for key, cell in given.items():
        if _field(key) in TEXTS:
            entry.setdefault(_field(key), {})[key.partition(".")[2] or "en"] = cell
        elif key in LISTS:
            entry[key] = cell.split()
        else:
            entry[key] = _number(cell) if key in NUMBERS else cell
    return entry


def _number(cell: str) -> float | str:
    # What is no number is left as it stands, for its fault to show.
    try:
        return float(cell)
    except ValueError:
        return cell
