"""Facts about who did it, from the side of a dated line and the reach of weapons."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.app.attributing import likelihoods_of
from holdfire.assessment.acts import Bounds
from holdfire.assessment.attribution import Evidence, posterior_bounds
from holdfire.assessment.facts import facts_of
from holdfire.assessment.shapes import zone_shapes
from holdfire.records.agreement import Agreement
from holdfire.records.attribution import Attribution
from tests.unit.assessment.case_words import agreement_of, incidents_of, judged, read_case_file

QUIET = {"id": "quiet", "rule": {"kind": "cessation", "acts": ["explosion"]}}
EVEN = {"north": [0.5, 0.5], "south": [0.5, 0.5]}
STATED = {
    "held": {"north": ["west-bank"], "south": ["east-bank"]},
    "own_fire": [0.1, 0.1],
    "strays": [0.05, 0.05],
    "reaches": [{"weapon": "mortar", "reach": "7 km", "source": "the maker"}],
    "source": "the line as agreed",
}
SHELL = {"what": "explosion/shelling/mortar", "at": "2030-03-05 12:00:00", "give_or_take": "0 m"}
WEST, EAST, FAR_WEST = [37.46, 48.5], [37.54, 48.5], [37.383, 48.5]
"""3 km on North's side of the river, 3 km on South's, and 8.6 km on North's."""


def agreement_with(**changes: Any) -> Agreement:
    """Return the two sides' agreement, the west bank held by North and the east bank by South."""
    return agreement_of({"clauses": [QUIET], "agreement": {"attribution": {**STATED, **changes}}})


def actor(said: dict[str, Any], party: str, **changes: Any) -> tuple[float, float]:
    """Return the actor factor of one incident; (0, 0) where it is not listed."""
    agreement = agreement_with(**changes)
    table = judged(agreement, incidents_of([said], agreement.time_zone), "2030-06-01")
    found = [row for row in table.to_pylist() if row["party"] == party]
    return (found[0]["actor_lower"], found[0]["actor_upper"]) if found else (0.0, 0.0)


def test_without_evidence_and_base_nobody_is_accused() -> None:
    """Where no report names anybody and no base is stated, the side of the line convicts nobody."""
    assert (0.0, 1.0) == actor({**SHELL, "where": WEST}, "south")


def test_fire_on_one_s_own_side_is_more_likely_the_other_s() -> None:
    """With even odds before, fire on what North holds is South's by 10 to 1, and the other way round."""
    assert (10 / 11, 10 / 11) == pytest.approx(actor({**SHELL, "where": WEST}, "south", base=EVEN))
    assert (1 / 11, 1 / 11) == pytest.approx(actor({**SHELL, "where": EAST}, "south", base=EVEN))


def test_who_fires_from_a_side_more_likely_holds_it() -> None:
    """Fire that goes out from the west bank is North's by 20 to 1."""
    out = {**SHELL, "what": "explosion/outgoing", "where": WEST}
    assert (20 / 21, 20 / 21) == pytest.approx(actor(out, "north", base=EVEN))


def test_a_place_that_is_not_known_well_weighs_less() -> None:
    """A place whose error reaches across the line says less of the side."""
    near = actor({**SHELL, "where": WEST}, "south", base=EVEN)[0]
    vague = actor({**SHELL, "where": WEST, "give_or_take": "3 km"}, "south", base=EVEN)[0]
    assert 0.5 < vague < near


def test_a_weapon_reaches_only_so_far() -> None:
    """A mortar's shell 8.6 km behind the line came from beyond its reach of the other side, if it came from there."""
    odds = 0.05 / 0.1
    assert odds / (1 + odds) == pytest.approx(actor({**SHELL, "where": FAR_WEST}, "south", base=EVEN)[0])
    rocket = {**SHELL, "what": "explosion/shelling/rocket", "where": FAR_WEST}
    assert 10 / 11 == pytest.approx(actor(rocket, "south", base=EVEN)[0])


def test_claims_and_evidence_are_joined() -> None:
    """A claim that South did it by 0.3 to 0.6 is raised by the side on which the shell fell."""
    said = {**SHELL, "where": WEST, "by": {"south": [0.3, 0.6], "north": [0.4, 0.7]}}
    low, high = actor(said, "south")
    assert (3 / 3.7, 6 / 6.4) == pytest.approx((low, high))


