"""Facts about simulated worlds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.records.agreement import Agreement
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.taxonomy import builtin_tree
from holdfire.simulate.breach_score import score_breaches
from holdfire.simulate.calibration import calibration_error
from holdfire.simulate.knobs import DEFAULT_SOURCES, Knobs
from holdfire.simulate.lines import move_lines
from holdfire.simulate.score import score_fusion
from holdfire.simulate.world import World, simulate

KNOBS = Knobs(n_days=12, incidents_per_day=15.0)


@pytest.fixture
def world(agreement: Agreement, shapes: pa.Table) -> World:
    return simulate(agreement, shapes, builtin_tree("kinds"), KNOBS, 3)


def perfect(world: World) -> tuple[pa.Table, pa.Table]:
    """Return the incidents and memberships of a run that knew the truth."""
    truth = world.true_memberships.to_pylist()
    ids = [row["truth_id"] or row["lie_id"] for row in truth]
    members = pa.table({"report_id": world.true_memberships["report_id"], "incident_id": ids, "prob": [1.0] * len(ids)})
    unique = sorted(set(ids))
    return pa.table({"incident_id": unique, "prob_real": [float(i.startswith("t")) for i in unique]}), members


def test_the_same_seed_gives_the_same_world(agreement: Agreement, shapes: pa.Table, world: World) -> None:
    """A world is a function of agreement, knobs and seed."""
    again = simulate(agreement, shapes, builtin_tree("kinds"), KNOBS, 3)
    assert world.reports.equals(again.reports)
    assert world.true_breaches.equals(again.true_breaches)


def test_another_seed_gives_another_world(agreement: Agreement, shapes: pa.Table, world: World) -> None:
    """Another seed gives other reports."""
    assert not world.reports.equals(simulate(agreement, shapes, builtin_tree("kinds"), KNOBS, 4).reports)


def test_reports_hold_to_their_schema(world: World) -> None:
    """Reports have the canonical columns and kinds of the tree."""
    assert REPORT_SCHEMA.equals(world.reports.schema)
    assert set(world.reports["kind"].drop_null().to_pylist()) <= builtin_tree("kinds").known


def test_a_curated_source_tells_an_incident_once(world: World) -> None:
    """No curated source tells of one incident twice."""
    table = world.true_memberships.join(world.reports.select(["report_id", "source_id"]), "report_id")
    curated = {s.source_id for s in DEFAULT_SOURCES if s.curated}
    pairs = [(r["source_id"], r["truth_id"]) for r in table.to_pylist() if r["source_id"] in curated and r["truth_id"]]
    assert len(set(pairs)) == len(pairs) > 0


def test_stated_errors_hold_where_they_are_true(agreement: Agreement, shapes: pa.Table) -> None:
    """With no blunders, the standardised errors of precise places have a spread of one."""
    sources = tuple(replace(s, precise=1.0, settlement=0.0, district=0.0) for s in DEFAULT_SOURCES[2:])
    knobs = Knobs(n_days=40, incidents_per_day=40.0, blunders=0.0, sources=sources)
    made = simulate(agreement, shapes, builtin_tree("kinds"), knobs, 5)
    told = made.reports.select(["report_id", "lat", "sigma_m"])
    table = told.join(made.true_memberships, "report_id").filter(pc.is_valid(pc.field("truth_id")))
    table = table.filter(pc.invert(table["copied"]))
    table = table.join(made.true_incidents.select(["truth_id", "lat"]), "truth_id", right_suffix="_true")
    error = (table["lat"].to_numpy() - table["lat_true"].to_numpy()) * 111_195 / table["sigma_m"].to_numpy()
    assert 1.0 == pytest.approx(float(np.std(error)), abs=0.06)


def test_a_denied_patrol_notices_nothing(world: World) -> None:
    """A watch that was denied has no detection and says who denied it."""
    denied = world.coverage.filter(pc.equal(world.coverage["restriction"], "denied")).to_pylist()
    assert denied
    assert all(row["detection"] == 0.0 and row["restricted_by"] and row["reason"] for row in denied)


def test_breaches_lie_in_force_and_zone(world: World) -> None:
    """Every true breach happened inside the zone, after entry into force, by a bound party."""
    breaches = world.true_breaches.join(world.true_incidents, "truth_id").to_pylist()
    assert breaches
    assert all(30 <= b["lon"] <= 31 and 46 <= b["lat"] <= 47 and b["at"].year >= 2029 for b in breaches)
    assert all(b["party"] == b["actor"] for b in breaches)


def test_the_truth_scores_perfectly(world: World) -> None:
    """A run that knew the truth has no error in any figure."""
    incidents, members = perfect(world)
    score = score_fusion(incidents, members, world.reports, world.sources, world.true_memberships)
    assert (1.0, 1.0, 0.0, 0, 0.0, 1.0) == (
        score.pair_f1,
        score.bcubed_f1,
        score.count_error,
        score.curated_violations,
        score.real_calibration_error,
        score.real_auc,
    )


def test_all_in_one_incident_scores_badly(world: World) -> None:
    """A run that throws every report into one incident finds every pair and little else."""
    n = world.reports.num_rows
    members = pa.table({"report_id": world.reports["report_id"], "incident_id": ["i"] * n, "prob": [1.0] * n})
    incidents = pa.table({"incident_id": ["i"], "prob_real": [1.0]})
    score = score_fusion(incidents, members, world.reports, world.sources, world.true_memberships)
    assert score.pair_recall == 1.0
    assert score.pair_f1 < 0.1
    assert score.curated_violations == 1


def test_true_breaches_score_perfectly(world: World) -> None:
    """Assessments that say exactly the true breaches are all right."""
    _, members = perfect(world)
    rows = world.true_breaches.to_pylist()
    told = set(world.true_memberships["truth_id"].to_pylist())
    rows = [row for row in rows if row["truth_id"] in told]
    table = pa.table(
        {
            "incident_id": [row["truth_id"] for row in rows],
            "clause_id": [row["clause_id"] for row in rows],
            "reading": [row["reading"] for row in rows],
            "party": [row["party"] for row in rows],
            "prob_lower": [1.0] * len(rows),
            "prob_upper": [1.0] * len(rows),
            "verdict": ["established"] * len(rows),
        }
    )
    score = score_breaches(table, members, world.true_memberships, world.true_breaches)
    assert (len(rows), len(rows), len(rows)) == (score.n_true, score.n_established, score.n_established_right)
    assert (0.0, 1.0) == (score.calibration_error, score.covered)


def test_a_moving_line_has_a_version_a_day(agreement: Agreement) -> None:
    """A drift gives the line a version for each day, each farther left, and a version of its own."""
    moved = move_lines(agreement, replace(KNOBS, drift_km_per_day=2.0))
    versions = moved.lines[0].versions
    assert 1 + KNOBS.n_days - 2 == len(versions)
    assert versions[-1].coordinates[0][0] < versions[1].coordinates[0][0] < 30.5
    assert all(a.end == b.start for a, b in pairwise(versions[1:]))
    assert moved.version != agreement.version


def test_no_drift_changes_nothing(agreement: Agreement) -> None:
    """With no drift the agreement comes back as it was."""
    assert agreement is move_lines(agreement, KNOBS)


def test_calibration_error_is_the_distance_of_share_and_probability() -> None:
    """A source that says 0.8 and is right in half of the cases is 0.3 off."""
    assert 0.3 == pytest.approx(calibration_error(np.full(10, 0.8), np.array([True, False] * 5)))
