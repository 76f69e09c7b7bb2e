"""Bearings: what reports say of where fire came from, into one bearing for each incident.

Turns stated bearings with their errors into their mean on the circle and its error. Rule: a bearing weighs by its
precision; where bearings differ more than their errors explain, the error of the mean grows by as much; bearings that
point against each other give none. Leaves who holds the ground in that direction to the assessment. Source: Mardia and
Jupp (2000), *Directional Statistics*, 2.2; the scale factor of the Particle Data Group, *Review of Particle Physics*,
5.2.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.bearings import UNSTATED_SIGMA_DEG

__all__ = ["mean_bearings"]

Floats = NDArray[np.float64]

LEAST_RESULTANT = 0.1
"""Bearings whose mean vector is shorter contradict each other: two of one error that lie 169 degrees apart or more."""
MOST_SIGMA_DEG = 180.0


def mean_bearings(bearing: Floats, sigma: Floats, group: NDArray[np.integer], n_groups: int) -> tuple[Floats, Floats]:
    """Return the mean bearing of each group, weighted by precision, and its 1-sigma error.

    Parameters
    ----------
    bearing : float64, (n,), degrees
        NaN = not stated.
    sigma : float64, (n,), degrees, > 0
        NaN = not stated, ``UNSTATED_SIGMA_DEG``.
    group : int, (n,)
        Of each bearing, 0 to ``n_groups`` - 1.
    n_groups : int

    Returns
    -------
    mean : float64, (n_groups,), degrees, 0 <= x < 360
        NaN where none is stated, or where they contradict each other.
    error : float64, (n_groups,), degrees, 0 < x <= 180
        With weights w = 1/sigma^2, k bearings and their deviations d from the mean: 1/sqrt(sum w) times
        max(1, sqrt(sum w d^2 / (k - 1))).

    Examples
    --------
    >>> mean, error = mean_bearings(np.array([350.0, 20.0]), np.array([10.0, 10.0]), np.array([0, 0]), 1)
    >>> np.round(mean, 6).tolist(), np.round(error, 6).tolist()
    ([5.0], [15.0])
    """
    said = np.flatnonzero(np.isfinite(bearing))
    owner, theta = group[said].astype(np.int64), np.radians(bearing[said])
    weight = np.where(np.isnan(sigma[said]), UNSTATED_SIGMA_DEG, sigma[said]) ** -2.0

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(owner, weights=values, minlength=n_groups), np.float64)

    count, total = np.bincount(owner, minlength=n_groups), summed(weight)
    north, east = summed(weight * np.cos(theta)), summed(weight * np.sin(theta))
    agreed = (count > 0) & (np.hypot(north, east) > LEAST_RESULTANT * total)
    mean = np.degrees(np.arctan2(east, north))
    off = (bearing[said] - mean[owner] + 180.0) % 360.0 - 180.0
    stretch = np.sqrt(np.maximum(1.0, summed(weight * off**2) / np.maximum(1, count - 1)))
    error = np.minimum(stretch / np.sqrt(np.where(agreed, total, 1.0)), MOST_SIGMA_DEG)
    # A tiny negative angle would become 360.
    turned = np.round(mean, 6) % 360.0
    return np.where(agreed, turned, np.nan), np.where(agreed, np.round(error, 6), np.nan)
