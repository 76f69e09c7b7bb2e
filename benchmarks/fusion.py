"""Measure fusion on worlds with known truth: accuracy, calibration, seconds and memory.

Run ``python -m benchmarks.fusion`` from the root of the project with ``src`` on the path. ``--million`` adds the
large world; ``--peers`` sets Holdfire beside its peers on the same worlds instead; ``--speed`` times it over sizes and
beside Splink, ``--ten-million`` with the largest size. Peers and ``--speed`` need ``requirements/bench.txt``. Seeds
from 2000 were not looked at while the engine was built.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import resource
import time
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.fusion_peers import cells, meltt_settings, table_of
from benchmarks.fusion_scores import agreement, best_of
from benchmarks.fusion_speed import growth, versus
from benchmarks.fusion_worlds import World, make_world
from holdfire.fusion.fuse import Fused, fuse
from holdfire.records.taxonomy import builtin_tree

Ints = NDArray[np.int64]
CASES = (
    ("mixed", None),
    ("mixed", 2.0),
    ("mixed", 60.0),
    ("mixed", 200.0),
    ("curated", None),
    ("hard", None),
    ("curated_hard", None),
    ("tails", None),
    ("grid", None),
    ("exact", None),
    ("texts", None),
    ("few_lies", None),
    ("liars", None),
)


PEER_CASES = (
    ("mixed", 2.0),
    ("mixed", 10.0),
    ("mixed", 60.0),
    ("mixed", 200.0),
    ("curated", None),
    ("hard", None),
)


def most_told(label: Ints, truth: Ints) -> Ints:
    """Return for each group the incident that most of its reports tell of."""
    width = truth.max() + 2
    pair, count = np.unique(label * width + truth, return_counts=True)
    order = np.lexsort((pair, -count, pair // width))
    owner = pair[order] // width
    first = np.concatenate([[True], owner[1:] != owner[:-1]])
    return np.asarray((pair[order] % width)[first])


def calibration_error(prob: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten equal bins."""
    place = np.minimum((prob * 10).astype(int), 9)
    return float(
        sum(
            (place == b).mean() * abs(prob[place == b].mean() - right[place == b].mean())
            for b in range(10)
            if (place == b).any()
        )
    )


def area_under_curve(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Return the chance that a real incident scores higher than a false one; ties count half."""
    if positive.all() or not positive.any():
        return float("nan")
    high, low = np.sort(score[positive]), np.sort(score[~positive])
    below = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return float(below.sum() / 2 / (high.size * low.size))


def measure(world: World, fused: Fused) -> dict[str, float]:
    order = np.argsort(np.array(world.reports.column("report_id").to_pylist()))
    truth = np.unique(world.truth[order], return_inverse=True)[1].astype(np.int64)
    number = {name: k for k, name in enumerate(fused.incidents.column("incident_id").to_pylist())}
    label = np.array([number[name] for name in fused.memberships.column("incident_id").to_pylist()], np.int64)
    best = most_told(label, truth)
    is_real = np.zeros(truth.max() + 1, bool)
    is_real[truth] = world.is_real[order]
    prob_real = fused.incidents.column("prob_real").to_numpy()
    source = np.unique(np.array(world.reports.column("source_id").to_pylist())[order], return_inverse=True)[1]
    twice = label.size - np.unique(label * 1000 + source).size if world.family.curated else 0
    return agreement(label, truth) | {
        "curated_twice": float(twice),
        "ece_member": calibration_error(fused.memberships.column("prob").to_numpy(), best[label] == truth),
        "ece_real": calibration_error(prob_real, is_real[best]),
        "auc_real": area_under_curve(prob_real, is_real[best]),
    }


def run(name: str, n_reports: int, seeds: list[int], per_day: float | None) -> None:
    rows = []
    for seed in seeds:
        world = make_world(name, n_reports, seed, per_day)
        started = time.perf_counter()
        fused = fuse(world.reports, world.sources, builtin_tree("kinds"))
        rows.append(measure(world, fused) | {"seconds": time.perf_counter() - started})
    middle = {key: float(np.median([row[key] for row in rows])) for key in rows[0]}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    label = name if per_day is None else f"{name}@{per_day:g}"
    print(
        f"{label:14s} " + " ".join(f"{key} {value:.3f}" for key, value in middle.items()) + f" GB {memory:.2f}",
        flush=True,
    )


def peers_of(reports: pa.Table, truth: Ints, curated: bool) -> dict[str, Callable[[], Iterable[Ints]]]:
    """Return the peers that are installed, each as a call that yields its labels by setting."""
    table = table_of(reports)
    found: dict[str, Callable[[], Iterable[Ints]]] = {
        "cells": lambda: cells(table),
        "MELTT": lambda: meltt_settings(table),
    }
    if importlib.util.find_spec("splink") is None or importlib.util.find_spec("sklearn") is None:
        print("Splink and scikit-learn are not installed: `make bench` sets them up from requirements/bench.txt.")
        return found
    packages = importlib.import_module("benchmarks.fusion_packages")
    return found | {
        "ST-DBSCAN": lambda: packages.st_dbscan(table),
        "Splink": lambda: packages.splink_labels(reports, truth, trained=False, curated=curated),
        "Splink, trained": lambda: packages.splink_labels(reports, truth, trained=True, curated=curated),
    }


def run_peers(name: str, n_reports: int, seeds: list[int], per_day: float | None) -> None:
    """Print medians of Holdfire and its peers on the same worlds, and how many times better Holdfire is."""
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in seeds:
        world = make_world(name, n_reports, seed, per_day)
        fused = fuse(world.reports, world.sources, builtin_tree("kinds"))
        rows.setdefault("Holdfire", []).append(measure(world, fused))
        for peer, labels in peers_of(world.reports, world.truth, world.family.curated).items():
            rows.setdefault(peer, []).append(best_of(labels(), world.truth))
    print(name if per_day is None else f"{name}@{per_day:g}")
    ours = {key: float(np.median([row[key] for row in rows["Holdfire"]])) for key in ("f1", "b_cubed")}
    for peer, found in rows.items():
        middle = {key: float(np.median([row[key] for row in found])) for key in ("f1", "b_cubed", "exact", "count")}
        figures = " ".join(f"{key} {value:.3f}" for key, value in middle.items())
        ratio = " ".join(f"{ours[key] / middle[key]:.2f}" for key in ours)
        print(f"  {peer:16s} {figures}   holdfire / peer {ratio}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=2000)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--speed-reports", type=int, default=1_000_000)
    parser.add_argument("--ten-million", action="store_true")
    chosen = parser.parse_args()
    seeds = list(range(chosen.first_seed, chosen.first_seed + chosen.seeds))
    if chosen.speed or chosen.ten_million:
        growth([100_000, 316_000, 1_000_000] + [10_000_000] * chosen.ten_million, chosen.first_seed)
    if chosen.speed:
        versus(chosen.speed_reports, chosen.first_seed)
    if chosen.peers:
        for name, per_day in PEER_CASES:
            run_peers(name, chosen.reports, seeds, per_day)
    if chosen.speed or chosen.ten_million or chosen.peers:
        return
    fuse(make_world("texts", 300, 1).reports, make_world("texts", 300, 1).sources, builtin_tree("kinds"))
    for name, per_day in CASES:
        run(name, chosen.reports, seeds, per_day)
    if chosen.million:
        run("mixed", 1_000_000, [chosen.first_seed], None)


if __name__ == "__main__":
    main()
