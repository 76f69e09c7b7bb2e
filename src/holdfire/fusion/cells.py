"""Cells: a sorted index of reports by place and time, asked for what lies near.

Turns places into cells of a given size on the sphere, sorted by cell and then by start, so that a query reads a few
runs of memory. Rule: a query returns everything within its radius, and maybe more; who asks checks the distance. The
seam at 180 degrees is crossed. Leaves sizes to others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.places import METRES_PER_DEGREE

__all__ = ["CellIndex", "build_index", "time_ranks"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
ROW = 1 << 18
"""Room for cells in one row of latitude: 40,000 km in cells of 400 m, west and east."""
LEAST_CELL_M = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CellIndex:
    """Hold reports sorted by cell and start.

    Attributes
    ----------
    cell_m : float
        Side of a cell, metres.
    key : int64, (n_cells,)
        Numbers of the cells that hold something, ascending.
    first : int64, (n_cells + 1,)
        Where each cell begins in ``order``.
    order : int64, (n,)
        Row of each report.
    start : float64, (n,), seconds
        Its start, in the same order.
    max_length_s : float
        The longest interval.
    """

    cell_m: float
    key: NDArray[np.int64]
    first: NDArray[np.int64]
    order: NDArray[np.int64]
    start: Floats
    max_length_s: float


def time_ranks(start: Floats) -> Rows:
    """Return each report's place in the order of starts; ties in the order of rows."""
    ranks = np.empty(start.size, np.int64)
    ranks[np.argsort(start, kind="stable")] = np.arange(start.size)
    return ranks


def build_index(
    lon: Floats, lat: Floats, start: Floats, end: Floats, rows: Rows, cell_m: float, ranks: Rows | None = None
) -> CellIndex:
    """Sort the chosen rows by cell and start.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
    start, end : float64, (n,), seconds
    rows : int64, (m,)
        Rows to hold; all have a place.
    cell_m : float
    ranks : int64, (n,), optional
        As by ``time_ranks``, where several indexes are built over the same reports.
    """
    band = np.floor(lat[rows] * METRES_PER_DEGREE / cell_m)
    middle = np.clip((band + 0.5) * cell_m / METRES_PER_DEGREE, -89.9, 89.9)
    column = np.floor(lon[rows] * METRES_PER_DEGREE * np.cos(np.radians(middle)) / cell_m)
    key = band.astype(np.int64) * ROW + column.astype(np.int64)
    rank = time_ranks(start[rows]) if ranks is None else ranks[rows]
    # One sort of whole numbers instead of two of pairs: cell first, then the rank of the start.
    least = int(key.min()) if rows.size else 0
    room = int(rank.max()) + 1 if rows.size else 1
    fits = rows.size == 0 or (int(key.max()) - least + 1) < (1 << 62) // room
    by = np.argsort((key - least) * room + rank) if fits else np.lexsort((rank, key))
    sorted_key = key[by]
    begins = (
        np.flatnonzero(np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]])) if rows.size else np.zeros(0, int)
    )
    order = rows[by]
    longest = float((end[rows] - start[rows]).max()) if rows.size else 0.0
    return CellIndex(
        cell_m=cell_m,
        key=sorted_key[begins],
        first=np.append(begins, rows.size).astype(np.int64),
        order=order,
        start=start[order],
        max_length_s=longest,
    )
