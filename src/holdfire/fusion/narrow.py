"""Narrow: a part of the reports, as if there were no others.

Turns prepared reports and the counts around them into those of a few rows, so that learning and rehearsing cost the
same for ten thousand reports and for ten million. Rule: counts around a report stay those of all reports.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.fusion.compare import Crowds
from holdfire.fusion.prepare import Prepared

__all__ = ["choose_rows", "narrow"]

Rows = NDArray[np.int64]

N_WINDOWS = 8


def choose_rows(prepared: Prepared, rows: Rows, most: int) -> Rows:
    """Return rows of eight windows of time spread over the whole, together at most the number asked for.

    Parameters
    ----------
    prepared : Prepared
    rows : int64, (m,)
        Rows that may be taken.
    most : int
        Largest number of rows.
    """
    if rows.size <= most:
        return rows
    by_time = rows[np.lexsort((rows, prepared.end[rows], prepared.start[rows]))]
    each = max(1, most // N_WINDOWS)
    starts = np.linspace(0, rows.size - each, N_WINDOWS).astype(np.int64)
    return np.unique(np.concatenate([by_time[s : s + each] for s in starts]))


def narrow(prepared: Prepared, crowds: Crowds, rows: Rows) -> tuple[Prepared, Crowds]:
    """Return the rows alone, in their order, with the counts that stand around them in the whole.

    Parameters
    ----------
    prepared : Prepared
    crowds : Crowds
    rows : int64, (m,)
        Ascending.
    """
    if rows.size == prepared.n:
        return prepared, crowds
    some = replace(
        prepared,
        table=prepared.table.take(pa.array(rows)),
        rank=np.argsort(np.argsort(prepared.rank[rows])),
        **{
            name: getattr(prepared, name)[rows]
            for name in (
                "lon", "lat", "sigma", "xyz", "start", "end", "names", "source", "coordinate", "is_signal", "has_time",
                "accuses", "language", "document",
            )
        },
        sketch=prepared.sketch[rows] if prepared.sketch.shape[0] else prepared.sketch,
    )  # fmt: skip
    around = crowds.around
    near = replace(
        around,
        total=around.total[:, rows],
        size_m2=around.size_m2[:, rows],
        near=around.near[rows],
        own=around.own[rows],
        tempo=around.tempo[rows],
    )
    return some, replace(crowds, around=near, exact=crowds.exact[rows])
