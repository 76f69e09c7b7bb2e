"""iCalendar: the dates of an agreement as a file that any calendar program reads.

Turns calendar entries into bytes. Rules:

1. An instant stands in UTC, so that it is right wherever it is read; a meeting stands in the agreement's own time zone,
   whose rules go along, so that one at 10:00 stays at 10:00 when the clocks change.
2. A UID is made of ids alone: the next file moves an entry. ``DTSTAMP``, ``LAST-MODIFIED`` and ``SEQUENCE`` come from
   the instant asked about, never from a clock: the same input gives the same bytes, and a later file goes before.
3. A clock whose breach has an uncertain time lasts from the earliest instant at which it may be due to the one by
   which it surely is.

Leaves which dates there are to ``guarantee.agenda``; folding of lines and escaping to the library. Source: RFC 5545.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from holdfire.basics.instants import zone_named
from holdfire.publication.guarantee_words import CLOCK_WORDS
from holdfire.publication.ical_zone import zone_component
from holdfire.publication.language import N_, Speech
from holdfire.publication.words import word
from holdfire.records.agreement import Agreement
from holdfire.records.calendar import CalendarEntry
from holdfire.records.fields import Text, in_language
from holdfire.records.promises import RegisterFile

__all__ = ["calendar_bytes"]

SUMMARIES = {
    "meeting": N_("%(title)s"),
    "force": N_("Entry into force: %(title)s"),
    "end": N_("End: %(title)s"),
    "deadline": N_("Deadline: %(title)s"),
    "need": N_("Needed by now: %(title)s"),
    "expiry": N_("A promise ends: %(title)s"),
    "clock": N_("Due: %(title)s"),
    "stand_down": N_("Stands down if nothing further happens: %(title)s"),
    "gate": N_("Opens at the earliest: %(title)s"),
}
STARTS = {
    "breach": N_("The clock runs from the breach."),
    "verification": N_("The clock runs from its verification."),
    "previous_rung": N_("The clock runs from the rung before."),
}
RULES: dict[str, dict[str, object]] = {
    "day": {"FREQ": "DAILY"},
    "week": {"FREQ": "WEEKLY"},
    "two_weeks": {"FREQ": "WEEKLY", "INTERVAL": 2},
    "month": {"FREQ": "MONTHLY"},
}
OPEN_YEARS = 10
"""For so many years after its start a series without an end has its zone's rules in the file."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def calendar_bytes(
    held: Agreement | RegisterFile, entries: Iterable[CalendarEntry], *, as_of: datetime, language: str
) -> bytes:
    """Return a calendar of entries.

    Parameters
    ----------
    held : Agreement or RegisterFile
        Whose they are: names, time zone, and whether it is fictional.
    entries : iterable of CalendarEntry
    as_of : datetime
        The instant asked about, UTC.
    language : str
        ``en`` or ``uk``.

    Raises
    ------
    InputError
        No catalogue is in that language.
    """
    speech, told = Speech(language, held.time_zone), list(entries)
    name = held.id if isinstance(held, Agreement) else held.agreement
    calendar = Calendar()
    calendar.add("prodid", "-//Holdfire//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = in_language(held.title, language) if isinstance(held, Agreement) else held.agreement
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", held.time_zone)
    meetings = [entry for entry in told if entry.kind == "meeting"]
    if meetings:
        calendar.add_component(zone_component(held.time_zone, zone_named(held.time_zone), *_years(meetings)))
    for entry in told:
        calendar.add_component(_event(entry, held, name, as_of, speech))
    return bytes(calendar.to_ical())


def _years(meetings: list[CalendarEntry]) -> tuple[int, int]:
    # The years whose rules of the zone go along: whole ones, with one to spare on both sides.
    first = min(entry.starts_at for entry in meetings).year
    lasts = [
        entry.until.year if entry.until is not None else entry.starts_at.year + (OPEN_YEARS if entry.every else 0)
        for entry in meetings
    ]
    return first - 1, max(lasts) + 1


def _event(entry: CalendarEntry, held: Agreement | RegisterFile, name: str, as_of: datetime, speech: Speech) -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@{name}.holdfire")
    event.add("dtstamp", as_of)
    event.add("last-modified", as_of)
    event.add("sequence", max(0, (as_of - EPOCH) // timedelta(minutes=1)))
    event.add("summary", _summary(entry, speech))
    event.add("description", "\n".join(_description(entry, held, speech)))
    event.add("categories", [entry.kind.replace("_", "-")])
    event.add("transp", "OPAQUE" if entry.kind == "meeting" else "TRANSPARENT")
    zone = zone_named(held.time_zone) if entry.kind == "meeting" else UTC
    event.add("dtstart", _whole(entry.starts_at).astimezone(zone))
    if entry.ends_at is not None:
        event.add("dtend", _whole(entry.ends_at, up=True).astimezone(zone))
    if entry.every is not None:
        rule = dict(RULES[entry.every])
        event.add("rrule", rule | ({} if entry.until is None else {"UNTIL": _whole(entry.until)}))
    if entry.place is not None:
        event.add("location", in_language(entry.place, speech.language))
    return event


def _whole(instant: datetime, *, up: bool = False) -> datetime:
    # iCalendar knows whole seconds.
    whole = instant.astimezone(UTC).replace(microsecond=0)
    return whole + timedelta(seconds=1) if up and whole < instant else whole


def _summary(entry: CalendarEntry, speech: Speech) -> str:
    title = in_language(entry.title, speech.language)
    text = speech.gettext(SUMMARIES[entry.kind]) % {"title": title}
    if entry.party is not None:
        text += f" ({entry.party})"
    if not entry.binding:
        text += " " + speech.gettext("(kept beside the binding clock)")
    return text


def _description(entry: CalendarEntry, held: Agreement | RegisterFile, speech: Speech) -> list[str]:
    lines = []
    if isinstance(held, Agreement) and held.fictional:
        lines.append(speech.gettext("Fictional or simulated: none of this happened."))
    if entry.about is not None:
        lines.append(in_language(entry.about, speech.language))
    if entry.who:
        names = _names(held)
        who = [in_language(names.get(one, {"en": one}), speech.language) for one in entry.who]
        lines.append(speech.together(who))
    if entry.kind == "clock" and entry.starts_from is not None and entry.state is not None:
        state = word(speech, CLOCK_WORDS, entry.state)
        lines.append(f"{speech.gettext(STARTS[entry.starts_from])} {speech.gettext('State')}: {state}.")
        if entry.ends_at is not None:
            lines.append(speech.gettext("When its breach happened is not known exactly: it is due within this time."))
        lines.append(speech.gettext("A named person decides; nothing happens by itself."))
    if entry.reading is not None and isinstance(held, Agreement):
        reading = next((one.title for one in held.readings if one.id == entry.reading), {"en": entry.reading})
        lines.append(f"{speech.gettext('Reading')}: {in_language(reading, speech.language)}")
    return lines


def _names(held: Agreement | RegisterFile) -> dict[str, Text]:
    names: dict[str, Text] = {one.id: one.name for one in held.guarantors}
    if isinstance(held, Agreement):
        names |= {one.id: one.name for one in held.parties} | {one.id: one.name for one in held.watchers}
    return names
