"""Sorting: rows put in order by small whole numbers, in one pass.

Turns an array of numbers from 0 to n - 1 into the order that sorts it. Rule: equal numbers keep their order.
Source: counting sort, Cormen et al., Introduction to Algorithms, section 8.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled

__all__ = ["adjacency", "half_edges", "order_by", "order_by_two"]

Ints = NDArray[np.int32]
Rows = NDArray[np.int64]


@compiled
def order_by(numbers: Ints, n: int) -> Rows:
    """Return the order that sorts numbers from 0 to n - 1; equal ones stay in their order."""
    at = np.zeros(n + 1, np.int64)
    for k in range(numbers.size):
        at[numbers[k] + 1] += 1
    for k in range(n):
        at[k + 1] += at[k]
    order = np.empty(numbers.size, np.int64)
    for k in range(numbers.size):
        order[at[numbers[k]]] = k
        at[numbers[k]] += 1
    return order


@compiled
def order_by_two(first: Ints, second: Ints, n: int) -> Rows:
    """Return the order that sorts by ``first``, then by ``second``; both from 0 to n - 1."""
    inner = order_by(second, n)
    outer = order_by(first[inner], n)
    return inner[outer]


@compiled
def half_edges(n: int, left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """Return linked lists of the edges at each row: first half-edge, last one, and the next of each.

    Half-edge 2 k is edge k seen from its left end, 2 k + 1 from its right end; -1 ends a list.
    """
    head, tail = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    follow = np.full(max(1, 2 * left.size), -1, np.int32)
    for k in range(left.size):
        for side in range(2):
            at = left[k] if side == 0 else right[k]
            half = np.int32(2 * k + side)
            if head[at] < 0:
                head[at] = half
            else:
                follow[tail[at]] = half
            tail[at] = half
    return head, tail, follow


@compiled
def adjacency(n: int, left: Ints, right: Ints) -> tuple[Rows, Ints, Rows]:
    """Return where each row's edges begin, the rows at their other ends ascending, and the edges' numbers.

    Edges must be sorted by ``left``, then by ``right``, with left < right.
    """
    first = np.zeros(n + 1, np.int64)
    for k in range(left.size):
        first[left[k] + 1] += 1
        first[right[k] + 1] += 1
    for k in range(n):
        first[k + 1] += first[k]
    at = first[:-1].copy()
    other, edge = np.empty(2 * left.size, np.int32), np.empty(2 * left.size, np.int64)
    # The smaller ends come first at each row, and each kind is in order already.
    for k in range(left.size):
        j = right[k]
        other[at[j]], edge[at[j]] = left[k], k
        at[j] += 1
    for k in range(left.size):
        i = left[k]
        other[at[i]], edge[at[i]] = right[k], k
        at[i] += 1
    return first, other, edge
