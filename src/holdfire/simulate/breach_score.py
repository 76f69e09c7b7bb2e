"""Breach score: how right breach probabilities were, against the breaches that truly happened.

Turns assessments and memberships, beside a world's breaches, into figures. Rule: figures are of the result as it was
written, no threshold is tuned; only incidents that somebody reported are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.simulate.calibration import calibration_error
from holdfire.simulate.matching import Matched, match

__all__ = ["BreachScore", "judged_rows", "score_breaches"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachScore:
    """Hold how right breach probabilities were.

    Attributes
    ----------
    n_true : int
        True breaches by incidents that were told at all.
    expected_lower, expected_upper : float
        Sums of the lower and upper probabilities.
    covered : float, 0..1
        Share of clause-and-party totals whose truth lies within the sums of lower and upper probabilities,
        each widened by two standard deviations of its own chance.
    n_established, n_established_right : int
        Assessments established, and those of them that were true.
    calibration_error : float, 0..1
        Of the midpoints of assessments narrower than 0.2, in ten bins.
    """

    n_true: int
    expected_lower: float
    expected_upper: float
    covered: float
    n_established: int
    n_established_right: int
    calibration_error: float


def _stands_for(matched: Matched) -> dict[str, str]:
    names = [matched.stands_for[name].to_pylist() for name in ("incident_id", "truth_id")]
    return dict(zip(*names, strict=True))


def judged_rows(
    assessments: pa.Table, stands_for: Mapping[str, str], breaches: pa.Table
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the bounds of assessments of incidents, and whether each was truly a breach.

    Parameters
    ----------
    assessments : pyarrow.Table
        Rows with an incident.
    stands_for : mapping of incident id to truth id
        What is not in it stands for nothing true.
    breaches : pyarrow.Table
        By ``TRUE_BREACH_SCHEMA``.

    Returns
    -------
    lower, upper : float64, (n,), 0..1
    hit : bool, (n,)
    """
    true_set = {tuple(row.values()) for row in breaches.to_pylist()}
    columns = [assessments[name].to_pylist() for name in ("incident_id", "clause_id", "reading", "party")]
    hit = [(stands_for.get(i), c, r, p) in true_set for i, c, r, p in zip(*columns, strict=True)]
    bounds = [assessments[name].to_numpy() for name in ("prob_lower", "prob_upper")]
    return bounds[0], bounds[1], np.array(hit, dtype=bool)


def score_breaches(assessments: pa.Table, memberships: pa.Table, truth: pa.Table, breaches: pa.Table) -> BreachScore:
    """Score breach probabilities against the breaches that truly happened.

    An incident stands for the true incident that most of its reports tell of. Incidents that only round-ups tell of
    are not asked for.

    Parameters
    ----------
    assessments, memberships : pyarrow.Table
        As a run wrote them.
    truth, breaches : pyarrow.Table
        ``report_id``, ``truth_id``; and ``truth_id``, ``clause_id``, ``reading``, ``party``.
    """
    matched = match(memberships, truth)
    true_set = {tuple(row.values()) for row in breaches.to_pylist()}
    judged = assessments.filter(pc.is_valid(assessments["incident_id"]))
    columns = [judged[name].to_pylist() for name in ("incident_id", "clause_id", "reading", "party")]
    lower, upper, hit = judged_rows(judged, _stands_for(matched), breaches)
    established = np.array([v == "established" for v in judged["verdict"].to_pylist()], dtype=bool)
    narrow = upper - lower < 0.2
    told = set(matched.table["truth_id"].to_pylist())
    n_true = sum(1 for row in true_set if row[0] in told)
    return BreachScore(
        n_true=n_true,
        expected_lower=float(lower.sum()),
        expected_upper=float(upper.sum()),
        covered=_covered(columns, lower, upper, true_set, told),
        n_established=int(established.sum()),
        n_established_right=int((established & hit).sum()),
        calibration_error=calibration_error(((lower + upper) / 2)[narrow], hit[narrow]),
    )


def _covered(
    columns: list[list[str]],
    lower: Floats,
    upper: Floats,
    true_set: set[tuple[str, ...]],
    told: set[str | None],
) -> float:
    truth: dict[tuple[str, ...], int] = {}
    for row in true_set:
        if row[0] in told:
            truth[row[1:]] = truth.get(row[1:], 0) + 1
    sums: dict[tuple[str, ...], Floats] = {key: np.zeros(4) for key in truth}
    for key, low, high in zip(zip(*columns[1:], strict=True), lower, upper, strict=True):
        sums.setdefault(key, np.zeros(4))
        sums[key] += (low, high, low * (1 - low), high * (1 - high))
    if not sums:
        return 1.0
    within = [s[0] - 2 * np.sqrt(s[2]) <= truth.get(key, 0) <= s[1] + 2 * np.sqrt(s[3]) for key, s in sums.items()]
    return float(np.mean(within))
