"""Realness: which groups tell of something that happened.

Turns groups into the chance that each is real, from how many independent sources tell of it and how often each
source tells of things that nobody else sees. Rule: a report that stands alone is as good as its source; what its
source is worth is read off how often the others, whose coverage is known from incidents that several report,
should have seen what it tells. Identifiability: a source that covers what no other covers looks like one that
invents; the Admiralty grade decides there, and the bounds say so. Source: Dawid and Skene (1979); Chao (1987) for
incidents that only one source sees; docs/explanation/fusion.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled
from holdfire.fusion.copying import find_copies
from holdfire.fusion.labels import Labels
from holdfire.fusion.link import Groups, Ties
from holdfire.fusion.lone import judge_lone
from holdfire.fusion.parameters import Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.rehearse import Rehearsal

__all__ = ["Realness", "judge_groups"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CREDIBILITY_ODDS = np.array([1.0, 4.0, 2.0, 1.0, 0.5, 0.2, 1.0])
"""Factor of a report's odds by its Admiralty credibility, none and then 1 (confirmed) to 6 (cannot be judged)."""
COPIED = 0.5
"""Share by which a source that copies or is copied counts as no further witness; it tells things of its own too."""
CONCERTED, CHANCE = 0.3, 0.02
"""Chance that a second source tells an invention too: of the inventor's own side, and any other."""
REVIEWED = (0.99, 0.97, 0.999)
"""Chance that what a named human says happened did happen, with its bounds."""
VIEW_DEG = 0.5
"""Side of the cells, degrees, in which it is asked whether others look there too."""
COPY_BYTES = 0.8
"""Share of equal sketch bytes above which two texts count as one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Realness:
    """Hold what was judged of each group.

    Attributes
    ----------
    prob, lower, upper : float64, (n_groups,), 0..1
    n_independent : int32, (n_groups,)
        Sources that do not copy one another.
    n_sources : int32, (n_groups,)
    alone_false : float64, (n_sources, 2), 0..1
        Chance that a report standing alone is false, by source and by whether it accuses an opponent.
    trust : float64, (n_sources,), 0..1
        Weight of the data in what a source's lone reports are worth; the rest is the grade's.
    copies : bool, (n_sources, n_sources)
        Who repeats whom, as stated and as found.
    """

    prob: Floats
    lower: Floats
    upper: Floats
    n_independent: Ints
    n_sources: Ints
    alone_false: Floats
    trust: Floats
    copies: NDArray[np.bool_]


@compiled
def _independent(
    first: NDArray[np.int64],
    members: Ints,
    source: Ints,
    copies: NDArray[np.bool_],
    coordinate: Ints,
    sketch: NDArray[np.uint8],
    n_sources: Ints,
    n_independent: Ints,
    origin: NDArray[np.bool_],
) -> None:
    for g in range(first.size - 1):
        for k in range(first[g], first[g + 1]):
            i, new, own = members[k], True, True
            for m in range(first[g], k):
                j = members[m]
                if source[i] == source[j]:
                    new = own = False
                    continue
                alike = copies[source[i], source[j]] and coordinate[i] == coordinate[j]
                if not alike and sketch.shape[0] > 0:
                    equal, some = 0, 0
                    for b in range(sketch.shape[1]):
                        some += sketch[i, b] > 0 or sketch[j, b] > 0
                        equal += sketch[i, b] > 0 and sketch[i, b] == sketch[j, b]
                    alike = some >= 12 and equal > COPY_BYTES * some
                if alike:
                    own = False
            n_sources[g] += new
            n_independent[g] += own
            origin[i] = own


def _missed(copies: NDArray[np.bool_], learned: Learned) -> Floats:
    """Return for each source the chance that all the others, but for its copies, miss an incident."""
    told = np.log1p(-np.clip(learned.coverage, 0.0, 0.999))
    return np.asarray(np.exp(told.sum() - told - COPIED * (copies @ told)))


def _lone_odds(prepared: Prepared, rows: NDArray[np.int64] | Ints, trust: Floats) -> Floats:
    """Return by how much a report's own Admiralty credibility raises its odds, as far as the data leaves it open."""
    column = prepared.table.column("credibility")
    if column.null_count == len(column):
        return np.ones(rows.size)
    grade = np.asarray(pc.fill_null(column, 0).to_numpy()).astype(int)[rows]
    return np.asarray(CREDIBILITY_ODDS[np.clip(grade, 0, 6)] ** (1.0 - trust))


