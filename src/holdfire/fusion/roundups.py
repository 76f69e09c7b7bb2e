"""Round-ups: the incidents that a report of several tells of, each with its chance.

Turns groups of reports into memberships of the reports that sum several incidents up. Rule: a round-up joins nothing
and counts among no incident's reports; it stands as an incident of its own only for what others do not tell; it raises
the odds that an incident happened by a stated weight at most. Leaves who sums up to ``several``. Source: Wang (1993)
on sums of independent trials; docs/explanation/fusion.md, "Round-ups".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.block import Located, build_blocks, candidate_pairs
from holdfire.fusion.compare import Model
from holdfire.fusion.compiled import compiled
from holdfire.fusion.edges import Edges
from holdfire.fusion.kernels import E_BIAS, E_RELATED, E_RELATED_OWN, H_DOCUMENT, H_PLACE, H_SOURCE, score_pairs
from holdfire.fusion.link import Groups
from holdfire.fusion.parameters import Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.realness import Realness

__all__ = ["Shared", "corroborate", "edges_apart", "main_probs", "share_out"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Rows = NDArray[np.int64]

REACH_SIGMAS = 4.0
FINE_M = 12_000.0
"""A round-up looks at least so far, and an incident's own error counts for no more: so only round-ups ask."""
GAP_H = 12.0
"""Largest gap between a round-up's interval and an incident's: days end at another hour elsewhere."""
LEAST_NATS = -12.0
MOST_CANDIDATES = 200
"""Candidates of one round-up: the best."""
FOUND = 0.85
"""Of the incidents that others tell too, the share that stands as an incident of its own after joining."""
ASIDE = 0.3
"""Of the incidents around a round-up's place and time, the share that it leaves out: found alike in simulated worlds
of 6, 20 and 60 incidents a day."""
COUNT_ERROR = 0.3
"""Standard deviation of a stated count, as a share of it."""
MOST_SHARE = 1.25
"""Most that a round-up's chances add up to, as a share of its count: an incident may stand in two parts, both told."""
LEAST_PROB, MOST_PROB = 0.25, 0.98
"""Less likely memberships are not listed; none is surer."""
UNTOLD, UNTOLD_SHARE = 0.5, 0.1
"""A round-up stands for something that nobody else tells where more than this, and this share of its count, is left."""
WEIGHT, MOST_SOURCES = 1.0, 2.0
"""What one source's round-up adds to the odds that an incident happened (1 = it doubles them), and how many sources can
add it. Worlds whose round-ups never lie would bear four times that; parties' round-ups do lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Hold which incidents round-ups tell of, by round-up in the order of ids, then by group.

    Attributes
    ----------
    row : int64, (m,)
        Row of the round-up.
    group : int64, (m,)
        Group of reports that it tells of.
    prob : float64, (m,), 0..1
    """

    row: Rows
    group: Rows
    prob: Floats


NO_SHARES = Shared(row=np.empty(0, np.int64), group=np.empty(0, np.int64), prob=np.empty(0))


def edges_apart(edges: Edges, summing: NDArray[np.bool_]) -> Edges:
    """Return the edges without those between a round-up and a report of one incident: a round-up glues nothing.

    Parameters
    ----------
    edges : Edges
    summing : bool, (n,)
        Which reports are round-ups.
    """
    return edges.select(summing[edges.left] == summing[edges.right]) if summing.any() else edges


def _located(G: Floats, H: Ints, n_groups: int) -> Located:
    placed = H[:, H_PLACE] != -1
    radius = np.where(placed, np.linalg.norm(G[:, :3], axis=1), 1.0)
    asks = np.arange(G.shape[0]) >= n_groups
    reach = REACH_SIGMAS * np.sqrt(G[:, 3])
    return Located(
        lon=np.where(placed, np.degrees(np.arctan2(G[:, 1], G[:, 0])), np.nan),
        lat=np.where(placed, np.degrees(np.arcsin(np.clip(G[:, 2] / radius, -1, 1))), np.nan),
        xyz=G[:, :3],
        start=G[:, 4],
        end=G[:, 5],
        reach_m=np.where(asks, np.maximum(reach, FINE_M + 1.0), np.minimum(reach, FINE_M)),
        open=asks,
    )


