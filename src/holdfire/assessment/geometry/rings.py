"""Turn a polygon in longitude and latitude into rings: first on the sphere's grid, then on the plane.

Rule: an edge is a straight line in longitude and latitude, as GeoJSON says, so on the plane it is split until its
chords stay within a tolerance of it. Rings are put into one order whatever order they came in (shells anticlockwise,
holes clockwise, each beginning at its smallest vertex), so the same zone gives the same bytes however it was drawn.
Longitudes are turned about one centre, so a zone across the antimeridian is one piece. An edge that spans more than
180 degrees is taken to cross the antimeridian the short way. A self-crossing polygon is made valid first (a place
counts as inside where the boundary winds an odd number of times); refusing it is the agreement's check, not this one.
Source: RFC 7946 sections 3.1.1 (straight edges), 3.1.9 (antimeridian); GEOS for validity and normal form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from holdfire.assessment.geometry.projection import Projection, project
from holdfire.errors import InputError

__all__ = ["Rings", "centre_lon", "densify", "polygonal", "rings_of", "turned"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LON_LIMIT = 540.0
"""Degrees; one and a half turns, more is taken for another unit than degrees."""
_PIECES_MAX = 4096
"""Pieces into which one edge is split in one round."""
_ROUNDS = 4
"""Rounds of splitting; the deviation falls by the square of the pieces in each."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rings:
    """Hold closed rings without their repeated last vertex.

    Attributes
    ----------
    x, y : float64, (n,), degrees or metres
        Vertices, ring after ring; shells anticlockwise, holes clockwise.
    start : int64, (n_rings + 1,)
        Ring r holds the vertices ``start[r]`` to ``start[r + 1]``.
    """

    x: Floats
    y: Floats
    start: Ints

    def following(self) -> Ints:
        """Return for each vertex the index of the next one in its ring: int64, (n,)."""
        after = np.arange(1, self.x.size + 1, dtype=np.int64)
        after[self.start[1:] - 1] = self.start[:-1]
        return after


