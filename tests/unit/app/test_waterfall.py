"""Why reports stand together, as a user reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from holdfire.app.warm import is_warm
from holdfire.cli.main import holdfire


def call(*words: str | Path) -> str:
    result = CliRunner().invoke(holdfire, [str(word) for word in words], catch_exceptions=False)
    assert 0 == result.exit_code, result.output
    return result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("waterfall")
    call("simulate", "--preset", "mixed", "--reports", "1500", "--seed", "4", "--out", out / "world", "-q")
    call("fuse", out / "world/reports.parquet", "--sources", out / "world/sources.json", "--out", out / "case", "-q")
    return out


def pair_of(case: Path) -> tuple[str, list[str]]:
    """Return an incident of two reports, and these."""
    incidents = pq.read_table(case / "incidents.parquet").to_pylist()
    two = next(row["incident_id"] for row in incidents if row["n_reports"] == 2 and row["n_sources"] == 2)
    rows = pq.read_table(case / "memberships.parquet").to_pylist()
    return two, [row["report_id"] for row in rows if row["incident_id"] == two]


def test_an_incident_is_explained_pair_by_pair(folder: Path) -> None:
    """The parts of each pair add up to its total, and stand in the lines."""
    incident, reports = pair_of(folder / "case")
    data = json.loads(call("explain", incident, "--case", folder / "case", "--json"))
    (pair,) = data["waterfall"]
    assert set(reports) == {pair["report_a"], pair["report_b"]}
    assert sum(part["nats"] for part in pair["parts"]) == pytest.approx(pair["total_nats"], abs=1e-6)
    told = call("explain", incident, "--case", folder / "case")
    assert "Why together" in told and f"{pair['total_nats']:+.1f} nats" in told


def test_a_review_stands_in_the_waterfall(folder: Path) -> None:
    """Reports that a named person joined are explained by the review, which the run keeps."""
    one, two = (pair_of(folder / "case")[1][0], "")
    rows = pq.read_table(folder / "case/memberships.parquet").to_pylist()
    own = next(row["incident_id"] for row in rows if row["report_id"] == one)
    two = next(row["report_id"] for row in rows if row["incident_id"] not in (None, own))
    path = folder / "reviews.yaml"
    path.write_text(
        "- {review_id: r1, reviewer: A. Fictional, made_at: 2024-07-25T09:00:00Z, decision: same incident,"
        f" reports: [{one}, {two}], reason: One crater.}}\n",
        encoding="utf-8",
    )
    world, out = folder / "world", folder / "reviewed"
    call("fuse", world / "reports.parquet", "--sources", world / "sources.json", "--reviews", path, "--out", out, "-q")
    rows = pq.read_table(out / "memberships.parquet").to_pylist()
    held = {row["report_id"]: row["incident_id"] for row in rows}
    assert held[one] == held[two]
    assert "a named person's review" in call("explain", held[one], "--case", out)


def test_kernels_that_were_used_are_warm(folder: Path) -> None:
    """After a run the kernels lie in the compiler's cache."""
    assert folder.exists() and is_warm()
