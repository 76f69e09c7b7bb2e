"""Time fusion and its peer on large worlds, each run in a process of its own.

Turns a size into seconds, processor seconds and peak memory. Rule: the world is made and written to Parquet by the
process that asks; the one that is measured reads that file and does nothing else, so that its memory is its own.
The clock starts after a small world has compiled or loaded Holdfire's kernels, and it includes reading the file.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.fusion_scores import agreement
from benchmarks.fusion_worlds import make_world
from holdfire.fusion.fuse import fuse
from holdfire.records.taxonomy import builtin_tree

__all__ = ["exponent", "growth", "measured", "versus"]

SPLINK_BITS = 0.0
"""Match weight at which Splink's clusters are cut while it is timed: two to two."""


def _fuse(folder: Path) -> list[str]:
    reports, sources = (pq.read_table(folder / f"{name}.parquet") for name in ("reports", "sources"))
    found = fuse(reports, sources, builtin_tree("kinds"))
    return list(found.memberships.column("incident_id").to_pylist())


def _splink(folder: Path) -> list[str]:
    packages = importlib.import_module("benchmarks.fusion_packages")
    table = packages.splink_table(pq.read_table(folder / "reports.parquet"))
    linker = packages.splink_link(table, "wide")
    scored = linker.inference.predict(threshold_match_weight=SPLINK_BITS)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_weight=SPLINK_BITS)
    rows = found.query_sql("select cluster_id from {this} order by unique_id").as_pyarrow_table()
    return [str(name) for name in rows.column("cluster_id").to_pylist()]


def _write(name: str, n_reports: int, seed: int, folder: Path) -> int:
    """Write a world's reports in the order of their ids; return their number."""
    world = make_world(name, n_reports, seed)
    pq.write_table(world.reports, folder / "reports.parquet")
    pq.write_table(world.sources, folder / "sources.parquet")
    np.save(folder / "truth.npy", world.truth)
    return int(world.reports.num_rows)


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def work(engine: str, folder: Path) -> dict[str, float]:
    """Run one engine in this process on a written world and return what it took."""
    if engine == "holdfire":
        with tempfile.TemporaryDirectory() as small:
            _write("mixed", 300, 1, Path(small))
            _fuse(Path(small))
    else:
        importlib.import_module("benchmarks.fusion_packages")
    wall, processor = time.perf_counter(), _processor_s()
    names = _fuse(folder) if engine == "holdfire" else _splink(folder)
    took = {"wall_s": time.perf_counter() - wall, "cpu_s": _processor_s() - processor}
    took["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    label = np.unique(np.array(names, str), return_inverse=True)[1].astype(np.int64)
    found = agreement(label, np.load(folder / "truth.npy"))
    return took | {"f1": found["f1"], "b_cubed": found["b_cubed"]}


def measured(engine: str, folder: Path) -> dict[str, float]:
    """Run one engine in a fresh process.

    Raises
    ------
    RuntimeError
        The process failed; its last words are in the message.
    """
    command = [sys.executable, "-m", "benchmarks.fusion_speed", engine, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{engine} failed with code {done.returncode}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _line(label: str, found: dict[str, float]) -> str:
    return f"  {label:24s} " + " ".join(f"{key} {value:.3f}" for key, value in found.items())


def versus(n_reports: int, seed: int) -> None:
    """Print Holdfire beside Splink on one world."""
    with tempfile.TemporaryDirectory() as name:
        n = _write("mixed", n_reports, seed, Path(name))
        ours = measured("holdfire", Path(name))
        print(f"mixed, {n:,} reports, each in a process of its own")
        print(_line("holdfire", ours), flush=True)
        theirs = measured("splink", Path(name))
        print(_line("splink", theirs))
        print(_line("splink / holdfire", {key: theirs[key] / ours[key] for key in ours}), flush=True)


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of log seconds over log reports.

    Examples
    --------
    >>> round(exponent([100, 1000, 10000], [1.0, 10.0, 100.0]), 3)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growth(sizes: list[int], seed: int) -> None:
    """Print Holdfire's seconds and memory over the number of reports, and the fitted exponent."""
    made, took = [], []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            made.append(_write("mixed", size, seed, Path(name)))
            took.append(measured("holdfire", Path(name)))
        print(_line(f"holdfire {made[-1]:,}", took[-1]), flush=True)
    for key in ("wall_s", "cpu_s", "peak_gb"):
        print(f"  {key} grows with reports to the power of {exponent(made, [found[key] for found in took]):.3f}")


if __name__ == "__main__":
    print(json.dumps(work(sys.argv[1], Path(sys.argv[2]))))
