"""Turn the boundaries of a set of zones, in degrees, into a grid of cells, and places into the zones that hold them.

Every cell knows the zones that hold its reference place. Where no boundary passes, they hold the whole cell; elsewhere
the cell lists the edges near it, and a place toggles the zones whose edges lie between it and the reference place.
Rule: a place exactly on a boundary is inside; the side of an edge is decided exactly, with twice the digits where
rounding could matter. Leaves to others: checking and turning the zones (``inside``).
Source: Shewchuk (1997), Adaptive precision floating-point arithmetic and fast robust geometric predicates, Discrete &
Computational Geometry 18 (error bound, two-sum, two-product).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled

__all__ = ["FIRST", "OWN", "find_holders", "holds", "list_edges", "mark_references"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Flags = NDArray[np.bool_]

BATCH = 1024
"""Places whose cells are looked up at a time, with vector instructions."""
REST, N_REST, N_HELD, FIRST = 0, 1, 2, 3
OWN = 8
"""Columns of a set's row: another set, how many zones that one has, how many both have, and up to eight more zones,
which come after those of the other set."""
_MARGIN = 1e-9
"""Cells; an edge so near to a cell counts as passing it, which is far more than the lookup rounds."""
_SPLITTER = 134217729.0
"""2^27 + 1: splits a double into two halves whose products are exact (Dekker 1971)."""
_DOUBT = 4.0e-16
"""Relative error of a cross product in doubles, (3 + 16 eps) eps rounded up (Shewchuk 1997, section 4.3)."""


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
def _between(table: Floats, k: int, px: float, py: float, qx: float, qy: float) -> int:
    # 1 if the edge separates p from q along the segment p-q, 2 if p lies on the edge, else 0.
    ax, ay, bx, by = table[k, 0], table[k, 1], table[k, 2], table[k, 3]
    if max(ay, by) < min(py, qy) or min(ay, by) > max(py, qy) or max(ax, bx) < min(px, qx) or min(ax, bx) > max(px, qx):
        return 0
    at_p = _side(ax, ay, bx, by, px, py)
    if at_p == 0.0:
        on_x = min(ax, bx) <= px <= max(ax, bx)
        if on_x and min(ay, by) <= py <= max(ay, by):
            return 2
    if (_side(px, py, qx, qy, ax, ay) >= 0.0) == (_side(px, py, qx, qy, bx, by) >= 0.0):
        return 0
    return 1 if (at_p > 0.0) != (_side(ax, ay, bx, by, qx, qy) > 0.0) else 0


@compiled
def list_edges(table: Floats, frame: Floats, columns: int, rows: int, cursor: Shorts, edge: Shorts, fill: bool) -> None:
    """List the edges of each cell: all whose bounding box meets it and that do not leave it on one side.

    The first pass counts them in ``cursor``, the second writes them from ``cursor`` on and moves it.
    """
    for k in range(table.shape[0]):
        x1, y1, x2, y2 = table[k, 0], table[k, 1], table[k, 2], table[k, 3]
        low_c = max(math.floor((min(x1, x2) - frame[0]) / frame[4] - _MARGIN), 0)
        high_c = min(math.floor((max(x1, x2) - frame[0]) / frame[4] + _MARGIN), columns - 1)
        low_r = max(math.floor((min(y1, y2) - frame[1]) / frame[5] - _MARGIN), 0)
        high_r = min(math.floor((max(y1, y2) - frame[1]) / frame[5] + _MARGIN), rows - 1)
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
                        edge[cursor[cell]] = k
                    cursor[cell] += 1


@compiled
def _mark_edge(table: Floats, k: int, frame: Floats, columns: int, rows: int, mark: Flags, seen: Ints) -> None:
    # Where the edge crosses the line of a row's reference places: the first column right of it is marked. ``seen``
    # keeps the marked columns and rows, from-to; a mark beyond the last column leaves all up to it held.
    ax, ay, bx, by = table[k, 0], table[k, 1], table[k, 2], table[k, 3]
    row = max(math.floor((min(ay, by) - frame[1] - frame[7]) / frame[5]) - 1, 0)
    while row < rows and frame[1] + row * frame[5] + frame[7] <= max(ay, by):
        level = frame[1] + row * frame[5] + frame[7]
        if (ay >= level) != (by >= level):
            up = by > ay
            at = ax + (level - ay) / (by - ay) * (bx - ax)
            column = min(max(math.floor((at - frame[0] - frame[6]) / frame[4]), 0), columns)
            while (
                column > 0 and (_side(ax, ay, bx, by, frame[0] + (column - 1) * frame[4] + frame[6], level) > 0.0) != up
            ):
                column -= 1
            while (
                column < columns and (_side(ax, ay, bx, by, frame[0] + column * frame[4] + frame[6], level) > 0.0) == up
            ):
                column += 1
            if column < columns:
                mark[row * columns + column] = not mark[row * columns + column]
            seen[0] = min(seen[0], column)
            seen[1] = max(seen[1], min(column, columns - 1))
            seen[2] = min(seen[2], row)
            seen[3] = max(seen[3], row)
        row += 1


@compiled
def _with_zone(sets: Shorts, n: int, old: int, zone: int) -> Shorts:
    # Append the set that has one zone more; a full row is not copied but becomes the rest.
    if n == sets.shape[0]:
        wider = np.zeros((2 * n, sets.shape[1]), np.int32)
        wider[:n] = sets
        sets = wider
    held = sets[old, N_HELD] - sets[old, N_REST]
    if held < OWN:
        sets[n] = sets[old]
    else:
        held = 0
        sets[n, REST] = old
        sets[n, N_REST] = sets[old, N_HELD]
    sets[n, N_HELD] = sets[old, N_HELD] + 1
    sets[n, FIRST + held] = zone
    return sets


@compiled
def mark_references(table: Floats, first_edge: Ints, frame: Floats, columns: int, rows: int, held: Shorts) -> Shorts:
    """Find the zones that hold each cell's reference place.

    Writes the number of their set to ``held`` and returns the sets, of which set 0 is empty.
    """
    sets = np.zeros((64, FIRST + OWN), np.int32)
    n = 1
    mark = np.zeros(columns * rows, np.bool_)
    seen = np.empty(4, np.int64)
    for zone in range(first_edge.size - 1):
        seen[0] = columns
        seen[1] = -1
        seen[2] = rows
        seen[3] = -1
        for k in range(first_edge[zone], first_edge[zone + 1]):
            _mark_edge(table, k, frame, columns, rows, mark, seen)
        with_zone = np.full(n, -1, np.int32)
        for row in range(seen[2], seen[3] + 1):
            inside = False
            for cell in range(row * columns + seen[0], row * columns + seen[1] + 1):
                inside = inside != mark[cell]
                mark[cell] = False
                if not inside:
                    continue
                old = held[cell]
                if with_zone[old] < 0:
                    sets = _with_zone(sets, n, old, zone)
                    with_zone[old] = n
                    n += 1
                held[cell] = with_zone[old]
    return sets[:n].copy()


@compiled
def _turn(lon: float, middle: float) -> float:
    # The longitude within half a turn of the zones' middle; unchanged, to the last bit, where it already is.
    if lon - middle > 180.0:
        return lon - 360.0
    if lon - middle < -180.0:
        return lon + 360.0
    return lon


@compiled
def _look_up(lon: Floats, lat: Floats, frame: Floats, middle: float, columns: int, rows: int, at: Shorts) -> None:
    # The cell of each place; without a branch, so that vector instructions may do it. -1 outside the frame.
    west = frame[0]
    south = frame[1]
    east = frame[2]
    north = frame[3]
    per_x = 1.0 / frame[4]
    per_y = 1.0 / frame[5]
    for i in range(lon.size):
        x = _turn(lon[i], middle)
        y = lat[i]
        near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        column = min(np.int32(((x if near else west) - west) * per_x), np.int32(columns - 1))
        row = min(np.int32(((y if near else south) - south) * per_y), np.int32(rows - 1))
        at[i] = row * columns + column if near else -1


@compiled
def _write_set(sets: Shorts, number: int, zones: Shorts, used: int) -> int:
    # Write all places of the row, also those without a zone, which costs less than asking how many there are: the
    # next set is written over them. Only the last row of a set is not full, so the rows before it are written after.
    while True:
        at = used + sets[number, N_REST]
        for k in range(OWN):
            zones[at + k] = sets[number, FIRST + k]
        number = sets[number, REST]
        if number == 0:
            return used


@compiled
def _toggle(zones: Shorts, used: int, n: int, zone: int, present: bool) -> int:
    # Put a zone into the rising list zones[used:used + n], or take it out.
    k = used + n
    while k > used and zones[k - 1] >= zone:
        k -= 1
    held = k < used + n and zones[k] == zone
    if held and not present:
        for i in range(k, used + n - 1):
            zones[i] = zones[i + 1]
        return n - 1
    if present and not held:
        for i in range(used + n, k, -1):
            zones[i] = zones[i - 1]
        zones[k] = zone
        return n + 1
    return n


@compiled
def _holders(
    px: float, py: float, c: int, code: int, frame: Floats, columns: int, first: Shorts, edge: Shorts, owner: Shorts,
    table: Floats, sets: Shorts, zones: Shorts, used: int,
) -> int:  # fmt: skip
    # The zones in a cell that a boundary passes: those of the reference place, where a zone changes of which an odd
    # number of edges lies between.
    passed = -code - 1
    qx = frame[0] + (c % columns) * frame[4] + frame[6]
    qy = frame[1] + (c // columns) * frame[5] + frame[7]
    n = int(sets[first[passed, 1], N_HELD])
    _write_set(sets, first[passed, 1], zones, used)
    k = first[passed, 0]
    end = first[passed + 1, 0]
    while k < end:
        zone = owner[edge[k]]
        odd = False
        on_line = False
        while k < end and owner[edge[k]] == zone:
            met = _between(table, edge[k], px, py, qx, qy)
            odd = odd != (met == 1)
            on_line = on_line or met == 2
            k += 1
        if odd or on_line:
            held = False
            for i in range(used, used + n):
                held = held or zones[i] == zone
            n = _toggle(zones, used, n, zone, on_line or not held)
    return n


@compiled
def find_holders(
    lon: Floats, lat: Floats, frame: Floats, middle: float, columns: int, n_zones: int, cell: Shorts, first: Shorts,
    edge: Shorts, owner: Shorts, table: Floats, sets: Shorts, last: Ints, zones: Shorts,
) -> int:  # fmt: skip
    """Find the zones that hold each place.

    Writes the zones, place after place and rising for each, and to ``last[i]`` the number of them up to place i.
    Returns that number for all places, or -1 if there is no room for so many.
    """
    rows = cell.size // columns
    at = np.empty(BATCH, np.int32)
    most = zones.size - n_zones - OWN
    used = 0
    for begin in range(0, lon.size, BATCH):
        end = min(begin + BATCH, lon.size)
        _look_up(lon[begin:end], lat[begin:end], frame, middle, columns, rows, at)
        for i in range(begin, end):
            if used > most:
                return -1
            c = at[i - begin]
            code = cell[c] if c >= 0 else 0
            if code >= 0:
                _write_set(sets, code, zones, used)
                used += sets[code, N_HELD]
            else:
                px = _turn(lon[i], middle)
                used += _holders(
                    px, lat[i], c, code, frame, columns, first, edge, owner, table, sets, zones, used
                )  # fmt: skip
            last[i] = used
    return used


@compiled
def holds(
    lon: Floats, lat: Floats, frame: Floats, middle: float, columns: int, n_zones: int, cell: Shorts, first: Shorts,
    edge: Shorts, owner: Shorts, table: Floats, sets: Shorts, out: Flags,
) -> None:  # fmt: skip
    """Say for each place whether any zone holds it."""
    rows = cell.size // columns
    at = np.empty(BATCH, np.int32)
    zones = np.empty(n_zones + OWN, np.int32)
    for begin in range(0, lon.size, BATCH):
        end = min(begin + BATCH, lon.size)
        _look_up(lon[begin:end], lat[begin:end], frame, middle, columns, rows, at)
        for i in range(begin, end):
            c = at[i - begin]
            code = cell[c] if c >= 0 else 0
            out[i] = code > 0
            if code < 0:
                px = _turn(lon[i], middle)
                out[i] = _holders(px, lat[i], c, code, frame, columns, first, edge, owner, table, sets, zones, 0) > 0
