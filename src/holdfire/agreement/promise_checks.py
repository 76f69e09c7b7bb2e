"""Promise checks: every need is measured once, and every review of a commitment is somebody's.

Turns a draft's needs and steps - of an agreement or of a register - into faults. Leaves ids and references to the
others. Source: DESIGN, section 4 (Commitment).
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.agreement.draft import Draft, Path, seen
from holdfire.errors import Fault

__all__ = ["promise_faults"]


def promise_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of needs and of commitments' steps."""
    yield from _need_faults(draft)
    for step, value in draft.each("commitments.*.steps.*"):
        if not isinstance(value, dict) or draft.text((*step, "evidence_kind")) != "review":
            continue
        if not draft.text((*step, "by")):
            what = f"{draft.label(step)} has a review by nobody: {seen(draft.at((*step, 'by')))}."
            yield draft.fault((*step, "by"), what, "Write in 'by' who decided it, with the office.")


def _need_faults(draft: Draft) -> Iterator[Fault]:
    """Find two needs that the same promises would count towards."""
    first: dict[tuple[str, str], Path] = {}
    for need in draft.items(("needs",)):
        capability, unit = draft.text((*need, "capability")), draft.text((*need, "unit"))
        if capability is None or unit is None:
            continue
        other = first.setdefault((capability, unit), need)
        if other != need:
            line = draft.document.line_of(other)
            what = f"{draft.label(need)} asks for what line {line} asks for already: {capability} in {seen(unit)}."
            yield draft.fault((*need, "unit"), what, "Add them up in one need, or measure them in different units.")
