"""Turn a place that is an area into the share of it that lies in a zone.

The place is taken to be anywhere in the area with equal chance (a district, a gazetteer unit), so the probability is a
ratio of areas on the ellipsoid. Edges are straight in longitude and latitude, as in GeoJSON, so the areas are exact
integrals and no map projection is needed. Leaves to others: one call for each distinct pair of area and zone.
Source: Green's theorem on the ellipsoid, area element ``a^2 (1 - e^2) cos(phi) / (1 - e^2 sin^2(phi))^2`` (Snyder 1987,
eq. 3-12 differentiated).
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry.projection import FLATTENING, SEMI_MAJOR_M
from holdfire.assessment.geometry.rings import centre_lon, polygonal, rings_of, turned
from holdfire.errors import InputError

__all__ = ["area_m2", "area_overlap"]

Floats = NDArray[np.float64]

_E2 = FLATTENING * (2.0 - FLATTENING)
_AT, _WEIGHT = (part for part in np.polynomial.legendre.leggauss(8))
_AT, _WEIGHT = (_AT + 1.0) / 2.0, _WEIGHT / 2.0
"""Gauss-Legendre with eight nodes on 0..1; over 90 degrees of latitude the relative error is below 1e-11."""


def area_m2(geometry: shapely.Geometry) -> float:
    """Return the area of a polygon on the WGS84 ellipsoid, edges straight in degrees.

    Parameters
    ----------
    geometry : shapely.Geometry
        Polygon or multipolygon in degrees, valid and oriented (shells anticlockwise); may be empty.

    Returns
    -------
    float, square metres

    Examples
    --------
    >>> round(area_m2(shapely.box(-180, -90, 180, 90)) / 1e12, 3)
    510.066
    >>> area_m2(shapely.Polygon())
    0.0
    """
    rings = rings_of(geometry)
    if not rings.x.size:
        return 0.0
    after = rings.following()
    # 1. the area is minus the contour integral of Q(phi) d(lambda), Q the integral of the area element from phi0;
    # 2. both integrals by eight nodes; phi0 near the polygon, so that a small one loses no digits.
    phi0 = np.radians((rings.y.min() + rings.y.max()) / 2.0)
    phi = np.radians(rings.y)
    on_edge = phi[:, None] + (phi[after] - phi)[:, None] * _AT
    sine = np.sin(phi0 + (on_edge - phi0)[:, :, None] * _AT)
    element = np.sqrt(np.maximum(1.0 - sine * sine, 0.0)) / (1.0 - _E2 * sine * sine) ** 2
    below = (on_edge - phi0) * (element @ _WEIGHT)
    turns = np.radians(rings.x[after] - rings.x)
    return float(-(SEMI_MAJOR_M**2) * (1.0 - _E2) * ((below @ _WEIGHT) * turns).sum())


def area_overlap(area: shapely.Geometry, zone: shapely.Geometry) -> float:
    """Return the share of an area that lies in a zone.

    Parameters
    ----------
    area : shapely.Geometry
        Polygon or multipolygon in degrees within which a place is equally likely anywhere.
    zone : shapely.Geometry
        Polygon or multipolygon in degrees; may be empty.

    Returns
    -------
    float, 0..1
        An area without extent counts as the one place that it is: 1 if the zone touches it, else 0.

    Raises
    ------
    InputError
        The area is empty, a geometry is no polygon, or a coordinate is no longitude or latitude.

    Examples
    --------
    >>> area_overlap(shapely.box(37, 48, 38, 49), shapely.box(37.5, 40, 60, 60))
    0.5
    >>> area_overlap(shapely.box(37, 48, 38, 49), shapely.Polygon())
    0.0
    """
    if shapely.is_empty(area):
        raise InputError(
            "A place is given as an area that is empty.",
            "a place's area",
            "Give its polygon, or leave the place unknown.",
        )
    middle = centre_lon([area])
    # The outline decides where the area is one place only: a polygon of no extent is not valid and would vanish.
    held, whole = turned(zone, middle), turned(area, middle)
    total = area_m2(whole)
    if total <= 0.0:
        return float(shapely.intersects(held, shapely.points(shapely.get_coordinates(area)[0])))
    if not shapely.intersects(whole, held):
        return 0.0
    if shapely.covers(held, whole):
        return 1.0
    common = shapely.orient_polygons(shapely.normalize(polygonal(shapely.intersection(whole, held))))
    # Twelve decimals: what is left of the last bits of sine would differ from one mathematics library to another.
    return round(min(max(area_m2(common) / total, 0.0), 1.0), 12)
