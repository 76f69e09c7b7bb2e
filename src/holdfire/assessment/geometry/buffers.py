"""Build zones that an agreement gives by a measure: boxes, circles about places, strips along a line.

Turns longitudes, latitudes and metres into polygons in degrees. Rule: distances are those on the WGS84 ellipsoid, not
on a map. A line is cut into stretches of about 50 km, each buffered on a conformal plane of its own, where the scale
differs from 1 by at most ``((25 km + d) / (2 R))^2``: 1e-5 for a strip of 15 km, that is 0.15 m. Longitudes may pass
180 where the zone crosses the antimeridian. Leaves to others: which date's line holds (the agreement).
Source: Karney (2013), Algorithms for geodesics, J. Geodesy 87 (through pyproj); GEOS for planar buffers.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from holdfire.assessment.geometry.projection import EARTH_RADIUS_M, centred_projection, project, unproject
from holdfire.assessment.geometry.rings import centre_lon, polygonal, turned
from holdfire.errors import InputError

__all__ = ["box", "buffer_line", "buffer_points", "buffer_zone"]

Floats = NDArray[np.float64]

GEOD = Geod(ellps="WGS84")
CIRCLE_VERTICES = 128
"""Vertices of a circle; with the area kept, its boundary is within 2e-4 of the radius."""
ARC_SEGMENTS = 32
"""Chords for a quarter of a strip's rounded corner; they stay within 3e-4 of the distance, inside the true arc."""
STRETCH_M = 50_000.0
"""Metres of line that share one plane."""
KEPT_STRETCHES = 1_024
"""Strips about a stretch that are kept for lines to come, those asked for last; each of some hundred vertices."""
STEP_M = 1_000.0
"""Metres; longest edge that is carried from the plane to degrees or back as a straight one (0.02 m at 45 degrees)."""
DEGREE_M = 111_000.0
"""Metres of one degree of latitude, rounded down."""
LINES = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)
RADIUS_MAX_M = 2_000_000.0
"""Metres; a strip or circle wider than this is no longer near what is drawn."""


