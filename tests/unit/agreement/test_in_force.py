"""Facts about when an agreement binds, and what its text is on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from holdfire.agreement.in_force import clause_intervals, force_intervals, text_on
from holdfire.errors import UnknownIdError
from tests.unit.agreement.two_islands import load


def utc(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2031, month, day, hour, tzinfo=UTC)


def test_own_suspension_takes_time_out_of_a_reading() -> None:
    """Northland's reading loses the days for which Northland suspended, not those of Southland."""
    # The Azores keep UTC-1 in winter and UTC from 30 March on.
    expected = ((utc(3, 1, 1), utc(4, 10)), (utc(4, 12), utc(6, 29)))
    assert expected == force_intervals(load(), "northern")


def test_suspension_of_the_other_side_changes_nothing() -> None:
    """Southland's reading knows no suspension, since it lists none."""
    assert ((utc(3, 11, 12), utc(6, 29)),) == force_intervals(load(), "southern")


def test_open_suspension_ends_the_force() -> None:
    """A suspension without an end, by a claimant of the reading, leaves the time before it."""
    agreement = load(('{from: "2031-04-10T00:00", to: "2031-04-12T00:00", by', '{from: "2031-04-10T00:00", by'))
    assert ((utc(3, 1, 1), utc(4, 10)),) == force_intervals(agreement, "northern")


def test_open_end() -> None:
    """A reading without an end holds for good."""
    agreement = load(('2031-03-11T12:00Z"\n    ends: "2031-06-29T00:00"', '2031-03-11T12:00Z"'))
    assert ((utc(3, 11, 12), None),) == force_intervals(agreement, "southern")


def test_unknown_reading() -> None:
    """A reading that the agreement lacks is named, with those that it has."""
    with pytest.raises(UnknownIdError, match="eastern"):
        force_intervals(load(), "eastern")


def test_clause_stands_only_under_its_readings() -> None:
    """Clause 4.1 stands under Southland's reading alone, within its own scope."""
    agreement = load()
    clause = agreement.clause("4.1")
    found = {name: clause_intervals(agreement, clause, name) for name in ("northern", "southern")}
    assert {"northern": (), "southern": ((utc(3, 15, 1), utc(5, 15)),)} == found


@pytest.mark.parametrize(
    ("day", "northern", "southern"),
    [
        (date(2031, 2, 28), 0, 0),
        # In force from local midnight under one reading only; clause 4.1 does not stand under it.
        (date(2031, 3, 1), 8, 0),
        (date(2031, 3, 11), 8, 8),
        (date(2031, 3, 15), 8, 9),
        (date(2031, 4, 11), 0, 9),
        (date(2031, 5, 15), 8, 8),
        (date(2031, 6, 28), 8, 8),
        (date(2031, 6, 29), 0, 0),
    ],
)
def test_text_on_a_day(day: date, northern: int, southern: int) -> None:
    """A day's text holds the clauses that bind at some time of that local day, for each reading."""
    found = {name: len(clauses) for name, clauses in text_on(load(), day).items()}
    assert {"northern": northern, "southern": southern} == found
