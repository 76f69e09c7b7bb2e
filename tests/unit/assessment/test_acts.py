"""Facts about bounds of acts, weapons and actors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.assessment.acts import Bounds, act_bounds, party_bounds, share_bounds
from holdfire.assessment.facts import UNNAMED, Shares, facts_of
from holdfire.records.taxonomy import builtin_tree, kind_weapons
from tests.unit.assessment.case_words import incidents_of


def bounds_of(acts: list[str], weapons: list[str], **said: Any) -> tuple[float, float]:
    """Return the bounds of one incident's act."""
    found = act_bounds(
        facts_of(incidents_of([said], "UTC")),
        acts=acts,
        weapons=weapons,
        kinds=builtin_tree("kinds"),
        weapon_tree=builtin_tree("weapons"),
        kind_weapons=kind_weapons(),
    )
    return (round(float(found.lower[0]), 9), round(float(found.upper[0]), 9))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("explosion/shelling/mortar", (1.0, 1.0)),
        ("explosion", (0.0, 1.0)),
        ("gunfire", (0.0, 0.0)),
        (None, (0.0, 1.0)),
        ("a/word/of/nobody", (0.0, 1.0)),
        ({"explosion/shelling": [0.6, 0.7], "gunfire": [0.3, 0.4]}, (0.6, 0.7)),
        ({"explosion/shelling": [0.6, 1.0], "?": [0.0, 0.4]}, (0.6, 1.0)),
        ({"explosion/shelling": [0.2, 0.9], "gunfire": [0.5, 0.6]}, (0.4, 0.5)),
        ({"explosion/shelling": [0.2, 0.3]}, (0.2, 1.0)),
        ({"explosion": [0.5, 0.5], "gunfire": [0.5, 0.5]}, (0.0, 0.5)),
    ],
)
def test_the_mass_of_kinds_that_fit(what: Any, expected: tuple[float, float]) -> None:
    """Listed kinds that fit add up, coarse ones widen, and what is not named may be anything."""
    assert expected == bounds_of(["explosion/shelling"], [], what=what)


@pytest.mark.parametrize(
    ("what", "weapon", "expected"),
    [
        ("explosion/shelling/mortar", None, (1.0, 1.0)),
        ("explosion/shelling/artillery", None, (0.0, 0.0)),
        ("explosion/shelling", None, (0.0, 1.0)),
        ("explosion/shelling", "mortar/mortar_120mm", (1.0, 1.0)),
        ("explosion/shelling/mortar", "tank", (0.0, 0.0)),
    ],
)
def test_a_weapon_is_named_or_implied(what: str, weapon: str | None, expected: tuple[float, float]) -> None:
    """A named weapon counts; else the one that the kind implies; else it may fit or not."""
    said = {"what": what} if weapon is None else {"what": what, "weapon": weapon}
    assert expected == bounds_of(["explosion"], ["mortar"], **said)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("north", (1.0, 1.0)),
        ("south", (0.0, 0.0)),
        (None, (0.0, 1.0)),
        ({"south": [0.3, 0.5], "?": [0.5, 0.7]}, (0.0, 0.7)),
        ({"north": [0.3, 0.5], "?": [0.5, 0.7]}, (0.3, 0.5)),
        ({"north": [0.0, 0.9], "south": [0.4, 0.5]}, (0.5, 0.6)),
    ],
)
def test_who_did_it(by: Any, expected: tuple[float, float]) -> None:
    """A listed party has its own bounds; another one has what the null name may hold."""
    found = party_bounds(facts_of(incidents_of([{"by": by}], "UTC")).actors, "north")
    assert expected == (pytest.approx(found.lower[0]), pytest.approx(found.upper[0]))


entries = st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]))


@given(st.lists(entries, min_size=1, max_size=5))
def test_the_bounds_are_the_least_and_greatest_that_masses_can_give(
    drawn: list[tuple[float, float, tuple[float, float]]],
) -> None:
    """The bounds equal those of the linear programme, solved by giving mass in the order of its worth."""
    low = np.array([min(one, other) for one, other, _ in drawn])
    high = np.array([max(one, other) for one, other, _ in drawn])
    fits = np.array([pair for _, _, pair in drawn])
    if low.sum() > 1.0 or high.sum() < 1.0:
        return

    def best(worth: np.ndarray, sign: int) -> float:
        mass, left = low.copy(), 1.0 - low.sum()
        for at in np.argsort(-sign * worth, kind="stable"):
            given_more = min(left, high[at] - low[at])
            mass[at] += given_more
            left -= given_more
        return float((mass * worth).sum())

    shares = Shares(names=(), first=np.array([0, low.size]), code=np.full(low.size, UNNAMED), lower=low, upper=high)
    found = share_bounds(shares, Bounds(fits[:, 0], fits[:, 1]))
    assert best(fits[:, 0], -1) == pytest.approx(found.lower[0], abs=1e-9)
    assert best(fits[:, 1], 1) == pytest.approx(found.upper[0], abs=1e-9)


def test_bounds_that_contradict_each_other_stay_ordered() -> None:
    """Lower bounds that sum to more than one are added up, and cut at one."""
    what = {"explosion": [0.9, 1.0], "explosion/shelling": [0.8, 1.0]}
    assert (0.8, 1.0) == bounds_of(["explosion/shelling"], [], what=what)
    assert (1.0, 1.0) == bounds_of(["explosion"], [], what=what)
