"""Turn the bearing from which fire came into the share of where it may have come from that a party holds.

Rule: the bearing is normal about the stated one, the distance uniform up to the weapon's reach, and the place moved
back along it keeps its own error; nodes of quadrature stand for both. A reach that is not known gives a range, and so
does a place or a date. Leaves the likelihood to ``attribution``. Source: Golub and Welsch (1969), *Calculation of
Gauss Quadrature Rules*.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds
from holdfire.assessment.facts import UNNAMED, Facts
from holdfire.assessment.place_time import Places, place_time_bounds
from holdfire.assessment.regions import Atlas, Region
from holdfire.basics.bearings import UNSTATED_SIGMA_DEG, moved

__all__ = ["sector_bounds"]

Floats = NDArray[np.float64]

_X, _W = np.polynomial.hermite.hermgauss(5)
TURNS: Floats = math.sqrt(2.0) * _X
TURN_WEIGHTS: Floats = _W / math.sqrt(math.pi)
"""Standard deviations of the bearing, and their weights: exact for polynomials up to degree 9."""
_X, _W = np.polynomial.legendre.leggauss(6)
PARTS: Floats = (_X + 1.0) / 2.0
PART_WEIGHTS: Floats = _W / 2.0
"""Parts of the reach, and their weights: exact for polynomials up to degree 11."""


def sector_bounds(held: Region, facts: Facts, atlas: Atlas, reach_m: Floats) -> Bounds:
    """Return bounds of the chance that fire came from what a party holds, by its bearing.

    Parameters
    ----------
    held : Region
        What the party holds, by date.
    facts : Facts
        Incidents that state a bearing.
    atlas : Atlas
    reach_m : float64, (n,), metres
        NaN = not known.

    Returns
    -------
    Bounds, (n,)
        [0, 1] where the reach is not known.
    """
    lower, upper = np.zeros(facts.n), np.ones(facts.n)
    sigma = np.where(np.isnan(facts.fired_from_sigma_deg), UNSTATED_SIGMA_DEG, facts.fired_from_sigma_deg)
    for metres in np.unique(reach_m[np.isfinite(reach_m)]).tolist():
        these = np.flatnonzero(reach_m == metres)
        part = facts.take(these)
        # Where fire came from is a point with the error of where it fell, also where that is a unit of the gazetteer.
        part = replace(part, area=replace(part.area, code=np.full(part.n, UNNAMED)))
        low, high = np.zeros(part.n), np.zeros(part.n)
        for turn, by_turn in zip(TURNS.tolist(), TURN_WEIGHTS.tolist(), strict=True):
            bearing = part.fired_from_deg + turn * sigma[these]
            for share, by_share in zip(PARTS.tolist(), PART_WEIGHTS.tolist(), strict=True):
                lon, lat = moved(part.lon, part.lat, bearing, share * metres)
                origin = replace(part, lon=lon, lat=lat)
                places = Places(facts=origin, atlas=atlas, areas={}, area_shares={})
                found = place_time_bounds(held, origin, np.arange(part.n), places.bounds)
                low += by_turn * by_share * found.lower
                high += by_turn * by_share * found.upper
        lower[these], upper[these] = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    return Bounds(np.minimum(lower, upper), upper)
