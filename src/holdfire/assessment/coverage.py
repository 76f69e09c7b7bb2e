"""Turn a watch log into what was watched, and reports into the days on which their sources were silent.

Rules: silence is not compliance; a zone's day counts as watched only so far as the log says that somebody could notice
anything there and then, and a case without a log does not know. Watches are independent: what several watch is missed
only if all miss it. A zone is held as about ``ZONE_POINTS`` places that stand for equal areas, so a share is known to a
few hundredths; times are exact. A watch of stated reach covers nothing of a zone without bounds. Leaves rates to
``exposure`` and what nobody saw to ``undercount``. Source: DESIGN, sections 1 (rule 2) and 5.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry.areas import area_m2
from holdfire.assessment.geometry.rings import centre_lon, turned
from holdfire.assessment.regions import ANYWHERE, EVERYWHERE, Atlas, Region
from holdfire.assessment.times import overlaps
from holdfire.basics.instants import local_day_bounds, to_us, zone_named
from holdfire.basics.places import METRES_PER_DEGREE, distance_m
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.records.coverage import GAP_SCHEMA, WATCH_SCHEMA
from holdfire.records.schema import table_from

__all__ = ["EVERYWHERE_ID", "ZONE_POINTS", "LocalDay", "local_days_within", "silence_gaps", "watch_shares"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EVERYWHERE_ID = "*"
"""Zone id of everywhere, for clauses that name no zone."""
ZONE_POINTS = 400
"""Places that stand for a zone."""
MISSED_AT_LEAST = 1e-12
"""What a watch that misses nothing is taken to miss, so that logarithms stay finite."""


class LocalDay(NamedTuple):
    """Hold a local day, as far as it lies within the period."""

    on: date
    start_us: int
    end_us: int


def local_days_within(start: datetime, end: datetime, time_zone: str) -> list[LocalDay]:
    """Return the local days that meet ``[start, end)``, each as far as it lies within."""
    zone = zone_named(time_zone)
    days: list[LocalDay] = []
    day = start.astimezone(zone).date()
    while True:
        first, last = (to_us(bound) for bound in local_day_bounds(day, time_zone))
        if first >= to_us(end):
            return days
        days.append(LocalDay(day, max(first, to_us(start)), min(last, to_us(end))))
        day += timedelta(days=1)


def _standing_points(geometry: shapely.Geometry) -> tuple[Floats, Floats]:
    # Places on a lattice of equal areas within a zone; one place where the zone is too thin for the lattice.
    whole = turned(geometry, centre_lon([geometry]))
    west, south, east, north = shapely.bounds(whole).tolist()
    step_m = float(np.sqrt(area_m2(whole) / ZONE_POINTS))
    if step_m > 0.0:
        rows = np.arange(south + step_m / METRES_PER_DEGREE / 2.0, north, step_m / METRES_PER_DEGREE)
        steps = step_m / (METRES_PER_DEGREE * np.maximum(np.cos(np.radians(rows)), 1e-6))
        columns = [np.arange(west + step / 2.0, east, step) for step in steps.tolist()]
        lon = np.concatenate(columns) if columns else np.empty(0)
        lat = np.repeat(rows, [column.size for column in columns])
        inside = shapely.contains_xy(whole, lon, lat)
        if inside.any():
            return lon[inside], lat[inside]
    point = shapely.point_on_surface(whole)
    return np.array([shapely.get_x(point)]), np.array([shapely.get_y(point)])


@dataclass(slots=True, kw_only=True, eq=False)
class _Log:
    """Hold the entries of a watch log as arrays, ordered by start."""

    start: Ints
    end: Ints
    lon: Floats
    lat: Floats
    radius_m: Floats
    detection: Floats
    zone: list[str | None]
    watcher: list[str]
    restriction: list[str | None]
    longest_us: int
    atlas: Atlas
    _points: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)

    @classmethod
    def of(cls, coverage: pa.Table, atlas: Atlas, kind: str | None) -> _Log:
        """Return the log, or what of it can notice a kind of event."""
        table = coverage.take(pc.sort_indices(coverage, [("start", "ascending"), ("coverage_id", "ascending")]))
        if kind is not None:
            table = table.filter(pa.array([_notices(seen, kind) for seen in table["kind"].to_pylist()], pa.bool_()))
        start, end = (table[name].cast(pa.int64()).to_numpy() for name in ("start", "end"))
        lon, lat, radius = (pc.fill_null(table[name], np.nan).to_numpy() for name in ("lon", "lat", "radius_m"))
        return cls(
            start=start,
            end=end,
            lon=lon,
            lat=lat,
            radius_m=radius,
            detection=np.clip(table["detection"].to_numpy(), 0.0, 1.0),
            zone=table["zone"].to_pylist(),
            watcher=table["watcher"].to_pylist(),
            restriction=table["restriction"].to_pylist(),
            longest_us=int((end - start).max(initial=0)),
            atlas=atlas,
        )

    def during(self, start_us: int, end_us: int) -> Ints:
        """Return the entries that overlap a span."""
        first = int(np.searchsorted(self.start, start_us - self.longest_us, side="left"))
        last = int(np.searchsorted(self.start, end_us, side="left"))
        entries = np.arange(first, last)
        return entries[self.end[first:last] > start_us]

    def points(self, shape: int) -> tuple[Floats, Floats]:
        """Return the places that stand for a bounded shape."""
        if shape not in self._points:
            self._points[shape] = _standing_points(self.atlas.bounded(shape))
        return self._points[shape]

    def reach(self, entry: int, zone_id: str, reading: str, shape: int, at_us: int) -> Flags:
        """Return which places of a zone's shape an entry covers."""
        named = self.zone[entry]
        if shape == ANYWHERE:
            everywhere = named is None and not np.isfinite(self.lon[entry])
            return np.array([everywhere or named == zone_id])
        lon, lat = self.points(shape)
        if named == zone_id:
            return np.ones(lon.size, dtype=np.bool_)
        if named is not None:
            return self._within(named, reading, at_us, lon, lat)
        if not np.isfinite(self.lon[entry]):
            return np.ones(lon.size, dtype=np.bool_)
        away = distance_m(lon, lat, self.lon[entry : entry + 1], self.lat[entry : entry + 1])
        return np.asarray(away <= self.radius_m[entry])

    def _within(self, zone_id: str, reading: str, at_us: int, lon: Floats, lat: Floats) -> Flags:
        if (zone_id, reading) not in self.atlas.by_zone:
            raise InputError(
                f"The watch log names a zone that the agreement lacks: {zone_id!r}.",
                "the watch log, column 'zone'",
                "Write the id of one of the agreement's zones, or a centre and a reach.",
            )
        region = self.atlas.by_zone[zone_id, reading]
        met = overlaps(np.array([at_us]), np.array([at_us + 1]), region.spans)
        inside = np.zeros(lon.size, dtype=np.bool_)
        for shape in region.shape[met.span].tolist():
            if shape == ANYWHERE:
                return np.ones(lon.size, dtype=np.bool_)
            held = self.atlas.bounded(shape)
            inside |= shapely.contains_xy(turned(held, float(lon.mean())), lon, lat)
        return inside


