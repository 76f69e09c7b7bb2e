"""Check: all faults of an agreement at once.

Turns a file's bytes into the agreement, where its model can be built, and every fault with file, line, field and
the way to mend it. Rule: the checks read the document as written, so that a fault in one place hides none in
another; one field is told of once by its structure, and then only where no check has said more. Leaves raising to
``load``. Source: DESIGN, sections 4 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from holdfire.agreement.clause_checks import clause_faults
from holdfire.agreement.draft import Draft, Trees, seen
from holdfire.agreement.geometry_checks import geometry_faults, misnested_polygons
from holdfire.agreement.identifiers import identifier_faults, version_faults
from holdfire.agreement.ladder_checks import ladder_faults
from holdfire.agreement.references import reference_faults, tree_faults
from holdfire.agreement.size_checks import list_faults, size_faults
from holdfire.agreement.structure import read_model
from holdfire.agreement.time_checks import time_faults
from holdfire.basics.documents import parse_document
from holdfire.errors import Fault
from holdfire.records.agreement import Agreement
from holdfire.records.taxonomy import Taxonomy

__all__ = ["check_agreement"]

MAX_FAULTS = 2_000
"""So many faults are told of one sort (of structure, and between fields); nobody reads on beyond."""


def check_agreement(
    content: bytes,
    name: str,
    *,
    kernels: frozenset[str],
    kinds: Taxonomy,
    weapons: Taxonomy,
    targets: Taxonomy,
    previous: Agreement | None = None,
) -> tuple[Agreement | None, tuple[Fault, ...]]:
    """Return the agreement of a file, if its model can be built, and all its faults.

    Parameters
    ----------
    content : bytes
        YAML or JSON, UTF-8.
    name : str
        The file's name, for messages.
    kernels : frozenset of str
        Kinds of clause that can be judged.
    kinds, weapons, targets : Taxonomy
        The trees whose paths the agreement may name.
    previous : Agreement, optional
        The older version, to see that no clause id is reused.

    Returns
    -------
    (Agreement or None, tuple of Fault)
        None where the document is no agreement; one that is returned with faults must not be used. The faults
        stand in the order of their lines, at most 2,000 of a sort; empty where there is none.
    """
    document, misread = parse_document(content, name)
    if document is None:
        return None, misread
    draft = Draft(document, Trees(kinds=kinds, weapons=weapons, targets=targets, kernels=kernels))
    if not isinstance(document.value, dict):
        what = f"This document is no agreement; it holds {seen(document.value)}."
        begin = draft.fault((), what, "Begin it with 'holdfire: agreement/1', and see the reference.")
        return None, (*misread, begin)
    too_long = tuple(list_faults(draft))
    if too_long:
        return None, (*misread, *too_long)
    found = [*misread, *islice(_cross_faults(draft, previous), MAX_FAULTS)]
    told = {fault.field for fault in found}
    agreement, structure = read_model(draft, misnested_polygons(draft), MAX_FAULTS)
    found += [fault for fault in structure if fault.field not in told]
    order = {fault: place for place, fault in reversed(list(enumerate(found)))}
    faults = tuple(sorted(order, key=lambda fault: (fault.line or 0, fault.field, order[fault])))
    return agreement, faults


def _cross_faults(draft: Draft, previous: Agreement | None) -> Iterator[Fault]:
    yield from identifier_faults(draft)
    yield from reference_faults(draft)
    yield from tree_faults(draft)
    yield from clause_faults(draft)
    yield from time_faults(draft)
    yield from size_faults(draft)
    yield from geometry_faults(draft)
    yield from ladder_faults(draft)
    if previous is not None:
        yield from version_faults(draft, previous)
