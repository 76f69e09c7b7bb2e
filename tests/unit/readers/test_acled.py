"""Facts about ACLED exports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfire.readers.registry import read_files
from tests.unit.readers.samples import acled_csv, viina_csv, write


def read(folder: Path, **changes: str) -> list[dict[str, Any]]:
    """Return the reports of one event."""
    found: list[dict[str, Any]] = read_files([write(folder, "acled.csv", acled_csv(**changes))]).reports.to_pylist()
    return found


def test_an_event_becomes_one_report_for_each_source(tmp_path: Path) -> None:
    """Sources are parted by semicolons and counted once each; all share the event."""
    first, second = read(tmp_path)
    assert [("acled:INV1:alpha-news", "acled:alpha-news"), ("acled:INV1:beta-wire", "acled:beta-wire")] == [
        (row["report_id"], row["source_id"]) for row in (first, second)
    ]
    assert ("explosion", "acled:Explosions/Remote violence/Shelling/artillery/missile attack", 2) == (
        first["kind"], first["kind_code"], first["casualties_best"],
    )  # fmt: skip
    assert ["Military Forces of Northland", "Civilians (Southland)", "Farmers (Southland)"] == first["involved"]
    assert (10000.0, "point", "Millbrook") == (first["sigma_m"], first["place_model"], first["place_name"])


def test_upper_case_exports_are_read(tmp_path: Path) -> None:
    """Older exports write their columns in upper case."""
    head, _, body = acled_csv().partition("\n")
    path = write(tmp_path, "a.csv", head.upper() + "\n" + body)
    assert ("acled", 2) == (read_files([path]).files[0].reader, read_files([path]).reports.num_rows)


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [("1", (5, 1, 21), (5, 2, 21)), ("2", (4, 25, 21), (5, 8, 21)), ("3", (4, 1, 21), (6, 1, 21))],
)
def test_time_precision_widens_the_day(
    tmp_path: Path, code: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    """The day, its week to either side, and its month to either side, in the country's zone."""
    row = read(tmp_path, time_precision=code)[0]
    assert (datetime(2031, *start, tzinfo=UTC), datetime(2031, *end, tzinfo=UTC)) == (
        row["occurred_start"], row["occurred_end"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "model", "sigma_m"), [("1", "point", 2500.0), ("2", "point", 1e4), ("3", "area", 45000.0)]
)
def test_geo_precision_becomes_an_error_model(tmp_path: Path, code: str, model: str, sigma_m: float) -> None:
    """Each code gives the model and spread of the documented table."""
    row = read(tmp_path, geo_precision=code, admin1="Nowhere")[0]
    assert (model, sigma_m) == (row["place_model"], row["sigma_m"])


@pytest.mark.parametrize(
    ("event_type", "sub_event_type", "kind"),
    [
        ("Battles", "Armed clash", "clash"),
        ("Explosions/Remote violence", "Air/drone strike", "explosion"),
        ("Explosions/Remote violence", "Remote explosive/landmine/IED", "explosion/mine"),
        ("Violence against civilians", "Abduction/forced disappearance", "violence_against_civilians/abduction"),
        ("Protests", "Peaceful protest", "unrest/protest"),
        ("Protests", "Excessive force against protestors", "violence_against_civilians"),
        ("Strategic developments", "Other", None),
        ("Battles", "A new sub-type", "clash"),
        ("A new type", "", None),
    ],
)
def test_event_types_give_the_kind(tmp_path: Path, event_type: str, sub_event_type: str, kind: str | None) -> None:
    """The sub-event type decides, else the event type; what tells nothing leaves the kind open."""
    assert kind == read(tmp_path, event_type=event_type, sub_event_type=sub_event_type)[0]["kind"]


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({}, "Military Forces of Northland"),
        ({"actor2": "", "inter2": ""}, "Military Forces of Northland"),
        ({"actor2": "Southern Front", "inter2": "2"}, None),
        ({"event_type": "Battles", "sub_event_type": "Armed clash"}, None),
        ({"actor1": "Civilians (X)", "inter1": "Civilians", "actor2": "Southern Front", "inter2": "Rebel group"},
         "Southern Front"),
    ],
)  # fmt: skip
def test_the_armed_one_of_two_is_the_actor(tmp_path: Path, changes: dict[str, str], actor: str | None) -> None:
    """Only against civilians, or alone, does an actor stand fast; the order of the two says nothing."""
    assert actor == read(tmp_path, **changes)[0]["actor"]


@pytest.mark.parametrize("text", ["2031-05-02", "02 May 2031", "02-May-2031", "02/05/2031"])
def test_dates_of_all_exports_are_read(tmp_path: Path, text: str) -> None:
    """Days come in the ways in which exports have written them."""
    assert datetime(2031, 5, 1, 21, tzinfo=UTC) == read(tmp_path, event_date=text)[0]["occurred_start"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"event_id_cnty": ""}, "event_id_cnty"),
        ({"event_date": "some day"}, "event_date"),
        ({"event_date": "9999-01-01"}, "event_date"),
        ({"geo_precision": "5"}, "geo_precision"),
        ({"time_precision": "x"}, "time_precision"),
        ({"latitude": ""}, "latitude"),
        ({"longitude": "inf"}, "longitude"),
        ({"fatalities": "1.5"}, "fatalities"),
        ({"fatalities": "-1"}, "casualties_best"),
    ],
)
def test_a_broken_event_is_refused(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    """A row that cannot be read is named by line and column."""
    result = read_files([write(tmp_path, "a.csv", acled_csv(**changes))])
    assert ([(2, column)], 0) == (
        [(row["row"], row["column"]) for row in result.refusals.to_pylist()], result.reports.num_rows,
    )  # fmt: skip


def test_a_foreign_file_is_another_readers(tmp_path: Path) -> None:
    """A file of VIINA rows is not taken for ACLED's."""
    assert "viina" == read_files([write(tmp_path, "a.csv", viina_csv())]).files[0].reader
