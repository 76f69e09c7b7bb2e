"""Posterior: groups of reports into the table of incidents.

Turns each group into what we believe happened: whether, where, when, what, by whom, to whom. Rule: the place is
the mean of the reports weighted by their precision, the time what their intervals share, and a name is a range
where the reports do not settle it. Signals are listed and weigh little. Source: DESIGN, section 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.fusion.bearings import mean_bearings
from holdfire.fusion.kernels import H_PLACE
from holdfire.fusion.link import Groups, Ties
from holdfire.fusion.numbers import number_bounds, stated_bounds
from holdfire.fusion.parameters import Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.realness import Realness
from holdfire.fusion.shares import NamedShares, name_shares, shares_array
from holdfire.fusion.signals import Attached
from holdfire.fusion.stretch import fill_most_shared
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import INSTANT, SHARES, table_from

__all__ = ["Wording", "incident_ids", "incident_table", "wording_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ALLEGES, ADMITS = 0.5, 0.99
"""Chance that a party names the doer rightly: when it accuses another side, and when it speaks of itself."""
MOST_LANGUAGES = 62
"""Languages that are told apart: the bits of a whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Hold the words of all reports, so that a part of the reports is described with the words of all.

    Attributes
    ----------
    actors : list of str
        Names of actors as coded, and behind them candidates that nobody names, in the order of the reports.
    languages : list of str
        In the order of the alphabet.
    """

    actors: list[str]
    languages: list[str]


def wording_of(prepared: Prepared) -> Wording:
    """Return the words of all reports."""
    actors = list(prepared.vocabulary[1])
    candidates = prepared.table.column("actor_candidates")
    if candidates.null_count < len(candidates):
        named = pc.unique(candidates.combine_chunks().flatten()).drop_null().to_pylist()
        known = set(actors)
        actors += [word for word in named if word not in known]
    spoken = pc.unique(prepared.table.column("language")).drop_null().to_pylist()
    return Wording(actors=actors, languages=sorted(spoken)[:MOST_LANGUAGES])


def incident_ids(anchors: pa.Array) -> list[str]:
    """Return ``i`` and 16 hexadecimal digits of the SHA-256 of each group's smallest report id.

    Examples
    --------
    >>> incident_ids(pa.array(["r1"]))
    ['i82f3e9c695dc6b8d']
    """
    sha = hashlib.sha256
    return ["i" + sha(anchor.encode()).hexdigest()[:16] for anchor in anchors.to_pylist()]


def anchors_of(prepared: Prepared, groups: Groups) -> NDArray[np.int64]:
    """Return the row of each group's smallest report id."""
    least = np.minimum.reduceat(prepared.rank[groups.members], groups.first[:-1])
    row = np.empty(prepared.n, np.int64)
    row[prepared.rank] = np.arange(prepared.n)
    return row[least]


def _finest(prepared: Prepared, groups: Groups) -> NDArray[np.int64]:
    """Return the row of each group's most precise report; of several the one with the smallest id."""
    precision = np.nan_to_num(prepared.sigma[groups.members], nan=np.inf)
    best = np.repeat(np.minimum.reduceat(precision, groups.first[:-1]), np.diff(groups.first))
    rank = np.where(precision == best, prepared.rank[groups.members], prepared.n)
    row = np.empty(prepared.n, np.int64)
    row[prepared.rank] = np.arange(prepared.n)
    return row[np.minimum.reduceat(rank, groups.first[:-1])]


