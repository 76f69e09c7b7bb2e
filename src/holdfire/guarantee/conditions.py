"""Conditions: at which instants a rung's condition held, surely or possibly, and with what probability.

Turns breaches into a probability over time. Rules:

1. Breaches are independent of one another, so their number is Poisson-binomial: the tail on the lower bounds is the
   least probability that the count is reached, the tail on the upper bounds the greatest. The condition holds surely
   where the lower tail reaches the asked probability, possibly where the upper one does, and nowhere where nothing can
   count at all, whatever probability is asked.
2. Spread: so many of the zones named (of all bounded zones where none is named) hold at least one breach. The zones are
   taken as not overlapping, a breach being in one of them or in none; up to eight are followed exactly. For more zones,
   or zones that overlap by what is known, the bounds are wider: below, each breach stays in its likeliest zone; above,
   as many breaches as zones are enough (one, where zones overlap).
3. Both a count and a spread: so many hit zones imply so many breaches. Where they do not, the least probability of both
   is the product (both grow with every breach: Harris's inequality), the greatest the smaller of the two.
4. Persistence: it holds at t only if 1 to 3 held at every instant of ``[t - persistence, t]``.

Leaves episodes to ``episodes`` and the ladder to ``ladder``. Source: Harris (1960); DESIGN, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.guarantee.breaches import Breaches, asked_about, breaches_of, duration_us
from holdfire.guarantee.ledger import OPEN, UNDATED
from holdfire.guarantee.tails import MAX_EXACT_ZONES, Steps, count_tails, spread_tails, steps_of
from holdfire.guarantee.zones import Zoning, spread_zones
from holdfire.records.agreement import Agreement
from holdfire.records.ladder import RungCondition

__all__ = ["TOLERANCE", "Course", "Spans", "course_of", "judge_condition"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Spans = list[tuple[int, int]]
"""Half-open, microseconds, in order."""

TOLERANCE = 1e-12
"""Probability within which a tail is taken to reach the one asked for: the accuracy of the tails."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """Hold the course of a condition over time.

    Attributes
    ----------
    breaches : Breaches
    sure, maybe : list of (int, int), microseconds
        When the condition held, half-open; a span that reaches ``as_of`` ends one microsecond after it.
    sure_since, maybe_since : int or None, microseconds
        Since when the count has been reached without a break until ``as_of``, before persistence is asked.
    lower, upper : float, 0..1
        Tails at ``as_of``.
    as_of : int, microseconds
    """

    breaches: Breaches
    sure: Spans
    maybe: Spans
    sure_since: int | None
    maybe_since: int | None
    lower: float
    upper: float
    as_of: int

    @property
    def answer(self) -> str:
        """Return what the condition says at ``as_of``."""
        if self.sure and self.sure[-1][1] > self.as_of:
            return "fires"
        return "cannot determine" if self.maybe and self.maybe[-1][1] > self.as_of else "does not fire"


def judge_condition(agreement: Agreement, zoning: Zoning, when: RungCondition, *, since: int = UNDATED - 1) -> Course:
    """Return the course of a rung's condition.

    Parameters
    ----------
    since : int, microseconds
        Breaches that began at or before it do not count.
    """
    asked = asked_about(zoning.ledger, when, since=since)
    zones = spread_zones(agreement, when)
    return course_of(breaches_of(zoning, when, asked, spread_zones=zones), when, zoning.ledger.as_of)


def course_of(breaches: Breaches, when: RungCondition, as_of: int) -> Course:
    """Return the course of a condition over breaches (rules 1 to 4)."""
    surely, possibly = breaches.lower > 0.0, breaches.upper > 0.0
    sure_steps = steps_of(breaches.sure_from, np.where(surely, breaches.sure_until, breaches.sure_from), as_of)
    maybe_steps = steps_of(breaches.maybe_from, np.where(possibly, breaches.maybe_until, breaches.maybe_from), as_of)
    lower, upper = _tails(breaches, when, sure_steps, maybe_steps)
    sure, maybe = _holds(lower, sure_steps, when.prob, as_of), _holds(upper, maybe_steps, when.prob, as_of)
    wait = 0 if when.persistence is None else duration_us(when.persistence)
    return Course(
        breaches=breaches,
        sure=_persistent(sure, wait),
        maybe=_persistent(maybe, wait),
        sure_since=sure[-1][0] if sure and sure[-1][1] > as_of else None,
        maybe_since=maybe[-1][0] if maybe and maybe[-1][1] > as_of else None,
        lower=float(lower[-1]),
        upper=float(max(upper[-1], lower[-1])),
        as_of=as_of,
    )


def _persistent(spans: Spans, wait: int) -> Spans:
    # What has no known beginning has held for as long as anybody asks.
    later = [(start if start < OPEN else start + wait, end) for start, end in spans]
    return [(start, end) for start, end in later if start < end]


def _holds(tail: Floats, steps: Steps, prob: float, as_of: int) -> Spans:
    met = (tail >= prob - TOLERANCE) & (tail > 0.0)
    turns = np.diff(np.concatenate([[False], met, [False]]).astype(np.int8))
    begins, ends = steps.at[turns[:-1] == 1], np.append(steps.at, as_of + 1)[turns == -1]
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def _tails(breaches: Breaches, when: RungCondition, sure: Steps, maybe: Steps) -> tuple[Floats, Floats]:
    lower = count_tails(breaches.lower, sure, when.at_least)
    upper = count_tails(breaches.upper, maybe, when.at_least)
    if when.spread is None:
        return lower, upper
    overlap = _overlap(breaches)
    spread_lower, spread_upper = _spread(breaches, when.spread, sure, maybe, overlap)
    implied = not overlap and when.spread >= when.at_least
    return spread_lower if implied else lower * spread_lower, np.minimum(upper, spread_upper)


def _overlap(breaches: Breaches) -> bool:
    # A breach that surely lies in zones whose bounds add up to more than itself lies in two of them at once.
    return bool(np.any(breaches.zone_lower.sum(axis=1) > np.maximum(breaches.lower, breaches.upper) + 1e-9))


def _spread(breaches: Breaches, n: int, sure: Steps, maybe: Steps, overlap: bool) -> tuple[Floats, Floats]:
    low, high = breaches.zone_lower, breaches.zone_upper
    if high.shape[1] <= MAX_EXACT_ZONES and not overlap:
        vague = np.where(high.sum(axis=1) > 1.0 + TOLERANCE, breaches.upper, 0.0)
        enough = count_tails(breaches.upper, maybe, n)
        return spread_tails(low, np.zeros(breaches.n), sure, n), np.minimum(spread_tails(high, vague, maybe, n), enough)
    best = low.argmax(axis=1)
    by_zone = []
    for zone in range(low.shape[1]):
        by_zone.append(count_tails(np.where(best == zone, low[:, zone], 0.0), sure, 1))
    upper = count_tails(breaches.upper, maybe, 1 if overlap else n)
    return _at_least(np.array(by_zone).reshape(low.shape[1], sure.at.size), n), upper


def _at_least(prob: Floats, n: int) -> Floats:
    # Independent zones (rows) at every step (columns): the probability that at least n of them are hit.
    chances = np.zeros((n, prob.shape[1]))
    chances[0] = 1.0
    for p in prob:
        chances[1:] = chances[1:] * (1.0 - p) + chances[:-1] * p
        chances[0] *= 1.0 - p
    return np.asarray(np.clip(1.0 - chances.sum(axis=0), 0.0, 1.0), dtype=np.float64)
