"""Pipeline: the one file that names the stages, in order.

Turns reports and an agreement into incidents, assessments, findings and counts. Rule: a run is a pure function
of what comes in here; each stage hands its table on and changes nothing behind it. Leaves files to
``commands``. Source: DESIGN, section 2.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from holdfire.agreement.names import resolve_names, resolve_sides
from holdfire.app.spread import Judged, Spread, spread_case
from holdfire.app.spread_fusion import fusion_work
from holdfire.assessment.assess import Terms, assess_all
from holdfire.assessment.counts import count_breaches
from holdfire.assessment.shapes import zone_shapes
from holdfire.findings.decide import decide
from holdfire.fusion.fuse import Fused, FusionParameters, fuse
from holdfire.fusion.stream import Carried, Step, carry_ids
from holdfire.records.agreement import Agreement
from holdfire.records.finding import Review
from holdfire.records.incident_review import IncidentReview
from holdfire.records.lineage import LINEAGE_SCHEMA
from holdfire.records.taxonomy import Taxonomy, builtin_tree, kind_weapons

__all__ = ["CaseInput", "CaseResult", "Trees", "carry_case", "fuse_case", "run_case"]

T = TypeVar("T")

log = logging.getLogger("holdfire")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """Hold the trees that a case speaks in."""

    kinds: Taxonomy = field(default_factory=lambda: builtin_tree("kinds"))
    weapons: Taxonomy = field(default_factory=lambda: builtin_tree("weapons"))
    targets: Taxonomy = field(default_factory=lambda: builtin_tree("targets"))
    kind_weapons: Mapping[str, str] = field(default_factory=kind_weapons)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInput:
    """Hold everything that a run depends on.

    Attributes
    ----------
    agreement : Agreement
    reports, sources, coverage : pyarrow.Table
        By ``REPORT_SCHEMA``, ``SOURCE_SCHEMA``, ``COVERAGE_SCHEMA``.
    reviews : tuple of Review
    incident_reviews : tuple of IncidentReview
    trees : Trees
    areas : mapping of str to shapely geometry
        Gazetteer units by id, lon/lat.
    parameters : FusionParameters
    step : Step or None
        The step before, whose ids are carried on; None = the run continues no case.
    """

    agreement: Agreement
    reports: pa.Table
    sources: pa.Table
    coverage: pa.Table
    reviews: tuple[Review, ...] = ()
    incident_reviews: tuple[IncidentReview, ...] = ()
    trees: Trees = field(default_factory=Trees)
    areas: Mapping[str, shapely.Geometry] = field(default_factory=dict)
    parameters: FusionParameters = field(default_factory=FusionParameters)
    step: Step | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """Hold what a run made, every table in its record's schema; ``lineage`` has no rows where no case went before."""

    reports: pa.Table
    sources: pa.Table
    zone_shapes: pa.Table
    incidents: pa.Table
    memberships: pa.Table
    lineage: pa.Table
    assessments: pa.Table
    findings: pa.Table
    counts: pa.Table


def _stage(event: str, n_in: int, count: Callable[[T], int], run: Callable[[], T], **ids: str) -> T:
    started = time.perf_counter()
    result = run()
    fields: dict[str, Any] = {**ids, "n_in": n_in, "n_out": count(result), "n_refused": 0}
    fields["seconds"] = round(time.perf_counter() - started, 3)
    log.info(event, extra={"fields": fields})
    return result


def _rows(table: pa.Table) -> int:
    return int(table.num_rows)


def _told_kinds(reports: pa.Table) -> frozenset[str]:
    """Return the kinds of event that any report tells of: what no report can show, nobody can determine."""
    return frozenset(pc.unique(reports["kind"]).drop_null().to_pylist())


def fuse_case(
    reports: pa.Table,
    sources: pa.Table,
    trees: Trees,
    parameters: FusionParameters,
    reviews: tuple[IncidentReview, ...] = (),
    spread: Spread | None = None,
) -> Fused:
    """Join reports into incidents, without an agreement; over parts, where ``spread`` says how."""
    with fusion_work(spread) as work:
        return _stage(
            "fuse",
            reports.num_rows,
            lambda fused: int(fused.incidents.num_rows),
            lambda: fuse(reports, sources, trees.kinds, parameters, reviews, work),
        )


def carry_case(fused: Fused, reports: pa.Table, step: Step | None) -> Carried:
    """Give incidents the ids of the step before where they mean the same; without one they keep fusion's."""
    if step is None:
        empty = LINEAGE_SCHEMA.empty_table()
        return Carried(incidents=fused.incidents, memberships=fused.memberships, lineage=empty)
    return _stage(
        "carry",
        fused.incidents.num_rows,
        lambda carried: int(carried.incidents.num_rows),
        lambda: carry_ids(fused.incidents, fused.memberships, reports, step),
    )


def _judge(incidents: pa.Table, terms: Terms, sources: pa.Table, reviews: tuple[Review, ...]) -> Judged:
    # The stages from incidents to counts, on whole tables.
    agreement, told = terms.agreement, terms.evidence_kinds
    ids = {"agreement_id": agreement.id}
    n_incidents = incidents.num_rows
    assessments = _stage("assess", n_incidents, _rows, lambda: assess_all(incidents, terms), **ids)
    findings = _stage(
        "decide",
        assessments.num_rows,
        _rows,
        lambda: decide(assessments, agreement, sources, reviews, evidence_kinds=told),
        **ids,
    )
    counts = _stage("count", n_incidents, _rows, lambda: count_breaches(assessments, incidents, agreement), **ids)
    return Judged(assessments=assessments, findings=findings, counts=counts)


def run_case(case: CaseInput, spread: Spread | None = None) -> CaseResult:
    """Run every stage from reports to findings and counts; over parts, where ``spread`` says how."""
    agreement, trees = case.agreement, case.trees
    ids = {"agreement_id": agreement.id}
    n_reports = case.reports.num_rows
    reports = _stage("resolve", n_reports, _rows, lambda: resolve_names(case.reports, agreement), **ids)
    sources = resolve_sides(case.sources, agreement)
    shapes = _stage("shapes", len(agreement.zones), _rows, lambda: zone_shapes(agreement), **ids)
    fused = carry_case(
        fuse_case(reports, sources, trees, case.parameters, case.incident_reviews, spread), reports, case.step
    )
    terms = Terms(
        agreement=agreement,
        shapes=shapes,
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        kind_weapons=trees.kind_weapons,
        areas=case.areas,
        evidence_kinds=_told_kinds(reports),
    )
    if spread is None:
        judged = _judge(fused.incidents, terms, sources, case.reviews)
    else:
        judged = _stage(
            "judge",
            fused.incidents.num_rows,
            lambda made: _rows(made.assessments),
            lambda: spread_case(fused.incidents, terms, sources, case.reviews, spread),
            **ids,
        )
    return CaseResult(
        reports=reports,
        sources=sources,
        zone_shapes=shapes,
        incidents=fused.incidents,
        memberships=fused.memberships,
        lineage=fused.lineage,
        assessments=judged.assessments,
        findings=judged.findings,
        counts=judged.counts,
    )