def test_an_unknown_place_gives_a_range_around_the_base() -> None:
    """Without a place the side is open, and so is who did it: from one side's odds to the other's."""
    said = {"what": "explosion/shelling/rocket", "at": SHELL["at"]}
    assert (1 / 11, 10 / 11) == pytest.approx(actor(said, "south", base=EVEN))


def test_the_side_follows_the_line_by_date() -> None:
    """A place that changes hands is judged by who held it at the time."""
    moved = [
        {"to": "2030-03-10T00:00:00", "coordinates": [[37.5, 47.0], [37.5, 50.0]]},
        {"from": "2030-03-10T00:00:00", "coordinates": [[37.42, 47.0], [37.42, 50.0]]},
    ]
    base = read_case_file("base")
    lines = [{**base["lines"][0], "versions": moved}]
    parts = {"attribution": {**STATED, "base": EVEN}, "lines": lines}
    agreement = agreement_of({"clauses": [QUIET], "agreement": parts})
    days = [{**SHELL, "where": WEST, "at": f"2030-03-{day} 12:00:00"} for day in ("09", "10")]
    rows = judged(agreement, incidents_of(days, agreement.time_zone), "2030-06-01").to_pylist()
    south = [row["actor_lower"] for row in rows if row["party"] == "south"]
    assert [10 / 11, 1 / 11] == pytest.approx(south)


probs = st.floats(0.0, 1.0)
likelihoods = st.tuples(st.floats(0.01, 1.0), st.floats(0.01, 1.0)).map(sorted)


@given(
    masses=st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3),
    slack=st.sampled_from((0.0, 0.1, 0.4)),
    north=likelihoods,
    south=likelihoods,
    at=st.tuples(probs, probs),
)
def test_bounds_hold_every_posterior_that_claims_and_likelihoods_allow(
    masses: list[float], slack: float, north: list[float], south: list[float], at: tuple[float, float]
) -> None:
    """Whatever masses within the claims and likelihoods within their bounds are true, Bayes' rule stays within."""
    shares = [mass / sum(masses) for mass in masses]
    said = {
        name: [max(0.0, share - slack), min(1.0, share + slack)]
        for name, share in zip(("north", "south", "?"), shares, strict=True)
    }
    facts = facts_of(incidents_of([{"by": said}], "UTC"))
    one = Bounds(np.ones(1), np.ones(1))
    evidence = {
        name: Evidence(side=Bounds(np.array([low]), np.array([high])), reach=one, direction=one)
        for name, (low, high) in {"north": north, "south": south}.items()
    }
    stated = Attribution.model_validate_json(json.dumps(STATED))
    low, high = (float(part[0]) for part in posterior_bounds(facts, "north", evidence, stated))
    likely = [pair[0] + where * (pair[1] - pair[0]) for pair, where in zip((north, south), at, strict=True)]
    steps = [(0.0, 0.0), *itertools.permutations((slack / 2, -slack / 2), 2)]
    for step_n, step_s in steps:
        mass = [shares[0] + step_n, shares[1] + step_s, shares[2] - step_n - step_s]
        if min(mass) < 0.0:
            continue
        weighed = [mass[0] * likely[0], mass[1] * likely[1], mass[2]]
        assert low - 1e-9 <= weighed[0] / sum(weighed) <= high + 1e-9


def test_each_likelihood_has_its_source() -> None:
    """An explanation lists the claims, the side, the reach and what they come to, each with where it comes from."""
    agreement = agreement_with(base=EVEN)
    incident = incidents_of([{**SHELL, "where": WEST}], agreement.time_zone)
    found = likelihoods_of(incident, agreement, zone_shapes(agreement), agreement.readings[0].id)
    told = {(one.party, one.piece): (round(one.lower, 3), round(one.upper, 3), one.source) for one in found}
    assert (0.1, 0.1, "the line as agreed") == told["north", "side"]
    assert (1.0, 1.0, "the line as agreed") == told["south", "side"]
    assert (1.0, 1.0, "the maker") == told["south", "reach"]
    assert (0.909, 0.909, "Bayes' rule") == told["south", "joined"]
    assert "south, by the side of the line: 1.000 (the line as agreed)" in found[5].as_line()
