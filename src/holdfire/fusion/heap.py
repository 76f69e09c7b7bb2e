"""Heap: the best join first, and which reports hang together at all.

Turns scored pairs into an order that does not depend on how they came in: of equal scores the pair with the
smaller rows goes first. Rule: ``joining`` calls these functions, and the compiler's cache notices changes of that
file only; whoever changes this file changes ``JOINING_EDITION`` there. Source: Cormen et al., Introduction to
Algorithms, chapters 6 and 21.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled

__all__ = ["components", "find", "make_room", "pop", "push"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@compiled
def push(heap: Floats, pair: Ints, size: int, value: float, a: int, b: int, va: int, vb: int) -> int:
    """Put a pair in its place; return the new size."""
    k = size
    while k > 0:
        up = (k - 1) >> 1
        if heap[up] > value or (heap[up] == value and (pair[up, 0], pair[up, 1]) <= (a, b)):
            break
        heap[k] = heap[up]
        pair[k] = pair[up]
        k = up
    heap[k] = value
    pair[k, 0], pair[k, 1], pair[k, 2], pair[k, 3] = a, b, va, vb
    return size + 1


@compiled
def pop(heap: Floats, pair: Ints, size: int) -> int:
    """Drop the first pair; return the new size."""
    last = size - 1
    value, a, b = heap[last], pair[last, 0], pair[last, 1]
    va, vb = pair[last, 2], pair[last, 3]
    k = 0
    while True:
        down = 2 * k + 1
        if down >= last:
            break
        if down + 1 < last:
            more = heap[down + 1] > heap[down]
            if heap[down + 1] == heap[down]:
                more = (pair[down + 1, 0], pair[down + 1, 1]) < (pair[down, 0], pair[down, 1])
            if more:
                down += 1
        if heap[down] < value or (heap[down] == value and (pair[down, 0], pair[down, 1]) >= (a, b)):
            break
        heap[k] = heap[down]
        pair[k] = pair[down]
        k = down
    heap[k] = value
    pair[k, 0], pair[k, 1], pair[k, 2], pair[k, 3] = a, b, va, vb
    return last


@compiled
def make_room(heap: Floats, pair: Ints, size: int) -> tuple[Floats, Ints]:
    """Return the heap with room for one more pair."""
    if size < heap.size:
        return heap, pair
    more, pairs = np.empty(2 * heap.size), np.empty((2 * heap.size, 4), np.int32)
    more[:size] = heap[:size]
    pairs[:size] = pair[:size]
    return more, pairs


@compiled
def find(parent: Ints, i: int) -> int:
    """Return the root of i, halving its path."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled
def components(n: int, left: Ints, right: Ints) -> Ints:
    """Return for each row the smallest row that edges join it to."""
    parent = np.arange(n).astype(np.int32)
    for k in range(left.size):
        a, b = find(parent, left[k]), find(parent, right[k])
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for i in range(n):
        parent[i] = find(parent, i)
    return parent
