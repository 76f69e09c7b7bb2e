"""Labels: the fixed words of a bulletin, ready for the catalogues.

Turns a key into a msgid. Rule: a template holds no words of its own; it asks for them by these keys.
"""

from __future__ import annotations

from holdfire.publication.language import N_, Speech

__all__ = ["LABELS", "labels_in"]

LABELS = {
    "bulletin": N_("Ceasefire bulletin"),
    "contents": N_("Contents"),
    "skip": N_("Skip to what changed"),
    "changes": N_("What changed since %(since)s"),
    "breached": N_("Most likely breached"),
    "clauses": N_("Clause by clause"),
    "course": N_("Course over time"),
    "map": N_("Where"),
    "incidents": N_("Incidents one by one"),
    "watch": N_("What was not watched"),
    "refused": N_("What was refused, and why"),
    "sources": N_("Who reports"),
    "method": N_("How to read this"),
    "data": N_("Data and attribution"),
    "changes_short": N_("What changed"),
    "now": N_("Now"),
    "before": N_("Before"),
    "clause": N_("Clause"),
    "deltas": N_("Breaches, mean, by whichever party"),
    "bar_key": N_("Bar: range of the probability. Stroke: the clause’s standard of proof."),
    "party": N_("Party"),
    "reading": N_("Reading"),
    "all_readings": N_("every reading"),
    "mean": N_("Mean"),
    "interval": N_("90% interval"),
    "any": N_("At least one"),
    "established": N_("Established"),
    "cannot": N_("Cannot determine"),
    "of": N_("Incidents"),
    "direction": N_("Direction"),
    "probability": N_("Probability"),
    "verdict": N_("Verdict"),
    "when": N_("When"),
    "where": N_("Where it was"),
    "what": N_("What it was"),
    "evidence": N_("Evidence"),
    "number": N_("No."),
    "standard": N_("Standard of proof"),
    "holds_from": N_("Holds from"),
    "verdicts_changed": N_("Verdicts that changed"),
    "readings": N_("Rival readings of entry into force"),
    "restrictions": N_("Watches that were hindered"),
    "silences": N_("Sources that fell silent"),
    "files": N_("Files read"),
    "references": N_("Documents"),
    "words": N_("In the words of reports"),
    "each_reading": N_("Every party and reading"),
    "narrows": N_("Would narrow it most"),
    "filter": N_("Show"),
    "all_clauses": N_("all clauses"),
    "all_verdicts": N_("all verdicts"),
    "all_days": N_("all days"),
    "from_day": N_("from"),
    "to_day": N_("to"),
    "reset": N_("Reset"),
    "shown": N_("%(shown)s of %(all)s shown"),
    "show_all": N_("Show all %(all)s"),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "whole_map": N_("Whole map"),
    "close": N_("Close"),
    "to_list": N_("To the list"),
    "more_here": N_("and %(n)s more here"),
    "brush_hint": N_("Drag across the days, or choose them over the map, to limit map and list to them."),
    "map_help": N_("Interactive map. The list below holds the same incidents."),
    "legend": N_("Legend"),
    "sort": N_("Sort by this column"),
    "interval_key": N_("90% interval"),
    "mean_key": N_("mean, from lower to upper bound"),
    "page_of": N_("Page %(page)s of %(pages)s"),
    "theme": N_("Light or dark"),
    "on_map": N_("Show on the map"),
    "gesture_ctrl": N_("Use Ctrl and the wheel to zoom the map"),
    "gesture_mac": N_("Use ⌘ and the wheel to zoom the map"),
    "gesture_touch": N_("Use two fingers to move the map"),
    "unfold": N_("Details"),
}


def labels_in(speech: Speech) -> dict[str, str]:
    """Return every label in a language."""
    return {key: speech.gettext(msgid) for key, msgid in LABELS.items()}
