"""Time work beyond one process: reports fused, and incidents against the Minsk II agreement, on one worker and on two.

Run as ``python -m benchmarks.engines [N_INCIDENTS]`` (default 1,000,000) or ``python -m benchmarks.engines fusion
[N_REPORTS]`` (likewise) in an environment with requirements/spark.txt
and Java. Incidents are those of a simulated world, repeated with other ids and moved in time and place by seeded draws;
parts are written once. Each cluster runs on loopback with one core for each worker; its first step, which starts
Python on the workers and compiles, is not counted. Prints seconds of the map step (assess, propose findings, tally) and
of the count step, the medians of three, the speed-up, and the bytes that moved. For fusion: seconds of each step that
is spread (cutting, writing and gathering counted), of all of it, bytes that moved for each report, and the peak of the
driver's memory; the world is the simulator's ``mixed``, and the result of each run is held against the first.
"""

from __future__ import annotations

import os
import resource
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
from holdfire.app.spread import Spread, judge_part, spread_parts
from holdfire.app.spread_fusion import fusion_work
from holdfire.app.wire import load_agreement_file
from holdfire.app.worlds import simulate_files
from holdfire.assessment.assess import Terms
from holdfire.assessment.counts import CLAIM, count_tallies
from holdfire.assessment.facts import READ
from holdfire.assessment.shapes import zone_shapes
from holdfire.engine.local import LocalEngine
from holdfire.engine.port import Engine, Part, PartFunction, Written
from holdfire.engine.spark import start_spark
from holdfire.fusion.fuse import Fused, FusionParameters, fuse
from holdfire.fusion.work import Work
from holdfire.readers.registry import read_files
from holdfire.records.assessment import COUNT_SCHEMA
from holdfire.records.schema import sort_table
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.presets import preset

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


class Weighed:
    """An engine that adds up the bytes that its steps read and write."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.moved = engine, {}

    @property
    def n_slots(self) -> int:
        """Return how many tasks run at a time."""
        return self.engine.n_slots

    def map_parts(self, function: PartFunction, parts: list[Part], folder: Path) -> list[Written]:
        """Run a step, and note the bytes of its files and its number of parts."""
        given = sum(path.stat().st_size for part in parts for path in part.files.values())
        written = self.engine.map_parts(function, parts, folder)
        made = sum(path.stat().st_size for one in written for path in one.tables.values())
        if parts:
            self.moved[parts[0].name.split("-")[0]] = (given, made, len(parts))
        return written


class Clocked:
    """Work whose steps are timed."""

    def __init__(self, work: Work) -> None:
        self.work, self.seconds = work, {}

    def __getattr__(self, step: str) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            self.seconds[step], made = timed(lambda: getattr(self.work, step)(*arguments))
            return made

        return run


def fuse_on_cluster(n_reports: int, folder: Path) -> None:
    """Measure fusion on the cluster whose master the environment names, or in this process at once and in parts."""
    simulate_files(None, preset("mixed"), SEED, folder / "world", n_reports)
    trees = Trees()
    read = read_files([folder / "world" / "reports.parquet"], sources=folder / "world" / "sources.json")
    n, master = read.reports.num_rows, os.environ.get("HOLDFIRE_MASTER")
    n_parts = max(N_PARTS, n // 250_000)
    medians, first = [], None

    def run(spread: Spread | None) -> tuple[dict[str, float], Fused]:
        with fusion_work(spread) as work:
            clocked = Clocked(work)
            seconds, made = timed(lambda: fuse(read.reports, read.sources, trees.kinds, work=clocked))
        return {**clocked.seconds, "all": seconds}, made

    engine = Weighed(LocalEngine() if master is None else start_spark(master))
    spreads = {"in parts": Spread(engine=engine, folder=folder, n_parts=n_parts)}
    if master is None:
        spreads = {"at once": None, **spreads}
    for name, spread in spreads.items():
        runs = []
        for number in range(N_RUNS + 1):
            seconds, made = run(spread)
            first = made if first is None else first
            same = made.incidents.equals(first.incidents) and made.memberships.equals(first.memberships)
            if not same or made.summary != first.summary:
                raise SystemExit("Two runs differ.")
            # The first run starts Python on the workers and compiles.
            runs += [seconds] if number else []
        steps = {step: statistics.median(one[step] for one in runs) for step in runs[0]}
        print(f"  {name}: " + ", ".join(f"{step} {value:.2f} s" for step, value in steps.items()), flush=True)
        medians = list(steps.values())
    told = (f"{step} {a / n:.0f} in, {b / n:.0f} out, {k} parts" for step, (a, b, k) in engine.moved.items())
    print("  bytes for each report: " + "; ".join(told))
    print(f"  {n:,} reports; peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    engine.engine.close()
    (folder / "medians.txt").write_text(" ".join(map(str, medians)), encoding="utf-8")


def main(n: int, what: str) -> int:
    cluster = [sys.executable, str(ROOT / "scripts" / "spark_cluster.py"), "--workers"]
    found = {}
    for name, before in (
        ("this process", []),
        ("1 worker", [*cluster, "1", "--"]),
        ("2 workers", [*cluster, "2", "--"]),
    ):
        print(f"{name}: {n:,} " + ("reports" if what == "fusion" else "incidents x Minsk II"), flush=True)
        with tempfile.TemporaryDirectory() as folder:
            command = [*before, sys.executable, __file__, what, str(n), folder]
            if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
                return 1
            found[name] = [float(one) for one in (Path(folder) / "medians.txt").read_text(encoding="utf-8").split()]
    steps = ("find", "join", "describe", "all") if what == "fusion" else ("map", "count")
    ratios = (f"{step} {a / b:.2f}" for step, a, b in zip(steps, found["1 worker"], found["2 workers"], strict=True))
    print("speed-up of two workers over one: " + ", ".join(ratios))
    return 0


if __name__ == "__main__":
    asked = sys.argv[1:]
    kind = asked.pop(0) if asked and asked[0] in ("fusion", "incidents") else "incidents"
    if len(asked) > 1:
        (fuse_on_cluster if kind == "fusion" else on_cluster)(int(asked[0]), Path(asked[1]))
    else:
        sys.exit(main(int(asked[0]) if asked else 1_000_000, kind))
