"""Telling: what each source makes of the truth.

Turns incidents into reports by a source's coverage, precision, confusions, side, repeats and lies, and lets
sources copy one another. Rule: a report's stated precision and its true error are drawn apart, so that errors
may be worse than stated. Leaves ids and words to ``world``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.records.taxonomy import Taxonomy, ancestors
from holdfire.simulate.ground import Ground, Truth, shift_metres
from holdfire.simulate.knobs import Knobs, SourceKnobs

__all__ = ["Told", "copy_from", "join_told", "tell", "tell_lies"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MINUTE_US = 60_000_000
PRECISE_M = 250.0
SETTLEMENT_M = 2_500.0
DISTRICT_M = 15_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Hold what one source told; arrays of one length.

    Attributes
    ----------
    source, truth : int64
        Index of the source; of the true incident, -1 for a fabrication.
    start_us, end_us : int64
        Interval told, microseconds since 1970.
    lon, lat, sigma_m : float64
    kind : object (str or None)
        Path as told.
    actor : int64
        Index of the party told; -1 = not said.
    place : int64
        Settlement named.
    sent_us : int64
        When it was published.
    copied : bool
    """

    source: Ints
    truth: Ints
    start_us: Ints
    end_us: Ints
    lon: Floats
    lat: Floats
    sigma_m: Floats
    kind: NDArray[np.object_]
    actor: Ints
    place: Ints
    sent_us: Ints
    copied: NDArray[np.bool_]


def join_told(parts: list[Told]) -> Told:
    """Return what several sources told, one behind the other."""
    return Told(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Told)})


def _errors(sigma_m: Floats, knobs: Knobs, rng: np.random.Generator) -> tuple[Floats, Floats]:
    size = sigma_m.size
    if knobs.heavy_tails:
        # Student's t with 3 degrees of freedom has variance 3; divided, its variance is that of the normal.
        draws = [rng.standard_t(3, size) / np.sqrt(3.0) for _ in range(2)]
    else:
        draws = [rng.standard_normal(size) for _ in range(2)]
    return draws[0] * sigma_m * knobs.error_scale, draws[1] * sigma_m * knobs.error_scale


