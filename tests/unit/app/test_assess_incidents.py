"""Facts about cases from incidents: the bytes of whole tables, whatever the order of rows and the parts."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from holdfire.agreement.names import resolve_sides
from holdfire.app import incidents as module
from holdfire.app.assess_incidents import IncidentFiles, assess_incident_file
from holdfire.app.commands import InputFiles, fuse_files
from holdfire.app.engines import EngineChoice
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.app.worlds import simulate_files
from holdfire.assessment.assess import Terms, assess_all
from holdfire.assessment.counts import count_breaches
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.canonical import sha256_file, write_table
from holdfire.cli.main import main
from holdfire.errors import InputError, MissingInputError, ReadError
from holdfire.findings.decide import decide
from holdfire.simulate.knobs import Knobs

AGREEMENTS = Path(__file__).resolve().parents[3] / "examples" / "agreements"
# One with return fire and obligations, one with neither, and the one that the benchmarks use.
NAMES = ("europe-guarantee", "syria-cessation-2016", "minsk-2-2015")
JUDGED = ("assessments", "findings", "counts")


@pytest.fixture(scope="module", params=NAMES)
def given(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An agreement, and a folder with incidents, their sources, and what whole tables make of them."""
    folder = tmp_path_factory.mktemp(request.param)
    path = AGREEMENTS / f"{request.param}.yaml"
    simulate_files(path, Knobs(n_days=15, incidents_per_day=20.0, aftershocks=0.5), 3, folder / "world")
    world = folder / "world"
    fuse_files(InputFiles(reports=(world / "reports.parquet",), sources=world / "sources.json"), folder)
    trees = load_trees()
    agreement = load_agreement_file(path, trees)
    incidents = pq.read_table(folder / "incidents.parquet")
    names = pc.struct_field(pc.list_flatten(incidents["kinds"]), "name").drop_null().to_pylist()
    terms = Terms(
        agreement=agreement,
        shapes=zone_shapes(agreement),
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        kind_weapons=trees.kind_weapons,
        evidence_kinds=frozenset([*names, *incidents["kind"].drop_null().to_pylist()]),
    )
    sources = resolve_sides(pq.read_table(folder / "sources.parquet"), agreement)
    assessments = assess_all(incidents, terms)
    findings = decide(assessments, agreement, sources, evidence_kinds=terms.evidence_kinds)
    tables = (assessments, findings, count_breaches(assessments, incidents, agreement))
    for name, table in zip(JUDGED, tables, strict=True):
        write_table(folder / "whole" / f"{name}.parquet", table)
    return path, folder


def hashes(case: Path, names: tuple[str, ...] = JUDGED) -> dict[str, str]:
    """Return the hash of each table."""
    return {name: sha256_file(case / f"{name}.parquet") for name in names}


@pytest.mark.parametrize("n_parts", [None, 1, 7])
def test_parts_give_the_bytes_of_whole_tables(given: tuple[Path, Path], n_parts: int | None, tmp_path: Path) -> None:
    """Assessments, findings and counts are those of whole tables, and nothing else is left in the case."""
    agreement, folder = given
    files = IncidentFiles(incidents=folder / "incidents.parquet")
    assess_incident_file(agreement, files, tmp_path, EngineChoice(n_parts=n_parts))
    assert hashes(folder / "whole") == hashes(tmp_path)
    others = ("coverage", "incidents", "sources", "zone_shapes")
    expected = {"agreement.yaml", "run.json", *(f"{name}.parquet" for name in (*JUDGED, *others))}
    assert expected == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("bucket_rows", [100, 1_000_000])
def test_the_order_of_rows_is_immaterial(given: tuple[Path, Path], bucket_rows: int, tmp_path: Path) -> None:
    """A file in any order is brought into the order of ids, also where it does not fit one stretch."""
    agreement, folder = given
    table = pq.read_table(folder / "incidents.parquet")
    mixed = table.take(pa.array(np.random.default_rng(4).permutation(table.num_rows)))
    pq.write_table(mixed, tmp_path / "mixed.parquet")
    files = IncidentFiles(incidents=tmp_path / "mixed.parquet", sources=folder / "sources.parquet")
    with mock.patch.object(module, "BUCKET_ROWS", bucket_rows), mock.patch.object(module, "BATCH_ROWS", 64):
        assess_incident_file(agreement, files, tmp_path / "case")
    assert hashes(folder / "whole") == hashes(tmp_path / "case")
    assert hashes(folder, ("incidents",)) == hashes(tmp_path / "case", ("incidents",))


def changed(folder: Path, column: str, row: int, value: object) -> pa.Table:
    """Return the incidents with another value in one cell."""
    table = pq.read_table(folder / "incidents.parquet")
    values = table[column].to_pylist()
    values[row] = value
    place = table.column_names.index(column)
    return table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))


