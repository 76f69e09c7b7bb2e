"""Turn a claim's daily counts into the days on which its rate changed, as seen and for what was noticed.

Rules: a break is looked for in the lower and in the upper means by one prior, first in what anybody told of, as though
every day had been watched alike, then in what the log's own watchers told of, against what they noticed on each day.
A day's exposure is the offset of its Poisson count. Where it is known only to lie between two ends, the probability of
a change is told as the least and the most of several watches between them: both ends, either end on each side of the
day, and the watches by which one rate explains most, of each day or of either side as a whole. It is reported as a
change of the rate only if all of these watches have it in their most probable segmentation. Where the least is nothing
throughout, or no watcher is one of the sources, it is 0 to 1. What watchers told of on a day on which they noticed
nothing is not held against that day. Leaves the sums over segmentations to ``basics.segments``. Source: DESIGN, section
5 (Counts, Coverage).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.exposure import DailyExposure
from holdfire.basics.rates import Range, dispersion_of
from holdfire.basics.segments import Segmentation, segmented
from holdfire.records.change import RateBreak

__all__ = ["NEAR_DAYS", "WatchedDays", "rate_breaks", "watched_days"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Claim = tuple[str, str, str]
Pair = tuple[Floats, Floats]

NEAR_DAYS = 2
"""A break is told with the probability of a change within so many days of it."""
N_RATES = 24
"""Rates that are tried for the watch by which one rate explains most."""


class Change(NamedTuple):
    """Hold the least and the most probability of a change, and whether every watch tried has it its likeliest."""

    low: float
    high: float
    is_found: bool


UNKNOWN = Change(0.0, 1.0, is_found=False)
NO_RATE = Range(0.0, float("inf"))


class WatchedDays(NamedTuple):
    """Hold what a log's own watchers told of on each day, and what they could notice.

    Attributes
    ----------
    lower, upper : float64, (n,), >= 0
        Mean number of breaches that they told of.
    least, most : float64, (n,), >= 0
        What they noticed of the claim's zones: 1 is all of them, at their mean size, for a whole day.
    """

    lower: Floats
    upper: Floats
    least: Floats
    most: Floats


def watched_days(told: Pair, zones: Sequence[DailyExposure]) -> WatchedDays:
    """Return a claim's watch by day, its zones added; zones that overlap are added twice.

    Parameters
    ----------
    told : (float64, (n,), float64, (n,))
        Lower and upper mean number of breaches of which the log's watchers told.
    zones : sequence of DailyExposure
        Of the claim's zones. Where one of them has no bounds, all count by their hours.
    """
    bounded = all(zone.km2_hours is not None for zone in zones)
    sizes = [zone.size if bounded else zone.hours for zone in zones]
    whole = float(sum(size.mean() for size in sizes))
    parts = np.zeros((2, told[0].size))
    if whole > 0.0:
        for zone, size in zip(zones, sizes, strict=True):
            parts += zone.noticed * size / whole
    able = parts[1] > 0.0
    return WatchedDays(np.where(able, told[0], 0.0), np.where(able, told[1], 0.0), parts[0], parts[1])


def _explaining(counts: Floats, least: Floats, most: Floats, sides: Ints) -> Floats:
    # The watch between two ends under which one rate is likeliest, where the watch of a side lies by one share between
    # its ends: as the side's count needs, else at the nearer end.
    told, low, high = (np.bincount(sides, weights=part) for part in (counts, least, most))
    if told.sum() <= 0.0:
        return most
    some = high > 0.0
    slow = float(told.sum() / high.sum())
    fast = max(slow, float((told[some] / high[some]).max()), float(told.sum() / max(low.sum(), 1e-9 * told.sum())))
    found, best = high, -np.inf
    for rate in np.geomspace(slow, fast, N_RATES).tolist():
        watch = np.clip(told / rate, low, high)
        mean = rate * watch
        fit = float((told * np.log(np.where(mean > 0.0, mean, 1.0)) - mean).sum())
        if fit > best:
            found, best = watch, fit
    room = high - low
    share = np.divide(found - low, room, out=np.zeros_like(room), where=room > 0.0)
    return np.asarray(least + share[sides] * (most - least))


def _is_near(found: Segmentation, day: int) -> bool:
    return bool((np.abs(found.starts[1:] - day) <= NEAR_DAYS).any())


class _Noticed:
    """Find changes of what was noticed, for one claim."""

    def __init__(self, days: WatchedDays, prob_change: float) -> None:
        self._days = days
        self._prob_change = prob_change
        self._is_exact = bool(np.array_equal(days.least, days.most))
        watches = [days.most] if self._is_exact else [days.least, days.most]
        self._ends = [[self._found(counts, watch) for watch in watches] for counts in (days.lower, days.upper)]

    def _found(self, counts: Floats, watch: Floats) -> Segmentation:
        dispersion = dispersion_of(counts, watch) if watch.sum() > 0.0 else 1.0
        return segmented(counts, watch, prob_change=self._prob_change, dispersion=dispersion)

    @property
    def ends(self) -> list[Segmentation]:
        """Return the segmentations of the lower and the upper means under either end of the watch."""
        return [one for part in self._ends for one in part]

    def _tried(self, day: int) -> Iterator[list[Segmentation]]:
        # Of the lower and of the upper means: the segmentations under each watch that is tried.
        least, most = self._days.least, self._days.most
        after = np.arange(least.size) >= day
        for counts, ends in zip((self._days.lower, self._days.upper), self._ends, strict=True):
            steps = [] if self._is_exact else [np.where(after, most, least), np.where(after, least, most)]
            sides = [] if self._is_exact else [after.astype(np.int64), np.arange(after.size)]
            explained = [_explaining(counts, least, most, side) for side in sides]
            yield [*ends, *(self._found(counts, watch) for watch in (*steps, *explained))]

    def change_near(self, day: int) -> Change:
        """Return what is known of a change near a day."""
        tried = list(self._tried(day))
        chances = [one.prob_near(day, NEAR_DAYS) for part in tried for one in part]
        is_found = any(all(_is_near(one, day) for one in part) for part in tried)
        return Change(min(chances), max(chances), is_found)

    def rate(self, part: slice) -> Range:
        """Return the least and the most number of breaches a day in some days, had all of it been noticed."""
        few, many = float(self._days.lower[part].sum()), float(self._days.upper[part].sum())
        least, most = float(self._days.least[part].sum()), float(self._days.most[part].sum())
        return Range(few / most if most > 0.0 else 0.0, many / least if least > 0.0 else float("inf"))


def _days_named(found: Iterable[Segmentation], named: Iterable[int] = ()) -> list[int]:
    # Days that begin a segment. One near a day that was named before is the same change.
    days = sorted(named)
    for one in found:
        earlier = list(days)
        days += [start for start in one.starts[1:].tolist() if all(abs(start - day) > NEAR_DAYS for day in earlier)]
    return sorted(set(days))


def rate_breaks(
    daily: Mapping[Claim, Pair],
    first_on: date,
    *,
    watched: Mapping[Claim, WatchedDays] | None = None,
    prob_change: float = 1.0 / 30.0,
) -> Iterator[RateBreak]:
    """Yield the days on which the rate of a claim changed, by claim and day.

    Parameters
    ----------
    daily : mapping of claim to (float64, (n,), float64, (n,))
        From :func:`~holdfire.assessment.changes.daily_means`.
    first_on : date
        The first of these days.
    watched : mapping of claim to WatchedDays, optional
        A claim that is not listed, or whose watch is nothing at least throughout, is not known.
    prob_change : float, 0..1
        Prior probability of a change on a day.

    Yields
    ------
    RateBreak
        Each day on which a most probable segmentation begins a segment: of the lower or of the upper means, as seen or
        for what was noticed.
    """
    for claim in sorted(daily):
        lower, upper = daily[claim]
        n = lower.size
        even = np.ones(n)
        seen = [segmented(one, even, prob_change=prob_change, dispersion=dispersion_of(one)) for one in (lower, upper)]
        days = (watched or {}).get(claim)
        noticed = None if days is None or days.least.sum() <= 0.0 else _Noticed(days, prob_change)
        by_sight = _days_named(seen)
        changes = (
            {} if noticed is None else {day: noticed.change_near(day) for day in _days_named(noticed.ends, by_sight)}
        )
        named = sorted({*by_sight, *(day for day, change in changes.items() if change.is_found)})
        edges = [0, *named, n]
        for number, start in enumerate(named, start=1):
            parts = (slice(edges[number - 1], start), slice(start, edges[number + 1]))
            yield _break(
                (claim, first_on + timedelta(days=start), start in by_sight),
                sorted(one.prob_near(start, NEAR_DAYS) for one in seen),
                [[float(series[part].mean()) for series in (lower, upper)] for part in parts],
                changes.get(start, UNKNOWN),
                [NO_RATE if noticed is None else noticed.rate(part) for part in parts],
            )


def _break(
    what: tuple[Claim, date, bool], near: list[float], means: list[list[float]], change: Change, rates: list[Range]
) -> RateBreak:
    claim, on, is_seen = what
    return RateBreak(
        clause_id=claim[0],
        reading=claim[1],
        party=claim[2],
        on=on,
        is_seen=is_seen,
        is_noticed=change.is_found,
        prob_low=near[0],
        prob_high=near[1],
        before_low=means[0][0],
        before_high=means[0][1],
        after_low=means[1][0],
        after_high=means[1][1],
        prob_noticed_low=change.low,
        prob_noticed_high=change.high,
        noticed_before_low=rates[0].low,
        noticed_before_high=rates[0].high,
        noticed_after_low=rates[1].low,
        noticed_after_high=rates[1].high,
    )
