"""Timeline: from the statements of several documents to what each actor promised over time.

Turns read documents into a ``CorpusView``. Rules:

1. A series holds what was said of one actor and one capability, in the order of days, undated last.
2. A change is between the actor's own words of two days; others' words change nothing. What is questioned does not
   count, nor does what names no capability: acts under ``other`` may be different acts.
3. Contradictions: others claim a promise and the actor's own word refuses or denies it (*denied*), or says less
   (*beyond own word*), others say both (*disputed*), or the actor's own word of one day does (*both ways*). A claim is
   held against words ``DAYS`` days before to ``DAYS`` after it.

Leaves joining to ``joining``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from holdfire.records.statement import BINDING, MODALITIES, ProposedCommitment
from holdfire.records.statement_corpus import (
    Change,
    Contradiction,
    CorpusDocument,
    CorpusView,
    JoinedStatement,
    Series,
    TimelineEntry,
)
from holdfire.statements.joining import Joined, joined_statements

__all__ = ["changes_of", "contradictions_of", "corpus_view"]

DAYS = 60
OTHER = "other"
REFUSED = MODALITIES.index("refused")


def corpus_view(documents: Sequence[CorpusDocument]) -> CorpusView:
    """Return the view of some documents; their order is immaterial."""
    drafts, statements, n_copies = joined_statements(documents)
    series: dict[tuple[str, str], list[TimelineEntry]] = defaultdict(list)
    for draft, statement in zip(drafts, statements, strict=True):
        for commitment in draft.commitments:
            for actor in commitment.actors:
                series[actor, commitment.capability].append(_entry(draft, statement, commitment))
    return CorpusView(
        n_documents=len(documents),
        n_undated=sum(1 for one in documents if one.document.published_on is None),
        n_copies=n_copies,
        statements=tuple(statements),
        timeline=tuple(_series(*key, series[key]) for key in sorted(series)),
    )


def _entry(draft: Joined, statement: JoinedStatement, commitment: ProposedCommitment) -> TimelineEntry:
    contexts = draft.source.document.contexts
    relayed_by = next((one.relayed_by for one in contexts if one.statement == draft.statement.id), None)
    speaker = statement.speaker
    return TimelineEntry(
        statement=statement.id, on=statement.on, said_by=relayed_by or speaker.name or speaker.office,
        document=draft.source.document.name, modality=commitment.modality, own=commitment.own,
        polarity=commitment.polarity, span=commitment.span, conditions=commitment.conditions,
        quantity=commitment.quantity, unit=commitment.unit, place=commitment.place, prob=commitment.prob,
        n_independent=statement.n_independent,
    )  # fmt: skip


def _series(actor: str, capability: str, entries: Sequence[TimelineEntry]) -> Series:
    compared = () if capability == OTHER else entries
    return Series(
        actor=actor, capability=capability, entries=tuple(entries), changes=changes_of(compared),
        contradictions=contradictions_of(actor, compared),
    )  # fmt: skip


def _rank(entry: TimelineEntry) -> int | None:
    """Return where an entry stands on the ladder of modalities, 0 = strongest; None = it is only questioned."""
    if entry.polarity == "questioned":
        return None
    return REFUSED if entry.polarity == "negative" else MODALITIES.index(entry.modality)


def changes_of(entries: Sequence[TimelineEntry]) -> tuple[Change, ...]:
    """Return how the actor's own word changed from day to day; what is said against it counts as refused."""
    days: dict[date, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        rank = _rank(entry)
        if entry.own and entry.on is not None and rank is not None:
            days[entry.on][rank].append(entry.statement)
    found = []
    for (day, ranks), (later, others) in pairwise(sorted(days.items())):
        if set(ranks) == set(others):
            continue
        statements = dict.fromkeys(name for one in (ranks, others) for rank in sorted(one) for name in one[rank])
        found.append(
            Change(
                before_on=day, on=later, before=tuple(MODALITIES[k] for k in sorted(ranks)),
                after=tuple(MODALITIES[k] for k in sorted(others)), direction=_direction(set(ranks), set(others)),
                statements=tuple(statements),
            )
        )  # fmt: skip
    return tuple(found)


def _direction(before: set[int], after: set[int]) -> str:
    if REFUSED in after and REFUSED not in before:
        return "taken back"
    if REFUSED in before and REFUSED not in after:
        return "taken up again"
    return "stronger" if (min(after), max(after)) < (min(before), max(before)) else "weaker"


def contradictions_of(actor: str, entries: Sequence[TimelineEntry]) -> tuple[Contradiction, ...]:
    """Return what does not go together among the entries of one series."""
    found: dict[tuple[str, str], Contradiction] = {}
    for one in entries:
        rank = _rank(one)
        if rank is None or MODALITIES[rank] not in BINDING:
            continue
        for other in entries:
            kind = _kind(one, other)
            if kind is not None and one.statement != other.statement:
                pair = (one.statement, other.statement)
                found.setdefault(
                    pair, Contradiction(kind=kind, statements=pair, text=_sentence(actor, kind, one, other))
                )
    return tuple(_without_weaker(list(found.values())))


def _without_weaker(found: Sequence[Contradiction]) -> Iterator[Contradiction]:
    """Leave out that a claim goes beyond the actor's word, where the actor denies it."""
    denied = {one.statements[0] for one in found if one.kind == "denied"}
    for one in found:
        if one.kind != "beyond own word" or one.statements[0] not in denied:
            yield one


def _kind(claim: TimelineEntry, other: TimelineEntry) -> str | None:
    rank, against = _rank(claim), _rank(other)
    if rank is None or against is None or not _are_near(claim.on, other.on):
        return None
    if against == REFUSED:
        if claim.own:
            return "both ways" if other.own and claim.on is not None and claim.on == other.on else None
        return "denied" if other.own else "disputed"
    may_only = MODALITIES[against] in ("not_ruled_out", "exploring")
    return "beyond own word" if other.own and not claim.own and may_only else None


def _are_near(a: date | None, b: date | None) -> bool:
    return a is not None and b is not None and abs((a - b).days) <= DAYS


def _sentence(actor: str, kind: str, claim: TimelineEntry, other: TimelineEntry) -> str:
    said, against = claim.modality.replace("_", " "), other.modality.replace("_", " ")
    by, whose = claim.said_by or "Somebody unnamed", other.said_by or "somebody unnamed"
    if other.polarity == "negative" and other.modality != "refused":
        against = f"not {against}"
    if kind == "both ways":
        return f"{actor} says both on one day: {said} ({by}) and {against} ({whose})."
    if kind == "disputed":
        return f"{by} says of {actor}: {said}; {whose} says: {against}."
    return f"{by} says of {actor}: {said}; {actor}'s own word ({whose}) is: {against}."
