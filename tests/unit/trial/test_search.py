"""Facts about the search over thresholds."""

from __future__ import annotations

from dataclasses import replace

from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck
from holdfire.trial.pool import Pool
from holdfire.trial.search import RULE_SCHEMA, _beats, frontier_of, prepare_search, rules_of, search_worlds
from holdfire.trial.settings import TrialSettings


def test_the_written_rule_is_among_the_tried_ones(bench: Bench) -> None:
    """Each rung's own rule is tried once, whether or not it lies on the grid."""
    for rung in bench.ladder.rungs:
        assert 1 == sum(rule.is_written for rule in rules_of(rung.when))


def test_no_rule_on_the_frontier_is_beaten(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """A rule is dominated exactly where another is no worse in both and better in one, or where it has no delay."""
    searched = prepare_search(pool, bench, bench.ladder.rungs[1])
    records = search_worlds(Deck.of(pool), (searched,), replace(small, n_worlds=6), range(6))
    assert RULE_SCHEMA.equals(records.schema)
    rules = frontier_of(records, searched)
    assert len(searched.rules) == len(rules)
    assert any(not rule["dominated"] for rule in rules)
    for rule in rules:
        assert rule["dominated"] == (rule["delay_h"] is None or any(_beats(other, rule) for other in rules))


def test_asking_for_more_is_never_sooner(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """Of two rules that differ in the count alone, the one that asks for more has no more false days."""
    searched = prepare_search(pool, bench, bench.ladder.rungs[0])
    rules = frontier_of(search_worlds(Deck.of(pool), (searched,), small, range(6)), searched)
    same = {}
    for rule in rules:
        key = (rule["window"], rule["prob"], rule["standard"])
        assert rule["false"] <= same.get(key, float("inf"))
        same[key] = rule["false"]
