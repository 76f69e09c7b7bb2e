"""Facts about instants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from holdfire.basics.instants import from_us, local_day_bounds, parse_instant, parse_window, to_us, window_bounds
from holdfire.errors import InputError


def test_an_offset_is_brought_to_utc() -> None:
    """A text with an offset becomes the same instant in UTC."""
    assert datetime(2022, 7, 23, 8, tzinfo=UTC) == parse_instant("2022-07-23T11:00:00+03:00")


def test_a_text_without_offset_needs_a_zone() -> None:
    """A text without an offset is refused where no zone is named."""
    with pytest.raises(InputError) as caught:
        parse_instant("2022-07-23 11:00")
    assert "offset" in caught.value.what


@pytest.mark.parametrize("text", ["", "yesterday", "2022-13-01", "2022-02-30", "99999-01-01"])
def test_no_instant_is_refused_with_a_mend(text: str) -> None:
    """What is no instant is refused, and the error says how to write one."""
    with pytest.raises(InputError) as caught:
        parse_instant(text, "UTC")
    assert caught.value.mend


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_refused(text: str) -> None:
    """An instant that leaves the calendar in UTC is refused, not a traceback."""
    with pytest.raises(InputError):
        parse_instant(text)


def test_an_unknown_zone_is_refused() -> None:
    """A zone that IANA does not know is refused."""
    with pytest.raises(InputError):
        parse_instant("2022-07-23", "Europe/Atlantis")


def test_microseconds_go_there_and_back() -> None:
    """An instant survives its way through microseconds."""
    instant = parse_instant("1966-06-01T12:34:56.789012Z")
    assert instant == from_us(to_us(instant))


def test_a_day_of_the_clock_change_has_25_hours() -> None:
    """The last Sunday of October has 25 hours in Kyiv."""
    start, end = local_day_bounds(date(2022, 10, 30), "Europe/Kyiv")
    assert 25 * 3600 == (end - start).total_seconds()


@pytest.mark.parametrize(
    "text", ["", "8-16", "08:00-08:00", "24:00-02:00", "08:00-24:30", "08:60-09:00", "29:00-30:00"]
)
def test_no_window_is_refused_with_a_mend(text: str) -> None:
    """What is no daily window, or has no length, is refused with an example of one."""
    with pytest.raises(InputError) as caught:
        parse_window(text)
    assert "08:00-16:00" in caught.value.mend


def test_a_window_follows_the_clock_on_the_wall() -> None:
    """A window over the night in which the clocks go forward is an hour shorter, and keeps its local ends."""
    start, end = window_bounds(date(2030, 3, 30), parse_window("22:00-04:00"), ZoneInfo("Europe/Kyiv"))
    assert (datetime(2030, 3, 30, 20, tzinfo=UTC), datetime(2030, 3, 31, 1, tzinfo=UTC)) == (start, end)
