"""View of the guarantee: where the ladder stands, its clocks, its gates, and what is promised against what is needed.

Turns a bulletin's guarantee into its page. Rules: a rung says who owes what only when nothing but the doing is missing;
an uncertain time is told as its two ends; a public page names no person and no finding. Leaves the judging to
``guarantee``, what changed to ``guarantee_changes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from holdfire.basics.units import parse_duration_h
from holdfire.publication.guarantee_changes import (
    change_notes,
    number_text,
    quantities_text,
    rung_title,
    statuses_text,
    suffix,
)
from holdfire.publication.guarantee_words import (
    CAPABILITY_WORDS,
    CAUSE_WORDS,
    CLOCK_WORDS,
    COMMITMENT_WORDS,
    GATE_WORDS,
    IRREGULAR_WORDS,
    RUNG_WORDS,
    START_WORDS,
)
from holdfire.publication.naming import Names
from holdfire.publication.page import Bar, ClimbView, ClockLine, GuaranteeView, Note, Row, RungLine, Section
from holdfire.publication.view_gates import requirement_text
from holdfire.publication.words import word
from holdfire.records.bulletin import Bulletin
from holdfire.records.commitment import CommitmentState, NeedState
from holdfire.records.fields import Text, in_language
from holdfire.records.guarantee import ClockState, GuaranteeState, RungState
from holdfire.records.guarantee_day import GuaranteeDay
from holdfire.records.ladder import RungCondition

__all__ = ["guarantee_view"]

DONE = ("met", "perhaps late", "met late")


def guarantee_view(names: Names, bulletin: Bulletin) -> GuaranteeView | None:
    """Return the guarantee page; None where the agreement has no guarantee, or none was judged."""
    day, speech = bulletin.guarantee, names.speech
    if day is None:
        return None
    since = {"since": speech.instant(day.before_at)}
    return GuaranteeView(
        as_of=speech.gettext("As it stands on %(instant)s, by what is known now.")
        % {"instant": speech.instant(day.as_of)},
        change_head=speech.gettext("Changed since %(since)s") % since,
        changes=change_notes(names, day),
        climbs=tuple(_climb(names, state) for state in day.ladders if state.rungs),
        gates=_gates(names, day),
        needs=_needs(names, day),
        commitments=_commitments(names, day),
        labels={
            "ladder": speech.gettext("Ladder and clocks"),
            "gates": speech.gettext("Gates"),
            "needs": speech.gettext("What is needed, and what covers it"),
            "commitments": speech.gettext("Who promised what"),
            "clock": speech.gettext("Clock"),
            "due": speech.gettext("Due"),
            "state": speech.gettext("State"),
            "left": speech.gettext("Left"),
        },
    )


def _climb(names: Names, state: GuaranteeState) -> ClimbView:
    head = suffix(names, state.reading, state.party).strip(" ()")
    return ClimbView(
        head=head[:1].upper() + head[1:],
        stands=tuple(_stands(names, state)),
        rungs=tuple(_rung(names, rung) for rung in state.rungs),
    )


def _stands(names: Names, state: GuaranteeState) -> Iterator[Note]:
    speech, held = names.speech, names.agreement
    if not state.in_force:
        yield Note(text=speech.gettext("The agreement is not in force."), strong=True)
    if state.stands_at is None:
        yield Note(text=speech.gettext("No rung is surely reached."), strong=True)
    else:
        text = speech.gettext("The ladder stands at rung %(n)s of %(all)s: %(rung)s.")
        rung = state.rung(state.stands_at)
        values = {"n": rung.position + 1, "all": len(state.rungs)}
        title = rung_title(held, state.stands_at, speech.language)
        yield Note(text=text % (values | {"rung": title}), strong=True)
    if state.perhaps_at is not None:
        title = rung_title(held, state.perhaps_at, speech.language)
        text = speech.gettext("Above it, “%(rung)s” is waiting or cannot be determined.")
        yield Note(text=text % {"rung": title})
    if state.first_breach_at is not None:
        text = speech.gettext("First breach of the series: %(when)s.")
        yield Note(text=text % {"when": _span(names, state.first_breach_at, state.first_breach_by)})


def _span(names: Names, first: datetime, last: datetime | None) -> str:
    speech = names.speech
    if last is None:
        return speech.gettext("perhaps %(instant)s") % {"instant": speech.instant(first)}
    if (last - first).total_seconds() < 60:
        return speech.instant(first)
    return speech.gettext("between %(first)s and %(last)s") % {
        "first": speech.instant(first),
        "last": speech.instant(last),
    }


def _rung(names: Names, rung: RungState) -> RungLine:
    speech, held = names.speech, names.agreement
    asked = next(one for one in (held.ladder.rungs if held.ladder else ()) if one.id == rung.rung_id)
    bar = Bar(
        text=speech.percent(rung.prob_lower, rung.prob_upper),
        lower=rung.prob_lower,
        upper=rung.prob_upper,
        threshold=rung.prob_needed,
        verdict={"fires": "established", "does not fire": "not established"}.get(rung.answer, "cannot determine"),
    )
    clocks = [one for one in rung.clocks if one.binding or one.state != "not started"]
    return RungLine(
        number=rung.position + 1,
        title=in_language(asked.title, speech.language),
        status_id=rung.status,
        status=word(speech, RUNG_WORDS, rung.status),
        bar=bar,
        asked=_asked(names, asked.when),
        notes=tuple(_notes(names, rung)),
        clocks=tuple(_clock(names, clock) for clock in clocks),
        owed=_owed(names, rung),
    )


def _asked(names: Names, when: RungCondition) -> str:
    speech = names.speech
    text = speech.ngettext("%(n)s breach", "%(n)s breaches", when.at_least)
    if when.verified_only:
        text = speech.ngettext("%(n)s verified breach", "%(n)s verified breaches", when.at_least)
    parts = [
        speech.gettext("At least %(what)s within %(window)s") % {"what": text, "window": _duration(names, when.window)}
    ]
    if when.parties:
        parts.append(speech.together([names.of("party", party) for party in when.parties]))
    if when.clauses:
        parts.append(speech.together([names.short(clause) for clause in when.clauses]))
    if when.min_severity > 1:
        parts.append(speech.gettext("severity %(n)s or graver") % {"n": when.min_severity})
    if when.spread is not None:
        parts.append(speech.gettext("in at least %(n)s sectors") % {"n": when.spread})
    if when.persistence is not None:
        parts.append(speech.gettext("without a break over %(time)s") % {"time": _duration(names, when.persistence)})
    parts.append(speech.gettext("with probability %(prob)s") % {"prob": speech.percent(when.prob)})
    return ", ".join(parts)


def _duration(names: Names, text: str) -> str:
    return _hours(names, parse_duration_h(text))


def _hours(names: Names, hours: float) -> str:
    speech = names.speech
    return speech.gettext("%(n)s h") % {"n": speech.number(hours, 0 if hours % 1 == 0 else 1)}


def _notes(names: Names, rung: RungState) -> Iterator[Note]:
    speech, held = names.speech, names.agreement
    for one in rung.after:
        if rung.stands != "no" and one.used_at is None:
            title = rung_title(held, one.rung_id, speech.language)
            yield Note(text=speech.gettext("Waits until “%(rung)s” is done.") % {"rung": title})
    if rung.stands != "no" and rung.elapsed != "yes" and rung.elapsed_at is not None:
        text = speech.gettext("Waits until %(instant)s: so much time must pass since the first breach.")
        yield Note(text=text % {"instant": speech.instant(rung.elapsed_at)})
    titles = {gate.id: in_language(gate.title, speech.language) for gate in held.gates}
    for gate in rung.gates:
        if rung.stands != "no" and gate.answer != "open":
            text = speech.gettext("Gate “%(gate)s”: %(answer)s.")
            answer = word(speech, GATE_WORDS, gate.answer)
            yield Note(text=text % {"gate": titles.get(gate.gate_id, gate.gate_id), "answer": answer})
    if rung.withdrawn and rung.stood_down_cause == "withdrawn":
        n = speech.ngettext("%(n)s finding", "%(n)s findings", len(rung.withdrawn), of_incidents=True)
        yield Note(text=speech.gettext("Taken back by review: %(what)s.") % {"what": n}, strong=True)
    if rung.stood_down_cause is not None:
        when = "" if rung.stood_down_at is None else f", {speech.instant(rung.stood_down_at)}"
        cause = word(speech, CAUSE_WORDS, rung.stood_down_cause)
        yield Note(text=speech.gettext("Stood down%(when)s: %(cause)s.") % {"when": when, "cause": cause})
    if rung.stands_down_at is not None:
        text = speech.gettext("Stands down on %(instant)s if nothing further happens.")
        yield Note(text=text % {"instant": speech.instant(rung.stands_down_at)})
    for irregular in rung.irregular:
        said = word(speech, IRREGULAR_WORDS, irregular)
        yield Note(text=speech.gettext("Irregular: %(what)s.") % {"what": said}, strong=True)
    if rung.blind_clauses and rung.answer == "cannot determine":
        clauses = speech.together([names.short(clause) for clause in rung.blind_clauses])
        yield Note(text=speech.gettext("No source can see: %(clauses)s.") % {"clauses": clauses})


def _clock(names: Names, clock: ClockState) -> ClockLine:
    speech = names.speech
    left = ""
    if clock.hours_left is not None and clock.state not in DONE:
        hours = speech.number(abs(clock.hours_left), 1)
        left = speech.gettext("%(n)s h over") if clock.hours_left < 0 else speech.gettext("%(n)s h")
        left %= {"n": hours}
    return ClockLine(
        name=f"{_hours(names, clock.within_h)} {word(speech, START_WORDS, clock.starts_at)}",
        due="–" if clock.due_at is None else _span(names, clock.due_at, clock.due_by),
        state=word(speech, CLOCK_WORDS, clock.state),
        left=left,
        binding=clock.binding,
    )


def _called(names: Names, who: str) -> str:
    held = names.agreement
    known: dict[str, Text] = {one.id: one.name for one in held.watchers}
    known |= {one.id: one.name for one in held.parties} | {one.id: one.name for one in held.guarantors}
    return in_language(known.get(who, {"en": who}), names.speech.language)


def _owed(names: Names, rung: RungState) -> str:
    speech, who = names.speech, _called(names, rung.responder)
    duty = in_language(rung.duty, speech.language)
    person = speech.gettext("a named person")
    if rung.used is not None:
        text = speech.gettext("Done by %(who)s, %(when)s.")
        return text % {"who": rung.used.by or person, "when": speech.instant(rung.used.used_at)}
    if rung.stands == "no":
        return ""
    if rung.status == "authorised" and rung.authorisation is not None:
        text = speech.gettext("Owed by %(who)s: %(duty)s Authorised by %(by)s, %(when)s.")
        made_at = speech.instant(rung.authorisation.made_at)
        return text % {"who": who, "duty": duty, "by": rung.authorisation.by or person, "when": made_at}
    if rung.status == "refused" and rung.authorisation is not None:
        text = speech.gettext("Decided against by %(by)s, %(when)s.")
        return text % {"by": rung.authorisation.by or person, "when": speech.instant(rung.authorisation.made_at)}
    if rung.status == "due":
        by = who if rung.authorised_by is None else in_language(rung.authorised_by, speech.language)
        text = speech.gettext("Owed by %(who)s: %(duty)s To be decided by: %(by)s.")
        return text % {"who": who, "duty": duty, "by": by}
    return speech.gettext("Not owed yet; it would be by %(who)s: %(duty)s") % {"who": who, "duty": duty}


def _gates(names: Names, day: GuaranteeDay) -> Section:
    speech = names.speech
    titles = {gate.id: in_language(gate.title, speech.language) for gate in names.agreement.gates}
    rows = []
    for gate in day.gates:
        unmet = " ".join(requirement_text(names, one) for one in gate.unmet)
        rows.append(
            Row(
                cells=(
                    titles.get(gate.gate_id, gate.gate_id) + suffix(names, gate.reading),
                    word(speech, GATE_WORDS, gate.answer),
                    speech.percent(gate.prob_lower, gate.prob_upper),
                    unmet or speech.gettext("Everything that it asks for holds."),
                ),
                kind="strong" if gate.answer == "open" else "",
            )
        )
    head = (speech.gettext("Gate"), speech.gettext("State"), speech.gettext("Probability"))
    return Section(
        head=(*head, speech.gettext("What is missing, and what would meet it")), numeric=(2,), rows=tuple(rows)
    )


def _needs(names: Names, day: GuaranteeDay) -> Section:
    speech = names.speech
    head = (
        speech.gettext("Need"),
        speech.gettext("Needed"),
        speech.gettext("Covered"),
        speech.gettext("of it there"),
        speech.gettext("Only promised"),
        speech.gettext("Disputed"),
        speech.gettext("Missing"),
        speech.gettext("Unit"),
    )
    rows = tuple(Row(cells=_need(names, need)) for need in day.register.needs)
    note = speech.gettext(
        "Covered is what is allocated or deployed; only promised is pledged beyond that; disputed is pledged, but"
        " somebody says that it does not stand."
    )
    return Section(head=head, numeric=(1, 2, 3, 4, 5, 6), rows=rows, after=(Note(text=note),) if rows else ())


def _need(names: Names, need: NeedState) -> tuple[str, ...]:
    speech = names.speech
    amounts = (need.quantity, need.covered, need.deployed, need.promised_only, need.disputed, need.missing)
    title = word(speech, CAPABILITY_WORDS, need.capability)
    if need.wanted_by is not None:
        title += " " + speech.gettext("(by %(instant)s)") % {"instant": speech.instant(need.wanted_by)}
    return (title, *(number_text(names, amount) for amount in amounts), need.unit)


def _commitments(names: Names, day: GuaranteeDay) -> Section:
    speech = names.speech
    head = (
        speech.gettext("Guarantor"),
        speech.gettext("Commitment"),
        speech.gettext("State"),
        speech.gettext("Pledged / allocated / deployed"),
        speech.gettext("Depends on"),
    )
    rows = tuple(_commitment(names, day, one) for one in day.register.commitments)
    notes = tuple(_contradiction(names, one) for one in day.register.commitments if one.contradictory)
    due = [_commitment_title(names, one) for one in day.register.commitments if _is_due(day, one)]
    first = speech.gettext("Due now, since every gate before it is open: %(commitments)s.")
    before = (Note(text=first % {"commitments": "; ".join(due)}, strong=True),) if due else ()
    return Section(notes=before, head=head, rows=rows, after=notes)


def _is_due(day: GuaranteeDay, one: CommitmentState) -> bool:
    """Say whether a promise that is not yet kept waits for nothing any more, under every reading."""
    answers = [gate.answer for gate in day.gates if gate.gate_id in one.gates]
    kept = {"deployed", "delivered"} & set(one.statuses)
    return one.live and not one.contradictory and not kept and bool(answers) and set(answers) == {"open"}


def _commitment_title(names: Names, one: CommitmentState) -> str:
    texts = {entry.id: in_language(entry.text, names.speech.language) for entry in names.agreement.commitments}
    return texts.get(one.commitment_id, one.commitment_id).rstrip(".")


def _contradiction(names: Names, one: CommitmentState) -> Note:
    """Return the words that contradict each other, each with its day and, where it may be told, its speaker."""
    speech, said = names.speech, []
    for step in one.words:
        day = speech.day(speech.local(step.on).date())
        said.append(f"{word(speech, COMMITMENT_WORDS, step.status)} ({', '.join(filter(None, (step.by, day)))})")
    title = _commitment_title(names, one)
    text = speech.gettext("Side by side, “%(commitment)s”: %(said)s.")
    return Note(text=text % {"commitment": title, "said": "; ".join(said)}, strong=True)


def _commitment(names: Names, day: GuaranteeDay, one: CommitmentState) -> Row:
    speech = names.speech
    texts = {entry.id: in_language(entry.text, speech.language) for entry in names.agreement.commitments}
    status = statuses_text(names, one).partition(" (")[0]
    if one.contradictory:
        status += " – " + speech.gettext("these contradict each other")
    depends = []
    titles = {gate.id: in_language(gate.title, speech.language) for gate in names.agreement.gates}
    for gate in day.gates:
        if gate.gate_id in one.gates:
            answer = word(speech, GATE_WORDS, gate.answer)
            depends.append(f"{titles.get(gate.gate_id, gate.gate_id)}{suffix(names, gate.reading)}: {answer}")
    if one.expires_at is not None:
        depends.append(speech.gettext("ends on %(instant)s") % {"instant": speech.instant(one.expires_at)})
    cells = (
        _called(names, one.guarantor),
        texts.get(one.commitment_id, one.commitment_id),
        status,
        quantities_text(names, one),
        "; ".join(depends),
    )
    return Row(cells=cells, kind="strong" if one.contradictory else "")
