"""Intervals hold the truth at least as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from holdfire.trial.intervals import rate_interval, share_interval


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_share_lies_in_its_interval_at_least_as_often_as_promised(share: float) -> None:
    """Of 400 samples of 40, at most 5 % (and chance) have an interval without the true share."""
    seen = np.random.default_rng(5).binomial(40, share, 400)
    counts, times = np.unique(seen, return_counts=True)
    ends = [share_interval(int(n), 40) for n in counts]
    assert np.average([low <= share <= high for low, high in ends], weights=times) >= 0.93


def test_a_rate_lies_in_its_interval_at_least_as_often_as_promised() -> None:
    """Of 400 Poisson counts, at most 5 % (and chance) have an interval without the true rate."""
    seen = np.random.default_rng(6).poisson(3.0, 400)
    counts, times = np.unique(seen, return_counts=True)
    ends = [rate_interval(int(n), 10.0) for n in counts]
    assert np.average([low <= 0.3 <= high for low, high in ends], weights=times) >= 0.93


def test_nothing_seen_leaves_everything_open() -> None:
    """Without a single case a share may be anything, and a rate has no upper end."""
    assert ((0.0, 1.0), (0.0, float("inf"))) == (share_interval(0, 0), rate_interval(0, 0.0))
