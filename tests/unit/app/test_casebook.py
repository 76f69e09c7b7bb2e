"""Facts about a case that stands in its log: what came in, what was run, and what a sceptic can check."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from holdfire import __version__
from holdfire.app.bundle import export_log
from holdfire.app.casebook import (
    RunSettings,
    add_files,
    fold,
    key_path,
    open_case,
    replay,
    run,
    start_case,
    withdraw,
)
from holdfire.app.worlds import simulate_files
from holdfire.cli.main import holdfire
from holdfire.errors import DocumentError, InputError, MissingInputError, OutputError
from holdfire.evidence.entries import FileName
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import read_signer
from holdfire.simulate.knobs import Knobs

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"
AT = datetime(2030, 1, 20, 12, tzinfo=UTC)
WHO = "чергова аналітикиня"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    simulate_files(AGREEMENT, Knobs(n_days=5, incidents_per_day=8.0), 5, folder)
    return folder


@pytest.fixture(scope="module")
def finished(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case with a run in its log: entries 0 to 4."""
    case = tmp_path_factory.mktemp("kept") / "case"
    start_case(case, world / "agreement.yaml", "mission.example/c", WHO, AT)
    add_files(case, [world / "reports.parquet"], "reports", WHO, AT)
    add_files(case, [world / "sources.json"], "sources", WHO, AT)
    add_files(case, [world / "coverage.parquet"], "coverage", WHO, AT)
    assert 4 == run(case, RunSettings(), WHO, AT)["entry"]
    return case


@pytest.fixture
def case(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the case, with its key, that a test may change."""
    copy = tmp_path / "case"
    shutil.copytree(finished, copy)
    key_path(copy).parent.mkdir()
    shutil.copy(key_path(finished), key_path(copy))
    return copy


def test_a_run_is_replayed_with_the_same_bytes(case: Path) -> None:
    """The log alone gives every output of the run again, byte for byte, also when the tables are gone."""
    for path in case.glob("*.parquet"):
        path.unlink()
    done = replay(case)
    assert (4, (), ()) == (done.entry, done.differ, done.reasons)
    assert "findings.parquet" in done.same


def test_a_replay_reads_what_the_run_read(case: Path, world: Path, tmp_path: Path) -> None:
    """What came in after a run does not change its replay; the next run reads it."""
    more = tmp_path / "more.parquet"
    pq.write_table(pq.read_table(world / "reports.parquet").slice(0, 3), more)
    add_files(case, [more], "reports", WHO, AT)
    assert () == replay(case, 4).differ
    assert [1, 2] == [len(fold(EvidenceLog.open(case / "log"), n).files["reports"]) for n in (5, 6)]


def test_a_run_that_gives_other_bytes_is_said(case: Path) -> None:
    """When what the log holds gives other bytes than a run wrote down, the outputs that differ are named, and why."""
    log = open_case(case)
    entry = dict(log.entries(4))[4]
    manifest = json.loads(log.blobs.read(entry.blobs[0].sha256))
    manifest["outputs"]["findings.parquet"] = "0" * 64
    manifest["code_version"] = "0.0.1"
    sha256, size = log.blobs.put(io.BytesIO(json.dumps(manifest).encode()))
    other = replace(entry, blobs=(FileName(sha256=sha256, size_bytes=size, name="run.json"),))
    log.append([other], read_signer(key_path(case)))
    done = replay(case)
    assert (5, ("findings.parquet",)) == (done.entry, done.differ)
    assert [f"The code's version was 0.0.1, is now {__version__}"] == list(done.reasons)
    with pytest.raises(InputError):
        replay(case, 3)


def test_withdrawn_files_count_no_more(case: Path) -> None:
    """A file that was taken back stays in the log with who and why, and no run reads it."""
    log = open_case(case)
    sha256 = fold(log).files["coverage"][0].sha256
    entry = withdraw(case, [sha256], "Wrong month.", WHO, AT)
    assert [] == fold(log).files["coverage"]
    assert log.blobs.has(sha256)
    assert "Wrong month." == dict(log.entries(entry))[entry].data["reason"]
    with pytest.raises(InputError):
        withdraw(case, [sha256], "Again.", WHO, AT)
    with pytest.raises(InputError):
        withdraw(case, [fold(log).files["reports"][0].sha256], "  ", WHO, AT)


def test_files_are_logged_before_they_are_read(case: Path, tmp_path: Path) -> None:
    """A file that no reader can read is in the log all the same, and the run that fails says which it is."""
    broken = tmp_path / "звіт.csv"
    broken.write_bytes(b"\xff\xfe\x00\x00 not a table")
    entry = add_files(case, [broken], "reports", WHO, AT)
    log = open_case(case)
    file = dict(log.entries(entry))[entry].blobs[0]
    assert ("звіт.csv", broken.read_bytes()) == (file.name, log.blobs.read(file.sha256))
    size = log.checkpoint().size
    with pytest.raises(InputError, match=r"звіт\.csv"):
        run(case, RunSettings(), WHO, AT)
    assert size == log.checkpoint().size


def test_a_faulty_agreement_starts_nothing(tmp_path: Path) -> None:
    """A case does not start on an agreement with faults, and leaves no folder and no key."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: x\n", encoding="utf-8")
    with pytest.raises(DocumentError):
        start_case(tmp_path / "case", bad, "mission.example/c", WHO, AT)
    assert [bad] == list(tmp_path.iterdir())


