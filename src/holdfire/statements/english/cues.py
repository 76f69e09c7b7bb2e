"""Cues: from an article's paragraphs to its attributions, in tokens, passage by passage.

Turns paragraphs into arranged attributions by parsing each skeleton once. Rule: quotations bind first, then clauses,
then
phrases; a quotation that runs through several paragraphs is one. Leaves speakers to ``speakers`` and offsets to
``reader``.
"""

from __future__ import annotations

from collections.abc import Sequence

from holdfire.statements.english.arrange import Arranged, arrange
from holdfire.statements.english.clauses import clauses
from holdfire.statements.english.found import Passage
from holdfire.statements.english.phrases import adjectives, by_phrase, headline, nouns
from holdfire.statements.english.quotes import quotes_in
from holdfire.statements.english.quoting import quoted
from holdfire.statements.english.skeleton import skeleton_of
from holdfire.statements.parse import Parser

__all__ = ["attributions", "passages"]


def passages(texts: Sequence[str], roles: Sequence[str], parser: Parser) -> list[Passage]:
    """Return each paragraph with its skeleton parsed."""
    quotes = quotes_in(texts)
    skeletons = [skeleton_of(text, here) for text, here in zip(texts, quotes, strict=True)]
    parses = parser.parse([one.text for one in skeletons])
    return [
        Passage.of(n, text, skeleton, parse, role)
        for n, (text, skeleton, parse, role) in enumerate(zip(texts, skeletons, parses, roles, strict=True))
    ]


def attributions(read: Sequence[Passage]) -> list[list[Arranged]]:
    """Return the attributions of each passage; quotations that go on are joined to the paragraph where they began."""
    found = [_of_passage(passage) for passage in read]
    for n, passage in enumerate(read):
        goes_on = next((q for _, _, q in passage.skeleton.stand_ins if q.goes_on), None)
        if goes_on is None or n + 1 >= len(read):
            continue
        follower = next((q for _, _, q in read[n + 1].skeleton.stand_ins if q.continues), None)
        holder = _holder(found, n, goes_on.start)
        if follower is None or holder is None:
            continue
        at, k = holder
        one = found[at][k]
        found[at][k] = Arranged(one.found.changed(more=(*one.found.more, follower)), one.outer)
        found[n + 1] = [
            a for a in found[n + 1] if not (a.found.shape == "alone" and _is_of(read[n + 1], a, follower.start))
        ]
    return found


def _of_passage(passage: Passage) -> list[Arranged]:
    found = quoted(passage)
    taken = {one.verb for one in found if one.verb is not None}
    found += by_phrase(passage)
    found += clauses(passage, taken)
    found += adjectives(passage)
    found += nouns(passage)
    if passage.role == "headline":
        found += headline(passage)
    return arrange(passage, found)


def _holder(found: list[list[Arranged]], n: int, start: int) -> tuple[int, int] | None:
    """Return where the attribution stands whose content ends with the quotation that goes on."""
    for k in range(len(found[n]) - 1, -1, -1):
        one = found[n][k].found
        spans = [one.passage.chars(run) for run in one.contents]
        if any(a <= start < b for a, b in spans):
            return n, k
    for back in range(n - 1, -1, -1):
        for k, other in enumerate(found[back]):
            if any(q.paragraph == n and q.start == start for q in other.found.more):
                return back, k
    return None


def _is_of(passage: Passage, one: Arranged, start: int) -> bool:
    return any(passage.chars(run)[0] == start for run in one.found.contents)
