"""Facts about GeoJSON, workbooks and Parquet as containers of cells, and how a container is told."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfire.errors import InputError, LimitError, MissingInputError, ReadError, UnknownFormatError
from holdfire.readers.cells import CellBatch
from holdfire.readers.geojson import GeoJsonFile, feature_at
from holdfire.readers.parquet_files import ParquetFile
from holdfire.readers.probe import probe_file
from holdfire.readers.workbook import WorkbookFile, check_package
from tests.unit.readers.samples import START, canonical_table, write, write_parquet


def rows(batches: Any) -> list[tuple[int, dict[str, str | None]]]:
    """Return numbers and cells of batches."""
    found = []
    for batch in batches:
        columns = [column.to_pylist() for column in batch.columns]
        for number, values in zip(batch.numbers.tolist(), zip(*columns, strict=True), strict=True):
            found.append((number, dict(zip(batch.names, values, strict=True))))
    return found


def refused(batches: list[CellBatch]) -> list[int]:
    """Return the rows that were refused."""
    return [refusal.row for batch in batches for refusal in batch.refusals]


def collection(*features: str) -> str:
    """Return a FeatureCollection whose members stand in an unusual order."""
    return '{"name": "n", "features": [' + ",\n".join(features) + '], "type": "FeatureCollection"}'


POINT = (
    '{"type": "Feature", "properties": {"a": 1, "b": "x"}, "geometry": {"type": "Point", "coordinates": [30.5, 50]}}'
)


def test_features_become_rows_with_their_points(tmp_path: Path) -> None:
    """Properties become text, the point two columns, and the features are counted from 1."""
    file = GeoJsonFile(write(tmp_path, "t.geojson", collection(POINT, POINT)))
    found = rows(file.batches())
    assert [1, 2] == [number for number, _ in found]
    cells = {"a": "1", "b": "x", "geometry.lon": "30.5", "geometry.lat": "50", "feature.id": None}
    assert cells == found[0][1]


@pytest.mark.parametrize(
    "feature",
    [
        "7",
        '{"properties": [1]}',
        '{"geometry": {"type": "Point", "coordinates": []}}',
        '{"properties": {"a": "\\u0000"}}',
        '{"properties": {"a": "\\ud800"}}',
    ],
)
def test_a_broken_feature_is_refused_by_itself(tmp_path: Path, feature: str) -> None:
    """What is no feature is refused, and the next one is read."""
    batches = list(GeoJsonFile(write(tmp_path, "t.geojson", collection(POINT, feature, POINT))).batches())
    assert ([1, 3], [2]) == ([number for number, _ in rows(batches)], refused(batches))


@pytest.mark.parametrize(
    "ending", ["", ', {"type": ', ", {]}", ', {"a": ' + "[" * 100_000, ', {"a": "\x01"}]}', ', {"a": 1' + "0" * 10_000]
)
def test_a_broken_file_keeps_what_stands_before(tmp_path: Path, ending: str) -> None:
    """A cut, a wrong letter, a deep nest and an endless number end the reading with one refusal."""
    content = '{"type": "FeatureCollection", "features": [' + POINT + ending
    batches = list(GeoJsonFile(write(tmp_path, "t.geojson", content)).batches())
    assert ([1], [2]) == ([number for number, _ in rows(batches)], refused(batches))


def test_numbers_that_json_does_not_know_are_kept_as_text(tmp_path: Path) -> None:
    """NaN in a coordinate comes out as 'nan', for the checks to find."""
    feature = '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [NaN, Infinity]}}'
    ((_, cells),) = rows(GeoJsonFile(write(tmp_path, "t.geojson", collection(feature))).batches())
    assert ("nan", "inf") == (cells["geometry.lon"], cells["geometry.lat"])


@pytest.mark.parametrize("content", ["{", '{"features": 1}', '{"features": [}', '{"a"', "{" + '"a":[' * 5000])
def test_what_begins_as_no_geojson_is_refused(tmp_path: Path, content: str) -> None:
    """A file whose first feature cannot be found is refused as a whole."""
    with pytest.raises(ReadError):
        GeoJsonFile(write(tmp_path, "t.geojson", content))


def test_a_feature_is_found_again_by_its_number(tmp_path: Path) -> None:
    """The raw text of a feature is what stands between its braces."""
    path = write(tmp_path, "t.geojson", collection(POINT, POINT.replace("30.5", "31.5")))
    assert json.loads(feature_at(path, 2))["geometry"]["coordinates"] == [31.5, 50]
    with pytest.raises(ReadError):
        feature_at(path, 3)


def workbook(folder: Path, cells: list[list[Any]], sheet: str = "Log") -> Path:
    """Write a workbook of one sheet."""
    book = openpyxl.Workbook()
    active = book.active
    assert active is not None
    active.title = sheet
    for row in cells:
        active.append(row)
    path = folder / "t.xlsx"
    book.save(path)
    return path


def test_a_sheet_becomes_rows_with_iso_dates(tmp_path: Path) -> None:
    """Dates, whole numbers, decimals and truths become text; empty rows are left out; rows are the sheet's."""
    path = workbook(tmp_path, [["when", "n", "x", "ok"], [START.replace(tzinfo=None), 3, 1.5, True], [], ["later"]])
    found = rows(WorkbookFile(path).batches())
    assert (2, {"when": "2031-05-02 08:00:00", "n": "3", "x": "1.5", "ok": "true"}) == found[0]
    assert (4, {"when": "later", "n": None, "x": None, "ok": None}) == found[1]


