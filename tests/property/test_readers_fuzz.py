"""Whatever the bytes: an error message or refused rows, never a traceback, and nothing lost."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from holdfire.errors import HoldfireError
from holdfire.readers.mapping import propose_mapping, read_mapping
from holdfire.readers.raw import raw_row
from holdfire.readers.registry import read_files, stream_file
from holdfire.readers.sources import load_sources
from holdfire.records.report import REPORT_SCHEMA
from tests.unit.readers.samples import (
    acled_csv,
    canonical_csv,
    canonical_table,
    firms_modis_csv,
    sirens_csv,
    ucdp_csv,
    ucdp_geojson,
    viina_csv,
)

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def parquet_bytes() -> bytes:
    """Return a small canonical Parquet file."""
    out = io.BytesIO()
    pq.write_table(canonical_table(40, report_id=[f"r{n}" for n in range(40)]), out, row_group_size=10)
    return out.getvalue()


def workbook_bytes() -> bytes:
    """Return a small workbook with canonical names."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in canonical_csv().splitlines():
        book.active.append(line.split(",")[:10])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SAMPLES = [
    text.encode()
    for text in (
        acled_csv(), canonical_csv(), firms_modis_csv(), sirens_csv(), ucdp_csv(), ucdp_geojson(), viina_csv(),
    )
] + [parquet_bytes(), workbook_bytes(), gzip.compress(canonical_csv().encode()),
     "\ufeff".encode() + viina_csv().encode(), viina_csv().encode("utf-16")]  # fmt: skip


def holds(content: bytes, strict: bool = False) -> None:
    """Hold the readers to their promise for a file of these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            result = read_files([path], strict=strict)
        except HoldfireError as error:
            assert error.what
            assert error.mend or getattr(error, "faults", ())
            return
        (file,) = result.files
        assert result.reports.schema.names[: len(REPORT_SCHEMA)] == REPORT_SCHEMA.names
        result.reports.validate(full=True)
        assert file.n_refused >= result.refusals.num_rows - 1
        assert result.reports.num_rows <= file.n_reports
        for row in result.refusals.to_pylist():
            assert row["what"]
            assert row["mend"]
        for row in result.reports.slice(0, 3).to_pylist():
            assert raw_row(path, row["reader"], row["raw_row"])


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"PAR1")
@example(b"PK\x03\x04")
@example(b"\x1f\x8b")
@example(b"{" * 2000)
@example(b"[" * 2000)
@FUZZ
def test_any_bytes_are_an_error_with_a_mend(content: bytes) -> None:
    """Bytes that are nothing give a message that says what, where and how to mend it."""
    holds(content)


@given(st.sampled_from(SAMPLES), st.integers(0, 5000))
@settings(FUZZ, max_examples=120)
def test_a_truncated_file_is_read_as_far_as_it_goes(sample: bytes, n_left: int) -> None:
    """A file that breaks off anywhere gives its whole rows, or a message."""
    holds(sample[:n_left])


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 4)), min_size=1, max_size=6),
    st.booleans(),
)
@settings(FUZZ, max_examples=300)
def test_a_damaged_file_is_an_error_or_refused_rows(
    sample: bytes, wounds: list[tuple[float, bytes, int]], strict: bool
) -> None:
    """Bytes exchanged, added and taken away anywhere give a message or refused rows."""
    content = bytearray(sample)
    for place, new, n_removed in wounds:
        at = int(place * len(content))
        content[at : at + n_removed] = new
    holds(bytes(content), strict)


ODD = st.sampled_from(
    ["", " ", "nan", "inf", "-1e999", "1e308", "9" * 400, "9999-12-31", "0000-00-00", "2031-02-30", "\\N", "null",
     "=1+1", "48,1", "१२", "\u202e", "�", "a;b;;", '""', "{}", "[]", "0x10", "1_000", "٣٧", "\x0b", "-0.0",
     "2031-05-02T25:00"]
)  # fmt: skip


@given(st.sampled_from([acled_csv, firms_modis_csv, sirens_csv]), st.data())
@settings(FUZZ, max_examples=150)
def test_odd_cells_are_refused_or_read(sample: Callable[..., str], data: st.DataObject) -> None:
    """Numbers without end, days that are none and letters of any script in any cell stop nothing."""
    names = sample().splitlines()[0].split(",")
    changes = data.draw(st.dictionaries(st.sampled_from(names), ODD | st.text(max_size=8), min_size=1, max_size=3))
    text = sample(**changes)
    holds(text.encode("utf-8", "surrogatepass"))


MAPPING = """
holdfire: mapping/1
name: fuzz
zone: Europe/Kyiv
file: {decimal: ","}
fields:
  source_id: {constant: s}
  occurred_start: {column: when, formats: ["%d.%m.%Y %H:%M", "%d.%m.%y"]}
  occurred_end: {column: when, formats: ["%d.%m.%Y %H:%M"], lasts: 2 h}
  lon: {column: place, separator: ";", part: 2}
  lat: {column: place, separator: ";", part: 1}
  sigma_m: {column: error, unit: km}
  kind: {column: what, values: {shots: gunfire}, otherwise: keep}
  involved: {column: who, separator: "/"}
  casualties_best: {column: error}
