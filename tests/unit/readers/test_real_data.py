"""Facts about the real data sets, where their folder is there; none of their rows is kept here."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.readers.raw import raw_row
from holdfire.readers.registry import ReadResult, read_files
from tests.data_folder import data_folder, needs_data

pytestmark = [pytest.mark.realdata, needs_data]

FILES = [
    ("viina/VIINA_2022_REBUILD.csv", "viina", 2060),
    ("viina/VIINA_2023_REBUILD.csv", "viina", 650),
    ("viina/VIINA_2024_REBUILD.csv", "viina", 543),
    ("ucdp/ged_ukraine_2014_2021.csv", "ucdp", 2989),
    ("ucdp/ged_syria_2016_2019.csv", "ucdp", 16566),
    ("ucdp/ged231_central_african_republic.geojson", "ucdp", 1848),
    ("sirens/official_data_en.csv", "sirens", 31288),
    ("firms/MODIS-2022-arch.csv", "firms", 8470),
    ("firms/MODIS-2022.csv", "firms", 7113),
    ("firms/VIIRS-NOAA-2022.csv", "firms", 4248),
]


def folder() -> Path:
    """Return the folder of real data."""
    found = data_folder()
    assert found is not None
    return found


@cache
def everything() -> ReadResult:
    """Read all files at once."""
    return read_files([folder() / name for name, _, _ in FILES])


def reports_of(name: str) -> pa.Table:
    """Return the reports of one of the files."""
    reports = everything().reports
    return reports.filter(pc.equal(reports["raw_file"], Path(name).name))


@pytest.mark.parametrize(("name", "reader", "n_rows"), FILES)
def test_every_row_is_read(name: str, reader: str, n_rows: int) -> None:
    """The file has as many rows as its documentation says, and none of them is refused."""
    (file,) = [file for file in everything().files if file.name == Path(name).name]
    assert (reader, n_rows, 0) == (file.reader, file.n_rows, file.n_refused)
    assert file.attribution


def test_files_together_hold_no_contradiction() -> None:
    """All files at once give the sum of their reports: no id stands for two things."""
    result = everything()
    assert (0, sum(file.n_reports for file in result.files)) == (result.refusals.num_rows, result.reports.num_rows)


def test_articles_of_syria_give_the_known_pairs() -> None:
    """16,566 events become 21,137 reports; 3,128 events have two or more different articles."""
    reports = read_files([folder() / "ucdp/ged_syria_2016_2019.csv"], hide_event_ids=True).reports
    assert 21_137 == reports.num_rows
    pairs = reports.group_by("truth_id").aggregate([("document", "count_distinct")])
    assert 3_128 == pc.sum(pc.greater(pairs["document_count_distinct"], 1)).as_py()
    assert 16_566 == pairs.num_rows
    assert not pc.any(pc.match_substring_regex(reports["report_id"], r"^ucdp:\d")).as_py()


def test_the_strike_on_odesas_port_is_told_by_five_media_in_two_languages() -> None:
    """On 23 July 2022 seven rows at Odesa become eight reports of six media, in Ukrainian and Russian."""
    reports = reports_of("viina/VIINA_2022_REBUILD.csv").to_pylist()
    told = [
        row
        for row in reports
        if row["report_id"].startswith("viina:20220723:")
        and row["target_kind"] == "facility/port"
        and (row["place_name"] or "").startswith("Odessa")
    ]
    assert (7, {"uk", "ru"}) == (len({row["raw_row"] for row in told}), {row["language"] for row in told})
    assert {"24tvua", "espreso", "interfaxua", "liga", "nv"} == {row["source_id"][6:] for row in told}
    assert {"Russia", None} == {row["actor"] for row in told}
    assert all((row["kind"] or "").startswith("explosion") for row in told)


def test_a_report_leads_back_to_its_row() -> None:
    """The last report of each file is found again by the row that it names."""
    for name, reader, _ in FILES:
        row = reports_of(name).slice(10, 1).to_pylist()[0]
        raw = raw_row(folder() / name, reader, row["raw_row"])
        assert str(row["lon"])[:6] in raw or reader == "sirens"


def test_regions_of_alerts_are_all_known() -> None:
    """Every alert has an area, from the house's own table."""
    assert 0 == reports_of("sirens/official_data_en.csv")["area_id"].null_count


def test_given_polygons_take_the_place_of_the_table() -> None:
    """With the polygons of the regions, alerts carry the ids under which these are found; Kyiv city has none there."""
    areas = folder() / "boundaries/ukraine_oblasts_osm.geojson"
    reports = read_files([folder() / "sirens/official_data_en.csv"], areas=areas).reports
    ids = set(reports["area_id"].to_pylist())
    assert {"UA-30"} == {area for area in ids if area.startswith("UA-")}
    assert "Одеська область" in ids
