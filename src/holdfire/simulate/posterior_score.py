"""Posterior score: how near an incident's place, time, kind and actor are to the truth, and how well stated.

Turns incidents, each beside the true one that it stands for, into errors and coverages. Rule: a stated sigma, an
interval and bounds of probability are each held to what they say; what is not stated is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.places import distance_m
from holdfire.records.taxonomy import Taxonomy, ancestors
from holdfire.simulate.calibration import bounds_error
from holdfire.simulate.matching import match

__all__ = ["PosteriorScore", "score_posterior"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RADIUS_90 = float(np.sqrt(-2.0 * np.log(0.1)))
"""Radius that holds 90 % of a circular normal, in sigmas per axis (Rayleigh)."""
EXCLUDED = 0.01
"""Upper bound below which an incident says that something was not so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorScore:
    """Hold how near incidents were to the true ones that they stand for.

    Attributes
    ----------
    n : int
        Incidents that stand for a true one.
    n_placed, n_timed : int
        Those with a place and sigma; with an interval.
    place_error_km : float, km or nan
        Median distance to the true place.
    place_covered_90 : float, 0..1 or nan
        Share of true places within 90 % of the stated error; 0.9 is right.
    time_covered : float, 0..1 or nan
        Share of true instants within the interval.
    time_width_h : float, hours or nan
        Median length of the interval.
    kind_bounds_error, actor_bounds_error : float, 0..1
        How far the share of what was so lies outside the mean bounds, over incidents and names asked for (each root
        and each leaf that occurs; each party), where the incident does not exclude the name.
    kind_bounds_width, actor_bounds_width : float, 0..1
        Mean distance of those bounds.
    kind_excluded, actor_excluded : float, 0..1
        Share of the names that were so and that the incident excludes: an upper bound under 0.01.
    """

    n: int
    n_placed: int
    n_timed: int
    place_error_km: float
    place_covered_90: float
    time_covered: float
    time_width_h: float
    kind_bounds_error: float
    kind_bounds_width: float
    kind_excluded: float
    actor_bounds_error: float
    actor_bounds_width: float
    actor_excluded: float


def _median(values: Floats) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _mean(values: Floats | NDArray[np.bool_]) -> float:
    return float(values.mean()) if values.size else float("nan")


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _us(column: pa.ChunkedArray) -> tuple[Ints, NDArray[np.bool_]]:
    known = np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False))
    filled = pc.fill_null(column.cast(pa.int64()), 0)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64), known


class _Shares:
    """Hold the shares of many incidents flattened: whose, of which name (-1 = the null name), with which bounds."""

    def __init__(self, shares: pa.ChunkedArray) -> None:
        lists = shares.combine_chunks()
        flat = lists.flatten()
        names = flat.field("name").dictionary_encode()
        self.row: Ints = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
        self.names: list[str] = names.dictionary.to_pylist()
        self.code: Ints = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        self.lower: Floats = flat.field("lower").to_numpy(zero_copy_only=False)
        self.upper: Floats = flat.field("upper").to_numpy(zero_copy_only=False)
        self.n = len(lists)
        self.said = np.bincount(self.row, minlength=self.n) > 0

    def bounds(self, fits: Floats) -> tuple[Floats, Floats]:
        """Return each incident's bounds, given of each name (the null name last) whether it surely or maybe fits."""
        lower = np.bincount(self.row, weights=self.lower * fits[self.code, 0], minlength=self.n)
        upper = np.bincount(self.row, weights=self.upper * fits[self.code, 1], minlength=self.n)
        return np.minimum(lower, 1.0), np.minimum(upper, 1.0)


Asked = tuple[Floats, Floats, NDArray[np.bool_]]


def _judged(shares: _Shares, asked: list[Asked]) -> tuple[float, float, float]:
    """Return the error and mean width of bounds of names not excluded, and the share of true names excluded."""
    if not asked or not shares.said.any():
        return 0.0, 0.0, 0.0
    lower, upper, so = (np.concatenate([part[k][shares.said] for part in asked]) for k in range(3))
    upper, so = np.maximum(lower, upper), so.astype(bool)
    open_ = upper >= EXCLUDED
    width = float((upper - lower)[open_].mean()) if open_.any() else 0.0
    return bounds_error(lower[open_], upper[open_], so[open_]), width, float((~open_)[so].sum() / max(1, so.sum()))