carry: [who]
"""


@given(st.lists(st.tuples(*[ODD | st.text(max_size=10)] * 5), max_size=8))
@settings(FUZZ, max_examples=200)
def test_odd_cells_through_a_mapping_are_refused_or_read(rows: list[tuple[str, ...]]) -> None:
    """A table of one's own with anything in its cells gives reports and refusals, each row one or the other."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("when", "place", "error", "what", "who"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path, mapping = Path(folder) / "t.csv", Path(folder) / "m.yaml"
        path.write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
        mapping.write_text(MAPPING, encoding="utf-8")
        (file,) = read_files([path], mapping=mapping).files
        assert file.n_rows == file.n_reports + file.n_refused


@given(
    st.dictionaries(
        st.sampled_from([name for name in REPORT_SCHEMA.names if not name.startswith("raw")]),
        st.sampled_from(
            [
                pa.array([None, None, None]),
                pa.array([1, -1, 2**31], pa.int64()),
                pa.array([2**63 - 1, 0, 5], pa.uint64()),
                pa.array([float("nan"), float("-inf"), 1e300]),
                pa.array(["x", "", "9999-12-31T23:59:59Z"]),
                pa.array([b"\xff", b"a", None]),
                pa.array([-(2**62), 2**62, 0], pa.timestamp("us")),
                pa.array([-(2**62), 2**62, 0], pa.timestamp("ns", tz="UTC")),
                pa.array([2**31 - 1, -(2**31), 0], pa.date32()),
                pa.array([["a", None], None, []], pa.list_(pa.string())),
                pa.array([[1], None, []]),
                pa.array([{"a": 1}, None, {"a": 2}]),
                pa.array([True, False, None]),
                pa.array([1, 2, 3], pa.duration("s")),
                pa.array(["a", "b", "a"]).dictionary_encode(),
            ]
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(FUZZ, max_examples=200)
def test_any_type_in_any_column_is_an_error_or_refused_rows(columns: dict[str, pa.Array]) -> None:
    """A canonical file whose columns have any type and any value gives a message, refused rows or reports."""
    out = io.BytesIO()
    pq.write_table(canonical_table(3, **columns), out, coerce_timestamps=None)
    holds(out.getvalue())


@given(st.binary(max_size=300))
@FUZZ
def test_any_mapping_and_any_sources_are_an_error_or_read(content: bytes) -> None:
    """Documents of any bytes are refused with all their faults, or read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        for read in (
            lambda: read_mapping(content, "m.yaml"),
            lambda: load_sources(path),
            lambda: propose_mapping(path),
        ):
            try:
                read()
            except HoldfireError as error:
                assert error.what


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufdd0"), max_size=6), min_size=2, max_size=2
        ),
        max_size=6,
    )
)
@settings(FUZZ, max_examples=150)
def test_a_proposed_mapping_always_loads(rows: list[list[str]]) -> None:
    """Whatever a table holds, the proposal is a mapping that loads."""
    text = "Дата,широта\n" + "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(text.encode())
        assert read_mapping(propose_mapping(path).encode(), "m.yaml").name == "file"


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_stream_gives_what_reading_gives(sample: bytes) -> None:
    """Streaming and reading whole give the same reports."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(sample)
        try:
            whole = read_files([path]).reports
        except HoldfireError:
            with pytest.raises(HoldfireError):
                list(stream_file(path))
            return
        streamed = pa.Table.from_batches(list(stream_file(path)), schema=REPORT_SCHEMA).sort_by("report_id")
        assert whole.select(REPORT_SCHEMA.names).equals(streamed)
