"""Casebook: a case whose every input and every run stands in its evidence log.

Turns files into log entries, and the log up to an entry into the inputs of a run. Rules: bytes are logged before a
reader touches them; a run names the entry up to which it read, so it is a pure function of the log; what was taken back
is still in the log, with who took it back and why. Leaves the stages to ``commands`` and the log to ``evidence``.
Source: DESIGN, sections 1 (rules 3 and 4) and 3.

Entries that are written and folded here:

    case-started     the agreement (a file)
    files-received   ``use`` (one of USES) and the files; of uses other than reports and reviews the latest counts
    files-withdrawn  ``sha256`` of files that count no more, and the ``reason``
    run              ``up_to`` (entries that it read), ``settings``, and ``run.json`` as a file
"""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfire import __version__
from holdfire.app.commands import InputFiles, assess_files
from holdfire.app.wire import check_file, load_trees, read_file
from holdfire.basics.canonical import canonical_json
from holdfire.basics.documents import nearest_name, read_document
from holdfire.errors import DocumentError, InputError, MissingInputError
from holdfire.evidence.entries import Entry, FileName
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import Signer, new_signer, read_signer, write_signer

__all__ = [
    "USES",
    "Inputs",
    "Replay",
    "add_files",
    "fold",
    "key_path",
    "open_case",
    "replay",
    "run",
    "start_case",
    "withdraw",
]

USES = ("reports", "sources", "taxonomy", "mapping", "coverage", "reviews", "areas", "agreement")
"""What a file may be to a case."""

LOG = "log"
"""The folder of a case's log; beside it rest the tables that the last run wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Say which reports of the log a run takes, and how.

    Attributes
    ----------
    start, end : str or None
        Only reports that may have happened in ``[start, end)``.
    strict : bool
        A refused row stops the run.
    """

    start: str | None = None
    end: str | None = None
    strict: bool = False


@dataclass(slots=True, kw_only=True)
class Inputs:
    """Hold the files that count after some number of entries, by use, in the order in which they came in."""

    files: dict[str, list[FileName]] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Fold one more entry in."""
        if entry.type in ("case-started", "files-received"):
            use = str(entry.data.get("use", "agreement"))
            known = {file.sha256 for file in self.files.get(use, ())}
            fresh = [file for file in entry.blobs if file.sha256 not in known]
            keeps = self.files.get(use, []) if use in ("reports", "reviews") else []
            self.files[use] = [*keeps, *fresh] if fresh or keeps else list(entry.blobs)
        elif entry.type == "files-withdrawn":
            gone = set(entry.data["sha256"])
            for use, files in self.files.items():
                self.files[use] = [file for file in files if file.sha256 not in gone]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Say what came of running a logged run again.

    Attributes
    ----------
    entry : int
        The run's entry.
    same : tuple of str
        Outputs with the same bytes.
    differ : tuple of str
        Outputs whose bytes differ.
    reasons : tuple of str
        What else differs and may explain it; empty where nothing does.
    """

    entry: int
    same: tuple[str, ...]
    differ: tuple[str, ...]
    reasons: tuple[str, ...]


def key_path(case: Path) -> Path:
    """Return where a case's private key rests: ``HOLDFIRE_KEYS``, else a folder beside the case.

    It is never in the case's folder, which is what one copies and hands on.
    """
    named = os.environ.get("HOLDFIRE_KEYS")
    folder = Path(named) if named else case.resolve().parent / ".holdfire-keys"
    return folder / f"{case.resolve().name}.key"


def open_case(case: Path) -> EvidenceLog:
    """Return the log of a case.

    Raises
    ------
    MissingInputError
        The folder holds no log.
    """
    if not (case / LOG / "checkpoint").is_file():
        raise MissingInputError(
            "This folder holds no case with a log.",
            str(case),
            "Start one: 'holdfire case start CASE --agreement FILE'.",
        )
    return EvidenceLog.open(case / LOG)


def _signer(case: Path) -> Signer:
    return read_signer(key_path(case))


