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
def _scan_cell(
    i: int,
    lo: int,
    hi: int,
    order: Rows,
    begins: Floats,
    longest: float,
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
    at = lo + np.searchsorted(begins[lo:hi], start[i] - gap - longest)
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
    queries: Rows,
    at: int,
    key: Rows,
    first: Rows,
    order: Rows,
    begins: Floats,
    cell: float,
    longest: float,
    lon: Floats,
    lat: Floats,
    xyz: Floats,
    start: Floats,
    end: Floats,
    reach: Floats,
    level: NDArray[np.int8],
    limit: float,
    gap: float,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
) -> tuple[int, int]:
    """Fill pairs of each query and what lies within reach; return their number and the query to go on with."""
    metres = 111194.92664455873
    n = 0
    while at < queries.size:
        i = queries[at]
        radius = np.sqrt(reach[i] * reach[i] + limit * limit)
        before = n
        for band in range(
            int(np.floor((lat[i] * metres - radius) / cell)), int(np.floor((lat[i] * metres + radius) / cell)) + 1
        ):
            for turn in range(-1, 2):
                west, east = _columns(lon[i] + 360.0 * turn, lat[i], radius, cell, band)
                if turn != 0 and (lon[i] * turn > 0 or abs(lon[i]) < 90.0):
                    continue
                k = np.searchsorted(key, band * (1 << 18) + west)
                while k < key.size and key[k] <= band * (1 << 18) + east:
                    n = _scan_cell(
                        i,
                        first[k],
                        first[k + 1],
                        order,
                        begins,
                        longest,
                        xyz,
                        start,
                        end,
                        reach,
                        level,
                        gap,
                        left,
                        right,
                        n,
                    )
                    k += 1
        if n > left.size and before > 0:
            return before, at
        n = min(n, left.size)
        at += 1
    return n, at


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
