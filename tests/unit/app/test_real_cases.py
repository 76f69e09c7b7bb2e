"""Facts about real records, where they are at hand: the Black Sea 2022, Syria 2016, Minsk II 2015-2021."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from holdfire.app.commands import InputFiles, assess_files
from tests.data_folder import data_folder, needs_data

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [needs_data, pytest.mark.realdata]


def run(agreement: str, files: tuple[str, ...], out: Path, **more: Any) -> dict[str, Any]:
    data = data_folder()
    assert data is not None
    areas = data / "boundaries" / "ukraine_oblasts_osm.geojson"
    inputs = InputFiles(reports=tuple(data / name for name in files), areas=areas, **more)
    return assess_files(ROOT / "examples" / "agreements" / agreement, inputs, out)


def test_the_strike_on_odesas_port_is_one_incident(tmp_path: Path) -> None:
    """The strike of 23 July 2022 is one incident of several reports in two languages that breaches the port clause."""
    files = (
        "viina/VIINA_2022_REBUILD.csv",
        "firms/MODIS-2022-arch.csv",
        "firms/MODIS-2022.csv",
        "firms/VIIRS-NOAA-2022.csv",
        "sirens/official_data_en.csv",
    )
    summary = run("black-sea-grain-initiative-2022.yaml", files, tmp_path)
    assert 2060 + 8470 + 7113 + 4248 + 31288 == sum(file["n_rows"] for file in summary["files"])
    incidents = pq.read_table(tmp_path / "incidents.parquet").to_pylist()
    near = [
        row
        for row in incidents
        if row["target_kind"] == "facility/port"
        and row["lon"] is not None
        and abs(row["lon"] - 30.74) < 0.2
        and abs(row["lat"] - 46.48) < 0.2
        and row["occurred_start"].strftime("%m-%d") in ("07-22", "07-23")
    ]
    assert 1 == len(near)
    strike = near[0]
    assert strike["n_reports"] >= 7
    assert strike["n_sources"] >= 5
    assert "ru uk" == strike["languages"]
    findings = pq.read_table(tmp_path / "findings.parquet")
    said = findings.filter(
        (pc.field("incident_id") == strike["incident_id"])
        & (pc.field("clause_id") == "ports")
        & (pc.field("party") == "russia")
    ).to_pylist()
    assert {"un-in-force", "russia-suspended"} == {row["reading"] for row in said}
    assert all(row["prob_lower"] >= 0.75 and row["verdict"] == "established" for row in said)


def test_what_happened_while_russia_held_it_suspended_differs_by_reading(tmp_path: Path) -> None:
    """During the suspension that Russia claimed, its own reading lists no breach; the other one may."""
    files = ("viina/VIINA_2022_REBUILD.csv",)
    run("black-sea-grain-initiative-2022.yaml", files, tmp_path, start="2022-10-31", end="2022-11-01")
    assessments = pq.read_table(tmp_path / "assessments.parquet")
    sums = {
        reading: pc.sum(assessments.filter(pc.field("reading") == reading)["prob_upper"]).as_py() or 0.0
        for reading in ("un-in-force", "russia-suspended")
    }
    assert sums["russia-suspended"] <= sums["un-in-force"]


def test_excluded_groups_are_taken_out_in_syria(tmp_path: Path) -> None:
    """In Syria 2016, what is between the government and Daesh is nobody's breach."""
    summary = run(
        "syria-cessation-2016.yaml", ("ucdp/ged_syria_2016_2019.csv",), tmp_path, start="2016-02-01", end="2016-05-01"
    )
    assert 16566 == summary["files"][0]["n_rows"]
    incidents = pq.read_table(tmp_path / "incidents.parquet")
    excluded = incidents.filter(pc.field("involved_excluded_lower") == 1.0)
    assert excluded.num_rows > 100
    assessments = pq.read_table(tmp_path / "assessments.parquet")
    listed = assessments.filter(pc.is_in(pc.field("incident_id"), excluded["incident_id"].combine_chunks()))
    exempt = listed.filter(pc.field("clause_id") == "attacks")
    assert 0.0 == (pc.max(exempt["prob_lower"]).as_py() or 0.0)
    assert listed.num_rows < excluded.num_rows


def test_minsk_gives_ranges_where_nobody_says_who_fired(tmp_path: Path) -> None:
    """UCDP does not say who fired first: under Minsk II both sides get a range, and nothing is established."""
    run("minsk-2-2015.yaml", ("ucdp/ged_ukraine_2014_2021.csv",), tmp_path, start="2015-01-01")
    findings = pq.read_table(tmp_path / "findings.parquet")
    fire = findings.filter((pc.field("clause_id") == "ceasefire") & pc.is_valid(pc.field("incident_id")))
    assert fire.num_rows > 500
    assert 0 == fire.filter(pc.field("verdict") == "established").num_rows
    silent = findings.filter(pc.field("basis") == "no evidence")
    assert {"cannot determine"} == set(silent["verdict"].to_pylist())
    assert silent.num_rows > 0
