"""Time fusion beyond one process: reports fused at once and in parts, on one Spark worker and on two.

Run as ``python -m benchmarks.fusion_engines [N_REPORTS]`` (default 1,000,000) in an environment with
requirements/spark.txt and Java. Each cluster runs on loopback with one core for each worker; its first run, which
starts Python on the workers and compiles, is not counted. Prints seconds of each step that is spread (cutting, writing
and gathering counted) and of all of it as medians of three, the speed-up, bytes that moved for each report, and the
peak of the driver's memory; the world is the simulator's ``mixed``, and each result is held against the first.
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
from pathlib import Path

from holdfire.app.pipeline import Trees
from holdfire.app.spread import Spread
from holdfire.app.spread_fusion import fusion_work
from holdfire.app.worlds import simulate_files
from holdfire.engine.local import LocalEngine
from holdfire.engine.port import Engine, Part, PartFunction, Written
from holdfire.engine.spark import start_spark
from holdfire.fusion.fuse import Fused, fuse
from holdfire.fusion.work import Work
from holdfire.readers.registry import read_files
from holdfire.simulate.presets import preset

ROOT = Path(__file__).resolve().parents[1]
SEED = 20150215
N_PARTS = 16
N_RUNS = 3
STEPS = ("find", "join", "describe", "all")


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return seconds and result."""
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


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


def main(n: int) -> int:
    """Run each way in a process of its own, and print the speed-up."""
    cluster = [sys.executable, str(ROOT / "scripts" / "spark_cluster.py"), "--workers"]
    found = {}
    for name, before in (
        ("this process", []),
        ("1 worker", [*cluster, "1", "--"]),
        ("2 workers", [*cluster, "2", "--"]),
    ):
        print(f"{name}: {n:,} reports", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            command = [*before, sys.executable, "-m", "benchmarks.fusion_engines", str(n), folder]
            if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
                return 1
            found[name] = [float(one) for one in (Path(folder) / "medians.txt").read_text(encoding="utf-8").split()]
    ratios = (f"{step} {a / b:.2f}" for step, a, b in zip(STEPS, found["1 worker"], found["2 workers"], strict=True))
    print("speed-up of two workers over one: " + ", ".join(ratios))
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        fuse_on_cluster(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
