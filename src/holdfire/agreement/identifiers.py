"""Identifiers: an id names one thing, for ever, and a name that sources use belongs to one group.

Turns a draft, and the version before it, into faults: ids defined twice, a clause id reused, a clause dropped
without being retired, an alias claimed by two groups. Rule of reuse: a clause id that the older version held
must name the same rule, so it is taken as reused where the clause's kind differs, or where neither a title nor
the source reference is alike (less than half the letters); a retired id never comes back. Leaves what a clause
says to ``diff``.
"""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz import fuzz

from holdfire.agreement.draft import Draft, Path, seen
from holdfire.agreement.naming import normal_name
from holdfire.errors import Fault
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Clause

__all__ = ["identifier_faults", "version_faults"]

ID_SECTIONS = (
    "references", "parties", "excluded_groups", "others", "readings", "zones", "lines", "clauses",
    "retired_clauses", "watchers", "guarantors", "needs", "commitments", "gates", "ladder.rungs", "meetings",
)  # fmt: skip
ACTOR_SECTIONS = ("parties", "excluded_groups", "others")
"""Sections whose ids an event's actor may be: one id must not stand in two of them."""
MAX_COMPARED_CHARS = 500
ALIKE = 50.0
"""Least likeness of two titles or sources that mean the same, 0 to 100 (rapidfuzz token_set_ratio)."""


def identifier_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for every id that stands twice, for retired ids in use and for names of two groups."""
    for section in ID_SECTIONS:
        yield from _twice(draft, [section], "")
    for path, _ in draft.each("zones.*.objects"):
        yield from _repeated(draft, [(item, (*item, "id")) for item in draft.items(path)], " as an object")
    yield from _twice(draft, list(ACTOR_SECTIONS), " as a group of another sort", across=True)
    yield from _retired(draft)
    yield from _shared_names(draft)
    yield from _label_faults(draft)


def _twice(draft: Draft, sections: list[str], how: str, across: bool = False) -> Iterator[Fault]:
    entries = []
    for section in sections:
        ids: set[str] = set()
        for path, value in draft.each(f"{section}.*.id"):
            # Across sections each section counts an id once: what it repeats itself is told by itself.
            if not across or (isinstance(value, str) and value not in ids):
                entries.append((path[:-1], path))
            ids.add(str(value))
    yield from _repeated(draft, entries, how)


def _repeated(draft: Draft, entries: list[tuple[Path, Path]], how: str) -> Iterator[Fault]:
    first: dict[str, Path] = {}
    for entry, path in entries:
        name = draft.text(path)
        if name is None:
            continue
        if name in first:
            line = draft.document.line_of(first[name])
            what = f"{draft.label(entry)} takes an id that stands already at line {line}{how}: {seen(name)}."
            yield draft.fault(path, what, "Give one of them another id.")
        first.setdefault(name, path)


def _retired(draft: Draft) -> Iterator[Fault]:
    retired = {draft.text(path): path for path, _ in draft.each("retired_clauses.*.id")}
    for path, _ in draft.each("clauses.*.id"):
        name = draft.text(path)
        if name is not None and name in retired:
            line = draft.document.line_of(retired[name])
            what = f"{draft.label(path)} reuses the id of a clause that line {line} calls retired: {seen(name)}."
            yield draft.fault(path, what, "Give it an id that no version has used.")


def _shared_names(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each name that would resolve to two groups."""
    owner: dict[str, tuple[str | None, Path]] = {}
    for section in ACTOR_SECTIONS:
        for entry in draft.items((section,)):
            group = draft.text((*entry, "id"))
            for path, name in _names_of(draft, entry):
                key = normal_name(name)
                known = owner.setdefault(key, (group, entry))
                if known[0] != group and known[1] != entry:
                    what = f"{draft.label(entry)} has a name that means {draft.label(known[1])} too: {seen(name)}."
                    yield draft.fault(path, what, "Leave the name with the one that sources mean by it.")


