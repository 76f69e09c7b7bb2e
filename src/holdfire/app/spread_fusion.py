"""Spread fusion: the steps of fusion that may be done in parts, over parts on an engine.

Turns what ``fuse`` asks of its work into files of parts, runs each part, and gathers. Rules: whatever looks at all
reports - order, counts around them, learning, components, rehearsal, what is real - stays where ``fuse`` runs, and
goes to each part as a few numbers; what comes back is put in the order of the whole, so that the result is the same,
byte by byte, whatever the engine and the number of parts. Leaves what a step does to ``fusion``. Source: DESIGN,
section 1 (rule 4); docs/explanation/beyond-one-machine.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from holdfire.app.spread import Spread
from holdfire.engine.port import Part, PartFunction, Written
from holdfire.errors import OutputError
from holdfire.fusion.block import class_radii
from holdfire.fusion.compare import Model, locate
from holdfire.fusion.cut import cut_askers, cut_runs
from holdfire.fusion.edges import Edges
from holdfire.fusion.labels import Labels
from holdfire.fusion.link import Groups, Ties, by_component, gather_groups
from holdfire.fusion.parameters import FusionParameters, Learned
from holdfire.fusion.parts import (
    EDGES,
    array_of,
    asking_table,
    columns_of,
    describe_part,
    edge_table,
    edges_of,
    find_part,
    join_part,
    told_table,
    without_reports,
    without_rows,
)
from holdfire.fusion.posterior import wording_of
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.realness import Realness
from holdfire.fusion.signals import Attached
from holdfire.fusion.sorting import order_by_two
from holdfire.fusion.work import WHOLE, Work
from holdfire.records.incident import INCIDENT_SCHEMA

__all__ = ["SpreadWork", "fusion_work"]

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

JUDGED = ("prob", "lower", "upper", "n_independent", "n_sources")
"""What was judged of a group and is told of its incident."""


@dataclass(frozen=True, slots=True)
class SpreadWork:
    """Do the steps of fusion over parts, by :class:`~holdfire.fusion.work.Work`.

    Attributes
    ----------
    spread : Spread
    folder : Path
        Of this run's own, under the one that every worker sees.
    """

    spread: Spread
    folder: Path

    def _run(self, function: PartFunction, made: Iterator[Mapping[str, pa.Table]], step: str) -> list[Written]:
        parts: list[Part] = []
        for number, tables in enumerate(made):
            name = f"{step}-{number:05d}"
            files = {key: self.folder / f"{name}-{key}.parquet" for key in tables}
            for key, table in tables.items():
                _write(files[key], table)
            parts.append(Part(name=name, files=files))
        written = self.spread.engine.map_parts(function, parts, self.folder)
        for path in (path for part in parts for path in part.files.values()):
            path.unlink(missing_ok=True)
        return written

    def _sparing(self, parameters: FusionParameters) -> FusionParameters:
        # A cluster works on many parts at a time, one core for each.
        return parameters if self.spread.engine.n_slots == 1 else replace(parameters, n_threads=1)

    def find(
        self, prepared: Prepared, model: Model, learned: Learned, rows: Rows, parameters: FusionParameters
    ) -> Edges:
        """Return the pairs of rows whose evidence is not hopeless, sorted."""
        located = locate(prepared, model, learned)
        cut = cut_askers(located, rows, parameters.gap_h, self.spread.wanted_parts(rows.size))
        function = partial(
            find_part,
            bare=without_reports(prepared),
            model=without_rows(model),
            learned=learned,
            parameters=self._sparing(parameters),
            radii=class_radii(located, rows),
        )
        made = ({"reports": asking_table(prepared, model, located, *one)} for one in cut)
        written = self._run(function, made, "find")
        edges = edges_of(_gathered(written, "edges", EDGES))
        return edges.select(order_by_two(edges.left, edges.right, prepared.n))

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
        order, first = by_component(prepared.n, edges)
        everyone = np.arange(prepared.n)

        def tables(low: int, high: int) -> dict[str, pa.Table]:
            some = edges.select(np.sort(order[first[low] : first[high]]))
            row = np.unique(np.concatenate([some.left, some.right]))
            return {
                "reports": columns_of(row=row, G=model.G[row], H=model.H[row]),
                "edges": edge_table(some, everyone),
            }

        function = partial(
            join_part,
            bare=without_reports(prepared),
            model=without_rows(model),
            parameters=self._sparing(parameters),
            worded=prepared.sketch.shape[0] > 0,
            apart=labels.apart,
        )
        runs = cut_runs(first, self.spread.wanted_parts(rows.size))
        return _joined(self._run(function, (tables(*run) for run in runs), "join"), model, rows)

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
        runs = cut_runs(groups.first, self.spread.wanted_parts(groups.members.size))
        judged: dict[str, NDArray[Any]] = {name: getattr(realness, name) for name in JUDGED}

        def tables(low: int, high: int) -> dict[str, pa.Table]:
            row = np.sort(groups.members[groups.first[low] : groups.first[high]]).astype(np.int64)
            reports = told_table(prepared, row)
            beside = (("group", groups.label[row] - low), ("own_nats", ties.own_nats[row]), ("prob", prob[row]))
            for name, values in beside:
                reports = reports.append_column(name, pa.array(values))
            here = (attached.group >= low) & (attached.group < high)
            return {
                "reports": reports,
                "groups": columns_of(
                    G=groups.G[low:high], H=groups.H[low:high], **{key: v[low:high] for key, v in judged.items()}
                ),
                "signals": columns_of(group=attached.group[here] - low, prob=attached.prob[here]),
            }

        function = partial(describe_part, bare=without_reports(prepared), learned=learned, wording=wording_of(prepared))
        written = self._run(function, (tables(*run) for run in runs), "describe")
        incidents = _gathered(written, "incidents", INCIDENT_SCHEMA)
        return incidents, incidents.column("incident_id").to_pylist()


def _write(path: Path, table: pa.Table) -> None:
    # These files live for one step: numbers that hardly repeat are written as they are.
    words = [field.name for field in table.schema if pa.types.is_string(field.type)]
    try:
        pq.write_table(table, path, compression="zstd", compression_level=1, use_dictionary=words)
    except OSError as error:
        raise OutputError(
            f"A part cannot be written: {error.strerror or error}.", str(path), "Name another folder with --shared."
        ) from error


def _gathered(written: Sequence[Written], name: str, schema: pa.Schema) -> pa.Table:
    """Return a table of all parts, in their order."""
    return pa.concat_tables([schema.empty_table(), *(pq.read_table(one.tables[name]) for one in written)])


def _joined(written: Sequence[Written], model: Model, rows: Rows) -> tuple[Groups, Ties]:
    """Return all groups and ties: those of the parts, and each report that no pair names by itself."""
    n = model.G.shape[0]
    root, own, rival = np.arange(n, dtype=np.int32), np.full(n, np.inf), np.full(n, -np.inf)
    several = []
    for one in written:
        ties = pq.read_table(one.tables["ties"])
        row = array_of(ties, "row")
        root[row] = array_of(ties, "root")
        own[row], rival[row] = array_of(ties, "own_nats"), array_of(ties, "rival_nats")
        several.append(pq.read_table(one.tables["groups"]))
    groups = gather_groups(root, rows, model.G, model.H)
    for table in several:
        which = groups.label[array_of(table, "root")]
        groups.G[which], groups.H[which] = array_of(table, "G"), array_of(table, "H")
    return groups, Ties(own_nats=own, rival_nats=rival)


@contextmanager
def fusion_work(spread: Spread | None) -> Iterator[Work]:
    """Give the way that fusion's steps are done: at once, or over parts; what was written for that is removed.

    Raises
    ------
    OutputError
        The folder of the parts cannot be made.
    """
    if spread is None:
        yield WHOLE
        return
    with spread.scratch() as folder:
        yield SpreadWork(spread, folder)
