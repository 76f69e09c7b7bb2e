"""Gates: may a commitment or a rung be used now, and if not, what is missing.

Turns a gate's requirements into open, closed or cannot determine. Rules:

1. A gate is open where every requirement surely holds, closed where one surely does not, else it cannot be determined.
2. In force: the reading's intervals of force hold ``as_of``.
3. Quiet for n days in a zone at a standard: the window begins n calendar days before ``as_of``, at the same local time.
   All of it must lie within one interval of force. The probability of quiet is that of no breach there of a clause that
   prohibits: at most ``prod(1 - lower)`` over the breaches surely in the window, at least ``prod(1 - upper)`` over
   those possibly in it. It holds where the least probability reaches the standard's threshold; it does not where a
   breach is proved to the standard, the greatest probability being at most one minus the threshold. Every finding
   counts with its probability: what is not proved alone still speaks against quiet.
4. Silence is not quiet: the least probability is multiplied by the share of the zone and time in which a breach would
   have been noticed. Where nobody knows that share it is 0. This is a convention, not a law of chance: it says no more
   than that the unwatched part may hide a breach.
5. A rung was used if a use is recorded until ``as_of``. A mandate holds if the latest decision of a person on the gate
   is that it is given; without any record it does not hold.
6. A condition over findings is the same as a rung's: it holds where it fires at ``as_of``, does not where it does not
   fire, and its probability is that of its count. Nothing is remembered: what stood an hour ago opens no gate.
7. Of several alternatives one is enough. It holds where one surely does, does not where none even possibly does. Its
   probability is at least the greatest of their least ones, at most the sum of their greatest ones (Boole).
8. The probability that the whole gate holds is at most the smallest of its requirements' greatest ones. It is at least
   the product of their least ones where all of them move the same way with the breaches (Harris's inequality); where
   quiet or some other absence stands beside a condition that breaches meet, by Frechet at least the sum of the least
   ones less their number plus one, if that is above 0.

Each requirement that is not met names its evidence and what would meet it (``OPENERS``), and where time alone does, the
earliest instant. Leaves the ladder to ``ladder``, days of quiet to ``quiet``. Source: Harris (1960); Frechet (1935);
DESIGN, section 4 (Ladder, gates).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from holdfire.errors import ModelError, UnknownIdError
from holdfire.guarantee.case import Case
from holdfire.guarantee.conditions import judge_condition
from holdfire.guarantee.quiet import EVERYWHERE, MAX_EVIDENCE, quiet_state
from holdfire.records.agreement import Agreement
from holdfire.records.finding import Review
from holdfire.records.force import force_intervals
from holdfire.records.guarantee import Authorisation, GateState, RequirementState, RungUse
from holdfire.records.ladder import Gate, GateCondition, Requirement, RungCondition

__all__ = ["EVERYWHERE", "MAX_EVIDENCE", "Case", "judge_gate", "judge_gate_of"]


def judge_gate(
    agreement: Agreement,
    gate_id: str,
    findings: pa.Table,
    incidents: pa.Table,
    zone_membership: pa.Table,
    *,
    as_of: datetime,
    reading: str,
    authorisations: Iterable[Authorisation] = (),
    used: Iterable[RungUse] = (),
    reviews: Iterable[Review] = (),
    watch: pa.Table | None = None,
    watched_share: Mapping[str, float] | None = None,
) -> GateState:
    """Say whether a gate is open at an instant, under a reading.

    Parameters
    ----------
    findings, incidents, zone_membership : pyarrow.Table
        By ``FINDING_SCHEMA``, ``INCIDENT_SCHEMA`` and ``ZONE_MEMBERSHIP_SCHEMA``: what is known at ``as_of``.
    as_of : datetime
        UTC.
    authorisations, used, reviews : iterable
        Persons' decisions, rungs used and reviews; what is later than ``as_of`` is not seen.
    watch : pyarrow.Table, optional
        By ``WATCH_SCHEMA``; its ``noticed_share`` is averaged over the quiet days, a day that is missing counting 0.
    watched_share : mapping of str to float, optional
        Zone id (``*`` for everywhere) to the share, 0..1; goes before ``watch``.

    Raises
    ------
    UnknownIdError
        The agreement has no such gate or reading.
    ModelError
        Gates wait for each other in a circle, which a checked agreement excludes.
    """
    case = Case.opened(
        agreement,
        findings,
        incidents,
        zone_membership,
        as_of=as_of,
        reading=reading,
        authorisations=authorisations,
        used=used,
        reviews=reviews,
        watch=watch,
        watched_share=watched_share,
    )
    return judge_gate_of(case, gate_id)


def judge_gate_of(case: Case, gate_id: str, above: tuple[str, ...] = ()) -> GateState:
    """Return a gate's state in a case; ``above`` holds the gates that led here."""
    if gate_id in above:
        way = " -> ".join([*above, gate_id])
        raise ModelError(
            f"Gates wait for each other: {way}.", f"the agreement {case.agreement.id!r}", "Run 'holdfire check' on it."
        )
    gate = next((one for one in case.agreement.gates if one.id == gate_id), None)
    if gate is None:
        known = ", ".join(one.id for one in case.agreement.gates) or "none"
        raise UnknownIdError(
            f"The agreement has no gate {gate_id!r}.", f"the agreement {case.agreement.id!r}", f"Its gates: {known}."
        )
    states = tuple(
        _requirement(case, gate, index, one, (*above, gate_id)) for index, one in enumerate(gate.requires, start=1)
    )
    answer = "open" if all(one.holds == "yes" for one in states) else "cannot determine"
    if any(one.holds == "no" for one in states):
        answer = "closed"
    return GateState(
        gate_id=gate_id,
        reading=case.reading.id,
        as_of=case.as_of,
        answer=answer,
        prob_lower=_all_lower(states),
        prob_upper=min(one.prob_upper for one in states),
        requirements=states,
    )


