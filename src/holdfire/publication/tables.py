"""Tables: a case's incidents and findings as CSV, GeoJSON and GeoParquet, for one period and one audience.

Turns ``BulletinInputs``, already redacted, into bytes. Rule: rows stand in the order of their ids; a cell that a
spreadsheet would run as a formula is disarmed by an apostrophe; what is not known is left empty, never 0; the same
input gives the same bytes. Source: RFC 4180; OWASP, CSV injection; RFC 7946; GeoParquet 1.1.0.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from holdfire.basics.instants import to_us
from holdfire.publication.digest import sort_rows
from holdfire.publication.geoparquet import write_geoparquet
from holdfire.publication.period import middle_us, period_of
from holdfire.records.bulletin import BulletinInputs

__all__ = ["FINDING_COLUMNS", "INCIDENT_COLUMNS", "render_tables", "stream_tables"]

INCIDENT_COLUMNS = (
    "incident_id",
    "occurred_start",
    "occurred_end",
    "lon",
    "lat",
    "sigma_m",
    "place_name",
    "kind",
    "target_kind",
    "weapon",
    "prob_real_lower",
    "prob_real_upper",
    "casualties_low",
    "casualties_high",
    "n_reports",
    "n_sources",
    "n_independent",
    "languages",
)
FINDING_COLUMNS = (
    "finding_id",
    "incident_id",
    "clause_id",
    "reading",
    "party",
    "standard",
    "prob_lower",
    "prob_upper",
    "real_lower",
    "real_upper",
    "act_lower",
    "act_upper",
    "place_time_lower",
    "place_time_upper",
    "actor_lower",
    "actor_upper",
    "no_exemption_lower",
    "no_exemption_upper",
    "narrows",
    "verdict",
    "basis",
    "verified",
)
PLACE_COLUMNS = ("occurred_start", "occurred_end", "lon", "lat", "sigma_m", "kind")
"""What a finding on a map carries of its incident."""
MAP_COLUMNS = (
    "finding_id",
    "incident_id",
    "clause_id",
    "reading",
    "party",
    "standard",
    "prob_lower",
    "prob_upper",
    "narrows",
    "verdict",
    "verified",
)
"""What a finding carries onto a map."""
SLICE_ROWS = 50_000
"""Rows turned into text at a time: bounds memory, does not touch the result."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""A text cell that begins so may be run by a spreadsheet."""
PROPERTIES = ',"properties":{'
REAL_DIGITS = 9
"""Decimals of a probability in text; more would tell nothing and differ between machines."""
DEGREE_DIGITS = 6
"""RFC 7946, section 11.2: six decimals are about ten centimetres."""


def _instants(column: pa.Array) -> pa.Array:
    """Return instants as ISO 8601 text in UTC."""
    return pc.replace_substring(pc.cast(column, pa.string()), " ", "T")


def _texts(column: pa.Array, disarm: Callable[[str], str]) -> pa.Array:
    """Return texts, each different one treated once."""
    coded = column.dictionary_encode()
    treated = pa.array([disarm(text) for text in coded.dictionary.to_pylist()], pa.string())
    return treated.take(coded.indices)


