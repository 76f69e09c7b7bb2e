"""Reliability: what the reports themselves teach about their sources' errors, coverage, repeats and inventions.

Turns reports without labels into ``Learned`` by expectation and maximisation over candidate pairs and groups.
Rule: each estimate is drawn towards its starting value by a stated number of imagined observations, so that a
source with three reports does not get three digits; what the data cannot tell is said in ``notes``. Source: Winkler
(1988) for EM over record pairs; docs/explanation/fusion.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.articles import judge_articles
from holdfire.fusion.compare import EXTENT_M, Crowds, Model, build_model, compatible, find_edges
from holdfire.fusion.edges import Edges
from holdfire.fusion.kernels import E_BIAS
from holdfire.fusion.labels import Labels, label_edges
from holdfire.fusion.link import Groups, link
from holdfire.fusion.parameters import ATTRIBUTES, START_INHERIT, FusionParameters, Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.text import N_TEXT_BINS, text_bins

__all__ = ["learn", "start_values"]

Floats = NDArray[np.float64]

LEARN_NATS = -6.0
"""Pairs with less evidence than this teach nothing."""
CURATED_NATS = -5.0
"""While learning, two reports of a curated source are looked at too: they show what is near but not the same."""
MOST_REPEATS = 1.0
"""More than one further report of an incident on the mean is no repeat but another incident of the same day."""
SETTLED = 0.01
"""Learning ends when no estimate moves by more than this."""
SEPARATE_NATS = -2.5
"""Where one article's reports speak this much for two incidents, they count as known to be two."""
LEAST_KNOWN = 50
"""Pairs known to be two incidents, from which on they alone show what two related incidents have in common."""
PSEUDO = 20.0
"""Imagined pairs that hold an estimate at its starting value."""


def start_values(prepared: Prepared, parameters: FusionParameters) -> Learned:
    """Return the starting values."""
    n_sources = prepared.sources.num_rows
    ramp = np.array([-1.0, -0.5, 0.0, 0.6, 1.2, 1.8, 2.4, 3.0, 3.5, 4.5, 5.5, 6.0])
    return Learned(
        agree=np.full(len(ATTRIBUTES), parameters.start_agree),
        tail=parameters.start_tail,
        related=parameters.start_related,
        scale=np.ones(n_sources),
        coverage=np.full(n_sources, min(0.3, 2.0 / max(1, n_sources))),
        share=np.full(n_sources, min(0.3, 2.0 / max(1, n_sources))),
        repeat=np.where(prepared.curated, 0.0, 0.1),
        false_rate=prepared.prior_false.copy(),
        accuse_rate=prepared.prior_false.copy(),
        text_nats=np.stack([ramp, ramp]),
        article_nats=_judge_articles(prepared, n_sources),
    )


def _pull(total: float, weight: float, start: float, pseudo: float = PSEUDO) -> float:
    return (total + pseudo * start) / (weight + pseudo)


def _learn_names(prepared: Prepared, edges: Edges, weight: Floats, learned: Learned, start: float) -> None:
    for k, words in enumerate(prepared.vocabulary):
        one, two = prepared.names[edges.left, k], prepared.names[edges.right, k]
        both = (one >= 0) & (two >= 0)
        if not words or not both.any():
            continue
        fits = compatible(words)
        share = np.bincount(prepared.names[prepared.names[:, k] >= 0, k], minlength=len(words)).astype(float)
        share /= share.sum()
        chance = float(share @ fits @ share)
        learned.chance[k] = chance
        if chance > 0.9:
            learned.notes[ATTRIBUTES[k]] = "names differ too little to learn how often they are confused"
            continue
        agree = float((weight[both] * fits[one[both], two[both]]).sum())
        seen = _pull(agree, float(weight[both].sum()), start + (1 - start) * chance)
        learned.agree[k] = float(np.clip((seen - chance) / max(1e-3, 1.0 - chance), 0.3, 0.99))


