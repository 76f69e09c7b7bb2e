"""Mapping: what a person says of the columns of a table of their own.

Turns a YAML document into a checked mapping, and names all of its faults at once. Rules: every field of a report is a
column, several columns, or a constant; a time states its zone; a word that a table of values does not hold refuses
the row unless the mapping says otherwise. Leaves the reading to ``generic``, the proposing to ``propose``. Source:
docs/how-to/read-your-own-file.md.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from holdfire.basics.documents import Document, nearest_name, read_document
from holdfire.basics.instants import zone_named
from holdfire.errors import DocumentError, Fault, InputError
from holdfire.readers.propose import propose_mapping
from holdfire.readers.streams import open_bytes
from holdfire.records.fields import Duration, Model
from holdfire.records.report import REPORT_SCHEMA

__all__ = ["FieldRule", "FileForm", "Mapping", "load_mapping", "propose_mapping", "read_mapping"]

MAX_BYTES = 4 * 1024 * 1024
FORMAT_CODES = frozenset("%" + letter for letter in "aAbBdmyYHIMSfpzjZ%")
_CODE = re.compile("%.?", re.DOTALL)
PROVENANCE = ("raw_sha256", "raw_file", "raw_row", "reader")


def _zone(name: str) -> str:
    try:
        zone_named(name)
    except InputError as error:
        raise ValueError(f"{error.what} {error.mend}") from error
    return name


def _format(text: str) -> str:
    unknown = [code for code in _CODE.findall(text) if code not in FORMAT_CODES]
    if unknown or "%" not in text:
        raise ValueError(f"This is no format of a time: {text[:40]!r}. Write it as in '%d.%m.%Y %H:%M'.")
    return text


Format = Annotated[str, AfterValidator(_format)]
Zone = Annotated[str, AfterValidator(_zone), Field(description="IANA name of a time zone, such as Europe/Kyiv.")]
# Blanks are meant here, so they are not stripped as elsewhere.
Letter = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)]
Letters = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=8)]
Scalar = str | int | float | bool | None


class FileForm(Model):
    """Say how a file is written; what is not said is found out."""

    encoding: str | None = Field(None, description="utf-8, utf-16, cp1251, koi8-u …")
    delimiter: Letter | None = Field(None, description='Between cells; a tab is written "\\t".')
    decimal: Literal[".", ","] = Field(".", description="What stands before the decimals of a number.")
    sheet: str | None = Field(None, description="Sheet of a workbook; the first one where none is named.")
    header_row: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="Row that names the columns.")


class FieldRule(Model):
    """Say where one field of a report comes from."""

    column: str | None = Field(None, description="The column that holds it.")
    columns: list[str] | None = Field(None, description="Several columns, joined by blanks.")
    constant: Scalar = Field(None, description="The same value for all rows.")
    formats: list[Format] = Field(
        default_factory=list, description="Of days and instants, as in strptime: '%d.%m.%Y %H:%M'."
    )
    zone: Zone | None = Field(None, description="Zone of a time that states no offset.")
    lasts: Duration | None = Field(None, description="Is added to a time: '1 d' for the end of a day.")
    unit: Literal["m", "km", "nmi", "mi", "ft"] = "m"
    table: Literal["words", "ucdp_where_prec", "acled_geo_precision"] | None = Field(
        None, description="Turns a code of precision into metres."
    )
    values: dict[str, Scalar] | None = Field(
        None, description="From the words of the column to the values of the field."
    )
    otherwise: Literal["refuse", "null", "keep"] | None = Field(
        "refuse", description="For words that 'values' does not hold; null is 'not said'."
    )
    separator: Letters | None = Field(
        None, description="Between the parts of a cell: of a list, or of a pair of coordinates."
    )
    part: Annotated[int, Field(ge=1, le=8)] | None = Field(None, description="Which part of the cell; 1 is the first.")

    @model_validator(mode="after")
    def _one_origin(self) -> FieldRule:
        origins = [self.column is not None, self.columns is not None, "constant" in self.model_fields_set]
        if sum(origins) != 1:
            raise ValueError("A field comes from one of 'column', 'columns' or 'constant'.")
        if self.part is not None and self.separator is None:
            raise ValueError("'part' needs the 'separator' of the parts.")
        if self.table is not None and self.values is not None:
            raise ValueError("Give 'table' or 'values', not both.")
        return self

    @property
    def used(self) -> tuple[str, ...]:
        """Return the columns that the field comes from."""
        return (self.column,) if self.column is not None else tuple(self.columns or ())


class Mapping(Model):
    """Say how the rows of a table become reports."""

    holdfire: Literal["mapping/1"] = Field(description="The format of this document.")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = Field(
        description="Of the table; in ids of reports."
    )
    attribution: str = Field("", description="The line that the data's licence asks to show.")
    zone: Zone | None = Field(None, description="Zone of all times that state none.")
    file: FileForm = Field(default_factory=lambda: FileForm())
    fields: dict[str, FieldRule] = Field(description="From fields of a report to where they come from.")
    carry: list[str] = Field(default_factory=list, description="Further columns to be carried along as text.")

    @property
    def used(self) -> tuple[str, ...]:
        """Return every column that the mapping needs, each once."""
        return tuple(dict.fromkeys(name for rule in self.fields.values() for name in rule.used))


TIMES = ("occurred_start", "occurred_end", "reported_start", "reported_end", "received_at")


def _field_faults(mapping: Mapping, document: Document) -> list[Fault]:
    """Return what a schema cannot see: unknown fields, no source, a time without a zone."""
    faults: list[Fault] = []
    known = [name for name in REPORT_SCHEMA.names if name not in PROVENANCE]
    for name, rule in mapping.fields.items():
        path = ("fields", name)
        if name not in known:
            near = nearest_name(name, known)
            what = f"A report has no field {name!r}."
            faults.append(document.fault(path, what, f"Write {near!r}." if near else "Name it under 'carry'."))
        if name in TIMES and rule.zone is None and mapping.zone is None:
            what = f"The time zone of {name!r} is not stated."
            faults.append(document.fault(path, what, "Add 'zone: Europe/Kyiv' here, or 'zone' for the whole table."))
        if name not in TIMES and (rule.formats or rule.lasts):
            faults.append(document.fault(path, f"{name!r} is no time.", "Remove 'formats' and 'lasts'."))
        if rule.table is not None and name != "sigma_m":
            faults.append(document.fault(path, "'table' gives metres.", "Use it for sigma_m, or write 'values'."))
    if "source_id" not in mapping.fields:
        mend = "Add 'source_id: {constant: the-office}', or its column."
        faults.append(document.fault(("fields",), "This mapping names no source.", mend))
    for first, second in (("lon", "lat"), ("lat", "lon")):
        if first in mapping.fields and second not in mapping.fields:
            faults.append(
                document.fault(("fields", first), f"{first!r} is mapped, {second!r} is not.", f"Map {second!r}.")
            )
    return faults


def _schema_faults(error: ValidationError, document: Document) -> list[Fault]:
    faults = []
    for item in error.errors(include_url=False, include_context=False):
        path = tuple(part for part in item["loc"] if not (isinstance(part, str) and part.startswith("function-")))
        known = sorted({*Mapping.model_fields, *FieldRule.model_fields, *FileForm.model_fields})
        if item["type"] == "extra_forbidden":
            name = str(path[-1])
            near = nearest_name(name, known)
            faults.append(
                document.fault(
                    path, f"A mapping has no field {name!r} here.", f"Write {near!r}." if near else "Remove it."
                )
            )
            continue
        seen = repr(item.get("input"))[:60]
        message = item["msg"].removeprefix("Value error, ")
        faults.append(document.fault(path, f"{message.rstrip('.')}: {seen}.", "See docs/how-to/read-your-own-file.md."))
    return faults


def read_mapping(content: bytes, name: str) -> Mapping:
    """Return the mapping of YAML or JSON bytes.

    Raises
    ------
    DocumentError
        It has faults; all are named.

    Examples
    --------
    >>> read_mapping(b"{holdfire: mapping/1, name: log, fields: {source_id: {constant: me}}}", "log.yaml").used
    ()
    """
    document = read_document(content, name)
    if not isinstance(document.value, dict):
        fault = document.fault((), "A mapping is a document of fields.", "Begin it with 'holdfire: mapping/1'.")
        raise DocumentError(name, (fault,))
    value: dict[str, Any] = document.value
    try:
        mapping = Mapping.model_validate(value)
    except ValidationError as error:
        raise DocumentError(name, tuple(_schema_faults(error, document))) from error
    faults = _field_faults(mapping, document)
    if faults:
        raise DocumentError(name, tuple(faults))
    return mapping


def load_mapping(path: Path) -> Mapping:
    """Return the mapping of a file.

    Raises
    ------
    DocumentError
        It has faults; all are named.
    MissingInputError
        There is no such file.
    """
    with open_bytes(path) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        fault = Fault(what=f"This mapping is larger than {MAX_BYTES} bytes.", where=str(path), mend="Shorten it.")
        raise DocumentError(str(path), (fault,))
    return read_mapping(content, str(path))
