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

__all__ = ["CellIndex", "build_index"]

Floats = NDArray[np.float64]
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


def build_index(
    lon: Floats, lat: Floats, start: Floats, end: Floats, rows: NDArray[np.int64], cell_m: float
) -> CellIndex:
    """Sort the chosen rows by cell and start.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees
    start, end : float64, (n,), seconds
    rows : int64, (m,)
        Rows to hold; all have a place.
    cell_m : float
    """
    band = np.floor(lat[rows] * METRES_PER_DEGREE / cell_m)
    middle = np.clip((band + 0.5) * cell_m / METRES_PER_DEGREE, -89.9, 89.9)
    column = np.floor(lon[rows] * METRES_PER_DEGREE * np.cos(np.radians(middle)) / cell_m)
    key = band.astype(np.int64) * ROW + column.astype(np.int64)
    # One sort of whole numbers instead of two of pairs: cell first, then the rank of the start.
    rank = np.empty(rows.size, np.int64)
    rank[np.argsort(start[rows], kind="stable")] = np.arange(rows.size)
    by = np.argsort(key * (1 << 24) + rank) if rows.size < 1 << 24 else np.lexsort((rank, key))
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
