"""View of numbers: what changed, the first sentences, and each clause's counts, as text.

Turns a bulletin's numbers into figures, deltas, clause blocks and the lede. Rule: a number that is a range is told
as one; a zero stands with what it does not mean; counts too small to tell are suppressed. Leaves the numbers
themselves to ``clause_numbers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from holdfire.publication.items import LIKELY_FROM
from holdfire.publication.language import Speech
from holdfire.publication.naming import Names
from holdfire.publication.page import Bar, ClauseBlock, Delta, Fact, Figure, IncidentLine, Note, Row, Section, TallyLine
from holdfire.publication.view_incidents import incident_lines
from holdfire.publication.words import (
    CAUSES,
    DIRECTION_WORDS,
    MODALITY_WORDS,
    STANDARD_WORDS,
    VERDICT_WORDS,
    word,
)
from holdfire.records.bulletin import Bulletin
from holdfire.records.bulletin_numbers import Changes, ClauseNumbers, CountRange, TallyRow
from holdfire.records.clauses import STANDARDS
from holdfire.records.force import force_intervals

__all__ = [
    "clause_blocks",
    "delta_notes",
    "deltas_of",
    "figures_of",
    "lede_of",
    "mean_text",
    "reading_facts",
    "standard_rows",
    "verdict_lines",
    "verdict_section",
]

MAX_VERDICT_LINES = 4


def mean_text(speech: Speech, count: CountRange) -> str:
    """Return a mean number of breaches as a range with one decimal digit."""
    if speech.is_small(count.high):
        return speech.few(count.high)
    return speech.unbroken(speech.between(speech.number(count.mean_lower), speech.number(count.mean_upper)))


def interval_text(speech: Speech, count: CountRange) -> str:
    """Return the 90 % interval of a number of breaches."""
    if speech.is_small(count.high):
        return speech.few(count.high)
    return speech.unbroken(speech.between(speech.count(count.low), speech.count(count.high)))


def _sign(now: int, before: int) -> str:
    return "more" if now > before else "fewer" if now < before else "unclear"


def figures_of(speech: Speech, changes: Changes) -> tuple[Figure, ...]:
    """Return the numbers of incidents beside those of the period before."""
    n_likely, n_incidents = changes.n_likely, changes.n_incidents
    bearing = speech.ngettext("incident that bears on a clause", "incidents that bear on a clause", n_incidents)
    pairs = (
        (speech.ngettext("likely breach", "likely breaches", n_likely), n_likely, changes.n_likely_before),
        (speech.gettext("established"), changes.n_established, changes.n_established_before),
        (bearing, n_incidents, changes.n_incidents_before),
    )
    words = {
        "more": speech.gettext("more"),
        "fewer": speech.gettext("fewer"),
        "unclear": speech.gettext("as many"),
    }
    return tuple(
        Figure(
            label=label,
            now=speech.few(now),
            before=speech.few(before),
            direction=_sign(now, before),
            word=words[_sign(now, before)],
        )
        for label, now, before in pairs
    )


def deltas_of(names: Names, changes: Changes) -> tuple[Delta, ...]:
    """Return each clause's change, those with anything to tell only; all clauses together come first."""
    speech = names.speech
    rows = []
    for delta in changes.clauses:
        title = names.of("clause", delta.clause_id) if delta.clause_id else speech.gettext("All clauses together")
        for part in delta.readings:
            if part.direction == "none" and delta.clause_id is not None:
                continue
            rows.append(
                Delta(
                    clause=delta.clause_id or "",
                    clause_no=names.number(delta.clause_id or ""),
                    title=title,
                    reading=names.readings(part.readings, delta.clause_id),
                    now=mean_text(speech, part.now),
                    before=mean_text(speech, part.before),
                    interval_now=interval_text(speech, part.now),
                    interval_before=interval_text(speech, part.before),
                    direction=part.direction,
                    word=word(speech, DIRECTION_WORDS, part.direction),
                )
            )
    return tuple(rows)


def delta_notes(names: Names, bulletin: Bulletin) -> tuple[Note, ...]:
    """Return what else changed: verdicts, and incidents that came to be known late."""
    speech, changes = names.speech, bulletin.changes
    notes = []
    if changes.compared:
        if changes.n_late:
            text = speech.ngettext(
                "%(n)s earlier incident came to be known only now.",
                "%(n)s earlier incidents came to be known only now.",
                changes.n_late,
                of_incidents=True,
            )
            notes.append(Note(text=text, strong=True))
    else:
        text = speech.gettext(
            "The run behind the previous bulletin was not given: changes by new evidence are not told."
        )
        notes.append(Note(text=text))
    quiet = [
        names.full(delta.clause_id)
        for delta in changes.clauses
        if delta.clause_id and all(part.direction == "none" for part in delta.readings)
    ]
    if quiet:
        text = speech.gettext("Nothing reported in both periods: %(clauses)s. Silence is not compliance.")
        notes.append(Note(text=text % {"clauses": "; ".join(quiet)}))
    return tuple(notes)


