"""Turn places with a circular normal error into the probability that each lies in a zone.

For a place at the origin and r in units of its sigma, the mass inside the boundary is, by Green's theorem, the flux of
``F = (1 - exp(-r^2 / 2)) / (2 pi r^2) * (x, y)`` through it, which is
``(1 / 2 pi) * contour integral of (1 - exp(-r^2 / 2)) d(theta)``. F is smooth everywhere, also where the place lies on
the boundary, so a few quadrature nodes per sigma suffice. Beyond reach exp(-r^2 / 2) is nothing and only the angle is
left, which the grid holds. Below the finest octave the edges themselves are integrated one by one.
Rule: sums and products only, in a fixed order, no library functions: the same bytes on every machine and for any
number of threads. Leaves to others: which plane (``projection``), exact places (``inside``), unknown ones (``places``).
Source: Green's theorem; Owen (1956), Tables for computing bivariate normal probabilities, Ann. Math. Stat. 27 (the
same mass as the difference of two T functions per edge).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled

__all__ = ["FAR_SIGMAS", "SIGMA_MIN_M", "edge_sums", "masses"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

SIGMA_MIN_M = 1e-3
"""Metres; a smaller sigma is taken as this one (an exact place is asked elsewhere)."""
FAR_SIGMAS = 5.5
"""Sigmas; further from the zone's bounding box the probability is below Phi(-5.5) = 2e-8 and reported as 0."""
EDGE_SIGMAS = 6.0
"""Sigmas; beyond, exp(-r^2 / 2) < 2e-8 and an edge contributes its angle."""
BATCH = 1024
"""Places that are sifted at a time."""
SIDE = 8
"""Cells along the side of a block, as in ``cells``."""
_TURN = 2.0 * math.pi
_NEAR_5 = 0.5 * math.sqrt(5.0 - 2.0 * math.sqrt(10.0 / 7.0)) / 3.0
_FAR_5 = 0.5 * math.sqrt(5.0 + 2.0 * math.sqrt(10.0 / 7.0)) / 3.0
_NEAR_WEIGHT_5 = (322.0 + 13.0 * math.sqrt(70.0)) / 1800.0
_FAR_WEIGHT_5 = (322.0 - 13.0 * math.sqrt(70.0)) / 1800.0
_MIDDLE_WEIGHT_5 = 64.0 / 225.0
"""Gauss-Legendre with five nodes on a piece of length 1: distances from the middle, and weights."""


@compiled
def _flux(u: float) -> float:
    # (1 - exp(-u / 2)) / u. exp(-u / 32) - 1 by Taylor to u^8, then squared four times as e (e + 2), so that nothing
    # cancels for small u; beyond u = 80 the exponential is below 5e-18. Error below 3e-9 for all u.
    v = min(u, 80.0) * (-1.0 / 32.0)
    e = v * (
        1.0
        + v * (1 / 2 + v * (1 / 6 + v * (1 / 24 + v * (1 / 120 + v * (1 / 720 + v * (1 / 5040 + v * (1 / 40320)))))))
    )
    e = e * (e + 2.0)
    e = e * (e + 2.0)
    e = e * (e + 2.0)
    e = e * (e + 2.0)
    return -e / (u + 1e-300)


@compiled
def _half_tangent_angle(half: float) -> float:
    # Angle in turns from the tangent of its half, |half| <= 1: halved once more twice, then Taylor to z^15 (2e-13).
    z = half / (1.0 + math.sqrt(1.0 + half * half))
    z = z / (1.0 + math.sqrt(1.0 + z * z))
    q = z * z
    series = 1 / 3 - q * (1 / 5 - q * (1 / 7 - q * (1 / 9 - q * (1 / 11 - q * (1 / 13 - q * (1 / 15))))))
    return z * (1.0 - q * series) * (8.0 / _TURN)


@compiled
def _angle(cross: float, dot: float) -> float:
    # Angle in turns between two vectors, -1/2..1/2.
    half = cross / (abs(dot) + math.sqrt(cross * cross + dot * dot) + 1e-300)
    turn = _half_tangent_angle(half)
    if dot >= 0.0:
        return turn
    return (0.5 if cross >= 0.0 else -0.5) - turn


@compiled
def _turned_ends(ends: Floats, begin: int, end: int, mid_x: float, mid_y: float, px: float, py: float) -> float:
    # Turns by which the directions of the runs' ends change from the cell's centre to the place: beginnings less ends.
    # Each is a complex number whose angle it is; an end is at least nine sigmas from a cell of four, so that angle is
    # below 0.32, and four runs can be multiplied before their angle is taken.
    total = 0.0
    for first in range(begin, end, 4):
        re = 1.0
        im = 0.0
        for r in range(first, min(first + 4, end)):
            ax = ends[r, 0] - mid_x
            ay = ends[r, 1] - mid_y
            bx = ends[r, 0] - px
            by = ends[r, 1] - py
            re, im = (
                re * (ax * bx + ay * by) - im * (ax * by - ay * bx),
                re * (ax * by - ay * bx) + im * (ax * bx + ay * by),
            )
            ax = ends[r, 2] - mid_x
            ay = ends[r, 3] - mid_y
            bx = ends[r, 2] - px
            by = ends[r, 3] - py
            re, im = (
                re * (ax * bx + ay * by) + im * (ax * by - ay * bx),
                im * (ax * bx + ay * by) - re * (ax * by - ay * bx),
            )
        total += _angle(im, re)
    return total


