"""Compare: pairs of reports into evidence that they tell of one incident, in nats.

Turns candidates into edges with a log-likelihood ratio of one incident against two unrelated or two related ones.
Rule: every number in it is a chance that was learned from the reports, or a rate that was counted around them.
Leaves the loops to ``kernels``. Source: Fellegi and Sunter (1969); docs/explanation/fusion.md.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.block import Block, Located, build_blocks, candidate_pairs
from holdfire.fusion.crowding import OWN_DAYS_S, Crowding, count_crowding, local_rates
from holdfire.fusion.edges import Edges
from holdfire.fusion.kernels import E_BIAS, N_THETA, score_pairs
from holdfire.fusion.parameters import ATTRIBUTES, FusionParameters, Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.sorting import order_by_two
from holdfire.fusion.text import text_bins
from holdfire.fusion.tolls import toll_table
from holdfire.records.taxonomy import ancestors

__all__ = ["Crowds", "Model", "build_model", "compatible", "count_crowds", "find_edges", "locate", "text_evidence"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EXTENT_M = 150.0
"""An incident is not a point: standard deviation of where its tellers place it even when each is exact, metres."""
SOFT_LENGTH = 0.05
"""Intervals are widened by this share of their length on each side, and by ``SOFT_S``: edges are rounded."""
SOFT_S = 300.0
REACH_SIGMAS = 4.0
REACH_LEAST_M = 400.0
BLUNDER = 0.01
"""Share of places that lie anywhere at all (gross errors of geocoding)."""
HOPELESS_NATS = -1.5
NAMES_MOST_NATS = 6.0


@dataclass(slots=True, kw_only=True)
class Model:
    """Hold everything that the kernels need.

    Attributes
    ----------
    G, H : float64 (n, 8), int32 (n, 9)
        Reports as groups of one; see ``kernels``.
    theta : float64, (N_THETA,)
    table : float64, (5, k + 1, k + 1, 2)
        Ratio of two names, if they tell of one incident and of related ones, to chance; row and column 0 stand for
        'not named'.
    depth : int32, (5, k)
        Levels of each name in its tree.
    again : float64, (n_sources,), nats
        What a source's second report of one incident costs; -inf for curated sources.
    article : float64, (n_sources,), nats
        What it costs besides where both are from one article.
    """

    G: Floats
    H: Ints
    theta: Floats
    table: Floats
    depth: Ints
    again: Floats
    article: Floats


def compatible(words: list[str]) -> NDArray[np.bool_]:
    """Return which names could mean the same thing: one is the other, or lies above it in the tree."""
    known = {word: k for k, word in enumerate(words)}
    out = np.zeros((len(words), len(words)), bool)
    for k, word in enumerate(words):
        for above in ancestors(word):
            if above in known:
                out[k, known[above]] = out[known[above], k] = True
    return out


def _one_table(words: list[str], counts: Floats, agree: float) -> tuple[Floats, Ints]:
    """Return the evidence of two names by how rare the shallower of them is, and each name's depth."""
    n = len(words)
    depth = np.array([word.count("/") + 1 for word in words], np.int32)
    share = (counts + 0.5) / (counts.sum() + 0.5 * n)
    mass: dict[str, float] = {}
    for word, part in zip(words, share, strict=True):
        for above in ancestors(word):
            mass[above] = mass.get(above, 0.0) + float(part)
    below = np.array([mass[word] for word in words])
    fits = compatible(words)
    shallow = np.where(depth[:, None] <= depth[None, :], below[:, None], below[None, :])
    table = np.where(fits, agree / np.clip(shallow, 1e-9, 1.0) + (1.0 - agree), 1.0 - agree)
    for i in range(n):
        for j in range(n):
            if not fits[i, j]:
                shared = set(ancestors(words[i])) & set(ancestors(words[j]))
                if shared:
                    nearest = max(shared, key=len)
                    table[i, j] = (1.0 - agree) * (0.5 + 0.5 / max(mass[nearest], 0.05))
    return np.log(table), depth


def _tables(prepared: Prepared, agree: Floats, inherit: Floats) -> tuple[Floats, Ints]:
    most = max(1, *(len(words) for words in prepared.vocabulary))
    table, depth = np.ones((len(ATTRIBUTES), most + 1, most + 1, 2)), np.zeros((len(ATTRIBUTES), most), np.int32)
    for k, words in enumerate(prepared.vocabulary):
        if words:
            codes = prepared.names[:, k]
            counts = np.bincount(codes[(codes >= 0) & ~prepared.is_signal], minlength=len(words)).astype(float)
            n = len(words)
            make = toll_table if ATTRIBUTES[k] == "toll" else _one_table
            nats, depth[k, :n] = make(words, counts, float(agree[k]))
            table[k, 1 : n + 1, 1 : n + 1, 0] = np.exp(nats)
            table[k, 1 : n + 1, 1 : n + 1, 1] = inherit[k] * np.exp(nats) + 1.0 - inherit[k]
    return table, depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowds:
    """Hold the counts around each report that do not change while learning.

    Attributes
    ----------
    around : Crowding
        Counts in cells.
    exact : float64, (n,)
        Reports at exactly the same coordinates on other days.
    """

    around: Crowding
    exact: Floats


