"""Sirens: air-raid alerts by region, district or community into signals.

Turns a row into one report of the kind ``signal/air_raid_alert``. Rules: an alert is not an attack, it corroborates; it
lasts ``[started_at, finished_at)``; its place is an area: the district or community where polygons of it are given,
otherwise the region that holds it. A region that no table knows is a place by name only. Source: air-raid alerts of
Ukraine; tables/units.yaml.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from holdfire.basics.instants import parse_instant
from holdfire.errors import InputError
from holdfire.readers.cells import Row
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition, recognise_columns
from holdfire.readers.refusals import CellFault
from holdfire.readers.rowwise import read_rows
from holdfire.readers.tables import known_path
from holdfire.records.source import Source

__all__ = ["SirensReader"]

WANTED = ("oblast", "started_at", "finished_at")
SOURCE = Source(source_id="sirens:ua", name="Air-raid alerts of Ukraine", side="Ukraine", kind="sensor")


def _instant(row: Row, column: str) -> datetime:
    try:
        return parse_instant(row.get(column), "UTC")
    except InputError as error:
        raise CellFault(column, error.what, error.mend) from error


def _explode(row: Row, context: Context) -> tuple[list[dict[str, Any]], list[Source]]:
    names = [name for name in (row.get("hromada"), row.get("raion"), row.get("oblast")) if name]
    if not names:
        raise CellFault("oblast", "This alert names no region: ''.", "Fill it in.")
    started, finished = _instant(row, "started_at"), _instant(row, "finished_at")
    area = context.areas.find(*names)
    place: dict[str, Any] = {"place_model": "unknown"}
    if area is not None:
        place = {
            "place_model": "area",
            "area_id": area.area_id,
            "lon": area.lon,
            "lat": area.lat,
            "sigma_m": area.sigma_m,
        }
    content = "\x1f".join([*names, started.isoformat(), finished.isoformat(), row.get("source")])
    report = {
        **place,
        "report_id": f"sirens:ua:{hashlib.sha256(content.encode()).hexdigest()[:20]}",
        "source_id": SOURCE.source_id,
        "occurred_start": started,
        "occurred_end": finished,
        "reported_start": started,
        "reported_end": finished,
        "place_name": ", ".join(names),
        "kind": known_path("signal/air_raid_alert", context.kinds),
        "kind_code": f"sirens:level={row.get('level')}",
    }
    return [report], [SOURCE]


class SirensReader:
    """Read air-raid alerts of Ukraine."""

    name = "sirens"
    attribution = "Air-raid data (c) 2022 Vadym Klymenko, MIT"

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise alerts by their columns."""
        return recognise_columns(probe, WANTED, ("delimited",))

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield one signal for each alert."""
        return read_rows(probe, context, _explode)
