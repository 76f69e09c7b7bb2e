"""Facts about the worlds of a trial, what is known in them, and what is recorded of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.errors import InputError
from holdfire.guarantee.ledger import NEVER
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck, draw_world, rows_of, truth_rows
from holdfire.trial.figures import trial_figures
from holdfire.trial.fold import asked_of, fold
from holdfire.trial.pool import Pool
from holdfire.trial.record import RECORD_SCHEMA, prepare, run_worlds, true_instant
from holdfire.trial.scenes import make_scene, party_against, received_us
from holdfire.trial.sensitivity import changes_of
from holdfire.trial.settings import TrialSettings, check_settings


def test_the_quiet_half_of_the_pool_holds_no_breach(pool: Pool) -> None:
    """No story of the quiet half is a breach; every story to be drawn after the onset is one."""
    breached = set(pool.broken.truth.memberships["truth_id"].to_pylist())
    ids = pool.quiet.truth.incidents["incident_id"].to_pylist()
    quiet = {ids[row] for row in pool.quiet.trace.true_row.tolist() if row >= 0}
    drawn = {ids[pool.broken.trace.true_row[story]] for story in [*pool.minor.tolist(), *pool.grave.tolist()]}
    assert (set(), drawn) == (quiet & breached, drawn & breached)
    assert drawn


def test_lies_stay_in_a_world_without_breaches(pool: Pool) -> None:
    """What sources invented is still told in the quiet half, and is no true incident."""
    assert (pool.quiet.trace.true_row < 0).any()


def test_reports_of_what_did_not_happen_are_taken_away_whole(bench: Bench, small: TrialSettings) -> None:
    """No report that is left tells of an incident that is not kept."""
    scene = make_scene(bench, small, 10, 3)
    kept = scene.live() & ~scene.breaches
    left = set(scene.reports_of(kept)["report_id"].to_pylist())
    ids = np.asarray(scene.world.true_incidents["truth_id"].to_pylist())
    gone = set(ids[~kept].tolist())
    told = {row["report_id"] for row in scene.world.true_memberships.to_pylist() if row["truth_id"] in gone}
    assert set() == left & told
    assert left


def test_a_world_is_the_same_whenever_it_is_drawn(pool: Pool, small: TrialSettings) -> None:
    """A world depends on its number alone, and breaches begin at its onset."""
    deck = Deck.of(pool)
    one, again = draw_world(deck, small, 3), draw_world(deck, small, 3)
    assert np.array_equal(one.broken.first, again.broken.first)
    assert not np.array_equal(one.quiet.stories, draw_world(deck, small, 4).quiet.stories)
    at = pool.broken.trace.at[one.broken.stories] + one.broken.shift
    assert bool(np.all((at >= one.onset_us) & (at < one.end_us)))


def test_worlds_take_turns_in_how_they_end(pool: Pool, small: TrialSettings) -> None:
    """Every other world is attacked; the others go through the rates of sustained breaches."""
    deck = Deck.of(pool)
    drawn = [draw_world(deck, small, number) for number in range(6)]
    assert ["attack", "sustained"] * 3 == [one.kind for one in drawn]
    assert [0.5, 1.0, 2.0] == [one.per_day for one in drawn if one.kind == "sustained"]


def test_later_reports_are_known_later(pool: Pool, small: TrialSettings) -> None:
    """Hours added to every report move what is known by just so much, and what happened by nothing."""
    deck = Deck.of(pool)
    before, after = (draw_world(deck, replace(small, lag_extra_h=extra), 1) for extra in (0.0, 10.0))
    assert {10 * HOUR_US} == set((after.quiet.first - before.quiet.first).tolist())
    assert np.array_equal(before.quiet.start, after.quiet.start)


def test_an_incident_is_known_in_one_way_at_a_time(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """At every instant each incident has at most one row that counts."""
    drawn = draw_world(Deck.of(pool), small, 0)
    folded = fold(bench.ladder.rungs[0].when, pool.broken, bench)
    rows = rows_of(drawn.broken, folded, at_once=False, verified_only=False)
    most = np.unique(drawn.broken.start, return_counts=True)
    for t in range(drawn.onset_us, drawn.end_us, 5 * HOUR_US):
        live = (rows.known_from <= t) & (t < rows.known_until)
        start, n = np.unique(rows.start[live], return_counts=True)
        assert bool(np.all(n <= most[1][np.searchsorted(most[0], start)]))


def test_a_rung_that_counts_what_is_verified_knows_nothing_without_reviews(
    bench: Bench, pool: Pool, small: TrialSettings
) -> None:
    """Where nobody reviews, there is no row for it."""
    drawn = draw_world(Deck.of(pool), replace(small, review_share=0.0), 0)
    rung = bench.ladder.rungs[2]
    rows = rows_of(drawn.broken, fold(rung.when, pool.broken, bench), at_once=False, verified_only=True)
    assert rung.when.verified_only and rows.start.size == 0


def test_the_truth_reaches_a_rung_when_its_condition_says(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """The true instant of a count of n is that of the n-th breach within the window, one microsecond on."""
    drawn = draw_world(Deck.of(pool), small, 0)
    rung = bench.ladder.rungs[1]
    folded = fold(rung.when, pool.broken, bench)
    truth = truth_rows(drawn.broken, pool.broken.trace, folded.truth)
    at = np.sort(truth.start)
    third = next(int(at[k]) for k in range(2, at.size) if at[k] - at[k - 2] <= 24 * HOUR_US - 1)
    assert third + 1 == true_instant(truth, asked_of(rung.when, bench.ladder))


def test_records_have_a_row_for_each_world_and_rung(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """The parts of a delay add up to what passed since the truth, and windows are counted as the rung's own."""
    tried = prepare(pool, bench, bench.ladder)
    records = run_worlds(Deck.of(pool), tried, small, range(4))
    assert RECORD_SCHEMA.equals(records.schema)
    assert 16 == records.num_rows
    rows = records.filter(pc.is_valid(records["reporting_h"])).to_pylist()
    assert rows
    for row in rows:
        late = max(row["stands_h"] - row["true_h"], 0.0)
        assert row["reporting_h"] + row["verification_h"] == pytest.approx(late)
    warning = [row for row in records.to_pylist() if row["rung_id"] == "warning"]
    assert {30} == {row["n_windows"] for row in warning}


