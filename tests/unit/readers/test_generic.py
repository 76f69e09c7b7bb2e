"""Facts about mappings: what they read, what they refuse, and what is proposed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from holdfire.errors import DocumentError, UnknownFormatError
from holdfire.readers.mapping import load_mapping, propose_mapping, read_mapping
from holdfire.readers.registry import ReadResult, read_files
from tests.unit.readers.samples import START, ucdp_csv, viina_csv, write

LOG = """Nr;Дата;Час;Широта;Довгота;Місце;Точність;Подія;Сторона;Примітки
1;02.05.2031;11:00;48,1;37,5;Млинівка;село;обстріл;Північ;три розриви
2;03.05.2031;23:30;48,2;37,6;Млинівка;район;стрілянина;Південь;
"""
MAPPING: dict[str, Any] = {
    "holdfire": "mapping/1",
    "name": "patrol-log",
    "attribution": "Patrol log (invented)",
    "zone": "Europe/Kyiv",
    "file": {"decimal": ","},
    "fields": {
        "report_id": {"column": "Nr"},
        "source_id": {"constant": "patrol"},
        "occurred_start": {"columns": ["Дата", "Час"], "formats": ["%d.%m.%Y %H:%M"]},
        "lon": {"column": "Довгота"},
        "lat": {"column": "Широта"},
        "sigma_m": {"column": "Точність", "table": "words"},
        "kind": {"column": "Подія", "values": {"обстріл": "explosion/shelling", "Стрілянина": "gunfire"}},
        "actor": {"column": "Сторона", "values": {"Північ": "north"}, "otherwise": "keep"},
        "text": {"column": "Примітки"},
    },
    "carry": ["Місце"],
}


def mapping_file(folder: Path, **changes: Any) -> Path:
    """Write the mapping with some fields changed."""
    fields = MAPPING["fields"] | changes.pop("fields", {})
    content = {**MAPPING, "fields": {k: v for k, v in fields.items() if v is not None}, **changes}
    return write(folder, "m.yaml", yaml.safe_dump(content, allow_unicode=True))


def read(folder: Path, content: str | bytes = LOG, **changes: Any) -> ReadResult:
    """Read a table by the mapping."""
    return read_files([write(folder, "log.csv", content)], mapping=mapping_file(folder, **changes))


def test_a_table_is_read_as_the_mapping_says(tmp_path: Path) -> None:
    """Columns, constants, formats with a zone, decimal commas, tables of words and values give reports."""
    result = read(tmp_path)
    first, second = result.reports.to_pylist()
    assert ("1", "patrol", datetime(2031, 5, 2, 8, tzinfo=UTC), datetime(2031, 5, 2, 8, 1, tzinfo=UTC)) == (
        first["report_id"], first["source_id"], first["occurred_start"], first["occurred_end"],
    )  # fmt: skip
    assert (37.5, 48.1, 1500.0, "point") == (first["lon"], first["lat"], first["sigma_m"], first["place_model"])
    assert ("explosion/shelling", "north", "три розриви") == (first["kind"], first["actor"], first["text"])
    assert ("area", 15000.0, "gunfire", "Південь", None) == (
        second["place_model"], second["sigma_m"], second["kind"], second["actor"], second["text"],
    )  # fmt: skip
    assert ("Млинівка", 2, "generic") == (first["Місце"], first["raw_row"], first["reader"])
    assert "Patrol log (invented)" == result.files[0].attribution


def test_an_encoding_is_named(tmp_path: Path) -> None:
    """A table in Windows-1251 is read where the mapping says so, and is not recognised where it does not."""
    content = LOG.encode("cp1251")
    assert 2 == read(tmp_path, content, file={"decimal": ",", "encoding": "cp1251"}).reports.num_rows
    with pytest.raises(UnknownFormatError, match="the mapping"):
        read(tmp_path, content)


def test_geojson_parquet_and_workbooks_give_the_same(tmp_path: Path) -> None:
    """The same rows in every container give equal reports but for where they were read."""
    rows = [
        {"id": "a", "when": "2031-05-02T08:00:00Z", "lon": 37.5, "lat": 48.1, "what": "shelling"},
        {"id": "b", "when": "2031-05-03T08:00:00Z", "lon": 37.25, "lat": 48.25, "what": "shots"},
    ]
    fields = {
        "report_id": {"column": "id"}, "source_id": {"constant": "s"}, "occurred_start": {"column": "when"},
        "lon": {"column": "lon"}, "lat": {"column": "lat"}, "sigma_m": {"constant": 500},
        "kind": {"column": "what", "values": {"shelling": "explosion/shelling", "shots": "gunfire"}},
    }  # fmt: skip
    mapping = {"holdfire": "mapping/1", "name": "m", "zone": "UTC", "fields": fields}
    mapping_path = write(tmp_path, "m.json", json.dumps(mapping))
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in rows]
    paths = [
        write(tmp_path, "t.geojson", json.dumps({"type": "FeatureCollection", "features": features})),
        write(
            tmp_path, "t.csv", "id,when,lon,lat,what\n" + "".join(",".join(map(str, r.values())) + "\n" for r in rows)
        ),
        tmp_path / "t.parquet",
        tmp_path / "t.xlsx",
    ]
    instants = pa.array([datetime(2031, 5, d, 8, tzinfo=UTC) for d in (2, 3)])
    pq.write_table(pa.Table.from_pylist(rows).set_column(1, "when", instants), paths[2])
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(rows[0]))
    for day, row in zip((2, 3), rows, strict=True):
        book.active.append([row["id"], START.replace(day=day, tzinfo=None), *list(row.values())[2:]])
    book.save(paths[3])
    here = ["raw_sha256", "raw_file", "raw_row"]
    tables = [read_files([path], mapping=mapping_path).reports.drop_columns(here) for path in paths]
    assert [True] * 4 == [tables[0].equals(table) for table in tables]


def test_a_pair_of_coordinates_is_parted(tmp_path: Path) -> None:
    """One column 'lat, lon' gives both."""
    fields = {
        "lat": {"column": "p", "separator": ",", "part": 1}, "lon": {"column": "p", "separator": ",", "part": 2},
        "source_id": {"constant": "s"},
    }  # fmt: skip
    path = write(tmp_path, "m.yaml", yaml.safe_dump({"holdfire": "mapping/1", "name": "m", "fields": fields}))
    rows = read_files([write(tmp_path, "t.csv", 'p\n"48.1, 37.5"\n""\n')], mapping=path).reports.to_pylist()
    assert {(37.5, 48.1)} == {(row["lon"], row["lat"]) for row in rows}


def test_units_and_durations_are_turned(tmp_path: Path) -> None:
    """Kilometres become metres, and a time that lasts a day ends a day later."""
    log = LOG.replace("село", "2,5").replace("район", "1")
    fields = {
        "sigma_m": {"column": "Точність", "unit": "km"},
        "occurred_end": {"column": "Дата", "formats": ["%d.%m.%Y"], "lasts": "1 d"},
    }
    row = read(tmp_path, log, fields=fields).reports.to_pylist()[0]
    assert (2500.0, datetime(2031, 5, 2, 21, tzinfo=UTC)) == (row["sigma_m"], row["occurred_end"])


def test_reports_without_ids_get_the_hash_of_their_row(tmp_path: Path) -> None:
    """Ids follow from content, so the order of rows is immaterial."""
    lines = LOG.splitlines()
    swapped = "\n".join([lines[0], lines[2], lines[1]]) + "\n"
    one, other = (read(tmp_path, log, fields={"report_id": None}).reports for log in (LOG, swapped))
    here = ["raw_sha256", "raw_file", "raw_row"]
    assert one.drop_columns(here).equals(other.drop_columns(here))
    assert all(name.startswith("patrol-log:") for name in one["report_id"].to_pylist())


def test_a_mapping_leaves_files_of_other_formats_alone(tmp_path: Path) -> None:
    """A file without the mapping's columns is read by its own reader."""
    paths = [write(tmp_path, "log.csv", LOG), write(tmp_path, "ged.csv", ucdp_csv())]
    assert ["generic", "ucdp"] == [file.reader for file in read_files(paths, mapping=mapping_file(tmp_path)).files]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("02.05.2031", "yesterday", "Дата"),
        ("02.05.2031", "02.05.9999", "Дата"),
        ("48,1", "north", "Широта"),
        ("48,1", "98,1", "Широта"),
        ("48,1", "", "Широта"),
        ("обстріл", "пісня", "Подія"),
        ("село", "десь", "Точність"),
    ],
)
def test_a_broken_cell_refuses_its_row(tmp_path: Path, old: str, new: str, column: str) -> None:
    """The refusal names the line and the file's own column."""
    result = read(tmp_path, LOG.replace(old, new))
    assert ([(2, column)], ["2"]) == (
        [(row["row"], row["column"]) for row in result.refusals.to_pylist()], result.reports["report_id"].to_pylist(),
    )  # fmt: skip