@compiled
def _edge_mass(x1: float, y1: float, x2: float, y2: float) -> float:
    # Mass of the triangle origin-edge (signed), in units of sigma: quadrature within reach, angle beyond.
    dx = x2 - x1
    dy = y2 - y1
    length = math.sqrt(dx * dx + dy * dy)
    if length == 0.0:
        return 0.0
    h = (x1 * dy - y1 * dx) / length
    low = (x1 * dx + y1 * dy) / length
    high = low + length
    if abs(h) >= EDGE_SIGMAS or low >= EDGE_SIGMAS or high <= -EDGE_SIGMAS:
        return _angle(h * length, h * h + low * high)
    begin = max(low, -EDGE_SIGMAS)
    end = min(high, EDGE_SIGMAS)
    mass = _angle(h * (begin - low), h * h + low * begin) + _angle(h * (high - end), h * h + end * high)
    n = math.ceil((end - begin) / 2.0)
    step = (end - begin) / n
    total = 0.0
    for k in range(n):
        t = begin + (k + 0.5) * step
        near = _NEAR_5 * step
        far = _FAR_5 * step
        total += _MIDDLE_WEIGHT_5 * _flux(h * h + t * t)
        total += _NEAR_WEIGHT_5 * (_flux(h * h + (t - near) ** 2) + _flux(h * h + (t + near) ** 2))
        total += _FAR_WEIGHT_5 * (_flux(h * h + (t - far) ** 2) + _flux(h * h + (t + far) ** 2))
    return mass + h * step * total / _TURN


@compiled
def _edges(table: Floats, begin: int, end: int, px: float, py: float, sigma: float) -> float:
    total = 0.0
    for k in range(begin, end):
        total += _edge_mass(
            (table[0, k] - px) / sigma,
            (table[1, k] - py) / sigma,
            (table[2, k] - px) / sigma,
            (table[3, k] - py) / sigma,
        )
    return total


@compiled
def _nodes(table: Floats, begin: int, end: int, px: float, py: float, sigma: float, terms: Floats) -> float:
    # The terms first, without a sum, so that vector instructions may compute them; then eight sums in a fixed order.
    n = end - begin
    wide = (n + 7) & ~7
    x = table[0, begin : begin + wide]
    y = table[1, begin : begin + wide]
    east = table[2, begin : begin + wide]
    north = table[3, begin : begin + wide]
    scale = 1.0 / (sigma * sigma)
    for i in range(wide):
        dx = x[i] - px
        dy = y[i] - py
        terms[i] = (dx * east[i] + dy * north[i]) * _flux((dx * dx + dy * dy) * scale)
    for i in range(n, wide):
        terms[i] = 0.0
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range(0, wide, 8):
        s0 += terms[i]
        s1 += terms[i + 1]
        s2 += terms[i + 2]
        s3 += terms[i + 3]
        s4 += terms[i + 4]
        s5 += terms[i + 5]
        s6 += terms[i + 6]
        s7 += terms[i + 7]
    return (((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))) * scale


@compiled
def edge_sums(x: Floats, y: Floats, sigma: Floats, table: Floats) -> Floats:
    """Return the same probabilities by summing every edge of the boundary: slow, and plain enough to compare with.

    Parameters
    ----------
    x, y, sigma : float64, (n,), metres on the plane
        Places; sigma above 0.
    table : float64, (4, n_edges), metres on the plane
        Ends of the edges: x1, y1, x2, y2.

    Returns
    -------
    float64, (n,), 0..1 but for rounding
    """
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = _edges(table, 0, table.shape[1], x[i], y[i], sigma[i])
    return out


