"""Intervals: how sure a measured share or rate is, given how few worlds there were.

Rule: exact intervals that hold at least their level, whatever the truth. Source: Clopper and Pearson (1934),
Biometrika 26; Garwood (1936), Biometrika 28.
"""

from __future__ import annotations

import math

import numpy as np

from holdfire.basics.special import beta_share, gamma_share

__all__ = ["rate_interval", "share_interval"]

LEVEL = 0.95
STEPS = 60
"""Halvings of the search: the ends are right to 1e-15 of their range."""


def share_interval(n_hit: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, of which ``n_hit`` of ``n`` were seen; 0 to 1 where n is 0.

    Examples
    --------
    >>> [round(end, 4) for end in share_interval(0, 59)], share_interval(0, 0)
    ([0.0, 0.0606], (0.0, 1.0))
    """
    if n == 0:
        return 0.0, 1.0
    tail = (1.0 - LEVEL) / 2.0
    low = 0.0 if n_hit == 0 else _beta_point(n_hit, n - n_hit + 1, tail)
    high = 1.0 if n_hit == n else _beta_point(n_hit + 1, n - n_hit, 1.0 - tail)
    return low, high


def rate_interval(n_seen: int, exposure: float) -> tuple[float, float]:
    """Return the 95 % interval of a Poisson rate, of which ``n_seen`` were seen in an exposure.

    Examples
    --------
    >>> [round(end, 3) for end in rate_interval(3, 10.0)]
    [0.062, 0.877]
    """
    if exposure <= 0.0:
        return 0.0, float("inf")
    tail = (1.0 - LEVEL) / 2.0
    low = 0.0 if n_seen == 0 else _gamma_point(n_seen, tail)
    return low / exposure, _gamma_point(n_seen + 1, 1.0 - tail) / exposure


def _beta_point(first: float, second: float, share: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        below = beta_share(np.array([first], dtype=float), np.array([second], dtype=float), np.array([middle]))
        low, high = (middle, high) if float(below[0]) < share else (low, middle)
    return (low + high) / 2.0


def _gamma_point(shape: float, share: float) -> float:
    low, high = 0.0, shape + 10.0 * math.sqrt(shape) + 30.0
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        below = gamma_share(np.array([shape], dtype=float), np.array([middle]))
        low, high = (middle, high) if float(below[0]) < share else (low, middle)
    return (low + high) / 2.0
