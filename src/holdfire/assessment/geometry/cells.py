"""Turn the chains of an outline into a grid that says, for any place, which chains matter and what the rest add.

The plane is cut into blocks of 8 x 8 cells. A block that no chain comes near to is inside or outside as a whole; the
others list, for each cell, the runs of neighbouring chains within reach of it. The boundary beyond reach contributes
only the angle under which it is seen: between the end of one run and the beginning of the next that is the angle from
one to the other, plus whole turns. A cell stores it for its own centre (``base``); the kernel adds how the ends turn
as the place moves away from the centre. So no place asks whether it is inside, and nothing jumps where it is on the
boundary.
Rule: crossings of a cell's centre line are found by one formula for the whole outline and for a cell's own runs, so a
rounding error in one is the same in the other and the difference, the number of far crossings, is exact.
Source: the winding number by ray crossing and by angle, de Berg et al. (2008), Computational Geometry, chapter 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled
from holdfire.assessment.geometry.nodes import Chains

__all__ = ["CELL_SIGMAS", "REACH_SIGMAS", "Grid", "grid_of", "no_grid"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Flags = NDArray[np.bool_]
Singles = NDArray[np.float32]

CELL_SIGMAS = 4.0
"""Sigmas at the lower end of the octave; side of a cell."""
REACH_SIGMAS = 8.5
"""Sigmas at the lower end, 4.25 at the upper: what is cut off is at most exp(-4.25^2 / 2) = 1.2e-4 per turn of the
boundary as the place sees it."""
CERTAIN_SIGMAS = 4.25
"""Sigmas; a place so far from the whole boundary is inside or outside, which is wrong by at most exp(-4.25^2 / 2) =
1.2e-4, and by Phi(-4.25) = 1.1e-5 where the boundary is straight."""
SIDE = 8
"""Cells along the side of a block."""
GAP = 6
"""Chains: runs so near to each other along the boundary are made one, which costs less than fetching another run."""
_ROUND = 2.0**40
"""Turns: a base is rounded to 2^-40, so that the last bit of a library's arctangent does not show."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Hold the index of one octave.

    Attributes
    ----------
    west, south : float, metres
        Corner of the grid.
    cell : float, metres
        Side of a cell.
    columns, rows : int
        Blocks along x and y.
    block : int32, (columns * rows,)
        Number of the block among those that have cells; -1 outside the zone, -2 inside.
    base : float64, (n_cells,), turns
        What the boundary beyond reach adds at the centre of the cell.
    run : int32, (n_cells + 1,)
        Cell c holds the runs ``run[c]`` to ``run[c + 1]``.
    span : int32, (n_runs, 2)
        First element of each run, and the one after its last.
    ends : float64, (n_runs, 4), metres
        Beginning and end of each run: x1, y1, x2, y2.
    certain : float32, (n_cells,), metres
        Up to this sigma a place in the cell is taken to be inside (above 0) or outside (below 0) for certain; 0 where
        the boundary passes.
    """

    west: float
    south: float
    cell: float
    columns: int
    rows: int
    block: Shorts
    base: Floats
    run: Shorts
    span: Shorts
    ends: Floats
    certain: Singles


@compiled
def _crossing(x1: float, y1: float, x2: float, y2: float, level: float) -> tuple[int, float]:
    # +1 where the piece comes down through the level, -1 where it goes up, and where; 0 if it does not cross.
    if (y1 >= level) == (y2 >= level):
        return 0, 0.0
    return (1 if y1 >= level else -1), x1 + (level - y1) * ((x2 - x1) / (y2 - y1))


@compiled
def _boxes(x: Floats, y: Floats, first: Ints, last: Ints, west: float, south: float, cell: float, reach: float) -> Ints:
    # The rectangle of cells within reach of each chain: columns from-to, rows from-to, ends included.
    box = np.empty((4, first.size), np.int64)
    for k in range(first.size):
        low_x = high_x = x[first[k]]
        low_y = high_y = y[first[k]]
        for i in range(first[k] + 1, last[k] + 1):
            low_x = min(low_x, x[i])
            high_x = max(high_x, x[i])
            low_y = min(low_y, y[i])
            high_y = max(high_y, y[i])
        box[0, k] = math.floor((low_x - reach - west) / cell)
        box[1, k] = math.floor((high_x + reach - west) / cell)
        box[2, k] = math.floor((low_y - reach - south) / cell)
        box[3, k] = math.floor((high_y + reach - south) / cell)
    return box


@compiled
def _activate(box: Ints, columns: int, block: Shorts) -> int:
    for k in range(box.shape[1]):
        for row in range(box[2, k] // SIDE, box[3, k] // SIDE + 1):
            for column in range(box[0, k] // SIDE, box[1, k] // SIDE + 1):
                block[row * columns + column] = 0
    n = 0
    for b in range(block.size):
        if block[b] == 0:
            block[b] = n
            n += 1
    return n


@compiled
def _list_runs(box: Ints, group: Ints, columns: int, block: Shorts, run: Shorts, pair: Ints, fill: bool) -> None:
    # First pass counts the runs of each cell in run[c + 1], second pass writes first and last chain of each.
    latest = np.full(run.size - 1, -1, np.int64)
    used = np.zeros(run.size - 1, np.int64)
    for k in range(box.shape[1]):
        for row in range(box[2, k], box[3, k] + 1):
            for column in range(box[0, k], box[1, k] + 1):
                number = block[(row // SIDE) * columns + column // SIDE]
                c = number * SIDE * SIDE + (row % SIDE) * SIDE + column % SIDE
                seen = latest[c]
                latest[c] = k
                if seen < 0 or k - seen > GAP + 1 or group[seen] != group[k]:
                    used[c] += 1
                    if fill:
                        pair[0, run[c] + used[c] - 1] = k
                if fill:
                    pair[1, run[c] + used[c] - 1] = k
    if not fill:
        for c in range(run.size - 1):
            run[c + 1] = run[c] + used[c]


@compiled
def _mark_certain(
    x: Floats, y: Floats, first: Ints, last: Ints, box: Ints, grid: Floats, columns: int, block: Shorts, base: Floats,
    certain: Singles,
) -> None:  # fmt: skip
    # How far each cell is from the chains near it, by their bounding boxes; beyond reach they are not listed.
    cell = grid[2]
    certain[:] = REACH_SIGMAS / CELL_SIGMAS * cell
    for k in range(box.shape[1]):
        low_x = high_x = x[first[k]]
        low_y = high_y = y[first[k]]
        for i in range(first[k] + 1, last[k] + 1):
            low_x = min(low_x, x[i])
            high_x = max(high_x, x[i])
            low_y = min(low_y, y[i])
            high_y = max(high_y, y[i])
        for row in range(box[2, k], box[3, k] + 1):
            south = grid[1] + row * cell
            apart_y = max(max(low_y - south - cell, south - high_y), 0.0)
            for column in range(box[0, k], box[1, k] + 1):
                west = grid[0] + column * cell
                apart_x = max(max(low_x - west - cell, west - high_x), 0.0)
                number = block[(row // SIDE) * columns + column // SIDE]
                c = number * SIDE * SIDE + (row % SIDE) * SIDE + column % SIDE
                certain[c] = min(certain[c], math.sqrt(apart_x * apart_x + apart_y * apart_y))
    for c in range(certain.size):
        certain[c] *= 1.0 / CERTAIN_SIGMAS if base[c] > 0.5 else -1.0 / CERTAIN_SIGMAS


@compiled
def _row_turns(
    x: Floats, y: Floats, first: Ints, last: Ints, grid: Floats, begin: Ints, where: Floats, sign: Ints, fill: bool
) -> None:
    # Crossings of each row's centre line, row by row: counted in begin[row + 1] first, then written.
    south = grid[1]
    cell = grid[2]
    used = np.zeros(begin.size - 1, np.int64)
    for k in range(first.size):
        for i in range(first[k], last[k]):
            low = min(y[i], y[i + 1])
            high = max(y[i], y[i + 1])
            row = max(math.floor((low - south) / cell - 0.5) - 1, 0)
            while row < used.size and south + (row + 0.5) * cell <= high:
                turn, at = _crossing(x[i], y[i], x[i + 1], y[i + 1], south + (row + 0.5) * cell)
                if turn != 0:
                    if fill:
                        where[begin[row] + used[row]] = at
                        sign[begin[row] + used[row]] = turn
                    used[row] += 1
                row += 1
    if not fill:
        for row in range(used.size):
            begin[row + 1] = begin[row] + used[row]


@compiled
def _windings(begin: Ints, where: Floats, sign: Ints, grid: Floats, columns: int, block: Shorts, base: Floats) -> None:
    # Winding number at the centre of every listed cell, and of every block that has no cells.
    n = columns * SIDE
    change = np.zeros(n + 1, np.int64)
    for row in range(begin.size - 1):
        change[:] = 0
        for k in range(begin[row], begin[row + 1]):
            column = min(max(math.floor((where[k] - grid[0]) / grid[2] - 0.5), 0), n)
            while column > 0 and where[k] < grid[0] + (column - 0.5) * grid[2]:
                column -= 1
            while column < n and where[k] >= grid[0] + (column + 0.5) * grid[2]:
                column += 1
            change[column] += sign[k]
        turn = 0
        for column in range(n):
            turn += change[column]
            b = (row // SIDE) * columns + column // SIDE
            if block[b] >= 0:
                base[block[b] * SIDE * SIDE + (row % SIDE) * SIDE + column % SIDE] = turn
            elif row % SIDE == 0 and column % SIDE == 0:
                block[b] = -2 if turn > 0 else -1


@compiled
def _close_seams(
    ring: Ints, alone: Flags, pair: Ints, begin: int, end: int, far_x: float, far_y: float, ends: Floats
) -> None:
    # Where a ring begins within reach, one run ends where another begins, and neither end is far: the two become one
    # beginning and one end. What is left over, and a run of whole rings, gets a far point twice, which turns nothing.
    seam = -1
    for r in range(begin, end):
        k = pair[0, r]
        if k == 0 or ring[k - 1] != ring[k]:
            seam = r
        whole = alone[k]
        k = pair[1, r]
        if seam >= 0 and ring[pair[0, seam]] == ring[k] and (k + 1 == ring.size or ring[k + 1] != ring[k]):
            if r != seam:
                ends[seam, 0] = ends[r, 0]
                ends[seam, 1] = ends[r, 1]
            whole = True
        if whole:
            ends[r, 0] = far_x
            ends[r, 1] = far_y
            ends[r, 2] = far_x
            ends[r, 3] = far_y


@compiled
def _far_turns(
    x: Floats,
    y: Floats,
    first: Ints,
    last: Ints,
    ring: Ints,
    alone: Flags,
    pair: Ints,
    run: Shorts,
    grid: Floats,
    columns: int,
    block: Shorts,
    base: Floats,
    ends: Floats,
) -> None:
    # Take the crossings of a cell's own runs off its winding number, and add the angles of their ends.
    for b in range(block.size):
        for inner in range(SIDE * SIDE if block[b] >= 0 else 0):
            c = block[b] * SIDE * SIDE + inner
            mid_x = grid[0] + ((b % columns) * SIDE + inner % SIDE + 0.5) * grid[2]
            mid_y = grid[1] + ((b // columns) * SIDE + inner // SIDE + 0.5) * grid[2]
            turns = 0
            angle = 0.0
            for r in range(run[c], run[c + 1]):
                for chain in range(pair[0, r], pair[1, r] + 1):
                    for k in range(first[chain], last[chain]):
                        turn, at = _crossing(x[k], y[k], x[k + 1], y[k + 1], mid_y)
                        if turn != 0 and at < mid_x:
                            turns += turn
                i = first[pair[0, r]]
                j = last[pair[1, r]]
                ends[r, 0] = x[i]
                ends[r, 1] = y[i]
                ends[r, 2] = x[j]
                ends[r, 3] = y[j]
                if not alone[pair[0, r]]:
                    angle += math.atan2(y[i] - mid_y, x[i] - mid_x) - math.atan2(y[j] - mid_y, x[j] - mid_x)
            _close_seams(ring, alone, pair, run[c], run[c + 1], mid_x + REACH_SIGMAS * grid[2], mid_y, ends)
            base[c] += math.floor(angle / (2.0 * math.pi) * _ROUND + 0.5) / _ROUND - turns


def grid_of(chains: Chains, sigma_m: float) -> Grid:
    """Return the index of an outline's chains for sigmas of one octave.

    Parameters
    ----------
    chains : Chains
        The outline of this octave; at least one ring.
    sigma_m : float, metres
        Lower end of the octave.
    """
    cell, reach = CELL_SIGMAS * sigma_m, REACH_SIGMAS * sigma_m
    west, south = float(chains.x.min()) - reach - cell / 2, float(chains.y.min()) - reach - cell / 2
    columns = int((float(chains.x.max()) + reach - west) / cell) // SIDE + 1
    rows = int((float(chains.y.max()) + reach - south) / cell) // SIDE + 1
    grid = np.array([west, south, cell])
    block = np.full(columns * rows, -1, dtype=np.int32)
    box = _boxes(chains.x, chains.y, chains.first, chains.last, west, south, cell, reach)
    # Rings that are one chain are in reach as a whole, so a run may hold several of them.
    alone = (np.bincount(chains.ring) == 1)[chains.ring]
    joined = (np.diff(chains.ring) == 0) | (alone[1:] & alone[:-1])
    group = np.concatenate(([0], np.cumsum(~joined))).astype(np.int64)
    n_cells = _activate(box, columns, block) * SIDE * SIDE
    run = np.zeros(n_cells + 1, dtype=np.int32)
    _list_runs(box, group, columns, block, run, np.empty((2, 0), dtype=np.int64), False)
    pair = np.empty((2, int(run[-1])), dtype=np.int64)
    _list_runs(box, group, columns, block, run, pair, True)
    line = (chains.x, chains.y, chains.first, chains.last)
    begin = np.zeros(rows * SIDE + 1, dtype=np.int64)
    _row_turns(*line, grid, begin, np.empty(0), np.empty(0, dtype=np.int64), False)
    where, sign = np.empty(int(begin[-1])), np.empty(int(begin[-1]), dtype=np.int64)
    _row_turns(*line, grid, begin, where, sign, True)
    base, ends = np.zeros(n_cells), np.empty((pair.shape[1], 4))
    _windings(begin, where, sign, grid, columns, block, base)
    # Until the angles are added, the base is the number of turns around the cell's centre.
    certain = np.empty(n_cells, dtype=np.float32)
    _mark_certain(*line, box, grid, columns, block, base, certain)
    _far_turns(*line, chains.ring, alone, pair, run, grid, columns, block, base, ends)
    span = np.stack([chains.element[pair[0]], chains.element[pair[1] + 1]], axis=1).astype(np.int32)
    return Grid(
        west=west,
        south=south,
        cell=cell,
        columns=columns,
        rows=rows,
        block=block,
        base=base,
        run=run,
        span=span,
        ends=ends,
        certain=certain,
    )


def no_grid(sigma_m: float) -> Grid:
    """Return the index of an octave that is not indexed: no block, no cell, no run."""
    none = np.empty(0)
    return Grid(
        west=0.0,
        south=0.0,
        cell=CELL_SIGMAS * sigma_m,
        columns=0,
        rows=0,
        block=np.empty(0, dtype=np.int32),
        base=none,
        run=np.zeros(1, dtype=np.int32),
        span=np.empty((0, 2), dtype=np.int32),
        ends=np.empty((0, 4)),
        certain=np.empty(0, dtype=np.float32),
    )
