"""Facts about canonical reports: which types are coerced, which rows are refused, and what is carried along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from holdfire.errors import DocumentError, ReadError
from holdfire.readers.registry import ReadResult, read_files
from holdfire.records.report import REPORT_SCHEMA, REQUIRED_COLUMNS
from holdfire.records.schema import INSTANT
from tests.unit.readers.samples import END, START, canonical_csv, canonical_table, write, write_parquet

UTC_US = pa.timestamp("us", tz="UTC")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ReadResult]:
    """Return a function that writes canonical reports and reads them back."""

    def run(n: int = 3, **columns: Any) -> ReadResult:
        return read_files([write_parquet(tmp_path, canonical_table(n, **columns))])

    return run


def faults(result: ReadResult) -> list[tuple[int, str]]:
    """Return row and column of each refusal."""
    return [(row["row"], row["column"]) for row in result.refusals.to_pylist()]


def test_required_columns_are_enough(read: Callable[..., ReadResult]) -> None:
    """A file with the ten required columns is read; all others are null but those that follow."""
    result = read()
    assert REPORT_SCHEMA.equals(result.reports.schema.remove_metadata())
    row = result.reports.to_pylist()[0]
    filled = {*REQUIRED_COLUMNS, "place_model", "raw_sha256", "raw_file", "raw_row", "reader"} - {"actor"}
    assert filled == {name for name, value in row.items() if value is not None}
    assert ("point", "reports.parquet", 1, "canonical") == (
        row["place_model"], row["raw_file"], row["raw_row"], row["reader"],
    )  # fmt: skip


def test_further_columns_are_carried_along(read: Callable[..., ReadResult]) -> None:
    """A column that a report does not know comes out as it went in."""
    assert [1, 2, 3] == read(my_own=[1, 2, 3]).reports["my_own"].to_pylist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([START.replace(tzinfo=None)] * 3, pa.timestamp("us")),
        pa.array([START.replace(tzinfo=None)] * 3, pa.timestamp("ms")),
        pa.array([START.replace(tzinfo=None)] * 3, pa.timestamp("s")),
        pa.array([START] * 3, pa.timestamp("ns", tz="UTC")),
        pa.array([START] * 3, pa.timestamp("us", tz="Europe/Kyiv")),
        pa.array(["2031-05-02T08:00:00Z"] * 3),
        pa.array(["2031-05-02 08:00:00"] * 3),
        pa.array(["2031-05-02 08:00", "2031-05-02T11:00:00+03:00", "2031-05-02T08:00:00Z"]),
    ],
)
def test_instants_of_every_unit_are_read(read: Callable[..., ReadResult], column: pa.Array) -> None:
    """Seconds to nanoseconds, with and without a zone, and ISO 8601 text give the same instant; no zone is UTC."""
    result = read(occurred_start=column)
    assert ([START] * 3, INSTANT) == (
        result.reports["occurred_start"].to_pylist(), result.reports.schema.field("occurred_start").type,
    )  # fmt: skip


def test_days_are_read_as_their_first_instant(read: Callable[..., ReadResult]) -> None:
    """A column of days begins at 00:00 UTC."""
    result = read(occurred_start=pa.array([date(2031, 5, 2)] * 3))
    assert [datetime(2031, 5, 2, tzinfo=UTC)] * 3 == result.reports["occurred_start"].to_pylist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([37.5] * 3, pa.float32()),
        pa.array([Decimal("37.5")] * 3),
        pa.array(["37.5"] * 3),
        pa.array([" 37.5 "] * 3),
        pa.array([37.5] * 3).dictionary_encode(),
    ],
)
def test_numbers_of_every_type_are_read(read: Callable[..., ReadResult], column: pa.Array) -> None:
    """Narrow numbers, decimals, text and dictionaries give the same degrees."""
    assert [37.5] * 3 == read(lon=column).reports["lon"].to_pylist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["gunfire"] * 3).dictionary_encode(),
        pa.array(["gunfire"] * 3, pa.large_string()),
        pa.array(["gunfire"] * 3, pa.string_view()),
        pa.array([b"gunfire"] * 3, pa.binary()),
    ],
)
def test_text_of_every_type_is_read(read: Callable[..., ReadResult], column: pa.Array) -> None:
    """Dictionaries, large text, views and bytes give the same word."""
    assert ["gunfire"] * 3 == read(kind=column).reports["kind"].to_pylist()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, 2, None], pa.int8()), [1, 2, None]),
        (pa.array([1, 2, None], pa.uint64()), [1, 2, None]),
        (pa.array([1.0, 2.0, None]), [1, 2, None]),
        (pa.array(["1", "2", ""]), [1, 2, None]),
        (pa.array([Decimal("1"), Decimal("2"), None]), [1, 2, None]),
    ],
)
def test_whole_numbers_of_every_type_are_read(
    read: Callable[..., ReadResult], column: pa.Array, expected: list[int | None]
) -> None:
    """Integers of any width, whole decimals and text give counts."""
    assert expected == read(casualties_best=column).reports["casualties_best"].to_pylist()


def test_ids_may_be_numbers(read: Callable[..., ReadResult]) -> None:
    """A number as an id becomes its digits."""
    assert ["1", "2", "3"] == read(report_id=[1, 2, 3]).reports["report_id"].to_pylist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["a", "b"], [], None]),
        pa.array([["a", "b"], [], None], pa.large_list(pa.large_string())),
        pa.array([["a", "b", ""], [None], None]),
        pa.array(["a; b", "", None]),
    ],
)
def test_lists_of_names_are_read(read: Callable[..., ReadResult], column: pa.Array) -> None:
    """Lists of any kind, and names parted by semicolons, give lists; an empty one is null."""
    assert [["a", "b"], None, None] == read(involved=column).reports["involved"].to_pylist()


def test_empty_text_is_null(read: Callable[..., ReadResult]) -> None:
    """A text without letters says nothing."""
    assert [None, "x", None] == read(actor=["", "x", None]).reports["actor"].to_pylist()


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"report_id": ["a", None, "b"]}, "report_id"),
        ({"report_id": ["a", "", "b"]}, "report_id"),
        ({"source_id": ["a", None, "b"]}, "source_id"),
        ({"lon": [1.0, float("nan"), 1.0]}, "lon"),
        ({"lat": [1.0, float("inf"), 1.0]}, "lat"),
        ({"lat": [1.0, 90.5, 1.0]}, "lat"),
        ({"lon": [1.0, -181.0, 1.0]}, "lon"),
        ({"lat": [1.0, None, 1.0]}, "lat"),
        ({"lon": [1.0, None, 1.0]}, "lon"),
        ({"sigma_m": [1.0, -1.0, 1.0]}, "sigma_m"),
        ({"sigma_m": [1.0, float("nan"), 1.0]}, "sigma_m"),
        ({"place_model": ["point", "somewhere", None]}, "place_model"),
        ({"kind": ["gunfire", "gunfires", None]}, "kind"),
        ({"weapon": ["mortar", "mortars", None]}, "weapon"),
        ({"target_kind": ["facility", "thing", None]}, "target_kind"),
        ({"occurred_end": pa.array([END, START.replace(year=2030), END], UTC_US)}, "occurred_end"),
        ({"occurred_start": pa.array([START, datetime(9999, 12, 31, tzinfo=UTC), START], UTC_US)}, "occurred_start"),
        ({"occurred_start": pa.array([START, datetime(1, 1, 1, tzinfo=UTC), START], UTC_US)}, "occurred_start"),
        ({"occurred_start": pa.array([0, 2**62, 0], pa.timestamp("ms"))}, "occurred_start"),
        ({"occurred_start": ["2031-05-02", "yesterday", None]}, "occurred_start"),
        ({"received_at": pa.array([START, datetime(9999, 1, 1, tzinfo=UTC), START], UTC_US)}, "received_at"),
        ({"count_best": [1, -1, 1]}, "count_best"),
        ({"count_best": [1, 2**40, 1]}, "count_best"),
        ({"count_best": [1.0, 1.5, 1.0]}, "count_best"),
        ({"count_best": ["1", "some", "1"]}, "count_best"),
        ({"casualties_low": [1, 5, 1], "casualties_best": [1, 2, 3]}, "casualties_best"),
        ({"credibility": [1, 7, 6]}, "credibility"),
        ({"excluded_lower": [0.1, 0.9, 0.1], "excluded_upper": [0.2, 0.2, 0.2]}, "excluded_upper"),
        ({"excluded_lower": [0.1, -0.1, 0.1]}, "excluded_lower"),
        ({"lon": ["1", "east", "1"]}, "lon"),
        ({"text": pa.array([b"a", b"\xff", b"b"], pa.binary()).view(pa.string())}, "text"),
    ],
)  # fmt: skip
def test_a_broken_row_is_refused_by_row_and_column(
    read: Callable[..., ReadResult], columns: dict[str, Any], column: str
) -> None:
    """A row that cannot be a report is named; the others are read."""
    result = read(**columns)
    assert ([(2, column)], 2) == (faults(result), result.reports.num_rows)
    assert (3, 2, 1) == (result.files[0].n_rows, result.files[0].n_reports, result.files[0].n_refused)


def test_a_refusal_keeps_the_row_and_the_value_seen(read: Callable[..., ReadResult]) -> None:
    """A refused row is kept as it came, its fault ends with the value, and the mend names the nearest word."""
    refusal = read(kind=["gunfire", "explosion/shelling/morter", None]).refusals.to_pylist()[0]
    assert "'explosion/shelling/mortar'" in refusal["what"]
    assert '"report_id": "r1"' in refusal["raw"]
    far = read(occurred_start=pa.array([START, datetime(9999, 12, 31, tzinfo=UTC), START], UTC_US))
    assert "9999-12-31" in far.refusals.to_pylist()[0]["what"]


def test_missing_columns_are_all_named_with_the_nearest(tmp_path: Path) -> None:
    """A file that lacks required columns is refused, and each fault names the column that is likely meant."""
    table = canonical_table().rename_columns(
        ["report_id", "source_id", "occured_start", "occurred_end", "lon", "lat", "sigma", "kind", "actor", "text"]
    )
    with pytest.raises(DocumentError) as caught:
        read_files([write_parquet(tmp_path, table)])
    assert [("occurred_start", True), ("sigma_m", True)] == [
        (fault.field, "occured_start" in fault.mend or "'sigma'" in fault.mend) for fault in caught.value.faults
    ]


def test_a_type_that_cannot_fit_is_an_error_of_the_file(read: Callable[..., ReadResult]) -> None:
    """A column of truths where a number is wanted is refused with both types named."""
    with pytest.raises(ReadError, match="bool"):
        read(lon=[True, False, True])
    with pytest.raises(ReadError, match="int64"):
        read(occurred_start=[1, 2, 3])


def test_csv_with_canonical_names_needs_no_mapping(tmp_path: Path) -> None:
    """A CSV whose header has the ten names is read like the Parquet."""
    result = read_files([write(tmp_path, "reports.csv", canonical_csv())])
    assert (3, "canonical", [None] * 3) == (
        result.reports.num_rows, result.files[0].reader, result.reports["actor"].to_pylist(),
    )  # fmt: skip
    assert [START] * 3 == result.reports["occurred_start"].to_pylist()


def test_a_workbook_with_canonical_names_needs_no_mapping(tmp_path: Path) -> None:
    """A sheet whose header has the ten names is read too; its dates are UTC."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(REQUIRED_COLUMNS))
    book.active.append(
        ["r0", "s0", *(day.replace(tzinfo=None) for day in (START, END)), 37.5, 48.1, 500, "gunfire", None, "x"]
    )
    book.save(tmp_path / "t.xlsx")
    (row,) = read_files([tmp_path / "t.xlsx"]).reports.to_pylist()
    assert (START, END, 500.0, 2) == (row["occurred_start"], row["occurred_end"], row["sigma_m"], row["raw_row"])


def test_where_a_report_came_from_is_kept(read: Callable[..., ReadResult]) -> None:
    """A report that names its own file and row keeps them; one that does not gets this file's."""
    result = read(
        raw_file=["log.csv", None, None], raw_row=pa.array([7, None, None], pa.int64()), reader=["x", None, None]
    )
    assert [("log.csv", 7, "x"), ("reports.parquet", 2, "canonical"), ("reports.parquet", 3, "canonical")] == [
        (row["raw_file"], row["raw_row"], row["reader"]) for row in result.reports.to_pylist()
    ]


def test_an_empty_table_is_read(read: Callable[..., ReadResult]) -> None:
    """No rows are no fault."""
    result = read(0)
    assert (0, 0, 0) == (result.reports.num_rows, result.refusals.num_rows, result.sources.num_rows)
