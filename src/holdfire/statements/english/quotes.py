"""Quotes: where quotations begin and end in English prose, also across paragraphs.

Rule: a quotation that is opened and never closed is none - unless the next paragraph opens again, as the custom is for
one that goes on. Nested quotations belong to the outer one. Single marks count as quotations only in a text that uses
no
double ones. Leaves who speaks to ``cues``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Quote", "quotes_in"]

DOUBLE_OPEN, DOUBLE_CLOSE = "“«„", "”»"
SINGLE_OPEN = re.compile(r"(?<![\w’'])['‘](?=\w)")
SINGLE_CLOSE = re.compile(r"(?<=[.,!?;…])['’](?!\w)|(?<=\w)['’](?=[\s.,;:!?)—–-]|$)")
# 's and s' close no quotation of so few letters.
POSSESSIVE = re.compile(r"s['’]$")


@dataclass(frozen=True, slots=True)
class Quote:
    """Hold a quotation with its marks: ``start`` to ``end`` of a paragraph; ``goes_on`` into the next paragraph."""

    paragraph: int
    start: int
    end: int
    goes_on: bool = False
    continues: bool = False


def quotes_in(texts: Sequence[str]) -> list[list[Quote]]:
    """Return the quotations of each paragraph, outermost only, in order.

    Examples
    --------
    >>> [[(q.start, q.end) for q in one] for one in quotes_in(['He said "no" and "yes".', 'A "stray mark'])]
    [[(8, 12), (17, 22)], []]
    """
    uses_double = any(mark in text for text in texts for mark in '"“«„')
    found: list[list[Quote]] = []
    pending = False
    for n, text in enumerate(texts):
        opens_again = n + 1 < len(texts) and texts[n + 1][:1] in tuple("\"“«„‘'") and texts[n + 1] != ""
        if uses_double and any(mark in text for mark in '"“«„”»'):
            spans, open_at = _double(text)
        else:
            spans, open_at = _single(text)
            if uses_double:
                spans, open_at = [(a, b) for a, b in spans if text[b - 2] in ",.!?"], None
        here = [Quote(n, start, end) for start, end in spans]
        if pending and here and here[0].start == 0:
            here[0] = Quote(n, 0, here[0].end, continues=True)
        if open_at is not None and opens_again and len(text) - open_at > 3:
            here.append(Quote(n, open_at, len(text), goes_on=True, continues=pending and open_at == 0))
        pending = bool(here) and here[-1].goes_on
        found.append(here)
    return found


def _double(text: str) -> tuple[list[tuple[int, int]], int | None]:
    """Return closed quotations, and where one stays open."""
    spans: list[tuple[int, int]] = []
    open_at: int | None = None
    depth = 0
    by_curly = False
    for i, letter in enumerate(text):
        if letter == '"' and not by_curly:
            if open_at is None:
                open_at = i
            elif not (text[i - 1 : i] == " " and text[i + 1 : i + 2].isalnum()) or _only_mark_left(text, i):
                spans.append((open_at, i + 1))
                open_at = None
            else:
                open_at = i
        elif letter in DOUBLE_OPEN:
            if open_at is None:
                open_at, by_curly, depth = i, True, 1
            elif by_curly:
                depth += 1
        elif letter in DOUBLE_CLOSE and by_curly and open_at is not None:
            # A second opening mark before any closing one was left open by the writer, not nested.
            spans.append((open_at, i + 1)) if depth == 1 or not _closes_later(text, i) else None
            if spans and spans[-1][1] == i + 1:
                open_at, by_curly, depth = None, False, 0
            else:
                depth -= 1
    return spans, open_at


def _closes_later(text: str, i: int) -> bool:
    later = [letter for letter in text[i + 1 :] if letter in DOUBLE_OPEN + DOUBLE_CLOSE]
    return bool(later) and later[0] in DOUBLE_CLOSE


def _only_mark_left(text: str, i: int) -> bool:
    return '"' not in text[i + 1 :]


def _single(text: str) -> tuple[list[tuple[int, int]], int | None]:
    spans: list[tuple[int, int]] = []
    place = 0
    while hit := SINGLE_OPEN.search(text, place):
        closing = None
        for close in SINGLE_CLOSE.finditer(text, hit.end()):
            if POSSESSIVE.search(text[: close.end()]) and SINGLE_CLOSE.search(text, close.end()):
                continue
            closing = close
            break
        if closing is None:
            return spans, hit.start()
        if closing.end() - hit.start() > 3:
            spans.append((hit.start(), closing.end()))
        place = closing.end()
    return spans, None
