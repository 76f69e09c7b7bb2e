"""The guarantee's written part: guarantors, commitments, gates and the ladder of rungs.

Rule: a condition is data, never an expression to evaluate; each rung names who responds, with what duty, on
which clock. Leaves the judging to ``guarantee``. Source: DESIGN, section 4 (Commitment, Ladder).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holdfire.records.clauses import Standard
from holdfire.records.fields import Duration, Id, Instant, Model, Prob, Text

__all__ = [
    "CAPABILITIES",
    "COMMITMENT_STATUSES",
    "Clock",
    "CommitmentEntry",
    "Gate",
    "GateCondition",
    "Guarantor",
    "Ladder",
    "Rung",
    "RungCondition",
    "StatusStep",
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


class Guarantor(Model):
    """Name who promised to act."""

    id: Id
    name: Text
    role: Text | None = None


class StatusStep(Model):
    """State when a commitment reached a status, and by what evidence."""

    status: Literal[
        "reported",
        "stated",
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
    known_on: Instant | None = None
    evidence: str


class CommitmentEntry(Model):
    """State one promise of a guarantor as the agreement's annex or its statements give it."""

    id: Id
    guarantor: Id
    capability: Literal[
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
    text: Text
    pledged: Annotated[float, Field(ge=0, strict=False)] | None = None
    allocated: Annotated[float, Field(ge=0, strict=False)] | None = None
    deployed: Annotated[float, Field(ge=0, strict=False)] | None = None
    unit: str | None = None
    conditions: list[Text] = []
    gates: list[Id] = []
    legal_basis: str | None = None
    expires: Instant | None = None
    steps: list[StatusStep] = []


class RungCondition(Model):
    """Ask for a number of findings; everything named must hold together.

    ``prob`` is the probability that the count is reached (a Poisson-binomial tail); with ``verified_only`` only
    findings that a named human confirmed are counted, each with certainty.
    """

    clauses: list[Id] = Field(default=[], description="Empty for every clause.")
    parties: list[Id] = Field(default=[], description="Empty for every party.")
    zones: list[Id] = Field(default=[], description="Empty for everywhere.")
    at_least: int = Field(default=1, ge=1)
    window: Duration = "24 h"
    prob: Prob = 0.9
    standard: Standard = "clear"
    verified_only: bool = False
    min_severity: int = Field(default=1, ge=1, le=5)
    persistence: Duration | None = Field(default=None, description="The condition must hold over so long a time.")
    spread: int | None = Field(default=None, ge=1, description="In at least so many zones.")


class Clock(Model):
    """Give a duty its time, from the breach or from its verification."""

    starts_at: Literal["breach", "verification", "previous_rung"]
    within: Duration


class Rung(Model):
    """State one step of the response."""

    id: Id
    title: Text
    when: RungCondition
    after: list[Id] = Field(default=[], description="Rungs that must have been used before.")
    after_elapsed: Duration | None = Field(default=None, description="Time that must pass since the first breach.")
    gates: list[Id] = []
    responder: Id
    duty: Text
    clock: Clock
    authorised_by: Text | None = None


class GateCondition(Model):
    """Ask for one thing; exactly one field is set, ``zone`` and ``standard`` belong to ``quiet_days``."""

    in_force: bool | None = None
    quiet_days: int | None = Field(default=None, ge=1)
    zone: Id | None = None
    standard: Standard = "clear"
    rung_used: Id | None = None
    gate: Id | None = None
    mandate: Text | None = None


class Gate(Model):
    """State what must hold before a commitment or rung may be used: all of ``requires``."""

    id: Id
    title: Text
    requires: list[GateCondition] = Field(min_length=1)
    source: str | None = None


class Ladder(Model):
    """State the rungs in order, lowest first."""

    title: Text
    rungs: list[Rung] = Field(min_length=1)
    stand_down: Duration = Field(default="72 h", description="A rung stands down after so long without its condition.")
