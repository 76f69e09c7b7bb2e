"""Turn the rings of a zone into ever simpler rings that keep its area, one set for each octave of sigma.

Two neighbouring vertices b, c between a and d are replaced by one, e, so that a-e-d encloses what a-b-c-d did; the
cheapest replacement comes first. What is taken from the zone on one side is given back on the other, an area A each
(at most that of the triangle b-c-e) within a width D, so a probability changes by at most ``A D max|grad phi|``,
with ``max|grad phi| = exp(-1/2) / (2 pi sigma^3)``. Rule: these bounds are added up along the boundary, through all
octaves, and stay within ``BOUND_PER_SIGMA`` for each sigma of it; a straight boundary through a place then contributes
at most 3.3 times that, for the gradient falls off with distance: 0.0033. A ring keeps three vertices. Rings may come to
cross each other where they are close: the boundary integral allows it.
Source: Kronenfeld, Stanislawski, Buttenfield, Brockmeyer (2020), Simplification of polylines by segment collapse:
minimizing areal displacement while preserving area, International Journal of Cartography 6(1). The bound is our own.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled
from holdfire.assessment.geometry.rings import Rings

__all__ = ["simplify"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BOUND_PER_SIGMA = 1e-3
"""Probability for each sigma of boundary; on longer edges, where a place sees the middle only, less by their length."""
STEEPEST = math.exp(-0.5) / (2.0 * math.pi)
"""Largest slope of the standard normal density in the plane, at one sigma from its centre."""
_NEVER = 1e300
"""The cost of a replacement that cannot be made."""


@compiled
def _replacement(x: Floats, y: Floats, a: int, b: int, c: int, d: int) -> tuple[float, float, bool]:
    # The vertex e for which a-e-d encloses the area of a-b-c-d, and whether there is one.
    wx = x[d] - x[a]
    wy = y[d] - y[a]
    bx = x[b] - x[a]
    by = y[b] - y[a]
    cx = x[c] - x[a]
    cy = y[c] - y[a]
    area2 = bx * cy - by * cx + cx * wy - cy * wx
    high_b = bx * wy - by * wx
    high_c = cx * wy - cy * wx
    flat = 1e-12 * (wx * wx + wy * wy)
    if abs(high_b) <= flat and abs(high_c) <= flat:
        return x[b], y[b], flat > 0.0
    # Kronenfeld et al., section 3.2: e lies on the line through a-b or c-d, on that which bulges further to e's side.
    same = (high_b > 0.0) == (high_c > 0.0)
    on_ab = abs(high_b) >= abs(high_c) if same else (area2 > 0.0) == (high_b > 0.0)
    if on_ab and abs(high_b) > flat:
        share = area2 / high_b
        return x[a] + share * bx, y[a] + share * by, True
    if not on_ab and abs(high_c) > flat:
        share = area2 / high_c
        return x[d] + share * (cx - wx), y[d] + share * (cy - wy), True
    return 0.0, 0.0, False


@compiled
def _push(keys: Floats, nodes: Ints, marks: Ints, size: int, key: float, node: int, mark: int) -> int:
    # Binary heap, smallest displacement first, then smallest vertex.
    i = size
    while i > 0:
        above = (i - 1) // 2
        if keys[above] < key or (keys[above] == key and nodes[above] <= node):
            break
        keys[i] = keys[above]
        nodes[i] = nodes[above]
        marks[i] = marks[above]
        i = above
    keys[i] = key
    nodes[i] = node
    marks[i] = mark
    return size + 1


@compiled
def _pop(keys: Floats, nodes: Ints, marks: Ints, size: int) -> int:
    # Drop the root: the last leaf sinks from the top.
    size -= 1
    key = keys[size]
    node = nodes[size]
    mark = marks[size]
    i = 0
    while 2 * i + 1 < size:
        low = 2 * i + 1
        if low + 1 < size and (
            keys[low + 1] < keys[low] or (keys[low + 1] == keys[low] and nodes[low + 1] < nodes[low])
        ):
            low += 1
        if keys[low] > key or (keys[low] == key and nodes[low] >= node):
            break
        keys[i] = keys[low]
        nodes[i] = nodes[low]
        marks[i] = marks[low]
        i = low
    keys[i] = key
    nodes[i] = node
    marks[i] = mark
    return size


@compiled
def _cost(
    x: Floats, y: Floats, debt: Floats, before: Ints, after: Ints, left: int, node: int, sigma: float
) -> tuple[float, float]:
    # A D summed over all that the new edges would stand for (m^3), and its bound as a share of what is allowed.
    if left < 4:
        return _NEVER, _NEVER
    a = before[node]
    c = after[node]
    d = after[c]
    ex, ey, possible = _replacement(x, y, a, node, c, d)
    if not possible:
        return _NEVER, _NEVER
    wide = max(max(max(x[a], x[d]), max(x[node], x[c])), ex) - min(min(min(x[a], x[d]), min(x[node], x[c])), ex)
    high = max(max(max(y[a], y[d]), max(y[node], y[c])), ey) - min(min(min(y[a], y[d]), min(y[node], y[c])), ey)
    width = math.sqrt(wide * wide + high * high)
    area = 0.5 * abs((x[c] - x[node]) * (ey - y[node]) - (y[c] - y[node]) * (ex - x[node]))
    total = debt[a] + debt[node] + debt[c] + area * width
    length = math.sqrt((ex - x[a]) ** 2 + (ey - y[a]) ** 2) + math.sqrt((ex - x[d]) ** 2 + (ey - y[d]) ** 2)
    allowed = BOUND_PER_SIGMA * min(length / sigma, sigma / (width + 1e-300))
    return total, STEEPEST * total / (sigma * sigma * sigma * allowed + 1e-300)


@compiled
def _link(start: Ints, before: Ints, after: Ints, ring: Ints, left: Ints) -> None:
    for r in range(start.size - 1):
        left[r] = start[r + 1] - start[r]
        for i in range(start[r], start[r + 1]):
            ring[i] = r
            before[i] = i - 1 if i > start[r] else start[r + 1] - 1
            after[i] = i + 1 if i + 1 < start[r + 1] else start[r]


@compiled
def _collapse(x: Floats, y: Floats, debt: Floats, start: Ints, sigma: float, left: Ints) -> None:
    # Works in place; vertices that have left a ring get debt = -1, and left[r] counts those that remain.
    n = x.size
    before = np.empty(n, np.int64)
    after = np.empty(n, np.int64)
    ring = np.empty(n, np.int64)
    _link(start, before, after, ring, left)
    mark = np.zeros(n, np.int64)
    keys = np.empty(5 * n + 1)
    nodes = np.empty(5 * n + 1, np.int64)
    marks = np.empty(5 * n + 1, np.int64)
    size = 0
    for i in range(n):
        share = _cost(x, y, debt, before, after, left[ring[i]], i, sigma)[1]
        if share <= 1.0:
            size = _push(keys, nodes, marks, size, share, i, 0)
    while size > 0:
        b = nodes[0]
        stale = marks[0] != mark[b]
        size = _pop(keys, nodes, marks, size)
        if stale or left[ring[b]] < 4:
            continue
        # The new vertex takes the place of b; c leaves the ring.
        a = before[b]
        c = after[b]
        d = after[c]
        total = _cost(x, y, debt, before, after, left[ring[b]], b, sigma)[0]
        x[b], y[b], _ = _replacement(x, y, a, b, c, d)
        after[b] = d
        before[d] = b
        debt[a] = 0.5 * total
        debt[b] = 0.5 * total
        debt[c] = -1.0
        mark[c] = -1
        left[ring[b]] -= 1
        node = before[a]
        for _ in range(4):
            mark[node] += 1
            share = _cost(x, y, debt, before, after, left[ring[node]], node, sigma)[1]
            if share <= 1.0:
                size = _push(keys, nodes, marks, size, share, node, mark[node])
            node = after[node]


def simplify(rings: Rings, sigmas_m: Floats) -> list[Rings]:
    """Return area-preserving simplifications of rings, one for each octave of sigma.

    Parameters
    ----------
    rings : Rings
        On the plane, in metres.
    sigmas_m : float64, (n_levels,), metres
        Lower ends of the octaves, rising.

    Returns
    -------
    list of Rings
        As many as sigmas; each has the signed area of the given rings.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 50.0, 100.0, 100.0, 0.0])
    >>> y = np.array([0.0, 0.1, 0.0, 100.0, 100.0])
    >>> rings = Rings(x=x, y=y, start=np.array([0, 5]))
    >>> [level.x.size for level in simplify(rings, np.array([1.0, 100.0]))]
    [5, 4]
    >>> simplify(rings, np.array([]))
    []
    """
    levels = []
    debt = np.zeros(rings.x.size)
    for sigma in sigmas_m.tolist():
        x, y, left = rings.x.copy(), rings.y.copy(), np.empty(rings.start.size - 1, dtype=np.int64)
        _collapse(x, y, debt, rings.start, sigma, left)
        kept = debt >= 0.0
        debt = debt[kept]
        rings = Rings(x=x[kept], y=y[kept], start=np.concatenate(([0], np.cumsum(left))).astype(np.int64))
        levels.append(rings)
    return levels
