"""Scores of a clustering against the truth: pairwise and B-cubed, and the best that a peer's settings reach.

Turns two columns of labels into figures. Rule: every number is symmetric in the names of the labels; a peer with
several settings is scored by the best of them for each figure, chosen on the truth, which is in the peer's favour.
Source: Bagga and Baldwin (1998) for B-cubed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["agreement", "best_of", "n_pairs"]

Ints = NDArray[np.int64]


def n_pairs(label: Ints) -> float:
    """Return how many pairs share a label."""
    sizes = np.unique(label, return_counts=True)[1].astype(float)
    return float((sizes * (sizes - 1) / 2).sum())


def agreement(label: Ints, truth: Ints) -> dict[str, float]:
    """Return how well a clustering agrees with the truth.

    Parameters
    ----------
    label, truth : int64, (n,), >= 0
        Clusters and incidents, by any numbers.

    Returns
    -------
    dict of str to float
        Pairwise ``precision``, ``recall`` and ``f1``, ``b_cubed`` F1, all 0..1; ``exact``, the share of reports whose
        cluster is exactly their incident; ``count``, clusters over incidents.

    Examples
    --------
    >>> found = agreement(np.array([0, 0, 1, 2]), np.array([5, 5, 5, 7]))
    >>> [round(found[name], 3) for name in ("precision", "recall", "f1", "b_cubed", "exact", "count")]
    [1.0, 0.333, 0.5, 0.8, 0.25, 1.5]
    """
    label, truth = (np.unique(column, return_inverse=True)[1].astype(np.int64) for column in (label, truth))
    joint = label * (truth.max() + 2) + truth
    both = n_pairs(joint)
    precision, recall = both / max(1.0, n_pairs(label)), both / max(1.0, n_pairs(truth))
    sizes = [np.unique(column, return_inverse=True, return_counts=True) for column in (joint, label, truth)]
    shared, mine, theirs = (found[2][found[1]] for found in sizes)
    b_precision, b_recall = float((shared / mine).mean()), float((shared / theirs).mean())
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "b_cubed": 2 * b_precision * b_recall / (b_precision + b_recall),
        "exact": float(((shared == mine) & (shared == theirs)).mean()),
        "count": float((label.max() + 1) / (truth.max() + 1)),
    }


def best_of(labels: Iterable[Ints], truth: Ints) -> dict[str, float]:
    """Return for each figure the best that any of the clusterings reaches; for ``count`` the nearest to 1.

    Raises
    ------
    ValueError
        There is no clustering.
    """
    found = [agreement(label, truth) for label in labels]
    best = {name: max(one[name] for one in found) for name in found[0] if name != "count"} if found else {}
    if not best:
        raise ValueError("There is no clustering to score: a peer gives at least one.")
    return best | {"count": min((one["count"] for one in found), key=lambda ratio: abs(np.log(ratio)))}
