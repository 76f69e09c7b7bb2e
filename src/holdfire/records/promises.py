"""Promises: guarantors, the need, meetings, and commitments with their dated steps, as people write them.

Rule: a commitment is what its dated steps say, each with who said it and where that stands; nothing is overwritten, a
later step is added. Leaves the folding to ``guarantee.register``, the ladder to ``records.ladder``. Source: DESIGN,
section 4 (Commitment).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from holdfire.records.fields import Duration, Id, Instant, Model, Text

__all__ = [
    "CAPABILITIES",
    "COMMITMENT_STATUSES",
    "EVIDENCE_KINDS",
    "QUANTITIES",
    "Amount",
    "Capability",
    "CommitmentEntry",
    "Guarantor",
    "Meeting",
    "Need",
    "RegisterFile",
    "StatusStep",
    "register_schema",
]

CAPABILITIES = (
    "monitoring",
    "reassurance_force",
    "air",
    "sea",
    "logistics",
    "intelligence",
    "backup",
    "base",
    "training",
    "diplomacy",
)
COMMITMENT_STATUSES = (
    "reported",
    "stated",
    "announced",
    "specified",
    "authorised",
    "resourced",
    "ready",
    "deployed",
    "invoked",
    "delivered",
    "refused",
    "withdrawn",
    "expired",
)
"""``reported``: told by people without a name; ``stated``: somebody with a name and an office says it; ``announced``:
the guarantor itself gives it out; ``specified``: there is a text that says what and how much."""
EVIDENCE_KINDS = ("statement", "document", "review")
QUANTITIES = ("pledged", "allocated", "deployed")
"""What is promised, set aside for it, and there; each includes the next."""
EVERY = ("day", "week", "two_weeks", "month")

Capability = Literal[
    "monitoring",
    "reassurance_force",
    "air",
    "sea",
    "logistics",
    "intelligence",
    "backup",
    "base",
    "training",
    "diplomacy",
]
Amount = Annotated[float, Field(ge=0, strict=False)]


class Guarantor(Model):
    """Name who promised to act."""

    id: Id
    name: Text
    role: Text | None = None


class Need(Model):
    """State how much of a capability the agreement asks for, so that promises can be held against it."""

    id: Id
    capability: Capability
    quantity: Amount
    unit: str = Field(min_length=1, description="Commitments in this very unit count towards it.")
    text: Text | None = None
    wanted_by: Instant | None = Field(default=None, description="When it must be there.")
    source: str | None = None


class StatusStep(Model):
    """State when a commitment reached a status, who said so, and by what evidence.

    ``pledged``, ``allocated`` and ``deployed`` are the quantities as of this step; what is left out stays as it was.
    """

    status: Literal[
        "reported",
        "stated",
        "announced",
        "specified",
        "authorised",
        "resourced",
        "ready",
        "deployed",
        "invoked",
        "delivered",
        "refused",
        "withdrawn",
        "expired",
    ]
    on: Instant
    known_on: Instant | None = Field(default=None, description="When it became known; else on its own day.")
    evidence: str = Field(description="Where it stands: a reference, a document, an address.")
    evidence_kind: Literal["statement", "document", "review"] = Field(
        default="statement", description="A review is a named person's decision that settles what others say."
    )
    by: str | None = Field(default=None, description="Who said, wrote or reviewed it, with the office.")
    pledged: Amount | None = None
    allocated: Amount | None = None
    deployed: Amount | None = None


class CommitmentEntry(Model):
    """State one promise of a guarantor as the agreement's annex or its statements give it."""

    id: Id
    guarantor: Id
    capability: Capability
    text: Text
    pledged: Amount | None = None
    allocated: Amount | None = None
    deployed: Amount | None = None
    unit: str | None = None
    conditions: list[Text] = []
    gates: list[Id] = []
    legal_basis: str | None = None
    expires: Instant | None = None
    steps: list[StatusStep] = []


class Meeting(Model):
    """State when people meet: once, or again and again at the same local time."""

    id: Id
    title: Text
    starts: Instant
    lasts: Duration = "2 h"
    every: Literal["day", "week", "two_weeks", "month"] | None = None
    until: Instant | None = Field(default=None, description="The last instant at which one may start.")
    place: Text | None = None
    participants: list[Id] = Field(default=[], description="Parties, guarantors and watchers.")
    source: str | None = None


class RegisterFile(Model):
    """State guarantors, needs, commitments and meetings beside an agreement, as they come to be known."""

    holdfire: Literal["register/1"]
    agreement: Id = Field(description="Id of the agreement that they belong to.")
    time_zone: str = Field(description="IANA zone of times that state no offset; the agreement's own.")
    guarantors: list[Guarantor] = []
    needs: list[Need] = []
    commitments: list[CommitmentEntry] = []
    meetings: list[Meeting] = []


def register_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a register file."""
    schema = RegisterFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "holdfire:register/1", **schema}
