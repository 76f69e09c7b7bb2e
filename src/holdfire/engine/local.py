"""Local: runs parts one after another in this process.

Rule: the reference that every other engine is held against; it needs the memory of one part at a time, and of all rows
in a group step.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire.engine.port import GroupFunction, Part, PartFunction, Written, ordered, run_part

__all__ = ["LocalEngine"]


class LocalEngine:
    """Run parts in this process, by :class:`~holdfire.engine.port.Engine`."""

    @property
    def n_slots(self) -> int:
        """Return 1: one part at a time."""
        return 1

    def map_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> list[Written]:
        """Run a function on each part by itself."""
        return [run_part(function, part, folder) for part in parts]

    def map_groups(
        self, function: GroupFunction, files: Sequence[Path], keys: Sequence[str], schema: pa.Schema
    ) -> pa.Table:
        """Bring all rows of each key together and run a function on each."""
        tables = [pq.read_table(path) for path in files]
        if not tables:
            return schema.empty_table()
        rows = ordered(pa.concat_tables(tables), keys)
        changes = np.zeros(max(0, rows.num_rows - 1), dtype=np.bool_)
        for key in keys:
            column = rows.column(key)
            if rows.num_rows > 1:
                changes |= pc.not_equal(column.slice(1), column.slice(0, rows.num_rows - 1)).to_numpy()
        starts = [0, *(np.flatnonzero(changes) + 1).tolist()] if rows.num_rows else []
        ends = [*starts[1:], rows.num_rows]
        made = [function(rows.slice(start, end - start)) for start, end in zip(starts, ends, strict=bool(starts))]
        return pa.concat_tables([schema.empty_table(), *made])

    def close(self) -> None:
        """Hold nothing."""
