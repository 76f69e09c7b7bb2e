"""Telling: what each source makes of the truth.

Turns incidents into reports by a source's coverage, precision, confusions, side and repeats. Rule: a report's
stated precision and its true error are drawn apart, so that errors may be worse than stated. Leaves fabrications
to ``lies``, repeating to ``copies``, slips of time and grade to ``slips``, ids and words to ``world``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.records.taxonomy import Taxonomy, ancestors
from holdfire.simulate.ground import Ground, Truth, shift_metres
from holdfire.simulate.knobs import Knobs, SourceKnobs
from holdfire.simulate.told import Told

__all__ = ["DISTRICT_M", "tell", "tell_kinds", "tell_places", "tell_times"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MINUTE_US = 60_000_000
PRECISE_M = 250.0
SETTLEMENT_M = 2_500.0
DISTRICT_M = 15_000.0
DISTRICT_NODES = 4
"""Steps of the grid between the nodes that stand for districts."""


def _draw(size: int, knobs: Knobs, rng: np.random.Generator) -> Floats:
    """Return errors of standard deviation 1; of a mixture, its narrow part's is 1."""
    law, df = ("student", 3.0) if knobs.heavy_tails else (knobs.place_errors, knobs.error_df)
    if law == "student":
        # Student's t has variance df / (df - 2).
        return np.asarray(rng.standard_t(df, size) / np.sqrt(df / (df - 2.0)))
    if law == "laplace":
        return rng.laplace(0.0, np.sqrt(0.5), size)
    if law == "uniform":
        return rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), size)
    return rng.standard_normal(size)


def _errors(sigma_m: Floats, knobs: Knobs, rng: np.random.Generator) -> tuple[Floats, Floats]:
    east, north = (_draw(sigma_m.size, knobs, rng) for _ in range(2))
    wide = np.ones(sigma_m.size)
    if knobs.place_errors == "mixture" and not knobs.heavy_tails:
        wide[rng.random(sigma_m.size) < knobs.wide_share] = knobs.wide_scale
    scale = sigma_m * knobs.error_scale * wide
    return east * scale, north * scale


def _precision_shares(source: SourceKnobs, knobs: Knobs) -> Floats:
    if knobs.snap_scale == 1.0:
        return np.array([source.precise, source.settlement, source.district])
    snapped = source.settlement + source.district
    wanted = min(1.0, snapped * knobs.snap_scale)
    part = source.settlement / snapped if snapped else 0.0
    return np.array([1.0 - wanted, wanted * part, wanted * (1.0 - part)])


def _to_nodes(lon: Floats, lat: Floats, steps: int, ground: Ground, knobs: Knobs) -> tuple[Floats, Floats]:
    """Return the nearest nodes of the world's grid, or of one so many steps wide."""
    step_lat = steps * knobs.grid_km * 1000.0 / METRES_PER_DEGREE
    step_lon = step_lat / np.cos(np.radians((ground.box[1] + ground.box[3]) / 2))
    return np.round(lon / step_lon) * step_lon, np.round(lat / step_lat) * step_lat