def _notices(seen: str | None, kind: str) -> bool:
    return seen is None or seen == kind or seen.startswith(f"{kind}/") or kind.startswith(f"{seen}/")


def _piece(log: _Log, zone_id: str, reading: str, shape: int, start_us: int, end_us: int) -> tuple[float, float, Ints]:
    # Watched and noticed microseconds of a shape's span, by area, and the entries that reach it.
    entries = log.during(start_us, end_us)
    reach = [log.reach(int(entry), zone_id, reading, shape, start_us) for entry in entries]
    kept = [place for place, one in enumerate(reach) if one.any()]
    entries = entries[kept]
    able = log.detection[entries] > 0.0
    if not able.any():
        return 0.0, 0.0, entries
    cover = np.stack([reach[place] for place in kept])[able].astype(np.float64)
    begin, finish = np.maximum(log.start[entries[able]], start_us), np.minimum(log.end[entries[able]], end_us)
    cuts = np.unique(np.concatenate([begin, finish]))
    active = ((begin <= cuts[:-1, None]) & (finish >= cuts[1:, None])).astype(np.float64)
    length = np.diff(cuts).astype(np.float64)
    missed_log = np.log(np.maximum(1.0 - log.detection[entries[able]], MISSED_AT_LEAST))
    watched = ((active @ cover) > 0.0).mean(axis=1)
    noticed = -np.expm1(active @ (cover * missed_log[:, None])).mean(axis=1)
    return float(watched @ length), float(noticed @ length), entries


def _row(log: _Log, zone_id: str, reading: str, region: Region, day: LocalDay, is_known: bool) -> dict[str, object]:
    met = overlaps(np.array([day.start_us]), np.array([day.end_us]), region.spans)
    watched = noticed = 0.0
    total_us = 0
    entries: set[int] = set()
    for span, shared in zip(met.span.tolist(), met.shared_us.tolist(), strict=True):
        start = max(day.start_us, int(region.spans.start[span]))
        found = _piece(log, zone_id, reading, int(region.shape[span]), start, start + shared)
        watched, noticed, total_us = watched + found[0], noticed + found[1], total_us + shared
        entries.update(found[2].tolist())
    hindered = [entry for entry in entries if log.restriction[entry] is not None]
    known = is_known and total_us > 0
    return {
        "zone_id": zone_id,
        "reading": reading,
        "on": day.on,
        "watched_share": min(1.0, watched / total_us) if known else None,
        "noticed_share": min(1.0, noticed / total_us) if known else None,
        "n_watchers": len({log.watcher[entry] for entry in entries if log.detection[entry] > 0.0}),
        "n_restricted": len(hindered),
        "restrictions": sorted({str(log.restriction[entry]) for entry in hindered}),
    }