def _place(prepared: Prepared, groups: Groups) -> dict[str, object]:
    """Return the columns of place; a group whose place is one report's own keeps that report's words for it."""
    n_groups = groups.first.size - 1
    placed = groups.H[:, H_PLACE] != -1
    norm = np.where(placed, np.linalg.norm(groups.G[:, :3], axis=1), 1.0)
    lat = np.degrees(np.arcsin(np.clip(groups.G[:, 2] / norm, -1, 1)))
    lon = np.degrees(np.arctan2(groups.G[:, 1], groups.G[:, 0]))
    sigma = np.sqrt(groups.G[:, 3])
    finest = _finest(prepared, groups)
    alone = (np.diff(groups.first) == 1) & placed
    lat[alone], lon[alone] = prepared.lat[finest[alone]], prepared.lon[finest[alone]]
    finest_sigma = np.nan_to_num(prepared.sigma[finest], nan=0.0)
    own = alone | (placed & (sigma >= 0.9 * finest_sigma) & (groups.H[:, H_PLACE] == prepared.coordinate[finest]))
    table = prepared.table
    take = pa.array(finest)
    models = pc.cast(table.column("place_model").take(take), pa.string())
    is_area = np.asarray(pc.fill_null(pc.equal(models, "area"), False).to_numpy()) & own
    model = np.where(placed, np.where(is_area, "area", "point"), "unknown")
    unit, named = (
        pc.cast(table.column(name).take(take), pa.string()).combine_chunks() for name in ("area_id", "place_name")
    )
    return {
        "place_model": pa.array(model.tolist(), pa.string()) if n_groups else pa.array([], pa.string()),
        "lon": pa.array(np.round(lon, 7), mask=~placed),
        "lat": pa.array(np.round(lat, 7), mask=~placed),
        "sigma_m": pa.array(np.round(sigma, 1), mask=~placed),
        "area_id": pc.if_else(pa.array(is_area), unit, pa.nulls(n_groups, pa.string())),
        "place_name": named,
    }


def _time(prepared: Prepared, groups: Groups) -> dict[str, object]:
    """Return the interval that the group's intervals share; those that lie apart from it are left out."""
    rows, first = groups.members, groups.first[:-1]
    label = groups.label[rows]
    start, end = prepared.start[rows], prepared.end[rows]
    inside = (start < groups.G[label, 5]) & (end > groups.G[label, 4]) & prepared.has_time[rows]
    low = np.maximum.reduceat(np.where(inside, start, -np.inf), first)
    high = np.minimum.reduceat(np.where(inside, end, np.inf), first)
    bad = ~((high > low) & np.isfinite(high - low))
    low, high = np.where(bad, groups.G[:, 4], low), np.where(bad, groups.G[:, 5], high)
    fill_most_shared(np.flatnonzero(bad), groups.first, start, end, prepared.has_time[rows], low, high)
    known = np.logical_or.reduceat(prepared.has_time[rows], first)
    us = [np.round(np.where(known, v, 0.0) * 1e6).astype(np.int64) for v in (low, high)]
    return {
        name: pc.cast(pa.array(value, mask=~known), INSTANT)
        for name, value in zip(("occurred_start", "occurred_end"), us, strict=True)
    }


def _actors(prepared: Prepared, groups: Groups, learned: Learned, wording: Wording) -> tuple[pa.Array, pa.Array]:
    words = prepared.vocabulary[1]
    code = prepared.names[:, 1]
    right = np.full(prepared.n, float(np.clip(np.sqrt(learned.agree[1]), 0.8, 0.98)))
    sides = sorted({side for side in prepared.side if side is not None})
    side_of = np.array([sides.index(side) if side is not None else -1 for side in prepared.side] or [-1])
    side = side_of[prepared.source] if prepared.n else np.zeros(0, int)
    right[prepared.accuses & (code >= 0)] = ALLEGES
    own = {sides.index(word): k for k, word in enumerate(words) if word in sides}
    for number, k in own.items():
        right[(side == number) & (code == k)] = ADMITS
    voice = np.where(side >= 0, -1 - side, prepared.source).astype(np.int32)
    shares = name_shares(groups.first, groups.members, code, right, voice, words)
    return _with_candidates(prepared, groups, shares, wording.actors)


