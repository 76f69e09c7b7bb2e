"""Facts about what sources of a world tell: errors, slips, lies, copies, round-ups and words."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.basics.places import distance_m
from holdfire.records.taxonomy import builtin_tree
from holdfire.simulate.knobs import Knobs, SourceKnobs
from holdfire.simulate.phrases import ROUND_UPS, TEMPLATES
from holdfire.simulate.presets import preset
from holdfire.simulate.world import World, simulate

ONE = SourceKnobs(
    source_id="one", kind="media", coverage=1.0, precise=1.0, settlement=0.0, district=0.0, hourly=0.0, daily=0.0
)
PLAIN = Knobs(n_days=60, blunders=0.0, quiet_share=1.0, n_cameras=0, n_patrols=0, sources=(ONE,))


def make(knobs: Knobs, seed: int = 3) -> World:
    """Return a world without an agreement."""
    return simulate(None, None, builtin_tree("kinds"), knobs, seed)


def errors(world: World) -> np.ndarray:
    """Return the errors of latitude over the stated sigma of reports that tell of one true incident."""
    table = world.reports.select(["report_id", "lat", "sigma_m"]).join(world.true_memberships, "report_id")
    table = table.join(
        world.true_incidents.select(["truth_id", "lat"]), "truth_id", join_type="inner", right_suffix="_t"
    )
    return np.asarray((table["lat"].to_numpy() - table["lat_t"].to_numpy()) * 111_195 / table["sigma_m"].to_numpy())


def joined(world: World, *columns: str) -> list[dict[str, Any]]:
    """Return reports beside what they truly tell of, by report id."""
    table = world.reports.select(["report_id", *columns]).join(world.true_memberships, "report_id")
    return table.join(world.true_incidents.select(["truth_id", "at"]), "truth_id").sort_by("report_id").to_pylist()


@pytest.mark.parametrize("law", ["normal", "student", "laplace", "uniform"])
def test_every_law_of_errors_has_the_stated_spread(law: Any) -> None:
    """Errors of every law have a standard deviation of one stated sigma."""
    made = make(replace(PLAIN, place_errors=law, error_df=8.0, incidents_per_day=60.0))
    assert 1.0 == pytest.approx(float(np.std(errors(made))), abs=0.06)


def test_the_laws_have_tails_of_their_own() -> None:
    """A uniform law has no error beyond 1.74 sigmas, a mixture has many beyond four."""
    uniform, mixture = (
        np.abs(errors(make(replace(PLAIN, place_errors=law))))
        for law in ("uniform", "mixture")  # type: ignore[arg-type]
    )
    assert uniform.max() < 1.74
    assert (mixture > 4.0).mean() > 0.02


def test_understated_errors_are_larger_than_stated() -> None:
    """A source that states half of its error errs by two sigmas."""
    made = make(replace(PLAIN, incidents_per_day=60.0, sources=(replace(ONE, sigma_stated=0.5),)))
    assert 2.0 == pytest.approx(float(np.std(errors(made))), abs=0.12)


def test_grid_places_lie_on_nodes() -> None:
    """With a grid, snapped places take few values, and the stated error is that of rounding."""
    source = replace(ONE, precise=0.0, settlement=1.0)
    made = make(replace(PLAIN, snap_to="grid", grid_km=10.0, sources=(source,)))
    step = 10_000.0 / 111_195.08
    steps = made.reports["lat"].to_numpy() / step
    assert np.allclose(steps, np.round(steps), atol=1e-3)
    assert np.allclose(10_000 / np.sqrt(12), made.reports["sigma_m"].to_numpy())


def test_snap_scale_moves_the_share_of_snapped_places() -> None:
    """Twice the snapping gives twice as many places at settlements, at most all."""
    source = replace(ONE, precise=0.7, settlement=0.3)
    shares = []
    for scale in (1.0, 2.0, 5.0):
        made = make(replace(PLAIN, snap_scale=scale, sources=(source,)))
        shares.append(float((made.reports["sigma_m"].to_numpy() == 3000.0).mean()))
    assert [0.3, 0.6, 1.0] == pytest.approx(shares, abs=0.04)


def test_slips_of_time_are_as_many_as_asked_for() -> None:
    """Shares of wrong days and of local times come out as shares of the instants outside the interval."""
    daily = replace(ONE, daily=1.0, wrong_day=0.2)
    local = replace(ONE, local_time=0.3)
    for source, share in ((daily, 0.2), (local, 0.3)):
        rows = joined(make(replace(PLAIN, sources=(source,))), "occurred_start", "occurred_end")
        outside = [not r["occurred_start"] <= r["at"] < r["occurred_end"] for r in rows]
        assert share == pytest.approx(float(np.mean(outside)), abs=0.04)
    hours = {round((r["occurred_start"] - r["at"]).total_seconds() / 3600) for r in rows}
    assert {0, 2, 3} == hours


def test_late_times_are_later() -> None:
    """A source that is always late tells its times later by some hours."""
    rows = joined(make(replace(PLAIN, sources=(replace(ONE, late=1.0, late_h=5.0),))), "occurred_start")
    late = [(row["occurred_start"] - row["at"]).total_seconds() / 3600 for row in rows]
    assert 5.0 == pytest.approx(float(np.mean(late)), abs=0.6)


def test_near_confusions_stay_under_one_parent() -> None:
    """Where all confusions are near, no kind is told from another branch."""
    source = replace(ONE, kind_depth=1.0, kind_wrong=1.0, near_kinds=1.0, kind_unknown=0.1)
    made = make(replace(PLAIN, sources=(source,)))
    table = made.reports.select(["report_id", "kind"]).join(made.true_memberships, "report_id")
    rows = table.join(made.true_incidents.select(["truth_id", "kind"]), "truth_id", right_suffix="_true").to_pylist()
    named = [row for row in rows if row["kind"] is not None]
    assert 0.1 == pytest.approx(1 - len(named) / len(rows), abs=0.03)
    assert all(row["kind"].rpartition("/")[0] == row["kind_true"].rpartition("/")[0] for row in named)
    assert any(row["kind"] != row["kind_true"] for row in named)


def test_a_side_lies_together() -> None:
    """Where lies are told together, every lie is told by all sources of its side, with errors of their own."""
    liars = tuple(
        replace(ONE, source_id=name, side=side, lies=0.3) for name, side in (("a", 0), ("b", 0), ("c", 1), ("d", None))
    )
    made = make(replace(PLAIN, lie_together=1.0, sources=liars))
    tellers = defaultdict(set)
    places = defaultdict(set)
    for row in joined(made, "source_id", "lat"):
        if row["lie_id"]:
            tellers[row["lie_id"]].add(row["source_id"])
            places[row["lie_id"]].add(row["lat"])
    assert {frozenset("ab"), frozenset("c"), frozenset("d")} == {frozenset(names) for names in tellers.values()}
    assert all(len(places[lie]) == len(tellers[lie]) for lie in tellers)


def test_copies_are_late_coarse_and_translated() -> None:
    """A copy tells of what its original tells of, later, and in the copier's language."""
    copier = replace(ONE, source_id="two", coverage=0.0, copies_from=("one",), copies=1.0, language="uk")
    copier = replace(copier, copy_coarse_time=1.0, copy_coarse_place=1.0, copy_delay_h=10.0)
    made = make(replace(PLAIN, wording="rich", sources=(ONE, copier)))
    rows = joined(made, "source_id", "language", "sigma_m", "reported_start", "occurred_start", "occurred_end")
    original = {row["truth_id"]: row for row in rows if row["source_id"] == "one"}
    copies = [row for row in rows if row["source_id"] == "two"]
    assert len(original) == len(copies) > 100
    for row in copies:
        assert row["copied"] and row["language"] == "uk" and row["sigma_m"] == 15_000.0
        assert row["reported_start"] >= original[row["truth_id"]]["reported_start"]
        assert (row["occurred_end"] - row["occurred_start"]).total_seconds() >= 86_400