def watch_shares(
    coverage: pa.Table,
    agreement: Agreement,
    shapes: pa.Table,
    start: datetime,
    end: datetime,
    *,
    kind: str | None = None,
    zone_ids: Collection[str] | None = None,
) -> pa.Table:
    """Return how much of each zone was watched on each day.

    Parameters
    ----------
    coverage : pyarrow.Table
        The watch log, by ``COVERAGE_SCHEMA``.
    agreement : Agreement
    shapes : pyarrow.Table
        The agreement's zones by ``ZONE_SHAPE_SCHEMA``.
    start, end : datetime
        ``[start, end)``, UTC.
    kind : str, optional
        Path of a kind of event: only watches that can notice it, or something below or above it, count.
    zone_ids : collection of str, optional
        Zones that are asked for, ``*`` among them if it is; None = every one.

    Returns
    -------
    pyarrow.Table
        By ``WATCH_SCHEMA``, ordered by zone, reading and day, everywhere (``*``) first. The shares are null where there
        is no watch log at all, and on days on which the zone is nowhere. About a millisecond for each row.

    Raises
    ------
    InputError
        The log names a zone that the agreement lacks.
    """
    atlas = Atlas.of(shapes)
    log = _Log.of(coverage, atlas, kind)
    days = local_days_within(start, end, agreement.publication.time_zone or agreement.time_zone)
    regions: dict[tuple[str, str], Region] = {(EVERYWHERE_ID, one.id): EVERYWHERE for one in agreement.readings}
    regions |= atlas.by_zone
    is_known = coverage.num_rows > 0
    rows = [
        _row(log, zone_id, reading, regions[zone_id, reading], day, is_known)
        for zone_id, reading in sorted(regions)
        if zone_ids is None or zone_id in zone_ids
        for day in days
    ]
    return table_from({name: [row[name] for row in rows] for name in WATCH_SCHEMA.names}, WATCH_SCHEMA)


def _silent_runs(spoken: Ints, n_days: int) -> list[tuple[int, int]]:
    # First and last day of each run of days that are not among the spoken ones.
    edges = np.concatenate([[-1], spoken, [n_days]])
    gaps = np.flatnonzero(np.diff(edges) > 1)
    return [(int(edges[gap]) + 1, int(edges[gap + 1]) - 1) for gap in gaps]


def silence_gaps(
    reports: pa.Table, sources: pa.Table, start: datetime, end: datetime, *, time_zone: str = "UTC"
) -> pa.Table:
    """Return the runs of days on which a source said nothing: gaps in coverage, never quiet days.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``. A report speaks on the day on which it was published, else came in, else on which what it
        tells of began; one without any of them speaks on no day.
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``; sources of reports that are not listed count too.
    start, end : datetime
        ``[start, end)``, UTC.
    time_zone : str
        IANA zone in which days are told.

    Returns
    -------
    pyarrow.Table
        By ``GAP_SCHEMA``, ordered by source and day.
    """
    days = [day.on for day in local_days_within(start, end, time_zone)]
    names = sorted({*sources["source_id"].to_pylist(), *pc.unique(reports["source_id"]).to_pylist()})
    rows: list[dict[str, object]] = []
    if days:
        spoke_at = pc.coalesce(reports["reported_start"], reports["received_at"], reports["occurred_start"])
        local = pc.local_timestamp(spoke_at.cast(pa.timestamp("us", tz=time_zone)))
        day = pc.fill_null(pc.subtract(local.cast(pa.date32()).cast(pa.int32()), (days[0] - date(1970, 1, 1)).days), -1)
        source = pc.index_in(reports["source_id"], value_set=pa.array(names, pa.string()))
        on, who = day.to_numpy().astype(np.int64), source.to_numpy().astype(np.int64)
        within = (on >= 0) & (on < len(days))
        spoken = np.unique(who[within] * len(days) + on[within])
        first = np.searchsorted(spoken, np.arange(len(names) + 1) * len(days))
        for place, name in enumerate(names):
            runs = _silent_runs(spoken[first[place] : first[place + 1]] % len(days), len(days))
            rows += [
                {
                    "source_id": name,
                    "first_on": days[begin],
                    "last_on": days[last],
                    "n_days": last - begin + 1,
                    "whole_period": last - begin + 1 == len(days),
                }
                for begin, last in runs
            ]
    return table_from({name: [row[name] for row in rows] for name in GAP_SCHEMA.names}, GAP_SCHEMA)
