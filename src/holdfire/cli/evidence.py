"""Commands on the evidence: case (start, add, withdraw, run) and log (list, verify, prove, export, replay).

Turns arguments into one call of the app. The clock is read here, and only to say when somebody acted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from holdfire.app.bundle import export_log
from holdfire.app.casebook import USES, RunSettings, add_files, open_case, replay, run, start_case, withdraw
from holdfire.app.events import log_lines
from holdfire.app.wire import read_file
from holdfire.app.witnessing import stamp_log, stamps_of, witness_log
from holdfire.basics.canonical import write_bytes
from holdfire.cli.case import show_summary
from holdfire.cli.options import FILE, FOLDER, json_option, quiet_options
from holdfire.errors import InputError
from holdfire.evidence.notes import new_signer, read_signer, write_signer
from holdfire.evidence.verify import COSIGNED, Key, VerifyError, parse_key, verify_log

__all__ = ["COMMANDS"]

F = TypeVar("F", bound=Callable[..., Any])
CASE = click.argument("case_folder", type=FOLDER, metavar="CASE")


def _actor_option(function: F) -> F:
    return click.option(
        "--actor", required=True, envvar="HOLDFIRE_ACTOR", help="Who acts: a name that stands in the log for good."
    )(function)


def _now() -> datetime:
    return datetime.now(tz=UTC)


@click.group("case")
def case_group() -> None:
    """Keep a case whose every input and every run stands in its log."""


@case_group.command()
@CASE
@click.option("--agreement", required=True, type=FILE, help="The agreement (YAML).")
@click.option("--name", required=True, help="Name of the log, like an address: mission.example/case-1.")
@_actor_option
def start(case_folder: Path, agreement: Path, name: str, actor: str) -> None:
    """Start a case: a key, an empty log, and the agreement as its first entry."""
    log = start_case(case_folder, agreement, name, actor, _now())
    click.echo(
        f"Case started in {case_folder}. Publish this key, so that others can check the log:\n  {log.key.text()}"
    )


@case_group.command()
@CASE
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--as", "use", type=click.Choice(USES), default=USES[0], show_default=True, help="What the files are.")
@_actor_option
def add(case_folder: Path, files: tuple[Path, ...], use: str, actor: str) -> None:
    """Log files as they are, before anything reads them."""
    entry = add_files(case_folder, files, use, actor, _now())
    click.echo(f"{len(files)} files logged as {use}: entry {entry}.")


@case_group.command("withdraw")
@CASE
@click.argument("sha256", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why they count no more.")
@_actor_option
def withdraw_files(case_folder: Path, sha256: tuple[str, ...], reason: str, actor: str) -> None:
    """Take logged files back: they stay in the log and count no more."""
    click.echo(f"{len(sha256)} files count no more: entry {withdraw(case_folder, sha256, reason, actor, _now())}.")


@case_group.command("run")
@CASE
@click.option("--from", "start_at", metavar="INSTANT", help="Take reports of this instant or day and later.")
@click.option("--to", "end_at", metavar="INSTANT", help="Take reports of before this instant or day.")
@click.option("--strict", is_flag=True, help="Stop where a row cannot be read.")
@_actor_option
@quiet_options
@json_option
def run_command(
    case_folder: Path,
    start_at: str | None,
    end_at: str | None,
    strict: bool,
    actor: str,
    quiet: bool,
    log_json: bool,
    as_json: bool,
) -> None:
    """Run all stages on what the log holds now, and log the run."""
    log_lines(quiet=quiet, as_json=log_json)
    summary = run(case_folder, RunSettings(start=start_at, end=end_at, strict=strict), actor, _now())
    show_summary(summary, as_json)
    if not as_json:
        click.echo(f"Logged as entry {summary['entry']}.")


@click.group("log")
def log_group() -> None:
    """Look at, check, prove, hand on and replay a case's log."""


@log_group.command("list")
@CASE
@click.option("--from", "first", type=click.IntRange(min=0), default=0, help="First entry.")
@json_option
def list_entries(case_folder: Path, first: int, as_json: bool) -> None:
    """List entries: number, when, who, what, and the files with their SHA-256."""
    log = open_case(case_folder)
    for index, entry in log.entries(first):
        if as_json:
            files = [{"name": f.name, "sha256": f.sha256, "size": f.size_bytes} for f in entry.blobs]
            said = {"entry": index, "at": entry.at.isoformat(), "actor": entry.actor, "type": entry.type}
            click.echo(json.dumps({**said, "files": files, "data": dict(entry.data)}, ensure_ascii=False))
            continue
        use = f" ({entry.data['use']})" if "use" in entry.data else ""
        click.echo(f"{index:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}  {entry.type}{use}")
        for file in entry.blobs:
            click.echo(f"        {file.sha256}  {file.size_bytes:>12,}  {file.name}")


def _key(text: str) -> Key:
    try:
        return parse_key(text)
    except VerifyError as error:
        raise InputError(str(error), "--key or --witness", "Copy it whole, as it was published.") from error


