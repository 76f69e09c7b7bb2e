"""Facts about case folders and manifests."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from holdfire.errors import MissingInputError, OutputError, ReadError
from holdfire.evidence.manifest import differing_outputs, make_manifest
from holdfire.store.case_folder import CaseFolder


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    """A table written to a case is read back equal."""
    case = CaseFolder(tmp_path / "case")
    table = pa.table({"report_id": ["r1", "р2"], "lon": [30.5, None]})
    case.write("reports", table)
    assert table.equals(case.read("reports"))


def test_a_missing_table_says_what_to_run(tmp_path: Path) -> None:
    """A table that a case does not hold is named with the command that makes it."""
    case = CaseFolder(tmp_path)
    case.write("incidents", pa.table({"a": [1]}))
    with pytest.raises(MissingInputError) as caught:
        case.read("incident")
    assert "'incidents'" in caught.value.mend
    assert "holdfire assess" in caught.value.mend


def test_a_damaged_table_is_said(tmp_path: Path) -> None:
    """A table whose file is damaged is refused with its path."""
    (tmp_path / "reports.parquet").write_bytes(b"PAR1 is not enough")
    with pytest.raises(ReadError) as caught:
        CaseFolder(tmp_path).read("reports")
    assert caught.value.where.endswith("reports.parquet")


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A case cannot be written where a file stands."""
    (tmp_path / "case").write_text("x")
    with pytest.raises(OutputError):
        CaseFolder(tmp_path / "case").write("reports", pa.table({"a": [1]}))


def test_a_damaged_document_is_said(tmp_path: Path) -> None:
    """A document that is no JSON is refused, one that is missing is named."""
    case = CaseFolder(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(ReadError):
        case.read_document("run.json")
    with pytest.raises(MissingInputError):
        case.read_document("other.json")


def test_a_manifest_does_not_depend_on_order_or_place(tmp_path: Path) -> None:
    """The run's id is the same wherever the inputs lie and in whatever order they were named."""
    files = [
        {"name": "a.csv", "path": "here/a.csv", "sha256": "11"},
        {"name": "b.csv", "path": "here/b.csv", "sha256": "22"},
    ]
    moved = [{**file, "path": f"there/{file['name']}"} for file in reversed(files)]
    ids = {
        make_manifest(command="assess", code_version="1", agreement=b"x", files=given, parameters={"p": 1}, outputs=[])[
            "run_id"
        ]
        for given in (files, moved)
    }
    assert 1 == len(ids)


def test_a_changed_output_is_found(tmp_path: Path) -> None:
    """An output whose bytes changed after the run is named, and so is one that is gone."""
    case = CaseFolder(tmp_path)
    paths = [case.write(name, pa.table({"a": [1]})) for name in ("incidents", "findings", "counts")]
    manifest = make_manifest(command="assess", code_version="1", agreement=None, files=[], parameters={}, outputs=paths)
    assert [] == differing_outputs(manifest, tmp_path)
    (tmp_path / "findings.parquet").write_bytes(b"other")
    (tmp_path / "counts.parquet").unlink()
    assert ["counts.parquet", "findings.parquet"] == differing_outputs(manifest, tmp_path)