def judge_groups(
    prepared: Prepared,
    groups: Groups,
    ties: Ties,
    prob: Floats,
    learned: Learned,
    rehearsal: Rehearsal,
    labels: Labels | None = None,
) -> Realness:
    """Return the chance that each group tells of something that happened.

    Parameters
    ----------
    prepared, groups, ties, learned, rehearsal
        The reports, what was made of them, and what a twin showed of it.
    prob : float64, (n,), 0..1
        Chance that each report belongs to its group.
    labels : Labels, optional
        What reviews say happened or did not: a group with such a report takes its word.
    """
    n_groups, n_sources = groups.first.size - 1, learned.coverage.size
    seen, independent = np.zeros(n_groups, np.int32), np.zeros(n_groups, np.int32)
    copies = prepared.copies | find_copies(prepared, groups)
    origin = np.zeros(prepared.n, bool)
    _independent(
        groups.first,
        groups.members,
        prepared.source,
        copies,
        prepared.coordinate,
        prepared.sketch,
        seen,
        independent,
        origin,
    )
    rows = groups.members[origin[groups.members]]
    source, accuses = prepared.source[rows], prepared.accuses[rows].astype(int)
    group = groups.label[rows]
    several = independent[group] >= 2
    flat = source * 2 + accuses
    lonely = np.maximum(1.0 / (1.0 + np.exp(np.clip(ties.rival_nats[rows], -40.0, 40.0))), 1e-3)
    alone = np.bincount(flat[~several], minlength=2 * n_sources).reshape(n_sources, 2).astype(float)
    joined = np.bincount(flat[several], minlength=2 * n_sources).reshape(n_sources, 2).astype(float)
    inside = np.clip(2.0 * prob[rows] - 1.0, 0.0, 1.0)
    breadth = _breadths(independent, group, inside, n_sources, rehearsal.lost)
    view = _others_joined(prepared, rows, several)
    missed = _missed(copies, learned)
    lone_row = np.where(groups.label >= 0, independent[groups.label] < 2, False)
    known = _known_lone(prepared, labels, lone_row, n_sources)
    lone = judge_lone(
        alone, joined, missed, breadth, prepared.prior_false, view, rehearsal.lost, rehearsal.taken, known
    )
    odds = _lone_odds(prepared, rows, lone.trust[source, accuses])
    mean_lonely = np.bincount(flat[~several], lonely[~several], minlength=2 * n_sources) / np.maximum(alone.ravel(), 1)
    odds = odds * np.where(several, 1.0, mean_lonely[flat] / lonely)
    # A group is false where its first teller invented it and each further one invented it too: together with the
    # first, or by itself where it was joined by mistake.
    together = np.where(_same_side_before(prepared, rows, group), CONCERTED, CHANCE)
    tellers = np.maximum(np.bincount(group, minlength=n_groups), 1)

    def of_groups(chance: Floats) -> Floats:
        false = np.clip(chance[source, accuses], 1e-4, 1.0 - 1e-4)
        false = false / (false + (1.0 - false) * odds)
        mean_false = np.bincount(group, false, minlength=n_groups) / tellers
        doubt = np.log(np.where(several, inside * together + (1.0 - inside) * false, 1.0))
        doubt_of = np.bincount(group, doubt, minlength=n_groups)
        doubt_of -= np.where(independent >= 2, _least(group, doubt, n_groups), 0.0)
        return np.asarray(1.0 - mean_false * np.exp(doubt_of))

    bounds = [of_groups(chance) for chance in (lone.mean, lone.upper, lone.lower)]
    if labels is not None:
        for values, happened, not_happened in zip(bounds, REVIEWED, 1.0 - np.array(REVIEWED)[[0, 2, 1]], strict=True):
            for said, value in ((labels.false, not_happened), (labels.real, happened)):
                own = groups.label[said]
                values[own[own >= 0]] = value
    return Realness(
        prob=bounds[0],
        lower=bounds[1],
        upper=bounds[2],
        trust=lone.trust.max(axis=1),
        n_independent=independent,
        n_sources=seen,
        alone_false=lone.mean,
        copies=copies,
    )


