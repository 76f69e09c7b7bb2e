"""Reader: from a document to its attributed statements, with exact offsets.

Turns a ``Document`` into drafts of statements in the order of their cues. Rules: offsets are of the stored text; a
statement's form is *direct* where all its content stands in quotation marks, *mixed* where some does; the hearsay level
counts those who pass a word on. Leaves chances to ``confidence`` and promises to ``promises``.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfire.records.statement import Span, Speaker
from holdfire.statements.document import Document
from holdfire.statements.english.cues import attributions, passages
from holdfire.statements.english.found import Found, Passage
from holdfire.statements.english.quotes import Quote
from holdfire.statements.english.speakers import People, Person
from holdfire.statements.parse import Parser
from holdfire.statements.prose import Paragraph
from holdfire.statements.words import word_set

__all__ = ["Draft", "Reading", "read"]

NOBODY = Speaker(name=None, office=None, country=None)
GROUPS_UNNAMED = word_set("source sources official officials report reports people person")


@dataclass(frozen=True)
class Draft:
    """Hold a statement before its chance is known, with what the rules saw."""

    found: Found
    person: Person | None
    speaker: Speaker
    source: Span | None
    cue: Span | None
    contents: tuple[Span, ...]
    form: str
    hearsay_level: int
    polarity: str
    outer: int | None
    relayed_by: str | None
    addressee: str | None


@dataclass(frozen=True)
class Reading:
    """Hold all drafts of a document with the passages and people that they come from."""

    document: Document
    passages: tuple[Passage, ...]
    paragraphs: tuple[Paragraph, ...]
    people: People
    drafts: tuple[Draft, ...]

    def span(self, number: int, start: int, end: int) -> Span:
        """Return characters of a paragraph as a span of the stored text."""
        return _span(self.document, self.paragraphs[number], start, end)


def read(document: Document, parser: Parser) -> Reading:
    """Return the drafts of a document's statements."""
    paragraphs = [p for p in document.paragraphs if p.role != "aside"]
    seen = passages([p.text for p in paragraphs], [p.role for p in paragraphs], parser)
    people = People(seen)
    drafts: list[Draft] = []
    for arranged in attributions(seen):
        places: dict[int, int] = {}
        for n, one in enumerate(arranged):
            if one.outer is not None and one.outer not in places:
                continue
            outer = None if one.outer is None else places[one.outer]
            draft = _draft(document, paragraphs, one.found, outer, people, drafts)
            if outer is not None and _speaks_for_itself(drafts[outer], draft):
                continue
            places[n] = len(drafts)
            drafts.append(draft)
    drafts = _told_by_content(drafts)
    return Reading(document, tuple(seen), tuple(paragraphs), people, tuple(drafts))


def _speaks_for_itself(outer: Draft, inner: Draft) -> bool:
    """Whether the inner speaker is the outer one, or the state or body that the outer one speaks for."""
    if inner.person is None or outer.person is None:
        return False
    if inner.person is outer.person:
        return True
    return not inner.person.is_person and inner.person.country is not None and (
        inner.person.country == outer.person.country
    )  # fmt: skip


def _draft(
    document: Document,
    paragraphs: list[Paragraph],
    found: Found,
    outer: int | None,
    people: People,
    drafts: list[Draft],
) -> Draft:
    paragraph = paragraphs[found.passage.number]
    relayer = drafts[outer] if outer is not None else None
    person = people.of(found, None if relayer is None else relayer.person)
    if found.shape == "alone":
        person = people.last(found.passage.number)
    pieces = [_whole_fragments(found, *found.passage.chars(run)) for run in found.contents]
    contents = [_span(document, paragraph, a, b) for a, b in pieces]
    for quote in found.more:
        contents.append(_span(document, paragraphs[quote.paragraph], quote.start, quote.end))
    level = 0 if relayer is None else relayer.hearsay_level + 1
    if found.relayed and found.kind in ("say", "think", "expect", "learn", "affirm", "show"):
        level = max(level, 1)
    return Draft(
        found=found,
        person=person,
        speaker=NOBODY if person is None else person.speaker(),
        source=_tokens_span(document, paragraph, found, found.source),
        cue=_tokens_span(document, paragraph, found, found.cue),
        contents=tuple(contents),
        form=_form(found, pieces),
        hearsay_level=level,
        polarity=_polarity(found),
        outer=outer,
        relayed_by=None if relayer is None else relayer.speaker.name or relayer.speaker.office,
        addressee=_words(found, found.addressee),
    )


def _whole_fragments(found: Found, start: int, end: int) -> tuple[int, int]:
    """Stretch a piece of content over a quoted fragment that it cuts, unless cue or source stand in the fragment."""
    named = [found.passage.chars((i, i + 1)) for i in (*found.cue, *found.source)]
    for quote in found.passage.skeleton.fragments:
        if any(a < quote.end and b > quote.start for a, b in named):
            continue
        if start <= quote.start < end < quote.end:
            end = quote.end
        if quote.start < start < quote.end <= end:
            start = quote.start
    return start, end


def _words(found: Found, tokens: tuple[int, ...]) -> str | None:
    return found.passage.parse.words(tokens) if tokens else None


def _span(document: Document, paragraph: Paragraph, start: int, end: int) -> Span:
    a, b = paragraph.stored(start, end)
    return Span(start=a, end=b, text=document.text[a:b])


def _tokens_span(document: Document, paragraph: Paragraph, found: Found, tokens: tuple[int, ...]) -> Span | None:
    if not tokens:
        return None
    first, last = found.passage.chars((tokens[0], tokens[-1] + 1))
    return _span(document, paragraph, first, last)


def _form(found: Found, pieces: list[tuple[int, int]]) -> str:
    """Return *direct* where nothing but marks stands outside quotations, *mixed* where something does."""
    quotes: list[Quote] = [*found.passage.skeleton.fragments, *(q for _, _, q in found.passage.skeleton.stand_ins)]
    inside = outside = 0
    text = found.passage.text
    for start, end in pieces:
        for i in range(start, end):
            if not text[i].isalnum():
                continue
            if any(q.start <= i < q.end for q in quotes):
                inside += 1
            else:
                outside += 1
    if not inside:
        return "indirect"
    return "mixed" if outside > 2 else "direct"


def _polarity(found: Found) -> str:
    if found.questioned or (found.kind == "ask" and found.shape == "clause"):
        return "questioned"
    if found.kind in ("deny", "refuse"):
        return "positive" if found.negated and not found.carried_refusal else "negative"
    return "negative" if found.negated else "positive"


def _told_by_content(drafts: list[Draft]) -> list[Draft]:
    """Raise the level of those whose content is nothing but another's word: they relay it."""
    changed = list(drafts)
    for draft in drafts:
        if draft.outer is None:
            continue
        outer = changed[draft.outer]
        if outer.hearsay_level == 0 and _is_core(outer.found, draft.found):
            fields = {**outer.__dict__, "hearsay_level": 1}
            changed[draft.outer] = Draft(**fields)
    return changed


def _is_core(outer: Found, inner: Found) -> bool:
    """Whether the inner cue heads the outer content."""
    if inner.verb is None or not outer.contents:
        return False
    token = outer.passage.token(inner.verb)
    return token.dep in ("ccomp", "ROOT", "parataxis") and token.head == outer.verb
