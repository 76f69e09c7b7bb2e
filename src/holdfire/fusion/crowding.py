"""Crowding: how often incidents happen around each report.

Turns places and times of reports into rates of incidents at the scale of each report's own error. Rule: a place
where much is reported makes a likeness of places weak evidence; an incident that is told many times does not make
its own place look crowded. Leaves the weighing to ``compare``. Source: gamma-Poisson shrinkage as in Gelman et al.,
Bayesian Data Analysis (2013), section 2.6.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.fusion.block import Located
from holdfire.fusion.cells import build_index, time_ranks
from holdfire.fusion.walk import cell_totals, count_near

__all__ = ["OWN_DAYS_S", "Crowding", "count_crowding", "local_rates"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

RATE_CELLS_M = np.array([162_000.0, 54_000.0, 18_000.0, 9000.0, 3600.0, 1800.0])
"""Sides of the cells in which rates are counted, coarse to fine."""


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


def _count_level(
    located: Located,
    placed: Rows,
    level: int,
    own: NDArray[np.int8],
    counts: tuple[NDArray[np.float32], NDArray[np.float32], Floats],
    ranks: Rows,
) -> None:
    """Fill one level's counts; levels touch different reports, so that they may run side by side."""
    total, size, near = counts
    cell_m = float(RATE_CELLS_M[level])
    index = build_index(located.lon, located.lat, located.start, located.end, placed, cell_m, ranks)
    inside = index.order[index.first[:-1]]
    n_cells = inside.size
    cell_total, cell_size = np.zeros(n_cells), np.zeros(n_cells)
    cell_totals(index.key, index.first, located.lon[inside], located.lat[inside], index.cell_m, cell_total, cell_size)
    each = np.diff(index.first)
    total[level, index.order] = np.repeat(cell_total, each)
    size[level, index.order] = np.repeat(cell_size, each)
    mine = index.order[own[index.order] == level]
    count_near(
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
    own = np.minimum(np.searchsorted(-RATE_CELLS_M, -np.maximum(1.2 * sigma_m, 1800.0)), n_levels - 1).astype(np.int8)
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

    counts, ranks = (total, size, near), time_ranks(located.start)
    with ThreadPoolExecutor(max(1, n_threads)) as pool:
        list(pool.map(lambda level: _count_level(located, placed, level, own, counts, ranks), range(n_levels)))
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
