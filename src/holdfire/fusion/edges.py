"""Edges: scored pairs of reports, as every later step of fusion reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Edges"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Hold scored pairs, sorted by their rows (left < right).

    Attributes
    ----------
    left, right : int32, (m,)
    score, text : float64, (m,), nats
        All the evidence, and the text's part of it.
    related : float64, (m,), 0..1
        Were it not one incident: the chance that the two are related. Empty where it was not asked for.
    """

    left: Ints
    right: Ints
    score: Floats
    text: Floats
    related: Floats

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Edges:
        """Return some of the edges, in their order."""
        return Edges(
            left=self.left[keep],
            right=self.right[keep],
            score=self.score[keep],
            text=self.text[keep],
            related=self.related[keep] if self.related.size else self.related,
        )
