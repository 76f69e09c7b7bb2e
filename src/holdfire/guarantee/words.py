"""Words: a ladder or a gate in plain English lines for a terminal.

Turns states into sentences. Rule: one fact a line; what is not sure is said as a range; every time carries its offset
in the agreement's own time zone; a rung that is quiet takes one line. Leaves pages and other languages to
``publication``. Source: STYLE, section on errors and names.
"""

from __future__ import annotations

from datetime import datetime

from holdfire.basics.instants import zone_named
from holdfire.guarantee.gate_words import requirement_lines
from holdfire.records.agreement import Agreement
from holdfire.records.fields import Text, in_language
from holdfire.records.guarantee import ClockState, GateState, GuaranteeState, RungState
from holdfire.records.ladder import Rung

__all__ = ["gate_lines", "ladder_lines"]

LANGUAGE = "en"
INDENT = "    "
MAX_NAMED = 3
"""Findings that a line names; the state names all."""


def ladder_lines(state: GuaranteeState, agreement: Agreement) -> list[str]:
    """Return a ladder's state as lines: where it stands, then each rung with its reason, clocks and who owes what."""
    say = _Sayer(agreement)
    force = "in force" if state.in_force else "not in force"
    against = "" if state.party is None else f", against {state.party}"
    lines = [
        f"{agreement.id} {agreement.version}, reading {state.reading}{against}, at {say.time(state.as_of)}: {force}."
    ]
    if not state.rungs:
        return [*lines, "The agreement has no ladder."]
    if state.stands_at is None:
        lines.append("No rung is reached.")
    else:
        rung = state.rung(state.stands_at)
        lines.append(f"The ladder stands at rung {rung.position + 1} of {len(state.rungs)}, {state.stands_at}.")
    if state.perhaps_at is not None:
        lines.append(f"Above it, {state.perhaps_at} is waiting or cannot be determined.")
    if state.first_breach_at is not None:
        lines.append(f"First breach {say.range(state.first_breach_at, state.first_breach_by)}.")
    for rung_state in state.rungs:
        lines += say.rung(rung_state, state)
    return lines


def gate_lines(state: GateState, agreement: Agreement) -> list[str]:
    """Return a gate's state as lines: its answer, then each requirement, its evidence and what would meet it."""
    say = _Sayer(agreement)
    title = next((in_language(one.title, LANGUAGE) for one in agreement.gates if one.id == state.gate_id), "")
    head = f"Gate {state.gate_id}, reading {state.reading}, at {say.time(state.as_of)}: {_answer(state)}."
    prob = f"{state.prob_lower:.2f}"
    if round(state.prob_upper, 2) != round(state.prob_lower, 2):
        prob += f" to {state.prob_upper:.2f}"
    lines = [head, f"{INDENT}{title}. Probability that all of it holds: {prob}."]
    return lines + [f"{INDENT}{line}" for one in state.requirements for line in requirement_lines(one, say.time)]


def _answer(gate: GateState) -> str:
    return "cannot be determined" if gate.answer == "cannot determine" else gate.answer


def _hours(hours: float) -> str:
    minutes = round(abs(hours) * 60)
    if minutes < 120 and minutes % 60:
        return f"{minutes} min"
    return f"{minutes / 60:.1f}".removesuffix(".0") + " h"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:MAX_NAMED])
    return f"{shown} and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else shown


