"""Articles: which reports of a source were taken from one and the same article.

Turns documents, words and days of publication into numbers of articles. Rule: an article tells an incident once, so
that two reports out of one are two incidents as a rule; where no document is named, equal words of one source,
published at the same time, are one article, but a report that repeats another in every respect is a second delivery
and no second incident.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["article_numbers", "judge_articles"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Numbers = NDArray[np.int64]

APART_NATS = -6.0
"""What two reports out of one article weigh, where a source's articles are lists of incidents far from one another."""
LISTS, STORIES = 0.2, 0.5
"""Share of an article's reports that lie within reach of its first one: below the first number it is a list of
incidents, above the second one story told of several places."""
PSEUDO_PAIRS = 10.0
LEAST_LETTERS = 20
"""Shorter words are no headline."""


def _codes(column: pa.ChunkedArray) -> Numbers:
    coded = pc.dictionary_encode(column.combine_chunks())
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)).astype(np.int64)


def _together(*columns: Numbers) -> Numbers:
    """Return one number for each combination of numbers."""
    number = columns[0]
    for column in columns[1:]:
        joined = number * (int(column.max(initial=0)) + 2) + column + 1
        number = np.unique(joined, return_inverse=True)[1].astype(np.int64)
    return number


def article_numbers(table: pa.Table, source: Ints, coordinate: Ints, start: Floats, end: Floats) -> Ints:
    """Return the number of the article that each report was taken from; -1 = none is known.

    Parameters
    ----------
    table : pyarrow.Table
        With ``document``, ``text`` and ``reported_start`` of ``REPORT_SCHEMA``.
    source, coordinate : int32, (n,)
    start, end : float64, (n,), seconds
    """
    n = source.size
    out = np.full(n, -1, np.int32)
    document, text, reported = (table.column(name) for name in ("document", "text", "reported_start"))
    named = np.asarray(pc.is_valid(document).to_numpy())
    if named.any():
        rows = np.flatnonzero(named)
        article = _together(_codes(document)[rows], source[rows].astype(np.int64))
        out[rows] = np.unique(article, return_inverse=True)[1]
    if text.null_count == n or reported.null_count == n:
        return out
    worded = np.asarray(pc.fill_null(pc.greater_equal(pc.utf8_length(text), LEAST_LETTERS), False).to_numpy())
    rows = np.flatnonzero(worded & ~named & np.asarray(pc.is_valid(reported).to_numpy()))
    if rows.size == 0:
        return out
    published = np.unique(
        np.asarray(pc.cast(reported, pa.int64()).take(pa.array(rows)).to_numpy()), return_inverse=True
    )
    article = _together(_codes(text)[rows], source[rows].astype(np.int64), published[1].astype(np.int64))
    # What is equal in every respect was delivered twice.
    when = np.unique(np.stack([start[rows], end[rows]]), axis=1, return_inverse=True)[1].ravel().astype(np.int64)
    tolls = _codes(pc.cast(table.column("casualties_best"), pa.string()))[rows]
    whole = _together(article, coordinate[rows].astype(np.int64), when, tolls)
    first = np.zeros(rows.size, bool)
    first[np.unique(whole, return_index=True)[1]] = True
    shared = np.bincount(article)[article] > 1
    use = first & shared
    out[rows[use]] = int(out.max(initial=-1)) + 1 + np.unique(article[use], return_inverse=True)[1]
    return out


def judge_articles(document: Ints, source: Ints, near: NDArray[np.bool_], first: Numbers, n_sources: int) -> Floats:
    """Return what two reports out of one of a source's articles speak for one incident, in nats.

    A list of events makes an event of each report of an article; a monitor of places gives an article a row for each
    place that it names, and all rows tell of one incident. The two are told apart by whether an article's reports
    lie near one another.

    Parameters
    ----------
    document, source : int32, (n,)
    near : bool, (n,)
        Whether the report lies within reach of the first one of its article.
    first : int64, (n,)
        Row of the first report of the same article; the row itself where there is none.
    n_sources : int

    Returns
    -------
    float64, (n_sources,), -6..0
    """
    later = (document >= 0) & (first != np.arange(document.size))
    n = np.bincount(source[later], minlength=n_sources).astype(float)
    close = np.bincount(source[later], near[later], minlength=n_sources)
    overall = float((close.sum() + 0.5) / (n.sum() + 1.0))
    share = (close + PSEUDO_PAIRS * overall) / (n + PSEUDO_PAIRS)
    return np.asarray(APART_NATS * np.clip((STORIES - share) / (STORIES - LISTS), 0.0, 1.0))
