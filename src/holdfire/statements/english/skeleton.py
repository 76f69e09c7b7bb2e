"""Skeleton: English prose in which each whole quotation is replaced by a short clause that a parser cannot misread.

Turns a paragraph and its quotations into a text to parse, with the way back. Rules: (1) a quotation that is a sentence
of its own, or several, becomes "It works" with its marks, so that its words cannot lead the parser astray and its full
stops end no sentence of the frame; (2) a fragment ("a first step") keeps its words and loses its marks; (3) a semicolon
reads as a full stop, since what follows is a sentence of its own; (4) each character of the skeleton knows
its place in the paragraph, and each stand-in stands for its whole quotation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from holdfire.statements.english.quotes import Quote

__all__ = ["STAND_IN", "Skeleton", "skeleton_of"]

STAND_IN = "It works"
# After a question or an exclamation: a name and a verb of saying go on with the sentence.
NAME_SAID_AFTER = re.compile(
    r"\s*(?:[A-Z][\w.'’-]*\s+){1,4}(?:said|says|asked|told|added|wondered|wrote|replied|shouted|continued|exclaimed|cried|"
    r"tweeted|answered|declared|demanded|recalled)\b"
)
# What lets a quotation in lower case, after a comma, be speech rather than words borrowed into the sentence.
SAID_BEFORE = re.compile(
    r"(?i)(?:\b(?:said|says|say|add(?:s|ed|ing)?|asked|told|wrote|writes|tweeted|continued|replied|saying|telling|noting|"
    r"declared|read|reads|insisted|explained|answered|warned|shouted|yelled)\b[^“\"]{0,40},|[:—–…])$"
)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Hold the text to parse.

    Attributes
    ----------
    text : str
    starts, ends : tuple of int
        For each character, where it starts and ends in the paragraph.
    stand_ins : tuple of (int, int, Quote)
        Where a quotation was replaced, in the skeleton's own characters.
    fragments : tuple of Quote
        Quotations whose words were kept.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    stand_ins: tuple[tuple[int, int, Quote], ...]
    fragments: tuple[Quote, ...]


def skeleton_of(text: str, quotes: Sequence[Quote]) -> Skeleton:
    """Return the skeleton of a paragraph."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    stand_ins: list[tuple[int, int, Quote]] = []
    fragments: list[Quote] = []

    def copy(start: int, end: int) -> None:
        letters.append(text[start:end].replace(";", "."))
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    place = 0
    for quote in quotes:
        copy(place, quote.start)
        place = quote.end
        inner_end = quote.end if quote.goes_on else quote.end - 1
        inner = text[quote.start + 1 : inner_end]
        if not _is_whole(text, quote, inner):
            fragments.append(quote)
            copy(quote.start + 1, inner_end)
            continue
        clause = f'"{STAND_IN}{_mark(text, quote, inner)}"'
        at = len(starts)
        letters.append(clause)
        starts.extend([quote.start] * len(clause))
        ends.extend([quote.end] * len(clause))
        stand_ins.append((at, len(starts), quote))
    copy(place, len(text))
    return Skeleton("".join(letters), tuple(starts), tuple(ends), tuple(stand_ins), tuple(fragments))


def _is_whole(text: str, quote: Quote, inner: str) -> bool:
    """Whether a quotation is speech of its own rather than words borrowed into the writer's sentence."""
    if quote.goes_on or quote.continues:
        return True
    before, after = text[: quote.start].rstrip(), text[quote.end :].lstrip()
    words = inner.split()
    if not words:
        return False
    stripped = inner.lstrip("‘'“… [(")
    begins_high = stripped[:1].isupper() or stripped.startswith(("i ", "i’", "i'"))
    if _is_title(words):
        return False
    at_start = not before or before[-1] in '.!?”"’'
    introduced = before.endswith((",", ":", "—", "–", "…"))
    ends_clause = inner.rstrip()[-1] in ",.!?…—–;"
    if len(re.findall(r"[.!?](?:\s|$)", inner)) > 1:
        return True
    if at_start:
        return ends_clause or (not after) or after.startswith((",", "—", "–")) or len(words) > 7
    if introduced:
        return begins_high or (bool(SAID_BEFORE.search(before)) and (ends_clause or len(words) > 4))
    return begins_high and ends_clause and len(words) > 2


def _is_title(words: list[str]) -> bool:
    """Whether a few words are written as a title is: "The Morning Brief"."""
    long = [word.strip(".,!?") for word in words if len(word.strip(".,!?")) > 3]
    return 1 < len(words) <= 7 and len(long) > 1 and all(word[:1].isupper() for word in long)


def _mark(text: str, quote: Quote, inner: str) -> str:
    """Return the mark that ends the stand-in: a comma where the frame goes on, else a full stop."""
    after = text[quote.end :]
    last = inner.rstrip()[-1:]
    if not after.strip():
        return "."
    if last == ",":
        return ","
    if last in ".!?…" and last:
        goes_on = after.lstrip()[:1].islower() or bool(NAME_SAID_AFTER.match(after))
        return "," if goes_on else "."
    return "" if after.lstrip()[:1] in ",.;:!?" else ("," if last in "—–;" else "")