def test_a_copy_may_be_word_for_word() -> None:
    """A verbatim copy has its original's text and language; one in its own words mostly has neither's phrase."""
    copier = replace(ONE, source_id="two", coverage=0.0, copies_from=("one",), copies=1.0, language="uk")
    for knob, same in (("copy_verbatim", 1.0), ("copy_paraphrase", 0.0)):
        changed = replace(copier, language="en" if knob == "copy_paraphrase" else "uk", **{knob: 1.0})  # type: ignore[arg-type]
        rows = joined(make(replace(PLAIN, wording="rich", sources=(ONE, changed))), "source_id", "text")
        texts = {row["truth_id"]: row["text"] for row in rows if row["source_id"] == "one"}
        equal = [row["text"] == texts[row["truth_id"]] for row in rows if row["source_id"] == "two"]
        assert same == pytest.approx(float(np.mean(equal)), abs=0.1)


def test_a_round_up_tells_of_what_it_counts() -> None:
    """A round-up has a row for each incident, all of its day, and its count says how many."""
    made = make(replace(PLAIN, n_places=5, sources=(replace(ONE, roundups=1.0),)))
    rows = joined(made, "count_low", "count_best", "count_high", "occurred_start", "occurred_end")
    by_report = defaultdict(list)
    for row in rows:
        by_report[row["report_id"]].append(row)
    summed = [group for group in by_report.values() if group[0]["count_best"] is not None]
    assert len(summed) > 20
    for group in summed:
        first = group[0]
        assert first["count_best"] == len(group) >= 2
        assert 1 <= first["count_low"] <= first["count_best"] <= first["count_high"]
        assert all(first["occurred_start"] <= row["at"] < first["occurred_end"] for row in group)
        assert len({row["truth_id"] for row in group}) == len(group)
    assert all(len(group) == 1 for group in by_report.values() if group[0]["count_best"] is None)


