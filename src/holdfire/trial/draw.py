"""Draw: one world of a trial, from the pool's outcomes and a seed.

Turns a deck, a pool without its tables, into the events of a world: quiet for about two thirds of its days, then
breaches by one party until its end - an attack of some days in every other world, sustained breaches below it in the
others. Rule: a world is a pure function of deck, settings and its own number, whichever process draws it. An event
moves by whole days, so that its time of day and its interval stay as the chain found them. Leaves judging to
``record``. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.guarantee.ledger import NEVER
from holdfire.trial.fold import Counted, Folded, Reviewable, reviewable
from holdfire.trial.kernel import Rows
from holdfire.trial.pool import Pool, Trace, shifted_days
from holdfire.trial.settings import TrialSettings

__all__ = ["Deck", "Drawn", "Half", "Part", "draw_world", "joined", "rows_of", "truth_rows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

QUIET_UNTIL = (0.6, 0.7)
"""Share of a world's days after which the breaches begin, drawn evenly."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Hold the events of a world that come from one half of the deck.

    Attributes
    ----------
    stories, shift : int64, (n_stories,)
        Stories drawn, and by how much they move, microseconds.
    found : int64, (n,)
        Rows of the outcomes: the incidents found.
    start, end : int64, (n,), microseconds
    first, full, reviewed : int64, (n,), microseconds
        When it is known by one source, by two, and when it is reviewed (``NEVER`` = not at all).
    right : bool, (n,)
        The review is right.
    """

    stories: Ints
    shift: Ints
    found: Ints
    start: Ints
    end: Ints
    first: Ints
    full: Ints
    reviewed: Ints
    right: Flags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Hold a world.

    Attributes
    ----------
    kind : str
        ``attack`` or ``sustained``.
    per_day : float
        Breaches a day from the onset on, while the attack lasts.
    onset_us, end_us : int, microseconds
        When breaches may begin; the world's end.
    quiet, broken : Part
    """

    kind: str
    per_day: float
    onset_us: int
    end_us: int
    quiet: Part
    broken: Part


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Half:
    """Hold what is drawn from one half of the pool: its trace, and what reviews find there."""

    trace: Trace
    reviews: Reviewable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deck:
    """Hold what worlds are drawn from: the pool without its tables; fields as the pool's."""

    quiet: Half
    broken: Half
    force_us: int
    quiet_stories: Ints
    stories_per_incident: float
    minor: Ints
    grave: Ints

    @staticmethod
    def of(pool: Pool) -> Deck:
        """Return the deck of a deck."""
        return Deck(
            quiet=Half(trace=pool.quiet.trace, reviews=reviewable(pool.quiet)),
            broken=Half(trace=pool.broken.trace, reviews=reviewable(pool.broken)),
            force_us=pool.force_us,
            quiet_stories=pool.quiet_stories,
            stories_per_incident=pool.stories_per_incident,
            minor=pool.minor,
            grave=pool.grave,
        )


