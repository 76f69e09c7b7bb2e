"""Coverage: who watched, where, when, by what means, and who was kept from it.

Rule: silence is not compliance; a source that is silent is a gap here, never a quiet day. Source: DESIGN,
sections 1 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT, NAMES

__all__ = ["COVERAGE_SCHEMA", "GAP_SCHEMA", "RESTRICTIONS", "WATCH_SCHEMA", "Coverage", "SilenceGap", "WatchShare"]

RESTRICTIONS = ("denied", "delayed", "conditioned", "jammed", "unapproved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Hold one entry of a watch log; the fields are the columns of ``COVERAGE_SCHEMA``.

    Attributes
    ----------
    coverage_id, watcher, means : str
        Means: patrol, camera, satellite, sensor, media and the like.
    start, end : datetime
        ``[start, end)`` of the watch, UTC.
    zone : str or None
        A zone of the agreement; None where lon, lat and radius_m say where, or everywhere if these are null.
    lon, lat, radius_m : float or None
        Centre in degrees and reach in metres.
    detection : float, 0..1
        Probability that an event of ``kind`` there and then would have been noticed and reported.
    kind : str or None
        Path of event kinds that it can notice; None = every kind.
    restriction : str or None
        One of ``RESTRICTIONS`` where the watch was hindered; ``detection`` is then 0 unless the log says more.
    restricted_by, reason : str or None
    """

    coverage_id: str
    watcher: str
    means: str
    start: datetime
    end: datetime
    zone: str | None = None
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    detection: float = 1.0
    kind: str | None = None
    restriction: str | None = None
    restricted_by: str | None = None
    reason: str | None = None


COVERAGE_SCHEMA = pa.schema(
    [
        pa.field("coverage_id", pa.string(), nullable=False),
        pa.field("watcher", pa.string(), nullable=False),
        pa.field("means", pa.string(), nullable=False),
        pa.field("start", INSTANT, nullable=False),
        pa.field("end", INSTANT, nullable=False),
        ("zone", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("radius_m", pa.float64()),
        pa.field("detection", pa.float64(), nullable=False),
        ("kind", pa.string()),
        ("restriction", pa.string()),
        ("restricted_by", pa.string()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchShare:
    """State how much of a zone was watched on a day; the fields are the columns of ``WATCH_SCHEMA``.

    Attributes
    ----------
    zone_id, reading : str
        A zone of the agreement, where the reading's lines put it; ``*`` is everywhere, for clauses without a zone.
    on : date
        The day in the agreement's publication time zone, as far as it lies within the period.
    watched_share : float or None, 0..1
        Share of the zone's area and the day's time within reach of a watch that could notice anything. None = not
        known: there is no watch log at all.
    noticed_share : float or None, 0..1
        The same weighted by the probability that an event there and then would have been noticed.
    n_watchers : int
        Watchers that could notice anything in the zone.
    n_restricted : int
        Entries of the log that were hindered in the zone.
    restrictions : list of str
        How they were hindered, sorted.
    """

    zone_id: str
    reading: str
    on: date
    watched_share: float | None
    noticed_share: float | None
    n_watchers: int
    n_restricted: int
    restrictions: list[str]


WATCH_SCHEMA = pa.schema(
    [
        pa.field("zone_id", pa.string(), nullable=False),
        pa.field("reading", pa.string(), nullable=False),
        pa.field("on", pa.date32(), nullable=False),
        ("watched_share", pa.float64()),
        ("noticed_share", pa.float64()),
        pa.field("n_watchers", pa.int64(), nullable=False),
        pa.field("n_restricted", pa.int64(), nullable=False),
        pa.field("restrictions", NAMES, nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceGap:
    """Name days on which a source said nothing: a gap in coverage, never quiet days.

    Attributes
    ----------
    first_on, last_on : date
        First and last silent day, in the zone that the caller named.
    n_days : int
    whole_period : bool
        The source said nothing in the whole period.
    """

    source_id: str
    first_on: date
    last_on: date
    n_days: int
    whole_period: bool


GAP_SCHEMA = pa.schema(
    [
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("first_on", pa.date32(), nullable=False),
        pa.field("last_on", pa.date32(), nullable=False),
        pa.field("n_days", pa.int64(), nullable=False),
        pa.field("whole_period", pa.bool_(), nullable=False),
    ]
)