def test_later_reports_lengthen_the_delay(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """Two days more on every report lengthen the median delay of an attack, by reporting and not by verification."""
    tried, deck = prepare(pool, bench, bench.ladder), Deck.of(pool)
    delays = []
    for extra in (0.0, 48.0):
        records = run_worlds(deck, tried, replace(small, lag_extra_h=extra, n_worlds=20), range(20))
        figures = {rung["rung_id"]: rung["attack"] for rung in trial_figures(records)}
        delays.append(figures["ukraine-acts"]["reporting_h"]["median"])
    assert delays[1] > delays[0] + 24.0


def test_days_pass_as_the_settings_say(pool: Pool, small: TrialSettings) -> None:
    """A world lasts its days from the entry into force on."""
    drawn = draw_world(Deck.of(pool), small, 0)
    assert small.n_days * DAY_US == drawn.end_us - pool.force_us


def test_a_report_is_there_when_it_was_published(bench: Bench, small: TrialSettings) -> None:
    """Simulated reports are there after what they tell of, mostly."""
    reports = make_scene(bench, small, 5, 2).world.reports
    started = np.asarray(pc.cast(reports["occurred_start"], "int64").to_numpy())
    assert np.mean(received_us(reports) >= started) > 0.9


def test_each_change_changes_one_thing(small: TrialSettings) -> None:
    """Every change of the sensitivity differs from the unchanged settings in one field."""
    changes = changes_of(small)
    base = changes.pop("base")
    different = [
        [name for name in TrialSettings.__slots__ if getattr(one, name) != getattr(base, name)]
        for one in changes.values()
    ]
    assert {1} == {len(names) for names in different}


@pytest.mark.parametrize(
    ("change", "where"),
    [({"n_worlds": 0}, "--worlds"), ({"n_days": 3}, "--days"), ({"review_right": 2.0}, "--review-right"),
     ({"sustained_per_day": ()}, "--sustained"), ({"n_days": 3650, "per_day": 9999.0}, "--days, --per-day")],
)  # fmt: skip
def test_settings_out_of_range_are_refused(change: dict[str, object], where: str) -> None:
    """What makes no sense is named with its option."""
    with pytest.raises(InputError) as told:
        check_settings(replace(TrialSettings(), **change))
    assert where == told.value.where


def test_an_unknown_party_or_source_is_named(bench: Bench, small: TrialSettings) -> None:
    """Names that nobody has are refused with those that there are."""
    with pytest.raises(InputError, match="'prussia'"):
        party_against(bench.agreement, "prussia")
    with pytest.raises(InputError, match="'radio'"):
        make_scene(bench, replace(small, without=("radio",)), 5, 1)


def test_nothing_is_verified_that_was_never_reviewed(pool: Pool, small: TrialSettings) -> None:
    """Without reviews no instant of review is set."""
    drawn = draw_world(Deck.of(pool), replace(small, review_share=0.0), 2)
    assert {NEVER} == set(drawn.quiet.reviewed.tolist())
