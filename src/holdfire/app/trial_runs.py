"""Trial runs: judge a ladder's trial with its processes and files, to be gone on with after an interruption.

Turns an agreement and settings into a folder: records, figures, charts and pages. Rules: worlds are judged in parts of
a fixed size, each written whole or not at all, so that the result has the same bytes for any number of workers and
after any interruption; a folder of another trial is refused, never mixed. Leaves the judging to ``trial``.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from holdfire import __version__
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.basics.canonical import canonical_json
from holdfire.errors import EngineError, InputError
from holdfire.store.case_folder import CaseFolder
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck
from holdfire.trial.pool import Pool, make_pool
from holdfire.trial.record import RECORD_SCHEMA, prepare, run_worlds
from holdfire.trial.scenes import party_against, reading_of
from holdfire.trial.settings import TrialSettings, settings_digest

__all__ = ["Progress", "Runner", "TrialFolder", "bench_of", "parts_of"]

PART_WORLDS = 50
"""Worlds that are judged and written together: a second or two of work, which is what an interruption may cost."""

POOL_SETTINGS = ("per_day", "seed", "error_scale", "without", "against", "pool_days")
"""Settings that shape a pool."""

Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and of how much."""


def bench_of(path: Path, settings: TrialSettings) -> Bench:
    """Return what an agreement's ladder is tried by.

    Raises
    ------
    InputError
        The agreement has no ladder, no such reading, or fewer than two parties.
    """
    agreement = load_agreement_file(path, load_trees())
    if agreement.ladder is None:
        raise InputError(
            "This agreement has no ladder to be tried.",
            str(path),
            "Add a 'ladder'; docs/reference/ladder.md shows how.",
        )
    party_against(agreement, settings.against)
    return Bench.of(agreement, reading_of(agreement, settings.reading))


class TrialFolder:
    """Keep a trial's parts, and know which trial they belong to."""

    def __init__(self, path: Path, agreement: bytes, settings: TrialSettings) -> None:
        self.case = CaseFolder(path)
        self.pieces = CaseFolder(path / "parts")
        self.digest = settings_digest(settings, agreement, __version__)
        self.settings = settings

    def open(self, *, restart: bool) -> None:
        """Take the folder for this trial.

        Raises
        ------
        InputError
            Another trial lies there, and ``restart`` was not asked for.
        """
        marker = self.case.path / "trial.json"
        if marker.is_file() and not restart:
            known = self.case.read_document("trial.json")
            if known.get("digest") != self.digest:
                changed = _changed(known.get("settings", {}), self.settings)
                raise InputError(
                    f"Another trial lies in this folder: {changed}.",
                    str(self.case.path),
                    "Name another folder with --out, or add --restart to replace it.",
                )
            return
        for piece in sorted(self.pieces.path.glob("*")):
            piece.unlink()
        value = {"digest": self.digest, "settings": asdict(self.settings), "version": __version__}
        self.case.write_document("trial.json", value)

    def missing(self, n_worlds: int) -> list[range]:
        """Return the parts that are not there yet."""
        return [part for part in parts_of(n_worlds) if not self.pieces.has(_name(part))]

    def records(self, n_worlds: int) -> pa.Table:
        """Return the records of all worlds, in order."""
        tables = [self.pieces.read(_name(part)) for part in parts_of(n_worlds)]
        return pa.concat_tables([RECORD_SCHEMA.empty_table(), *tables]).combine_chunks()


def parts_of(n_worlds: int) -> list[range]:
    """Return the parts of so many worlds."""
    return [range(start, min(start + PART_WORLDS, n_worlds)) for start in range(0, n_worlds, PART_WORLDS)]


def _name(part: range) -> str:
    return f"part-{part.start:07d}"


def _changed(known: dict[str, Any], settings: TrialSettings) -> str:
    now: dict[str, Any] = json.loads(canonical_json(asdict(settings)))
    names = [name for name, value in now.items() if known.get(name) != value]
    return f"it has other settings ({', '.join(names)})" if names else "its agreement or program version is another"


class Runner:
    """Run parts of worlds in processes of their own; makes each pool once."""

    def __init__(self, bench: Bench, workers: int) -> None:
        self.bench = bench
        self.workers = workers
        self.pools: dict[str, Pool] = {}

    def pool(self, settings: TrialSettings) -> Pool:
        """Return the pool of some settings; what does not shape a pool does not make it anew."""
        key = repr([getattr(settings, name) for name in POOL_SETTINGS])
        if key not in self.pools:
            party = party_against(self.bench.agreement, settings.against)
            self.pools = {key: make_pool(self.bench, settings, party)}
        return self.pools[key]

    def records(self, settings: TrialSettings, folder: TrialFolder, label: str, progress: Progress) -> pa.Table:
        """Return the records of a trial, of which only the missing parts are run."""
        missing = folder.missing(settings.n_worlds)
        if missing:
            progress(label, settings.n_worlds - sum(len(part) for part in missing), settings.n_worlds)
            pool = self.pool(settings)
            held = (Deck.of(pool), prepare(pool, self.bench, self.bench.ladder), settings)
            done = settings.n_worlds - sum(len(part) for part in missing)
            for part, table in self.judge(run_worlds, held, missing):
                folder.pieces.write(_name(part), table)
                done += len(part)
                progress(label, done, settings.n_worlds)
        return folder.records(settings.n_worlds)

    def kept(
        self,
        work: Callable[..., pa.Table],
        held: Callable[[], tuple[Any, ...]],
        folder: TrialFolder,
        label: str,
        n: int,
        progress: Progress,
    ) -> list[pa.Table]:
        """Return n pieces of work in order, of which only those that the folder lacks are done.

        Parameters
        ----------
        held : callable
            Makes what the work needs; is asked only where a piece is missing.
        """
        names = {number: f"{label}-{number:07d}" for number in range(n)}
        missing = [number for number, name in names.items() if not folder.pieces.has(name)]
        progress(label, n - len(missing), n)
        if missing:
            parts = [range(number, number + 1) for number in missing]
            for done, (part, table) in enumerate(self.judge(work, held(), parts), n - len(missing) + 1):
                folder.pieces.write(names[part.start], table)
                progress(label, done, n)
        return [folder.pieces.read(name) for name in names.values()]

    def judge(
        self, work: Callable[..., pa.Table], held: tuple[Any, ...], parts: list[range]
    ) -> Iterator[tuple[range, pa.Table]]:
        """Give each part as soon as it is judged."""
        if self.workers == 1 or len(parts) == 1:
            for part in parts:
                yield part, work(*held, part)
            return
        spawned = multiprocessing.get_context("spawn")
        n_workers = min(self.workers, len(parts))
        with ProcessPoolExecutor(n_workers, mp_context=spawned, initializer=_begin, initargs=(work, held)) as executor:
            running = {executor.submit(_work, part): part for part in parts}
            try:
                for future in as_completed(running):
                    yield running[future], future.result()
            except BrokenProcessPool as error:
                raise EngineError(
                    "A worker of the trial ended before its time.",
                    "holdfire trial",
                    "Run the same command again, it goes on; with fewer --workers it needs less memory.",
                ) from error
            finally:
                executor.shutdown(wait=True, cancel_futures=True)


_HELD: list[tuple[Callable[..., pa.Table], tuple[Any, ...]]] = []


def _begin(work: Callable[..., pa.Table], held: tuple[Any, ...]) -> None:
    _HELD[:] = [(work, held)]


def _work(part: range) -> pa.Table:
    work, held = _HELD[0]
    return work(*held, part)