def _candidates(model: Model, groups: Groups, rows: Rows, told_of: Rows) -> tuple[Rows, Rows, Floats]:
    """Return round-up, group and evidence of the pairs within reach, by round-up, then by group.

    Evidence is that of place, time and names against chance. Other sources' silence says nothing here, since telling
    of one incident does not keep a round-up from telling of the next, and related incidents are told with it.
    """
    n_groups = told_of.size
    G = np.ascontiguousarray(np.concatenate([groups.G[told_of], model.G[rows]]))
    H = np.ascontiguousarray(np.concatenate([groups.H[told_of], model.H[rows]]))
    H[n_groups:, H_SOURCE], H[:, H_DOCUMENT] = -1, -1
    theta = model.theta.copy()
    theta[[E_BIAS, E_RELATED, E_RELATED_OWN]] = 0.0
    found: list[tuple[Rows, Rows, Floats]] = []
    blocks = build_blocks(_located(G, H, n_groups), np.arange(G.shape[0]))
    for left, right in chain.from_iterable(candidate_pairs(block, GAP_H) for block in blocks):
        low, high = np.minimum(left, right), np.maximum(left, right)
        across = (low < n_groups) & (high >= n_groups)
        low, high = low[across], high[across]
        nats, related = np.empty(low.size), np.empty(low.size)
        score_pairs(low, high, np.zeros(low.size), G, H, theta, model.table, model.again, model.article, nats, related)
        keep = nats > LEAST_NATS
        found.append((high[keep].astype(np.int64) - n_groups, told_of[low[keep]], nats[keep]))
    if not found:
        return NO_SHARES.row, NO_SHARES.group, NO_SHARES.prob
    which, group, nats = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((group, which))
    return which[order], group[order], nats[order]


def _ranked(key: Rows, nats: Floats, tie: Rows) -> Rows:
    """Return each pair's place, from 0, among those of its key: the best evidence first."""
    order = np.lexsort((tie, -nats, key))
    ordered = key[order]
    new = np.ones(order.size, bool)
    new[1:] = ordered[1:] != ordered[:-1]
    begin = np.maximum.accumulate(np.where(new, np.arange(order.size), 0))
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size) - begin
    return place


def _once_by_curated(prepared: Prepared, groups: Groups, row: Rows, group: Rows, nats: Floats) -> NDArray[np.bool_]:
    """Return which pairs may stand: a curated source tells no incident twice, in a round-up or otherwise."""
    source = prepared.source[row].astype(np.int64)
    curated = prepared.curated[source]
    if not curated.any():
        return np.ones(row.size, bool)
    width = prepared.curated.size
    told = groups.label[groups.members].astype(np.int64) * width + prepared.source[groups.members]
    key = group * width + source
    first = np.zeros(row.size, bool)
    first[curated] = _ranked(key[curated], nats[curated], prepared.rank[row[curated]]) == 0
    return ~curated | (first & ~np.isin(key, told))


@compiled
def _solve(first: Rows, nats: Floats, most: Floats, aim: Floats, spread: Floats, base: Floats, prob: Floats) -> None:
    """Fill the chances whose logit is the evidence and a number common to a round-up, which its count decides.

    The common number b solves b = base + (aim - sum of chances) / spread, whose sides cross once, by bisection; where
    the chances would add up to more than may be, it is the b where they add up to that.
    """
    for k in range(aim.size):
        low, high = base[k] - 30.0, base[k] + 30.0
        for _ in range(40):
            middle = 0.5 * (low + high)
            total = 0.0
            for m in range(first[k], first[k + 1]):
                total += 1.0 / (1.0 + np.exp(-min(40.0, max(-40.0, nats[m] + middle))))
            if total < most[k] and middle < base[k] + (aim[k] - total) / spread[k]:
                low = middle
            else:
                high = middle
        for m in range(first[k], first[k + 1]):
            prob[m] = 1.0 / (1.0 + np.exp(-min(40.0, max(-40.0, nats[m] + 0.5 * (low + high)))))


def _chances(which: Rows, nats: Floats, count: Floats, seen: Floats) -> Floats:
    """Return the chance that each round-up tells of each candidate.

    Parameters
    ----------
    which : int64, (m,)
        Number of the round-up, ascending.
    nats : float64, (m,)
    count : float64, (k,), >= 2
        Incidents that each round-up says it tells of.
    seen : float64, (k,), 0..1
        Share of them that stands as an incident of somebody else's reports.
    """
    seen = np.clip(seen, 0.05, 0.95)
    aim = count * seen
    spread = aim * (1.0 - seen) + 0.1 * count + (COUNT_ERROR * count) ** 2
    prob = np.empty(nats.size)
    first = np.searchsorted(which, np.arange(count.size + 1)).astype(np.int64)
    _solve(first, nats, MOST_SHARE * count, aim, spread, np.log(aim / ASIDE), prob)
    return np.minimum(prob, MOST_PROB)


