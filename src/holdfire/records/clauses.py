"""Clauses: what each binds whom to, and the parameters that its kind asks for.

Rule: a clause id is never reused; what a kind needs is a field of its own model. Leaves the judging to the
kernels in ``assessment``. Source: DESIGN, section 4 (clause kinds).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holdfire.records.fields import Bounds, DailyWindow, Duration, Id, Instant, KindPath, Length, Model, Prob, Text

__all__ = [
    "CLAUSE_KINDS",
    "OUTGOING",
    "STANDARDS",
    "Access",
    "Cessation",
    "Clause",
    "ClauseRule",
    "Corridor",
    "Disengagement",
    "Exchange",
    "Exemption",
    "NoApproach",
    "NoFly",
    "NoReinforcement",
    "Obligation",
    "Protected",
    "Scope",
    "Withdrawal",
]

STANDARDS = {"indication": 0.25, "balance": 0.5, "clear": 0.75, "beyond": 0.95}
"""Standards of proof and the probability from which each holds: reasonable indication, balance of
probabilities, clear and convincing, beyond reasonable doubt. Source: our reading of Wilkinson, *Standards of
Proof in International Humanitarian and Human Rights Fact-Finding* (Geneva Academy, 2012); the numbers are ours."""

Standard = Literal["indication", "balance", "clear", "beyond"]


class Cessation(Model):
    """Prohibit acts by kind, and by weapon where weapons are named."""

    kind: Literal["cessation"]
    acts: list[KindPath] = Field(min_length=1)
    weapons: list[KindPath] = []


OUTGOING = "explosion/outgoing"
"""Kind of event that is placed where a weapon stood when it fired; for a withdrawal it counts as a sighting does."""


class Withdrawal(Model):
    """Keep weapons of some classes out of a zone (per addressee) from a deadline on.

    A sighting there breaches it, and so does fire from there with such a weapon.
    """

    kind: Literal["withdrawal"]
    weapons: list[KindPath] = Field(min_length=1)
    zones_by_party: dict[Id, list[Id]] = Field(description="Party to the zones that its weapons must have left.")
    starts: Instant | None = None
    deadline: Instant
    acts: list[KindPath] = Field(default=["presence"], description="Kinds of event that show a weapon in place.")


class Disengagement(Model):
    """Keep areas free of forces and weapons, each from a date or after n quiet days."""

    kind: Literal["disengagement"]
    areas: list[Id] = Field(min_length=1)
    acts: list[KindPath] = Field(default=["presence", "explosion", "gunfire"])
    quiet_days: int | None = Field(default=None, ge=1)
    began: dict[Id, Instant] = Field(default={}, description="Area to the instant at which its duty began.")


class Protected(Model):
    """Protect objects or areas from acts of some kinds."""

    kind: Literal["protected"]
    zones: list[Id] = Field(min_length=1)
    acts: list[KindPath] = Field(min_length=1)
    weapons: list[KindPath] = []
    targets: list[KindPath] = Field(
        default=[],
        description="Kinds of target in the target tree; an act whose target is named counts within"
        " named_within of the zone, since the source names the object itself.",
    )
    named_within: Length = "15 km"


class NoFly(Model):
    """Keep aircraft of some classes out of zones."""

    kind: Literal["no_fly"]
    zones: list[Id] = Field(min_length=1)
    acts: list[KindPath] = Field(default=["flight"])
    weapons: list[KindPath] = []


class NoApproach(Model):
    """Keep craft or forces of some classes farther than a distance from zones."""

    kind: Literal["no_approach"]
    zones: list[Id] = Field(min_length=1)
    distance: Length = "0 m"
    acts: list[KindPath] = Field(default=["movement", "flight", "presence"])
    weapons: list[KindPath] = []


class NoReinforcement(Model):
    """Bring no further forces or weapons into zones."""

    kind: Literal["no_reinforcement"]
    zones: list[Id] = Field(min_length=1)
    acts: list[KindPath] = Field(default=["movement/reinforcement"])
    weapons: list[KindPath] = []


class Access(Model):
    """Do not hinder watchers."""

    kind: Literal["access"]
    acts: list[KindPath] = Field(default=["access"])
    watchers: list[Id] = []


class Obligation(Model):
    """Do something by a date; its evidence is reports of the kinds named."""

    kind: Literal["obligation"]
    deadline: Instant
    evidence: list[KindPath] = Field(min_length=1, description="Kinds of report that show that it was done.")
    at_least: int = Field(default=1, ge=1, description="How many such events fulfil it.")


class Exchange(Model):
    """Free persons by a deadline: so many on each side, or all whom a side holds.

    A release frees as many persons as its incident's ``count_low``, and ``freed_at_least`` where that is not known or
    less. That everybody is free is shown only by reports of the kinds in ``completion``.
    """

    kind: Literal["exchange"]
    basis: Literal["all_for_all", "count"]
    count: int | None = Field(default=None, ge=1, description="Persons whom each addressee owes.")
    counts_by_party: dict[Id, Annotated[int, Field(ge=1)]] = Field(
        default={}, description="Party to the persons whom it owes; goes before 'count'."
    )
    deadline: Instant | None = Field(default=None, description="Without it the duty never falls due.")
    evidence: list[KindPath] = Field(
        default=["governance/release"], min_length=1, description="Kinds of event that show a release."
    )
    freed_at_least: int = Field(
        default=1, ge=1, description="Fewest persons whom one such event frees, where no report says how many."
    )
    completion: list[KindPath] = Field(default=[], description="Kinds of event that show that all owed are free.")
    late_shows: Prob = Field(
        default=0.0,
        description="Least share of the releases after the deadline that are of persons owed by it.",
    )


class Corridor(Model):
    """Keep a corridor open in daily windows: acts there and then are prohibited, passage is owed."""

    kind: Literal["corridor"]
    zones: list[Id] = Field(min_length=1)
    windows: list[DailyWindow] = Field(default=[], description="Local times of each day; empty for the whole day.")
    acts: list[KindPath] = Field(
        default=["explosion", "gunfire", "clash", "access"],
        description="Kinds of event that close the corridor or endanger those in it.",
    )
    weapons: list[KindPath] = []
    passage: list[KindPath] = Field(
        default=[], description="Kinds of event that show a passage, by whomever; empty where none is owed by a date."
    )
    at_least: int = Field(default=1, ge=1, description="How many passages are owed by the deadline.")
    deadline: Instant | None = Field(default=None, description="Until when they are owed.")


ClauseRule = Annotated[
    Cessation
    | Withdrawal
    | Disengagement
    | Protected
    | NoFly
    | NoApproach
    | NoReinforcement
    | Access
    | Obligation
    | Exchange
    | Corridor,
    Field(discriminator="kind"),
]

CLAUSE_KINDS = (
    "cessation",
    "withdrawal",
    "disengagement",
    "protected",
    "no_fly",
    "no_approach",
    "no_reinforcement",
    "access",
    "obligation",
    "exchange",
    "corridor",
)
"""Every kind that the language knows; which of them can be judged is the kernels' word."""


