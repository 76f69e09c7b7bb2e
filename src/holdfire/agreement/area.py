"""Area: how large a zone is, so that a reader of two versions sees which way it changed.

Turns a zone into square kilometres and a few words. Rule: a rough measure for people, on the ellipsoid for
polygons and by the sphere's formula for boxes; overlaps of objects and members are not taken off. Leaves the
shapes that judge an act to ``assessment``. Source: geodesic area after Karney (2013), Algorithms for geodesics.
"""

from __future__ import annotations

import math

from pyproj import Geod
from shapely.geometry import Polygon

from holdfire.basics.places import EARTH_RADIUS_M
from holdfire.basics.units import parse_length_m
from holdfire.records.zones import Box, Zone

__all__ = ["area_km2"]

_ELLIPSOID = Geod(ellps="WGS84")


def area_km2(zone: Zone) -> float | None:
    """Return a zone's area, km2; None where it has no area of its own (a buffer, a union, anywhere).

    Examples
    --------
    >>> zone = Zone.model_validate(
    ...     {"id": "a", "title": {"en": "a"}, "box": {"west": 0, "south": 0, "east": 1, "north": 1}}
    ... )
    >>> round(area_km2(zone))
    12364
    """
    if zone.box is not None:
        return _box_km2(zone.box)
    if zone.polygons is not None:
        total = 0.0
        for outer, *holes in (rings for rings in zone.polygons if rings):
            area_m2, _ = _ELLIPSOID.geometry_area_perimeter(Polygon(outer, holes))
            total += abs(area_m2)
        return total / 1e6
    if zone.objects is not None:
        radii = [item.radius or zone.radius for item in zone.objects]
        return sum(math.pi * parse_length_m(radius) ** 2 for radius in radii if radius is not None) / 1e6
    return None


def _box_km2(box: Box) -> float:
    """Return the area between two meridians and two parallels: R^2 (east - west) (sin north - sin south)."""
    width = math.radians((box.east - box.west) % 360)
    height = math.sin(math.radians(box.north)) - math.sin(math.radians(box.south))
    return EARTH_RADIUS_M**2 * width * height / 1e6