def _put(log: EvidenceLog, paths: Sequence[Path]) -> list[FileName]:
    named = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                sha256, size = log.blobs.put(stream)
        except OSError as error:
            raise MissingInputError(
                f"This file cannot be opened: {error.strerror or error}.", str(path), "Check the path."
            ) from error
        named.append(FileName(sha256=sha256, size_bytes=size, name=path.name))
    return named


def start_case(case: Path, agreement: Path, name: str, actor: str, at: datetime) -> EvidenceLog:
    """Start a case: a key, an empty log, and the agreement as its first entry.

    Raises
    ------
    DocumentError
        The agreement has faults; nothing is made.
    InputError
        A log is there already, or the name may not be one.
    OutputError
        The folder cannot be written.
    """
    read, faults = check_file(agreement, load_trees())
    if read is None or faults:
        raise DocumentError(str(agreement), faults)
    if (case / LOG / "checkpoint").exists():
        raise InputError("This folder holds a case already.", str(case), "Add files to it: 'holdfire case add'.")
    signer = new_signer(name)
    write_signer(key_path(case), signer)
    log = EvidenceLog.start(case / LOG, signer)
    first = Entry(type="case-started", actor=actor, at=at, blobs=_put(log, [agreement]), data={"agreement_id": read.id})
    log.append([first], signer)
    return log


def add_files(case: Path, paths: Sequence[Path], use: str, actor: str, at: datetime) -> int:
    """Log files as they are, before anything reads them; return the number of their entry.

    Raises
    ------
    InputError
        The use is none.
    MissingInputError
        A file is not there, or the folder holds no case; nothing is logged.
    """
    if use not in USES:
        near = nearest_name(use, list(USES))
        raise InputError(
            f"A file cannot be used as {use!r}.", "--as", f"Write '{near}'." if near else f"One of {', '.join(USES)}."
        )
    log = open_case(case)
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise MissingInputError("This file is not there.", str(missing[0]), "Check the path; nothing was logged.")
    entry = Entry(type="files-received", actor=actor, at=at, blobs=_put(log, paths), data={"use": use})
    return log.append([entry], _signer(case)).start


def withdraw(case: Path, sha256: Sequence[str], reason: str, actor: str, at: datetime) -> int:
    """Take files back: they stay in the log and count no more.

    Raises
    ------
    InputError
        A file is not one that counts now, or no reason is given.
    """
    log = open_case(case)
    counted = {file.sha256 for files in fold(log).files.values() for file in files}
    for one in sha256:
        if one not in counted:
            raise InputError(f"No file that counts now has this SHA-256: {one}.", str(case), "See 'holdfire log list'.")
    if not reason.strip():
        raise InputError("No reason was given.", "--reason", "Say why the files count no more.")
    entry = Entry(type="files-withdrawn", actor=actor, at=at, data={"sha256": sorted(sha256), "reason": reason})
    return log.append([entry], _signer(case)).start


def fold(log: EvidenceLog, up_to: int | None = None) -> Inputs:
    """Return the files that count after the first ``up_to`` entries; None = all."""
    inputs = Inputs()
    for _, entry in log.entries(0, up_to):
        inputs.take(entry)
    return inputs


def _safe_name(file: FileName) -> str:
    # The sender's name, as far as it can be no path; its ending tells the readers the format.
    return re.sub(r"[^\w.\-]", "_", Path(file.name).name).lstrip(".") or file.sha256[:12]


