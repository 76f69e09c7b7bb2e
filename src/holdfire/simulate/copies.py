"""Copies: sources that repeat other sources' reports.

Turns reports into copies of some of them: later, often told by the day only, sometimes moved to the district.
Rule: a copy tells of what its original tells of, and has no evidence of its own. Leaves its words to ``wording``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.simulate.ground import Ground
from holdfire.simulate.knobs import SourceKnobs
from holdfire.simulate.telling import DISTRICT_M
from holdfire.simulate.told import Told, take_told

__all__ = ["copy_from"]

Ints = NDArray[np.int64]


def copy_from(
    number: int,
    source: SourceKnobs,
    told: Told,
    copied: Ints,
    ground: Ground,
    rngs: tuple[np.random.Generator, np.random.Generator],
) -> tuple[Told, Ints]:
    """Let one source repeat others' reports.

    Parameters
    ----------
    number : int
        Index of the source.
    told : Told
        What all sources told of their own.
    copied : int64
        Indexes of the sources that it copies.
    rngs : tuple of Generator
        For what is copied and when; for which places are coarsened.

    Returns
    -------
    Told
        The copies.
    int64, (n_copies,)
        Index of the report that each repeats.
    """
    rng, place_rng = rngs
    which = np.flatnonzero(np.isin(told.source, copied) & (rng.random(told.source.size) < source.copies))
    part = take_told(told, which)
    day = (part.start_us // DAY_US) * DAY_US
    coarse = rng.random(which.size) < source.copy_coarse_time
    moved = (place_rng.random(which.size) < source.copy_coarse_place) & (part.sigma_m < DISTRICT_M)
    delay = (rng.exponential(source.copy_delay_h, which.size) * HOUR_US).astype(np.int64)
    copies = replace(
        part,
        source=np.full(which.size, number),
        start_us=np.where(coarse, day, part.start_us),
        end_us=np.where(coarse, np.maximum(day + DAY_US, part.end_us), part.end_us),
        lon=np.where(moved, ground.district_lon[part.place], part.lon),
        lat=np.where(moved, ground.district_lat[part.place], part.lat),
        sigma_m=np.where(moved, DISTRICT_M, part.sigma_m),
        sent_us=part.sent_us + delay,
        snapped=part.snapped | moved,
        copied=np.ones(which.size, dtype=bool),
    )
    return copies, which
