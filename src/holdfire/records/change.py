"""Change: how a rate of breaches changed between two periods, and on which days.

Rule: what was seen and what it means for the watch stand side by side; a range holds what is not known. Source: DESIGN,
section 5 (Counts, Coverage).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["RateBreak", "RateChange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """State how often a clause was breached by a party in a period, against another period.

    Attributes
    ----------
    clause_id, reading, party : str
    zone_id : str or None
        None = wherever they were.
    before_low, before_high, after_low, after_high : float
        Mean number of breaches, from lower and from upper probabilities.
    dispersion : float, >= 1
        How much wider than Poisson the days scatter.
    seen_low, seen_high : float
        90 % interval of breaches a day, after over before, as they were seen.
    prob_seen_more_low, prob_seen_more_high : float, 0..1
        Bounds of the probability that this ratio is above 1.
    watch_low, watch_high : float
        Noticed exposure a day, after over before; 0 and infinity where nothing is known.
    ratio_low, ratio_high : float
        90 % interval of the breaches of which the log's own watchers told, for what was noticed, after over before.
    prob_rose_low, prob_rose_high : float, 0..1
        Bounds of the probability that this ratio is above 1.
    watch_needed : float or None
        By how many times the watch must have been better after (above 1) or before (below 1) for the change to be one
        of the watch alone, at the near end of the interval; None = the interval holds 1 as it stands.
    """

    clause_id: str
    reading: str
    party: str
    zone_id: str | None
    before_low: float
    before_high: float
    after_low: float
    after_high: float
    dispersion: float
    seen_low: float
    seen_high: float
    prob_seen_more_low: float
    prob_seen_more_high: float
    watch_low: float
    watch_high: float
    ratio_low: float
    ratio_high: float
    prob_rose_low: float
    prob_rose_high: float
    watch_needed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBreak:
    """Name a day from which breaches of a clause became more, or fewer: as seen, for what was noticed, or both.

    Attributes
    ----------
    clause_id, reading, party : str
    on : date
        First day of the new rate, in the publication's time zone.
    is_seen, is_noticed : bool
        Whether the most probable segmentation begins a segment within two days of it: of what anybody told of, every
        day taken as watched alike; and of what the log's own watchers told of, for what they noticed. Only the latter
        is a change of the rate; the former alone may be one of the watch.
    prob_low, prob_high : float, 0..1
        Probability of a change within two days of it as seen, by the lower and by the upper probabilities of breaches:
        the smaller first.
    before_low, before_high, after_low, after_high : float
        Mean number of breaches a day, as seen, back to the break before it, and on to the one after it.
    prob_noticed_low, prob_noticed_high : float, 0..1
        The same probability for what was noticed: the least and the most of the watches that the log leaves open; 0 and
        1 where what was watched is not known.
    noticed_before_low, noticed_before_high, noticed_after_low, noticed_after_high : float
        Breaches a day of which the log's own watchers told, had all of the clause's zones been noticed; 0 and infinity
        where nothing is known.
    """

    clause_id: str
    reading: str
    party: str
    on: date
    is_seen: bool
    is_noticed: bool
    prob_low: float
    prob_high: float
    before_low: float
    before_high: float
    after_low: float
    after_high: float
    prob_noticed_low: float
    prob_noticed_high: float
    noticed_before_low: float
    noticed_before_high: float
    noticed_after_low: float
    noticed_after_high: float
