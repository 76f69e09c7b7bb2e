"""Facts about a trial's folder: it goes on after an interruption, and its bytes depend on nothing but the wish."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from holdfire.app.trial import Wanted, try_ladder
from holdfire.app.trial_replay import REPLAYS
from holdfire.cli.main import holdfire
from holdfire.errors import InputError
from holdfire.trial.settings import TrialSettings

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"
SMALL = TrialSettings(n_worlds=120, n_days=20, per_day=10.0, pool_days=15)
OPTIONS = ("--worlds", "120", "--days", "20", "--per-day", "10", "--pool-days", "15")


def silent(label: str, done: int, total: int) -> None:
    """Show nothing."""


def made(folder: Path) -> dict[str, bytes]:
    """Return every file of a trial."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small trial by one worker."""
    out = tmp_path_factory.mktemp("trial") / "one"
    try_ladder(AGREEMENT, Wanted(settings=SMALL), out, workers=1, restart=False, progress=silent)
    return out


def test_two_workers_write_the_bytes_of_one(whole: Path, tmp_path: Path) -> None:
    """Every file is the same for one worker and for two."""
    try_ladder(AGREEMENT, Wanted(settings=SMALL), tmp_path / "two", workers=2, restart=False, progress=silent)
    assert made(whole) == made(tmp_path / "two")


def test_a_killed_trial_goes_on(whole: Path, tmp_path: Path) -> None:
    """A trial whose process is killed after its first part ends with the bytes of one that was not."""
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "holdfire", "trial", str(AGREEMENT), *OPTIONS, "--workers", "1", "--out", str(out)]
    process = subprocess.Popen(command, env={**os.environ}, start_new_session=True)
    while process.poll() is None and not list(out.glob("parts/part-*.parquet")):
        time.sleep(0.005)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in out.glob("parts/part-*.parquet")}
    told: list[int] = []
    try_ladder(
        AGREEMENT,
        Wanted(settings=SMALL),
        out,
        workers=1,
        restart=False,
        progress=lambda label, done, total: told.append(done),
    )
    assert kept == {name: (out / "parts" / name).stat().st_mtime_ns for name in kept}
    assert kept
    assert made(whole) == {name: content for name, content in made(out).items() if not name.endswith(".part")}


def test_what_is_missing_is_run_and_no_more(whole: Path, tmp_path: Path) -> None:
    """Where one part is gone, only its worlds are judged again."""
    out = tmp_path / "gap"
    shutil.copytree(whole, out)
    (out / "parts" / "part-0000050.parquet").unlink()
    told: list[tuple[int, int]] = []
    try_ladder(
        AGREEMENT,
        Wanted(settings=SMALL),
        out,
        workers=1,
        restart=False,
        progress=lambda label, done, total: told.append((done, total)),
    )
    assert [(70, 120), (120, 120)] == told
    assert made(whole) == made(out)


def test_another_trial_is_refused_and_replaced_on_request(whole: Path, tmp_path: Path) -> None:
    """Other settings in one folder are refused by name; --restart replaces them."""
    out = tmp_path / "other"
    shutil.copytree(whole, out)
    changed = Wanted(settings=replace(SMALL, seed=9, n_worlds=20))
    with pytest.raises(InputError, match="other settings \\(n_worlds, seed\\)"):
        try_ladder(AGREEMENT, changed, out, workers=1, restart=False, progress=silent)
    document = try_ladder(AGREEMENT, changed, out, workers=1, restart=True, progress=silent)
    assert 20 == document["rungs"][0]["n_worlds"]


def test_a_changed_agreement_is_refused(whole: Path, tmp_path: Path) -> None:
    """A folder knows the agreement that its worlds were judged by."""
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    changed = tmp_path / "changed.yaml"
    changed.write_text(AGREEMENT.read_text(encoding="utf-8").replace("at_least: 6", "at_least: 7"), encoding="utf-8")
    with pytest.raises(InputError, match="agreement or program version"):
        try_ladder(changed, Wanted(settings=SMALL), out, workers=1, restart=False, progress=silent)


def test_the_document_holds_what_the_page_says(whole: Path) -> None:
    """Figures are written as data beside the pages in both languages."""
    document = json.loads((whole / "figures.json").read_text(encoding="utf-8"))
    assert ["warning", "ukraine-acts", "coalition-acts", "us-backup"] == [r["rung_id"] for r in document["rungs"]]
    for language, words in (("en", "False alarms in 30 quiet days"), ("uk", "Хибних спрацювань за 30 тихих діб")):
        page = (whole / f"trial.{language}.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in page
        assert words in page


def test_the_command_says_what_it_found(whole: Path) -> None:
    """The command goes on in a folder that is complete, and tells it in lines or as JSON."""
    runner = CliRunner()
    arguments = ["trial", str(AGREEMENT), *OPTIONS, "--out", str(whole), "--workers", "1"]
    lines = runner.invoke(holdfire, arguments, catch_exceptions=False).output
    assert "120 worlds of 20 days" in lines
    assert "false alarms" in lines
    found = json.loads(runner.invoke(holdfire, [*arguments, "--json"], catch_exceptions=False).output)
    assert 120 == found["settings"]["n_worlds"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--worlds", "0"], "This is out of range: 0."),
        (["--against", "prussia"], "No side of this trial is called 'prussia'."),
        (["--reading", "mine"], "This agreement has no reading 'mine'."),
        (["--without", "radio"], "No source is called 'radio'."),
    ],
)
def test_a_wrong_wish_is_one_clear_message(tmp_path: Path, arguments: list[str], words: str) -> None:
    """A wish that cannot be met is refused with its option."""
    with pytest.raises(InputError) as told:
        CliRunner().invoke(
            holdfire,
            ["trial", str(AGREEMENT), *OPTIONS, "--out", str(tmp_path / "x"), *arguments],
            catch_exceptions=False,
        )
    assert words == told.value.what


def test_an_agreement_without_a_ladder_cannot_be_tried(tmp_path: Path) -> None:
    """An agreement that has no ladder is refused by name."""
    bare = ROOT / "examples" / "agreements" / "minsk-2-2015.yaml"
    with pytest.raises(InputError, match="no ladder"):
        try_ladder(bare, Wanted(settings=SMALL), tmp_path / "x", workers=1, restart=False, progress=silent)


def test_an_unknown_record_is_refused_with_those_there_are(whole: Path) -> None:
    """A replay of a record that nobody has names the records."""
    with pytest.raises(InputError, match="'atlantis'") as told:
        wanted = Wanted(settings=SMALL, replays=("atlantis",))
        try_ladder(AGREEMENT, wanted, whole, workers=1, restart=False, progress=silent)
    assert all(name in told.value.mend for name in REPLAYS)
