"""Geometry checks: each zone says where it is, once, and in a way that can be measured.

Turns a draft's zones and lines into faults: no shape or several, a box upside down, a union in a circle, an
object without a radius, a line without length. Rule: longitude first, degrees, WGS84. Leaves the rings of
polygons to ``ring_checks`` and longitudes that stand in the place of latitudes to ``swap_checks``.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.agreement.circles import circles
from holdfire.agreement.draft import Draft, Path, listed, seen
from holdfire.agreement.ring_checks import misnested_polygons, place_fault, polygon_faults
from holdfire.agreement.swap_checks import swap_faults
from holdfire.errors import Fault

__all__ = ["geometry_faults", "misnested_polygons"]

SHAPES = ("polygons", "box", "buffer", "objects", "union", "anywhere")


def geometry_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of zones and lines."""
    for zone in draft.items(("zones",)):
        if isinstance(draft.at(zone), dict):
            yield from _shape_faults(draft, zone)
            yield from _box_faults(draft, (*zone, "box"))
            yield from _object_faults(draft, zone)
            yield from _length_faults(draft, zone)
    yield from _circle_faults(draft)
    swaps = tuple(swap_faults(draft))
    yield from swaps
    swapped = frozenset(fault.field for fault in swaps)
    yield from polygon_faults(draft, swapped)
    yield from _line_faults(draft)


def _shape_faults(draft: Draft, zone: Path) -> Iterator[Fault]:
    given = [shape for shape in SHAPES if draft.at((*zone, shape)) not in (None, False)]
    if not given:
        what = f"{draft.label(zone)} does not say where it is: {seen(draft.at(zone))}."
        yield draft.fault(zone, what, f"Give it one of {', '.join(SHAPES)}; 'anywhere: true' has no bounds.")
    elif len(given) > 1:
        what = f"{draft.label(zone)} says in more than one way where it is: {listed(given)}."
        mend = "Keep one; make the others zones of their own, and join them with 'union'."
        yield draft.fault((*zone, given[1]), what, mend)
    for shape in ("polygons", "objects", "union"):
        if draft.at((*zone, shape)) == []:
            what = f"{draft.label(zone)} has an empty list of {shape}: []."
            yield draft.fault((*zone, shape), what, "Fill it in, or take it out.")
    if draft.at((*zone, "radius")) is not None and "objects" not in given:
        what = f"{draft.label(zone)} has a radius, but no objects that it could belong to: "
        what += f"{seen(draft.at((*zone, 'radius')))}."
        yield draft.fault((*zone, "radius"), what, "Take it out, or write 'objects'; a line's zone is a 'buffer'.")


def _box_faults(draft: Draft, box: Path) -> Iterator[Fault]:
    if not isinstance(draft.at(box), dict):
        return
    west, south, east, north = (draft.number((*box, side)) for side in ("west", "south", "east", "north"))
    limits = (("west", west, 180.0), ("south", south, 90.0), ("east", east, 180.0), ("north", north, 90.0))
    n_before = 0
    for side, value, limit in limits:
        noun = "longitude" if limit > 90 else "latitude"
        if value is None and isinstance(draft.at((*box, side)), float):
            n_before += 1
            what = f"{draft.label(box)}: '{side}' of its box is no number: {seen(draft.at((*box, side)))}."
            yield draft.fault((*box, side), what, "Write degrees.")
        if value is not None and abs(value) > limit:
            n_before += 1
            what = f"{draft.label(box)}: '{side}' of its box is no {noun}: {value:g}."
            mend = f"A {noun} is -{limit:g} to {limit:g}; are longitudes and latitudes swapped?"
            yield draft.fault((*box, side), what, mend)
    if n_before or west is None or south is None or east is None or north is None:
        return
    if south >= north:
        how = "has no height" if south == north else "stands upside down"
        what = f"{draft.label(box)}: its box {how}: south {south:g}, north {north:g}."
        yield draft.fault((*box, "south"), what, "South is the lesser latitude; swap or mend them.")
    if west == east:
        what = f"{draft.label(box)}: its box has no width: west {west:g}, east {east:g}."
        yield draft.fault((*box, "west"), what, "West is the lesser longitude; mend one.")
    elif west > east and not west > 0 > east:
        what = f"{draft.label(box)}: its box reaches around the Earth: west {west:g}, east {east:g}."
        mend = "Swap them; west exceeds east only where a box crosses the 180th meridian."
        yield draft.fault((*box, "west"), what, mend)


def _object_faults(draft: Draft, zone: Path) -> Iterator[Fault]:
    for item in draft.items((*zone, "objects")):
        if not isinstance(draft.at(item), dict):
            continue
        name = seen(draft.at((*item, "id")))
        if draft.at((*item, "radius")) is None and draft.at((*zone, "radius")) is None:
            what = f"{draft.label(zone)}: its object {name} has no radius, nor has the zone: {seen(None)}."
            yield draft.fault((*item, "radius"), what, "Write 'radius: 2 km' at the object, or at the zone for all.")
        yield from place_fault(draft, item, f"its object {name}", draft.at((*item, "lon")), draft.at((*item, "lat")))


def _length_faults(draft: Draft, zone: Path) -> Iterator[Fault]:
    places = [(*zone, "buffer", "distance"), (*zone, "radius")]
    places += [(*item, "radius") for item in draft.items((*zone, "objects"))]
    for path in places:
        if draft.metres(path) == 0.0:
            what = f"{draft.label(zone)} is empty, since its {path[-1]} is nothing: {seen(draft.at(path))}."
            yield draft.fault(path, what, "Write a distance above 0.")


def _circle_faults(draft: Draft) -> Iterator[Fault]:
    """Find unions that hold themselves, each circle once."""
    members: dict[str, list[str]] = {}
    paths: dict[str, Path] = {}
    for zone in draft.items(("zones",)):
        name = draft.text((*zone, "id"))
        if name is not None and name not in members:
            members[name] = list(draft.texts((*zone, "union")))
            paths[name] = (*zone, "union")
    for circle in circles(members):
        way = " -> ".join(f"'{name}'" for name in [*circle, circle[0]])
        what = f"{draft.label(paths[circle[0]])} is a union that holds itself: {way}."
        yield draft.fault(paths[circle[0]], what, "Take one of them out of the other's 'union'.")


def _line_faults(draft: Draft) -> Iterator[Fault]:
    for path, _ in draft.each("lines.*.versions.*.coordinates"):
        distinct = set()
        for item in draft.items(path):
            lon, lat = draft.at((*item, 0)), draft.at((*item, 1))
            yield from place_fault(draft, item, "a position of the line", lon, lat)
            distinct.add((draft.number((*item, 0)), draft.number((*item, 1))))
        if len(draft.items(path)) >= 2 and len(distinct) == 1:
            what = f"{draft.label(path)} has no length: all its positions are {seen(draft.at((*path, 0)))}."
            yield draft.fault(path, what, "Write at least two different positions.")
