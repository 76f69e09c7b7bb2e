"""Zones and lines of an agreement: where its clauses hold, and from when.

Rule: a zone is geometry by name; a buffer follows the versions of its line by date. Leaves projection and
measure to the assessment. Source: DESIGN, section 4; RFC 7946 for the order of lon and lat.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holdfire.records.fields import Id, Instant, Length, Model, Position, Prob, Text

__all__ = ["Box", "Buffer", "Holder", "Line", "LineVersion", "ProtectedObject", "Validity", "Zone"]


class Validity(Model):
    """State when something holds: ``[from, to)``; an open end is left out."""

    start: Instant | None = Field(default=None, alias="from")
    end: Instant | None = Field(default=None, alias="to")


class Box(Model):
    """Bound a zone by meridians and parallels; west may exceed east across the antimeridian."""

    west: Annotated[float, Field(strict=False)]
    south: Annotated[float, Field(strict=False)]
    east: Annotated[float, Field(strict=False)]
    north: Annotated[float, Field(strict=False)]


class Buffer(Model):
    """Bound a zone by the distance from a line.

    ``side`` is seen when walking the line in the order of its coordinates.
    """

    line: Id
    distance: Length
    side: Literal["both", "left", "right"] = "both"


class ProtectedObject(Model):
    """Name a protected object by its place; ``radius`` overrides the zone's."""

    id: Id
    name: Text
    lon: Annotated[float, Field(strict=False)]
    lat: Annotated[float, Field(strict=False)]
    radius: Length | None = None
    source: str | None = None


class Holder(Model):
    """Name the party that holds a zone, so that an attack on it there is more likely its opponents' than its own.

    ``own_fire`` is how likely the holder is to attack what it holds, over how likely another party is: a likelihood
    ratio that the agreement's authors state with its source. 1 takes the holding out of account.
    """

    party: Id
    own_fire: Prob = 0.05
    source: str


class Zone(Model):
    """Name a place where clauses hold.

    Exactly one of ``polygons``, ``box``, ``buffer``, ``objects``, ``union`` or ``anywhere`` says where it is.
    """

    id: Id
    title: Text
    polygons: list[list[list[Position]]] | None = Field(
        default=None,
        description="Polygons as in GeoJSON: each a list of rings, the first outside, the rest holes.",
    )
    box: Box | None = None
    buffer: Buffer | None = None
    objects: list[ProtectedObject] | None = None
    radius: Length | None = Field(default=None, description="For objects: the distance that is protected.")
    union: list[Id] | None = None
    anywhere: bool | None = Field(default=None, description="True for a zone without bounds.")
    valid: Validity = Validity()
    held_by: Holder | None = None
    precision: Literal["exact", "approximate", "illustrative"] = "exact"
    source: str | None = None


class LineVersion(Model):
    """State where a line ran from a date on, until the next version or ``to``."""

    start: Instant | None = Field(default=None, alias="from")
    end: Instant | None = Field(default=None, alias="to")
    coordinates: list[Position] = Field(min_length=2)


class Line(Model):
    """Name a line in dated versions, and who claims that it runs there."""

    id: Id
    title: Text
    claimed_by: list[Id] = []
    versions: list[LineVersion] = Field(min_length=1)
    precision: Literal["exact", "approximate", "illustrative"] = "exact"
    source: str | None = None
