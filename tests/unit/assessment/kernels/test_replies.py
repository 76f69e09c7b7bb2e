"""Facts about what may be a reply to the other side's fire."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.assessment.acts import Bounds, party_bounds
from holdfire.assessment.facts import Facts, facts_of
from holdfire.assessment.kernels.replies import Replies
from holdfire.basics.places import distance_m
from tests.unit.assessment.case_words import incidents_of

HALF_HOUR_US = 30 * 60 * 1_000_000


def all_fit(facts: Facts) -> Bounds:
    """Say that every incident is an act that the clause prohibits."""
    return Bounds(np.ones(facts.n), np.ones(facts.n))


def found(*said: dict[str, Any], party: str = "north") -> list[float]:
    """Return the upper bound of each incident to be a reply of the party within half an hour and 5 km."""
    facts = facts_of(incidents_of(list(said), "UTC"))
    replies = Replies(facts=facts)
    upper = replies.upper("c", party, np.arange(facts.n), acts=all_fit, window_us=HALF_HOUR_US, distance_m=5_000.0)
    return [round(value, 6) for value in upper.tolist()]


SHOT = {"by": "south", "at": "2030-01-01 12:00:00", "where": [30.0, 50.0]}
ANSWER = {"by": "north", "at": "2030-01-01 12:10:00", "where": [30.0, 50.01]}


def test_an_answer_soon_after_and_near() -> None:
    """The later one may answer the earlier one, and not the other way round."""
    assert [0.0, 1.0] == found(SHOT, ANSWER)


def test_what_may_come_before_may_have_been_answered() -> None:
    """Two incidents of one day may have come in either order."""
    day = {"at": "2030-01-01", "within_time": "1 d"}
    assert [0.0, 1.0] == found({**SHOT, **day}, {**ANSWER, **day})
    assert [1.0, 0.0] == found({**SHOT, **day}, {**ANSWER, **day}, party="south")


def test_several_doubtful_shots_add_up() -> None:
    """The chances of several earlier shots are added, at most to one."""
    doubtful = {**SHOT, "real": [0.1, 0.4]}
    assert 0.8 == found(doubtful, doubtful, ANSWER)[2]
    assert 1.0 == found(doubtful, doubtful, doubtful, ANSWER)[3]


def test_the_chance_falls_off_with_the_distance() -> None:
    """Beyond the distance the chance is the Rayleigh tail of both places' errors together."""
    off = {**ANSWER, "where": [30.0, 50.1], "give_or_take": "4 km"}
    shot = {**SHOT, "give_or_take": "3 km"}
    away = float(distance_m(*(np.array([v]) for v in (30.0, 50.0, 30.0, 50.1)))[0])
    expected = np.exp(-((away - 5_000.0) ** 2) / (2 * 5_000.0**2))
    assert expected == pytest.approx(found(shot, off)[1], abs=1e-5)


def test_an_unknown_place_or_time_may_be_near_and_before() -> None:
    """What nobody places or dates cannot be ruled out."""
    assert 1.0 == found({"by": "south", "at": "2030-01-01 12:00:00"}, ANSWER)[1]
    assert 1.0 == found({"by": "south", "where": [30.0, 50.0]}, ANSWER)[1]
    assert 1.0 == found(SHOT, {"by": "north"})[1]


incidents = st.fixed_dictionaries(
    {
        "by": st.sampled_from([{"north": [0.2, 0.9], "?": [0.1, 0.8]}, {"south": [0.9, 1.0], "?": [0.0, 0.1]}]),
        "at": st.sampled_from(
            ["2030-01-01 12:00:00", "2030-01-01 12:20:00", "2030-01-01 13:00:00", "2030-01-02 00:00:00"]
        ),
        "within_time": st.sampled_from(["1 s", "10 min", "1 d", "300 d"]),
        "where": st.tuples(st.sampled_from([30.0, 30.05, 30.2]), st.sampled_from([50.0, 50.1])).map(list),
        "give_or_take": st.sampled_from(["0 m", "1 km", "20 km"]),
        "real": st.sampled_from([[0.1, 0.2], [0.3, 0.6]]),
    }
)


@settings(max_examples=40)
@given(st.lists(incidents, min_size=1, max_size=7))
def test_the_search_equals_going_through_all_pairs(said: list[dict[str, Any]]) -> None:
    """The search by classes of duration finds what going through all pairs finds."""
    facts = facts_of(incidents_of(said, "UTC"))
    theirs = facts.real_upper * (1.0 - party_bounds(facts.actors, "north").lower)
    for i, value in enumerate(found(*said)):
        total = 0.0
        for j in range(facts.n):
            may_come_before = facts.start[j] < facts.end[i] and facts.end[j] + HALF_HOUR_US > facts.start[i]
            if i != j and may_come_before:
                places = (facts.lon[i : i + 1], facts.lat[i : i + 1], facts.lon[j : j + 1], facts.lat[j : j + 1])
                beyond = float(distance_m(*places)[0]) - 5_000.0
                variance = facts.sigma_m[i] ** 2 + facts.sigma_m[j] ** 2
                tail = 1.0 if beyond <= 0 else np.exp(-(beyond**2) / (2 * variance)) if variance else 0.0
                total += theirs[j] * tail
        assert min(1.0, total) == pytest.approx(value, abs=1e-5)
