"""Acts file: what people decided and did about a guarantee, as they write it down.

Rule: every decision has a person's name and a reason; entries are added, never changed. Leaves their meaning to
``guarantee.ladder``. Source: DESIGN, section 1 (rule 5).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from holdfire.records.fields import Id, Instant, Model

__all__ = ["ActsFile", "Decision", "Use", "acts_schema"]

Words = Annotated[str, Field(min_length=1)]


class Decision(Model):
    """State what a named person decided on a rung, or on the mandate that a gate asks for."""

    rung: Id | None = None
    gate: Id | None = None
    decision: Literal["given", "refused", "withdrawn", "stand down", "pause", "resume"]
    by: Words = Field(description="The person, with the office.")
    at: Instant
    reason: Words
    requirement: int | None = Field(
        default=None, ge=1, description="Which requirement of the gate; else every mandate."
    )
    reading: Id | None = None
    party: Id | None = Field(default=None, description="For a ladder per party: against whose breaches.")


class Use(Model):
    """State that a rung's duty was done."""

    rung: Id
    at: Instant
    by: Words
    evidence: Words
    reading: Id | None = None
    party: Id | None = Field(default=None, description="For a ladder per party: against whose breaches.")


class ActsFile(Model):
    """Hold decisions and uses of one agreement's guarantee."""

    holdfire: Literal["acts/1"]
    decisions: list[Decision] = []
    uses: list[Use] = []


def acts_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an acts file."""
    schema = ActsFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "holdfire:acts/1", **schema}