def test_a_sheet_is_named_or_the_first(tmp_path: Path) -> None:
    """A sheet that is not there is refused, and those that are, are named."""
    path = workbook(tmp_path, [["a"], [1]])
    assert ("a",) == WorkbookFile(path, "Log").names
    with pytest.raises(ReadError, match="Log"):
        WorkbookFile(path, "Other")


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    """A package that claims to unpack beyond the bound is refused before anything is unpacked."""
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        for n in range(5):
            package.writestr(f"xl/{n}.xml", b"0" * 60_000_000)
    with pytest.raises(LimitError):
        WorkbookFile(path)


def test_a_dense_member_is_refused(tmp_path: Path) -> None:
    """A member that unpacks to more than 200 times its size is refused while it is unpacked."""
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", b"0" * 4_000_000)
    with pytest.raises(LimitError):
        check_package(path)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    """A member with a document type definition is refused: it could unfold without end."""
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", '<!DOCTYPE a [<!ENTITY b "c">]><Types/>')
    with pytest.raises(LimitError, match="document type definition"):
        WorkbookFile(path)


def test_a_sheet_that_claims_endless_rows_ends(tmp_path: Path) -> None:
    """A row numbered beyond what a sheet can hold ends the reading instead of being waited for."""
    path = workbook(tmp_path, [["a"], ["x"]])
    changed = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename.endswith("sheet1.xml"):
                content = content.replace(b'r="2"', b'r="99999999999"')
            new.writestr(member.filename, content)
    with pytest.raises(LimitError, match="1048576"):
        list(WorkbookFile(changed).batches())


def test_parquet_rows_become_text(tmp_path: Path) -> None:
    """Instants, numbers, lists and nulls of a Parquet file become text cells."""
    table = pa.table({"t": pa.array([0], pa.timestamp("s", tz="UTC")), "x": [1.5], "n": [None], "l": [["a"]], "d": [2]})
    ((number, cells),) = rows(ParquetFile(write_parquet(tmp_path, table)).batches())
    assert (1, "1970-01-01 00:00:00.000Z", "1.5", None, '["a"]', "2") == (number, *cells.values())


@pytest.mark.parametrize("n_left", [4, 8, 11, 40, 300])
def test_cut_parquet_is_refused(tmp_path: Path, n_left: int) -> None:
    """A Parquet file without its end is refused with a message."""
    path = write_parquet(tmp_path, canonical_table())
    path.write_bytes(path.read_bytes()[:n_left])
    with pytest.raises(ReadError):
        ParquetFile(path)


def test_absurd_footers_are_refused(tmp_path: Path) -> None:
    """A footer that claims more bytes than the file has is refused before memory is set aside."""
    path = write_parquet(tmp_path, canonical_table())
    path.write_bytes(path.read_bytes()[:-8] + struct.pack("<I4s", 2**31 - 1, b"PAR1"))
    with pytest.raises(ReadError, match="claims"):
        ParquetFile(path)


def test_a_broken_row_group_costs_its_rows_only(tmp_path: Path) -> None:
    """The rows of a group that cannot be read are refused as one entry; the other groups are read."""
    path = tmp_path / "t.parquet"
    pq.write_table(canonical_table(300), path, row_group_size=100, compression="zstd", use_dictionary=False)
    content = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[start + 20 : start + 60] = b"\xff" * 40
    path.write_bytes(bytes(content))
    batches = list(ParquetFile(path).batches())
    assert (200, [101], 300) == (len(rows(batches)), refused(batches), sum(batch.n_rows for batch in batches))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", UnknownFormatError),
        (b"\x00\x01\x02", UnknownFormatError),
        (b"\x00" * 50, UnknownFormatError),
        (b"a\x00,b\n", UnknownFormatError),
        (b"PK\x03\x04broken", UnknownFormatError),
        (b"PAR1", ReadError),
        (b"{}", None),
    ],
)
def test_a_container_is_told_by_its_bytes(tmp_path: Path, content: bytes, error: type[InputError] | None) -> None:
    """Bytes that are no container are refused with a message; the name of the file is not looked at."""
    path = write(tmp_path, "t.csv", content)
    if error is None:
        assert "geojson" == probe_file(path).container
        return
    with pytest.raises(error):
        probe_file(path)


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    """A path without a file, and a folder, are refused as missing input."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(MissingInputError):
            probe_file(path)
