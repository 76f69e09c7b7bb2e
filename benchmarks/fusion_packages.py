"""Peers of fusion that come as packages: Splink, and ST-DBSCAN by scikit-learn's DBSCAN.

Turns a table of reports into one integer label for each row, once for every setting; the benchmark keeps the setting
that is best by the truth, which is in the peer's favour. Rule: a peer sees the columns that Holdfire sees; only the
variant of Splink that is called trained sees the truth. Needs ``requirements/bench.txt``. Sources: Linacre, Lindsay,
Manassis and others, Splink 5; Fellegi and Sunter (1969); Birant and Kut (2007), Data and Knowledge Engineering 60(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import DBSCAN
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.fusion_peers import Table, near_pairs, table_of

__all__ = ["TRAININGS", "splink_labels", "splink_link", "splink_table", "st_dbscan"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DBSCAN_KM = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
DBSCAN_H = (1.0, 6.0, 12.0, 25.0, 37.0)
DBSCAN_LEAST = (1, 3)
"""Points in a core point's neighbourhood, itself counted; 1 joins all neighbours."""
CELL_KM, CELL_H = 40.0, 96.0
"""Cells of blocking; eight grids, each shifted by half a cell, so that no pair nearer than half a cell is lost."""
DISTANCES_KM = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
LAGS_H = (1.0, 6.0, 12.0, 24.0, 36.0)
THRESHOLDS = tuple(range(-8, 31))
"""Match weights (bits) at which clusters are cut."""
TRAININGS = ("wide", "near")
MAX_PAIRS = 2e6
SEED = 7


def st_dbscan(table: Table) -> Iterator[Ints]:
    """Yield ST-DBSCAN's clusters for each setting of the grid: radius in space, radius in time, least points.

    Two reports are neighbours where both radii hold; scikit-learn takes the neighbours as a sparse matrix.
    """
    n = table.x.size
    for reach_km in DBSCAN_KM:
        for gap_h in DBSCAN_H:
            left, right = near_pairs(table, reach_km, gap_h)
            near = coo_matrix((np.full(left.size, 0.5), (left, right)), shape=(n, n)).tocsr()
            for least in DBSCAN_LEAST:
                label = DBSCAN(eps=0.5, min_samples=least, metric="precomputed").fit_predict(near + near.T)
                alone = label < 0
                yield np.where(alone, n + np.arange(n), label).astype(np.int64)


def _grids(table: Table) -> dict[str, pa.Array]:
    """Return the number of each row's cell in each of the eight shifted grids."""
    out = {}
    for grid in range(8):
        shift = [0.5 * (grid >> axis & 1) for axis in range(3)]
        i, j, k = (
            np.floor(value / width + part).astype(np.int64)
            for value, width, part in zip(
                (table.x, table.y, table.middle), (CELL_KM, CELL_KM, CELL_H), shift, strict=True
            )
        )
        out[f"g{grid}"] = pa.array((i - i.min()) + 4096 * (j - j.min()) + (1 << 24) * (k - k.min()))
    return out


def splink_table(reports: pa.Table, truth: Ints | None = None) -> pa.Table:
    """Return the reports with the columns that the comparisons below read.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``; each row with a place and a time.
    truth : int64, (n,), optional
        Incidents, for the trained variant.
    """
    table = table_of(reports)
    columns: dict[str, Any] = {
        "unique_id": pa.array(np.arange(table.x.size)),
        "x": pa.array(table.x),
        "y": pa.array(table.y),
        "hour": pa.array(table.middle),
        "day": pa.array(np.floor(table.middle / 24).astype(np.int64)),
        "week": pa.array(np.floor(table.middle / 168).astype(np.int64)),
        "region": pa.array((np.floor(table.x / CELL_KM) + 4096 * np.floor(table.y / CELL_KM)).astype(np.int64)),
        "source": pa.array(table.source),
        "kind": reports.column("kind"),
        "actor": reports.column("actor"),
        "text": reports.column("text"),
        "deaths": reports.column("casualties_best"),
        **_grids(table),
    }
    if truth is not None:
        columns["truth"] = pa.array(truth)
    return pa.table(columns)


def _levels(name: str, nothing: str, conditions: list[str]) -> cl.CustomComparison:
    levels = [cll.CustomLevel(condition) for condition in conditions]
    return cl.CustomComparison([cll.CustomLevel(nothing).configure(is_null_level=True), *levels, cll.ElseLevel()], name)