def _is_polygonal(geometry: shapely.Geometry) -> bool:
    return int(shapely.get_type_id(geometry)) in (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def _check(geometry: shapely.Geometry) -> None:
    if not (_is_polygonal(geometry) or shapely.is_empty(geometry)):
        kind = shapely.GeometryType(int(shapely.get_type_id(geometry))).name
        raise InputError(
            f"A zone must be a polygon or a multipolygon, not a {kind}.",
            "the zone's geometry",
            "Give the area itself; a line or a point becomes one through a buffer.",
        )
    coordinates = shapely.get_coordinates(geometry)
    if not np.isfinite(coordinates).all():
        raise InputError(
            "A zone has a vertex without a finite longitude and latitude.",
            "the zone's geometry",
            "Remove the vertex or give its coordinates.",
        )
    if coordinates.size and np.abs(coordinates[:, 1]).max() > 90.0:
        raise InputError(
            f"A zone has a latitude beyond 90 degrees: {np.abs(coordinates[:, 1]).max():g}.",
            "the zone's geometry",
            "Write longitude before latitude, in degrees.",
        )
    if coordinates.size and np.abs(coordinates[:, 0]).max() > LON_LIMIT:
        raise InputError(
            f"A zone has a longitude beyond {LON_LIMIT:g} degrees: {np.abs(coordinates[:, 0]).max():g}.",
            "the zone's geometry",
            "Write degrees, not metres or minutes.",
        )


def _unrolled(polygon: shapely.Polygon) -> shapely.Polygon:
    # Follow each ring's longitude across the antimeridian, then bring the holes to the shell's turn.
    rings = [np.unwrap(shapely.get_coordinates(ring), period=360.0, axis=0) for ring in shapely.get_rings(polygon)]
    for ring, given in zip(rings, shapely.get_rings(polygon), strict=True):
        ring[:, 1] = shapely.get_coordinates(given)[:, 1]
    middle = (rings[0][:, 0].min() + rings[0][:, 0].max()) / 2.0
    for hole in rings[1:]:
        hole[:, 0] += 360.0 * np.round((middle - (hole[:, 0].min() + hole[:, 0].max()) / 2.0) / 360.0)
    return shapely.Polygon(rings[0], rings[1:])


def _parts(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    parts = [part for part in shapely.get_parts(geometry) if not part.is_empty]
    jumps = [np.abs(np.diff(shapely.get_coordinates(part)[:, 0])).max(initial=0.0) > 180.0 for part in parts]
    return [_unrolled(part) if jump else part for part, jump in zip(parts, jumps, strict=True)]


def polygonal(geometry: shapely.Geometry) -> BaseGeometry:
    """Return the polygons of a geometry as one; lines and points in it are left out."""
    parts = shapely.get_parts(geometry)
    if _is_polygonal(geometry):
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts.tolist())
    return shapely.union_all([part for part in parts if _is_polygonal(part)])


def centre_lon(geometries: list[shapely.Geometry]) -> float:
    """Return the longitude in the middle of the shortest arc that holds all geometries.

    Parameters
    ----------
    geometries : list of shapely.Geometry
        Polygons in degrees; empty ones are passed over.

    Returns
    -------
    float, degrees, -180..180
        0 if there is no vertex at all.

    Raises
    ------
    InputError
        A geometry is no polygon, or a coordinate is no longitude or latitude.

    Examples
    --------
    >>> centre_lon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -177, 1)])
    -179.0
    >>> centre_lon([shapely.Polygon()])
    0.0
    """
    for geometry in geometries:
        _check(geometry)
    spans = sorted(
        (part.bounds[0] % 360.0, part.bounds[2] - part.bounds[0])
        for geometry in geometries
        for part in _parts(geometry)
    )
    if not spans:
        return 0.0
    reach = max(west + width for west, width in spans) - 360.0
    widest, begin, end = -1.0, spans[0][0], reach + 360.0
    for west, width in spans:
        if west - reach > widest:
            widest, begin = west - reach, west
        reach = max(reach, west + width)
    end = begin - widest + 360.0
    return float(((begin + end) / 2.0 + 180.0) % 360.0 - 180.0)


def turned(geometry: shapely.Geometry, middle: float) -> BaseGeometry:
    """Return the zone in one piece about a central longitude, valid, and in one order.

    Parameters
    ----------
    geometry : shapely.Geometry
        Polygon or multipolygon in degrees; may be empty.
    middle : float, degrees
        Each part is turned by whole circles so that it lies nearest to this longitude.

    Returns
    -------
    shapely.Geometry
        Valid polygons, shells anticlockwise; longitudes may pass 180.

    Raises
    ------
    InputError
        The geometry is no polygon, or a coordinate is no longitude or latitude.
    """
    _check(geometry)
    parts = []
    moved = False
    for part in _parts(geometry):
        west, _, east, _ = part.bounds
        turn = 360.0 * round((middle - (west + east) / 2.0) / 360.0)
        moved = moved or turn != 0.0
        parts.append(part if turn == 0.0 else shapely.transform(part, partial(np.add, [turn, 0.0])))
    whole: BaseGeometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    if moved and len(parts) > 1:
        # Parts that were cut at the antimeridian share an edge now.
        whole = shapely.union_all([shapely.make_valid(part) for part in parts])
    if not whole.is_valid:
        whole = shapely.make_valid(whole)
    return shapely.orient_polygons(shapely.normalize(polygonal(whole)))


def rings_of(geometry: shapely.Geometry) -> Rings:
    """Return the rings of a polygon as :func:`turned` gives it.

    Parameters
    ----------
    geometry : shapely.Geometry
        Polygon or multipolygon, oriented; may be empty.

    Returns
    -------
    Rings
        In the geometry's own coordinates; repeated vertices and rings of fewer than three vertices are dropped.
    """
    loops = shapely.get_rings(shapely.get_parts(geometry))
    xy, ring = shapely.get_coordinates(loops, return_index=True)
    if not xy.size:
        return Rings(x=np.empty(0), y=np.empty(0), start=np.zeros(1, dtype=np.int64))
    keep = np.ones(len(xy), dtype=np.bool_)
    keep[:-1] = (np.diff(ring) != 0) | (np.diff(xy, axis=0) != 0.0).any(axis=1)
    # The last vertex of each ring repeats its first one.
    keep[np.append(np.flatnonzero(np.diff(ring)), len(xy) - 1)] = False
    counts = np.bincount(ring[keep], minlength=len(loops))
    keep &= (counts >= 3)[ring]
    start = np.concatenate(([0], np.cumsum(counts[counts >= 3]))).astype(np.int64)
    return Rings(x=xy[keep, 0].copy(), y=xy[keep, 1].copy(), start=start)


def _split(rings: Rings, pieces: Ints) -> Rings:
    after = rings.following()
    first = np.concatenate(([0], np.cumsum(pieces)))
    edge = np.repeat(np.arange(rings.x.size), pieces)
    share = (np.arange(first[-1]) - first[edge]) / pieces[edge]
    x = rings.x[edge] + share * (rings.x[after] - rings.x)[edge]
    y = rings.y[edge] + share * (rings.y[after] - rings.y)[edge]
    return Rings(x=x, y=y, start=first[rings.start].astype(np.int64))


def densify(rings: Rings, projection: Projection, tolerance_m: float) -> Rings:
    """Project rings to the plane, splitting edges until their chords are within a tolerance.

    Parameters
    ----------
    rings : Rings
        In degrees.
    projection : Projection
        The plane.
    tolerance_m : float, metres
        Largest distance on the plane between a straight edge in degrees and its chords.

    Returns
    -------
    Rings
        In metres on the plane.
    """
    for _ in range(_ROUNDS):
        after = rings.following()
        x, y, _ = project(rings.x, rings.y, projection)
        mid_x, mid_y, _ = project((rings.x + rings.x[after]) / 2.0, (rings.y + rings.y[after]) / 2.0, projection)
        off = np.hypot(mid_x - (x + x[after]) / 2.0, mid_y - (y + y[after]) / 2.0)
        if off.max(initial=0.0) <= tolerance_m:
            break
        pieces = np.clip(np.ceil(np.sqrt(off / tolerance_m)), 1, _PIECES_MAX).astype(np.int64)
        rings = _split(rings, pieces)
    x, y, _ = project(rings.x, rings.y, projection)
    return Rings(x=x, y=y, start=rings.start)
