"""Turn a simplified outline into quadrature nodes, grouped in short chains along the boundary.

The outline is cut into straight pieces of at most 2.4 sigma, each with one to three Gauss-Legendre nodes. A node
carries its place and its share of the outward normal, already divided by 2 pi, so the kernel has only to sum. A chain
is a run of neighbouring pieces about two sigma long: the smallest thing that the index lists. Rule: sigma is the lower
end of the octave, so in units of the place's own sigma the pieces are no longer than here.
Source: for the flux F of the normal density, |d^m (F.n) / dt^m| <= 2^((m-1)/2) Gamma((m+1)/2) / (pi^2 (m+1)) (from its
Fourier transform), and the remainder of an n-point rule on a length L is L^(2n+1) (n!)^4 / ((2n+1) (2n)!^3) times the
derivative with m = 2n (Davis & Rabinowitz 1984, Methods of Numerical Integration, eq. 2.7.12). Per piece that is
at most 2.2e-4 (one node up to 0.5 sigma), 6.5e-5 (two nodes up to 1.3) and 6.2e-5 (three nodes up to 2.4). Along a
straight boundary the errors of neighbouring pieces nearly cancel: together at most 6.1e-5, 4.5e-8 and 4.1e-5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.geometry.compiled import compiled
from holdfire.assessment.geometry.rings import Rings

__all__ = ["Chains", "chains_of_edges", "chains_of_nodes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PIECE_SIGMAS = 2.4
"""Sigmas; the longest piece, with three nodes."""
ONE_NODE_SIGMAS = 0.5
TWO_NODES_SIGMAS = 1.3
"""Sigmas; pieces up to these lengths take one and two nodes."""
CHAIN_SIGMAS = 2.0
"""Sigmas; a chain is closed when it has become this long."""
CHAIN_PIECES = 8
"""Pieces of a chain at most."""
RING_SIGMAS = 8.0
RING_PIECES = 32
"""A ring within these limits is one chain, and many such rings can be fetched as one run: islands, single objects."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chains:
    """Hold an outline as pieces, chains of pieces, and the elements that the kernel sums.

    Attributes
    ----------
    x, y : float64, (n_pieces + n_rings,), metres
        Ends of the pieces; each ring repeats its first vertex at its end.
    first, last : int64, (n_chains,)
        Chain k runs over the vertices ``first[k]`` to ``last[k]``, both included.
    ring : int64, (n_chains,)
        The ring to which the chain belongs.
    element : int64, (n_chains + 1,)
        Chain k holds the elements ``element[k]`` to ``element[k + 1]``.
    table : float64, (4, n_elements), metres
        Nodes: place x, y and weighted outward normal. Edges: both ends, x1, y1, x2, y2.
    """

    x: Floats
    y: Floats
    first: Ints
    last: Ints
    ring: Ints
    element: Ints
    table: Floats


def _cut(rings: Rings, longest_m: float) -> Rings:
    # Pieces of equal length on each edge, none longer than asked.
    after = rings.following()
    dx = rings.x[after] - rings.x
    dy = rings.y[after] - rings.y
    pieces = np.maximum(np.ceil(np.sqrt(dx * dx + dy * dy) / longest_m), 1.0).astype(np.int64)
    begin = np.concatenate(([0], np.cumsum(pieces)))
    edge = np.repeat(np.arange(rings.x.size), pieces)
    share = (np.arange(begin[-1]) - begin[edge]) / pieces[edge]
    return Rings(x=rings.x[edge] + share * dx[edge], y=rings.y[edge] + share * dy[edge], start=begin[rings.start])


def _closed(rings: Rings) -> tuple[Floats, Floats, Ints]:
    # Vertices with each ring's first one repeated at its end, and where the rings begin.
    n_rings = rings.start.size - 1
    start = rings.start + np.arange(n_rings + 1)
    index = np.arange(start[-1]) - np.repeat(np.arange(n_rings), np.diff(start))
    index[start[1:] - 1] = rings.start[:-1]
    return rings.x[index], rings.y[index], start.astype(np.int64)


