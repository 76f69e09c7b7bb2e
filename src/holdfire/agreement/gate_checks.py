"""Gate checks: every gate asks for something, can open, and waits for nothing that waits for it.

Turns a draft's gates, and the order of its rungs, into faults: a requirement that asks for nothing or for several
things, one that contradicts another, rungs and gates in a circle. Rule: of several things that may open a gate,
a rung makes no circle, since another way is left; a gate does, since it would have to judge itself. Leaves conditions
over findings to ``ladder_checks``. Source: DESIGN, section 4 (Ladder, gates).
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.agreement.circles import circles
from holdfire.agreement.draft import Draft, Path, listed, seen
from holdfire.errors import Fault

__all__ = ["CONDITIONS", "gate_faults"]

CONDITIONS = ("in_force", "quiet_days", "rung_used", "gate", "mandate", "breaches", "any_of")
"""The fields of a gate's requirement of which one is set; an alternative has all but the last."""


def gate_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of gates, and of rungs and gates that wait for each other."""
    for gate in draft.items(("gates",)):
        asked = []
        for item in draft.items((*gate, "requires")):
            yield from _requirement_faults(draft, gate, item, CONDITIONS)
            for way in draft.items((*item, "any_of")):
                yield from _requirement_faults(draft, gate, way, CONDITIONS[:-1])
            asked.append(draft.at((*item, "in_force")))
        if True in asked and False in asked:
            what = f"{draft.label(gate)} can never open: it asks that the agreement is in force, and that it is not."
            yield draft.fault((*gate, "requires"), what, "Keep one of them.")
    yield from _circle_faults(draft)


def _requirement_faults(draft: Draft, gate: Path, item: Path, known: tuple[str, ...]) -> Iterator[Fault]:
    if not isinstance(draft.at(item), dict):
        return
    given = [name for name in known if draft.at((*item, name)) is not None]
    if len(given) != 1:
        how = "asks for nothing" if not given else f"asks for several things at once, {listed(given)}"
        what = f"{draft.label(gate)}: one of its requirements {how}: {seen(draft.at(item))}."
        yield draft.fault(item, what, f"Let each ask for one of {', '.join(known)}.")
    elif given != ["quiet_days"] and draft.at((*item, "zone")) is not None:
        what = f"{draft.label(gate)} names a zone where no quiet days are asked for: "
        what += f"{seen(draft.at((*item, 'zone')))}."
        yield draft.fault((*item, "zone"), what, "Write 'quiet_days' beside it, or take it out.")


def _circle_faults(draft: Draft) -> Iterator[Fault]:
    """Find rungs and gates that wait for each other: none of them can come first."""
    graph: dict[str, list[str]] = {}
    paths: dict[str, Path] = {}
    for rung in draft.items(("ladder", "rungs")):
        name = f"rung '{draft.text((*rung, 'id'))}'"
        after = [f"rung '{other}'" for other in draft.texts((*rung, "after"))]
        gates = [f"gate '{gate}'" for gate in draft.texts((*rung, "gates"))]
        graph.setdefault(name, after + gates)
        paths.setdefault(name, (*rung, "after") if after else (*rung, "gates"))
    for gate in draft.items(("gates",)):
        name = f"gate '{draft.text((*gate, 'id'))}'"
        waits = []
        for item in draft.items((*gate, "requires")):
            rung_used, other = draft.text((*item, "rung_used")), draft.text((*item, "gate"))
            waits += [f"rung '{rung_used}'"] if rung_used else []
            waits += [f"gate '{other}'"] if other else []
            # One of several ways is enough, so only a gate, which would have to judge itself, makes a circle of them.
            ways = [draft.text((*way, "gate")) for way in draft.items((*item, "any_of"))]
            waits += [f"gate '{way}'" for way in ways if way]
        graph.setdefault(name, waits)
        paths.setdefault(name, (*gate, "requires"))
    for circle in circles(graph):
        way = " -> ".join([*circle, circle[0]])
        nouns = "Rungs" if all(name.startswith("rung") for name in circle) else "Gates"
        nouns = nouns if len({name.split()[0] for name in circle}) == 1 else "Rungs and gates"
        what = f"{nouns} wait for each other, so none can ever be used: {way}."
        if len(circle) == 1:
            what = f"{draft.label(paths[circle[0]])} waits for itself, so it can never be used: {circle[0]}."
        yield draft.fault(paths[circle[0]], what, "Take one of these conditions out.")