def _with_candidates(
    prepared: Prepared, groups: Groups, shares: NamedShares, words: list[str]
) -> tuple[pa.Array, pa.Array]:
    """Put the candidates where nobody names the doer: each may have done it, nobody else did."""
    column = prepared.table.column("actor_candidates")
    best = pa.array([*words, None], pa.string()).take(pa.array(np.where(shares.best < 0, len(words), shares.best)))
    if column.null_count == len(column):
        return shares_array(shares, words), best
    lists = column.combine_chunks()
    flat = lists.flatten().to_pylist()
    parent = np.asarray(pc.list_parent_indices(lists).to_numpy())
    known = {word: k for k, word in enumerate(words)}
    code = np.array([known[name] if name is not None else -1 for name in flat], np.int64)
    use = (code >= 0) & (groups.label[parent] >= 0)
    report, code = np.unique(np.stack([parent[use], code[use]]), axis=1) if use.any() else (parent[:0], code[:0])
    n_lists = np.bincount(groups.label[np.unique(report)], minlength=groups.first.size - 1)
    pair, count = np.unique(groups.label[report].astype(np.int64) * len(words) + code, return_counts=True)
    group, code = pair // max(1, len(words)), (pair % max(1, len(words))).astype(np.int32)
    common = count == n_lists[group]
    some = np.bincount(group[common], minlength=n_lists.size) > 0
    unnamed = (shares.best < 0) & (n_lists > 0)
    keep = unnamed[group] & (common | ~some[group])
    return _spliced(shares, unnamed, group[keep], code[keep], words), best


def _spliced(
    shares: NamedShares, unnamed: NDArray[np.bool_], group: NDArray[np.int64], code: Ints, words: list[str]
) -> pa.Array:
    owner = np.repeat(np.arange(shares.best.size), np.diff(shares.first))
    stay = ~unnamed[owner]
    owner = np.concatenate([owner[stay], group])
    joined = [
        np.concatenate([old[stay], new])
        for old, new in (
            (shares.code, code),
            (shares.lower, np.zeros(code.size)),
            (shares.upper, np.ones(code.size)),
        )
    ]
    order = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[order], np.arange(shares.best.size + 1)).astype(np.int64)
    merged = NamedShares(first, joined[0][order].astype(np.int32), joined[1][order], joined[2][order], shares.best)
    return shares_array(merged, words)


def _what(prepared: Prepared, groups: Groups, learned: Learned, wording: Wording) -> dict[str, object]:
    right = np.full(prepared.n, float(np.clip(np.sqrt(learned.agree[0]), 0.85, 0.99)))
    kinds = name_shares(
        groups.first, groups.members, prepared.names[:, 0], right, prepared.source, prepared.vocabulary[0]
    )
    targets = name_shares(
        groups.first, groups.members, prepared.names[:, 2], right, prepared.source, prepared.vocabulary[2]
    )

    def named(codes: Ints, words: Sequence[str | None]) -> pa.Array:
        return pa.array([*words, None], pa.string()).take(pa.array(np.where(codes < 0, len(words), codes)))

    actors, actor = _actors(prepared, groups, learned, wording)
    fit = np.maximum.reduceat(np.where(targets.code >= 0, targets.lower, 0.0), targets.first[:-1])
    return {
        "kind": named(kinds.best, prepared.vocabulary[0]),
        "kinds": shares_array(kinds, prepared.vocabulary[0]),
        "actor": actor,
        "actors": actors.cast(SHARES),
        "target": named(groups.H[:, 3], [None if word.startswith("\x1f") else word for word in prepared.vocabulary[3]]),
        "target_kind": named(targets.best, prepared.vocabulary[2]),
        "prob_target_kind": pa.array(np.round(fit, 6), mask=targets.best < 0),
    }


