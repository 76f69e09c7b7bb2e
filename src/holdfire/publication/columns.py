"""Columns: findings and their incidents as arrays, for counting and ranking many of them at once.

Turns tables into ``Columns``. Rule: rows stand in the order of their ids, so that nothing made from them depends on
the order in which they came; an id becomes its position in the agreement's own order. Leaves counting to
``tallies``. Source: DESIGN, section 5 (factors).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.publication.period import NO_TIME, local_days, middle_us
from holdfire.records.finding import VERDICTS

__all__ = ["Columns", "columns_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ESTABLISHED, _EXCLUDED = VERDICTS.index("established"), VERDICTS.index("excluded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Hold findings as arrays, one element each, sorted by finding id.

    Attributes
    ----------
    incident : int64, (n,)
        Row in the incidents; -1 = a finding that needs none.
    clause, party, reading, verdict : int64, (n,)
        Positions in ``clauses``, ``parties``, ``readings`` and ``VERDICTS``.
    lower, upper : float64, (n,), 0..1; NaN = nothing could be assessed
    real_upper : float64, (n,), 0..1
        Upper bound of the probability that the incident happened.
    anyone_lower, anyone_upper : float64, (n,), 0..1
        Bounds of a breach if this party did it: the product of every factor but the actor.
    actor_lower, actor_share : float64, (n,), 0..1
        Lower bound of the probability that the party did it; the party's upper bound among the incident's actors.
    reviewed : bool, (n,)
    at_us, day : int64, (n,)
        Middle of the incident's interval, and its local day since 1970; ``NO_TIME`` = unknown.
    incident_at_us, incident_day : int64, (n incidents,)
    actors_upper : float64, (n incidents,)
        Sum of the upper bounds of all actors, the unnamed one among them; 1 where nothing is said.
    """

    findings: pa.Table
    incidents: pa.Table
    clauses: tuple[str, ...]
    parties: tuple[str, ...]
    readings: tuple[str, ...]
    incident: Ints
    clause: Ints
    party: Ints
    reading: Ints
    verdict: Ints
    lower: Floats
    upper: Floats
    real_upper: Floats
    anyone_lower: Floats
    anyone_upper: Floats
    actor_lower: Floats
    actor_share: Floats
    reviewed: Flags
    at_us: Ints
    day: Ints
    incident_at_us: Ints
    incident_day: Ints
    actors_upper: Floats

    @property
    def grade(self) -> Ints:
        """Return 0 where named persons confirmed a breach, 2 where they excluded it, else 1."""
        confirmed = self.reviewed & (self.verdict == _ESTABLISHED)
        excluded = self.reviewed & (self.verdict == _EXCLUDED)
        return np.where(confirmed, 0, np.where(excluded, 2, 1)).astype(np.int64)

    def within(self, start_us: int, end_us: int) -> Flags:
        """Say which findings are on incidents counted in ``[start_us, end_us)``."""
        inside: Flags = (self.at_us >= start_us) & (self.at_us < end_us) & (self.at_us != NO_TIME)
        return inside


def _positions(column: pa.ChunkedArray, names: Sequence[str]) -> Ints:
    found = pc.fill_null(pc.index_in(column, value_set=pa.array(names, pa.string())), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _reals(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _names(listed: Sequence[str], column: pa.ChunkedArray) -> tuple[str, ...]:
    """Return the agreement's names in its order, then names that only the findings have, sorted."""
    others = sorted(set(pc.unique(column).to_pylist()) - set(listed))
    return (*listed, *others)


def _whoever(findings: pa.Table, bound: str, unknown: float) -> Floats:
    """Return the product of every factor's bound but the actor's; where one is null, ``unknown``."""
    product = np.ones(findings.num_rows)
    for factor in ("real", "act", "place_time", "no_exemption"):
        product = product * _reals(findings, f"{factor}_{bound}")
    return np.where(np.isnan(product), unknown, product)


def _actor_shares(incidents: pa.Table, parties: Sequence[str]) -> tuple[Floats, Floats]:
    """Return each party's upper bound among an incident's actors, and the sum of all actors' upper bounds.

    Returns
    -------
    shares : float64, (n incidents + 1, n parties), 0..1
        The last row stands for no incident.
    total : float64, (n incidents,)
        1 where an incident lists no actors: anybody may have done it.
    """
    n = incidents.num_rows
    actors = incidents["actors"].combine_chunks()
    parents = np.asarray(pc.list_parent_indices(actors).to_numpy(zero_copy_only=False), dtype=np.int64)
    names, upper = (pc.struct_field(pc.list_flatten(actors), name) for name in ("name", "upper"))
    bounds = np.asarray(upper.to_numpy(zero_copy_only=False), dtype=np.float64)
    total = np.asarray(np.bincount(parents, weights=bounds, minlength=n), dtype=np.float64)
    total[np.bincount(parents, minlength=n) == 0] = 1.0
    found = pc.fill_null(pc.index_in(names, value_set=pa.array(parties, pa.string())), -1)
    party = np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)
    shares = np.zeros((n + 1, len(parties)))
    shares[parents[party >= 0], party[party >= 0]] = bounds[party >= 0]
    return shares, total


def _times(incident: Ints, incidents: pa.Table, zone: str) -> dict[str, Ints]:
    """Return when and on which local day each incident is counted, and each finding with it."""
    at_us = middle_us(incidents)
    day = local_days(at_us, zone)
    # The last element stands for a finding that needs no incident.
    by_row_us, by_row_day = np.append(at_us, NO_TIME), np.append(day, NO_TIME)
    return {
        "at_us": by_row_us[incident],
        "day": by_row_day[incident],
        "incident_at_us": at_us,
        "incident_day": day,
    }


def columns_of(
    findings: pa.Table,
    incidents: pa.Table,
    *,
    clauses: Sequence[str],
    parties: Sequence[str],
    readings: Sequence[str],
    zone: str,
) -> Columns:
    """Return findings as arrays, in the order of their ids.

    Parameters
    ----------
    findings, incidents : pyarrow.Table
        By their schemas, sorted by id.
    clauses, parties, readings : sequence of str
        Ids in the agreement's order.
    zone : str
        IANA zone in which days are told.
    """
    known_clauses = _names(clauses, findings["clause_id"])
    known_parties = _names(parties, findings["party"])
    known_readings = _names(readings, findings["reading"])
    incident = _positions(findings["incident_id"], incidents["incident_id"].to_pylist())
    party = _positions(findings["party"], known_parties)
    shares, actors_upper = _actor_shares(incidents, known_parties)
    upper = _reals(findings, "prob_upper")
    real_upper = _reals(findings, "real_upper")
    return Columns(
        findings=findings,
        incidents=incidents,
        clauses=known_clauses,
        parties=known_parties,
        readings=known_readings,
        incident=incident,
        clause=_positions(findings["clause_id"], known_clauses),
        party=party,
        reading=_positions(findings["reading"], known_readings),
        verdict=_positions(findings["verdict"], VERDICTS),
        lower=_reals(findings, "prob_lower"),
        upper=upper,
        real_upper=np.where(np.isnan(real_upper), upper, real_upper),
        anyone_lower=_whoever(findings, "lower", 0.0),
        anyone_upper=_whoever(findings, "upper", 1.0),
        actor_lower=np.nan_to_num(_reals(findings, "actor_lower"), nan=0.0),
        actor_share=shares[incident, party],
        reviewed=np.asarray(pc.equal(findings["basis"], "review").to_numpy(), dtype=np.bool_),
        actors_upper=actors_upper,
        **_times(incident, incidents, zone),
    )
