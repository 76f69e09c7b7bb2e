"""Turn what was watched into exposures and rates, and say what a quiet day is worth.

Rules: an exposure is a zone's area times its time, by the share that was watched and noticed; a day on which the log
does not say is a range from nothing to the whole, and so is everywhere where only parts of it were watched. A rate is
what the watchers of the log told of, over what they could notice, with the posterior of ``basics.rates``: what other
sources told of is no part of it, for nobody says what they watched. Where no watcher is one of the sources, the
watchers may have told of nothing or of everything. Those who watch go where much happens, so a rate holds for what was
watched; for the whole zone it is an upper end, and what anybody told of is the lower one. Leaves the shares to
``coverage``. Source: DESIGN, section 5 (Coverage).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.assessment.coverage import EVERYWHERE_ID, local_days_within
from holdfire.assessment.geometry.areas import area_m2
from holdfire.assessment.geometry.rings import centre_lon, turned
from holdfire.assessment.membership import zone_memberships
from holdfire.assessment.regions import ANYWHERE, EVERYWHERE, Atlas, Region
from holdfire.assessment.times import overlaps
from holdfire.assessment.windows import Chances, joint, window_shares
from holdfire.basics.instants import HOUR_US
from holdfire.basics.rates import Range, prob_quiet_is_quiet, rate_range
from holdfire.basics.special import gamma_share, solve
from holdfire.records.agreement import Agreement
from holdfire.records.exposure import Exposure, RestrictionSum, ZoneRate

__all__ = [
    "ASSUMPTIONS", "BELONGS_FROM", "DailyExposure", "daily_exposures", "exposures_of", "restriction_sums", "seen_in",
    "told_by_watchers", "zone_rate",
]  # fmt: skip

Row = Mapping[str, Any]
Floats = NDArray[np.float64]

KM2 = 1e6
"""Square metres."""
BELONGS_FROM = 0.5
"""Membership from which a source is held to tell of an incident."""
ASSUMPTIONS = (
    "The watch log is right: who watched where and when, and with which chance to notice. A chance that is stated too "
    "high makes rates too low and quiet days worth too much.",
    "An incident is noticed by that chance whoever else tells of it, and not the rarer the better it is hidden.",
    "What was watched is no quieter than the rest of the zone; where watchers go where much happens, the rate of the "
    "whole zone is lower than theirs.",
    "Within the period the rate is one, days are independent, and incidents come by chance (Poisson).",
)
PER = 1_000.0
"""Rates are told per so many units of exposure."""


class DailyExposure(NamedTuple):
    """Hold how much of a zone was watched on each day of a period.

    Attributes
    ----------
    hours : float64, (n,)
        For how long the zone was somewhere.
    km2_hours : float64, (n,), or None
        Its area times that time; None for a zone without bounds.
    watched, noticed : float64, (2, n), 0..1
        Least and most of the share within reach of a watch, and of the same weighted by the probability to notice.
    """

    hours: Floats
    km2_hours: Floats | None
    watched: Floats
    noticed: Floats

    @property
    def size(self) -> Floats:
        """Return each day's exposure to a watch that never ends and misses nothing: km2-hours, or hours."""
        return self.hours if self.km2_hours is None else self.km2_hours


def daily_exposures(
    watch: pa.Table, coverage: pa.Table, agreement: Agreement, shapes: pa.Table, start: datetime, end: datetime
) -> dict[tuple[str, str], DailyExposure]:
    """Return how much of each zone was watched on each day, by zone and reading, in their order.

    Parameters
    ----------
    watch : pyarrow.Table
        By ``WATCH_SCHEMA``, of this period.
    coverage : pyarrow.Table
        The watch log.
    agreement : Agreement
    shapes : pyarrow.Table
        By ``ZONE_SHAPE_SCHEMA``.
    start, end : datetime
        ``[start, end)``, UTC.
    """
    atlas = Atlas.of(shapes)
    zone = agreement.publication.time_zone or agreement.time_zone
    days = {day.on: (day.start_us, day.end_us) for day in local_days_within(start, end, zone)}
    # Everywhere is known to be unwatched only where the log says all that was watched: it never does.
    partly = bool(pc.any(pc.or_(pc.is_valid(coverage["zone"]), pc.is_valid(coverage["lon"]))).as_py())
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in watch.to_pylist():
        rows.setdefault((row["zone_id"], row["reading"]), []).append(row)
    return {
        key: _daily(key, rows[key], days, atlas, is_partly=partly and key[0] == EVERYWHERE_ID) for key in sorted(rows)
    }


