"""Breaches: which clause each true incident breached, by a plain reading of the agreement.

Turns exact incidents into exact breaches: is the act prohibited, the place inside, the instant in force, the
actor bound? Rule: plain and slow on purpose, and independent of the assessment, so that the two can be held
against each other. No exemption is granted; obligations and approach distances are left out, since the world
has no truth about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.basics.instants import parse_instant
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Clause, Disengagement, Protected, Withdrawal
from holdfire.records.schema import sort_table, table_from
from holdfire.records.taxonomy import Taxonomy, builtin_tree, kind_weapons

__all__ = ["JUDGED_KINDS", "TRUE_BREACH_SCHEMA", "true_breaches"]

TRUE_BREACH_SCHEMA = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("truth_id", "clause_id", "reading", "party")]
)

JUDGED_KINDS = (
    "cessation",
    "withdrawal",
    "disengagement",
    "protected",
    "no_fly",
    "no_reinforcement",
    "access",
)
"""Clause kinds that a world knows the truth about."""

Mask = NDArray[np.bool_]


def _instants(table: pa.Table) -> NDArray[np.int64]:
    return np.asarray(table["at"].cast(pa.int64()).to_numpy())


def _between(at: NDArray[np.int64], start: datetime | None, end: datetime | None) -> Mask:
    inside = np.ones(at.size, dtype=bool)
    if start is not None:
        inside &= at >= int(start.timestamp() * 1_000_000)
    if end is not None:
        inside &= at < int(end.timestamp() * 1_000_000)
    return inside


def _instant(text: str | None, zone: str) -> datetime | None:
    return None if text is None else parse_instant(text, zone)


def _in_force(at: NDArray[np.int64], reading: Reading, zone: str) -> Mask:
    inside = _between(at, _instant(reading.enters_into_force, zone), _instant(reading.ends, zone))
    for pause in reading.suspensions:
        if pause.by in reading.claimed_by:
            inside &= ~_between(at, _instant(pause.start, zone), _instant(pause.end, zone))
    return inside


def _in_zones(incidents: pa.Table, zones: Iterable[str], reading: str, shapes: pa.Table) -> Mask:
    lon, lat = incidents["lon"].to_numpy(), incidents["lat"].to_numpy()
    at = _instants(incidents)
    inside = np.zeros(at.size, dtype=bool)
    wanted = pc.and_(pc.is_in(shapes["zone_id"], pa.array(sorted(set(zones)))), pc.equal(shapes["reading"], reading))
    for row in shapes.filter(wanted).to_pylist():
        in_time = _between(at, row["start"], row["end"])
        if row["wkb"] is not None:
            in_time &= shapely.contains_xy(shapely.from_wkb(row["wkb"]), lon, lat)
        inside |= in_time
    return inside


def _acts(incidents: pa.Table, clause: Clause, kinds: Taxonomy) -> Mask:
    weapons, implied = builtin_tree("weapons"), kind_weapons()
    acts: list[str] = list(getattr(clause.rule, "acts", ()))
    wanted: list[str] = list(getattr(clause.rule, "weapons", ()))
    fits = {}
    for kind in set(incidents["kind"].to_pylist()):
        fits[kind] = kinds.bounds(kind, acts)[0] == 1.0
        if wanted and fits[kind]:
            fits[kind] = weapons.bounds(implied.get(kind), wanted)[0] == 1.0
    return np.array([fits[kind] for kind in incidents["kind"].to_pylist()], dtype=bool)


def _rule_zones(clause: Clause, party: str) -> list[str]:
    rule = clause.rule
    if isinstance(rule, Withdrawal):
        return list(rule.zones_by_party.get(party, []))
    if isinstance(rule, Disengagement):
        return list(rule.areas)
    return list(getattr(rule, "zones", ()))


def _judge(
    incidents: pa.Table,
    clause: Clause,
    reading: Reading,
    agreement: Agreement,
    shapes: pa.Table,
    kinds: Taxonomy,
) -> Iterator[tuple[str, Mask]]:
    zone = agreement.time_zone
    at = _instants(incidents)
    base = _in_force(at, reading, zone) & _acts(incidents, clause, kinds)
    base &= _between(at, _instant(clause.scope.start, zone), _instant(clause.scope.end, zone))
    if clause.scope.zones:
        base &= _in_zones(incidents, clause.scope.zones, reading.id, shapes)
    if isinstance(clause.rule, Withdrawal):
        base &= _between(at, _instant(clause.rule.deadline, zone), None)
    actors = incidents["actor"].to_numpy(zero_copy_only=False)
    for party in clause.addressees:
        mask = base & (actors == party)
        zones = _rule_zones(clause, party)
        if zones:
            mask = mask & _in_zones(incidents, zones, reading.id, shapes)
        elif isinstance(clause.rule, Withdrawal):
            mask = np.zeros_like(mask)
        yield party, mask


def _is_judged(clause: Clause, agreement: Agreement) -> bool:
    """Say whether a world knows the truth about a clause: it knows acts and places, but no targets."""
    rule = clause.rule
    unbounded = {zone.id for zone in agreement.zones if zone.anywhere}
    by_target = isinstance(rule, Protected) and bool(rule.targets) and not unbounded.isdisjoint(rule.zones)
    return rule.kind in JUDGED_KINDS and clause.modality != "permits" and not by_target


def true_breaches(incidents: pa.Table, agreement: Agreement, shapes: pa.Table, kinds: Taxonomy) -> pa.Table:
    """Return every breach that truly happened.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``TRUE_INCIDENT_SCHEMA``.
    agreement : Agreement
    shapes : pyarrow.Table
        By ``ZONE_SHAPE_SCHEMA``.
    kinds : Taxonomy

    Returns
    -------
    pyarrow.Table
        By ``TRUE_BREACH_SCHEMA``, sorted.
    """
    rows: dict[str, list[Any]] = {name: [] for name in TRUE_BREACH_SCHEMA.names}
    truth_ids = incidents["truth_id"].to_numpy(zero_copy_only=False)
    for clause in agreement.clauses:
        if not _is_judged(clause, agreement):
            continue
        for reading in agreement.readings:
            if clause.scope.readings and reading.id not in clause.scope.readings:
                continue
            for party, mask in _judge(incidents, clause, reading, agreement, shapes, kinds):
                hit = truth_ids[mask].tolist()
                rows["truth_id"] += hit
                rows["clause_id"] += [clause.id] * len(hit)
                rows["reading"] += [reading.id] * len(hit)
                rows["party"] += [party] * len(hit)
    return sort_table(table_from(rows, TRUE_BREACH_SCHEMA), TRUE_BREACH_SCHEMA.names)
