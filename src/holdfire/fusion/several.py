"""Several: which reports tell of several incidents at once, and of how many.

Turns counts, intervals, places and texts into a number of incidents for each report. Rule: a count alone may mean the
rounds of one shelling, so a round-up also speaks of a day or more; words alone must speak of a wide place too. What is
not clearly a round-up is taken for a report of one incident. Leaves which incidents those are to ``roundups``.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.fusion.parameters import ATTRIBUTES
from holdfire.fusion.prepare import Prepared

__all__ = ["number_in_words", "numbers_told"]

Floats = NDArray[np.float64]

TOLL = ATTRIBUTES.index("toll")
LEAST_LENGTH_S = 20 * 3600.0
"""A round-up sums up a day, or most of one."""
WIDE_M = 8000.0
"""A place with this error or more is a district rather than a settlement."""
SEVERAL = 3
"""What 'several' counts as."""
MOST = 1000
"""Larger numbers in a text are years, distances or calibres."""
HEADLINE = 200
"""Letters of a text that are read: what comes after a headline and a first sentence is background."""

NUMBERS = (
    ("two", "дві", "два", "двоє", "две"),
    ("three", "три"),
    ("four", "чотири", "четыре"),
    ("five", "п'ять", "п’ять", "пять"),
    ("six", "шість", "шесть"),
    ("seven", "сім", "семь"),
    ("eight", "вісім", "восемь"),
    ("nine", "дев'ять", "дев’ять", "девять"),
    ("ten", "десять"),
)
"""Words for 2 to 10 in English, Ukrainian and Russian."""
MANY = (
    "several|numerous|multiple|a series of|dozens of|a dozen|a number of"
    "|кілька|декілька|низка|низку|десятки|десяток|чисельні|численні"
    "|несколько|ряд|серия|серию|десятки|десяток|многочисленные"
)
ACTS = (
    "shellings|attacks|strikes|air ?strikes|raids|bombardments|assaults|violations|breaches|incidents|cases|times"
    "|обстріли|обстрілів|атаки|атак|удари|ударів|порушення|порушень|випадки|випадків|інциденти|інцидентів|рази|разів"
    "|штурми|штурмів"
    "|обстрела|обстрелов|удара|ударов|нарушения|нарушений|случая|случаев|инцидента|инцидентов|раза|раз|штурма|штурмов"
)
"""Words for incidents after a number; rounds, explosions and shots are left out, since one shelling has many."""

_WORDS = {word: number for number, words in enumerate(NUMBERS, 2) for word in words}
_NUMBER = rf"\d+|{'|'.join(_WORDS)}|{MANY}"
_BEFORE = re.compile(rf"(?<![\w.,:])({_NUMBER})\s+(?:[^\W\d]+\s+){{0,2}}?(?:{ACTS})(?!\w)")
_AFTER = re.compile(rf"(?<!\w)(?:{ACTS})\s*[:\u2013\u2014-]?\s*(\d+)(?!\w|[.,:]\d)")


def number_in_words(text: str) -> int:
    """Return of how many incidents a text says that it tells; 0 = it does not say several.

    Examples
    --------
    >>> number_in_words("Over the day, 12 violations around Odesa"), number_in_words("Усього випадків 4")
    (12, 4)
    >>> number_in_words("Несколько обстрелов за сутки"), number_in_words("Shelling near Odesa, 40 rounds")
    (3, 0)
    """
    lowered = text[:HEADLINE].lower()
    found = _BEFORE.search(lowered) or _AFTER.search(lowered)
    if found is None:
        return 0
    word = found.group(1)
    number = (
        int(word) if word.isdecimal() and len(word) <= 6 else _WORDS.get(word, MOST if word.isdecimal() else SEVERAL)
    )
    return number if 2 <= number < MOST else 0


def _stated(prepared: Prepared) -> Floats:
    """Return the stated count: the best, else the middle of what bounds it; NaN = none."""
    low, best, high = (
        np.asarray(pc.fill_null(pc.cast(prepared.table.column(name), pa.float64()), float("nan")).to_numpy())
        for name in ("count_low", "count_best", "count_high")
    )
    low, high = np.where(np.isnan(low), high, low), np.where(np.isnan(high), low, high)
    return np.asarray(np.where(np.isnan(best), (low + high) / 2.0, best))


def numbers_told(prepared: Prepared) -> Floats:
    """Return the number of incidents that each report tells of.

    A stated count of two or more of a day or a longer time counts, and so do words for several where the place is wide,
    no victims are stated and the source is not curated.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    float64, (n,), >= 1
        1 for every report that is not clearly a round-up, for signals, and where there are round-ups only.
    """
    told = np.ones(prepared.n)
    length = prepared.end - prepared.start
    open_ = ~prepared.is_signal & prepared.has_time & (prepared.coordinate >= 0) & (length >= LEAST_LENGTH_S)
    if not open_.any():
        return told
    count = _stated(prepared)
    counted = open_ & (count >= 2.0)
    told[counted] = count[counted]
    texts = prepared.table.column("text")
    # A row with victims, or of a curated source, is about one incident, whatever the words are that it cites.
    open_ &= (prepared.names[:, TOLL] < 0) & ~prepared.curated[prepared.source]
    wide = np.flatnonzero(open_ & np.isnan(count) & (np.nan_to_num(prepared.sigma) >= WIDE_M))
    if wide.size and texts.null_count < len(texts):
        words = texts.take(pa.array(wide)).to_pylist()
        told[wide] = [max(1, number_in_words(text)) if text else 1 for text in words]
    # Where nobody tells of single incidents, there is nothing to be summed up.
    return told if (told[~prepared.is_signal] == 1.0).any() else np.ones(prepared.n)
