"""References: every name that an agreement uses must be one that it, or a tree, defines.

Turns a draft into faults of naming: an unknown zone, party, clause, rung or path of a tree, and a name that
stands twice in one list. Rule: each message names the nearest known name, and says so where the name is of
another sort (a watcher where a party is asked for). Leaves ids that are defined twice to ``identifiers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from holdfire.agreement.draft import Draft, Path, listed, seen
from holdfire.errors import Fault
from holdfire.records.clauses import (
    Access,
    Cessation,
    Corridor,
    Disengagement,
    NoApproach,
    NoFly,
    NoReinforcement,
    Obligation,
    Protected,
    Withdrawal,
)
from holdfire.records.source import SOURCE_KINDS
from holdfire.records.taxonomy import Taxonomy, is_signal

__all__ = ["ids_of", "reference_faults", "tree_faults"]


@dataclass(frozen=True, slots=True)
class Sort:
    """Name a sort of thing: its noun, and where its ids are defined."""

    noun: str
    sections: tuple[str, ...]

    @property
    def home(self) -> str:
        """Return where to add one."""
        return " or ".join(f"'{section}'" for section in self.sections)


ZONE = Sort("zone", ("zones",))
LINE = Sort("line", ("lines",))
PARTY = Sort("party", ("parties",))
GROUP = Sort("excluded group", ("excluded_groups",))
READING = Sort("reading", ("readings",))
CLAUSE = Sort("clause", ("clauses",))
WATCHER = Sort("watcher", ("watchers",))
GUARANTOR = Sort("guarantor", ("guarantors",))
GATE = Sort("gate", ("gates",))
RUNG = Sort("rung", ("ladder.rungs",))
CLAIMANT = Sort("claimant", ("parties", "guarantors", "watchers"))
RESPONDER = Sort("responder", ("guarantors", "parties", "watchers"))
PLAIN_SORTS = (PARTY, GROUP, WATCHER, GUARANTOR, ZONE, LINE, READING, CLAUSE, GATE, RUNG)

ASKED = (("clauses", CLAUSE), ("parties", PARTY), ("zones", ZONE))
"""What a condition over findings names."""

REFERENCES: tuple[tuple[str, Sort], ...] = (
    ("parties.*.may_include.*.group", GROUP),
    ("readings.*.claimed_by.*", CLAIMANT),
    ("readings.*.suspensions.*.by", CLAIMANT),
    ("readings.*.lines.~", LINE),
    ("readings.*.lines.*", LINE),
    ("zones.*.buffer.line", LINE),
    ("zones.*.union.*", ZONE),
    ("zones.*.held_by.party", PARTY),
    ("lines.*.claimed_by.*", CLAIMANT),
    ("clauses.*.addressees.*", PARTY),
    ("clauses.*.scope.zones.*", ZONE),
    ("clauses.*.scope.readings.*", READING),
    ("clauses.*.rule.zones.*", ZONE),
    ("clauses.*.rule.areas.*", ZONE),
    ("clauses.*.rule.began.~", ZONE),
    ("clauses.*.rule.zones_by_party.~", PARTY),
    ("clauses.*.rule.counts_by_party.~", PARTY),
    ("clauses.*.rule.zones_by_party.*.*", ZONE),
    ("clauses.*.rule.watchers.*", WATCHER),
    ("clauses.*.exemptions.*.groups.*", GROUP),
    ("clauses.*.exemptions.*.parties.*", PARTY),
    ("attribution.held.~", PARTY),
    ("attribution.held.*.*", ZONE),
    ("attribution.base.~", PARTY),
    ("watchers.*.zones.*", ZONE),
    ("commitments.*.guarantor", GUARANTOR),
    ("commitments.*.gates.*", GATE),
    ("gates.*.requires.*.zone", ZONE),
    ("gates.*.requires.*.rung_used", RUNG),
    ("gates.*.requires.*.gate", GATE),
    ("gates.*.requires.*.any_of.*.zone", ZONE),
    ("gates.*.requires.*.any_of.*.rung_used", RUNG),
    ("gates.*.requires.*.any_of.*.gate", GATE),
    *((f"gates.*.requires.*.{way}breaches.{field}.*", sort) for way in ("", "any_of.*.") for field, sort in ASKED),
    ("meetings.*.participants.*", CLAIMANT),
    ("ladder.per_party.*", PARTY),
    ("ladder.rungs.*.when.clauses.*", CLAUSE),
    ("ladder.rungs.*.when.parties.*", PARTY),
    ("ladder.rungs.*.when.zones.*", ZONE),
    ("ladder.rungs.*.after.*", RUNG),
    ("ladder.rungs.*.gates.*", GATE),
    ("ladder.rungs.*.responder", RESPONDER),
)
"""Every field that names something, and of which sort it is."""

RULES = (
    Cessation, Withdrawal, Disengagement, Protected, NoFly, NoApproach, NoReinforcement, Access, Obligation, Corridor,
)  # fmt: skip
DEFAULT_ACTS = {
    model.model_fields["kind"].annotation.__args__[0]: tuple(model.model_fields["acts"].default)  # type: ignore[union-attr]
    for model in RULES
    if "acts" in model.model_fields and not model.model_fields["acts"].is_required()
}
"""The acts that a rule takes where its author names none, by kind of clause."""


def ids_of(draft: Draft, sort: Sort) -> dict[str, Path]:
    """Return the ids that a draft defines of one sort, with the path of the first entry of each."""
    found: dict[str, Path] = {}
    for section in sort.sections:
        for path, value in draft.each(f"{section}.*.id"):
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                # An id without its quotes is a fault of its own; what names it names something.
                found.setdefault(str(value).strip() if isinstance(value, str) else seen(value), path[:-1])
    return found


def reference_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for every name that the draft does not define, and for each that a list repeats."""
    pools = {sort.noun: ids_of(draft, sort) for sort in (*PLAIN_SORTS, CLAIMANT, RESPONDER)}
    nobody = _nobody_addressed(draft, pools["party"])
    for pattern, sort in REFERENCES:
        known = pools[sort.noun]
        repeated: set[tuple[Path, str]] = set()
        for path, value in draft.each(pattern):
            if not isinstance(value, str):
                continue
            name = value.strip()
            if name not in known and path[:3] not in nobody:
                yield _unknown(draft, path, name, sort, pools)
            if not pattern.endswith(".*") or pattern.endswith("lines.*"):
                continue
            if (path[:-1], name) in repeated:
                what = f"{draft.label(path)} names {sort.noun} {seen(name)} twice in one list."
                yield draft.fault(path, what, "Remove one.")
            repeated.add((path[:-1], name))
    yield from _addressed_faults(draft, nobody, pools["party"])


