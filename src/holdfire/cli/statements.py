"""Commands on articles: statements."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from holdfire.app.statements import Outcome, article_files, read_articles, read_content
from holdfire.cli.options import json_option
from holdfire.errors import InputError
from holdfire.records.statement import ProposedCommitment, ReadDocument, Statement, public_json

__all__ = ["COMMANDS", "document_lines"]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR|-...")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for a folder; default: one for each core.")
@click.option("-q", "--quiet", is_flag=True, help="Write no progress lines.")
@json_option
def statements(paths: tuple[str, ...], workers: int | None, quiet: bool, as_json: bool) -> None:
    """Read articles for who said what, and for what that binds whom to.

    Reads English text, Markdown and HTML in UTF-8. Offsets count code points of the text as it is stored. A single
    file or standard input (-) gives one JSON object, several files or a folder an array of them.
    """
    if "-" in paths:
        if len(paths) > 1:
            raise click.UsageError("Standard input (-) is read alone.")
        _show_one(read_content("-", sys.stdin.buffer.read()), as_json)
        return
    given = [Path(path) for path in paths]
    files, n_others = article_files(given)
    if len(given) == 1 and not given[0].is_dir():
        (outcome,) = read_articles(files)
        if outcome.document is None:
            raise InputError(outcome.refusal or "The document was refused.")
        _show_one(outcome.document, as_json)
        return
    n_workers = min(workers or os.cpu_count() or 1, max(1, len(files) // 4))
    refused = _show_many(files, n_workers, quiet, as_json)
    if not quiet:
        beside = f"; {n_others:,} files of other kinds were left" if n_others else ""
        click.echo(f"{len(files) - len(refused):,} of {len(files):,} documents read{beside}.", err=True)
    for outcome in refused:
        click.echo(f"{outcome.path} was refused.\n{outcome.refusal}", err=True)
    if refused:
        raise click.exceptions.Exit(1)


def _show_one(document: ReadDocument, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(public_json(document), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(document_lines(document)))


def _show_many(files: Sequence[Path], n_workers: int, quiet: bool, as_json: bool) -> list[Outcome]:
    """Write each document as soon as it is read, and return the refused ones."""
    refused = []
    began = shown = time.monotonic()
    opened = False
    for n, outcome in enumerate(read_articles(files, n_workers), 1):
        if outcome.document is None:
            refused.append(outcome)
        elif as_json:
            click.echo(("," if opened else "[") + json.dumps(public_json(outcome.document), ensure_ascii=False))
            opened = True
        else:
            click.echo("\n".join(["", *document_lines(outcome.document)]))
        now = time.monotonic()
        if not quiet and (now - shown >= 5 or n == len(files)):
            shown = now
            click.echo(f"{n:,} of {len(files):,} documents, {now - began:.0f} s", err=True)
    if as_json:
        click.echo("]" if opened else "[]")
    return refused


def document_lines(document: ReadDocument) -> list[str]:
    """Return a document's statements and commitments as lines for people."""
    head = document.name if document.published_on is None else f"{document.name}, {document.published_on.isoformat()}"
    lines = [head]
    if not document.statements:
        lines.append("  no statement found")
    for statement in document.statements:
        lines += _statement_lines(statement)
        lines += [line for c in document.commitments if c.statement == statement.id for line in _commitment_lines(c)]
    return lines


def _statement_lines(statement: Statement) -> list[str]:
    who = statement.speaker
    office = ", ".join(part for part in (who.office, who.country) if part)
    name = who.name or (statement.source_span.text if statement.source_span else "somebody unnamed")
    marks = [statement.form]
    if statement.hearsay_level:
        marks.append(f"hearsay {statement.hearsay_level}")
    if statement.polarity != "positive":
        marks.append(statement.polarity)
    cue = "" if statement.cue_span is None else f" [{_one_line(statement.cue_span.text)}]"
    content = " … ".join(_one_line(span.text) for span in statement.content_spans)
    title = f"{name} ({office})" if office and office != name else name
    return [
        f"  {statement.id:<4} {statement.prob:.2f}  {_one_line(title)}{cue}  ({', '.join(marks)})",
        f"             {content}",
    ]


def _commitment_lines(commitment: ProposedCommitment) -> list[str]:
    sort = "proposal" if commitment.may_be_proposed else ("own" if commitment.own else "about others")
    number = "" if commitment.quantity is None else f", {commitment.quantity:g} {commitment.unit or ''}".rstrip()
    lines = [
        f"       {sort}: {', '.join(commitment.actors)} {commitment.modality.replace('_', ' ')}, "
        f"{commitment.capability.replace('_', ' ')}{number}: {_one_line(commitment.span.text)}"
    ]
    return [*lines, *(f"         {one.type}: {_one_line(one.span.text)}" for one in commitment.conditions)]


def _one_line(text: str) -> str:
    return " ".join(text.split())


COMMANDS = (statements,)
