"""Time checks: intervals that run forward, deadlines that fall when the agreement binds, dates of this age.

Turns a draft into faults of time. Rules: an interval is ``[from, to)`` and must not be empty; a deadline must not
come before the agreement enters into force, under any reading in which its clause stands, nor after it has ended
under all of them; each version of a line starts after the one before it and after that one's end. Leaves durations
to ``size_checks``. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from holdfire.agreement.draft import Draft, Path, seen
from holdfire.basics.instants import MAX_US, MIN_US, to_us, zone_named
from holdfire.errors import Fault, InputError

__all__ = ["ReadingSpan", "longest_reading_h", "reading_spans", "time_faults"]

INSTANTS = (
    "readings.*.enters_into_force",
    "readings.*.ends",
    "readings.*.suspensions.*.from",
    "readings.*.suspensions.*.to",
    "zones.*.valid.from",
    "zones.*.valid.to",
    "lines.*.versions.*.from",
    "lines.*.versions.*.to",
    "clauses.*.scope.from",
    "clauses.*.scope.to",
    "clauses.*.rule.starts",
    "clauses.*.rule.deadline",
    "clauses.*.rule.began.*",
    "needs.*.wanted_by",
    "meetings.*.starts",
    "meetings.*.until",
    "commitments.*.expires",
    "commitments.*.steps.*.on",
    "commitments.*.steps.*.known_on",
)
"""Every field that holds an instant."""

INTERVALS = (
    ("readings.*", "enters_into_force", "ends", "This reading"),
    ("readings.*.suspensions.*", "from", "to", "This suspension"),
    ("zones.*.valid", "from", "to", "The zone's validity"),
    ("lines.*.versions.*", "from", "to", "This version of the line"),
    ("clauses.*.scope", "from", "to", "The clause's scope"),
    ("meetings.*", "starts", "until", "This series of meetings"),
)


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """Hold a reading's entry into force and end, UTC; an end of None is open."""

    id: str
    start: datetime
    end: datetime | None


def reading_spans(draft: Draft) -> tuple[ReadingSpan, ...]:
    """Return the readings whose times can be read and run forward."""
    found = []
    for path in draft.items(("readings",)):
        name, start = draft.text((*path, "id")), draft.instant((*path, "enters_into_force"))
        end = draft.instant((*path, "ends"))
        unclear = end is None and draft.at((*path, "ends")) is not None
        if name is not None and start is not None and not unclear and (end is None or end > start):
            found.append(ReadingSpan(name, start, end))
    return tuple(found)


def longest_reading_h(draft: Draft) -> float | None:
    """Return the hours of the longest reading; None where one is open or none can be read."""
    spans = reading_spans(draft)
    hours = [(span.end - span.start).total_seconds() / 3600 for span in spans if span.end is not None]
    return max(hours) if hours and len(hours) == len(draft.items(("readings",))) else None


