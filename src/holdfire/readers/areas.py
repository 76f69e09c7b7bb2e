"""Areas: from names of administrative units to a unit's id, a point inside it, and its spread.

Turns polygons that the user gives, and the house's own table of units, into one index by name. Rule: the user's
polygons go first and keep the ids under which the assessment finds them (``area_id``, ``id`` or ``name``); a name
that nothing knows gives no area, never a near one. Source: tables/units.yaml.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.errors import MissingInputError, ReadError
from holdfire.readers.tables import area_sigma_m, fold, load_table

__all__ = ["Area", "AreaIndex", "load_area_index"]

_CODES = ("iso3166-2", "ISO3166-2", "iso_3166_2", "shapeISO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Hold a unit.

    Attributes
    ----------
    area_id : str
    lon, lat : float, degrees
        A point inside it.
    sigma_m : float, metres
        Standard deviation of each axis of a uniform disc of its area.
    """

    area_id: str
    lon: float
    lat: float
    sigma_m: float


def _key(name: str) -> str:
    return fold(name)


@cache
def _builtin() -> tuple[dict[str, Area], dict[str, str]]:
    """Return the house's units by id, and their ids by folded name."""
    units: dict[str, Area] = {}
    names: dict[str, str] = {}
    table = load_table("units")
    for row in table["units"]:
        area = Area(
            area_id=row["id"], lon=float(row["lon"]), lat=float(row["lat"]), sigma_m=area_sigma_m(row["area_km2"])
        )
        units[area.area_id] = area
        for name in (row["id"], *row["names"]):
            names.setdefault(_key(name), area.area_id)
    for name, unit in table["within"].items():
        names.setdefault(_key(name), unit)
    return units, names


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaIndex:
    """Find areas by name.

    Attributes
    ----------
    given : mapping of str to Area
        The user's areas by folded name.
    replaced : mapping of str to Area
        The user's areas by the id of the house's unit that they stand for.
    """

    given: Mapping[str, Area] = field(default_factory=dict)
    replaced: Mapping[str, Area] = field(default_factory=dict)

    def find(self, *names: str) -> Area | None:
        """Return the area of the first name that is known; None where none is.

        Examples
        --------
        >>> AreaIndex().find("Nowhere raion", "Odeska oblast").area_id
        'UA-51'
        >>> AreaIndex().find("") is None
        True
        """
        units, ids = _builtin()
        for name in names:
            key = _key(name)
            if not key:
                continue
            if key in self.given:
                return self.given[key]
            if key in ids:
                unit = ids[key]
                return self.replaced.get(unit, units[unit])
        return None


def _names(properties: Mapping[str, Any]) -> Iterable[str]:
    for name, value in properties.items():
        plain = name.lower()
        if isinstance(value, str) and value and (plain.startswith(("name", "shapename")) or name in _CODES):
            yield value


def _area(area_id: str, geometry: Any, n_points: int = 2_000_000) -> Area | None:
    polygon = shape(geometry)
    if polygon.is_empty or polygon.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    if shapely.get_num_coordinates(polygon) > n_points:
        return None
    if not polygon.is_valid:
        polygon = shapely.make_valid(polygon)
    point = polygon.representative_point()
    if polygon.contains(polygon.centroid):
        point = polygon.centroid
    km_per_degree = METRES_PER_DEGREE / 1000.0
    area_km2 = abs(polygon.area) * km_per_degree**2 * math.cos(math.radians(point.y))
    return Area(area_id=area_id, lon=point.x, lat=point.y, sigma_m=area_sigma_m(area_km2))


def load_area_index(path: Path | None) -> AreaIndex:
    """Return the index of a GeoJSON file of polygons, over the house's own units.

    Parameters
    ----------
    path : Path or None
        A FeatureCollection; each feature's ``area_id``, ``id`` or ``name`` is its id, and every property whose name
        begins with ``name`` a name of it, as is its ISO 3166-2 code.

    Raises
    ------
    MissingInputError
        There is no such file.
    ReadError
        It is no FeatureCollection of polygons.
    """
    if path is None:
        return AreaIndex()
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"This file cannot be opened: {error.strerror or error}."
        raise MissingInputError(what, str(path), "Check the path.") from error
    _, ids = _builtin()
    given: dict[str, Area] = {}
    replaced: dict[str, Area] = {}
    try:
        for feature in json.loads(content)["features"]:
            properties: Mapping[str, Any] = feature.get("properties") or {}
            name = properties.get("area_id") or feature.get("id") or properties.get("id") or properties.get("name")
            area = None if name is None else _area(str(name), feature["geometry"])
            if area is None:
                continue
            for known in (area.area_id, *_names(properties)):
                given.setdefault(_key(known), area)
                if _key(known) in ids:
                    replaced.setdefault(ids[_key(known)], area)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        raise ReadError(
            f"This is no GeoJSON FeatureCollection of polygons: {str(error)[:120]}.",
            str(path),
            "Give each feature a polygon and a name or an 'area_id'.",
        ) from error
    return AreaIndex(given=given, replaced=replaced)
