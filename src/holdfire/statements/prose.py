"""Prose: from a document's stored text to clean paragraphs, with the way back to every stored character.

Rule: nothing is lost on the way - each character of a paragraph knows from where to where it stands in the stored text,
so that a span found in clean prose is cut exactly out of the document. White space is folded, invisible and
direction marks are left out, combining marks are composed (NFC), typists' quotation marks (`` and '') become “ and ”.
Leaves markup to ``markup`` and the parts of an article to ``document``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Paragraph", "Piece", "fold", "plain_blocks"]

# One piece of text: what it reads as, and where it stands in the stored text.
Piece = tuple[str, int, int]

INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff" + "".join(
    chr(code) for code in range(0x202A, 0x202F)
))  # fmt: skip
LINE_END = r"(?:\r\n|\r(?!\n)|(?<!\r)\n)"
BLANK_LINE = re.compile(LINE_END + r"[^\S\r\n]*" + LINE_END + r"\s*")
LINE = re.compile(r"[^\r\n]+")
ENDS_A_SENTENCE = re.compile(r"[.!?:;\"”’»)…]\s*$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Hold clean prose with its place in the stored text.

    Attributes
    ----------
    text : str
        NFC, single spaces, no line ends.
    starts, ends : tuple of int
        For each character of ``text``, where it starts and ends in the stored text; never falling.
    role : {'body', 'headline', 'aside'}
        Asides (bylines, dates, captions) are not read for statements.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    role: str = "body"

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """Return the stored span of ``text[start:end]``; start < end."""
        return self.starts[start], self.ends[end - 1]

    def cut(self, start: int, role: str) -> Paragraph:
        """Return what stands from ``start`` on."""
        return Paragraph(self.text[start:], self.starts[start:], self.ends[start:], role)


def fold(pieces: Iterable[Piece], role: str = "body") -> Paragraph:
    r"""Return pieces of text as one paragraph.

    Parameters
    ----------
    pieces : iterable of (str, int, int)
        What each piece reads as, and its start and end in the stored text, in order.

    Examples
    --------
    >>> p = fold([("a", 0, 1), (" ", 1, 2), ("\n", 2, 3), ("b", 3, 4)])
    >>> p.text, p.stored(0, 3)
    ('a b', (0, 4))
    >>> fold([]).text
    ''
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for reads, start, end in pieces:
        for letter in reads:
            if letter in INVISIBLE:
                continue
            if letter.isspace():
                letter = " "
                if not letters or letters[-1] == " ":
                    continue
            elif unicodedata.combining(letter) and letters:
                whole = unicodedata.normalize("NFC", letters[-1] + letter)
                letters[-1], ends[-1] = (whole, end) if len(whole) == 1 else (letters[-1], end)
                continue
            elif letter in "`'" and letters and letters[-1] == letter and ends[-1] == start:
                letters[-1], ends[-1] = ("“" if letter == "`" else "”"), end
                continue
            letters.append(letter)
            starts.append(start)
            ends.append(end)
    if letters and letters[-1] == " ":
        del letters[-1], starts[-1], ends[-1]
    return Paragraph("".join(letters), tuple(starts), tuple(ends), role)


def plain_blocks(text: str, start: int = 0) -> list[list[Piece]]:
    """Return the paragraphs of plain text: blocks between blank lines, or lines where each is a paragraph.

    A block is taken as wrapped by hand, and its lines as one paragraph, where no line is longer than 120 characters and
    either a line goes on in lower case, or half or more of its lines but the last end without a mark that ends a
    sentence.
    """
    blocks = []
    place = 0
    for gap in [*BLANK_LINE.finditer(text), None]:
        stop = gap.start() if gap else len(text)
        lines = [(m.group(), m.start()) for m in LINE.finditer(text, place, stop) if m.group().strip()]
        if _is_wrapped([line for line, _ in lines]):
            blocks.append([(letter, start + i, start + i + 1) for i, letter in enumerate(text[place:stop], place)])
        else:
            for line, at in lines:
                blocks.append([(letter, start + i, start + i + 1) for i, letter in enumerate(line, at)])
        place = gap.end() if gap else stop
    return blocks


def _is_wrapped(lines: Sequence[str]) -> bool:
    inner = lines[:-1]
    if not inner or max(map(len, lines)) > 120:
        return False
    if any(b.lstrip()[0].islower() and not ENDS_A_SENTENCE.search(a) for a, b in pairwise(lines)):
        return True
    return 2 * sum(1 for line in inner if not ENDS_A_SENTENCE.search(line) and len(line) >= 40) >= len(inner)
