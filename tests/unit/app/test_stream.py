"""Facts about a stream of cases: each step is a case that continues the one before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from holdfire.app.commands import InputFiles, fuse_files
from holdfire.app.worlds import simulate_files
from holdfire.basics.canonical import sha256_file
from holdfire.cli.main import _run, holdfire
from holdfire.evidence.manifest import differing_outputs
from holdfire.simulate.knobs import Knobs

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a world whose reports come in two batches: the first without one in five, and without the last days."""
    folder = tmp_path_factory.mktemp("world")
    simulate_files(AGREEMENT, Knobs(n_days=6, incidents_per_day=10.0), 5, folder)
    table = pq.read_table(folder / "reports.parquet").sort_by([("occurred_start", "ascending")])
    early = np.arange(table.num_rows) < 0.7 * table.num_rows
    early &= np.random.default_rng(3).random(table.num_rows) < 0.8
    pq.write_table(table.filter(pa.array(early)), folder / "batch-1.parquet")
    pq.write_table(table.filter(pa.array(~early)), folder / "batch-2.parquet")
    return folder


def call(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(holdfire, [str(one) for one in arguments], catch_exceptions=False)


def refused(*arguments: str | Path) -> tuple[int, str]:
    """Run the command as the program would, and return its exit code and what it says."""
    with CliRunner().isolation() as (_, error, _both):
        code = _run([str(one) for one in arguments])
        return code, error.getvalue().decode()


def fuse(world: Path, out: Path, *more: str | Path, batches: tuple[int, ...] = (1, 2)) -> dict[str, Any]:
    """Fuse some batches and return the summary."""
    files = [world / f"batch-{number}.parquet" for number in batches]
    result = call("fuse", *files, "--sources", world / "sources.json", "--out", out, "--quiet", "--json", *more)
    assert 0 == result.exit_code, result.output
    summary: dict[str, Any] = json.loads(result.output)
    return summary


@pytest.fixture(scope="module")
def steps(world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """Fuse the first batch, then both; return both cases and the second one's summary."""
    folder = tmp_path_factory.mktemp("steps")
    fuse(world, folder / "one", batches=(1,))
    return folder / "one", folder / "two", fuse(world, folder / "two", "--since", folder / "one")


def ids(case: Path) -> set[str]:
    return set(pq.read_table(case / "incidents.parquet")["incident_id"].to_pylist())


def lineage(case: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(case / "lineage.parquet").to_pylist()
    return rows


def test_a_second_batch_joins_under_stable_ids(steps: tuple[Path, Path, dict[str, Any]]) -> None:
    """Incidents of the first step keep their ids in the second, and every one is accounted for."""
    one, two, summary = steps
    rows = lineage(two)
    assert ids(one) == {row["earlier_id"] for row in rows} - {None}
    assert ids(two) == {row["incident_id"] for row in rows} - {None}
    assert len(ids(one) & ids(two)) > 0.4 * len(ids(one))
    told = summary["stream"]["changes"]
    assert len(ids(two)) == sum(told.values()) - told["ended"]
    assert len(ids(one) & ids(two)) == told["same"] + told["grown"] + told["reopened"]
    assert len(ids(one) - ids(two)) == summary["stream"]["n_retired"]
    assert told["grown"] > 0 and told["new"] > 0


def test_kept_ids_keep_their_reports(steps: tuple[Path, Path, dict[str, Any]]) -> None:
    """An id of both cases holds in the second all telling reports that it held in the first."""
    held = []
    for case in steps[:2]:
        kinds = pq.read_table(case / "reports.parquet", columns=["report_id", "kind"])
        telling = set(kinds.filter(pc.invert(pc.starts_with(kinds["kind"], "signal")))["report_id"].to_pylist())
        groups: dict[str, set[str]] = {name: set() for name in ids(case)}
        for row in pq.read_table(case / "memberships.parquet").to_pylist():
            if row["report_id"] in telling:
                groups[row["incident_id"]].add(row["report_id"])
        held.append(groups)
    both = set(held[0]) & set(held[1])
    assert both
    assert all(held[0][name] <= held[1][name] for name in both)


def test_a_step_is_in_the_manifest(steps: tuple[Path, Path, dict[str, Any]]) -> None:
    """The manifest names the lineage among its outputs, and what it continued by hashes."""
    one, two, _ = steps
    manifest = json.loads((two / "run.json").read_bytes())
    assert "lineage.parquet" in manifest["outputs"]
    assert [] == differing_outputs(manifest, two)
    expected = {name: sha256_file(one / f"{name}.parquet") for name in ("incidents", "memberships")}
    assert expected == manifest["parameters"]["since"]
    assert "since" not in json.loads((one / "run.json").read_bytes())["parameters"]


def test_a_step_is_a_pure_function(world: Path, steps: tuple[Path, Path, dict[str, Any]], tmp_path: Path) -> None:
    """The same step again, its files in another order, gives the same bytes."""
    one, two, _ = steps
    fuse(world, tmp_path / "again", "--since", one, batches=(2, 1))
    for name in ("incidents", "memberships", "lineage"):
        assert sha256_file(two / f"{name}.parquet") == sha256_file(tmp_path / "again" / f"{name}.parquet")


def test_nothing_new_changes_nothing(world: Path, steps: tuple[Path, Path, dict[str, Any]], tmp_path: Path) -> None:
    """A third step of the same reports keeps every id, and its lineage holds both steps."""
    _, two, summary = steps
    third = fuse(world, tmp_path / "three", "--since", two)
    assert ids(two) == ids(tmp_path / "three")
    assert len(ids(two)) == third["stream"]["changes"]["same"]
    assert (2, summary["stream"]["step_at"]) == (third["stream"]["step"], third["stream"]["step_at"])
    assert {1, 2} == {row["step"] for row in lineage(tmp_path / "three")}


def test_the_terminal_tells_what_became_of_ids(
    world: Path, steps: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    """Without --json the command says in lines how many ids were kept, made and retired."""
    files = [world / "batch-1.parquet", world / "batch-2.parquet"]
    result = call("fuse", *files, "--since", steps[0], "--step-at", "2031-01-01", "--out", tmp_path / "case", "-q")
    assert f"Step 1 at 2031-01-01T00:00:00+00:00, since {steps[0]}:" in result.output
    assert all(
        words in result.output for words in ("ids kept:", "grown", "reopened", "merged", "split", "ids retired:")
    )


def test_a_retired_id_is_explained(steps: tuple[Path, Path, dict[str, Any]]) -> None:
    """The explanation of a retired id, and of a finding on it, says what became of it."""
    _, two, _ = steps
    gone = next(row for row in lineage(two) if row["change"] in ("merged", "split", "moved"))
    for asked in (gone["earlier_id"], f"f/{gone['earlier_id']}/1/signature/somebody"):
        result = call("explain", asked, "--case", two)
        assert 0 == result.exit_code
        assert f"Incident {gone['earlier_id']} is retired" in result.output
        assert gone["incident_id"] in result.output
    data = json.loads(call("explain", gone["earlier_id"], "--case", two, "--json").output)
    assert gone["earlier_id"] == data["retired"][0]["incident_id"]
    assert gone["incident_id"] in data["retired"][0]["became"]
    assert set(data["retired"][0]["became"]) <= ids(two)


def test_a_withdrawn_incident_is_explained(
    world: Path, steps: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    """An incident whose reports were all withdrawn is said to have ended."""
    fuse(world, tmp_path / "three", "--since", steps[1], batches=(2,))
    ended = next(row["earlier_id"] for row in lineage(tmp_path / "three") if row["change"] == "ended")
    output = call("explain", ended, "--case", tmp_path / "three").output
    assert "ended: no incident holds a report of it" in output
    assert "None of its reports is left." in output


def test_a_current_id_lists_its_lineage(steps: tuple[Path, Path, dict[str, Any]]) -> None:
    """The explanation of a current incident says how it came about."""
    _, two, _ = steps
    for change, words in (("grown", "joined"), ("new", "new, ")):
        row = next(row for row in lineage(two) if row["change"] == change)
        output = call("explain", row["incident_id"], "--case", two).output
        assert f"lineage    step 1, {row['step_at']}: " in output
        assert words in output


def test_an_id_that_never_was_stays_unknown(steps: tuple[Path, Path, dict[str, Any]]) -> None:
    """An id that is neither current nor retired is refused as before."""
    code, said = refused("explain", "i0000000000000000", "--case", steps[1])
    assert 6 == code
    assert "holds no id 'i0000000000000000'" in said


def test_assess_continues_too(world: Path, tmp_path: Path) -> None:
    """Findings of a step speak of the stable ids; a reviewed finding on a retired one is kept, and says that it is."""
    common = ("assess", "--agreement", world / "agreement.yaml", "--sources", world / "sources.json", "-q", "--json")
    assert 0 == call(*common, world / "batch-1.parquet", "--out", tmp_path / "one").exit_code
    files = (world / "batch-1.parquet", world / "batch-2.parquet")
    result = call(*common, *files, "--since", tmp_path / "one", "--out", tmp_path / "two")
    assert 0 == result.exit_code, result.output
    assert json.loads(result.output)["stream"]["changes"]["grown"] > 0
    named = {i for i in pq.read_table(tmp_path / "two" / "findings.parquet")["incident_id"].to_pylist() if i}
    assert named
    assert named <= ids(tmp_path / "two")
    assert named & ids(tmp_path / "one")
    retired = {row["earlier_id"] for row in lineage(tmp_path / "two")} - ids(tmp_path / "two")
    before = pq.read_table(tmp_path / "one" / "findings.parquet").to_pylist()
    finding_id = next(row["finding_id"] for row in before if row["incident_id"] in retired)
    words = {"review_id": "rev-1", "reviewer": "A. Fictional", "decision": "confirm", "reason": "Two cameras agree."}
    reviews = [words | {"finding_id": finding_id, "made_at": "2030-01-01T00:00:00Z"}]
    (tmp_path / "reviews.yaml").write_text(json.dumps(reviews), encoding="utf-8")
    more = ("--since", tmp_path / "one", "--reviews", tmp_path / "reviews.yaml", "--out", tmp_path / "reviewed")
    assert 0 == call(*common, *files, *more).exit_code
    output = call("explain", finding_id, "--case", tmp_path / "reviewed").output
    assert f"Finding {finding_id}" in output
    assert f"Incident {finding_id.split('/')[1]} is retired" in output


def test_a_step_that_cannot_be_is_refused(
    world: Path, steps: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    """No case, a step over its own past, a fresh start over a stream and stray instants are refused."""
    one, two, _ = steps
    run = ("fuse", world / "batch-1.parquet", "-q", "--out")
    (tmp_path / "empty").mkdir()
    cases: list[tuple[int, str, tuple[str | Path, ...]]] = [
        (4, "no case to continue", (tmp_path / "x", "--since", tmp_path / "empty")),
        (4, "no case to continue", (tmp_path / "x", "--since", tmp_path / "nowhere")),
        (3, "written over the case", (one, "--since", one)),
        (3, "name its incidents anew", (two,)),
        (3, "no case that the step continues", (tmp_path / "x", "--step-at", "2030-01-01")),
        (3, "before the one that it continues", (tmp_path / "x", "--since", two, "--step-at", "1990-01-01")),
        (3, "This is no instant", (tmp_path / "x", "--since", two, "--step-at", "tomorrow")),
    ]
    for code, words, more in cases:
        got, said = refused(*run, *more)
        assert code == got, said
        assert words in said
        assert 3 == len(said.splitlines())
    assert not (tmp_path / "x" / "incidents.parquet").exists()


def test_a_damaged_earlier_case_is_refused(
    world: Path, steps: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    """An earlier table that lacks a column, lacks values or holds other types is refused with its path."""
    memberships = pq.read_table(steps[0] / "memberships.parquet")
    n = memberships.num_rows
    bad = {
        "lacks its column 'prob'": memberships.drop_columns(["prob"]),
        "lacks values in its column 'prob'": memberships.set_column(2, "prob", pa.nulls(n, pa.float64())),
        "is not what a case holds": memberships.set_column(2, "prob", pa.array(["much"] * n)),
    }
    for words, table in bad.items():
        pq.write_table(pq.read_table(steps[0] / "incidents.parquet"), tmp_path / "incidents.parquet")
        pq.write_table(table, tmp_path / "memberships.parquet")
        code, said = refused("fuse", world / "batch-1.parquet", "-q", "--out", tmp_path / "x", "--since", tmp_path)
        assert 3 == code
        assert words in said
        assert "memberships.parquet" in said


def test_reports_without_instants_need_one_named(tmp_path: Path) -> None:
    """Where no report says when anything was, the step's instant must be named."""
    columns = (
        "report_id",
        "source_id",
        "occurred_start",
        "occurred_end",
        "lon",
        "lat",
        "sigma_m",
        "kind",
        "actor",
        "text",
    )
    pq.write_table(
        pa.table({name: ["r1"] if name.endswith("_id") else pa.nulls(1) for name in columns}), tmp_path / "r.parquet"
    )
    fuse_files(InputFiles(reports=(tmp_path / "r.parquet",)), tmp_path / "one")
    run = ("fuse", tmp_path / "r.parquet", "-q", "--out", tmp_path / "two", "--since", tmp_path / "one")
    code, said = refused(*run)
    assert 3 == code
    assert "has no instant" in said
    assert 0 == refused(*run, "--step-at", "2030-01-01")[0]
