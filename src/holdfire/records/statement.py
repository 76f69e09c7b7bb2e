"""Statement: who said what, in which words of which document, and what that may bind whom to.

Turns nothing; holds what reading a document found, and its public JSON. Rules:

1. Every span is counted in Unicode code points of the document as it is stored (byte order mark, carriage returns and
   combining marks included), the end excluded, and ``document[start:end] == text``.
2. What is said of somebody else, denied, expected or demanded is never ``own``.
3. A commitment is a proposal: nothing enters a register before a named person has confirmed it.

Source: DESIGN, section 4 (Statement, Commitment).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from holdfire.records.plain import plain

__all__ = [
    "BINDING", "CONDITION_TYPES", "FORMS", "MODALITIES", "POLARITIES", "Condition", "ProposedCommitment",
    "ReadDocument", "Span", "Speaker", "Statement", "StatementContext", "public_json",
]  # fmt: skip

FORMS = ("direct", "indirect", "mixed")
POLARITIES = ("positive", "negative", "questioned")
CONDITION_TYPES = ("temporal", "requirement", "legal", "expectation")
# From the strongest to the weakest; the last one takes back.
MODALITIES = (
    "will", "agreed", "pledged", "prepared", "would", "planned", "not_ruled_out", "exploring", "desired", "required",
    "expected", "refused",
)  # fmt: skip
# What may be proposed to a register as a promise.
BINDING = frozenset(MODALITIES[:6])


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hold a piece of a document: code points from ``start`` up to, not including, ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Name who speaks, as far as the document tells; None = it does not say.

    Attributes
    ----------
    name : str or None
        The fullest name that the document gives, or the name of the body that speaks.
    office : str or None
        In the document's words, without the country: ``finance minister``.
    country : str or None
        ISO 3166-1 alpha-2, ``EU``, ``UN`` or ``NATO``.
    """

    name: str | None
    office: str | None
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Hold one attributed statement.

    Attributes
    ----------
    id : str
        ``s1``, ``s2``, ... in the order of the document.
    source_span, cue_span : Span or None
        The words that name the speaker, and those that attribute; None = left unsaid.
    content_spans : tuple of Span
        What is attributed; several where the cue interrupts it.
    form : {'direct', 'indirect', 'mixed'}
    hearsay_level : int
        0 = the speaker's own word; 1 = another's word that the speaker relays, or passed on by persons unnamed;
        2 and more = relayed so many times.
    polarity : {'positive', 'negative', 'questioned'}
        Negative: the document says that it was not said, or that what was said is a denial.
    prob : float
        0..1; that source, cue and content are right, calibrated on annotated text.
    """

    id: str
    speaker: Speaker
    source_span: Span | None
    cue_span: Span | None
    content_spans: tuple[Span, ...]
    form: str
    hearsay_level: int
    polarity: str
    prob: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementContext:
    """Hold what surrounds a statement: who relays it, to whom, where and when it was said; None = not stated."""

    statement: str
    relayed_by: str | None
    venue: str | None
    addressee: str | None
    said_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Hold what a commitment waits for.

    Attributes
    ----------
    type : {'temporal', 'requirement', 'legal', 'expectation'}
        What must come first, what another must do, what law or mandate is needed, what is hoped of others.
    """

    type: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedCommitment:
    """Propose an entry for a register.

    Attributes
    ----------
    statement : str
        Id of the statement that it stands in.
    actors : tuple of str
        Whom it binds: country codes where known, else the document's words.
    capability : str
        One of the register's capabilities, or ``other``.
    modality : str
        One of ``MODALITIES``.
    span : Span
        The words that promise.
    own : bool
        The speaker binds the speaker's own side, by the speaker's own word.
    polarity : {'positive', 'negative', 'questioned'}
    prob : float
        0..1; that all of this is right.
    quantity, unit, place
        As stated; None = not stated.
    """

    statement: str
    actors: tuple[str, ...]
    capability: str
    modality: str
    span: Span
    conditions: tuple[Condition, ...]
    own: bool
    polarity: str
    prob: float
    quantity: float | None = None
    unit: str | None = None
    place: str | None = None

    @property
    def may_be_proposed(self) -> bool:
        """Whether a register may take it as a promise of the actors, once a named person confirms."""
        return self.own and self.polarity == "positive" and self.modality in BINDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """Hold all that was read from one document."""

    name: str
    language: str
    headline: Span | None
    published_on: date | None
    venue: str | None
    statements: tuple[Statement, ...]
    contexts: tuple[StatementContext, ...]
    commitments: tuple[ProposedCommitment, ...]


def public_json(document: ReadDocument) -> dict[str, Any]:
    """Return the public JSON of a document; its field names are stable."""
    shape: dict[str, Any] = plain(document)
    for commitment in shape["commitments"]:
        commitment["conditions"] = [{"type": c["type"], "span": c["span"]} for c in commitment["conditions"]]
    return {"document": shape.pop("name"), **shape}