def _weighted_median(values: Floats, weight: Floats) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _learn_places(prepared: Prepared, model: Model, edges: Edges, weight: Floats, learned: Learned) -> None:
    a, b = edges.left, edges.right
    both = (prepared.coordinate[a] >= 0) & (prepared.coordinate[b] >= 0)
    equal = both & (prepared.coordinate[a] == prepared.coordinate[b])
    other = ~prepared.copies[prepared.source[a], prepared.source[b]]
    own = prepared.source[a] == prepared.source[b]
    learned.prob_equal, learned.equal_own = (
        float(np.clip(_pull(weight[equal & mine].sum(), weight[both & mine].sum(), 0.1), 1e-3, 0.98))
        for mine in (~own, own)
    )
    use = both & ~equal & other & (weight > 0.2)
    if use.sum() < 10:
        learned.notes["scale"] = "too few pairs to learn the sources' errors of place"
        return
    a, b, w = a[use], b[use], weight[use]
    total = model.G[a, 3] + model.G[b, 3]
    d2 = ((prepared.xyz[a] - prepared.xyz[b]) ** 2).sum(axis=1)
    ratio = d2 / total
    core = (1 - learned.tail) * np.exp(-0.5 * ratio)
    wide = learned.tail / 9 * np.exp(-0.5 * ratio / 9)
    # A review may join what lies so far apart that both densities are nought: such a place is in the tail.
    known = core + wide > 0
    in_tail = np.divide(w * wide, core + wide, out=w.copy(), where=known)
    learned.tail = float(np.clip(_pull(in_tail.sum(), w.sum(), 0.1), 0.02, 0.3))
    for s in range(learned.scale.size):
        mine = (prepared.source[a] == s) | (prepared.source[b] == s)
        n = float(w[mine].sum())
        if n < 3:
            continue
        factor = np.sqrt(_weighted_median(ratio[mine], w[mine]) / (2 * np.log(2) * (1 + 0.8 * learned.tail)))
        step = factor ** (n / (n + PSEUDO)) if np.isfinite(factor) and factor > 0 else 1.0
        learned.scale[s] = float(np.clip(learned.scale[s] * np.sqrt(step), 0.4, 4.0))


def _learn_times(prepared: Prepared, model: Model, edges: Edges, weight: Floats, learned: Learned) -> None:
    a, b = edges.left, edges.right
    overlap = np.minimum(model.G[a, 5], model.G[b, 5]) - np.maximum(model.G[a, 4], model.G[b, 4])
    apart = overlap <= 0
    own = prepared.source[a] == prepared.source[b]
    learned.late, learned.late_own = (
        float(np.clip(_pull(weight[apart & mine].sum(), weight[mine].sum(), 0.05), 0.002, 0.4)) for mine in (~own, own)
    )
    weight = np.where(own, 0.0, weight)
    late = float(_pull((weight[apart] * -overlap[apart]).sum(), weight[apart].sum(), 43_200.0))
    learned.late_s = float(np.clip(late, 3600.0, 48 * 3600.0))


def _learn_inheritance(
    prepared: Prepared, a: NDArray[np.int32], b: NDArray[np.int32], share: Floats, learned: Learned
) -> None:
    """Estimate how often incidents that are related share a name, from pairs that are known to be two incidents."""
    for k, words in enumerate(prepared.vocabulary):
        one, two = prepared.names[a, k], prepared.names[b, k]
        both = (one >= 0) & (two >= 0)
        if not words or not both.any():
            continue
        fits, chance = compatible(words), learned.chance[k]
        agree = float((share[both] * fits[one[both], two[both]]).sum())
        seen = _pull(agree, float(share[both].sum()), chance + (1 - chance) * START_INHERIT[k])
        learned.inherit[k] = float(np.clip((seen - chance) / max(1e-3, 1.0 - chance), 0.0, 0.95))


def _learn_related(prepared: Prepared, model: Model, edges: Edges, weight: Floats, learned: Learned, n: int) -> None:
    """Estimate second salvoes from pairs that are near but not the same; curated sources show them plainly."""
    share = (1.0 - weight) * edges.related
    a, b, article = edges.left, edges.right, prepared.document
    own = prepared.source[a] == prepared.source[b]
    # Each incident is told `size` times, and so is its sequel: size squared pairs of reports for a pair of incidents.
    expected = max(1.0, n * learned.size)
    learned.related = float(np.clip((share[~own].sum() + 0.1 * 50) / (expected + 50), 0.005, 1.0))
    # What is known to be two incidents shows best how alike two incidents can be: doubles of curated sources and of
    # one article. Where there are few of them, a source's own pairs tell how often it follows an incident up.
    once = (article[a] >= 0) & (article[a] == article[b]) & (learned.article_nats[prepared.source[a]] < SEPARATE_NATS)
    known = own & (prepared.curated[prepared.source[a]] | once)
    plain = known if known.sum() >= LEAST_KNOWN else own
    tellers = max(1, int(np.isin(prepared.source, np.unique(prepared.source[a[plain]])).sum())) if plain.any() else n
    learned.related_own = float(np.clip((share[plain].sum() + 0.1 * 50) / (tellers + 50), 0.005, 1.0))
    if known.sum() >= LEAST_KNOWN:
        _learn_inheritance(prepared, a[known], b[known], edges.related[known], learned)
    total, length = model.G[a, 3] + model.G[b, 3], model.G[:, 5] - model.G[:, 4]
    sharp = (prepared.coordinate[a] >= 0) & (prepared.coordinate[b] >= 0) & (total < 4000.0**2)
    d2 = ((prepared.xyz[a] - prepared.xyz[b]) ** 2).sum(axis=1)
    if sharp.any():
        spread = _pull((share[sharp] * (d2 - 2 * total)[sharp]).sum() / 4, share[sharp].sum(), 3000.0**2)
        learned.related_m = float(np.clip(np.sqrt(max(spread, 1.0)), 1000.0, 10_000.0))
    brief = np.maximum(length[a], length[b]) < 3 * 3600.0
    if brief.any():
        apart = np.abs(model.G[a, 4] + model.G[a, 5] - model.G[b, 4] - model.G[b, 5]) / 2
        mean = _pull((share * apart)[brief].sum(), share[brief].sum(), 21_600.0)
        learned.related_s = float(np.clip(mean, 1800.0, 86_400.0))


