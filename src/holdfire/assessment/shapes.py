"""Turn the zones of an agreement into shapes: polygons under each reading, by date.

Rule: a zone that follows a line has one shape for each version of the line that its reading puts in place; a version
holds until its stated end or the next one's start; outside a zone's own validity, and where a line has no version,
there is no shape. Leaves metres and polygons to ``geometry``, and checks of the document to ``agreement.check``.
Source: DESIGN, section 4; RFC 7946.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import pyarrow as pa
import shapely

from holdfire.assessment.geometry.buffers import box, buffer_line, buffer_points
from holdfire.assessment.geometry.rings import centre_lon, polygonal, turned
from holdfire.assessment.regions import ANYWHERE, Atlas, Region, merged
from holdfire.assessment.times import OPEN_END, OPEN_START, Spans, spans_of
from holdfire.basics.instants import from_us
from holdfire.basics.units import parse_length_m
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.force import instant_of
from holdfire.records.zone_shape import ZONE_SHAPE_SCHEMA
from holdfire.records.zones import Buffer, Line, LineVersion, Validity, Zone

__all__ = ["zone_shapes"]


@dataclass(slots=True, kw_only=True, eq=False)
class _Survey:
    """Find the region of each zone under each reading, every shape once."""

    agreement: Agreement
    atlas: Atlas = field(default_factory=Atlas)
    strips: dict[tuple[tuple[tuple[float, float], ...], float, str], int | None] = field(default_factory=dict)
    found: dict[tuple[str, str], Region] = field(default_factory=dict)
    fixed: dict[str, int | None] = field(default_factory=dict)

    def region(self, zone: Zone, reading: Reading, above: tuple[str, ...] = ()) -> Region:
        """Return a zone's region; ``above`` holds the unions that led here."""
        if zone.id in above:
            raise InputError(
                f"Zone {zone.id!r} is part of itself.",
                f"the agreement {self.agreement.id!r}",
                "Take the circle out of the zones' 'union'.",
            )
        if (zone.id, reading.id) not in self.found:
            whole = self._whole(zone, reading, (*above, zone.id))
            self.found[zone.id, reading.id] = self.atlas.during(whole, self._validity(zone.valid))
        return self.found[zone.id, reading.id]

    def _whole(self, zone: Zone, reading: Reading, above: tuple[str, ...]) -> Region:
        if zone.union is not None:
            regions = [self.region(self._zone(part), reading, above) for part in zone.union]
            return self.atlas.union(regions)
        if zone.buffer is not None:
            return self._along(zone.buffer, reading)
        if zone.id not in self.fixed:
            self.fixed[zone.id] = ANYWHERE if zone.anywhere else self._add(_drawn(zone))
        return merged([(OPEN_START, OPEN_END, self.fixed[zone.id])])

    def _along(self, buffer: Buffer, reading: Reading) -> Region:
        line = self._line(reading.lines.get(buffer.line, buffer.line))
        distance_m = parse_length_m(buffer.distance)
        pieces = []
        for version, spans in self._dated(line):
            key = (tuple(version.coordinates), distance_m, buffer.side)
            if key not in self.strips:
                left_m = 0.0 if buffer.side == "right" else distance_m
                right_m = 0.0 if buffer.side == "left" else distance_m
                strip: shapely.Geometry = shapely.Polygon()
                if distance_m > 0.0:
                    strip = buffer_line(shapely.LineString(version.coordinates), left_m, right_m)
                self.strips[key] = self._add(strip)
            pieces += [(int(a), int(b), self.strips[key]) for a, b in zip(spans.start, spans.end, strict=True)]
        return merged(sorted(pieces, key=lambda piece: piece[0]))

    def _dated(self, line: Line) -> list[tuple[LineVersion, Spans]]:
        # A version ends where it says, or where the next one begins.
        stated = [(self._validity(Validity.model_validate(_ends(one))), one) for one in line.versions]
        dated = sorted(((int(s.start[0]), int(s.end[0]), one) for s, one in stated if s.start.size), key=lambda v: v[0])
        nexts = [start for start, _, _ in dated[1:]] + [OPEN_END]
        return [
            (one, Spans(np.array([start]), np.array([min(end, following)])))
            for (start, end, one), following in zip(dated, nexts, strict=True)
            if start < min(end, following)
        ]

    def _validity(self, valid: Validity) -> Spans:
        start = None if valid.start is None else instant_of(valid.start, self.agreement)
        end = None if valid.end is None else instant_of(valid.end, self.agreement)
        return spans_of([(start, end)])

    def _add(self, geometry: shapely.Geometry) -> int | None:
        whole = turned(polygonal(geometry), centre_lon([polygonal(geometry)]))
        return self.atlas.add(shapely.to_wkb(whole, byte_order=1))

    def _zone(self, zone_id: str) -> Zone:
        found = next((zone for zone in self.agreement.zones if zone.id == zone_id), None)
        return found if found is not None else self._unknown("zone", zone_id)

    def _line(self, line_id: str) -> Line:
        found = next((line for line in self.agreement.lines if line.id == line_id), None)
        return found if found is not None else self._unknown("line", line_id)

    def _unknown(self, noun: str, name: str) -> NoReturn:
        raise InputError(
            f"The agreement defines no {noun} {name!r}.",
            f"the agreement {self.agreement.id!r}",
            f"Define it under '{noun}s', or write the name of one that is there.",
        )


