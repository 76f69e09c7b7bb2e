"""Take incidents in chunks: in the order of ids where zones stay, in the order of time where a front is drawn anew.

Turns when incidents happened, and an atlas, into rows of incidents that are judged together. Rules: every incident is
in exactly one chunk, and a chunk's rows ascend; what is made of an incident does not depend on its chunk, so chunks
only decide how often a shape has to be made ready for places. Where all shapes can be kept ready, chunks are stretches
of the order of ids; where they cannot, each holds incidents that meet no more shapes than can be kept, and incidents of
long or unstated duration, which meet most of them, have chunks of their own. Leaves judging to ``assess``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.facts import Times
from holdfire.assessment.regions import KEPT_VERTICES, Atlas
from holdfire.basics.instants import DAY_US

__all__ = ["LONG_US", "chunks_of"]

Ints = NDArray[np.int64]

LONG_US = 31 * DAY_US
"""From this duration on an incident goes into a chunk or part of long ones, microseconds: data sets that date by the
month stay below it, those that date by the year reach it."""
NEW_SHARE = 3
"""A chunk's shapes that begin within it may take this part of what can be kept ready; the rest is for those that began
before and for what clauses make of them: unions, what lies in two zones, what lies near one."""


def _stretches(rows: Ints, chunk_rows: int) -> list[Ints]:
    return [rows[start : start + chunk_rows] for start in range(0, rows.size, chunk_rows)]


def chunks_of(times: Times, atlas: Atlas, chunk_rows: int, kept_vertices: int = KEPT_VERTICES) -> list[Ints]:
    """Return the rows of each chunk.

    Parameters
    ----------
    times : Times
        Of the incidents, in the order of their ids.
    atlas : Atlas
    chunk_rows : int, >= 1
        Incidents of a chunk at most.
    kept_vertices : int, >= 1
        Vertices of shapes that can be kept ready together.

    Returns
    -------
    list of int64 arrays
        Each ascending; together every row once. Empty where there is no incident.
    """
    begins, vertices = atlas.dated_vertices()
    rows = np.arange(times.start.size)
    if vertices.sum() <= kept_vertices:
        return _stretches(rows, chunk_rows)
    is_long = times.vague | (times.end - times.start >= LONG_US)
    in_time = np.argsort(times.start, kind="stable")
    short = in_time[~is_long[in_time]]
    # Vertices of all shapes that begin by an incident's start, counted in shares of what can be kept.
    before = np.concatenate([[0], np.cumsum(vertices)])[np.searchsorted(begins, times.start[short], side="right")]
    share = before * NEW_SHARE // kept_vertices
    cuts = np.flatnonzero(np.diff(share)) + 1
    parts = [part for one in np.split(short, cuts) for part in _stretches(one, chunk_rows)]
    return [np.sort(part) for part in (*parts, *_stretches(in_time[is_long[in_time]], chunk_rows))]
