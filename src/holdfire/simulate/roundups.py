"""Round-ups: reports that sum up all incidents of a day in a district, or near a settlement.

Turns incidents into reports that each tell of two or more of them. Rule: a round-up says the day, a wide place,
how many, and of what kind and by whom only where all were alike. A party sums up what the other side did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.records.taxonomy import ancestors
from holdfire.simulate.ground import Ground, Truth
from holdfire.simulate.knobs import Knobs, SourceKnobs
from holdfire.simulate.telling import DISTRICT_M
from holdfire.simulate.told import Told

__all__ = ["NO_ROUNDUPS", "Roundups", "sum_up"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roundups:
    """Hold which incidents round-ups tell of.

    Attributes
    ----------
    roundup, truth : int64, (m,)
        Number of the round-up and index of the incident; each round-up has two rows or more.
    n : int
        Number of round-ups.
    """

    roundup: Ints
    truth: Ints
    n: int


NO_ROUNDUPS = Roundups(roundup=np.empty(0, np.int64), truth=np.empty(0, np.int64), n=0)


def _alike(codes: Ints, first: Ints) -> Ints:
    """Return each group's code where all its members share it; -1 elsewhere."""
    if first.size == 0:
        return np.empty(0, np.int64)
    low, high = np.minimum.reduceat(codes, first), np.maximum.reduceat(codes, first)
    return np.where(low == high, low, -1)


def _kinds_told(kind: Ints, first: Ints, ground: Ground) -> NDArray[np.object_]:
    """Return the deepest path that all incidents of each round-up are under; None where they share no root."""
    told = np.full(first.size, None, dtype=object)
    for level in (2, 1, 0):
        # Level 0 is the leaf: the finest that fits is written last.
        paths = [ancestors(path)[min(level, path.count("/"))] for path in ground.kinds]
        names = sorted(set(paths))
        shared = _alike(np.array([names.index(path) for path in paths], dtype=np.int64)[kind], first)
        told = np.where(shared >= 0, np.array([*names, None], dtype=object)[shared], told)
    return told


def _groups(
    truth: Truth, area: Ints, source: SourceKnobs, rng: np.random.Generator
) -> tuple[Ints, Ints, NDArray[np.int64]]:
    """Return the incidents of chosen days and areas in one row, where each group begins, and its size."""
    day = truth.at_us // DAY_US
    key = (day - day.min(initial=0)) * (int(area.max(initial=0)) + 1) + area
    wanted = truth.actor != source.side if source.side is not None else np.ones(key.size, dtype=bool)
    rows = np.flatnonzero(wanted)
    rows = rows[np.argsort(key[rows], kind="stable")]
    _, size = np.unique(key[rows], return_counts=True)
    chosen = (size >= 2) & (rng.random(size.size) < source.roundups / 2)
    kept = rows[np.repeat(chosen, size)]
    size = size[chosen]
    return kept, np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)[: size.size], size


def sum_up(
    number: int,
    source: SourceKnobs,
    truth: Truth,
    ground: Ground,
    knobs: Knobs,
    rng: np.random.Generator,
    first: int,
) -> tuple[Roundups, Told]:
    """Let one source sum up days in districts and days near settlements.

    Parameters
    ----------
    first : int
        Number of its first round-up in the world.
    """
    cells = np.stack([ground.district_lon, ground.district_lat], axis=1)
    _, district = np.unique(cells, axis=0, return_inverse=True)
    parts = [
        _groups(truth, np.asarray(area).reshape(-1)[truth.place], source, rng)
        for area in (district, np.arange(ground.lon.size))
    ]
    n_wide = parts[0][2].size
    rows = np.concatenate([part[0] for part in parts])
    size = np.concatenate([part[2] for part in parts])
    begin = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)[: size.size]
    n = size.size
    wide = np.arange(n) < n_wide
    place = truth.place[rows[begin]]
    start = truth.at_us[rows[begin]] // DAY_US * DAY_US
    nothing = np.full(n, -1)
    told = Told(
        source=np.full(n, number),
        truth=nothing,
        lie=nothing,
        roundup=first + np.arange(n),
        start_us=start,
        end_us=start + DAY_US,
        lon=np.where(wide, ground.district_lon[place], ground.lon[place]),
        lat=np.where(wide, ground.district_lat[place], ground.lat[place]),
        sigma_m=np.where(wide, DISTRICT_M, max(knobs.spread_km * 1000.0, 500.0)),
        kind=_kinds_told(truth.kind[rows], begin, ground),
        actor=_alike(truth.actor[rows], begin),
        place=place,
        sent_us=start + DAY_US + (rng.exponential(3.0, n) * HOUR_US).astype(np.int64),
        snapped=np.ones(n, dtype=bool),
        copied=np.zeros(n, dtype=bool),
    )
    return Roundups(roundup=first + np.repeat(np.arange(n), size), truth=rows, n=n), told
