"""Facts about canonical bytes."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pytest

from holdfire.basics import canonical as module
from holdfire.basics.canonical import canonical_json, sha256_file, sha256_hex, write_bytes, write_table
from holdfire.errors import ModelError, OutputError


def test_keys_are_sorted_by_utf16() -> None:
    """Keys stand in the order of their UTF-16 code units, as RFC 8785 asks."""
    value = {"\u20ac": 4, "\r": 1, "\ufb33": 6, "1": 2, "\U0001f600": 5, "\u00f6": 3}
    assert ["\r", "1", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"] == list(json.loads(canonical_json(value)))


def test_no_number_is_refused() -> None:
    """NaN has no canonical form and is refused."""
    with pytest.raises(ModelError):
        canonical_json({"a": float("nan")})


def test_a_table_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    """Equal tables give equal files, however they were chunked."""
    one = pa.table({"a": ["x", "y", None], "b": [1.0, 2.0, 3.0]})
    two = pa.concat_tables([one.slice(0, 1), one.slice(1)])
    write_table(tmp_path / "one.parquet", one)
    write_table(tmp_path / "two.parquet", two)
    assert sha256_file(tmp_path / "one.parquet") == sha256_file(tmp_path / "two.parquet")


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """Where a file cannot be written, the error says so and nothing half-written stays."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError) as caught:
        write_bytes(tmp_path / "file" / "inner.json", b"{}")
    assert caught.value.where.endswith("inner.json")
    assert ["file"] == [path.name for path in tmp_path.iterdir()]


def test_the_hash_of_nothing_is_known() -> None:
    """SHA-256 of no bytes is the published value (FIPS 180-4)."""
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("sizes", [(), (0,), (3,), (4, 4), (1, 9, 0, 2), (5, 3, 4)])
def test_a_table_in_pieces_has_the_bytes_of_the_whole(sizes: tuple[int, ...], tmp_path: Path) -> None:
    """However a table is cut, its file is the one that is written at once."""
    n = sum(sizes)
    schema = pa.schema([("name", pa.string()), ("x", pa.float64())])
    table = pa.table(
        {"name": [f"n{number % 3}" for number in range(n)], "x": list(map(float, range(n)))}, schema=schema
    )
    with mock.patch.object(module, "ROW_GROUP_ROWS", 4):
        write_table(tmp_path / "whole.parquet", table)
        writer = module.TableWriter(tmp_path / "pieces.parquet", schema)
        for number, size in enumerate(sizes):
            writer.add(table.slice(sum(sizes[:number]), size))
        assert not (tmp_path / "pieces.parquet").exists()
        writer.commit()
        writer.discard()
    assert sha256_file(tmp_path / "whole.parquet") == sha256_file(tmp_path / "pieces.parquet")
    assert n == writer.n_rows


def test_pieces_that_are_discarded_leave_nothing(tmp_path: Path) -> None:
    """What was not committed is gone, neighbour and all."""
    table = pa.table({"x": [1.0, 2.0]})
    with mock.patch.object(module, "ROW_GROUP_ROWS", 1):
        writer = module.TableWriter(tmp_path / "t.parquet", table.schema)
        writer.add(table)
        assert [] != list(tmp_path.iterdir())
        writer.discard()
    assert [] == list(tmp_path.iterdir())
