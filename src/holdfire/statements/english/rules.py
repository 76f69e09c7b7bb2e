"""English rules: from a document to its statements and commitments, with chances.

Turns a ``Document`` into a ``ReadDocument``. Rule: statements stand in the order of the document and are numbered by
it; a
commitment's chance is its statement's, times the share of acts of its kind that were right in our own annotated text.
"""

from __future__ import annotations

from holdfire.records.statement import ProposedCommitment, ReadDocument, Span, Statement, StatementContext
from holdfire.statements.confidence import Confidence, shipped
from holdfire.statements.document import Document
from holdfire.statements.english.features import features_of
from holdfire.statements.english.promises import Promise, promises_of
from holdfire.statements.english.reader import Draft, Reading, read
from holdfire.statements.english.spacy_parser import SpacyParser
from holdfire.statements.parse import Parser

__all__ = ["EnglishRules"]

# Share of acts that were right, where their statement was (docs/explanation/statements.md): with a capability named,
# and without.
ACT_RIGHT = 0.9
BARE_ACT_RIGHT = 0.75


class EnglishRules:
    """Read English documents.

    Parameters
    ----------
    parser : Parser, optional
        Default: spaCy's small model.
    confidence : Confidence, optional
        Default: the coefficients that come with the package.
    """

    language = "en"
    script = "LATIN"

    def __init__(self, parser: Parser | None = None, confidence: Confidence | None = None) -> None:
        self.parser: Parser = SpacyParser() if parser is None else parser
        self.confidence = shipped("english") if confidence is None else confidence

    def read(self, document: Document) -> ReadDocument:
        """Return the statements and commitments of a document."""
        return self.read_with_features(document)[0]

    def read_with_features(self, document: Document) -> tuple[ReadDocument, dict[str, dict[str, float]]]:
        """Return the same, and the features of each statement by its id."""
        reading = read(document, self.parser)
        order = sorted(range(len(reading.drafts)), key=lambda n: _place(reading.drafts[n]))
        names = {n: f"s{k}" for k, n in enumerate(order, 1)}
        features = {n: features_of(reading.drafts[n]) for n in order}
        probs = {n: round(self.confidence.prob(features[n]), 4) for n in order}
        read_document = ReadDocument(
            name=document.name,
            language=self.language,
            headline=_headline(reading),
            published_on=document.published_on,
            venue=document.venue,
            statements=tuple(_statement(reading.drafts[n], names[n], probs[n]) for n in order),
            contexts=tuple(_context(document, reading.drafts[n], names[n]) for n in order),
            commitments=tuple(
                _commitment(p, names[p.draft], probs[p.draft]) for p in promises_of(reading, self.parser)
            ),
        )
        return read_document, {names[n]: features[n] for n in order}


def _place(draft: Draft) -> int:
    return min(span.start for span in (draft.source, draft.cue, *draft.contents) if span is not None)


def _headline(reading: Reading) -> Span | None:
    for number, paragraph in enumerate(reading.paragraphs):
        if paragraph.role == "headline":
            return reading.span(number, 0, len(paragraph.text))
    return None


def _statement(draft: Draft, name: str, prob: float) -> Statement:
    return Statement(
        id=name, speaker=draft.speaker, source_span=draft.source, cue_span=draft.cue, content_spans=draft.contents,
        form=draft.form, hearsay_level=draft.hearsay_level, polarity=draft.polarity, prob=prob,
    )  # fmt: skip


def _context(document: Document, draft: Draft, name: str) -> StatementContext:
    return StatementContext(
        statement=name, relayed_by=draft.relayed_by, venue=document.venue, addressee=draft.addressee,
        said_on=document.published_on,
    )  # fmt: skip


def _commitment(promise: Promise, name: str, prob: float) -> ProposedCommitment:
    right = BARE_ACT_RIGHT if promise.capability == "other" else ACT_RIGHT
    return ProposedCommitment(
        statement=name, actors=promise.actors, capability=promise.capability, modality=promise.modality,
        span=promise.span, conditions=promise.conditions, own=promise.own, polarity=promise.polarity,
        prob=round(prob * right, 4), quantity=promise.quantity, unit=promise.unit, place=promise.place,
    )  # fmt: skip
