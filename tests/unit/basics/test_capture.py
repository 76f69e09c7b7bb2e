"""Facts about what nobody saw; the worlds' truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from holdfire.basics.capture import chao_bound, latent_classes, why_too_few

N_WORLDS = 40


def world(seed: int, n: int, easy: float, hard: float, n_sources: int = 5) -> np.ndarray:
    """Return which source saw which of n events, half of them easy to see and half hard; those seen at all."""
    rng = np.random.default_rng(seed)
    base = np.where(rng.random(n) < 0.5, easy, hard)[:, None] * rng.uniform(0.7, 1.3, n_sources)
    seen = rng.random((n, n_sources)) < np.clip(base, 0.0, 0.95)
    return seen[seen.any(axis=1)]


def bound_of(seen: np.ndarray) -> tuple[float, float]:
    """Return Chao's bound and the low end of its interval."""
    told = seen.sum(axis=1)
    found = chao_bound(float(told.size), float((told == 1).sum()), float((told == 2).sum()), seen.shape[1])
    return found.n_all, found.n_all_low


@pytest.mark.parametrize(("easy", "hard"), [(0.6, 0.15), (0.4, 0.4), (0.3, 0.05), (0.8, 0.02)])
@pytest.mark.parametrize("n", [300, 2_000])
def test_chao_s_bound_is_below_the_truth(n: int, easy: float, hard: float) -> None:
    """In at least 90 % of worlds the low end is at most the truth, and above what was seen."""
    ends = [(bound_of(seen)[1], len(seen)) for seen in (world(one, n, easy, hard) for one in range(N_WORLDS))]
    assert np.mean([low <= n for low, _ in ends]) >= 0.9
    assert all(low > n_seen for low, n_seen in ends)


def test_chao_s_bound_is_near_the_truth_where_events_are_alike() -> None:
    """Where all events are equally easy to see, the bound's mean is within 3 % of the truth."""
    assert np.mean([bound_of(world(one, 600, 0.3, 0.3))[0] for one in range(N_WORLDS)]) == pytest.approx(600, rel=0.03)


def test_sources_that_copy_make_the_bound_too_low() -> None:
    """With a copy of one source beside it the bound falls, though nobody knows more."""
    seen = world(1, 600, 0.3, 0.1)
    assert bound_of(np.column_stack([seen, seen[:, 0]]))[0] < bound_of(seen)[0]


def test_sources_on_separate_ground_break_the_bound() -> None:
    """Where each source watches its own ground whole, nothing is missed and the bound says far more: a limit."""
    seen = np.repeat(np.eye(5, dtype=bool), 40, axis=0)
    assert bound_of(seen)[1] > 2 * 200


@pytest.mark.parametrize("told", [(0.0, 0.0), (1.0, 5.0), (0.4, 0.2)])
def test_nobody_alone_means_nothing_is_added(told: tuple[float, float]) -> None:
    """With at most one event that one source alone tells of, the bound is what was seen."""
    found = chao_bound(9.0, *told, 3)
    assert (9.0, 9.0, 9.0) == (found.n_all_low, found.n_all, found.n_all_high)


def test_one_source_bounds_nothing() -> None:
    """A single source says nothing of what it missed."""
    assert 20.0 == chao_bound(20.0, 20.0, 0.0, 1).n_all


@pytest.mark.parametrize(("easy", "hard"), [(0.6, 0.15), (0.4, 0.4)])
def test_two_classes_hold_the_truth_as_often_as_they_say(easy: float, hard: float) -> None:
    """In worlds of two classes the 90 % interval holds the truth in at least 80 % of 40 worlds."""
    held = []
    for one in range(N_WORLDS):
        seen = world(one, 600, easy, hard)
        fit = latent_classes(seen, np.ones(len(seen)))
        held.append(fit.n_all_low <= 600 <= fit.n_all_high)
    assert np.mean(held) >= 0.8


def test_two_classes_are_told_apart() -> None:
    """The class that is seen more comes first, and the sources' chances are regained within 0.08."""
    seen = world(2, 20_000, 0.6, 0.15)
    fit = latent_classes(seen, np.ones(len(seen)))
    truth = np.array([0.6, 0.15])
    ratio = fit.prob_seen.mean(axis=1)
    assert np.abs(ratio - truth).max() < 0.08
    assert fit.share.sum() == pytest.approx(1.0)
    assert fit.deviance < 3 * fit.n_degrees


def test_too_little_overlap_is_said() -> None:
    """Too few sources, too few events of one, or too little overlap each have their sentence; enough has none."""
    seen = world(3, 600, 0.5, 0.3)
    ones = np.ones(len(seen))
    assert "there are 3" in str(why_too_few(seen[:, :3], ones))
    assert "10 events each" in str(why_too_few(seen, ones * 0.01))
    apart = np.repeat(np.eye(5, dtype=bool), 40, axis=0)
    assert "two sources" in str(why_too_few(apart, np.ones(200)))
    assert why_too_few(seen, ones) is None
