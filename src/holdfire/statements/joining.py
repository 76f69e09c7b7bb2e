"""Joining: from the statements of several documents to each statement once.

Turns read documents into joined statements. Rules:

1. Two tellings are one statement where speaker, polarity and hearsay level are the same, the contents repeat one
   another, what they bind whom to does not differ, and their days are ``DAYS`` apart at most.
2. Each telling is held against the earliest one of a statement alone, so that no chain of small differences joins
   what differs much. Undated tellings come last and join whom they repeat.
3. Documents that copy one another count once (``COPY``), and so do several tellings in one document.
4. Whoever is left unnamed is nobody's repeat, but where the documents copy one another.

Leaves how alike two texts are to ``likeness``, and what follows over time to ``timeline``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from holdfire.records.statement import ProposedCommitment, Speaker, Statement
from holdfire.records.statement_corpus import CorpusDocument, JoinedStatement, Telling
from holdfire.statements.likeness import SENTENCE_RUN, is_repeat, resemblance, shingles, words_of

__all__ = ["Joined", "copies_of", "joined_statements", "speaker_key"]

DAYS = 7
# Two documents are copies where so many of their runs of five words are common; see docs/explanation/statements.md.
COPY = 0.4
TITLES = frozenset(["mr", "mrs", "ms", "dr", "sir", "lord", "lady", "gen", "general"])


@dataclass(slots=True)
class Joined:
    """Hold a joined statement while it grows: the earliest telling, what it promises, and the others."""

    number: int
    source: CorpusDocument
    statement: Statement
    commitments: tuple[ProposedCommitment, ...]
    words: tuple[str, ...]
    others: list[tuple[int, CorpusDocument, Statement]] = field(default_factory=list)

    @property
    def on(self) -> date | None:
        """The day of the earliest telling."""
        return self.source.document.published_on


def speaker_key(speaker: Speaker) -> str | None:
    """Return whom a speaker is compared by: the last name, or office and country; None = unnamed.

    Examples
    --------
    >>> speaker_key(Speaker(name="Ann Holm", office=None, country=None))
    'holm'
    >>> speaker_key(Speaker(name=None, office="Foreign Minister", country="Norway"))
    'foreign minister of norway'
    >>> speaker_key(Speaker(name=None, office=None, country=None)) is None
    True
    """
    if speaker.name is not None:
        words = [word for word in words_of(speaker.name) if word not in TITLES]
        return words[-1] if words else None
    if speaker.country is None:
        return None
    return f"{speaker.office or 'voice'} of {speaker.country}".lower()


def _may_be_one(a: Speaker, b: Speaker) -> bool:
    """Whether two speakers of one key may be one: full names and countries do not speak against it."""
    if a.country is not None and b.country is not None and a.country != b.country:
        return False
    first, second = words_of(a.name or ""), words_of(b.name or "")
    return len(first) < 2 or len(second) < 2 or first[0][0] == second[0][0]


def copies_of(sketches: Sequence[Sequence[int]]) -> list[int]:
    """Return for each document the first one that it copies, or is copied by; its own number where there is none.

    Parameters
    ----------
    sketches : sequence of sketches
        In the order of days.

    Examples
    --------
    >>> copies_of([(1, 2, 3), (7, 8), (1, 2, 3)]), copies_of([])
    ([0, 1, 0], [])
    """
    firsts: list[int] = []
    holders: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(sketches):
        shared: dict[int, int] = defaultdict(int)
        for mark in one:
            for other in holders[mark]:
                shared[other] += 1
        likely = sorted(other for other, n in shared.items() if n >= COPY * min(len(one), len(sketches[other])) / 2)
        first = next((other for other in likely if resemblance(one, sketches[other]) >= COPY), None)
        firsts.append(number if first is None else first)
        if first is None:
            for mark in one:
                holders[mark].append(number)
    return firsts


def _order(one: CorpusDocument) -> tuple[bool, date, str]:
    on = one.document.published_on
    return on is None, on or date.min, one.document.name


def _differ(a: Sequence[ProposedCommitment], b: Sequence[ProposedCommitment]) -> bool:
    """Whether two tellings bind somebody to one thing in two ways."""
    said = {(c.actors, c.capability): (c.modality, c.polarity) for c in a}
    return any(said.get((c.actors, c.capability), (c.modality, c.polarity)) != (c.modality, c.polarity) for c in b)


def _are_near(a: date | None, b: date | None) -> bool:
    return a is None or b is None or abs((a - b).days) <= DAYS


def joined_statements(documents: Sequence[CorpusDocument]) -> tuple[list[Joined], list[JoinedStatement], int]:
    """Return each statement of some documents once, as drafts and as records, and how many documents are copies."""
    ordered = sorted(documents, key=_order)
    firsts = copies_of([one.sketch for one in ordered])
    found: list[Joined] = []
    index: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for number, source in enumerate(ordered):
        promises: dict[str, list[ProposedCommitment]] = defaultdict(list)
        for commitment in source.document.commitments:
            promises[commitment.statement].append(commitment)
        for statement in source.document.statements:
            words = words_of(" ".join(span.text for span in statement.content_spans))
            draft = Joined(number, source, statement, tuple(promises[statement.id]), words)
            key = speaker_key(statement.speaker) or f"unnamed in copies of {firsts[number]}"
            runs = shingles(words, SENTENCE_RUN)
            near = sorted({k for run in runs for k in index[key, run]})
            same = next((found[k] for k in near if _is_same(found[k], draft)), None)
            if same is not None:
                same.others.append((number, source, statement))
                continue
            for run in runs:
                index[key, run].append(len(found))
            found.append(draft)
    return found, [_record(k, one, firsts) for k, one in enumerate(found, 1)], _n_copies(firsts)


def _n_copies(firsts: Sequence[int]) -> int:
    return sum(1 for number, first in enumerate(firsts) if first != number)


def _is_same(held: Joined, new: Joined) -> bool:
    a, b = held.statement, new.statement
    return (
        (a.polarity, a.hearsay_level) == (b.polarity, b.hearsay_level)
        and _may_be_one(a.speaker, b.speaker)
        and _are_near(held.on, new.on)
        and is_repeat(held.words, new.words)
        and not _differ(held.commitments, new.commitments)
    )


def _telling(source: CorpusDocument, statement: Statement) -> Telling:
    document = source.document
    return Telling(
        document=document.name, statement=statement.id, on=document.published_on, content_spans=statement.content_spans
    )  # fmt: skip


def _record(number: int, one: Joined, firsts: Sequence[int]) -> JoinedStatement:
    told_in = {firsts[one.number], *(firsts[k] for k, _, _ in one.others)}
    return JoinedStatement(
        id=f"j{number}",
        speaker=one.statement.speaker,
        on=one.on,
        first=_telling(one.source, one.statement),
        repeated_by=tuple(_telling(source, statement) for _, source, statement in one.others),
        n_independent=len(told_in),
        hearsay_level=one.statement.hearsay_level,
        polarity=one.statement.polarity,
        prob=max(one.statement.prob, *(statement.prob for _, _, statement in one.others), 0.0),
    )
