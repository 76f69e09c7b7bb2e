"""Link: scored pairs into groups of reports, and the chance that each report belongs to its group.

Rule: the best-supported join is made first; ties go to the smaller report id; a curated source never stands twice
in a group; a group's place, time and names sum up its reports, so that a chain of likenesses cannot run together
what its ends contradict - which also splits large components. Leaves the evidence to ``kernels``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compare import Model
from holdfire.fusion.edges import Edges
from holdfire.fusion.heap import components
from holdfire.fusion.joining import agglomerate
from holdfire.fusion.kernels import memberships
from holdfire.fusion.labels import Labels
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.sorting import adjacency, half_edges, order_by

__all__ = ["Groups", "Ties", "by_component", "gather_groups", "link", "tie", "tie_again"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Hold groups of reports.

    Attributes
    ----------
    label : int32, (n,)
        Number of each report's group; -1 for rows that took no part. Groups are numbered by their smallest row.
    members : int32, (m,)
        Rows, sorted by group, then by row.
    first : int64, (n_groups + 1,)
        Where each group begins in ``members``.
    G, H : float64, int32
        The groups' place, time and names, as in ``kernels``.
    """

    label: Ints
    members: Ints
    first: NDArray[np.int64]
    G: Floats
    H: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Hold what ties each report to its group, and to others.

    Attributes
    ----------
    own_nats : float64, (n,)
        Evidence that joins the report to the rest of its group; inf where it stands alone.
    rival_nats : float64, (n,)
        Log-sum of the evidence that joins it to each other group; -inf where there is none.
    """

    own_nats: Floats
    rival_nats: Floats


def by_component(n: int, edges: Edges) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the edges' order by component, and where each component begins in it, with their number behind."""
    root = components(n, edges.left, edges.right)[edges.left]
    order = order_by(root, n)
    sorted_root = root[order]
    new = np.ones(order.size, bool)
    new[1:] = sorted_root[1:] != sorted_root[:-1]
    return order, np.append(np.flatnonzero(new), order.size).astype(np.int64)


def _join(
    prepared: Prepared, model: Model, edges: Edges, least: float, n_threads: int, labels: Labels | None
) -> tuple[Ints, Floats, Ints]:
    n = prepared.n
    place, apart = labels.places(n) if labels is not None else (np.zeros(0, np.int32), np.zeros((0, 0), bool))
    order, first = by_component(n, edges)
    left, right, score = edges.left[order], edges.right[order], edges.score[order]
    text = edges.text[order] if prepared.sketch.shape[0] else edges.text
    edge_head, edge_tail, edge_next = half_edges(n, left, right)
    parent = np.arange(n, dtype=np.int32)
    head, tail, follow = parent.copy(), parent.copy(), np.full(n, -1, np.int32)
    stamp, best, version = np.zeros(n, np.int32), np.zeros(n), np.zeros(n, np.int32)
    G, H = model.G.copy(), model.H.copy()
    cuts = np.searchsorted(first, np.linspace(0, left.size, 4 * n_threads + 1))
    pieces = [first[a : b + 1] for a, b in pairwise(cuts.tolist()) if b > a]

    def run(piece: NDArray[np.int64]) -> None:
        agglomerate(
            piece,
            left,
            right,
            score,
            text,
            G,
            H,
            model.theta,
            model.table,
            model.depth,
            model.again,
            model.article,
            parent,
            head,
            tail,
            follow,
            edge_head,
            edge_tail,
            edge_next,
            stamp,
            best,
            version,
            prepared.source,
            prepared.document,
            place,
            apart,
            least,
        )

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(run, pieces))
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return parent, G, H
        parent = above