def _mode(column: pa.ChunkedArray, groups: Groups) -> pa.Array:
    """Return each group's most frequent word; ties go to the first in the alphabet."""
    n_groups = groups.first.size - 1
    if column.null_count == len(column):
        return pa.nulls(n_groups, pa.string())
    coded = pc.dictionary_encode(column.combine_chunks())
    words = sorted(coded.dictionary.to_pylist())
    renumber = np.array([words.index(word) for word in coded.dictionary.to_pylist()])
    code = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False))[groups.members]
    label = groups.label[groups.members].astype(np.int64)[code >= 0]
    pair, count = np.unique(label * len(words) + renumber[code[code >= 0]], return_counts=True)
    order = np.lexsort((pair, -count, pair // len(words)))
    owner = pair[order] // len(words)
    top = np.concatenate([[True], owner[1:] != owner[:-1]])
    best = np.full(n_groups, len(words))
    best[owner[top]] = pair[order][top] % len(words)
    return pa.array([*words, None], pa.string()).take(pa.array(best))


def _number(prepared: Prepared, groups: Groups, name: str) -> tuple[Floats, Floats]:
    column = pc.fill_null(pc.cast(prepared.table.column(name), pa.float64()), float("nan"))
    values = np.asarray(column.to_numpy())[groups.members]
    low = np.minimum.reduceat(np.where(np.isnan(values), np.inf, values), groups.first[:-1])
    high = np.maximum.reduceat(np.where(np.isnan(values), -np.inf, values), groups.first[:-1])
    return low, high


def _numbers(prepared: Prepared, groups: Groups) -> dict[str, object]:
    """Return the range of casualties over the reports, and the bounds of an excluded group's part."""
    columns: dict[str, object] = {}
    low = _number(prepared, groups, "casualties_low")[0]
    best = _number(prepared, groups, "casualties_best")[1]
    high = _number(prepared, groups, "casualties_high")[1]
    for name, value in (("casualties_low", low), ("casualties_best", best), ("casualties_high", high)):
        known = np.isfinite(value)
        columns[name] = pa.array(np.where(known, value, 0).astype(np.int32), mask=~known)
    low_least, low_most = _number(prepared, groups, "excluded_lower")
    up_least, up_most = _number(prepared, groups, "excluded_upper")
    clash = low_most > up_least
    for name, value in (
        ("involved_excluded_lower", np.where(clash, low_least, low_most)),
        ("involved_excluded_upper", np.where(clash, up_most, up_least)),
    ):
        known = np.isfinite(value)
        columns[name] = pa.array(np.where(known, value, 0.0), mask=~known)
    return columns


def _counts(prepared: Prepared, groups: Groups, prob: Floats) -> dict[str, object]:
    """Return the bounds of the number of single events, or of persons freed."""
    rows = groups.members
    columns = [prepared.table.column(f"count_{end}") for end in ("low", "best", "high")]
    said = [np.asarray(pc.fill_null(pc.cast(one, pa.float64()), float("nan")).to_numpy())[rows] for one in columns]
    bounds = number_bounds(*stated_bounds(*said), groups.label[rows], prob[rows], groups.first.size - 1)
    return {
        name: pa.array(np.nan_to_num(value).astype(np.int32), mask=np.isnan(value))
        for name, value in zip(("count_low", "count_high"), bounds, strict=True)
    }


def _bearings(prepared: Prepared, groups: Groups) -> dict[str, object]:
    """Return where fire came from, by the reports that say so."""
    rows, names = groups.members, ("fired_from_deg", "fired_from_sigma_deg")
    columns = [pc.cast(prepared.table.column(name), pa.float64()) for name in names]
    bearing, sigma = (np.asarray(pc.fill_null(one, float("nan")).to_numpy())[rows] for one in columns)
    found = mean_bearings(bearing, sigma, groups.label[rows], groups.first.size - 1)
    return {name: pa.array(value, mask=np.isnan(value)) for name, value in zip(names, found, strict=True)}


def _languages(prepared: Prepared, groups: Groups, spoken: list[str]) -> pa.Array:
    column = prepared.table.column("language")
    n_groups = groups.first.size - 1
    if column.null_count == len(column):
        return pa.array([""] * n_groups, pa.string())
    coded = pc.dictionary_encode(column.combine_chunks())
    place = {word: k for k, word in enumerate(spoken)}
    bit = np.array(
        [1 << place[word] if word in place else 0 for word in [*coded.dictionary.to_pylist(), None]], np.int64
    )
    code = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False))[groups.members]
    masks = np.bitwise_or.reduceat(bit[code], groups.first[:-1])
    kinds, which = np.unique(masks, return_inverse=True)
    texts = [" ".join(word for k, word in enumerate(spoken) if mask >> k & 1) for mask in kinds.tolist()]
    return pa.array(texts, pa.string()).take(pa.array(which))


