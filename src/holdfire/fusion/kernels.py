"""Kernels: the compiled evidence between two groups of reports, and what a group sums up.

A group is a row of ``G`` (float64: x, y, z, variance, start, end, rate, rate at its exact coordinates) and of ``H``
(int32: five names, source, coordinate, number of reports, article); a report is a group of one. Rule: evidence is
the log of the ratio between one incident and two, unrelated (the local rate) or related (a second salvo nearby). What
calls one another stands here, because the compiler's cache notices one file's changes. Source:
docs/explanation/fusion.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled

__all__ = [
    "E_BIAS", "E_RELATED", "N_THETA", "absorb", "evidence", "memberships", "place_densities",
    "score_pairs", "time_densities", "weigh",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

E_EQUAL, E_TAIL, E_LATE, E_LATE_S, E_RELATED, E_RELATED_M2, E_RELATED_S, E_BIAS, E_RATE_ALL, E_BLUNDER = range(10)
E_RELATED_OWN, E_EQUAL_OWN, E_LATE_OWN = 10, 11, 12
N_THETA = 13
"""Places of the learned numbers in ``theta``."""
N_NAMES, H_SOURCE, H_PLACE, H_NUMBER, H_DOCUMENT = 5, 5, 6, 7, 8
"""Names and further columns of ``H``."""
TWO_PI = 2.0 * np.pi


@compiled
def place_densities(G: Floats, H: Ints, i: int, j: int, theta: Floats) -> tuple[float, float, float]:
    """Return the densities of the two places under one incident, unrelated ones (a rate), and related ones."""
    if H[i, H_PLACE] == -1 or H[j, H_PLACE] == -1:
        return 1.0, theta[E_RATE_ALL], 1.0
    equal = theta[E_EQUAL_OWN if H[i, H_SOURCE] == H[j, H_SOURCE] else E_EQUAL]
    if H[i, H_PLACE] == H[j, H_PLACE] and H[i, H_PLACE] >= 0:
        return equal, max(G[i, 7], G[j, 7]), equal
    total = G[i, 3] + G[j, 3]
    dx, dy, dz = G[i, 0] - G[j, 0], G[i, 1] - G[j, 1], G[i, 2] - G[j, 2]
    d2 = dx * dx + dy * dy + dz * dz
    wide = total + theta[E_RELATED_M2]
    if d2 > 90.0 * total:
        bulk = 0.0
    else:
        ninth = np.exp(-d2 / (18.0 * total))
        third = ninth * ninth * ninth
        bulk = (1.0 - theta[E_TAIL]) * third * third * third + theta[E_TAIL] / 9.0 * ninth
    same = (1.0 - equal) * (bulk / (TWO_PI * total) + theta[E_BLUNDER])
    rate = G[i, 6] if G[i, 3] >= G[j, 3] else G[j, 6]
    related = (1.0 - equal) * np.exp(-0.5 * d2 / wide) / (TWO_PI * wide)
    return same, rate, related


@compiled
def time_densities(G: Floats, H: Ints, i: int, j: int, theta: Floats) -> tuple[float, float]:
    """Return the densities of the two times under one incident and under related ones (per second)."""
    one, two = G[i, 5] - G[i, 4], G[j, 5] - G[j, 4]
    overlap = min(G[i, 5], G[j, 5]) - max(G[i, 4], G[j, 4])
    longer = max(one, two)
    late = theta[E_LATE_OWN if H[i, H_SOURCE] == H[j, H_SOURCE] else E_LATE]
    scale, apart = theta[E_LATE_S], theta[E_RELATED_S]
    if overlap > 0:
        same = (1.0 - late) * overlap / (one * two) + late / (2.0 * scale + longer)
        return same, 1.0 / (2.0 * apart + longer)
    return (
        late * np.exp(overlap / scale) / (2.0 * scale + longer),
        np.exp(overlap / apart) / (2.0 * apart + longer),
    )


@compiled
def names_ratios(H: Ints, i: int, j: int, table: Floats) -> tuple[float, float]:
    """Return how much likelier the names are than by chance, if they tell of one incident and of related ones."""
    one, related = 1.0, 1.0
    for k in range(N_NAMES):
        a, b = H[i, k] + 1, H[j, k] + 1
        one *= table[k, a, b, 0]
        related *= table[k, a, b, 1]
    return one, related


@compiled
def weigh(G: Floats, H: Ints, i: int, j: int, text: float, theta: Floats, table: Floats) -> tuple[float, float]:
    """Return the evidence in nats for one incident, sources aside, and how far related ones outweigh unrelated ones.

    The second value is the share of the related in what is not one incident, 0..1.
    """
    same, rate, related = place_densities(G, H, i, j, theta)
    when, when_related = time_densities(G, H, i, j, theta)
    alike, alike_related = names_ratios(H, i, j, table)
    if text != 0.0:
        words = np.exp(text)
        alike *= words
        alike_related *= 0.6 + 0.4 * words
    own = H[i, H_SOURCE] == H[j, H_SOURCE]
    follow = theta[E_RELATED_OWN if own else E_RELATED] * related * when_related * alike_related
    return np.log(same * when * alike / (rate + follow) + 1e-30) + theta[E_BIAS], follow / (rate + follow)


@compiled
def evidence(G: Floats, H: Ints, i: int, j: int, text: float, theta: Floats, table: Floats) -> float:
    """Return the evidence in nats that two groups tell of one incident, their sources left aside."""
    return weigh(G, H, i, j, text, theta, table)[0]


@compiled
def score_pairs(
    left: Ints,
    right: Ints,
    text: Floats,
    G: Floats,
    H: Ints,
    theta: Floats,
    table: Floats,
    again: Floats,
    article: Floats,
    score: Floats,
    related: Floats,
) -> None:
    """Fill the evidence of pairs of reports.

    ``again`` is what a source's second report costs (-inf: curated), ``article`` what one out of the same article does.
    """
    for k in range(left.size):
        i, j = left[k], right[k]
        score[k], related[k] = weigh(G, H, i, j, text[k], theta, table)
        if H[i, H_SOURCE] == H[j, H_SOURCE]:
            score[k] += again[H[i, H_SOURCE]]
            if H[i, H_DOCUMENT] >= 0 and H[i, H_DOCUMENT] == H[j, H_DOCUMENT]:
                score[k] += article[H[i, H_SOURCE]]


@compiled
def absorb(G: Floats, H: Ints, a: int, b: int, table: Floats, depth: Ints) -> None:
    """Let group a take in group b: place, time, names and numbers."""
    larger = H[a, H_NUMBER] >= H[b, H_NUMBER]
    if H[a, H_PLACE] == -1 or (H[b, H_PLACE] != -1 and H[a, H_PLACE] == H[b, H_PLACE] and G[b, 3] < G[a, 3]):
        _copy_place(G, H, a, b)
    elif H[b, H_PLACE] != -1 and H[a, H_PLACE] != H[b, H_PLACE]:
        dx, dy, dz = G[a, 0] - G[b, 0], G[a, 1] - G[b, 1], G[a, 2] - G[b, 2]
        if dx * dx + dy * dy + dz * dz <= 12.0 * (G[a, 3] + G[b, 3]):
            one, two = 1.0 / G[a, 3], 1.0 / G[b, 3]
            for k in range(3):
                G[a, k] = (G[a, k] * one + G[b, k] * two) / (one + two)
            if G[b, 3] < G[a, 3]:
                G[a, 6], G[a, 7], H[a, H_PLACE] = G[b, 6], G[b, 7], H[b, H_PLACE]
            G[a, 3] = 1.0 / (one + two)
        elif not larger or (H[a, H_NUMBER] == H[b, H_NUMBER] and G[b, 3] < G[a, 3]):
            _copy_place(G, H, a, b)
    one, two = G[a, 5] - G[a, 4], G[b, 5] - G[b, 4]
    low, high = max(G[a, 4], G[b, 4]), min(G[a, 5], G[b, 5])
    if high > low:
        least = 0.3 * min(one, two)
        widen = max(0.0, 0.5 * (least - (high - low)))
        G[a, 4], G[a, 5] = low - widen, high + widen
    elif not larger or (H[a, H_NUMBER] == H[b, H_NUMBER] and two < one):
        G[a, 4], G[a, 5] = G[b, 4], G[b, 5]
    for k in range(N_NAMES):
        old, new = H[a, k], H[b, k]
        if new < 0 or old == new:
            continue
        agree = old >= 0 and table[k, old + 1, new + 1, 0] > 1.0
        if old < 0 or (agree and depth[k, new] > depth[k, old]) or (not agree and not larger):
            H[a, k] = new
    H[a, H_NUMBER] += H[b, H_NUMBER]


@compiled
def _copy_place(G: Floats, H: Ints, a: int, b: int) -> None:
    for k in (0, 1, 2, 3, 6, 7):
        G[a, k] = G[b, k]
    H[a, H_PLACE] = H[b, H_PLACE]


@compiled
def _without(
    i: int,
    members: Ints,
    lo: int,
    hi: int,
    G: Floats,
    H: Ints,
    row: int,
    workG: Floats,
    workH: Ints,
    table: Floats,
    depth: Ints,
) -> int:
    n = 0
    for k in range(lo, hi):
        j = members[k]
        if j == i:
            continue
        if n == 0:
            workG[row] = G[j]
            workH[row] = H[j]
        else:
            workG[row + 1] = G[j]
            workH[row + 1] = H[j]
            absorb(workG, workH, row, row + 1, table, depth)
        n += 1
    return n


@compiled
def _shared(
    i: int, members: Ints, lo: int, hi: int, source: Ints, document: Ints, again: Floats, article: Floats
) -> float:
    n, told = 0, 0
    for k in range(lo, hi):
        n += members[k] != i and source[members[k]] == source[i]
        told += members[k] != i and document[i] >= 0 and document[members[k]] == document[i]
    return float(again[source[i]] - np.log(n)) + article[source[i]] * told if n > 0 else 0.0


@compiled
def memberships(
    rows: NDArray[np.int64],
    label: Ints,
    members: Ints,
    first: NDArray[np.int64],
    edge_first: NDArray[np.int64],
    edge_other: Ints,
    edge_text: Floats,
    G: Floats,
    H: Ints,
    groupG: Floats,
    groupH: Ints,
    theta: Floats,
    table: Floats,
    depth: Ints,
    again: Floats,
    article: Floats,
    source: Ints,
    document: Ints,
    own: Floats,
    rival: Floats,
    rival_label: Ints,
) -> None:
    """Fill each report's evidence for its own group without it, the log-sum over other groups, and the best of them.

    Groups are numbered 0..; ``members[first[g]:first[g + 1]]`` are a group's rows. Standing alone weighs 0.
    """
    workG, workH = np.empty((2, G.shape[1])), np.empty((2, H.shape[1]), np.int32)
    for i in rows:
        g = label[i]
        words = 0.0
        for e in range(edge_first[i], edge_first[i + 1]):
            if label[edge_other[e]] == g:
                words = max(words, edge_text[e])
        own[i] = np.inf
        if _without(i, members, first[g], first[g + 1], G, H, 0, workG, workH, table, depth) > 0:
            workG[1] = G[i]
            workH[1] = H[i]
            own[i] = evidence(workG, workH, 0, 1, words, theta, table)
            own[i] += _shared(i, members, first[g], first[g + 1], source, document, again, article)
        workG[1] = G[i]
        workH[1] = H[i]
        rival[i], rival_label[i], top = -np.inf, -1, -np.inf
        for e in range(edge_first[i], edge_first[i + 1]):
            d = label[edge_other[e]]
            seen = d == g
            for f in range(edge_first[i], e):
                seen = seen or label[edge_other[f]] == d
            if seen:
                continue
            workG[0] = groupG[d]
            workH[0] = groupH[d]
            value = evidence(workG, workH, 0, 1, edge_text[e], theta, table)
            value += _shared(i, members, first[d], first[d + 1], source, document, again, article)
            if value > top:
                top, rival_label[i] = value, d
            low, high = min(value, rival[i]), max(value, rival[i])
            if high > -np.inf:
                rival[i] = high + np.log1p(np.exp(low - high))
