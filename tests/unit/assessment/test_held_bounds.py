"""Facts about who attacks what one party holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.assessment.acts import Bounds, held_bounds

shares = st.floats(0.0, 1.0)


def held(low: float, high: float, others: float, is_holder: bool, own_fire: float) -> tuple[float, float]:
    bounds = held_bounds(Bounds(np.array([low]), np.array([high])), np.array([others]), is_holder, own_fire)
    return float(bounds.lower[0]), float(bounds.upper[0])


def test_half_an_accusation_becomes_nearly_whole() -> None:
    """Where one of two parties is blamed by half, and the other holds the place, the blame is 20 to 21."""
    assert (20 / 21, 1.0) == pytest.approx(held(0.5, 1.0, 0.0, False, 0.05))
    assert (0.0, 1 / 21) == pytest.approx(held(0.0, 0.5, 0.0, True, 0.05))


def test_no_attribution_stays_a_range() -> None:
    """Where nobody says who did it, the holding alone convicts nobody."""
    assert (0.0, 1.0) == held(0.0, 1.0, 0.0, False, 0.05)
    assert (0.0, 1.0) == held(0.0, 1.0, 0.0, True, 0.05)


def test_a_third_party_keeps_its_share() -> None:
    """What a third addressee may have done is not laid at the second one's door."""
    assert 0.5 == pytest.approx(held(0.5, 1.0, 0.5, False, 0.05)[0])


def test_a_ratio_of_one_changes_nothing() -> None:
    """With a likelihood ratio of 1 the bounds stay as they were."""
    assert (0.3, 0.8) == pytest.approx(held(0.3, 0.8, 0.0, False, 1.0))
    assert (0.3, 0.8) == pytest.approx(held(0.3, 0.8, 0.0, True, 1.0))


@given(low=shares, high=shares, others=shares, own_fire=shares)
def test_bounds_stay_ordered(low: float, high: float, others: float, own_fire: float) -> None:
    """Bounds stay within 0 and 1 and in order; the holder's never rise, another's never fall."""
    low, high = min(low, high), max(low, high)
    for is_holder in (True, False):
        lower, upper = held(low, high, others, is_holder, own_fire)
        assert 0.0 <= lower <= upper + 1e-12
        assert upper <= 1.0 + 1e-12
        if is_holder:
            assert upper <= high + 1e-12
        else:
            assert upper >= high - 1e-12


def test_certainty_survives() -> None:
    """An admission is not undone by the holding, even with a ratio of 0."""
    assert (1.0, 1.0) == held(1.0, 1.0, 0.0, True, 0.0)
