"""Facts about the intervals in which a reading holds an agreement in force."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from holdfire.records.force import Interval, force_intervals, instant_of, without
from tests.unit.assessment.case_words import agreement_named


def day(number: int) -> datetime:
    """Return a day of January 2030."""
    return datetime(2030, 1, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("out", "left"),
    [
        ((day(12), day(14)), ((day(10), day(12)), (day(14), day(20)))),
        ((day(5), day(12)), ((day(12), day(20)),)),
        ((day(18), None), ((day(10), day(18)),)),
        ((day(5), None), ()),
        ((day(1), day(5)), ((day(10), day(20)),)),
        ((day(25), day(26)), ((day(10), day(20)),)),
        ((day(12), day(12)), ((day(10), day(20)),)),
    ],
)
def test_what_is_left_when_time_goes_out(out: tuple[datetime, datetime | None], left: tuple[Interval, ...]) -> None:
    """An interval keeps what lies before and behind what is taken out of it."""
    assert left == without((day(10), day(20)), *out)


def test_what_is_left_of_an_open_interval() -> None:
    """An open interval stays open where nothing is taken from its end."""
    assert ((None, day(3)), (day(4), None)) == without((None, None), day(3), day(4))


def test_a_reading_that_ends_before_it_begins_is_never_in_force() -> None:
    """A reading whose end comes before its entry into force has no interval."""
    agreement = agreement_named("readings")
    reading = agreement.readings[1].model_copy(update={"ends": "2030-03-01T00:00:00"})
    assert () == force_intervals(reading, agreement)


def test_an_offset_in_the_text_goes_before_the_agreement_s_zone() -> None:
    """A time that states its offset is not read in the agreement's zone."""
    agreement = agreement_named("readings")
    assert instant_of("2030-01-01T00:00:00Z", agreement) == day(1)
    assert instant_of("2030-01-01T02:00:00", agreement) == day(1)
