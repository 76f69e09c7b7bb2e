"""Statement corpus: what several documents tell, joined where they tell one statement, in the order of days.

Turns nothing; holds the corpus view and its public JSON. Rules:

1. A statement that several documents tell is one; the earliest telling stands for it and the others are listed. Of
   documents that copy one another, one counts.
2. A change is between two days; what two documents of one day say differently has no order and is no change.
3. Nothing here is judged true: a contradiction names both sides.

Source: DESIGN, section 4 (Statement, Commitment).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from holdfire.records.plain import plain
from holdfire.records.statement import Condition, ReadDocument, Span, Speaker

__all__ = [
    "CONTRADICTION_KINDS", "DIRECTIONS", "Change", "Contradiction", "CorpusDocument", "CorpusView", "JoinedStatement",
    "Series", "Telling", "TimelineEntry", "corpus_json",
]  # fmt: skip

DIRECTIONS = ("stronger", "weaker", "taken back", "taken up again")
CONTRADICTION_KINDS = ("denied", "beyond own word", "disputed", "both ways")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusDocument:
    """Hold a read document with what tells copies apart, and what teaches.

    Attributes
    ----------
    sketch : tuple of int
        The least hashes of its runs of words, ascending; see ``statements.likeness``.
    sha256 : str
        Of its bytes, in hexadecimal.
    features : dict of str to dict of str to float
        By id of a statement: what the rules saw of it; empty where nobody asked.
    """

    document: ReadDocument
    sketch: tuple[int, ...]
    sha256: str
    features: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Name where a statement is told: document, the statement's id in it, day, and the words."""

    document: str
    statement: str
    on: date | None
    content_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedStatement:
    """Hold one statement with all its tellings.

    Attributes
    ----------
    id : str
        ``j1``, ``j2``, ... in the order of days; undated ones last.
    on : date or None
        Day of the earliest telling.
    first : Telling
    repeated_by : tuple of Telling
    n_independent : int
        Documents that tell it, of those that copy one another one.
    prob : float
        0..1; the highest of its tellings.
    """

    id: str
    speaker: Speaker
    on: date | None
    first: Telling
    repeated_by: tuple[Telling, ...]
    n_independent: int
    hearsay_level: int
    polarity: str
    prob: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """Hold what one joined statement says of one actor and capability; fields as in ``ProposedCommitment``.

    Attributes
    ----------
    statement : str
        Id of the joined statement.
    said_by : str or None
        Whose word it is: the speaker, or who relays it.
    span : Span
        In the document of the first telling.
    """

    statement: str
    on: date | None
    said_by: str | None
    document: str
    modality: str
    own: bool
    polarity: str
    span: Span
    conditions: tuple[Condition, ...]
    quantity: float | None
    unit: str | None
    place: str | None
    prob: float
    n_independent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Mark that an actor's own word changed from one day to a later one; modalities from the strongest."""

    before_on: date
    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    direction: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Mark two statements that do not go together.

    Attributes
    ----------
    kind : {'denied', 'beyond own word', 'disputed', 'both ways'}
        Others say that the actor promised, and the actor refuses or denies; others say more than the actor's own word
        does; others say both; the actor's own word of one day says both.
    statements : (str, str)
        Ids of the joined statements: the one that claims, and the one that speaks against it.
    text : str
        One sentence.
    """

    kind: str
    statements: tuple[str, str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Hold all that was said of one actor and one capability."""

    actor: str
    capability: str
    entries: tuple[TimelineEntry, ...]
    changes: tuple[Change, ...]
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusView:
    """Hold the corpus view.

    Attributes
    ----------
    n_documents, n_undated, n_copies : int
        Documents read; those that state no day; those that copy another one.
    statements : tuple of JoinedStatement
    timeline : tuple of Series
        By actor and capability.
    """

    n_documents: int
    n_undated: int
    n_copies: int
    statements: tuple[JoinedStatement, ...]
    timeline: tuple[Series, ...]


def corpus_json(view: CorpusView) -> dict[str, Any]:
    """Return the public JSON of a corpus view; its field names are stable."""
    shape: dict[str, Any] = plain(view)
    return {"holdfire": "statement-timeline/1", **shape}
