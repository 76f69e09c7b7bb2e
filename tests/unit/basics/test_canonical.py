"""Facts about canonical bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

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