def _all_lower(states: tuple[RequirementState, ...]) -> float:
    """Return the least probability that all of them hold (rule 8)."""
    kinds = {one.kind for one in _leaves(states) if 0.0 < one.prob_lower < 1.0}
    if {"quiet_days", "breaches"} <= kinds:
        return max(0.0, 1.0 - math.fsum(1.0 - one.prob_lower for one in states))
    return math.prod(one.prob_lower for one in states)


def _leaves(states: tuple[RequirementState, ...]) -> Iterator[RequirementState]:
    for one in states:
        yield from _leaves(one.alternatives) if one.alternatives else (one,)


def _requirement(case: Case, gate: Gate, index: int, asked: Requirement, above: tuple[str, ...]) -> RequirementState:
    if asked.in_force is not None:
        return _in_force(case, wanted=asked.in_force)
    if asked.quiet_days is not None:
        return quiet_state(case, asked, asked.quiet_days)
    if asked.rung_used is not None:
        uses = [one for one in case.used if one.rung_id == asked.rung_used]
        evidence = tuple(f"{one.by}: {one.evidence}" for one in uses[-1:])
        return _certain("rung_used", asked.rung_used, "use", holds=bool(uses), evidence=evidence)
    if asked.gate is not None:
        return _inner_gate(case, asked.gate, above)
    if asked.breaches is not None:
        return _breaches(case, asked.breaches)
    if isinstance(asked, GateCondition) and asked.any_of is not None:
        return _any_of(tuple(_requirement(case, gate, index, one, above) for one in asked.any_of))
    said = [one for one in case.authorisations if one.gate_id == gate.id and one.requirement in (None, index)]
    evidence = tuple(f"{one.by}: {one.reason}" for one in said[-1:])
    holds = bool(said) and said[-1].decision == "given"
    state = _certain("mandate", gate.id, "decision", holds=holds, evidence=evidence)
    return replace(state, text=None if asked.mandate is None else dict(asked.mandate))


