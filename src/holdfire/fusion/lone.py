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
ENOUGH_OVERLAP = 0.35
"""Share of joined reports, among those of other sources around a source's lone ones, from which on the data weighs
more than the grade: where others are many and see the same things, their silence speaks."""
OPEN_MIND = 3.0
"""Weight of 'any share of falsehood is possible' beside the grade, where the data speaks."""
SOURCE_SPREAD = 0.12
"""Standard deviation of the log of how many true reports of one source stand alone, about what all sources show."""
SINGLES_SPREAD = 0.25
"""Standard deviation of the log of the number of incidents that one source alone tells of, about what follows from
those that several tell of: found so in simulated worlds of many kinds."""
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


def _told(n: float, strays: float, real: Floats, wide: float, share: Floats) -> Floats:
    """Return how well each share of falsehood (rows) among n lone reports fits each number of true ones (columns)."""
    expected = real + strays + 0.1
    variance = wide**2 + 1.0 / (n + 1) + 1.0 / (expected + 1)
    gap = np.log(max(n, 0.5) * (1 - share)[:, None] / expected[None, :])
    return np.asarray(np.exp(-0.5 * gap**2 / variance[None, :]) + 1e-12)


def _singles(breadth: Floats, plain: float, n_sources: int) -> tuple[Floats, Floats, float]:
    """Return weights over numbers of incidents that one source alone tells of, these numbers, and their spread.

    Parameters
    ----------
    breadth : float64, (2, n_sources + 1)
        Incidents by number of tellers as found, and corrected for mistakes; both are believed alike.
    plain : float
        What follows from the learned coverages alone, where too few incidents are told by several.
    """
    if breadth[0, 2:].sum() < 30 or n_sources < 3:
        return np.ones(1), np.array([max(1e-3, plain)]), UNSURE_SPREAD
    parts = [_coverages(counts, n_sources) for counts in breadth]
    off = np.exp(SINGLES_SPREAD * np.array([-1.5, -0.75, 0.0, 0.75, 1.5]))
    chance = np.array([0.12, 0.23, 0.3, 0.23, 0.12])
    weight = np.concatenate([np.outer(w, chance).ravel() / 2 for w, _ in parts])
    total = np.concatenate([np.outer(t, off).ravel() for _, t in parts])
    return weight, total, SOURCE_SPREAD


def judge_lone(
    alone: Floats,
    joined: Floats,
    missed: Floats,
    breadth: Floats,
    prior_false: Floats,
    overlap: Floats,
    lost: float,
    taken: float,
    reviewed: Floats | None = None,
) -> LoneFalse:
    """Return the chance that a lone report is false.

    Parameters
    ----------
    alone, joined : float64, (n_sources, 2)
        Reports that stand alone, and that stand beside independent ones; by whether they accuse an opponent.
    missed : float64, (n_sources,), 0..1
        Chance that all the others miss an incident.
    breadth : float64, (2, n_sources + 1)
        Incidents by number of independent tellers: as found, and corrected for mistakes.
    prior_false : float64, (n_sources,), 0..1
        By the Admiralty grade.
    overlap : float64, (n_sources,), 0..1
        Share of joined reports among those of other sources around the source's lone ones.
    lost, taken : float, 0..1
        Share of the reports of incidents that several tell of which stand alone by mistake; share of the reports of
        incidents that one tells of which do not stand alone.
    reviewed : float64, (n_sources, 2), optional
        Lone reports that reviews call false, and real.
    """
    n_sources = missed.size
    prior = np.clip(prior_false, 0.01, 0.9)
    share = (np.arange(STEPS) + 0.5) / STEPS
    both = joined.sum(axis=1)
    odds = np.clip(missed, 0.02, 0.98) / (1 - np.clip(missed, 0.02, 0.98))
    expected = odds * both
    part = expected / max(1e-9, float(expected.sum()))
    known = overlap**4 / (overlap**4 + ENOUGH_OVERLAP**4) if n_sources >= 3 else np.zeros(n_sources)
    trust = known[:, None] * alone / (alone + 2.0)
    weight, total, wide = _singles(breadth, float(expected.sum()), n_sources)
    kept = joined / np.maximum(1.0, both)[:, None] * part[:, None] * (1.0 - taken)
    grades = np.stack([_grade_density(float(p), share) for p in prior])
    if reviewed is not None:
        grades = grades * share ** reviewed[:, :1] * (1.0 - share) ** reviewed[:, 1:]
        grades /= grades.sum(axis=1, keepdims=True)
    # Where the data speaks, a grade far off is overruled: every share is possible.
    open_grades = grades + OPEN_MIND / STEPS
    seen = np.flatnonzero(alone > 0)
    told = {}
    for at in seen.tolist():
        s, k = divmod(at, 2)
        told[at] = _told(float(alone[s, k]), float(joined[s, k]) * lost, kept[s, k] * total, wide, share)
    # All sources see the same incidents: how many these are is judged by all of them together.
    log_weight = np.log(weight)
    for at, fits in told.items():
        s, k = divmod(at, 2)
        log_weight = log_weight + trust[s, k] * np.log(open_grades[s] @ fits)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean, lower, upper = (np.zeros((n_sources, 2)) for _ in range(3))
    for at in range(2 * n_sources):
        s, k = divmod(at, 2)
        density = grades[s]
        if at in told:
            fit = open_grades[s] * (told[at] @ weight)
            density = trust[s, k] * fit / fit.sum() + (1 - trust[s, k]) * density
        mean[s, k] = float(density @ share)
        lower[s, k], upper[s, k] = _quantile(share, density, 0.05), _quantile(share, density, 0.95)
    return LoneFalse(mean=mean, lower=np.minimum(lower, mean), upper=np.maximum(upper, mean), trust=trust)
