"""Arrange: from all that the rules found in a passage to attributions of which each word belongs to one only.

Rules: (1) of two with one cue, or with crossing cues, the stronger shape stays; (2) an attribution inside another's
content is nested: it stays where somebody else than the outer speaker says, promises, denies, asks or demands
something,
and falls where it is a thought, or the outer speaker's own word again ("he said he hoped"); (3) nested ones are
relayed.
Source: conventions.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfire.statements.english.found import Found, Passage
from holdfire.statements.english.sources import HUMAN

__all__ = ["Arranged", "arrange"]

STRENGTH = {
    "quote": 0, "according": 1, "clause": 2, "fronted": 3, "passive": 4, "infinitive": 5, "adjective": 6, "label": 7,
    "gerund": 8, "noun": 9, "phrase": 10, "object": 11, "open": 12, "colon": 13, "alone": 14,
}  # fmt: skip
# Whose nested words are worth keeping: these say something to others; thoughts inside a speech are the speech.
SPEAKING = frozenset(("say", "affirm", "promise", "deny", "refuse", "ask", "demand"))


@dataclass(frozen=True)
class Arranged:
    """Hold an attribution and the one that relays it."""

    found: Found
    outer: int | None = None


def arrange(passage: Passage, found: list[Found]) -> list[Arranged]:
    """Return the attributions of one passage in order of their cues, nested ones after what relays them."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (STRENGTH[f.shape], _first(f))):
        rivals = [other for other in kept if _clash(one, other)]
        if not rivals:
            kept.append(one)
    kept = [one for one in kept if not (one.kind in ("ask", "demand", "think", "want") and _in_a_source(one, kept))]
    placed: list[tuple[Found, Found | None]] = []
    for one in sorted(kept, key=lambda f: (-_size(f), _first(f))):
        outer = [other for other, _ in placed if _holds(other, one)]
        if not outer:
            placed.append((one, None))
            continue
        nearest = min(outer, key=_size)
        if _is_worth(one) and not _same_speaker(passage, nearest, one):
            placed.append((one, nearest))
    placed.sort(key=lambda pair: (pair[1] is not None, _first(pair[0]) if pair[1] is None else -_size(pair[0])))
    order = [one for one, _ in placed]
    return [Arranged(one, None if outer is None else order.index(outer)) for one, outer in placed]


def _first(found: Found) -> int:
    return found.cue[0] if found.cue else found.contents[0][0]


def _size(found: Found) -> int:
    return sum(last - first for first, last in found.contents)


def _inside(i: int, found: Found) -> bool:
    return any(first <= i < last for first, last in found.contents)


def _holds(outer: Found, inner: Found) -> bool:
    """Whether an attribution stands in another's content."""
    cue = inner.cue or (inner.contents[0][0],)
    return all(_inside(i, outer) for i in cue) and not (
        inner.cue and all(_inside(i, inner) for i in outer.cue or (-1,))
    )


def _is_worth(inner: Found) -> bool:
    """Whether a nested attribution is somebody's word: a clause or a promise of a person, body or state."""
    if inner.kind not in SPEAKING or not inner.source or inner.subject is None:
        return False
    if inner.shape in ("phrase", "noun", "label") or (inner.shape == "object" and inner.kind != "promise"):
        return False
    token = inner.passage.token(inner.subject)
    return token.pos in ("PROPN", "PRON") or token.lemma in HUMAN or token.entity in ("ORG", "GPE", "PERSON", "NORP")


def _in_a_source(one: Found, kept: list[Found]) -> bool:
    """Whether a cue only describes another's source: "officials who asked not to be named"."""
    return any(other is not one and set(one.cue) <= set(other.source) for other in kept)


def _clash(one: Found, other: Found) -> bool:
    """Whether two attributions claim the same words for parts that exclude each other."""
    if set(one.cue) & set(other.cue):
        return True
    return bool(set(one.cue) & set(other.source)) and not set(one.source) & set(other.source)


def _same_speaker(passage: Passage, outer: Found, inner: Found) -> bool:
    """Whether, by the grammar of the sentence alone, the inner speaker is the outer one again."""
    if inner.subject is None or outer.subject is None:
        return inner.subject is None or passage.token(inner.subject).pos == "PRON"
    if inner.subject == outer.subject:
        return True
    word = passage.token(inner.subject)
    speaker = passage.token(outer.subject)
    if word.low == speaker.low:
        return True
    return word.low in ("he", "she", "they", "it", "i", "we", "his", "her", "their", "its") and (
        speaker.entity in ("PERSON", "ORG", "GPE", "NORP") or speaker.pos in ("NOUN", "PROPN", "PRON")
    )
