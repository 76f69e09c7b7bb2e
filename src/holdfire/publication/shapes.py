"""Shapes: the zones and lines of an agreement as they stand at the end of a period.

Turns zone shapes and dated lines into what a map draws. Rule: shapes that are the same under several readings
stand once, with those readings; a zone without bounds is not drawn. Leaves projection and clipping to the map.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import shapely

from holdfire.basics.instants import parse_instant
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin import Period
from holdfire.records.bulletin_parts import LineShape, ZoneDrawing
from holdfire.records.zones import Line, LineVersion

__all__ = ["line_shapes", "zone_drawings", "zone_geometries"]


def _stands(row: dict[str, Any], at: datetime) -> bool:
    return (row["start"] is None or row["start"] <= at) and (row["end"] is None or at < row["end"])


def _meets(row: dict[str, Any], period: Period) -> bool:
    starts = row["start"] is None or row["start"] < period.end
    return starts and (row["end"] is None or row["end"] > period.start)


def zone_drawings(shapes: pa.Table, agreement: Agreement, period: Period) -> tuple[ZoneDrawing, ...]:
    """Return the bounded zones as they stand in the period's last instant, else as they last stood in it."""
    last = period.end - timedelta(microseconds=1)
    chosen: dict[tuple[str, str], dict[str, Any]] = {}
    rows = sorted(
        shapes.to_pylist(), key=lambda row: (row["start"] is not None, row["start"] or last, row["wkb"] or b"")
    )
    for row in rows:
        if row["wkb"] is not None and _meets(row, period):
            key = (row["zone_id"], row["reading"])
            if key not in chosen or _stands(row, last) or not _stands(chosen[key], last):
                chosen[key] = row
    order = {reading.id: number for number, reading in enumerate(agreement.readings)}
    zones = {zone.id: number for number, zone in enumerate(agreement.zones)}
    drawn: dict[tuple[str, bytes], list[str]] = {}
    for zone_id, reading in sorted(
        chosen, key=lambda key: (zones.get(key[0], len(zones)), key[0], order.get(key[1], 0))
    ):
        drawn.setdefault((zone_id, chosen[zone_id, reading]["wkb"]), []).append(reading)
    return tuple(
        ZoneDrawing(zone_id=zone_id, readings=tuple(readings), wkb=wkb) for (zone_id, wkb), readings in drawn.items()
    )


def zone_geometries(drawings: tuple[ZoneDrawing, ...]) -> dict[str, shapely.Geometry]:
    """Return each zone's geometry by id, of every reading together."""
    parts: dict[str, list[shapely.Geometry]] = {}
    for drawing in drawings:
        parts.setdefault(drawing.zone_id, []).append(shapely.make_valid(shapely.from_wkb(drawing.wkb)))
    return {zone_id: shapely.union_all(found) for zone_id, found in parts.items()}


def _version_at(line: Line, at: datetime, zone: str) -> LineVersion | None:
    found = None
    for version in line.versions:
        start = None if version.start is None else parse_instant(version.start, zone)
        end = None if version.end is None else parse_instant(version.end, zone)
        if (start is None or start <= at) and (end is None or at < end):
            found = version
    return found


def line_shapes(agreement: Agreement, period: Period) -> tuple[LineShape, ...]:
    """Return the lines as they stand in the period's last instant, with the readings that measure from them.

    A line that no reading puts in another's place is measured from under every reading.
    """
    last = period.end - timedelta(microseconds=1)
    named = {line for reading in agreement.readings for line in reading.lines.values()}
    shapes = []
    for line in agreement.lines:
        version = _version_at(line, last, agreement.time_zone)
        if version is None:
            continue
        readings = tuple(
            reading.id
            for reading in agreement.readings
            if line.id in reading.lines.values() or (line.id not in named and line.id not in reading.lines)
        )
        shapes.append(LineShape(line_id=line.id, readings=readings, coordinates=tuple(version.coordinates)))
    return tuple(shapes)
