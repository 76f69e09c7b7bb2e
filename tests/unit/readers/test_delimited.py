"""Facts about CSV and its kin: cells, lines, and every way in which a row can be broken."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from holdfire.errors import InputError, LimitError, ReadError
from holdfire.readers.delimited import DelimitedFile, record_at
from tests.unit.readers.samples import write


def read(path: Path, **hints: str) -> tuple[list[tuple[int, tuple[str, ...]]], list[tuple[int, str | None]]]:
    """Return the rows with their lines, and the refusals' lines and columns."""
    file = DelimitedFile(path, **hints)
    rows, refused = [], []
    for batch in file.batches():
        columns = [column.to_pylist() for column in batch.columns]
        rows += list(zip(batch.numbers.tolist(), zip(*columns, strict=True), strict=True))
        refused += [(refusal.row, refusal.column) for refusal in batch.refusals]
    return rows, refused


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    """The letter that parts most of the header's names parts the cells."""
    path = write(tmp_path, "t.csv", f"a{delimiter}b\n1{delimiter}2\n")
    assert ([(2, ("1", "2"))], []) == read(path)


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    """Cells are cut as RFC 4180 has it, and a row is named by the line on which it begins."""
    path = write(tmp_path, "t.csv", 'a,b\n"x,y","say ""hi"""\n"two\nlines",z\nlast,row')
    assert ([(2, ("x,y", 'say "hi"')), (3, ("two\nlines", "z")), (5, ("last", "row"))], []) == read(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(tmp_path: Path, end: str) -> None:
    """A line feed, a carriage return and both end a line."""
    assert ([(2, ("1", "2")), (3, ("3", "4"))], []) == read(write(tmp_path, "t.csv", f"a,b{end}1,2{end}3,4{end}"))


def test_mixed_line_ends_are_read(tmp_path: Path) -> None:
    """One file may mix them."""
    rows, refused = read(write(tmp_path, "t.csv", "a,b\r\n1,2\r3,4\n5,6"))
    assert ([2, 3, 4], []) == ([number for number, _ in rows], refused)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a,b\nКиїв,1\n".encode(), None),
        ("\ufeffa,b\nКиїв,1\n".encode(), None),
        ("\ufeffa,b\nКиїв,1\n".encode("utf-16-le"), None),
        ("\ufeffa,b\nКиїв,1\n".encode("utf-16-be"), None),
        ("a,b\nКиїв,1\n".encode("cp1251"), "cp1251"),
    ],
)
def test_encodings_are_told_by_their_mark_or_named(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    """UTF-8 and UTF-16 with a mark are found out, others are named."""
    hints = {} if encoding is None else {"encoding": encoding}
    assert ([(2, ("Київ", "1"))], []) == read(write(tmp_path, "t.csv", content), **hints)


def test_a_row_of_another_length_is_refused_by_itself(tmp_path: Path) -> None:
    """Too few and too many cells refuse their own rows; empty cells at the end do no harm."""
    rows, refused = read(write(tmp_path, "t.csv", "a,b\n1\n1,2\n1,2,3\n4,5,,\n"))
    assert ([(3, ("1", "2")), (5, ("4", "5"))], [(2, None), (4, None)]) == (rows, refused)


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    """A line without letters is passed over and still counted as a line."""
    assert ([(2, ("1", "2")), (5, ("3", "4"))], []) == read(write(tmp_path, "t.csv", "a,b\n1,2\n\n  \n3,4\n"))


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    """The line with the open quote is refused, and the next one is read as if it were not there."""
    rows, refused = read(write(tmp_path, "t.csv", 'a,b\n1,2\n3,"4\n5,6\n7,8\n'))
    assert ([(2, ("1", "2")), (4, ("5", "6")), (5, ("7", "8"))], [(3, None)]) == (rows, refused)


def test_a_file_that_ends_within_a_quote_keeps_its_rows(tmp_path: Path) -> None:
    """What stands before the cut is read, the cut row is refused."""
    rows, refused = read(write(tmp_path, "t.csv", 'a,b\n1,2\n3,"cut of'))
    assert ([(2, ("1", "2"))], [(3, None)]) == (rows, refused)


def test_quotes_that_open_again_and_again_end(tmp_path: Path) -> None:
    """A file in which every line opens a quote is read in a time that grows with its length alone."""
    path = write(tmp_path, "t.csv", "a,b\n" + 'a","b\n' * 200_000)
    rows, refused = read(path)
    assert (0, 200_000) == (len(rows), len(refused))


def test_bytes_that_are_no_text_refuse_their_row(tmp_path: Path) -> None:
    r"""The row is kept with its bytes written as \xNN, and the column is named."""
    file = DelimitedFile(write(tmp_path, "t.csv", b"a,b\n1,\xff\xfe\n3,4\n"))
    (batch,) = file.batches()
    (refusal,) = batch.refusals
    assert (2, "b", "1,\\xff\\xfe", [3]) == (refusal.row, refusal.column, refusal.raw, batch.numbers.tolist())


def test_broken_utf_16_refuses_its_row(tmp_path: Path) -> None:
    """Half of a surrogate pair refuses its row and no other."""
    content = "\ufeffa,b\n1,".encode("utf-16-le") + b"\x00\xd8" + "\n3,4\n".encode("utf-16-le")
    rows, refused = read(write(tmp_path, "t.csv", content))
    assert ([(3, ("3", "4"))], [(2, "b")]) == (rows, refused)


def test_nul_bytes_refuse_their_row(tmp_path: Path) -> None:
    """A NUL byte is named, shown as such, and stops nothing."""
    file = DelimitedFile(write(tmp_path, "t.csv", b"a,b\n1,x\x00y\n3,4\n"))
    (batch,) = file.batches()
    assert ("b", "1,x\\x00y", [3]) == (batch.refusals[0].column, batch.refusals[0].raw, batch.numbers.tolist())


@pytest.mark.parametrize("n_mib", [5, 40])
def test_a_line_too_long_to_hold_is_refused(tmp_path: Path, n_mib: int) -> None:
    """A line of many MiB is skipped without being held, and the rows around it are read."""
    path = tmp_path / "t.csv"
    with path.open("wb") as out:
        out.write(b"a,b\n1,2\n")
        for _ in range(n_mib):
            out.write(b"x" * 1024 * 1024)
        out.write(b"\n3,4\n")
    rows, refused = read(path)
    assert ([(2, ("1", "2")), (4, ("3", "4"))], [(3, None)]) == (rows, refused)


def test_a_cell_of_many_lines_is_bounded(tmp_path: Path) -> None:
    """A quote that swallows more than a MiB is held to be one that never closes."""
    path = write(tmp_path, "t.csv", 'a,b\n1,"' + "long line\n" * 120_000 + '"\n3,4\n')
    rows, refused = read(path)
    assert [(120_003, ("3", "4"))] == rows
    assert (2, None) == refused[0]


def test_humanitarian_exchange_tags_are_no_row(tmp_path: Path) -> None:
    """A second line that holds nothing but HXL tags is passed over."""
    assert ([(3, ("1", "2"))], []) == read(write(tmp_path, "t.csv", "a,b\n#geo+lat,\n1,2\n"))


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    """A packed table reads like a plain one."""
    assert ([(2, ("1", "2"))], []) == read(write(tmp_path, "t.csv.gz", gzip.compress(b"a,b\n1,2\n")))


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    """A file that unpacks to more than 300 times its size is refused while it is unpacked."""
    path = write(tmp_path, "t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 3_000_000))
    with pytest.raises(LimitError) as caught:
        read(path)
    assert "300 times" in caught.value.what


def test_cut_gzip_is_refused(tmp_path: Path) -> None:
    """A packed file that breaks off is refused as a whole."""
    path = write(tmp_path, "t.csv.gz", gzip.compress(bytes(range(256)) * 40)[:-12])
    with pytest.raises(ReadError):
        read(path)


def test_names_that_repeat_or_lack_are_made_distinct(tmp_path: Path) -> None:
    """Every column has a name of its own."""
    assert ("a", "column_2", "a.2") == DelimitedFile(write(tmp_path, "t.csv", "a,,a\n1,2,3\n")).names


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b'"a,b\n1,2\n', b"x" * 5_000_000])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing, blank lines, an open quote in the header and one endless line are refused with a message."""
    with pytest.raises(InputError) as caught:
        DelimitedFile(write(tmp_path, "t.csv", content))
    assert caught.value.mend


def test_a_row_is_found_again_by_its_line(tmp_path: Path) -> None:
    """The raw text of a record is what stands from its first line to its last."""
    path = write(tmp_path, "t.csv", 'a,b\n1,2\n"two\nlines",z\n5,6\n')
    assert ["1,2", '"two\nlines",z', "5,6"] == [record_at(path, line) for line in (2, 3, 5)]
    with pytest.raises(ReadError):
        record_at(path, 9)
