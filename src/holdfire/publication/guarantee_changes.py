"""Guarantee changes: what became of rungs, clocks, gates and commitments between two instants, in words.

Turns a guarantee's two days into sentences. Rule: what is the same is not told; each sentence names what it was and
what it is. Leaves the page to ``view_guarantee``.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.publication.guarantee_words import COMMITMENT_WORDS, GATE_WORDS, RUNG_WORDS
from holdfire.publication.naming import Names
from holdfire.publication.page import Note
from holdfire.publication.words import word
from holdfire.records.agreement import Agreement
from holdfire.records.commitment import CommitmentState
from holdfire.records.fields import in_language
from holdfire.records.guarantee import GuaranteeState, RungState
from holdfire.records.guarantee_day import GuaranteeDay

__all__ = ["change_notes", "number_text", "quantities_text", "rung_title", "statuses_text", "suffix"]

OVER = ("perhaps overdue", "overdue")


def suffix(names: Names, reading: str, party: str | None = None) -> str:
    """Return under which reading and against whom, in brackets; empty where there is no other."""
    held, parts = names.agreement, []
    if party is not None:
        parts.append(names.speech.gettext("against %(party)s") % {"party": names.of("party", party)})
    if len(held.readings) > 1:
        parts.append(names.of("reading", reading))
    return f" ({'; '.join(parts)})" if parts else ""


def change_notes(names: Names, day: GuaranteeDay) -> tuple[Note, ...]:
    """Return what changed, rungs first; one sentence where nothing did."""
    found = [*_ladder_changes(names, day), *_gate_changes(names, day), *_commitment_changes(names, day)]
    if found:
        return tuple(found)
    text = names.speech.gettext("Nothing changed: every rung, gate and commitment stands as it stood.")
    return (Note(text=text),)


def _ladder_changes(names: Names, day: GuaranteeDay) -> Iterator[Note]:
    before = {(state.reading, state.party): state for state in day.ladders_before}
    for state in day.ladders:
        old = before.get((state.reading, state.party))
        for rung in state.rungs if old is not None else ():
            yield from _rung_changes(names, state, rung, old.rung(rung.rung_id) if old is not None else rung)


def _rung_changes(names: Names, state: GuaranteeState, rung: RungState, old: RungState) -> Iterator[Note]:
    speech, held = names.speech, names.agreement
    title = rung_title(held, rung.rung_id, speech.language)
    where = suffix(names, state.reading, state.party)
    if rung.status != old.status:
        text = speech.gettext("Rung “%(rung)s”%(where)s: was %(before)s, is %(after)s.")
        values = {"before": word(speech, RUNG_WORDS, old.status), "after": word(speech, RUNG_WORDS, rung.status)}
        yield Note(text=text % (values | {"rung": title, "where": where}), strong=rung.is_owed)
    was_over = {clock.starts_at for clock in old.clocks if clock.state in OVER}
    for clock in rung.clocks:
        if clock.binding and clock.state in OVER and clock.starts_at not in was_over and rung.used is None:
            text = speech.gettext("The clock of rung “%(rung)s”%(where)s ran out.")
            if clock.state == "perhaps overdue":
                text = speech.gettext("The clock of rung “%(rung)s”%(where)s may have run out.")
            yield Note(text=text % {"rung": title, "where": where}, strong=True)


def rung_title(held: Agreement, rung_id: str, language: str) -> str:
    """Return what the agreement calls a rung."""
    rungs = [] if held.ladder is None else held.ladder.rungs
    return next((in_language(one.title, language) for one in rungs if one.id == rung_id), rung_id)


def _gate_changes(names: Names, day: GuaranteeDay) -> Iterator[Note]:
    speech = names.speech
    before = {(gate.gate_id, gate.reading): gate for gate in day.gates_before}
    titles = {gate.id: in_language(gate.title, speech.language) for gate in names.agreement.gates}
    for gate in day.gates:
        old = before.get((gate.gate_id, gate.reading))
        if old is not None and old.answer != gate.answer:
            text = speech.gettext("Gate “%(gate)s”%(where)s: was %(before)s, is %(after)s.")
            values = {"before": word(speech, GATE_WORDS, old.answer), "after": word(speech, GATE_WORDS, gate.answer)}
            name = {"gate": titles.get(gate.gate_id, gate.gate_id), "where": suffix(names, gate.reading)}
            yield Note(text=text % (values | name), strong=gate.answer == "open")


def _commitment_changes(names: Names, day: GuaranteeDay) -> Iterator[Note]:
    speech = names.speech
    before = {one.commitment_id: one for one in day.register_before.commitments}
    texts = {entry.id: in_language(entry.text, speech.language) for entry in names.agreement.commitments}
    for one in day.register.commitments:
        old = before.get(one.commitment_id)
        if old is None or _said(one) == _said(old):
            continue
        text = speech.gettext("Commitment “%(commitment)s”: was %(before)s, is %(after)s.")
        values = {"before": statuses_text(names, old), "after": statuses_text(names, one)}
        name = texts.get(one.commitment_id, one.commitment_id).rstrip(".")
        yield Note(text=text % (values | {"commitment": name}), strong=one.contradictory)


def _said(one: CommitmentState) -> tuple[object, ...]:
    return one.statuses, one.pledged, one.allocated, one.deployed


def statuses_text(names: Names, one: CommitmentState) -> str:
    """Return a commitment's status with its quantities, contradictory ones side by side."""
    speech = names.speech
    if not one.statuses:
        return speech.gettext("in the text alone") if one.live else speech.gettext("not known yet")
    said = speech.together([word(speech, COMMITMENT_WORDS, status) for status in one.statuses])
    amounts = quantities_text(names, one)
    return f"{said} ({amounts})" if amounts else said


def quantities_text(names: Names, one: CommitmentState) -> str:
    """Return what is pledged, allocated and deployed; empty where nothing is stated."""
    amounts = (one.pledged, one.allocated, one.deployed)
    if all(amount is None for amount in amounts):
        return ""
    parts = ["–" if amount is None else number_text(names, amount) for amount in amounts]
    return " / ".join(parts) + (f" {one.unit}" if one.unit else "")


def number_text(names: Names, amount: float) -> str:
    """Return an amount with as many decimals as it needs, two at most."""
    digits = 0 if amount == int(amount) else 1 if round(amount, 1) == amount else 2
    return names.speech.number(amount, digits)