def _widened(prepared: Prepared) -> tuple[Floats, Floats]:
    length = prepared.end - prepared.start
    margin = SOFT_LENGTH * length + SOFT_S
    return prepared.start - margin, prepared.end + margin


def _same_coordinates(prepared: Prepared, rows: NDArray[np.int64]) -> Floats:
    """Return how many reports give exactly the same coordinates on other days than the report's own."""
    placed = rows[prepared.coordinate[rows] >= 0]
    out = np.zeros(prepared.n)
    if placed.size == 0:
        return out
    middle = (prepared.start[placed] + prepared.end[placed]) / 2
    stride = 4.0 * float(middle.max() - middle.min()) + 1e6
    key = prepared.coordinate[placed] * stride + (middle - middle.min())
    order = np.argsort(key)
    ordered = key[order]
    code = prepared.coordinate[placed][order]
    begins = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
    total = np.repeat(np.diff(np.append(begins, code.size)), np.diff(np.append(begins, code.size)))
    near = np.searchsorted(ordered, ordered + OWN_DAYS_S) - np.searchsorted(ordered, ordered - OWN_DAYS_S)
    out[placed[order]] = total - near
    return out


def count_crowds(prepared: Prepared, rows: NDArray[np.int64], n_threads: int) -> Crowds:
    """Count what lies around each report, once for all rounds of learning.

    Parameters
    ----------
    prepared : Prepared
    rows : int64, (m,)
        Reports that take part.
    n_threads : int
    """
    start, end = _widened(prepared)
    sigma = np.sqrt(np.nan_to_num(prepared.sigma, nan=0.0) ** 2 + EXTENT_M**2)
    located = Located(
        lon=prepared.lon,
        lat=prepared.lat,
        xyz=prepared.xyz,
        start=start,
        end=end,
        reach_m=sigma,
        open=np.ones(prepared.n, bool),
    )
    return Crowds(around=count_crowding(located, sigma, rows, n_threads), exact=_same_coordinates(prepared, rows))


def _theta(learned: Learned, rate_s: float, area_m2: float) -> Floats:
    """Return the learned numbers in the places where the kernels look for them."""
    bias = float(np.log((1.0 - learned.unseen) / learned.unseen))
    theta = np.zeros(N_THETA)
    theta[:] = [
        learned.prob_equal,
        learned.tail,
        learned.late,
        learned.late_s,
        learned.related,
        2 * learned.related_m**2,
        learned.related_s,
        bias,
        rate_s,
        BLUNDER / area_m2,
        learned.related_own,
        learned.equal_own,
        learned.late_own,
    ]
    return theta


def build_model(prepared: Prepared, learned: Learned, crowds: Crowds, rows: NDArray[np.int64]) -> Model:
    """Return what the kernels need.

    Parameters
    ----------
    prepared : Prepared
    learned : Learned
    crowds : Crowds
    rows : int64, (m,)
        Reports that are to be compared.
    """
    sigma = np.nan_to_num(prepared.sigma, nan=0.0) * learned.scale[prepared.source]
    variance = sigma**2 + EXTENT_M**2
    start, end = _widened(prepared)
    weight = 1.0 / learned.size
    log_rate, rate_s = local_rates(crowds.around, weight, rows)
    prior = max(0.002, 0.3 * float((crowds.exact[rows] > 0).mean()))
    span = crowds.around.span_s
    log_atom = np.log((crowds.exact * weight + prior) / max(span - 2 * OWN_DAYS_S, 0.5 * span))
    theta = _theta(learned, rate_s, crowds.around.area_m2)
    table, depth = _tables(prepared, learned.agree, learned.inherit)
    G = np.column_stack([prepared.xyz, variance, start, end, np.exp(log_rate), np.exp(log_atom)])
    number = np.ones(prepared.n, np.int32)
    H = np.column_stack([prepared.names, prepared.source, prepared.coordinate, number, prepared.document]).astype(
        np.int32
    )
    share = np.clip(np.maximum(learned.share, learned.coverage), 0.02, 0.95)
    again = np.log(np.clip(learned.repeat, 0.002, 5.0) * (1 - share) / share)
    again = np.where(prepared.curated, -np.inf, again)
    return Model(
        G=G,
        H=H,
        theta=theta,
        table=table,
        depth=depth,
        again=again,
        article=learned.article_nats,
    )