def tell_places(
    lon: Floats,
    lat: Floats,
    place: Ints,
    ground: Ground,
    source: SourceKnobs,
    knobs: Knobs,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Return lon, lat and stated sigma of places as the source tells them, and which of them are snapped."""
    how = rng.choice(3, lon.size, p=_precision_shares(source, knobs))
    sigma = np.choose(how, [PRECISE_M * rng.lognormal(0, 0.4, lon.size), SETTLEMENT_M, DISTRICT_M])
    east, north = _errors(sigma, knobs, rng)
    exact_lon, exact_lat = shift_metres(lon, lat, east, north)
    near = (ground.lon[place], ground.lat[place])
    far = (ground.district_lon[place], ground.district_lat[place])
    # A snap's error is the spread of incidents about their settlement, or the district's half width.
    near_m, far_m = max(knobs.spread_km * 1000.0, 500.0), DISTRICT_M
    if knobs.snap_to == "grid":
        near, far = (_to_nodes(lon, lat, steps, ground, knobs) for steps in (1, DISTRICT_NODES))
        # Rounding to a step errs evenly over it: its standard deviation is the step over the root of 12.
        near_m = knobs.grid_km * 1000.0 / np.sqrt(12.0)
        far_m = DISTRICT_NODES * near_m
    told_lon = np.choose(how, [exact_lon, near[0], far[0]])
    told_lat = np.choose(how, [exact_lat, near[1], far[1]])
    lost = rng.random(lon.size) < knobs.blunders
    west, south, east_end, north_end = ground.box
    told_lon = np.where(lost, rng.uniform(west, east_end, lon.size), told_lon)
    told_lat = np.where(lost, rng.uniform(south, north_end, lon.size), told_lat)
    return told_lon, told_lat, np.choose(how, [sigma, near_m, far_m]), how > 0


def tell_times(at_us: Ints, source: SourceKnobs, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the intervals that a source tells of instants: some minutes, two hours, or a day."""
    rest = max(0.0, 1.0 - source.hourly - source.daily)
    how = rng.choice(3, at_us.size, p=np.array([rest, source.hourly, source.daily]))
    noisy = at_us + (rng.normal(0, 3, at_us.size) * MINUTE_US).astype(np.int64)
    day = (at_us // DAY_US) * DAY_US
    start = np.choose(how, [noisy - 10 * MINUTE_US, noisy - HOUR_US, day])
    end = np.choose(how, [noisy + 10 * MINUTE_US, noisy + HOUR_US, day + DAY_US])
    return start, end


def _siblings(ground: Ground) -> list[Ints]:
    """Return of each kind the others under its parent; itself where it has none."""
    parents = [kind.rpartition("/")[0] for kind in ground.kinds]
    found = []
    for number, parent in enumerate(parents):
        others = [k for k, p in enumerate(parents) if p == parent and k != number]
        found.append(np.array(others or [number], dtype=np.int64))
    return found


def tell_kinds(
    kind: Ints, ground: Ground, kinds: Taxonomy, source: SourceKnobs, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Return kinds as a source tells them: some confused, some told higher up in the tree."""
    wrong = rng.random(kind.size) < source.kind_wrong
    other = rng.integers(0, len(ground.kinds), kind.size)
    if source.near_kinds > 0.0:
        near = rng.random(kind.size) < source.near_kinds
        beside = _siblings(ground)
        n_beside = np.array([others.size for others in beside])
        first = np.concatenate([[0], np.cumsum(n_beside)[:-1]])
        sibling = np.concatenate(beside)[first[kind] + other % n_beside[kind]]
        other = np.where(near, sibling, other)
    kind = np.where(wrong, other, kind)
    lines = [ancestors(path) for path in ground.kinds]
    rest = 1 - source.kind_depth
    shares = np.array([source.kind_depth, rest * source.kind_middle, rest * (1 - source.kind_middle)])
    depth = rng.choice(3, kind.size, p=shares)
    ladder = np.array([[line[0], line[min(1, len(line) - 1)], line[-1]] for line in lines], dtype=object)
    return np.asarray(ladder[kind, depth], dtype=object)


def _chances(truth: Truth, size: Floats, noticed: Floats | None, source: SourceKnobs) -> Floats:
    chance = np.full(truth.at_us.size, source.coverage)
    if size.size:
        # What is twice as visible is missed as often as two looks at it miss it.
        chance = 1.0 - (1.0 - chance) ** size
    if noticed is not None:
        chance = chance * noticed
    if source.side is not None:
        chance = np.where(truth.actor == source.side, chance * (1 - source.own_silence), chance)
    return chance


def _actors(actor: Ints, source: SourceKnobs, rng: np.random.Generator) -> Ints:
    """Return who did it as a source tells it: nobody (-1), the party, the other one; a side names its opponent."""
    named = rng.random(actor.size) < source.names_actor
    told = np.where(rng.random(actor.size) < source.actor_wrong, 1 - actor, actor)
    if source.side is not None:
        told = np.full(actor.size, 1 - source.side)
    return np.where(named, told, -1)


def tell(
    number: int,
    source: SourceKnobs,
    truth: Truth,
    size: Floats,
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
    size : float64, (n,) or (0,), >= 0
        How visible each incident is; none = all alike.
    noticed : float64, (n,), 0..1 or None
        Probability that its watchers noticed each incident; None where it does not depend on the watch log.
    """
    which = np.flatnonzero(rng.random(truth.at_us.size) < _chances(truth, size, noticed, source))
    if source.repeats and not source.curated:
        which = np.concatenate([which, np.repeat(which, rng.poisson(source.repeats, which.size))])
    lon, lat, sigma, snapped = tell_places(
        truth.lon[which], truth.lat[which], truth.place[which], ground, source, knobs, rng
    )
    start, end = tell_times(truth.at_us[which], source, rng)
    actor = _actors(truth.actor[which], source, rng)
    delay = (rng.exponential(6.0, which.size) * HOUR_US).astype(np.int64)
    nothing = np.full(which.size, -1)
    return Told(
        source=np.full(which.size, number),
        truth=which,
        lie=nothing,
        roundup=nothing,
        start_us=start,
        end_us=end,
        lon=lon,
        lat=lat,
        sigma_m=sigma,
        kind=tell_kinds(truth.kind[which], ground, kinds, source, rng),
        actor=actor,
        place=truth.place[which],
        sent_us=truth.at_us[which] + delay,
        snapped=snapped,
        copied=np.zeros(which.size, dtype=bool),
    )
