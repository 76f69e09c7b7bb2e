"""Draw random zones of every awkward kind, and integrate a normal error over them in a way of its own.

Turns a seed into a polygon and places about it, and a place into its probability by lines along the east: the mass is
the contour integral of ``Phi(x) phi(y) dy``, by Gauss-Legendre with twelve nodes on each half sigma of every edge. It
shares no formula with the kernel: no angle, no flux, no simplified edge. Rule: zones depend on the seed alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr

from holdfire.assessment.geometry.zones import PreparedZone

__all__ = ["SHAPES", "line_mass", "placed", "places_about"]

Floats = NDArray[np.float64]
Shape = Callable[[np.random.Generator, int], shapely.Geometry]

REACH = 9.0
"""Sigmas; beyond, the normal density holds 1e-18."""
_AT, _WEIGHT = np.polynomial.legendre.leggauss(12)


def star(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return a rough polygon about the origin."""
    turn = np.sort(rng.uniform(0.0, 2.0 * np.pi, n))
    reach = np.exp(0.6 * np.cumsum(rng.normal(size=n)) / np.sqrt(n))
    return shapely.Polygon(np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1))


def sliver(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return a bent strip as thin as a ten-thousandth of its length."""
    along = np.linspace(-1.0, 1.0, n)
    wave = 0.2 * np.sin(3.0 * along + rng.uniform(0.0, 6.0))
    width = 10.0 ** rng.uniform(-4.0, -1.0)
    return shapely.Polygon(np.concatenate([np.c_[along, wave], np.c_[along[::-1], wave[::-1] + width]]))


def spiral(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return a strip rolled up to six times."""
    turn = np.linspace(0.0, 2.0 * np.pi * rng.uniform(1.0, 6.0), n)
    reach = 0.1 + turn / turn[-1]
    gap = 0.4 * 2.0 * np.pi / turn[-1]
    inner = np.c_[reach * np.cos(turn), reach * np.sin(turn)]
    outer = np.c_[(reach + gap) * np.cos(turn), (reach + gap) * np.sin(turn)]
    return shapely.Polygon(np.concatenate([inner, outer[::-1]]))


def holes(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return a polygon with up to four holes."""
    whole = star(rng, n)
    for _ in range(4):
        hole = shapely.transform(star(rng, 12), lambda xy: 0.25 * xy + rng.uniform(-0.6, 0.6, 2))
        whole = shapely.difference(shapely.make_valid(whole), shapely.make_valid(hole))
    return whole


def islands(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return small polygons of very different size."""
    parts = [
        shapely.transform(star(rng, 8), lambda xy: 0.1 * rng.uniform(0.01, 1.0) * xy + rng.uniform(-1.0, 1.0, 2))
        for _ in range(n // 6)
    ]
    return shapely.union_all([shapely.make_valid(part) for part in parts])


def comb(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return a polygon with many teeth."""
    teeth = np.linspace(-1.0, 1.0, 2 * (n // 2))
    tips = np.where(np.arange(teeth.size) % 2 == 0, 0.0, rng.uniform(0.05, 1.0))
    return shapely.Polygon([*zip(teeth, tips, strict=True), (1.0, -0.5), (-1.0, -0.5)])


def touching(rng: np.random.Generator, n: int) -> shapely.Geometry:
    """Return squares of a chessboard, which touch at their corners."""
    side = max(int(np.sqrt(n / 4)), 2)
    at = np.linspace(-1.0, 1.0, side + 1)
    cells = [(i, j) for i in range(side) for j in range(side) if (i + j) % 2 == 0]
    return shapely.MultiPolygon([shapely.box(at[i], at[j], at[i + 1], at[j + 1]) for i, j in cells])


SHAPES: tuple[Shape, ...] = (star, sliver, spiral, holes, islands, comb, touching)


def placed(shape: shapely.Geometry, lon: float, lat: float, radius_m: float) -> shapely.Geometry:
    """Return a shape of radius about 1 on the Earth, in degrees; its longitudes may pass 180."""
    degrees = np.array([1.0 / np.cos(np.radians(lat)), 1.0]) * radius_m / 111_000.0 / 2.0
    return shapely.transform(shape, lambda xy: xy * degrees + (lon, lat))


def places_about(zone: PreparedZone, rng: np.random.Generator, radius: float, n: int) -> tuple[Floats, Floats, Floats]:
    """Return places around the boundary, with errors from a thousandth of the zone to a few times its size."""
    xy = shapely.get_coordinates(zone.geometry)[rng.integers(0, shapely.get_num_coordinates(zone.geometry), n)]
    sigma = np.clip(radius * 10.0 ** rng.uniform(-3.0, 0.5, n), 0.5, 200_000.0)
    lat = np.clip(xy[:, 1] + rng.normal(size=n) * 1.5 * sigma / 111_000.0, -85.0, 85.0)
    lon = xy[:, 0] + rng.normal(size=n) * 1.5 * sigma / 111_000.0 / np.cos(np.radians(lat))
    return lon, lat, sigma


def _between(x: Floats, y: Floats, begin: Floats, end: Floats) -> float:
    # The integral over parts of edges, given as shares; x and y hold both ends of each edge, (2, n).
    dx, dy = np.diff(x, axis=0)[0], np.diff(y, axis=0)[0]
    pieces = np.maximum(np.ceil(np.hypot(dx, dy) * (end - begin) / 0.5), 1.0).astype(np.int64)
    edge = np.repeat(np.arange(dx.size), pieces)
    nth = np.arange(edge.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    step = ((end - begin) / pieces)[edge]
    at = (begin[edge] + (nth + 0.5) * step)[:, None] + 0.5 * step[:, None] * _AT
    east, north = x[0][edge, None] + at * dx[edge, None], y[0][edge, None] + at * dy[edge, None]
    density = ndtr(east) * np.exp(-(north**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return float(((density @ _WEIGHT) * 0.5 * step * dy[edge]).sum())


def line_mass(edges: Floats, x: float, y: float, sigma: float) -> float:
    """Return the mass of a normal error within a polygon by integrating along lines to the east.

    Parameters
    ----------
    edges : float64, (n, 2, 2), metres
        Ends of the edges, shells anticlockwise.
    x, y, sigma : float, metres
        The place and its 1-sigma radius.
    """
    scaled = (edges - (x, y)) / sigma
    # An edge along a line adds nothing; one above or below all reach neither.
    low, high = scaled[:, :, 1].min(axis=1), scaled[:, :, 1].max(axis=1)
    scaled = scaled[(high > low) & (high > -REACH) & (low < REACH)]
    ends_x, ends_y = scaled[:, :, 0].T, scaled[:, :, 1].T
    dx, dy = ends_x[1] - ends_x[0], ends_y[1] - ends_y[0]
    at = np.sort(np.stack([(-REACH - ends_y[0]) / dy, (REACH - ends_y[0]) / dy]), axis=0)
    begin, end = np.clip(at, 0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.nan_to_num(np.sort(np.stack([(-REACH - ends_x[0]) / dx, (REACH - ends_x[0]) / dx]), axis=0))
    cuts = [begin, np.clip(turn[0], begin, end), np.clip(turn[1], begin, end), end]
    total = 0.0
    for first, last in itertools.pairwise(cuts):
        middle = ends_x[0] + (first + last) / 2.0 * dx
        east = (middle > REACH) & (last > first)
        total += float((ndtr(ends_y[0] + last * dy) - ndtr(ends_y[0] + first * dy))[east].sum())
        near = (np.abs(middle) <= REACH) & (last > first)
        total += _between(ends_x[:, near], ends_y[:, near], first[near], last[near])
    return total
