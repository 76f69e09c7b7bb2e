"""Facts about forged reports and what they cost."""

from __future__ import annotations

import pytest

from holdfire.trial.chain import Bench
from holdfire.trial.forged import forge
from holdfire.trial.lies import MODELS, Stage, _least, _tried, price_of, stage_of
from holdfire.trial.settings import TrialSettings


@pytest.fixture(scope="module")
def stage(bench: Bench, small: TrialSettings) -> Stage:
    """Return the world in which prices are found."""
    return stage_of(bench, small)


def test_each_lie_is_told_by_each_source(stage: Stage) -> None:
    """Four lies by three sources are twelve reports; one source is a side's command, the others are new channels."""
    forgery = forge(stage.scene, stage.bench, stage.attack, "forge", 4, 3, 1, stage.end_us)
    sources = forgery.reports["source_id"].to_pylist()
    assert (12, {4}) == (len(sources), {sources.count(name) for name in set(sources)})
    assert ["forged-1", "forged-2"] == forgery.channels["source_id"].to_pylist()
    assert {"russia"} == set(forgery.reports["actor"].to_pylist())


def test_a_denial_names_the_other_side(stage: Stage) -> None:
    """Who blames the other side tells of true events, with the other party's name."""
    forgery = forge(stage.scene, stage.bench, stage.attack, "deny", 2, 2, 2, stage.end_us)
    assert {"ukraine"} == set(forgery.reports["actor"].to_pylist())


def test_nothing_stands_before_anybody_lies(stage: Stage) -> None:
    """In the world without breaches no rung stands under the learned model."""
    assert (False,) * 4 == _tried(stage, "learned", "forge", 0, 1, 1)


def test_many_lies_by_many_sources_make_a_rung_stand(stage: Stage) -> None:
    """Sixteen lies by three sources raise the second rung; the one that counts verified findings stays silent."""
    stood = _tried(stage, "learned", "forge", 16, 3, 1)
    assert (True, False) == (stood[1], stood[2])


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_price_is_the_least_that_works(stage: Stage, model: str) -> None:
    """What a price says makes the rung stand, and one lie less by as many sources does not."""
    found = price_of(stage, model, "forge", 1)
    n, sources, days = found["n_lies"], found["n_sources"], found["n_days"]
    assert found["n_reports"] == n * sources
    assert _tried(stage, model, "forge", n, sources, days)[1]
    assert n == 1 or not _tried(stage, model, "forge", n - 1, sources, days)[1]


def test_what_nobody_verified_has_no_price(stage: Stage) -> None:
    """A rung that counts verified findings only cannot be raised by reports."""
    assert price_of(stage, "naive", "forge", 2)["n_reports"] is None


@pytest.mark.parametrize(
    ("turns_at", "limit", "least"), [(1, 32, 1), (7, 32, 7), (32, 32, 32), (33, 32, None), (5, 4, None)]
)
def test_the_search_finds_the_least(turns_at: int, limit: int, least: int | None) -> None:
    """Doubling and bisection find the least number that turns, up to the limit."""
    assert least == _least(lambda n: (n >= turns_at,), lambda stood: stood[0], limit)
