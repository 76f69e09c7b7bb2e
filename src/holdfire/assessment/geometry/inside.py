"""Turn exact places into yes or no: whether the zone holds them.

Works in longitude and latitude as they were given, so nothing is projected and the answer is that of the polygon as it
was drawn. A grid over the zone's bounding box knows most cells to be inside or outside; a cell that the boundary passes
lists the edges near it and whether its reference place is inside, and a place in it counts the edges between the two.
Rule: a place exactly on the boundary is inside (the zone is closed: who stands on the line stands in the zone). The
side of an edge is decided exactly, with twice the digits where rounding could matter.
Source: Shewchuk (1997), Adaptive precision floating-point arithmetic and fast robust geometric predicates, Discrete &
Computational Geometry 18 (error bound, two-sum, two-product).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled
from holdfire.assessment.geometry.rings import Rings
from holdfire.assessment.geometry.slices import in_slices

__all__ = ["ExactGrid", "contains", "exact_grid"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Flags = NDArray[np.bool_]

CELLS_PER_EDGE = 4
"""Cells of the grid for each edge, between 256 and a million in all."""
_REFERENCE = (0.51270189, 0.48339746)
"""Shares of a cell's width and height; odd numbers, so that no drawn edge passes through a reference place."""
_TINY_DEG = 1e-6
"""Degrees (0.1 m); a smaller zone gets one cell, whose reference place lies outside the zone."""
BATCH = 1024
"""Places that are sifted at a time."""
_SPLITTER = 134217729.0
"""2^27 + 1: splits a double into two halves whose products are exact (Dekker 1971)."""
_DOUBT = 4.0e-16
"""Relative error of a cross product in doubles, (3 + 16 eps) eps rounded up (Shewchuk 1997, section 4.3)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactGrid:
    """Hold the boundary of a zone in degrees and the cells that it passes.

    Attributes
    ----------
    frame : float64, (8,), degrees
        West, south, east, north, the width and height of a cell, and where in it the reference place is.
    middle : float, degrees
        Longitude about which places are turned.
    columns, rows : int
        Cells along longitude and latitude.
    cell : int32, (columns * rows,)
        0 outside, 1 inside; from 2 on, 2 k or 2 k + 1 where the boundary passes as the k-th such cell (k from 1), odd
        where the cell's reference place is inside.
    first : int32, (n_passed + 2,)
        Cell k of those lists the edges ``edge[first[k]:first[k + 1]]``.
    edge : int32
        Indices of edges.
    table : float64, (4, n_edges), degrees
        Ends of the edges: x1, y1, x2, y2.
    """

    frame: Floats
    middle: float
    columns: int
    rows: int
    cell: Shorts
    first: Shorts
    edge: Shorts
    table: Floats


@compiled
def _difference(a: float, b: float) -> tuple[float, float]:
    # a - b as the sum of two doubles, exactly.
    high = a - b
    back = high - a
    return high, (a - (high - back)) - (b + back)


@compiled
def _product(a: float, b: float) -> tuple[float, float]:
    # a * b as the sum of two doubles, exactly (Dekker).
    high = a * b
    c = _SPLITTER * a
    a1 = c - (c - a)
    a2 = a - a1
    c = _SPLITTER * b
    b1 = c - (c - b)
    b2 = b - b1
    return high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2


@compiled
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    # Positive where p is left of a-b, negative right, 0 on the line.
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    cross = left - right
    if abs(cross) > _DOUBT * (abs(left) + abs(right)):
        return cross
    u, u_low = _difference(ax, px)
    v, v_low = _difference(by, py)
    w, w_low = _difference(ay, py)
    z, z_low = _difference(bx, px)
    uv, uv_low = _product(u, v)
    wz, wz_low = _product(w, z)
    head, tail = _difference(uv, wz)
    tail += (uv_low - wz_low) + ((u * v_low + u_low * v) - (w * z_low + w_low * z))
    return head + tail


@compiled
def _list_edges(table: Floats, frame: Floats, columns: int, rows: int, first: Shorts, edge: Shorts, fill: bool) -> None:
    # Cells that an edge may pass: all in its bounding box whose corners are not all on one side of it.
    used = np.zeros(columns * rows, np.int64)
    for k in range(table.shape[1]):
        x1, y1, x2, y2 = table[0, k], table[1, k], table[2, k], table[3, k]
        low_c = max(math.floor((min(x1, x2) - frame[0]) / frame[4] - 1e-9), 0)
        high_c = min(math.floor((max(x1, x2) - frame[0]) / frame[4] + 1e-9), columns - 1)
        low_r = max(math.floor((min(y1, y2) - frame[1]) / frame[5] - 1e-9), 0)
        high_r = min(math.floor((max(y1, y2) - frame[1]) / frame[5] + 1e-9), rows - 1)
        nx = y2 - y1
        ny = x1 - x2
        reach = 0.5000001 * (abs(nx) * frame[4] + abs(ny) * frame[5])
        for r in range(low_r, high_r + 1):
            for c in range(low_c, high_c + 1):
                mid_x = frame[0] + (c + 0.5) * frame[4] - x1
                mid_y = frame[1] + (r + 0.5) * frame[5] - y1
                if abs(nx * mid_x + ny * mid_y) <= reach:
                    cell = r * columns + c
                    if fill:
                        edge[first[cell] + used[cell]] = k
                    used[cell] += 1
    if not fill:
        for cell in range(used.size):
            first[cell + 1] = first[cell] + used[cell]


@compiled
def _between(table: Floats, k: int, px: float, py: float, qx: float, qy: float) -> tuple[bool, bool]:
    # Does the edge separate p from q along the segment p-q, and does p lie on the edge?
    ax, ay, bx, by = table[0, k], table[1, k], table[2, k], table[3, k]
    if max(ay, by) < min(py, qy) or min(ay, by) > max(py, qy) or max(ax, bx) < min(px, qx) or min(ax, bx) > max(px, qx):
        return False, False
    at_p = _side(ax, ay, bx, by, px, py)
    if at_p == 0.0:
        on_x = min(ax, bx) <= px <= max(ax, bx)
        if on_x and min(ay, by) <= py <= max(ay, by):
            return False, True
    if (_side(px, py, qx, qy, ax, ay) >= 0.0) == (_side(px, py, qx, qy, bx, by) >= 0.0):
        return False, False
    return (at_p > 0.0) != (_side(ax, ay, bx, by, qx, qy) > 0.0), False


@compiled
def _mark_cells(table: Floats, frame: Floats, columns: int, rows: int, change: NDArray[np.int32]) -> None:
    # Where the boundary crosses the line of a row's reference places: +-1 in the first column right of it.
    for k in range(table.shape[1]):
        ax, ay, bx, by = table[0, k], table[1, k], table[2, k], table[3, k]
        row = max(math.floor((min(ay, by) - frame[1] - frame[7]) / frame[5]) - 1, 0)
        while row < rows and frame[1] + row * frame[5] + frame[7] <= max(ay, by):
            level = frame[1] + row * frame[5] + frame[7]
            if (ay >= level) != (by >= level):
                up = by > ay
                at = ax + (level - ay) / (by - ay) * (bx - ax)
                column = min(max(math.floor((at - frame[0] - frame[6]) / frame[4]), 0), columns)
                while (
                    column > 0
                    and (_side(ax, ay, bx, by, frame[0] + (column - 1) * frame[4] + frame[6], level) > 0.0) != up
                ):
                    column -= 1
                while (
                    column < columns
                    and (_side(ax, ay, bx, by, frame[0] + column * frame[4] + frame[6], level) > 0.0) == up
                ):
                    column += 1
                change[row * (columns + 1) + column] += 1
            row += 1


@compiled
def _turn(lon: float, middle: float) -> float:
    # The longitude within half a turn of the zone's middle; unchanged, to the last bit, where it already is.
    if lon - middle > 180.0:
        return lon - 360.0
    if lon - middle < -180.0:
        return lon + 360.0
    return lon


@compiled
def _sift(lon: Floats, lat: Floats, frame: Floats, middle: float, out: Flags) -> int:
    # Most places are outside most zones' boxes. Without a branch, so that vector instructions may do it.
    west = frame[0]
    south = frame[1]
    east = frame[2]
    north = frame[3]
    n = 0
    for i in range(lon.size):
        px = _turn(lon[i], middle)
        near = (px >= west) & (px <= east) & (lat[i] >= south) & (lat[i] <= north)
        out[i] = near
        n += near
    return n


@compiled
def _held(
    px: float,
    py: float,
    frame: Floats,
    columns: int,
    rows: int,
    cell: Shorts,
    first: Shorts,
    edge: Shorts,
    table: Floats,
) -> bool:
    column = min(int((px - frame[0]) / frame[4]), columns - 1)
    row = min(int((py - frame[1]) / frame[5]), rows - 1)
    code = cell[row * columns + column]
    held = (code & 1) == 1
    if code >= 2:
        qx = frame[0] + column * frame[4] + frame[6]
        qy = frame[1] + row * frame[5] + frame[7]
        for k in range(first[code // 2], first[code // 2 + 1]):
            parted, on_edge = _between(table, edge[k], px, py, qx, qy)
            if on_edge:
                return True
            held = held != parted
    return bool(held)


@compiled
def _contains(
    lon: Floats,
    lat: Floats,
    frame: Floats,
    middle: float,
    columns: int,
    cell: Shorts,
    first: Shorts,
    edge: Shorts,
    table: Floats,
    out: Flags,
) -> None:
    rows = cell.size // columns
    for begin in range(0, lon.size, BATCH):
        end = min(begin + BATCH, lon.size)
        if _sift(lon[begin:end], lat[begin:end], frame, middle, out[begin:end]) == 0:
            continue
        for i in range(begin, end):
            if out[i]:
                out[i] = _held(_turn(lon[i], middle), lat[i], frame, columns, rows, cell, first, edge, table)


def exact_grid(rings: Rings, middle: float) -> ExactGrid:
    """Return the index for exact places.

    Parameters
    ----------
    rings : Rings
        The zone in degrees; may be empty.
    middle : float, degrees
        Longitude about which the rings were turned.
    """
    after = rings.following()
    table = np.stack([rings.x, rings.y, rings.x[after], rings.y[after]])
    if not rings.x.size:
        frame, columns, rows = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]), 1, 1
    else:
        west, south, east, north = (float(v) for v in (rings.x.min(), rings.y.min(), rings.x.max(), rings.y.max()))
        n_cells = min(max(CELLS_PER_EDGE * rings.x.size, 256), 1_000_000)
        columns = rows = int(math.sqrt(n_cells))
        if min(east - west, north - south) < _TINY_DEG:
            columns = rows = 1
        wide, high = max(east - west, 1e-12) / columns, max(north - south, 1e-12) / rows
        at = _REFERENCE if columns > 1 else (-1.0, -0.37)
        frame = np.array([west, south, east, north, wide, high, at[0] * wide, at[1] * high])
    first = np.zeros(columns * rows + 1, dtype=np.int32)
    state = np.zeros(columns * rows, dtype=np.int8)
    if columns > 1:
        change = np.zeros(rows * (columns + 1), dtype=np.int32)
        _mark_cells(table, frame, columns, rows, change)
        crossed = np.cumsum(change.reshape(rows, columns + 1)[:, :columns], axis=1)
        state = (crossed % 2).astype(np.int8).reshape(-1)
    _list_edges(table, frame, columns, rows, first, np.empty(0, dtype=np.int32), False)
    edge = np.empty(int(first[-1]), dtype=np.int32)
    _list_edges(table, frame, columns, rows, first, edge, True)
    passed = np.diff(first) > 0
    cell = np.where(passed, 2 * np.cumsum(passed) + state, state).astype(np.int32)
    return ExactGrid(
        frame=frame,
        middle=middle,
        columns=columns,
        rows=rows,
        cell=cell,
        first=np.concatenate(([0], first[:-1][passed], first[-1:])).astype(np.int32),
        edge=edge,
        table=table,
    )


def contains(lon: Floats, lat: Floats, grid: ExactGrid, threads: int = 1) -> Flags:
    """Say which exact places lie in the zone.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
        Places; NaN = unknown, for which the answer is False.
    grid : ExactGrid
        The zone.
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
    arrays = (grid.frame, grid.middle, grid.columns, grid.cell, grid.first, grid.edge, grid.table)

    def fill(part: slice) -> None:
        _contains(x[part], y[part], *arrays, out[part])

    in_slices(fill, x.size, threads)
    return out
