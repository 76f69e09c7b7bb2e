"""Facts about the days on which a rate changed, as seen and for what was noticed."""

from __future__ import annotations

from datetime import date
from itertools import product
from math import lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holdfire.assessment.breaks import NEAR_DAYS, WatchedDays, rate_breaks, watched_days
from holdfire.assessment.exposure import DailyExposure
from holdfire.records.change import RateBreak

Floats = NDArray[np.float64]
CLAIM = ("fire", "signed", "north")
FIRST_ON = date(2030, 1, 1)


def breaks(counts: Floats, watch: WatchedDays | None = None) -> list[RateBreak]:
    """Return the breaks of a series, of which the watchers told of everything unless they say otherwise."""
    return list(rate_breaks({CLAIM: (counts, counts)}, FIRST_ON, watched=None if watch is None else {CLAIM: watch}))


def known(counts: Floats, noticed: Floats) -> WatchedDays:
    """Return days whose watch is known."""
    return WatchedDays(counts, counts, noticed, noticed)


def test_a_break_is_found_with_its_rates() -> None:
    """A rise from 2 to 10 a day on the 41st day is one break, sure, with the means on either side."""
    rng = np.random.default_rng(9)
    upper = rng.poisson(np.repeat([2.0, 10.0], 40)).astype(float)
    [one] = rate_breaks({CLAIM: (upper * 0.8, upper)}, FIRST_ON)
    assert abs((one.on - date(2030, 2, 10)).days) <= 1
    assert one.is_seen and one.prob_low > 0.9
    assert one.before_high < 3.0 and one.after_low > 7.0


def test_a_steady_series_seldom_has_a_break() -> None:
    """Of 40 series of eighty days of one rate, at most 6 have a break at all."""
    rng = np.random.default_rng(10)
    assert sum(bool(breaks(rng.poisson(4.0, 80).astype(float))) for _ in range(40)) <= 6


def test_without_a_log_a_change_of_the_rate_is_open() -> None:
    """What is seen stands; for what was noticed nothing is reported, with 0 to 1 and rates of 0 to infinity."""
    counts = np.repeat([2.0, 10.0], 40)
    nothing = WatchedDays(counts, counts, np.zeros(80), np.ones(80))
    for found in (breaks(counts), breaks(counts, nothing)):
        [one] = found
        assert (True, False, 0.0, 1.0) == (one.is_seen, one.is_noticed, one.prob_noticed_low, one.prob_noticed_high)
        assert (0.0, float("inf")) == (one.noticed_before_low, one.noticed_after_high)


def test_where_only_the_watch_changed_no_change_of_the_rate_is_reported() -> None:
    """In 40 worlds of one rate whose watch falls from 90 to 20 %, all show a change as seen, at most 3 report one."""
    rng = np.random.default_rng(11)
    noticed = np.repeat([0.9, 0.2], 60)
    n_seen = n_reported = 0
    for _ in range(40):
        counts = rng.binomial(rng.poisson(8.0, 120), noticed).astype(float)
        found = breaks(counts, known(counts, noticed))
        n_seen += any(one.is_seen and one.prob_low > 0.9 for one in found)
        n_reported += any(one.is_noticed for one in found)
    assert (40, True) == (n_seen, n_reported <= 3)


def test_where_only_the_rate_changed_it_is_reported() -> None:
    """In 40 worlds of one watch whose rate doubles, at least 38 report it within five days, with the true rates."""
    rng = np.random.default_rng(12)
    noticed = np.full(120, 0.5)
    right, ratios = 0, []
    for _ in range(40):
        counts = rng.binomial(rng.poisson(np.repeat([8.0, 16.0], 60)), noticed).astype(float)
        near = [
            one
            for one in breaks(counts, known(counts, noticed))
            if one.is_noticed and abs((one.on - date(2030, 3, 2)).days) <= 5
        ]
        right += bool(near)
        ratios += [(one.noticed_before_low, one.noticed_after_high) for one in near]
    assert right >= 38
    np.testing.assert_allclose(np.mean(ratios, axis=0), [8.0, 16.0], rtol=0.1)