@pytest.mark.parametrize(
    ("column", "row", "value", "says"),
    [
        ("incident_id", 3, "a/b", "row 4, incident_id"),
        ("prob_real_lower", 5, 1.5, "row 6, prob_real_lower"),
        ("prob_real_upper", 5, 80.0, "row 6, prob_real_upper"),
        ("lat", 2, 181.0, "row 3, lat"),
        ("sigma_m", 0, -1.0, "row 1, sigma_m"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    given: tuple[Path, Path], column: str, row: int, value: object, says: str, tmp_path: Path
) -> None:
    """The file, the row and the field are named, and no half of a case is left."""
    agreement, folder = given
    pq.write_table(changed(folder, column, row, value), tmp_path / "wrong.parquet")
    files = IncidentFiles(incidents=tmp_path / "wrong.parquet", sources=folder / "sources.parquet")
    with pytest.raises(ReadError) as caught:
        assess_incident_file(agreement, files, tmp_path / "case")
    assert caught.value.where.endswith(says)
    assert [] == list((tmp_path / "case").iterdir())


def test_an_id_that_stands_twice_is_refused(given: tuple[Path, Path], tmp_path: Path) -> None:
    """Two incidents of one id cannot be told apart."""
    agreement, folder = given
    table = pq.read_table(folder / "incidents.parquet")
    pq.write_table(pa.concat_tables([table, table.slice(7, 1)]), tmp_path / "twice.parquet")
    files = IncidentFiles(incidents=tmp_path / "twice.parquet", sources=folder / "sources.parquet")
    with pytest.raises(ReadError, match=f"This id stands twice: '{table['incident_id'][7].as_py()}'"):
        assess_incident_file(agreement, files, tmp_path / "case")


def test_a_column_that_lacks_is_named(given: tuple[Path, Path], tmp_path: Path) -> None:
    """A table without a column that every incident needs is refused, with the nearest name that it has."""
    agreement, folder = given
    table = pq.read_table(folder / "incidents.parquet")
    pq.write_table(table.rename_columns({"prob_real_upper": "prob_real_uper"}), tmp_path / "lacks.parquet")
    files = IncidentFiles(incidents=tmp_path / "lacks.parquet", sources=folder / "sources.parquet")
    with pytest.raises(ReadError, match="'prob_real_upper'") as caught:
        assess_incident_file(agreement, files, tmp_path / "case")
    assert caught.value.mend.startswith("Is it 'prob_real_uper'?")


@pytest.mark.parametrize("content", [None, b"not Parquet"])
def test_a_file_that_is_no_parquet_is_named(given: tuple[Path, Path], content: bytes | None, tmp_path: Path) -> None:
    """A file that is not there, or of another format, ends in one error, and no half of a case is left."""
    agreement, folder = given
    path = tmp_path / "incidents.parquet"
    if content is not None:
        path.write_bytes(content)
    files = IncidentFiles(incidents=path, sources=folder / "sources.parquet")
    with pytest.raises((MissingInputError, ReadError)) as caught:
        assess_incident_file(agreement, files, tmp_path / "case")
    assert str(path) == caught.value.where
    assert [] == list((tmp_path / "case").iterdir())


def test_no_incidents_make_a_case(given: tuple[Path, Path], tmp_path: Path) -> None:
    """An empty file is judged: nothing was reported, and what nobody can see is said."""
    agreement, folder = given
    pq.write_table(pq.read_table(folder / "incidents.parquet").slice(0, 0), tmp_path / "none.parquet")
    files = IncidentFiles(incidents=tmp_path / "none.parquet", sources=folder / "sources.parquet")
    made = assess_incident_file(agreement, files, tmp_path / "case")
    assert (0, 0) == (made["n_rows"]["incidents"], pq.read_table(tmp_path / "case" / "assessments.parquet").num_rows)


def test_who_told_must_be_known(given: tuple[Path, Path], tmp_path: Path) -> None:
    """Without sources nobody knows which clauses can be seen at all."""
    agreement, folder = given
    pq.write_table(pq.read_table(folder / "incidents.parquet"), tmp_path / "alone.parquet")
    with pytest.raises(InputError, match="who told"):
        assess_incident_file(agreement, IncidentFiles(incidents=tmp_path / "alone.parquet"), tmp_path / "case")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Nothing is to be assessed."),
        (["--incidents", "i.parquet", "r.parquet"], "This speaks of reports, and incidents were given: REPORTS."),
        (
            ["--incidents", "i.parquet", "--from", "2015-02-15"],
            "This speaks of reports, and incidents were given: --from.",
        ),
    ],
)
def test_reports_and_incidents_do_not_mix(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What speaks of reports has no meaning beside incidents, and one of both is needed."""
    agreement = str(AGREEMENTS / f"{NAMES[0]}.yaml")
    words = ["assess", "--agreement", agreement, "--out", str(tmp_path), *words, "--quiet"]
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code
    assert says in capsys.readouterr().err
