"""Chain: the whole way from a simulated world's reports to findings, at once or as known at an instant.

Turns reports into incidents, findings and memberships in zones, by the stages of a real run and nothing else. Rule: a
trial knows no assessment of its own. Leaves which reports there are to ``scenes``. Source: DESIGN, section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from holdfire.agreement.names import resolve_names, resolve_sides
from holdfire.assessment.assess import Terms, assess_all
from holdfire.assessment.membership import zone_memberships
from holdfire.assessment.shapes import zone_shapes
from holdfire.errors import ModelError
from holdfire.findings.decide import decide
from holdfire.fusion.fuse import FusionParameters, fuse
from holdfire.guarantee.zones import zones_asked
from holdfire.records.agreement import Agreement
from holdfire.records.ladder import Ladder
from holdfire.records.taxonomy import Taxonomy, builtin_tree, kind_weapons

__all__ = ["Bench", "Judged", "judge_incidents", "judge_reports"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """Hold what every run of a trial is judged by.

    Attributes
    ----------
    agreement : Agreement
    reading : str
    shapes : pyarrow.Table
    kinds, weapons, targets : Taxonomy
    kind_weapons : dict
    parameters : FusionParameters
    areas : mapping of str to shapely geometry
        Gazetteer units by id, lon/lat.
    """

    agreement: Agreement
    reading: str
    shapes: pa.Table
    kinds: Taxonomy
    weapons: Taxonomy
    targets: Taxonomy
    kind_weapons: dict[str, str]
    parameters: FusionParameters = field(default_factory=FusionParameters)
    areas: Mapping[str, shapely.Geometry] = field(default_factory=dict)

    @staticmethod
    def of(
        agreement: Agreement,
        reading: str,
        parameters: FusionParameters | None = None,
        areas: Mapping[str, shapely.Geometry] | None = None,
    ) -> Bench:
        """Return the bench of an agreement, with the built-in trees."""
        return Bench(
            agreement=agreement,
            reading=reading,
            shapes=zone_shapes(agreement),
            kinds=builtin_tree("kinds"),
            weapons=builtin_tree("weapons"),
            targets=builtin_tree("targets"),
            kind_weapons=dict(kind_weapons()),
            parameters=parameters or FusionParameters(n_threads=1),
            areas=areas or {},
        )

    @property
    def ladder(self) -> Ladder:
        """Return the agreement's ladder.

        Raises
        ------
        ModelError
            It has none.
        """
        if self.agreement.ladder is None:
            raise ModelError(
                "An agreement without a ladder cannot be tried.", f"the agreement {self.agreement.id!r}", "Add one."
            )
        return self.agreement.ladder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """Hold what a run found, each table in its record's schema; findings of the bench's reading only."""

    reports: pa.Table
    incidents: pa.Table
    memberships: pa.Table
    findings: pa.Table
    zones: pa.Table


def judge_reports(reports: pa.Table, sources: pa.Table, bench: Bench) -> Judged:
    """Run the stages from reports to findings."""
    agreement = bench.agreement
    named = resolve_names(reports, agreement)
    sides = resolve_sides(sources, agreement)
    fused = fuse(named, sides, bench.kinds, bench.parameters)
    findings = judge_incidents(fused.incidents, named, sides, bench)
    return Judged(
        reports=named,
        incidents=fused.incidents,
        memberships=fused.memberships,
        findings=findings,
        zones=zone_memberships(fused.incidents, bench.shapes, zones_asked(agreement), bench.reading, bench.areas),
    )


def judge_incidents(incidents: pa.Table, reports: pa.Table, sources: pa.Table, bench: Bench) -> pa.Table:
    """Return the findings on incidents, of the bench's reading."""
    told = frozenset(pc.unique(reports["kind"]).drop_null().to_pylist())
    terms = Terms(
        agreement=bench.agreement,
        shapes=bench.shapes,
        kinds=bench.kinds,
        weapons=bench.weapons,
        targets=bench.targets,
        kind_weapons=bench.kind_weapons,
        areas=bench.areas,
        evidence_kinds=told,
    )
    findings = decide(assess_all(incidents, terms), bench.agreement, sources, evidence_kinds=told)
    return findings.filter(pc.equal(findings["reading"], bench.reading))
