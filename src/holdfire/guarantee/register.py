"""Register: where each commitment stood on a day, as it was known on another, and what need that covers.

Turns the dated steps of an agreement's commitments into states, totals and covered needs. Rules:

1. Two time axes: only steps that were known by ``known_at`` are seen (a step that names no such day was known on its
   own), and of them only those dated until ``valid_at`` count.
2. Whose word stands. A step that names nobody is the record's own entry, and a review is a named person's decision:
   both settle what was said before, and stand. Beside them everybody who speaks later has one word, the last one. The
   status is the last of the words that stand; a status can go back.
3. Where some of these words take the promise back (refused, withdrawn, expired) and others do not, they stand side by
   side and contradict each other: that a minister says it and the guarantor denies it is settled by neither, nor is a
   recorded fact undone by somebody's word. So do two entries of the record on one local day.
4. From its stated end on a commitment is expired, unless it was refused, withdrawn or delivered.
5. A commitment is live if one of its statuses does not take it back; one without any step is live by the agreement's
   text.
6. Quantities. Each step may state what is pledged, allocated and deployed as of then; what it leaves out stays as it
   was, at first what the commitment itself states. By the rule of words several amounts may stand side by side; then
   the least counts, since nobody disputes that much.
7. Totals are added by guarantor, capability and unit over what is live; nothing is converted, and what states no
   quantity is named instead of being counted as none.
8. A need is covered by what is allocated or deployed, and beyond that only promised by what is pledged, of live
   commitments in its capability and unit. What is contradicted covers nothing: it stands as disputed. The rest is
   missing.

Leaves gates to ``gates`` and the statements themselves to ``statements``. Source: DESIGN, section 4 (Commitment).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holdfire.basics.instants import parse_instant, zone_named
from holdfire.records.agreement import Agreement
from holdfire.records.commitment import (
    CapabilityTotal,
    Claim,
    CommitmentState,
    CommitmentStep,
    NeedState,
    Register,
)
from holdfire.records.promises import QUANTITIES, CommitmentEntry, Need, RegisterFile

__all__ = ["TAKEN_BACK", "judge_commitments"]

TAKEN_BACK = ("refused", "withdrawn", "expired")
ENDED = (*TAKEN_BACK, "delivered")
Steps = tuple[CommitmentStep, ...]


def judge_commitments(agreement: Agreement | RegisterFile, *, valid_at: datetime, known_at: datetime) -> Register:
    """Return the register of an agreement's commitments.

    Parameters
    ----------
    agreement : Agreement or RegisterFile
        An agreement, with a register joined to it or not, or a register alone.
    valid_at : datetime
        UTC; the instant asked about.
    known_at : datetime
        UTC; what became known later is not seen.

    Raises
    ------
    InputError
        A date is no instant, or the agreement's time zone is not known.
    """
    zone = agreement.time_zone
    states = tuple(_state(zone, entry, valid_at, known_at) for entry in agreement.commitments)
    return Register(
        agreement_id=agreement.id if isinstance(agreement, Agreement) else agreement.agreement,
        valid_at=valid_at,
        known_at=known_at,
        commitments=states,
        totals=_totals(states),
        needs=tuple(_need(zone, need, states) for need in agreement.needs),
    )


def _state(zone: str, entry: CommitmentEntry, valid_at: datetime, known_at: datetime) -> CommitmentState:
    steps = _steps(zone, entry, valid_at, known_at)
    words = _words(zone, steps)
    statuses = _statuses(words)
    expires_at = None if entry.expires is None else parse_instant(entry.expires, zone)
    if expires_at is not None and expires_at <= valid_at and not set(statuses) & set(ENDED):
        statuses = ("expired",)
    live = any(status not in TAKEN_BACK for status in statuses) if statuses else not entry.steps
    claims = {name: _claims(entry, name, steps) for name in QUANTITIES}
    least = {name: min((claim.amount for claim in found), default=None) for name, found in claims.items()}
    return CommitmentState(
        commitment_id=entry.id,
        guarantor=entry.guarantor,
        capability=entry.capability,
        statuses=statuses,
        contradictory=len(statuses) > 1,
        live=live,
        steps=steps,
        words=words,
        unit=entry.unit,
        **least,
        claims=tuple(claim for found in claims.values() for claim in found),
        disputed=tuple(name for name, found in claims.items() if len({claim.amount for claim in found}) > 1),
        gates=tuple(entry.gates),
        expires_at=expires_at,
        legal_basis=entry.legal_basis,
    )


def _steps(zone: str, entry: CommitmentEntry, valid_at: datetime, known_at: datetime) -> Steps:
    steps = []
    for step in entry.steps:
        on = parse_instant(step.on, zone)
        known = on if step.known_on is None else parse_instant(step.known_on, zone)
        if known <= known_at and on <= valid_at:
            steps.append(
                CommitmentStep(
                    status=step.status,
                    on=on,
                    known_at=known,
                    evidence=step.evidence,
                    evidence_kind=step.evidence_kind,
                    by=step.by,
                    pledged=step.pledged,
                    allocated=step.allocated,
                    deployed=step.deployed,
                )
            )
    return tuple(sorted(steps, key=lambda step: step.on))


def _settles(step: CommitmentStep) -> bool:
    return step.by is None or step.evidence_kind == "review"


def _speaker(step: CommitmentStep) -> str:
    # Spaces and capitals make no other person.
    return " ".join((step.by or "").split()).casefold()


def _words(time_zone: str, steps: Steps) -> Steps:
    """Return the words that stand (rules 2 and 3), by date."""
    zone = zone_named(time_zone)
    standing: dict[str, CommitmentStep] = {}
    for step in steps:
        if _settles(step):
            same_day = [
                other
                for other in standing.values()
                if other.by is None and step.by is None and _day(other, zone) == _day(step, zone)
            ]
            standing = {f"\0{index}": other for index, other in enumerate(same_day)}
            standing[f"\0{len(standing)}"] = step
        else:
            standing[_speaker(step)] = step
    return tuple(sorted(standing.values(), key=lambda step: step.on))


def _day(step: CommitmentStep, zone: ZoneInfo) -> date:
    return step.on.astimezone(zone).date()


def _statuses(words: Steps) -> tuple[str, ...]:
    said = [word.status for word in words]
    against = [status for status in said if status in TAKEN_BACK]
    in_favour = [status for status in said if status not in TAKEN_BACK]
    if against and in_favour:
        return (in_favour[-1], against[-1])
    return (said[-1],) if said else ()


def _claims(entry: CommitmentEntry, name: str, steps: Steps) -> tuple[Claim, ...]:
    """Return the amounts of one quantity that stand (rule 6)."""
    own = getattr(entry, name)
    standing = {} if own is None else {"": Claim(quantity=name, amount=own, by=None, on=None, evidence=None)}
    for step in steps:
        amount = getattr(step, name)
        if amount is None:
            continue
        claim = Claim(quantity=name, amount=amount, by=step.by, on=step.on, evidence=step.evidence)
        if _settles(step):
            standing = {"": claim}
        else:
            standing[_speaker(step)] = claim
    return tuple(standing[who] for who in sorted(standing))


class _Amounts(NamedTuple):
    """Hold what a commitment brings: there, set aside or there, promised or more."""

    deployed: float
    given: float
    promised: float


def _amounts(state: CommitmentState) -> _Amounts:
    deployed = state.deployed or 0.0
    given = max(state.allocated or 0.0, deployed)
    return _Amounts(deployed, given, max(state.pledged or 0.0, given))


def _need(zone: str, need: Need, states: tuple[CommitmentState, ...]) -> NeedState:
    live = [one for one in states if one.live and one.capability == need.capability]
    counted = [one for one in live if one.unit == need.unit]
    sure = [_amounts(one) for one in counted if not one.contradictory]
    deployed = min(need.quantity, math.fsum(one.deployed for one in sure))
    covered = min(need.quantity, math.fsum(one.given for one in sure))
    promised = min(need.quantity, math.fsum(one.promised for one in sure))
    doubtful = math.fsum(_amounts(one).promised for one in counted if one.contradictory)
    with_disputed = min(need.quantity, promised + doubtful)
    return NeedState(
        need_id=need.id,
        capability=need.capability,
        unit=need.unit,
        quantity=need.quantity,
        deployed=deployed,
        covered=covered,
        promised_only=promised - covered,
        disputed=with_disputed - promised,
        missing=need.quantity - with_disputed,
        wanted_by=None if need.wanted_by is None else parse_instant(need.wanted_by, zone),
        totals=_totals(counted),
        other_units=tuple(one.commitment_id for one in live if one.unit != need.unit),
    )


def _totals(states: Iterable[CommitmentState]) -> tuple[CapabilityTotal, ...]:
    groups: dict[tuple[str, str, str], list[CommitmentState]] = {}
    for state in states:
        if state.live:
            groups.setdefault((state.guarantor, state.capability, state.unit or ""), []).append(state)
    return tuple(_total(groups[key]) for key in sorted(groups))


def _total(states: list[CommitmentState]) -> CapabilityTotal:
    pledged = _sum(state.pledged for state in states)
    silent = [s.commitment_id for s in states if s.pledged is None and s.allocated is None and s.deployed is None]
    only = math.fsum(max(0.0, (state.pledged or 0.0) - _amounts(state).given) for state in states)
    return CapabilityTotal(
        guarantor=states[0].guarantor,
        capability=states[0].capability,
        unit=states[0].unit,
        pledged=pledged,
        allocated=_sum(state.allocated for state in states),
        deployed=_sum(state.deployed for state in states),
        promised_only=None if pledged is None else only,
        commitment_ids=tuple(state.commitment_id for state in states),
        without_quantity=tuple(silent),
        contradictory=tuple(state.commitment_id for state in states if state.contradictory),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    stated = [value for value in values if value is not None]
    return math.fsum(stated) if stated else None
