"""Walk: the compiled loops over a cell index.

Turns an index of reports by place and time into pairs within reach, and into counts of what lies around. Rule:
a loop reads runs of memory and computes nothing that its caller can compute once. Leaves indexes to ``cells``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled

__all__ = ["cell_totals", "count_near", "walk_pairs"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

LATE_REACH = 0.25
"""Share of the squared reach within which reports are compared whose intervals do not overlap."""


@compiled
def _columns(lon: float, lat: float, radius: float, cell: float, band: int) -> tuple[int, int]:
    metres = 111194.92664455873
    middle = min(89.9, max(-89.9, (band + 0.5) * cell / metres))
    edge = min(89.9, abs(lat) + radius / metres)
    width = radius / (metres * np.cos(np.radians(edge)))
    scale = metres * np.cos(np.radians(middle)) / cell
    return int(np.floor((lon - width) * scale)), int(np.floor((lon + width) * scale))


@compiled
def _neighbours(
    west: float, east: float, lat: float, radius: float, key: Rows, cell: float, out: NDArray[np.int64]
) -> int:
    """Collect the cells of an index within ``radius`` of a stretch of longitude at a latitude; return their number."""
    metres = 111194.92664455873
    n = 0
    low, high = int(np.floor((lat * metres - radius) / cell)), int(np.floor(((lat * metres) + cell + radius) / cell))
    edge = min(89.9, max(abs(lat), abs(lat + cell / metres)) + radius / metres)
    width = radius / (metres * np.cos(np.radians(edge)))
    for band in range(low, high + 1):
        middle = min(89.9, max(-89.9, (band + 0.5) * cell / metres))
        scale = metres * np.cos(np.radians(middle)) / cell
        for turn in range(-1, 2):
            first = int(np.floor((west - width + 360.0 * turn) * scale))
            last = int(np.floor((east + width + 360.0 * turn) * scale))
            if turn != 0 and (last < np.floor(-180.0 * scale) or first > np.floor(180.0 * scale)):
                continue
            k = np.searchsorted(key, band * (1 << 18) + first)
            while k < key.size and key[k] <= band * (1 << 18) + last:
                seen = False
                for m in range(n):
                    seen = seen or out[m] == k
                if not seen:
                    if n < out.size:
                        out[n] = k
                    n += 1
                k += 1
    return n


@compiled
def _scan_cell(
    i: int,
    at: int,
    hi: int,
    order: Rows,
    begins: Floats,
    xyz: Floats,
    start: Floats,
    end: Floats,
    reach: Floats,
    level: NDArray[np.int8],
    gap: float,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    n: int,
) -> int:
    latest, earliest, own, own_level = end[i] + gap, start[i] - gap, reach[i] * reach[i], level[i]
    x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
    while at < hi and begins[at] <= latest:
        j = order[at]
        at += 1
        if end[j] < earliest or (level[j] == own_level and j <= i):
            continue
        dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
        # Whoever is late must be near: both lapses at once are too rare to be worth a look.
        share = 1.0 if end[j] > start[i] and begins[at - 1] < end[i] else LATE_REACH
        if dx * dx + dy * dy + dz * dz > share * (own + reach[j] * reach[j]):
            continue
        if n < left.size:
            left[n] = i
            right[n] = j
        n += 1
    return n


@compiled
def walk_pairs(
    cells: Rows,
    cell_at: int,
    query_at: int,
    query_key: Rows,
    query_first: Rows,
    query_order: Rows,
    key: Rows,
    first: Rows,
    order: Rows,
    begins: Floats,
    cell: float,
    longest: float,
    xyz: Floats,
    start: Floats,
    end: Floats,
    reach: Floats,
    level: NDArray[np.int8],
    radius: float,
    gap: float,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Fill pairs of the queries in ``cells`` and what lies within their reach.

    Cell by cell, queries and held reports are both in the order of time, so that a pointer into each neighbouring
    cell only moves forward. Returns the number of pairs, and the cell and the query in it to go on with.
    """
    metres = 111194.92664455873
    n = 0
    near = np.empty(64, np.int64)
    while cell_at < cells.size:
        c = cells[cell_at]
        band = (query_key[c] + (1 << 17)) >> 18
        column = query_key[c] - (band << 18)
        middle = min(89.9, max(-89.9, (band + 0.5) * cell / metres))
        side = cell / (metres * np.cos(np.radians(middle)))
        n_near = _neighbours(column * side, (column + 1) * side, band * cell / metres, radius, key, cell, near)
        if n_near > near.size:
            near = np.empty(2 * n_near, np.int64)
            continue
        ahead = np.empty(n_near, np.int64)
        for m in range(n_near):
            ahead[m] = first[near[m]]
        while query_at < query_first[c + 1] - query_first[c]:
            i = query_order[query_first[c] + query_at]
            before = n
            from_s = start[i] - gap - longest
            for m in range(n_near):
                at, hi = ahead[m], first[near[m] + 1]
                if at < hi and begins[at] < from_s:
                    # A few steps, then leaps: most pointers stand still.
                    step = 0
                    while at < hi and begins[at] < from_s and step < 8:
                        at += 1
                        step += 1
                    if step == 8:
                        at += np.searchsorted(begins[at:hi], from_s)
                    ahead[m] = at
                n = _scan_cell(i, at, hi, order, begins, xyz, start, end, reach, level, gap, left, right, n)
            if n > left.size:
                if before > 0:
                    return before, cell_at, query_at
                # One report with more neighbours than there is room: its caller makes more.
                return -n, cell_at, query_at
            query_at += 1
        query_at = 0
        cell_at += 1
    return n, cell_at, query_at


@compiled
def cell_totals(key: Rows, first: Rows, lon: Floats, lat: Floats, cell: float, total: Floats, area: Floats) -> None:
    """Fill for each cell the reports in it and its eight neighbours, and their area; lon, lat: a report in the cell."""
    metres = 111194.92664455873
    for c in range(key.size):
        middle = int(np.floor(lat[c] * metres / cell))
        for band in range(middle - 1, middle + 2):
            west, east = _columns(lon[c], lat[c], cell, cell, band)
            area[c] += (east - west + 1) * cell * cell
            k = np.searchsorted(key, band * (1 << 18) + west)
            while k < key.size and key[k] <= band * (1 << 18) + east:
                total[c] += first[k + 1] - first[k]
                k += 1


@compiled
def count_near(
    queries: Rows,
    key: Rows,
    first: Rows,
    begins: Floats,
    cell: float,
    lon: Floats,
    lat: Floats,
    start: Floats,
    end: Floats,
    window: float,
    near: Floats,
) -> None:
    """Fill for each report how many in its cell and the eight around begin within ``window`` of it."""
    metres = 111194.92664455873
    for i in queries:
        middle = int(np.floor(lat[i] * metres / cell))
        for band in range(middle - 1, middle + 2):
            west, east = _columns(lon[i], lat[i], cell, cell, band)
            k = np.searchsorted(key, band * (1 << 18) + west)
            while k < key.size and key[k] <= band * (1 << 18) + east:
                run = begins[first[k] : first[k + 1]]
                near[i] += np.searchsorted(run, end[i] + window) - np.searchsorted(run, start[i] - window)
                k += 1