def verdict_lines(names: Names, changes: Changes) -> tuple[str, ...]:
    """Return the first few verdicts that changed, one sentence each."""
    speech = names.speech
    lines, clause_label = [], speech.gettext("clause")
    for change in changes.verdicts[:MAX_VERDICT_LINES]:
        before = word(speech, VERDICT_WORDS, change.before) if change.before else "–"
        reading = names.readings((change.reading,), change.clause_id)
        who = names.of("party", change.party) + (f" ({reading})" if reading else "")
        after = f"{before} → {word(speech, VERDICT_WORDS, change.after)}"
        number = names.number(change.clause_id)
        clause = f"{clause_label} {number}" if number else names.of("clause", change.clause_id)
        day = f"{speech.day(change.on, 'd MMM')}, " if change.on else ""
        lines.append(f"{day}{clause}, {who}: {after}, {word(speech, CAUSES, change.cause)}")
    return tuple(lines)


def verdict_section(names: Names, changes: Changes) -> Section:
    """Return every verdict that changed, one row each, where the lines do not tell them all."""
    speech = names.speech
    if len(changes.verdicts) <= MAX_VERDICT_LINES:
        return Section()
    rows = []
    for change in changes.verdicts:
        before = word(speech, VERDICT_WORDS, change.before) if change.before else "–"
        readings = names.readings((change.reading,), change.clause_id)
        rows.append(
            Row(
                cells=(
                    names.full(change.clause_id),
                    names.of("party", change.party),
                    readings or speech.gettext("every reading"),
                    before,
                    word(speech, VERDICT_WORDS, change.after),
                    word(speech, CAUSES, change.cause),
                )
            )
        )
    head = (
        speech.gettext("Clause"),
        speech.gettext("Party"),
        speech.gettext("Reading"),
        speech.gettext("Before"),
        speech.gettext("Now"),
        speech.gettext("Why"),
    )
    return Section(head=head, rows=tuple(rows))


def _standing(names: Names, row: TallyRow) -> str:
    if row.standing is None:
        return ""
    speech = names.speech
    if row.standing_lower is None:
        return speech.gettext("Cannot determine: no source here can give evidence of this clause.")
    verdict = word(speech, VERDICT_WORDS, row.standing)
    text = speech.gettext("Not done by the deadline: %(range)s, %(verdict)s.")
    return text % {"range": speech.percent(row.standing_lower, row.standing_upper), "verdict": verdict}


def _tally_line(names: Names, clause_id: str, row: TallyRow, span: int) -> TallyLine:
    speech, count = names.speech, row.count
    small = speech.is_small(row.n_assessed)
    few = speech.few(row.n_assessed)
    return TallyLine(
        party=names.of("party", row.party) if row.party else speech.gettext("whichever party"),
        whichever=not row.party,
        span=span,
        reading=names.readings(row.readings, clause_id),
        mean=few if small else mean_text(speech, count),
        interval=few if small else interval_text(speech, count),
        any_=Bar(
            text=speech.percent(count.any_lower, count.any_upper),
            lower=count.any_lower,
            upper=count.any_upper,
        ),
        established=speech.few(row.n_established),
        cannot=speech.few(row.n_cannot),
        of=few,
        standing=_standing(names, row),
        empty=row.n_assessed == 0,
    )


def _tally_lines(names: Names, numbers: ClauseNumbers) -> tuple[TallyLine, ...]:
    """Return a clause's rows; a party's rows stand together, and the first of them says how many they are.

    Where the same stands of every party under the same readings, it is said once.
    """
    parties = [row.party for row in numbers.rows]
    lines = []
    for index, row in enumerate(numbers.rows):
        span = 0 if index and parties[index - 1] == row.party else parties.count(row.party)
        lines.append(_tally_line(names, numbers.clause_id, row, span))
    if len(lines) > 1 and len({(line.standing, line.reading) for line in lines}) == 1 and lines[0].standing:
        return (replace(lines[0], party=names.speech.gettext("every party that it binds"), span=1),)
    return tuple(lines)


def _clause_note(names: Names, numbers: ClauseNumbers) -> str:
    """Return what a clause without a single incident does not mean."""
    if any(row.n_assessed or row.standing for row in numbers.rows):
        return ""
    return names.speech.gettext("Nothing was reported. Silence is not compliance: see what was not watched.")


