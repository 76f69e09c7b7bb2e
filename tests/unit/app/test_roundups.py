"""Facts about explaining round-ups: a report that tells of several incidents, and an incident that it tells of."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from holdfire.app.commands import InputFiles, fuse_files
from holdfire.app.queries import explain_id
from holdfire.app.worlds import simulate_files
from holdfire.simulate.presets import preset


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case of a world whose media and parties sum up days."""
    folder = tmp_path_factory.mktemp("roundups")
    simulate_files(None, replace(preset("roundups"), n_days=12), 4, folder / "w")
    reports = (folder / "w" / "reports.parquet",)
    fuse_files(InputFiles(reports=reports, sources=folder / "w" / "sources.json"), folder / "c")
    return folder / "c"


def test_a_round_up_is_explained_with_all_its_incidents(case: Path) -> None:
    """Every incident that it tells of is named once, the likeliest first, with the number that is expected."""
    rows = pq.read_table(case / "memberships.parquet").to_pylist()
    report, n = Counter(row["report_id"] for row in rows).most_common(1)[0]
    told = explain_id(case, report)
    expected = sorted(-row["prob"] for row in rows if row["report_id"] == report)
    assert n == len(expected) > 1
    assert expected == [-row["prob"] for row in told.data["memberships"]]
    named = [line for line in told.text.splitlines() if line.startswith("It belongs to incident ")]
    assert [row["incident_id"] for row in told.data["memberships"]] == [line.split()[4] for line in named]
    assert f"It sums up several incidents: {n} are named, about {-sum(expected):.1f} of which it tells of." in told.text


def test_an_incident_shows_its_own_reports_before_round_ups(case: Path) -> None:
    """Reports of one incident come first, round-ups after them, and their number is said."""
    rows = pq.read_table(case / "memberships.parquet").to_pylist()
    n_of = Counter(row["report_id"] for row in rows)
    both = Counter(row["incident_id"] for row in rows if n_of[row["report_id"]] == 1)
    incident = next(row["incident_id"] for row in rows if n_of[row["report_id"]] > 1 and both[row["incident_id"]] > 1)
    told = explain_id(case, incident)
    shown = [n_of[report["report_id"]] > 1 for report in told.data["reports"]]
    assert sorted(shown) == shown
    assert f"  summed up  in {sum(shown)} reports that tell of other incidents too" in told.text
    assert told.data["incidents"][0]["n_reports"] == len(shown) - sum(shown)


def test_a_report_of_one_incident_is_explained_with_it_alone(case: Path) -> None:
    """A plain report names its one incident and sums nothing up."""
    rows = pq.read_table(case / "memberships.parquet").to_pylist()
    n_of = Counter(row["report_id"] for row in rows)
    told = explain_id(case, next(row["report_id"] for row in rows if n_of[row["report_id"]] == 1))
    assert 1 == told.text.count("It belongs to incident")
    assert "sums up" not in told.text
