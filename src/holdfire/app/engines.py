"""Engines: picks the engine that the user named, and ends it.

Turns a choice into a way to spread work. Rules: the engine changes where work is done and nothing of the result, so it
stands in no manifest; a choice that contradicts itself is refused before anything is read. Leaves the work to
``spread``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from holdfire.app.spread import Spread
from holdfire.engine.local import LocalEngine
from holdfire.engine.spark import start_spark
from holdfire.errors import InputError

__all__ = ["ENGINES", "EngineChoice", "open_engine", "open_spread"]

ENGINES = ("local", "spark")
"""Names of the engines; the first is the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """Say where work is done.

    Attributes
    ----------
    name : str
        One of ``ENGINES``.
    master : str or None
        URL of a cluster's master; only for ``spark``.
    n_parts : int or None
        Parts of each step's reports or incidents; None = by their number, and none at all for ``local`` where reports
        are given.
    shared : Path or None
        Folder that every worker sees under this path; None = the case's own.
    """

    name: str = ENGINES[0]
    master: str | None = None
    n_parts: int | None = None
    shared: Path | None = None

    def check(self) -> None:
        """Refuse what contradicts itself.

        Raises
        ------
        InputError
        """
        if self.name == "spark" and self.master is None:
            mend = "Name it with --master, such as spark://HOST:7077, or local[2] to try it on this machine."
            raise InputError("Spark needs the URL of a master.", "--engine spark", mend)
        if self.name != "spark" and self.master is not None:
            raise InputError(
                "A master was named, and no engine that has one.", f"--master {self.master}", "Add --engine spark."
            )


@contextmanager
def open_spread(choice: EngineChoice | None, out: Path) -> Iterator[Spread | None]:
    """Give the way to spread work, or None where it is done on whole tables; the engine is closed in the end.

    Parameters
    ----------
    choice : EngineChoice or None
        None = whole tables in this process.
    out : Path
        The case's folder.

    Raises
    ------
    InputError
        The choice contradicts itself.
    EngineError
        The engine cannot be started.
    """
    chosen = EngineChoice() if choice is None else choice
    chosen.check()
    if chosen.name == "local" and chosen.n_parts is None:
        yield None
        return
    with open_engine(chosen, out) as spread:
        yield spread


@contextmanager
def open_engine(choice: EngineChoice | None, out: Path) -> Iterator[Spread]:
    """Give the way to spread work over parts, on this machine where nobody says otherwise.

    Parameters and errors as of :func:`open_spread`.
    """
    chosen = EngineChoice() if choice is None else choice
    chosen.check()
    engine = LocalEngine() if chosen.master is None else start_spark(chosen.master)
    try:
        yield Spread(engine=engine, folder=chosen.shared or out, n_parts=chosen.n_parts)
    finally:
        engine.close()
