"""Facts about UCDP events and the articles behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfire.readers.cells import Row
from holdfire.readers.registry import read_files
from holdfire.readers.ucdp_articles import split_articles
from tests.unit.readers.samples import sirens_csv, ucdp_csv, ucdp_geojson, ucdp_row, write


def read(folder: Path, *rows: dict[str, str], **options: Any) -> list[dict[str, Any]]:
    """Return the reports of events, ordered by id."""
    found: list[dict[str, Any]] = read_files([write(folder, "ged.csv", ucdp_csv(*rows))], **options).reports.to_pylist()
    return found


def test_an_event_becomes_one_report_for_each_article(tmp_path: Path) -> None:
    """Both articles tell of the event's place, days, sides and deaths; each has its office, day and headline."""
    first, second = read(tmp_path, ucdp_row())
    assert ("ucdp:900001:1", "ucdp:alpha-news", "Shells hit a mill, two dead") == (
        first["report_id"], first["source_id"], first["text"],
    )  # fmt: skip
    assert ("ucdp:900001:2", "ucdp:beta-wire") == (second["report_id"], second["source_id"])
    assert ["Government of Northland", "Southern Front"] == first["involved"]
    assert (1, 2, 3) == (first["casualties_low"], first["casualties_best"], first["casualties_high"])
    assert (37.5, 48.1, 2000.0, "point") == (first["lon"], first["lat"], first["sigma_m"], first["place_model"])
    assert "Alpha News, 2031-05-03, Shells hit a mill, two dead" == first["document"]


def test_days_are_read_in_the_country(tmp_path: Path) -> None:
    """2 May in Ukraine runs from 21:00 UTC to 21:00 UTC; the article's own day is its reported interval."""
    first, _ = read(tmp_path, ucdp_row())
    assert datetime(2031, 5, 1, 21, tzinfo=UTC) == first["occurred_start"]
    assert datetime(2031, 5, 2, 21, tzinfo=UTC) == first["occurred_end"]
    assert datetime(2031, 5, 2, 21, tzinfo=UTC) == first["reported_start"]


def test_a_country_without_a_known_zone_widens_the_day(tmp_path: Path) -> None:
    """A day in a land that the table lacks is any day on Earth: 50 hours."""
    first, _ = read(tmp_path, ucdp_row(country="Northland"))
    assert 50.0 == (first["occurred_end"] - first["occurred_start"]).total_seconds() / 3600


def test_one_sided_violence_names_its_actor(tmp_path: Path) -> None:
    """Type 3 is done by side A to civilians; types 1 and 2 leave the actor open."""
    (one_sided, *_), (clash, *_) = (
        read(tmp_path, ucdp_row(type_of_violence=t, side_b="Civilians")) for t in ("3", "1")
    )
    assert ("Government of Northland", "person/civilian", "violence_against_civilians/killing") == (
        one_sided["actor"], one_sided["target_kind"], one_sided["kind"],
    )  # fmt: skip
    assert (None, None, "clash", "ucdp:type_of_violence=1") == (
        clash["actor"], clash["target_kind"], clash["kind"], clash["kind_code"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "model", "sigma_m"),
    [
        ("1", "point", 2000.0),
        ("2", "point", 12500.0),
        ("3", "area", 15000.0),
        ("5", "area", 50000.0),
        ("7", "area", 1e5),
    ],
)
def test_where_prec_becomes_an_error_model(tmp_path: Path, code: str, model: str, sigma_m: float) -> None:
    """Each code gives the model and spread of the documented table."""
    first, _ = read(tmp_path, ucdp_row(where_prec=code))
    assert (model, sigma_m) == (first["place_model"], first["sigma_m"])


def test_regions_and_countries_bring_their_own_spread(tmp_path: Path) -> None:
    """Code 4 takes the region's area, code 6 the country's, where the tables have them."""
    region, _ = read(tmp_path, ucdp_row(where_prec="4", where_coordinates="Donetsk oblast"))
    country, _ = read(tmp_path, ucdp_row(where_prec="6", where_coordinates="Ukraine"))
    assert ("UA-14", 45936) == (region["area_id"], round(region["sigma_m"]))
    assert (None, 219155) == (country["area_id"], round(country["sigma_m"]))


def test_geojson_gives_the_same_reports(tmp_path: Path) -> None:
    """CSV and GeoJSON of one event give equal reports but for where they were read."""
    here = ("raw_sha256", "raw_file", "raw_row")
    pairs = []
    for name, content in (("ged.csv", ucdp_csv()), ("ged.geojson", ucdp_geojson())):
        rows = read_files([write(tmp_path, name, content)]).reports.to_pylist()
        pairs.append([{key: value for key, value in row.items() if key not in here} for row in rows])
    assert pairs[0] == pairs[1]


