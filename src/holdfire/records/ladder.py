"""The guarantee's written part: gates and the ladder of rungs.

Rule: a condition is data, never an expression to evaluate; each rung names who responds, with what duty, on
which clock. Leaves the judging to ``guarantee``, what was promised to ``records.promises``. Source: DESIGN, section 4
(Ladder).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from holdfire.records.clauses import Standard
from holdfire.records.fields import Duration, Id, Model, Prob, Text

__all__ = ["CLOCK_PAUSES", "Clock", "Gate", "GateCondition", "Ladder", "Requirement", "Rung", "RungCondition"]

CLOCK_PAUSES = ("not_in_force", "by_person")
"""What may stop a clock for a while: the agreement not being in force; a named person's decision."""


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
    pauses: list[Literal["not_in_force", "by_person"]] = Field(
        default=[],
        description="What stops the clock while it lasts: the agreement is not in force; a named person paused it.",
    )


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


class Requirement(Model):
    """Ask for one thing; exactly one field is set, ``zone`` and ``standard`` belong to ``quiet_days``."""

    in_force: bool | None = None
    quiet_days: int | None = Field(default=None, ge=1)
    zone: Id | None = None
    standard: Standard = "clear"
    rung_used: Id | None = None
    gate: Id | None = None
    mandate: Text | None = None
    breaches: RungCondition | None = Field(default=None, description="A condition over findings, as a rung has one.")


class GateCondition(Requirement):
    """Ask for one thing, or for any of several."""

    any_of: list[Requirement] | None = Field(
        default=None, min_length=2, description="One of these is enough; each sets exactly one field."
    )


class Gate(Model):
    """State what must hold before a commitment or rung may be used: all of ``requires``."""

    id: Id
    title: Text
    requires: list[GateCondition] = Field(min_length=1)
    source: str | None = None


class Ladder(Model):
    """State the rungs in order, lowest first."""

    title: Text
    per_party: list[Id] = Field(
        default=[],
        description="Parties against whose breaches the ladder is climbed, each on its own; empty for all together.",
    )
    rungs: list[Rung] = Field(min_length=1)
    stand_down: Duration = Field(default="72 h", description="A rung stands down after so long without its condition.")
