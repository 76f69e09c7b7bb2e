"""Find the distribution of a number of independent events by ways that share nothing with the house's own."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_decimals", "by_waves", "interval_of"]

Floats = NDArray[np.float64]


def by_decimals(prob: Floats) -> Floats:
    """Return the distribution by plain convolution in 40 digits: exact to the last bit of a float; n to a thousand."""
    with localcontext() as context:
        context.prec = 40
        chances = [Decimal(1)]
        for p in map(Decimal, prob.tolist()):
            q = 1 - p
            chances = [
                (chances[k] * q if k < len(chances) else 0) + (chances[k - 1] * p if k else 0)
                for k in range(len(chances) + 1)
            ]
        return np.array([float(one) for one in chances])


def by_waves(prob: Floats) -> tuple[int, Floats]:
    """Return the first count of a window and its chances, from the characteristic function of all events at once.

    The window is wide enough (12 standard deviations to either side, and 64 counts) that what lies beyond it, which the
    inverse transform folds into it, stays below 1e-25. The phase is taken about the mean, so that it stays small.
    """
    mean, spread = float(prob.sum()), float(np.sqrt((prob * (1.0 - prob)).sum()))
    size = 1 << int(np.ceil(np.log2(24.0 * spread + 128.0)))
    first = round(mean) - size // 2
    at = np.arange(size) + first
    pmf = np.full(size, 1.0 / size)
    for wave in range(1, size // 2 + 1):
        angle = 2.0 * np.pi * wave / size
        phi = np.exp((np.log1p(prob * np.expm1(1j * angle)) - 1j * prob * angle).sum())
        pmf += (1.0 if 2 * wave == size else 2.0) / size * np.real(phi * np.exp(1j * angle * (mean - at)))
        if abs(phi) < 1e-22:
            break
    return first, pmf


def interval_of(prob: Floats, level: float = 0.9) -> tuple[int, int]:
    """Return the central interval from :func:`by_waves`."""
    first, pmf = by_waves(prob)
    cumulative, tail = np.cumsum(pmf), (1.0 - level) / 2.0
    return first + int((cumulative <= tail).sum()), first + int((cumulative < 1.0 - tail).sum())
