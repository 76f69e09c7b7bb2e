"""Redact the guarantee: a guarantee's states as the public may see them.

Turns states into states without the ids of findings, and without the names, words and evidence of those who decided,
acted or reviewed. Rule: what is owed, by which office, and by when is public; who signed is not. Leaves the age of what
is judged to the caller, who judges at an instant old enough. Source: DESIGN, section 1 (rule 6).
"""

from __future__ import annotations

from dataclasses import replace

from holdfire.records.acts import Authorisation, RungUse
from holdfire.records.commitment import CommitmentState, Register
from holdfire.records.guarantee import GateState, GuaranteeState, RequirementState, RungState
from holdfire.records.guarantee_day import GuaranteeDay

__all__ = ["open_guarantee"]


def open_guarantee(day: GuaranteeDay) -> GuaranteeDay:
    """Return a guarantee as the public may see it; how many findings there are stays, their ids go."""
    return replace(
        day,
        ladders=tuple(_ladder(state) for state in day.ladders),
        gates=tuple(_gate(state) for state in day.gates),
        register=_register(day.register),
        ladders_before=tuple(_ladder(state) for state in day.ladders_before),
        gates_before=tuple(_gate(state) for state in day.gates_before),
        register_before=_register(day.register_before),
    )


def _ladder(state: GuaranteeState) -> GuaranteeState:
    return replace(state, rungs=tuple(_rung(rung) for rung in state.rungs))


def _blank(names: tuple[str, ...]) -> tuple[str, ...]:
    return ("",) * len(names)


def _rung(rung: RungState) -> RungState:
    return replace(
        rung,
        counted=_blank(rung.counted),
        possible=_blank(rung.possible),
        undated=_blank(rung.undated),
        withdrawn=_blank(rung.withdrawn),
        clocks=tuple(replace(clock, finding_ids=()) for clock in rung.clocks),
        gates=tuple(_gate(gate) for gate in rung.gates),
        authorisation=_decision(rung.authorisation),
        used=_use(rung.used),
        used_before=_use(rung.used_before),
    )


def _decision(one: Authorisation | None) -> Authorisation | None:
    return None if one is None else replace(one, by="", reason="")


def _use(one: RungUse | None) -> RungUse | None:
    return None if one is None else replace(one, by="", evidence="")


def _gate(gate: GateState) -> GateState:
    return replace(gate, requirements=tuple(_requirement(one) for one in gate.requirements))


def _requirement(one: RequirementState) -> RequirementState:
    return replace(one, evidence=(), alternatives=tuple(_requirement(way) for way in one.alternatives))


def _register(register: Register) -> Register:
    return replace(register, commitments=tuple(_commitment(one) for one in register.commitments))


def _commitment(one: CommitmentState) -> CommitmentState:
    return replace(
        one,
        steps=tuple(replace(step, by=None, evidence="") for step in one.steps),
        words=tuple(replace(step, by=None, evidence="") for step in one.words),
        claims=tuple(replace(claim, by=None, evidence=None) for claim in one.claims),
    )
