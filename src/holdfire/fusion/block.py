"""Block: which reports come into question as tellings of one incident.

Turns reports with their reach into candidate pairs. Rule: each report is compared within its own reach; reports are
put into classes of reach, and a class looks for its like and for everything finer, so that precise reports never pay
for coarse ones. Leaves the weighing to ``compare``. Source: DESIGN, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.cells import CellIndex, build_index, time_ranks
from holdfire.fusion.walk import walk_pairs

__all__ = ["REACH_CLASSES_M", "Block", "Located", "build_blocks", "candidate_pairs", "class_radii"]

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
    queries: CellIndex,
    cells: Rows,
    index: CellIndex,
    located: Located,
    level: NDArray[np.int8],
    radius_m: float,
    gap_s: float,
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    cell_at, query_at = 0, 0
    left, right = np.empty(BUFFER_PAIRS, np.int32), np.empty(BUFFER_PAIRS, np.int32)
    while cell_at < cells.size:
        n, cell_at, query_at = walk_pairs(
            cells,
            cell_at,
            query_at,
            queries.key,
            queries.first,
            queries.order,
            index.key,
            index.first,
            index.order,
            index.start,
            index.cell_m,
            index.max_length_s,
            located.xyz,
            located.start,
            located.end,
            located.reach_m,
            level,
            radius_m,
            gap_s,
            left,
            right,
        )
        if n < 0:
            left, right = np.empty(-2 * n, np.int32), np.empty(-2 * n, np.int32)
        elif n > 0:
            yield left[:n], right[:n]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Hold the sorted indexes of one class of reach: who asks, and among whom.

    Attributes
    ----------
    located : Located
    level : int8, (n,)
        Class of reach.
    queries : CellIndex
    held : tuple of CellIndex
        One for each class of length of the intervals.
    radius_m : float
        Nothing within anybody's reach lies further away.
    """

    located: Located
    level: NDArray[np.int8]
    queries: CellIndex
    held: tuple[CellIndex, ...]
    radius_m: float


def class_radii(located: Located, rows: Rows) -> Floats:
    """Return for each class of reach what nothing within anybody's reach lies further away than, metres.

    Parameters
    ----------
    located : Located
    rows : int64, (m,)
        Rows that take part; those without a place are passed over.

    Returns
    -------
    float64, (7,), >= 500
        Cells of the search have this side, so that parts of the reports must be searched with the radii of all.
    """
    reach = np.sort(located.reach_m[rows[np.isfinite(located.lon[rows])]])
    upto = np.append(np.searchsorted(reach, REACH_CLASSES_M, side="right"), reach.size)
    widest = np.where(upto > 0, np.append(reach, 0.0)[upto - 1], 0.0)
    return np.asarray(np.maximum(float(np.sqrt(2.0)) * widest, 500.0))


def build_blocks(located: Located, rows: Rows, n_threads: int = 1, radii: Floats | None = None) -> Iterator[Block]:
    """Yield the blocks of reports, one class of reach after the other, so that only one is held at a time.

    Parameters
    ----------
    located : Located
    rows : int64, (m,)
        Rows that take part; those without a place are passed over.
    n_threads : int
    radii : float64, (7,), metres, optional
        As by ``class_radii`` of all reports, where ``rows`` are a part of them.
    """
    rows = rows[np.isfinite(located.lon[rows])]
    radii = class_radii(located, rows) if radii is None else radii
    level = np.searchsorted(REACH_CLASSES_M, located.reach_m).astype(np.int8)
    length = np.searchsorted(LENGTH_CLASSES_S, located.end - located.start).astype(np.int8)
    ranks = time_ranks(located.start)
    with ThreadPoolExecutor(max(1, n_threads)) as pool:
        for k in range(REACH_CLASSES_M.size + 1):
            asking = rows[(level[rows] == k) & located.open[rows]]
            if asking.size == 0:
                continue
            finer = rows[level[rows] <= k]
            radius = float(radii[k])
            held = [finer[length[finer] == c] for c in range(LENGTH_CLASSES_S.size + 1)]

            def index(chosen: Rows, cell_m: float = radius) -> CellIndex:
                return build_index(located.lon, located.lat, located.start, located.end, chosen, cell_m, ranks)

            queries, *indexes = pool.map(index, [asking, *(some for some in held if some.size)])
            yield Block(located=located, level=level, queries=queries, held=tuple(indexes), radius_m=radius)


def candidate_pairs(
    block: Block, gap_h: float, n_parts: int = 1, part: int = 0
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Yield pieces of the pairs of rows that lie within each other's reach; each pair once, in no stated order.

    Parameters
    ----------
    block : Block
    gap_h : float, hours
        Largest gap between two intervals.
    n_parts, part : int
        Only one of so many parts of the questions is asked, for several threads.

    Yields
    ------
    (int32, int32), (k,)
        Rows of the two reports. The arrays are reused: copy what is kept.
    """
    # Parts of like size, each of whole cells.
    owner = np.minimum(block.queries.first[:-1] * n_parts // max(1, block.queries.order.size), n_parts - 1)
    cells = np.flatnonzero(owner == part)
    for index in block.held:
        if cells.size:
            yield from _search(block.queries, cells, index, block.located, block.level, block.radius_m, gap_h * 3600.0)