def _daily(
    key: tuple[str, str],
    rows: list[Row],
    days: Mapping[date, tuple[int, int]],
    atlas: Atlas,
    *,
    is_partly: bool,
) -> DailyExposure:
    region = EVERYWHERE if key[0] == EVERYWHERE_ID else atlas.by_zone[key]
    areas = _areas(region, atlas)
    bounded = all(area is not None for area in areas)
    n = len(rows)
    hours, size, known = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_)
    shares = np.zeros((2, n))
    for at, row in enumerate(rows):
        start_us, end_us = days[row["on"]]
        met = overlaps(np.array([start_us]), np.array([end_us]), region.spans)
        hours[at] = met.shared_us.sum() / HOUR_US
        weights = np.array([areas[span] if bounded else 1.0 for span in met.span.tolist()], dtype=np.float64)
        size[at] = float((met.shared_us / HOUR_US) @ weights)
        known[at] = row["watched_share"] is not None and not is_partly
        shares[:, at] = row["watched_share"] or 0.0, row["noticed_share"] or 0.0
    tops = np.where(known, shares, 1.0)
    watched, noticed = (np.stack([shares[part], tops[part]]) for part in (0, 1))
    return DailyExposure(hours, size if bounded else None, watched, noticed)


def exposures_of(
    watch: pa.Table, coverage: pa.Table, agreement: Agreement, shapes: pa.Table, start: datetime, end: datetime
) -> tuple[Exposure, ...]:
    """Return how much of each zone was watched over a period; the arguments are those of :func:`daily_exposures`."""
    found = daily_exposures(watch, coverage, agreement, shapes, start, end)
    return tuple(_exposure(key, daily) for key, daily in found.items())


def _exposure(key: tuple[str, str], daily: DailyExposure) -> Exposure:
    watched, noticed = (part @ daily.size for part in (daily.watched, daily.noticed))
    noticed_days = daily.noticed @ daily.hours / 24.0
    return Exposure(
        zone_id=key[0],
        reading=key[1],
        n_days=int((daily.hours > 0.0).sum()),
        hours=float(daily.hours.sum()),
        km2_hours=None if daily.km2_hours is None else float(daily.km2_hours.sum()),
        watched_low=float(watched[0]),
        watched_high=float(watched[1]),
        noticed_low=float(noticed[0]),
        noticed_high=float(noticed[1]),
        noticed_days_low=float(noticed_days[0]),
        noticed_days_high=float(noticed_days[1]),
    )


def _areas(region: Region, atlas: Atlas) -> list[float | None]:
    # Square kilometres of each span's shape; None = without bounds.
    known: dict[int, float | None] = {ANYWHERE: None}
    for shape in region.shape.tolist():
        if shape not in known:
            geometry = atlas.bounded(shape)
            known[shape] = area_m2(turned(geometry, centre_lon([geometry]))) / KM2
    return [known[shape] for shape in region.shape.tolist()]


def told_by_watchers(
    memberships: pa.Table, reports: pa.Table, sources: pa.Table, coverage: pa.Table
) -> pa.Array | None:
    """Return the ids of incidents of which a watcher of the log told; None where no watcher is one of the sources.

    A watcher is the source of the same id, or else of the same name.
    """
    watchers = pc.unique(coverage["watcher"])
    is_watcher = pc.or_(
        pc.is_in(sources["source_id"], value_set=watchers), pc.is_in(sources["name"], value_set=watchers)
    )
    ids = sources["source_id"].filter(is_watcher).combine_chunks()
    if not len(ids):
        return None
    told = reports["report_id"].filter(pc.is_in(reports["source_id"], value_set=ids)).combine_chunks()
    sure = pc.fill_null(pc.greater_equal(memberships["prob"], BELONGS_FROM), False)
    kept = memberships["incident_id"].filter(pc.and_(sure, pc.is_in(memberships["report_id"], value_set=told)))
    return pc.unique(kept.drop_null())


def seen_in(
    incidents: pa.Table,
    shapes: pa.Table,
    exposure: Exposure,
    start: datetime,
    end: datetime,
    areas: Mapping[str, shapely.Geometry] | None = None,
) -> tuple[pa.Array, Chances]:
    """Return the incidents that may be real and lie in a zone and a period, and bounds of their probability.

    Returns
    -------
    pyarrow string array, (m,)
        Incident ids, sorted.
    Chances, (m,)
    """
    ids, within = window_shares(incidents, start, end)
    parts = [within]
    if exposure.zone_id != EVERYWHERE_ID:
        listed = zone_memberships(incidents, shapes, [exposure.zone_id], exposure.reading, areas)
        at = pc.fill_null(pc.index_in(ids, value_set=listed["incident_id"].combine_chunks()), -1).to_numpy()
        columns = [np.append(listed[name].to_numpy(), 0.0) for name in ("prob_lower", "prob_upper")]
        parts.append(Chances(*(column[at.astype(np.int64)] for column in columns)))
    met = joint(*parts)
    row = pc.index_in(ids, value_set=incidents["incident_id"].combine_chunks()).to_numpy().astype(np.int64)
    real = [incidents[name].to_numpy()[row] for name in ("prob_real_lower", "prob_real_upper")]
    lower, upper = real[0] * met.lower, real[1] * met.upper
    kept = upper > 0.0
    return ids.filter(pa.array(kept)), Chances(lower[kept], upper[kept])


