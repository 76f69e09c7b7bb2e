"""Facts about VIINA rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfire.readers.registry import read_files
from tests.unit.readers.samples import viina_csv, viina_row, write


def read(folder: Path, *rows: dict[str, str]) -> list[dict[str, Any]]:
    """Return the reports of rows, ordered by id."""
    found: list[dict[str, Any]] = read_files([write(folder, "viina.csv", viina_csv(*rows))]).reports.to_pylist()
    return found


def test_a_row_becomes_one_report_for_each_medium(tmp_path: Path) -> None:
    """Each medium gets the address of its domain and the text of its language."""
    first, second = read(tmp_path, viina_row())
    assert ("viina:20310723:7001:espreso", "uk", "Вигадані ракети влучили у порт") == (
        first["report_id"], first["language"], first["text"],
    )  # fmt: skip
    assert "https://espreso.tv/vigadana-novina" == first["document"]
    assert ("viina:liga", "ru", "Выдуманные ракеты попали в порт") == (
        second["source_id"], second["language"], second["text"],
    )  # fmt: skip
    assert "https://news.liga.net/vydumannaya-novost" == second["document"]


def test_the_day_is_that_of_publication_in_kyiv(tmp_path: Path) -> None:
    """Reported: the day in Kyiv; occurred: from the beginning of the day before to its end."""
    row = read(tmp_path, viina_row())[0]
    assert datetime(2031, 7, 22, 21, tzinfo=UTC) == row["reported_start"]
    assert datetime(2031, 7, 23, 21, tzinfo=UTC) == row["reported_end"] == row["occurred_end"]
    assert datetime(2031, 7, 21, 21, tzinfo=UTC) == row["occurred_start"]


@pytest.mark.parametrize(
    ("terms", "kind"),
    [
        ("ракет|удар", "explosion/missile"),
        ("Ракет", "explosion/missile"),
        ("дрон", "explosion/drone_strike"),
        ("Шахед|атак", "explosion/drone_strike"),
        ("безпілот", "explosion/drone_strike"),
        ("обстріл", "explosion/shelling"),
        ("артилер|удар", "explosion/shelling"),
        ("вибух", "explosion"),
        ("атак|дрон|ракет", "explosion"),
        ("пожеж|пошкодж", None),
        ("знищ|ракет", "explosion/missile"),
        ("", None),
    ],
)
def test_stems_give_the_kind_that_they_agree_on(tmp_path: Path, terms: str, kind: str | None) -> None:
    """The deepest node that all stems agree on is the kind; words of consequence alone leave it open."""
    assert kind == read(tmp_path, viina_row(attack_terms=terms))[0]["kind"]


@pytest.mark.parametrize(
    ("classes", "target"),
    [
        ("PORT_EXPORT_LOGISTICS", "facility/port"),
        ("STRATEGIC_AIRBASE", "facility/airfield"),
        ("FUEL_STORAGE_TERMINAL|REFINING_PETROCHEM_GAS", "facility/energy/fuel/oil_depot"),
        ("FUEL_STORAGE_TERMINAL|ENERGY_GRID_SUPPORT", "facility/energy"),
        ("FUEL_STORAGE_TERMINAL|PORT_EXPORT_LOGISTICS", "facility"),
        ("A_NEW_CLASS", None),
        ("PORT_EXPORT_LOGISTICS|A_NEW_CLASS", None),
        ("", None),
    ],
)
def test_classes_give_the_target_that_they_agree_on(tmp_path: Path, classes: str, target: str | None) -> None:
    """Several classes give the deepest node above them all; a class that no table knows leaves it open."""
    assert target == read(tmp_path, viina_row(target_classes=classes))[0]["target_kind"]


@pytest.mark.parametrize(
    ("flags", "actor", "involved"),
    [
        ({"a_rus": "1", "a_ukr": "0"}, "Russia", ["Russia"]),
        ({"a_rus": "0", "a_ukr": "1"}, "Ukraine", ["Ukraine"]),
        ({"a_rus": "1", "a_ukr": "1"}, None, ["Russia", "Ukraine"]),
        ({"a_rus": "0", "a_ukr": "0"}, None, None),
        ({"a_rus": "1", "a_ukr": "1", "a_ukr_init": "1"}, "Ukraine", ["Russia", "Ukraine"]),
        ({"a_rus": "a_rus_b", "a_ukr": ""}, None, None),
    ],
)
def test_flags_name_the_actor_where_only_one_is_set(
    tmp_path: Path, flags: dict[str, str], actor: str | None, involved: list[str] | None
) -> None:
    """What says who began goes first; both flags or none leave the actor open; candidates are never guessed."""
    row = read(tmp_path, viina_row(**flags))[0]
    assert (actor, involved, None) == (row["actor"], row["involved"], row["actor_candidates"])


@pytest.mark.parametrize(
    ("changes", "sigma_m"),
    [
        ({}, 3000),
        ({"geonameid": "703448"}, 8171),
        ({"geonameid": "", "sources_matching": "liveuamap"}, 1000),
        ({"geonameid": "", "sources_matching": "nv"}, 3000),
    ],
)
def test_the_error_of_the_place_follows_the_settlement(tmp_path: Path, changes: dict[str, str], sigma_m: int) -> None:
    """A settlement's middle, a large town's, and a pin on a map have the spread of the documented table."""
    assert sigma_m == round(read(tmp_path, viina_row(**changes))[0]["sigma_m"])


def test_a_row_without_a_place_is_a_place_by_name(tmp_path: Path) -> None:
    """Empty coordinates are no fault: the place is unknown."""
    row = read(tmp_path, viina_row(longitude="", latitude=""))[0]
    assert ("unknown", None, "Vyhadane") == (row["place_model"], row["lon"], row["place_name"])


def test_a_round_up_is_several_reports_of_one_document(tmp_path: Path) -> None:
    """Rows that share an article keep their own reports, places and the one address."""
    url = "https://nv.ua/ukr/holovne.html"
    rows = read(
        tmp_path,
        viina_row(event_id_1pd="1", sources_matching="nv", source_urls=url),
        viina_row(event_id_1pd="2", sources_matching="nv", source_urls=url, longitude="31.9"),
    )
    assert ([url, url], [30.7, 31.9]) == ([row["document"] for row in rows], [row["lon"] for row in rows])


def test_addresses_on_shared_networks_are_nobodys_own(tmp_path: Path) -> None:
    """A medium whose own address is not there gets those that belong to no other medium of the row."""
    urls = "https://t.me/channel/1|https://www.unian.ua/x.html"
    first, second = read(tmp_path, viina_row(sources_matching="liveuamap|unian", source_urls=urls))
    assert ("https://t.me/channel/1", "https://www.unian.ua/x.html") == (first["document"], second["document"])


def test_sources_have_their_side(tmp_path: Path) -> None:
    """Media under one state's law have its side, media in exile none."""
    media = "ria|unian|mz|novyi"
    result = read_files([write(tmp_path, "viina.csv", viina_csv(viina_row(sources_matching=media)))])
    assert {"viina:mz": None, "viina:novyi": None, "viina:ria": "Russia", "viina:unian": "Ukraine"} == {
        row["source_id"]: row["side"] for row in result.sources.to_pylist()
    }
    assert {"media"} == set(result.sources["kind"].to_pylist())


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"event_id_1pd": ""}, "event_id_1pd"),
        ({"date": "20311399"}, "date"),
        ({"date": ""}, "date"),
        ({"sources_matching": "|"}, "sources_matching"),
        ({"longitude": "NaN"}, "longitude"),
        ({"latitude": "98"}, "lat"),
    ],
)
def test_a_broken_row_is_refused(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    """A row that cannot be read is named by line and column; the next one is read."""
    result = read_files([write(tmp_path, "v.csv", viina_csv(viina_row(**changes), viina_row(event_id_1pd="2")))])
    assert [(2, column)] == [(row["row"], row["column"]) for row in result.refusals.to_pylist()]
    assert 2 == result.reports.num_rows