@log_group.command()
@click.argument("folder", type=FOLDER, metavar="CASE|BUNDLE")
@click.option("--key", help="The log's key as it was published; without it the one in the case's own folder.")
@click.option("--old", type=FILE, multiple=True, help="A checkpoint that you kept from an earlier day.")
@click.option("--witness", multiple=True, help="Key of a witness that must have signed.")
@json_option
def verify(folder: Path, key: str | None, old: tuple[Path, ...], witness: tuple[str, ...], as_json: bool) -> None:
    """Check a log: signatures, every entry and tile, every file, and earlier checkpoints."""
    where = folder / "log" if (folder / "log" / "checkpoint").is_file() else folder
    trusted = _key(key) if key is not None else open_case(folder).key
    wrong, said = verify_log(where, trusted, [read_file(path) for path in old], [_key(one) for one in witness])
    if as_json:
        click.echo(json.dumps({"verified": not wrong, "wrong": wrong, "checked": said}, ensure_ascii=False))
    else:
        for line in wrong:
            click.echo(f"WRONG: {line}")
        click.echo(f"{'NOT VERIFIED' if wrong else 'VERIFIED'}: {said or 'nothing could be checked'}")
        if key is None:
            click.echo(
                "The key was taken from the case's own folder. To convince others, give the published one: --key."
            )
    sys.exit(1 if wrong else 0)


@log_group.command()
@CASE
@click.argument("entry", type=click.IntRange(min=0))
@click.option("--out", type=FILE, help="The file to write; default: standard output.")
def prove(case_folder: Path, entry: int, out: Path | None) -> None:
    """Write the proof that an entry is in the log (C2SP tlog-proof)."""
    proof = open_case(case_folder).prove(entry)
    if out is None:
        click.echo(proof.decode(), nl=False)
    else:
        write_bytes(out, proof)
        click.echo(f"Proof of entry {entry} written to {out}")


@log_group.command()
@CASE
@click.option("--out", required=True, type=FOLDER, help="A new folder for the bundle.")
@click.option(
    "--entry", "entries", type=click.IntRange(min=0), multiple=True, help="Only the files of this entry, with a proof."
)
@click.option("--no-files", is_flag=True, help="Entries and tiles alone.")
@json_option
def export(case_folder: Path, out: Path, entries: tuple[int, ...], no_files: bool, as_json: bool) -> None:
    """Write a bundle that somebody outside can check alone."""
    made = export_log(open_case(case_folder), out, entries or None, with_files=not no_files)
    if as_json:
        click.echo(json.dumps({"out": str(out), **made}))
    else:
        click.echo(f"{made['n_entries']} entries, {made['n_files']} files, {made['n_withheld']} withheld: {out}")


@log_group.command("replay")
@CASE
@click.option("--entry", type=click.IntRange(min=0), help="The run's entry; default: the last run.")
@quiet_options
@json_option
def replay_command(case_folder: Path, entry: int | None, quiet: bool, log_json: bool, as_json: bool) -> None:
    """Run a logged run again from the log alone, and say which bytes differ, if any, and why."""
    log_lines(quiet=quiet, as_json=log_json)
    done = replay(case_folder, entry)
    if as_json:
        said = {"entry": done.entry, "same": done.same, "differ": done.differ, "reasons": done.reasons}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(
            f"Run of entry {done.entry}: {len(done.same)} outputs with the same bytes, {len(done.differ)} differ."
        )
        for name in done.differ:
            click.echo(f"  differs: {name}")
        for reason in done.reasons:
            click.echo(f"  {reason}")
    sys.exit(1 if done.differ else 0)


@log_group.command("new-witness")
@click.option("--name", required=True, help="Name of the witness, like an address: witness.example/w1.")
@click.option("--key-file", required=True, type=FILE, help="The file to write.")
def new_witness(name: str, key_file: Path) -> None:
    """Make a witness's key, and print the public one."""
    signer = new_signer(name, kind=COSIGNED)
    write_signer(key_file, signer)
    click.echo(signer.public().text())


@log_group.command("witness")
@click.argument("folder", type=FOLDER, metavar="CASE|LOG")
@click.option("--key", required=True, help="The log's key, as the mission published it.")
@click.option("--key-file", required=True, type=FILE, help="The witness's own key ('holdfire log new-witness').")
@click.option("--memory", required=True, type=FOLDER, help="The witness's own folder: what it signed before.")
def witness_command(folder: Path, key: str, key_file: Path, memory: Path) -> None:
    """Check a log against what you signed before, and add your signature to its checkpoint."""
    where = folder / "log" if (folder / "log" / "checkpoint").is_file() else folder
    size = witness_log(where, _key(key), read_signer(key_file), memory, _now())
    click.echo(f"The checkpoint of {size} entries continues what was signed before; it bears your signature now.")


@log_group.command()
@CASE
@click.option("--url", required=True, help="Address of a time-stamping authority (RFC 3161).")
@click.option("--roots", required=True, type=FILE, help="The roots that you trust (PEM).")
def stamp(case_folder: Path, url: str, roots: Path) -> None:
    """Ask a time-stamping authority to stamp the checkpoint; this goes over the net."""
    log = open_case(case_folder)
    instant = stamp_log(log, url, roots)
    click.echo(f"The checkpoint of {log.checkpoint().size} entries existed at {instant:%Y-%m-%d %H:%M:%S} UTC.")


@log_group.command()
@CASE
@click.option("--roots", required=True, type=FILE, help="The roots that you trust (PEM).")
def stamps(case_folder: Path, roots: Path) -> None:
    """Check all time stamps, and say which number of entries existed when."""
    for size, instant in stamps_of(open_case(case_folder), roots):
        click.echo(f"{size:>8} entries existed at {instant:%Y-%m-%d %H:%M:%S} UTC")


COMMANDS = (case_group, log_group)
