"""Facts about the whole way: the same input gives the same bytes, and the order of rows changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from holdfire.app.commands import InputFiles, assess_files, fuse_files
from holdfire.app.guarantee import Asked, ladder_of_case
from holdfire.app.publish import Wanted, publish_case
from holdfire.app.queries import explain_id
from holdfire.app.worlds import evaluate_case, simulate_files
from holdfire.basics.canonical import sha256_file
from holdfire.cli.main import holdfire
from holdfire.errors import DocumentError, InputError, MissingInputError, UnknownIdError
from holdfire.evidence.manifest import differing_outputs
from holdfire.records import taxonomy
from holdfire.simulate.knobs import Knobs

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"
RESULTS = ("incidents", "memberships", "assessments", "findings", "counts", "zone_shapes", "coverage", "sources")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    simulate_files(AGREEMENT, Knobs(n_days=8, incidents_per_day=12.0), 11, folder)
    return folder


def run(world: Path, out: Path, reports: Path | None = None) -> Path:
    """Assess a world's reports and write its bulletin."""
    inputs = InputFiles(
        reports=(reports or world / "reports.parquet",),
        sources=world / "sources.json",
        coverage=world / "coverage.parquet",
    )
    assess_files(world / "agreement.yaml", inputs, out)
    publish_case(out, Wanted(languages=("en",), forms=("html", "csv", "geojson", "geoparquet")), out / "bulletin")
    return out


@pytest.fixture(scope="module")
def case(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(world, tmp_path_factory.mktemp("case"))


def hashes(case: Path) -> dict[str, str]:
    """Return the hashes of everything that a run wrote, but for what names rows and files."""
    found = {name: sha256_file(case / f"{name}.parquet") for name in RESULTS}
    return found | {path.name: sha256_file(path) for path in sorted((case / "bulletin").iterdir())}


def test_two_runs_give_the_same_bytes(world: Path, case: Path, tmp_path: Path) -> None:
    """A second run writes the same Parquet, page and tables, byte for byte."""
    again = run(world, tmp_path / "again")
    assert hashes(case) == hashes(again)
    ids = [json.loads((folder / "run.json").read_bytes())["run_id"] for folder in (case, again)]
    assert ids[0] == ids[1]


def test_shuffled_rows_change_nothing(world: Path, case: Path, tmp_path: Path) -> None:
    """Reports in another order, in other row groups, give the same bytes."""
    table = pq.read_table(world / "reports.parquet")
    order = np.random.default_rng(5).permutation(table.num_rows)
    pq.write_table(table.take(order), tmp_path / "reports.parquet", row_group_size=97)
    assert hashes(case) == hashes(run(world, tmp_path / "shuffled", tmp_path / "reports.parquet"))


def test_the_manifest_names_its_outputs(case: Path) -> None:
    """The run's manifest holds the hash of every table that it wrote."""
    manifest = json.loads((case / "run.json").read_bytes())
    assert [] == differing_outputs(manifest, case)
    assert {f"{name}.parquet" for name in RESULTS} <= set(manifest["outputs"])


def test_every_id_leads_back_to_reports(case: Path) -> None:
    """Every finding's incident exists, every incident has reports, every report has a membership."""
    tables = {name: pq.read_table(case / f"{name}.parquet") for name in ("reports", *RESULTS[:4])}
    incidents = set(tables["incidents"]["incident_id"].to_pylist())
    assert {i for i in tables["findings"]["incident_id"].to_pylist() if i} <= incidents
    assert incidents == {i for i in tables["memberships"]["incident_id"].to_pylist() if i}
    assert sorted(tables["reports"]["report_id"].to_pylist()) == sorted(tables["memberships"]["report_id"].to_pylist())
    known = set(tables["assessments"]["assessment_id"].to_pylist())
    assert all(set(ids) <= known for ids in tables["findings"]["assessment_ids"].to_pylist())


def test_probabilities_are_ordered_products(case: Path) -> None:
    """Each assessment's bounds are the products of its factors' bounds, and lie in order."""
    table = pq.read_table(case / "assessments.parquet")
    assert table.num_rows > 0
    for bound in ("lower", "upper"):
        product = np.ones(table.num_rows)
        for factor in ("real", "act", "place_time", "actor", "no_exemption"):
            product *= table[f"{factor}_{bound}"].to_numpy()
        judged = np.array([i is not None for i in table["incident_id"].to_pylist()])
        np.testing.assert_allclose(table[f"prob_{bound}"].to_numpy()[judged], product[judged], atol=1e-9)
    assert bool(np.all(table["prob_lower"].to_numpy() <= table["prob_upper"].to_numpy()))


def test_a_finding_is_explained_down_to_raw_rows(case: Path) -> None:
    """An explanation holds the finding, its factors, its incident and the raw rows of its reports."""
    finding = next(row for row in pq.read_table(case / "findings.parquet").to_pylist() if row["incident_id"])
    explanation = explain_id(case, finding["finding_id"])
    assert finding["incident_id"] == explanation.data["incidents"][0]["incident_id"]
    assert all(report["raw"] for report in explanation.data["reports"])
    assert "P(that it happened)" in explanation.text
    assert explanation.data["reports"][0]["report_id"] in explanation.text


def test_a_report_is_explained_by_its_incident(case: Path) -> None:
    """The explanation of a report names the incident that it belongs to."""
    member = next(row for row in pq.read_table(case / "memberships.parquet").to_pylist() if row["incident_id"])
    assert member["incident_id"] in explain_id(case, member["report_id"]).text


def test_an_unknown_id_is_said(case: Path, tmp_path: Path) -> None:
    """An id that the case lacks is refused, and so is a folder without a case."""
    with pytest.raises(UnknownIdError):
        explain_id(case, "f/none")
    with pytest.raises(MissingInputError):
        explain_id(tmp_path, "f/none")


def test_a_world_is_scored(world: Path, case: Path) -> None:
    """An evaluation finds the incidents of the world, without any curated source told twice."""
    evaluation = evaluate_case(case, world)
    assert evaluation.fusion.n_true > 0
    assert evaluation.fusion.curated_violations == 0
    assert evaluation.breaches is not None
    assert evaluation.as_dict()["breaches"]["n_true"] == evaluation.breaches.n_true


def test_fuse_needs_no_agreement(world: Path, tmp_path: Path) -> None:
    """Reports are fused without an agreement into incidents and memberships."""
    summary = fuse_files(InputFiles(reports=(world / "reports.parquet",)), tmp_path / "fused")
    assert summary["n_rows"]["incidents"] > 0
    assert not (tmp_path / "fused" / "assessments.parquet").exists()


def test_fuse_takes_kinds_that_the_tree_lacks_and_assess_refuses_them(world: Path, tmp_path: Path) -> None:
    """Fused alone they are kept and named in a warning; a strict run, a tree of one's own and assess refuse them."""
    table = pq.read_table(world / "reports.parquet")
    kinds = ["piracy/boarding" if row < 3 else kind for row, kind in enumerate(table["kind"].to_pylist())]
    at = table.schema.get_field_index("kind")
    foreign = tmp_path / "foreign.parquet"
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(kinds, pa.string())), foreign)
    told = CliRunner().invoke(holdfire, ["fuse", str(foreign), "--out", str(tmp_path / "fused"), "--quiet"])
    assert 0 == told.exit_code and "lacks piracy/boarding (3)" in told.stderr
    assert "piracy/boarding" in pq.read_table(tmp_path / "fused" / "incidents.parquet")["kind"].to_pylist()
    assert 0 == pq.read_metadata(tmp_path / "fused" / "refused.parquet").num_rows
    inputs = InputFiles(reports=(foreign,), sources=world / "sources.json")
    assert 3 == assess_files(world / "agreement.yaml", inputs, tmp_path / "assessed")["n_rows"]["refused"]
    with pytest.raises(DocumentError, match="boarding"):
        fuse_files(replace(inputs, strict=True), tmp_path / "strict")
    own = tmp_path / "tree.yaml"
    own.write_bytes((Path(taxonomy.__file__).parent / "trees" / "kinds.yaml").read_bytes())
    assert 3 == fuse_files(replace(inputs, taxonomy=own), tmp_path / "own")["n_rows"]["refused"]


