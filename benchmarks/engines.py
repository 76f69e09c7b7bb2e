"""Time work beyond one process: incidents against the Minsk II agreement, on one Spark worker and on two.

Run as ``python -m benchmarks.engines [N_INCIDENTS]`` (default 1,000,000) in an environment with requirements/spark.txt
and Java. Incidents are those of a simulated world, repeated with other ids and moved in time and place by seeded draws;
parts are written once. Each cluster runs on loopback with one core for each worker; its first step, which starts
Python on the workers and compiles, is not counted. Prints seconds of the map step (assess, propose findings, tally) and
of the count step, the medians of three, the speed-up, and the bytes that moved.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.app.pipeline import Trees, fuse_case
from holdfire.app.spread import judge_part, spread_parts
from holdfire.app.wire import load_agreement_file
from holdfire.app.worlds import simulate_files
from holdfire.assessment.assess import Terms
from holdfire.assessment.counts import CLAIM, count_tallies
from holdfire.assessment.facts import READ
from holdfire.assessment.shapes import zone_shapes
from holdfire.engine.local import LocalEngine
from holdfire.engine.port import Engine, Part
from holdfire.engine.spark import start_spark
from holdfire.fusion.fuse import FusionParameters
from holdfire.readers.registry import read_files
from holdfire.records.assessment import COUNT_SCHEMA
from holdfire.records.schema import sort_table
from holdfire.simulate.knobs import Knobs

ROOT = Path(__file__).resolve().parents[1]
AGREEMENT = ROOT / "examples" / "agreements" / "minsk-2-2015.yaml"
SEED = 20150215
N_DAYS = 400
YEARS_US = 2500 * 86_400_000_000
"""Incidents are spread over about seven years, as the agreement was watched."""
N_PARTS = 16
N_RUNS = 3


def seed_incidents(folder: Path) -> tuple[pa.Table, pa.Table, frozenset[str]]:
    simulate_files(AGREEMENT, Knobs(n_days=N_DAYS, incidents_per_day=40.0), SEED, folder)
    trees = Trees()
    read = read_files(
        [folder / "reports.parquet"],
        sources=folder / "sources.json",
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
    )
    told = frozenset(pc.unique(read.reports["kind"]).drop_null().to_pylist())
    fused = fuse_case(read.reports, read.sources, trees, FusionParameters())
    return fused.incidents.select(READ.names), read.sources, told


def many(few: pa.Table, n: int) -> pa.Table:
    """Return n incidents: the few, drawn again and again, each elsewhere and at another time."""
    rng = np.random.default_rng(SEED)
    table = few.take(pa.array(rng.integers(0, few.num_rows, n)))
    ids = pa.array([f"i{number:016x}" for number in rng.permutation(n).tolist()])
    later = pa.array(rng.integers(0, YEARS_US - N_DAYS * 86_400_000_000, n)).cast(pa.duration("us"))
    moved = {"incident_id": ids}
    moved |= {name: pc.add(table[name], later) for name in ("occurred_start", "occurred_end")}
    moved |= {name: pc.add(table[name], pa.array(rng.normal(0.0, 0.05, n))) for name in ("lon", "lat")}
    columns = [moved.get(name, table[name]) for name in READ.names]
    return sort_table(pa.Table.from_arrays(columns, schema=READ), ["incident_id"])


def timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def measure(engine: Engine, judge: Callable[..., dict[str, pa.Table]], parts: list[Part], folder: Path) -> list[float]:
    """Print and return the median seconds of the map and of the count step."""
    engine.map_parts(judge, parts[:2], folder)
    runs = []
    for _ in range(N_RUNS):
        map_s, written = timed(lambda: engine.map_parts(judge, parts, folder))
        files = [one.tables["tallies"] for one in written]
        count_s, counts = timed(lambda files=files: engine.map_groups(count_tallies, files, CLAIM, COUNT_SCHEMA))
        runs.append((map_s, count_s))
    sizes = {
        name: sum(one.tables[name].stat().st_size for one in written) / 2**20 for name in ("assessments", "tallies")
    }
    rows = sum(one.n_rows["assessments"] for one in written)
    medians = [statistics.median(run[step] for run in runs) for step in (0, 1)]
    print(f"  map {medians[0]:7.1f} s   count {medians[1]:6.1f} s   ({rows:,} assessments, {counts.num_rows:,} counts;")
    print("  " + ", ".join(f"{name} {size:,.0f} MiB" for name, size in sizes.items()) + " as Parquet)", flush=True)
    return medians


def on_cluster(n_incidents: int, folder: Path) -> None:
    """Measure on the cluster whose master the environment names, or in this process."""
    few, sources, told = seed_incidents(folder / "world")
    trees, agreement = Trees(), load_agreement_file(AGREEMENT, Trees())
    terms = Terms(
        agreement=agreement,
        shapes=zone_shapes(agreement),
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        kind_weapons=trees.kind_weapons,
        evidence_kinds=told,
    )
    n_parts = max(N_PARTS, n_incidents // 250_000)
    write_s, parts = timed(lambda: spread_parts(many(few, n_incidents), terms, n_parts, folder))
    given = {name: sum(p.files[name].stat().st_size for p in parts) / 2**20 for name in ("incidents", "beside")}
    print(f"  {len(parts)} parts made in {write_s:.1f} s: " + ", ".join(f"{k} {v:,.0f} MiB" for k, v in given.items()))
    judge = partial(judge_part, terms=terms, sources=sources)
    master = os.environ.get("HOLDFIRE_MASTER")
    engine = LocalEngine() if master is None else start_spark(master)
    try:
        medians = measure(engine, judge, parts, folder)
    finally:
        engine.close()
    (folder / "medians.txt").write_text(" ".join(map(str, medians)), encoding="utf-8")


def main(n_incidents: int) -> int:
    cluster = [sys.executable, str(ROOT / "scripts" / "spark_cluster.py"), "--workers"]
    found = {}
    for name, before in (
        ("this process", []),
        ("1 worker", [*cluster, "1", "--"]),
        ("2 workers", [*cluster, "2", "--"]),
    ):
        print(f"{name}: {n_incidents:,} incidents x Minsk II", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            command = [*before, sys.executable, __file__, str(n_incidents), folder]
            if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
                return 1
            found[name] = [float(one) for one in (Path(folder) / "medians.txt").read_text(encoding="utf-8").split()]
    one, two = found["1 worker"], found["2 workers"]
    print(f"speed-up of two workers over one: map {one[0] / two[0]:.2f}, count {one[1] / two[1]:.2f}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        on_cluster(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
