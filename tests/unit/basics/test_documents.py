"""Facts about documents and the lines of their fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.basics.documents import nearest_name, parse_document, read_document
from holdfire.errors import DocumentError


def refuse(content: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_document(content, "a.yaml")
    return caught.value


def test_a_field_knows_its_line() -> None:
    """The line of a nested field is the line of its key."""
    document = read_document(b"a: 1\nb:\n  - c: x\n    d: y\n", "a.yaml")
    assert "a.yaml:4, b[0].d" == document.where(("b", 0, "d"))


def test_a_missing_field_stands_at_its_parent() -> None:
    """A field that is not there is placed at the line of what should hold it."""
    document = read_document(b"a: 1\nb:\n  - c: x\n", "a.yaml")
    assert 3 == document.line_of(("b", 0, "zone"))


def test_a_day_stays_text() -> None:
    """A date is not turned into a date by the parser."""
    assert {"on": "2022-07-22"} == read_document(b"on: 2022-07-22", "a.yaml").value


def test_a_byte_order_mark_is_passed_over() -> None:
    """A UTF-8 byte order mark is no part of the text."""
    assert {"a": "є"} == read_document("\ufeffa: є".encode(), "a.yaml").value


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"a: 1\na: 2", "twice"),
        (b"a: !!python/object/apply:os.system [x]", "tag"),
        (b"a: &x [*x]", "alias"),
        (b"[" * 500, "deeper"),
        (b'a: "', "YAML"),
        (b"a: \xff", "UTF-8"),
        (b"? [1, 2]\n: 3", "plain text"),
        (b"a: 1\n--- \nb: 2", "YAML"),
        (b"\x00\x01", "YAML"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, word: str) -> None:
    """A document that cannot be read is refused with the reason and a mend."""
    error = refuse(content)
    assert word in str(error)
    assert all(fault.mend and fault.where for fault in error.faults)


def test_a_bomb_of_aliases_is_refused() -> None:
    """Aliases that unfold to more than a million values are refused, not unfolded."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "unfolds" in str(refuse("\n".join(lines).encode()))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Whatever the bytes, the answer is a document or its faults."""
    try:
        read_document(content, "a.yaml")
    except DocumentError as error:
        assert error.faults


def test_the_nearest_name_is_found() -> None:
    """The nearest known name is offered, none where none is near."""
    assert ("northern-belt", None) == (
        nearest_name("north-belt", ["northern-belt", "port"]),
        nearest_name("zzz", ["port"]),
    )


def test_a_doubled_key_leaves_the_rest_readable() -> None:
    """A faulty document is handed over as far as it can be read, with its faults."""
    document, faults = parse_document(b"a: 1\na: 2\nb: 3\n", "x.yaml")
    assert document is not None
    assert ({"a": 1, "b": 3}, [2]) == (document.value, [fault.line for fault in faults])


@pytest.mark.parametrize("text", ['a: "\\U00110000"', 'a: "\\ud800"', "a: !!int ''", "a: !!bool maybe"])
def test_values_that_are_none(text: str) -> None:
    """An escape that names no character, or a tag that its value does not fit, is a fault."""
    assert parse_document(text.encode(), "x.yaml")[1]