@compiled
def _chain_end(x: Floats, y: Floats, i: int, stop: int, longest: float, most: int) -> int:
    # Where a chain that begins at vertex i ends: at least one piece further.
    j = i
    length = 0.0
    while j < stop and j - i < most and (j == i or length < longest):
        length += math.sqrt((x[j + 1] - x[j]) ** 2 + (y[j + 1] - y[j]) ** 2)
        j += 1
    return j


@compiled
def _group(x: Floats, y: Floats, start: Ints, sigma: float, most: int, first: Ints, last: Ints, ring: Ints) -> int:
    n = 0
    for r in range(start.size - 1):
        i = start[r]
        stop = start[r + 1] - 1
        whole = _chain_end(x, y, i, stop, RING_SIGMAS * sigma, RING_PIECES) == stop
        while i < stop:
            j = stop if whole else _chain_end(x, y, i, stop, CHAIN_SIGMAS * sigma, most)
            first[n] = i
            last[n] = j
            ring[n] = r
            n += 1
            i = j
    return n


@compiled
def _place_nodes(x: Floats, y: Floats, first: Ints, last: Ints, sigma: float, element: Ints, table: Floats) -> int:
    n = 0
    for k in range(first.size):
        element[k] = n
        for i in range(first[k], last[k]):
            dx = x[i + 1] - x[i]
            dy = y[i + 1] - y[i]
            length = math.sqrt(dx * dx + dy * dy)
            # Gauss-Legendre on [0, 1]: weights and distances of the outer nodes from the middle.
            outer = 0.0
            inner = 1.0
            apart = 0.0
            if length > TWO_NODES_SIGMAS * sigma:
                outer = 5.0 / 18.0
                inner = 8.0 / 18.0
                apart = math.sqrt(0.15)
            elif length > ONE_NODE_SIGMAS * sigma:
                outer = 0.5
                inner = 0.0
                apart = math.sqrt(1.0 / 12.0)
            for side in range(-1, 2):
                weight = inner if side == 0 else outer
                if weight > 0.0:
                    share = 0.5 + side * apart
                    table[0, n] = x[i] + share * dx
                    table[1, n] = y[i] + share * dy
                    table[2, n] = dy * weight / (2.0 * math.pi)
                    table[3, n] = -dx * weight / (2.0 * math.pi)
                    n += 1
    element[first.size] = n
    return n


def _grouped(rings: Rings, sigma_m: float, pieces: int) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    x, y, start = _closed(rings)
    first, last, ring = (np.empty(max(x.size, 1), dtype=np.int64) for _ in range(3))
    n = _group(x, y, start, sigma_m, pieces, first, last, ring)
    return x, y, first[:n].copy(), last[:n].copy(), ring[:n].copy()


def chains_of_nodes(rings: Rings, sigma_m: float) -> Chains:
    """Return the quadrature nodes of an outline for sigmas from a lower end on.

    Parameters
    ----------
    rings : Rings
        On the plane, in metres; already simplified for this sigma.
    sigma_m : float, metres
        The lower end of the octave.
    """
    x, y, first, last, ring = _grouped(_cut(rings, PIECE_SIGMAS * sigma_m), sigma_m, CHAIN_PIECES)
    element = np.empty(first.size + 1, dtype=np.int64)
    table = np.empty((4, 3 * x.size))
    n = _place_nodes(x, y, first, last, sigma_m, element, table)
    return Chains(x=x, y=y, first=first, last=last, ring=ring, element=element, table=table[:, :n].copy())


def chains_of_edges(rings: Rings, sigma_m: float) -> Chains:
    """Return the edges of an outline themselves, which the kernel integrates one by one.

    Parameters
    ----------
    rings : Rings
        On the plane, in metres.
    sigma_m : float, metres
        Scale of the chains; edges are not cut.
    """
    x, y, first, last, ring = _grouped(rings, sigma_m, 4)
    # Chains follow each other, so their pieces are all vertices but the ones that close a ring.
    piece = np.delete(np.arange(x.size), rings.start[1:] + np.arange(rings.start.size - 1))
    table = np.stack([x[piece], y[piece], x[piece + 1], y[piece + 1]])
    element = np.concatenate(([0], np.cumsum(last - first))).astype(np.int64)
    return Chains(x=x, y=y, first=first, last=last, ring=ring, element=element, table=table)
