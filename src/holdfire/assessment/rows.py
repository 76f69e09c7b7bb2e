"""Turn judgements into rows of assessments: products, what would narrow them, verdicts.

Rules: the bounds of a breach are the products of the factors' bounds. If factor f were known at the middle of its
range, the result would narrow by (u_f - l_f) (U / u_f + L / l_f) / 2, the products being over the other factors; the
factor that narrows most is named, the first one of ``FACTORS`` among equals. A verdict says what the bounds mean at the
clause's standard t: established from a lower bound of t on, excluded below ``EXCLUDED_BELOW``, not established below t,
else it cannot be determined. Source: DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.assessment.kernels.kernel import Judgement
from holdfire.records.agreement import Agreement
from holdfire.records.assessment import ASSESSMENT_SCHEMA, FACTORS, LISTED_FROM
from holdfire.records.clauses import STANDARDS
from holdfire.records.finding import EXCLUDED_BELOW, VERDICTS

__all__ = ["Claim", "by_incident", "claims_of", "narrowing_factor", "narrowing_gains", "rows_of", "verdict_codes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Hold what all rows of one clause, reading and party share.

    Attributes
    ----------
    rank : int
        Position in the order of (clause, reading, party).
    threshold : float, 0..1
        The probability from which the clause's standard holds.
    """

    rank: int
    threshold: float


def claims_of(agreement: Agreement) -> dict[tuple[str, str, str], Claim]:
    """Return every (clause, reading, party) of an agreement, in order."""
    keys = sorted(
        (clause.id, reading.id, party)
        for clause in agreement.clauses
        for reading in agreement.readings
        for party in set(clause.addressees)
    )
    standard = {clause.id: STANDARDS[clause.standard] for clause in agreement.clauses}
    return {key: Claim(rank=rank, threshold=standard[key[0]]) for rank, key in enumerate(keys)}


def narrowing_gains(lower: Floats, upper: Floats) -> Floats:
    """Return by how much each product would narrow, were one factor known at the middle of its range.

    Parameters
    ----------
    lower, upper : float64, (n_factors, n), 0..1

    Returns
    -------
    float64, (n_factors, n), 0..1
        Probability by which upper less lower bound of the product shrinks.

    Examples
    --------
    >>> narrowing_gains(np.array([[0.5], [0.0]]), np.array([[0.5], [1.0]])).tolist()
    [[0.0], [0.5]]
    """
    gains = np.empty_like(lower)
    for one in range(lower.shape[0]):
        others = [other for other in range(lower.shape[0]) if other != one]
        rest = np.prod(lower[others], axis=0) + np.prod(upper[others], axis=0)
        gains[one] = (upper[one] - lower[one]) * rest / 2.0
    return gains


def narrowing_factor(lower: Floats, upper: Floats) -> Codes:
    """Return which factor, if it were known, would narrow each product most.

    Parameters
    ----------
    lower, upper : float64, (n_factors, n), 0..1

    Returns
    -------
    int32, (n,)
        Index of the factor; -1 where the product has no range.

    Examples
    --------
    >>> narrowing_factor(np.array([[0.5], [0.0]]), np.array([[0.6], [1.0]])).tolist()
    [1]
    """
    gains = narrowing_gains(lower, upper)
    most = np.argmax(gains, axis=0).astype(np.int32)
    return np.where(gains.max(axis=0) > 0.0, most, np.int32(-1))


def verdict_codes(lower: Floats, upper: Floats, threshold: Floats) -> Codes:
    """Return what bounds say at a standard, as indexes into ``VERDICTS``.

    Parameters
    ----------
    lower, upper, threshold : float64, (n,), 0..1

    Examples
    --------
    >>> codes = verdict_codes(np.array([0.8, 0.1, 0.0, 0.1]), np.array([0.9, 0.4, 0.01, 0.9]), np.full(4, 0.75))
    >>> [VERDICTS[code] for code in codes]
    ['established', 'not established', 'excluded', 'cannot determine']
    """
    says = [lower >= threshold, upper < EXCLUDED_BELOW, upper < threshold]
    names = ("established", "excluded", "not established")
    codes = [np.int32(VERDICTS.index(name)) for name in names]
    return np.select(says, codes, np.int32(VERDICTS.index("cannot determine"))).astype(np.int32)