class _Sayer:
    """Say parts of states in the names and the time zone of an agreement."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.zone = zone_named(agreement.time_zone)
        self.titles: dict[str, Text] = {one.id: one.name for one in agreement.watchers}
        self.titles |= {one.id: one.name for one in agreement.parties}
        self.titles |= {one.id: one.name for one in agreement.guarantors}

    def time(self, instant: datetime) -> str:
        """Return an instant in local time, to the minute."""
        return instant.astimezone(self.zone).isoformat(sep=" ", timespec="minutes")

    def range(self, first: datetime, last: datetime | None) -> str:
        """Return an instant that is known within bounds."""
        if last is None:
            return f"perhaps at {self.time(first)}"
        if (last - first).total_seconds() < 60:
            return f"at {self.time(first)}"
        return f"between {self.time(first)} and {self.time(last)}"

    def rung(self, rung: RungState, state: GuaranteeState) -> list[str]:
        """Return the lines of one rung."""
        asked = self._asked(rung.rung_id)
        status = "cannot be determined" if rung.status == "cannot determine" else rung.status
        head = f"{rung.position + 1} {rung.rung_id} - {status}: {in_language(asked.title, LANGUAGE)}."
        lines = [self._reason(rung, asked)]
        lines += self._standing(rung)
        if rung.stands == "no":
            return [head, *(f"{INDENT}{line}" for line in lines)] if rung.status != "quiet" else [f"{head} {lines[0]}"]
        lines += self._missing(rung)
        lines += [self._clock(clock) for clock in rung.clocks if clock.binding or clock.state != "not started"]
        lines.append(self._owed(rung))
        lines += [f"Irregular: {one}." for one in rung.irregular]
        return [head, *(f"{INDENT}{line}" for line in lines)]

    def _asked(self, rung_id: str) -> Rung:
        rungs = () if self.agreement.ladder is None else self.agreement.ladder.rungs
        return next(one for one in rungs if one.id == rung_id)

    def _reason(self, rung: RungState, asked: Rung) -> str:
        when = asked.when
        verified = "verified " if when.verified_only else ""
        noun = "breach" if when.at_least == 1 else "breaches"
        spread = "" if when.spread is None else f" in at least {when.spread} zones"
        prob = f"{rung.prob_lower:.2f}"
        if round(rung.prob_upper, 2) != round(rung.prob_lower, 2):
            prob = f"{prob} to {rung.prob_upper:.2f}"
        text = f"At least {when.at_least} {verified}{noun}{spread} within {when.window}: probability {prob}"
        text += f", {rung.prob_needed:.2f} is asked"
        if rung.persistence_h is not None:
            since = "is not reached" if rung.reached_since is None else f"since {self.time(rung.reached_since)}"
            text += f", over {_hours(rung.persistence_h)} without a break ({since})"
        answer = "it cannot be determined" if rung.answer == "cannot determine" else f"it {rung.answer}"
        text += f"; {answer}."
        if rung.counted:
            text += f" Counted: {_some(rung.counted)}."
        if rung.answer == "cannot determine" and rung.possible:
            text += f" Possible: {_some(rung.possible)}."
        if rung.blind_clauses:
            text += f" No source can see clause {_some(rung.blind_clauses)}."
        return text

    def _standing(self, rung: RungState) -> list[str]:
        lines = []
        if rung.withdrawn:
            lines.append(f"Taken back by review: {_some(rung.withdrawn)}.")
        when = "" if rung.stood_down_at is None else f" at {self.time(rung.stood_down_at)}"
        because = {
            "time": "its condition did not hold for long enough",
            "withdrawn": "findings were taken back",
            "person": "a person said so",
            "never held": "by what is known now its condition never held",
        }
        if rung.stood_down_cause is not None:
            lines.append(f"Stood down{when}: {because[rung.stood_down_cause]}.")
        if rung.stands_down_at is not None:
            lines.append(f"Stands down at {self.time(rung.stands_down_at)} if nothing further happens.")
        return lines

    def _missing(self, rung: RungState) -> list[str]:
        lines = [f"Waits until rung {one.rung_id} is used." for one in rung.after if one.used_at is None]
        if rung.elapsed != "yes":
            until = "" if rung.elapsed_at is None else f", at {self.time(rung.elapsed_at)}"
            lines.append(
                f"Waits until {_hours(rung.after_elapsed_h or 0.0)} have passed since the first breach{until}."
            )
        for gate in rung.gates:
            if gate.answer != "open":
                unmet = " ".join(line.strip() for one in gate.unmet for line in requirement_lines(one, self.time))
                lines.append(f"Gate {gate.gate_id}: {_answer(gate)}. {unmet}")
        return lines

    def _clock(self, clock: ClockState) -> str:
        name = {"breach": "the breach", "verification": "its verification", "previous_rung": "the rung before"}
        text = f"{_hours(clock.within_h)} from {name[clock.starts_at]}{'' if clock.binding else ' (beside it)'}: "
        if clock.began_at is None:
            return f"{text}not begun."
        if clock.paused_since is not None and clock.due_at is None:
            return f"{text}paused since {self.time(clock.paused_since)}, {_hours(clock.hours_left or 0.0)} left."
        if clock.due_at is None:
            return f"{text}{clock.state}."
        text += f"due {self.range(clock.due_at, clock.due_by)}, {clock.state}"
        if clock.hours_left is not None and clock.state not in ("met", "met late", "perhaps late"):
            text += f", {_hours(clock.hours_left)} {'left' if clock.hours_left >= 0 else 'over'}"
        if clock.paused_h and clock.state not in ("met", "met late", "perhaps late"):
            text += f", after a pause of {_hours(clock.paused_h)}"
        return f"{text}."

    def _owed(self, rung: RungState) -> str:
        who = in_language(self.titles.get(rung.responder, {LANGUAGE: rung.responder}), LANGUAGE)
        duty = in_language(rung.duty, LANGUAGE)
        if rung.used is not None:
            return f"Done by {rung.used.by} at {self.time(rung.used.used_at)} ({rung.used.evidence})."
        if rung.status == "authorised" and rung.authorisation is not None:
            return f"Owed by {who}: {duty} Authorised by {rung.authorisation.by}: {rung.authorisation.reason}"
        if rung.status == "refused" and rung.authorisation is not None:
            return f"Refused by {rung.authorisation.by}: {rung.authorisation.reason}"
        by = who if rung.authorised_by is None else in_language(rung.authorised_by, LANGUAGE)
        if rung.status == "due":
            return f"Owed by {who}: {duty} To be authorised by: {by}."
        return f"Not owed yet; it would be by {who}: {duty}"
