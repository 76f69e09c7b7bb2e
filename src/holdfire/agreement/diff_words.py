"""Diff words: how a change is said, and which values mean the same.

Turns field paths and values into the words of a sentence. Rule: a quantity is compared in its unit and an instant
in its zone; a field without words of its own is called as the file spells it. Leaves finding the changes to
``diff``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from holdfire.basics.instants import parse_instant
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.errors import InputError

__all__ = ["LABELS", "SUBJECTS", "field_label", "is_wording", "moved", "same", "shown"]

SUBJECTS = {
    "clause": "clauses",
    "party": "parties",
    "excluded_group": "excluded_groups",
    "other": "others",
    "reading": "readings",
    "zone": "zones",
    "line": "lines",
    "watcher": "watchers",
    "guarantor": "guarantors",
    "need": "needs",
    "commitment": "commitments",
    "gate": "gates",
    "rung": "rungs",
    "meeting": "meetings",
    "retired_clause": "retired_clauses",
    "reference": "references",
}
"""What is compared one by one, with the field of the agreement that holds it, in the order of telling."""
LABELS = {subject: subject.replace("_", " ").capitalize() for subject in SUBJECTS} | {
    "other": "Other group",
    "ladder": "The ladder",
}

WORDS_ONLY = {"title", "name", "note", "notes", "source", "summary", "citation", "basis", "language", "text"}
"""Fields whose change is one of wording. A duty, a mandate, a condition is not among them: its words are all that
the data holds of it."""

INSTANTS = {
    "enters_into_force",
    "ends",
    "from",
    "to",
    "starts",
    "deadline",
    "expires",
    "on",
    "known_on",
    "wanted_by",
    "until",
}
LENGTHS = {"distance", "radius", "named_within", "cell"}
DURATIONS = {"window", "persistence", "after_elapsed", "within", "stand_down", "delay", "lasts"}

NAMES = {
    "rule.kind": "kind",
    "rule.named_within": "distance within which a named target counts",
    "rule.at_least": "number of events that fulfil it",
    "rule.quiet_days": "number of quiet days",
    "quiet_days": "number of quiet days",
    "scope.from": "start",
    "scope.to": "end",
    "valid.from": "start",
    "valid.to": "end",
    "enters_into_force": "entry into force",
    "ends": "end",
    "buffer.distance": "distance from its line",
    "buffer.line": "line",
    "buffer.side": "side of its line",
    "standard": "standard of proof",
    "when.prob": "required probability",
    "when.at_least": "required number of findings",
    "when.standard": "standard of proof",
    "when.min_severity": "least severity",
    "when.spread": "number of zones",
    "clock.within": "time allowed",
    "clock.starts_at": "start of its clock",
    "after_elapsed": "time since the first breach",
    "delay": "delay",
    "cell": "size of a published cell",
    "min_count": "least count that is published",
    "time_zone": "time zone",
}
"""What fields are called whose own name would mislead."""
SINGULAR = {
    "addressees": "addressee",
    "aliases": "alias",
    "proxies": "proxy",
    "areas": "area",
    "union": "member",
    "claimed_by": "claimant",
    "observable_by": "kind of source",
    "after": "earlier rung",
    "evidence": "evidence",
    "completion": "completion",
    "passage": "passage",
    "means": "means",
    "conditions": "condition",
    "parties": "party",
    "requires": "requirement",
    "any_of": "alternative",
    "pauses": "pause",
    "per_party": "party of its own ladder",
    "may_include": "possible member",
}
_ENTRY = re.compile(r"^(.*?)\[([^\]]*)\](?:\.(.*))?$")
MAX_SHOWN_CHARS = 160


def is_wording(field: str) -> bool:
    """Say whether a change of this field is one of words alone.

    Examples
    --------
    >>> is_wording("title.uk"), is_wording("rule.basis"), is_wording("duty.en")
    (True, False, False)
    """
    return not field.startswith(("rule.", "when.")) and bool(WORDS_ONLY & set(re.split(r"[.\[\]]+", field)))


def _last(field: str) -> str:
    return field.rpartition(".")[2].partition("[")[0]


def field_label(field: str, *, one: bool = False) -> str:
    """Return what a sentence calls a field; ``one`` for a single member of a list.

    Examples
    --------
    >>> field_label("rule.deadline"), field_label("addressees", one=True)
    ('deadline', 'addressee')
    >>> field_label("rule.zones_by_party.ukraine", one=True)
    "zone for 'ukraine'"
    >>> field_label("exemptions[return_fire].window")
    "window of exemption 'return_fire'"
    """
    entry = _ENTRY.match(field)
    if entry is not None:
        whole = f"{_singular(_last(entry[1]))} {entry[2] if entry[2].isdigit() else repr(entry[2])}"
        if entry[3] and re.fullmatch(r"[a-z]{2,3}", entry[3]) and entry[3] not in INSTANTS | {"by"}:
            return f"{whole} ({entry[3]})"
        return f"{field_label(entry[3], one=one)} of {whole}" if entry[3] else whole
    if field.startswith("rule.zones_by_party."):
        return f"{'zone' if one else 'zones'} for '{_last(field)}'"
    if field.startswith("rule.began."):
        return f"start of the duty in '{_last(field)}'"
    if field.startswith("lines."):
        return f"line in the place of '{_last(field)}'"
    if field in NAMES:
        return NAMES[field]
    parts = field.split(".")
    if len(parts) > 1 and re.fullmatch(r"[a-z]{2,3}", parts[-1]) and parts[0] not in ("rule", "when", "scope"):
        return f"{parts[-2].replace('_', ' ')} ({parts[-1]})"
    return _singular(_last(field)) if one else _last(field).replace("_", " ")


def _singular(word: str) -> str:
    return SINGULAR.get(word, word[:-1] if word.endswith("s") else word).replace("_", " ")


def _measure(field: str, zone: str) -> Callable[[str], Any] | None:
    """Return what turns a field's text into something that compares; None where the text itself does."""
    last = _last(field)
    if last in INSTANTS or field.startswith("rule.began."):
        return lambda text: parse_instant(text, zone)
    if last in LENGTHS:
        return parse_length_m
    return parse_duration_h if last in DURATIONS else None


