"""Ring checks: polygons as RFC 7946 wants them.

Turns the polygons of a draft into faults: wrong nesting, positions that are no place, rings that are not closed,
have too few positions, cross themselves or run the wrong way, and holes outside. Rule (RFC 7946, 3.1.6): a ring
has four or more positions, the last equal to the first; the outer ring runs counter-clockwise, holes clockwise.
Leaves single positions that are swapped to ``swap_checks``. Source: RFC 7946; OGC Simple Features for validity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import LinearRing, Polygon

from holdfire.agreement.draft import Draft, Path, seen
from holdfire.basics.documents import field_text
from holdfire.errors import Fault

__all__ = ["degrees", "misnested_polygons", "place_fault", "polygon_faults"]

Positions = list[tuple[float, float]]
POLYGONS_DEPTH = 4
"""Lists within lists of ``polygons``: polygons, rings, positions, numbers."""
MIN_RING = 4
"""Positions of the smallest ring, the last equal to the first (RFC 7946, 3.1.6)."""
_AT = re.compile(r"\[\s*(\S+)\s+(\S+?)\s*\]")


def degrees(value: Any) -> float | None:
    """Return a coordinate as a finite number; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def place_fault(draft: Draft, path: Path, noun: str, lon: Any, lat: Any) -> Iterator[Fault]:
    """Yield a fault where two numbers are no longitude and latitude."""
    x, y = degrees(lon), degrees(lat)
    if any(isinstance(value, float) and not math.isfinite(value) for value in (lon, lat)):
        what = f"{draft.label(path)}: {noun} is no place: [{seen(lon)}, {seen(lat)}]."
        yield draft.fault(path, what, "Write finite degrees, or take the position out.")
    elif x is not None and y is not None and not (abs(x) <= 180 and abs(y) <= 90):
        what = f"{draft.label(path)}: {noun} lies outside the Earth: [{x:g}, {y:g}]."
        if abs(y) <= 180 and abs(x) <= 90:
            what = f"{draft.label(path)}: {noun} has longitude and latitude swapped: [{x:g}, {y:g}]."
        yield draft.fault(path, what, "Write longitude (-180 to 180) first, then latitude (-90 to 90).")


def _depth(value: Any) -> int:
    """Return how many lists stand within each other, along the first entries."""
    depth = 0
    while isinstance(value, list) and value:
        depth, value = depth + 1, value[0]
    return depth


def misnested_polygons(draft: Draft) -> frozenset[Path]:
    """Return the polygons fields whose numbers are nested too deep or not deep enough."""
    found = set()
    for path, value in draft.each("zones.*.polygons"):
        leaf = value
        for _ in range(_depth(value)):
            leaf = leaf[0]
        if isinstance(leaf, int | float) and not isinstance(leaf, bool) and _depth(value) != POLYGONS_DEPTH:
            found.add(path)
    return frozenset(found)


def polygon_faults(draft: Draft, swapped: frozenset[str]) -> Iterator[Fault]:
    """Yield every fault of polygons; rings with a position named in ``swapped`` are not judged further."""
    misnested = misnested_polygons(draft)
    for path in sorted(misnested, key=str):
        n = _depth(draft.at(path))
        what = f"{draft.label(path)} has polygons nested {n} lists deep, not {POLYGONS_DEPTH}: {seen(draft.at(path))}."
        mend = "A polygon is a list of rings, a ring a list of [lon, lat]: polygons: [[[[30.1, 46.2], …]]]."
        yield draft.fault(path, what, mend)
    for path, _ in draft.each("zones.*.polygons.*"):
        if path[:3] not in misnested:
            yield from _polygon_faults(draft, path, swapped)


def _polygon_faults(draft: Draft, path: Path, swapped: frozenset[str]) -> Iterator[Fault]:
    if draft.at(path) == []:
        yield draft.fault(path, f"{draft.label(path)} has a polygon without rings: [].", "Give it an outer ring.")
    sound: list[Polygon | None] = []
    for index, ring in enumerate(draft.items(path)):
        positions = [_position(draft, item) for item in draft.items(ring)]
        noun = "outer ring" if index == 0 else f"hole {index}"
        faults = list(_position_faults(draft, ring, noun))
        touched = any(field_text(item) in swapped for item in (ring, *draft.items(ring)))
        whole = [position for position in positions if position is not None]
        polygon = None
        if not faults and not touched and len(whole) == len(positions):
            ring_faults, polygon = _ring_faults(draft, ring, noun, whole, is_hole=index > 0)
            faults += ring_faults
        yield from faults
        sound.append(polygon)
    yield from _hole_faults(draft, path, sound)


def _position(draft: Draft, path: Path) -> tuple[float, float] | None:
    value = draft.at(path)
    if not isinstance(value, list) or len(value) != 2:
        return None
    lon, lat = degrees(value[0]), degrees(value[1])
    return None if lon is None or lat is None else (lon, lat)


