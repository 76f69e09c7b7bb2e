"""Calibration: whether what was said with a probability came true as often.

Turns probabilities, or bounds of them, beside what truly was into figures. Rule: no threshold is tuned; bins are of
equal width. Source: Naeini et al. (2015) for the expected calibration error; Hanley and McNeil (1982) for the area
under the curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bin", "area_under_curve", "bounds_error", "calibration_error", "reliability"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Hold one row of a reliability table.

    Attributes
    ----------
    start, end : float, 0..1
        Probabilities in it: ``[start, end)``, the last one with its end.
    n : int
    mean_prob, share : float or None, 0..1
        Mean of the probabilities, and share that was so; None where the bin is empty.
    """

    start: float
    end: float
    n: int
    mean_prob: float | None
    share: float | None


def _binned(prob: Floats, n_bins: int) -> NDArray[np.int64]:
    return np.clip((prob * n_bins).astype(np.int64), 0, n_bins - 1)


def calibration_error(prob: Floats, happened: Mask, n_bins: int = 10) -> float:
    """Return the expected calibration error: mean distance of share and mean probability over bins, by size.

    Examples
    --------
    >>> calibration_error(np.array([1.0, 0.0]), np.array([True, False]))
    0.0
    >>> calibration_error(np.empty(0), np.empty(0, dtype=bool))
    0.0
    """
    if prob.size == 0:
        return 0.0
    bins = _binned(prob, n_bins)
    n = np.bincount(bins, minlength=n_bins)
    mean = np.bincount(bins, weights=prob, minlength=n_bins)
    share = np.bincount(bins, weights=happened.astype(float), minlength=n_bins)
    return float(np.abs(mean - share)[n > 0].sum() / prob.size)


def reliability(prob: Floats, happened: Mask, n_bins: int = 10) -> tuple[Bin, ...]:
    """Return the reliability table, bin by bin.

    Examples
    --------
    >>> [(b.n, b.share) for b in reliability(np.array([0.9, 0.4]), np.array([True, False]), 2)]
    [(1, 0.0), (1, 1.0)]
    """
    bins = _binned(prob, n_bins)
    rows = []
    for k in range(n_bins):
        here = bins == k
        n = int(here.sum())
        mean, share = (float(prob[here].mean()), float(happened[here].mean())) if n else (None, None)
        rows.append(Bin(start=k / n_bins, end=(k + 1) / n_bins, n=n, mean_prob=mean, share=share))
    return tuple(rows)


def bounds_error(lower: Floats, upper: Floats, happened: Mask, n_bins: int = 10) -> float:
    """Return how far the share of what was so lies outside the mean bounds: mean over bins of the middle, by size.

    Examples
    --------
    >>> bounds_error(np.array([0.2, 0.2]), np.array([0.6, 0.6]), np.array([True, False]))
    0.0
    >>> round(bounds_error(np.array([0.2]), np.array([0.6]), np.array([True])), 3)
    0.4
    """
    if lower.size == 0:
        return 0.0
    bins = _binned((lower + upper) / 2.0, n_bins)
    low, high, share = (
        np.bincount(bins, weights=column, minlength=n_bins) for column in (lower, upper, happened.astype(float))
    )
    outside = np.maximum(0.0, np.maximum(low - share, share - high))
    return float(outside.sum() / lower.size)


def area_under_curve(prob: Floats, happened: Mask) -> float:
    """Return the probability that what was so has a higher probability than what was not; ties count half.

    Examples
    --------
    >>> area_under_curve(np.array([0.9, 0.2]), np.array([True, False]))
    1.0
    >>> area_under_curve(np.array([0.9]), np.array([True]))
    nan
    """
    n_true, n_false = int(happened.sum()), int((~happened).sum())
    if n_true == 0 or n_false == 0:
        return float("nan")
    _, inverse, n = np.unique(prob, return_inverse=True, return_counts=True)
    rank = (np.cumsum(n) - (n - 1) / 2.0)[inverse]
    return float((rank[happened].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))
