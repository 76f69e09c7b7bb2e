"""Facts about replies that are found over slices of time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfire.assessment.answers import longest_window_us, reply_keys, time_of_fire
from holdfire.assessment.facts import Times
from tests.unit.assessment.case_words import agreement_named

HOUR_US = 3_600_000_000


def times(*hours: tuple[int, int], since_us: int = 0) -> Times:
    """Return times in hours after an instant."""
    table = np.array(hours, dtype=np.int64).reshape(-1, 2) * HOUR_US + since_us
    return Times(table[:, 0], table[:, 1], np.zeros(len(hours), dtype=np.bool_))


def test_without_return_fire_nothing_is_asked() -> None:
    """An agreement that exempts no return fire has no questions, no window and no time."""
    agreement = agreement_named("protected")
    assert ([], 0) == (reply_keys(agreement), longest_window_us(agreement))
    assert 0 == time_of_fire(times((0, 1)), agreement).start.size


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=30))
def test_what_may_be_answered_lies_in_the_time_of_fire(spans: list[tuple[int, int]]) -> None:
    """While a clause binds, each incident and the window before it lie in one span of the time of fire."""
    agreement = agreement_named("exemptions")
    window_us = longest_window_us(agreement)
    told = times(*((start, start + n) for start, n in spans), since_us=1_930_000_000_000_000)
    found = time_of_fire(told, agreement)
    assert window_us > 0
    assert (found.start[1:] > found.end[:-1]).all()
    at = np.searchsorted(found.start, told.start - window_us, side="right") - 1
    assert (at >= 0).all()
    assert (told.end <= found.end[at]).all()
