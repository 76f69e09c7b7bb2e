"""Facts about what would narrow a range."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.app.narrowing import Narrowing, narrowings_of
from holdfire.records.assessment import FACTORS
from tests.unit.assessment.case_words import agreement_named, incidents_of, judged

SHOT: dict[str, Any] = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "where": [37.5, 48.5]}


def asked(said: dict[str, Any], name: str = "cessation") -> tuple[Narrowing, ...]:
    """Return what would narrow the first assessment of one incident."""
    agreement = agreement_named(name)
    incidents = incidents_of([said], agreement.time_zone)
    row = judged(agreement, incidents, "2030-06-01").to_pylist()[0]
    return narrowings_of(row, incidents.to_pylist()[0] if row["incident_id"] else None)


def test_what_is_certain_needs_nothing() -> None:
    """An assessment without a range asks for nothing."""
    assert () == asked(SHOT)


def test_each_factor_names_what_nobody_said() -> None:
    """An unnamed actor, an unknown place and time, a doubtful truth are each asked for, the most worth first."""
    [who] = asked({**SHOT, "by": None})
    assert ("actor", 0.5 * 2) == (who.factor, who.gain) and "no report names anybody" in who.asked
    [where] = asked({key: value for key, value in SHOT.items() if key not in ("where", "at")})
    assert "where it was, which nobody says and when it was, which nobody says" == where.asked
    [real] = asked({**SHOT, "real": [0.4, 0.8]})
    assert ("real", pytest.approx(0.4)) == (real.factor, real.gain) and "1 independent one" in real.asked
    first, second = asked({**SHOT, "real": [0.7, 0.8], "by": {"north": [0.2, 0.9], "?": [0.1, 0.8]}})
    assert ("actor", "real") == (first.factor, second.factor)


def test_a_coarse_name_of_what_was_struck_asks_for_it_and_not_for_a_closer_place() -> None:
    """A known place gives one probability however coarse it is; what leaves a range is what was struck."""
    strike = {**SHOT, "what": "explosion", "where": [37.6, 48.5], "give_or_take": "3 km", "target": "facility"}
    found = {one.factor: one.asked for one in asked(strike, name="protected")}
    assert "what it struck (now facility)" in found["place_time"]


def test_a_duty_asks_for_reports_of_it() -> None:
    """A duty that was perhaps not done asks whether it was done."""
    [one] = asked({**SHOT, "at": "2030-03-01 12:00:00"}, name="obligation")
    assert ("act", 1.0) == (one.factor, one.gain) and "whether it was done" in one.asked


ends = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)).map(sorted)


@given(st.lists(ends, min_size=5, max_size=5))
def test_a_gain_is_what_the_range_loses(bounds: list[list[float]]) -> None:
    """Setting a factor to its middle shrinks the product's range by the gain that is told, at most to nothing."""
    row = {f"{factor}_{end}": pair[k] for factor, pair in zip(FACTORS, bounds, strict=True) for k, end in
           enumerate(("lower", "upper"))}  # fmt: skip
    for one in narrowings_of(row, None):
        before = after = 0.0
        for sign, end in ((1.0, 1), (-1.0, 0)):
            product = middle = 1.0
            for factor, pair in zip(FACTORS, bounds, strict=True):
                product *= pair[end]
                middle *= sum(pair) / 2.0 if factor == one.factor else pair[end]
            before, after = before + sign * product, after + sign * middle
        assert before - after == pytest.approx(one.gain, abs=1e-9)
