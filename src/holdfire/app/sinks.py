"""Sinks: where tables go that are made part after part.

Turns pieces of tables into whole ones: in memory, or as Parquet beside the making of the next piece. Rule: a file of a
case appears whole or not at all, and all of a case's files after the last stage has ended. Leaves what is made to
``spread``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from holdfire.basics.canonical import TableWriter

__all__ = ["Collected", "Sink", "Streamed", "streamed"]

MOST_WAITING = 1
"""Pieces of a table that wait to be written; who makes more waits with them, so that memory stays bounded."""


class Sink(Protocol):
    """Take tables piece by piece."""

    def add(self, name: str, piece: pa.Table) -> None:
        """Take the next rows of a table."""
        ...


class Collected:
    """Hold tables in memory.

    Parameters
    ----------
    schemas : mapping of str to pyarrow.Schema
        The tables by name.
    """

    def __init__(self, schemas: Mapping[str, pa.Schema]) -> None:
        self._pieces: dict[str, list[pa.Table]] = {name: [schema.empty_table()] for name, schema in schemas.items()}

    def add(self, name: str, piece: pa.Table) -> None:
        """Take the next rows of a table."""
        self._pieces[name].append(piece)

    def table(self, name: str) -> pa.Table:
        """Return a table as far as it was taken."""
        return pa.concat_tables(self._pieces[name])


class Streamed:
    """Write tables as Parquet, each in a thread of its own; made by :func:`streamed`.

    Parameters
    ----------
    writers : mapping of str to TableWriter
        The tables by name.
    """

    def __init__(self, writers: Mapping[str, TableWriter]) -> None:
        self.writers = writers
        self._threads = {name: ThreadPoolExecutor(1) for name in writers}
        self._waiting: dict[str, deque[Future[None]]] = {name: deque() for name in writers}

    def add(self, name: str, piece: pa.Table) -> None:
        """Take the next rows of a table.

        Raises
        ------
        OutputError
            An earlier piece could not be written.
        """
        waiting = self._waiting[name]
        while len(waiting) > MOST_WAITING:
            waiting.popleft().result()
        waiting.append(self._threads[name].submit(self.writers[name].add, piece))

    def commit(self) -> list[Path]:
        """Put all files in their places, and return where those are.

        Raises
        ------
        OutputError
            A file could not be written; then none is put in its place that was not yet.
        """
        for waiting in self._waiting.values():
            while waiting:
                waiting.popleft().result()
        ended = [self._threads[name].submit(writer.commit) for name, writer in self.writers.items()]
        return [one.result() for one in ended]

    def close(self) -> None:
        """End the threads, and leave behind nothing but what was committed."""
        for name, thread in self._threads.items():
            thread.shutdown(cancel_futures=True)
            self.writers[name].discard()


@contextmanager
def streamed(paths: Mapping[str, tuple[Path, pa.Schema]]) -> Iterator[Streamed]:
    """Give a sink that writes tables to files.

    Parameters
    ----------
    paths : mapping of str to (Path, pyarrow.Schema)
        Where each table goes, by its name.
    """
    sink = Streamed({name: TableWriter(path, schema) for name, (path, schema) in paths.items()})
    try:
        yield sink
    finally:
        sink.close()
