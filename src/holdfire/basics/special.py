"""Special functions: the logarithm of gamma, and the distribution functions of gamma and beta.

Turns arrays into arrays, element by element, without a library beyond NumPy. Rule: series and continued fractions are
summed until the next term changes nothing by more than ``TOLERANCE`` of it; shapes up to 1e6 stay within 1e-9 of the
true value. Source: Press, Teukolsky, Vetterling and Flannery (2007), Numerical Recipes, 3rd edition, eq. 6.2.5, 6.2.7
and 6.4.5; Abramowitz and Stegun (1964), eq. 6.1.41.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["beta_share", "gamma_share", "log_gamma", "solve"]

Floats = NDArray[np.float64]

TOLERANCE = 1e-15
TINY = 1e-300
"""Stands for a denominator that vanishes."""
MAX_TERMS = 200_000
"""Terms of a series: those of the largest shape need about ten times its root."""
BISECTIONS = 45
"""Halvings of the logarithm's range of 55: the answer is right to 2e-12 of itself."""
SHIFT = 10
"""Stirling's series is used from here on; below, gamma's recurrence leads up to it."""
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
"""Coefficients of x^-1, x^-3 and so on; the first one left out is below 1e-15 at ``SHIFT``."""


def log_gamma(x: Floats) -> Floats:
    """Return the natural logarithm of gamma of positive numbers.

    Examples
    --------
    >>> log_gamma(np.array([1.0, 5.0])).round(9).tolist()
    [0.0, 3.17805383]
    """
    x = np.asarray(x, dtype=np.float64)
    small = x < SHIFT
    product = np.ones_like(x)
    for step in range(SHIFT):
        product = np.where(small, product * (x + step), product)
    z = np.where(small, x + SHIFT, x)
    series = np.zeros_like(z)
    for coefficient in reversed(STIRLING):
        series = series / (z * z) + coefficient
    whole = (z - 0.5) * np.log(z) - z + 0.5 * np.log(2.0 * np.pi) + series / z
    return np.asarray(whole - np.log(product))


def gamma_share(shape: Floats, x: Floats) -> Floats:
    """Return the probability that a gamma variable of scale 1 is at most x.

    Parameters
    ----------
    shape : float64, > 0
    x : float64, >= 0
        Broadcast against ``shape``; infinity gives 1.

    Examples
    --------
    >>> gamma_share(np.array([1.0, 1.0]), np.array([0.0, np.log(2.0)])).round(9).tolist()
    [0.0, 0.5]
    """
    a, z = (np.array(part, dtype=np.float64) for part in np.broadcast_arrays(shape, x))
    share = np.where(z > 0.0, 1.0, 0.0)
    low = (z > 0.0) & (z < a + 1.0)
    high = (z >= a + 1.0) & np.isfinite(z)
    for where, part in ((low, _gamma_series), (high, _gamma_fraction)):
        if where.any():
            scale = np.exp(a[where] * np.log(z[where]) - z[where] - log_gamma(a[where]))
            share[where] = part(a[where], z[where], scale)
    return np.clip(share, 0.0, 1.0)


def _gamma_series(a: Floats, z: Floats, scale: Floats) -> Floats:
    term = 1.0 / a
    total = term.copy()
    for n in range(1, MAX_TERMS):
        term = term * (z / (a + n))
        total += term
        if not (term > total * TOLERANCE).any():
            break
    return np.asarray(total * scale)


def _gamma_fraction(a: Floats, z: Floats, scale: Floats) -> Floats:
    # Lentz's algorithm for the upper tail.
    b = z + 1.0 - a
    c = np.full_like(z, 1.0 / TINY)
    d = 1.0 / b
    fraction = d.copy()
    for n in range(1, MAX_TERMS):
        numerator = -n * (n - a)
        b = b + 2.0
        d = 1.0 / _safe(numerator * d + b)
        c = _safe(b + numerator / c)
        step = c * d
        fraction *= step
        if not (np.abs(step - 1.0) > TOLERANCE).any():
            break
    return np.asarray(1.0 - scale * fraction)


def _safe(value: Floats) -> Floats:
    return np.where(np.abs(value) < TINY, TINY, value)


def beta_share(first: Floats, second: Floats, x: Floats) -> Floats:
    """Return the probability that a beta variable is at most x.

    Parameters
    ----------
    first, second : float64, > 0
        Its two shapes.
    x : float64, 0..1
        All three are broadcast against each other.

    Examples
    --------
    >>> beta_share(np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.array([0.25, 0.5])).round(9).tolist()
    [0.25, 0.25]
    """
    a, b, z = (np.array(part, dtype=np.float64) for part in np.broadcast_arrays(first, second, x))
    share = np.where(z >= 1.0, 1.0, 0.0)
    open_ones = (z > 0.0) & (z < 1.0)
    mirrored = open_ones & (z > (a + 1.0) / (a + b + 2.0))
    direct = open_ones & ~mirrored
    if direct.any():
        share[direct] = _beta_fraction(a[direct], b[direct], z[direct])
    if mirrored.any():
        share[mirrored] = 1.0 - _beta_fraction(b[mirrored], a[mirrored], 1.0 - z[mirrored])
    return np.clip(share, 0.0, 1.0)


def _beta_fraction(a: Floats, b: Floats, z: Floats) -> Floats:
    # Lentz's algorithm, two steps of the continued fraction at a time.
    scale = np.exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * np.log(z) + b * np.log1p(-z)) / a
    c = np.ones_like(z)
    d = 1.0 / _safe(1.0 - (a + b) * z / (a + 1.0))
    fraction = d.copy()
    for n in range(1, MAX_TERMS):
        even = n * (b - n) * z / ((a + 2 * n - 1.0) * (a + 2 * n))
        d, c = 1.0 / _safe(1.0 + even * d), _safe(1.0 + even / c)
        fraction *= d * c
        odd = -(a + n) * (a + b + n) * z / ((a + 2 * n) * (a + 2 * n + 1.0))
        d, c = 1.0 / _safe(1.0 + odd * d), _safe(1.0 + odd / c)
        step = d * c
        fraction *= step
        if not (np.abs(step - 1.0) > TOLERANCE * 4).any():
            break
    return np.asarray(scale * fraction)


def solve(rises: Callable[[float], float], target: float, *, low: float = 1e-12, high: float = 1e12) -> float:
    """Return where a rising function of a positive number reaches a target, by bisection of the logarithm.

    Parameters
    ----------
    rises : function of float to float
    target : float
    low, high : float, > 0
        Ends of the search: a target that is reached below ``low`` gives 0, one that ``high`` does not reach infinity.

    Examples
    --------
    >>> round(solve(lambda x: x * x, 9.0), 9)
    3.0
    """
    if rises(low) >= target:
        return 0.0
    if rises(high) < target:
        return float("inf")
    least, most = float(np.log(low)), float(np.log(high))
    for _ in range(BISECTIONS):
        middle = 0.5 * (least + most)
        if rises(float(np.exp(middle))) < target:
            least = middle
        else:
            most = middle
    return float(np.exp(0.5 * (least + most)))