def _check_distance(name: str, metres: float) -> None:
    if not 0.0 <= metres <= RADIUS_MAX_M:
        raise InputError(
            f"A {name} must lie between 0 and {RADIUS_MAX_M / 1000:g} km: {metres:g} m.",
            "a buffer",
            "Give the distance in metres.",
        )


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return the box between two meridians and two parallels.

    Parameters
    ----------
    west, south, east, north : float, degrees
        A west that is greater than east means that the box crosses the antimeridian.

    Raises
    ------
    InputError
        South is not below north, or a value is no longitude or latitude.

    Examples
    --------
    >>> box(179.0, -1.0, -179.0, 1.0).bounds
    (179.0, -1.0, 181.0, 1.0)
    """
    if not (-90.0 <= south < north <= 90.0 and -360.0 <= west <= 360.0 and -360.0 <= east <= 360.0):
        raise InputError(
            f"These are no sides of a box: west {west:g}, south {south:g}, east {east:g}, north {north:g}.",
            "a box",
            "Give degrees in the order west, south, east, north.",
        )
    if west > east:
        east += 360.0
    # Edges of more than 90 degrees are divided, for a longer one would be taken to cross the antimeridian.
    lon = np.linspace(west, east, int((east - west) // 90.0) + 2)
    lower = np.stack([lon, np.full_like(lon, south)], axis=1)
    upper = np.stack([lon[::-1], np.full_like(lon, north)], axis=1)
    return shapely.Polygon(np.concatenate([lower, upper]))


def buffer_points(lon: Floats, lat: Floats, radius_m: float) -> BaseGeometry:
    """Return the places within a distance of any of some points, such as protected objects.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        The points; no nulls.
    radius_m : float, metres
        Geodesic radius, above 0.

    Returns
    -------
    shapely.Geometry
        Polygon or multipolygon in degrees; empty if there is no point.

    Raises
    ------
    InputError
        The radius is not between 0 and 2000 km, or a circle would reach a pole.

    Examples
    --------
    >>> import numpy as np
    >>> buffer_points(np.array([30.7]), np.array([46.5]), 5000.0).geom_type
    'Polygon'
    >>> buffer_points(np.array([]), np.array([]), 5000.0).is_empty
    True
    """
    _check_distance("radius", radius_m)
    if np.abs(lat).max(initial=0.0) + radius_m / DEGREE_M >= 90.0:
        raise InputError(
            f"A circle of {radius_m / 1000:g} km would reach a pole: latitude {np.abs(lat).max():g}.",
            "a buffer",
            "Give such a zone as a polygon.",
        )
    # The polygon of n vertices has the circle's area if its radius is larger by this factor.
    turn = 2.0 * math.pi / CIRCLE_VERTICES
    radius = radius_m * math.sqrt(turn / math.sin(turn))
    azimuth = np.arange(CIRCLE_VERTICES) * (-360.0 / CIRCLE_VERTICES)
    circles = []
    ones = np.ones(CIRCLE_VERTICES)
    for at_lon, at_lat in zip(lon.tolist(), lat.tolist(), strict=True):
        x, y, _ = GEOD.fwd(at_lon * ones, at_lat * ones, azimuth, radius * ones)
        x += 360.0 * np.round((at_lon - x) / 360.0)
        circles.append(shapely.Polygon(np.stack([x, y], axis=1)))
    return shapely.union_all(circles)


def _vertices(line: shapely.Geometry) -> Floats:
    # Vertices followed across the antimeridian, none repeated, edges short enough to be straight on a plane.
    xy: Floats = shapely.get_coordinates(line)
    xy[:, 0] = np.unwrap(xy[:, 0], period=360.0)
    xy = np.concatenate([xy[:1], xy[1:][(np.diff(xy, axis=0) != 0.0).any(axis=1)]])
    if len(xy) < 2:
        return xy
    fine: Floats = shapely.get_coordinates(shapely.segmentize(shapely.LineString(xy), STEP_M / DEGREE_M))
    return fine


def _stretches(xy: Floats) -> list[Floats]:
    # Pieces of the line of about equal length, each beginning at the last vertex of the one before.
    along = np.concatenate(([0.0], np.cumsum(GEOD.inv(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])[2])))
    n = max(math.ceil(along[-1] / STRETCH_M), 1)
    cuts = np.unique(np.searchsorted(along, np.linspace(0.0, along[-1], n + 1)[1:-1]))
    bounds = [0, *cuts[(cuts > 0) & (cuts < len(xy) - 1)].tolist(), len(xy) - 1]
    return [xy[begin : end + 1] for begin, end in itertools.pairwise(bounds)]


@lru_cache(maxsize=KEPT_STRETCHES)
def _around(vertices: bytes, distance_m: float) -> BaseGeometry:
    # Buffer one stretch on its own plane; the stereographic image of a distance d is 2 R tan(d / 2 R). A stretch is
    # given as the bytes of its vertices: a line that is drawn anew each day keeps most of its stretches, as long as its
    # length stays about the same.
    xy = np.frombuffer(vertices).reshape(-1, 2)
    middle = (xy.min(axis=0) + xy.max(axis=0)) / 2.0
    plane = centred_projection(float(middle[0]), float(middle[1]))
    x, y, _ = project(xy[:, 0].copy(), xy[:, 1].copy(), plane)
    distance = 2.0 * EARTH_RADIUS_M * math.tan(distance_m / (2.0 * EARTH_RADIUS_M))
    strip = shapely.buffer(shapely.LineString(np.stack([x, y], axis=1)), distance, quad_segs=ARC_SEGMENTS)

    def to_degrees(points: Floats) -> Floats:
        lon, lat = unproject(points[:, 0], points[:, 1], plane)
        return np.stack([lon + 360.0 * np.round((middle[0] - lon) / 360.0), lat], axis=1)

    return shapely.make_valid(shapely.transform(shapely.segmentize(strip, STEP_M), to_degrees))


def _prolonged(xy: Floats, distance_m: float) -> Floats:
    # Carry the line on at both ends, past the rounded end of its strip.
    ends = []
    for end, before in ((xy[0], xy[1]), (xy[-1], xy[-2])):
        azimuth = GEOD.inv(before[0], before[1], end[0], end[1])[1] + 180.0
        lon, lat, _ = GEOD.fwd(end[0], end[1], azimuth, 1.5 * distance_m)
        ends.append((lon + 360.0 * round((end[0] - lon) / 360.0), lat))
    return np.concatenate([[ends[0]], xy, [ends[1]]])


def _one_side(strip: BaseGeometry, xy: Floats, side: int) -> BaseGeometry:
    # Faces into which the line cuts its strip, each on the side on which more of the line sees it.
    line = shapely.LineString(xy)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([strip.boundary, line])]))
    faces = faces[shapely.contains(strip, shapely.point_on_surface(faces))]
    step = np.diff(xy, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    left = np.stack([-step[:, 1], step[:, 0]], axis=1) * 1e-4
    middle = (xy[1:] + xy[:-1]) / 2.0
    score = np.zeros(len(faces))
    tree = shapely.STRtree(faces)
    shapely.prepare(faces)
    for sign in (1.0, -1.0):
        places = np.asarray(shapely.points(middle + sign * left))
        seen, face = tree.query(places)
        within = shapely.intersects(faces[face], places[seen])
        np.add.at(score, face[within], sign * length[seen[within]])
    return shapely.union_all(faces[score * side > 0.0])


def buffer_line(line: shapely.Geometry, left_m: float, right_m: float) -> BaseGeometry:
    """Return the strip along a line: the places within a distance of it, on each side its own.

    Parameters
    ----------
    line : shapely.Geometry
        LineString or MultiLineString in degrees; left and right are as seen when walking along it.
    left_m, right_m : float, metres
        Geodesic distances; 0 leaves the side out. A rounded end is divided by the line's straight continuation.

    Returns
    -------
    shapely.Geometry
        Polygon or multipolygon in degrees; empty if the line is.

    Raises
    ------
    InputError
        The geometry is no line, or a distance is not between 0 and 2000 km, or both are 0.

    Examples
    --------
    >>> line = shapely.LineString([(37.0, 48.0), (37.0, 49.0)])
    >>> whole = buffer_line(line, 15_000.0, 15_000.0)
    >>> west = buffer_line(line, 15_000.0, 0.0)
    >>> round(west.area / whole.area, 3), round(west.bounds[2], 3)
    (0.5, 37.0)
    >>> buffer_line(shapely.LineString(), 15_000.0, 15_000.0).is_empty
    True
    """
    _check_distance("distance left of a line", left_m)
    _check_distance("distance right of a line", right_m)
    kind = shapely.GeometryType(int(shapely.get_type_id(line)))
    if kind not in LINES or left_m == right_m == 0.0:
        raise InputError(
            f"A strip needs a line and a distance on at least one side: {kind.name}, {left_m:g} m, {right_m:g} m.",
            "a buffer",
            "Give a LineString or a MultiLineString, and metres above 0.",
        )
    strips = []
    for part in shapely.get_parts(line):
        xy = _vertices(part)
        if len(xy) < 2:
            continue
        for distance, side in ((left_m, 1), (right_m, -1)):
            if distance > 0.0 and (left_m != right_m or side == 1):
                whole = shapely.union_all([_around(stretch.tobytes(), distance) for stretch in _stretches(xy)])
                strips.append(whole if left_m == right_m else _one_side(whole, _prolonged(xy, distance), side))
    return shapely.union_all(strips)


def buffer_zone(zone: shapely.Geometry, distance_m: float) -> BaseGeometry:
    """Return a zone with all that lies within a distance of it.

    Parameters
    ----------
    zone : shapely.Geometry
        Polygon or multipolygon in degrees; may be empty.
    distance_m : float, metres
        Geodesic distance; 0 returns the zone itself, valid and in one piece.

    Returns
    -------
    shapely.Geometry
        Polygon or multipolygon in degrees; empty if the zone is.

    Raises
    ------
    InputError
        The geometry is no polygon, or the distance is not between 0 and 2000 km.

    Examples
    --------
    >>> zone = box(37.0, 47.0, 38.0, 48.0)
    >>> [round(bound, 2) for bound in buffer_zone(zone, 11_100.0).bounds]
    [36.85, 46.9, 38.15, 48.1]
    >>> buffer_zone(shapely.Polygon(), 11_100.0).is_empty
    True
    """
    _check_distance("distance around a zone", distance_m)
    whole = turned(zone, centre_lon([zone]))
    if distance_m == 0.0 or whole.is_empty:
        return whole
    edges = [buffer_line(ring, distance_m, distance_m) for ring in shapely.get_rings(shapely.get_parts(whole))]
    return polygonal(shapely.union_all([whole, *edges]))
