"""Turn uncertain places and times into the probability that an incident lies in a region.

Rule: place and time are integrated together: over the spans of a region, the share of the time within the span times
the probability of the place within the span's shape. A place or time that nobody states gives a range. Leaves the
geometry to ``geometry`` and what binds to the kernels. Source: DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds
from holdfire.assessment.facts import Facts
from holdfire.assessment.geometry.areas import area_overlap
from holdfire.assessment.geometry.places import bounds_in_zone
from holdfire.assessment.regions import ANYWHERE, Atlas, Region
from holdfire.assessment.times import overlaps

__all__ = ["Places", "place_time_bounds"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CACHED_SHARE = 8
"""A shape's bounds are kept for a whole chunk where at least one in so many of its incidents asks for them."""
CACHED_BOUNDS = 4_000_000
"""Where fewer ask, they are kept as long as so many are kept in all: 17 bytes each, 68 MB. A chunk of a front's days
has a few thousand incidents, each asking for the shapes of its own day, once for each clause."""


@dataclass(slots=True, kw_only=True, eq=False)
class Places:
    """Hold the places of a chunk of incidents, and what is already known of them.

    Attributes
    ----------
    facts : Facts
    atlas : Atlas
    areas : mapping of str to shapely geometry
        Gazetteer units by id, lon/lat.
    area_shares : dict of (area, shape) to float
        Shares found so far; shared between chunks.
    """

    facts: Facts
    atlas: Atlas
    areas: Mapping[str, shapely.Geometry]
    area_shares: dict[tuple[str, int], float]
    _known: dict[int, tuple[Flags, Floats, Floats]] = field(default_factory=dict)

    def bounds(self, shape: int, rows: Ints) -> Bounds:
        """Return bounds of the probability that places lie in a shape.

        Parameters
        ----------
        shape : int
            Index in the atlas.
        rows : int64, (m,)
            Incidents of the chunk.
        """
        if shape == ANYWHERE:
            return Bounds(np.ones(rows.size), np.ones(rows.size))
        if shape not in self._known:
            n = self.facts.n
            if rows.size * CACHED_SHARE < n and (len(self._known) + 1) * n > CACHED_BOUNDS:
                return self._found(shape, rows)
            self._known[shape] = (np.zeros(n, dtype=np.bool_), np.zeros(n), np.zeros(n))
        known, lower, upper = self._known[shape]
        wanted = np.zeros(self.facts.n, dtype=np.bool_)
        wanted[rows] = True
        missing = np.flatnonzero(wanted & ~known)
        if missing.size:
            lower[missing], upper[missing] = self._found(shape, missing)
            known[missing] = True
        return Bounds(lower[rows], upper[rows])

    def _found(self, shape: int, rows: Ints) -> Bounds:
        facts = self.facts
        placed = self.atlas.ready(shape, facts.lon[rows], facts.lat[rows], facts.sigma_m[rows])
        lower, upper = bounds_in_zone(*placed)
        code = facts.area.code[rows]
        for area in np.unique(code[code >= 0]).tolist():
            name = facts.area.names[area]
            if name in self.areas:
                here = code == area
                lower[here] = upper[here] = self._area_share(name, shape)
        return Bounds(lower, upper)

    def _area_share(self, name: str, shape: int) -> float:
        if (name, shape) not in self.area_shares:
            self.area_shares[name, shape] = area_overlap(self.areas[name], self.atlas.bounded(shape))
        return self.area_shares[name, shape]


def place_time_bounds(region: Region, facts: Facts, rows: Ints, place: Callable[[int, Ints], Bounds]) -> Bounds:
    """Return bounds of the probability that incidents lie in a region, in place and time together.

    Parameters
    ----------
    region : Region
    facts : Facts
        The chunk's incidents.
    rows : int64, (m,)
        Incidents of the chunk.
    place : function of (shape, rows) to Bounds
        The probability of places within a shape.

    Returns
    -------
    Bounds, (m,)
        An incident of unknown time takes the least and the greatest that any of its possible times gives.
    """
    start, end, vague = facts.start[rows], facts.end[rows], facts.vague[rows]
    dated, undated = np.flatnonzero(~vague), np.flatnonzero(vague)
    lower, upper = np.zeros(rows.size), np.zeros(rows.size)
    met = overlaps(start[dated], end[dated], region.spans)
    row, shape = dated[met.row], region.shape[met.span]
    inside = Bounds(np.zeros(row.size), np.zeros(row.size))
    for one in np.unique(shape).tolist():
        here = shape == one
        inside.lower[here], inside.upper[here] = place(one, rows[row[here]])
    share = met.shared_us / (end - start)[row]
    lower += np.bincount(row, weights=share * inside.lower, minlength=rows.size)
    upper += np.bincount(row, weights=share * inside.upper, minlength=rows.size)
    if undated.size:
        lower[undated], upper[undated] = _undated(region, start[undated], end[undated], rows[undated], place)
    upper = np.clip(upper, 0.0, 1.0)
    return Bounds(np.minimum(np.clip(lower, 0.0, 1.0), upper), upper)


def _undated(region: Region, start: Ints, end: Ints, rows: Ints, place: Callable[[int, Ints], Bounds]) -> Bounds:
    # The least and the greatest that any time in [start, end) gives: shape by shape, however many spans it has.
    covered = np.zeros(rows.size, dtype=np.int64)
    least, most = np.ones(rows.size), np.zeros(rows.size)
    for shape in np.unique(region.shape).tolist():
        held = region.shape == shape
        first, last = region.spans.start[held], region.spans.end[held]
        # Microseconds of the shape's spans before an instant; spans are in order and do not overlap.
        before = np.concatenate([[0], np.cumsum(last - first)])
        shared = np.zeros(rows.size, dtype=np.int64)
        for instant, sign in ((end, 1), (start, -1)):
            at = np.searchsorted(first, instant, side="left")
            running = np.where(at > 0, np.maximum(last[at - 1] - instant, 0), 0)
            shared += sign * (before[at] - running)
        meets = np.flatnonzero(shared > 0)
        inside = place(shape, rows[meets])
        least[meets] = np.minimum(least[meets], inside.lower)
        most[meets] = np.maximum(most[meets], inside.upper)
        covered += shared
    return Bounds(np.where(covered >= end - start, least, 0.0), most)
