"""Agenda: every date of an agreement and of its guarantee that somebody has to keep.

Turns an agreement, the states of its ladder and its gates, and its register into calendar entries. Rules:

1. What the text dates is in it whatever is known: meetings, entries into force and ends of readings, deadlines of
   duties and needs, ends of commitments that still stand.
2. What is judged is in it as it stands at the instant asked about: clocks that run, pause or are overdue and whose due
   time is known, when a rung stands down, when a gate opens at the earliest. A duty that was done has no date any more.
3. An entry's key depends on ids alone, so that the next calendar moves an entry instead of adding another.

Leaves words and bytes to ``publication.ical``. Source: DESIGN, sections 4 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from holdfire.basics.instants import parse_instant
from holdfire.basics.units import parse_duration_h
from holdfire.records.agreement import Agreement
from holdfire.records.calendar import CalendarEntry
from holdfire.records.clauses import Corridor, Exchange, Obligation, Withdrawal
from holdfire.records.commitment import Register
from holdfire.records.guarantee import GateState, GuaranteeState, RungState
from holdfire.records.promises import Meeting, RegisterFile

__all__ = ["agenda_of", "register_agenda"]

DONE = ("met", "perhaps late", "met late")


def agenda_of(
    agreement: Agreement,
    register: Register,
    *,
    ladders: Iterable[GuaranteeState] = (),
    gates: Iterable[GateState] = (),
) -> tuple[CalendarEntry, ...]:
    """Return the calendar of an agreement, by instant and key.

    Parameters
    ----------
    agreement : Agreement
    register : Register
        Its commitments at the instant asked about.
    ladders, gates : iterable
        The states of its ladder and of its gates at that instant, under every reading wanted.
    """
    found = [
        *_readings(agreement),
        *_deadlines(agreement),
        *register_agenda(agreement.own_register(), register),
    ]
    for state in ladders:
        for rung in state.rungs:
            found += _rung(agreement, state, rung)
    for gate in gates:
        found += _gate(agreement, gate)
    return _ordered(found)


def register_agenda(promised: RegisterFile, register: Register) -> tuple[CalendarEntry, ...]:
    """Return the calendar of a register alone: meetings, needs, and ends of what still stands."""
    zone = promised.time_zone
    found = [_meeting(one, zone) for one in promised.meetings]
    for need in promised.needs:
        if need.wanted_by is not None:
            found.append(
                CalendarEntry(
                    key=f"need/{need.id}",
                    kind="need",
                    subject=need.id,
                    starts_at=parse_instant(need.wanted_by, zone),
                    title=need.text or {"en": need.id},
                )
            )
    texts = {entry.id: entry.text for entry in promised.commitments}
    for one in register.commitments:
        if one.expires_at is not None and (one.live or one.statuses == ("expired",)):
            found.append(
                CalendarEntry(
                    key=f"expiry/{one.commitment_id}",
                    kind="expiry",
                    subject=one.commitment_id,
                    starts_at=one.expires_at,
                    title=texts[one.commitment_id],
                    who=(one.guarantor,),
                )
            )
    return _ordered(found)


def _ordered(found: Iterable[CalendarEntry]) -> tuple[CalendarEntry, ...]:
    return tuple(sorted(found, key=lambda entry: (entry.starts_at, entry.key)))


def _meeting(one: Meeting, zone: str) -> CalendarEntry:
    starts_at = parse_instant(one.starts, zone)
    return CalendarEntry(
        key=f"meeting/{one.id}",
        kind="meeting",
        subject=one.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=parse_duration_h(one.lasts)),
        title=one.title,
        who=tuple(one.participants),
        place=one.place,
        every=one.every,
        until=None if one.until is None else parse_instant(one.until, zone),
    )


def _readings(agreement: Agreement) -> Iterator[CalendarEntry]:
    zone = agreement.time_zone
    for reading in agreement.readings:
        for kind, text in (("force", reading.enters_into_force), ("end", reading.ends)):
            if text is not None:
                yield CalendarEntry(
                    key=f"{kind}/{reading.id}",
                    kind=kind,
                    subject=reading.id,
                    starts_at=parse_instant(text, zone),
                    title=reading.title,
                    who=tuple(reading.claimed_by),
                    reading=reading.id,
                )


def _deadlines(agreement: Agreement) -> Iterator[CalendarEntry]:
    for clause in agreement.clauses:
        rule = clause.rule
        if isinstance(rule, Obligation | Exchange | Corridor | Withdrawal) and rule.deadline is not None:
            yield CalendarEntry(
                key=f"deadline/{clause.id}",
                kind="deadline",
                subject=clause.id,
                starts_at=parse_instant(rule.deadline, agreement.time_zone),
                title=clause.title,
                about=clause.text,
                who=tuple(clause.addressees),
            )


def _rung(agreement: Agreement, state: GuaranteeState, rung: RungState) -> Iterator[CalendarEntry]:
    rungs = [] if agreement.ladder is None else agreement.ladder.rungs
    title = next(one.title for one in rungs if one.id == rung.rung_id)
    place = "/".join((rung.rung_id, state.reading, *([] if state.party is None else [state.party])))
    for clock in rung.clocks:
        if clock.due_at is None or clock.state in DONE or rung.status == "refused":
            continue
        yield CalendarEntry(
            key=f"clock/{place}/{clock.starts_at}",
            kind="clock",
            subject=rung.rung_id,
            starts_at=clock.due_at,
            ends_at=clock.due_by if clock.due_by is not None and clock.due_by > clock.due_at else None,
            title=title,
            about=rung.duty,
            who=(rung.responder,),
            reading=state.reading,
            party=state.party,
            starts_from=clock.starts_at,
            state=clock.state,
            binding=clock.binding,
        )
    if rung.stands_down_at is not None:
        yield CalendarEntry(
            key=f"stand_down/{place}",
            kind="stand_down",
            subject=rung.rung_id,
            starts_at=rung.stands_down_at,
            title=title,
            reading=state.reading,
            party=state.party,
        )


def _gate(agreement: Agreement, state: GateState) -> Iterator[CalendarEntry]:
    opens = [one.opens_at for one in state.unmet]
    known = [at for at in opens if at is not None]
    if not known or len(known) < len(opens):
        return
    yield CalendarEntry(
        key=f"gate/{state.gate_id}/{state.reading}",
        kind="gate",
        subject=state.gate_id,
        starts_at=max(known),
        title=next(one.title for one in agreement.gates if one.id == state.gate_id),
        reading=state.reading,
    )
