"""Block: which reports come into question as tellings of one incident, and how crowded each place is.

Turns reports with their reach into candidate pairs, and into the rate at which incidents happen around each of
them. Rule: each report is compared within its own reach; reports are put into classes of reach, and a class looks
for its like and for everything finer, so that precise reports never pay for coarse ones. Leaves the weighing to
``compare``. Source: DESIGN, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.fusion.cells import CellIndex, build_index
from holdfire.fusion.compiled import compiled

__all__ = ["Crowding", "Located", "candidate_pairs", "count_crowding", "local_rates"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

REACH_CLASSES_M = np.array([1500.0, 4000.0, 12_000.0, 36_000.0, 110_000.0, 400_000.0])
"""Upper ends of the classes of reach; what reaches further is in one last class."""
LENGTH_CLASSES_S = np.array([2.0, 16.0]) * 86_400.0
"""Upper ends of the classes of interval length."""
BUFFER_PAIRS = 1 << 20
RATE_CELLS_M = np.array([162_000.0, 54_000.0, 18_000.0, 6000.0, 2000.0])
"""Sides of the cells in which rates are counted, coarse to fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Hold what blocking looks at.

    Attributes
    ----------
    lon, lat : float64, (n,), degrees; NaN = no place
    xyz : float64, (n, 3), metres
    start, end : float64, (n,), seconds
    reach_m : float64, (n,), metres
        Two reports are compared up to the root of the sum of their squared reaches.
    open : bool, (n,)
        False for reports whose evidence could never suffice, because too much lies within their reach.
    """

    lon: Floats
    lat: Floats
    xyz: Floats
    start: Floats
    end: Floats
    reach_m: Floats
    open: NDArray[np.bool_]


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
        if dx * dx + dy * dy + dz * dz > own + reach[j] * reach[j]:
            continue
        if n < left.size:
            left[n] = i
            right[n] = j
        n += 1
    return n


@compiled
def _pairs(
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


def _search(
    index: CellIndex, queries: Rows, located: Located, level: NDArray[np.int8], limit_m: float, gap_s: float
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    at = 0
    left, right = np.empty(BUFFER_PAIRS, np.int32), np.empty(BUFFER_PAIRS, np.int32)
    while at < queries.size:
        n, at = _pairs(
            queries,
            at,
            index.key,
            index.first,
            index.order,
            index.start,
            index.cell_m,
            index.max_length_s,
            located.lon,
            located.lat,
            located.xyz,
            located.start,
            located.end,
            located.reach_m,
            level,
            limit_m,
            gap_s,
            left,
            right,
        )
        if n:
            yield left[:n], right[:n]


def candidate_pairs(
    located: Located, rows: Rows, gap_h: float, n_parts: int = 1, part: int = 0
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Yield pieces of the pairs of rows that lie within each other's reach; each pair once, in no stated order.

    Parameters
    ----------
    located : Located
    rows : int64, (m,)
        Rows that take part; those without a place are passed over.
    gap_h : float, hours
        Largest gap between two intervals.
    n_parts, part : int
        Only every ``n_parts``-th piece of the questions is asked, for several threads.

    Yields
    ------
    (int32, int32), (k,)
        Rows of the two reports. The arrays are reused: copy what is kept.
    """
    rows = rows[np.isfinite(located.lon[rows])]
    level = np.searchsorted(REACH_CLASSES_M, located.reach_m).astype(np.int8)
    length = np.searchsorted(LENGTH_CLASSES_S, located.end - located.start)
    for k in range(REACH_CLASSES_M.size + 1):
        asking = rows[(level[rows] == k) & located.open[rows]]
        if asking.size == 0:
            continue
        limit = float(located.reach_m[rows[level[rows] <= k]].max())
        cell = max(limit, 500.0)
        ordered = build_index(located.lon, located.lat, located.start, located.end, asking, cell).order
        piece = np.array_split(ordered, n_parts)[part]
        for c in range(LENGTH_CLASSES_S.size + 1):
            held = rows[(level[rows] <= k) & (length[rows] == c)]
            if held.size:
                index = build_index(located.lon, located.lat, located.start, located.end, held, cell)
                yield from _search(index, piece, located, level, limit, gap_h * 3600.0)


