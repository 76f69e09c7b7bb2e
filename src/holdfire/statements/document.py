"""Document: from the bytes of an article to its parts - headline, dateline, date, venue, paragraphs.

Rule: bytes that are no UTF-8 text are refused, not guessed at; the stored text is what the bytes decode to, unchanged,
and every offset counts its code points. Leaves sentences to a language's parser. Source: RFC 3629 (UTF-8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from holdfire.errors import LimitError, ReadError
from holdfire.statements.markup import html_blocks, looks_like_html, markdown_blocks
from holdfire.statements.prose import Paragraph, Piece, fold, plain_blocks

__all__ = ["MOST_CHARACTERS", "Document", "read_document", "text_of"]

# An article has some 3 thousand, a long report half a million. What is larger is not one document.
MOST_CHARACTERS = 1_000_000
MOST_IN_A_PARAGRAPH = 6_000
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
_YEAR = r"(?P<y>(?:19|20)\d\d)\b"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = "(" + "|".join(f"{m[:3]}(?:{m[3:]})?" if m[3:] else m for m in MONTHS) + r"|sept)\.?"
DATES = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"\b" + _DAY + r"\s+" + _MONTH.replace("(", "(?P<m>", 1) + r",?\s+" + _YEAR,
               re.IGNORECASE),
    re.compile(r"\b" + _MONTH.replace("(", "(?P<m>", 1) + r"\s+" + _DAY + r",?\s+" + _YEAR,
               re.IGNORECASE),
)  # fmt: skip
DATELINE = re.compile(
    r"(?P<venue>[A-Z][\w.'’-]*(?:[ /][A-Z][\w.'’-]*){0,3})"
    r"(?P<more>,[^—–()]{1,40})?\s*(?P<agency>\([^)]{2,40}\))?\s*(?:—|–|--|-(?=\s))\s*"
)
BYLINE = re.compile(r"(?i)(?:by|from|story by|reporting by|written by)\s+[A-Z][^.!?]{2,100}$")
LABELLED = re.compile(r"(?i)(?:published|updated|posted|last modified|date)\b[^.!?]{0,60}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Hold an article as it is stored, and its parts.

    Attributes
    ----------
    name : str
    text : str
        The stored text, to which all offsets refer.
    paragraphs : tuple of Paragraph
        In order; headlines and asides among them by role.
    published_on : date or None
    venue : str or None
        Of the dateline: the place where it was written.
    """

    name: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    published_on: date | None
    venue: str | None