def _label_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each label of ``may_include`` that is no name of its party."""
    for party in draft.items(("parties",)):
        names = [name for path, name in _names_of(draft, party) if path[-1] != "id"]
        known = {normal_name(name) for name in names}
        for entry in draft.items((*party, "may_include")):
            for label, path in draft.texts((*entry, "labels")).items():
                if normal_name(label) not in known:
                    near = draft.names.nearest(label, names)
                    what = f"{draft.label(party)} has no such name or alias for its label: {seen(label)}."
                    mend = f"Write '{near}' (the nearest), or add it" if near else "Add it"
                    yield draft.fault(path, what, f"{mend} under 'aliases'.")


def _names_of(draft: Draft, entry: Path) -> Iterator[tuple[Path, str]]:
    places = [(*entry, "id")]
    names = draft.at((*entry, "name"))
    places += [(*entry, "name", language) for language in names] if isinstance(names, dict) else []
    for kind in ("aliases", "proxies"):
        places += draft.items((*entry, kind))
    for path in places:
        text = draft.text(path)
        if text:
            yield path, text


def version_faults(draft: Draft, previous: Agreement) -> Iterator[Fault]:
    """Yield a fault for every clause id that an older version gave another meaning, or that was dropped."""
    if draft.text(("id",)) not in (None, previous.id):
        what = f"The older version is of another agreement, '{previous.id}'; this one is {seen(draft.text(('id',)))}."
        yield draft.fault(("id",), what, f"Compare with an older version of this one, or write '{previous.id}'.")
        return
    now = {draft.text(path): path[:-1] for path, _ in draft.each("clauses.*.id")}
    retired = {draft.text(path) for path, _ in draft.each("retired_clauses.*.id")}
    for old in previous.clauses:
        if old.id in now:
            yield from _meaning(draft, now[old.id], old, previous.version)
        elif old.id not in retired:
            what = f"Clause {old.id} of version {previous.version} is neither here nor retired: '{old.id}'."
            mend = f"Add '{old.id}' under 'retired_clauses', so that its id is never reused."
            yield draft.fault(("retired_clauses",), what, mend)
    for gone in previous.retired_clauses:
        if gone.id in now and gone.id not in retired:
            what = f"Clause {gone.id} reuses an id that version {previous.version} had retired: '{gone.id}'."
            yield draft.fault((*now[gone.id], "id"), what, "Give it an id that no version has used.")
        elif gone.id not in now and gone.id not in retired:
            what = f"Version {previous.version} had retired a clause that is not listed here any more: '{gone.id}'."
            yield draft.fault(("retired_clauses",), what, f"Keep '{gone.id}' under 'retired_clauses'.")


def _meaning(draft: Draft, path: Path, old: Clause, version: str) -> Iterator[Fault]:
    kind = draft.text((*path, "rule", "kind"))
    if kind is not None and kind != old.rule.kind:
        what = f"Clause {old.id} was of kind '{old.rule.kind}' in version {version}; here it is {seen(kind)}."
        mend = f"Give this clause an id of its own, and add '{old.id}' under 'retired_clauses'."
        yield draft.fault((*path, "id"), what, mend)
    elif not _title_alike(draft, path, old) and not _alike(draft.text((*path, "source")), old.source):
        title = next(iter(old.title.values()), "")
        what = f"Clause {old.id} reuses the id of another clause of version {version}: '{title}'."
        mend = f"Give this clause an id of its own, and add '{old.id}' under 'retired_clauses'."
        yield draft.fault((*path, "id"), what, mend)


def _alike(new: str | None, old: str) -> bool:
    if new is None:
        return True
    return fuzz.token_set_ratio(new[:MAX_COMPARED_CHARS].lower(), old[:MAX_COMPARED_CHARS].lower()) >= ALIKE


def _title_alike(draft: Draft, path: Path, old: Clause) -> bool:
    """Say whether a title in a common language is alike; without one, nothing speaks against it."""
    both = [(draft.text((*path, "title", language)), text) for language, text in old.title.items()]
    common = [(new, text) for new, text in both if new is not None]
    return not common or any(_alike(new, text) for new, text in common)