def test_casualties_are_a_range_and_null_for_what_hurts_nobody() -> None:
    """Casualties come as low, best and high in order, and never with the movement of a convoy."""
    source = replace(ONE, casualties=1.0, kind_depth=1.0, kind_wrong=0.0)
    made = make(replace(PLAIN, incidents_per_day=60.0, sources=(source,)))
    rows = made.reports.select(["kind", "casualties_low", "casualties_best", "casualties_high"]).to_pylist()
    assert any(row["kind"] == "movement/convoy" for row in rows)
    for row in rows:
        if row["kind"] == "movement/convoy":
            assert row["casualties_best"] is None
        else:
            assert 0 <= row["casualties_low"] <= row["casualties_best"] <= row["casualties_high"]


def test_phrases_are_parallel_in_all_languages() -> None:
    """Each language has the same number of phrases, twelve or more, with the same slots where grammar allows."""
    assert {"en", "uk", "ru"} == set(TEMPLATES) == set(ROUND_UPS)
    assert 1 == len({len(phrases) for phrases in TEMPLATES.values()})
    assert all(len(phrases) >= 12 for phrases in TEMPLATES.values())
    for k, phrase in enumerate(TEMPLATES["en"]):
        for slot in ("{when}", "{rounds}", "{hit}", "{harm}", "{who}"):
            assert 1 == len({slot in TEMPLATES[code][k] for code in TEMPLATES}), (phrase, slot)


def _pieces(text: str) -> set[str]:
    letters = "".join(c if c.isalpha() else " " for c in text.lower())
    return {letters[k : k + 4] for k in range(len(letters) - 3)}


