"""Swap checks: longitude and latitude in the wrong order, where the numbers alone do not show it.

Turns a draft's geometry into faults: a position, object, line or zone that lies far from the rest as written, and
near it with its two numbers exchanged. Two rules, each with the spread of the rest as its measure: (1) against
the middle of the rest (its median), (2) against the nearest of the rest. Leaves numbers outside their range to
``ring_checks``. The thresholds are ours: they let a zone stand alone as far away as its author likes, unless the
exchange of its numbers brings it home.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.agreement.draft import Draft, Path
from holdfire.agreement.ring_checks import degrees
from holdfire.basics.places import distance_m
from holdfire.errors import Fault

__all__ = ["swap_faults"]

Floats = NDArray[np.float64]

LEAST_SPREAD_M = 25_000.0
"""The rest is taken to spread over at least so far, metres: a city with its surroundings."""
NEAR_M, FAR_M = 150_000.0, 500_000.0
"""Against the nearest of the rest: exchanged it lies within the first, as written beyond the second, metres."""
BY_FACTOR = 3.0
"""As written it lies at least so many times as far away as exchanged."""
MAX_ITEMS = 2_000
"""More places than this are not compared with each other: the work grows with the square of their number."""


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one thing that has a place, with all its positions."""

    path: Path
    noun: str
    lon: Floats
    lat: Floats


def swap_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for everything whose longitude and latitude are likely exchanged."""
    items = [item for item in _items(draft) if _in_range(item)]
    for item in items:
        yield from _single_positions(draft, item)
    if not 2 <= len(items) <= MAX_ITEMS:
        return
    lon = np.array([np.median(item.lon) for item in items])
    lat = np.array([np.median(item.lat) for item in items])
    found = [k for k in range(len(items)) if _is_swapped(k, lon, lat)]
    if 2 * len(found) >= len(items):
        # Each of them is far from the others and near when exchanged: which of them is right cannot be told.
        found = found[-1:]
    for k in found:
        at = f"[{items[k].lon[0]:g}, {items[k].lat[0]:g}]"
        what = (
            f"{draft.label(items[k].path)}: {items[k].noun} has longitude and latitude swapped, it seems: as written "
            f"it lies far from the agreement's other places, exchanged beside them: {at}."
        )
        yield draft.fault(items[k].path, what, "Write longitude first, then latitude.")


def _items(draft: Draft) -> Iterator[Item]:
    for zone in draft.items(("zones",)):
        yield from _zone_items(draft, zone)
    for path, _ in draft.each("lines.*.versions.*.coordinates"):
        yield from _item(path, "this version of the line", _pairs(draft, path))


def _zone_items(draft: Draft, zone: Path) -> Iterator[Item]:
    for polygon in draft.items((*zone, "polygons")):
        for ring in draft.items(polygon):
            yield from _item(ring, "a ring of its polygons", _pairs(draft, ring))
    box = draft.at((*zone, "box"))
    if isinstance(box, dict):
        corners = [(degrees(box.get(x)), degrees(box.get(y))) for x, y in (("west", "south"), ("east", "north"))]
        yield from _item((*zone, "box"), "its box", corners)
    for entry in draft.items((*zone, "objects")):
        pair = (degrees(draft.at((*entry, "lon"))), degrees(draft.at((*entry, "lat"))))
        yield from _item(entry, "its object", [pair])


def _pairs(draft: Draft, path: Path) -> list[tuple[float | None, float | None]]:
    return [(degrees(draft.at((*item, 0))), degrees(draft.at((*item, 1)))) for item in draft.items(path)]


def _item(path: Path, noun: str, pairs: list[tuple[float | None, float | None]]) -> Iterator[Item]:
    lon, lat = [x for x, _ in pairs if x is not None], [y for _, y in pairs if y is not None]
    if pairs and len(lon) == len(lat) == len(pairs):
        yield Item(path, noun, np.array(lon), np.array(lat))


def _in_range(item: Item) -> bool:
    return bool((np.abs(item.lon) <= 90).all() and (np.abs(item.lat) <= 90).all())


def _is_swapped(k: int, lon: Floats, lat: Floats) -> bool:
    rest_lon, rest_lat = np.delete(lon, k), np.delete(lat, k)
    given = distance_m(rest_lon, rest_lat, lon[k], lat[k])
    exchanged = distance_m(rest_lon, rest_lat, lat[k], lon[k])
    nearest_given, nearest_exchanged = float(given.min()), float(exchanged.min())
    if nearest_exchanged <= NEAR_M and nearest_given >= max(FAR_M, BY_FACTOR * nearest_exchanged):
        return True
    return bool(_looks_exchanged(lon[k : k + 1], lat[k : k + 1], rest_lon, rest_lat)[0])


def _looks_exchanged(lon: Floats, lat: Floats, rest_lon: Floats, rest_lat: Floats) -> NDArray[np.bool_]:
    """Say which places lie beyond twice the spread of the rest, and within it once exchanged."""
    middle_lon, middle_lat = np.array(np.median(rest_lon)), np.array(np.median(rest_lat))
    spread = max(LEAST_SPREAD_M, 2 * float(np.median(distance_m(rest_lon, rest_lat, middle_lon, middle_lat))))
    given = distance_m(lon, lat, middle_lon, middle_lat)
    exchanged = distance_m(lat, lon, middle_lon, middle_lat)
    return (exchanged <= spread) & (given > 2 * spread) & (given > BY_FACTOR * exchanged)


def _single_positions(draft: Draft, item: Item) -> Iterator[Fault]:
    """Find single positions of a ring or line that are exchanged against its others."""
    if item.lon.size < 4 or isinstance(draft.at(item.path), dict):
        return
    is_wrong = _looks_exchanged(item.lon, item.lat, item.lon, item.lat)
    for index in np.flatnonzero(is_wrong).tolist():
        at = f"[{item.lon[index]:g}, {item.lat[index]:g}]"
        what = f"{draft.label(item.path)}: a position of {item.noun} has longitude and latitude swapped, it seems: "
        what += f"{at}."
        yield draft.fault((*item.path, index), what, "Write longitude first, then latitude.")
