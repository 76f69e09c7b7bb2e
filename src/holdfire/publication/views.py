"""Views: a bulletin into its page, in the bulletin's language.

Turns numbers and ids into ``Page``. Rule: the page is a pure function of the bulletin. Leaves each part to the
views of its kind, and the form to ``render``.
"""

from __future__ import annotations

from collections.abc import Sequence

from holdfire.publication.charts import MAX_ROWS, Layout, draw_timeline, entries_into_force
from holdfire.publication.drawing import PAGE, PRINT
from holdfire.publication.labels import labels_in
from holdfire.publication.land import Frame, frame_of, land_within, polygons_of
from holdfire.publication.language import Speech
from holdfire.publication.maps import DASHES, VERDICT_ROLES, draw_map, named_places, reading_role, zone_polygons
from holdfire.publication.naming import Names
from holdfire.publication.page import Chart, IncidentLine, MapView, Note, Page
from holdfire.publication.view_gaps import gap_sections
from holdfire.publication.view_guarantee import guarantee_view
from holdfire.publication.view_incidents import incident_lines, ranked_items
from holdfire.publication.view_method import (
    audience_word,
    colophon_of,
    facts_of,
    marks_of,
    method_notes,
    references_of,
    timestamp_of,
)
from holdfire.publication.view_numbers import (
    clause_blocks,
    delta_notes,
    deltas_of,
    figures_of,
    lede_of,
    reading_facts,
    standard_rows,
    verdict_lines,
    verdict_section,
)
from holdfire.publication.words import VERDICT_WORDS, word
from holdfire.records.bulletin import Bulletin, Period
from holdfire.records.bulletin_parts import LineShape, ZoneDrawing

__all__ = ["PRINT_FONT", "page_of"]

PRINT_FONT = "Source Sans 3"
N_BREACHED = 6
"""Lines of what is most likely breached that stand on the first screen and the first leaf."""


def _chart(names: Names, bulletin: Bulletin, title: str) -> Chart:
    speech = names.speech
    wide, narrow = Layout(width=1000.0, n_labels=14), Layout(width=340.0, n_labels=4, first_height=90.0)
    printed = Layout(width=720.0, n_labels=10, first_height=62.0, row_height=26.0, size=10.0, font=PRINT_FONT)
    return Chart(
        title=title,
        description=speech.gettext(
            "Breaches by whichever party: dark, the mean by lower bounds; light, up to the mean by upper bounds;"
            " stroke, the 90% interval."
        ),
        svg=draw_timeline(names, bulletin, wide, PAGE, title),
        narrow_svg=draw_timeline(names, bulletin, narrow, PAGE, title),
        print_svg=draw_timeline(names, bulletin, printed, PRINT, title),
    )


def _chart_notes(names: Names, bulletin: Bulletin) -> tuple[Note, ...]:
    speech, notes = names.speech, []
    units = {
        "day": speech.gettext("One bar is one day."),
        "week": speech.gettext("One bar is seven days."),
        "month": speech.gettext("One bar is one calendar month."),
    }
    notes.append(Note(text=units[bulletin.timeline.unit]))
    if entries_into_force(names, bulletin):
        notes.append(Note(text=speech.gettext("A dashed line marks where a reading enters into force.")))
    notes.append(Note(text=speech.gettext("A dot on the ground line means that nothing was reported.")))
    n_rows = len(bulletin.timeline.series)
    if n_rows > MAX_ROWS:
        text = speech.gettext("The first %(shown)s of %(all)s rows are drawn.")
        notes.append(Note(text=text % {"shown": MAX_ROWS, "all": n_rows}))
    return tuple(notes)


