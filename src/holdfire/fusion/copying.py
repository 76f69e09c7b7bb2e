"""Copying: which sources repeat one another although nobody said so.

Turns groups of reports into pairs of sources that share coordinates which no other incident has, far more often than
other pairs do. Rule: two tellers who look for themselves seldom give the same six decimals, unless both take them from
one list of settlements; so a pair is held against what pairs of sources do here in general, and a few chance
agreements convict nobody. Leaves the counting of witnesses to ``realness``. Source: Dong, Berti-Equille and Srivastava
(2009) on copying told from shared errors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled
from holdfire.fusion.link import Groups
from holdfire.fusion.prepare import Prepared

__all__ = ["find_copies"]

Ints = NDArray[np.int32]

LEAST_SHARED = 8
"""Shared coordinates from which on two sources may be taken for copies."""
LEAST_RATE, TIMES_OTHERS = 0.2, 4.0
"""Share of a pair's common incidents with shared coordinates: at least this, and this many times the median pair's."""
MOST_SOURCES = 2000
"""Pairs of more sources than this are not looked at."""


@compiled
def _count(
    first: NDArray[np.int64],
    members: Ints,
    source: Ints,
    coordinate: Ints,
    rare: NDArray[np.bool_],
    both: NDArray[np.int64],
    shared: NDArray[np.int64],
) -> None:
    for g in range(first.size - 1):
        for k in range(first[g], first[g + 1]):
            i = members[k]
            for m in range(first[g], k):
                j = members[m]
                a, b = min(source[i], source[j]), max(source[i], source[j])
                if a != b:
                    both[a, b] += 1
                    shared[a, b] += coordinate[i] == coordinate[j] and coordinate[i] >= 0 and rare[i]


def find_copies(prepared: Prepared, groups: Groups) -> NDArray[np.bool_]:
    """Return which sources are found to repeat one another.

    Parameters
    ----------
    prepared : Prepared
    groups : Groups

    Returns
    -------
    bool, (n_sources, n_sources)
        Symmetric; what the sources' table states is not in it.
    """
    n_sources = prepared.copies.shape[0]
    found = np.zeros((n_sources, n_sources), bool)
    if not 2 <= n_sources <= MOST_SOURCES:
        return found
    # Coordinates that one incident alone has: the smallest and the largest group that name them are the same.
    placed = groups.members[prepared.coordinate[groups.members] >= 0]
    n_codes = int(prepared.coordinate.max(initial=0)) + 1
    least, most = np.full(n_codes, np.iinfo(np.int32).max, np.int32), np.full(n_codes, -1, np.int32)
    np.minimum.at(least, prepared.coordinate[placed], groups.label[placed])
    np.maximum.at(most, prepared.coordinate[placed], groups.label[placed])
    rare = (prepared.coordinate >= 0) & (least == most)[prepared.coordinate]
    both, shared = np.zeros((2, n_sources, n_sources), np.int64)
    _count(groups.first, groups.members, prepared.source, prepared.coordinate, rare, both, shared)
    seen = both >= 2 * LEAST_SHARED
    if seen.sum() < 3:
        return found
    rate = shared / np.maximum(both, 1)
    usual = float(np.median(rate[seen]))
    found = seen & (shared >= LEAST_SHARED) & (rate > max(LEAST_RATE, TIMES_OTHERS * usual))
    return np.asarray(found | found.T)
