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
        document["search"] = _search(runner, settings, progress)
    if wanted.lie:
        document["lies"] = _lies(runner, settings, progress)
    if wanted.replays:
        document["replays"] = [replayed(bench, name, progress) for name in wanted.replays]
    if wanted.whole:
        document["whole"] = _whole(runner, settings, wanted.whole, progress)
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


def _search(runner: Runner, settings: TrialSettings, progress: Progress) -> list[dict[str, Any]]:
    few = replace(settings, n_worlds=min(settings.n_worlds, MAX_WORLDS))
    pool = runner.pool(few)
    searched = tuple(prepare_search(pool, runner.bench, rung) for rung in runner.bench.ladder.rungs)
    parts = [range(n, n + 1) for n in range(few.n_worlds)]
    tables = {}
    progress("thresholds", 0, len(parts))
    for done, (part, table) in enumerate(runner.judge(search_worlds, (Deck.of(pool), searched, few), parts), 1):
        tables[part.start] = table
        progress("thresholds", done, len(parts))
    records = pa.concat_tables([RULE_SCHEMA.empty_table(), *(tables[number] for number in sorted(tables))])
    return [{"rung_id": one.rung_id, "rules": frontier_of(records, one)} for one in searched]


def _lies(runner: Runner, settings: TrialSettings, progress: Progress) -> list[dict[str, Any]]:
    progress("lies", 0, len(PAIRS))
    parts = [range(n, n + 1) for n in range(len(PAIRS))]
    tables = {}
    held = (stage_of(runner.bench, settings),)
    for done, (part, table) in enumerate(runner.judge(prices, held, parts), 1):
        tables[part.start] = table
        progress("lies", done, len(PAIRS))
    return [row for number in sorted(tables) for row in tables[number].to_pylist()]


def _whole(runner: Runner, settings: TrialSettings, n_worlds: int, progress: Progress) -> dict[str, Any]:
    shorter = whole_settings(settings)
    progress("whole chain", 0, n_worlds)
    parts = [range(n, n + 1) for n in range(n_worlds)]
    tables = {}
    for done, (part, table) in enumerate(runner.judge(run_whole, (runner.bench, shorter), parts), 1):
        tables[part.start] = table
        progress("whole chain", done, n_worlds)
    whole = pa.concat_tables([tables[number] for number in sorted(tables)])
    pool = runner.pool(shorter)
    tried = prepare(pool, runner.bench, runner.bench.ladder)
    return compared(whole, run_worlds(Deck.of(pool), tried, shorter, range(FAST_WORLDS)), shorter)


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
