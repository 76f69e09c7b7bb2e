"""Land: the frame of a map, the land within it, and the projection that puts it on paper.

Turns a bulletin's places into a frame and the vendored land into polygons clipped to it. Rule: land and coast only,
no borders of states: where a border runs is a political statement that a monitor does not make. Source: Natural
Earth 1:10 million through the world-atlas package (TopoJSON 1.0: delta-encoded arcs, a reversed arc is ``~index``);
spherical Mercator, as web maps use it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import shapely
from numpy.typing import NDArray

from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.publication.shapes import zone_geometries
from holdfire.records.bulletin import Bulletin

__all__ = ["Frame", "frame_of", "land_within", "mercator", "polygons_of"]

Floats = NDArray[np.float64]

MIN_WIDTH_DEG = 0.3
MARGIN = 0.07
"""Share of the frame's larger side that is left free around what it shows."""
AROUND = 0.6
"""Share of a frame's longer side that can be seen beyond it where the page is wider or higher."""
ASPECT = (1.35, 1.75)
"""Smallest and largest width of a frame for its height."""
MAX_LAT = 84.0
"""The projection is drawn no farther than this."""
WORLD = (-180.0, -60.0, 180.0, 80.0)


def mercator(lat: float) -> float:
    """Return the Mercator ordinate of a latitude, in degrees of longitude at the equator."""
    return math.degrees(math.asinh(math.tan(math.radians(max(-MAX_LAT, min(MAX_LAT, lat))))))


def _latitude(ordinate: float) -> float:
    return math.degrees(math.atan(math.sinh(math.radians(ordinate))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Bound a map by meridians and parallels; a frame never crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def widened(self) -> Frame:
        """Return a frame larger by ``AROUND`` of its longer side all round: what can be moved to on the page."""
        bottom, top = mercator(self.south), mercator(self.north)
        pad = AROUND * max(self.east - self.west, top - bottom)
        return Frame(
            west=round(max(-180.0, self.west - pad), 4),
            south=round(_latitude(max(mercator(-MAX_LAT), bottom - pad)), 4),
            east=round(min(180.0, self.east + pad), 4),
            north=round(_latitude(min(mercator(MAX_LAT), top + pad)), 4),
        )

    def xy(self, lon: float, lat: float, width: float) -> tuple[float, float]:
        """Return a place on a drawing of some width, from the upper left corner."""
        scale = width / (self.east - self.west)
        return (lon - self.west) * scale, (mercator(self.north) - mercator(lat)) * scale

    def height(self, width: float) -> float:
        """Return the height of a drawing of some width."""
        return (mercator(self.north) - mercator(self.south)) * width / (self.east - self.west)

    def metres_per_unit(self, width: float) -> float:
        """Return the metres that one unit of a drawing spans in the frame's middle."""
        middle = math.radians((self.south + self.north) / 2.0)
        return (self.east - self.west) / width * METRES_PER_DEGREE * math.cos(middle)


def _extent(bulletin: Bulletin) -> tuple[float, float, float, float]:
    """Return the bounds of zones, lines and almost all incidents; the world where there are none."""
    shapes = [
        *zone_geometries(bulletin.zones).values(),
        *(shapely.LineString(line.coordinates) for line in bulletin.lines),
    ]
    boxes = [tuple(shapely.bounds(shape)) for shape in shapes if not shapely.is_empty(shape)]
    places = np.array([(one.lon, one.lat) for one in bulletin.incidents if one.lon is not None], dtype=np.float64)
    if len(places):
        # A few misplaced incidents must not shrink the rest to a dot.
        low, high = np.quantile(places, [0.02, 0.98], axis=0) if len(places) >= 50 else (places.min(0), places.max(0))
        boxes.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if not boxes:
        return WORLD
    table = np.array(boxes, dtype=np.float64)
    return (table[:, 0].min(), table[:, 1].min(), table[:, 2].max(), table[:, 3].max())


def frame_of(bulletin: Bulletin) -> Frame:
    """Return the frame of a bulletin's map: all that it shows, a margin, and a width fit for a page."""
    west, south, east, north = _extent(bulletin)
    bottom, top = mercator(south), mercator(north)
    width, height = max(east - west, MIN_WIDTH_DEG), max(top - bottom, MIN_WIDTH_DEG / ASPECT[1])
    pad = MARGIN * max(width, height)
    width, height = width + 2 * pad, height + 2 * pad
    width = max(width, height * ASPECT[0])
    height = max(height, width / ASPECT[1])
    x, y = (west + east) / 2.0, (bottom + top) / 2.0
    return Frame(
        west=round(max(-180.0, x - width / 2.0), 4),
        east=round(min(180.0, x + width / 2.0), 4),
        south=round(_latitude(max(mercator(-MAX_LAT), y - height / 2.0)), 4),
        north=round(_latitude(min(mercator(MAX_LAT), y + height / 2.0)), 4),
    )


@cache
def _arcs() -> tuple[tuple[Floats, ...], Floats, tuple[tuple[tuple[int, ...], ...], ...]]:
    """Return the arcs in degrees, their bounds, and each polygon's rings as indexes of arcs."""
    topology = json.loads(files("holdfire.publication").joinpath("assets", "land-10m.json").read_bytes())
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = tuple(np.cumsum(np.array(arc, dtype=np.int64), axis=0) * scale + shift for arc in topology["arcs"])
    bounds = np.array([(*arc.min(axis=0), *arc.max(axis=0)) for arc in arcs])
    polygons = [
        tuple(tuple(ring) for ring in polygon)
        for geometry in topology["objects"]["land"]["geometries"]
        for polygon in (geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]])
    ]
    return arcs, bounds, tuple(polygons)


def _ring(indexes: Iterable[int], arcs: tuple[Floats, ...]) -> Floats:
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indexes]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _meets(rings: tuple[tuple[int, ...], ...], bounds: Floats, frame: Frame) -> bool:
    outer = bounds[[index if index >= 0 else ~index for index in rings[0]]]
    west, south, east, north = outer[:, 0].min(), outer[:, 1].min(), outer[:, 2].max(), outer[:, 3].max()
    return bool(west <= frame.east and east >= frame.west and south <= frame.north and north >= frame.south)


@cache
def land_within(frame: Frame) -> shapely.Geometry:
    """Return the land within a frame, with details finer than a three-thousandth of its width left out."""
    arcs, bounds, polygons = _arcs()
    box = shapely.box(frame.west, frame.south, frame.east, frame.north)
    found = []
    for rings in polygons:
        if _meets(rings, bounds, frame):
            shape = shapely.Polygon(_ring(rings[0], arcs), [_ring(ring, arcs) for ring in rings[1:]])
            found.append(shapely.intersection(shapely.make_valid(shape), box))
    land = shapely.simplify(shapely.union_all(found), (frame.east - frame.west) / 3000.0)
    return shapely.normalize(shapely.make_valid(land))


def polygons_of(geometry: shapely.Geometry) -> Iterator[list[list[tuple[float, float]]]]:
    """Yield a geometry's polygons as rings of (lon, lat), rounded to about ten metres."""
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon" and not part.is_empty:
            rings = [part.exterior, *part.interiors]
            yield [[(round(x, 4), round(y, 4)) for x, y in ring.coords] for ring in rings]
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            yield from polygons_of(part)
