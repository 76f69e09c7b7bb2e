"""Facts about the port, held by the engine of this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfire.engine.local import LocalEngine
from holdfire.engine.port import Part, read_part, run_part
from holdfire.errors import EngineError
from tests.engines.stages import TOTAL, double, total


def written(folder: Path, name: str, keys: str, values: list[float]) -> Path:
    """Write a table of keys and values."""
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table({"k": list(keys), "x": values}, schema=TOTAL), path)
    return path


def test_each_part_is_taken_by_itself_in_order(tmp_path: Path) -> None:
    """What parts make comes back in the order of the parts, with the numbers of their rows."""
    parts = [
        Part(name="b", files={"t": written(tmp_path, "one", "ab", [1.0, 2.0])}),
        Part(name="a", files={"t": written(tmp_path, "two", "", [])}),
    ]
    made = LocalEngine().map_parts(double, parts, tmp_path)
    assert [("b", {"t": 2}), ("a", {"t": 0})] == [(one.part, one.n_rows) for one in made]
    assert [2.0, 4.0] == pq.read_table(made[0].tables["t"])["x"].to_pylist()


def test_two_attempts_write_beside_each_other(tmp_path: Path) -> None:
    """A part that runs twice writes two files, so that neither attempt can spoil the other's."""
    part = Part(name="a", files={"t": written(tmp_path, "one", "a", [1.0])})
    first, second = (run_part(double, part, tmp_path) for _ in range(2))
    assert first.tables["t"] != second.tables["t"]
    assert first.tables["t"].read_bytes() == second.tables["t"].read_bytes()


def test_rows_of_a_key_come_together(tmp_path: Path) -> None:
    """Keys that lie in several files are summed once, in the order of keys."""
    files = [written(tmp_path, "one", "bab", [1.0, 2.0, 4.0]), written(tmp_path, "two", "cb", [8.0, 16.0])]
    found = LocalEngine().map_groups(total, files, ["k"], TOTAL)
    assert [("a", 2.0), ("b", 21.0), ("c", 8.0)] == [(row["k"], row["x"]) for row in found.to_pylist()]


@pytest.mark.parametrize("n_files", [0, 1])
def test_no_rows_make_no_groups(tmp_path: Path, n_files: int) -> None:
    """Without rows there is no key, and the result is an empty table of the schema."""
    files = [written(tmp_path, str(number), "", []) for number in range(n_files)]
    found = LocalEngine().map_groups(total, files, ["k"], TOTAL)
    assert found.equals(TOTAL.empty_table())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A part whose file cannot be seen is refused with the file's path."""
    with pytest.raises(EngineError) as caught:
        run_part(double, Part(name="a", files={"t": tmp_path / "gone.parquet"}), tmp_path)
    assert caught.value.where.endswith("gone.parquet")


def test_a_stream_gives_what_parts_make_in_order(tmp_path: Path) -> None:
    """Each part's tables come in the order of the parts, few are made before they are taken, and nothing is written."""
    parts = [
        Part(name=str(number), files={"t": written(tmp_path, str(number), "a", [float(number)])}) for number in range(9)
    ]
    before = sorted(tmp_path.iterdir())
    begun: list[float] = []

    def told(given: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
        begun.append(given["t"]["x"][0].as_py())
        return double(given)

    stream = LocalEngine(2).stream_parts(told, parts, tmp_path)
    first = next(stream)
    assert len(begun) <= 4
    rest = [one["t"]["x"].to_pylist() for one in stream]
    assert [[0.0], *([2.0 * number] for number in range(1, 9))] == [first["t"]["x"].to_pylist(), *rest]
    assert before == sorted(tmp_path.iterdir())


@pytest.mark.parametrize("rows", [(0, 0), (0, 2), (1, 5), (3, 4), (4, 7), (0, 7), (7, 7)])
def test_a_part_reads_only_its_rows_and_columns(tmp_path: Path, rows: tuple[int, int]) -> None:
    """Rows come from wherever row groups begin and end, and columns that are not named are not read."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"k": list("abcdefg"), "x": list(map(float, range(7)))}), path, row_group_size=3)
    read = read_part(Part(name="a", files={"t": path}, columns={"t": ("x",)}, rows={"t": rows}))["t"]
    assert {"x": list(map(float, range(*rows)))} == read.to_pydict()
