"""Facts about gates beyond the lawyers' cases: bounds that hold, zones that are asked about, judging by party."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.errors import UnknownIdError
from holdfire.guarantee.gate_words import requirement_lines
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladder, judge_ladders
from holdfire.guarantee.zones import zones_asked
from holdfire.records.guarantee import OPENERS, REQUIREMENT_KINDS, GateState
from tests.unit.guarantee.casefile import Facts, agreement_of

AS_OF = datetime(2031, 5, 20, 12, tzinfo=UTC)
QUIET = {"quiet_days": 3, "zone": "area"}
GRAVE = {"breaches": {"min_severity": 4, "standard": "indication", "window": "48 h"}}


def gate(*requires: dict[str, Any]) -> dict[str, Any]:
    """Return an agreement's sections with one gate."""
    return {"gates": [{"id": "g", "title": {"en": "G"}, "requires": list(requires)}]}


def judged(changes: dict[str, Any], findings: list[dict[str, Any]]) -> GateState:
    """Return the gate's state over findings in a wholly watched area."""
    facts = Facts(agreement=agreement_of(changes), findings=findings, watched={"area": 1.0})
    return judge_gate(facts.agreement, "g", **facts.arguments(AS_OF, "main"))


def strikes(probs: list[float]) -> list[dict[str, Any]]:
    """Return strikes in the area, an hour apart."""
    return [
        {"id": f"s{index}", "clause": "strike", "party": "north", "prob": prob, "zones": {"area": 1}}
        | {"at": (AS_OF - timedelta(hours=1 + index)).isoformat()}
        for index, prob in enumerate(probs)
    ]


@given(st.lists(st.floats(0.25, 1.0), max_size=5), st.booleans())
@settings(max_examples=40, deadline=None)
def test_bounds_hold_for_every_outcome_of_the_breaches(probs: list[float], any_of: bool) -> None:
    """Quiet and a breach exclude each other: the bounds hold the sum over every outcome, both ways."""
    state = judged(gate({"any_of": [QUIET, GRAVE]}) if any_of else gate(QUIET, GRAVE), strikes(probs))
    exact = []
    for outcome in itertools.product((False, True), repeat=len(probs)):
        chance = math.prod(p if happens else 1.0 - p for p, happens in zip(probs, outcome, strict=True))
        quiet, grave = not any(outcome), any(outcome)
        exact.append(chance * float((quiet or grave) if any_of else (quiet and grave)))
    assert state.prob_lower <= math.fsum(exact) + 1e-12
    assert math.fsum(exact) <= state.prob_upper + 1e-12


def test_every_word_of_a_gate_is_of_its_list() -> None:
    """Kinds and openers are of the lists, met requirements have no openers, and each state can be said."""
    every = [{"in_force": True}, QUIET, {"rung_used": "warning"}, {"mandate": {"en": "P"}}, GRAVE]
    state = judged(gate(*every, {"any_of": every}), strikes([0.5]))
    told = [*state.requirements, *state.requirements[-1].alternatives]
    assert set() == {one.kind for one in told} - set(REQUIREMENT_KINDS)
    assert set() == {opener for one in told for opener in one.openers} - set(OPENERS)
    assert {()} == {one.openers for one in told if one.holds == "yes"}
    assert all(one.openers for one in told if one.holds != "yes")
    assert all(requirement_lines(one, datetime.isoformat) for one in told)


def test_zones_of_conditions_and_alternatives_are_asked_about() -> None:
    """A zone that only a gate's alternative or condition names has its memberships asked for."""
    ladder = agreement_of().ladder
    assert ladder is not None
    changes = gate(
        {"any_of": [{"quiet_days": 2, "zone": "sector-1"}, {"breaches": {"zones": ["sector-2"]}}]},
        {"breaches": {"zones": ["sector-3"]}},
    )
    assert ("sector-1", "sector-2", "sector-3") == zones_asked(agreement_of(changes))


def test_an_evidence_is_named_gravest_first() -> None:
    """A condition over findings names what counts, or may, the surest first."""
    state = judged(gate(GRAVE), strikes([0.3, 0.9, 0.6]))
    assert ("f/s1", "f/s2", "f/s0") == state.requirements[0].evidence


def test_a_ladder_is_climbed_once_for_each_party_named() -> None:
    """With ``per_party`` there is one state for each; without, one for all; an unknown party is refused."""
    agreement = agreement_of()
    assert agreement.ladder is not None
    both = agreement.model_copy(
        update={"ladder": agreement.ladder.model_copy(update={"per_party": ["south", "north"]})}
    )
    facts = Facts(agreement=both, findings=[])
    arguments = facts.arguments(AS_OF, "main")
    assert ["south", "north"] == [state.party for state in judge_ladders(both, **arguments)]
    assert [None] == [state.party for state in judge_ladders(agreement, **arguments)]
    with pytest.raises(UnknownIdError, match="no party 'west'"):
        judge_ladder(both, **arguments, party="west")