def test_texts_of_one_incident_are_moderately_alike() -> None:
    """Texts of one incident are more alike than texts at large; those of another one there are alike too."""
    made = make(replace(preset("languages"), n_days=80, n_places=40))
    rows = [row for row in joined(made, "text", "language", "place_name", "kind") if row["truth_id"]]
    english = [row for row in rows if row["language"] == "en" and row["text"] and not row["copied"]]
    same, near, far = [], [], []
    for k, left in enumerate(english[:600]):
        for right in english[k + 1 : 600]:
            a, b = _pieces(left["text"]), _pieces(right["text"])
            like = len(a & b) / len(a | b)
            if left["truth_id"] == right["truth_id"]:
                same.append(like)
            elif left["place_name"] == right["place_name"] and left["kind"] == right["kind"]:
                near.append(like)
            elif left["place_name"] != right["place_name"]:
                far.append(like)
    assert np.mean(far) + 0.05 < np.mean(same) < 0.6
    assert np.mean(near) > np.mean(far) + 0.05


def test_no_word_marks_an_incident() -> None:
    """Hardly any word is used for one incident alone and by several of its reports."""
    made = make(replace(preset("languages"), n_days=80, n_places=40))
    used: dict[str, set[str]] = defaultdict(set)
    n_used: Counter[str] = Counter()
    for row in joined(made, "text"):
        if row["truth_id"] and not row["copied"]:
            for word in set("".join(c if c.isalpha() else " " for c in (row["text"] or "")).split()):
                used[word].add(row["truth_id"])
                n_used[word] += 1
    marks = [word for word, truths in used.items() if len(truths) == 1 and n_used[word] >= 3]
    assert len(marks) < 0.02 * len(used)


def test_the_order_of_sources_changes_nothing() -> None:
    """Sources listed in another order give the same world."""
    knobs = replace(preset("mixed"), n_days=20)
    other = replace(knobs, sources=knobs.sources[::-1])
    assert make(knobs).reports.equals(make(other).reports)


def test_a_new_knob_leaves_other_draws_alone() -> None:
    """Casualties change no place, time or kind of any report."""
    knobs = replace(preset("mixed"), n_days=20)
    silent = replace(knobs, sources=tuple(replace(source, casualties=0.0) for source in knobs.sources))
    columns = ["report_id", "source_id", "occurred_start", "lon", "lat", "sigma_m", "kind", "actor"]
    assert make(knobs).reports.select(columns).equals(make(silent).reports.select(columns))


def test_visible_incidents_are_told_by_more() -> None:
    """Where incidents differ in how visible they are, their numbers of reports spread wider."""
    spread = []
    for size_spread in (0.0, 2.0):
        sources = tuple(replace(ONE, source_id=f"s{k}", coverage=0.3) for k in range(6))
        made = make(replace(PLAIN, size_spread=size_spread, sources=sources))
        spread.append(np.var(list(Counter(made.true_memberships["truth_id"].to_pylist()).values())))
    assert spread[1] > 1.5 * spread[0]


def test_about_a_quarter_of_the_liars_reports_are_lies() -> None:
    """In the world of liars some quarter of the reports tell of nothing, many of it together."""
    made = make(replace(preset("liars"), n_days=100))
    lies = pc.drop_null(made.true_memberships["lie_id"])
    assert 0.25 == pytest.approx(len(lies) / made.reports.num_rows, abs=0.04)
    assert len(lies) > 1.2 * len(pc.unique(lies))


def test_a_plain_world_lies_in_its_rectangle() -> None:
    """A world without an agreement is 400 by 300 km, has two sides and no breaches."""
    made = make(PLAIN)
    assert 120_000 == pytest.approx(made.area_km2, rel=0.01)
    assert {"side-a", "side-b"} == set(made.true_incidents["actor"].to_pylist())
    assert 0 == made.true_breaches.num_rows
    lon, lat = (made.true_incidents[name].to_numpy() for name in ("lon", "lat"))
    assert distance_m(lon, lat, np.array(33.0), np.array(48.0)).max() < 300_000


def test_a_preset_may_lie_in_an_agreement(agreement: Any, shapes: pa.Table) -> None:
    """A preset that needs no agreement can be laid into one, and then has breaches."""
    from_agreement = simulate(agreement, shapes, builtin_tree("kinds"), replace(preset("roundups"), n_days=5), 1)
    assert from_agreement.reports.num_rows > 0
    assert from_agreement.true_breaches.num_rows > 0