@compiled
def _block_of(px: float, py: float, level: int, scales: Floats, shapes: Ints, block: Shorts) -> tuple[int, int, int]:
    # Column and row of the place's cell, and the number of its block: -1 outside, -2 inside.
    column = math.floor((px - scales[0, level]) / scales[2, level])
    row = math.floor((py - scales[1, level]) / scales[2, level])
    if column < 0 or row < 0 or column >= SIDE * shapes[0, level] or row >= SIDE * shapes[1, level]:
        return column, row, -1
    return column, row, block[shapes[2, level] + (row // SIDE) * shapes[0, level] + column // SIDE]


@compiled
def _cell_mass(
    px: float, py: float, sigma: float, level: int, c: int, column: int, row: int, scales: Floats, base: Floats,
    run: Shorts, span: Shorts, ends: Floats, table: Floats, terms: Floats,
) -> float:  # fmt: skip
    mid_x = scales[0, level] + (column + 0.5) * scales[2, level]
    mid_y = scales[1, level] + (row + 0.5) * scales[2, level]
    total = float(base[c]) + _turned_ends(ends, run[c], run[c + 1], mid_x, mid_y, px, py)
    for r in range(run[c], run[c + 1]):
        if level == 0:
            total += _edges(table, span[r, 0], span[r, 1], px, py, sigma)
        else:
            total += _nodes(table, span[r, 0], span[r, 1], px, py, sigma, terms)
    return total


@compiled
def _fetch(
    cells: Ints, n: int, base: Floats, run: Shorts, span: Shorts, ends: Floats, table: Floats, seen: Floats
) -> float:
    # Read the beginning of all that the cells need, loop by loop: within a loop no read waits for another, so that the
    # memory's delays overlap. The sum only keeps the compiler from leaving the reads out.
    total = 0.0
    for k in range(n):
        seen[k] = run[cells[k, 2]]
        total += base[cells[k, 2]]
    for k in range(n):
        r = min(int(seen[k]), span.shape[0] - 1)
        seen[k] = span[r, 0]
        total += ends[r, 0]
    for k in range(n):
        i = int(seen[k])
        total += table[0, i] + table[1, i] + table[2, i] + table[3, i]
    return total


@compiled
def _find_cells(
    x: Floats, y: Floats, sigma: Floats, near: Flags, scales: Floats, shapes: Ints, block: Shorts, certain: Singles,
    cells: Ints, out: Floats,
) -> int:  # fmt: skip
    # List the places that have to be integrated: place, level, cell, column and row. The others get 0 or 1 at once.
    n_levels = scales.shape[1] - 1
    n = 0
    for i in range(x.size):
        if not near[i]:
            continue
        s = max(sigma[i], SIGMA_MIN_M)
        level = 0
        for k in range(1, n_levels + 1):
            level += s >= scales[3, k]
        column = 0
        row = 0
        c = 0
        if level < n_levels:
            column, row, number = _block_of(x[i], y[i], level, scales, shapes, block)
            if number < 0:
                out[i] = 1.0 if number == -2 else 0.0
                continue
            c = number * SIDE * SIDE + (row % SIDE) * SIDE + column % SIDE
        cells[n, 0] = i
        cells[n, 1] = level
        cells[n, 2] = c
        cells[n, 3] = column
        cells[n, 4] = row
        n += 1
    asked = 0
    for k in range(n):
        i = cells[k, 0]
        held = certain[cells[k, 2]]
        out[i] = 1.0 if held > 0.0 else 0.0
        if cells[k, 1] == n_levels or max(sigma[i], SIGMA_MIN_M) > abs(held):
            cells[asked] = cells[k]
            asked += 1
    return asked


@compiled
def _sift(x: Floats, y: Floats, sigma: Floats, box: Floats, near: Flags, out: Floats) -> None:
    # Most places are far from most zones. Without a branch, so that vector instructions may do it; an unknown place is
    # never near, and stays NaN.
    west = box[0]
    south = box[1]
    east = box[2]
    north = box[3]
    for i in range(x.size):
        far = FAR_SIGMAS * sigma[i] + SIGMA_MIN_M
        near[i] = (x[i] >= west - far) & (x[i] <= east + far) & (y[i] >= south - far) & (y[i] <= north + far)
        out[i] = 0.0 * abs(x[i] + y[i] + sigma[i])


@compiled
def masses(
    x: Floats,
    y: Floats,
    sigma: Floats,
    box: Floats,
    scales: Floats,
    shapes: Ints,
    top: Ints,
    block: Shorts,
    base: Floats,
    run: Shorts,
    span: Shorts,
    ends: Floats,
    certain: Singles,
    table: Floats,
    terms: Floats,
    out: Floats,
) -> None:
    """Fill in the probability of each place to lie in the zone.

    The first three arguments are the places and ``out`` the result, float64, (n,); NaN = unknown. ``terms`` is scratch
    space for the longest run, one for each thread. The others are those of ``zones.Octaves``.
    """
    n_levels = scales.shape[1] - 1
    near = np.empty(BATCH, np.bool_)
    cells = np.empty((BATCH, 5), np.int64)
    seen = np.empty(BATCH)
    for begin in range(0, x.size, BATCH):
        end = min(begin + BATCH, x.size)
        px = x[begin:end]
        py = y[begin:end]
        error = sigma[begin:end]
        prob = out[begin:end]
        _sift(px, py, error, box, near, prob)
        n = _find_cells(px, py, error, near[: px.size], scales, shapes, block, certain, cells, prob)
        seen[0] = _fetch(cells, n, base, run, span, ends, table, seen)
        for k in range(n):
            i = cells[k, 0]
            level = cells[k, 1]
            s = max(error[i], SIGMA_MIN_M)
            if level == n_levels:
                total = _nodes(table, top[0], top[1], px[i], py[i], s, terms)
            else:
                total = _cell_mass(
                    px[i], py[i], s, level, cells[k, 2], cells[k, 3], cells[k, 4], scales, base, run, span, ends, table,
                    terms,
                )  # fmt: skip
            prob[i] = min(max(total, 0.0), 1.0)