@compiled
def _cell_totals(key: Rows, first: Rows, lon: Floats, lat: Floats, cell: float, total: Floats, area: Floats) -> None:
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
def _count_near(
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


def _tempo(start: Floats, end: Floats, rows: Rows) -> Floats:
    """Return how much busier than the mean each report's own days are (smoothed over nine days)."""
    day = np.floor((start + end) / 2 / 86_400.0).astype(np.int64)
    low = int(day[rows].min())
    counts = np.bincount(day[rows] - low).astype(float)
    if counts.size < 18:
        return np.ones(start.size)
    smooth = np.convolve(counts, np.ones(9), "same") / np.convolve(np.ones(counts.size), np.ones(9), "same")
    mean = counts.mean()
    ratio = (smooth + 0.2 * mean) / (1.2 * mean)
    return np.asarray(ratio[np.clip(day - low, 0, counts.size - 1)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowding:
    """Hold counts of reports around each report, before they are turned into rates.

    Attributes
    ----------
    total, size_m2 : float64, (n_levels, n)
        Reports in the report's cell and the eight around it, coarse to fine, and the area of these.
    near : float64, (n,)
        Reports among them that begin within its own days, at its own level.
    own : int8, (n,)
        Level of the report's own error.
    tempo : float64, (n,)
        How much busier than the mean its days are.
    area_m2, span_s : float
        Extent of the reports.
    n_placed, n_rows : int
    """

    total: NDArray[np.float32]
    size_m2: NDArray[np.float32]
    near: Floats
    own: NDArray[np.int8]
    tempo: Floats
    area_m2: float
    span_s: float
    n_placed: int
    n_rows: int


OWN_DAYS_S = 1.5 * 86_400.0
"""A report's own days: its interval and this much on each side."""


def _extent(located: Located, placed: Rows) -> float:
    middle = np.cos(np.radians(np.clip(np.median(located.lat[placed]), -85, 85)))
    few = placed[:: max(1, placed.size // 100_000)]
    spread = [float(np.subtract(*np.quantile(v[few], [0.98, 0.02]))) + 0.1 for v in (located.lon, located.lat)]
    return float(spread[0] * spread[1] * METRES_PER_DEGREE**2 * middle)


def count_crowding(located: Located, sigma_m: Floats, rows: Rows, n_threads: int) -> Crowding:
    """Count reports around each report, in cells from coarse to the scale of its own error.

    Parameters
    ----------
    located : Located
    sigma_m : float64, (n,), metres
    rows : int64, (m,)
        Reports that are counted and asked for.
    n_threads : int
    """
    placed = rows[np.isfinite(located.lon[rows])]
    n, n_levels = located.lon.size, RATE_CELLS_M.size
    span = max(86_400.0, float(located.end[rows].max() - located.start[rows].min())) if rows.size else 86_400.0
    own = np.minimum(np.searchsorted(-RATE_CELLS_M, -np.maximum(2.0 * sigma_m, 2000.0)), n_levels - 1).astype(np.int8)
    total, size, near = np.zeros((n_levels, n), np.float32), np.ones((n_levels, n), np.float32), np.zeros(n)
    if placed.size == 0:
        return Crowding(
            total=total,
            size_m2=size,
            near=near,
            own=own,
            tempo=np.ones(n),
            area_m2=1e10,
            span_s=span,
            n_placed=0,
            n_rows=rows.size,
        )

    def one(level: int) -> None:
        index = build_index(located.lon, located.lat, located.start, located.end, placed, float(RATE_CELLS_M[level]))
        inside = index.order[index.first[:-1]]
        n_cells = inside.size
        cell_total, cell_size = np.zeros(n_cells), np.zeros(n_cells)
        _cell_totals(
            index.key, index.first, located.lon[inside], located.lat[inside], index.cell_m, cell_total, cell_size
        )
        each = np.diff(index.first)
        total[level, index.order] = np.repeat(cell_total, each)
        size[level, index.order] = np.repeat(cell_size, each)
        mine = index.order[own[index.order] == level]
        _count_near(
            mine,
            index.key,
            index.first,
            index.start,
            index.cell_m,
            located.lon,
            located.lat,
            located.start,
            located.end,
            OWN_DAYS_S,
            near,
        )

    with ThreadPoolExecutor(max(1, n_threads)) as pool:
        list(pool.map(one, range(n_levels)))
    return Crowding(
        total=total,
        size_m2=size,
        near=near,
        own=own,
        tempo=_tempo(located.start, located.end, rows),
        area_m2=_extent(located, placed),
        span_s=span,
        n_placed=placed.size,
        n_rows=rows.size,
    )


def local_rates(crowding: Crowding, weight: float, rows: Rows) -> tuple[Floats, float]:
    """Return the rate of incidents around reports, at the scale of their own error.

    Each finer count is drawn towards the coarser rate as if one incident had been seen at that rate
    (gamma-Poisson). At the report's own scale its own days are left out, so that an incident told many times does
    not make its place look crowded.

    Parameters
    ----------
    crowding : Crowding
    weight : float
        Incidents for each report.
    rows : int64, (m,)
        Reports that are asked for.

    Returns
    -------
    log_rate : float64, (n,)
        Natural log of incidents per square metre and second; 0 for others.
    rate_s : float
        Incidents per second in all.
    """
    span = crowding.span_s
    rate = np.full(rows.size, max(1.0, crowding.n_placed * weight) / (crowding.area_m2 * span))
    own = crowding.own[rows]
    for level in range(RATE_CELLS_M.size):
        mine = own == level
        total = crowding.total[level, rows].astype(np.float64)
        seen = np.where(mine, total - crowding.near[rows], total) * weight
        time = np.where(mine, max(span - 2 * OWN_DAYS_S, span / 2), span)
        if span <= 8 * 86_400.0:
            seen, time = np.maximum(total * weight - 1.0, 0.0), np.full(rows.size, span)
        finer = (1.0 + np.maximum(seen, 0.0)) / (1.0 / rate + crowding.size_m2[level, rows] * time)
        rate = np.where(own >= level, finer, rate)
    log_rate = np.zeros(crowding.own.size)
    log_rate[rows] = np.log(rate * crowding.tempo[rows])
    return log_rate, max(1.0, crowding.n_rows * weight) / span
