"""Diff zones: how a zone's geometry changed, object by object or as an area.

Turns two versions of a zone into what there is to say of its geometry. Rule: protected objects are told one by
one, other shapes by their area before and after. Leaves distances of buffers and members of unions to ``diff``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from holdfire.agreement.area import area_km2
from holdfire.basics.places import distance_m
from holdfire.records.zones import ProtectedObject, Zone

__all__ = ["Said", "zone_sentences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Hold one thing to say of a zone: the field, the kind of change, both values, and the rest of a sentence."""

    field: str
    kind: Literal["added", "removed", "changed"]
    before: str | None
    after: str | None
    text: str


def zone_sentences(old: Zone, new: Zone) -> Iterator[Said]:
    """Yield what changed in a zone's geometry."""
    if old.objects is not None and new.objects is not None:
        yield from _objects(old.objects, new.objects)
    elif (old.polygons, old.box, old.objects) != (new.polygons, new.box, new.objects):
        yield _area(old, new)


def _area(old: Zone, new: Zone) -> Said:
    sizes = area_km2(old), area_km2(new)
    before, after = (None if size is None else f"{size:,.1f} km²" for size in sizes)
    text = "its geometry changed"
    if sizes[0] is not None and sizes[1] is not None:
        text = f"it {'grew' if sizes[1] > sizes[0] else 'shrank'} from {before} to {after}"
    if before is not None and before == after:
        text = f"its geometry changed, and its area stayed {after}"
    return Said(field="geometry", kind="changed", before=before, after=after, text=text)


def _objects(old: list[ProtectedObject], new: list[ProtectedObject]) -> Iterator[Said]:
    before, after = {item.id: item for item in old}, {item.id: item for item in new}
    for name, item in after.items():
        field = f"objects[{name}]"
        if name not in before:
            yield Said(field=field, kind="added", before=None, after=name, text=f"object '{name}' was added")
            continue
        places = [f"[{o.lon:g}, {o.lat:g}]" for o in (before[name], item)]
        if (before[name].lon, before[name].lat) != (item.lon, item.lat):
            text = f"object '{name}' moved by {_km(before[name], item):.1f} km, from {places[0]} to {places[1]}"
            yield Said(field=field, kind="changed", before=places[0], after=places[1], text=text)
        radii = before[name].radius, item.radius
        if radii[0] != radii[1]:
            was, now = (radius or "the zone's" for radius in radii)
            text = f"the radius of object '{name}' changed from {was} to {now}"
            yield Said(field=f"{field}.radius", kind="changed", before=radii[0], after=radii[1], text=text)
    for name in before:
        if name not in after:
            field, text = f"objects[{name}]", f"object '{name}' was removed"
            yield Said(field=field, kind="removed", before=name, after=None, text=text)


def _km(old: ProtectedObject, new: ProtectedObject) -> float:
    pair = (np.array(old.lon), np.array(old.lat), np.array(new.lon), np.array(new.lat))
    return float(distance_m(*pair)) / 1000.0
