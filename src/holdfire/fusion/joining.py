"""Joining: the compiled loop that joins the best pair of groups again and again.

Turns scored pairs into groups. Rule: a group is compared anew after each join, by its own place, time and names; what
its sources and articles say of one incident told twice is counted, and what a review keeps apart stays apart. Calls
``kernels`` and ``heap``, whose changes the compiler's cache does not notice: see ``JOINING_EDITION``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled
from holdfire.fusion.heap import find, make_room, pop, push
from holdfire.fusion.kernels import absorb, evidence

__all__ = ["agglomerate"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

JOINING_EDITION = 5
"""Count this up when ``kernels`` or ``heap`` changes."""


@compiled
def sources_nats(
    a: int,
    b: int,
    head: Ints,
    follow: Ints,
    source: Ints,
    document: Ints,
    again: Floats,
    article: Floats,
    place: Ints,
    apart: NDArray[np.bool_],
) -> float:
    """Return what it costs that the groups share sources; -inf where a shared one is curated.

    A source's further reports of one incident are Poisson: m and n reports in one group instead of two cost
    the logarithm of Gamma(m + n) / (Gamma(m) Gamma(n)) besides. Reports out of one article weigh as learned;
    what a review keeps apart (``place`` among those named in reviews, ``apart``) costs everything.
    """
    total = 0.0
    i = head[a]
    while i >= 0:
        m, n = 0, 0
        k = head[b]
        while k >= 0:
            n += source[k] == source[i]
            if document[i] >= 0 and document[k] == document[i]:
                total += article[source[i]]
            if place.size > 0 and place[i] >= 0 and place[k] >= 0 and apart[place[i], place[k]]:
                return -np.inf
            k = follow[k]
        k = head[a] if n > 0 else -1
        while k >= 0:
            if source[k] == source[i]:
                # Each source is counted once, where its first report stands.
                if m == 0 and k != i:
                    break
                m += 1
            k = follow[k]
        if m > 0:
            total += again[source[i]] - (math.lgamma(m + n) - math.lgamma(m) - math.lgamma(n))
        i = follow[i]
    return total


@compiled
def _neighbours(
    a: int,
    edge_head: Ints,
    edge_next: Ints,
    left: Ints,
    right: Ints,
    text: Floats,
    parent: Ints,
    stamp: Ints,
    best: Floats,
    out: Ints,
    mark: int,
) -> int:
    n = 0
    half = edge_head[a]
    while half >= 0:
        edge = half >> 1
        x = find(parent, right[edge] if half & 1 == 0 else left[edge])
        if x != a:
            if stamp[x] != mark:
                stamp[x] = mark
                best[x] = text[edge]
                if n < out.size:
                    out[n] = x
                    n += 1
            elif text[edge] > best[x]:
                best[x] = text[edge]
        half = edge_next[half]
    return n


@compiled
def _unite(
    a: int,
    b: int,
    parent: Ints,
    head: Ints,
    tail: Ints,
    follow: Ints,
    edge_head: Ints,
    edge_tail: Ints,
    edge_next: Ints,
) -> None:
    parent[b] = a
    follow[tail[a]] = head[b]
    tail[a] = tail[b]
    if edge_head[b] >= 0:
        if edge_head[a] >= 0:
            edge_next[edge_tail[a]] = edge_head[b]
        else:
            edge_head[a] = edge_head[b]
        edge_tail[a] = edge_tail[b]


@compiled
def agglomerate(
    first: NDArray[np.int64],
    left: Ints,
    right: Ints,
    score: Floats,
    text: Floats,
    G: Floats,
    H: Ints,
    theta: Floats,
    table: Floats,
    depth: Ints,
    again: Floats,
    article: Floats,
    parent: Ints,
    head: Ints,
    tail: Ints,
    follow: Ints,
    edge_head: Ints,
    edge_tail: Ints,
    edge_next: Ints,
    stamp: Ints,
    best: Floats,
    version: Ints,
    source: Ints,
    document: Ints,
    place: Ints,
    apart: NDArray[np.bool_],
    least: float,
) -> None:
    """Join the best pair of groups again and again, component by component, while evidence exceeds ``least``.

    ``first`` gives where each component's edges begin; edges are sorted by component, then by rows.
    """
    heap, pair = np.empty(1024), np.empty((1024, 4), np.int32)
    out = np.empty(4096, np.int32)
    mark = 0
    for c in range(first.size - 1):
        size = 0
        for edge in range(first[c], first[c + 1]):
            if score[edge] > least:
                heap, pair = make_room(heap, pair, size)
                size = push(heap, pair, size, score[edge], left[edge], right[edge], 0, 0)
        while size > 0:
            a, b, va, vb = pair[0, 0], pair[0, 1], pair[0, 2], pair[0, 3]
            size = pop(heap, pair, size)
            if parent[a] != a or parent[b] != b or version[a] != va or version[b] != vb:
                continue
            version[a] += 1
            _unite(a, b, parent, head, tail, follow, edge_head, edge_tail, edge_next)
            absorb(G, H, a, b, table, depth)
            mark += 1
            n = _neighbours(a, edge_head, edge_next, left, right, text, parent, stamp, best, out, mark)
            for k in range(n):
                x = out[k]
                value = evidence(G, H, a, x, best[x], theta, table)
                value += sources_nats(a, x, head, follow, source, document, again, article, place, apart)
                if value > least:
                    heap, pair = make_room(heap, pair, size)
                    low, high = min(a, x), max(a, x)
                    size = push(heap, pair, size, value, low, high, version[low], version[high])
