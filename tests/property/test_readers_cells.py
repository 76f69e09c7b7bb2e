"""Both CSV parsers give the same cells, and rows keep their meaning in any order."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.readers import delimited
from holdfire.readers.delimited import DelimitedFile, record_at
from holdfire.readers.registry import read_files
from tests.unit.readers.samples import canonical_table, ucdp_csv, ucdp_row, viina_csv, viina_row, write_parquet

CELL = st.text(st.sampled_from(list('ab,";\n ї|')), max_size=6)
ROWS = st.lists(st.tuples(CELL, CELL, st.sampled_from(["x", "y z", "1"])), min_size=1, max_size=12)
HERE = ["raw_sha256", "raw_file", "raw_row"]


def cells(path: Path) -> list[tuple[str, ...]]:
    """Return the cells of a file."""
    found = []
    for batch in DelimitedFile(path).batches():
        assert not batch.refusals
        found += list(zip(*[column.to_pylist() for column in batch.columns], strict=True))
    return found


@given(ROWS)
@settings(max_examples=200, deadline=None)
def test_what_was_written_is_read(rows: list[tuple[str, str, str]]) -> None:
    """Cells that a CSV writer wrote come out as they went in, whichever parser reads them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(out.getvalue().encode())
        assert rows == cells(path)


@given(st.text(st.sampled_from(list('ab,"\n')), max_size=60))
@settings(max_examples=300, deadline=None)
def test_the_fast_parser_agrees_with_the_slow_one(body: str) -> None:
    """Any text gives the same rows, lines and refusals with the fast parser and without it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(("x,y\n" + body).encode())
        found = []
        for well_quoted in (delimited._well_quoted, lambda *_: False):
            original, delimited._well_quoted = delimited._well_quoted, well_quoted
            try:
                batches = list(DelimitedFile(path).batches())
            finally:
                delimited._well_quoted = original
            rows = [
                (number, values)
                for b in batches
                for number, values in zip(
                    b.numbers.tolist(), zip(*[c.to_pylist() for c in b.columns], strict=True), strict=True
                )
            ]
            found.append((rows, [(r.row, r.what, r.raw) for b in batches for r in b.refusals]))
        assert found[0] == found[1]
        for number, _ in found[0][0]:
            assert record_at(path, number) is not None


@given(st.text(st.sampled_from(list('ab,"\n')), max_size=120))
@settings(max_examples=200, deadline=None)
def test_no_letter_is_lost(body: str) -> None:
    """Every line that is not blank is in a row or in a refusal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(("x,y\n" + body).encode())
        batches = list(DelimitedFile(path).batches())
        raws = [b.raw(i) for b in batches for i in range(b.numbers.size)]
        raws += [r.raw for b in batches for r in b.refusals]
        kept = sorted(line for raw in raws for line in raw.split("\n") if line.strip(' "'))
        assert kept == sorted(line for line in body.split("\n") if line.strip(' "'))


@given(st.permutations(list(range(8))))
@settings(max_examples=25, deadline=None)
def test_shuffled_rows_give_equal_reports(order: list[int]) -> None:
    """The order of a file's rows changes nothing but where a report was read."""
    events = [ucdp_row(id=str(n), latitude=f"48.{n}") for n in range(8)]
    news = [viina_row(event_id_1pd=str(n), longitude=f"30.{n}") for n in range(8)]
    table = canonical_table(8, text=[f"t{n}" for n in range(8)])
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for which in (list(range(8)), order):
            (folder / "u.csv").write_text(ucdp_csv(*[events[n] for n in which]), encoding="utf-8")
            (folder / "v.csv").write_text(viina_csv(*[news[n] for n in which]), encoding="utf-8")
            path = write_parquet(folder, table.take(pa.array(which)))
            found.append(read_files([folder / "u.csv", folder / "v.csv", path]))
    assert found[0].reports.drop_columns(HERE).equals(found[1].reports.drop_columns(HERE))
    assert found[0].sources.equals(found[1].sources)
