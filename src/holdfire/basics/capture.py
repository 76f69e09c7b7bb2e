"""Capture: how much nobody saw, from how often independent sources saw the same.

Turns the numbers of events that one, two and more sources told of into bounds of how many there were. Rules: Chao's
estimate is a lower bound where sources see independently of each other, however unlike the events are; it needs no
further model. Two latent classes of events (those that are easy to see and those that are hard) give an estimate where
at least ``MIN_SOURCES`` sources overlap enough; it is only as good as that model, and its interval, from the profile of
the likelihood, holds the sampling error alone. Sources that copy each other make either too low; sources that each
watch another part of the ground make either too high. Leaves which sources are independent to the caller. Source: Chao
(1987), Estimating the population size for capture-recapture data with unequal catchability, Biometrics 43; Colwell
(2013), EstimateS 9, appendix B, eq. 6-13; Stanghellini and van der Heijden (2004), A multiple-record systems estimation
method that takes observed and unobserved heterogeneity into account, Biometrics 60.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.special import log_gamma

__all__ = [
    "MAX_SOURCES", "MIN_EACH", "MIN_OVERLAP", "MIN_SOURCES", "ChaoBound", "ClassFit", "chao_bound", "latent_classes",
    "why_too_few",
]  # fmt: skip

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Z_90 = 1.6448536269514722
"""The normal's quantile at 0.95."""
MIN_SOURCES = 4
"""Below four sources two classes have more parameters than there are patterns."""
MAX_SOURCES = 8
"""Patterns double with each source; the caller takes those that told of most."""
MIN_EACH = 10.0
"""Events that each source must have told of."""
MIN_OVERLAP = 30.0
"""Events that at least two sources must have told of."""
PSEUDO = 0.1
"""Hits and misses that are added to each source in each class, so that no probability runs to 0 or 1."""
N_STEPS = 1_000
TOLERANCE = 1e-6
"""Largest step of any probability at which the fit has settled."""
DROP_90 = 1.3527
"""Half the 0.9 quantile of chi square with one degree of freedom."""
UNSEEN_SPAN = (0.002, 50.0)
"""Numbers of unseen events that are tried, over that of the seen ones."""
N_NUMBERS = 140
"""How many of them: each is 7.5 % above the one before."""
STARTS = ((1.2, 0.6), (1.4, 0.2))
"""Where the fit begins: each source's share of the seen events, raised for one class and lowered for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaoBound:
    """Hold Chao's lower bound.

    Attributes
    ----------
    n_seen, n_once, n_twice : float
        Events that any source told of, one source alone, and exactly two.
    n_all : float
        Lower bound of how many there were: an estimate of it.
    n_all_low, n_all_high : float
        Its 90 % interval (log-normal); ``n_all_low`` is what may be held to be a bound.
    variance : float
    """

    n_seen: float
    n_once: float
    n_twice: float
    n_all: float
    n_all_low: float
    n_all_high: float
    variance: float


def chao_bound(n_seen: float, n_once: float, n_twice: float, n_sources: int) -> ChaoBound:
    """Return Chao's lower bound of the number of events, corrected for bias.

    Parameters
    ----------
    n_seen, n_once, n_twice : float, >= 0
        Sums of probabilities are taken as they are.
    n_sources : int, >= 1
        Independent sources; with one nothing can be said beyond what it saw.

    Returns
    -------
    ChaoBound
        n_seen + A once (once - 1) / (2 (twice + 1)), A = (sources - 1) / sources.

    Examples
    --------
    >>> bound = chao_bound(60.0, 30.0, 20.0, 4)
    >>> round(bound.n_all, 1), round(bound.n_all_low, 1), round(bound.n_all_high, 1)
    (75.5, 67.2, 93.7)
    >>> chao_bound(5.0, 0.0, 5.0, 2).n_all
    5.0
    """
    share = (n_sources - 1) / n_sources if n_sources > 1 else 0.0
    pairs = max(0.0, n_once * (n_once - 1.0))
    unseen = share * pairs / (2.0 * (n_twice + 1.0))
    if unseen <= 0.0:
        return ChaoBound(
            n_seen=n_seen, n_once=n_once, n_twice=n_twice, n_all=n_seen, n_all_low=n_seen, n_all_high=n_seen,
            variance=0.0,
        )  # fmt: skip
    squared = share * share * n_once * (2.0 * n_once - 1.0) ** 2 / 4.0
    if n_twice > 0.0:
        over = n_twice + 1.0
        fourth = share * share * n_once**2 * n_twice * (n_once - 1.0) ** 2 / (4.0 * over**4)
        variance = unseen + squared / over**2 + fourth
    else:
        variance = unseen + squared - share * share * n_once**4 / (4.0 * (n_seen + unseen))
    variance = max(variance, 0.0)
    spread = float(np.exp(Z_90 * np.sqrt(np.log1p(variance / unseen**2))))
    return ChaoBound(
        n_seen=n_seen, n_once=n_once, n_twice=n_twice, n_all=n_seen + unseen, n_all_low=n_seen + unseen / spread,
        n_all_high=n_seen + unseen * spread, variance=variance,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassFit:
    """Hold a fit of two latent classes.

    Attributes
    ----------
    n_all, n_all_low, n_all_high : float
        Estimated number of events, and its 90 % interval.
    prob_seen : float64, (2, n_sources), 0..1
        Probability that a source tells of an event of each class; the class that is seen more comes first.
    share : float64, (2,), 0..1
        Share of each class among all events.
    deviance : float
        Twice the logarithm of the ratio between a perfect fit and this one; about as many as there are degrees.
    n_degrees : int
        Patterns that can be seen less what was fitted.
    """

    n_all: float
    n_all_low: float
    n_all_high: float
    prob_seen: Floats
    share: Floats
    deviance: float
    n_degrees: int


def why_too_few(seen: Flags, weight: Floats) -> str | None:
    """Return why two classes cannot be told from these events; None where they can.

    Parameters
    ----------
    seen : bool, (n, n_sources)
    weight : float64, (n,), 0..1
    """
    if seen.shape[1] < MIN_SOURCES:
        return f"it takes {MIN_SOURCES} independent sources, and there are {seen.shape[1]}"
    each = weight @ seen
    n_used = int((each >= MIN_EACH).sum())
    if n_used < MIN_SOURCES:
        return f"it takes {MIN_SOURCES} sources with {MIN_EACH:g} events each, and {n_used} have as many"
    overlap = float(weight[seen.sum(axis=1) >= 2].sum())
    if overlap < MIN_OVERLAP:
        return f"it takes {MIN_OVERLAP:g} events that two sources tell of, and there are {overlap:.1f}"
    return None


def _patterns(n_sources: int) -> Floats:
    # Every pattern of sources, that of none first: (2^m, m).
    return ((np.arange(1 << n_sources)[:, None] >> np.arange(n_sources)) & 1).astype(np.float64)


def _fitted(cells: Floats, unseen: Floats, patterns: Floats, prob: Floats, share: Floats) -> tuple[Floats, Floats]:
    # EM for r numbers of unseen events at once: unseen (r,), prob (r, 2, m), share (r, 2).
    # Returns the logarithm of the likelihood of each number (r,), and every parameter in a row (r, 2 m + 2).
    full = np.concatenate([unseen[:, None], np.repeat(cells[None], unseen.size, axis=0)], axis=1)
    for _ in range(N_STEPS):
        logs = np.log(prob) @ patterns.T + np.log1p(-prob) @ (1.0 - patterns).T
        joint = share[:, :, None] * np.exp(logs)
        mass = full[:, None, :] * joint / joint.sum(axis=1, keepdims=True)
        total = mass.sum(axis=2)
        moved = (mass @ patterns + PSEUDO) / (total + 2.0 * PSEUDO)[:, :, None]
        step = float(np.abs(moved - prob).max())
        prob, share = moved, (total + PSEUDO) / (total + PSEUDO).sum(axis=1, keepdims=True)
        if step < TOLERANCE:
            break
    logs = np.log(prob) @ patterns.T + np.log1p(-prob) @ (1.0 - patterns).T
    chance = (share[:, :, None] * np.exp(logs)).sum(axis=1)
    likelihood = log_gamma(full.sum(axis=1) + 1.0) - log_gamma(unseen + 1.0) + (full * np.log(chance)).sum(axis=1)
    return likelihood, np.concatenate([prob.reshape(unseen.size, -1), share], axis=1)


def _profile(cells: Floats, patterns: Floats) -> tuple[Floats, Floats, Floats]:
    # The likelihood of each number of unseen events, the best of several starts: (r,), (r,), (r, parameters).
    n_seen = float(cells.sum())
    unseen = n_seen * np.geomspace(*UNSEEN_SPAN, N_NUMBERS)
    each = np.clip(cells @ patterns[1:] / n_seen, 0.05, 0.9)
    found = []
    for high, low in STARTS:
        prob = np.clip(np.array([high, low])[:, None] * each, 0.01, 0.95)
        given = np.repeat(prob[None], unseen.size, axis=0), np.full((unseen.size, 2), 0.5)
        found.append(_fitted(cells, unseen, patterns, *given))
    best = np.argmax(np.stack([likelihood for likelihood, _ in found]), axis=0)
    rows = np.arange(unseen.size)
    return unseen, np.stack([one for one, _ in found])[best, rows], np.stack([one for _, one in found])[best, rows]


def latent_classes(seen: Flags, weight: Floats) -> ClassFit:
    """Return the number of events by two latent classes, within each of which sources are independent.

    Parameters
    ----------
    seen : bool, (n, n_sources)
        Which source told of which event; at least one each.
    weight : float64, (n,), 0..1
        Probability that the event is real.

    Returns
    -------
    ClassFit
        The likelihood of each number of unseen events, the classes being fitted to it by EM; the interval holds the
        numbers whose likelihood is within ``DROP_90`` of the greatest. Infinity where it does not fall off.
    """
    n_sources = seen.shape[1]
    patterns = _patterns(n_sources)
    code = seen @ (1 << np.arange(n_sources))
    cells = np.bincount(code, weights=weight, minlength=patterns.shape[0])[1:].astype(np.float64)
    n_seen = float(cells.sum())
    unseen, likelihood, parameters = _profile(cells, patterns)
    best = int(np.argmax(likelihood))
    within = np.flatnonzero(likelihood >= likelihood[best] - DROP_90)
    # Neighbours outside, so that the interval is at least as wide as it should be.
    first, last = int(within[0]), int(within[-1])
    low = 0.0 if first == 0 else float(unseen[first - 1])
    high = float("inf") if last == unseen.size - 1 else float(unseen[last + 1])
    prob = parameters[best][:-2].reshape(2, n_sources)
    share = parameters[best][-2:]
    logs = np.log(prob) @ patterns.T + np.log1p(-prob) @ (1.0 - patterns).T
    chance = share @ np.exp(logs)
    told = chance[1:] / (1.0 - chance[0])
    order = np.argsort(-prob.sum(axis=1), kind="stable")
    filled = cells > 0.0
    return ClassFit(
        n_all=n_seen + float(unseen[best]),
        n_all_low=n_seen + low,
        n_all_high=n_seen + high,
        prob_seen=prob[order],
        share=share[order],
        deviance=float(2.0 * (cells[filled] * np.log(cells[filled] / (n_seen * told[filled]))).sum()),
        n_degrees=patterns.shape[0] - 2 - (2 * n_sources + 1),
    )
