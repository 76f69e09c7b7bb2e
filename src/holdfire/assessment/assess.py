"""Hold every incident against every clause, for every addressee, under every reading.

Turns incidents, an agreement and its shapes into assessments: five factors with bounds, their product, what would
narrow it, and what the bounds say at the clause's standard. Rules: a clause that permits is never breached; a row is
listed where its upper bound reaches ``LISTED_FROM``; rows are ordered by incident, clause, reading and party, those
without an incident last; incidents are taken in chunks, so that memory follows the result and not the product of its
parts. Leaves the factors to the kernels and findings to ``findings``. Source: DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import pyarrow as pa
import shapely

from holdfire.assessment.facts import Facts, facts_of
from holdfire.assessment.kernels.kernel import Judgement, Scene, Setting
from holdfire.assessment.kernels.registry import KERNELS
from holdfire.assessment.kernels.replies import Replies
from holdfire.assessment.place_time import Places
from holdfire.assessment.regions import Atlas
from holdfire.assessment.rows import claims_of, rows_of
from holdfire.basics.instants import to_us
from holdfire.errors import ModelError
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.assessment import ASSESSMENT_SCHEMA
from holdfire.records.clauses import Clause
from holdfire.records.taxonomy import Taxonomy

__all__ = ["CHUNK_ROWS", "assess"]

CHUNK_ROWS = 65_536
"""Incidents that are judged together: a few hundred bytes each for every clause, reading and party."""


def _readings(clause: Clause, agreement: Agreement) -> list[Reading]:
    wanted = clause.scope.readings
    return [reading for reading in agreement.readings if not wanted or reading.id in wanted]


def _judgements(scene: Scene, *, per_incident: bool) -> Iterator[tuple[str, str, Judgement]]:
    agreement = scene.setting.agreement
    for clause in agreement.clauses:
        kernel = KERNELS.get(clause.rule.kind)
        if kernel is None:
            raise ModelError(
                f"No kernel judges clauses of this kind: {clause.rule.kind!r}.",
                f"clause {clause.id!r} of the agreement {agreement.id!r}",
                f"Use one of {', '.join(KERNELS)}.",
            )
        judge = kernel.judge if kernel.per_incident == per_incident else None if per_incident else kernel.omission
        if judge is not None and clause.modality != "permits":
            for reading in _readings(clause, agreement):
                for judgement in judge(clause, reading, scene):
                    yield clause.id, reading.id, judgement


def _scenes(
    setting: Setting, facts: Facts, areas: Mapping[str, shapely.Geometry], sizes: Iterable[tuple[int, int]]
) -> Iterator[Scene]:
    shares: dict[tuple[str, int], float] = {}
    for start, end in sizes:
        part = facts.part(start, end)
        places = Places(facts=part, atlas=setting.atlas, areas=areas, area_shares=shares)
        yield Scene(setting=setting, facts=part, places=places, first=start)


def assess(
    incidents: pa.Table,
    agreement: Agreement,
    shapes: pa.Table,
    *,
    kinds: Taxonomy,
    weapons: Taxonomy,
    targets: Taxonomy,
    kind_weapons: Mapping[str, str],
    areas: Mapping[str, shapely.Geometry] | None = None,
    as_of: datetime | None = None,
    evidence_kinds: frozenset[str] | None = None,
) -> pa.Table:
    """Return the probability that each incident breaches each clause, as bounds with their factors.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``INCIDENT_SCHEMA``, in any order; ids are unique.
    agreement : Agreement
    shapes : pyarrow.Table
        The agreement's zones by ``ZONE_SHAPE_SCHEMA``, from :func:`~holdfire.assessment.shapes.zone_shapes`.
    kinds, weapons, targets : Taxonomy
        The trees that the agreement and the incidents speak in.
    kind_weapons : mapping of kind path to weapon path
        The weapon that a kind of event implies, where none is named.
    areas : mapping of str to shapely geometry, optional
        Gazetteer units by id, lon/lat; a place that is an area of another id is taken by its spread.
    as_of : datetime, optional
        Until when incidents could be known, UTC; by default the latest end of an incident. Obligations whose deadline
        lies behind it are not judged.
    evidence_kinds : frozenset of str, optional
        Paths of the kinds of event that the case's sources can tell of at all; None = of every kind. What an incident
        leaves unnamed can only be one of them, so it does not count as a breach that nobody could have reported.

    Returns
    -------
    pyarrow.Table
        By ``ASSESSMENT_SCHEMA``.

    Raises
    ------
    ModelError
        A clause has no kernel, or the shapes lack one of the agreement's zones.
    """
    facts = facts_of(incidents)
    known_end = facts.end[~facts.vague]
    latest = int(known_end.max()) if known_end.size else None
    setting = Setting(
        agreement=agreement,
        atlas=Atlas.of(shapes),
        kinds=kinds,
        weapons=weapons,
        targets=targets,
        kind_weapons=kind_weapons,
        replies=Replies(facts=facts),
        as_of_us=latest if as_of is None else to_us(as_of),
        evidence_kinds=evidence_kinds,
    )
    return _assessed(setting, facts, areas if areas is not None else {})


def _assessed(setting: Setting, facts: Facts, areas: Mapping[str, shapely.Geometry]) -> pa.Table:
    claims = claims_of(setting.agreement)
    chunks = [(at, min(at + CHUNK_ROWS, facts.n)) for at in range(0, facts.n, CHUNK_ROWS)]
    parts = [
        rows_of(scene.facts.incident_id, _judgements(scene, per_incident=True), claims)
        for scene in _scenes(setting, facts, areas, chunks)
    ]
    # Kernels that judge all incidents together come last, as their rows have no incident.
    parts += [
        rows_of(facts.incident_id, _judgements(scene, per_incident=False), claims)
        for scene in _scenes(setting, facts, areas, [(0, facts.n)])
    ]
    return pa.concat_tables([ASSESSMENT_SCHEMA.empty_table(), *parts])