def _count_bins(
    prepared: Prepared, left: NDArray[np.int64], right: NDArray[np.int64], weight: Floats
) -> NDArray[np.float64]:
    """Return the weight of pairs by whether their languages differ and by bin of likeness."""
    place = np.empty(left.size, np.int8)
    text_bins(left.astype(np.int32), right.astype(np.int32), prepared.sketch, place)
    other = prepared.language[left] != prepared.language[right]
    use = place >= 0
    flat = other[use] * N_TEXT_BINS + place[use]
    return np.bincount(flat, weight[use], minlength=2 * N_TEXT_BINS).reshape(2, N_TEXT_BINS).astype(np.float64)


def _learn_texts(prepared: Prepared, edges: Edges, weight: Floats, rows: NDArray[np.int64], learned: Learned) -> None:
    """Estimate how alike texts of one incident are, beside texts of reports that lie days apart."""
    if prepared.sketch.shape[0] == 0:
        return
    by_time = rows[np.lexsort((prepared.rank[rows], prepared.start[rows]))]
    chance_of = np.zeros((2, N_TEXT_BINS))
    for k in range(1, 4):
        other = np.roll(by_time, k * by_time.size // 7 + 1)
        far = np.abs(prepared.start[by_time] - prepared.start[other]) > 3 * 86_400.0
        chance_of += _count_bins(prepared, by_time[far], other[far], np.ones(int(far.sum())))
    likely = weight > 0.3
    same_of = _count_bins(
        prepared, edges.left[likely].astype(np.int64), edges.right[likely].astype(np.int64), weight[likely]
    )
    for other_language in range(2):
        chance = (chance_of[other_language] + 0.5) / (chance_of[other_language].sum() + 0.5 * N_TEXT_BINS)
        prior = chance * np.exp(learned.text_nats[other_language])
        same = (same_of[other_language] + PSEUDO * prior / prior.sum()) / (same_of[other_language].sum() + PSEUDO)
        learned.text_nats[other_language] = np.clip(np.maximum.accumulate(np.log(same / chance)), -2.0, 7.0)


def _learn_sources(prepared: Prepared, groups: Groups, learned: Learned, rows: NDArray[np.int64]) -> None:
    """Estimate each source's coverage from the groups."""
    n_sources, n_groups = learned.scale.size, groups.first.size - 1
    pair = np.unique(groups.label[rows].astype(np.int64) * n_sources + prepared.source[rows])
    group, source = pair // n_sources, pair % n_sources
    breadth = np.bincount(group, minlength=n_groups)
    # Coverage is read off incidents that two *other* sources tell of: those surely happened.
    sure = breadth[group] >= 3
    others = float((breadth >= 2).sum())
    seen = np.bincount(source[sure], minlength=n_sources).astype(float)
    only_two = np.bincount(source[breadth[group] == 2], minlength=n_sources)
    base = np.maximum(others - only_two, 0.0)
    prior = min(0.3, 2.0 / max(1, n_sources))
    learned.coverage = np.clip((seen + 5 * prior) / (base + 5), 0.005, 0.95)


def _learn_sizes(prepared: Prepared, edges: Edges, weight: Floats, rows: NDArray[np.int64], learned: Learned) -> None:
    """Estimate from the expected number of true pairs how often an incident is told, and how often nobody tells it.

    With a Poisson number of tellers of mean m, the pairs for each report are m / 2 and the unseen share exp(-m).
    Pairs are weighed by their own odds, not by the groups they ended in, so that joining too much does not teach
    to join more.
    """
    source = prepared.source
    again = source[edges.left] == source[edges.right]
    told = 2.0 * float(weight[~again].sum()) / rows.size
    learned.unseen = float(np.clip(np.exp(-told), 0.03, 0.9))
    learned.size = float(max(1.0, told / max(1e-9, 1.0 - np.exp(-told))))
    reports = np.bincount(source[rows], minlength=learned.scale.size)
    twice = np.bincount(source[edges.left[again]], weight[again], minlength=learned.scale.size)
    repeat = (twice + 0.1 * 10) / (np.maximum(reports - twice, 0.0) + 10)
    learned.repeat = np.where(prepared.curated, 0.0, np.minimum(repeat, MOST_REPEATS))
    learned.share = reports / (1.0 + learned.repeat) / (rows.size / learned.size)


def _judge_articles(prepared: Prepared, n_sources: int) -> Floats:
    """Return what two reports out of one article speak for one incident, by source."""
    document, rows = prepared.document, np.arange(prepared.n)
    named = np.flatnonzero(document >= 0)
    first = rows.copy()
    if named.size:
        begins = np.unique(document[named], return_index=True, return_inverse=True)[1:]
        first[named] = named[begins[0]][begins[1]]
    d2 = ((prepared.xyz - prepared.xyz[first]) ** 2).sum(axis=1)
    reach = np.nan_to_num(prepared.sigma) ** 2 + np.nan_to_num(prepared.sigma[first]) ** 2 + 2 * EXTENT_M**2
    gap = np.maximum(prepared.start, prepared.start[first]) - np.minimum(prepared.end, prepared.end[first])
    near = (d2 <= 9.0 * reach) & (gap <= 86_400.0)
    return judge_articles(document, prepared.source, near, first, n_sources)


def _vector(learned: Learned) -> Floats:
    """Return the estimates that must stand still before learning ends."""
    return np.concatenate([learned.agree, [learned.prob_equal, learned.tail, learned.late, learned.unseen]])


def _rivalled(edges: Edges, odds: Floats, label: NDArray[np.int32]) -> Floats:
    """Return the odds of pairs, lowered where either report is already tied to another group."""
    together = label[edges.left] == label[edges.right]
    own = np.full(label.size, -np.inf)
    for rows in (edges.left, edges.right):
        np.maximum.at(own, rows[together], odds[together])
    taken = np.logaddexp(0.0, np.logaddexp(own[edges.left], own[edges.right]))
    return np.asarray(np.where(together, odds, odds - taken))


def learn(
    prepared: Prepared,
    crowds: Crowds,
    rows: NDArray[np.int64],
    parameters: FusionParameters,
    labels: Labels | None = None,
) -> Learned:
    """Return what the reports teach.

    Parameters
    ----------
    prepared : Prepared
    crowds : Crowds
    rows : int64, (m,)
        Reports that may open incidents.
    parameters : FusionParameters
    labels : Labels, optional
        What reviews say counts as known.
    """
    learned = start_values(prepared, parameters)
    if rows.size < 2:
        learned.notes["learning"] = "too few reports to learn from: starting values kept"
        return learned
    sample = rows
    changes: list[float] = []
    while len(changes) < parameters.learn_rounds and (not changes or changes[-1] > SETTLED):
        before = _vector(learned)
        model = build_model(prepared, learned, crowds, sample)
        again = np.maximum(model.again, CURATED_NATS)
        edges = find_edges(prepared, model, learned, sample, parameters, LEARN_NATS, 0.05, again)
        edges = edges if labels is None else label_edges(edges, labels, prepared.n)
        source = prepared.source
        twice = (source[edges.left] == source[edges.right]) & prepared.curated[source[edges.left]]
        allowed = replace(edges, score=np.where(twice, -np.inf, edges.score))
        groups = link(prepared, model, allowed, sample, parameters.merge_nats, parameters.n_threads, labels)
        edges = replace(edges, score=np.where(twice, -40.0, edges.score))
        # A pair's own odds do not profit from the silence of third sources, which the joining of groups counts.
        odds = edges.score - model.theta[E_BIAS]
        free = 1.0 / (1.0 + np.exp(-np.clip(odds, -40, 40)))
        weight = 1.0 / (1.0 + np.exp(-np.clip(_rivalled(edges, odds, groups.label), -40, 40)))
        own = source[edges.left] == source[edges.right]
        _learn_names(prepared, edges, weight, learned, parameters.start_agree)
        _learn_places(prepared, model, edges, weight, learned)
        _learn_times(prepared, model, edges, np.where(own, weight, free), learned)
        _learn_related(prepared, model, edges, weight, learned, sample.size)
        _learn_texts(prepared, edges, weight, sample, learned)
        _learn_sources(prepared, groups, learned, sample)
        _learn_sizes(prepared, edges, free, sample, learned)
        changes.append(round(float(np.abs(_vector(learned) - before).max()), 4))
    learned.notes["rounds"] = len(changes)
    learned.notes["changes"] = changes
    learned.notes["settled"] = bool(changes and changes[-1] <= SETTLED)
    return learned