class Scope(Model):
    """Bound a clause in space and time; what is left out is not bound."""

    zones: list[Id] = []
    start: Instant | None = Field(default=None, alias="from")
    end: Instant | None = Field(default=None, alias="to")
    readings: list[Id] = Field(default=[], description="Readings under which the clause stands; empty for all.")


class Exemption(Model):
    """Take acts out of a clause.

    ``excluded_groups``: acts by, or against, groups that the agreement does not protect.
    ``return_fire``: a reply to the other side's fire, within ``window`` after it and ``distance`` of it.
    ``self_defence``: claimed defence; without a test of its own it widens the range by ``share``.
    ``notified_works``: acts announced beforehand, by ``share`` likewise.
    """

    kind: Literal["excluded_groups", "return_fire", "self_defence", "notified_works"]
    groups: list[Id] = Field(default=[], description="Excluded groups; empty for all that the agreement names.")
    parties: list[Id] = Field(default=[], description="Parties that may claim it; empty for all.")
    window: Duration = "30 min"
    distance: Length = "15 km"
    share: Bounds = Field(
        default=(0.0, 1.0),
        description="Bounds of the share of otherwise fitting acts that it excuses, if it applies.",
    )


class Clause(Model):
    """State one rule of an agreement, beside its text."""

    id: Id
    title: Text
    text: Text = Field(description="A paraphrase in our words, by language.")
    source: str = Field(description="Where the wording stands: document, article, paragraph.")
    addressees: list[Id] = Field(min_length=1)
    modality: Literal["prohibits", "obliges", "permits"]
    rule: ClauseRule
    scope: Scope = Scope()
    exemptions: list[Exemption] = []
    standard: Standard = "clear"
    severity: int = Field(default=2, ge=1, le=5, description="1 slight to 5 gravest, for the ladder's conditions.")
    observable_by: list[str] = Field(
        default=[],
        description="Kinds of source that can give evidence; empty where every kind of source can.",
    )
