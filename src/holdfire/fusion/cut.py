"""Cut: reports into parts that can be taken one at a time.

Turns located reports into parts of those who ask, each with everybody whom they may find; and components or groups
into runs of about one size. Rule: each report asks in one part, so that each pair is found once; who may be found is
bounded by the very test that the search makes, on each axis of space and in time. Leaves the search to ``block``.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.block import REACH_CLASSES_M, Located

__all__ = ["cut_askers", "cut_runs"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

DAY_S = 86_400.0
LONG_S = 2.0 * DAY_S
"""Whoever speaks of a longer time finds much, and asks in parts of their own."""
SLACK_M = 1.0
"""More than what rounding moves a place by."""


def cut_runs(first: Rows, n_parts: int) -> list[tuple[int, int]]:
    """Return runs of items of about one size, together all of them; fewer where there are fewer items.

    Parameters
    ----------
    first : int64, (n + 1,), ascending
        Where each item begins.
    n_parts : int, >= 1

    Examples
    --------
    >>> cut_runs(np.array([0, 5, 6, 7, 10]), 2)
    [(0, 1), (1, 4)]
    >>> cut_runs(np.array([0]), 2)
    []
    """
    cuts = np.searchsorted(first, np.linspace(0, int(first[-1]), n_parts + 1))
    cuts[0], cuts[-1] = 0, first.size - 1
    return [(low, high) for low, high in pairwise(np.unique(cuts).tolist())]


def _halved(rows: Rows, axes: Floats, n: int) -> list[Rows]:
    """Cut rows of ``axes`` into n parts of one size, each time across the axis on which they lie furthest apart."""
    if n <= 1 or rows.size <= 1:
        return [rows]
    axis = int(np.argmax(np.ptp(axes[rows], axis=0)))
    order = rows[np.argsort(axes[rows, axis], kind="stable")]
    few = rows.size * (n // 2) // n
    return [part for half, m in ((order[:few], n // 2), (order[few:], n - n // 2)) for part in _halved(half, axes, m)]


def _kinds(located: Located, asking: Rows, least: int) -> list[Rows]:
    """Return those who ask by how far they reach in space and time; what is few goes together."""
    level = np.searchsorted(REACH_CLASSES_M, located.reach_m[asking])
    kind = 2 * level + (located.end[asking] - located.start[asking] > LONG_S)
    kinds = [asking[kind == k] for k in np.unique(kind)]
    few = [rows for rows in kinds if rows.size < least]
    return [rows for rows in kinds if rows.size >= least] + ([np.concatenate(few)] if few else [])


def _beside(located: Located, rows: Rows, asking: Rows, gap_s: float) -> Rows:
    """Return whom the askers may find, themselves among them, ascending."""
    reach = located.reach_m[asking, None] + SLACK_M
    low, high = (located.xyz[asking] - reach).min(axis=0), (located.xyz[asking] + reach).max(axis=0)
    near = located.end[rows] >= located.start[asking].min() - gap_s
    near &= located.start[rows] <= located.end[asking].max() + gap_s
    rows = rows[near]
    widest = np.searchsorted(REACH_CLASSES_M, located.reach_m[asking]).max()
    rows = rows[np.searchsorted(REACH_CLASSES_M, located.reach_m[rows]) <= widest]
    # Found is who lies within the root of the sum of the squared reaches, hence within their sum on each axis.
    xyz, own = located.xyz[rows], located.reach_m[rows, None]
    return np.sort(rows[((xyz + own >= low) & (xyz - own <= high)).all(axis=1)])


def cut_askers(located: Located, rows: Rows, gap_h: float, n_parts: int) -> list[tuple[Rows, Rows]]:
    """Return parts of those who ask, each with everybody whom they may find.

    Parameters
    ----------
    located : Located
    rows : int64, (m,)
        Rows that take part; those without a place are passed over.
    gap_h : float, hours
        Largest gap between two intervals.
    n_parts : int, >= 1
        About so many parts; none where nobody asks.

    Returns
    -------
    list of (int64, int64)
        Rows that ask, in each part others; rows of the part, ascending.
    """
    rows = rows[np.isfinite(located.lon[rows])]
    asking = rows[located.open[rows]]
    gap_s = gap_h * 3600.0
    if asking.size == 0:
        return []
    each = -(-asking.size // n_parts)
    parts = []
    for kind in [asking] if n_parts == 1 else _kinds(located, asking, max(1, each // 4)):
        length = located.end[kind] - located.start[kind]
        middle = (located.start[kind] + located.end[kind]) / 2.0
        # Lengths on each axis in the measure of what stands beside a part there.
        in_time = middle / (2.0 * gap_s + float(length.mean()) + DAY_S)
        axes = np.column_stack([in_time, located.xyz[kind] / (2.0 * float(located.reach_m[kind].mean()))])
        n = min(kind.size, max(1, round(kind.size / each)))
        parts += [np.sort(kind[part]) for part in _halved(np.arange(kind.size), axes, n)]
    return [(part, _beside(located, rows, part, gap_s)) for part in parts]