def disarmed(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula.

    Examples
    --------
    >>> disarmed("=1+1"), disarmed("mortar")
    ("'=1+1", 'mortar')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _slices(table: pa.Table) -> Iterator[pa.Table]:
    for first in range(0, table.num_rows, SLICE_ROWS):
        yield table.slice(first, SLICE_ROWS).combine_chunks()


def _csv_columns(table: pa.Table) -> pa.Table:
    columns = []
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_timestamp(column.type):
            column = _instants(column)
        elif pa.types.is_string(column.type):
            column = _texts(column, disarmed)
        elif pa.types.is_floating(column.type):
            column = pc.round(column, REAL_DIGITS)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def _csv(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    stream.write((",".join(table.column_names) + "\n").encode())
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    for part in _slices(table):
        pacsv.write_csv(_csv_columns(part), stream, options)
    return stream.getvalue()


def _json_texts(column: pa.Array) -> pa.Array:
    """Return each value as JSON text."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        written = pc.binary_join_element_wise('"', _instants(column), '"', "")
    elif pa.types.is_string(kind):
        written = _texts(column, lambda text: json.dumps(text, ensure_ascii=False))
    else:
        written = pc.cast(pc.round(column, REAL_DIGITS) if pa.types.is_floating(kind) else column, pa.string())
    return pc.fill_null(written, "null")


def _geometry(lon: pa.Array, lat: pa.Array) -> pa.Array:
    degrees = [pc.cast(pc.round(axis, DEGREE_DIGITS), pa.string()) for axis in (lon, lat)]
    placed = pc.binary_join_element_wise('{"type":"Point","coordinates":[', degrees[0], ",", degrees[1], "]}", "")
    return pc.fill_null(placed, "null")


def _features(table: pa.Table, id_column: str) -> list[str]:
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    lon, lat = columns.pop("lon"), columns.pop("lat")
    parts: list[Any] = ['{"type":"Feature","id":', _json_texts(columns[id_column]), ',"geometry":', _geometry(lon, lat)]
    for number, (name, column) in enumerate(columns.items()):
        parts += [f'{"," if number else PROPERTIES}"{name}":', _json_texts(column)]
    found: list[str] = pc.binary_join_element_wise(*parts, "}}", "").to_pylist()
    return found


def _geojson(table: pa.Table, id_column: str) -> bytes:
    """Return a FeatureCollection, one feature a line; a row without a place is a feature without geometry."""
    stream = io.BytesIO()
    stream.write(b'{"type":"FeatureCollection","features":[')
    for number, part in enumerate(_slices(table)):
        stream.write(((",\n" if number else "\n") + ",\n".join(_features(part, id_column))).encode())
    stream.write(b"\n]}\n")
    return stream.getvalue()


def _suppressed(incidents: pa.Table, min_count: int) -> pa.Table:
    """Return no incidents at all where there are some, but fewer than the policy lets be told."""
    return incidents.slice(0, 0) if 0 < incidents.num_rows < min_count else incidents


def _tables(case: BulletinInputs, start: datetime, end: datetime) -> tuple[pa.Table, pa.Table]:
    period = period_of(case.agreement, start, end)
    at_us = middle_us(case.incidents)
    within = (at_us >= to_us(period.start)) & (at_us < to_us(period.end))
    incidents = sort_rows(case.incidents.filter(pa.array(within)))
    if case.release.audience == "public":
        incidents = _suppressed(incidents, case.release.min_count)
    ids = incidents["incident_id"].combine_chunks()
    known = pc.or_(pc.is_in(case.findings["incident_id"], value_set=ids), pc.is_null(case.findings["incident_id"]))
    findings = sort_rows(case.findings.filter(known)).select(list(FINDING_COLUMNS))
    rows = pc.index_in(findings["incident_id"], value_set=ids)
    for name in PLACE_COLUMNS:
        column = incidents[name].combine_chunks()
        taken = column.take(rows.combine_chunks()) if len(column) else pa.nulls(len(rows), column.type)
        findings = findings.append_column(name, taken)
    return incidents.select(list(INCIDENT_COLUMNS)), findings


def stream_tables(
    case: BulletinInputs, *, start: datetime, end: datetime, forms: Sequence[str] = ("csv", "geojson", "geoparquet")
) -> Iterator[tuple[str, bytes]]:
    """Yield the period's incidents and findings as files, one at a time.

    Parameters
    ----------
    case : BulletinInputs
        Already redacted for its audience.
    start, end : datetime
        Aware instants; an incident counts where the middle of its interval lies, as in the bulletin.
    forms : sequence of str
        Of ``csv``, ``geojson`` and ``geoparquet``; other names are left to others.

    Yields
    ------
    (str, bytes)
        ``incidents.csv``, ``findings.csv`` and so on, each complete: no row is left out for its number. In GeoJSON a
        finding stands without its factors' bounds.
    """
    incidents, findings = _tables(case, start, end)
    mapped = findings.drop_columns([name for name in FINDING_COLUMNS if name not in MAP_COLUMNS])
    if "csv" in forms:
        yield "incidents.csv", _csv(incidents)
        yield "findings.csv", _csv(findings)
    if "geojson" in forms:
        yield "incidents.geojson", _geojson(incidents, "incident_id")
        yield "findings.geojson", _geojson(mapped, "finding_id")
    if "geoparquet" in forms:
        yield "incidents.geoparquet", write_geoparquet(incidents)
        yield "findings.geoparquet", write_geoparquet(findings)


def render_tables(
    case: BulletinInputs, *, start: datetime, end: datetime, forms: Sequence[str] = ("csv", "geojson", "geoparquet")
) -> dict[str, bytes]:
    """Return all the files of ``stream_tables`` by name, together in memory."""
    return dict(stream_tables(case, start=start, end=end, forms=forms))
