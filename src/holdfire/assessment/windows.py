"""Count breaches in any window of time, and in a zone.

Turns assessments into Poisson-binomial counts of those that lie in a window. Rules: an incident's time is uniform in
its interval, so it lies in the window by a share, and anywhere from 0 to 1 where its time is not stated. That share,
the chance of the zone and the factor ``place_time`` speak of the same place and time, so they are not multiplied: the
chance of them together is at most the least of them, and at least their sum less what more than one of them can hold
(Frechet's bounds); where they are certain, so is the count. A duty that was perhaps not done counts at its deadline,
and in no zone. Leaves days and the whole period to ``counts``. Source: DESIGN, section 5.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.assessment.counts import claim_ranks, counted, grouped
from holdfire.assessment.facts import facts_of
from holdfire.assessment.times import Spans, share_within
from holdfire.basics.instants import to_us
from holdfire.errors import ModelError
from holdfire.records.agreement import Agreement
from holdfire.records.assessment import FACTORS, LISTED_FROM, WINDOW_COUNT_SCHEMA
from holdfire.records.clauses import Corridor, Exchange, Obligation
from holdfire.records.force import instant_of

__all__ = ["Chances", "count_window", "joint", "window_chances", "window_shares"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Chances(NamedTuple):
    """Hold bounds of probability.

    Attributes
    ----------
    lower, upper : float64, (n,), 0..1
    """

    lower: Floats
    upper: Floats


def joint(*parts: Chances) -> Chances:
    """Return Frechet's bounds of several things holding together.

    Examples
    --------
    >>> half = Chances(np.array([0.5]), np.array([0.75]))
    >>> [bound.tolist() for bound in joint(half, half)]
    [[0.0], [0.75]]
    """
    lower = np.sum([part.lower for part in parts], axis=0) - (len(parts) - 1)
    upper = np.min([part.upper for part in parts], axis=0)
    return Chances(np.clip(np.minimum(lower, upper), 0.0, 1.0), upper)


def window_shares(incidents: pa.Table, start: datetime, end: datetime) -> tuple[pa.Array, Chances]:
    """Return incident ids, sorted, and the bounds of each to lie in a window ``[start, end)``.

    Raises
    ------
    ModelError
        The window ends before it starts.
    """
    if not start < end:
        raise ModelError(f"This window is empty: {start} to {end}.", "a window of time", "Check both bounds.")
    facts = facts_of(incidents)
    spans = Spans(np.array([to_us(start)]), np.array([to_us(end)]))
    return facts.incident_id, Chances(*share_within(facts.start, facts.end, facts.vague, spans))


def _of_rows(assessments: pa.Table, ids: pa.Array, chances: Chances, missing: Chances) -> Chances:
    # The incident's chances for each assessment; `missing`, by row, where it has no incident.
    at = pc.index_in(assessments["incident_id"].cast(pa.string()), value_set=ids)
    row = pc.fill_null(at, -1).to_numpy().astype(np.int64)
    has_none = pc.is_null(assessments["incident_id"]).to_numpy()
    if ((row < 0) & ~has_none).any():
        raise ModelError(
            "An assessment names an incident that the table of incidents lacks.",
            "the counts of a window",
            "Give the incidents that were assessed.",
        )
    bounds = [np.where(has_none, gone, np.append(part, 0.0)[row]) for part, gone in zip(chances, missing, strict=True)]
    return Chances(*bounds)


def _fall_due(assessments: pa.Table, agreement: Agreement, start: datetime, end: datetime) -> Floats:
    # 1 where a clause's deadline lies in the window.
    due = [
        clause.id
        for clause in agreement.clauses
        if isinstance(clause.rule, Obligation | Exchange | Corridor)
        and clause.rule.deadline is not None
        and start <= instant_of(clause.rule.deadline, agreement) < end
    ]
    is_due = pc.is_in(assessments["clause_id"], value_set=pa.array(due, pa.string())).to_numpy()
    return np.asarray(is_due, dtype=np.float64)


def _in_zone(ids: pa.Array, memberships: pa.Table) -> Chances:
    # By incident of `ids`; one that is not listed lies outside.
    at = pc.index_in(ids, value_set=memberships["incident_id"].combine_chunks())
    row = pc.fill_null(at, -1).to_numpy().astype(np.int64)
    return Chances(*(np.append(memberships[name].to_numpy(), 0.0)[row] for name in ("prob_lower", "prob_upper")))


def window_chances(
    assessments: pa.Table,
    incidents: pa.Table,
    agreement: Agreement,
    start: datetime,
    end: datetime,
    memberships: pa.Table | None = None,
) -> tuple[Chances, Chances]:
    """Return bounds of each assessment to be a breach within a window, and to lie there whether a breach or not.

    Parameters
    ----------
    assessments, incidents : pyarrow.Table
    agreement : Agreement
    start, end : datetime
        ``[start, end)``, UTC.
    memberships : pyarrow.Table, optional
        Of one zone under one reading, by ``ZONE_MEMBERSHIP_SCHEMA``: only what lies there counts.
    """
    ids, within = window_shares(incidents, start, end)
    due = _fall_due(assessments, agreement, start, end)
    parts = [_of_rows(assessments, ids, within, Chances(due, due))]
    if memberships is not None:
        nowhere = np.zeros(assessments.num_rows)
        parts.append(_of_rows(assessments, ids, _in_zone(ids, memberships), Chances(nowhere, nowhere)))
    place_time = Chances(*(assessments[f"place_time_{bound}"].to_numpy() for bound in ("lower", "upper")))
    met = joint(place_time, *parts)
    rest = [factor for factor in FACTORS if factor != "place_time"]
    lower, upper = (
        np.prod([assessments[f"{factor}_{bound}"].to_numpy() for factor in rest], axis=0)
        for bound in ("lower", "upper")
    )
    return Chances(lower * met.lower, upper * met.upper), joint(*parts)


def count_window(
    assessments: pa.Table,
    incidents: pa.Table,
    agreement: Agreement,
    start: datetime,
    end: datetime,
    *,
    zone_id: str | None = None,
    memberships: pa.Table | None = None,
) -> pa.Table:
    """Return the number of breaches of each clause by each party under each reading, in a window and a zone.

    Parameters
    ----------
    assessments : pyarrow.Table
        By ``ASSESSMENT_SCHEMA``; of one reading where a zone is named.
    incidents : pyarrow.Table
        The incidents that were assessed, by ``INCIDENT_SCHEMA``.
    agreement : Agreement
    start, end : datetime
        ``[start, end)``, UTC.
    zone_id : str, optional
    memberships : pyarrow.Table, optional
        The incidents' memberships in that zone.

    Returns
    -------
    pyarrow.Table
        By ``WINDOW_COUNT_SCHEMA``, ordered by clause, reading and party; a claim of which nothing can lie there has no
        row.

    Raises
    ------
    ModelError
        The window is empty, or an assessment names an incident that is not given.
    """
    breach, there = window_chances(assessments, incidents, agreement, start, end, memberships)
    rows = np.flatnonzero(breach.upper >= LISTED_FROM)
    if not rows.size:
        return WINDOW_COUNT_SCHEMA.empty_table()
    key, claims = claim_ranks(assessments)
    established = pc.equal(assessments["verdict"], "established").to_numpy() & (there.lower >= 1.0)
    columns = counted(breach.lower, breach.upper, established, grouped(key, np.zeros(key.size, dtype=np.int64), rows))
    ranks = columns.pop("key")
    del columns["day"]
    names = [pa.array([claim[part] for claim in claims], pa.string()).take(pa.array(ranks)) for part in range(3)]
    n = ranks.size
    given = [pa.repeat(pa.scalar(bound, WINDOW_COUNT_SCHEMA.field("start").type), n) for bound in (start, end)]
    where = pa.repeat(pa.scalar(zone_id, pa.string()), n)
    arrays = [*names, *given, where, *(pa.array(values) for values in columns.values())]
    return pa.Table.from_arrays(arrays, schema=WINDOW_COUNT_SCHEMA)