def _legend(names: Names, bulletin: Bulletin) -> tuple[tuple[str, str], ...]:
    speech = names.speech
    legend = [(VERDICT_ROLES[verdict], word(speech, VERDICT_WORDS, verdict)) for verdict in VERDICT_WORDS]
    roles: dict[str, tuple[str, ...]] = {}
    drawings: tuple[ZoneDrawing | LineShape, ...] = (*bulletin.zones, *bulletin.lines)
    for drawn in drawings:
        roles.setdefault(reading_role(bulletin, drawn.readings), drawn.readings)
    for role in sorted(roles):
        reading = names.readings(roles[role][:1])
        named = speech.gettext("zones and lines: %(reading)s") % {"reading": reading}
        legend.append((role, named if len(roles) > 1 and reading else speech.gettext("zones and lines")))
    return tuple(legend)


def _map(names: Names, bulletin: Bulletin, frame: Frame, title: str) -> MapView:
    speech = names.speech
    caption = speech.gettext(
        "Land and coast only. No national borders are drawn: where a border runs is a political statement that this"
        " bulletin does not make. A circle around a mark shows how well its place is known (one sigma)."
    )
    if bulletin.release.audience == "public":
        caption += " " + speech.gettext("A mark stands at the centre of a cell, not where it happened.")
    return MapView(
        svg=draw_map(names, bulletin, frame, PAGE, title=title),
        print_svg=draw_map(names, bulletin, frame, PRINT, title=title, font=PRINT_FONT),
        caption=caption,
        legend=_legend(names, bulletin),
        description=title,
    )


def _incident_notes(speech: Speech, bulletin: Bulletin) -> tuple[Note, ...]:
    shown = len(bulletin.incidents)
    if shown == bulletin.n_incidents:
        return ()
    text = speech.gettext(
        "Map and list hold the %(shown)s strongest of %(all)s incidents; the tables beside this bulletin hold all of"
        " them, and every number above counts all of them."
    )
    return (Note(text=text % {"shown": speech.count(shown), "all": speech.count(bulletin.n_incidents)}),)


def _breached_notes(names: Names, bulletin: Bulletin, shown: Sequence[IncidentLine]) -> tuple[Note, ...]:
    """Return what else is likely: further incidents of the list, and those that count on a neighbouring day."""
    speech, notes = names.speech, []
    n_more = bulletin.changes.n_likely - sum(1 for line in shown if line.incident)
    if n_more > 0:
        text = speech.ngettext(
            "%(n)s further likely breach in the list below.",
            "%(n)s further likely breaches in the list below.",
            n_more,
        )
        notes.append(Note(text=text))
    for line in incident_lines(names, bulletin.touching):
        text = speech.gettext("May belong here too, but counts on %(day)s: %(what)s.")
        what = f"{line.clause_title} ({line.party}), {line.bar.text}, {line.where}, {line.when}"
        day = speech.day(bulletin.touching[line.number - 1].on or bulletin.period.last_day)
        notes.append(Note(text=text % {"day": day, "what": what}, strong=True))
    return tuple(notes)


def _data(names: Names, bulletin: Bulletin, frame: Frame, lines: Sequence[IncidentLine]) -> dict[str, object]:
    """Return what the page's script draws: the same places as the drawing, the same lines as the list."""
    features, wide = [], frame.widened()
    for line in lines:
        if line.lon is not None:
            features.append(
                {
                    "n": line.number,
                    "at": [round(line.lon, 5), round(line.lat or 0.0, 5)],
                    "sigma": round(line.sigma_m or 0.0),
                    "verdict": VERDICT_ROLES[line.verdict_id],
                    "title": f"{line.clause_no} {line.clause_title}".strip(),
                    "party": line.party,
                    "range": line.bar.text,
                    "word": line.verdict,
                    "when": line.when,
                    "where": line.where,
                    "what": line.what,
                    "evidence": line.evidence,
                }
            )
    zones = [
        {
            "role": reading_role(bulletin, zone.readings),
            "title": names.zone(zone.zone_id),
            "reading": names.readings(zone.readings),
            "polygons": zone_polygons(zone, frame),
        }
        for zone in bulletin.zones
    ]
    shapes = [
        {
            "role": reading_role(bulletin, line.readings),
            "title": names.of("line", line.line_id),
            "at": [[round(x, 5), round(y, 5)] for x, y in line.coordinates],
        }
        for line in bulletin.lines
    ]
    return {
        "frame": [frame.west, frame.south, frame.east, frame.north],
        "bounds": [wide.west, wide.south, wide.east, wide.north],
        "land": list(polygons_of(land_within(wide))),
        "zones": zones,
        "lines": shapes,
        "places": [[words, round(lon, 5), round(lat, 5)] for words, lon, lat in named_places(bulletin.incidents)],
        "dashes": {role: dash is not None for role, dash in DASHES.items()},
        "incidents": features,
        "bin_names": [names.speech.days(one.first_day, one.last_day, short=True) for one in bulletin.timeline.bins],
        "bins": [[one.first_day.isoformat(), one.last_day.isoformat()] for one in bulletin.timeline.bins],
    }