def _position_faults(draft: Draft, ring: Path, noun: str) -> Iterator[Fault]:
    """Yield faults of single positions; one for the whole ring where swapping mends them all."""
    positions = [p for p in (_position(draft, item) for item in draft.items(ring)) if p is not None]
    outside = [p for p in positions if abs(p[0]) > 180 or abs(p[1]) > 90]
    if len(outside) > 1 and all(abs(lat) <= 180 and abs(lon) <= 90 for lon, lat in positions):
        first = outside[0]
        what = f"{draft.label(ring)}: its {noun} has longitude and latitude swapped: [{first[0]:g}, {first[1]:g}]."
        yield draft.fault(ring, what, "Write longitude first in every position, as in GeoJSON.")
        return
    for item in draft.items(ring):
        value = draft.at(item)
        if isinstance(value, list) and len(value) == 2:
            yield from place_fault(draft, item, f"a position of its {noun}", value[0], value[1])


def _ring_faults(
    draft: Draft, ring: Path, noun: str, positions: Positions, *, is_hole: bool
) -> tuple[list[Fault], Polygon | None]:
    """Return the faults of one ring, and its polygon where it encloses something."""
    label = draft.label(ring)
    if len(set(positions)) < MIN_RING - 1:
        what = f"{label}: its {noun} has too few positions: {len(set(positions))}."
        return [draft.fault(ring, what, "A ring has three or more corners, and ends where it begins.")], None
    faults = []
    if positions[0] != positions[-1]:
        first, last = (f"[{p[0]:g}, {p[1]:g}]" for p in (positions[0], positions[-1]))
        what = f"{label}: its {noun} is not closed; it begins at {first} and ends at {last}."
        faults.append(draft.fault(ring, what, f"Repeat the first position at the end: {first}."))
        positions = [*positions, positions[0]]
    polygon = Polygon(positions)
    reason = shapely.is_valid_reason(polygon)
    if polygon.area == 0.0 and _is_flat(positions):
        what = f"{label}: its {noun} encloses nothing; all its positions lie on one line, from {_shown(positions[0])}."
        return [*faults, draft.fault(ring, what, "Check the positions.")], None
    if reason != "Valid Geometry":
        at = _AT.search(reason)
        place = f"[{float(at[1]):g}, {float(at[2]):g}]" if at else reason
        what = f"{label}: its {noun} crosses or touches itself at {place}."
        mend = "Put its positions in the order in which one walks around it."
        return [*faults, draft.fault(ring, what, mend)], None
    if LinearRing(positions).is_ccw is is_hole and _span(positions) <= 180:
        runs, wanted = ("counter-clockwise", "clockwise") if is_hole else ("clockwise", "counter-clockwise")
        what = f"{label}: its {noun} runs {runs}, from {_shown(positions[0])} to {_shown(positions[1])}."
        faults.append(draft.fault(ring, what, f"Reverse its positions: it has to run {wanted} (RFC 7946)."))
    return faults, polygon


def _span(positions: Positions) -> float:
    """Return the degrees of longitude that a ring spans; above 180 it may cross the antimeridian."""
    return max(p[0] for p in positions) - min(p[0] for p in positions)


def _shown(position: tuple[float, float]) -> str:
    return f"[{position[0]:g}, {position[1]:g}]"


def _is_flat(positions: Positions) -> bool:
    (x0, y0) = positions[0]
    (x1, y1) = next(p for p in positions if p != positions[0])
    return all((x1 - x0) * (y - y0) == (y1 - y0) * (x - x0) for x, y in positions)


def _hole_faults(draft: Draft, path: Path, sound: list[Polygon | None]) -> Iterator[Fault]:
    """Yield faults of holes against their outer ring and against each other."""
    outer = sound[0] if sound else None
    if outer is None:
        return
    n_outside = 0
    shapely.prepare(outer)
    for index, hole in enumerate(sound[1:], start=1):
        if hole is not None and not outer.covers(hole):
            n_outside += 1
            where = "outside" if outer.disjoint(hole) else "partly outside"
            lon, lat = hole.exterior.coords[0][:2]
            what = f"{draft.label(path)}: hole {index} lies {where} its outer ring, at {_shown((lon, lat))}."
            yield draft.fault((*path, index), what, "Move it inside, or make it a polygon of its own.")
    holes = [hole for hole in sound[1:] if hole is not None]
    if n_outside or len(holes) != len(sound) - 1 or not holes:
        return
    whole = Polygon(outer.exterior, [hole.exterior for hole in holes])
    reason = shapely.is_valid_reason(whole)
    if reason != "Valid Geometry":
        at = _AT.search(reason)
        place = f"[{float(at[1]):g}, {float(at[2]):g}]" if at else reason
        what = f"{draft.label(path)}: its holes overlap each other or its outer ring, at {place}."
        yield draft.fault(path, what, "Join holes that overlap, and keep them off the outer ring.")
