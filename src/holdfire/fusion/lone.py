"""Lone: the chance that a report which stands alone is false, as a range where the data cannot tell.

Turns numbers of lone and of joined reports by source into shares of falsehood. Rule: how many true reports should
stand alone follows from how many are joined, over every spread of coverage that fits these; what the data leaves
open stays with the Admiralty grade, and a source that is seldom seen beside others is judged by its grade only,
because a source that covers what no other covers looks like one that invents. Leaves groups to ``realness``.
Source: Dawid and Skene (1979); Link (2003) on what mixtures of capture probabilities leave open.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

__all__ = ["LoneFalse", "judge_lone"]

Floats = NDArray[np.float64]

GRADE_REPORTS, UNGRADED_REPORTS = 8.0, 4.5
"""Imagined reports behind a grade's prior share of falsehood; grade F, which cannot be judged, has fewer."""
UNGRADED = 0.3
"""A prior share of falsehood from which on a source counts as not judged, where it is exactly this."""
ENOUGH_OVERLAP = 0.5
"""Share of a source's reports that others join, from which on the data weighs more than the grade."""
OPEN_MIND = 3.0
"""Weight of 'any share of falsehood is possible' beside the grade, where the data speaks."""
LOST = 0.01
"""Share of true reports that find no fellow because their place or day is grossly wrong."""
SOURCE_SPREAD = 0.12
"""Standard deviation of the log of how many true reports of one source stand alone, about what all sources show."""
UNSURE_SPREAD = 0.7
"""The same where too few incidents are told by several to learn from."""
SPREADS = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0])
STEPS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneFalse:
    """Hold the chance that a lone report is false, by source and by whether it accuses an opponent.

    Attributes
    ----------
    mean, lower, upper : float64, (n_sources, 2), 0..1
        Mean, fifth and ninety-fifth percentile.
    trust : float64, (n_sources, 2), 0..1
        Weight of the data; the rest is the grade's.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    trust: Floats


def _coverages(counts: Floats, n_sources: int) -> tuple[Floats, Floats]:
    """Return weights over coverages and spreads, and how many true incidents one source alone should see in each.

    The counts of incidents by number of independent tellers follow a beta-binomial truncated below two; incidents
    differ in size, so that a plain binomial would expect too few lone ones.
    """
    k = np.arange(n_sources + 1)
    choose = np.cumsum(np.concatenate([[0.0], np.log((n_sources - k[:-1]) / (k[:-1] + 1.0))]))
    fits, alone = np.zeros((2, 60 * SPREADS.size)), np.zeros((2, 60 * SPREADS.size))
    at = 0
    for mean in np.geomspace(min(0.02, 0.3 / n_sources), 0.9, 60):
        for spread in SPREADS:
            a, b = mean * spread, (1 - mean) * spread
            steps = np.log(a + k[:-1]) - np.log(np.maximum(b + n_sources - 1 - k[:-1], 1e-9))
            log_prob = choose + np.concatenate([[0.0], np.cumsum(steps)])
            prob = np.exp(log_prob - log_prob.max())
            prob /= prob.sum()
            for m, low in enumerate((2, 3)):
                told = prob[low:] / prob[low:].sum()
                fits[m, at] = float((counts[low:] * np.log(told + 1e-300)).sum()) - abs(float(np.log(spread / 8.0)))
                alone[m, at] = float(counts[low:].sum() * prob[1] / prob[low:].sum())
            at += 1
    weight = np.exp(fits - fits.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    # Pairs joined by mistake crowd the twos, but so do small incidents: where there is enough, both are believed.
    weight *= np.array([[0.35], [0.65]]) if n_sources >= 6 and counts[3:].sum() >= 100 else np.array([[1.0], [0.0]])
    keep = weight > 1e-4
    return weight[keep] / weight[keep].sum(), np.maximum(alone[keep], 1e-3)


def _grade_density(prior: float, share: Floats) -> Floats:
    reports = UNGRADED_REPORTS if abs(prior - UNGRADED) < 1e-9 else GRADE_REPORTS
    a, b = prior * reports, (1 - prior) * reports
    log_density = (a - 1) * np.log(share) + (b - 1) * np.log1p(-share) + lgamma(a + b) - lgamma(a) - lgamma(b)
    density = np.exp(log_density)
    return np.asarray(density / density.sum())


def _quantile(share: Floats, density: Floats, at: float) -> float:
    return float(np.interp(at, np.cumsum(density) - density / 2, share))


def _told(n: float, joined: float, both: float, real: Floats, weight: Floats, wide: float, share: Floats) -> Floats:
    """Return how well each share of falsehood among n lone reports fits the true ones that should stand alone."""
    expected = real * joined / max(1.0, both) + LOST * (n + joined) + 0.1
    variance = wide**2 + 1.0 / (n + 1) + 1.0 / (joined + 1)
    gap = np.log(max(n, 0.5) * (1 - share)[:, None] / expected[None, :])
    return np.asarray(np.exp(-0.5 * gap**2 / variance) @ weight + 1e-12)


def judge_lone(alone: Floats, joined: Floats, missed: Floats, breadth: Floats, prior_false: Floats) -> LoneFalse:
    """Return the chance that a lone report is false.

    Parameters
    ----------
    alone, joined : float64, (n_sources, 2)
        Reports that stand alone, and that stand beside independent ones; by whether they accuse an opponent.
    missed : float64, (n_sources,), 0..1
        Chance that all the others miss an incident.
    breadth : float64, (n_sources + 1,)
        Groups by number of independent tellers.
    prior_false : float64, (n_sources,), 0..1
        By the Admiralty grade.
    """
    n_sources = missed.size
    prior = np.clip(prior_false, 0.01, 0.9)
    share = (np.arange(STEPS) + 0.5) / STEPS
    both = joined.sum(axis=1)
    odds = np.clip(missed, 0.02, 0.98) / (1 - np.clip(missed, 0.02, 0.98))
    expected = odds * both
    weight, total, wide = np.ones(1), np.array([max(1e-3, float(expected.sum()))]), UNSURE_SPREAD
    if breadth[2:].sum() >= 30 and n_sources >= 3:
        weight, total = _coverages(breadth, min(n_sources, breadth.size - 1))
        wide = SOURCE_SPREAD
    part = expected / max(1e-9, float(expected.sum()))
    overlap = both / np.maximum(1.0, alone.sum(axis=1) + both)
    known = overlap**4 / (overlap**4 + ENOUGH_OVERLAP**4) if n_sources >= 3 else np.zeros(n_sources)
    trust = known[:, None] * alone / (alone + 2.0)
    mean, lower, upper = (np.zeros((n_sources, 2)) for _ in range(3))
    for s in range(n_sources):
        grade = _grade_density(float(prior[s]), share)
        for k in range(2):
            told = _told(float(alone[s, k]), float(joined[s, k]), float(both[s]), part[s] * total, weight, wide, share)
            # Where the data speaks, a grade far off is overruled: every share is possible.
            told = (grade + OPEN_MIND / STEPS) * told
            density = trust[s, k] * told / told.sum() + (1 - trust[s, k]) * grade
            mean[s, k] = float(density @ share)
            lower[s, k], upper[s, k] = _quantile(share, density, 0.05), _quantile(share, density, 0.95)
    return LoneFalse(mean=mean, lower=np.minimum(lower, mean), upper=np.maximum(upper, mean), trust=trust)