def test_columns_that_a_version_lacks_are_not_needed(tmp_path: Path) -> None:
    """A file without relid, where_description and the dset ids is read as well."""
    row = {
        name: value for name, value in ucdp_row().items() if name not in ("relid", "year", "source_original", "adm_2")
    }
    path = write(
        tmp_path, "ged.csv", ",".join(row) + "\n" + ",".join('"' + v.replace('"', '""') + '"' for v in row.values())
    )
    assert 2 == read_files([path]).reports.num_rows


def test_reports_are_numbered_by_content(tmp_path: Path) -> None:
    """Exchanging an event's articles changes neither ids nor content."""
    text = '"Beta Wire,2031-05-04,Fighting near the mill";"Alpha News,2031-05-03,Shells hit a mill, two dead"'
    here = {"raw_sha256"}
    one, other = read(tmp_path, ucdp_row()), read(tmp_path, ucdp_row(source_article=text))
    assert [{k: v for k, v in r.items() if k not in here} for r in one] == [
        {k: v for k, v in r.items() if k not in here} for r in other
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"source_article": '"A,2031-05-03,He said ""no"", then left"'}, [("A", 'He said ""no"", then left')]),
        ({"source_article": '"A,2031-05-03,x";"B, of C,2031-05-04,y; ""z"""'}, [("A", "x"), ("B, of C", 'y; ""z""')]),
        (
            {
                "source_article": "broken",
                "source_office": "A;B",
                "source_date": "2031-05-03;",
                "source_headline": "x;y",
            },
            [("A", "x"), ("B", "y")],
        ),
        ({"source_article": 'Delta, June 2031, "On the road", 18'}, [("Delta", "")]),
        ({"source_article": "Alpha 25/2-31; Beta 3 Mar 31"}, [("Alpha", "")]),
        ({"source_article": "https://example.org/report"}, [("", "")]),
        ({"source_article": ""}, [("", "")]),
        ({"source_article": '"A,2031-05-03,Fish &amp; chips"'}, [("A", "Fish & chips")]),
    ],
)
def test_articles_are_read_in_every_shape(cells: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """Quoted items, three lists and free text give offices and headlines; nothing gives one unnamed article."""
    assert expected == [(article.office, article.headline) for article in split_articles(Row(number=2, cells=cells))]


def test_an_office_under_several_names_is_one_source(tmp_path: Path) -> None:
    """'Reuters News' and 'Reuters' are one row of the sources, and a side's own office has its side."""
    text = '"Reuters News,2031-05-03,a";"Reuters,2031-05-03,b";"SDF PRESS OFFICE,2031-05-03,c"'
    result = read_files([write(tmp_path, "ged.csv", ucdp_csv(ucdp_row(source_article=text)))])
    assert [("ucdp:reuters", None, "media"), ("ucdp:sdf-press", "SDF", "party")] == [
        (row["source_id"], row["side"], row["kind"]) for row in result.sources.to_pylist()
    ]


def test_deaths_that_do_not_bound_one_another_are_widened(tmp_path: Path) -> None:
    """A low above the best and a high below it are exchanged, since the data hold such rows."""
    first, _ = read(tmp_path, ucdp_row(low="7", best="6", high="5"))
    assert (5, 6, 7) == (first["casualties_low"], first["casualties_best"], first["casualties_high"])


def test_event_ids_can_be_hidden(tmp_path: Path) -> None:
    """Where asked, ids show nothing of the event, which is kept in a column of its own."""
    rows = read(tmp_path, ucdp_row(), ucdp_row(id="900002"), hide_event_ids=True)
    assert {"900001", "900002"} == {row["truth_id"] for row in rows}
    assert not any("90000" in row["report_id"] for row in rows)
    assert "truth_id" not in read(tmp_path, ucdp_row())[0]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"id": ""}, "id"),
        ({"type_of_violence": "9"}, "type_of_violence"),
        ({"where_prec": "0"}, "where_prec"),
        ({"latitude": ""}, "latitude"),
        ({"latitude": "north"}, "latitude"),
        ({"latitude": "98.0"}, "lat"),
        ({"date_start": "2031-13-01"}, "date_start"),
        ({"date_start": "9999-01-01"}, "date_start"),
        ({"date_end": "2031-04-01"}, "date_end"),
        ({"best": "some"}, "best"),
        ({"high": "-3", "best": "-3", "low": "-3"}, "casualties_low"),
    ],
)
def test_a_broken_event_is_refused(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    """A row that cannot be read is named by line and column, and no part of it comes in."""
    path = write(tmp_path, "ged.csv", ucdp_csv(ucdp_row(**changes), ucdp_row(id="900002")))
    result = read_files([path])
    assert [(3, column)] == [(row["row"], row["column"]) for row in result.refusals.to_pylist()]
    assert ["ucdp:900002:1", "ucdp:900002:2"] == result.reports["report_id"].to_pylist()


def test_a_foreign_file_is_another_readers(tmp_path: Path) -> None:
    """A file of alerts is not taken for events."""
    assert "sirens" == read_files([write(tmp_path, "ged.csv", sirens_csv())]).files[0].reader
