"""Clause checks: a clause that somebody can judge, that binds whom it names, in words that fit its kind.

Turns a draft's clauses into faults: a kind without a kernel, a modality that does not fit, a withdrawal without
a zone for one of its addressees, an exemption that exempts nobody. Leaves unknown names to ``references`` and
dates to ``time_checks``. Source: DESIGN, section 4 (clause kinds).
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.agreement.draft import Draft, Path, listed, seen
from holdfire.errors import Fault
from holdfire.records.clauses import CLAUSE_KINDS

__all__ = ["MODALITIES", "clause_faults"]

MODALITIES = {
    "cessation": ("prohibits",),
    "protected": ("prohibits",),
    "no_fly": ("prohibits",),
    "no_approach": ("prohibits",),
    "no_reinforcement": ("prohibits",),
    "withdrawal": ("obliges", "prohibits"),
    "disengagement": ("obliges", "prohibits"),
    "access": ("obliges", "prohibits"),
    "obligation": ("obliges",),
    "exchange": ("obliges",),
    "corridor": ("obliges", "prohibits", "permits"),
}
"""The modalities that fit each kind. What a kind lists as its acts is prohibited, what an obligation lists as its
evidence is owed; a withdrawal, a disengagement, access and a corridor can be worded either way."""


def clause_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of clauses, each by itself."""
    for clause in draft.items(("clauses",)):
        kind = draft.text((*clause, "rule", "kind"))
        if kind in CLAUSE_KINDS:
            yield from _kernel_faults(draft, clause, kind)
            yield from _modality_faults(draft, clause, kind)
        if kind == "withdrawal":
            yield from _withdrawal_faults(draft, clause)
        if kind == "disengagement":
            yield from _disengagement_faults(draft, clause)
        if kind == "exchange":
            yield from _exchange_faults(draft, clause)
        if kind == "corridor":
            yield from _corridor_faults(draft, clause)
        yield from _exemption_faults(draft, clause)


def _kernel_faults(draft: Draft, clause: Path, kind: str) -> Iterator[Fault]:
    if kind not in draft.trees.kernels:
        what = f"{draft.label(clause)} is of a kind that has no kernel, so nothing can judge it: {seen(kind)}."
        mend = "Write it as an 'obligation' with the events that would show it done, or keep it in 'notes' for now."
        yield draft.fault((*clause, "rule", "kind"), what, mend)


def _modality_faults(draft: Draft, clause: Path, kind: str) -> Iterator[Fault]:
    modality = draft.text((*clause, "modality"))
    if modality in ("prohibits", "obliges", "permits") and modality not in MODALITIES[kind]:
        what = f"{draft.label(clause)} is of kind '{kind}', which its modality does not fit: {seen(modality)}."
        fitting = " or ".join(f"'{word}'" for word in MODALITIES[kind])
        yield draft.fault((*clause, "modality"), what, f"Write {fitting}, or choose another kind.")


def _withdrawal_faults(draft: Draft, clause: Path) -> Iterator[Fault]:
    path = (*clause, "rule", "zones_by_party")
    zones = draft.at(path)
    addressees = draft.texts((*clause, "addressees"))
    if not isinstance(zones, dict):
        return
    for party, named in zones.items():
        if addressees and party.strip() not in addressees:
            what = f"{draft.label(clause)} gives zones to a party that it does not address: {seen(party)}."
            is_party = any(draft.text(path) == party.strip() for path, _ in draft.each("parties.*.id"))
            near = None if is_party else draft.names.nearest(party, addressees)
            mend = f"Add it to 'addressees'{f', or write {listed([near])} (the nearest)' if near else ''}."
            yield draft.fault((*path, party), what, mend)
        if named == []:
            what = f"{draft.label(clause)} names no zone that {seen(party)} has to leave: []."
            yield draft.fault((*path, party), what, "Name at least one zone.")
    for party, place in addressees.items():
        if party not in {name.strip() for name in zones}:
            what = f"{draft.label(clause)} binds a party to no zone, so it cannot breach it: {seen(party)}."
            yield draft.fault(place, what, f"Add '{party}' under 'rule.zones_by_party', or take it out here.")


