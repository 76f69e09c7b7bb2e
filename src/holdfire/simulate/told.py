"""Told: what sources told, as arrays of one length.

Rule: one place and time for each report; what it truly tells of stands beside it and never leaves the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

__all__ = ["Told", "join_told", "take_told"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Hold what sources told; arrays of one length.

    Attributes
    ----------
    source : int64
        Index of the source.
    truth, lie, roundup : int64
        Index of the true incident, of the fabrication, or of the round-up that it tells of; the others are -1.
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
    snapped, copied : bool
        Its place is a settlement's, district's or node's; it repeats another report.
    """

    source: Ints
    truth: Ints
    lie: Ints
    roundup: Ints
    start_us: Ints
    end_us: Ints
    lon: Floats
    lat: Floats
    sigma_m: Floats
    kind: NDArray[np.object_]
    actor: Ints
    place: Ints
    sent_us: Ints
    snapped: NDArray[np.bool_]
    copied: NDArray[np.bool_]


def join_told(parts: list[Told]) -> Told:
    """Return what several sources told, one behind the other."""
    return Told(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Told)})


def take_told(told: Told, which: Ints) -> Told:
    """Return some reports, in the order asked for."""
    return Told(**{f.name: getattr(told, f.name)[which] for f in fields(Told)})