def locate(prepared: Prepared, model: Model, learned: Learned) -> Located:
    """Return what blocking looks at; a report of which no evidence could suffice asks nobody."""
    G = model.G
    log_length = np.log(G[:, 5] - G[:, 4])
    best = -np.log(2 * np.pi * G[:, 3]) - log_length - np.log(G[:, 6])
    exact = np.log(max(learned.prob_equal, learned.equal_own)) - log_length - np.log(G[:, 7])
    return Located(
        lon=prepared.lon,
        lat=prepared.lat,
        xyz=prepared.xyz,
        start=np.ascontiguousarray(G[:, 4]),
        end=np.ascontiguousarray(G[:, 5]),
        reach_m=REACH_SIGMAS * np.sqrt(G[:, 3]) + REACH_LEAST_M,
        open=np.maximum(best, exact) + model.theta[E_BIAS] + NAMES_MOST_NATS > HOPELESS_NATS,
    )


def text_evidence(prepared: Prepared, learned: Learned, left: Ints, right: Ints) -> Floats:
    """Return what the likeness of the pairs' texts says, in nats; 0 where a text is missing."""
    if prepared.sketch.shape[0] == 0:
        return np.zeros(left.size)
    place = np.empty(left.size, np.int8)
    text_bins(left, right, prepared.sketch, place)
    other = (prepared.language[left] != prepared.language[right]).astype(np.int8)
    # One source's equal words are as often a headline that it always prints, or one article about several incidents.
    silent = (place < 0) | (prepared.source[left] == prepared.source[right])
    return np.asarray(np.where(silent, 0.0, learned.text_nats[other, place]))


def _scored(model: Model, again: Floats, left: Ints, right: Ints, text: Floats) -> tuple[Floats, Floats]:
    score, related = np.empty(left.size), np.empty(left.size)
    score_pairs(left, right, text, model.G, model.H, model.theta, model.table, again, model.article, score, related)
    return score, related


def find_edges(
    prepared: Prepared,
    model: Model,
    learned: Learned,
    rows: NDArray[np.int64],
    parameters: FusionParameters,
    least: float,
    least_related: float = 2.0,
    again: Floats | None = None,
    located: Located | None = None,
    radii: Floats | None = None,
) -> Edges:
    """Return the pairs of rows with evidence above ``least``, sorted.

    Parameters
    ----------
    prepared, model, learned
        The reports and what is known of them.
    rows : int64, (m,)
        Rows to compare.
    parameters : FusionParameters
    least : float, nats
    least_related : float
        Pairs that are related at least with this chance are kept too; above 1: none.
    again : float64, (n_sources,), nats, optional
        In the place of the model's, while learning.
    located : Located, optional
    radii : float64, (7,), metres, optional
        What blocking looks at, and the radii of all reports, where these reports are a part of them.
    """
    cost = model.again if again is None else again
    worded = prepared.sketch.shape[0] > 0
    most_text = max(0.0, float(learned.text_nats.max())) if worded else 0.0

    def one(block: Block, part: int) -> list[tuple[NDArray[Any], ...]]:
        kept: list[tuple[NDArray[Any], ...]] = []
        for left, right in candidate_pairs(block, parameters.gap_h, n_threads, part):
            # Texts are compared where they could matter: what lies too low without them is dropped first.
            score, related = _scored(model, cost, left, right, np.zeros(left.size))
            hope = np.flatnonzero((score > least - most_text) | (related > least_related))
            left, right, score, related = left[hope], right[hope], score[hope], related[hope]
            text = text_evidence(prepared, learned, left, right)
            if worded:
                score, related = _scored(model, cost, left, right, text)
            chosen = np.flatnonzero((score > least) | (related > least_related))
            low, high = np.minimum(left[chosen], right[chosen]), np.maximum(left[chosen], right[chosen])
            rest = (related[chosen],) if least_related <= 1.0 else ()
            words = (text[chosen],) if worded else ()
            kept.append((low, high, score[chosen], *words, *rest))
        return kept

    n_threads = max(1, parameters.n_threads)
    where = locate(prepared, model, learned) if located is None else located
    pieces: list[tuple[NDArray[Any], ...]] = []
    with ThreadPoolExecutor(n_threads) as pool:
        for block in build_blocks(where, rows, n_threads, radii):
            for part in pool.map(one, [block] * n_threads, range(n_threads)):
                pieces += part
    if not pieces:
        none = np.zeros(0)
        rows32 = np.zeros(0, np.int32)
        return Edges(left=rows32, right=rows32, score=none, text=none, related=none)
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    del pieces
    order = order_by_two(columns[0], columns[1], prepared.n)
    left, right, score, *rest = (column[order] for column in columns)
    # Zeros that nobody writes to take no room.
    text = rest.pop(0) if worded else np.zeros(left.size)
    return Edges(left=left, right=right, score=score, text=text, related=rest[0] if rest else np.zeros(0))