def draw_world(deck: Deck, settings: TrialSettings, number: int) -> Drawn:
    """Draw the world of a number."""
    rng = np.random.default_rng([settings.seed, 2, number])
    days = settings.n_days
    onset = int(rng.integers(int(days * QUIET_UNTIL[0]), int(days * QUIET_UNTIL[1]) + 1))
    attack = number % 2 == 0
    rates = settings.sustained_per_day
    per_day = settings.attack_per_day if attack else rates[(number // 2) % len(rates)]
    lasts = min(settings.attack_days, days - onset) if attack else days - onset
    n_quiet = int(rng.poisson(settings.per_day * days * deck.stories_per_incident))
    n_broken = int(rng.poisson(per_day * lasts))
    quiet = rng.choice(deck.quiet_stories, n_quiet) if deck.quiet_stories.size else deck.quiet_stories
    broken = rng.choice(deck.grave if attack else deck.minor, n_broken)
    return Drawn(
        kind="attack" if attack else "sustained",
        per_day=per_day,
        onset_us=deck.force_us + onset * DAY_US,
        end_us=deck.force_us + days * DAY_US,
        quiet=_part(deck.quiet, quiet, rng.integers(0, days, quiet.size), deck.force_us, settings, rng),
        broken=_part(deck.broken, broken, onset + rng.integers(0, lasts, broken.size), deck.force_us, settings, rng),
    )


def _part(
    half: Half,
    stories: Ints,
    day: Ints,
    force_us: int,
    settings: TrialSettings,
    rng: np.random.Generator,
) -> Part:
    trace, begins = half.trace, half.trace.begins
    shift = shifted_days(trace.at[stories], day, force_us)
    size = begins[stories + 1] - begins[stories]
    drawn = np.repeat(np.arange(stories.size), size)
    within = np.arange(drawn.size) - np.repeat(np.cumsum(size) - size, size)
    found = trace.members[begins[stories][drawn] + within]
    move = shift[drawn]
    at = trace.at[stories][drawn]
    first, full = (move + _late(known[found], at, settings) for known in (trace.first, trace.full))
    after = (rng.exponential(settings.review_h, found.size) * HOUR_US).astype(np.int64)
    looked = (rng.random(found.size) < settings.review_share) & half.reviews.looked[found]
    right = settings.review_right
    chance = np.where(half.reviews.breach[found], right**2, 1.0 - (1.0 - right) ** 2)
    return Part(
        stories=stories,
        shift=shift,
        found=found,
        start=trace.start[found] + move,
        end=trace.end[found] + move,
        first=first,
        full=np.maximum(full, first),
        reviewed=np.where(looked, first + after + 1, NEVER),
        right=rng.random(found.size) < chance,
    )


def _late(known: Ints, at: Ints, settings: TrialSettings) -> Ints:
    lag = np.maximum(known - at, 0)
    more = lag * (settings.lag_scale - 1.0) + settings.lag_extra_h * HOUR_US
    later: Ints = known + more.astype(np.int64)
    return later


def rows_of(part: Part, folded: Folded, *, at_once: bool, verified_only: bool) -> Rows:
    """Return what is known of a part's incidents, for a rung.

    Parameters
    ----------
    at_once : bool
        As if each review came with the first report.
    verified_only : bool
        Only what is verified counts.
    """
    reviewed = np.where(part.reviewed < NEVER, part.first, NEVER) if at_once else part.reviewed
    pieces: list[tuple[Counted, Ints, Ints, Ints | None]] = []
    if not verified_only:
        pieces.append((folded.lone, part.first, np.minimum(part.full, reviewed), None))
        pieces.append((folded.final, np.minimum(part.full, reviewed), reviewed, None))
    never = np.full(part.found.size, NEVER)
    pieces.append((folded.right, np.where(part.right, reviewed, NEVER), never, reviewed))
    pieces.append((folded.wrong, np.where(part.right, NEVER, reviewed), never, reviewed))
    return joined([_piece(part, *piece) for piece in pieces])


def _piece(part: Part, counted: Counted, since: Ints, until: Ints, verified: Ints | None) -> Rows:
    rate = counted.rate[part.found]
    kept = np.flatnonzero((rate > 0.0) & (since < until))
    taken = counted.take(part.found[kept])
    return Rows(
        start=part.start[kept],
        end=part.end[kept],
        known_from=since[kept],
        known_until=until[kept],
        rate=taken.rate,
        zones=taken.zones,
        upper=taken.upper,
        verified_at=np.full(kept.size, NEVER) if verified is None else verified[kept],
    )


def joined(parts: list[Rows]) -> Rows:
    """Return the rows of all parts."""
    names = ("start", "end", "known_from", "known_until", "rate", "zones", "upper", "verified_at")
    return Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def truth_rows(part: Part, trace: Trace, truth: Counted) -> Rows:
    """Return what truly happened, known at once, for a rung."""
    row = trace.true_row[part.stories]
    kept = np.flatnonzero(row >= 0)
    kept = kept[truth.rate[row[kept]] > 0.0]
    taken = truth.take(row[kept])
    at = trace.at[part.stories[kept]] + part.shift[kept]
    return Rows(
        start=at,
        end=at + 1,
        known_from=np.full(kept.size, -NEVER),
        known_until=np.full(kept.size, NEVER),
        rate=np.ones(kept.size),
        zones=(taken.zones > 0.0).astype(np.float64),
        upper=np.ones(kept.size),
        verified_at=np.full(kept.size, NEVER),
    )