def _seen(prepared: Prepared, learned: Learned, rows: Rows) -> Floats:
    """Return the share of what each round-up sums up that other sources tell, and that is found."""
    missed = np.log1p(-np.clip(learned.coverage, 0.0, 0.999))
    return np.asarray(FOUND * (1.0 - np.exp(missed.sum() - missed)))[prepared.source[rows]]


def _without(groups: Groups, gone: NDArray[np.bool_]) -> tuple[Groups, Rows]:
    """Return the groups that stay, numbered anew, and each group's new number; -1 = gone."""
    number = np.where(gone, -1, np.cumsum(~gone) - 1).astype(np.int64)
    size = np.diff(groups.first)
    stays = ~np.repeat(gone, size)
    label = np.where(groups.label >= 0, number[groups.label], -1).astype(np.int32)
    return Groups(
        label=label,
        members=groups.members[stays],
        first=np.concatenate([[0], np.cumsum(size[~gone])]).astype(np.int64),
        G=groups.G[~gone],
        H=groups.H[~gone],
    ), number


def share_out(
    prepared: Prepared, model: Model, learned: Learned, groups: Groups, told: Floats
) -> tuple[Groups, Shared]:
    """Return the groups without round-ups that others tell wholly, and the incidents that round-ups tell of.

    Parameters
    ----------
    prepared, model, learned
        The reports and what is known of them.
    groups : Groups
        Joined by edges that keep round-ups apart: of round-ups only, or of none.
    told : float64, (n,), >= 1
        Incidents that each report tells of.

    Returns
    -------
    groups : Groups
        A round-up without a group has the label -1; each such one has two memberships or more.
    shared : Shared
    """
    rows = np.flatnonzero((told > 1.0) & (groups.label >= 0))
    if rows.size == 0:
        return groups, NO_SHARES
    rows = rows[np.argsort(prepared.rank[rows])]
    sums_up = told[groups.members[groups.first[:-1]]] > 1.0
    which, group, nats = _candidates(model, groups, rows, np.flatnonzero(~sums_up))
    keep = _once_by_curated(prepared, groups, rows[which], group, nats)
    keep &= _ranked(which, np.where(keep, nats, -np.inf), group) < MOST_CANDIDATES
    which, group, nats = which[keep], group[keep], nats[keep]
    prob = _chances(which, nats, told[rows], _seen(prepared, learned, rows))
    listed = prob >= LEAST_PROB
    which, group, prob = which[listed], group[listed], prob[listed]
    left = told[rows] - np.bincount(which, prob, minlength=rows.size)
    stands = np.zeros(sums_up.size, bool)
    stands[groups.label[rows[left > UNTOLD + UNTOLD_SHARE * told[rows]]]] = True
    remaining, number = _without(groups, sums_up & ~stands)
    return remaining, Shared(row=rows[which], group=number[group], prob=prob)


def main_probs(prob: Floats, groups: Groups, shared: Shared) -> Floats:
    """Return the chances of belonging to one's own group, where round-ups that stand belong above all.

    Parameters
    ----------
    prob : float64, (n,), 0..1
        Chance that each report belongs to its group.
    groups : Groups
    shared : Shared
    """
    out = prob.copy()
    np.maximum.at(out, shared.row, shared.prob + 1e-5)
    return np.where(groups.label >= 0, out, prob)


def corroborate(prepared: Prepared, groups: Groups, realness: Realness, shared: Shared) -> Realness:
    """Return what was judged of groups, with odds raised where other sources' round-ups tell of them.

    Each source that has no report in the group adds ``WEIGHT`` times the chance that it tells of it; of two round-ups
    of one source the likelier counts; ``MOST_SOURCES`` sources at most.
    """
    if shared.row.size == 0:
        return realness
    width = prepared.curated.size
    inside = groups.label[groups.members].astype(np.int64) * width + prepared.source[groups.members]
    key = shared.group * width + prepared.source[shared.row]
    pair, where = np.unique(key, return_inverse=True)
    best = np.zeros(pair.size)
    np.maximum.at(best, where, shared.prob)
    best[np.isin(pair, inside)] = 0.0
    total = np.bincount(pair // width, best, minlength=groups.first.size - 1)
    factor = 1.0 + WEIGHT * np.minimum(total, MOST_SOURCES)

    def raised(prob: Floats) -> Floats:
        odds = factor * prob
        return np.where(factor > 1.0, odds / (odds + 1.0 - prob), prob)

    return replace(realness, prob=raised(realness.prob), lower=raised(realness.lower), upper=raised(realness.upper))