def _certain(
    kind: str,
    subject: str | None,
    opener: str,
    *,
    holds: bool,
    wanted: bool = True,
    evidence: tuple[str, ...] = (),
    opens_at: datetime | None = None,
) -> RequirementState:
    return RequirementState(
        kind=kind,
        subject=subject,
        wanted=wanted,
        days=None,
        standard=None,
        holds="yes" if holds else "no",
        prob_lower=float(holds),
        prob_upper=float(holds),
        watched_share=None,
        evidence=evidence,
        n_evidence=0,
        opens_at=opens_at,
        openers=() if holds else (opener,),
    )


def _in_force(case: Case, *, wanted: bool) -> RequirementState:
    span = case.force_span()
    opens_at = None
    if wanted and span is None:
        starts = [start for start, _ in force_intervals(case.reading, case.agreement) if start is not None]
        opens_at = min((start for start in starts if start > case.as_of), default=None)
    if not wanted and span is not None:
        opens_at = span[1]
    return _certain("in_force", None, "force", holds=(span is not None) == wanted, wanted=wanted, opens_at=opens_at)


def _inner_gate(case: Case, gate_id: str, above: tuple[str, ...]) -> RequirementState:
    inner = judge_gate_of(case, gate_id, above)
    holds = {"open": "yes", "closed": "no"}.get(inner.answer, "cannot determine")
    opens = [one.opens_at for one in inner.unmet]
    latest = max((at for at in opens if at is not None), default=None) if None not in opens else None
    return _uncertain(
        "gate", gate_id, holds, (inner.prob_lower, inner.prob_upper), latest, ("gate",), inner.requirements
    )


def _breaches(case: Case, when: RungCondition) -> RequirementState:
    """Return whether a condition over findings holds (rule 6)."""
    course = judge_condition(case.agreement, case.zoning, when)
    holds = {"fires": "yes", "does not fire": "no"}.get(course.answer, "cannot determine")
    breaches = course.breaches
    here = (breaches.maybe_from <= course.as_of) & (course.as_of < breaches.maybe_until)
    counted = here[breaches.breach_of] & (breaches.finding_upper > 0.0)
    order = sorted(zip(-breaches.finding_lower[counted], breaches.findings[counted].tolist(), strict=True))
    openers = ("review", "breach") if holds == "cannot determine" else ("breach",)
    state = _uncertain("breaches", None, holds, (course.lower, course.upper), None, openers, ())
    named = tuple(case.zoning.ledger.finding_ids[row] for _, row in order[:MAX_EVIDENCE])
    return replace(state, evidence=named, n_evidence=len(order))


def _any_of(ways: tuple[RequirementState, ...]) -> RequirementState:
    """Return whether one of several requirements holds (rule 7)."""
    holds = "no" if all(one.holds == "no" for one in ways) else "cannot determine"
    if any(one.holds == "yes" for one in ways):
        holds = "yes"
    prob = max(one.prob_lower for one in ways), min(1.0, math.fsum(one.prob_upper for one in ways))
    opens_at = min((one.opens_at for one in ways if one.opens_at is not None), default=None)
    openers = tuple(dict.fromkeys(name for one in ways for name in one.openers))
    return _uncertain("any_of", None, holds, prob, None if holds == "yes" else opens_at, openers, ways)


def _uncertain(
    kind: str,
    subject: str | None,
    holds: str,
    prob: tuple[float, float],
    opens_at: datetime | None,
    openers: tuple[str, ...],
    alternatives: tuple[RequirementState, ...],
) -> RequirementState:
    return RequirementState(
        kind=kind,
        subject=subject,
        wanted=True,
        days=None,
        standard=None,
        holds=holds,
        prob_lower=prob[0],
        prob_upper=prob[1],
        watched_share=None,
        evidence=(),
        n_evidence=0,
        opens_at=opens_at,
        openers=() if holds == "yes" else openers,
        alternatives=alternatives,
    )
