"""Facts about what goes wrong on a cluster: a worker is lost, none comes, no master answers."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfire.app.spread import Spread
from holdfire.app.spread_fusion import fusion_work
from holdfire.app.wire import load_trees
from holdfire.app.worlds import simulate_files
from holdfire.engine.port import Part
from holdfire.engine.spark import SparkEngine, start_spark
from holdfire.errors import EngineError
from holdfire.fusion.fuse import fuse
from holdfire.readers.registry import read_files
from holdfire.simulate.presets import preset
from scripts.spark_cluster import Cluster, environment, free_port
from tests.engines.stages import double, slowly_double

ROOT = Path(__file__).resolve().parents[2]
N_PARTS = 8


def parts_of(folder: Path) -> list[Part]:
    """Write parts whose function notes in the folder that it has begun."""
    parts = []
    for number in range(N_PARTS):
        path = folder / f"given-{number}.parquet"
        table = pa.table({"k": ["a"], "x": [float(number)]}).replace_schema_metadata({"folder": str(folder)})
        pq.write_table(table, path)
        parts.append(Part(name=f"part-{number}", files={"t": path}))
    return parts


def test_a_cluster_without_workers_is_given_up(spark_is_here: None, tmp_path: Path) -> None:
    """Where no worker comes, the work ends in one error after the patience that was asked for."""
    with Cluster(0) as cluster:
        engine = start_spark(cluster.master, patience_s=3.0)
        try:
            started = time.monotonic()
            with pytest.raises(EngineError, match="no worker for 3 seconds") as caught:
                engine.map_parts(double, parts_of(tmp_path), tmp_path)
            assert time.monotonic() - started < 20.0
        finally:
            engine.close()
    assert cluster.master in caught.value.where


@pytest.fixture(scope="module")
def losing(spark_is_here: None) -> Iterator[tuple[Cluster, SparkEngine]]:
    """A cluster of three workers, of which each test may lose one, and an engine on it.

    A process has one session at a time, so tests with a cluster of their own stand above.
    """
    with Cluster(3) as cluster:
        engine = start_spark(cluster.master)
        yield cluster, engine
        engine.close()


def test_a_worker_that_dies_in_the_middle_changes_nothing(losing: tuple[Cluster, SparkEngine], tmp_path: Path) -> None:
    """When a worker is killed while it runs a part, another runs it again, and the result is right."""
    cluster, engine = losing
    lost: list[Path] = []

    def kill_one() -> None:
        while not lost:
            time.sleep(0.05)
            begun = [note for note in tmp_path.glob("*.begun") if "work-0" in note.read_text(encoding="utf-8")]
            lost.extend(note for note in begun if not note.with_suffix(".ended").exists())
        cluster.kill_worker(0)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    written = engine.map_parts(slowly_double, parts_of(tmp_path), tmp_path)
    killer.join(timeout=10)
    assert [False] == [note.with_suffix(".ended").exists() for note in lost]
    assert N_PARTS < len(list(tmp_path.glob("*.begun")))
    assert [f"part-{number}" for number in range(N_PARTS)] == [one.part for one in written]
    values = [pq.read_table(one.tables["t"])["x"].to_pylist() for one in written]
    assert [[2.0 * number] for number in range(N_PARTS)] == values


def test_a_worker_that_dies_while_reports_are_fused_changes_nothing(
    losing: tuple[Cluster, SparkEngine], tmp_path: Path
) -> None:
    """When a worker is killed once the first parts of fusion are written, incidents and memberships are the same."""
    cluster, engine = losing
    simulate_files(None, preset("mixed"), 6, tmp_path / "world", 3000)
    kinds = load_trees().kinds
    read = read_files(
        [tmp_path / "world" / "reports.parquet"], sources=tmp_path / "world" / "sources.json", kinds=kinds
    )
    whole = fuse(read.reports, read.sources, kinds)
    joined_by_then: list[int] = []

    def kill_one() -> None:
        while not list(tmp_path.glob(".parts-*/find-*/edges.parquet")):
            time.sleep(0.02)
        cluster.kill_worker(1)
        joined_by_then.append(len(list(tmp_path.glob(".parts-*/join-*/*.parquet"))))

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    with fusion_work(Spread(engine=engine, folder=tmp_path, n_parts=12)) as work:
        made = fuse(read.reports, read.sources, kinds, work=work)
    killer.join(timeout=10)
    assert [0] == joined_by_then
    assert whole.incidents.equals(made.incidents)
    assert whole.memberships.equals(made.memberships)
    assert whole.summary == made.summary


def test_a_master_that_is_not_there_is_one_error(spark_is_here: None, tmp_path: Path) -> None:
    """The command names a master that does not answer, and ends within half a minute with exit code 8."""
    master = f"spark://127.0.0.1:{free_port()}"
    agreement = ROOT / "examples" / "agreements" / "minsk-2-2015.yaml"
    command = [sys.executable, "-m", "holdfire", "assess", "--agreement", str(agreement), str(tmp_path / "any.csv")]
    done = subprocess.run(
        [*command, "--engine", "spark", "--master", master, "--out", str(tmp_path / "case"), "--quiet"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    lines = done.stderr.splitlines()
    assert done.returncode == 8
    assert len(lines) == 3 and lines[0].startswith("No master answers there (") and master in lines[0]
    assert lines[1:] == [
        "  At --master.",
        "  Start one (docs/how-to/run-on-a-cluster.md), or write the URL that its log names.",
    ]
