"""Tallies: findings as columns, and the number of breaches among them with its range.

Turns findings and incidents into arrays, and any selection of them into a ``CountRange``. Rule: the number is
Poisson-binomial, its low end from lower and its high end from upper probabilities. A breach by *whichever* party,
and of *whichever* clause, is bounded without assuming anything of how the parts hang together (Fréchet): the
largest lower bound, and the sum of the upper bounds, at most what holds whoever did it. Source: DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.chance import count_interval
from holdfire.publication.period import NO_TIME, local_days, middle_us
from holdfire.records.bulletin_numbers import CountRange
from holdfire.records.finding import VERDICTS

__all__ = ["Columns", "Union", "columns_of", "count_range", "runs", "segments", "unite"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
    anyone_upper : float64, (n,), 0..1
        Upper bound of a breach whoever did it: every factor but the actor.
    reviewed : bool, (n,)
    at_us, day : int64, (n,)
        Middle of the incident's interval, and its local day since 1970; ``NO_TIME`` = unknown.
    incident_at_us, incident_day : int64, (n incidents,)
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
    anyone_upper: Floats
    reviewed: Flags
    at_us: Ints
    day: Ints
    incident_at_us: Ints
    incident_day: Ints

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
    incident_at = middle_us(incidents)
    incident_day = local_days(incident_at, zone)
    has = incident >= 0
    at_us = np.full(incident.size, NO_TIME, dtype=np.int64)
    day = at_us.copy()
    at_us[has], day[has] = incident_at[incident[has]], incident_day[incident[has]]
    anyone = np.ones(incident.size)
    for factor in ("real", "act", "place_time", "no_exemption"):
        anyone = anyone * _reals(findings, f"{factor}_upper")
    upper = _reals(findings, "prob_upper")
    return Columns(
        findings=findings,
        incidents=incidents,
        clauses=known_clauses,
        parties=known_parties,
        readings=known_readings,
        incident=incident,
        clause=_positions(findings["clause_id"], known_clauses),
        party=_positions(findings["party"], known_parties),
        reading=_positions(findings["reading"], known_readings),
        verdict=_positions(findings["verdict"], VERDICTS),
        lower=_reals(findings, "prob_lower"),
        upper=upper,
        real_upper=np.where(np.isnan(_reals(findings, "real_upper")), upper, _reals(findings, "real_upper")),
        anyone_upper=np.where(np.isnan(anyone), 1.0, anyone),
        reviewed=np.asarray(pc.equal(findings["basis"], "review").to_numpy(), dtype=np.bool_),
        at_us=at_us,
        day=day,
        incident_at_us=incident_at,
        incident_day=incident_day,
    )


def count_range(lower: Floats, upper: Floats) -> CountRange:
    """Return how many of the breaches happened, as mean, 90 % interval and the probability of at least one.

    Parameters
    ----------
    lower, upper : float64, (n,), 0..1
        Bounds of each breach's probability; no nulls.

    Examples
    --------
    >>> count_range(np.array([1.0, 0.5]), np.array([1.0, 0.5])).any_lower
    1.0
    >>> count_range(np.array([]), np.array([])) == CountRange()
    True
    """
    with np.errstate(divide="ignore"):
        any_lower = 1.0 - float(np.exp(np.log1p(-np.clip(lower, 0.0, 1.0)).sum()))
        any_upper = 1.0 - float(np.exp(np.log1p(-np.clip(upper, 0.0, 1.0)).sum()))
    return CountRange(
        mean_lower=float(lower.sum()),
        mean_upper=float(upper.sum()),
        low=count_interval(lower[lower > 0.0])[0],
        high=count_interval(upper[upper > 0.0])[1],
        any_lower=any_lower,
        any_upper=any_upper,
    )


def segments(*keys: Ints) -> tuple[Ints, Ints]:
    """Return an order of the rows by some keys, and where each run of equal keys starts in it.

    Returns
    -------
    order : int64, (n,)
        Rows with equal keys stand together, in their first order.
    starts : int64, (n runs,)
    """
    n = keys[0].size
    order = np.lexsort(keys[::-1])
    if n == 0:
        return order, np.zeros(0, dtype=np.int64)
    differs = np.zeros(n, dtype=np.bool_)
    differs[0] = True
    for key in keys:
        ordered = key[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    return order, np.flatnonzero(differs)


def runs(order: Ints, starts: Ints) -> Iterator[Ints]:
    """Yield the rows of each run."""
    ends = np.append(starts[1:], order.size)[: starts.size]
    for first, last in zip(starts, ends, strict=True):
        yield order[first:last]


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Hold breaches by whichever party: one element per incident, clause and reading.

    Attributes
    ----------
    clause : int64, (n,)
        -1 = of whichever clause.
    reading, day, at_us : int64, (n,)
    lower, upper : float64, (n,), 0..1
    """

    clause: Ints
    reading: Ints
    day: Ints
    at_us: Ints
    lower: Floats
    upper: Floats

    def select(self, keep: Flags) -> tuple[Floats, Floats]:
        """Return the bounds of the elements to keep."""
        return self.lower[keep], self.upper[keep]


def unite(columns: Columns, rows: Flags, *, any_clause: bool) -> Union:
    """Bound the probability that an incident breached a clause (or any clause), whichever party did it.

    Parameters
    ----------
    rows : bool, (n findings,)
        The findings to take.
    any_clause : bool
        True unites the clauses too.
    """
    taken = np.flatnonzero(rows & (columns.incident >= 0) & ~np.isnan(columns.lower))
    clause = np.full(taken.size, -1, dtype=np.int64) if any_clause else columns.clause[taken]
    order, starts = segments(columns.incident[taken], clause, columns.reading[taken])
    taken, clause = taken[order], clause[order]
    if taken.size == 0:
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Union(clause=none, reading=none, day=none, at_us=none, lower=nothing, upper=nothing)
    cap = columns.real_upper if any_clause else columns.anyone_upper
    lower = np.maximum.reduceat(columns.lower[taken], starts)
    upper = np.minimum(np.add.reduceat(columns.upper[taken], starts), np.maximum.reduceat(cap[taken], starts))
    first = taken[starts]
    return Union(
        clause=clause[starts],
        reading=columns.reading[first],
        day=columns.day[first],
        at_us=columns.at_us[first],
        lower=lower,
        upper=np.clip(np.maximum(upper, lower), 0.0, 1.0),
    )