def tie(
    prepared: Prepared, model: Model, edges: Edges, rows: NDArray[np.int64], groups: Groups, n_threads: int
) -> Ties:
    """Weigh each report against the rest of its group, and against every other group that it might belong to.

    Parameters
    ----------
    prepared, model, edges
        The reports and their evidence.
    rows : int64, (m,)
        Rows that take part, ascending.
    groups : Groups
    n_threads : int
    """
    n = prepared.n
    edge_first, edge_other, edge = adjacency(n, edges.left, edges.right)
    edge_text = edges.text[edge] if prepared.sketch.shape[0] else np.zeros(edge.size)
    del edge
    own, rival, rival_label = np.full(n, np.inf), np.full(n, -np.inf), np.full(n, -1, np.int32)

    def run(part: NDArray[np.int64]) -> None:
        memberships(
            part,
            groups.label,
            groups.members,
            groups.first,
            edge_first,
            edge_other,
            edge_text,
            model.G,
            model.H,
            groups.G,
            groups.H,
            model.theta,
            model.table,
            model.depth,
            model.again,
            model.article,
            prepared.source,
            prepared.document,
            own,
            rival,
            rival_label,
        )

    busy = rows[np.diff(edge_first)[rows] > 0]
    with ThreadPoolExecutor(max(1, n_threads)) as pool:
        list(pool.map(run, np.array_split(busy, max(1, n_threads))))
    return Ties(own_nats=own, rival_nats=rival)


def tie_again(prepared: Prepared, model: Model, edges: Edges, groups: Groups, ties: Ties, n_threads: int) -> Ties:
    """Return the ties once groups are gone: those who were held against one of them are weighed anew.

    Parameters
    ----------
    prepared, model, edges
        The reports and their evidence.
    groups : Groups
        Those that stay, as they were.
    ties : Ties
        As they were with all groups.
    n_threads : int
    """
    gone = groups.label < 0
    lost = gone[edges.left] | gone[edges.right]
    if not lost.any():
        return ties
    own, rival = ties.own_nats.copy(), ties.rival_nats.copy()
    own[gone], rival[gone] = np.inf, -np.inf
    beside = np.zeros(prepared.n, bool)
    beside[edges.left[lost]] = beside[edges.right[lost]] = True
    beside &= ~gone
    left = edges.select(~lost & (beside[edges.left] | beside[edges.right]))
    again = np.flatnonzero(beside)
    own[again], rival[again] = np.inf, -np.inf
    found = tie(prepared, model, left, again, groups, n_threads)
    own[again], rival[again] = found.own_nats[again], found.rival_nats[again]
    return Ties(own_nats=own, rival_nats=rival)


def link(
    prepared: Prepared,
    model: Model,
    edges: Edges,
    rows: NDArray[np.int64],
    least: float,
    n_threads: int,
    labels: Labels | None = None,
) -> Groups:
    """Join reports into groups.

    Parameters
    ----------
    prepared, model, edges
        The reports and their evidence.
    rows : int64, (m,)
        Rows that take part, ascending.
    least : float, nats
        Evidence that a join needs.
    n_threads : int
    labels : Labels, optional
        What reviews keep apart stays apart.
    """
    root, G, H = _join(prepared, model, edges, least, max(1, n_threads), labels)
    return gather_groups(root, rows, G, H)


def gather_groups(root: Ints, rows: NDArray[np.int64], G: Floats, H: Ints) -> Groups:
    """Return the groups of rows that have one root.

    Parameters
    ----------
    root : int32, (n,)
        The smallest row of each row's group.
    rows : int64, (m,)
        Rows that take part, ascending.
    G, H : float64 (n, 8), int32 (n, 9)
        At each root: its group's place, time and names, as in ``kernels``.
    """
    roots, numbers = np.unique(root[rows], return_inverse=True)
    label = np.full(root.size, -1, np.int32)
    label[rows] = numbers
    order = order_by(numbers.astype(np.int32), roots.size)
    members = rows[order].astype(np.int32)
    first = np.searchsorted(numbers[order], np.arange(roots.size + 1)).astype(np.int64)
    return Groups(label=label, members=members, first=first, G=G[roots], H=H[roots])