def test_the_ladder_is_told_under_each_reading(case: Path) -> None:
    """The ladder's state is told for each reading, and an unknown reading is refused."""
    lines, states = ladder_of_case(Asked(folder=case))
    assert 1 == len(states)
    assert any("rung" in line for line in lines)
    with pytest.raises(InputError):
        ladder_of_case(Asked(folder=case, reading="nobody"))


def test_a_moving_line_is_assessed(tmp_path: Path) -> None:
    """A world whose line moves writes its agreement with the line's versions, and that is assessed."""
    simulate_files(
        ROOT / "examples" / "agreements" / "minsk-2-2015.yaml",
        Knobs(n_days=6, incidents_per_day=8.0, drift_km_per_day=1.0),
        3,
        tmp_path / "world",
    )
    inputs = InputFiles(reports=(tmp_path / "world" / "reports.parquet",), sources=tmp_path / "world" / "sources.json")
    summary = assess_files(tmp_path / "world" / "agreement.yaml", inputs, tmp_path / "case")
    assert summary["n_rows"]["zone_shapes"] > 20


@pytest.mark.parametrize(
    "wanted", [Wanted(day="23 July"), Wanted(day="2030-01-01", start="2030-01-01"), Wanted(start="2031", end="2030")]
)
def test_a_period_that_cannot_be_is_refused(case: Path, tmp_path: Path, wanted: Wanted) -> None:
    """A day that is none, a day with bounds, and a period that ends before it starts are refused."""
    with pytest.raises(InputError):
        publish_case(case, wanted, tmp_path)