def _lay_out(log: EvidenceLog, inputs: Inputs, folder: Path, settings: RunSettings) -> tuple[Path, InputFiles]:
    # Put the files where the readers can open them: each in a folder of its own, under its own name.
    laid: dict[str, list[Path]] = {}
    for use, files in inputs.files.items():
        for number, file in enumerate(files):
            path = folder / use / f"{number:04d}" / _safe_name(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            blob = log.blobs.path(file.sha256)
            if not blob.is_file():
                raise MissingInputError(
                    "A file that the log names is not in this copy.", file.sha256, "Ask for a bundle that holds it."
                )
            path.write_bytes(log.blobs.read(file.sha256))
            laid.setdefault(use, []).append(path)
    if not laid.get("reports"):
        raise MissingInputError("The log holds no reports yet.", str(log.folder), "Add some: 'holdfire case add'.")
    last = {use: paths[-1] for use, paths in laid.items() if use not in ("reports", "reviews")}
    agreement = last.pop("agreement")
    reviews = _joined_reviews(laid.get("reviews", ()), folder / "reviews.json")
    given: Mapping[str, Any] = {**last, **asdict(settings)}
    return agreement, InputFiles(reports=tuple(laid["reports"]), reviews=reviews, **given)


def _joined_reviews(paths: Sequence[Path], out: Path) -> Path | None:
    joined: list[Any] = []
    for path in paths:
        value = read_document(read_file(path), str(path)).value
        joined += value if isinstance(value, list) else []
    if not joined:
        return None
    out.write_text(json.dumps(joined, ensure_ascii=False, default=str), encoding="utf-8")
    return out


def run(case: Path, settings: RunSettings, actor: str, at: datetime) -> dict[str, Any]:
    """Run all stages on what the log holds now, write the case's tables, and log the run.

    Returns
    -------
    dict
        The summary of the run, with ``entry``: the number of its entry.
    """
    log = open_case(case)
    up_to = log.checkpoint().size
    with tempfile.TemporaryDirectory(prefix="holdfire-") as scratch:
        agreement, files = _lay_out(log, fold(log, up_to), Path(scratch), settings)
        summary = assess_files(agreement, files, case)
    manifest = read_file(case / "run.json")
    sha256, size = log.blobs.put(io.BytesIO(manifest))
    entry = Entry(
        type="run",
        actor=actor,
        at=at,
        blobs=[FileName(sha256=sha256, size_bytes=size, name="run.json", media_type="application/json")],
        data={"up_to": up_to, "settings": asdict(settings), "run_id": summary["run_id"], "code_version": __version__},
    )
    return {**summary, "entry": log.append([entry], _signer(case)).start}


def replay(case: Path, index: int | None = None) -> Replay:
    """Run a logged run again from the log alone, and compare the bytes of every output.

    Parameters
    ----------
    case : Path
    index : int or None
        The run's entry; None = the last run.

    Raises
    ------
    InputError
        That entry is no run, or there is none.
    """
    log = open_case(case)
    runs = [(number, entry) for number, entry in log.entries() if entry.type == "run"]
    chosen = [pair for pair in runs if index is None or pair[0] == index]
    if not chosen:
        known = ", ".join(str(number) for number, _ in runs[-5:]) or "none"
        raise InputError(
            "No run was logged." if index is None else f"Entry {index} is no run.", str(case), f"Runs are: {known}."
        )
    number, entry = chosen[-1]
    then = json.loads(log.blobs.read(entry.blobs[0].sha256))
    settings = RunSettings(**entry.data["settings"])
    with tempfile.TemporaryDirectory(prefix="holdfire-") as scratch:
        agreement, files = _lay_out(log, fold(log, int(entry.data["up_to"])), Path(scratch) / "in", settings)
        out = Path(scratch) / "out"
        assess_files(agreement, files, out)
        now = json.loads(read_file(out / "run.json"))
    outputs = sorted(set(then["outputs"]) | set(now["outputs"]))
    differ = tuple(name for name in outputs if then["outputs"].get(name) != now["outputs"].get(name))
    reasons = [
        f"{what} was {then.get(key)}, is now {now.get(key)}"
        for key, what in (("code_version", "The code's version"), ("agreement_sha256", "The agreement"))
        if then.get(key) != now.get(key)
    ]
    reasons += (
        ["The settings differ."] if canonical_json(then["parameters"]) != canonical_json(now["parameters"]) else []
    )
    return Replay(
        entry=number, same=tuple(n for n in outputs if n not in differ), differ=differ, reasons=tuple(reasons)
    )
