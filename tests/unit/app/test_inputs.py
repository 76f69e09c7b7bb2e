"""Facts about watch logs and reviews."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from holdfire.app.inputs import load_coverage
from holdfire.app.reviews import load_reviews
from holdfire.errors import DocumentError, ReadError
from holdfire.records.coverage import COVERAGE_SCHEMA

HEADER = "coverage_id,watcher,means,start,end,zone,lon,lat,radius_m,detection,kind,restriction,restricted_by,reason\n"
GOOD = "c1,mission,patrol,2030-01-01T06:00Z,2030-01-01T16:00Z,,30.5,46.5,9000,0.85,,,,\n"


def test_a_watch_log_is_read(tmp_path: Path) -> None:
    """A CSV watch log becomes a table of the coverage schema, with an empty detection read as 1."""
    path = tmp_path / "watch.csv"
    path.write_text(HEADER + GOOD + "c2,mission,camera,2030-01-01T00:00Z,2030-01-02T00:00Z,z,,,,,,,,\n")
    table = load_coverage(path)
    assert COVERAGE_SCHEMA.equals(table.schema)
    assert [0.85, 1.0] == table["detection"].to_pylist()


def test_a_watch_log_may_be_parquet(tmp_path: Path) -> None:
    """A Parquet watch log is read like the CSV that it was made of."""
    (tmp_path / "watch.csv").write_text(HEADER + GOOD)
    table = load_coverage(tmp_path / "watch.csv")
    pq.write_table(table, tmp_path / "watch.parquet")
    assert table.equals(load_coverage(tmp_path / "watch.parquet"))


def test_every_fault_of_a_watch_log_is_named(tmp_path: Path) -> None:
    """All faults are named at once with row and column."""
    path = tmp_path / "watch.csv"
    path.write_text(
        HEADER
        + "c1,mission,patrol,2030-01-02T06:00Z,2030-01-01T16:00Z,,30.5,46.5,9000,0.85,,,,\n"
        + "c2,,patrol,2030-01-01T06:00Z,2030-01-01T16:00Z,,30.5,246.5,9000,85,,refused,,\n"
        + "c3,mission,patrol,yesterday,2030-01-01T16:00Z,,x,46.5,9000,0.85,,,,\n"
    )
    with pytest.raises(DocumentError) as caught:
        load_coverage(path)
    places = [fault.where.rpartition("watch.csv, ")[2] for fault in caught.value.faults]
    assert [
        "row 2, end",
        "row 3, watcher",
        "row 3, detection",
        "row 3, restriction",
        "row 3, lat",
        "row 4, start",
        "row 4, lon",
    ] == places


def test_a_watch_log_without_its_columns_is_refused(tmp_path: Path) -> None:
    """A CSV that lacks a needed column is refused with the column's name."""
    path = tmp_path / "watch.csv"
    path.write_text("watcher,start\nmission,2030-01-01\n")
    with pytest.raises(ReadError) as caught:
        load_coverage(path)
    assert "'coverage_id'" in caught.value.what


def test_no_watch_log_is_an_empty_table() -> None:
    """Where no watch log is named, nobody watched."""
    assert 0 == load_coverage(None).num_rows


def test_reviews_are_read_in_the_order_of_their_instants(tmp_path: Path) -> None:
    """Reviews come out by instant, whatever their order in the file."""
    path = tmp_path / "reviews.yaml"
    path.write_text(
        "- {review_id: b, finding_id: f/x, reviewer: A. Fictional, made_at: '2030-01-02T00:00Z', "
        "decision: confirm, reason: seen}\n"
        "- {review_id: a, finding_id: f/x, reviewer: B. Fictional, made_at: '2030-01-01T00:00Z', "
        "decision: reject, reason: not seen}\n"
    )
    assert ["a", "b"] == [review.review_id for review in load_reviews(path).findings]


def test_every_fault_of_a_review_is_named_with_its_line(tmp_path: Path) -> None:
    """A wrong decision, a missing reviewer and an unknown field are named at once, each with its line."""
    path = tmp_path / "reviews.yaml"
    path.write_text(
        "- review_id: a\n  finding_id: f/x\n  made_at: '2030-01-01T00:00Z'\n"
        "  decision: agree\n  reson: seen\n  reason: x\n"
    )
    with pytest.raises(DocumentError) as caught:
        load_reviews(path)
    assert {"[0].decision", "[0].reson", "[0].reviewer"} == {fault.field for fault in caught.value.faults}
    assert {4, 5} <= {fault.line for fault in caught.value.faults}


def test_reviews_of_incidents_stand_in_the_same_file(tmp_path: Path) -> None:
    """An entry with reports is a review of incidents; one with a finding's id is a review of a finding."""
    path = tmp_path / "reviews.yaml"
    path.write_text(
        "- {review_id: a, reviewer: A. Fictional, made_at: 2022-07-25T09:00:00Z, decision: same incident,"
        " reports: [r1, r2], reason: One crater.}\n"
        "- {review_id: b, reviewer: A. Fictional, made_at: 2022-07-25T09:00:00Z, decision: confirm,"
        " finding_id: f/x, reason: Seen.}\n",
        encoding="utf-8",
    )
    reviews = load_reviews(path)
    assert ["a"] == [review.review_id for review in reviews.incidents]
    assert ["b"] == [review.review_id for review in reviews.findings]


def test_all_faults_of_a_review_of_incidents_are_named(tmp_path: Path) -> None:
    """A wrong decision, too few reports, a missing reason and an unknown field are named together."""
    path = tmp_path / "reviews.yaml"
    path.write_text(
        "- {review_id: a, reviewer: A. Fictional, made_at: 2022-07-25T09:00:00Z, decision: same, reports: [r1],"
        " reasn: One crater.}\n",
        encoding="utf-8",
    )
    with pytest.raises(DocumentError) as caught:
        load_reviews(path)
    told = str(caught.value)
    assert "'same'" in told and "reasn" in told and "reason" in told
    path.write_text(path.read_text(encoding="utf-8").replace("decision: same,", "decision: same incident,"), "utf-8")
    with pytest.raises(DocumentError, match="at least 2 different report ids"):
        load_reviews(path)
