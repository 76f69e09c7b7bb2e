"""Score: how right incidents were, against a world's truth.

Turns memberships and incidents, beside what truly happened, into figures: pairwise and B-cubed F1, exact incidents,
over-merging, count error, calibration, how well probabilities tell truth from lies, and what became of round-ups.
Rule: figures are of the result as it was written, no threshold is tuned. Leaves places and names to
``posterior_score``, breaches to ``breach_score``. Source: Bagga & Baldwin (1998) for B-cubed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.simulate.calibration import Bin, area_under_curve, calibration_error, reliability
from holdfire.simulate.matching import Matched, main_memberships, match

__all__ = ["FusionScore", "RoundupScore", "score_fusion", "score_roundups"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionScore:
    """Hold how right incidents were; round-ups are left out where they have no vote.

    Attributes
    ----------
    pair_precision, pair_recall, pair_f1 : float, 0..1
        Over pairs of reports of one story: one true incident, or one lie told by several reports.
    bcubed_precision, bcubed_recall, bcubed_f1 : float, 0..1
    n_true, n_found, n_roundup_only : int
        Incidents that a report of their own tells of; incidents found that hold such a report; incidents found that
        hold nothing but round-ups.
    count_error : float
        ``n_found / n_true - 1``.
    exact : float, 0..1
        Share of true incidents whose reports are all of one incident's reports, and no others.
    over_merged, split : float, 0..1
        Share of incidents found that hold reports of two or more true ones; share of true incidents whose reports
        lie in two or more.
    curated_violations : int
        Incidents that hold two reports of one curated source.
    membership_calibration_error, shared_membership_calibration_error : float, 0..1
        Expected calibration error of the likeliest membership against whether the report tells the story that most
        reports of its incident tell; of all reports, and of those in incidents of two or more.
    real_calibration_error : float, 0..1
        Expected calibration error of ``prob_real`` in ten bins.
    real_auc : float, 0..1 or nan
        Probability that a true incident has a higher ``prob_real`` than a fabricated one.
    membership_reliability, real_reliability : tuple of Bin
        The tables behind the calibration errors, in ten bins.
    """

    pair_precision: float
    pair_recall: float
    pair_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    n_true: int
    n_found: int
    n_roundup_only: int
    count_error: float
    exact: float
    over_merged: float
    split: float
    curated_violations: int
    membership_calibration_error: float
    shared_membership_calibration_error: float
    real_calibration_error: float
    real_auc: float
    membership_reliability: tuple[Bin, ...]
    real_reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundupScore:
    """Hold what became of reports that tell of several incidents.

    Attributes
    ----------
    n_roundups : int
    n_links : int
        Pairs of a round-up and an incident that it tells of and that was found.
    n_rows, n_secondary, n_own : int
        Memberships of round-ups; those of them that are not a report's likeliest; those of incidents that hold
        nothing but round-ups.
    recall : float, 0..1
        Share of the links that a membership holds.
    precision, secondary_precision : float, 0..1 or nan
        Share of memberships, and of the secondary ones, whose incident the round-up tells of; nan where there is none.
    own_precision : float, 0..1 or nan
        Share of the memberships of incidents of nothing but round-ups whose round-up tells of an incident that was
        not found. Such an incident says no more, so that these rows count in none of the other figures but their
        number.
    calibration_error : float, 0..1
        Of the other memberships' probabilities.
    """

    n_roundups: int
    n_links: int
    n_rows: int
    n_secondary: int
    n_own: int
    recall: float
    precision: float
    secondary_precision: float
    own_precision: float
    calibration_error: float


def _pairs(counts: Ints) -> float:
    return float((counts * (counts - 1) // 2).sum())


def _f1(precision: float, recall: float) -> float:
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def _share(mask: NDArray[np.bool_], empty: float = 0.0) -> float:
    return float(mask.mean()) if mask.size else empty


def _cluster_figures(matched: Matched) -> dict[str, float]:
    """Return the figures that compare two partitions of the reports."""
    found, story = matched.found, matched.story
    both = found * (int(story.max(initial=0)) + 1) + story
    _, first, both_of, n_both = np.unique(both, return_index=True, return_inverse=True, return_counts=True)
    _, found_of, n_found = np.unique(found, return_inverse=True, return_counts=True)
    _, story_of, n_story = np.unique(story, return_inverse=True, return_counts=True)
    hits = _pairs(n_both)
    precision = hits / _pairs(n_found) if _pairs(n_found) else 1.0
    recall = hits / _pairs(n_story) if _pairs(n_story) else 1.0
    b_precision = float((n_both[both_of] / n_found[found_of]).mean()) if found.size else 1.0
    b_recall = float((n_both[both_of] / n_story[story_of]).mean()) if found.size else 1.0
    true = matched.is_true[first]
    alone = (n_both == n_found[found_of[first]]) & (n_both == n_story[story_of[first]])
    n_true = int(np.unique(story[matched.is_true]).size)
    stories_in = np.bincount(found_of[first][true & matched.held[first]], minlength=n_found.size)
    parts_of = np.bincount(story_of[first][true], minlength=n_story.size)
    return {
        "pair_precision": precision,
        "pair_recall": recall,
        "pair_f1": _f1(precision, recall),
        "bcubed_precision": b_precision,
        "bcubed_recall": b_recall,
        "bcubed_f1": _f1(b_precision, b_recall),
        "exact": float((alone & true & matched.held[first]).sum()) / n_true if n_true else 1.0,
        "over_merged": _share(stories_in[stories_in > 0] > 1),
        "split": _share(parts_of[parts_of > 0] > 1),
    }


def score_fusion(
    incidents: pa.Table, memberships: pa.Table, reports: pa.Table, sources: pa.Table, truth: pa.Table
) -> FusionScore:
    """Score incidents against the true membership of their reports.

    Parameters
    ----------
    incidents, memberships, reports, sources : pyarrow.Table
        As a run wrote them.
    truth : pyarrow.Table
        ``report_id``, ``truth_id`` (null = fabricated) and, where known, ``lie_id``.
    """
    matched = match(memberships, truth)
    real, prob, n_roundup_only = _real(incidents, memberships, matched)
    n_true = int(np.unique(matched.story[matched.is_true]).size)
    n_found = int(np.unique(matched.found[matched.is_true & matched.held]).size)
    member = matched.table["prob"].to_numpy()
    held, is_right = matched.held, matched.is_right
    shared = held & (np.bincount(matched.found)[matched.found] > 1)
    return FusionScore(
        **_cluster_figures(matched),
        n_true=n_true,
        n_found=n_found,
        n_roundup_only=n_roundup_only,
        count_error=n_found / n_true - 1.0 if n_true else 0.0,
        curated_violations=_curated_violations(memberships, reports, sources),
        membership_calibration_error=calibration_error(member[held], is_right[held]),
        shared_membership_calibration_error=calibration_error(member[shared], is_right[shared]),
        real_calibration_error=calibration_error(prob, real),
        real_auc=area_under_curve(prob, real),
        membership_reliability=reliability(member[held], is_right[held]),
        real_reliability=reliability(prob, real),
    )


def _real(incidents: pa.Table, memberships: pa.Table, matched: Matched) -> tuple[NDArray[np.bool_], Floats, int]:
    """Return of every incident whether any of its reports is true, its ``prob_real``, and how many hold round-ups only.

    A round-up sums up what happened: an incident of nothing else is real.
    """
    own = matched.table.filter(pa.array(matched.held))
    own = own.append_column("true", pc.is_valid(own["truth_id"]).cast(pa.int8()))
    known = own.group_by("incident_id").aggregate([("true", "max")])
    summing = main_memberships(memberships)
    summing = summing.filter(pc.is_in(summing["report_id"], pc.unique(matched.roundups["report_id"])))
    only = pc.unique(summing["incident_id"]).drop_null()
    only = only.filter(pc.invert(pc.is_in(only, known["incident_id"].combine_chunks())))
    prob = incidents.select(["incident_id", "prob_real"])
    by_own = known.join(prob, "incident_id", join_type="inner")
    by_sum = prob.filter(pc.is_in(prob["incident_id"], only))
    real = np.concatenate([by_own["true_max"].to_numpy() > 0, np.ones(by_sum.num_rows, dtype=bool)])
    return real, np.concatenate([by_own["prob_real"].to_numpy(), by_sum["prob_real"].to_numpy()]), len(only)


def _curated_violations(memberships: pa.Table, reports: pa.Table, sources: pa.Table) -> int:
    curated = sources.filter(sources["curated"])["source_id"]
    told = reports.select(["report_id", "source_id"])
    told = told.filter(pc.is_in(told["source_id"], curated))
    held = main_memberships(memberships).select(["report_id", "incident_id"]).join(told, "report_id", join_type="inner")
    held = held.filter(pc.is_valid(held["incident_id"]))
    if held.num_rows == 0:
        return 0
    n = held.group_by(["incident_id", "source_id"]).aggregate([("report_id", "count")])
    twice = n.filter(pc.greater(n["report_id_count"], 1))
    return int(pc.count_distinct(twice["incident_id"]).as_py())


def score_roundups(memberships: pa.Table, truth: pa.Table) -> RoundupScore | None:
    """Score the memberships of reports that tell of several incidents; None where the world has none.

    Parameters
    ----------
    memberships, truth : pyarrow.Table
        As for ``score_fusion``.
    """
    matched = match(memberships, truth)
    if matched.roundups.num_rows == 0:
        return None
    incident_of = {row["incident_id"]: row["truth_id"] for row in matched.stands_for.to_pylist()}
    was_found = set(incident_of.values())
    pairs = set(zip(*(matched.roundups[name].to_pylist() for name in ("report_id", "truth_id")), strict=True))
    links = {pair for pair in pairs if pair[1] in was_found}
    beyond = {report for report, truth_id in pairs if truth_id not in was_found}
    telling = set(matched.table.filter(pa.array(matched.held))["incident_id"].to_pylist())
    rows = memberships.filter(pc.is_in(memberships["report_id"], pc.unique(matched.roundups["report_id"])))
    rows = rows.filter(pc.is_valid(rows["incident_id"]))
    main = main_memberships(rows)
    likeliest = set(zip(main["report_id"].to_pylist(), main["incident_id"].to_pylist(), strict=True))
    told = list(zip(rows["report_id"].to_pylist(), rows["incident_id"].to_pylist(), strict=True))
    reached = [(report, incident_of.get(incident)) for report, incident in told]
    right = np.array([pair in links for pair in reached], dtype=bool)
    secondary = np.array([pair not in likeliest for pair in told], dtype=bool)
    own = np.array([incident not in telling for _, incident in told], dtype=bool)
    adds = np.array([report in beyond for report, _ in told], dtype=bool)
    return RoundupScore(
        n_roundups=int(pc.count_distinct(matched.roundups["report_id"]).as_py()),
        n_links=len(links),
        n_rows=len(told),
        n_secondary=int(secondary.sum()),
        n_own=int(own.sum()),
        recall=len(links & set(reached)) / len(links) if links else 1.0,
        precision=_share(right[~own], float("nan")),
        secondary_precision=_share(right[secondary & ~own], float("nan")),
        own_precision=_share(adds[own], float("nan")),
        calibration_error=calibration_error(rows["prob"].to_numpy()[~own], right[~own]),
    )