def _unknown(draft: Draft, path: Path, name: str, sort: Sort, pools: dict[str, dict[str, Path]]) -> Fault:
    label, known = draft.label(path), pools[sort.noun]
    what = f"{label} names {sort.noun} {seen(name)}, which this agreement does not define."
    if path[:2] == ("ladder", "rungs") and path[-1] == "responder":
        what = f"{label} has a clock without an owner: no guarantor, party or watcher is called {seen(name)}."
    other = next((s for s in PLAIN_SORTS if s.noun != sort.noun and name in pools[s.noun]), None)
    near = draft.names.nearest(name, known)
    if near:
        return draft.fault(path, what, f"Add it under {sort.home}, or write '{near}' (the nearest name).")
    if other is not None:
        return draft.fault(path, what, f"'{name}' is a {other.noun}; name a {sort.noun}, or add it under {sort.home}.")
    if not known:
        return draft.fault(path, what, f"Add it under {sort.home}; none is defined there.")
    some = listed(list(known)[:8])
    more = ", …" if len(known) > 8 else ""
    return draft.fault(path, what, f"Add it under {sort.home}, or write one of {some}{more}.")


def _nobody_addressed(draft: Draft, parties: dict[str, Path]) -> set[Path]:
    """Return the addressee lists none of whose names is a party."""
    found = set()
    for path, value in draft.each("clauses.*.addressees"):
        names = [item.strip() for item in value if isinstance(item, str)] if isinstance(value, list) else []
        if names and not any(name in parties for name in names):
            found.add(path)
    return found