def _known_lone(prepared: Prepared, labels: Labels | None, lone: NDArray[np.bool_], n_sources: int) -> Floats:
    """Return how many lone reports of each source reviews call false, and how many real."""
    known = np.zeros((n_sources, 2))
    if labels is not None:
        for k, rows in enumerate((labels.false, labels.real)):
            known[:, k] = np.bincount(prepared.source[rows[lone[rows]]], minlength=n_sources)
    return known


def _breadths(independent: Ints, group: Ints, inside: Floats, n_sources: int, lost: float) -> Floats:
    """Return the number of incidents by number of independent tellers: as found, and with pairs mended.

    A pair that was joined by mistake is no incident of two tellers, and one that lost a report stands as two lone
    ones. Larger groups win and lose about as many.
    """
    counts = np.bincount(independent, minlength=n_sources + 1)[: n_sources + 1].astype(float)
    pairs = independent[group] == 2
    mended = counts.copy()
    if pairs.any() and n_sources >= 2:
        mended[2] *= float(inside[pairs].mean()) / max(0.4, 1.0 - 2.0 * lost)
    return np.stack([counts, mended])


def _others_joined(prepared: Prepared, rows: NDArray[np.int64] | Ints, several: NDArray[np.bool_]) -> Floats:
    """Return for each source the share of joined reports among those of other sources around its lone ones."""
    n_sources = prepared.copies.shape[0]
    placed = np.isfinite(prepared.lon[rows])
    band, column = (np.floor(np.nan_to_num(v[rows], nan=0.0) / VIEW_DEG) for v in (prepared.lat, prepared.lon))
    key = np.where(placed, (band * 10_000 + column).astype(np.int64), np.iinfo(np.int64).max)
    n_cells, cell = (lambda u: (u[0].size, u[1]))(np.unique(key, return_inverse=True))
    flat = prepared.source[rows].astype(np.int64) * n_cells + cell
    pair, where = np.unique(flat, return_inverse=True)
    own, own_joined = np.bincount(where), np.bincount(where, several)
    others = np.bincount(cell)[pair % n_cells] - own
    others_joined = np.bincount(cell, several)[pair % n_cells] - own_joined
    share = others_joined / np.maximum(others, 1.0) * others / (others + 3.0)
    lone = own - own_joined
    total = np.bincount(pair // n_cells, lone * share, minlength=n_sources)
    return np.asarray(total / np.maximum(np.bincount(pair // n_cells, lone, minlength=n_sources), 1.0))


def _same_side_before(prepared: Prepared, rows: NDArray[np.int64] | Ints, group: Ints) -> NDArray[np.bool_]:
    """Return which reports are told by the side of an earlier report of their group; rows are sorted by group."""
    sides = sorted({side for side in prepared.side if side is not None})
    if not sides:
        return np.zeros(rows.size, bool)
    number = np.array([sides.index(side) if side is not None else -1 for side in prepared.side])
    side = number[prepared.source[rows]]
    key = group.astype(np.int64) * len(sides) + side
    order = np.argsort(key, kind="stable")
    again = np.zeros(rows.size, bool)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    return again & (side >= 0)


def _least(group: Ints, doubt: Floats, n_groups: int) -> Floats:
    """Return each group's smallest doubt: the report that the others are counted beside."""
    least = np.zeros(n_groups)
    np.minimum.at(least, group, doubt)
    return least
