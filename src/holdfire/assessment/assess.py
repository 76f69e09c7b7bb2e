"""Hold every incident against every clause, for every addressee, under every reading.

Turns incidents, an agreement and its shapes into assessments: five factors with bounds, their product, what would
narrow it, and what the bounds say at the clause's standard. Rules: a clause that permits is never breached; a row is
listed where its upper bound reaches ``LISTED_FROM``; rows are ordered by incident, clause, reading and party, those
without an incident last; incidents are taken in chunks, so that memory follows the result and not the product of its
parts. Leaves the factors to the kernels and findings to ``findings``. Source: DESIGN, section 5.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from holdfire.assessment.chunks import chunks_of
from holdfire.assessment.facts import Facts, facts_of
from holdfire.assessment.kernels.kernel import Judgement, Scene, Setting
from holdfire.assessment.kernels.registry import KERNELS
from holdfire.assessment.kernels.replies import FindsReplies, Replies
from holdfire.assessment.place_time import Places
from holdfire.assessment.regions import Atlas
from holdfire.assessment.rows import by_incident, claims_of, rows_of
from holdfire.basics.instants import to_us
from holdfire.errors import ModelError
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.assessment import ASSESSMENT_SCHEMA
from holdfire.records.clauses import Clause
from holdfire.records.taxonomy import Taxonomy

__all__ = ["CHUNK_ROWS", "Terms", "assess", "assess_all", "assess_incidents", "assess_omissions", "latest_known"]

Ints = NDArray[np.int64]
_KEPT = threading.local()

CHUNK_ROWS = 65_536
"""Incidents that are judged together: a few hundred bytes each for every clause, reading and party."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """Hold what incidents are held against, the same for every part of them.

    Attributes
    ----------
    agreement : Agreement
    shapes : pyarrow.Table
        The agreement's zones by ``ZONE_SHAPE_SCHEMA``.
    kinds, weapons, targets : Taxonomy
    kind_weapons : mapping of kind path to weapon path
    areas : mapping of str to shapely geometry
        Gazetteer units by id, lon/lat.
    evidence_kinds : frozenset of str or None
        Paths of the kinds of event that the case's sources can tell of at all; None = of every kind.
    """

    agreement: Agreement
    shapes: pa.Table
    kinds: Taxonomy
    weapons: Taxonomy
    targets: Taxonomy
    kind_weapons: Mapping[str, str]
    areas: Mapping[str, shapely.Geometry] = field(default_factory=dict)
    evidence_kinds: frozenset[str] | None = None


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


def latest_known(facts: Facts) -> int | None:
    """Return the latest end that an incident states, microseconds since 1970, UTC; None where none does."""
    known_end = facts.end[~facts.vague]
    return int(known_end.max()) if known_end.size else None


def _atlas_of(terms: Terms) -> Atlas:
    # Preparing shapes for places takes as long as judging thousands of them, so a thread keeps the atlas of the terms
    # that it judged by last; threads do not share one, for it grows while it is asked.
    kept: tuple[pa.Table, Atlas] | None = getattr(_KEPT, "atlas", None)
    if kept is None or kept[0] is not terms.shapes:
        kept = _KEPT.atlas = (terms.shapes, Atlas.of(terms.shapes))
    return kept[1]


def _setting(terms: Terms, facts: Facts, as_of_us: int | None, replies: FindsReplies | None = None) -> Setting:
    return Setting(
        agreement=terms.agreement,
        atlas=_atlas_of(terms),
        kinds=terms.kinds,
        weapons=terms.weapons,
        targets=terms.targets,
        kind_weapons=terms.kind_weapons,
        replies=Replies(facts=facts) if replies is None else replies,
        as_of_us=as_of_us,
        evidence_kinds=terms.evidence_kinds,
    )


def _one_by_one(setting: Setting, facts: Facts, position: Ints, terms: Terms) -> list[pa.Table]:
    # Rows of the kernels that judge each incident by itself; position is each one's among all.
    claims = claims_of(setting.agreement)
    shares: dict[tuple[str, int], float] = {}
    parts = []
    chunks = chunks_of(facts.times, setting.atlas, CHUNK_ROWS)
    for rows in chunks:
        part = facts.take(rows)
        places = Places(facts=part, atlas=setting.atlas, areas=terms.areas, area_shares=shares)
        scene = Scene(setting=setting, facts=part, places=places, position=position[rows])
        parts.append(rows_of(part.incident_id, _judgements(scene, per_incident=True), claims))
    in_order = all(one[-1] < other[0] for one, other in pairwise(chunks))
    return parts if in_order else [by_incident(pa.concat_tables(parts), facts.incident_id)]


def _together(setting: Setting, facts: Facts, terms: Terms) -> pa.Table:
    # Rows of the kernels that judge all incidents together.
    places = Places(facts=facts, atlas=setting.atlas, areas=terms.areas, area_shares={})
    scene = Scene(setting=setting, facts=facts, places=places, position=np.arange(facts.n))
    return rows_of(facts.incident_id, _judgements(scene, per_incident=False), claims_of(setting.agreement))


def assess_incidents(facts: Facts, terms: Terms, replies: FindsReplies | None = None) -> pa.Table:
    """Return the assessments of a part of the incidents: those of the clauses that judge each incident by itself.

    Parameters
    ----------
    facts : Facts
        The part, from :func:`~holdfire.assessment.facts.facts_of`.
    terms : Terms
    replies : FindsReplies, optional
        What was found of the part's incidents as replies to any incident; by default it is found here, among the part's
        own.

    Returns
    -------
    pyarrow.Table
        By ``ASSESSMENT_SCHEMA``, ordered by incident, clause, reading and party: the same rows as in an assessment of
        all incidents at once.
    """
    parts = _one_by_one(_setting(terms, facts, None, replies), facts, np.arange(facts.n), terms)
    return pa.concat_tables([ASSESSMENT_SCHEMA.empty_table(), *parts])


def assess_omissions(incidents: pa.Table, terms: Terms, as_of_us: int | None) -> pa.Table:
    """Return the assessments of the clauses that judge all incidents together: what was not done.

    Parameters
    ----------
    incidents : pyarrow.Table
        At least all that :func:`~holdfire.assessment.parts.may_be_evidence` keeps; others change nothing.
    terms : Terms
    as_of_us : int or None
        Until when incidents could be known: :func:`latest_known` of all of them.
    """
    facts = facts_of(incidents)
    return _together(_setting(terms, facts, as_of_us), facts, terms)


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
    terms = Terms(
        agreement=agreement,
        shapes=shapes,
        kinds=kinds,
        weapons=weapons,
        targets=targets,
        kind_weapons=kind_weapons,
        areas=areas if areas is not None else {},
        evidence_kinds=evidence_kinds,
    )
    return assess_all(incidents, terms, as_of)


def assess_all(incidents: pa.Table, terms: Terms, as_of: datetime | None = None) -> pa.Table:
    """Return the assessments of all incidents, as :func:`assess` does."""
    facts = facts_of(incidents)
    setting = _setting(terms, facts, latest_known(facts) if as_of is None else to_us(as_of))
    parts = _one_by_one(setting, facts, np.arange(facts.n), terms)
    # What was not done comes last: its rows have no incident.
    return pa.concat_tables([ASSESSMENT_SCHEMA.empty_table(), *parts, _together(setting, facts, terms)])