def _named(codes: Codes, names: Iterable[str]) -> pa.Array:
    # Negative codes become null.
    indices = pa.array(codes, pa.int32(), mask=codes < 0)
    return pa.array(tuple(names), pa.string()).take(indices)


def _stacked(judgements: list[Judgement], bound: int) -> Floats:
    columns = [np.concatenate([getattr(judgement, factor)[bound] for judgement in judgements]) for factor in FACTORS]
    return np.stack(columns)


def rows_of(
    incident_id: pa.Array,
    judgements: Iterable[tuple[str, str, Judgement]],
    claims: Mapping[tuple[str, str, str], Claim],
) -> pa.Table:
    """Return the listed assessments of a chunk, in order.

    Parameters
    ----------
    incident_id : pyarrow string array, (n,)
        The chunk's incidents, in order.
    judgements : iterable of (clause, reading, Judgement)
    claims : mapping
        From :func:`claims_of`.
    """
    found = [(claims[clause, reading, one.party], one) for clause, reading, one in judgements if one.rows.size]
    if not found:
        return ASSESSMENT_SCHEMA.empty_table()
    parts = [one for _, one in found]
    sizes = [one.rows.size for one in parts]
    row = np.concatenate([one.rows for one in parts])
    rank = np.repeat([claim.rank for claim, _ in found], sizes)
    threshold = np.repeat([claim.threshold for claim, _ in found], sizes)
    lower, upper = _stacked(parts, 0), _stacked(parts, 1)
    prob_upper = np.prod(upper, axis=0)
    listed = np.flatnonzero(prob_upper >= LISTED_FROM)
    listed = listed[np.argsort(row[listed] * len(claims) + rank[listed], kind="stable")]
    lower, upper, prob_upper = lower[:, listed], upper[:, listed], prob_upper[listed]
    prob_lower = np.prod(lower, axis=0)
    bounds = [values for pair in zip(lower, upper, strict=True) for values in pair]
    columns: list[pa.Array] = [
        *_names(incident_id, row[listed], rank[listed].astype(np.int32), claims),
        *(pa.array(np.ascontiguousarray(values)) for values in (prob_lower, prob_upper, *bounds)),
        _named(narrowing_factor(lower, upper), FACTORS),
        _named(verdict_codes(prob_lower, prob_upper, threshold[listed]), VERDICTS),
    ]
    return pa.Table.from_arrays(columns, schema=ASSESSMENT_SCHEMA)


def by_incident(table: pa.Table, incident_id: pa.Array) -> pa.Table:
    """Return assessments in the order of their incidents; an incident's own rows keep theirs.

    Parameters
    ----------
    table : pyarrow.Table
        By ``ASSESSMENT_SCHEMA``, every row with an incident.
    incident_id : pyarrow string array
        The incidents in order.
    """
    position = pc.index_in(table["incident_id"], value_set=incident_id).to_numpy()
    return table.take(pa.array(np.argsort(position, kind="stable")))


def _names(
    incident_id: pa.Array, row: Ints, rank: Codes, claims: Mapping[tuple[str, str, str], Claim]
) -> list[pa.Array]:
    # assessment_id, incident_id, clause_id, reading, party
    keys = list(claims)
    incident = incident_id.take(pa.array(row, mask=row < 0))
    tails = _named(rank, ["/".join(("", *key)) for key in keys])
    ids = pc.binary_join_element_wise(pc.fill_null(incident, "-"), tails, "")
    return [ids, incident, *(_named(rank, [key[part] for key in keys]) for part in range(3))]
