"""Tables: a case's incidents and findings as CSV, GeoJSON and GeoParquet, for one period and one audience.

Turns ``BulletinInputs``, already redacted, into bytes. Rule: rows stand in the order of their ids; a cell that a
spreadsheet would run as a formula is disarmed by an apostrophe; what is not known is left empty, never 0; the same
input gives the same bytes. Source: RFC 4180; OWASP, CSV injection; RFC 7946; GeoParquet 1.1.0.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.canonical import canonical_json
from holdfire.basics.instants import to_us
from holdfire.publication.geoparquet import write_geoparquet
from holdfire.publication.period import middle_us, period_of
from holdfire.records.bulletin import BulletinInputs

__all__ = ["FINDING_COLUMNS", "INCIDENT_COLUMNS", "render_tables"]

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
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""A text cell that begins so may be run by a spreadsheet."""
DEGREE_DIGITS = 6
"""RFC 7946, section 11.2: six decimals are about ten centimetres."""


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: instants and days in ISO 8601, in UTC."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet runs.

    Examples
    --------
    >>> _cell("=1+1"), _cell(-0.5), _cell(None), _cell(True)
    ("'=1+1", '-0.5', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(round(value, 9))
    text = str(_plain(value))
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _csv(table: pa.Table) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(table.column_names)
    for batch in table.to_batches(max_chunksize=65_536):
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return stream.getvalue().encode("utf-8")


def _geojson(table: pa.Table, id_column: str) -> bytes:
    """Return a FeatureCollection; a row without a place is a feature without geometry."""
    features = []
    for row in table.to_pylist():
        lon, lat = row.pop("lon"), row.pop("lat")
        geometry = None
        if lon is not None and lat is not None:
            geometry = {"type": "Point", "coordinates": [round(lon, DEGREE_DIGITS), round(lat, DEGREE_DIGITS)]}
        features.append(
            {
                "type": "Feature",
                "id": row[id_column],
                "geometry": geometry,
                "properties": {name: _plain(value) for name, value in row.items()},
            }
        )
    return canonical_json({"type": "FeatureCollection", "features": features}) + b"\n"


def _sorted(table: pa.Table, key: str) -> pa.Table:
    return table.take(pc.sort_indices(table, sort_keys=[(key, "ascending")])).combine_chunks()


def _suppressed(incidents: pa.Table, min_count: int) -> pa.Table:
    """Return no incidents at all where there are some, but fewer than the policy lets be told."""
    return incidents.slice(0, 0) if 0 < incidents.num_rows < min_count else incidents


def _tables(case: BulletinInputs, start: datetime, end: datetime) -> tuple[pa.Table, pa.Table]:
    period = period_of(case.agreement, start, end)
    at_us = middle_us(case.incidents)
    within = (at_us >= to_us(period.start)) & (at_us < to_us(period.end))
    incidents = _sorted(case.incidents.filter(pa.array(within)), "incident_id")
    if case.release.audience == "public":
        incidents = _suppressed(incidents, case.release.min_count)
    ids = incidents["incident_id"].combine_chunks()
    known = pc.or_(pc.is_in(case.findings["incident_id"], value_set=ids), pc.is_null(case.findings["incident_id"]))
    findings = _sorted(case.findings.filter(known), "finding_id").select(list(FINDING_COLUMNS))
    rows = pc.index_in(findings["incident_id"], value_set=ids)
    for name in PLACE_COLUMNS:
        column = incidents[name].combine_chunks()
        taken = column.take(rows.combine_chunks()) if len(column) else pa.nulls(len(rows), column.type)
        findings = findings.append_column(name, taken)
    return incidents.select(list(INCIDENT_COLUMNS)), findings


def render_tables(
    case: BulletinInputs, *, start: datetime, end: datetime, forms: Sequence[str] = ("csv", "geojson", "geoparquet")
) -> dict[str, bytes]:
    """Return the period's incidents and findings as files by name.

    Parameters
    ----------
    case : BulletinInputs
        Already redacted for its audience.
    start, end : datetime
        Aware instants; an incident counts where the middle of its interval lies, as in the bulletin.
    forms : sequence of str
        Of ``csv``, ``geojson`` and ``geoparquet``.

    Returns
    -------
    dict of str to bytes
        ``incidents.csv``, ``findings.csv`` and so on, each complete: no row is left out for its number.
    """
    incidents, findings = _tables(case, start, end)
    written: dict[str, bytes] = {}
    for name, table, id_column in (("incidents", incidents, "incident_id"), ("findings", findings, "finding_id")):
        if "csv" in forms:
            written[f"{name}.csv"] = _csv(table)
        if "geojson" in forms:
            written[f"{name}.geojson"] = _geojson(table, id_column)
        if "geoparquet" in forms:
            written[f"{name}.geoparquet"] = write_geoparquet(table)
    return written
