"""Local: runs parts in threads of this process.

Rules: the reference that every other engine is held against; as many parts are in work at a time as there are threads,
and as many more at most are made and not yet taken; a group step needs the memory of all its rows. Threads, for the
compiled kernels, NumPy and Arrow release the interpreter's lock while they count, and nothing has to be copied between
them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire.engine.port import GroupFunction, Part, PartFunction, Tables, Written, ordered, read_part, run_part

__all__ = ["LocalEngine"]

T = TypeVar("T")


MOST_THREADS = 4
"""Threads where nobody says otherwise: beyond it they wait for the interpreter's lock and each holds a part."""


class LocalEngine:
    """Run parts in this process, by :class:`~holdfire.engine.port.Engine`.

    Parameters
    ----------
    n_threads : int or None
        Parts in work at a time; None = one for each core, at most ``MOST_THREADS``.
    """

    def __init__(self, n_threads: int | None = None) -> None:
        # Arrow's own pools give memory back to the system at once and fetch it again, page by page, for each part: half
        # of the processor time of judging went into that. A table keeps the pool that it was made in.
        pa.set_memory_pool(pa.system_memory_pool())
        self.n_threads = min(os.cpu_count() or 1, MOST_THREADS) if n_threads is None else n_threads

    @property
    def n_slots(self) -> int:
        """Return how many parts are in work at a time."""
        return self.n_threads

    def map_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> list[Written]:
        """Run a function on each part by itself."""
        return list(self._in_order(lambda part: run_part(function, part, folder), parts))

    def stream_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> Iterator[Tables]:
        """Run a function on each part by itself and give what it makes of them; nothing is written."""
        return self._in_order(lambda part: function(read_part(part)), parts)

    def _in_order(self, work: Callable[[Part], T], parts: Sequence[Part]) -> Iterator[T]:
        with ThreadPoolExecutor(self.n_threads) as pool:
            running: deque[Future[T]] = deque()
            try:
                for part in parts:
                    if len(running) > self.n_threads:
                        yield running.popleft().result()
                    running.append(pool.submit(work, part))
                while running:
                    yield running.popleft().result()
            finally:
                for one in running:
                    one.cancel()

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
