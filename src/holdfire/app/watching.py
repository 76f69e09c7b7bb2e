"""Watching: what a case's watch is worth, how its rates changed, and when, from its folder.

Turns a case and periods into exposures, rates, undercounts, changes and breaks. Rule: it only looks; every number
stands beside what was watched, and an answer says what it assumes. Leaves the arithmetic to ``assessment``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.app.wire import load_agreement_file, load_areas, load_trees
from holdfire.assessment.breaks import WatchedDays, rate_breaks, watched_days
from holdfire.assessment.changes import daily_means, exposure_ratio, rate_changes, zones_of
from holdfire.assessment.counts import count_breaches
from holdfire.assessment.coverage import local_days_within, silence_gaps, watch_shares
from holdfire.assessment.exposure import (
    ASSUMPTIONS,
    daily_exposures,
    exposures_of,
    restriction_sums,
    seen_in,
    told_by_watchers,
    zone_rate,
)
from holdfire.assessment.membership import zone_memberships
from holdfire.assessment.undercount import undercount_of
from holdfire.assessment.windows import window_chances
from holdfire.basics.documents import nearest_name
from holdfire.basics.instants import local_day_bounds, parse_instant
from holdfire.basics.rates import Range
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.records.change import RateBreak, RateChange
from holdfire.records.coverage import SilenceGap
from holdfire.records.exposure import Exposure, RestrictionSum, Undercount, ZoneRate
from holdfire.store.case_folder import CaseFolder

__all__ = ["Period", "WatchAnswer", "changes_of_case", "trend_of_case", "watch_of_case"]


class Period(NamedTuple):
    """Hold ``[start, end)``, UTC."""

    start: datetime
    end: datetime

    @property
    def days(self) -> float:
        """Return its length in days."""
        return (self.end - self.start).total_seconds() / 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAnswer:
    """Say what was watched in a period and what that is worth.

    Attributes
    ----------
    start, end : datetime
    has_log : bool
    rates : tuple of ZoneRate
    restrictions : tuple of RestrictionSum
    silences : tuple of SilenceGap
    undercount : Undercount
    assumptions : tuple of str
        What rates and the worth of a quiet day rest on; the undercount has its own.
    """

    start: datetime
    end: datetime
    has_log: bool
    rates: tuple[ZoneRate, ...]
    restrictions: tuple[RestrictionSum, ...]
    silences: tuple[SilenceGap, ...]
    undercount: Undercount
    assumptions: tuple[str, ...]


class _Case(NamedTuple):
    folder: CaseFolder
    agreement: Agreement
    areas: Mapping[str, shapely.Geometry]

    @property
    def zone(self) -> str:
        return self.agreement.publication.time_zone or self.agreement.time_zone


def _open(folder: Path, areas: Path | None) -> _Case:
    return _Case(CaseFolder(folder), load_agreement_file(folder / "agreement.yaml", load_trees()), load_areas(areas))


def _extent(case: _Case) -> Period:
    incidents = case.folder.read("incidents")
    first, last = pc.min(incidents["occurred_start"]).as_py(), pc.max(incidents["occurred_end"]).as_py()
    if first is None or last is None:
        raise InputError(
            "This case holds no incident with a known time.", str(case.folder.path), "Name the period: --from, --to."
        )
    # Whole local days.
    days = local_days_within(first, last, case.zone)
    return Period(local_day_bounds(days[0].on, case.zone)[0], local_day_bounds(days[-1].on, case.zone)[1])


def _period(case: _Case, start: str | None, end: str | None, options: str) -> Period:
    whole = _extent(case) if start is None or end is None else None
    first = parse_instant(start, case.zone) if start is not None else whole.start if whole else None
    last = parse_instant(end, case.zone) if end is not None else whole.end if whole else None
    if first is None or last is None or not first < last:
        raise InputError(f"This period ends before it starts: {first} to {last}.", options, "Check both bounds.")
    return Period(first, last)


def _known(name: str | None, known: list[str], noun: str) -> None:
    if name is not None and name not in known:
        near = nearest_name(name, known)
        mend = f"The nearest is {near!r}." if near else f"It has {', '.join(known[:8])}."
        raise InputError(f"This agreement has no {noun} {name!r}.", f"--{noun}", mend)


def _exposures(case: _Case, period: Period, zones: set[str] | None, kind: str | None) -> tuple[Exposure, ...]:
    coverage, shapes = case.folder.read("coverage"), case.folder.read("zone_shapes")
    watch = watch_shares(coverage, case.agreement, shapes, *period, kind=kind, zone_ids=zones)
    return exposures_of(watch, coverage, case.agreement, shapes, *period)


def watch_of_case(
    folder: Path,
    *,
    start: str | None = None,
    end: str | None = None,
    zone: str | None = None,
    kind: str | None = None,
    areas: Path | None = None,
) -> WatchAnswer:
    """Return what was watched in a period, what was seen there, and what nobody saw.

    Parameters
    ----------
    folder : Path
        The case, as ``holdfire assess`` wrote it.
    start, end : str, optional
        By default the days of the case's incidents.
    zone : str, optional
        One zone; by default all, and everywhere.
    kind : str, optional
        Only watches that can notice this kind of event count.
    areas : Path, optional
        Polygons of named areas (GeoJSON).

    Raises
    ------
    MissingInputError
        The folder holds no assessed case.
    InputError
        The period or the zone is wrong.
    """
    case = _open(folder, areas)
    _known(zone, [one.id for one in case.agreement.zones], "zone")
    period = _period(case, start, end, "--from, --to")
    incidents, shapes = case.folder.read("incidents"), case.folder.read("zone_shapes")
    coverage, reports, sources = (case.folder.read(name) for name in ("coverage", "reports", "sources"))
    members = case.folder.read("memberships")
    told = told_by_watchers(members, reports, sources, coverage)
    rates = tuple(
        zone_rate(exposure, seen_in(incidents, shapes, exposure, *period, case.areas), told)
        for exposure in _exposures(case, period, None if zone is None else {zone}, kind)
    )
    gaps = silence_gaps(reports, sources, *period, time_zone=case.zone)
    return WatchAnswer(
        start=period.start,
        end=period.end,
        has_log=coverage.num_rows > 0,
        rates=rates,
        restrictions=restriction_sums(coverage, *period),
        silences=tuple(SilenceGap(**row) for row in gaps.to_pylist()),
        undercount=undercount_of(incidents, members, reports, sources, *period),
        assumptions=ASSUMPTIONS,
    )


def changes_of_case(
    folder: Path,
    *,
    after: tuple[str, str],
    before: tuple[str, str],
    clause: str | None = None,
    reading: str | None = None,
    zone: str | None = None,
    areas: Path | None = None,
) -> tuple[RateChange, ...]:
    """Return how the rate of each clause's breaches changed between two periods.

    Parameters
    ----------
    folder : Path
    after, before : (str, str)
        Bounds of the period asked about, and of the one it is held against.
    clause, reading : str, optional
        One of them; by default all.
    zone : str, optional
        Only what lies in this zone, against the watch of this zone; it takes one reading.
    areas : Path, optional

    Raises
    ------
    InputError
        A period, clause, reading or zone is wrong, or the periods overlap.
    """
    case = _open(folder, areas)
    agreement = case.agreement
    _known(zone, [one.id for one in agreement.zones], "zone")
    _known(clause, [one.id for one in agreement.clauses], "clause")
    _known(reading, [one.id for one in agreement.readings], "reading")
    later, earlier = _period(case, *after, "--from, --to"), _period(case, *before, "--with-from, --with-to")
    if later.start < earlier.end and earlier.start < later.end:
        raise InputError("The two periods overlap.", "--from, --to, --with-from, --with-to", "Let one end first.")
    changes: list[RateChange] = []
    for one in [reading] if reading else [one.id for one in agreement.readings]:
        changes += _changes(case, earlier, later, one, clause, zone)
    return tuple(changes)


def _changes(
    case: _Case, before: Period, after: Period, reading: str, clause: str | None, zone: str | None
) -> list[RateChange]:
    incidents, assessments = case.folder.read("incidents"), case.folder.read("assessments")
    kept = pc.equal(assessments["reading"], reading)
    assessments = assessments.filter(
        kept if clause is None else pc.and_(kept, pc.equal(assessments["clause_id"], clause))
    )
    listed = None
    if zone is not None:
        listed = zone_memberships(incidents, case.folder.read("zone_shapes"), [zone], reading, case.areas)
    chances = [window_chances(assessments, incidents, case.agreement, *period, listed)[0] for period in (before, after)]
    counts = case.folder.read("counts")
    daily = [
        daily_means(counts, [day.on for day in local_days_within(*period, case.zone)]) for period in (before, after)
    ]
    return list(
        rate_changes(
            assessments,
            *chances,
            days=(before.days, after.days),
            watch=_watch_ratios(case, before, after, reading, zone),
            daily=(daily[0], daily[1]),
            told=_told(case, assessments),
            zone_id=zone,
        )
    )


def _told(case: _Case, assessments: pa.Table) -> NDArray[np.float64] | None:
    names = ("memberships", "reports", "sources", "coverage")
    told = told_by_watchers(*(case.folder.read(name) for name in names))
    if told is None:
        return None
    return np.asarray(pc.is_in(assessments["incident_id"], value_set=told).to_numpy(), dtype=np.float64)


def _watch_ratios(
    case: _Case, before: Period, after: Period, reading: str, zone: str | None
) -> dict[tuple[str, str, str], Range]:
    wanted = {
        (clause.id, party): {zone} if zone is not None else set(zones_of(clause, party))
        for clause in case.agreement.clauses
        for party in clause.addressees
    }
    every = {name for names in wanted.values() for name in names}
    first, second = (
        {one.zone_id: one for one in _exposures(case, period, every, None) if one.reading == reading}
        for period in (before, after)
    )
    return {
        (clause, reading, party): exposure_ratio(*([part[name] for name in sorted(names)] for part in (first, second)))
        for (clause, party), names in wanted.items()
    }


def trend_of_case(
    folder: Path,
    *,
    start: str | None = None,
    end: str | None = None,
    clause: str | None = None,
    every_days: float = 30.0,
) -> tuple[Period, tuple[RateBreak, ...], dict[tuple[str, str, str], int]]:
    """Return the days on which clauses began to be breached more, or less, often.

    Parameters
    ----------
    folder : Path
    start, end : str, optional
        By default the days of the case's incidents.
    clause : str, optional
    every_days : float, > 1
        The prior: a change is expected once in so many days.

    Returns
    -------
    Period
    tuple of RateBreak
    dict of claim to int
        How many days of each claim were looked at.

    Raises
    ------
    InputError
        The period, the clause or the prior is wrong.
    """
    case = _open(folder, None)
    _known(clause, [one.id for one in case.agreement.clauses], "clause")
    if not every_days > 1.0:
        raise InputError(f"A change cannot come every {every_days} days.", "--every", "Write more than 1.")
    period = _period(case, start, end, "--from, --to")
    days: list[date] = [day.on for day in local_days_within(*period, case.zone)]
    counts: pa.Table = case.folder.read("counts")
    if clause is not None:
        counts = counts.filter(pc.equal(counts["clause_id"], clause))
    daily = daily_means(counts, days)
    watched = _watched(case, period, days, daily)
    breaks = tuple(rate_breaks(daily, days[0], watched=watched, prob_change=1.0 / every_days))
    return period, breaks, {claim: lower.size for claim, (lower, _) in sorted(daily.items())}


def _watched(
    case: _Case, period: Period, days: list[date], claims: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], WatchedDays]:
    # What the log's watchers told of each claim by day, and noticed of its zones; nothing where nobody knows.
    assessments, coverage = case.folder.read("assessments"), case.folder.read("coverage")
    told = _told(case, assessments)
    if told is None or not coverage.num_rows:
        return {}
    by_watchers = count_breaches(
        assessments.filter(pa.array(told > 0.0)), case.folder.read("incidents"), case.agreement
    )
    means = daily_means(by_watchers, days)
    clauses = {one.id: one for one in case.agreement.clauses}
    zones = {claim: zones_of(clauses[claim[0]], claim[2]) for claim in claims}
    shapes = case.folder.read("zone_shapes")
    every = {name for names in zones.values() for name in names}
    watch = watch_shares(coverage, case.agreement, shapes, *period, zone_ids=every)
    exposures = daily_exposures(watch, coverage, case.agreement, shapes, *period)
    nothing = (np.zeros(len(days)), np.zeros(len(days)))
    return {
        claim: watched_days(means.get(claim, nothing), [exposures[name, claim[1]] for name in names])
        for claim, names in zones.items()
        if all((name, claim[1]) in exposures for name in names)
    }
