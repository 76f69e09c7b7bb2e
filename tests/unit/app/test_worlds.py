"""Facts about worlds as files, and about the commands that make and judge them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from holdfire.app.commands import InputFiles, fuse_files
from holdfire.app.worlds import evaluate_case, simulate_files
from holdfire.basics.canonical import sha256_file
from holdfire.cli.main import holdfire
from holdfire.cli.world import evaluation_lines
from holdfire.errors import InputError
from holdfire.simulate.presets import preset

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"
TABLES = {"reports", "coverage", "true_incidents", "true_memberships"}


def command(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(holdfire, [str(argument) for argument in arguments])


def made(out: Path, *arguments: str | Path) -> dict[str, Any]:
    """Make a world by the command line and return what it says."""
    result = command("simulate", "--out", out, "--json", "-q", *arguments)
    assert result.exception is None, result.exception
    value: dict[str, Any] = json.loads(result.output)
    return value


def test_a_world_needs_no_agreement(tmp_path: Path) -> None:
    """A preset that needs no agreement writes no agreement and no breaches, and says how dense it is."""
    summary = made(tmp_path / "w", "--preset", "mixed", "--days", "20")
    assert TABLES == set(summary["n_rows"])
    assert (120_000, 20) == (summary["area_km2"], summary["n_days"])
    assert 10 / 120 == pytest.approx(summary["incidents_per_day_per_1000_km2"], rel=0.01)
    assert not (tmp_path / "w" / "agreement.yaml").exists()
    assert json.loads((tmp_path / "w" / "world.json").read_bytes())["agreement_id"] is None


def test_the_front_asks_for_its_agreement(tmp_path: Path) -> None:
    """The preset whose watchers and lines come from an agreement is refused without one."""
    error = command("simulate", "--out", tmp_path).exception
    assert isinstance(error, InputError)
    assert "needs an agreement" in error.what and "--preset mixed" in error.mend


def test_the_same_words_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs of one command write the same files; another seed writes others."""
    for name, seed in (("a", "4"), ("b", "4"), ("c", "5")):
        made(tmp_path / name, "--preset", "roundups", "--days", "9", "--seed", seed)
    one, two, other = ([sha256_file(p) for p in sorted((tmp_path / n).iterdir())] for n in "abc")
    assert one == two
    assert not set(one) & set(other) - {
        sha256_file(tmp_path / "a" / name) for name in ("sources.json", "coverage.parquet")
    }


def test_options_come_before_settings_before_documents_before_presets(tmp_path: Path) -> None:
    """The nearest word counts: an option, then --set, then --knobs, then the preset."""
    document = tmp_path / "knobs.yaml"
    document.write_text("{blunders: 0.1, n_places: 11, aftershocks: 0.5}", encoding="utf-8")
    words = (
        "--preset",
        "quiet",
        "--knobs",
        document,
        "--set",
        "n_places=12",
        "--set",
        "aftershocks=0.6",
        "--days",
        "5",
    )
    made(tmp_path / "w", *words, "--aftershocks", "0.7")
    knobs = json.loads((tmp_path / "w" / "world.json").read_bytes())["knobs"]
    assert (2, 0.1, 12, 0.7) == tuple(
        knobs[name] for name in ("incidents_per_day", "blunders", "n_places", "aftershocks")
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--preset", "stormy"), "No preset is called 'stormy'."),
        (("--preset", "mixed", "--set", "blunders"), "This sets no knob: 'blunders'."),
        (("--preset", "mixed", "--set", "blunders=2"), "Knob 'blunders' is 0 to 1: 2."),
        (("--preset", "mixed", "--blunders", "2"), "Knob 'blunders' is 0 to 1: 2.0."),
        (("--preset", "mixed", "--seed", "-1"), "A seed is a whole number from 0: -1."),
        (("--preset", "mixed", "--days", "5", "--reports", "100"), "The length is given twice."),
        (("--preset", "storm", "--per-day", "900000", "--days", "9000"), "This world would hold about"),
        (
            ("--preset", "quiet", "--reports", "9000000"),
            "A world of 9,000,000 reports would be longer than 70,000 days",
        ),
    ],
)
def test_what_makes_no_world_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """A word that makes no world is refused by what is wrong with it, and nothing is written."""
    error = command("simulate", "--out", tmp_path / "w", *words).exception
    assert isinstance(error, InputError)
    assert said in str(error)
    assert not (tmp_path / "w").exists()


def test_a_world_under_an_agreement_ends_before_2100(tmp_path: Path) -> None:
    """A world that would pass the year 2100, where readers stop, is refused."""
    with pytest.raises(InputError, match="would pass the year 2100"):
        simulate_files(AGREEMENT, replace(preset("front"), n_days=60_000), 1, tmp_path)


@pytest.mark.parametrize("words", [("--preset", "mixed"), ("--agreement", AGREEMENT)])
def test_about_as_many_reports_come_out_as_asked_for(tmp_path: Path, words: tuple[str | Path, ...]) -> None:
    """A world of 10,000 reports holds that many within a seventh."""
    summary = made(tmp_path / "w", *words, "--reports", "10000")
    assert 10_000 == pytest.approx(summary["n_rows"]["reports"], rel=1 / 7)


def test_an_older_worlds_truth_is_not_left_behind(tmp_path: Path) -> None:
    """A world without an agreement removes the breaches of the one that it replaces."""
    simulate_files(AGREEMENT, replace(preset("front"), n_days=4), 1, tmp_path)
    assert (tmp_path / "true_breaches.parquet").exists()
    simulate_files(None, replace(preset("mixed"), n_days=4), 1, tmp_path)
    assert not (tmp_path / "true_breaches.parquet").exists()


def test_a_fused_world_is_scored_in_full(tmp_path: Path) -> None:
    """A world of round-ups is fused and scored without an agreement; the JSON has tables and no NaN."""
    world, case = tmp_path / "w", tmp_path / "c"
    made(world, "--preset", "roundups", "--days", "15")
    fuse_files(InputFiles(reports=(world / "reports.parquet",), sources=world / "sources.json"), case)
    evaluation = evaluate_case(case, world)
    value = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert value["breaches"] is None
    assert 10 == len(value["fusion"]["real_reliability"]) == len(value["fusion"]["membership_reliability"])
    counts = pq.read_table(world / "reports.parquet")["count_best"].drop_null()
    assert len(counts) <= value["roundups"]["n_roundups"] > 0
    assert value["posterior"]["n"] == value["fusion"]["n_found"]
    lines = evaluation_lines(evaluation)
    assert 13 == len(lines)
    assert lines == command("evaluate", case, "--world", world).output.splitlines()
