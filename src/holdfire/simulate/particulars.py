"""Particulars: what a report says beside when, where, what and who: rounds, harm, what was hit, how many.

Turns incidents, fabrications and round-ups into numbers and details as their reports give them. Rule: reports of
one incident share details only as far as witnesses would, and no detail is of one incident alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.simulate.ground import Ground, Truth
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.lies import Lies
from holdfire.simulate.roundups import Roundups
from holdfire.simulate.told import Told

__all__ = ["N_HIT", "N_WORDS", "Particulars", "draw_sizes", "tell_particulars"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

N_HIT = 12
"""Things that an act may have hit."""
N_WORDS = 3
"""Ways to call an act."""
SAYS_HIT = 0.55
SAYS_ROUNDS = 0.5
SAME_WORD = 0.6
HARMFUL = ("explosion", "gunfire", "clash", "violence_against_civilians")
"""Roots of the acts that may hurt people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Hold the details of reports; -1 = not said.

    Attributes
    ----------
    casualties_low, casualties_best, casualties_high : int64, (n,), persons
    count_low, count_best, count_high : int64, (n,)
        Incidents that a round-up tells of.
    rounds : int64, (n,)
        Rounds or explosions, for its words.
    hit, word : int64, (n,)
        What was hit, 0..11; how the act is called, 0..2.
    day_part : int64, (n,)
        0 = the day as a whole, 1..4 = the part of it in which the interval told begins. A copy keeps its original's.
    """

    casualties_low: Ints
    casualties_best: Ints
    casualties_high: Ints
    count_low: Ints
    count_best: Ints
    count_high: Ints
    rounds: Ints
    hit: Ints
    word: Ints
    day_part: Ints

    def take(self, which: Ints) -> Particulars:
        """Return the details of some reports, in the order asked for."""
        return Particulars(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


def draw_sizes(n: int, knobs: Knobs, rng: np.random.Generator) -> Floats:
    """Return how visible incidents are, with mean 1; none where all are alike."""
    if knobs.size_spread == 0.0:
        return np.empty(0)
    shape = knobs.size_spread**-2
    return rng.gamma(shape, 1.0 / shape, n)


def _stories(told: Told, n_true: int, n_lies: int) -> Ints:
    """Return what each report tells of: true incidents first, then fabrications, then round-ups."""
    return np.where(
        told.truth >= 0,
        told.truth,
        np.where(told.lie >= 0, n_true + told.lie, n_true + n_lies + told.roundup),
    )


def _harm(kind: Ints, ground: Ground, rng: np.random.Generator) -> Ints:
    """Return persons killed or wounded in each story; -1 where the act hurts nobody."""
    harmful = np.array([path.partition("/")[0] in HARMFUL for path in ground.kinds])
    some = rng.random(kind.size) < 0.35
    n = np.where(some, 1 + np.floor(rng.lognormal(0.4, 1.0, kind.size)).astype(np.int64), 0)
    return np.where((kind >= 0) & harmful[kind], n, -1)


def _casualties(told: Told, harm: Ints, knobs: Knobs, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    n = told.source.size
    says, scale, noise = (
        np.array([getattr(source, name) for source in knobs.sources])[told.source]
        for name in ("casualties", "casualty_scale", "casualty_noise")
    )
    said = (rng.random(n) < says) & (harm >= 0)
    best = np.round(harm * scale * np.exp(noise * rng.standard_normal(n)))
    low, high = np.floor(best * np.exp(-noise)), np.ceil(best * np.exp(noise))
    most = 10_000_000
    values = [np.where(said, np.clip(value, 0, most), -1).astype(np.int64) for value in (low, best, high)]
    return values[0], values[1], values[2]


def _day_part(told: Told) -> Ints:
    """Return 0 for a whole day, else 1..4 for the part of the day in which it began."""
    hour = (told.start_us % DAY_US) // HOUR_US
    return np.where(told.end_us - told.start_us >= DAY_US, 0, 1 + hour // 6)


def tell_particulars(
    told: Told,
    truth: Truth,
    lies: list[Lies],
    roundups: Roundups,
    ground: Ground,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Particulars:
    """Return what reports say of numbers and details."""
    kind = np.concatenate([truth.kind, *[part.kind for part in lies], np.full(roundups.n, -1)]).astype(np.int64)
    story = _stories(told, truth.kind.size, sum(part.kind.size for part in lies))
    harm = _harm(kind, ground, rng)
    hit, word = rng.integers(0, N_HIT, kind.size), rng.integers(0, N_WORDS, kind.size)
    rounds = 1 + np.floor(rng.lognormal(1.2, 0.9, kind.size))
    n = told.source.size
    low, best, high = _casualties(told, harm[story], knobs, rng)
    size = np.bincount(roundups.roundup, minlength=roundups.n) if roundups.n else np.empty(0, np.int64)
    count = np.concatenate([np.full(kind.size - roundups.n, -1), size]).astype(np.int64)[story]
    summed = count >= 0
    fewer = rng.binomial(np.maximum(count - 1, 0), 0.1)
    more = rng.poisson(0.1 * np.maximum(count, 0))
    told_rounds = np.maximum(1, np.round(rounds[story] * rng.lognormal(0.0, 0.2, n))).astype(np.int64)
    same_word = rng.random(n) < SAME_WORD
    return Particulars(
        casualties_low=low,
        casualties_best=best,
        casualties_high=high,
        count_low=np.where(summed, count - fewer, -1),
        count_best=count,
        count_high=np.where(summed, count + more, -1),
        rounds=np.where((rng.random(n) < SAYS_ROUNDS) & ~summed, told_rounds, -1),
        hit=np.where((rng.random(n) < SAYS_HIT) & ~summed, hit[story], -1),
        word=np.where(same_word, word[story], rng.integers(0, N_WORDS, n)),
        day_part=_day_part(told),
    )
