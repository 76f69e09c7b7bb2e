"""Facts about the calendar: any program reads it, the same input gives the same bytes, hours stay right."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from holdfire.guarantee.agenda import agenda_of, register_agenda
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.register import judge_commitments
from holdfire.publication.ical import calendar_bytes
from holdfire.publication.ical_zone import zone_component
from holdfire.records.agreement import Agreement
from tests.unit.guarantee.casefile import Facts, agreement_of

KYIV = ZoneInfo("Europe/Kyiv")
AS_OF = datetime(2031, 5, 10, 12, tzinfo=UTC)
UKRAINIAN = "Спеціальна комісія розглядає порушення, визначає відповідальних і засоби; ґанок, їжак, є, ’"
CHANGES: dict[str, Any] = {
    "title": {"en": "Invented", "uk": "Вигадана угода"},
    "meetings": [
        {
            "id": "weekly",
            "title": {"en": "Commission, every week", "uk": UKRAINIAN},
            "starts": "2031-10-16 10:00",
            "every": "week",
            "until": "2031-11-30 23:59",
            "participants": ["north", "force"],
            "place": {"en": "Invented hall; room 1, left", "uk": "Вигадана зала"},
        },
        {"id": "once", "title": {"en": "Once"}, "starts": "2031-03-30 03:30", "lasts": "1 h"},
    ],
    "commitments": [
        {
            "id": "ships",
            "guarantor": "force",
            "capability": "sea",
            "text": {"en": "Ships."},
            "expires": "2031-12-31 00:00",
            "steps": [{"status": "stated", "on": "2031-01-01", "evidence": "Letter"}],
        }
    ],
    "needs": [{"id": "n", "capability": "sea", "quantity": 2, "unit": "ships", "wanted_by": "2031-06-01"}],
}


def written(agreement: Agreement, language: str = "en", as_of: datetime = AS_OF, **states: Any) -> bytes:
    """Return an agreement's calendar."""
    register = judge_commitments(agreement, valid_at=as_of, known_at=as_of)
    return calendar_bytes(agreement, agenda_of(agreement, register, **states), as_of=as_of, language=language)


def events_of(content: bytes) -> dict[str, Event]:
    """Return the events that an independent parser reads, by the begin of their UID."""
    events = IcsCalendarStream.calendar_from_ics(content.decode()).events
    return {str(event.uid).partition("@")[0]: event for event in events}


def test_every_date_of_the_text_is_in_it() -> None:
    """Meetings, entry into force, deadline, need and expiry stand at their instants, in UTC."""
    events = events_of(written(agreement_of(CHANGES)))
    assert ["deadline/report", "expiry/ships", "force/main", "meeting/once", "meeting/weekly", "need/n"] == sorted(
        events
    )
    assert datetime(2031, 5, 9, 21, tzinfo=UTC) == events["deadline/report"].start
    assert datetime(2031, 12, 30, 22, tzinfo=UTC) == events["expiry/ships"].start


def test_a_weekly_meeting_keeps_its_local_hour_when_the_clocks_change() -> None:
    """Ten o'clock stays ten o'clock in Kyiv after 26 October, an hour later in UTC."""
    calendar = IcsCalendarStream.calendar_from_ics(written(agreement_of(CHANGES)).decode())
    weekly = [event for event in calendar.timeline if str(event.uid).startswith("meeting/weekly")]
    assert 7 == len(weekly)
    assert {10} == {event.start.astimezone(KYIV).hour for event in weekly}
    assert [7, 7, 8] == [event.start.astimezone(UTC).hour for event in weekly[:3]]


@pytest.mark.parametrize("name", ["Europe/Kyiv", "America/New_York", "Asia/Damascus", "UTC", "Australia/Lord_Howe"])
def test_the_zones_rules_are_those_of_iana(name: str) -> None:
    """Another program that reads the rules agrees with the IANA data at every half hour of two years."""
    text = zone_component(name, ZoneInfo(name), 2021, 2024).to_ical().decode()
    read, zone = tzical(io.StringIO(text)).get(), ZoneInfo(name)
    instants = [datetime(2022, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(2 * 365 * 48)]
    assert [] == [at for at in instants if at.astimezone(read).utcoffset() != at.astimezone(zone).utcoffset()]


def test_a_ukrainian_text_comes_back_whole() -> None:
    """Letters of two bytes, commas and semicolons survive folding and escaping; no line is longer than 75 bytes."""
    content = written(agreement_of(CHANGES), "uk")
    assert UKRAINIAN == events_of(content)["meeting/weekly"].summary
    assert "Кінцевий строк: Each side reports its heavy weapons" == events_of(content)["deadline/report"].summary
    lines = content.split(b"\r\n")
    assert 75 >= max(len(line) for line in lines)
    assert [] == [line for line in lines if line.decode() != line.decode().replace("\ufffd", "")]


def test_the_same_input_gives_the_same_bytes_and_a_later_one_goes_before() -> None:
    """Stamp and sequence come from the instant asked about; the UIDs stay."""
    agreement = agreement_of(CHANGES)
    first, later = written(agreement), written(agreement, as_of=AS_OF + timedelta(hours=1))
    assert first == written(agreement)
    one, other = events_of(first)["meeting/weekly"], events_of(later)["meeting/weekly"]
    assert (AS_OF, one.uid) == (one.dtstamp, other.uid)
    assert (one.sequence or 0) < (other.sequence or 0)


def test_a_clock_lasts_as_long_as_its_due_time_is_uncertain() -> None:
    """A breach of which only the day is known gives a clock that is due within a day; what was done has none."""
    agreement = agreement_of(CHANGES)
    told = {"id": "a", "clause": "fire", "party": "north", "day": "2031-05-09", "prob": 0.97}
    facts = Facts(agreement=agreement, findings=[told])
    at = datetime(2031, 5, 9, 21, tzinfo=UTC)
    state = judge_ladder(agreement, **facts.arguments(at, "main"))
    gate = judge_gate(agreement, "in-force", **facts.arguments(at, "main"))
    clock = events_of(written(agreement, as_of=at, ladders=[state], gates=[gate]))["clock/warning/main/breach"]
    assert (datetime(2031, 5, 9, 21, tzinfo=UTC), datetime(2031, 5, 10, 21, tzinfo=UTC)) == (clock.start, clock.end)
    assert "Warn the party that breached." in (clock.description or "")
    assert "it is due within this time" in (clock.description or "")


def test_a_register_alone_has_a_calendar() -> None:
    """Meetings, needs and expiries need no agreement."""
    register = agreement_of(CHANGES).own_register()
    state = judge_commitments(register, valid_at=AS_OF, known_at=AS_OF)
    content = calendar_bytes(register, register_agenda(register, state), as_of=AS_OF, language="en")
    assert ["expiry/ships", "meeting/once", "meeting/weekly", "need/n"] == sorted(events_of(content))


def test_an_empty_calendar_is_one() -> None:
    """An agreement that dates nothing but its entry into force has one event."""
    changes = {"clauses": [clause for clause in _plain_clauses() if clause["id"] != "report"]}
    assert ["force/main"] == sorted(events_of(written(agreement_of(changes))))


def _plain_clauses() -> list[dict[str, Any]]:
    return [clause.model_dump(by_alias=True, exclude_none=True) for clause in agreement_of().clauses]
