"""Bearings: points of the compass and numbers into degrees, and places moved along a bearing.

Rule: a bearing is in degrees clockwise from true north; a point of the compass is its middle; the Earth is the mean
sphere. Leaves the errors of bearings, and their joining, to others. Source: Williams, *Aviation
Formulary*, "Lat/lon given radial and distance".
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.places import EARTH_RADIUS_M

__all__ = ["UNSTATED_SIGMA_DEG", "moved", "parse_bearing"]

Floats = NDArray[np.float64]

UNSTATED_SIGMA_DEG = 15.0
"""Of a bearing without an error: an eighth of the compass to either side is three standard deviations."""
POINTS = ("n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw")
"""Points of the compass, 22.5 degrees apart."""
LETTERS = {"n": "north", "e": "east", "s": "south", "w": "west"}
MAIN = (
    ("північ", "север"),
    ("північнийсхід", "північносхід", "северовосток"),
    ("схід", "восток"),
    ("південнийсхід", "південносхід", "юговосток"),
    ("південь", "юг"),
    ("південнийзахід", "південнозахід", "югозапад"),
    ("захід", "запад"),
    ("північнийзахід", "північнозахід", "северозапад"),
)
"""The eight main points in Ukrainian and Russian, 45 degrees apart."""

_DEGREES = {
    **{point: 22.5 * k for k, point in enumerate(POINTS)},
    **{"".join(LETTERS[letter] for letter in point): 22.5 * k for k, point in enumerate(POINTS)},
    **{word: 45.0 * k for k, words in enumerate(MAIN) for word in words},
}
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015]+")


def parse_bearing(text: str) -> float:
    """Return the degrees of a number or of a point of the compass; case, blanks and hyphens are immaterial.

    Raises
    ------
    ValueError
        It is neither. Whether a number lies in 0 to 360 is not looked at.

    Examples
    --------
    >>> parse_bearing("NNE"), parse_bearing("north-east"), parse_bearing("південний захід"), parse_bearing("212.5")
    (22.5, 45.0, 225.0, 212.5)
    """
    word = _BETWEEN.sub("", text).casefold()
    return _DEGREES[word] if word in _DEGREES else float(text)


def moved(lon: Floats, lat: Floats, bearing_deg: Floats, distance_m: float) -> tuple[Floats, Floats]:
    """Return the places that lie at a distance on a bearing, along great circles of the mean sphere.

    Parameters
    ----------
    lon, lat, bearing_deg : float64, (n,), degrees
        NaN gives NaN.
    distance_m : float, metres, >= 0

    Returns
    -------
    lon, lat : float64, (n,), degrees
        Longitudes in [-180, 180).

    Examples
    --------
    >>> lon, lat = moved(np.array([179.5]), np.array([0.0]), np.array([90.0]), math.pi / 180.0 * EARTH_RADIUS_M)
    >>> np.round(lon, 6).tolist(), np.round(np.abs(lat), 6).tolist()
    ([-179.5], [0.0])
    """
    phi, theta, delta = np.radians(lat), np.radians(bearing_deg), distance_m / EARTH_RADIUS_M
    sine = np.sin(phi) * math.cos(delta) + np.cos(phi) * math.sin(delta) * np.cos(theta)
    east = np.sin(theta) * math.sin(delta) * np.cos(phi)
    turn = np.degrees(np.arctan2(east, math.cos(delta) - np.sin(phi) * sine))
    new_lat = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
    return np.asarray((lon + turn + 180.0) % 360.0 - 180.0), np.asarray(new_lat)
