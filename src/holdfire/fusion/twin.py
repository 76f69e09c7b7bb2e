"""Twin: a world drawn from what fusion has learned, whose truth is known.

Turns groups of reports into the same reports told anew: each group is taken for one incident with a place and an
instant of its own, and each of its reports draws its error of place and its interval again, from the learned
errors. Rule: what is snapped to a place that many reports name stays there, reports that share coordinates go on
sharing them, names and words stay as they are; the draws follow the order of the reports, so that the same reports
give the same twin. Leaves what is read off it to ``rehearse``. Source: posterior predictive simulation, Gelman,
Meng and Stern (1996).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.places import EARTH_RADIUS_M
from holdfire.fusion.compare import EXTENT_M, Crowds
from holdfire.fusion.parameters import Learned
from holdfire.fusion.prepare import Prepared

__all__ = ["tell_again"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Rows = NDArray[np.int64]

ASTRAY = 0.02
"""Share of places told anew that lie anywhere: about what is found where geocoding was checked by hand."""
DAY_S, HOUR_S = 86_400.0, 3600.0
SEED = 20_150_215


def _shift(xyz: Floats, rng: np.random.Generator, sigma_m: Floats) -> Floats:
    """Return points on the sphere moved by normal errors east and north."""
    flat = np.maximum(np.hypot(xyz[:, 0], xyz[:, 1]), 1.0)
    east = np.stack([-xyz[:, 1] / flat, xyz[:, 0] / flat, np.zeros(flat.size)], axis=1)
    north = np.cross(xyz / EARTH_RADIUS_M, east)
    # Groups without a place stand at the centre of the sphere, and stay there.
    moved = xyz + sigma_m[:, None] * (
        rng.standard_normal(flat.size)[:, None] * east + rng.standard_normal(flat.size)[:, None] * north
    )
    return np.asarray(EARTH_RADIUS_M * moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1.0))


def _places(
    prepared: Prepared, crowds: Crowds, learned: Learned, label: Ints, G: Floats, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    placed = prepared.coordinate >= 0
    moves = placed & (crowds.exact == 0)
    used, dense = np.unique(label, return_inverse=True)
    true_place = _shift(G[used, :3], rng, np.sqrt(G[used, 3]))[dense]
    wide = np.where(rng.random(label.size) < learned.tail, 3.0, 1.0)
    sigma = np.nan_to_num(prepared.sigma) * learned.scale[prepared.source] * wide
    told = _shift(true_place, rng, np.hypot(sigma, EXTENT_M))
    # Reports of one incident that give equal coordinates draw once: the first of them speaks for all.
    key = label.astype(np.int64) * (int(prepared.coordinate.max(initial=0)) + 1) + prepared.coordinate
    first, one = np.unique(key, return_index=True, return_inverse=True)[1:]
    told = told[first][one]
    astray = moves & (rng.random(label.size) < ASTRAY)
    anywhere = prepared.xyz[rng.permutation(label.size)]
    xyz = np.where(moves[:, None], np.where(astray[:, None], anywhere, told), prepared.xyz)
    n_codes = int(prepared.coordinate.max(initial=0)) + 1
    code = np.where(moves, n_codes + one, prepared.coordinate)
    code = np.where(astray, n_codes + first.size + np.arange(label.size), code)
    return xyz, code.astype(np.int32)


def _times(
    prepared: Prepared, learned: Learned, label: Ints, G: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    used, dense = np.unique(label, return_inverse=True)
    low, high = G[used, 4], G[used, 5]
    at = (low + rng.random(used.size) * (high - low))[dense]
    length = prepared.end - prepared.start
    late = rng.random(label.size) < learned.late / 2.0
    side = np.where(rng.random(label.size) < 0.5, -1.0, 1.0)
    at = at + np.where(late, side * (0.5 * length + rng.exponential(learned.late_s, label.size)), 0.0)
    hourly = (np.mod(length, HOUR_S) == 0) & (np.mod(prepared.start, HOUR_S) == 0)
    step = np.where(np.mod(length, DAY_S) == 0, DAY_S, np.where(hourly, HOUR_S, 1.0))
    off = np.mod(prepared.start, step)
    n_steps = np.maximum(1.0, np.floor(length / step))
    start = np.floor((at - off) / step) * step + off - np.floor(rng.random(label.size) * n_steps) * step
    start = np.where(prepared.has_time, start, prepared.start)
    return start, start + length


def tell_again(prepared: Prepared, crowds: Crowds, learned: Learned, label: Ints, G: Floats) -> Prepared:
    """Return the reports told anew, with their groups taken for the truth.

    Parameters
    ----------
    prepared : Prepared
    crowds : Crowds
        Counts around the reports as they were; they say which coordinates many reports name.
    learned : Learned
    label : int32, (n,)
        Row of ``G`` that each report belongs to.
    G : float64, (n_groups, 8)
        Groups as in ``kernels``.
    """
    rng = np.random.default_rng(SEED)
    xyz, coordinate = _places(prepared, crowds, learned, label, G, rng)
    start, end = _times(prepared, learned, label, G, rng)
    placed = prepared.coordinate >= 0
    lat = np.degrees(np.arcsin(np.clip(xyz[:, 2] / EARTH_RADIUS_M, -1.0, 1.0)))
    lon = np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0]))
    return replace(
        prepared,
        xyz=xyz,
        lon=np.where(placed, lon, np.nan),
        lat=np.where(placed, lat, np.nan),
        coordinate=coordinate,
        start=start,
        end=end,
    )
