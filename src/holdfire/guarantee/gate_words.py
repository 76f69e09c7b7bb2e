"""Gate words: a gate's requirement in plain English, with its evidence and what would meet it.

Turns a requirement's state into lines. Rule: one fact a sentence; alternatives stand beneath what they are alternatives
of. Leaves ladders to ``words``, other languages to ``publication``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from holdfire.records.fields import in_language
from holdfire.records.guarantee import RequirementState

__all__ = ["requirement_lines"]

Time = Callable[[datetime], str]
MAX_NAMED = 3
"""Findings that a line names; the state names more."""
SAID = {"yes": "holds", "no": "does not hold", "cannot determine": "cannot be determined"}
OPENING = {
    "force": "the entry into force",
    "quiet": "days without a further breach",
    "watch": "a watch that sees more",
    "review": "reviews that settle the open findings",
    "use": "the recorded use of the rung",
    "gate": "that gate's opening",
    "decision": "a recorded decision that it is given",
    "breach": "a breach that counts",
}


def requirement_lines(one: RequirementState, time: Time) -> list[str]:
    """Return a requirement's lines: whether it holds, why, and what would meet it."""
    text = _what(one)
    if one.evidence and one.kind in ("quiet_days", "breaches"):
        text += f" First of them: {_some(one.evidence)}."
    elif one.evidence:
        text += f" {_some(one.evidence)}."
    if one.opens_at is not None:
        text += f" Earliest at {time(one.opens_at)}."
    if one.openers and one.kind != "any_of":
        text += f" What would meet it: {_joined([_opening(one, name) for name in one.openers])}."
    if one.kind != "any_of":
        return [text]
    return [text, *(f"    {line}" for way in one.alternatives for line in requirement_lines(way, time))]


def _what(one: RequirementState) -> str:
    said = SAID[one.holds]
    if one.kind == "in_force":
        return f"The agreement is {'' if one.wanted else 'not '}in force: {said}."
    if one.kind == "rung_used":
        return f"Rung {one.subject} was used: {said}."
    if one.kind == "gate":
        return f"Gate {one.subject} is open: {said}{_prob(one)}."
    if one.kind == "mandate":
        whose = "" if one.text is None else f" ({in_language(one.text, 'en')})"
        return f"The mandate was given{whose}: {said}."
    if one.kind == "breaches":
        return f"The breaches that it asks for: {said}{_prob(one)}; {_findings(one)} count or may count."
    if one.kind == "any_of":
        return f"One of {len(one.alternatives)} is enough: {said}{_prob(one)}."
    where = "everywhere" if one.subject is None else f"in {one.subject}"
    watched = "not known" if one.watched_share is None else f"{one.watched_share:.2f}"
    text = f"{one.days} quiet days {where} at standard {one.standard}: {said}"
    text += f", probability {one.prob_lower:.2f} to {one.prob_upper:.2f}"
    return f"{text}, share watched {watched}; {_findings(one)} speak against it."


def _findings(one: RequirementState) -> str:
    return f"{one.n_evidence} finding{'' if one.n_evidence == 1 else 's'}"


def _prob(one: RequirementState) -> str:
    if one.prob_lower == one.prob_upper and one.prob_lower in (0.0, 1.0):
        return ""
    return f", probability {one.prob_lower:.2f} to {one.prob_upper:.2f}"


def _opening(one: RequirementState, name: str) -> str:
    if name == "force" and not one.wanted:
        return "the end of its force"
    return OPENING[name]


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:MAX_NAMED])
    return f"{shown} and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else shown
