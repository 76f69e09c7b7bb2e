"""Labels: what named humans said of reports, as facts that fusion learns from and keeps to.

Turns reviews of incidents into pairs of rows that are one incident or are not, and rows that tell of something real
or not. Rule: a later review takes precedence over an earlier one on the same pair or report; whoever contradicts the
rule that a curated source tells an incident once is not followed; what is said of reports that are not there is
kept and counted. Leaves what follows from it to ``reliability``, ``link`` and ``realness``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.fusion.edges import Edges
from holdfire.fusion.prepare import Prepared
from holdfire.records.incident_review import IncidentReview, standing

__all__ = ["SURE_NATS", "Labels", "label_edges", "narrow_labels", "read_labels"]

Rows = NDArray[np.int64]

SURE_NATS = 30.0
"""What a review's word weighs beside the evidence of reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Hold labelled rows.

    Attributes
    ----------
    same, apart : int64, (k, 2)
        Pairs of rows that are one incident, and that are not; the smaller row first.
    real, false : int64, (k,)
        Rows that tell of something that happened, and of something that did not.
    notes : dict
        What could not be followed.
    """

    same: Rows
    apart: Rows
    real: Rows
    false: Rows
    notes: dict[str, int]

    @property
    def rows(self) -> Rows:
        """Return every row that is named, ascending."""
        return np.unique(np.concatenate([self.same.ravel(), self.apart.ravel(), self.real, self.false]))

    def places(self, n: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return each row's place among those kept apart (-1 elsewhere; empty: there are none), and who from whom."""
        if self.apart.size == 0:
            return np.zeros(0, np.int32), np.zeros((0, 0), bool)
        named = np.unique(self.apart)
        place = np.full(n, -1, np.int32)
        place[named] = np.arange(named.size)
        apart = np.zeros((named.size, named.size), bool)
        a, b = place[self.apart[:, 0]], place[self.apart[:, 1]]
        apart[a, b] = apart[b, a] = True
        return place, apart


def _pairs(pairs: list[tuple[int, int]]) -> Rows:
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def read_labels(reviews: Sequence[IncidentReview], prepared: Prepared) -> Labels:
    """Return what the reviews say of the reports.

    Parameters
    ----------
    reviews : sequence of IncidentReview
        Superseded ones may be among them.
    prepared : Prepared
    """
    stand = standing(reviews)
    named = sorted({report for review in stand for report in review.reports})
    found = pc.index_in(pa.array(named, pa.string()), prepared.table.column("report_id")).to_pylist()
    row = {name: at for name, at in zip(named, found, strict=True) if at is not None and not prepared.is_signal[at]}
    one: dict[tuple[int, int], bool] = {}
    real: dict[int, bool] = {}
    for review in stand:
        rows = sorted({row[name] for name in review.reports if name in row})
        if review.decision in ("same incident", "different incidents"):
            one |= dict.fromkeys(combinations(rows, 2), review.decision == "same incident")
        else:
            real |= dict.fromkeys(rows, review.decision == "happened")
    source = prepared.source
    twice = [p for p, same in one.items() if same and source[p[0]] == source[p[1]] and prepared.curated[source[p[0]]]]
    for pair in twice:
        del one[pair]
    return Labels(
        same=_pairs([pair for pair, same in one.items() if same]),
        apart=_pairs([pair for pair, same in one.items() if not same]),
        real=np.array(sorted(at for at, happened in real.items() if happened), np.int64),
        false=np.array(sorted(at for at, happened in real.items() if not happened), np.int64),
        notes={
            "n_reviews": len(stand),
            "n_reports_not_here": sum(at is None for at in found),
            "n_pairs_of_one_curated_source": len(twice),
        },
    )


def narrow_labels(labels: Labels, rows: Rows) -> Labels:
    """Return the labels of a part of the reports, by their places in it; ``rows`` ascending, with every named row."""
    at = {name: np.searchsorted(rows, getattr(labels, name)) for name in ("same", "apart", "real", "false")}
    return Labels(**at, notes=labels.notes)


def label_edges(edges: Edges, labels: Labels, n: int) -> Edges:
    """Return the edges with the labelled pairs among them, at a weight that no evidence outweighs.

    Parameters
    ----------
    edges : Edges
        Sorted by left, then by right.
    labels : Labels
    n : int
        Number of rows.
    """
    if labels.same.size == 0 and labels.apart.size == 0:
        return edges
    pairs = np.concatenate([labels.same, labels.apart])
    nats = np.concatenate([np.full(len(labels.same), SURE_NATS), np.full(len(labels.apart), -SURE_NATS)])
    known, said = edges.left.astype(np.int64) * n + edges.right, pairs[:, 0] * n + pairs[:, 1]
    keep = ~np.isin(known, said)
    key = np.concatenate([known[keep], said])
    order = np.argsort(key, kind="stable")
    none, unlike = np.zeros(nats.size), (nats < 0).astype(np.float64)

    def joined(column: NDArray[np.float64], more: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([column[keep], more])[order] if column.size == known.size else column

    return Edges(
        left=(key[order] // n).astype(np.int32),
        right=(key[order] % n).astype(np.int32),
        score=joined(edges.score, nats),
        text=joined(edges.text, none),
        related=joined(edges.related, unlike),
    )
