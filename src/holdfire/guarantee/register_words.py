"""Register words: commitments and the need they cover, in plain English lines for a terminal.

Turns a register into lines. Rule: contradictory words stand one beneath the other, each with who said it, when, and
where that stands; what is not stated is said to be so. Leaves pages and other languages to ``publication``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from holdfire.basics.instants import zone_named
from holdfire.records.agreement import Agreement
from holdfire.records.commitment import CapabilityTotal, CommitmentState, CommitmentStep, NeedState, Register
from holdfire.records.fields import Text, in_language
from holdfire.records.promises import RegisterFile

__all__ = ["register_lines"]

LANGUAGE = "en"
INDENT = "    "
Time = Callable[[datetime], str]


def register_lines(register: Register, agreement: Agreement | RegisterFile) -> list[str]:
    """Return the register as lines: what the needs are covered by, each commitment, then the totals."""
    zone = zone_named(agreement.time_zone)

    def time(instant: datetime) -> str:
        return instant.astimezone(zone).isoformat(sep=" ", timespec="minutes")

    names: dict[str, Text] = {one.id: one.name for one in agreement.guarantors}
    lines = [
        f"{register.agreement_id}: commitments at {time(register.valid_at)}, as known at {time(register.known_at)}."
    ]
    for need in register.needs:
        lines += _need_lines(need, time)
    texts = {entry.id: entry.text for entry in agreement.commitments}
    for one in register.commitments:
        lines += _commitment_lines(one, names, in_language(texts.get(one.commitment_id, {}), LANGUAGE), time)
    for total in register.totals:
        said = _amounts(total)
        if said:
            lines.append(f"{total.guarantor}, {total.capability}: {said}.")
    return lines


def _need_lines(need: NeedState, time: Time) -> list[str]:
    by = "" if need.wanted_by is None else f" by {time(need.wanted_by)}"
    lines = [
        f"Need {need.need_id}, {need.capability}: {need.quantity:g} {need.unit}{by}. Covered {need.covered:g} (there"
        f" {need.deployed:g}), only promised {need.promised_only:g}, disputed {need.disputed:g}, missing"
        f" {need.missing:g}."
    ]
    lines += [f"{INDENT}{total.guarantor}: {_amounts(total)}." for total in need.totals if _amounts(total)]
    if need.other_units:
        lines.append(f"{INDENT}In other units or without a number: {', '.join(need.other_units)}.")
    return lines


def _commitment_lines(one: CommitmentState, names: dict[str, Text], text: str, time: Time) -> list[str]:
    status = " and ".join(one.statuses) or ("by the agreement's text" if one.live else "nothing known yet")
    who = in_language(names.get(one.guarantor, {LANGUAGE: one.guarantor}), LANGUAGE)
    ends = "" if one.expires_at is None else f" Expires at {time(one.expires_at)}."
    flag = " - these contradict each other" if one.contradictory else ""
    lines = [f"{one.commitment_id}, {who}, {one.capability}: {status}{flag}. {text}{ends}"]
    lines += [f"{INDENT}{_word(word, time)}" for word in one.words]
    for quantity in one.disputed:
        claims = [claim for claim in one.claims if claim.quantity == quantity]
        said = ", ".join(f"{claim.amount:g} ({claim.by or 'by the record'})" for claim in claims)
        lines.append(f"{INDENT}Disputed, {quantity}: {said}; the least counts.")
    if one.gates:
        lines.append(f"{INDENT}Behind gate {', '.join(one.gates)}.")
    return lines


def _word(word: CommitmentStep, time: Time) -> str:
    late = "" if word.known_at <= word.on else f", known since {time(word.known_at)}"
    by = "the record" if word.by is None else word.by
    return f"{word.status} at {time(word.on)}{late} by {by} ({word.evidence_kind}: {word.evidence})"


def _amounts(total: CapabilityTotal) -> str:
    parts = [
        f"{name} {amount:g}"
        for name, amount in (
            ("pledged", total.pledged),
            ("allocated", total.allocated),
            ("deployed", total.deployed),
            ("only promised", total.promised_only),
        )
        if amount is not None
    ]
    unit = f" {total.unit}" if total.unit else ""
    return f"{', '.join(parts)}{unit}" if parts else ""
