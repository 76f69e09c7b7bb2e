"""Generic: tables of the user's own, through a mapping.

Turns the cells of a CSV, GeoJSON, XLSX or Parquet file into reports as a mapping says. Rules: a cell that a rule
cannot read refuses its row and names the file's own column; a report without an id of its own gets the hash of its
row; a time without an end lasts as long as its format leaves open. Work is done on whole columns. Leaves the
mapping's own faults to ``mapping``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.units import LENGTHS_M
from holdfire.readers.canonical import as_reports, split_good
from holdfire.readers.cells import CellBatch
from holdfire.readers.checks import RowFaults
from holdfire.readers.columns import coerce_column
from holdfire.readers.mapping import TIMES, FieldRule, Mapping
from holdfire.readers.probe import Hints, Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition
from holdfire.readers.tables import error_models, fold
from holdfire.readers.times import add_duration, parse_times
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import NAMES

__all__ = ["GenericReader"]


def _trimmed(column: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _part(column: pa.Array, rule: FieldRule) -> pa.Array:
    if rule.part is None or rule.separator is None:
        return column
    at, separator = rule.part - 1, rule.separator
    parts = [None if text is None else text.split(separator) for text in column.to_pylist()]
    return pa.array([p[at].strip() or None if p is not None and len(p) > at else None for p in parts], pa.string())


def _constant(value: Any, n: int) -> pa.Array:
    if value is None:
        return pa.nulls(n, pa.string())
    if isinstance(value, bool):
        return pa.repeat(pa.scalar(str(value).lower()), n)
    return pa.repeat(pa.scalar(str(value)), n)


class GenericReader:
    """Read tables by a mapping.

    Parameters
    ----------
    mapping : Mapping
    """

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        form = mapping.file
        self.hints = Hints(
            encoding=form.encoding, delimiter=form.delimiter, sheet=form.sheet, header_row=form.header_row
        )

    @property
    def name(self) -> str:
        """Return ``generic``."""
        return "generic"

    @property
    def attribution(self) -> str:
        """Return the line that the mapping states."""
        return self.mapping.attribution

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise a file that has every column which the mapping names."""
        wanted = (*self.mapping.used, *self.mapping.carry)
        missing = [name for name in wanted if name not in probe.names]
        if missing:
            return Recognition(ok=False, why=f"the file lacks {', '.join(missing[:4])}")
        return Recognition(ok=True, why="it has the columns of the mapping")

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield the reports of a file in batches."""
        for batch in probe.batches():
            yield self._batch(batch, probe, context)

    def _batch(self, batch: CellBatch, probe: Probe, context: Context) -> ReadBatch:
        n = int(batch.numbers.size)
        faults = RowFaults(n)
        columns: dict[str, pa.Array] = {}
        for name, rule in self.mapping.fields.items():
            columns[name] = self._field(name, rule, batch, faults)
        self._complete(columns, batch, faults)
        for name in self.mapping.carry:
            if name not in REPORT_SCHEMA.names:
                columns[name] = batch.column(name)
        columns["raw_row"] = pa.array(batch.numbers, pa.int64())
        table, found = as_reports(columns, n, context, faults)
        good, refusals, n_more = split_good(table, found, probe.name, batch.numbers, batch.raw)
        own = {name: rule.used[0] for name, rule in self.mapping.fields.items() if rule.used}
        refusals = [replace(refusal, column=own.get(refusal.column or "", refusal.column)) for refusal in refusals]
        return ReadBatch(
            reports=good,
            refusals=(*batch.refusals, *refusals),
            n_rows=batch.n_rows,
            n_unlisted=batch.n_unlisted + n_more,
        )

    def _field(self, name: str, rule: FieldRule, batch: CellBatch, faults: RowFaults) -> pa.Array:
        n = int(batch.numbers.size)
        if not rule.used:
            text = _constant(rule.constant, n)
        elif len(rule.used) == 1:
            text = _part(_trimmed(batch.column(rule.used[0])), rule)
        else:
            parts = [pc.fill_null(_trimmed(batch.column(column)), "") for column in rule.used]
            text = _trimmed(pc.binary_join_element_wise(*parts, " "))
        kind = REPORT_SCHEMA.field(name).type
        if rule.table is not None:
            codes = {fold(code): model.sigma_m for code, model in error_models(rule.table).items()}
            text = self._looked_up(text, codes, name, rule, faults)
        elif rule.values is not None:
            text = self._looked_up(text, {fold(key): value for key, value in rule.values.items()}, name, rule, faults)
        if name in TIMES:
            return parse_times(text, rule.formats, rule.zone or self.mapping.zone or "UTC", rule.lasts, name, faults)
        if kind == pa.float64():
            return self._number(text, rule, name, faults)
        if kind == NAMES and rule.separator is not None and rule.part is None:
            return pc.split_pattern(text, rule.separator)
        return text

    def _number(self, text: pa.Array, rule: FieldRule, name: str, faults: RowFaults) -> pa.Array:
        if rule.table is None and self.mapping.file.decimal != ".":
            # A point in a cell without a comma is left: it is likelier a decimal point than a thousands one.
            with_comma = pc.fill_null(pc.match_substring(text, ","), False)
            text = pc.if_else(with_comma, pc.replace_substring(pc.replace_substring(text, ".", ""), ",", "."), text)
        value = coerce_column(text, pa.float64(), name, faults)
        return pc.multiply(value, LENGTHS_M[rule.unit]) if name == "sigma_m" and rule.table is None else value

    def _looked_up(
        self, text: pa.Array, values: dict[str, Any], name: str, rule: FieldRule, faults: RowFaults
    ) -> pa.Array:
        """Return the values of a table for the words of a column."""
        encoded = text.dictionary_encode()
        words: list[str] = encoded.dictionary.to_pylist()
        found: list[str | None] = []
        unknown: list[bool] = []
        for word in words:
            known = fold(word) in values
            value = values[fold(word)] if known else (word if rule.otherwise == "keep" else None)
            found.append(None if value is None else str(value))
            unknown.append(not known and rule.otherwise == "refuse")
        indices = pc.fill_null(encoded.indices, len(words)).to_numpy(zero_copy_only=False)
        bad = np.asarray([*unknown, False], np.bool_)[indices]
        faults.add(
            bad,
            name,
            lambda i: f"The mapping's values for {name!r} do not hold this word: {text[i].as_py()[:60]!r}.",
            "Add it to 'values', or write 'otherwise: null' or 'otherwise: keep'.",
        )
        return pa.array([*found, None], pa.string()).take(pa.array(indices))

    def _complete(self, columns: dict[str, pa.Array], batch: CellBatch, faults: RowFaults) -> None:
        """Fill in what follows from other fields: id, end of the time, model of the place."""
        n = int(batch.numbers.size)
        rule = self.mapping.fields.get("occurred_start")
        if "occurred_end" not in columns and rule is not None:
            columns["occurred_end"] = add_duration(columns["occurred_start"], rule.formats, rule.lasts)
        place = self.mapping.fields.get("sigma_m")
        if place is not None and place.table is not None and "place_model" not in columns and place.used:
            models = {fold(code): model.model for code, model in error_models(place.table).items()}
            keep = place.model_copy(update={"otherwise": "null"})
            text = _part(_trimmed(batch.column(place.used[0])), place)
            columns["place_model"] = self._looked_up(text, models, "sigma_m", keep, faults)
        if "report_id" not in columns:
            cells = [column.to_pylist() for column in batch.columns]
            ids = []
            for row in zip(*cells, strict=True) if cells else ():
                content = "\x1f".join(value or "" for value in row)
                ids.append(f"{self.mapping.name}:{hashlib.sha256(content.encode()).hexdigest()[:20]}")
            columns["report_id"] = pa.array(ids, pa.string()) if n else pa.nulls(0, pa.string())
