"""View of gaps: what was not watched, what was refused, who reports, as sentences and plain tables.

Turns a bulletin's watch, refusals and sources into sections. Rule: the page never lets a gap look like quiet; it
says so where there is no watch log at all. The readers' messages stay in English, marked as such.
"""

from __future__ import annotations

from holdfire.publication.language import Speech
from holdfire.publication.naming import Names
from holdfire.publication.page import Note, Row, Section
from holdfire.publication.words import RESTRICTION_WORDS, SOURCE_KIND_WORDS, word
from holdfire.records.bulletin import Bulletin
from holdfire.records.bulletin_parts import RefusalGroup, RestrictionItem, SourceItem, ZoneWatch

__all__ = ["gap_sections"]

MAX_REFUSAL_ROWS = 25
MAX_SOURCE_ROWS = 60


def _zone_row(names: Names, zone: ZoneWatch) -> Row:
    speech = names.speech
    before = "–" if zone.unwatched_before is None else speech.percent(zone.unwatched_before)
    return Row(
        cells=(
            names.zone(zone.zone_id),
            names.readings(zone.readings) or speech.gettext("every reading"),
            speech.percent(zone.unwatched),
            before,
            speech.percent(zone.noticed),
            speech.count(zone.n_restricted),
        ),
        kind="strong" if (zone.unwatched or 0.0) >= 0.5 else "",
    )


def _watch(names: Names, bulletin: Bulletin) -> Section:
    speech, watch = names.speech, bulletin.watch
    notes = [Note(text=speech.gettext("Silence is not compliance."), strong=True)]
    if not watch.has_log:
        text = speech.gettext(
            "No watch log was given. Where, when and by whom anybody was watching is not known; a day or a place"
            " without reports may have been quiet or unseen."
        )
        notes.append(Note(text=text))
    else:
        text = speech.ngettext(
            "%(n)s entry of the watch log meets this period.",
            "%(n)s entries of the watch log meet this period.",
            watch.n_entries,
        )
        notes.append(Note(text=text))
        if not watch.zones:
            notes.append(Note(text=speech.gettext("The share of each zone that was watched was not worked out.")))
    if watch.n_unplaced:
        text = speech.ngettext(
            "%(n)s incident of this period has no place that could be told, and stands on no map.",
            "%(n)s incidents of this period have no place that could be told, and stand on no map.",
            watch.n_unplaced,
            of_incidents=True,
        )
        notes.append(Note(text=text))
    if watch.n_undated:
        text = speech.ngettext(
            "%(n)s incident of the case has no known time, and is counted in no period.",
            "%(n)s incidents of the case have no known time, and are counted in no period.",
            watch.n_undated,
            of_incidents=True,
        )
        notes.append(Note(text=text))
    head = (
        speech.gettext("Zone"),
        speech.gettext("Reading"),
        speech.gettext("Unwatched"),
        speech.gettext("Before"),
        speech.gettext("Would have been noticed"),
        speech.gettext("Hindered"),
    )
    return Section(
        notes=tuple(notes),
        head=head,
        numeric=(2, 3, 4, 5),
        rows=tuple(_zone_row(names, zone) for zone in watch.zones) if watch.has_log else (),
    )


def _restriction_row(names: Names, item: RestrictionItem) -> Row:
    speech = names.speech
    return Row(
        cells=(
            speech.when(item.start, item.end),
            names.of("watcher", item.watcher),
            word(speech, SOURCE_KIND_WORDS, item.means),
            names.zone(item.zone) if item.zone else "–",
            word(speech, RESTRICTION_WORDS, item.restriction),
            names.of("party", item.restricted_by) or "–",
            item.reason or "–",
        )
    )


def _restrictions(names: Names, bulletin: Bulletin) -> Section:
    speech, watch = names.speech, bulletin.watch
    after = []
    if watch.n_restrictions > len(watch.restrictions):
        text = speech.gettext("The first %(shown)s of %(all)s are listed.")
        values = {"shown": speech.count(len(watch.restrictions)), "all": speech.count(watch.n_restrictions)}
        after.append(Note(text=text % values))
    head = (
        speech.gettext("When"),
        speech.gettext("Watcher"),
        speech.gettext("Means"),
        speech.gettext("Zone"),
        speech.gettext("What happened"),
        speech.gettext("By whom"),
        speech.gettext("Reason given"),
    )
    return Section(
        head=head, rows=tuple(_restriction_row(names, item) for item in watch.restrictions), after=tuple(after)
    )


def _silences(speech: Speech, bulletin: Bulletin) -> Section:
    watch = bulletin.watch
    rows = [
        Row(
            cells=(
                one.source_name,
                speech.days(one.first_on, one.last_on),
                speech.ngettext("%(n)s day", "%(n)s days", one.n_days),
                speech.gettext("the whole period") if one.whole_period else "",
            )
        )
        for one in watch.silences
        if one.source_name
    ]
    head = (speech.gettext("Source"), speech.gettext("Silent"), speech.gettext("Length"), "")
    return Section(head=head, rows=tuple(rows))


