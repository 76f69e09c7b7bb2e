"""Tolls: numbers of casualties as evidence that two reports tell of one incident.

Turns casualties into names of numbers, and two such names into nats. Rule: equal numbers speak for one incident the
more, the rarer they are; near ones neither speak for nor much against; far ones speak against. How often tellers of
one incident give equal numbers is learned. Source: docs/explanation/fusion.md.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["toll_table", "tolls"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EXACT_UP_TO = 120
"""Numbers above this are known by two digits."""
NEAR_LOG = 0.5
"""Standard deviation of the log of (number + 1), where tellers of one incident differ."""
LEAST_NATS = -4.0


def tolls(table: pa.Table) -> pa.ChunkedArray:
    """Return each report's number of casualties as a word; null where none is said.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns ``casualties_best``, ``casualties_low`` and ``casualties_high`` of ``REPORT_SCHEMA``.

    Examples
    --------
    >>> numbers = {"casualties_best": [7, None], "casualties_low": [5, None], "casualties_high": [9, None]}
    >>> tolls(pa.table(numbers)).to_pylist()
    ['7', None]
    """
    best, low, high = (table.column(f"casualties_{name}") for name in ("best", "low", "high"))
    middle = pc.divide(pc.add(pc.cast(low, pa.int64()), pc.cast(high, pa.int64())), 2)
    number = pc.coalesce(pc.cast(best, pa.int64()), middle, pc.cast(low, pa.int64()), pc.cast(high, pa.int64()))
    if number.null_count == len(number):
        return pa.chunked_array([pa.nulls(len(number), pa.string())])
    values = np.asarray(pc.fill_null(number, 0).to_numpy()).astype(np.int64)
    digits = 10 ** np.maximum(np.floor(np.log10(np.maximum(values, 1))).astype(np.int64) - 1, 0)
    coarse = np.where(values > EXACT_UP_TO, values // digits * digits, values)
    known = pc.is_valid(number)
    return pa.chunked_array([pc.if_else(known.combine_chunks(), pc.cast(pa.array(coarse), pa.string()), None)])


def toll_table(words: list[str], counts: Floats, agree: float) -> tuple[Floats, Ints]:
    """Return the evidence of two numbers, and a depth of 1 for each.

    Parameters
    ----------
    words : list of str
        The numbers.
    counts : float64, (k,)
        How many reports give each.
    agree : float, 0..1
        Chance that two tellers of one incident give equal numbers, beside the chance that any two reports do.

    Returns
    -------
    float64 (k, k), int32 (k,)
    """
    value = np.log1p(np.array([float(word) for word in words]))
    share = (counts + 0.5) / (counts.sum() + 0.5 * counts.size)
    near = np.exp(-0.5 * ((value[:, None] - value[None, :]) / NEAR_LOG) ** 2) * share[None, :]
    near /= near.sum(axis=1, keepdims=True)
    ratio = agree * np.diag(1.0 / share) + (1.0 - agree) * near / share[None, :]
    table = np.maximum(np.log((ratio + ratio.T) / 2.0 + 1e-12), LEAST_NATS)
    return np.asarray(table), np.ones(len(words), np.int32)
