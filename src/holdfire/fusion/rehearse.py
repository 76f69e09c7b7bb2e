"""Rehearse: how far to trust a result of fusion, tried on a twin of the data whose truth is known.

Turns a twin world, fused like the real one, into what its evidence was worth: how often a report that is tied to
its group by so many nats, against so many elsewhere, truly belonged there; how many reports of an incident that
several tell of ended alone; and how the number of tellers found compares with the true one. Rule: nothing is read
off a world whose truth somebody wrote down; a small twin leaves the starting values. Source: Platt (1999) for the
logistic map; Cook, Gelman and Rubin (2006) for checking a computation on data drawn from its own model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compare import HOPELESS_NATS, Crowds, build_model, find_edges
from holdfire.fusion.link import Groups, Ties, link, tie
from holdfire.fusion.parameters import FusionParameters, Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.twin import tell_again

__all__ = ["START", "Rehearsal", "member_probs", "rehearse"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MOST_NATS = 8.0
"""More evidence than this is no surer: what is left is mistakes that no evidence shows."""
PSEUDO = 10.0
"""Imagined reports that hold the logistic map at its start."""
OPTIMISM = {"pair": 2.1, "member": 1.35, "lost": 1.8, "taken": 1.5}
"""A twin is built from groups that hold mistakes and takes them for the truth (incidents run together stay one, strays
are incidents of their own), and it draws anew only places that are not snapped. Its mistakes are multiplied by this,
over the share of places drawn anew: found alike in two families of simulated worlds that share no code."""
LEAST_ANEW = 0.2
"""A smaller share of places drawn anew is taken for this one."""
LEAST_REPORTS = 200
"""A twin with fewer joined reports teaches nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Hold what the twin showed.

    Attributes
    ----------
    weights : float64, (2, 3)
        Logit of 'it belongs there' from 1, own nats and rival nats; for groups of two, and for larger ones.
    mistaken : float, 0..1
        Share of memberships that are wrong however good the evidence is.
    lost : float, 0..1
        Share of the reports of incidents that several tell of, which ended alone.
    taken : float, 0..1
        Share of the reports of incidents that one source tells of, which ended in a group of several.
    n_reports : int
        Reports of the twin; 0 = not rehearsed.
    """

    weights: Floats
    mistaken: float
    lost: float
    taken: float
    n_reports: int


START = np.array([[-1.3, 1.0, 1.0], [-0.8, 1.0, 1.0]])
"""Before the twin has spoken: the best of many possible groups looks better than it is."""


def _features(own: Floats, rival: Floats) -> Floats:
    against = np.logaddexp(0.0, np.clip(rival, -40.0, MOST_NATS))
    return np.stack([np.ones(own.size), np.clip(own, -MOST_NATS, MOST_NATS), -against], axis=1)


def _fit(x: Floats, right: NDArray[np.bool_], start: Floats) -> Floats:
    """Return logistic weights by Newton's method, held near the start by a normal prior."""
    weights = start.copy()
    pull = PSEUDO * np.array([0.25, 1.0, 1.0])
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (right - chance) - pull * (weights - start)
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        weights = weights + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-6:
            break
    weights[1:] = np.maximum(weights[1:], 0.1)
    return np.asarray(weights)


def member_probs(groups: Groups, ties: Ties, rows: NDArray[np.int64], rehearsal: Rehearsal) -> Floats:
    """Return each report's chance of telling what most of its group tells; of two, one always does.

    Parameters
    ----------
    groups, ties
        Of all reports.
    rows : int64, (m,)
        Rows that take part.
    rehearsal : Rehearsal

    Returns
    -------
    float64, (n,), 0..1
        0 for rows that take no part.
    """
    prob = np.zeros(groups.label.size)
    size = np.diff(groups.first)[groups.label[rows]]
    x = _features(np.minimum(ties.own_nats[rows], 40.0), ties.rival_nats[rows])
    logit = np.where(size == 2, x @ rehearsal.weights[0], x @ rehearsal.weights[1])
    inside = (1.0 - rehearsal.mistaken) / (1.0 + np.exp(-np.clip(logit, -30, 30)))
    prob[rows] = np.where(size == 1, 1.0, np.where(size == 2, 0.5 + 0.5 * inside, inside))
    return prob


