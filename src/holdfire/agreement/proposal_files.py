"""Proposal files: proposals for a register and decisions on them, held against their models and one another.

Turns a file's bytes into a ``ProposalsFile`` or a ``ProposalReviewsFile``, where its model can be built, and every
fault with file, line, field and the way to mend it. Leaves weighing the decisions to ``statements``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import yaml

from holdfire.agreement.draft import Draft, Trees, seen
from holdfire.agreement.structure import read_as
from holdfire.basics.documents import parse_document
from holdfire.errors import Fault
from holdfire.records.fields import Model
from holdfire.records.proposals import ProposalReviewsFile, ProposalsFile
from holdfire.records.taxonomy import builtin_tree

__all__ = ["check_proposal_reviews", "check_proposals", "proposals_yaml", "unknown_proposals"]

M = TypeVar("M", bound=Model)
Found = tuple[Fault, ...]


def _read(content: bytes, name: str, model: type[M], begin: str) -> tuple[Draft | None, M | None, list[Fault]]:
    document, misread = parse_document(content, name)
    if document is None or not isinstance(document.value, dict):
        nothing = Fault(
            what="This file holds no mapping of fields.", where=name, mend=f"Begin it with 'holdfire: {begin}'."
        )
        return None, None, [*misread] or [nothing]
    trees = Trees(
        kinds=builtin_tree("kinds"),
        weapons=builtin_tree("weapons"),
        targets=builtin_tree("targets"),
        kernels=frozenset(),
    )
    draft = Draft(document, trees, model=model, root="The file")
    read, structure = read_as(draft, model)
    return draft, read, [*misread, *structure]


def check_proposals(content: bytes, name: str) -> tuple[ProposalsFile | None, Found]:
    """Return the proposals of a YAML or JSON file, if its model can be built, and all its faults."""
    draft, model, found = _read(content, name, ProposalsFile, "proposals/1")
    if draft is not None:
        first: dict[str, int] = {}
        for item in draft.items(("proposals",)):
            one = draft.text((*item, "entry", "id"))
            if one is not None and first.setdefault(one, int(item[-1])) != item[-1]:
                what = f"Two proposals have one id: {seen(one)}."
                found.append(draft.fault((*item, "entry", "id"), what, "Remove one of them."))
    return model, tuple(found)


def check_proposal_reviews(content: bytes, name: str) -> tuple[ProposalReviewsFile | None, Draft | None, Found]:
    """Return the decisions of a YAML or JSON file, if its model can be built, its draft, and all its faults."""
    draft, model, found = _read(content, name, ProposalReviewsFile, "proposal-reviews/1")
    if draft is not None:
        found += _decision_faults(draft)
    return model, draft, tuple(found)


def _decision_faults(draft: Draft) -> Iterator[Fault]:
    for item in draft.items(("reviews",)):
        decision, changes = draft.text((*item, "decision")), draft.at((*item, "changes"))
        if decision == "edit" and not changes:
            what = "An edit says nothing that it changes."
            yield draft.fault((*item, "changes"), what, "Write 'changes', or confirm.")
        if decision in ("confirm", "reject") and changes is not None:
            what = f"Only an edit has changes, and this is {seen(decision)}."
            yield draft.fault((*item, "changes"), what, "Write 'decision: edit', or remove them.")


def unknown_proposals(draft: Draft, proposals: ProposalsFile) -> Found:
    """Return a fault for each decision on a proposal that the file does not hold."""
    known = [one.entry.id for one in proposals.proposals]
    held = frozenset(known)
    found = []
    for path, value in draft.each("reviews.*.proposal"):
        if isinstance(value, str) and value.strip() not in held:
            near = draft.names.nearest(value, known)
            mend = f"Write '{near}' (the nearest id)." if near else "Name one that the file of proposals holds."
            found.append(draft.fault(path, f"There is no such proposal: {seen(value)}.", mend))
    return tuple(found)


def proposals_yaml(proposals: ProposalsFile) -> bytes:
    """Return a file of proposals as YAML, UTF-8."""
    whole = proposals.model_dump(by_alias=True, mode="json", exclude_defaults=True)
    text: str = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=110)
    return text.encode()
