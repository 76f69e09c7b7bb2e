"""Turn longitude and latitude into metres on a plane on which a small circle stays a circle.

The plane is Snyder's oblique stereographic projection of the WGS84 ellipsoid, centred on the zones. It is conformal:
around each place it only magnifies, by the factor k, so a circular normal error of sigma metres on the ground is one
of ``k * sigma`` on the plane. Rule: every place carries its own k, so what is left of the distortion is only how much k
changes within one place's error (:func:`scale_drift` bounds it). Sines and the conformal latitude are computed from
sums of products alone, not by the machine's mathematics library, so that the same place gives the same bytes anywhere.
Leaves to others: edges between vertices (``rings``), geodesic distances (``buffers``).
Source: Snyder (1987), Map Projections - A Working Manual, USGS PP 1395, eq. 21-24 to 21-27 and 26-6 (scale);
Karney (2022), On auxiliary latitudes, the series of chi - phi and phi - chi to order n^5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled
from holdfire.assessment.geometry.slices import in_slices

__all__ = [
    "EARTH_RADIUS_M",
    "SEMI_MAJOR_M",
    "Projection",
    "centred_projection",
    "project",
    "scale_drift",
    "unproject",
]

Floats = NDArray[np.float64]

SEMI_MAJOR_M = 6378137.0
"""Metres; WGS84 defining parameter a."""
FLATTENING = 1.0 / 298.257223563
"""WGS84 defining parameter f."""
EARTH_RADIUS_M = 6371008.8
"""Metres; mean radius (2a + b) / 3 of WGS84."""

_E2 = FLATTENING * (2.0 - FLATTENING)
_N = FLATTENING / (2.0 - FLATTENING)
_TO_CONFORMAL = (
    _N * (-2.0 + _N * (2 / 3 + _N * (4 / 3 + _N * (-82 / 45 + _N * 32 / 45)))),
    _N**2 * (5 / 3 + _N * (-16 / 15 + _N * (-13 / 9 + _N * 904 / 315))),
    _N**3 * (-26 / 15 + _N * (34 / 21 + _N * 8 / 5)),
    _N**4 * (1237 / 630 - _N * 12 / 5),
    _N**5 * (-734 / 315),
)
"""Radians; coefficients of sin(2 k phi) in chi - phi, k = 1..5 (Karney 2022, eq. A5)."""
_FROM_CONFORMAL = (
    _N * (2.0 + _N * (-2 / 3 + _N * (-2.0 + _N * (116 / 45 + _N * 26 / 45)))),
    _N**2 * (7 / 3 + _N * (-8 / 5 + _N * (-227 / 45 + _N * 2704 / 315))),
    _N**3 * (56 / 15 + _N * (-136 / 35 - _N * 1262 / 105)),
    _N**4 * (4279 / 630 - _N * 332 / 35),
    _N**5 * (4174 / 315),
)
"""Radians; coefficients of sin(2 k chi) in phi - chi, k = 1..5 (Karney 2022, eq. A6)."""

_CENTRE_DIGITS = 3
"""Decimals of a degree to which a centre is rounded (about 100 m): a reader can write it down."""
_CENTRE_LAT_MAX = 89.9
"""Degrees; at the pole itself the longitude of the centre would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Hold the centre of an oblique stereographic projection and its constants.

    Attributes
    ----------
    lon0, lat0 : float, degrees
        The centre, which maps to (0, 0) with scale 1.
    sin_chi0, cos_chi0 : float, -1..1
        Sine and cosine of the centre's conformal latitude.
    diameter_m : float, metres
        Snyder's ``2 a m1 / cos(chi1)``: the diameter of the sphere that is projected.
    """

    lon0: float
    lat0: float
    sin_chi0: float
    cos_chi0: float
    diameter_m: float


@compiled
def _sin_cos_deg(angle_deg: float) -> tuple[float, float]:
    # 1. quarter turns are taken off exactly; 2. Taylor to x^16 on |x| <= pi/4: the next term is below 5e-17.
    quarter = math.floor(angle_deg / 90.0 + 0.5)
    x = (angle_deg - 90.0 * quarter) * (math.pi / 180.0)
    z = x * x
    odd = 1 / 362880 - z * (1 / 39916800 - z * (1 / 6227020800 - z * (1 / 1307674368000)))
    sine = x * (1.0 - z * (1 / 6 - z * (1 / 120 - z * (1 / 5040 - z * odd))))
    even = 1 / 40320 - z * (1 / 3628800 - z * (1 / 479001600 - z * (1 / 87178291200 - z * (1 / 20922789888000))))
    cosine = 1.0 - z * (1 / 2 - z * (1 / 24 - z * (1 / 720 - z * even)))
    turn = int(quarter) & 3
    if turn == 0:
        return sine, cosine
    if turn == 1:
        return cosine, -sine
    if turn == 2:
        return -sine, -cosine
    return -cosine, sine


@compiled
def _conformal(lat_deg: float) -> tuple[float, float, float]:
    # Sine and cosine of the conformal latitude, and m = cos(phi) / sqrt(1 - e^2 sin^2(phi)).
    sine, cosine = _sin_cos_deg(lat_deg)
    sin2 = 2.0 * sine * cosine
    twice = 2.0 - 4.0 * sine * sine
    # Clenshaw's recurrence for the sum of c_k sin(2 k phi), with 2 cos(2 phi).
    b5 = _TO_CONFORMAL[4]
    b4 = _TO_CONFORMAL[3] + twice * b5
    b3 = _TO_CONFORMAL[2] + twice * b4 - b5
    b2 = _TO_CONFORMAL[1] + twice * b3 - b4
    shift = sin2 * (_TO_CONFORMAL[0] + twice * b2 - b3)
    # |shift| < 0.0034: the next terms are below 1e-17.
    z = shift * shift
    sin_shift = shift * (1.0 - z * (1 / 6 - z * (1 / 120)))
    cos_shift = 1.0 - z * (1 / 2 - z * (1 / 24 - z * (1 / 720)))
    m = cosine / math.sqrt(1.0 - _E2 * sine * sine)
    return sine * cos_shift + cosine * sin_shift, cosine * cos_shift - sine * sin_shift, m


@compiled
def _forward(
    lon: Floats, lat: Floats, lon0: float, sin0: float, cos0: float, diameter: float,
    east: Floats, north: Floats, scale: Floats,
) -> None:  # fmt: skip
    for i in range(lon.size):
        # The difference of longitudes is brought into +-180 degrees, so the antimeridian is no edge.
        turn = lon[i] - lon0
        turn -= 360.0 * math.floor(turn / 360.0 + 0.5)
        sin_turn, cos_turn = _sin_cos_deg(turn)
        sin_chi, cos_chi, m = _conformal(lat[i])
        # The antipode of the centre has no image; 1e-9 keeps it far away and finite.
        depth = max(1.0 + sin0 * sin_chi + cos0 * cos_chi * cos_turn, 1e-9)
        a = diameter / depth
        east[i] = a * cos_chi * sin_turn
        north[i] = a * (cos0 * sin_chi - sin0 * cos_chi * cos_turn)
        scale[i] = a * cos_chi / (SEMI_MAJOR_M * m)


def centred_projection(lon0: float, lat0: float) -> Projection:
    """Return the projection centred on a place.

    Parameters
    ----------
    lon0, lat0 : float, degrees
        The centre; it is rounded to 0.001 degree and kept 0.1 degree away from the poles.

    Examples
    --------
    >>> centred_projection(37.12345, 48.0).lon0
    37.123
    """
    lon0 = round((lon0 + 180.0) % 360.0 - 180.0, _CENTRE_DIGITS)
    lat0 = round(min(max(lat0, -_CENTRE_LAT_MAX), _CENTRE_LAT_MAX), _CENTRE_DIGITS)
    sin_chi, cos_chi, m = _conformal(lat0)
    return Projection(
        lon0=lon0, lat0=lat0, sin_chi0=sin_chi, cos_chi0=cos_chi, diameter_m=2.0 * SEMI_MAJOR_M * m / cos_chi
    )


def project(lon: Floats, lat: Floats, projection: Projection, threads: int = 1) -> tuple[Floats, Floats, Floats]:
    """Project places to the plane.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        WGS84; any turn of the longitude is accepted; NaN = unknown.
    projection : Projection
        The plane.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Returns
    -------
    x, y : float64, (n,), metres
        East and north of the centre; NaN where the place is unknown.
    scale : float64, (n,), about 1 or more
        Metres on the plane for one metre on the ground.

    Examples
    --------
    >>> import numpy as np
    >>> x, y, scale = project(np.array([37.0, np.nan]), np.array([48.0, 48.0]), centred_projection(37.0, 48.0))
    >>> x.round(6).tolist(), scale.round(9).tolist()
    ([0.0, nan], [1.0, nan])
    >>> project(np.array([]), np.array([]), centred_projection(0.0, 0.0))[0].tolist()
    []
    """
    out = np.empty((3, lon.size), dtype=np.float64)
    lon = np.ascontiguousarray(lon, dtype=np.float64)
    lat = np.ascontiguousarray(lat, dtype=np.float64)
    plane = (projection.lon0, projection.sin_chi0, projection.cos_chi0, projection.diameter_m)

    def fill(part: slice) -> None:
        _forward(lon[part], lat[part], *plane, out[0, part], out[1, part], out[2, part])

    in_slices(fill, lon.size, threads)
    return out[0], out[1], out[2]


def unproject(x: Floats, y: Floats, projection: Projection) -> tuple[Floats, Floats]:
    """Return longitude and latitude of points on the plane.

    Parameters
    ----------
    x, y : float64, (n,), metres
        Points on the plane; NaN = unknown.
    projection : Projection
        The plane.

    Returns
    -------
    lon, lat : float64, (n,), degrees
        WGS84; the longitude within 180 degrees of the centre's, so it may pass +-180.

    Examples
    --------
    >>> import numpy as np
    >>> lon, lat = unproject(np.array([0.0]), np.array([0.0]), centred_projection(37.0, 48.0))
    >>> lon.round(9).tolist(), lat.round(9).tolist()
    ([37.0], [48.0])
    """
    # Snyder 20-18 and 21-36 to 21-38 on the conformal sphere, in the form that is exact at the centre.
    half = np.hypot(x, y) / projection.diameter_m
    shrink = 1.0 / (1.0 + half * half)
    cos_c = (1.0 - half * half) * shrink
    east = 2.0 * x / projection.diameter_m * shrink
    north = 2.0 * y / projection.diameter_m * shrink
    chi = np.arcsin(np.clip(cos_c * projection.sin_chi0 + north * projection.cos_chi0, -1.0, 1.0))
    turn = np.arctan2(east, projection.cos_chi0 * cos_c - projection.sin_chi0 * north)
    phi = chi + sum(c * np.sin(2 * (k + 1) * chi) for k, c in enumerate(_FROM_CONFORMAL))
    return projection.lon0 + np.degrees(turn), np.degrees(phi)


def scale_drift(distance_m: float, radius_m: float) -> float:
    """Return a bound of how much the scale changes within a radius around a place.

    Parameters
    ----------
    distance_m : float, metres
        Distance of the place from the projection's centre, on the ground.
    radius_m : float, metres
        Radius around the place, such as five times its sigma.

    Returns
    -------
    float, 0 or more
        The largest ``|k' / k - 1|``; it is what the projection leaves uncorrected.

    Examples
    --------
    >>> scale_drift(500_000.0, 50_000.0) < 0.005
    True

    References
    ----------
    On the sphere ``k = 1 / cos^2(c / 2)`` at the angular distance c from the centre (Snyder 1987, eq. 21-4). The
    ellipsoid adds a slope of at most ``e^2 sin(2 phi) / (2 a)`` at the centre itself, and up to 1.2 % elsewhere.
    """
    near = distance_m / EARTH_RADIUS_M
    far = min((distance_m + radius_m) / EARTH_RADIUS_M, math.pi - 1e-6)
    sphere = (math.cos(near / 2.0) / math.cos(far / 2.0)) ** 2 - 1.0
    return 1.02 * sphere + _E2 / (2.0 * SEMI_MAJOR_M) * radius_m
