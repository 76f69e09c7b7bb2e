"""Facts about reading files together: recognition, order, duplicates, strictness, streaming."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.basics.canonical import sha256_file
from holdfire.errors import DocumentError, MissingInputError, UnknownFormatError
from holdfire.readers.raw import raw_row
from holdfire.readers.registry import READERS, read_files, recognitions, stream_file
from holdfire.records.refusal import REFUSAL_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.taxonomy import read_taxonomy
from tests.unit.readers.samples import (
    acled_csv,
    canonical_csv,
    canonical_table,
    firms_modis_csv,
    firms_viirs_csv,
    sirens_csv,
    ucdp_csv,
    ucdp_geojson,
    ucdp_row,
    viina_csv,
    viina_row,
    write,
    write_parquet,
)

SAMPLES = {
    "canonical": canonical_csv(),
    "ucdp": ucdp_csv(),
    "viina": viina_csv(),
    "acled": acled_csv(),
    "firms": firms_viirs_csv(),
    "sirens": sirens_csv(),
}
HERE = ("raw_sha256", "raw_file", "raw_row")


@pytest.mark.parametrize("name", SAMPLES)
def test_each_format_is_recognised_by_one_reader(tmp_path: Path, name: str) -> None:
    """A sample is recognised by its own reader, and each other one says why not."""
    found = recognitions(write(tmp_path, "some.csv", SAMPLES[name]))
    assert [name] == [reader for reader, recognition in found.items() if recognition.ok]
    assert all(recognition.why for recognition in found.values())


def test_an_unknown_table_is_refused_with_every_readers_reason(tmp_path: Path) -> None:
    """The error names the columns, the way out, and why each reader declined."""
    with pytest.raises(UnknownFormatError) as caught:
        read_files([write(tmp_path, "t.csv", "colour,taste\nred,sour\n")])
    assert "colour, taste" in caught.value.what
    assert all(f"{reader.name}:" in caught.value.mend for reader in READERS)


def test_files_of_all_formats_become_one_table(tmp_path: Path) -> None:
    """Reports are sorted by id, sources by id, and every file is named with its hash and its attribution."""
    paths = [write(tmp_path, f"{name}.csv", content) for name, content in SAMPLES.items()]
    result = read_files(paths)
    ids = result.reports["report_id"].to_pylist()
    assert (sorted(ids), 11) == (ids, len(ids))
    assert (REPORT_SCHEMA, SOURCE_SCHEMA, REFUSAL_SCHEMA) == (
        result.reports.schema, result.sources.schema, result.refusals.schema,
    )  # fmt: skip
    assert [sha256_file(path) for path in paths] == [file.sha256 for file in result.files]
    assert all(file.attribution for file in result.files if file.reader != "canonical")
    assert set(result.sources["source_id"].to_pylist()) == set(result.reports["source_id"].to_pylist())


def test_the_order_of_files_and_rows_is_immaterial(tmp_path: Path) -> None:
    """Files given the other way round, and rows shuffled, give the same reports but for their rows."""
    rows = [ucdp_row(id=str(n), latitude=f"48.{n}", best=str(n % 4), high="9", low="0") for n in range(100, 160)]
    shuffled = random.Random(7).sample(rows, len(rows))
    one = [write(tmp_path, "a.csv", ucdp_csv(*rows)), write(tmp_path, "v.csv", viina_csv())]
    other = [write(tmp_path, "v.csv", viina_csv()), write(tmp_path, "b.csv", ucdp_csv(*shuffled))]
    a, b = read_files(one), read_files(other)
    assert a.reports.drop_columns(HERE).equals(b.reports.drop_columns(HERE))
    assert a.sources.equals(b.sources)


def test_a_report_that_stands_twice_is_counted_once(tmp_path: Path) -> None:
    """Equal reports in two files are one; where it was read is the smaller hash, whatever the order of files."""
    table = canonical_table(2)
    whole = write_parquet(tmp_path, table, "a.parquet")
    same = write_parquet(tmp_path, table.slice(0, 1), "c.parquet")
    result = read_files([whole, same])
    assert (2, 0) == (result.reports.num_rows, result.refusals.num_rows)
    assert result.reports.equals(read_files([same, whole]).reports)


def test_a_contradicting_report_is_refused_whatever_the_order(tmp_path: Path) -> None:
    """Of reports with one id and unequal content the first by content stays, the other is refused and named."""
    a = write_parquet(tmp_path, canonical_table(2, text=["b", "c"]), "a.parquet")
    b = write_parquet(tmp_path, canonical_table(2, text=["a", "c"]), "b.parquet")
    one, other = read_files([a, b]), read_files([b, a])
    assert one.reports.equals(other.reports)
    assert ["a", "c"] == one.reports["text"].to_pylist()
    assert [("a.parquet", 1, "report_id")] == [
        (row["file"], row["row"], row["column"]) for row in one.refusals.to_pylist()
    ]
    assert one.refusals.equals(other.refusals)
    assert (1, 1) == (one.files[0].n_reports, one.files[0].n_refused)


def test_carried_columns_of_unequal_types_become_text(tmp_path: Path) -> None:
    """Two files may use one name for different things."""
    a = write_parquet(tmp_path, canonical_table(1, report_id=["a"], note=[1]), "a.parquet")
    b = write_parquet(tmp_path, canonical_table(1, report_id=["b"], note=["x"]), "b.parquet")
    c = write_parquet(tmp_path, canonical_table(1, report_id=["c"]), "c.parquet")
    assert ["1", "x", None] == read_files([a, b, c]).reports["note"].to_pylist()


def test_strict_names_every_fault(tmp_path: Path) -> None:
    """A strict run lists all refused rows of a file, each with its line and column."""
    path = write(
        tmp_path, "v.csv", viina_csv(viina_row(date="x"), viina_row(), viina_row(longitude="y", event_id_1pd="2"))
    )
    with pytest.raises(DocumentError) as caught:
        read_files([path], strict=True)
    assert [(2, "date"), (4, "longitude")] == [(fault.line, fault.field) for fault in caught.value.faults]


def test_strict_shows_at_most_a_thousand_faults_and_counts_the_rest(tmp_path: Path) -> None:
    """A file of 1,500 broken rows gives 1,000 faults and one that counts the others."""
    path = write_parquet(tmp_path, canonical_table(1500, lat=[99.0] * 1500))
    with pytest.raises(DocumentError) as caught:
        read_files([path], strict=True)
    assert (1001, True) == (len(caught.value.faults), "500" in caught.value.faults[-1].what)


def test_strict_stops_a_stream_at_its_end(tmp_path: Path) -> None:
    """A strict stream gives what it can read and ends with the faults."""
    path = write_parquet(tmp_path, canonical_table(3, lat=[1.0, 99.0, 1.0]))
    with pytest.raises(DocumentError):
        list(stream_file(path, strict=True))


def test_a_stream_gives_the_reports_of_a_file(tmp_path: Path) -> None:
    """A stream holds to the schema, leaves carried columns out, and says at the end what became of the file."""
    path = write_parquet(tmp_path, canonical_table(3, mine=[1, 2, 3], lat=[1.0, 99.0, 1.0]))
    ended = []
    batches = list(stream_file(path, on_end=lambda file, refusals: ended.append((file.n_refused, refusals.num_rows))))
    table = pa.Table.from_batches(batches)
    assert (REPORT_SCHEMA, 2, [(1, 1)]) == (table.schema, table.num_rows, ended)


def test_a_tree_of_ones_own_replaces_the_kinds(tmp_path: Path) -> None:
    """Formats' kinds climb to what the tree has, canonical kinds must stand in it."""
    tree = read_taxonomy(b"explosion: [other]\nmine_own: []", "own.yaml")
    found = read_files([write(tmp_path, "v.csv", viina_csv())], kinds=tree)
    assert {"explosion"} == set(found.reports["kind"].to_pylist())
    result = read_files([write_parquet(tmp_path, canonical_table(2, kind=["mine_own", "gunfire"]))], kinds=tree)
    assert (["mine_own"], ["kind"]) == (result.reports["kind"].to_pylist(), result.refusals["column"].to_pylist())