def same(field: str, old: Any, new: Any, zones: tuple[str, str]) -> bool:
    """Say whether two values of a field mean the same.

    Parameters
    ----------
    field : str
    old, new : object
    zones : (str, str)
        IANA time zones in which a time without an offset is read.

    Examples
    --------
    >>> zones = ("Europe/Kyiv", "Europe/Kyiv")
    >>> same("radius", "50 km", "50000 m", zones), same("radius", None, "50 km", zones)
    (True, False)
    >>> same("ends", "2022-07-23 11:00", "2022-07-23T08:00:00Z", zones)
    True
    """
    if isinstance(old, str) and isinstance(new, str):
        measures = [_measure(field, zone) for zone in zones]
        if measures[0] is not None and measures[1] is not None:
            try:
                return bool(measures[0](old) == measures[1](new))
            except InputError:
                return old == new
    return bool(old == new)


def moved(field: str, old: Any, new: Any) -> str:
    """Return the verb of a change: a deadline moved, a distance grew, a number fell."""
    last = _last(field)
    if last in INSTANTS or field.startswith("rule.began."):
        return "moved"
    measure = _measure(field, "UTC")
    if measure is not None:
        grew = measure(new) > measure(old)
        if last in LENGTHS:
            return "grew" if grew else "shrank"
        return "was lengthened" if grew else "was shortened"
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (old, new))
    return ("rose" if new > old else "fell") if numbers else "changed"


def shown(value: Any) -> str | None:
    """Return a value as a sentence shows it; None for None.

    Examples
    --------
    >>> shown(True), shown(0.5), shown("clear"), shown([0.2, 0.6]), shown(None)
    ('true', '0.5', "'clear'", '[0.2, 0.6]', None)
    >>> shown("50 km"), shown("2022-07-23T08:00:00Z")
    ('50 km', '2022-07-23T08:00:00Z')
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        cut = f"{value[:MAX_SHOWN_CHARS]}…" if len(value) > MAX_SHOWN_CHARS else value
        return cut if value[:1].isdigit() else f"'{cut}'"
    if isinstance(value, list):
        return f"[{', '.join(shown(item) or 'nothing' for item in value)}]"
    texts = {key: text for key, text in value.items() if text is not None} if isinstance(value, dict) else {}
    return shown(texts.get("en") or ", ".join(f"{key}: {text}" for key, text in texts.items()))
