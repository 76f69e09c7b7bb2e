"""Facts about lengths, durations and places."""

from __future__ import annotations

import numpy as np
import pytest

from holdfire.basics.places import distance_m, is_place
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.errors import InputError


@pytest.mark.parametrize(
    ("text", "metres"), [("25 km", 25_000.0), ("10nmi", 18_520.0), ("0 m", 0.0), ("1.5 mi", 2414.016)]
)
def test_a_length_is_brought_to_metres(text: str, metres: float) -> None:
    """A length with a unit becomes metres."""
    assert metres == pytest.approx(parse_length_m(text))


@pytest.mark.parametrize(
    ("text", "hours"), [("72 h", 72.0), ("30 min", 0.5), ("7 d", 168.0), ("PT24H", 24.0), ("P2DT6H", 54.0)]
)
def test_a_duration_is_brought_to_hours(text: str, hours: float) -> None:
    """A duration with a unit, or by ISO 8601, becomes hours."""
    assert hours == pytest.approx(parse_duration_h(text))


@pytest.mark.parametrize("text", ["", "25", "km", "-3 km", "1e3 km", "25 parsec", "P", "PT"])
def test_a_number_without_a_known_unit_is_refused(text: str) -> None:
    """A number without a unit that we know is refused by both."""
    for parse in (parse_length_m, parse_duration_h):
        with pytest.raises(InputError):
            parse(text)


def test_a_degree_of_latitude_is_about_111_km() -> None:
    """One degree of latitude is 111.2 km on the mean sphere."""
    assert 111_195.08 == pytest.approx(
        float(distance_m(np.array(30.0), np.array(46.0), np.array(30.0), np.array(47.0)))
    )


def test_a_place_off_the_globe_is_none() -> None:
    """A latitude over 90 degrees and an infinite longitude are no places."""
    assert [False, False, True] == is_place(np.array([0.0, np.inf, -180.0]), np.array([90.1, 0.0, -90.0])).tolist()