def _speech(bulletin: Bulletin) -> Speech:
    period, release = bulletin.period, bulletin.release
    min_count = release.min_count if release.audience == "public" else 1
    return Speech(bulletin.language, period.zone, min_count, period.first_day.year != period.last_day.year)


def _day(speech: Speech, period: Period) -> str:
    """Return the day with its weekday, or the days of the period, with a capital."""
    one = period.n_days == 1
    day = speech.day(period.first_day, "full") if one else speech.days(period.first_day, period.last_day)
    return day[:1].upper() + day[1:]


def page_of(bulletin: Bulletin) -> Page:
    """Return a bulletin's page in the bulletin's language."""
    speech = _speech(bulletin)
    names = Names(bulletin.agreement, speech, bulletin.release.cell_m)
    labels, frame, period = labels_in(speech), frame_of(bulletin), bulletin.period
    since = speech.days(period.previous_first_day, period.previous_last_day)
    labels["changes"] = labels["changes" if period.n_days == 1 else "changes_period"] % {"since": since}
    breached = incident_lines(names, ranked_items(bulletin.incidents[:N_BREACHED], bulletin.standing)[:N_BREACHED])
    lines = incident_lines(names, bulletin.incidents)
    return Page(
        language=bulletin.language,
        labels=labels,
        title=names.text(bulletin.agreement.title),
        summary=names.text(bulletin.agreement.summary),
        day=_day(speech, period),
        since=since,
        audience=bulletin.release.audience,
        audience_word=audience_word(speech, bulletin.release.audience),
        marks=marks_of(names, bulletin),
        facts=facts_of(names, bulletin),
        lede=lede_of(names, bulletin, breached, since),
        figures=figures_of(speech, bulletin.changes),
        deltas=deltas_of(names, bulletin.changes),
        delta_notes=delta_notes(names, bulletin),
        verdict_head=speech.ngettext("%(n)s verdict changed", "%(n)s verdicts changed", bulletin.changes.n_verdicts),
        verdict_lines=verdict_lines(names, bulletin.changes),
        breached=breached,
        breached_notes=_breached_notes(names, bulletin, breached),
        clauses=clause_blocks(names, bulletin),
        readings=reading_facts(names, bulletin),
        chart=_chart(names, bulletin, labels["course"]),
        chart_notes=_chart_notes(names, bulletin),
        map_=_map(names, bulletin, frame, labels["map"]),
        incidents=lines,
        incident_notes=_incident_notes(speech, bulletin),
        sections={**gap_sections(names, bulletin), "verdicts": verdict_section(names, bulletin.changes)},
        standards=standard_rows(speech),
        method=method_notes(names, bulletin),
        references=references_of(bulletin),
        attributions=bulletin.attributions,
        colophon=colophon_of(names, bulletin),
        timestamp=timestamp_of(bulletin),
        nothing=""
        if breached
        else speech.gettext("No report of this period bears on a clause. Silence is not compliance."),
        data=_data(names, bulletin, frame, lines),
        guarantee=guarantee_view(names, bulletin),
    )
