"""Prepare a zone once, so that a million places can be held against it.

Turns a polygon in longitude and latitude into the arrays that the kernels read: the boundary in degrees for exact
places, and for each octave of sigma a simplified boundary on the plane with its quadrature nodes and grid.
Rule: what is prepared depends on the geometry and the projection alone. Each octave ``[s, 2 s)`` has its own simplified
boundary (``outline`` states the bound); the finest one begins where the nodes would be too many, and below it the edges
themselves are integrated. Indexing an octave is most of the work, so a zone that few places ask for indexes only those
that they need: what it says of a place is the same. Leaves to others: the places (``places``).
Source: measured figures and the alternatives are in docs/decisions/0003-geometry-kernel.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from holdfire.assessment.geometry.cells import Grid, grid_of, no_grid
from holdfire.assessment.geometry.inside import ExactGrid, exact_grid
from holdfire.assessment.geometry.kernel import FAR_SIGMAS, SIGMA_MIN_M
from holdfire.assessment.geometry.nodes import chains_of_edges, chains_of_nodes
from holdfire.assessment.geometry.outline import simplify
from holdfire.assessment.geometry.projection import Projection, centred_projection
from holdfire.assessment.geometry.rings import Rings, centre_lon, densify, rings_of, turned
from holdfire.errors import InputError

__all__ = ["MANY_PLACES", "Octaves", "PreparedZone", "common_projection", "prepare_zone", "prepare_zones"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]

CHORD_M = 0.005
"""Metres; how far a chord on the plane may be from the straight edge in degrees: a probability changes by at most
0.002 m / sigma."""
CHORD_SHARE = 5e-9
"""The same as a share of the zone's extent, for zones larger than 1000 km."""
NODES_PER_SIGMA = 3.0
"""Nodes on one sigma of a smooth boundary; used only to choose the finest octave."""
NODES_MIN = 12_000
NODES_PER_VERTEX = 6
"""Nodes that a zone may have in its finest octave: so many in any case, and so many for each vertex."""
REACH_DEG = 110.0
"""Degrees of arc from the plane's centre, where the scale has grown to 3; a larger zone is not near anything."""
MANY_PLACES = 4_096
"""Among so many places all octaves between the least and the greatest sigma are indexed, without asking who is near."""
TOP_SHARE = 0.125
"""From the sigma that is this share of the zone's diameter on, all nodes count for every place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Octaves:
    """Hold the boundary on the plane for all octaves of sigma, as the kernel reads it.

    Attributes
    ----------
    box : float64, (4,), metres
        West, south, east, north.
    scales : float64, (4, n_levels + 1), metres
        West, south, cell and lower sigma of each octave; the last column begins the top level.
    shapes : int64, (3, n_levels + 1)
        Blocks along x and y, and the octave's first block.
    top : int64, (2,)
        First element of the top level, and the one after its last.
    block, base, run, span, ends, certain : see ``cells.Grid``
        The octaves one after the other.
    table : float64, (4, n_elements + 8)
        Edges, then nodes, then eight zeros.
    longest_run : int
        Elements of the longest run.
    n_edges : int
        Edges in the table, before the nodes.
    """

    box: Floats
    scales: Floats
    shapes: Ints
    top: Ints
    block: Shorts
    base: Floats
    run: Shorts
    span: Shorts
    ends: Floats
    certain: NDArray[np.float32]
    table: Floats
    longest_run: int
    n_edges: int

    def edges(self) -> Floats:
        """Return the boundary on the plane as drawn: float64, (n_edges, 2, 2), metres."""
        return self.table[:, : self.n_edges].T.reshape(-1, 2, 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedZone:
    """Hold a zone ready for the kernels.

    Attributes
    ----------
    geometry : shapely.Geometry
        The zone in degrees, valid, in one piece about its own longitude; may be empty.
    projection : Projection
        The plane of ``octaves``.
    exact : ExactGrid
        The boundary in degrees, for exact places.
    outlines : tuple of Rings
        The boundary on the plane, its edges cut into chords, and its simplifications, one for each lower end of an
        octave; none if the zone is empty.
    octaves : Octaves or None
        The same, ready for the kernel; None if the zone is empty.
    held : frozenset of int
        Levels of the octaves that are indexed; in the others every place would seem to lie outside.
    """

    geometry: BaseGeometry
    projection: Projection
    exact: ExactGrid
    outlines: tuple[Rings, ...]
    octaves: Octaves | None
    held: frozenset[int]

    @property
    def is_empty(self) -> bool:
        """Say whether the zone has no area at all."""
        return self.octaves is None

    def lacking(self, x: Floats, y: Floats, sigma: Floats) -> frozenset[int]:
        """Return the levels that are not indexed and that places near the zone need; of many places a few more.

        Parameters
        ----------
        x, y, sigma : float64, (n,), metres on the plane
            NaN = unknown.
        """
        if self.octaves is None or len(self.held) == self.octaves.scales.shape[1] - 1 or not sigma.size:
            return frozenset()
        lows = self.octaves.scales[3, 1:]
        extremes = np.array([np.fmin.reduce(sigma), np.fmax.reduce(sigma)])
        least, most = np.searchsorted(lows, np.maximum(extremes, SIGMA_MIN_M), side="right").tolist()
        asked = frozenset(range(least, min(most + 1, lows.size))) - self.held
        if not asked or sigma.size >= MANY_PLACES:
            return asked
        west, south, east, north = self.octaves.box.tolist()
        far = FAR_SIGMAS * sigma + SIGMA_MIN_M
        near = (x >= west - far) & (x <= east + far) & (y >= south - far) & (y <= north + far)
        level = np.unique(np.searchsorted(lows, np.maximum(sigma[near], SIGMA_MIN_M), side="right"))
        return frozenset(level[level < lows.size].tolist()) - self.held

    def with_levels(self, levels: frozenset[int]) -> PreparedZone:
        """Return the zone with further levels indexed; what they hold does not depend on the others."""
        if levels <= self.held:
            return self
        held = self.held | levels
        return replace(self, held=held, octaves=_octaves(self.outlines, held))


def _first_sigma(rings: Rings, length_m: float, top: float) -> float:
    # Lower end of the finest octave: a power of two, so that all zones share their octaves.
    budget = (NODES_MIN + NODES_PER_VERTEX * rings.x.size) / NODES_PER_SIGMA
    return min(2.0 ** math.ceil(math.log2(max(length_m / budget, 2.0**-10))), top)


def _join(levels: list[tuple[Floats, Grid, float]], top: Floats, top_sigma: float, box: Floats) -> Octaves:
    scales = [(grid.west, grid.south, grid.cell, low) for _, grid, low in levels]
    blocks, runs, spans = [], [], []
    n_block = n_cell = n_run = n_element = 0
    shapes = []
    for table, grid, _ in levels:
        shapes.append((grid.columns, grid.rows, n_block))
        blocks.append(np.where(grid.block >= 0, grid.block + n_cell // 64, grid.block))
        runs.append(grid.run[:-1] + n_run)
        spans.append(grid.span + n_element)
        n_block += grid.block.size
        n_cell += grid.base.size
        n_run += grid.span.shape[0]
        n_element += table.shape[1]
    span = np.concatenate(spans)
    n_top = top.shape[1]
    return Octaves(
        box=box,
        scales=np.array([*scales, (0.0, 0.0, 0.0, top_sigma)]).T.copy(),
        shapes=np.array([*shapes, (0, 0, 0)], dtype=np.int64).T.copy(),
        top=np.array([n_element, n_element + n_top], dtype=np.int64),
        block=np.concatenate(blocks).astype(np.int32),
        base=np.concatenate([grid.base for _, grid, _ in levels]),
        run=np.concatenate([*runs, [n_run]]).astype(np.int32),
        span=span.astype(np.int32),
        ends=np.concatenate([grid.ends for _, grid, _ in levels]),
        certain=np.concatenate([grid.certain for _, grid, _ in levels]),
        table=np.concatenate([*(table for table, _, _ in levels), top, np.zeros((4, 8))], axis=1),
        longest_run=int(max((span[:, 1] - span[:, 0]).max(initial=0), n_top)),
        n_edges=levels[0][0].shape[1],
    )


def _bounds(rings: Rings) -> tuple[Floats, Floats]:
    # The boundary's box, and the lower ends of the octaves that are simplified; the last one begins the top level.
    after = rings.following()
    length = float(np.hypot(rings.x[after] - rings.x, rings.y[after] - rings.y).sum())
    box = np.array([rings.x.min(), rings.y.min(), rings.x.max(), rings.y.max()])
    diameter = math.hypot(box[2] - box[0], box[3] - box[1])
    top_sigma = 2.0 ** math.ceil(math.log2(diameter * TOP_SHARE))
    first = _first_sigma(rings, length, top_sigma)
    n_lows = round(math.log2(top_sigma / first)) + 1
    return box, np.array([math.ldexp(first, k) for k in range(n_lows)])


def _octaves(outlines: tuple[Rings, ...], held: frozenset[int]) -> Octaves:
    # Level 0 holds the edges, level k the octave from lows[k - 1] on; only those held are indexed.
    box, lows = _bounds(outlines[0])
    sigmas = [float(lows[0]) / 2.0, *lows[:-1].tolist()]
    levels: list[tuple[Floats, Grid, float]] = []
    for k, (outline, sigma) in enumerate(zip(outlines, sigmas, strict=False)):
        if k and k not in held:
            levels.append((np.empty((4, 0)), no_grid(sigma), sigma))
            continue
        chains = chains_of_nodes(outline, sigma) if k else chains_of_edges(outline, sigma)
        levels.append((chains.table, grid_of(chains, sigma) if k in held else no_grid(sigma), sigma if k else 0.0))
    return _join(levels, chains_of_nodes(outlines[-1], float(lows[-1])).table, float(lows[-1]), box)


def common_projection(geometries: list[shapely.Geometry]) -> Projection:
    """Return one conformal projection centred on a set of zones.

    Parameters
    ----------
    geometries : list of shapely.Geometry
        Polygons in degrees; empty ones are passed over.

    Raises
    ------
    InputError
        A geometry is no polygon, or a coordinate is no longitude or latitude.
    """
    middle = centre_lon(geometries)
    _, south, _, north = shapely.total_bounds(geometries)
    return centred_projection(middle, float(south + north) / 2.0 if south <= north else 0.0)


def _check_reach(rings: Rings, plane: Projection) -> None:
    # The distance c from the centre is 2 R tan(c / 2) on the plane.
    furthest = 2.0 * math.degrees(math.atan(float(np.hypot(rings.x, rings.y).max()) / plane.diameter_m))
    if furthest > REACH_DEG:
        raise InputError(
            f"A zone reaches {furthest:.0f} degrees away from its plane's middle, where {REACH_DEG:g} is the limit.",
            "the zone's geometry",
            "Divide the zone, or prepare zones on different sides of the Earth apart.",
        )


def prepare_zone(
    geometry: shapely.Geometry, projection: Projection | None = None, *, indexed: bool = True
) -> PreparedZone:
    """Prepare a zone for the kernels.

    Parameters
    ----------
    geometry : shapely.Geometry
        Polygon or multipolygon in WGS84 longitude and latitude, edges straight in degrees; holes, touching parts,
        many vertices and the antimeridian are allowed; may be empty.
    projection : Projection, optional
        The plane; by default one centred on the zone.
    indexed : bool
        False = only the coarsest octave is indexed; the others wait for places that need them.

    Raises
    ------
    InputError
        The geometry is no polygon, a coordinate is no longitude or latitude, or the zone reaches around the Earth.

    Examples
    --------
    >>> prepare_zone(shapely.box(37.0, 47.0, 38.0, 48.0)).projection.lat0
    47.5
    >>> prepare_zone(shapely.Polygon()).is_empty
    True
    """
    plane = projection if projection is not None else common_projection([geometry])
    middle = centre_lon([geometry])
    whole = turned(geometry, middle)
    rings = rings_of(whole)
    exact = exact_grid([rings], middle)
    outlines: tuple[Rings, ...] = ()
    levels: frozenset[int] = frozenset()
    if rings.x.size:
        coarse = densify(rings, plane, math.inf)
        _check_reach(coarse, plane)
        extent = max(float(np.ptp(coarse.x)), float(np.ptp(coarse.y)))
        plain = densify(rings, plane, max(CHORD_M, CHORD_SHARE * extent))
        lows = _bounds(plain)[1]
        outlines = (plain, *simplify(plain, lows))
        levels = frozenset(range(0 if indexed else lows.size - 1, lows.size))
    octaves = _octaves(outlines, levels) if outlines else None
    return PreparedZone(geometry=whole, projection=plane, exact=exact, outlines=outlines, octaves=octaves, held=levels)


def prepare_zones(geometries: list[shapely.Geometry]) -> list[PreparedZone]:
    """Prepare zones on one plane, so that places need to be projected only once.

    Parameters
    ----------
    geometries : list of shapely.Geometry
        Polygons in degrees, within a few thousand kilometres of each other.

    Raises
    ------
    InputError
        A geometry is no polygon, or a coordinate is no longitude or latitude.
    """
    plane = common_projection(geometries)
    return [prepare_zone(geometry, plane) for geometry in geometries]