def time_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of time."""
    yield from _zone_faults(draft)
    yield from _range_faults(draft)
    yield from _interval_faults(draft)
    yield from _line_faults(draft)
    spans = reading_spans(draft)
    for path in draft.items(("clauses",)):
        yield from _deadline_faults(draft, path, _standing(draft, path, spans))
        yield from _never_in_force(draft, path, _standing(draft, path, spans))
        yield from _start_faults(draft, path)


def _zone_faults(draft: Draft) -> Iterator[Fault]:
    for path in (("time_zone",), ("publication", "time_zone")):
        name = draft.text(path)
        if name is None:
            continue
        try:
            zone_named(name)
        except InputError:
            what = f"No time zone is called {seen(name)}."
            yield draft.fault(path, what, "Write an IANA name such as 'Europe/Kyiv' or 'Asia/Damascus'.")


def _range_faults(draft: Draft) -> Iterator[Fault]:
    for pattern in INSTANTS:
        for path, _ in draft.each(pattern):
            instant = draft.instant(path)
            if instant is not None and not MIN_US <= to_us(instant) < MAX_US:
                what = f"{draft.label(path)} has a date outside the years 1900 to 2100: {seen(draft.at(path))}."
                yield draft.fault(path, what, "Check the year; leave an open end out.")


def _interval_faults(draft: Draft) -> Iterator[Fault]:
    for pattern, first, last, noun in INTERVALS:
        for path, _ in draft.each(pattern):
            start, end = draft.instant((*path, first)), draft.instant((*path, last))
            if start is None or end is None or start < end:
                continue
            how = "ends when it starts" if start == end else "ends before it starts"
            what = (
                f"{draft.label(path)}: {noun[:1].lower()}{noun[1:]} {how}, at {seen(draft.at((*path, first)))}: "
                f"{seen(draft.at((*path, last)))}."
            )
            yield draft.fault((*path, last), what, f"Check '{first}' and '{last}'; leave an open end out.")


def _line_faults(draft: Draft) -> Iterator[Fault]:
    for line, _ in draft.each("lines.*.versions"):
        versions = draft.items(line)
        for before, after in pairwise(versions):
            yield from _order_faults(draft, before, after)


def _order_faults(draft: Draft, before: Path, after: Path) -> Iterator[Fault]:
    label = draft.label(after)
    if draft.at((*after, "from")) is None:
        what = f"{label}: a later version has no 'from', so it is not clear which version holds: {seen(None)}."
        yield draft.fault((*after, "from"), what, "State from when this version of the line holds.")
        return
    start = draft.instant((*after, "from"))
    earlier, end = draft.instant((*before, "from")), draft.instant((*before, "to"))
    if start is None:
        return
    if earlier is not None and start <= earlier:
        what = (
            f"{label}: its versions are out of order: one from {seen(draft.at((*before, 'from')))} stands before "
            f"one from {seen(draft.at((*after, 'from')))}."
        )
        yield draft.fault((*after, "from"), what, "Put the versions in the order of their dates.")
    elif end is not None and start < end:
        what = (
            f"{label}: two versions overlap; one holds until {seen(draft.at((*before, 'to')))}, the next from "
            f"{seen(draft.at((*after, 'from')))}."
        )
        yield draft.fault((*after, "from"), what, "Let a version end where the next one starts, or leave 'to' out.")


def _standing(draft: Draft, clause: Path, spans: tuple[ReadingSpan, ...]) -> tuple[ReadingSpan, ...]:
    """Return the readings under which a clause stands."""
    named = draft.texts((*clause, "scope", "readings"))
    return tuple(span for span in spans if not named or span.id in named)


def _deadline_faults(draft: Draft, clause: Path, spans: tuple[ReadingSpan, ...]) -> Iterator[Fault]:
    path = (*clause, "rule", "deadline")
    deadline = draft.instant(path)
    if deadline is None or not spans:
        return
    early = [span for span in spans if deadline < span.start]
    if early:
        readings = " and ".join(f"'{span.id}' ({span.start.strftime('%Y-%m-%d %H:%M')} UTC)" for span in early)
        what = (
            f"{draft.label(clause)} has a deadline before the agreement enters into force under "
            f"{'reading' if len(early) == 1 else 'readings'} {readings}: {seen(draft.at(path))}."
        )
        one = "; if the clause stands under one reading only, name it in 'scope.readings'"
        yield draft.fault(path, what, f"Check the date{one if len(early) < len(spans) else ''}.")
    elif all(span.end is not None and deadline > span.end for span in spans):
        what = f"{draft.label(clause)} has a deadline after the agreement has ended: {seen(draft.at(path))}."
        yield draft.fault(path, what, "Check the date, and 'ends' of the readings: this duty would never fall due.")


def _never_in_force(draft: Draft, clause: Path, spans: tuple[ReadingSpan, ...]) -> Iterator[Fault]:
    """Find a scope that meets none of the readings under which its clause stands."""
    scope = (*clause, "scope")
    start, end = draft.instant((*scope, "from")), draft.instant((*scope, "to"))
    if not spans or (start is None and end is None) or (start is not None and end is not None and end <= start):
        return
    meets = [
        (start is None or span.end is None or start < span.end) and (end is None or span.start < end) for span in spans
    ]
    if not any(meets):
        field = "to" if end is not None and all(end <= span.start for span in spans) else "from"
        value = seen(draft.at((*scope, field)))
        what = f"{draft.label(clause)} is never in force: its scope meets no reading: {value}."
        yield draft.fault((*scope, field), what, "Check the scope against the readings' entry into force and end.")


def _start_faults(draft: Draft, clause: Path) -> Iterator[Fault]:
    path = (*clause, "rule", "starts")
    start, deadline = draft.instant(path), draft.instant((*clause, "rule", "deadline"))
    if start is not None and deadline is not None and start > deadline:
        what = f"{draft.label(clause)} is to start after its deadline: {seen(draft.at(path))}."
        yield draft.fault(path, what, "Check 'starts' and 'deadline'.")
