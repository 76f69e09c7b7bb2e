"""Guarantee: what the ladder, its gates and the commitments say at an instant, beside what people did.

Rule: a state holds numbers, ids, instants and words of fixed lists, no sentence of its own, so that terminal, page and
feed say the same; an instant that is not known exactly is a pair, earliest and latest. Leaves the judging and its
numbered rules to ``guarantee.ladder``, the written part to ``records.ladder``, people's acts to ``records.acts``.
Source: DESIGN, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdfire.records.acts import AUTHORISATION_DECISIONS, Authorisation, RungUse

__all__ = [
    "ANSWERS",
    "AUTHORISATION_DECISIONS",
    "CAUSES",
    "CLOCK_STATES",
    "GATE_ANSWERS",
    "HOLDS",
    "IRREGULARITIES",
    "OPENERS",
    "REQUIREMENT_KINDS",
    "STATUSES",
    "AfterState",
    "Authorisation",
    "ClockState",
    "GateState",
    "GuaranteeState",
    "PartyTail",
    "RequirementState",
    "RungState",
    "RungUse",
]

ANSWERS = ("fires", "does not fire", "cannot determine")
"""What a rung's condition says at an instant."""
HOLDS = ("yes", "no", "cannot determine")
GATE_ANSWERS = ("open", "closed", "cannot determine")
STATUSES = (
    "quiet",
    "cannot determine",
    "waiting",
    "due",
    "authorised",
    "refused",
    "used",
    "stood down",
)
"""Where a rung stands; the rules are in ``guarantee.ladder``."""
CAUSES = ("time", "withdrawn", "person", "never held")
"""Why a rung stood down: its condition did not hold for long enough; a review took findings back; a person said so; it
was used or authorised although, by what is known now, its condition never held."""
CLOCK_STATES = (
    "not started",
    "running",
    "perhaps running",
    "paused",
    "perhaps overdue",
    "overdue",
    "met",
    "perhaps late",
    "met late",
)
REQUIREMENT_KINDS = ("in_force", "quiet_days", "rung_used", "gate", "mandate", "breaches", "any_of")
OPENERS = ("force", "quiet", "watch", "review", "use", "gate", "decision", "breach")
"""What would meet an unmet requirement: the entry into force, or its end; days without a breach; a watch that sees; a
word of reviewers on open findings; the use of a rung; another gate; a person's decision; a breach that counts."""
IRREGULARITIES = ("used without authorisation", "used before the rungs it follows", "used without its condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """Hold one clock of a rung.

    Attributes
    ----------
    starts_at : str
        ``breach``, ``verification`` or ``previous_rung``.
    binding : bool
        The agreement lets the duty run on this clock; the others are kept beside it.
    within_h : float
        Hours that the duty has, in real time: a change of the clocks in summer neither adds nor takes an hour.
    began_at, began_by : datetime or None
        Earliest instant at which it may have begun, and the instant by which it surely had; None = not known.
    due_at, due_by : datetime or None
        The same, ``within_h`` of running time later; None also while a pause without an end keeps it from coming.
    hours_left, hours_left_least : float or None
        Hours of running time that are left if it began as late as it surely had (as early as it may, where that is not
        known), and if it began as early as it may; negative = past.
    state : str
        One of ``CLOCK_STATES``.
    finding_ids : tuple of str
        The findings with which it may have begun, the surest first.
    paused_h : float
        Hours since ``began_at`` during which it stood still.
    paused_since : datetime or None
        Since when it stands still; None = it does not.
    """

    starts_at: str
    binding: bool
    within_h: float
    began_at: datetime | None
    began_by: datetime | None
    due_at: datetime | None
    due_by: datetime | None
    hours_left: float | None
    hours_left_least: float | None
    state: str
    finding_ids: tuple[str, ...]
    paused_h: float = 0.0
    paused_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementState:
    """Hold one requirement of a gate.

    Attributes
    ----------
    kind : str
        One of ``REQUIREMENT_KINDS``.
    subject : str or None
        The zone, rung or gate it names; None = everywhere, or nothing named.
    wanted : bool
        False only where the gate asks that the agreement is *not* in force.
    days : int or None
    standard : str or None
    holds : str
        One of ``HOLDS``.
    prob_lower, prob_upper : float, 0..1
        That it holds.
    watched_share : float or None, 0..1
        Share of zone and time in which a breach would have been noticed; None = not known.
    evidence : tuple of str
        Finding ids, who used the rung, who gave the mandate.
    n_evidence : int
        Findings that speak against quiet, of which ``evidence`` names the gravest.
    opens_at : datetime or None
        Earliest instant at which it will hold if nothing further happens; None = not a matter of time alone.
    openers : tuple of str
        Of ``OPENERS``: what would meet it; empty where it is met.
    text : dict of str to str or None
        For a mandate: whose, by language.
    alternatives : tuple of RequirementState
        For ``any_of``: each of them; for ``gate``: that gate's requirements.
    """

    kind: str
    subject: str | None
    wanted: bool
    days: int | None
    standard: str | None
    holds: str
    prob_lower: float
    prob_upper: float
    watched_share: float | None
    evidence: tuple[str, ...]
    n_evidence: int
    opens_at: datetime | None
    openers: tuple[str, ...] = ()
    text: dict[str, str] | None = None
    alternatives: tuple[RequirementState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """Hold a gate's answer at an instant.

    Attributes
    ----------
    answer : str
        One of ``GATE_ANSWERS``.
    prob_lower, prob_upper : float, 0..1
        That all requirements hold.
    requirements : tuple of RequirementState
        In the order of the agreement.
    """

    gate_id: str
    reading: str
    as_of: datetime
    answer: str
    prob_lower: float
    prob_upper: float
    requirements: tuple[RequirementState, ...]

    @property
    def unmet(self) -> tuple[RequirementState, ...]:
        """Return the requirements that do not surely hold."""
        return tuple(one for one in self.requirements if one.holds != "yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyTail:
    """Hold what a rung's condition would say of one party's breaches alone."""

    party: str
    prob_lower: float
    prob_upper: float
    n_findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterState:
    """Hold whether a rung that must come before was used in this episode; ``used_at`` None = it was not."""

    rung_id: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RungState:
    """Hold where one rung stands.

    Attributes
    ----------
    position : int
        From 0, the lowest.
    answer : str
        What its condition says at ``as_of``; one of ``ANSWERS``.
    prob_lower, prob_upper : float, 0..1
        That the condition's count is reached in the window that ends at ``as_of``.
    prob_needed : float, 0..1
    window_start : datetime
        UTC; the window is ``[window_start, as_of)``.
    counted, possible : tuple of str
        Finding ids that surely count, and those that may.
    by_party : tuple of PartyTail
    blind_clauses : tuple of str
        Clauses it asks about for which no source can give evidence.
    undated, withdrawn : tuple of str
        Finding ids without a time; those that a review took back and that would have counted.
    persistence_h : float or None
        Hours over which the count must be reached without a break.
    reached_since : datetime or None
        Since when it is, surely or - where ``counted`` does not bear it - possibly; None = it is not.
    held_from, held_until : datetime or None
        The present episode: first and last instant at which the condition held; None = no episode.
    stands : str
        Whether the rung stands (its condition holds, or held and did not yet stand down); one of ``HOLDS``.
    stands_down_at : datetime or None
        When it stands down if nothing further happens.
    stood_down_at, stood_down_cause : datetime or None, str or None
        When and why it stood down last; cause is one of ``CAUSES``.
    first_breach_at, first_breach_by : datetime or None
        First breach that it counts in the present episode: the earliest instant at which it may have happened, and the
        one by which it surely had; the latter is None where the rung only possibly stands.
    perhaps_first_breach_at : datetime or None
        An earlier breach that possibly counts.
    verified_at : datetime or None
        First instant at which a breach that it counts was verified.
    status : str
        One of ``STATUSES``.
    waits_for : tuple of str
        ``after:RUNG``, ``elapsed``, ``gate:GATE``: what is not surely met.
    clocks : tuple of ClockState
        The binding one first; empty where the rung does not stand.
    after : tuple of AfterState
    after_elapsed_h : float or None
    elapsed : str
        Whether that time has passed; one of ``HOLDS``.
    elapsed_at : datetime or None
        When it surely has.
    gates : tuple of GateState
    responder : str
    duty : dict of str to str
        By language.
    authorised_by : dict of str to str or None
        Who must authorise it; None = the responder.
    authorisation : Authorisation or None
        The latest decision in this episode.
    used : RungUse or None
        The first use in this episode; None = none.
    used_before : RungUse or None
        The last use before this episode.
    irregular : tuple of str
        Of ``IRREGULARITIES``.
    """

    rung_id: str
    position: int
    answer: str
    prob_lower: float
    prob_upper: float
    prob_needed: float
    window_start: datetime
    counted: tuple[str, ...]
    possible: tuple[str, ...]
    by_party: tuple[PartyTail, ...]
    blind_clauses: tuple[str, ...]
    undated: tuple[str, ...]
    withdrawn: tuple[str, ...]
    persistence_h: float | None
    reached_since: datetime | None
    held_from: datetime | None
    held_until: datetime | None
    stands: str
    stands_down_at: datetime | None
    stood_down_at: datetime | None
    stood_down_cause: str | None
    first_breach_at: datetime | None
    first_breach_by: datetime | None
    perhaps_first_breach_at: datetime | None
    verified_at: datetime | None
    status: str
    waits_for: tuple[str, ...]
    clocks: tuple[ClockState, ...]
    after: tuple[AfterState, ...]
    after_elapsed_h: float | None
    elapsed: str
    elapsed_at: datetime | None
    gates: tuple[GateState, ...]
    responder: str
    duty: dict[str, str]
    authorised_by: dict[str, str] | None
    authorisation: Authorisation | None
    used: RungUse | None
    used_before: RungUse | None
    irregular: tuple[str, ...]

    @property
    def is_owed(self) -> bool:
        """Say whether the duty is owed now: the rung stands and nothing but the doing is missing."""
        return self.status in ("due", "authorised")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeState:
    """Hold where the ladder of an agreement stands under one reading.

    Attributes
    ----------
    as_of : datetime
        UTC; the tables are what was known then.
    in_force : bool
    first_breach_at, first_breach_by : datetime or None
        Of the whole ladder's present episode.
    stands_at : str or None
        The highest rung that is due, authorised, refused or used; None = none.
    perhaps_at : str or None
        The highest rung that is waiting or cannot be determined, where it is above that.
    party : str or None
        Against whose breaches it is climbed; None = everybody's.
    rungs : tuple of RungState
        Lowest first; empty where the agreement has no ladder.
    """

    agreement_id: str
    agreement_version: str
    reading: str
    as_of: datetime
    in_force: bool
    first_breach_at: datetime | None
    first_breach_by: datetime | None
    stands_at: str | None
    perhaps_at: str | None
    rungs: tuple[RungState, ...]
    party: str | None = None

    def rung(self, rung_id: str) -> RungState:
        """Return the rung of that id; KeyError where there is none."""
        for rung in self.rungs:
            if rung.rung_id == rung_id:
                return rung
        raise KeyError(rung_id)
