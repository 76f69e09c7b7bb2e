"""Turn the shapes of zones into regions: where and when something is bound, under one reading.

Rule: a region is a row of spans of time that do not overlap, each with one shape; what no span covers is not bound. An
equal shape is kept once, so that places are held against it once. Leaves the shapes themselves to ``shapes`` and
places to ``place_time``. Source: DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry.buffers import buffer_line
from holdfire.assessment.geometry.places import ProjectedPlaces, project_places
from holdfire.assessment.geometry.rings import centre_lon, polygonal, turned
from holdfire.assessment.geometry.zones import PreparedZone, prepare_zone
from holdfire.assessment.times import ALWAYS, OPEN_END, OPEN_START, Spans, overlaps, spans_of
from holdfire.errors import ModelError

__all__ = ["ANYWHERE", "EVERYWHERE", "NOWHERE", "Atlas", "Region", "merged"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ANYWHERE = 0
"""Index of the shape without bounds."""
KEPT_VERTICES = 250_000
"""Shapes are kept ready for places up to so many vertices together, those asked for last. A strip of 1,600 vertices
takes 5.7 MB with every octave indexed: a front drawn daily over three years would take 6 GB for each of its strips."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """Hold where something is bound, span by span.

    Attributes
    ----------
    spans : Spans
    shape : int64, (n_spans,)
        Index of each span's shape in the atlas.
    """

    spans: Spans
    shape: Ints

    def pieces(self) -> list[tuple[int, int, int]]:
        """Return start, end (microseconds) and shape of each span."""
        return list(zip(self.spans.start.tolist(), self.spans.end.tolist(), self.shape.tolist(), strict=True))


EVERYWHERE = Region(spans=ALWAYS, shape=np.array([ANYWHERE]))
NOWHERE = Region(spans=spans_of([]), shape=np.empty(0, dtype=np.int64))


def merged(pieces: Iterable[tuple[int, int, int | None]]) -> Region:
    """Return the region of pieces (start, end, shape) in order; neighbours of one shape become one span.

    A shape of None is nowhere.
    """
    kept: list[tuple[int, int, int]] = []
    for start, end, shape in pieces:
        if shape is None:
            continue
        if kept and kept[-1][1] == start and kept[-1][2] == shape:
            kept[-1] = (kept[-1][0], end, shape)
        else:
            kept.append((start, end, shape))
    table = np.array(kept, dtype=np.int64).reshape(-1, 3)
    return Region(spans=Spans(table[:, 0].copy(), table[:, 1].copy()), shape=table[:, 2].copy())


@dataclass(slots=True, kw_only=True, eq=False)
class Atlas:
    """Hold the shapes of an agreement's zones, each once, and find regions from them.

    Attributes
    ----------
    by_zone : dict of (zone, reading) to Region
        Each zone by itself.
    geometries : list of shapely geometry or None
        Shapes by index; None at ``ANYWHERE``.
    """

    by_zone: dict[tuple[str, str], Region] = field(default_factory=dict)
    geometries: list[shapely.Geometry | None] = field(default_factory=lambda: [None])
    _index: dict[bytes, int] = field(default_factory=dict)
    _made: dict[tuple[str, tuple[int, ...], float], int | None] = field(default_factory=dict)
    _prepared: dict[int, PreparedZone] = field(default_factory=dict)
    _n_vertices: int = 0
    _unions: dict[tuple[tuple[str, ...], str], Region] = field(default_factory=dict)

    @classmethod
    def of(cls, shapes: pa.Table) -> Atlas:
        """Return the atlas of zone shapes by ``ZONE_SHAPE_SCHEMA``."""
        atlas = cls()
        rows: dict[tuple[str, str], list[tuple[int, int, int | None]]] = {}
        starts = shapes["start"].cast(pa.int64()).to_pylist()
        ends = shapes["end"].cast(pa.int64()).to_pylist()
        columns = (shapes[name].to_pylist() for name in ("zone_id", "reading", "wkb"))
        for zone, reading, wkb, start, end in zip(*columns, starts, ends, strict=True):
            span = (OPEN_START if start is None else start, OPEN_END if end is None else end)
            rows.setdefault((zone, reading), []).append((*span, atlas.add(wkb)))
        atlas.by_zone = {key: merged(sorted(pieces, key=lambda piece: piece[0])) for key, pieces in rows.items()}
        return atlas

    def add(self, wkb: bytes | None) -> int | None:
        """Return the index of a shape, kept once; None for an empty one.

        Parameters
        ----------
        wkb : bytes or None
            Well-known binary, lon/lat; None = anywhere.
        """
        if wkb is None:
            return ANYWHERE
        if wkb not in self._index:
            geometry = shapely.from_wkb(wkb)
            if shapely.is_empty(geometry):
                return None
            self._index[wkb] = len(self.geometries)
            self.geometries.append(geometry)
        return self._index[wkb]

    def prepared(self, shape: int) -> PreparedZone:
        """Return a bounded shape, ready for places as far as they were shown to :meth:`ready`."""
        # Taken out and put back, so that the order is that of the last asking.
        found = self._prepared.pop(shape, None)
        if found is None:
            found = prepare_zone(self.bounded(shape), indexed=False)
            self._n_vertices += self._size(shape)
        self._prepared[shape] = found
        while self._n_vertices > KEPT_VERTICES and len(self._prepared) > 1:
            oldest = next(iter(self._prepared))
            del self._prepared[oldest]
            self._n_vertices -= self._size(oldest)
        return found

    def ready(self, shape: int, lon: Floats, lat: Floats, sigma_m: Floats) -> tuple[ProjectedPlaces, PreparedZone]:
        """Return places on the plane of a bounded shape, and the shape with every octave indexed that they need.

        Parameters
        ----------
        shape : int
        lon, lat, sigma_m : float64, (n,), degrees and metres
            NaN = unknown.
        """
        zone = self.prepared(shape)
        places = project_places(lon, lat, sigma_m, zone.projection)
        more = zone.with_levels(zone.lacking(places.x, places.y, places.sigma))
        self._prepared[shape] = more
        return places, more

    def dated_vertices(self) -> tuple[Ints, Ints]:
        """Return when each span of a bounded zone begins, in order, and how many vertices its shape has.

        Returns
        -------
        begins : int64, (n,), microseconds since 1970, UTC
        vertices : int64, (n,)
            A shape that holds in several spans counts in each.
        """
        pieces = sorted(
            (start, self._size(shape))
            for region in self.by_zone.values()
            for start, _, shape in region.pieces()
            if shape != ANYWHERE
        )
        table = np.array(pieces, dtype=np.int64).reshape(-1, 2)
        return table[:, 0].copy(), table[:, 1].copy()

    def _size(self, shape: int) -> int:
        return int(shapely.get_num_coordinates(self.geometries[shape]))

    def wkb(self, shape: int) -> bytes | None:
        """Return a shape as well-known binary; None = anywhere."""
        geometry = self.geometries[shape]
        return None if geometry is None else bytes(shapely.to_wkb(geometry, byte_order=1))

    def bounded(self, shape: int) -> shapely.Geometry:
        """Return the geometry of a bounded shape."""
        geometry = self.geometries[shape]
        if geometry is None:
            raise ModelError("The shape without bounds has no polygon.", "an atlas", "Ask for a bounded shape.")
        return geometry

    def zones(self, zone_ids: Iterable[str], reading: str) -> Region:
        """Return the union of zones under a reading; nowhere where none is named.

        Raises
        ------
        ModelError
            The shapes hold no such zone under this reading.
        """
        wanted = tuple(sorted(set(zone_ids)))
        if (wanted, reading) not in self._unions:
            for zone in wanted:
                if (zone, reading) not in self.by_zone:
                    raise ModelError(
                        f"The shapes hold no zone {zone!r} under the reading {reading!r}.",
                        "the table of zone shapes",
                        "Make the shapes from the same agreement.",
                    )
            self._unions[wanted, reading] = self.union([self.by_zone[zone, reading] for zone in wanted])
        return self._unions[wanted, reading]

    def union(self, regions: list[Region]) -> Region:
        """Return where and when any of some regions holds."""
        if len(regions) == 1:
            return regions[0]
        cuts = sorted({instant for region in regions for part in region.spans for instant in part.tolist()})
        begins = np.array(cuts[:-1], dtype=np.int64)
        held = [
            (begins.searchsorted(start), begins.searchsorted(end), shape)
            for region in regions
            for start, end, shape in region.pieces()
        ]
        shapes_at: list[set[int]] = [set() for _ in begins]
        for first, last, shape in held:
            for at in range(first, last):
                shapes_at[at].add(shape)
        pieces: list[tuple[int, int, int | None]] = []
        for start, end, shapes in zip(cuts[:-1], cuts[1:], shapes_at, strict=True):
            if shapes:
                one = ANYWHERE if ANYWHERE in shapes else min(shapes)
                several = len(shapes) > 1 and one != ANYWHERE
                pieces.append((start, end, self._make("union", sorted(shapes), shapely.union_all) if several else one))
        return merged(pieces)

    def within(self, left: Region, right: Region) -> Region:
        """Return where and when both hold."""
        met = overlaps(left.spans.start, left.spans.end, right.spans)
        pieces: list[tuple[int, int, int | None]] = []
        for row, span, shared in zip(met.row.tolist(), met.span.tolist(), met.shared_us.tolist(), strict=True):
            start = max(int(left.spans.start[row]), int(right.spans.start[span]))
            shapes = sorted({int(left.shape[row]), int(right.shape[span])} - {ANYWHERE})
            both: int | None = shapes[0] if shapes else ANYWHERE
            if len(shapes) == 2:
                both = self._make("within", shapes, lambda parts: shapely.intersection(parts[0], parts[1]))
            pieces.append((start, start + shared, both))
        return merged(pieces)

    def during(self, region: Region, spans: Spans) -> Region:
        """Return what of a region lies within spans of time."""
        met = overlaps(region.spans.start, region.spans.end, spans)
        start = np.maximum(region.spans.start[met.row], spans.start[met.span])
        return Region(spans=Spans(start, start + met.shared_us), shape=region.shape[met.row])

    def grown(self, region: Region, distance_m: float) -> Region:
        """Return a region with all that lies within a distance of it, in metres on the ellipsoid."""
        if distance_m <= 0.0:
            return region
        shapes = [self.grown_shape(shape, distance_m) for shape in region.shape.tolist()]
        return Region(spans=region.spans, shape=np.array(shapes, dtype=np.int64))

    def grown_shape(self, shape: int, distance_m: float) -> int:
        """Return the index of a shape with all that lies within a distance of it."""
        if shape == ANYWHERE:
            return ANYWHERE
        larger = self._make("grown", [shape], lambda parts: _grown(parts[0], distance_m), distance_m)
        return shape if larger is None else larger

    def _make(
        self,
        how: str,
        shapes: list[int],
        make: Callable[[list[shapely.Geometry]], shapely.Geometry],
        distance_m: float = 0.0,
    ) -> int | None:
        key = (how, tuple(shapes), distance_m)
        if key not in self._made:
            given = [self.bounded(shape) for shape in shapes]
            middle = centre_lon(given)
            made = polygonal(make([turned(one, middle) for one in given]))
            self._made[key] = self.add(shapely.to_wkb(turned(made, middle), byte_order=1))
        return self._made[key]


def _grown(geometry: shapely.Geometry, distance_m: float) -> shapely.Geometry:
    # All within a distance of a polygon: itself, and a strip along its outlines.
    rings = shapely.get_rings(shapely.get_parts(geometry))
    strip = buffer_line(
        shapely.MultiLineString([shapely.get_coordinates(ring) for ring in rings]), distance_m, distance_m
    )
    return shapely.union_all([geometry, strip])
