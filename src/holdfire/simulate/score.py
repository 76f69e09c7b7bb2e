"""Score: how right a result was, against a world's truth.

Turns memberships, incidents and assessments, beside what truly happened, into figures: pairwise and B-cubed
F1, count error, calibration, and how well probabilities tell truth from lies. Rule: figures are of the result
as it was written, no threshold is tuned. Source: Bagga & Baldwin (1998) for B-cubed; Naeini et al. (2015) for
the expected calibration error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["BreachScore", "FusionScore", "calibration_error", "score_breaches", "score_fusion"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionScore:
    """Hold how right incidents were.

    Attributes
    ----------
    pair_precision, pair_recall, pair_f1 : float, 0..1
        Over pairs of reports of one true incident; fabrications count as alone.
    bcubed_precision, bcubed_recall, bcubed_f1 : float, 0..1
    n_true, n_found : int
        Incidents that were told at all, and incidents found that hold a true report.
    count_error : float
        ``n_found / n_true - 1``.
    curated_violations : int
        Incidents that hold two reports of one curated source.
    real_calibration_error : float, 0..1
        Expected calibration error of ``prob_real`` in ten bins.
    real_auc : float, 0..1 or nan
        Probability that a true incident has a higher ``prob_real`` than a fabricated one.
    """

    pair_precision: float
    pair_recall: float
    pair_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    n_true: int
    n_found: int
    count_error: float
    curated_violations: int
    real_calibration_error: float
    real_auc: float


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


def _codes(values: pa.ChunkedArray) -> Ints:
    """Return dense codes; each null gets a code of its own."""
    encoded = values.combine_chunks().dictionary_encode()
    codes: Ints = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    missing = np.flatnonzero(codes < 0)
    codes[missing] = len(encoded.dictionary) + np.arange(missing.size)
    return codes


def _pairs(counts: Ints) -> float:
    return float((counts * (counts - 1) // 2).sum())


def _f1(precision: float, recall: float) -> float:
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def calibration_error(prob: Floats, happened: NDArray[np.bool_], n_bins: int = 10) -> float:
    """Return the expected calibration error: mean distance of share and mean probability over bins, by size.

    Examples
    --------
    >>> calibration_error(np.array([1.0, 0.0]), np.array([True, False]))
    0.0
    """
    if prob.size == 0:
        return 0.0
    bins = np.minimum((prob * n_bins).astype(int), n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    mean = np.bincount(bins, weights=prob, minlength=n_bins)
    share = np.bincount(bins, weights=happened.astype(float), minlength=n_bins)
    return float(np.abs(mean - share)[n > 0].sum() / prob.size)


def _auc(prob: Floats, happened: NDArray[np.bool_]) -> float:
    n_true, n_false = int(happened.sum()), int((~happened).sum())
    if n_true == 0 or n_false == 0:
        return float("nan")
    _, inverse, n = np.unique(prob, return_inverse=True, return_counts=True)
    rank = (np.cumsum(n) - (n - 1) / 2.0)[inverse]
    return float((rank[happened].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


def _main_membership(memberships: pa.Table) -> pa.Table:
    """Keep each report's likeliest incident; ties go to the smaller id."""
    keys = [("report_id", "ascending"), ("prob", "descending"), ("incident_id", "ascending")]
    table = memberships.take(pc.sort_indices(memberships, sort_keys=keys))
    ids = table["report_id"].to_numpy(zero_copy_only=False)
    first = np.ones(ids.size, dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    return table.filter(pa.array(first))


def score_fusion(
    incidents: pa.Table, memberships: pa.Table, reports: pa.Table, sources: pa.Table, truth: pa.Table
) -> FusionScore:
    """Score incidents against the true membership of their reports.

    Parameters
    ----------
    incidents, memberships, reports, sources : pyarrow.Table
        As a run wrote them.
    truth : pyarrow.Table
        ``report_id`` and ``truth_id`` (null = fabricated).
    """
    main = _main_membership(memberships)
    table = main.join(truth.select(["report_id", "truth_id"]), "report_id", join_type="inner")
    table = table.join(reports.select(["report_id", "source_id"]), "report_id", join_type="left outer")
    found, true = _codes(table["incident_id"]), _codes(table["truth_id"])
    both = found * (int(true.max(initial=0)) + 1) + true
    _, both_of, n_both = np.unique(both, return_inverse=True, return_counts=True)
    _, found_of, n_found = np.unique(found, return_inverse=True, return_counts=True)
    _, true_of, n_true = np.unique(true, return_inverse=True, return_counts=True)
    hits = _pairs(n_both)
    precision = hits / _pairs(n_found) if _pairs(n_found) else 1.0
    recall = hits / _pairs(n_true) if _pairs(n_true) else 1.0
    b_precision = float((n_both[both_of] / n_found[found_of]).mean()) if found.size else 1.0
    b_recall = float((n_both[both_of] / n_true[true_of]).mean()) if found.size else 1.0
    real, prob = _real(table, incidents)
    n_truths = int(pc.count_distinct(table["truth_id"], mode="only_valid").as_py())
    return FusionScore(
        pair_precision=precision,
        pair_recall=recall,
        pair_f1=_f1(precision, recall),
        bcubed_precision=b_precision,
        bcubed_recall=b_recall,
        bcubed_f1=_f1(b_precision, b_recall),
        n_true=n_truths,
        n_found=int(real.sum()),
        count_error=float(real.sum()) / n_truths - 1.0 if n_truths else 0.0,
        curated_violations=_curated_violations(table, sources),
        real_calibration_error=calibration_error(prob, real),
        real_auc=_auc(prob, real),
    )


def _real(table: pa.Table, incidents: pa.Table) -> tuple[NDArray[np.bool_], Floats]:
    """Return of every incident whether any of its reports is true, and its ``prob_real``."""
    held = table.filter(pc.is_valid(table["incident_id"]))
    held = held.append_column("true", pc.is_valid(held["truth_id"]).cast(pa.int8()))
    known = held.group_by("incident_id").aggregate([("true", "max")])
    joined = known.join(incidents.select(["incident_id", "prob_real"]), "incident_id", join_type="inner")
    return joined["true_max"].to_numpy() > 0, joined["prob_real"].to_numpy()


def _curated_violations(table: pa.Table, sources: pa.Table) -> int:
    curated = sources.filter(sources["curated"])["source_id"]
    held = table.filter(pc.and_(pc.is_in(table["source_id"], curated), pc.is_valid(table["incident_id"])))
    if held.num_rows == 0:
        return 0
    n = held.group_by(["incident_id", "source_id"]).aggregate([("report_id", "count")])
    twice = n.filter(pc.greater(n["report_id_count"], 1))
    return int(pc.count_distinct(twice["incident_id"]).as_py())


def score_breaches(assessments: pa.Table, memberships: pa.Table, truth: pa.Table, breaches: pa.Table) -> BreachScore:
    """Score breach probabilities against the breaches that truly happened.

    An incident stands for the true incident that most of its reports tell of.

    Parameters
    ----------
    assessments, memberships : pyarrow.Table
        As a run wrote them.
    truth, breaches : pyarrow.Table
        ``report_id``, ``truth_id``; and ``truth_id``, ``clause_id``, ``reading``, ``party``.
    """
    main = _main_membership(memberships).join(truth.select(["report_id", "truth_id"]), "report_id")
    votes = main.filter(pc.and_(pc.is_valid(main["incident_id"]), pc.is_valid(main["truth_id"])))
    votes = votes.group_by(["incident_id", "truth_id"]).aggregate([("report_id", "count")])
    keys = [("incident_id", "ascending"), ("report_id_count", "descending"), ("truth_id", "ascending")]
    votes = votes.take(pc.sort_indices(votes, sort_keys=keys))
    ids = votes["incident_id"].to_numpy(zero_copy_only=False)
    first = np.ones(ids.size, dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    stands_for = dict(zip(ids[first], votes["truth_id"].to_numpy(zero_copy_only=False)[first], strict=True))
    true_set = {tuple(row.values()) for row in breaches.to_pylist()}
    judged = assessments.filter(pc.is_valid(assessments["incident_id"]))
    columns = [judged[name].to_pylist() for name in ("incident_id", "clause_id", "reading", "party")]
    hit = np.array([(stands_for.get(i), c, r, p) in true_set for i, c, r, p in zip(*columns, strict=True)], dtype=bool)
    lower, upper = judged["prob_lower"].to_numpy(), judged["prob_upper"].to_numpy()
    established = np.array([v == "established" for v in judged["verdict"].to_pylist()], dtype=bool)
    narrow = upper - lower < 0.2
    told = set(truth["truth_id"].to_pylist())
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
