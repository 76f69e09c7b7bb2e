"""What named humans said of reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.fusion_worlds import make_world
from holdfire.fusion.fuse import Fused, fuse
from holdfire.records.incident_review import IncidentReview, standing
from holdfire.records.taxonomy import builtin_tree
from tests.unit.fusion.reports import make_reports, make_sources

KINDS = builtin_tree("kinds")
AT = datetime(2022, 3, 1, tzinfo=UTC)


def review(number: int, decision: str, *reports: str, supersedes: str | None = None) -> IncidentReview:
    return IncidentReview(
        review_id=f"r{number}",
        reviewer="A. Fictional",
        made_at=AT + timedelta(hours=number),
        decision=decision,
        reports=reports,
        reason="Seen on the spot.",
        supersedes=supersedes,
    )


def rows() -> list[dict[str, Any]]:
    """Return two reports of one place and time, and one far away, by three sources."""
    near = {"lon": 30.73, "lat": 46.48, "sigma_m": 300.0, "at": 1.0, "hours": 1.0, "kind": "explosion/shelling"}
    return [
        {"report_id": "a", "source_id": "one", **near},
        {"report_id": "b", "source_id": "two", **near},
        {"report_id": "c", "source_id": "three", **near, "lon": 32.0, "at": 30.0},
    ]


def run(*reviews: IncidentReview, curated: bool = False) -> Fused:
    sources = make_sources([{"source_id": name, "curated": curated} for name in ("one", "two", "three")])
    return fuse(make_reports(rows()), sources, KINDS, reviews=reviews)


def held(fused: Fused) -> dict[str, str]:
    return dict(zip(*(fused.memberships[name].to_pylist() for name in ("report_id", "incident_id")), strict=True))


def test_what_a_review_joins_is_one_incident() -> None:
    """Reports that no evidence would join are joined by a named human's word."""
    assert held(run())["a"] != held(run())["c"]
    joined = held(run(review(1, "same incident", "a", "c")))
    assert joined["a"] == joined["c"]


def test_what_a_review_parts_is_two_incidents() -> None:
    """Reports that evidence joins stay apart where a named human says so."""
    assert held(run())["a"] == held(run())["b"]
    parted = held(run(review(1, "different incidents", "a", "b")))
    assert parted["a"] != parted["b"]


def test_a_later_review_takes_precedence_and_a_superseded_one_is_silent() -> None:
    """Of two reviews on a pair the later one counts; one that is superseded does not count at all."""
    both = (review(1, "same incident", "a", "c"), review(2, "different incidents", "a", "c"))
    assert held(run(*both))["a"] != held(run(*both))["c"]
    undone = (*both, review(3, "happened", "b", supersedes="r2"))
    assert held(run(*undone))["a"] == held(run(*undone))["c"]
    assert ["r1", "r3"] == [one.review_id for one in standing(undone)]


def test_what_a_review_says_happened_is_nearly_certain() -> None:
    """The chance that an incident happened is 0.99 or 0.01 after a named human's word."""
    for decision, prob in (("happened", 0.99), ("did not happen", 0.01)):
        fused = run(review(1, decision, "c"))
        at = fused.incidents["incident_id"].to_pylist().index(held(fused)["c"])
        assert prob == round(fused.incidents["prob_real"][at].as_py(), 2)


def test_reviews_of_other_reports_are_counted() -> None:
    """A review that names a report which is not there changes nothing and is counted."""
    fused = run(review(1, "happened", "zz"))
    assert 1 == fused.summary["reviews"]["n_reports_not_here"]
    assert fused.memberships.equals(run().memberships)


def test_reviews_teach() -> None:
    """Reviews of one source's lone reports change what its other lone reports are worth."""
    world = make_world("mixed", 2000, 21)
    plain = fuse(world.reports, world.sources, KINDS)
    counts = dict(zip(*(plain.incidents[name].to_pylist() for name in ("incident_id", "n_reports")), strict=True))
    source = dict(zip(*(world.reports[name].to_pylist() for name in ("report_id", "source_id")), strict=True))
    lone = [
        report
        for report, incident in zip(
            *(plain.memberships[n].to_pylist() for n in ("report_id", "incident_id")), strict=True
        )
        if counts[incident] == 1 and source[report] == "s1"
    ]
    reviews = [review(k, "did not happen", report) for k, report in enumerate(lone[: len(lone) // 2])]
    taught = fuse(world.reports, world.sources, KINDS, reviews=reviews)
    rest = set(lone[len(lone) // 2 :])
    means = []
    for fused in (plain, taught):
        prob = dict(zip(*(fused.incidents[n].to_pylist() for n in ("incident_id", "prob_real")), strict=True))
        means.append(np.mean([prob[i] for r, i in held(fused).items() if r in rest]))
    assert means[1] < means[0] - 0.1


def test_the_order_of_reviews_changes_nothing() -> None:
    """Reviews count by their instants, not by their order in the file."""
    some = (
        review(1, "same incident", "a", "c"),
        review(2, "happened", "b"),
        review(3, "different incidents", "a", "b"),
    )
    one, two = run(*some), run(*reversed(some))
    assert one.incidents.equals(two.incidents)
    assert isinstance(one.memberships, pa.Table)


def test_no_review_makes_a_curated_source_tell_an_incident_twice() -> None:
    """A review that joins two reports of one curated source is not followed, and counted."""
    table = [*rows(), {**rows()[0], "report_id": "d"}]
    sources = make_sources([{"source_id": name, "curated": True} for name in ("one", "two", "three")])
    fused = fuse(make_reports(table), sources, KINDS, reviews=[review(1, "same incident", "a", "d")])
    assert held(fused)["a"] != held(fused)["d"]
    assert 1 == fused.summary["reviews"]["n_pairs_of_one_curated_source"]


def test_a_review_that_joins_what_lies_far_apart_leaves_learning_sound() -> None:
    """Reports a hundred kilometres apart that a human joins count as one gross error; nothing learned is lost by it."""
    world = make_world("mixed", 1500, 3)
    exact = world.reports.filter(pc.less(world.reports["sigma_m"], 500.0)).sort_by("lon")
    others = exact.filter(pc.not_equal(exact["source_id"], exact["source_id"][0]))
    named = [exact["report_id"][0].as_py(), others["report_id"][others.num_rows - 1].as_py()]
    plain, joined = (
        fuse(world.reports, world.sources, KINDS, reviews=reviews).summary["learned"]["tail"]
        for reviews in ((), (review(1, "same incident", *named),))
    )
    assert plain < joined < plain + 0.05