def _disengagement_faults(draft: Draft, clause: Path) -> Iterator[Fault]:
    areas = draft.texts((*clause, "rule", "areas"))
    began = draft.at((*clause, "rule", "began"))
    for area in began if isinstance(began, dict) and areas else ():
        if area.strip() not in areas:
            what = f"{draft.label(clause)} says when a duty began in an area that it does not name: {seen(area)}."
            near = draft.names.nearest(area, areas)
            mend = f"Write '{near}' (the nearest), or add it to 'areas'." if near else "Add it to 'areas'."
            yield draft.fault((*clause, "rule", "began", area), what, mend)


def _exchange_faults(draft: Draft, clause: Path) -> Iterator[Fault]:
    rule = (*clause, "rule")
    basis, count, counts = (
        draft.text((*rule, "basis")),
        draft.at((*rule, "count")),
        draft.at((*rule, "counts_by_party")),
    )
    by_party = counts if isinstance(counts, dict) else {}
    if basis == "count" and count is None and not by_party:
        what = f"{draft.label(clause)} exchanges by count, but says no count: {seen(None)}."
        yield draft.fault((*rule, "count"), what, "Add 'count' or 'counts_by_party', or write 'basis: all_for_all'.")
    if basis == "all_for_all" and (count is not None or by_party):
        what = f"{draft.label(clause)} exchanges all for all, but says a count: {seen(count or by_party)}."
        field = "count" if count is not None else "counts_by_party"
        yield draft.fault((*rule, field), what, f"Take '{field}' out, or write 'basis: count'.")
    addressees = draft.texts((*clause, "addressees"))
    for party in by_party if addressees else ():
        if party.strip() not in addressees:
            what = f"{draft.label(clause)} counts persons of a party that it does not address: {seen(party)}."
            yield draft.fault((*rule, "counts_by_party", party), what, "Add it to 'addressees', or take it out here.")
    for party, place in addressees.items() if by_party and count is None else ():
        if party not in {name.strip() for name in by_party}:
            what = f"{draft.label(clause)} exchanges by count, but says none for {seen(party)}."
            yield draft.fault(place, what, f"Add '{party}' under 'rule.counts_by_party', or a 'count' for the others.")


def _corridor_faults(draft: Draft, clause: Path) -> Iterator[Fault]:
    rule = (*clause, "rule")
    owed, deadline = draft.at((*rule, "passage")), draft.at((*rule, "deadline"))
    if owed and deadline is None:
        what = f"{draft.label(clause)} owes passages, but by no date, so they never fall due: {seen(None)}."
        yield draft.fault((*rule, "deadline"), what, "Add 'deadline', or take 'passage' out.")
    if deadline is not None and not owed:
        what = f"{draft.label(clause)} has a deadline for passages of which no kind is named: {seen(deadline)}."
        yield draft.fault((*rule, "passage"), what, "Add 'passage' with the events that show one, or bound 'scope'.")
    if owed and draft.text((*clause, "modality")) == "prohibits":
        what = f"{draft.label(clause)} owes passages, which the modality 'prohibits' does not fit: {seen(owed)}."
        yield draft.fault((*rule, "passage"), what, "Write 'obliges', or take 'passage' out.")


def _exemption_faults(draft: Draft, clause: Path) -> Iterator[Fault]:
    has_groups = bool(draft.items(("excluded_groups",)))
    for path in draft.items((*clause, "exemptions")):
        kind = draft.text((*path, "kind"))
        if kind == "excluded_groups" and not has_groups:
            what = f"{draft.label(clause)} exempts excluded groups, but the agreement excludes none: []."
            yield draft.fault(path, what, "Add the groups under 'excluded_groups', or take the exemption out.")
        if kind != "excluded_groups" and draft.items((*path, "groups")):
            what = f"{draft.label(clause)} names groups at an exemption that takes none: {seen(kind)}."
            yield draft.fault((*path, "groups"), what, "Write 'kind: excluded_groups', or take 'groups' out.")
