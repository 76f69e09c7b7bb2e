"""Numbers: stated counts of reports into bounds of each incident's count.

Turns how many single events, or persons freed, each report tells of into the bounds of its group. Rules:

1. A report states an interval of whole numbers; one end alone leaves the other open, and a best value stands for an
   end that is not stated.
2. The low end is the least that any report says that may belong to the group, so it is never more than one of them
   says; it needs a report that likely belongs.
3. The high end is that of the numbers that all stated intervals share; where they share none, the largest that any of
   them allows, and none where one of them is open.
4. A report that only perhaps belongs can widen the bounds and never narrow them.

A report that states no number says nothing of it. Leaves which report belongs where to the steps before it. Source:
docs/explanation/fusion.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LIKELY", "number_bounds", "stated_bounds"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LIKELY = 0.5
"""Membership from which a report is held to belong: the more likely than not."""


def stated_bounds(low: Floats, best: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the interval that each report states, by rule 1.

    Parameters
    ----------
    low, best, high : float64, (n,), >= 0
        As the report has them; NaN = not said.

    Returns
    -------
    float64, (n,), float64, (n,)
        NaN = open.

    Examples
    --------
    >>> nan = float("nan")
    >>> low, high = stated_bounds(np.array([5.0, nan]), np.array([7.0, 20.0]), np.array([nan, nan]))
    >>> low.tolist(), high.tolist()
    ([5.0, 20.0], [7.0, 20.0])
    """
    return np.where(np.isnan(low), best, low), np.where(np.isnan(high), best, high)


def number_bounds(
    low: Floats, high: Floats, group: NDArray[np.integer], prob: Floats, n_groups: int
) -> tuple[Floats, Floats]:
    """Return the bounds of each group's number, by rules 2 to 4.

    Parameters
    ----------
    low, high : float64, (n,), >= 0
        What each report states at least and at most; NaN = open. Ends that are crossed are taken in their order.
    group : int64, (n,), 0..n_groups - 1
        The group of each report.
    prob : float64, (n,), 0..1
        Its membership; 0 = it takes no part.
    n_groups : int

    Returns
    -------
    float64, (n_groups,), float64, (n_groups,)
        NaN = not known. The order of the reports changes nothing.

    Examples
    --------
    >>> low, high = np.array([20.0, 15.0, 3.0]), np.array([20.0, np.nan, 3.0])
    >>> least, most = number_bounds(low, high, np.array([0, 0, 1]), np.array([1.0, 0.9, 0.2]), 3)
    >>> least.tolist(), most.tolist()
    ([15.0, nan, nan], [20.0, nan, nan])
    """
    bottom, top = np.fmin(low, high), np.fmax(low, high)
    from_, to = np.where(np.isnan(low), 0.0, bottom), np.where(np.isnan(high), np.inf, top)
    says = (prob > 0.0) & ~(np.isnan(low) & np.isnan(high))
    likely = says & (prob >= LIKELY)
    least, has_low = np.full(n_groups, np.inf), says & ~np.isnan(low)
    np.minimum.at(least, group[has_low], from_[has_low])
    shared_from, shared_to, widest = np.zeros(n_groups), np.full(n_groups, np.inf), np.zeros(n_groups)
    np.maximum.at(shared_from, group[likely], from_[likely])
    np.minimum.at(shared_to, group[likely], to[likely])
    np.maximum.at(widest, group[likely], to[likely])
    most = np.where(shared_from <= shared_to, shared_to, widest)
    unsure = says & ~likely
    np.maximum.at(most, group[unsure], to[unsure])
    sure = [np.bincount(group[likely & ~np.isnan(end)], minlength=n_groups) > 0 for end in (low, high)]
    return np.where(sure[0], least, np.nan), np.where(sure[1] & np.isfinite(most), most, np.nan)