def _kind_figures(table: pa.Table, tree: Taxonomy) -> tuple[float, float, float]:
    shares = _Shares(table["kinds"])
    true = table["kind_true"].combine_chunks().dictionary_encode()
    leaves = true.dictionary.to_pylist()
    code = true.indices.to_numpy(zero_copy_only=False)
    asked: list[Asked] = []
    for wanted in sorted({path for leaf in leaves for path in (leaf, ancestors(leaf)[-1])}):
        fits = np.array([tree.bounds(name, [wanted]) for name in (*shares.names, None)], dtype=np.float64)
        under = np.array([wanted in ancestors(leaf) for leaf in leaves])
        asked.append((*shares.bounds(fits), under[code]))
    return _judged(shares, asked)


def _actor_figures(table: pa.Table) -> tuple[float, float, float]:
    shares = _Shares(table["actors"])
    true = np.array(table["actor_true"].to_pylist(), dtype=object)
    asked: list[Asked] = []
    for party in sorted(set(true.tolist())):
        named = np.array([name == party for name in (*shares.names, None)], dtype=np.float64)
        may_be = named.copy()
        may_be[-1] = 1.0
        listed = np.bincount(shares.row, weights=named[shares.code], minlength=shares.n) > 0
        lower, upper = shares.bounds(np.stack([named, named], axis=1))
        _, unlisted = shares.bounds(np.stack([named, may_be], axis=1))
        # Where the party is not listed, its upper bound is that of the null name.
        asked.append((lower, np.where(listed, upper, unlisted), true == party))
    return _judged(shares, asked)


def score_posterior(
    incidents: pa.Table, memberships: pa.Table, truth: pa.Table, true_incidents: pa.Table, tree: Taxonomy
) -> PosteriorScore:
    """Score what incidents say of place, time, kind and actor.

    Parameters
    ----------
    incidents, memberships : pyarrow.Table
        As a run wrote them.
    truth, true_incidents : pyarrow.Table
        What reports tell of, and what happened.
    tree : Taxonomy
        The tree of the kinds.
    """
    stands_for = match(memberships, truth).stands_for
    told = incidents.select(["incident_id", "lon", "lat", "sigma_m", "occurred_start", "occurred_end"]).append_column(
        "row", pa.array(np.arange(incidents.num_rows))
    )
    table = stands_for.join(told, "incident_id", join_type="inner")
    table = table.join(true_incidents.select(["truth_id", "at", "lon", "lat", "kind", "actor"]), "truth_id",
                       join_type="inner", right_suffix="_true")  # fmt: skip
    table = table.take(pc.sort_indices(table, sort_keys=[("row", "ascending")]))
    table = table.rename_columns({"kind": "kind_true", "actor": "actor_true"})
    for name in ("kinds", "actors"):
        table = table.append_column(name, incidents[name].take(table["row"]))
    lon, lat, sigma = (_floats(table[name]) for name in ("lon", "lat", "sigma_m"))
    placed = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(sigma)
    off = distance_m(lon, lat, _floats(table["lon_true"]), _floats(table["lat_true"]))[placed]
    (start, has_start), (end, has_end), (at, _) = (
        _us(table[name]) for name in ("occurred_start", "occurred_end", "at")
    )
    timed = has_start & has_end
    kinds, actors = _kind_figures(table, tree), _actor_figures(table)
    return PosteriorScore(
        n=table.num_rows,
        n_placed=int(placed.sum()),
        n_timed=int(timed.sum()),
        place_error_km=_median(off / 1000.0),
        place_covered_90=_mean(off <= RADIUS_90 * sigma[placed]),
        time_covered=_mean(((start <= at) & (at < end))[timed]),
        time_width_h=_median((end - start)[timed] / 3.6e9),
        kind_bounds_error=kinds[0],
        kind_bounds_width=kinds[1],
        kind_excluded=kinds[2],
        actor_bounds_error=actors[0],
        actor_bounds_width=actors[1],
        actor_excluded=actors[2],
    )
