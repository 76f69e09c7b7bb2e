"""Facts about scores, on tables that fit on a page."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import table_from
from holdfire.records.taxonomy import builtin_tree
from holdfire.simulate.calibration import area_under_curve, bounds_error, calibration_error, reliability
from holdfire.simulate.matching import match
from holdfire.simulate.posterior_score import score_posterior
from holdfire.simulate.report_table import TRUE_MEMBERSHIP_SCHEMA
from holdfire.simulate.score import FusionScore, score_fusion, score_roundups
from holdfire.simulate.world import TRUE_INCIDENT_SCHEMA

SOURCES = pa.table({"source_id": ["c", "m"], "curated": [True, False]})


def truth_of(*rows: tuple[str, str | None, str | None]) -> pa.Table:
    """Return true memberships of report, truth and lie."""
    report, truth, lie = zip(*rows, strict=True)
    columns = {"report_id": report, "truth_id": truth, "lie_id": lie, "copied": [False] * len(rows)}
    return table_from(columns, TRUE_MEMBERSHIP_SCHEMA)


def members_of(*rows: tuple[str, str | None, float]) -> pa.Table:
    """Return memberships of report, incident and probability."""
    report, incident, prob = zip(*rows, strict=True)
    return pa.table({"report_id": report, "incident_id": pa.array(incident, pa.string()), "prob": prob})


def score(members: pa.Table, truth: pa.Table, real: dict[str, float], source: str = "m") -> FusionScore:
    """Score memberships of reports by one source."""
    ids = sorted(set(truth["report_id"].to_pylist()))
    reports = pa.table({"report_id": ids, "source_id": [source] * len(ids)})
    incidents = pa.table({"incident_id": list(real), "prob_real": list(real.values())})
    return score_fusion(incidents, members, reports, SOURCES, truth)


TRUTH = truth_of(("r1", "t1", None), ("r2", "t1", None), ("r3", "t2", None), ("r4", "t3", None), ("r5", "t3", None))


def test_exact_merged_and_split_are_told_apart() -> None:
    """One incident exact, one that holds two true ones and half of a split one: a third exact, half merged."""
    members = members_of(("r1", "a", 1.0), ("r2", "a", 1.0), ("r3", "b", 1.0), ("r4", "b", 0.6), ("r5", "c", 0.9))
    got = score(members, TRUTH, {"a": 1.0, "b": 1.0, "c": 1.0})
    assert (1 / 3, 1 / 3, 1 / 3) == pytest.approx((got.exact, got.over_merged, got.split))
    assert (3, 3, 0.0) == (got.n_true, got.n_found, got.count_error)
    assert (0.5, 0.5) == (got.pair_precision, got.pair_recall)


def test_memberships_are_held_to_what_most_reports_tell() -> None:
    """A report in an incident of which most reports tell another story is wrong; ties go to the smaller id."""
    members = members_of(("r1", "a", 1.0), ("r2", "a", 1.0), ("r3", "a", 0.3), ("r4", "b", 1.0), ("r5", "b", 1.0))
    assert [True, True, False, True, True] == match(members, TRUTH).is_right.tolist()
    assert 0.3 / 5 == pytest.approx(score(members, TRUTH, {"a": 1.0, "b": 1.0}).membership_calibration_error)
    tied = members_of(("r1", "a", 0.5), ("r2", "b", 1.0), ("r3", "a", 0.5), ("r4", "c", 1.0), ("r5", "c", 1.0))
    assert [True, True, False, True, True] == match(tied, TRUTH).is_right.tolist()


def test_reports_of_one_lie_belong_together() -> None:
    """Two reports of one lie in one incident are a right pair; two of different lies are not."""
    members = members_of(("r1", "a", 1.0), ("r2", "a", 1.0), ("r3", "b", 1.0))
    together = truth_of(("r1", None, "l1"), ("r2", None, "l1"), ("r3", "t1", None))
    apart = truth_of(("r1", None, "l1"), ("r2", None, "l2"), ("r3", "t1", None))
    real = {"a": 0.1, "b": 0.9}
    assert (1.0, 0.0) == (score(members, together, real).pair_f1, score(members, apart, real).pair_f1)
    assert 1.0 == score(members, together, real).real_auc


def test_a_truth_without_lie_ids_is_read() -> None:
    """A truth table of report and truth alone is scored, every fabrication on its own."""
    members = members_of(("r1", "a", 1.0), ("r2", "b", 1.0), ("r3", "b", 1.0))
    truth = pa.table({"report_id": ["r1", "r2", "r3"], "truth_id": ["t1", None, None]})
    got = score(members, truth, {"a": 1.0, "b": 0.0})
    assert (1, 1, 0.0, 0.0) == (got.n_true, got.n_found, got.pair_precision, got.real_calibration_error)


def test_a_curated_source_twice_is_a_violation() -> None:
    """Two reports of one curated source in one incident break the rule once."""
    members = members_of(*[(f"r{k}", "a", 1.0) for k in range(1, 6)])
    assert (1, 0) == tuple(score(members, TRUTH, {"a": 1.0}, source).curated_violations for source in ("c", "m"))


ROUND_UP = truth_of(
    ("r1", "t1", None), ("r2", "t2", None), ("r3", None, "l1"),
    ("r9", "t1", None), ("r9", "t2", None), ("r9", "t7", None),
)  # fmt: skip


def test_a_round_up_is_scored_by_its_rows() -> None:
    """A round-up that reaches one of two incidents found, and a lie, has recall and precision of a half."""
    members = members_of(("r1", "a", 1.0), ("r2", "b", 1.0), ("r3", "c", 1.0), ("r9", "a", 0.8), ("r9", "c", 0.2))
    got = score_roundups(members, ROUND_UP)
    assert got is not None
    assert (1, 2, 2, 1) == (got.n_roundups, got.n_links, got.n_rows, got.n_secondary)
    assert (0.5, 0.5, 0.0) == (got.recall, got.precision, got.secondary_precision)
    assert 0.2 == pytest.approx(got.calibration_error)


def test_an_incident_of_a_round_up_alone_is_right_where_there_was_more() -> None:
    """Its own incident says that it tells of something not found: right where t7 is among it, else wrong."""
    members = members_of(("r1", "a", 1.0), ("r2", "b", 1.0), ("r3", "c", 1.0), ("r9", "d", 1.0), ("r9", "a", 0.8))
    found = ROUND_UP.filter(pc.not_equal(pc.fill_null(ROUND_UP["truth_id"], ""), "t7"))
    for truth, share in ((ROUND_UP, 1.0), (found, 0.0)):
        got = score_roundups(members, truth)
        assert got is not None
        assert (2, 1, share) == (got.n_rows, got.n_own, got.own_precision)
        assert (1.0, 0.2) == pytest.approx((got.precision, got.calibration_error))


def test_round_ups_have_no_vote_in_the_other_figures() -> None:
    """With a round-up in any incident, or in one of its own, the other figures stay; its own one is counted apart."""
    base = (("r1", "a", 1.0), ("r2", "b", 1.0), ("r3", "c", 1.0))
    real = {"a": 1.0, "b": 1.0, "c": 0.0}
    joined = score(members_of(*base, ("r9", "a", 1.0)), ROUND_UP, real)
    alone = score(members_of(*base, ("r9", "d", 1.0)), ROUND_UP, real | {"d": 1.0})
    for got in (joined, alone):
        assert (1.0, 1.0, 0.0, 2, 2, 0.0) == (
            got.pair_f1, got.exact, got.over_merged, got.n_true, got.n_found, got.real_calibration_error
        )  # fmt: skip
    assert (0, 1) == (joined.n_roundup_only, alone.n_roundup_only)


def test_a_world_without_round_ups_has_no_score_of_them() -> None:
    """Where every report tells of one thing there is nothing to score."""
    assert score_roundups(members_of(("r1", "a", 1.0)), truth_of(("r1", "t1", None))) is None


def test_reports_in_no_incident_are_alone() -> None:
    """A report without an incident counts as found in none and takes no part in calibration."""
    members = members_of(("r1", "a", 1.0), ("r2", None, 0.0), ("r3", "b", 1.0), ("r4", "c", 1.0), ("r5", "c", 1.0))
    got = score(members, TRUTH, {"a": 1.0, "b": 1.0, "c": 1.0})
    assert (3, 3, 2 / 3, 1 / 3) == (got.n_true, got.n_found, got.exact, got.split)
    assert 4 == sum(row.n for row in got.membership_reliability)


def incidents_of(**changed: object) -> pa.Table:
    """Return one incident, 1,000 m north of the truth of ``HAPPENED``."""
    row: dict[str, object] = {
        "incident_id": "a", "prob_real": 1.0, "prob_real_lower": 1.0, "prob_real_upper": 1.0,
        "occurred_start": 0, "occurred_end": 7_200_000_000, "place_model": "point", "lon": 33.0,
        "lat": 48.0 + 1000 / 111_195.08, "sigma_m": 600.0, "n_reports": 1, "n_sources": 1, "n_independent": 1,
        "kinds": [
            {"name": "explosion/shelling", "lower": 0.7, "upper": 0.9}, {"name": None, "lower": 0.0, "upper": 0.3},
        ],
        "actors": [{"name": "x", "lower": 0.6, "upper": 0.8}, {"name": None, "lower": 0.1, "upper": 0.4}],
        "languages": "", "explanation": "{}",
    }  # fmt: skip
    return table_from({name: [value] for name, value in (row | changed).items()}, INCIDENT_SCHEMA)


HAPPENED = table_from(
    {
        "truth_id": ["t1"],
        "at": [3_600_000_000],
        "lon": [33.0],
        "lat": [48.0],
        "kind": ["explosion/shelling/mortar"],
        "actor": ["x"],
        "target": ["y"],
    },
    TRUE_INCIDENT_SCHEMA,
)


@pytest.mark.parametrize(("sigma_m", "covered"), [(600.0, 1.0), (400.0, 0.0), (None, math.nan)])
def test_a_place_is_held_to_its_sigma(sigma_m: float | None, covered: float) -> None:
    """An error of 1 km is within 2.15 sigmas of 600 m and not of 400 m; without a sigma nothing is said."""
    members, truth = members_of(("r1", "a", 1.0)), truth_of(("r1", "t1", None))
    got = score_posterior(incidents_of(sigma_m=sigma_m), members, truth, HAPPENED, builtin_tree("kinds"))
    assert covered == pytest.approx(got.place_covered_90, nan_ok=True)
    if sigma_m is not None:
        assert 1.0 == pytest.approx(got.place_error_km, abs=0.001)


def test_a_time_is_held_to_its_interval() -> None:
    """An instant is covered from the start on, and not by an interval that ends with it."""
    members, truth = members_of(("r1", "a", 1.0)), truth_of(("r1", "t1", None))
    tree = builtin_tree("kinds")
    for end, covered in ((7_200_000_000, 1.0), (3_600_000_000, 0.0)):
        got = score_posterior(incidents_of(occurred_end=end), members, truth, HAPPENED, tree)
        assert (covered, end / 3.6e9) == (got.time_covered, got.time_width_h)


def test_bounds_of_kind_and_actor_are_read_as_they_are_meant() -> None:
    """A coarse kind may be its leaf; a party that is not listed has the null name's upper bound."""
    members, truth = members_of(("r1", "a", 1.0)), truth_of(("r1", "t1", None))
    tree = builtin_tree("kinds")
    got = score_posterior(incidents_of(), members, truth, HAPPENED, tree)
    # Asked: explosion in [0.7, 1.0] and the mortar in [0.0, 1.0]; both were so.
    assert (0.0, (0.3 + 1.0) / 2) == pytest.approx((got.kind_bounds_error, got.kind_bounds_width))
    # Asked: x in [0.6, 0.8], and it was x: 0.2 above the upper bound.
    assert (0.2, 0.2) == pytest.approx((got.actor_bounds_error, got.actor_bounds_width))
    wrong = incidents_of(actors=[{"name": "y", "lower": 1.0, "upper": 1.0}])
    assert 1.0 == score_posterior(wrong, members, truth, HAPPENED, tree).actor_excluded


