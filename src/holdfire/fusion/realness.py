"""Realness: which groups tell of something that happened.

Turns groups into the chance that each is real, from how many independent sources tell of it and how often each
source tells of things that nobody else sees. Rule: a report that stands alone is as good as its source; what its
source is worth is read off how often the others, whose coverage is known from incidents that several report,
should have seen what it tells. Identifiability: a source that covers what no other covers looks like one that
invents; the Admiralty grade decides there, and the bounds say so. Source: Dawid and Skene (1979); Chao (1987) for
incidents that only one source sees; docs/explanation/fusion.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled
from holdfire.fusion.link import Groups
from holdfire.fusion.parameters import Learned
from holdfire.fusion.prepare import Prepared

__all__ = ["Realness", "judge_groups"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

PRIOR_REPORTS = 40.0
"""Reports' worth of weight of the Admiralty grade."""
MOST_TRUST = 0.9
"""Weight of what is read off the data where there is plenty of it; the rest stays with the grade."""
LOST = 0.01
"""Share of true reports that find no fellow because their place or day is grossly wrong."""
COPY_BYTES = 0.8
"""Share of equal sketch bytes from which two texts count as one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Realness:
    """Hold what was judged of each group.

    Attributes
    ----------
    prob, lower, upper : float64, (n_groups,), 0..1
    n_independent : int32, (n_groups,)
        Sources that do not copy one another.
    n_sources : int32, (n_groups,)
    alone_false : float64, (n_sources, 2), 0..1
        Chance that a report standing alone is false, by source and by whether it accuses an opponent.
    """

    prob: Floats
    lower: Floats
    upper: Floats
    n_independent: Ints
    n_sources: Ints
    alone_false: Floats


@compiled
def _independent(
    first: NDArray[np.int64],
    members: Ints,
    source: Ints,
    copies: NDArray[np.bool_],
    coordinate: Ints,
    sketch: NDArray[np.uint8],
    n_sources: Ints,
    n_independent: Ints,
    origin: NDArray[np.bool_],
) -> None:
    for g in range(first.size - 1):
        for k in range(first[g], first[g + 1]):
            i, new, own = members[k], True, True
            for m in range(first[g], k):
                j = members[m]
                if source[i] == source[j]:
                    new = own = False
                    continue
                alike = copies[source[i], source[j]] and coordinate[i] == coordinate[j]
                if not alike and sketch.shape[0] > 0:
                    equal, some = 0, 0
                    for b in range(sketch.shape[1]):
                        some += sketch[i, b] > 0 or sketch[j, b] > 0
                        equal += sketch[i, b] > 0 and sketch[i, b] == sketch[j, b]
                    alike = some >= 12 and equal > 0.8 * some
                if alike:
                    own = False
            n_sources[g] += new
            n_independent[g] += own
            origin[i] = own


def _expected_alone(counts: Floats, n_sources: int) -> float:
    """Return how many real incidents one source alone should see, from those that several see.

    Fits a beta-binomial truncated below two by a grid of means and spreads (maximum likelihood); real incidents
    differ in size, so that a plain binomial would expect too few.
    """
    k = np.arange(n_sources + 1)
    choose = np.cumsum(np.concatenate([[0.0], np.log((n_sources - k[:-1]) / (k[:-1] + 1.0))]))
    # Pairs joined by mistake crowd the twos; where there are sources enough, only threes and more are trusted.
    low = 3 if n_sources >= 6 and counts[3:].sum() >= 100 else 2
    best, answer = -np.inf, 0.0
    for mean in np.linspace(0.02, 0.9, 45):
        for spread in (2.0, 4.0, 8.0, 16.0, 64.0):
            a, b = mean * spread, (1 - mean) * spread
            steps = np.log(a + k[:-1]) - np.log(np.maximum(b + n_sources - 1 - k[:-1], 1e-9))
            log_prob = choose + np.concatenate([[0.0], np.cumsum(steps)])
            prob = np.exp(log_prob - log_prob.max())
            prob /= prob.sum()
            told = prob[low:] / prob[low:].sum()
            fit = float((counts[low:] * np.log(told + 1e-300)).sum()) - 1.0 * abs(np.log(spread / 8.0))
            if fit > best:
                best, answer = fit, float(counts[low:].sum() * prob[1] / prob[low:].sum())
    return answer


def _alone_false(
    prepared: Prepared, learned: Learned, alone: Floats, joined: Floats, breadth: Floats
) -> tuple[Floats, Floats]:
    """Return the chance that a report standing alone is false, (n_sources, 2), and its standard deviation."""
    n_sources = learned.coverage.size
    missed = np.array(
        [
            np.prod(1.0 - learned.coverage[[o for o in range(n_sources) if o != s and not prepared.copies[s, o]]])
            for s in range(n_sources)
        ]
    )
    odds = np.clip(missed, 0.02, 0.98) / (1 - np.clip(missed, 0.02, 0.98))
    total_joined = joined.sum(axis=1)
    expected = odds * total_joined
    if breadth[2:].sum() >= 30 and n_sources >= 3:
        real_alone = _expected_alone(breadth, min(n_sources, breadth.size - 1))
        expected *= np.clip(real_alone / max(1.0, expected.sum()), 0.1, 10.0)
    prior = np.clip(prepared.prior_false, 0.01, 0.9)
    split = joined / np.maximum(total_joined, 1.0)[:, None]
    real = expected[:, None] * split + LOST * (alone + joined)
    guess = np.clip(1.0 - real / np.maximum(alone, 1.0), 0.0, 1.0)
    trust = alone / (alone + PRIOR_REPORTS) * (MOST_TRUST if n_sources >= 3 else 0.0)
    mean = trust * guess + (1 - trust) * prior[:, None]
    spread = np.sqrt(np.clip(mean * (1 - mean), 0.01, None) / (1 + 0.25 * np.sqrt(alone + PRIOR_REPORTS)))
    return mean, spread


def judge_groups(prepared: Prepared, groups: Groups, learned: Learned) -> Realness:
    """Return the chance that each group tells of something that happened."""
    n_groups, n_sources = groups.first.size - 1, learned.coverage.size
    seen, independent = np.zeros(n_groups, np.int32), np.zeros(n_groups, np.int32)
    origin = np.zeros(prepared.n, bool)
    _independent(
        groups.first,
        groups.members,
        prepared.source,
        prepared.copies,
        prepared.coordinate,
        prepared.sketch,
        seen,
        independent,
        origin,
    )
    rows = groups.members[origin[groups.members]]
    source, accuses = prepared.source[rows], prepared.accuses[rows].astype(int)
    group = groups.label[rows]
    several = independent[group] >= 2
    flat = source * 2 + accuses
    lonely = 1.0 - groups.elsewhere[rows]
    alone = np.bincount(flat[~several], lonely[~several], minlength=2 * n_sources).reshape(n_sources, 2).astype(float)
    joined = np.bincount(flat[several], minlength=2 * n_sources).reshape(n_sources, 2).astype(float)
    breadth = np.bincount(independent, minlength=n_sources + 1).astype(float)
    mean, spread = _alone_false(prepared, learned, alone, joined, breadth)
    # A group is false where its first teller invented it and none of the others truly belongs.
    stays = np.clip(groups.prob[rows], 0.0, 0.999)
    doubt = np.where(several, np.log1p(-np.clip(2 * stays - 1, 0.0, 0.98)), 0.0)
    doubt = np.where(several, doubt, np.log(np.maximum(lonely, 1e-3)) / np.maximum(1, np.diff(groups.first)[group]))
    doubt_of = np.bincount(group, doubt, minlength=n_groups)
    doubt_of -= np.where(independent >= 2, _least(group, doubt, n_groups), 0.0)
    tellers = np.maximum(np.bincount(group, minlength=n_groups), 1)

    def of_groups(chance: Floats) -> Floats:
        mean_false = np.bincount(group, chance[source, accuses], minlength=n_groups) / tellers
        return np.asarray(1.0 - mean_false * np.exp(doubt_of))

    return Realness(
        prob=of_groups(mean),
        lower=of_groups(np.clip(mean + 1.64 * spread, 0.0, 1.0)),
        upper=of_groups(np.clip(mean - 1.64 * spread, 0.0, 1.0)),
        n_independent=independent,
        n_sources=seen,
        alone_false=mean,
    )


def _least(group: Ints, doubt: Floats, n_groups: int) -> Floats:
    """Return each group's smallest doubt: the report that the others are counted beside."""
    least = np.zeros(n_groups)
    np.minimum.at(least, group, doubt)
    return least
