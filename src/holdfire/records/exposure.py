"""Exposure: how much was watched, what was seen there, and what that is worth; what nobody saw.

Rule: where the watch log says nothing the watch is a range, from nothing to the whole; each estimate carries its
assumptions as sentences. Source: DESIGN, sections 1 (rule 2) and 5 (Coverage).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["ClassEstimate", "Exposure", "RestrictionSum", "Undercount", "ZoneRate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """State how much of a zone was watched over a period.

    Attributes
    ----------
    zone_id, reading : str
        ``*`` is everywhere.
    n_days : int
        Local days on which the zone was somewhere.
    hours : float
    km2_hours : float or None
        Area times time; None for a zone without bounds, whose exposures are in hours.
    watched_low, watched_high, noticed_low, noticed_high : float
        The part within reach of a watch, and the same weighted by the probability to notice: square kilometres times
        hours, or hours for a zone without bounds. Equal ends where the log says it.
    noticed_days_low, noticed_days_high : float
        The period's days, each by the share of the zone that was noticed.
    """

    zone_id: str
    reading: str
    n_days: int
    hours: float
    km2_hours: float | None
    watched_low: float
    watched_high: float
    noticed_low: float
    noticed_high: float
    noticed_days_low: float
    noticed_days_high: float

    @property
    def whole(self) -> float:
        """Return the exposure of a watch that never ends and misses nothing, in the unit of the others."""
        return self.hours if self.km2_hours is None else self.km2_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRate:
    """State what was seen in a zone, how often that is for what was watched, and what a quiet day there is worth.

    Attributes
    ----------
    exposure : Exposure
    seen_low, seen_high : float
        Mean number of incidents in the zone and the period, from lower and from upper probabilities.
    watchers_low, watchers_high : float
        Those of which the log's own watchers told; from 0 to all where no watcher is one of the sources.
    rate_low, rate_high : float
        90 % interval of the watchers' incidents per 1,000 watched square kilometre hours (hours for a zone without
        bounds), detection counted; infinity where the watch may have been nothing. It holds for what was watched.
    per_day_low, per_day_high : float
        Incidents a day in the whole zone: the low end of what anybody told of, and the high end of the watchers' rate,
        were the rest of the zone no busier than what was watched.
    quiet_day_high : float or None
        95 % upper end of the whole zone's rate a day, on the same condition, after one day, watched as the period was
        on average, on which nothing was seen and of which nothing else is known; None where the watch is not known or
        was nothing.
    prob_quiet_low, prob_quiet_high : float, 0..1
        Probability that nothing happened in the zone on such a day: by the watchers' rate, and by what anybody told of.
    """

    exposure: Exposure
    seen_low: float
    seen_high: float
    watchers_low: float
    watchers_high: float
    rate_low: float
    rate_high: float
    per_day_low: float
    per_day_high: float
    quiet_day_high: float | None
    prob_quiet_low: float
    prob_quiet_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEstimate:
    """Estimate how many incidents there were by two latent classes.

    Attributes
    ----------
    n_all, n_all_low, n_all_high : float
        Estimate and 90 % interval; infinity where the likelihood does not fall off.
    prob_seen_easy, prob_seen_hard : tuple of float, 0..1
        Chance of each source to tell of an incident that is easy, and one that is hard, to see.
    share_easy : float, 0..1
    deviance : float
    n_degrees : int
        The fit is poor where the deviance is much larger than the degrees of freedom.
    sources : tuple of str
        Those that were used, in the order of their chances.
    """

    n_all: float
    n_all_low: float
    n_all_high: float
    prob_seen_easy: tuple[float, ...]
    prob_seen_hard: tuple[float, ...]
    share_easy: float
    deviance: float
    n_degrees: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undercount:
    """Bound how many incidents there were, beyond those that anybody told of.

    Attributes
    ----------
    sources : tuple of str
        Independent sources; those that copy from each other stand together, joined by ``+``.
    n_seen_low, n_seen, n_seen_high : float
        Incidents that any source told of: sums of lower, mean and upper probabilities to be real.
    n_once, n_twice : float
        Those that one source alone, and exactly two, told of.
    n_all_low : float
        What may be held to be a bound: the low end of the 90 % interval of Chao's estimate, from the probabilities that
        make it least.
    n_all : float
        Chao's estimate of the bound.
    classes : ClassEstimate or None
    why_no_classes : str or None
        Why two classes cannot be told from these sources.
    assumptions : tuple of str
    """

    sources: tuple[str, ...]
    n_seen_low: float
    n_seen: float
    n_seen_high: float
    n_once: float
    n_twice: float
    n_all_low: float
    n_all: float
    classes: ClassEstimate | None
    why_no_classes: str | None
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionSum:
    """Sum up the entries of a watch log that were hindered alike.

    Attributes
    ----------
    restriction : str
    restricted_by, reason : str or None
        None = the log does not say.
    n_entries : int
    watch_hours : float
        Their hours within the period, those of several watches added.
    watchers, zones : tuple of str
        Sorted; a place that is told by centre and reach is ``around``, one that is not told ``*``.
    first, last : datetime
        Start of the first and end of the last one within the period, UTC.
    """

    restriction: str
    restricted_by: str | None
    reason: str | None
    n_entries: int
    watch_hours: float
    watchers: tuple[str, ...]
    zones: tuple[str, ...]
    first: datetime
    last: datetime
