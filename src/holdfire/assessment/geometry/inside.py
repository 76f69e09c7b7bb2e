"""Turn exact places into yes or no, or into the zones of a set that hold them.

Works in longitude and latitude as they were given, so nothing is projected and the answer is that of the polygon as it
was drawn. One grid serves a whole set of zones (``crossings``), so a place looks up one cell however many there are.
Rule: a place exactly on the boundary is inside (the zone is closed: who stands on the line stands in the zone); what is
unknown is held by none. Leaves to others: uncertain places (``kernel``), and which zones are asked together.
Source: the grid and its exact predicate are described in ``crossings``.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry.crossings import FIRST, OWN, find_holders, holds, list_edges, mark_references
from holdfire.assessment.geometry.rings import Rings, centre_lon, rings_of, turned
from holdfire.assessment.geometry.slices import in_slices

__all__ = ["ExactGrid", "Holders", "contains", "exact_grid", "exact_grid_of", "holders"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Flags = NDArray[np.bool_]

CELLS_PER_EDGE = 4
CELLS_MIN = 256
CELLS_MAX = 1_000_000
"""Cells of the grid: so many for each edge, between these two numbers in all."""
_REFERENCE = (0.51270189, 0.48339746)
"""Shares of a cell's width and height; odd numbers, so that no drawn edge passes through a reference place."""
_TINY_DEG = 1e-6
"""Degrees (0.1 m); a smaller set gets one cell, whose reference place lies outside all zones."""
_SLICE = 1 << 16
"""Places that one thread takes at a time; their cells are looked up in smaller batches."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactGrid:
    """Hold the boundaries of one or more zones in degrees and the cells that they pass.

    Attributes
    ----------
    frame : float64, (8,), degrees
        West, south, east, north, the width and height of a cell, and where in it the reference place is.
    middle : float, degrees
        Longitude about which places are turned.
    columns : int
        Cells along the longitude.
    n_zones : int
        Zones in the set.
    cell : int32, (columns * rows,)
        From 0 on: the set of zones that hold the whole cell. Below 0: -1 - k where boundaries pass as the k-th cell.
    first : int32, (n_passed + 1, 2)
        Cell k of those lists the edges ``edge[first[k, 0]:first[k + 1, 0]]``, and its reference place is held by the
        set ``first[k, 1]``.
    edge : int32
        Indices of edges, rising in each cell.
    owner : int32, (n_edges,)
        The zone of each edge, rising.
    table : float64, (n_edges, 4), degrees
        Ends of the edges: x1, y1, x2, y2.
    sets : int32, (n_sets, 11)
        Each another set and up to eight more zones (``crossings`` names the columns); set 0 is empty.
    """

    frame: Floats
    middle: float
    columns: int
    n_zones: int
    cell: Shorts
    first: Shorts
    edge: Shorts
    owner: Shorts
    table: Floats
    sets: Shorts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holders:
    """Hold the zones in which places lie.

    Attributes
    ----------
    first : int64, (n + 1,)
        Place i lies in the zones ``zone[first[i]:first[i + 1]]``.
    zone : int32
        Indices in the set, rising for each place.
    """

    first: Ints
    zone: Shorts


def _frame(table: Floats) -> tuple[Floats, int]:
    # The frame and the cells along each side.
    if not table.size:
        return np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]), 1
    west, south = (float(v) for v in table[:, :2].min(axis=0))
    east, north = (float(v) for v in table[:, :2].max(axis=0))
    side = int(math.sqrt(min(max(CELLS_PER_EDGE * table.shape[0], CELLS_MIN), CELLS_MAX)))
    if min(east - west, north - south) < _TINY_DEG:
        side = 1
    wide, high = max(east - west, 1e-12) / side, max(north - south, 1e-12) / side
    at = _REFERENCE if side > 1 else (-1.0, -0.37)
    return np.array([west, south, east, north, wide, high, at[0] * wide, at[1] * high]), side


def exact_grid(zones: list[Rings], middle: float) -> ExactGrid:
    """Return the index of a set of zones for exact places.

    Parameters
    ----------
    zones : list of Rings
        The zones in degrees; any may be empty.
    middle : float, degrees
        Longitude about which the rings were turned.
    """
    after = [rings.following() for rings in zones]
    table = np.concatenate(
        [np.empty((0, 4))]
        + [np.stack([z.x, z.y, z.x[n], z.y[n]], axis=1) for z, n in zip(zones, after, strict=True) if z.x.size]
    )
    n_edges = np.array([rings.x.size for rings in zones], dtype=np.int64)
    first_edge = np.concatenate(([0], np.cumsum(n_edges))).astype(np.int64)
    frame, side = _frame(table)
    held = np.zeros(side * side, dtype=np.int32)
    sets = np.zeros((1, FIRST + OWN), dtype=np.int32)
    if side > 1:
        sets = mark_references(table, first_edge, frame, side, side, held)
    count = np.zeros(side * side, dtype=np.int32)
    list_edges(table, frame, side, side, count, np.empty(0, dtype=np.int32), False)
    begin = np.cumsum(count, dtype=np.int32) - count
    edge = np.empty(int(count.sum()), dtype=np.int32)
    passed = np.flatnonzero(count)
    first = np.empty((passed.size + 1, 2), dtype=np.int32)
    first[:-1, 0], first[:-1, 1], first[-1] = begin[passed], held[passed], (edge.size, 0)
    list_edges(table, frame, side, side, begin, edge, True)
    held[passed] = -1 - np.arange(passed.size, dtype=np.int32)
    return ExactGrid(
        frame=frame,
        middle=middle,
        columns=side,
        n_zones=len(zones),
        cell=held,
        first=first,
        edge=edge,
        owner=np.repeat(np.arange(len(zones), dtype=np.int32), n_edges),
        table=table,
        sets=sets,
    )


def exact_grid_of(geometries: list[shapely.Geometry], threads: int = 1) -> ExactGrid:
    """Return the index of a set of polygons for exact places.

    Parameters
    ----------
    geometries : list of shapely.Geometry
        Polygons or multipolygons in WGS84 longitude and latitude; any may be empty.
    threads : int, 1 or more
        Threads to share the checks of the polygons; the result does not depend on it.

    Raises
    ------
    InputError
        A geometry is no polygon, or a coordinate is no longitude or latitude.
    """
    middle = centre_lon(geometries)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        zones = list(pool.map(lambda geometry: rings_of(turned(geometry, middle)), geometries))
    return exact_grid(zones, middle)


def _arrays(
    grid: ExactGrid,
) -> tuple[Floats, float, int, int, Shorts, Shorts, Shorts, Shorts, Floats, Shorts]:
    return (
        grid.frame, grid.middle, grid.columns, grid.n_zones, grid.cell, grid.first, grid.edge, grid.owner, grid.table,
        grid.sets,
    )  # fmt: skip


def contains(lon: Floats, lat: Floats, grid: ExactGrid, threads: int = 1) -> Flags:
    """Say which exact places lie in a zone, or in any zone of a set.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        Places; NaN = unknown, for which the answer is False.
    grid : ExactGrid
        The zone or zones.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Returns
    -------
    bool, (n,)
        True inside and on the boundary.
    """
    x = np.ascontiguousarray(lon, dtype=np.float64)
    y = np.ascontiguousarray(lat, dtype=np.float64)
    out = np.empty(x.size, dtype=np.bool_)
    arrays = _arrays(grid)

    def fill(part: slice) -> None:
        holds(x[part], y[part], *arrays, out[part])

    in_slices(fill, x.size, threads)
    return out


def holders(lon: Floats, lat: Floats, grid: ExactGrid, threads: int = 1) -> Holders:
    """Find all zones of a set in which exact places lie.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        Places; NaN = unknown, which no zone holds.
    grid : ExactGrid
        The zones.
    threads : int, 1 or more
        Threads to share the work; the result does not depend on it.

    Examples
    --------
    >>> grid = exact_grid_of([shapely.box(37, 47, 39, 49), shapely.box(38, 47, 40, 49), shapely.Polygon()])
    >>> found = holders(np.array([37.0, 38.5, np.nan, 39.5]), np.array([48.0, 48.0, 48.0, 48.0]), grid)
    >>> found.first.tolist(), found.zone.tolist()
    ([0, 1, 3, 3, 4], [0, 0, 1, 1])
    >>> holders(np.array([]), np.array([]), grid).first.tolist()
    [0]
    """
    x = np.ascontiguousarray(lon, dtype=np.float64)
    y = np.ascontiguousarray(lat, dtype=np.float64)
    first = np.empty(x.size + 1, dtype=np.int64)
    first[0] = 0
    arrays = _arrays(grid)
    parts: dict[int, Shorts] = {}
    spare = [np.empty(2 * _SLICE + grid.n_zones + OWN, dtype=np.int32) for _ in range(max(threads, 1))]

    def find(part: slice) -> None:
        room, n = spare.pop(), -1
        while n < 0:
            n = find_holders(x[part], y[part], *arrays, first[1:][part], room)
            if n < 0:
                room = np.empty(2 * room.size, dtype=np.int32)
        parts[part.start] = room[:n].copy()
        spare.append(room)

    in_slices(find, x.size, threads, _SLICE)
    starts = sorted(parts)
    offset = dict(zip(starts, np.cumsum([0] + [parts[start].size for start in starts]).tolist(), strict=False))
    zone = np.empty(sum(part.size for part in parts.values()), dtype=np.int32)

    def place(part: slice) -> None:
        first[1:][part] += offset[part.start]
        zone[offset[part.start] : offset[part.start] + parts[part.start].size] = parts[part.start]

    in_slices(place, x.size, threads, _SLICE)
    return Holders(first=first, zone=zone)
