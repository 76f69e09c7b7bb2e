"""Facts about Spark beside this process: the same bytes, and what a stage refuses is refused alike."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfire.app import engines
from holdfire.app.assess_incidents import IncidentFiles, assess_incident_file
from holdfire.app.commands import InputFiles, assess_files, fuse_files
from holdfire.app.engines import EngineChoice
from holdfire.app.spread import Spread, judge_part
from holdfire.app.spread_fusion import fusion_work
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.app.worlds import simulate_files
from holdfire.assessment.assess import Terms
from holdfire.assessment.counts import CLAIM, count_tallies
from holdfire.assessment.facts import READ
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.canonical import sha256_file
from holdfire.engine import spark
from holdfire.engine.local import LocalEngine
from holdfire.engine.port import Part
from holdfire.engine.spark import SparkEngine
from holdfire.errors import EngineError, ModelError
from holdfire.fusion.fuse import fuse
from holdfire.records.assessment import COUNT_SCHEMA
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.presets import preset
from tests.engines.stages import TOTAL, double, refuse, total
from tests.unit.fusion.reports import make_reports, make_sources

AGREEMENTS = sorted((Path(__file__).resolve().parents[2] / "examples" / "agreements").glob("*.yaml"))


@pytest.fixture
def as_spark(engine: SparkEngine) -> EngineChoice:
    """The choice of Spark, with the module's session in the place of a new one."""
    with mock.patch.object(engines, "start_spark", lambda master: engine), mock.patch.object(engine, "close"):
        yield EngineChoice(name="spark", master=engine.master, n_parts=5)


def parts_of(folder: Path, *tables: pa.Table) -> list[Part]:
    """Write tables and return them as parts."""
    parts = []
    for number, table in enumerate(tables):
        path = folder / f"given-{number}.parquet"
        pq.write_table(table, path)
        parts.append(Part(name=f"part-{number}", files={"t": path}))
    return parts


def hashes(case: Path) -> dict[str, str]:
    """Return the hash of every file of a case."""
    return {path.name: sha256_file(path) for path in sorted(case.iterdir())}


@pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda path: path.stem)
def test_both_engines_write_the_same_bytes(agreement: Path, as_spark: EngineChoice, tmp_path: Path) -> None:
    """Every file of a case is the same, whether whole tables were judged here or five parts on two workers."""
    world = tmp_path / "world"
    simulate_files(agreement, Knobs(n_days=12, incidents_per_day=25.0, aftershocks=0.5), 5, world)
    inputs = InputFiles(
        reports=(world / "reports.parquet",), sources=world / "sources.json", coverage=world / "coverage.parquet"
    )
    summary = assess_files(agreement, inputs, tmp_path / "here")
    assess_files(agreement, inputs, tmp_path / "spread", engine=as_spark)
    assert summary["n_rows"]["assessments"] > 100
    assert hashes(tmp_path / "here") == hashes(tmp_path / "spread")


def test_a_fused_case_of_round_ups_is_the_same(as_spark: EngineChoice, tmp_path: Path) -> None:
    """Reports that sum several incidents up, and groups across the edges of five parts, are fused to the same bytes."""
    simulate_files(None, preset("roundups"), 6, tmp_path / "world", 3000)
    inputs = InputFiles(reports=(tmp_path / "world" / "reports.parquet",), sources=tmp_path / "world" / "sources.json")
    summary = fuse_files(inputs, tmp_path / "here")
    fuse_files(inputs, tmp_path / "spread", engine=as_spark)
    assert summary["n_rows"]["memberships"] > summary["n_rows"]["reports"]
    assert hashes(tmp_path / "here") == hashes(tmp_path / "spread")


def test_parts_of_fusion_without_pairs_are_the_same(engine: SparkEngine, tmp_path: Path) -> None:
    """Of lone reports, parts find nothing, nothing is joined, and the incidents are the same."""
    rows = [{"lon": 30.0 + k, "lat": 48.0, "at": 100.0 * k} for k in range(4)]
    reports, sources = make_reports(rows), make_sources([{"source_id": "s1"}])
    kinds = load_trees().kinds
    with fusion_work(Spread(engine=engine, folder=tmp_path, n_parts=7)) as work:
        made = fuse(reports, sources, kinds, work=work)
    whole = fuse(reports, sources, kinds)
    assert 4 == made.incidents.num_rows
    assert whole.incidents.equals(made.incidents)
    assert whole.memberships.equals(made.memberships)


def test_a_case_without_incidents_is_the_same(as_spark: EngineChoice, tmp_path: Path) -> None:
    """Where nothing was reported, both engines write the same files."""
    world = tmp_path / "world"
    simulate_files(AGREEMENTS[0], Knobs(n_days=3, incidents_per_day=3.0), 5, world)
    pq.write_table(pq.read_table(world / "reports.parquet").slice(0, 0), tmp_path / "none.parquet")
    inputs = InputFiles(reports=(tmp_path / "none.parquet",), sources=world / "sources.json")
    summary = assess_files(AGREEMENTS[0], inputs, tmp_path / "here")
    assess_files(AGREEMENTS[0], inputs, tmp_path / "spread", engine=as_spark)
    assert summary["n_rows"]["incidents"] == 0
    assert hashes(tmp_path / "here") == hashes(tmp_path / "spread")