def text_of(name: str, content: bytes) -> str:
    r"""Return the stored text of a document.

    Raises
    ------
    ReadError
        The bytes are no text, or no UTF-8.
    LimitError
        The text is longer than ``MOST_CHARACTERS``.

    Examples
    --------
    >>> text_of("a.txt", b"caf\xc3\xa9")
    'café'
    >>> text_of("empty.txt", b"")
    ''
    """
    if len(content) > 4 * MOST_CHARACTERS:
        raise LimitError(
            f"The document has more than {4 * MOST_CHARACTERS:,} bytes; {MOST_CHARACTERS:,} characters are the most.",
            name,
            "Split it into its articles, one file for each.",
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4] in (b"\x00\x00\xfe\xff",):
        raise ReadError("The document is UTF-16 or UTF-32, not UTF-8.", name, "Save it as UTF-8 and read it again.")
    head = content[:65536]
    strange = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\f\x0b\x1b")
    if b"\x00" in content or strange > len(head) // 100:
        raise ReadError(
            "The document holds bytes of no text; it looks binary.", name, "Give the text, not the file of it."
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ReadError(
            f"Byte {error.start:,} is no UTF-8: 0x{content[error.start]:02x}.",
            f"{name}:{line}",
            "Save it as UTF-8; it may be in a code page such as windows-1251 or windows-1252.",
        ) from error
    if len(text) > MOST_CHARACTERS:
        raise LimitError(
            f"The document has {len(text):,} characters; more than {MOST_CHARACTERS:,} are refused.",
            name,
            "Split it into its articles, one file for each.",
        )
    return text


def read_document(name: str, content: bytes) -> Document:
    """Return a document with its parts.

    Parameters
    ----------
    name : str
        As the user gave it; ``.md`` and ``.markdown`` are read as Markdown, ``.html`` and ``.htm`` as HTML, and so is
        what begins like HTML.
    content : bytes

    Raises
    ------
    ReadError, LimitError
        As ``text_of``.
    """
    text = text_of(name, content)
    paragraphs = [fold(pieces, role) for role, pieces in _blocks(name, text)]
    paragraphs = [p for whole in paragraphs if whole.text for p in _pieces_of(whole)]
    paragraphs = [p if _is_prose(p.text) else p.cut(0, "aside") for p in paragraphs]
    published_on, venue = None, None
    paragraphs = _with_headline(paragraphs)
    for i, paragraph in enumerate(paragraphs):
        if paragraph.role == "body" and (BYLINE.fullmatch(paragraph.text) or _is_date_line(paragraph.text)):
            paragraphs[i] = paragraph = paragraph.cut(0, "aside")
        if published_on is None and (i < 6 or paragraph.role == "aside"):
            published_on = _date_in(paragraph.text[:200])
    first = next((i for i, p in enumerate(paragraphs) if p.role == "body"), None)
    if first is not None and (hit := DATELINE.match(paragraphs[first].text)):
        is_capitals = hit["venue"].isupper() and len(hit["venue"]) > 2
        if hit.end() < len(paragraphs[first].text) and (is_capitals or hit["agency"]):
            venue = hit["venue"].title() if is_capitals else hit["venue"]
            paragraphs[first] = paragraphs[first].cut(hit.end(), "body")
    return Document(name=name, text=text, paragraphs=tuple(paragraphs), published_on=published_on, venue=venue)


def _blocks(name: str, text: str) -> list[tuple[str, list[Piece]]]:
    ending = name.lower().rsplit(".", 1)[-1]
    if ending in ("html", "htm", "xhtml") or looks_like_html(text):
        return html_blocks(text)
    blocks = plain_blocks(text)
    return markdown_blocks(blocks) if ending in ("md", "markdown") else [("body", pieces) for pieces in blocks]


def _is_prose(text: str) -> bool:
    """Whether a paragraph is made of words: half or more of a longer one's marks are letters."""
    marks = [letter for letter in text if not letter.isspace()]
    return len(marks) < 200 or 2 * sum(letter.isalpha() for letter in marks) >= len(marks)


def _pieces_of(whole: Paragraph) -> list[Paragraph]:
    """Cut an endless paragraph at spaces, so that no parser is handed more than it can hold."""
    parts = []
    while len(whole.text) > MOST_IN_A_PARAGRAPH:
        stop = whole.text.rfind(". ", 0, MOST_IN_A_PARAGRAPH) + 2
        stop = stop if stop > 2 else MOST_IN_A_PARAGRAPH
        parts.append(Paragraph(whole.text[:stop], whole.starts[:stop], whole.ends[:stop], whole.role))
        whole = whole.cut(stop, whole.role)
    return [*parts, whole]


def _with_headline(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Take a short first line that no sentence mark ends for the headline, where more follows."""
    if any(p.role == "headline" for p in paragraphs) or len(paragraphs) < 2:
        return paragraphs
    first = paragraphs[0]
    is_dateline = bool(DATELINE.match(first.text)) and len(first.text) > 120
    if len(first.text) <= 160 and first.text[-1] not in '.!?”"' and not is_dateline and not BYLINE.match(first.text):
        return [first.cut(0, "headline"), *paragraphs[1:]]
    return paragraphs


def _is_date_line(text: str) -> bool:
    if len(text) > 80:
        return False
    if LABELLED.fullmatch(text):
        return True
    return any((hit := pattern.search(text)) and len(text) - len(hit.group()) <= 25 for pattern in DATES)


def _date_in(text: str) -> date | None:
    for pattern in DATES:
        if hit := pattern.search(text):
            month = hit["m"].lower()
            number = int(month) if month.isdigit() else next(
                i for i, name in enumerate(MONTHS, 1) if name.startswith(month[:3])
            )  # fmt: skip
            try:
                return date(int(hit["y"]), number, int(hit["d"]))
            except ValueError:
                continue
    return None