def _refusal_row(speech: Speech, group: RefusalGroup) -> Row:
    row_word = speech.gettext("row")
    examples = "; ".join(f"{row_word} {row}: {what}" for row, what in group.examples)
    return Row(cells=(speech.count(group.n), group.file, group.column or "–", group.reason, group.mend, examples))


def _refusals(speech: Speech, bulletin: Bulletin) -> Section:
    groups = bulletin.refusals
    n_refused = sum(item.n_refused for item in bulletin.intake)
    n_rows = sum(item.n_rows for item in bulletin.intake)
    if not n_refused and not groups:
        return Section(notes=(Note(text=speech.gettext("No row of the files read was refused.")),))
    text = speech.ngettext(
        "%(n)s row was refused. It is kept with its reason, and enters no number here.",
        "%(n)s rows were refused. They are kept with their reasons, and enter no number here.",
        n_refused,
    )
    of = speech.ngettext("%(n)s row was read.", "%(n)s rows were read.", n_rows)
    after = []
    if len(groups) > MAX_REFUSAL_ROWS:
        rest = sum(group.n for group in groups[MAX_REFUSAL_ROWS:])
        more = speech.ngettext(
            "%(n)s further row was refused for other reasons.",
            "%(n)s further rows were refused for other reasons.",
            rest,
        )
        after.append(Note(text=more))
    with_examples = any(group.examples for group in groups)
    head = [
        speech.gettext("Rows"),
        speech.gettext("File"),
        speech.gettext("Column"),
        speech.gettext("Why"),
        speech.gettext("How to mend it"),
        speech.gettext("For example"),
    ]
    rows = [_refusal_row(speech, group) for group in groups[:MAX_REFUSAL_ROWS]]
    if not with_examples:
        head, rows = head[:-1], [Row(cells=row.cells[:-1]) for row in rows]
    return Section(
        notes=(Note(text=f"{of} {text}"),), head=tuple(head), numeric=(0,), rows=tuple(rows), after=tuple(after)
    )


def _files(speech: Speech, bulletin: Bulletin) -> Section:
    head = (
        speech.gettext("File"),
        speech.gettext("Read as"),
        speech.gettext("Rows"),
        speech.gettext("Reports"),
        speech.gettext("Refused"),
    )
    rows = tuple(
        Row(
            cells=(
                item.name,
                item.reader,
                speech.count(item.n_rows),
                speech.count(item.n_reports),
                speech.count(item.n_refused),
            )
        )
        for item in bulletin.intake
    )
    return Section(head=head, numeric=(2, 3, 4), rows=rows)


def _source_row(names: Names, item: SourceItem, known: dict[str | None, str]) -> Row:
    speech = names.speech
    name = item.name or speech.ngettext("%(n)s unnamed source", "%(n)s unnamed sources", item.n_sources)
    copies = ", ".join(known.get(source) or source for source in item.copies_from)
    return Row(
        cells=(
            name,
            word(speech, SOURCE_KIND_WORDS, item.kind),
            names.of("party", item.side) or speech.gettext("none known"),
            item.reliability or "–",
            copies or "–",
            speech.count(item.n_reports),
            speech.count(item.n_reports_before),
        )
    )


def _sources(names: Names, bulletin: Bulletin) -> Section:
    speech = names.speech
    spoke = [item for item in bulletin.sources if item.n_reports]
    silent = len(bulletin.sources) - len(spoke)
    notes, after = [], []
    if silent:
        text = speech.ngettext(
            "%(n)s known source told nothing of this period.",
            "%(n)s known sources told nothing of this period.",
            silent,
        )
        notes.append(Note(text=text))
    if len(spoke) > MAX_SOURCE_ROWS:
        text = speech.gettext("The first %(shown)s of %(all)s are listed.")
        after.append(Note(text=text % {"shown": speech.count(MAX_SOURCE_ROWS), "all": speech.count(len(spoke))}))
    head = (
        speech.gettext("Source"),
        speech.gettext("Kind"),
        speech.gettext("Side"),
        speech.gettext("Grade"),
        speech.gettext("Repeats"),
        speech.gettext("Reports"),
        speech.gettext("Before"),
    )
    known = {item.source_id: item.name for item in bulletin.sources}
    rows = tuple(_source_row(names, item, known) for item in spoke[:MAX_SOURCE_ROWS])
    return Section(notes=tuple(notes), head=head, numeric=(5, 6), rows=rows, after=tuple(after))


def gap_sections(names: Names, bulletin: Bulletin) -> dict[str, Section]:
    """Return the sections on watch, restrictions, silences, refusals, files and sources by their names."""
    speech = names.speech
    return {
        "watch": _watch(names, bulletin),
        "restrictions": _restrictions(names, bulletin),
        "silences": _silences(speech, bulletin),
        "refusals": _refusals(speech, bulletin),
        "files": _files(speech, bulletin),
        "sources": _sources(names, bulletin),
    }
