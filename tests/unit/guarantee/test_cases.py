"""The lawyers' cases: given findings, dates and what people did, the rung, its clocks and the gates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from holdfire.agreement.check import check_agreement
from holdfire.basics.instants import parse_instant
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.words import gate_lines, ladder_lines
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import CLAUSE_KINDS
from holdfire.records.guarantee import ClockState, GateState, RungState
from holdfire.records.taxonomy import builtin_tree
from tests.unit.guarantee.casefile import CASES, Facts, base_agreement, plain_text

FILES = sorted(path for path in CASES.glob("*.yaml") if path.name != "agreement.yaml")
PLAIN = ("answer", "status", "stands", "irregular", "blind_clauses", "elapsed", "stood_down_cause")
IDS = ("counted", "possible", "withdrawn", "undated")
TIMES = (
    "first_breach_at", "first_breach_by", "perhaps_first_breach_at", "verified_at", "stands_down_at", "stood_down_at",
    "held_from", "held_until", "reached_since", "elapsed_at",
)  # fmt: skip


def all_cases() -> list[Any]:
    """Return every case with the sections of the agreement that its file replaces."""
    found = []
    for path in FILES:
        content = plain_text(path)
        for case in content["cases"]:
            changes = content.get("agreement", {}) | case.get("agreement", {})
            found.append(pytest.param(changes, case, id=f"{path.stem}: {case['name']}"))
    return found


def said_time(instant: datetime | None, like: Any, agreement: Agreement) -> Any:
    """Return an instant as the case writes it, if it is the same one or comes right after it, a microsecond later."""
    if isinstance(like, str) and instant is not None:
        late = instant - parse_instant(like, agreement.time_zone)
        if timedelta(0) <= late <= timedelta(microseconds=1):
            return like
    return None if instant is None else instant.isoformat()


def said_clock(clock: ClockState | None, wanted: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """Return what a clock says of what the case asks."""
    if clock is None:
        return {"state": "no clock"}
    said: dict[str, Any] = {}
    for key, value in wanted.items():
        if key in ("began_at", "began_by", "due_at", "due_by"):
            said[key] = said_time(getattr(clock, key), value, agreement)
        elif key in ("hours_left", "hours_left_least", "paused_h"):
            hours = getattr(clock, key)
            said[key] = None if hours is None else round(hours, 6)
        else:
            said[key] = getattr(clock, key)
    return said


def near(pair: tuple[float, float], wanted: list[float]) -> list[float]:
    """Return bounds as the case writes them, if they are so within 0.0005."""
    return [want if abs(want - got) <= 0.0005 else got for got, want in zip(pair, wanted, strict=True)]


def said_rung(rung: RungState, wanted: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """Return what a rung's state says of what the case asks."""
    said: dict[str, Any] = {}
    for key, value in wanted.items():
        if key == "clock":
            said[key] = said_clock(next(iter(rung.clocks), None), value, agreement)
        elif key.startswith("clock from "):
            starts_at = key.removeprefix("clock from ").replace(" ", "_")
            said[key] = said_clock(next((c for c in rung.clocks if c.starts_at == starts_at), None), value, agreement)
        elif key == "prob":
            said[key] = near((rung.prob_lower, rung.prob_upper), value)
        elif key == "parties":
            said[key] = {
                one.party: near((one.prob_lower, one.prob_upper), value.get(one.party, [-1, -1]))
                for one in rung.by_party
            }
        elif key == "waits for":
            said[key] = list(rung.waits_for)
        elif key == "used at":
            said[key] = said_time(None if rung.used is None else rung.used.used_at, value, agreement)
        elif key == "authorised by":
            said[key] = None if rung.authorisation is None else rung.authorisation.by
        elif key in IDS:
            said[key] = [finding_id.removeprefix("f/") for finding_id in getattr(rung, key)]
        elif key in TIMES:
            said[key] = said_time(getattr(rung, key), value, agreement)
        elif key in PLAIN:
            plain = getattr(rung, key)
            said[key] = list(plain) if isinstance(plain, tuple) else plain
        else:
            raise KeyError(key)
    return said


def said_gate(gate: GateState, wanted: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """Return what a gate's state says of what the case asks."""
    said: dict[str, Any] = {}
    for key, value in wanted.items():
        if key == "answer":
            said[key] = gate.answer
        elif key == "prob":
            said[key] = near((gate.prob_lower, gate.prob_upper), value)
        elif key == "unmet":
            said[key] = [one.kind for one in gate.unmet]
        elif key == "opens_at":
            said[key] = said_time(gate.unmet[0].opens_at if gate.unmet else None, value, agreement)
        elif key == "would take":
            said[key] = list(dict.fromkeys(opener for one in gate.unmet for opener in one.openers))
        elif key == "evidence":
            said[key] = [name.removeprefix("f/") for one in gate.requirements for name in one.evidence]
        else:
            raise KeyError(key)
    return said


@pytest.mark.parametrize(("changes", "case"), all_cases())
def test_a_case_comes_out_as_written(changes: dict[str, Any], case: dict[str, Any]) -> None:
    """Given the case's facts, the ladder and its gates say at each instant what the case expects."""
    agreement = Agreement.model_validate(base_agreement() | changes)
    facts = Facts.of(case, agreement)
    for step in case["then"]:
        as_of = parse_instant(step["at"], agreement.time_zone)
        reading = step.get("reading", agreement.readings[0].id)
        arguments = facts.arguments(as_of, reading)
        state = judge_ladder(agreement, **arguments, party=step.get("against"))
        expected = {key: value for key, value in step.items() if key not in ("at", "reading", "says", "against")}
        actual: dict[str, Any] = {}
        for key, wanted in expected.items():
            if key == "gates":
                gates = {name: judge_gate(agreement, name, **arguments) for name in wanted}
                actual[key] = {name: said_gate(gates[name], wanted[name], agreement) for name in wanted}
            elif key in ("stands_at", "perhaps_at", "in_force"):
                actual[key] = getattr(state, key)
            elif key == "first_breach_at":
                actual[key] = said_time(state.first_breach_at, wanted, agreement)
            else:
                actual[key] = said_rung(state.rung(key), wanted, agreement)
        assert expected == actual, step["at"]
        lines = ladder_lines(state, agreement)
        for gate in agreement.gates:
            lines += gate_lines(judge_gate(agreement, gate.id, **arguments), agreement)
        assert [] == [text for text in step.get("says", []) if not any(text in line for line in lines)], lines


@pytest.mark.parametrize("changes", [{}, *(plain_text(path).get("agreement", {}) for path in FILES)])
def test_the_cases_rest_on_agreements_without_faults(changes: dict[str, Any]) -> None:
    """The agreements of the cases pass the check that a user's agreement has to pass."""
    agreement = Agreement.model_validate(base_agreement() | changes)
    content = agreement.model_dump_json(by_alias=True, exclude_none=True).encode()
    _, faults = check_agreement(
        content,
        "case.json",
        kernels=frozenset(CLAUSE_KINDS),
        kinds=builtin_tree("kinds"),
        weapons=builtin_tree("weapons"),
        targets=builtin_tree("targets"),
    )
    assert () == faults


def test_there_are_cases_enough() -> None:
    """At least forty cases are written down."""
    assert len(all_cases()) >= 40
