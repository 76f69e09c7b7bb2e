"""Report: one source's word about something that happened, as the readers hand it on.

Rule: a report keeps its id and never changes; null means that the source does not say. Source: DESIGN,
section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT, NAMES

__all__ = ["REPORT_SCHEMA", "REQUIRED_COLUMNS", "Report"]

REQUIRED_COLUMNS = (
    "report_id",
    "source_id",
    "occurred_start",
    "occurred_end",
    "lon",
    "lat",
    "sigma_m",
    "kind",
    "actor",
    "text",
)
"""What every canonical report Parquet holds; the other columns are optional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Hold one report; the fields are the columns of ``REPORT_SCHEMA``.

    Attributes
    ----------
    report_id, source_id : str
        Ids, unique within a case.
    occurred_start, occurred_end : datetime or None
        ``[start, end)`` within which it happened, UTC; None = not said.
    received_at, reported_start, reported_end : datetime or None
        When it came in, and the interval that the source states for its own publication, UTC.
    place_model : str or None
        ``point``, ``area`` or ``unknown``; None is read as ``point`` where lon and lat are given.
    lon, lat : float or None
        Degrees, WGS84; None = unknown. For an area: a point inside it.
    sigma_m : float or None
        1-sigma radius per axis of a circular normal, metres, >= 0; for an area the radius of like spread.
    area_id, place_name : str or None
        The gazetteer unit of an area; the place in the source's words.
    kind : str or None
        Path in the tree of event kinds, at any level.
    kind_code : str or None
        The source's own code, with the taxonomy it came from: ``ucdp:type_of_violence=1``.
    actor, target : str or None
        Party (or excluded group) that did it; that it was done to.
    actor_candidates : list of str or None
        Parties one of which did it, where ``actor`` is not said; None = anybody.
    involved : list of str or None
        Groups in the source's own words.
    excluded_lower, excluded_upper : float or None
        Bounds of the probability that a group excluded by the agreement did it or was its target; set when names
        are resolved against an agreement, None before.
    target_kind, weapon : str or None
        Paths in the trees of targets and weapons.
    count_low, count_best, count_high : int or None
        Single events that the report tells of (rounds, explosions), or the persons whom a release freed; where it
        speaks of most of a day or longer, the incidents that it sums up.
    casualties_low, casualties_best, casualties_high : int or None
        Persons killed or wounded.
    fired_from_deg : float or None
        True bearing from where fire fell towards whoever fired, degrees clockwise from north, 0 <= x < 360.
    fired_from_sigma_deg : float or None
        1-sigma error of that bearing, degrees, 0 < x <= 180; None beside a bearing is read as 15.
    text, language, document : str or None
        Original words, their BCP 47 language, and the citation or address of the document.
    credibility : int or None
        Admiralty credibility 1 (confirmed) to 6 (cannot be judged).
    raw_sha256, raw_file, raw_row, reader : str, str, int, str or None
        SHA-256 of the file that it came from, its name, 1-based row there, and the reader that read it.
    """

    report_id: str
    source_id: str
    occurred_start: datetime | None = None
    occurred_end: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    sigma_m: float | None = None
    kind: str | None = None
    actor: str | None = None
    text: str | None = None
    received_at: datetime | None = None
    reported_start: datetime | None = None
    reported_end: datetime | None = None
    place_model: str | None = None
    area_id: str | None = None
    place_name: str | None = None
    kind_code: str | None = None
    actor_candidates: list[str] | None = None
    target: str | None = None
    involved: list[str] | None = None
    excluded_lower: float | None = None
    excluded_upper: float | None = None
    target_kind: str | None = None
    weapon: str | None = None
    count_low: int | None = None
    count_best: int | None = None
    count_high: int | None = None
    casualties_low: int | None = None
    casualties_best: int | None = None
    casualties_high: int | None = None
    fired_from_deg: float | None = None
    fired_from_sigma_deg: float | None = None
    language: str | None = None
    document: str | None = None
    credibility: int | None = None
    raw_sha256: str | None = None
    raw_file: str | None = None
    raw_row: int | None = None
    reader: str | None = None


REPORT_SCHEMA = pa.schema(
    [
        pa.field("report_id", pa.string(), nullable=False),
        pa.field("source_id", pa.string(), nullable=False),
        ("occurred_start", INSTANT),
        ("occurred_end", INSTANT),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("sigma_m", pa.float64()),
        ("kind", pa.string()),
        ("actor", pa.string()),
        ("text", pa.string()),
        ("received_at", INSTANT),
        ("reported_start", INSTANT),
        ("reported_end", INSTANT),
        ("place_model", pa.string()),
        ("area_id", pa.string()),
        ("place_name", pa.string()),
        ("kind_code", pa.string()),
        ("actor_candidates", NAMES),
        ("target", pa.string()),
        ("involved", NAMES),
        ("excluded_lower", pa.float64()),
        ("excluded_upper", pa.float64()),
        ("target_kind", pa.string()),
        ("weapon", pa.string()),
        ("count_low", pa.int32()),
        ("count_best", pa.int32()),
        ("count_high", pa.int32()),
        ("casualties_low", pa.int32()),
        ("casualties_best", pa.int32()),
        ("casualties_high", pa.int32()),
        ("fired_from_deg", pa.float64()),
        ("fired_from_sigma_deg", pa.float64()),
        ("language", pa.string()),
        ("document", pa.string()),
        ("credibility", pa.int8()),
        ("raw_sha256", pa.string()),
        ("raw_file", pa.string()),
        ("raw_row", pa.int64()),
        ("reader", pa.string()),
    ]
)
