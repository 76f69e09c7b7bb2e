"""View of method: what must be read first, how the numbers are meant, and what the page was made from.

Turns a bulletin's release and provenance into marks, notes and facts. Rule: the notes say what the code does, in
the order in which a reader meets the numbers. Source: DESIGN, sections 1 and 5.
"""

from __future__ import annotations

from holdfire.basics.instants import to_us
from holdfire.publication.items import LIKELY_FROM
from holdfire.publication.language import Speech
from holdfire.publication.naming import Names
from holdfire.publication.page import Fact, Note
from holdfire.publication.words import STATUS_WORDS, word
from holdfire.records.bulletin import Bulletin
from holdfire.records.finding import EXCLUDED_BELOW

__all__ = ["audience_word", "colophon_of", "facts_of", "marks_of", "method_notes", "references_of", "timestamp_of"]


def audience_word(speech: Speech, audience: str) -> str:
    """Return for whom the bulletin is, in two words."""
    return speech.gettext("Public version") if audience == "public" else speech.gettext("Restricted version")


def _public_marks(speech: Speech, bulletin: Bulletin) -> list[Note]:
    release, marks = bulletin.release, []
    if release.not_before is not None:
        text = speech.gettext("Not to be published before %(instant)s (%(zone)s).")
        values = {"instant": speech.instant(release.not_before), "zone": bulletin.period.zone}
        marks.append(Note(text=text % values, strong=True))
    km = release.cell_m / 1000.0
    text = speech.gettext(
        "Public version: places stand at the centres of cells of %(cell)s km, nothing is younger than %(hours)s h at"
        " its release, and only media are quoted."
    )
    values = {"cell": speech.number(km, 0 if km == int(km) else 1), "hours": speech.number(release.delay_h, 0)}
    marks.append(Note(text=text % values))
    if release.n_delayed:
        text = speech.ngettext(
            "%(n)s younger incident is held back.",
            "%(n)s younger incidents are held back.",
            release.n_delayed,
            of_incidents=True,
        )
        marks.append(Note(text=text))
    return marks


def marks_of(names: Names, bulletin: Bulletin) -> tuple[Note, ...]:
    """Return what must be read first: fictional, restricted, or how coarse and late a public version is."""
    speech, marks = names.speech, []
    if bulletin.agreement.fictional:
        text = speech.gettext("Fictional or simulated: none of this happened.")
        marks.append(Note(text=text, strong=True))
    if bulletin.release.audience == "public":
        return (*marks, *_public_marks(speech, bulletin))
    text = speech.gettext("Restricted: it holds places, times and words that may endanger people. Do not pass it on.")
    return (*marks, Note(text=text))


def facts_of(names: Names, bulletin: Bulletin) -> tuple[Fact, ...]:
    """Return what the masthead tells of the agreement and the period."""
    speech, held, period = names.speech, bulletin.agreement, bulletin.period
    span = f"{speech.instant(period.start)} – {speech.instant(period.end)} ({speech.offset(period.start)})"
    n_bearing, n_all, version = bulletin.n_incidents, bulletin.n_fused, speech.gettext("version")
    bearing = speech.ngettext("%(n)s bears on a clause", "%(n)s bear on a clause", n_bearing, of_incidents=True)
    all_of_them = speech.ngettext("%(n)s incident", "%(n)s incidents", n_all, of_incidents=True)
    return (
        Fact(label=speech.gettext("Agreement"), text=f"{held.id}, {version} {held.version}"),
        Fact(label=speech.gettext("Status"), text=word(speech, STATUS_WORDS, held.status)),
        Fact(label=speech.gettext("Period"), text=span),
        Fact(label=speech.gettext("Counted"), text=f"{all_of_them}, {bearing}"),
    )


def _numbers_notes(speech: Speech) -> list[str]:
    return [
        speech.gettext(
            "A probability is a range: what nobody knows widens it. It is the product of five: that it happened, that"
            " the act is one the clause speaks of, that it lay in the zone while the clause was in force, that this"
            " party did it, and that no exemption applies. Place and time are weighed together; else the parts are"
            " taken as independent of each other."
        ),
        speech.gettext(
            "The list gives the probability of a breach by whichever party; its details give each party’s. Likely means"
            " that the lower bound reaches %(likely)s. The order goes by the lower bound, then by the upper; what named"
            " persons confirmed stands first, what they excluded stands last."
        )
        % {"likely": speech.percent(LIKELY_FROM)},
        speech.gettext(
            "The number of breaches is given as its mean, from lower and from upper bounds, and as the interval that"
            " holds it with 90% probability. “At least one” is the probability that there was any."
        ),
        speech.gettext(
            "Where breaches are counted whichever party did them (what changed, course over time), each incident counts"
            " once, so the numbers are not the sum of the parties’ rows."
        ),
        speech.gettext(
            "An incident counts on the day on which the middle of its interval lies, in the time zone %(zone)s."
        ),
    ]


def method_notes(names: Names, bulletin: Bulletin) -> tuple[Note, ...]:
    """Return how the numbers are meant, in the order in which a reader meets them."""
    speech = names.speech
    notes = _numbers_notes(speech)
    notes[-1] = notes[-1] % {"zone": bulletin.period.zone}
    notes.append(
        speech.gettext(
            "A breach is established where the lower bound reaches the clause’s standard of proof, not established"
            " where the upper bound does not reach it, excluded where the upper bound is below %(excluded)s; else the"
            " evidence cannot determine it. The machine proposes; only what is marked as confirmed was confirmed by"
            " two named persons."
        )
        % {"excluded": speech.percent(EXCLUDED_BELOW)}
    )
    notes.append(
        speech.gettext(
            "More and fewer are said only where the 90% intervals of the two periods do not meet; they tell of what was"
            " reported, and depend on who was watching."
        )
    )
    return tuple(Note(text=text) for text in notes)


def references_of(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the documents that the encoding of the agreement rests on."""
    held = bulletin.agreement.references
    return tuple(f"{one.citation} ({one.note})" if one.note else one.citation for one in held)


def colophon_of(names: Names, bulletin: Bulletin) -> tuple[Fact, ...]:
    """Return what the page was made from: hashes and versions, no clock."""
    speech = names.speech
    return (
        Fact(label=speech.gettext("Content"), text=f"SHA-256 {bulletin.content_sha256}"),
        Fact(label=speech.gettext("Made by"), text=f"Holdfire {bulletin.code_version}"),
        Fact(label=speech.gettext("Run"), text=bulletin.run_id or "–"),
        Fact(
            label=speech.gettext("Map"), text=speech.gettext("Land and coast: made with Natural Earth, public domain")
        ),
    )


def timestamp_of(bulletin: Bulletin) -> int:
    """Return the period's end in seconds since 1970: the only time that a print states of itself."""
    return to_us(bulletin.period.end) // 1_000_000
