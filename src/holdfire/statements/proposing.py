"""Proposing: from the promises of several documents to a file of proposals for one agreement's register.

Turns read documents into a ``ProposalsFile``. Rules: each joined statement proposes once, with the earliest telling as
evidence; whom it binds is matched to the agreement's guarantors by name alone, and what fits none, or two, is listed as
unmatched, never guessed; whose word it is stands in ``by``, and a word of somebody unnamed is only *reported*. Leaves
the entry itself to ``propose`` and confirming to named persons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfire.errors import InputError
from holdfire.records.promises import CommitmentEntry
from holdfire.records.proposals import Proposal, ProposalEvidence, ProposalsFile, Repeat, Unmatched
from holdfire.records.statement import ProposedCommitment, Statement
from holdfire.records.statement_corpus import CorpusDocument, JoinedStatement
from holdfire.statements.english.countries import country_of
from holdfire.statements.joining import Joined, joined_statements
from holdfire.statements.propose import entry_of

__all__ = ["added_proposals", "guarantors_named", "proposals_of"]


def _keys(name: str) -> set[str]:
    low = " ".join(name.casefold().split()).removeprefix("the ")
    country = country_of(name)
    return {low} if country is None else {low, country.casefold()}


def guarantors_named(actor: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the ids of all guarantors whom a name means.

    Parameters
    ----------
    names : mapping of str to sequence of str
        The names and aliases of each guarantor by its id.

    Examples
    --------
    >>> names = {"us": ["United States of America"], "force": ["Coalition states"]}
    >>> guarantors_named("United States", names), guarantors_named("Norway", names)
    (['us'], [])
    """
    wanted = _keys(actor)
    return sorted(one for one, known in names.items() if any(wanted & _keys(name) for name in known))


def proposals_of(
    documents: Sequence[CorpusDocument], names: Mapping[str, Sequence[str]], agreement: str, time_zone: str
) -> ProposalsFile:
    """Return what some documents propose to an agreement's register, in the order of days.

    Parameters
    ----------
    names : mapping of str to sequence of str
        The names and aliases of each guarantor by its id.
    agreement, time_zone : str
        The agreement's id and zone.
    """
    proposals: dict[str, Proposal] = {}
    unmatched: list[Unmatched] = []
    drafts, statements, _ = joined_statements(documents)
    for draft, joined in zip(drafts, statements, strict=True):
        for commitment in draft.commitments:
            if not commitment.may_be_proposed:
                continue
            for actor in commitment.actors:
                made = _made(draft, joined, commitment, actor, names)
                if isinstance(made, Unmatched):
                    unmatched.append(made)
                else:
                    proposals.setdefault(made.entry.id, made)
    return ProposalsFile(
        holdfire="proposals/1", agreement=agreement, time_zone=time_zone, proposals=list(proposals.values()),
        unmatched=unmatched,
    )  # fmt: skip


def _made(
    draft: Joined, joined: JoinedStatement, commitment: ProposedCommitment, actor: str,
    names: Mapping[str, Sequence[str]],
) -> Proposal | Unmatched:  # fmt: skip
    span = commitment.span
    evidence = ProposalEvidence(
        document=draft.source.document.name, sha256=draft.source.sha256, start=span.start, end=span.end, text=span.text
    )
    fitting = guarantors_named(actor, names)
    reason = "No guarantor of the agreement has this name."
    if len(fitting) == 1:
        try:
            entry = entry_of(draft.source.document, commitment, fitting[0])
        except InputError as error:
            reason = error.what
        else:
            return _proposal(draft, joined, commitment, evidence, entry)
    elif fitting:
        reason = f"Several guarantors have this name: {', '.join(fitting)}."
    return Unmatched(actor=actor, capability=commitment.capability, evidence=evidence, reason=reason)


def _proposal(
    draft: Joined, joined: JoinedStatement, commitment: ProposedCommitment, evidence: ProposalEvidence,
    entry: CommitmentEntry,
) -> Proposal:  # fmt: skip
    statement = draft.statement
    said_by = _said_by(statement)
    status = "reported" if statement.speaker.name is None else "stated"
    steps = [step.model_copy(update={"by": said_by, "status": status}) for step in entry.steps]
    return Proposal(
        entry=entry.model_copy(update={"steps": steps}),
        evidence=evidence,
        said_by=said_by,
        modality=commitment.modality,
        prob=commitment.prob,
        statement_prob=statement.prob,
        repeated_by=[
            Repeat(document=one.document, on=None if one.on is None else one.on.isoformat())
            for one in joined.repeated_by
        ],
        n_independent=joined.n_independent,
        features=draft.source.features.get(statement.id, {}),
    )


def _said_by(statement: Statement) -> str:
    speaker = statement.speaker
    parts = [part for part in (speaker.name, speaker.office, speaker.country) if part]
    named = ", ".join(dict.fromkeys(" ".join(part.split()) for part in parts))
    if named or statement.source_span is None:
        return named or "somebody unnamed"
    return " ".join(statement.source_span.text.split())


def added_proposals(own: ProposalsFile, more: ProposalsFile) -> ProposalsFile:
    """Return a file of proposals with another one's added: what stands already stays as it was."""
    held = {one.entry.id for one in own.proposals}
    fresh = [one for one in more.proposals if one.entry.id not in held]
    others = [one for one in more.unmatched if one not in own.unmatched]
    return own.model_copy(
        update={"proposals": [*own.proposals, *fresh], "unmatched": [*own.unmatched, *others]}
    )  # fmt: skip
