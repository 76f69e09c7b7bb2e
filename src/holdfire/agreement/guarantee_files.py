"""Guarantee files: registers of commitments and records of acts, held against the agreement that they belong to.

Turns a file's bytes into a ``RegisterFile`` or an ``ActsFile``, where its model can be built, and every fault with
file, line, field and the way to mend it; joins a register with its agreement. Rule: nothing is overwritten - a
commitment that the agreement has too gets its further steps, and may not say something else. Leaves folding to
``guarantee.register``. Source: DESIGN, sections 4 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from holdfire.agreement.draft import Draft, Path, Trees, seen
from holdfire.agreement.promise_checks import promise_faults
from holdfire.agreement.register_csv import csv_document
from holdfire.agreement.structure import read_as
from holdfire.basics.documents import Document, parse_document
from holdfire.basics.instants import zone_named
from holdfire.errors import Fault, InputError
from holdfire.records.acts_file import ActsFile
from holdfire.records.agreement import Agreement
from holdfire.records.promises import RegisterFile
from holdfire.records.taxonomy import builtin_tree

__all__ = ["added", "check_acts", "check_register", "joined", "register_yaml"]

Found = tuple[Fault, ...]
SECTIONS = ("guarantors", "needs", "commitments", "meetings")
RUNG_DECISIONS = ("stand down", "pause", "resume")
SAME = ("guarantor", "capability", "unit")
"""What a commitment must say as the agreement says it, where both have it."""


def check_register(content: bytes, name: str, agreement: Agreement | None = None) -> tuple[RegisterFile | None, Found]:
    """Return the register of a YAML, JSON or CSV file, if its model can be built, and all its faults.

    Parameters
    ----------
    content : bytes
        UTF-8; CSV where the name ends so.
    name : str
        The file's name, for messages.
    agreement : Agreement, optional
        The one that it belongs to; without it, what it names of the agreement is not checked.
    """
    read = csv_document if name.casefold().endswith(".csv") else parse_document
    document, misread = read(content, name)
    draft = _draft(document, RegisterFile, "The register")
    if draft is None:
        return None, misread or (_nothing(name, "register/1"),)
    model, structure = read_as(draft, RegisterFile)
    found = [*misread, *structure, *_register_faults(draft, agreement)]
    return model, _ordered(found)


def check_acts(content: bytes, name: str, agreement: Agreement) -> tuple[ActsFile | None, Found]:
    """Return the acts of a YAML or JSON file, if its model can be built, and all its faults."""
    document, misread = parse_document(content, name)
    draft = _draft(document, ActsFile, "The acts", agreement.time_zone)
    if draft is None:
        return None, misread or (_nothing(name, "acts/1"),)
    model, structure = read_as(draft, ActsFile)
    return model, _ordered([*misread, *structure, *_acts_faults(draft, agreement)])


def _draft(document: Document | None, model: type[Any], root: str, zone: str | None = None) -> Draft | None:
    if document is None or not isinstance(document.value, dict):
        return None
    trees = Trees(
        kinds=builtin_tree("kinds"),
        weapons=builtin_tree("weapons"),
        targets=builtin_tree("targets"),
        kernels=frozenset(),
    )
    draft = Draft(document, trees, model=model, root=root)
    if zone is not None:
        object.__setattr__(draft, "zone", zone)
    return draft


def _nothing(name: str, begin: str) -> Fault:
    return Fault(what="This file holds no mapping of fields.", where=name, mend=f"Begin it with 'holdfire: {begin}'.")


def _ordered(found: Iterable[Fault]) -> Found:
    first: dict[tuple[str, int | None], Fault] = {}
    for fault in found:
        first.setdefault((fault.field or fault.what, fault.line), fault)
    return tuple(sorted(first.values(), key=lambda fault: (fault.line or 0, fault.field)))


def _register_faults(draft: Draft, agreement: Agreement | None) -> Iterator[Fault]:
    zone = draft.text(("time_zone",))
    try:
        zone_named(zone or "UTC")
    except InputError as error:
        yield draft.fault(("time_zone",), f"No time zone is called {seen(zone)}.", error.mend)
    yield from _twice(draft)
    yield from promise_faults(draft)
    if agreement is not None:
        yield from _agreement_faults(draft, agreement)


def _twice(draft: Draft) -> Iterator[Fault]:
    for section in SECTIONS:
        first: dict[str, Path] = {}
        for item in draft.items((section,)):
            name = draft.text((*item, "id"))
            if name is not None and first.setdefault(name, item) != item:
                line = draft.document.line_of(first[name])
                what = f"{draft.label(item)} takes an id that stands already at line {line}: {seen(name)}."
                yield draft.fault((*item, "id"), what, "Give one of them another id, or join them.")


def _agreement_faults(draft: Draft, agreement: Agreement) -> Iterator[Fault]:
    for field, wanted in (("agreement", agreement.id), ("time_zone", agreement.time_zone)):
        value = draft.text((field,))
        if value is not None and value != wanted:
            what = f"This register belongs to another agreement: {field} {seen(value)}, not {seen(wanted)}."
            yield draft.fault((field,), what, f"Write '{wanted}', or name the agreement that it belongs to.")
    own = {draft.text((*item, "id")) or "" for item in draft.items(("guarantors",))}
    guarantors = own | {one.id for one in agreement.guarantors}
    people = guarantors | {one.id for one in agreement.parties} | {one.id for one in agreement.watchers}
    pools = (
        ("commitments.*.guarantor", "guarantor", guarantors),
        ("commitments.*.gates.*", "gate", {one.id for one in agreement.gates}),
        ("meetings.*.participants.*", "participant", people),
    )
    for pattern, noun, known in pools:
        yield from _unknown(draft, pattern, noun, known)
    yield from _against_the_text(draft, agreement)


def _unknown(draft: Draft, pattern: str, noun: str, known: set[str]) -> Iterator[Fault]:
    for path, value in draft.each(pattern):
        if isinstance(value, str) and value.strip() not in known:
            near = draft.names.nearest(value, sorted(known))
            what = f"{draft.label(path)} names {noun} {seen(value)}, which neither this file nor its agreement defines."
            mend = (
                f"Write '{near}' (the nearest name)." if near else f"Known are: {', '.join(sorted(known)) or 'none'}."
            )
            yield draft.fault(path, what, mend)


def _against_the_text(draft: Draft, agreement: Agreement) -> Iterator[Fault]:
    held = {entry.id: entry for entry in agreement.commitments}
    for item in draft.items(("commitments",)):
        entry = held.get(draft.text((*item, "id")) or "")
        for field in SAME if entry is not None else ():
            value = draft.text((*item, field))
            wanted = getattr(entry, field)
            if value is not None and value != wanted:
                what = f"{draft.label(item)} has another {field} than in the agreement, {seen(wanted)}: {seen(value)}."
                yield draft.fault((*item, field), what, "Give it another id, or say the same and add steps.")
    taken = {"needs": {one.id for one in agreement.needs}, "meetings": {one.id for one in agreement.meetings}}
    for section, names in taken.items():
        for item in draft.items((section,)):
            name = draft.text((*item, "id"))
            if name in names:
                what = f"{draft.label(item)} stands in the agreement already: {seen(name)}."
                yield draft.fault((*item, "id"), what, "Remove it here, or give it another id.")


def _acts_faults(draft: Draft, agreement: Agreement) -> Iterator[Fault]:
    ladder = agreement.ladder
    rungs = {rung.id for rung in ladder.rungs} if ladder is not None else set()
    gates = {gate.id: gate for gate in agreement.gates}
    readings = {reading.id for reading in agreement.readings}
    for section in ("decisions", "uses"):
        for field, known in (("rung", rungs), ("gate", set(gates)), ("reading", readings)):
            yield from _unknown(draft, f"{section}.*.{field}", field, known)
        for item in draft.items((section,)):
            yield from _party_faults(draft, item, agreement)
    for item in draft.items(("decisions",)):
        rung, gate = draft.text((*item, "rung")), draft.text((*item, "gate"))
        decision = draft.text((*item, "decision"))
        if (rung is None) == (gate is None):
            how = "nothing" if rung is None else "a rung and a gate at once"
            yield draft.fault(item, f"{draft.label(item)} is on {how}.", "Name one 'rung' or one 'gate'.")
        if gate is not None and decision in RUNG_DECISIONS:
            what = f"{draft.label(item)} on a gate is one that only rungs have: {seen(decision)}."
            yield draft.fault((*item, "decision"), what, "Write given, refused or withdrawn.")
        yield from _pause_faults(draft, item, agreement)
        number = draft.at((*item, "requirement"))
        if gate in gates and isinstance(number, int) and not _is_mandate(gates[gate], number):
            what = f"{draft.label(item)} is on a requirement of gate '{gate}' that is no mandate: {seen(number)}."
            yield draft.fault((*item, "requirement"), what, "Count the gate's 'requires' from 1, or leave it out.")


def _is_mandate(gate: Any, number: int) -> bool:
    if not 1 <= number <= len(gate.requires):
        return False
    asked = gate.requires[number - 1]
    return asked.mandate is not None or any(way.mandate is not None for way in asked.any_of or ())


def _party_faults(draft: Draft, item: Path, agreement: Agreement) -> Iterator[Fault]:
    party = draft.text((*item, "party"))
    known = [] if agreement.ladder is None else agreement.ladder.per_party
    if party is not None and party not in known:
        what = f"{draft.label(item)} names a party against which no ladder of its own is climbed: {seen(party)}."
        mend = f"Write one of {', '.join(known)}." if known else "Remove 'party': the ladder is one for all."
        yield draft.fault((*item, "party"), what, mend)


def _pause_faults(draft: Draft, item: Path, agreement: Agreement) -> Iterator[Fault]:
    name, decision = draft.text((*item, "rung")), draft.text((*item, "decision"))
    rungs = [] if agreement.ladder is None else agreement.ladder.rungs
    rung = next((one for one in rungs if one.id == name), None)
    if rung is not None and decision in ("pause", "resume") and "by_person" not in rung.clock.pauses:
        what = f"{draft.label(item)} is to {decision} a clock that the agreement lets no person pause: {seen(name)}."
        yield draft.fault((*item, "decision"), what, "Add 'by_person' to the clock's 'pauses', if that was agreed.")


def added(own: RegisterFile, more: RegisterFile) -> RegisterFile:
    """Return a register with another one's entries added: further steps to commitments that it has."""
    steps = {entry.id: entry.steps for entry in more.commitments}
    held = {section: {one.id for one in getattr(own, section)} for section in SECTIONS}
    commitments = []
    for entry in own.commitments:
        new = [step for step in steps.get(entry.id, []) if step not in entry.steps]
        commitments.append(entry.model_copy(update={"steps": [*entry.steps, *new]}) if new else entry)
    update = {
        section: [*getattr(own, section), *(one for one in getattr(more, section) if one.id not in held[section])]
        for section in SECTIONS
    }
    fresh = [entry for entry in more.commitments if entry.id not in held["commitments"]]
    return own.model_copy(update=update | {"commitments": [*commitments, *fresh]})


def joined(agreement: Agreement, register: RegisterFile) -> Agreement:
    """Return an agreement with a register's entries added to its own."""
    whole = added(agreement.own_register(), register)
    return agreement.model_copy(update={section: getattr(whole, section) for section in SECTIONS})


def register_yaml(register: RegisterFile) -> bytes:
    """Return a register as YAML, UTF-8."""
    whole = register.model_dump(by_alias=True, mode="json", exclude_defaults=True)
    text: str = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=110)
    return text.encode()
