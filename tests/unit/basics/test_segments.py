"""Facts about changes of a daily series."""

from __future__ import annotations

from itertools import product
from math import lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.segments import MAX_DAYS, segmented
from holdfire.errors import ModelError


def tried(counts: list[float], exposures: list[float], h: float) -> dict[tuple[int, ...], float]:
    """Return the probability of every segmentation, by its days of change."""
    n = len(counts)
    rate = sum(exposures) / sum(counts) if sum(counts) else 1.0
    weights = {}
    for cuts in product((0, 1), repeat=n - 1):
        starts = [0, *(day for day, cut in enumerate(cuts, start=1) if cut)]
        total = sum(log(h) if cut else log(1 - h) for cut in cuts)
        for first, end in zip(starts, [*starts[1:], n], strict=True):
            s, e = sum(counts[first:end]), sum(exposures[first:end])
            total += log(rate) + lgamma(1 + s) - (1 + s) * log(rate + e)
        weights[tuple(starts[1:])] = total
    most = max(weights.values())
    whole = sum(np.exp(value - most) for value in weights.values())
    return {starts: float(np.exp(value - most) / whole) for starts, value in weights.items()}


days = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0.5, 1.0, 2.0])), min_size=2, max_size=9)


@settings(max_examples=40)
@given(days, st.sampled_from([0.02, 0.3]), st.integers(0, 2))
def test_it_equals_the_sum_over_all_segmentations(series: list[tuple[int, float]], h: float, within: int) -> None:
    """The probabilities of each day, of a neighbourhood, and the best segmentation equal plain enumeration."""
    counts, exposures = [float(n) for n, _ in series], [e for _, e in series]
    every = tried(counts, exposures, h)
    found = segmented(np.array(counts), np.array(exposures), prob_change=h)
    for day in range(1, len(series)):
        assert sum(p for cuts, p in every.items() if day in cuts) == pytest.approx(found.prob_change[day], abs=1e-9)
        near = sum(p for cuts, p in every.items() if any(abs(cut - day) <= within for cut in cuts))
        assert near == pytest.approx(found.prob_near(day, within), abs=1e-9)
    best = tuple(found.starts[1:].tolist())
    assert every[best] == pytest.approx(max(every.values()))
    assert found.n_expected == pytest.approx(sum(len(cuts) * p for cuts, p in every.items()))


def test_a_steady_series_has_no_change_and_a_step_has_one() -> None:
    """A year of one rate is one segment; a doubling in its middle is found within three days."""
    rng = np.random.default_rng(4)
    assert [0] == segmented(rng.poisson(5.0, 365).astype(float), np.ones(365)).starts.tolist()
    step = rng.poisson(np.repeat([5.0, 10.0], [180, 185])).astype(float)
    found = segmented(step, np.ones(365))
    assert 2 == found.starts.size and abs(int(found.starts[1]) - 180) <= 3
    assert found.prob_near(180, 5) > 0.95


def test_a_change_of_the_watch_is_none_of_the_rate() -> None:
    """Twice as many events on days watched twice as long are no change."""
    counts = np.repeat([6.0, 12.0], 40)
    assert 2 == segmented(counts, np.ones(80)).starts.size
    assert [0] == segmented(counts, np.repeat([1.0, 2.0], 40)).starts.tolist()


def test_clusters_are_tempered() -> None:
    """Salvoes of ten on single days are changes for Poisson, and none once their dispersion is stated."""
    rng = np.random.default_rng(6)
    counts = 10.0 * rng.poisson(0.4, 200)
    assert segmented(counts, np.ones(200)).starts.size > 5
    assert 1 == segmented(counts, np.ones(200), dispersion=10.0).starts.size


@pytest.mark.parametrize("n_days", [0, MAX_DAYS + 1])
def test_a_series_that_is_too_long_or_empty_is_refused(n_days: int) -> None:
    """No day, and more days than are held, is an error that says so."""
    with pytest.raises(ModelError, match=str(n_days)):
        segmented(np.ones(n_days), np.ones(n_days))
