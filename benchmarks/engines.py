"""Time work beyond one process: incidents against the Minsk II agreement, on one Spark worker and on two.

Run as ``python -m benchmarks.engines [N_INCIDENTS]`` (default 1,000,000) in an environment with requirements/spark.txt
and Java. Incidents are made by ``incident_worlds`` with a fixed seed, once. Each cluster runs on loopback with one core
for each worker; a first step, which starts Python on the workers and compiles, is not counted. Prints seconds of three
steps - replies found over slices of time, the map (assess, propose findings, tally; every part written as Parquet) and
all of it with the case's files written and counted in the process that started it - as medians of three (one from
five million on), the speed-up, and the bytes that moved; ends with 1 where the case's bytes differ.
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
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.incident_worlds import AGREEMENT, ROOT, seed_incidents, write_incidents
from holdfire.app.incidents import order_incidents
from holdfire.app.pipeline import Trees
from holdfire.app.sinks import streamed
from holdfire.app.spread import Spread, judge_part, judge_parts, stream_case
from holdfire.app.wire import load_agreement_file
from holdfire.assessment.assess import Terms
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.canonical import sha256_file, write_table
from holdfire.engine.local import LocalEngine
from holdfire.engine.spark import start_spark
from holdfire.records.assessment import ASSESSMENT_SCHEMA
from holdfire.records.finding import FINDING_SCHEMA

STEPS = ("replies", "map", "whole")
SCHEMAS = {"assessments": ASSESSMENT_SCHEMA, "findings": FINDING_SCHEMA}


def timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def whole(ordered: object, terms: Terms, sources: object, spread: Spread, folder: Path) -> list[str]:
    """Run all steps into files, and return their hashes."""
    paths = {name: (folder / f"{name}.parquet", schema) for name, schema in SCHEMAS.items()}
    with streamed(paths) as sink:
        counts = stream_case(ordered, terms, sources, (), spread, sink)
        sink.commit()
    write_table(folder / "counts.parquet", counts)
    return [sha256_file(folder / f"{name}.parquet") for name in (*SCHEMAS, "counts")]


def measure(given: Path, sources: object, folder: Path) -> None:
    """Measure on the cluster whose master the environment names, or in this process."""
    trees, agreement = Trees(), load_agreement_file(AGREEMENT, Trees())
    terms = Terms(
        agreement=agreement,
        shapes=zone_shapes(agreement),
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        kind_weapons=trees.kind_weapons,
    )
    told = order_incidents(given, folder / "ordered.parquet", folder)
    terms = replace(terms, evidence_kinds=told.kinds)
    master = os.environ.get("HOLDFIRE_MASTER")
    engine = LocalEngine() if master is None else start_spark(master)
    judge = partial(judge_part, terms=terms, sources=sources)
    runs, sizes, hashes = [], {}, []
    try:
        spread = Spread(engine=engine, folder=folder)
        with spread.scratch() as scratch:
            engine.map_parts(judge, judge_parts(told.ordered, terms, spread, scratch)[:2], scratch)
        for _ in range(3 if told.ordered.n < 5_000_000 else 1):
            with spread.scratch() as scratch:
                replies_s, parts = timed(lambda scratch=scratch: judge_parts(told.ordered, terms, spread, scratch))
                map_s, written = timed(lambda parts=parts, scratch=scratch: engine.map_parts(judge, parts, scratch))
                for name in written[0].tables:
                    sizes[name] = sum(one.tables[name].stat().st_size for one in written) / told.ordered.n
            whole_s, hashes = timed(lambda: whole(told.ordered, terms, sources, spread, folder))
            runs.append((replies_s, map_s, whole_s))
    finally:
        engine.close()
    medians = [statistics.median(run[step] for run in runs) for step in range(len(STEPS))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("  " + "   ".join(f"{name} {one:6.1f} s" for name, one in zip(STEPS, medians, strict=True)), end="")
    print(f"   peak of the process {peak:.1f} GiB, load {os.getloadavg()[0]:.1f}")
    print("  bytes for each incident: " + ", ".join(f"{name} {size:.0f}" for name, size in sizes.items()), flush=True)
    (folder / "medians.txt").write_text(" ".join(map(str, [*medians, *hashes])), encoding="utf-8")


def main(n_incidents: int) -> int:
    cluster = [sys.executable, str(ROOT / "scripts" / "spark_cluster.py"), "--workers"]
    found = {}
    with tempfile.TemporaryDirectory() as world:
        given = Path(world) / "incidents.parquet"
        write_incidents(seed_incidents(Path(world)), n_incidents, given)
        for name, before in (
            ("this process", []),
            ("1 worker", [*cluster, "1", "--"]),
            ("2 workers", [*cluster, "2", "--"]),
        ):
            print(f"{name}: {n_incidents:,} incidents x Minsk II", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                command = [*before, sys.executable, "-m", "benchmarks.engines", str(given), folder]
                if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
                    return 1
                found[name] = (Path(folder) / "medians.txt").read_text(encoding="utf-8").split()
    one, two = ([float(value) for value in found[name][: len(STEPS)]] for name in ("1 worker", "2 workers"))
    ratios = ", ".join(f"{name} {a / b:.2f}" for name, a, b in zip(STEPS, one, two, strict=True))
    print(f"speed-up of two workers over one: {ratios}")
    is_same = len({tuple(values[len(STEPS) :]) for values in found.values()}) == 1
    print(f"bytes of assessments, findings and counts are {'the same' if is_same else 'DIFFERENT'} on all three")
    return 0 if is_same else 1


if __name__ == "__main__":
    if len(sys.argv) > 2:
        place = Path(sys.argv[1])
        measure(place, pq.read_table(place.with_name("sources.parquet")), Path(sys.argv[2]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
