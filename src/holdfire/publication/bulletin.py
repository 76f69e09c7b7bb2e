"""Bulletin: a case's tables into what a day's or a period's bulletin says.

Turns ``BulletinInputs`` into a ``Bulletin`` of numbers and ids. Rule: the result depends on the inputs alone, not
on the order of their rows, and on no clock. Leaves holding back to ``redact`` (which comes before), and words and
drawing to ``render`` (which comes after). Source: DESIGN, sections 1, 2 and 5.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import to_us
from holdfire.publication.changes import MAX_VERDICT_CHANGES, late_incidents, verdict_changes
from holdfire.publication.clause_numbers import clause_deltas, clause_numbers, timeline_of
from holdfire.publication.columns import Columns, columns_of
from holdfire.publication.digest import content_sha256, sort_rows
from holdfire.publication.intake import attributions_of, intake_of, refusal_groups, source_items
from holdfire.publication.items import (
    MAX_INCIDENTS,
    MAX_TOUCHING,
    count_incidents,
    incident_items,
    likely_rows,
    standing_items,
    with_quotes,
)
from holdfire.publication.language import catalogue
from holdfire.publication.period import NO_TIME, day_of, meets, period_of
from holdfire.publication.shapes import line_shapes, zone_drawings, zone_geometries
from holdfire.publication.watch import watch_of
from holdfire.records.bulletin import Bulletin, BulletinInputs, Period
from holdfire.records.bulletin_numbers import Changes

__all__ = ["MAX_INCIDENTS", "compose", "ordered"]


def ordered(case: BulletinInputs) -> BulletinInputs:
    """Return the same inputs with every table's rows in their one order."""
    return replace(
        case,
        reports=sort_rows(case.reports),
        sources=sort_rows(case.sources),
        refusals=sort_rows(case.refusals),
        files=tuple(sorted(case.files, key=lambda file: (file.name, file.sha256))),
        incidents=sort_rows(case.incidents),
        memberships=sort_rows(case.memberships),
        assessments=sort_rows(case.assessments),
        findings=sort_rows(case.findings),
        coverage=sort_rows(case.coverage),
        zone_shapes=sort_rows(case.zone_shapes),
    )


def _days(columns: Columns, incident_ids: set[str]) -> dict[str, date]:
    """Return the local days on which some incidents are counted, where they are known."""
    rows = np.flatnonzero(
        pc.is_in(columns.incidents["incident_id"], value_set=pa.array(sorted(incident_ids), pa.string())).to_numpy()
    )
    named = columns.incidents["incident_id"].take(pa.array(rows)).to_pylist()
    days = columns.incident_day[rows]
    return {name: day_of(int(day)) for name, day in zip(named, days, strict=True) if day != NO_TIME}


def _changes(case: BulletinInputs, columns: Columns, period: Period) -> Changes:
    now = columns.within(to_us(period.start), to_us(period.end))
    before = columns.within(to_us(period.previous_start), to_us(period.previous_end))
    n_incidents, n_likely, n_established = count_incidents(columns, now)
    n_incidents_before, n_likely_before, n_established_before = count_incidents(columns, before)
    verdicts = verdict_changes(case.findings, case.assessments, case.previous_findings)
    n_verdicts, verdicts = len(verdicts), verdicts[:MAX_VERDICT_CHANGES]
    days = _days(columns, {one.incident_id for one in verdicts if one.incident_id is not None})
    earlier = (columns.incident >= 0) & (columns.at_us < to_us(period.start))
    return Changes(
        n_incidents=n_incidents,
        n_incidents_before=n_incidents_before,
        n_likely=n_likely,
        n_likely_before=n_likely_before,
        n_established=n_established,
        n_established_before=n_established_before,
        verdicts=tuple(replace(one, on=days.get(one.incident_id or "")) for one in verdicts),
        n_verdicts=n_verdicts,
        compared=case.previous_findings is not None,
        n_late=late_incidents(case.findings.filter(pa.array(earlier)), case.previous_findings),
        clauses=clause_deltas(columns, case.agreement, period),
    )


def _touching(columns: Columns, period: Period) -> NDArray[np.bool_]:
    """Say which findings are on incidents that may lie in the period, but count on a neighbouring day."""
    start, end = to_us(period.start), to_us(period.end)
    # The last element stands for a finding that needs no incident.
    met = np.append(meets(columns.incidents, start, end), False)
    touching: NDArray[np.bool_] = met[columns.incident] & ~columns.within(start, end)
    return touching


def _n_fused(columns: Columns, period: Period) -> int:
    at_us = columns.incident_at_us
    return int(((at_us >= to_us(period.start)) & (at_us < to_us(period.end))).sum())


def _n_unplaced(incidents: pa.Table, numbers: NDArray[np.int64]) -> int:
    return int(incidents["lon"].take(pa.array(numbers)).null_count)


def _columns(case: BulletinInputs, zone: str) -> Columns:
    held = case.agreement
    return columns_of(
        case.findings,
        case.incidents,
        clauses=[clause.id for clause in held.clauses],
        parties=[party.id for party in held.parties],
        readings=[reading.id for reading in held.readings],
        zone=zone,
    )


def compose(case: BulletinInputs, *, start: datetime, end: datetime, language: str) -> Bulletin:
    """Return what a bulletin of ``[start, end)`` says.

    Parameters
    ----------
    case : BulletinInputs
        Already redacted for its audience.
    start, end : datetime
        Aware instants.
    language : str
        ``en`` or ``uk``.

    Raises
    ------
    InputError
        The period is empty, or no catalogue is in that language.
    """
    catalogue(language)
    case, agreement = ordered(case), case.agreement
    period = period_of(agreement, start, end)
    columns = _columns(case, period.zone)
    within, touching = columns.within(to_us(period.start), to_us(period.end)), _touching(columns, period)
    zones = zone_drawings(case.zone_shapes, agreement, period)
    shapes = zone_geometries(zones)
    items, numbers = incident_items(columns, within, agreement, shapes), np.unique(columns.incident[within])
    return Bulletin(
        language=language,
        agreement=agreement,
        period=period,
        release=case.release,
        changes=_changes(case, columns, period),
        incidents=with_quotes(items, case.reports, case.memberships, case.sources),
        n_incidents=int(numbers.size),
        n_fused=_n_fused(columns, period),
        touching=incident_items(columns, likely_rows(columns, touching), agreement, shapes, MAX_TOUCHING),
        n_touching=int(np.unique(columns.incident[touching]).size),
        standing=standing_items(columns, agreement),
        clauses=clause_numbers(columns, agreement, period),
        timeline=timeline_of(columns, agreement, period),
        watch=watch_of(case, period, columns, _n_unplaced(case.incidents, numbers)),
        intake=intake_of(case.files),
        refusals=refusal_groups(case.refusals, with_values=case.release.audience == "restricted"),
        sources=source_items(case.reports, case.sources, period),
        zones=zones,
        lines=line_shapes(agreement, period),
        attributions=attributions_of(case.files),
        content_sha256=content_sha256(case, start, end),
        code_version=case.code_version,
        run_id=case.run_id,
        guarantee=case.guarantee,
    )