def test_more_refusals_than_are_kept_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, refused rows are counted and a last entry says how many."""
    for module in ("refusals", "checks"):
        monkeypatch.setattr(f"holdfire.readers.{module}.MAX_REFUSALS_KEPT", 10)
    result = read_files([write_parquet(tmp_path, canonical_table(30, lat=[99.0] * 30))])
    assert (30, 11) == (result.files[0].n_refused, result.refusals.num_rows)
    assert any("20" in what for what in result.refusals["what"].to_pylist())


def test_missing_files_are_named(tmp_path: Path) -> None:
    """A path without a file is an error before anything is read."""
    with pytest.raises(MissingInputError):
        read_files([tmp_path / "none.csv"])


def test_no_files_give_empty_tables() -> None:
    """Reading nothing gives nothing, in the right shape."""
    result = read_files([])
    assert (REPORT_SCHEMA, 0, ()) == (result.reports.schema, result.reports.num_rows, result.files)


@pytest.mark.parametrize("name", [*SAMPLES, "geojson", "parquet", "modis"])
def test_every_report_leads_back_to_its_raw_row(tmp_path: Path, name: str) -> None:
    """The row that a report names is found again in its file, and holds what the report was made of."""
    if name == "parquet":
        path = write_parquet(tmp_path, canonical_table())
    else:
        content = {**SAMPLES, "geojson": ucdp_geojson(), "modis": firms_modis_csv()}[name]
        path = write(tmp_path, "f", content)
    for row in read_files([path]).reports.to_pylist():
        raw = raw_row(path, row["reader"], row["raw_row"])
        assert str(row["lon"]) in raw or name == "sirens"
        assert (row["place_name"] or "").split(",")[0] in raw


def test_sources_of_one_id_do_not_depend_on_the_order(tmp_path: Path) -> None:
    """A source that is written in two ways has one name, the same for every order of rows."""
    texts = ['"ALPHA NEWS,2031-05-03,x"', '"Alpha  News,2031-05-03,x"']
    names = []
    for order in (texts, texts[::-1]):
        rows = [ucdp_row(id=str(n), source_article=text) for n, text in enumerate(order, start=1)]
        result = read_files([write(tmp_path, "u.csv", ucdp_csv(*rows))])
        names.append([(row["source_id"], row["name"]) for row in result.sources.to_pylist()])
    assert (names[0], 1) == (names[1], len(names[0]))


def test_results_are_sorted_by_id_for_a_shuffled_parquet(tmp_path: Path) -> None:
    """Shuffled canonical rows come out in the order of their ids."""
    table = canonical_table(500, report_id=[f"r{n:04d}" for n in range(500)])
    order = list(range(500))
    random.Random(3).shuffle(order)
    result = read_files([write_parquet(tmp_path, table.take(pa.array(order)))])
    assert pc.all(pc.equal(result.reports["report_id"], table["report_id"])).as_py()