def test_a_point_in_a_table_with_commas_is_a_point(tmp_path: Path) -> None:
    """With decimal commas, 1.234,5 loses its point, and 48.1 keeps it."""
    log = LOG.replace("село", "1.234,5").replace("район", "7").replace("48,1", "48.1")
    row = read(tmp_path, log, fields={"sigma_m": {"column": "Точність"}}).reports.to_pylist()[0]
    assert (1234.5, 48.1) == (row["sigma_m"], row["lat"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holdfire": "mapping/2"}, "holdfire"),
        ({"name": "With Blanks"}, "name"),
        ({"colour": "red"}, "colour"),
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"zone": None}, "fields.occurred_start"),
        ({"fields": {"source_id": None}}, "fields"),
        ({"fields": {"lat": None}}, "fields.lon"),
        ({"fields": {"latt": {"column": "x"}}}, "fields.latt"),
        ({"fields": {"lat": {"column": "x", "constant": 1}}}, "fields.lat"),
        ({"fields": {"lat": {}}}, "fields.lat"),
        ({"fields": {"lat": {"column": "x", "part": 1}}}, "fields.lat"),
        ({"fields": {"text": {"column": "x", "formats": ["%Y"]}}}, "fields.text"),
        (
            {"fields": {"occurred_start": {"column": "x", "formats": ["dd.mm.yyyy"]}}},
            "fields.occurred_start.formats[0]",
        ),
        ({"fields": {"kind": {"column": "x", "table": "words"}}}, "fields.kind"),
        ({"fields": {"sigma_m": {"column": "x", "unit": "leagues"}}}, "fields.sigma_m.unit"),
        ({"fields": {"occurred_end": {"column": "x", "lasts": "long"}}}, "fields.occurred_end.lasts"),
        ({"file": {"header_row": 0}}, "file.header_row"),
    ],
)
def test_faults_of_a_mapping_are_named(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    """Each fault says which field is wrong and how to mend it."""
    with pytest.raises(DocumentError) as caught:
        load_mapping(mapping_file(tmp_path, **changes))
    assert [field] == [fault.field for fault in caught.value.faults]
    assert all(fault.mend for fault in caught.value.faults)


@pytest.mark.parametrize("content", [b"", b"- a", b"{", b"\xff", b"holdfire: mapping/1"])
def test_no_mapping_is_refused(content: bytes) -> None:
    """A document that is no mapping is refused with its faults."""
    with pytest.raises(DocumentError) as caught:
        read_mapping(content, "m.yaml")
    assert caught.value.faults


def test_a_proposed_mapping_reads_its_table(tmp_path: Path) -> None:
    """From Ukrainian headers: day and clock joined, decimal commas, words of precision, kinds; it reads every row."""
    path = write(tmp_path, "log.csv", LOG)
    text = propose_mapping(path)
    fields = yaml.safe_load(text)["fields"]
    assert ({"columns": ["Дата", "Час"], "formats": ["%d.%m.%Y %H:%M"]}, {"column": "Точність", "table": "words"}) == (
        fields["occurred_start"], fields["sigma_m"],
    )  # fmt: skip
    assert ("explosion/shelling", "gunfire") == tuple(fields["kind"]["values"].values())
    result = read_files([path], mapping=write(tmp_path, "m.yaml", text))
    assert (2, 0) == (result.reports.num_rows, result.refusals.num_rows)
    assert [48.1, 48.2] == result.reports["lat"].to_pylist()


@pytest.mark.parametrize(
    "content",
    [
        "date,latitude,longitude,type,comments\n2031-05-02 08:00,48.1,37.5,Mortar fire,x\n",
        "Дата и время;Широта;Долгота;Место;Событие\n02.05.2031 11:00;48.1;37.5;Мельница;обстрел\n",
        "Date et heure,Latitude,Longitude,Lieu,Type d'incident\n02/05/2031 11:00,48.1,37.5,Moulin,tirs\n",
        "Event ID\tTimestamp\tLat\tLng\tDescription\nE-1\t2031-05-02T08:00:00Z\t48.1\t37.5\tx\n",
        'when,where,what\n2031-05-02,"48.10, 37.50",shelling\n',
    ],
)
def test_headers_of_four_languages_are_understood(tmp_path: Path, content: str) -> None:
    """A proposal finds time and place, and reads the row."""
    path = write(tmp_path, "t.csv", content)
    text = propose_mapping(path)
    row = read_files([path], mapping=write(tmp_path, "m.yaml", text)).reports.to_pylist()[0]
    assert (48.1, 37.5, 2031) == (row["lat"], row["lon"], row["occurred_start"].year)


def test_a_proposal_says_what_needs_no_mapping(tmp_path: Path) -> None:
    """For a known format the proposal says so."""
    assert "of the format 'viina'" in propose_mapping(write(tmp_path, "v.csv", viina_csv()))


def test_a_proposal_loads_whatever_the_names_are(tmp_path: Path) -> None:
    """Names with quotes, colons, hashes and braces are written so that they are read again."""
    path = write(tmp_path, "t: odd # name.csv", '"a: ""b""",#c,{d},-,?\n1,2,3,4,5\n')
    mapping = read_mapping(propose_mapping(path).encode(), "m.yaml")
    assert ['a: "b"', "#c", "{d}", "-", "?"] == mapping.carry


@pytest.mark.parametrize(
    ("word", "degrees"),
    [
        ("N", 0.0), ("nne", 22.5), ("North-East", 45.0), ("east south east", 112.5), ("WNW", 292.5), ("NNW", 337.5),
        ("північ", 0.0), ("Північний схід", 45.0), ("південно-східний", None), ("південь", 180.0), ("захід", 270.0),
        ("северо-восток", 45.0), ("юг", 180.0), ("Юго-запад", 225.0), ("212,5", 212.5), ("0", 0.0), ("", None),
        ("360", None), ("-1", None), ("nan", None), ("nowhere", None),
    ],
)  # fmt: skip
def test_a_bearing_is_degrees_or_a_point_of_the_compass(tmp_path: Path, word: str, degrees: float | None) -> None:
    """Numbers and words for points of the compass become degrees; what is neither refuses its row by its own column."""
    log = LOG.splitlines()
    content = "\n".join([log[0] + ";Звідки", log[1] + ";" + word]) + "\n"
    result = read(tmp_path, content, fields={"fired_from_deg": {"column": "Звідки"}})
    if degrees is None and word:
        assert ["Звідки"] == result.refusals["column"].to_pylist()
    else:
        assert [degrees] == result.reports["fired_from_deg"].to_pylist()


@pytest.mark.parametrize(("sigma", "is_read"), [("0,5", True), ("180", True), ("", True), ("0", False), ("181", False)])
def test_the_error_of_a_bearing_is_above_nought(tmp_path: Path, sigma: str, is_read: bool) -> None:
    """An error of a bearing lies above 0 and at most at 180 degrees."""
    log = LOG.splitlines()
    content = "\n".join([log[0] + ";Похибка", log[1] + ";" + sigma]) + "\n"
    rules = {"fired_from_deg": {"constant": 90}, "fired_from_sigma_deg": {"column": "Похибка"}}
    result = read(tmp_path, content, fields=rules)
    assert is_read == (1 == result.reports.num_rows)
    assert is_read or "at most 180 degrees" in result.refusals["what"][0].as_py()
