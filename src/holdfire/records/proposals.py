"""Proposals: entries of a register that were read from articles, and named persons' decisions on them.

Rule: a proposal is no commitment. It enters a register where a named person confirms it, as it stands or edited, and
nobody's last word rejects it; proposals and decisions are added, never changed. Leaves weighing them to
``statements.reviewed``. Source: DESIGN, sections 1 (rule 5) and 4 (Commitment).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from holdfire.records.fields import Id, Instant, Model, Text
from holdfire.records.promises import Amount, Capability, CommitmentEntry

__all__ = [
    "CHANGEABLE", "Changes", "Proposal", "ProposalEvidence", "ProposalReview", "ProposalReviewsFile", "ProposalsFile",
    "Repeat", "Unmatched", "proposal_reviews_schema", "proposals_schema",
]  # fmt: skip

Words = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class ProposalEvidence(Model):
    """Say where the words stand: code points of the document as it is stored, the end excluded."""

    document: Words
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the document's bytes.")
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    text: Words = Field(description="The document's characters from start to end, unchanged.")


class Repeat(Model):
    """Name another document that tells the same statement."""

    document: Words
    on: Instant | None = None


class Proposal(Model):
    """Propose one entry of a register, with its evidence."""

    entry: CommitmentEntry
    evidence: ProposalEvidence
    said_by: Words
    modality: Words
    prob: Share = Field(description="Chance that all of it is right.")
    statement_prob: Share = Field(description="Chance that source, cue and content are right.")
    repeated_by: list[Repeat] = []
    n_independent: int = Field(default=1, ge=1, description="Documents that tell it; of copies one counts.")
    features: dict[str, float] = Field(default={}, description="What the rules saw; it teaches the chances.")


class Unmatched(Model):
    """Name a promise that could not be proposed, and why."""

    actor: Words
    capability: Words
    evidence: ProposalEvidence
    reason: Words


class ProposalsFile(Model):
    """Hold what was read from articles for one agreement's register."""

    holdfire: Literal["proposals/1"]
    agreement: Id
    time_zone: str
    proposals: list[Proposal] = []
    unmatched: list[Unmatched] = []


class Changes(Model):
    """State what an edit changes of an entry; what is left out stays as it was proposed."""

    guarantor: Id | None = None
    capability: Capability | None = None
    text: Text | None = None
    pledged: Amount | None = None
    unit: str | None = None
    conditions: list[Text] | None = None
    gates: list[Id] | None = None
    legal_basis: str | None = None
    expires: Instant | None = None
    on: Instant | None = Field(default=None, description="The day on which it was said.")


CHANGEABLE = tuple(Changes.model_fields)


class ProposalReview(Model):
    """State what a named person decided on a proposal."""

    proposal: Id
    decision: Literal["confirm", "edit", "reject"]
    by: Words = Field(description="The person, with the office.")
    at: Instant
    reason: Words
    changes: Changes | None = Field(default=None, description="Only with edit.")
    statement: Literal["right", "wrong"] | None = Field(
        default=None,
        description="Whether who said what was read rightly; else right where confirmed or edited, wrong where not.",
    )


class ProposalReviewsFile(Model):
    """Hold decisions on the proposals of one file."""

    holdfire: Literal["proposal-reviews/1"]
    proposals: Words = Field(description="The file of proposals, from this file's folder.")
    reviews: list[ProposalReview] = []


def _schema(model: type[Model], name: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"holdfire:{name}", **schema}


def proposals_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a file of proposals."""
    return _schema(ProposalsFile, "proposals/1")


def proposal_reviews_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a file of decisions on proposals."""
    return _schema(ProposalReviewsFile, "proposal-reviews/1")
