"""Register: where each commitment stood on a day, as it was known on another.

Turns the dated steps of an agreement's commitments into states and totals. Rules:

1. Two time axes: only steps that were known by ``known_at`` are seen (a step that names no such day was known on its
   own), and of them only those dated until ``valid_at`` count.
2. The latest day's step is the status; of several on one local day the one written last, unless one of them takes the
   promise back (refused, withdrawn, expired) and another does not: then they stand side by side and contradict each
   other. A status can go back.
3. From its stated end on a commitment is expired, unless it was refused, withdrawn or delivered.
4. A commitment is live if one of its statuses does not take it back; one without any step is live by the agreement's
   text.
5. Quantities are added by guarantor, capability and unit over what is live; nothing is converted, and what states no
   quantity is named instead of being counted as none.

Leaves gates to ``gates`` and the statements themselves to ``statements``. Source: DESIGN, section 4 (Commitment).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from holdfire.basics.instants import zone_named
from holdfire.records.agreement import Agreement
from holdfire.records.commitment import CapabilityTotal, CommitmentState, CommitmentStep, Register
from holdfire.records.force import instant_of
from holdfire.records.promises import CommitmentEntry

__all__ = ["TAKEN_BACK", "judge_commitments"]

TAKEN_BACK = ("refused", "withdrawn", "expired")
ENDED = (*TAKEN_BACK, "delivered")


def judge_commitments(agreement: Agreement, *, valid_at: datetime, known_at: datetime) -> Register:
    """Return the register of an agreement's commitments.

    Parameters
    ----------
    agreement : Agreement
    valid_at : datetime
        UTC; the instant asked about.
    known_at : datetime
        UTC; what became known later is not seen.

    Raises
    ------
    InputError
        A date is no instant, or the agreement's time zone is not known.
    """
    states = tuple(_state(agreement, entry, valid_at, known_at) for entry in agreement.commitments)
    return Register(
        agreement_id=agreement.id,
        valid_at=valid_at,
        known_at=known_at,
        commitments=states,
        totals=_totals(states),
    )


def _state(agreement: Agreement, entry: CommitmentEntry, valid_at: datetime, known_at: datetime) -> CommitmentState:
    steps = _steps(agreement, entry, valid_at, known_at)
    statuses = _latest(agreement, steps)
    expires_at = None if entry.expires is None else instant_of(entry.expires, agreement)
    if expires_at is not None and expires_at <= valid_at and not set(statuses) & set(ENDED):
        statuses = ("expired",)
    live = any(status not in TAKEN_BACK for status in statuses) if statuses else not entry.steps
    return CommitmentState(
        commitment_id=entry.id,
        guarantor=entry.guarantor,
        capability=entry.capability,
        statuses=statuses,
        contradictory=len(statuses) > 1,
        live=live,
        steps=steps,
        pledged=entry.pledged,
        allocated=entry.allocated,
        deployed=entry.deployed,
        unit=entry.unit,
        gates=tuple(entry.gates),
        expires_at=expires_at,
    )


def _steps(
    agreement: Agreement, entry: CommitmentEntry, valid_at: datetime, known_at: datetime
) -> tuple[CommitmentStep, ...]:
    steps = []
    for step in entry.steps:
        on = instant_of(step.on, agreement)
        known = on if step.known_on is None else instant_of(step.known_on, agreement)
        if known <= known_at and on <= valid_at:
            steps.append(CommitmentStep(status=step.status, on=on, known_at=known, evidence=step.evidence))
    return tuple(sorted(steps, key=lambda step: step.on))


def _latest(agreement: Agreement, steps: tuple[CommitmentStep, ...]) -> tuple[str, ...]:
    if not steps:
        return ()
    zone = zone_named(agreement.time_zone)
    day = steps[-1].on.astimezone(zone).date()
    said = [step.status for step in steps if step.on.astimezone(zone).date() == day]
    against = [status for status in said if status in TAKEN_BACK]
    in_favour = [status for status in said if status not in TAKEN_BACK]
    if against and in_favour:
        return (in_favour[-1], against[-1])
    return (said[-1],)


def _totals(states: tuple[CommitmentState, ...]) -> tuple[CapabilityTotal, ...]:
    groups: dict[tuple[str, str, str], list[CommitmentState]] = {}
    for state in states:
        if state.live:
            groups.setdefault((state.guarantor, state.capability, state.unit or ""), []).append(state)
    return tuple(_total(groups[key]) for key in sorted(groups))


def _total(states: list[CommitmentState]) -> CapabilityTotal:
    pledged = _sum(state.pledged for state in states)
    silent = [s.commitment_id for s in states if s.pledged is None and s.allocated is None and s.deployed is None]
    moved = [(s.pledged or 0.0, s.allocated or 0.0, s.deployed or 0.0) for s in states]
    only = math.fsum(max(0.0, promised - max(given, there)) for promised, given, there in moved)
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