def zone_rate(
    exposure: Exposure, seen: tuple[pa.Array, Chances], told: pa.Array | None, *, dispersion: float = 1.0
) -> ZoneRate:
    """Return how often something was seen for what was watched, and what a quiet day is worth.

    Parameters
    ----------
    exposure : Exposure
    seen : (pyarrow string array, Chances)
        From :func:`seen_in`.
    told : pyarrow string array or None
        From :func:`told_by_watchers`.
    dispersion : float, >= 1
        How much wider than Poisson the days scatter.
    """
    days = exposure.hours / 24.0
    everybody = seen[1]
    by_watch = np.ones(len(seen[0])) if told is None else pc.is_in(seen[0], value_set=told).to_numpy(False)
    watchers = Chances(everybody.lower * by_watch * (told is not None), everybody.upper * by_watch)
    rate = rate_range(*watchers, Range(exposure.noticed_low, exposure.noticed_high), dispersion=dispersion)
    at_least = rate_range(*everybody, Range(days, days), dispersion=dispersion)
    share = exposure.noticed_low / exposure.whole if exposure.whole > 0.0 else 0.0
    size = exposure.whole / days if days > 0.0 else 0.0
    n_all, n_watchers = float(everybody.lower.sum()), float(watchers.upper.sum())
    least = prob_quiet_is_quiet(n_watchers, exposure.noticed_days_low, min(1.0, share))
    most_noticed = min(1.0, exposure.noticed_high / exposure.whole) if exposure.whole > 0.0 else 1.0
    most = prob_quiet_is_quiet(n_all, days, most_noticed)
    high = 1.0 if most is None else most
    return ZoneRate(
        exposure=exposure,
        seen_low=n_all,
        seen_high=float(everybody.upper.sum()),
        watchers_low=float(watchers.lower.sum()),
        watchers_high=n_watchers,
        rate_low=rate.low * PER,
        rate_high=rate.high * PER,
        per_day_low=at_least.low,
        per_day_high=max(rate.high * size, at_least.low),
        quiet_day_high=_quiet_day_high(share),
        prob_quiet_low=0.0 if least is None else min(least, high),
        prob_quiet_high=high,
    )


def _quiet_day_high(share: float) -> float | None:
    # 95 % end of Gamma(1/2, share): one day, nothing seen.
    if share <= 0.0:
        return None
    return solve(lambda rate: float(gamma_share(np.array([0.5]), np.array([rate * share]))[0]), 0.95)


def restriction_sums(coverage: pa.Table, start: datetime, end: datetime) -> tuple[RestrictionSum, ...]:
    """Return the hindered entries of a watch log in a period, summed by how, by whom and why, the longest first."""
    sums: dict[tuple[str, str, str], list[Row]] = {}
    for row in coverage.filter(pc.is_valid(coverage["restriction"])).to_pylist():
        if row["start"] < end and row["end"] > start:
            key = (row["restriction"], row["restricted_by"] or "", row["reason"] or "")
            sums.setdefault(key, []).append({**row, "start": max(row["start"], start), "end": min(row["end"], end)})
    found = [_restriction_sum(key, rows) for key, rows in sorted(sums.items())]
    return tuple(sorted(found, key=lambda one: -one.watch_hours))


def _restriction_sum(key: tuple[str, str, str], rows: list[Row]) -> RestrictionSum:
    places = {str(row["zone"] or ("*" if row["lon"] is None else "around")) for row in rows}
    starts: list[datetime] = [row["start"] for row in rows]
    ends: list[datetime] = [row["end"] for row in rows]
    lasted = sum((last - first).total_seconds() for first, last in zip(starts, ends, strict=True))
    return RestrictionSum(
        restriction=key[0],
        restricted_by=key[1] or None,
        reason=key[2] or None,
        n_entries=len(rows),
        watch_hours=lasted / 3600.0,
        watchers=tuple(sorted({str(row["watcher"]) for row in rows})),
        zones=tuple(sorted(places)),
        first=min(starts),
        last=max(ends),
    )
