"""Work: the three steps of fusion that need no more than a part of the reports at a time.

Names what a step turns into what, so that a caller may do it in parts. Rule: whoever does a step returns, to the last
bit, what ``Whole`` returns. Leaves cutting and gathering to ``parts``, files and machines to ``app``.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.fusion.compare import HOPELESS_NATS, Model, find_edges
from holdfire.fusion.edges import Edges
from holdfire.fusion.labels import Labels
from holdfire.fusion.link import Groups, Ties, link, tie
from holdfire.fusion.parameters import FusionParameters, Learned
from holdfire.fusion.posterior import incident_table
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.realness import Realness
from holdfire.fusion.signals import Attached

__all__ = ["WHOLE", "Whole", "Work"]

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


class Work(Protocol):
    """Do the steps that may be done in parts."""

    def find(
        self, prepared: Prepared, model: Model, learned: Learned, rows: Rows, parameters: FusionParameters
    ) -> Edges:
        """Return the pairs of rows whose evidence is not hopeless, sorted."""
        ...

    def join(
        self,
        prepared: Prepared,
        model: Model,
        edges: Edges,
        rows: Rows,
        parameters: FusionParameters,
        labels: Labels,
    ) -> tuple[Groups, Ties]:
        """Return the groups that the edges join, and what ties each row to them."""
        ...

    def describe(
        self,
        prepared: Prepared,
        groups: Groups,
        ties: Ties,
        realness: Realness,
        learned: Learned,
        attached: Attached,
        prob: Floats,
    ) -> tuple[pa.Table, list[str]]:
        """Return the incidents by ``INCIDENT_SCHEMA``, in the order of the groups, and their ids."""
        ...


class Whole:
    """Do each step at once, on all reports."""

    def find(
        self, prepared: Prepared, model: Model, learned: Learned, rows: Rows, parameters: FusionParameters
    ) -> Edges:
        """Return the pairs of rows whose evidence is not hopeless, sorted."""
        return find_edges(prepared, model, learned, rows, parameters, HOPELESS_NATS)

    def join(
        self,
        prepared: Prepared,
        model: Model,
        edges: Edges,
        rows: Rows,
        parameters: FusionParameters,
        labels: Labels,
    ) -> tuple[Groups, Ties]:
        """Return the groups that the edges join, and what ties each row to them."""
        groups = link(prepared, model, edges, rows, parameters.merge_nats, parameters.n_threads, labels)
        return groups, tie(prepared, model, edges, rows, groups, parameters.n_threads)

    def describe(
        self,
        prepared: Prepared,
        groups: Groups,
        ties: Ties,
        realness: Realness,
        learned: Learned,
        attached: Attached,
        prob: Floats,
    ) -> tuple[pa.Table, list[str]]:
        """Return the incidents by ``INCIDENT_SCHEMA``, in the order of the groups, and their ids."""
        return incident_table(prepared, groups, ties, realness, learned, attached, prob)


WHOLE = Whole()
