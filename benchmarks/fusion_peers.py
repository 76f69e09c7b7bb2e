"""Peers of fusion that need no package of their own: cells and MELTT, over the same table of reports.

Turns a table of reports into one integer label for each row, once for every setting of a small grid; the benchmark
keeps the setting that is best by the truth, which is in the peer's favour. Rule: a peer sees the columns that
Holdfire sees and nothing of the truth. MELTT is our own plain implementation of the published procedure, written from
its description; the authors' R package was not used. Leaves peers that come as packages to
``fusion_packages``. Source: Donnay, Dunford, McGrath, Backer and Cunningham (2019), J. Conflict Resolution 63(5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["Table", "cells", "meltt", "meltt_settings", "near_pairs", "table_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KM_PER_DEGREE = 111.19493
UNKNOWN = -1
CELLS_KM = (1.0, 2.0, 5.0, 10.0, 20.0)
"""From a village to a city with its fields."""
MELTT_KM = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
MELTT_DAYS = (0, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Hold reports as the peers take them.

    Attributes
    ----------
    x, y : float64, (n,), kilometres
        On a plane that is true to scale at the reports' middle latitude.
    start, end : float64, (n,), hours since 1970
    source : int64, (n,)
    taxonomies : list of int64, (n, depth)
        Codes of a name's levels from coarse to fine; -1 = not said. Kind comes first.
    """

    x: Floats
    y: Floats
    start: Floats
    end: Floats
    source: Ints
    taxonomies: list[Ints]

    @property
    def middle(self) -> Floats:
        """Return the middle of each interval, hours."""
        return (self.start + self.end) / 2


def _levels(column: pa.ChunkedArray, depth: int) -> Ints:
    """Return the codes of a path's first 1, 2, .. levels; equal codes mean equal paths down to that level."""
    words = column.to_pylist()
    out = np.full((len(words), depth), UNKNOWN, np.int64)
    for level in range(depth):
        cut = [
            None if word is None or word.count("/") < level else "/".join(word.split("/")[: level + 1])
            for word in words
        ]
        known = {word: code for code, word in enumerate(sorted({word for word in cut if word is not None}))}
        out[:, level] = [UNKNOWN if word is None else known[word] for word in cut]
    return out


def table_of(reports: pa.Table) -> Table:
    """Return the reports as the peers take them; each row needs a place and a time.

    Raises
    ------
    ValueError
        A row has no place or no time.
    """
    wanted = ("occurred_start", "occurred_end", "lon", "lat")
    missing = [name for name in wanted if reports.column(name).null_count > 0]
    if missing:
        raise ValueError(f"Some reports have no {', '.join(missing)}: leave them out before the peers are asked.")
    lon, lat = (np.asarray(reports.column(name).to_numpy(), np.float64) for name in ("lon", "lat"))
    scale = np.cos(np.radians(float(np.median(lat)))) if lat.size else 1.0
    start, end = (
        np.asarray(pc.cast(reports.column(name), pa.int64()).to_numpy()) / 3.6e9
        for name in ("occurred_start", "occurred_end")
    )
    source = np.unique(np.array(reports.column("source_id").to_pylist(), str), return_inverse=True)[1]
    return Table(
        x=lon * KM_PER_DEGREE * scale,
        y=lat * KM_PER_DEGREE,
        start=start,
        end=end,
        source=source.astype(np.int64),
        taxonomies=[_levels(reports.column("kind"), 3), _levels(reports.column("actor"), 1)],
    )


def near_pairs(table: Table, reach_km: float, gap_h: float) -> tuple[Ints, Ints]:
    """Return the pairs of rows within a distance, whose middles lie within a time; left < right."""
    scaled = np.column_stack([table.x / reach_km, table.y / reach_km, table.middle / max(gap_h, 1e-6)])
    pairs = cKDTree(scaled).query_pairs(1.0 + 1e-9, p=np.inf, output_type="ndarray")
    left, right = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    close = np.hypot(table.x[left] - table.x[right], table.y[left] - table.y[right]) <= reach_km
    return left[close], right[close]


def cells(table: Table) -> Iterator[Ints]:
    """Yield the naive answer for each width: one cell, one day and one kind at the top are one incident."""
    for width in CELLS_KM:
        place = [np.floor(table.x / width), np.floor(table.y / width)]
        key = np.column_stack([*place, np.floor(table.middle / 24.0), table.taxonomies[0][:, 0]])
        yield np.asarray(np.unique(key, axis=0, return_inverse=True)[1], np.int64).ravel()


def _disagreement(table: Table, left: Ints, right: Ints) -> Floats:
    """Return the mean over taxonomies of the share of levels that differ, 0..1; infinite where the coarsest does.

    A level that one side does not state agrees with any.
    """
    total = np.zeros(left.size)
    for levels in table.taxonomies:
        one, two = levels[left], levels[right]
        differs = (one != two) & (one != UNKNOWN) & (two != UNKNOWN)
        total += np.where(differs[:, 0], np.inf, np.maximum.accumulate(differs, axis=1).mean(axis=1))
    return total / len(table.taxonomies)


def meltt(table: Table, reach_km: float, gap_days: int) -> Ints:
    """Integrate the sources' reports one source after another, as MELTT does, and return labels.

    1. The sources are put in order, the largest first; the first one's reports are the integrated events.
    2. Pairs of an event and a report of the next source within both windows are candidates, unless the coarsest
       level of a taxonomy differs.
    3. Each has a disagreement, the mean share of taxonomy levels that differ. The least is matched first - ties go
       to the nearer in space, then in time - and no event or report is matched twice in one step.
    4. A matched report becomes part of its event, which keeps its own place, time and names; the others become new
       events. The next source follows.
    A report whose interval is longer than two days is an episode and is matched with episodes only.

    Parameters
    ----------
    table : Table
    reach_km : float
    gap_days : int
        The fixed windows; 0 days = the same day (UTC, by the interval's middle).

    Returns
    -------
    int64, (n,)
    """
    n = table.x.size
    left, right = near_pairs(table, reach_km, 24.0 * (gap_days + 1))
    day = np.floor(table.middle / 24.0)
    episode = table.end - table.start > 48.0
    score = _disagreement(table, left, right)
    fits = (table.source[left] != table.source[right]) & (episode[left] == episode[right]) & np.isfinite(score)
    fits &= np.abs(day[left] - day[right]) <= gap_days
    left, right, score = left[fits], right[fits], score[fits]
    turn = np.empty(table.source.max() + 1, np.int64)
    turn[np.argsort(-np.bincount(table.source), kind="stable")] = np.arange(turn.size)
    later = turn[table.source[left]] > turn[table.source[right]]
    event, report = np.where(later, right, left), np.where(later, left, right)
    apart = np.hypot(table.x[event] - table.x[report], table.y[event] - table.y[report])
    lag = np.abs(table.middle[event] - table.middle[report])
    order = np.lexsort((report, event, lag, apart, score, turn[table.source[report]]))
    head = np.arange(n)
    taken = np.full(n, UNKNOWN, np.int64)
    for e, r in zip(event[order].tolist(), report[order].tolist(), strict=True):
        step = turn[table.source[r]]
        if head[e] == e and head[r] == r and taken[e] != step:
            head[r], taken[e] = e, step
    return head


def meltt_settings(table: Table) -> Iterator[Ints]:
    """Yield MELTT's labels for each pair of windows of the grid."""
    for reach_km in MELTT_KM:
        for gap_days in MELTT_DAYS:
            yield meltt(table, reach_km, gap_days)
