"""Block: which reports come into question as tellings of one incident.

Turns reports with their reach into candidate pairs. Rule: each report is compared within its own reach; reports are
put into classes of reach, and a class looks for its like and for everything finer, so that precise reports never pay
for coarse ones. Leaves the weighing to ``compare``. Source: DESIGN, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.cells import CellIndex, build_index
from holdfire.fusion.walk import walk_pairs

__all__ = ["Located", "candidate_pairs"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

REACH_CLASSES_M = np.array([1500.0, 4000.0, 12_000.0, 36_000.0, 110_000.0, 400_000.0])
"""Upper ends of the classes of reach; what reaches further is in one last class."""
LENGTH_CLASSES_S = np.array([2.0, 16.0]) * 86_400.0
"""Upper ends of the classes of interval length."""
BUFFER_PAIRS = 1 << 20


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


def _search(
    index: CellIndex, queries: Rows, located: Located, level: NDArray[np.int8], limit_m: float, gap_s: float
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    at = 0
    left, right = np.empty(BUFFER_PAIRS, np.int32), np.empty(BUFFER_PAIRS, np.int32)
    while at < queries.size:
        n, at = walk_pairs(
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
