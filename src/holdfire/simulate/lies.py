"""Lies: what sources tell that never happened, alone or together.

Turns a source's share of lies into fabrications with a plausible place, time and kind, blamed on the other side,
and lets a side's other sources tell some of them too. Rule: a fabrication is told like the truth, with the teller's
own errors, so that nothing but its company gives it away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.records.taxonomy import Taxonomy
from holdfire.simulate.ground import Ground, shift_metres
from holdfire.simulate.knobs import Knobs, SourceKnobs
from holdfire.simulate.telling import tell_kinds, tell_places, tell_times
from holdfire.simulate.told import Told

__all__ = ["Lies", "lie_along", "make_lies", "tell_lies"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lies:
    """Hold what one source made up, as if it had happened.

    Attributes
    ----------
    at_us, place, kind, blamed : int64, (n,)
        Instant; indexes of the settlement, of the ground's kind and of the party blamed.
    lon, lat : float64, (n,), degrees
    """

    at_us: Ints
    lon: Floats
    lat: Floats
    place: Ints
    kind: Ints
    blamed: Ints


def make_lies(
    number: int,
    source: SourceKnobs,
    n_true: int,
    first: int,
    ground: Ground,
    kinds: Taxonomy,
    knobs: Knobs,
    rng: np.random.Generator,
) -> tuple[Lies, Told]:
    """Let one source make up what never happened and tell it.

    Parameters
    ----------
    number : int
        Index of the source.
    n_true : int
        True reports that it makes.
    first : int
        Number of its first fabrication in the world.

    Returns
    -------
    (Lies, Told)
        What it made up, and what it told of it.
    """
    n = int(rng.poisson(source.lies * n_true))
    place = rng.choice(ground.lon.size, n, p=ground.weight)
    east, north = (rng.normal(0, knobs.spread_km * 1000, n) for _ in range(2))
    lon, lat = shift_metres(ground.lon[place], ground.lat[place], east, north)
    at = ground.start_us + (rng.random(n) * knobs.n_days * DAY_US).astype(np.int64)
    told_place = tell_places(lon, lat, place, ground, source, knobs, rng)
    told_time = tell_times(at, source, rng)
    blamed = rng.integers(0, 2, n) if source.side is None else np.full(n, 1 - source.side)
    kind = rng.integers(0, len(ground.kinds), n)
    told_kind = tell_kinds(kind, ground, kinds, source, rng)
    delay = (rng.exponential(6.0, n) * HOUR_US).astype(np.int64)
    lies = Lies(at_us=at, lon=lon, lat=lat, place=place, kind=kind, blamed=blamed)
    return lies, _told(number, lies, first + np.arange(n), told_place, told_time, told_kind, delay)


def _told(
    number: int,
    lies: Lies,
    ids: Ints,
    place: tuple[Floats, Floats, Floats, NDArray[np.bool_]],
    time: tuple[Ints, Ints],
    kind: NDArray[np.object_],
    delay_us: Ints,
) -> Told:
    n = ids.size
    return Told(
        source=np.full(n, number),
        truth=np.full(n, -1),
        lie=ids,
        roundup=np.full(n, -1),
        start_us=time[0],
        end_us=time[1],
        lon=place[0],
        lat=place[1],
        sigma_m=place[2],
        kind=kind,
        actor=lies.blamed,
        place=lies.place,
        sent_us=lies.at_us + delay_us,
        snapped=place[3],
        copied=np.zeros(n, dtype=bool),
    )


def tell_lies(
    number: int,
    source: SourceKnobs,
    lies: Lies,
    ids: Ints,
    ground: Ground,
    kinds: Taxonomy,
    knobs: Knobs,
    rng: np.random.Generator,
) -> Told:
    """Let a source tell what another one made up, with errors of its own."""
    place = tell_places(lies.lon, lies.lat, lies.place, ground, source, knobs, rng)
    time = tell_times(lies.at_us, source, rng)
    kind = tell_kinds(lies.kind, ground, kinds, source, rng)
    delay = (rng.exponential(6.0, ids.size) * HOUR_US).astype(np.int64)
    return _told(number, lies, ids, place, time, kind, delay)


def lie_along(
    made: list[tuple[Lies, int]], ground: Ground, kinds: Taxonomy, knobs: Knobs, rngs: list[np.random.Generator]
) -> list[Told]:
    """Let every source of a side tell a share of what the side's other sources made up.

    Parameters
    ----------
    made : list of (Lies, int)
        What each source made up, and the number of its first fabrication.
    rngs : list of Generator
        One for each source, which chooses among its lies and serves those who tell them too.
    """
    told: list[Told] = []
    if knobs.lie_together == 0.0:
        return told
    for number, (lies, first) in enumerate(made):
        side, rng = knobs.sources[number].side, rngs[number]
        chosen = np.flatnonzero(rng.random(lies.at_us.size) < knobs.lie_together)
        part = Lies(**{name: getattr(lies, name)[chosen] for name in Lies.__slots__})
        for other, source in enumerate(knobs.sources):
            if side is not None and source.side == side and other != number:
                told.append(tell_lies(other, source, part, first + chosen, ground, kinds, knobs, rng))
    return told