def test_an_empty_partition_gives_empty_tables(engine: SparkEngine, tmp_path: Path) -> None:
    """A part without incidents gives tables of no rows, and no count comes of it."""
    trees = load_trees()
    agreement = load_agreement_file(AGREEMENTS[0], trees)
    terms = Terms(
        agreement=agreement,
        shapes=zone_shapes(agreement),
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        kind_weapons=trees.kind_weapons,
    )
    pq.write_table(READ.empty_table(), tmp_path / "none.parquet")
    part = Part(name="none", files={"incidents": tmp_path / "none.parquet"})
    judge = partial(judge_part, terms=terms, sources=SOURCE_SCHEMA.empty_table())
    (written,) = engine.map_parts(judge, [part], tmp_path)
    assert written.n_rows == {"assessments": 0, "findings": 0, "tallies": 0, "evidence": 0}
    assert engine.map_groups(count_tallies, [written.tables["tallies"]], CLAIM, COUNT_SCHEMA).num_rows == 0


def test_groups_are_ordered_by_key_on_both_engines(engine: SparkEngine, tmp_path: Path) -> None:
    """Keys that lie in several files come together, in order, on either engine."""
    tables = [pa.table({"k": list(keys), "x": [float(ord(k)) for k in keys]}) for keys in ("ba", "", "cab", "ї")]
    files = [part.files["t"] for part in parts_of(tmp_path, *(t.cast(TOTAL) for t in tables))]
    here, there = (one.map_groups(total, files, ["k"], TOTAL) for one in (LocalEngine(), engine))
    assert here.to_pylist() == [{"k": k, "x": x} for k, x in zip("abcї", (194.0, 196.0, 99.0, 1111.0), strict=True)]
    assert here.equals(there)


def test_what_a_part_refuses_is_raised_here(engine: SparkEngine, tmp_path: Path) -> None:
    """Of several parts that a stage refuses, the first one's error is raised, as it is in this process."""
    given = [pa.table({"k": ["a"], "x": [x]}) for x in (1.0, -2.0, -3.0)]
    errors = []
    for one in (LocalEngine(), engine):
        with pytest.raises(ModelError) as caught:
            one.map_parts(refuse, parts_of(tmp_path, *given), tmp_path)
        errors.append(str(caught.value))
    assert errors == ["A share is negative: -2.0.\n  At the part.\n  Give shares."] * 2


def test_a_file_that_no_worker_sees_is_named(engine: SparkEngine, tmp_path: Path) -> None:
    """A part whose file is not there ends in one error that names --shared."""
    part = Part(name="lost", files={"t": tmp_path / "nowhere.parquet"})
    with pytest.raises(EngineError, match=r"nowhere\.parquet") as caught:
        engine.map_parts(double, [part], tmp_path)
    assert "--shared" in caught.value.mend


def test_a_worker_of_another_version_is_refused(engine: SparkEngine, tmp_path: Path) -> None:
    """Workers whose packages differ from the driver's refuse the work, and say in what."""
    other = spark.versions() | {"numpy": "0.9"}
    parts = parts_of(tmp_path, pa.table({"k": ["a"], "x": [1.0]}))
    with mock.patch.object(spark, "versions", lambda: other), pytest.raises(EngineError, match=r"in the place of 0\.9"):
        engine.map_parts(double, parts, tmp_path)


def test_a_stream_is_the_same_on_both_engines(engine: SparkEngine, tmp_path: Path) -> None:
    """What parts make comes in the order of the parts, and what a worker wrote is gone once it was taken."""
    parts = parts_of(tmp_path, *(pa.table({"k": ["a"], "x": [float(n)]}).cast(TOTAL) for n in range(19)))
    before = set(tmp_path.rglob("*.parquet"))
    here, there = ([made["t"] for made in one.stream_parts(double, parts, tmp_path)] for one in (LocalEngine(), engine))
    assert [2.0 * n for n in range(19)] == [table["x"][0].as_py() for table in here]
    assert here == there
    assert before == set(tmp_path.rglob("*.parquet"))


def test_incidents_give_the_same_bytes_on_both_engines(as_spark: EngineChoice, tmp_path: Path) -> None:
    """A case from incidents, with replies among them, is the same file by file."""
    agreement = next(path for path in AGREEMENTS if path.stem == "minsk-2-2015")
    world = tmp_path / "world"
    simulate_files(agreement, Knobs(n_days=12, incidents_per_day=25.0, aftershocks=0.5), 5, world)
    fuse_files(InputFiles(reports=(world / "reports.parquet",), sources=world / "sources.json"), tmp_path / "fused")
    given = IncidentFiles(incidents=tmp_path / "fused" / "incidents.parquet")
    assess_incident_file(agreement, given, tmp_path / "here")
    assess_incident_file(agreement, given, tmp_path / "spread", as_spark)
    assert hashes(tmp_path / "here") == hashes(tmp_path / "spread")