def _addressed_faults(draft: Draft, nobody: set[Path], parties: dict[str, Path]) -> Iterator[Fault]:
    for path in sorted(nobody, key=str):
        names = list(draft.texts(path))
        near = [draft.names.nearest(name, parties) for name in names]
        instead = listed(dict.fromkeys(name for name in near if name))
        what = f"{draft.label(path)} binds nobody: no addressee is a party, but {listed(names)}."
        mend = f"Write {instead} (the nearest name)." if instead else f"Parties are {listed(parties)}."
        yield draft.fault(path, what, f"{mend} Or add them under 'parties'.")


TREE_FIELDS = (
    ("clauses.*.rule.acts.*", "kinds"),
    ("clauses.*.rule.evidence.*", "kinds"),
    ("clauses.*.rule.completion.*", "kinds"),
    ("clauses.*.rule.passage.*", "kinds"),
    ("clauses.*.rule.weapons.*", "weapons"),
    ("attribution.fell.*", "kinds"),
    ("attribution.stood.*", "kinds"),
    ("attribution.reaches.*.weapon", "weapons"),
    ("clauses.*.rule.targets.*", "targets"),
)
TREE_NOUNS = {"kinds": "event kind", "weapons": "weapon", "targets": "kind of target"}


def tree_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for every path that its tree does not have, and for acts that only corroborate."""
    trees: dict[str, Taxonomy] = {
        "kinds": draft.trees.kinds,
        "weapons": draft.trees.weapons,
        "targets": draft.trees.targets,
    }
    for pattern, name in TREE_FIELDS:
        for path, value in draft.each(pattern):
            if not isinstance(value, str):
                continue
            text, tree = value.strip(), trees[name]
            if text not in tree:
                what = f"{draft.label(path)} names {TREE_NOUNS[name]} {seen(text)}, which the tree does not have."
                near = draft.names.nearest(text, tree.paths, in_tree=True)
                roots = [p for p in tree.paths if "/" not in p]
                mend = f"Write '{near}' (the nearest)." if near else f"Its branches are {', '.join(roots)}."
                yield draft.fault(path, what, mend)
            elif name == "kinds" and is_signal(text):
                what = f"{draft.label(path)} rests on a kind that corroborates and never establishes: {seen(text)}."
                yield draft.fault(path, what, "Name the act itself, such as explosion; a signal only supports it.")
    yield from _default_faults(draft)
    yield from _source_kind_faults(draft)


def _default_faults(draft: Draft) -> Iterator[Fault]:
    for path, rule in draft.each("clauses.*.rule"):
        kind = draft.text((*path, "kind"))
        if kind not in DEFAULT_ACTS or not isinstance(rule, dict) or "acts" in rule:
            continue
        lacking = [act for act in DEFAULT_ACTS[kind] if act not in draft.trees.kinds]
        if lacking:
            what = f"{draft.label(path)} names no acts, and the tree lacks what {kind} takes then: {listed(lacking)}."
            yield draft.fault((*path, "acts"), what, "Write 'acts' with paths of your own tree.")


def _source_kind_faults(draft: Draft) -> Iterator[Fault]:
    for path, value in draft.each("clauses.*.observable_by.*"):
        if isinstance(value, str) and value.strip() not in SOURCE_KINDS:
            near = draft.names.nearest(value, SOURCE_KINDS)
            what = f"{draft.label(path)} names a kind of source that is not known: {seen(value)}."
            mend = f"Write '{near}'." if near else f"Kinds are {', '.join(SOURCE_KINDS)}."
            yield draft.fault(path, what, mend)
