"""Trial: try a ladder and write what came of it.

Turns an agreement and what is wanted into a folder: the trial's document as JSON, its pages in English and Ukrainian,
its records, and the frontier as CSV. Rule: each file is written whole or not at all; the same wish gives the same
bytes, however many workers there are. Leaves processes and going on after an interruption to ``trial_runs``.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from holdfire import __version__
from holdfire.app.trial_replay import replayed
from holdfire.app.trial_runs import Progress, Runner, TrialFolder, bench_of
from holdfire.app.wire import read_file
from holdfire.basics.canonical import write_bytes
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck
from holdfire.trial.figures import trial_figures
from holdfire.trial.lies import PAIRS, prices, stage_of
from holdfire.trial.page import render_trial
from holdfire.trial.record import prepare, run_worlds
from holdfire.trial.scenes import party_against
from holdfire.trial.search import MAX_WORLDS, RULE_SCHEMA, frontier_of, prepare_search, search_worlds
from holdfire.trial.sensitivity import changes_of, short_figures
from holdfire.trial.settings import TrialSettings, check_settings
from holdfire.trial.whole import compared, run_whole, whole_settings
from holdfire.trial.words import LANGUAGES

__all__ = ["Wanted", "try_ladder"]

FAST_WORLDS = 400
"""Worlds by the fast way that the whole chain is held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Say what a trial shall find.

    Attributes
    ----------
    settings : TrialSettings
    whole : int
        Worlds to be checked by the whole chain; 0 = none.
    sensitivity, search, lie : bool
    replays : tuple of str
        Names of real records.
    """

    settings: TrialSettings = field(default_factory=TrialSettings)
    whole: int = 0
    sensitivity: bool = False
    search: bool = False
    lie: bool = False
    replays: tuple[str, ...] = ()


def try_ladder(
    path: Path, wanted: Wanted, out: Path, *, workers: int, restart: bool, progress: Progress
) -> dict[str, Any]:
    """Try an agreement's ladder, write the trial's files, and return its document.

    Parameters
    ----------
    path : Path
        The agreement.
    out : Path
        Folder of the trial; worlds that were judged before an interruption are not judged again.
    workers : int, >= 1
        Processes; the result does not depend on it.
    restart : bool
        Replace another trial that lies in the folder.

    Raises
    ------
    InputError
        The agreement has no ladder, a setting is out of its range, or another trial lies in the folder.
    EngineError
        A worker ended before its time.
    """
    settings = check_settings(wanted.settings)
    bench, text = bench_of(path, settings), read_file(path)
    runner = Runner(bench, workers)
    folder = TrialFolder(out, text, settings)
    folder.open(restart=restart)
    records = runner.records(settings, folder, "worlds", progress)
    document = _document(bench, settings)
    document["rungs"] = trial_figures(records)
    if wanted.search:
        document["search"] = _search(runner, folder, progress)
    if wanted.lie:
        document["lies"] = _lies(runner, folder, progress)
    if wanted.replays:
        document["replays"] = [_replay(bench, folder, name, progress) for name in wanted.replays]
    if wanted.whole:
        document["whole"] = _whole(runner, folder, wanted.whole, progress)
    if wanted.sensitivity:
        document["sensitivity"] = _sensitivity(runner, settings, text, out, restart=restart, progress=progress)
    folder.case.write("records", records)
    _write(out, document)
    return document


def _document(bench: Bench, settings: TrialSettings) -> dict[str, Any]:
    agreement, ladder = bench.agreement, bench.ladder
    return {
        "holdfire": "trial/1",
        "version": __version__,
        "agreement": {
            "id": agreement.id,
            "version": agreement.version,
            "title": dict(agreement.title),
            "ladder": dict(ladder.title),
            "parties": {party.id: dict(party.name) for party in agreement.parties},
        },
        "reading": bench.reading,
        "against": party_against(agreement, settings.against),
        "settings": json.loads(json.dumps(asdict(settings))),
        "ladder": [
            {"id": rung.id, "title": dict(rung.title), "when": rung.when.model_dump(mode="json")}
            for rung in ladder.rungs
        ],
    }


def _sensitivity(
    runner: Runner, settings: TrialSettings, text: bytes, out: Path, *, restart: bool, progress: Progress
) -> list[dict[str, Any]]:
    found = []
    for name, changed in changes_of(settings).items():
        folder = TrialFolder(out / "sensitivity" / name, text, changed)
        folder.open(restart=restart)
        records = runner.records(changed, folder, name, progress)
        found.append({"change": name, "rungs": short_figures(trial_figures(records))})
    return found


def _search(runner: Runner, folder: TrialFolder, progress: Progress) -> list[dict[str, Any]]:
    few = replace(folder.settings, n_worlds=min(folder.settings.n_worlds, MAX_WORLDS))
    pool = runner.pool(few)
    searched = tuple(prepare_search(pool, runner.bench, rung) for rung in runner.bench.ladder.rungs)
    held = (Deck.of(pool), searched, few)
    tables = runner.kept(search_worlds, lambda: held, folder, "thresholds", few.n_worlds, progress)
    records = pa.concat_tables([RULE_SCHEMA.empty_table(), *tables])
    return [{"rung_id": one.rung_id, "rules": frontier_of(records, one)} for one in searched]


def _lies(runner: Runner, folder: TrialFolder, progress: Progress) -> list[dict[str, Any]]:
    tables = runner.kept(
        prices, lambda: (stage_of(runner.bench, folder.settings),), folder, "lies", len(PAIRS), progress
    )
    return [row for table in tables for row in table.to_pylist()]


def _replay(bench: Bench, folder: TrialFolder, name: str, progress: Progress) -> dict[str, Any]:
    kept = f"replay-{name}.json"
    if not (folder.pieces.path / kept).is_file():
        folder.pieces.write_document(kept, replayed(bench, name, progress))
    found: dict[str, Any] = folder.pieces.read_document(kept)
    return found


def _whole(runner: Runner, folder: TrialFolder, n_worlds: int, progress: Progress) -> dict[str, Any]:
    shorter = whole_settings(folder.settings)
    tables = runner.kept(run_whole, lambda: (runner.bench, shorter), folder, "whole", n_worlds, progress)
    pool = runner.pool(shorter)
    tried = prepare(pool, runner.bench, runner.bench.ladder)
    fast = run_worlds(Deck.of(pool), tried, shorter, range(FAST_WORLDS))
    return compared(pa.concat_tables(tables), fast, shorter)


def _write(out: Path, document: dict[str, Any]) -> None:
    for language in LANGUAGES:
        write_bytes(out / f"trial.{language}.html", render_trial(document, language))
    if document.get("search"):
        write_bytes(out / "frontier.csv", _frontier_csv(document["search"]))
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_bytes(out / "figures.json", text.encode())


def _frontier_csv(search: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    names = ("at_least", "window", "prob", "standard", "false", "delay_h", "power", "dominated", "is_written")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("rung_id", *names))
    for one in search:
        writer.writerows(
            [one["rung_id"], *("" if rule[n] is None else rule[n] for n in names)] for rule in one["rules"]
        )
    return text.getvalue().encode()