def _places(
    lon: Floats,
    lat: Floats,
    place: Ints,
    ground: Ground,
    source: SourceKnobs,
    knobs: Knobs,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Return lon, lat and stated sigma of places as the source tells them."""
    how = rng.choice(3, lon.size, p=np.array([source.precise, source.settlement, source.district]))
    sigma = np.choose(how, [PRECISE_M * rng.lognormal(0, 0.4, lon.size), SETTLEMENT_M, DISTRICT_M])
    east, north = _errors(sigma, knobs, rng)
    exact_lon, exact_lat = shift_metres(lon, lat, east, north)
    told_lon = np.choose(how, [exact_lon, ground.lon[place], ground.district_lon[place]])
    told_lat = np.choose(how, [exact_lat, ground.lat[place], ground.district_lat[place]])
    lost = rng.random(lon.size) < knobs.blunders
    west, south, east_end, north_end = ground.box
    told_lon = np.where(lost, rng.uniform(west, east_end, lon.size), told_lon)
    told_lat = np.where(lost, rng.uniform(south, north_end, lon.size), told_lat)
    # A snap's error is the spread of incidents about their settlement, or the district's half width.
    spread = knobs.spread_km * 1000.0
    stated = np.choose(how, [sigma, max(spread, 500.0), DISTRICT_M])
    return told_lon, told_lat, stated


def _times(at_us: Ints, source: SourceKnobs, rng: np.random.Generator) -> tuple[Ints, Ints]:
    rest = 1.0 - source.hourly - source.daily
    how = rng.choice(3, at_us.size, p=np.array([rest, source.hourly, source.daily]))
    noisy = at_us + (rng.normal(0, 3, at_us.size) * MINUTE_US).astype(np.int64)
    day = (at_us // DAY_US) * DAY_US
    start = np.choose(how, [noisy - 10 * MINUTE_US, noisy - HOUR_US, day])
    end = np.choose(how, [noisy + 10 * MINUTE_US, noisy + HOUR_US, day + DAY_US])
    return start, end


def _kinds(
    kind: Ints, ground: Ground, kinds: Taxonomy, source: SourceKnobs, rng: np.random.Generator
) -> NDArray[np.object_]:
    wrong = rng.random(kind.size) < source.kind_wrong
    kind = np.where(wrong, rng.integers(0, len(ground.kinds), kind.size), kind)
    lines = [ancestors(path) for path in ground.kinds]
    depth = rng.choice(3, kind.size, p=np.array([source.kind_depth, *[(1 - source.kind_depth) / 2] * 2]))
    ladder = np.array([[line[0], line[min(1, len(line) - 1)], line[-1]] for line in lines], dtype=object)
    return np.asarray(ladder[kind, depth], dtype=object)


def tell(
    number: int,
    source: SourceKnobs,
    truth: Truth,
    noticed: Floats | None,
    ground: Ground,
    kinds: Taxonomy,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Told:
    """Let one source tell of what happened.

    Parameters
    ----------
    number : int
        Index of the source.
    noticed : float64, (n,), 0..1 or None
        Probability that its watchers noticed each incident; None where it does not depend on the watch log.
    """
    chance = np.full(truth.at_us.size, source.coverage)
    if noticed is not None:
        chance = chance * noticed
    if source.side is not None:
        chance = np.where(truth.actor == source.side, chance * (1 - source.own_silence), chance)
    which = np.flatnonzero(rng.random(truth.at_us.size) < chance)
    if source.repeats and not source.curated:
        which = np.concatenate([which, np.repeat(which, rng.poisson(source.repeats, which.size))])
    lon, lat, sigma = _places(truth.lon[which], truth.lat[which], truth.place[which], ground, source, knobs, rng)
    start, end = _times(truth.at_us[which], source, rng)
    named = rng.random(which.size) < source.names_actor
    actor = np.where(rng.random(which.size) < source.actor_wrong, 1 - truth.actor[which], truth.actor[which])
    if source.side is not None:
        actor = np.full(which.size, 1 - source.side)
    delay = (rng.exponential(6.0, which.size) * HOUR_US).astype(np.int64)
    return Told(
        source=np.full(which.size, number),
        truth=which,
        start_us=start,
        end_us=end,
        lon=lon,
        lat=lat,
        sigma_m=sigma,
        kind=_kinds(truth.kind[which], ground, kinds, source, rng),
        actor=np.where(named, actor, -1),
        place=truth.place[which],
        sent_us=truth.at_us[which] + delay,
        copied=np.zeros(which.size, dtype=bool),
    )


def tell_lies(
    number: int,
    source: SourceKnobs,
    n_true: int,
    ground: Ground,
    kinds: Taxonomy,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Told:
    """Let one source tell of what never happened: plausible places and kinds, blamed on the other side."""
    n = int(rng.poisson(source.lies * n_true))
    place = rng.choice(ground.lon.size, n, p=ground.weight)
    east, north = (rng.normal(0, knobs.spread_km * 1000, n) for _ in range(2))
    true_lon, true_lat = shift_metres(ground.lon[place], ground.lat[place], east, north)
    at = ground.start_us + (rng.random(n) * knobs.n_days * DAY_US).astype(np.int64)
    lon, lat, sigma = _places(true_lon, true_lat, place, ground, source, knobs, rng)
    start, end = _times(at, source, rng)
    blamed = rng.integers(0, 2, n) if source.side is None else np.full(n, 1 - source.side)
    return Told(
        source=np.full(n, number),
        truth=np.full(n, -1),
        start_us=start,
        end_us=end,
        lon=lon,
        lat=lat,
        sigma_m=sigma,
        kind=_kinds(rng.integers(0, len(ground.kinds), n), ground, kinds, source, rng),
        actor=blamed,
        place=place,
        sent_us=at + (rng.exponential(6.0, n) * HOUR_US).astype(np.int64),
        copied=np.zeros(n, dtype=bool),
    )


def copy_from(
    number: int, source: SourceKnobs, told: Told, copied: Ints, rng: np.random.Generator
) -> tuple[Told, Ints]:
    """Let one source repeat others' reports: same place, words and actor, told by the day.

    Returns
    -------
    Told
        The copies.
    int64, (n_copies,)
        Index of the report that each repeats.
    """
    which = np.flatnonzero(np.isin(told.source, copied) & (rng.random(told.source.size) < source.copies))
    day = (told.start_us[which] // DAY_US) * DAY_US
    coarse = rng.random(which.size) < 0.6
    return Told(
        source=np.full(which.size, number),
        truth=told.truth[which],
        start_us=np.where(coarse, day, told.start_us[which]),
        end_us=np.where(coarse, np.maximum(day + DAY_US, told.end_us[which]), told.end_us[which]),
        lon=told.lon[which],
        lat=told.lat[which],
        sigma_m=told.sigma_m[which],
        kind=told.kind[which],
        actor=told.actor[which],
        place=told.place[which],
        sent_us=told.sent_us[which] + (rng.exponential(3.0, which.size) * HOUR_US).astype(np.int64),
        copied=np.ones(which.size, dtype=bool),
    ), which
