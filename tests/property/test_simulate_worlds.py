"""Promises of simulated worlds, for knobs of any kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.canonical import canonical_json
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.taxonomy import builtin_tree
from holdfire.simulate.knobs import Knobs, SourceKnobs
from holdfire.simulate.presets import PRESETS
from holdfire.simulate.world import TRUE_MEMBERSHIP_SCHEMA, World, simulate

SHARES = st.sampled_from([0.0, 0.1, 0.5, 1.0])


@st.composite
def sources(draw: Any, number: int) -> SourceKnobs:
    """Draw a source that holds to the ranges."""
    curated = draw(st.booleans())
    return SourceKnobs(
        source_id=f"s{number}",
        kind=draw(st.sampled_from(["media", "party", "patrol", "dataset"])),
        side=draw(st.sampled_from([None, 0, 1])),
        curated=curated,
        coverage=draw(SHARES),
        precise=0.4,
        settlement=0.4,
        district=0.2,
        daily=draw(st.sampled_from([0.0, 0.7])),
        kind_unknown=draw(SHARES),
        near_kinds=draw(SHARES),
        lies=draw(st.sampled_from([0.0, 0.3])),
        wrong_day=draw(SHARES),
        late=draw(SHARES),
        local_time=draw(SHARES),
        casualties=draw(SHARES),
        repeats=0.0 if curated else draw(st.sampled_from([0.0, 0.5])),
        roundups=0.0 if curated else draw(SHARES),
        copies_from=("s0",) if number and not curated else (),
        copies=draw(SHARES) if number and not curated else 0.0,
        copy_verbatim=draw(st.sampled_from([0.0, 0.5])),
        copy_paraphrase=draw(st.sampled_from([0.0, 0.5])),
        language=draw(st.sampled_from(["en", "uk", "ru"])),
    )


@st.composite
def knobs(draw: Any) -> Knobs:
    """Draw knobs that hold to the ranges."""
    return Knobs(
        n_days=draw(st.integers(1, 6)),
        incidents_per_day=draw(st.sampled_from([0.01, 5.0, 20.0])),
        n_places=draw(st.sampled_from([1, 2, 30, 500])),
        aftershocks=draw(st.sampled_from([0.0, 0.5])),
        size_spread=draw(st.sampled_from([0.0, 1.0])),
        place_errors=draw(st.sampled_from(["normal", "student", "laplace", "uniform", "mixture"])),
        snap_to=draw(st.sampled_from(["settlement", "grid"])),
        snap_scale=draw(st.sampled_from([0.5, 1.0, 3.0])),
        snap_unstated=draw(SHARES),
        lie_together=draw(SHARES),
        n_cameras=2,
        n_patrols=1,
        wording=draw(st.sampled_from(["plain", "rich"])),
        sources=tuple(draw(sources(number)) for number in range(draw(st.integers(1, 3)))),
    )


def make(chosen: Knobs, seed: int) -> World:
    """Return a world without an agreement."""
    return simulate(None, None, builtin_tree("kinds"), chosen, seed)


@settings(max_examples=40, deadline=None)
@given(knobs(), st.integers(0, 2**32))
def test_a_world_is_whole(chosen: Knobs, seed: int) -> None:
    """Every report has its schema, a place, an interval and a truth or a lie; ids are dense and in order."""
    made = make(chosen, seed)
    reports, truth = made.reports, made.true_memberships
    assert (REPORT_SCHEMA, TRUE_MEMBERSHIP_SCHEMA) == (reports.schema, truth.schema)
    assert [f"r{k:08d}" for k in range(reports.num_rows)] == reports["report_id"].to_pylist()
    assert set(reports["report_id"].to_pylist()) == set(truth["report_id"].to_pylist())
    assert all((row["truth_id"] is None) != (row["lie_id"] is None) for row in truth.to_pylist())
    assert set(truth["truth_id"].drop_null().to_pylist()) <= set(made.true_incidents["truth_id"].to_pylist())
    assert np.isfinite(reports["lon"].to_numpy()).all() and (reports["sigma_m"].to_numpy() > 0).all()
    assert pc.all(pc.less(reports["occurred_start"], reports["occurred_end"])).as_py() in (True, None)
    assert set(reports["kind"].drop_null().to_pylist()) <= builtin_tree("kinds").known


@settings(max_examples=15, deadline=None)
@given(knobs(), st.integers(0, 2**32), st.randoms())
def test_a_world_follows_from_its_knobs_and_seed(chosen: Knobs, seed: int, shuffled: Any) -> None:
    """The same knobs and seed give the same world, whatever the order of its sources."""
    order = list(chosen.sources)
    shuffled.shuffle(order)
    one, two = make(chosen, seed), make(replace(chosen, sources=tuple(order)), seed)
    assert one.reports.equals(two.reports)
    assert one.true_memberships.equals(two.true_memberships)
    assert canonical_json(one.sources.to_pylist()) == canonical_json(two.sources.to_pylist())


@settings(max_examples=len(PRESETS), deadline=None)
@given(st.sampled_from(sorted(PRESETS)), st.integers(0, 1000))
def test_ids_tell_no_truth(name: str, seed: int) -> None:
    """The order of ids is unrelated to time and to what is true, in every preset."""
    made = make(replace(PRESETS[name], n_days=20), seed)
    truth = made.true_memberships.group_by("report_id").aggregate([("truth_id", "count")]).sort_by("report_id")
    place = np.arange(truth.num_rows)
    start = made.reports["occurred_start"].cast("int64").to_numpy()
    for told in (start, truth["truth_id_count"].to_numpy() > 0):
        assert abs(np.corrcoef(place, told)[0, 1]) < 5 / np.sqrt(place.size)