def clause_blocks(names: Names, bulletin: Bulletin) -> tuple[ClauseBlock, ...]:
    """Return each clause's text beside its numbers."""
    speech = names.speech
    blocks = []
    for clause, numbers in zip(bulletin.agreement.clauses, bulletin.clauses, strict=True):
        bound = speech.together([names.of("party", party) for party in clause.addressees])
        standard = f"{word(speech, STANDARD_WORDS, clause.standard)} ({speech.percent(STANDARDS[clause.standard])})"
        blocks.append(
            ClauseBlock(
                id=clause.id,
                number=names.number(clause.id),
                title=names.text(clause.title),
                text=names.text(clause.text),
                source=clause.source,
                binding=word(speech, MODALITY_WORDS, clause.modality) % {"parties": bound},
                standard=standard,
                lines=_tally_lines(names, numbers),
                note=_clause_note(names, numbers),
            )
        )
    return tuple(blocks)


def _span(speech: Speech, start: datetime | None, end: datetime | None) -> str:
    values = {"start": speech.instant(start) if start else "", "end": speech.instant(end) if end else ""}
    if start is None:
        return speech.gettext("until %(end)s") % values if end else speech.gettext("at all times")
    return (speech.gettext("from %(start)s until %(end)s") if end else speech.gettext("from %(start)s on")) % values


def reading_facts(names: Names, bulletin: Bulletin) -> tuple[Fact, ...]:
    """Return the rival readings: when each holds the agreement in force, and who claims it."""
    speech = names.speech
    facts = []
    for reading in bulletin.agreement.readings:
        who = speech.together([names.of("party", party) for party in reading.claimed_by])
        spans = [_span(speech, start, end) for start, end in force_intervals(reading, bulletin.agreement)]
        when = speech.together(spans) if spans else speech.gettext("never")
        text = speech.gettext("in force %(when)s; claimed by %(who)s") % {"when": when, "who": who}
        facts.append(Fact(label=names.text(reading.title), text=text))
    return tuple(facts)


def standard_rows(speech: Speech) -> tuple[Row, ...]:
    """Return the standards of proof with the probability from which each holds."""
    return tuple(
        Row(cells=(word(speech, STANDARD_WORDS, name), speech.percent(prob))) for name, prob in STANDARDS.items()
    )


def _lead(speech: Speech, lines: Sequence[IncidentLine], touching: Sequence[IncidentLine], n_likely: int) -> str:
    if not lines and touching:
        near = touching[0]
        what = f"{near.clause_title} ({near.party}), {near.bar.text}, {near.where}, {near.when}"
        text = speech.gettext("No breach counts on this period, but a likely one may belong to it: %(breach)s.")
        return text % {"breach": what}
    if not lines:
        return speech.gettext("No report of this period bears on a clause. Silence is not compliance.")
    first = lines[0]
    numbered = speech.gettext("clause %(number)s, %(title)s")
    values = {
        "clause": numbered % {"number": first.clause_no, "title": first.clause_title}
        if first.clause_no
        else first.clause_title,
        "party": first.party,
        "range": speech.unbroken(first.bar.text),
        "where": first.where or first.what,
    }
    text = speech.gettext("%(clause)s (%(party)s), %(range)s, %(where)s") % values
    if n_likely or (not first.incident and first.bar.lower >= LIKELY_FROM):
        return speech.gettext("Most likely breached: %(breach)s.") % {"breach": text}
    return speech.gettext("No breach is more likely than not. The strongest: %(breach)s.") % {"breach": text}


def _change(speech: Speech, changes: Changes, since: str) -> str:
    now = speech.ngettext("%(n)s likely breach", "%(n)s likely breaches", changes.n_likely, of_incidents=True)
    values = {"now": now, "before": speech.few(changes.n_likely_before), "since": since}
    if changes.n_likely > changes.n_likely_before:
        return speech.gettext("%(now)s, up from %(before)s (%(since)s).") % values
    if changes.n_likely < changes.n_likely_before:
        return speech.gettext("%(now)s, down from %(before)s (%(since)s).") % values
    return speech.gettext("%(now)s, as many as before (%(since)s).") % values


def _unseen(names: Names, bulletin: Bulletin) -> str:
    speech, watch = names.speech, bulletin.watch
    if not watch.has_log:
        return speech.gettext("No watch log was given: nobody can say what went unseen.")
    zones = [zone for zone in watch.zones if zone.unwatched is not None and zone.zone_id != "*"]
    zones = zones or [zone for zone in watch.zones if zone.unwatched is not None]
    if not zones:
        return speech.gettext("What share of the zones was watched was not worked out.")
    text = speech.gettext("Least watched: %(zone)s, %(share)s of its area and time unseen.")
    return text % {"zone": names.zone(zones[0].zone_id), "share": speech.percent(zones[0].unwatched)}


def lede_of(names: Names, bulletin: Bulletin, breached: Sequence[IncidentLine], since: str) -> tuple[str, ...]:
    """Return three sentences: what is most likely breached, what changed, what was not seen."""
    return (
        _lead(names.speech, breached, incident_lines(names, bulletin.touching), bulletin.changes.n_likely),
        _change(names.speech, bulletin.changes, since),
        _unseen(names, bulletin),
    )
