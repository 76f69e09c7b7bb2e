"""Fusion on a small world with known truth."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fusion import measure
from benchmarks.fusion_worlds import make_world
from holdfire.fusion.fuse import fuse
from holdfire.fusion.parameters import FusionParameters
from holdfire.records.taxonomy import builtin_tree

KINDS = builtin_tree("kinds")


@pytest.fixture(scope="module")
def mixed() -> dict[str, float]:
    world = make_world("mixed", 3000, 11)
    return measure(world, fuse(world.reports, world.sources, KINDS))


def test_reports_of_one_incident_are_joined(mixed: dict[str, float]) -> None:
    """Pairwise F1 on a mixed world is at least 0.75, and the count of incidents within 15 %."""
    assert mixed["f1"] >= 0.75
    assert 0.85 <= mixed["count"] <= 1.15


def test_lies_are_told_from_what_happened(mixed: dict[str, float]) -> None:
    """A real incident scores higher than a false one at least four times in five."""
    assert mixed["auc_real"] >= 0.8


def test_memberships_mean_what_they_say(mixed: dict[str, float]) -> None:
    """The expected calibration error of memberships is at most 0.05 on a small world."""
    assert mixed["ece_member"] <= 0.05


def test_a_curated_world_has_no_double() -> None:
    """No curated source stands twice in an incident."""
    world = make_world("curated", 2000, 12)
    assert 0.0 == measure(world, fuse(world.reports, world.sources, KINDS))["curated_twice"]


def test_the_sources_errors_are_regained() -> None:
    """Sources whose errors are 1.5 times what they declare are found out to within a third."""
    world = make_world("curated_hard", 4000, 13)
    learned = fuse(world.reports, world.sources, KINDS).summary["learned"]["sources"]
    assert pytest.approx(1.5, abs=0.4) == float(np.mean([source["error_scale"] for source in learned.values()]))


def test_wrong_starting_values_do_not_matter_much() -> None:
    """Starting values far off change pairwise F1 by less than 0.05."""
    world = make_world("mixed", 3000, 14)
    wrong = FusionParameters(start_agree=0.5, start_related=0.5, start_tail=0.3)
    plain, odd = (measure(world, fuse(world.reports, world.sources, KINDS, p)) for p in (FusionParameters(), wrong))
    assert abs(plain["f1"] - odd["f1"]) < 0.05


def test_a_source_that_reports_alone_teaches_nothing() -> None:
    """In a world of one source every incident is told by it, and fusion ends without a fault."""
    world = make_world("mixed", 1500, 15)
    one = world.reports.filter(np.array(world.reports.column("source_id").to_pylist()) == "s1")
    fused = fuse(one, world.sources, KINDS)
    assert {1} == set(fused.incidents.column("n_sources").to_pylist())