def _belongs(groups: Groups, truth: Ints) -> NDArray[np.bool_]:
    """Return which reports tell what most of their group tells; of two that differ, neither is counted as right."""
    width = int(truth.max()) + 1
    key = groups.label.astype(np.int64) * width + truth
    pair, where, count = np.unique(key, return_inverse=True, return_counts=True)
    order = np.lexsort((pair, -count, pair // width))
    owner = pair[order] // width
    top = np.concatenate([[True], owner[1:] != owner[:-1]])
    winner = np.zeros(pair.size, bool)
    winner[order[top]] = True
    size = np.diff(groups.first)[groups.label]
    return np.asarray(np.where(size == 2, count[where] == 2, winner[where]))


def _n_tellers(label: Ints, source: Ints, n_sources: int) -> NDArray[np.int64]:
    """Return for each report how many sources tell of its incident."""
    pair = np.unique(label.astype(np.int64) * n_sources + source)
    return np.asarray(np.bincount(pair // n_sources, minlength=int(label.max()) + 1)[label])


def _nothing() -> Rehearsal:
    return Rehearsal(weights=START.copy(), mistaken=0.02, lost=0.03, taken=0.05, n_reports=0)


def rehearse(
    some: Prepared, near: Crowds, learned: Learned, label: Ints, G: Floats, parameters: FusionParameters
) -> Rehearsal:
    """Fuse a twin of the data and read off it what the evidence was worth.

    Parameters
    ----------
    some, near : Prepared, Crowds
        A part of the reports (``narrow``), and the counts around them.
    learned : Learned
    label : int32, (n,)
        Row of ``G`` that each of these reports was joined to; -1 = it took no part.
    G : float64, (n_groups, 8)
        Groups as in ``kernels``.
    parameters : FusionParameters
    """
    n_sources = learned.scale.size
    taking = np.flatnonzero(label >= 0)
    if taking.size < LEAST_REPORTS:
        return _nothing()
    again = tell_again(some, near, learned, np.maximum(label, 0), G)
    model = build_model(again, learned, near, taking)
    edges = find_edges(again, model, learned, taking, parameters, HOPELESS_NATS)
    found = link(again, model, edges, taking, parameters.merge_nats, parameters.n_threads)
    ties = tie(again, model, edges, taking, found, parameters.n_threads)
    truth = np.unique(label[taking], return_inverse=True)[1].astype(np.int32)
    anew = float((again.coordinate[taking] != some.coordinate[taking]).mean())
    return _read_off(found, ties, taking, truth, again.source[taking], n_sources, anew)


def _read_off(
    found: Groups, ties: Ties, rows: NDArray[np.int64], truth: Ints, source: Ints, n_sources: int, anew: float
) -> Rehearsal:
    worse = {name: max(1.0, factor / max(anew, LEAST_ANEW)) for name, factor in OPTIMISM.items()}
    dense = Groups(label=found.label[rows], members=found.members, first=found.first, G=found.G, H=found.H)
    right = _belongs(dense, truth)
    size = np.diff(found.first)[dense.label]
    own, rival = np.minimum(ties.own_nats[rows], 40.0), ties.rival_nats[rows]
    x = _features(own, rival)
    start = _nothing()
    sure = (size > 1) & (own - np.logaddexp(0.0, rival) > 6.0)
    mistaken = float((worse["member"] * (~right[sure]).sum() + 50 * start.mistaken) / (sure.sum() + 50))
    weights = START.copy()
    for k, chosen in enumerate((size == 2, size > 2)):
        # What is wrong however good the evidence is must not bend the map where it is not good.
        use = chosen & (right | (own - np.logaddexp(0.0, rival) < 6.0))
        if use.sum() >= LEAST_REPORTS / 4:
            weights[k] = _fit(x[use], right[use], START[k])
            weights[k, 0] -= np.log(worse[("pair", "member")[k]])
    true_of, found_of = (_n_tellers(label, source, n_sources) for label in (truth, dense.label))
    several, one = true_of >= 2, true_of == 1
    lost = (worse["lost"] * (several & (found_of == 1)).sum() + 100 * start.lost) / (several.sum() + 100)
    taken = (worse["taken"] * (one & (found_of >= 2)).sum() + 100 * start.taken) / (one.sum() + 100)
    return Rehearsal(
        weights=weights,
        mistaken=min(mistaken, 0.3),
        lost=min(float(lost), 0.4),
        taken=min(float(taken), 0.8),
        n_reports=int(rows.size),
    )
