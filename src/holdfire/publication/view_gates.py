"""View of gates: a gate's requirement that is not met, and what would meet it, in one language.

Turns a requirement's state into a sentence or two. Rule: no finding is named, only counted. Leaves the table to
``view_guarantee``.
"""

from __future__ import annotations

from holdfire.publication.guarantee_changes import rung_title
from holdfire.publication.guarantee_words import HOLD_WORDS, OPENER_WORDS
from holdfire.publication.naming import Names
from holdfire.publication.words import STANDARD_WORDS, word
from holdfire.records.fields import in_language
from holdfire.records.guarantee import RequirementState

__all__ = ["requirement_text"]


def requirement_text(names: Names, one: RequirementState) -> str:
    """Return what is asked, that it does not hold, and what would meet it."""
    speech = names.speech
    text = f"{_what(names, one)}: {word(speech, HOLD_WORDS, one.holds)}"
    if one.kind in ("quiet_days", "breaches"):
        text += f", {speech.percent(one.prob_lower, one.prob_upper)}"
    if one.kind == "quiet_days":
        watched = "?" if one.watched_share is None else speech.percent(one.watched_share)
        text += ", " + speech.gettext("watched %(share)s") % {"share": watched}
    text += "."
    if one.kind in ("any_of", "gate") and one.alternatives:
        return text + " " + " ".join(requirement_text(names, way) for way in one.alternatives if way.holds != "yes")
    if one.openers:
        openers = speech.together([word(speech, OPENER_WORDS, opener) for opener in one.openers])
        text += " " + speech.gettext("It would take: %(what)s.") % {"what": openers}
    if one.opens_at is not None:
        text += " " + speech.gettext("At the earliest: %(instant)s.") % {"instant": speech.instant(one.opens_at)}
    return text


def _what(names: Names, one: RequirementState) -> str:
    speech, held = names.speech, names.agreement
    if one.kind == "in_force":
        return speech.gettext("In force") if one.wanted else speech.gettext("Not in force")
    if one.kind == "rung_used":
        title = rung_title(held, one.subject or "", speech.language)
        return speech.gettext("Rung “%(rung)s” was used") % {"rung": title}
    if one.kind == "gate":
        title = next((in_language(gate.title, speech.language) for gate in held.gates if gate.id == one.subject), "")
        return speech.gettext("Gate “%(gate)s” is open") % {"gate": title or one.subject}
    if one.kind == "mandate":
        whose = "" if one.text is None else in_language(one.text, speech.language)
        return speech.gettext("Mandate (%(whose)s)") % {"whose": whose}
    if one.kind == "breaches":
        return speech.gettext("The breaches that it asks for")
    if one.kind == "any_of":
        return speech.gettext("One of these is enough")
    days = speech.ngettext("%(n)s quiet day", "%(n)s quiet days", one.days or 0)
    where = names.zone(one.subject or "*")
    standard = word(speech, STANDARD_WORDS, one.standard or "")
    return f"{days}, {where}, {standard}"