def test_nothing_said_of_kind_and_actor_is_not_judged() -> None:
    """An incident without kinds and actors has bounds of no error."""
    members, truth = members_of(("r1", "a", 1.0)), truth_of(("r1", "t1", None))
    got = score_posterior(incidents_of(kinds=None, actors=None), members, truth, HAPPENED, builtin_tree("kinds"))
    assert (0.0, 0.0, 1) == (got.kind_bounds_error, got.actor_bounds_error, got.n)


def test_reliability_has_ten_bins_that_hold_everything() -> None:
    """The table's bins add up to all, its ends belong to it, and its distances give the calibration error."""
    prob = np.array([0.0, 0.05, 0.95, 1.0, 0.5])
    so = np.array([False, True, True, True, False])
    table = reliability(prob, so)
    assert (10, 5) == (len(table), sum(row.n for row in table))
    error = sum(row.n * abs(row.share - row.mean_prob) for row in table if row.share is not None) / 5  # type: ignore[operator]
    assert calibration_error(prob, so) == pytest.approx(error)


def test_figures_of_nothing_are_said_to_be_so() -> None:
    """No probabilities have no error, and no area under a curve."""
    nothing, none = np.empty(0), np.empty(0, dtype=bool)
    assert (0.0, 0.0) == (calibration_error(nothing, none), bounds_error(nothing, nothing, none))
    assert math.isnan(area_under_curve(nothing, none))
