"""Facts about the tables beside a bulletin: CSV, GeoJSON and GeoParquet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import shapely

from holdfire.publication.tables import FINDING_COLUMNS, INCIDENT_COLUMNS, disarmed, render_tables
from holdfire.records.bulletin import Bulletin, BulletinInputs
from tests.unit.publication.case_factory import DAY_END, DAY_START, shuffled


@pytest.fixture(scope="module")
def files(case: BulletinInputs) -> dict[str, bytes]:
    return render_tables(case, start=DAY_START, end=DAY_END)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_every_form_is_made(files: dict[str, bytes]) -> None:
    """Incidents and findings come as CSV, GeoJSON and GeoParquet."""
    names = {f"{what}.{form}" for what in ("incidents", "findings") for form in ("csv", "geojson", "geoparquet")}
    assert names == set(files)


def test_the_tables_hold_every_incident_of_the_period(files: dict[str, bytes], bulletin: Bulletin) -> None:
    """A table holds at least the incidents that the bulletin lists."""
    ids = {row["incident_id"] for row in rows(files["incidents.csv"])}
    assert {item.incident_id for item in bulletin.incidents} <= ids
    assert set(INCIDENT_COLUMNS) == set(rows(files["incidents.csv"])[0])


def test_findings_without_an_incident_are_in_the_tables(files: dict[str, bytes]) -> None:
    """An obligation's finding is in the table, with empty cells where nothing is known."""
    found = {row["finding_id"]: row for row in rows(files["findings.csv"])}
    assert ("", "") == (found["f/-/4/council/highland"]["prob_lower"], found["f/-/4/council/highland"]["lon"])
    assert set(FINDING_COLUMNS) <= set(found["f/-/4/council/highland"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|calc", "%x"])
def test_no_cell_is_run_by_a_spreadsheet(case: BulletinInputs, text: str) -> None:
    """A text that begins as a formula is disarmed by an apostrophe."""
    table = case.incidents
    index = table.schema.get_field_index("place_name")
    names = pa.array([text] * table.num_rows, pa.string())
    armed = replace(case, incidents=table.set_column(index, table.schema.field(index), names))
    content = render_tables(armed, start=DAY_START, end=DAY_END, forms=("csv",))["incidents.csv"]
    assert {"'" + text} == {row["place_name"] for row in rows(content)}
    assert "'" + text == disarmed(text)


def test_a_negative_number_stays_a_number(files: dict[str, bytes]) -> None:
    """A latitude in the south is a number, not a disarmed text."""
    assert all(float(row["lat"]) < 0 for row in rows(files["incidents.csv"]) if row["lat"])


def test_geojson_is_lon_lat_and_null_without_a_place(files: dict[str, bytes]) -> None:
    """A feature has an id, a point as lon and lat, and no geometry where there is no place (RFC 7946)."""
    collection = json.loads(files["incidents.geojson"])
    assert "FeatureCollection" == collection["type"]
    points = [one["geometry"]["coordinates"] for one in collection["features"] if one["geometry"]]
    assert all(68 < lon < 72 and -51 < lat < -48 for lon, lat in points)
    assert {None} == {one["geometry"] for one in collection["features"] if not one["geometry"]}
    assert all(one["id"] == one["properties"]["incident_id"] for one in collection["features"])


def test_geojson_and_csv_hold_the_same_rows(files: dict[str, bytes]) -> None:
    """The forms differ in form only."""
    features = json.loads(files["findings.geojson"])["features"]
    assert [one["id"] for one in features] == [row["finding_id"] for row in rows(files["findings.csv"])]


def test_geoparquet_names_its_geometry(files: dict[str, bytes], case: BulletinInputs) -> None:
    """The file's metadata names a WKB column of points with their bounds (GeoParquet 1.1.0)."""
    file = pq.ParquetFile(io.BytesIO(files["incidents.geoparquet"]))
    geo = json.loads(file.schema_arrow.metadata[b"geo"])
    assert ("1.1.0", "geometry", "WKB", ["Point"]) == (
        geo["version"],
        geo["primary_column"],
        geo["columns"]["geometry"]["encoding"],
        geo["columns"]["geometry"]["geometry_types"],
    )
    table = file.read()
    points = shapely.from_wkb(table["geometry"].drop_null().to_pylist())
    west, south, east, north = geo["columns"]["geometry"]["bbox"]
    assert (west, south, east, north) == tuple(shapely.total_bounds(points))
    ids = table.filter(pc.is_valid(table["geometry"]))["incident_id"]
    true = case.incidents.filter(pc.is_in(case.incidents["incident_id"], value_set=ids.combine_chunks()))
    true = true.sort_by("incident_id")
    assert true["lon"].to_pylist() == shapely.get_x(points).tolist()


def test_an_empty_period_gives_empty_tables(case: BulletinInputs) -> None:
    """A period without incidents gives headers, an empty collection and a file of no points."""
    empty = replace(case, incidents=case.incidents.slice(0, 0), findings=case.findings.slice(0, 0))
    files = render_tables(empty, start=DAY_START, end=DAY_END)
    assert [] == rows(files["findings.csv"])
    assert [] == json.loads(files["incidents.geojson"])["features"]
    assert 0 == pq.read_table(io.BytesIO(files["findings.geoparquet"])).num_rows


def test_shuffled_rows_give_the_same_bytes(files: dict[str, bytes], case: BulletinInputs) -> None:
    """The order of the inputs' rows changes no byte of any table."""
    other = replace(case, incidents=shuffled(case.incidents), findings=shuffled(case.findings))
    assert files == render_tables(other, start=DAY_START, end=DAY_END)