def _comparisons(table: pa.Table) -> list[Any]:
    apart = "sqrt(power(x_l - x_r, 2) + power(y_l - y_r, 2))"
    found = [
        _levels("place", "x_l is null", ["x_l = x_r and y_l = y_r", *(f"{apart} <= {km}" for km in DISTANCES_KM)]),
        _levels("time", "hour_l is null", ["hour_l = hour_r", *(f"abs(hour_l - hour_r) <= {h}" for h in LAGS_H)]),
        _levels(
            "kinds",
            "kind_l is null or kind_r is null",
            [
                "kind_l = kind_r",
                "starts_with(kind_l, kind_r || '/') or starts_with(kind_r, kind_l || '/')",
                "split_part(kind_l, '/', 1) = split_part(kind_r, '/', 1)",
            ],
        ),
        _levels("actors", "actor_l is null or actor_r is null", ["actor_l = actor_r"]),
        _levels("sources", "source_l is null", ["source_l = source_r"]),
    ]
    if table.column("text").null_count < table.num_rows:
        close = ["text_l = text_r", *(f"jaccard(text_l, text_r) >= {share}" for share in (0.9, 0.8, 0.7))]
        found.append(_levels("texts", "text_l is null or text_r is null", close))
    if table.column("deaths").null_count < table.num_rows:
        near = ["deaths_l = deaths_r", "abs(deaths_l - deaths_r) <= 0.25 * greatest(deaths_l, deaths_r)"]
        found.append(_levels("counts", "deaths_l is null or deaths_r is null", near))
    return found


def splink_link(table: pa.Table, training: str) -> Linker:
    """Return a Splink linker whose parameters are estimated.

    u comes from random pairs, m as ``training`` says: ``labels`` from the true incidents; the others from two runs of
    expectation and maximisation. ``wide``: over pairs of one day, which learns all but time, and over pairs of one
    small cell, kind and actor, which learns time. ``near``: over pairs of one day and one coarse cell, and over pairs
    of one small cell and one week, which learns all but place; more of these pairs are matches. Neither is better
    everywhere.

    Parameters
    ----------
    table : pyarrow.Table
        From ``splink_table``.
    training : str
        One of ``TRAININGS``, or ``labels``.
    """
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(table),
        blocking_rules_to_generate_predictions=[block_on(f"g{grid}") for grid in range(8)],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(DuckDBAPI().register(table), settings, log_level="ERROR")
    cell = ["cast(floor(x / 2) as int)", "cast(floor(y / 2) as int)"]
    day = "cast(floor(hour / 24) as int)"
    linker.training.estimate_probability_two_random_records_match([block_on(*cell, "day", "kind")], recall=0.3)
    linker.training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=SEED)
    if training == "labels":
        linker.training.estimate_m_from_label_column("truth")
        return linker
    pairs = {"wide": ([day], [*cell, "kind", "actor"]), "near": ([day, "region"], [*cell, "week"])}
    for columns in pairs[training]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns), max_pairs=MAX_PAIRS)
    return linker


def _once(n: int, left: Ints, right: Ints, weight: Floats, source: Ints) -> Ints:
    """Join the best pair first, unless a source would stand twice; return labels."""
    group = list(range(n))
    members = [[k] for k in range(n)]
    names = [{k} for k in source.tolist()]
    order = np.lexsort((right, left, -weight))
    for one, two in zip(left[order].tolist(), right[order].tolist(), strict=True):
        a, b = group[one], group[two]
        if a != b and names[a].isdisjoint(names[b]):
            a, b = (a, b) if len(members[a]) >= len(members[b]) else (b, a)
            for k in members[b]:
                group[k] = a
            members[a] += members[b]
            names[a] |= names[b]
    return np.array(group, np.int64)


def splink_labels(reports: pa.Table, truth: Ints, *, trained: bool, curated: bool = False) -> Iterator[Ints]:
    """Yield Splink's clusters for each training and threshold: the connected components of all pairs above it.

    Parameters
    ----------
    reports : pyarrow.Table
    truth : int64, (n,)
        Read by the trained variant only.
    trained : bool
    curated : bool
        No source tells an incident twice: then a second clustering of the same weights is yielded too, which joins the
        best pair first and keeps to that. (Splink's own ``cluster_using_single_best_links``
        gave nearly the same on a curated world, but did not end within ten minutes on a mixed one.)
    """
    table = splink_table(reports, truth if trained else None)
    for training in ("labels",) if trained else TRAININGS:
        yield from _clusters(table, splink_link(table, training), curated=curated)


def _clusters(table: pa.Table, linker: Linker, *, curated: bool) -> Iterator[Ints]:
    scored = linker.inference.predict(threshold_match_weight=float(THRESHOLDS[0])).as_pyarrow_table()
    left, right, weight = (
        np.asarray(scored.column(name).to_numpy()) for name in ("unique_id_l", "unique_id_r", "match_weight")
    )
    n, source = table.num_rows, np.asarray(table.column("source").to_numpy())
    for threshold in THRESHOLDS:
        kept = weight >= threshold
        graph = coo_matrix((np.ones(int(kept.sum()), bool), (left[kept], right[kept])), shape=(n, n))
        yield np.asarray(connected_components(graph, directed=False)[1], np.int64)
        if curated:
            yield _once(n, left[kept], right[kept], weight[kept], source)
