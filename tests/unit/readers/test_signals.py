"""Facts about thermal points and sirens."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfire.readers.registry import read_files
from tests.unit.readers.samples import acled_csv, firms_modis_csv, firms_viirs_csv, sirens_csv, write


def read(folder: Path, content: str, **options: Any) -> list[dict[str, Any]]:
    """Return the reports of a file."""
    found: list[dict[str, Any]] = read_files([write(folder, "s.csv", content)], **options).reports.to_pylist()
    return found


def test_a_point_becomes_a_signal(tmp_path: Path) -> None:
    """A MODIS point corroborates: its heat began within 12 h before the minute of the pass, UTC."""
    (row,) = read(tmp_path, firms_modis_csv())
    assert ("signal/thermal", "firms:modis", 2) == (row["kind"], row["source_id"], row["credibility"])
    assert datetime(2031, 5, 2, 9, 23, tzinfo=UTC) == row["reported_start"]
    assert (datetime(2031, 5, 1, 21, 23, tzinfo=UTC), datetime(2031, 5, 2, 9, 24, tzinfo=UTC)) == (
        row["occurred_start"], row["occurred_end"],
    )  # fmt: skip


def test_the_error_follows_from_the_pixel(tmp_path: Path) -> None:
    """Sigma is the mean of both axes of a uniform pixel, and the geolocation error."""
    (modis,), (viirs,) = read(tmp_path, firms_modis_csv()), read(tmp_path, firms_viirs_csv())
    assert math.sqrt((1200**2 + 1100**2) / 24 + 75**2) == pytest.approx(modis["sigma_m"])
    assert math.sqrt((400**2 + 400**2) / 24 + 75**2) == pytest.approx(viirs["sigma_m"])


@pytest.mark.parametrize(
    ("confidence", "credibility"),
    [("h", 2), ("n", 3), ("l", 4), ("100", 2), ("79", 3), ("30", 3), ("0", 4), ("", None)],
)
def test_confidence_becomes_credibility(tmp_path: Path, confidence: str, credibility: int | None) -> None:
    """Letters and percentages give the Admiralty grades of the documented table."""
    assert credibility == read(tmp_path, firms_viirs_csv(confidence=confidence))[0]["credibility"]


def test_ids_are_hashes_of_the_row(tmp_path: Path) -> None:
    """A row that stands twice is one report; one that differs in a cell is another."""
    row = firms_modis_csv()
    body = row.splitlines()[1]
    assert 1 == len(read(tmp_path, row + body + "\n"))
    assert 2 == len(read(tmp_path, row + body.replace("310.1", "310.2") + "\n"))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"acq_time": "2460"}, "acq_time"),
        ({"acq_time": "noon"}, "acq_time"),
        ({"acq_date": "02/05/2031"}, "acq_date"),
        ({"scan": "-1"}, "scan"),
        ({"track": ""}, "track"),
        ({"confidence": "high-ish"}, "confidence"),
        ({"instrument": "OTHER"}, "instrument"),
        ({"latitude": "nan"}, "latitude"),
        ({"longitude": ""}, "latitude"),
    ],
)
def test_a_broken_point_is_refused(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    """A row that cannot be read is named by line and column."""
    result = read_files([write(tmp_path, "s.csv", firms_modis_csv(**changes))])
    assert [(2, column)] == [(row["row"], row["column"]) for row in result.refusals.to_pylist()]


def test_an_alert_becomes_a_signal_over_its_region(tmp_path: Path) -> None:
    """An alert lasts as it is written, in UTC, and is uniform over the region that holds it."""
    (row,) = read(tmp_path, sirens_csv(raion="Odeskyi raion", level="raion"))
    assert ("signal/air_raid_alert", "area", "UA-51", "Odeskyi raion, Odeska oblast") == (
        row["kind"], row["place_model"], row["area_id"], row["place_name"],
    )  # fmt: skip
    assert datetime(2031, 5, 2, 16, 10, 34, tzinfo=UTC) == row["occurred_start"]
    assert (51485, "sirens:ua") == (round(row["sigma_m"]), row["source_id"])


def test_polygons_go_before_the_table(tmp_path: Path) -> None:
    """Where polygons are given, a region keeps the id of its polygon; a smaller unit goes before the larger."""
    ring = [[30, 46], [31, 46], [31, 47], [30, 47], [30, 46]]
    square = {"type": "Polygon", "coordinates": [ring]}
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "name:en": other},
            "geometry": square,
        }
        for name, other in (("Одеська область", "Odessa Oblast"), ("Odeskyi raion", "Odesa Raion"))
    ]
    areas = write(tmp_path, "areas.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    (region,) = read(tmp_path, sirens_csv(), areas=areas)
    (district,) = read(tmp_path, sirens_csv(raion="Odeskyi raion"), areas=areas)
    assert ("Одеська область", 30.5, 46.5) == (region["area_id"], region["lon"], region["lat"])
    assert "Odeskyi raion" == district["area_id"]
    assert 26000 == pytest.approx(region["sigma_m"], rel=0.02)


def test_a_region_that_nobody_knows_is_a_name(tmp_path: Path) -> None:
    """An alert for a region that no table has is kept, its place unknown."""
    (row,) = read(tmp_path, sirens_csv(oblast="Vyhadana oblast"))
    assert ("unknown", None, "Vyhadana oblast") == (row["place_model"], row["lon"], row["place_name"])


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"oblast": ""}, "oblast"),
        ({"started_at": "soon"}, "started_at"),
        ({"finished_at": ""}, "finished_at"),
        ({"finished_at": "2031-05-01 00:00:00+00:00"}, "occurred_end"),
        ({"finished_at": "9999-12-31 00:00:00+00:00"}, "occurred_end"),
    ],
)
def test_a_broken_alert_is_refused(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    """A row that cannot be read is named by line and column."""
    result = read_files([write(tmp_path, "s.csv", sirens_csv(**changes))])
    assert [(2, column)] == [(row["row"], row["column"]) for row in result.refusals.to_pylist()]


def test_a_foreign_file_is_another_readers(tmp_path: Path) -> None:
    """A file of events is taken for neither."""
    assert "acled" == read_files([write(tmp_path, "s.csv", acled_csv())]).files[0].reader