def _ends(version: LineVersion) -> dict[str, str | None]:
    return {"from": version.start, "to": version.end}


def _drawn(zone: Zone) -> shapely.Geometry:
    # The one polygon of a zone that follows no line.
    if zone.box is not None:
        return box(zone.box.west, zone.box.south, zone.box.east, zone.box.north)
    if zone.objects is not None:
        radii: dict[float, list[tuple[float, float]]] = {}
        for one in zone.objects:
            radius = one.radius if one.radius is not None else zone.radius
            if radius is None:
                raise InputError(
                    f"Object {one.id!r} of zone {zone.id!r} has no radius.",
                    f"zone {zone.id!r}",
                    "Give the object or the zone a 'radius'.",
                )
            radii.setdefault(parse_length_m(radius), []).append((one.lon, one.lat))
        circles = [
            buffer_points(np.array([lon for lon, _ in places]), np.array([lat for _, lat in places]), radius_m)
            for radius_m, places in sorted(radii.items())
        ]
        return shapely.union_all(circles)
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in zone.polygons or []]
    return shapely.MultiPolygon(polygons)


def zone_shapes(agreement: Agreement) -> pa.Table:
    """Return the shape of every zone under every reading, by date.

    Parameters
    ----------
    agreement : Agreement

    Returns
    -------
    pyarrow.Table
        By ``ZONE_SHAPE_SCHEMA``, ordered by zone, reading and start. A zone that is nowhere has one row with an empty
        polygon, so that its name is known.

    Raises
    ------
    InputError
        A zone or line is not defined, a zone is part of itself, or a measure is out of range.
    """
    survey = _Survey(agreement=agreement)
    empty = shapely.to_wkb(shapely.Polygon(), byte_order=1)
    rows: list[tuple[str, str, int, int, bytes | None]] = []
    for zone in agreement.zones:
        for reading in agreement.readings:
            region = survey.region(zone, reading)
            pieces = region.pieces()
            rows += [(zone.id, reading.id, a, b, survey.atlas.wkb(shape)) for a, b, shape in pieces]
            if not pieces:
                rows.append((zone.id, reading.id, OPEN_START, OPEN_END, empty))
    rows.sort(key=lambda row: row[:3])
    columns = list(zip(*rows, strict=True)) or [()] * 5
    arrays = [
        pa.array(columns[0], pa.string()),
        pa.array(columns[1], pa.string()),
        pa.array(
            [None if us == OPEN_START else from_us(us) for us in columns[2]], ZONE_SHAPE_SCHEMA.field("start").type
        ),
        pa.array([None if us == OPEN_END else from_us(us) for us in columns[3]], ZONE_SHAPE_SCHEMA.field("end").type),
        pa.array(columns[4], pa.binary()),
    ]
    return pa.Table.from_arrays(arrays, schema=ZONE_SHAPE_SCHEMA)