def test_a_change_that_the_watch_hides_is_reported() -> None:
    """Where the rate doubles as the watch halves, nothing is seen, and the change is reported all the same."""
    rng = np.random.default_rng(13)
    noticed = np.repeat([0.8, 0.4], 60)
    counts = rng.binomial(rng.poisson(np.repeat([10.0, 20.0], 60)), noticed).astype(float)
    assert [] == breaks(counts)
    [one] = breaks(counts, known(counts, noticed))
    assert (False, True) == (one.is_seen, one.is_noticed)
    assert one.noticed_before_low == pytest.approx(10.0, rel=0.1)
    assert one.noticed_after_low == pytest.approx(20.0, rel=0.1)


def enumerated(counts: Floats, watch: Floats, day: int, h: float) -> float:
    """Return the probability of a change near a day, by every segmentation there is."""
    n, rate = counts.size, float(watch.sum() / counts.sum()) if counts.sum() else 1.0
    every, near = [], []
    for cuts in product((0, 1), repeat=n - 1):
        starts = [0, *(at for at, cut in enumerate(cuts, start=1) if cut)]
        total = sum(log(h) if cut else log(1 - h) for cut in cuts)
        for first, end in zip(starts, [*starts[1:], n], strict=True):
            s, e = float(counts[first:end].sum()), float(watch[first:end].sum())
            total += log(rate) + lgamma(1 + s) - (1 + s) * log(rate + e)
        every.append(total)
        near.append(any(abs(at - day) <= NEAR_DAYS for at in starts[1:]))
    weights = np.exp(np.array(every) - max(every))
    return float(weights[np.array(near)].sum() / weights.sum())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0.1, 0.5, 1.0])), min_size=4, max_size=6),
    st.integers(20, 60),
)
def test_the_probability_equals_enumeration_with_the_watch_as_offset(days: list[tuple[int, float]], last: int) -> None:
    """For each break of a short series the probability for what was noticed is that of plain enumeration."""
    counts = np.array([*(float(n) for n, _ in days), float(last)])
    watch = np.array([*(share for _, share in days), 0.05])
    for one in breaks(counts, known(counts, watch)):
        expected = enumerated(counts, watch, (one.on - FIRST_ON).days, 1.0 / 30.0)
        assert expected == pytest.approx(one.prob_noticed_low, abs=1e-9)
        assert expected == pytest.approx(one.prob_noticed_high, abs=1e-9)


def test_a_watch_known_between_two_ends_gives_a_range_that_holds_the_truth() -> None:
    """It holds, to a hundredth, what watches drawn between the ends give; what none of them explains is reported."""
    rng = np.random.default_rng(14)
    least, most = np.full(60, 0.4), np.full(60, 0.8)
    for factor, reported in ((1.5, False), (6.0, True)):
        counts = rng.poisson(np.repeat([6.0, 6.0 * factor], 30) * 0.6).astype(float)
        [one] = breaks(counts, WatchedDays(counts, counts, least, most))[:1]
        assert reported == one.is_noticed
        assert (one.prob_noticed_low < 0.5) == (not reported)
        for _ in range(60):
            share = rng.random(2)
            watch = least + (most - least) * np.repeat(share, 30)
            [under] = [near for near in breaks(counts, known(counts, watch)) if near.on == one.on]
            assert one.prob_noticed_low - 0.01 <= under.prob_noticed_low <= one.prob_noticed_high + 0.01


def test_what_was_told_of_a_day_without_watch_is_not_held_against_it() -> None:
    """A watcher's word of a day on which the log notices nothing is no proof of an endless rate."""
    nobody = DailyExposure(np.full(3, 24.0), np.full(3, 48.0), np.zeros((2, 3)), np.array([[0.5, 0.0, 1.0]] * 2))
    days = watched_days((np.ones(3), np.ones(3)), [nobody])
    assert ([1.0, 0.0, 1.0], [0.5, 0.0, 1.0]) == (days.lower.tolist(), days.least.tolist())


def test_zones_are_added_by_their_size_and_by_hours_if_one_has_no_bounds() -> None:
    """Two zones weigh by area times time; beside one without bounds both weigh by their hours."""
    full, none = np.ones((2, 2)), np.zeros((2, 2))
    large = DailyExposure(np.full(2, 24.0), np.full(2, 72.0), full, full)
    small = DailyExposure(np.full(2, 24.0), np.full(2, 24.0), none, none)
    sea = DailyExposure(np.full(2, 24.0), None, none, none)
    told = (np.zeros(2), np.zeros(2))
    assert [0.75, 0.75] == watched_days(told, [large, small]).most.tolist()
    assert [0.5, 0.5] == watched_days(told, [large, sea]).most.tolist()
