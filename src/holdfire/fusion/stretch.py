"""Stretch: the time that most of a group's reports share.

Turns intervals that do not all overlap into the stretch that most of them share. Rule: of several such stretches the
shortest is taken, then the first; an interval without length counts at its instant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled

__all__ = ["fill_most_shared", "most_shared"]

Floats = NDArray[np.float64]


@compiled
def most_shared(start: Floats, end: Floats) -> tuple[float, float]:
    """Return the stretch that most intervals share; of several the shortest, then the first.

    Parameters
    ----------
    start, end : float64, (n,), seconds
        n > 0; an interval without length counts at its instant.

    Examples
    --------
    >>> most_shared(np.array([0.0, 1.0, 2.0]), np.array([2.0, 3.0, 4.0]))
    (1.0, 2.0)
    """
    edges = np.unique(np.concatenate((start, end)))
    if edges.size == 1:
        return edges[0], edges[0]
    best, deepest, shortest = 0, -1, np.inf
    for k in range(edges.size - 1):
        middle, length = (edges[k] + edges[k + 1]) / 2.0, edges[k + 1] - edges[k]
        depth = 0
        for m in range(start.size):
            depth += start[m] <= middle and end[m] >= middle
        if depth > deepest or (depth == deepest and length < shortest):
            best, deepest, shortest = k, depth, length
    return edges[best], edges[best + 1]


@compiled
def fill_most_shared(
    groups: NDArray[np.int64],
    first: NDArray[np.int64],
    start: Floats,
    end: Floats,
    use: NDArray[np.bool_],
    low: Floats,
    high: Floats,
) -> None:
    """Fill the bounds of the stretch that most of each group's usable intervals share; rows are sorted by group."""
    for group in groups:
        lo, hi = first[group], first[group + 1]
        if use[lo:hi].any():
            low[group], high[group] = most_shared(start[lo:hi][use[lo:hi]], end[lo:hi][use[lo:hi]])