def _explanation(groups: Groups, ties: Ties, realness: Realness, n_signals: Ints, ids: pa.Array) -> pa.Array:
    """Return canonical JSON: the anchor, copies, signals, and the weakest evidence that holds a report in."""
    own = np.minimum.reduceat(np.minimum(ties.own_nats[groups.members], 999.0), groups.first[:-1])
    joined = np.diff(groups.first) > 1
    quoted = pc.replace_substring(pc.replace_substring(ids, "\\", "\\\\"), '"', '\\"')
    tenths = np.round(own * 10).astype(np.int64)
    text = pc.if_else(pa.array(joined), pc.cast(pa.array(tenths), pa.string()), "null")

    def number(values: NDArray[np.int64] | Ints) -> pa.Array:
        return pc.cast(pa.array(values), pa.string())

    return pc.binary_join_element_wise(
        '{"anchor":"',
        quoted,
        '","n_copies":',
        number(realness.n_sources - realness.n_independent),
        ',"n_signals":',
        number(n_signals),
        ',"weakest_tenths_of_nats":',
        text,
        "}",
        "",
    )


def incident_table(
    prepared: Prepared,
    groups: Groups,
    ties: Ties,
    realness: Realness,
    learned: Learned,
    attached: Attached,
    prob: Floats,
    wording: Wording | None = None,
) -> tuple[pa.Table, list[str]]:
    """Return the incidents by ``INCIDENT_SCHEMA``, in the order of the groups, and their ids.

    ``prob`` is each report's membership: float64, (n,), 0..1. ``wording`` is that of all reports, where these are a
    part of them.
    """
    wording = wording_of(prepared) if wording is None else wording
    n_groups = groups.first.size - 1
    anchors = prepared.table.column("report_id").take(pa.array(anchors_of(prepared, groups))).combine_chunks()
    ids = incident_ids(anchors)
    n_signals = np.bincount(attached.group, minlength=n_groups).astype(np.int32)
    nudge = np.minimum(np.bincount(attached.group, attached.prob, minlength=n_groups), 2.0)

    def nudged(prob: Floats) -> pa.Array:
        odds = prob / np.maximum(1e-9, 1.0 - prob) * (1.0 + 0.5 * nudge)
        return pa.array(np.round(np.clip(odds / (1.0 + odds), 0.001, 0.9999), 6))

    columns: dict[str, object] = {
        "incident_id": ids,
        "prob_real": nudged(realness.prob),
        "prob_real_lower": nudged(realness.lower),
        "prob_real_upper": nudged(realness.upper),
        **_time(prepared, groups),
        **_place(prepared, groups),
        **_what(prepared, groups, learned, wording),
        "weapon": _mode(prepared.table.column("weapon"), groups),
        **_numbers(prepared, groups),
        **_counts(prepared, groups, prob),
        **_bearings(prepared, groups),
        "n_reports": np.diff(groups.first).astype(np.int32),
        "n_sources": realness.n_sources,
        "n_independent": realness.n_independent,
        "languages": _languages(prepared, groups, wording.languages),
        "explanation": _explanation(groups, ties, realness, n_signals, anchors),
    }
    return table_from(columns, INCIDENT_SCHEMA), ids
