"""Facts about files of short messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfire.errors import InputError
from holdfire.readers.raw import raw_row
from holdfire.readers.registry import ReadResult, read_files
from tests.unit.readers.samples import csv_text, write


def message(text: str, **changes: Any) -> dict[str, Any]:
    return {"id": "1", "received_at": "2031-05-02T12:00:00Z", "source": "duty", "text": text, **changes}


def read(folder: Path, *messages: dict[str, Any]) -> ReadResult:
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in messages)
    return read_files([write(folder, "m.jsonl", lines)])


def test_a_message_becomes_a_report(tmp_path: Path) -> None:
    """Kind, weapon, actor, place, error and casualties are read; JSON Lines and CSV read alike."""
    row = message("Окупанти обстріляли Марганець з РСЗВ, двоє поранених")
    (report,) = read(tmp_path, row).reports.to_pylist()
    assert ("messages:duty:1", "explosion/shelling/rocket", "rocket_launcher", "Russia", "uk") == tuple(
        report[name] for name in ("report_id", "kind", "weapon", "actor", "language")
    )
    assert ("point", 3000.0, 2, "resolved") == tuple(
        report[name] for name in ("place_model", "sigma_m", "casualties_best", "place_status")
    )
    (other,) = read_files([write(tmp_path, "m.csv", csv_text([row]))]).reports.to_pylist()
    stamped = ("raw_file", "raw_sha256", "raw_row")
    assert {k: v for k, v in report.items() if k not in stamped} == {k: v for k, v in other.items() if k not in stamped}
    assert json.loads(raw_row(tmp_path / "m.jsonl", "messages", 1)) == row


def test_an_ambiguous_name_gives_no_coordinates(tmp_path: Path) -> None:
    """The report names the candidates, in a column and in the place's own name, and lies nowhere."""
    (report,) = read(tmp_path, message("Обстріл Миколаївки")).reports.to_pylist()
    assert ("unknown", None, None, "ambiguous") == tuple(
        report[name] for name in ("place_model", "lon", "lat", "place_status")
    )
    assert report["place_name"].startswith("Миколаївки (ambiguous: ")
    assert 10 < report["place_candidates"].count("geonames:")


def test_each_place_of_a_message_is_a_report(tmp_path: Path) -> None:
    """Two places are two reports, of each of which the casualties are only an upper bound."""
    reports = read(tmp_path, message("Russian forces shelled Chasiv Yar and Orikhiv, 3 people wounded")).reports
    assert ["messages:duty:1:1", "messages:duty:1:2"] == reports["report_id"].to_pylist()
    assert [(0, None, 3)] * 2 == [
        (row["casualties_low"], row["casualties_best"], row["casualties_high"]) for row in reports.to_pylist()
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Навчання: стрільби з артилерії під Липцями", "a drill"),
        ("Moscow denied shelling Kherson", "a denial"),
        ("Якщо почнеться обстріл Берислава, йдіть в укриття", "a condition"),
        ("Годовщина боёв под Изюмом", "the past"),
        ("Odesa opened a new tram line", "nothing that the lexicon knows"),
        ("", "no text"),
        ("Обстріл Херсона. " * 2000, "longer than 20000 letters"),
    ],
)
def test_what_is_no_event_is_refused_with_its_reason(tmp_path: Path, text: str, why: str) -> None:
    """A drill, a denial, a condition, an anniversary, no event, no text or a whole book is refused by itself."""
    result = read(tmp_path, message(text), message("Обстріл Херсона", id="2"))
    assert 1 == result.reports.num_rows
    (refusal,) = result.refusals.to_pylist()
    assert (1, "text") == (refusal["row"], refusal["column"])
    assert why in refusal["what"]


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"[1, 2]\n",
        b'{"id": "9", "text": "\xff\xfe"}\n',
        b'{"id": "9", "text": "\\ud800"}\n',
        b'{"id": "9", "text": "\\u0000"}\n',
        b"[" * 100_000 + b"\n",
        b'{"id": "' + b"x" * 5_000_000 + b'"}\n',
    ],
)
def test_a_broken_line_is_refused_by_itself(tmp_path: Path, line: bytes) -> None:
    """A line that is no object, no text, too deep or too long is named; those around it are read."""
    good = json.dumps(message("Обстріл Херсона"), ensure_ascii=False).encode() + b"\n"
    result = read_files([write(tmp_path, "m.jsonl", good + line + good.replace(b'"1"', b'"2"'))])
    assert 2 == result.reports.num_rows
    assert [2] == result.refusals["row"].to_pylist()


def test_binary_is_refused_as_a_file(tmp_path: Path) -> None:
    """Bytes that are no text are no messages."""
    with pytest.raises(InputError):
        read_files([write(tmp_path, "m.jsonl", bytes(range(256)) * 64)])


def test_a_bad_instant_or_zone_is_named(tmp_path: Path) -> None:
    """What cannot be read of a message's own time is refused with its column."""
    result = read(
        tmp_path, message("Обстріл Херсона", received_at="soon"), message("Обстріл Херсона", id="2", zone="Mars")
    )
    assert ["received_at", "zone"] == result.refusals["column"].to_pylist()
