"""Hold offsets to the stored text, and documents that are none to a clear refusal."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.errors import LimitError, ReadError
from holdfire.statements.document import MOST_CHARACTERS, Document, read_document


def bodies(document: Document) -> list[str]:
    """Return the paragraphs that are read."""
    return [p.text for p in document.paragraphs if p.role == "body"]


def test_html_keeps_offsets_of_the_page() -> None:
    """A paragraph of HTML is read without tags and stands where it stood in the page."""
    page = "<html><h1>Head</h1><script>x = '<p>no</p>'</script><p>The <b>caf&eacute;</b> said&nbsp;no.</p></html>"
    document = read_document("a.html", page.encode())
    (paragraph,) = [p for p in document.paragraphs if p.role == "body"]
    start, end = paragraph.stored(0, len(paragraph.text))
    assert ("The café said no.", "The <b>caf&eacute;</b> said&nbsp;no.") == (paragraph.text, page[start:end])


def test_a_byte_order_mark_and_carriage_returns_are_counted() -> None:
    """The stored text keeps its mark and its line ends, and the prose does not see them."""
    document = read_document("a.txt", "\ufeffOne said\r\nthat it was.\r\n\r\nTwo left.\r\n".encode())
    first = document.paragraphs[0]
    start, end = first.stored(0, len(first.text))
    assert (1, "One said\r\nthat it was.") == (start, document.text[start:end])
    assert ["One said that it was.", "Two left."] == [p.text for p in document.paragraphs]


def test_combining_marks_and_direction_marks_leave_no_trace() -> None:
    """A letter with a combining mark is read as one letter, a direction mark not at all, both stay in the span."""
    document = read_document("a.txt", "Ca\u0301rl \u200fsaid no.".encode())
    paragraph = document.paragraphs[0]
    assert ("Cárl said no.", (0, 4 + 1)) == (paragraph.text, paragraph.stored(0, 4))


def test_parts_of_an_article() -> None:
    """Headline, byline, date and dateline are told from the body."""
    text = "Troops ready\n\nBy Ann Lee\n\n12 May 2031\n\nGHENT (AP) — He said no.\n\nHe left."
    document = read_document("a.txt", text.encode())
    assert ["headline", "aside", "aside", "body", "body"] == [p.role for p in document.paragraphs]
    assert (date(2031, 5, 12), "Ghent", ["He said no.", "He left."]) == (
        document.published_on,
        document.venue,
        bodies(document),
    )


def test_markdown_marks_are_no_prose() -> None:
    """Marks of Markdown are not read, and the words keep their places."""
    text = "# Head\n\nThe **minister** [said](http://x.example) no.\n"
    document = read_document("a.md", text.encode())
    assert ["Head", "The minister said no."] == [p.text for p in document.paragraphs]
    body = document.paragraphs[1]
    assert "minister" == document.text[slice(*body.stored(4, 12))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
        ("Он сказал".encode("cp1251"), "UTF-8"),
        ("He said".encode("utf-16"), "UTF-16"),
    ],
)
def test_no_text_is_refused(content: bytes, words: str) -> None:
    """Bytes that are no UTF-8 text are refused with what they look like and how to mend it."""
    with pytest.raises(ReadError, match=words) as caught:
        read_document("a.txt", content)
    assert caught.value.mend


def test_an_endless_text_is_refused() -> None:
    """A text longer than one document may be is refused."""
    with pytest.raises(LimitError, match="characters"):
        read_document("a.txt", b"a" * (MOST_CHARACTERS + 1))


PIECES = st.text(
    alphabet=st.sampled_from("aA é\u0301\u200e\u00ad\ufeff\r\n\t .“”\"'`&;<>/p#*_[]()‘’\u202e字😀"), max_size=120
)


@given(PIECES, st.sampled_from(["a.txt", "a.md", "a.html"]))
def test_every_character_of_prose_has_its_place(text: str, name: str) -> None:
    """Whatever the text, places never fall, lie within the stored text, and prose holds no line end."""
    document = read_document(name, text.encode())
    last = 0
    for paragraph in document.paragraphs:
        assert len(paragraph.text) == len(paragraph.starts) == len(paragraph.ends)
        for start, end in zip(paragraph.starts, paragraph.ends, strict=True):
            assert last <= start < end <= len(document.text)
            last = start
        assert not set("\r\n\t") & set(paragraph.text)
