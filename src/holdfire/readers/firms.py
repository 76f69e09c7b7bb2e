"""FIRMS: active-fire points of MODIS and VIIRS into signals.

Turns a row into one report of the kind ``signal/thermal``. Rules: a thermal point is not a strike, it corroborates; the
heat began within 12 h before the pass; the place's error follows from the pixel; a report's id is the hash of its row,
so that two rows are one report only where every cell is the same. Source: NASA FIRMS attribute tables; tables
places, times, credibility.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from holdfire.readers.cells import Row
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition, recognise_columns
from holdfire.readers.refusals import CellFault
from holdfire.readers.rowwise import read_rows
from holdfire.readers.tables import known_path, load_table
from holdfire.readers.values import day, number
from holdfire.records.source import Source

__all__ = ["FirmsReader"]

WANTED = ("latitude", "longitude", "scan", "track", "acq_date", "acq_time", "confidence")
MAX_PIXEL_KM = 20.0
SATELLITES = {
    "modis": Source(source_id="firms:modis", name="NASA FIRMS, MODIS (Terra and Aqua)", kind="satellite"),
    "viirs": Source(source_id="firms:viirs", name="NASA FIRMS, VIIRS", kind="satellite"),
}


def _acquired(row: Row) -> datetime:
    on = day(row.get("acq_date"), "acq_date")
    text = row.get("acq_time").replace(":", "").zfill(4)
    if not (text.isdigit() and len(text) == 4 and int(text[:2]) < 24 and int(text[2:]) < 60):
        what = f"This is no time of day: {row.get('acq_time')[:20]!r}."
        raise CellFault("acq_time", what, "FIRMS writes hours and minutes in UTC as 0923.")
    return datetime(on.year, on.month, on.day, int(text[:2]), int(text[2:]), tzinfo=UTC)


def _sigma_m(row: Row) -> float:
    sides = [number(row.get(name), name) for name in ("scan", "track")]
    for name, side in zip(("scan", "track"), sides, strict=True):
        if side is None or not 0.0 < side <= MAX_PIXEL_KM:
            raise CellFault(
                name, f"This is no side of a pixel in km: {row.get(name)[:20]!r}.", "FIRMS writes 0.3 to 5."
            )
    table = load_table("places")["firms_pixel"]
    pixel_m2 = sum((1000.0 * side) ** 2 for side in sides if side is not None) / 24.0
    return math.sqrt(pixel_m2 + float(table["geolocation_m"]) ** 2)


def _credibility(text: str) -> int | None:
    letters: dict[str, int] = load_table("credibility")["firms_viirs"]["codes"]
    if not text or text.casefold() in letters:
        return letters.get(text.casefold())
    value = number(text, "confidence") or 0.0
    bounds = load_table("credibility")["firms_modis"]["bounds"]
    return next((int(row["credibility"]) for row in bounds if value >= row["from"]), None)


def _instrument(row: Row) -> str:
    named = row.get("instrument").casefold()
    if named in SATELLITES:
        return named
    if named:
        what = f"This instrument is none of FIRMS' two: {row.get('instrument')[:20]!r}."
        raise CellFault("instrument", what, "FIRMS writes MODIS or VIIRS.")
    return "viirs" if row.get("bright_ti4") or row.get("confidence").casefold() in ("l", "n", "h") else "modis"


def _explode(row: Row, context: Context) -> tuple[list[dict[str, Any]], list[Source]]:
    source = SATELLITES[_instrument(row)]
    acquired = _acquired(row)
    hours_before = load_table("times")["firms_acquisition"]["hours_before"]
    content = "\x1f".join(f"{name}={text}" for name, text in sorted(row.cells.items()))
    power = row.get("frp")
    seen = " ".join(part for part in (row.get("instrument"), row.get("satellite")) if part)
    report = {
        "report_id": f"{source.source_id}:{hashlib.sha256(content.encode()).hexdigest()[:20]}",
        "source_id": source.source_id,
        "occurred_start": acquired - timedelta(hours=hours_before),
        "occurred_end": acquired + timedelta(minutes=1),
        "reported_start": acquired,
        "reported_end": acquired + timedelta(minutes=1),
        "lon": number(row.get("longitude"), "longitude"),
        "lat": number(row.get("latitude"), "latitude"),
        "sigma_m": _sigma_m(row),
        "place_model": "point",
        "kind": known_path("signal/thermal", context.kinds),
        "kind_code": f"firms:confidence={row.get('confidence')}",
        "credibility": _credibility(row.get("confidence")),
        "text": f"{seen}: {power} MW" if power else None,
        "language": "en" if power else None,
    }
    if report["lon"] is None or report["lat"] is None:
        raise CellFault("latitude", "This point has no coordinate: ''.", "FIRMS gives every point one.")
    return [report], [source]


class FirmsReader:
    """Read NASA FIRMS active-fire points."""

    name = "firms"
    attribution = "Active-fire data: NASA FIRMS"

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise FIRMS by the columns that MODIS and VIIRS share."""
        return recognise_columns(probe, WANTED, ("delimited",))

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield one signal for each point."""
        return read_rows(probe, context, _explode)