def test_a_missing_file_logs_nothing(case: Path, world: Path) -> None:
    """When one of several files is not there, none is logged."""
    size = open_case(case).checkpoint().size
    with pytest.raises(MissingInputError):
        add_files(case, [world / "sources.json", world / "nowhere.csv"], "sources", WHO, AT)
    assert size == open_case(case).checkpoint().size


def test_the_key_is_not_in_the_case(finished: Path) -> None:
    """The folder of a case, which is copied and handed on, does not hold its private key."""
    secret = key_path(finished).read_bytes()
    assert not any(secret in path.read_bytes() for path in finished.rglob("*") if path.is_file())


def test_a_bundle_is_checked_without_the_package(finished: Path, tmp_path: Path) -> None:
    """An exported bundle passes its own verifier, with withheld files counted, and fails after a change."""
    out = tmp_path / "bundle"
    made = export_log(open_case(finished), out, entries=[1])
    assert {"n_entries": 5, "n_files": 1, "n_withheld": 4} == made
    command = [sys.executable, "-P", "verify.py", ".", "--key", open_case(finished).key.text()]
    good = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert (0, "VERIFIED: 5 entries, 1 files checked, 4 not in this copy, 0 earlier checkpoints\n") == (
        good.returncode,
        good.stdout,
    )
    assert (out / "proofs" / "1.tlog-proof").read_text().startswith("c2sp.org/tlog-proof@v1\nindex 1\n")
    blob = next((out / "blobs").glob("??/*"))
    blob.write_bytes(blob.read_bytes() + b" ")
    assert 1 == subprocess.run(command, cwd=out, capture_output=True, check=False).returncode
    with pytest.raises(OutputError):
        export_log(open_case(finished), out)


def test_the_commands_say_what_they_did(case: Path) -> None:
    """list, verify and prove speak of the log; verify without a published key says where the key came from."""
    call = CliRunner().invoke
    listed = call(holdfire, ["log", "list", str(case)])
    assert f"{WHO}  files-received (sources)" in listed.output
    as_json = call(holdfire, ["log", "list", str(case), "--json", "--from", "4"])
    assert ["run"] == [json.loads(line)["type"] for line in as_json.output.splitlines()]
    verified = call(holdfire, ["log", "verify", str(case)])
    assert 0 == verified.exit_code
    assert "--key" in verified.output
    assert call(holdfire, ["log", "prove", str(case), "4"]).output.startswith("c2sp.org/tlog-proof@v1")
    checkpoint = case.parent / "kept"
    shutil.copy(case / "log" / "checkpoint", checkpoint)
    add_files(case, [checkpoint], "areas", WHO, AT)
    again = call(holdfire, ["log", "verify", str(case), "--old", str(checkpoint), "--json"])
    assert json.loads(again.output)["verified"] is True
