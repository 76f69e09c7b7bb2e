"""Commands on articles: statements, relearn."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from holdfire.app.model_endpoint import ModelEndpoint
from holdfire.app.proposals import propose as write_proposals
from holdfire.app.proposals import relearn as learn_again
from holdfire.app.proposals import relearnt_lines
from holdfire.app.statements import Outcome, article_files, read_articles, read_content
from holdfire.app.wire import read_file
from holdfire.cli.options import FILE, json_option
from holdfire.cli.statement_lines import document_lines, model_lines, timeline_lines
from holdfire.errors import InputError
from holdfire.records.model_spans import ModelSpans
from holdfire.records.plain import plain
from holdfire.records.statement import ReadDocument, public_json
from holdfire.records.statement_corpus import CorpusDocument, corpus_json
from holdfire.statements.timeline import corpus_view

__all__ = ["COMMANDS"]

ANY = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR|-...")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for a folder; default: one for each core.")
@click.option("--timeline", is_flag=True, help="Show who promised what over time, each statement once.")
@click.option("--confidence", type=FILE, help="Coefficients of the chances, as 'holdfire relearn' writes them.")
@click.option(
    "--propose", type=FILE, metavar="OUT", help="Write proposals for a register (YAML); what stands there stays."
)
@click.option("--agreement", type=ANY, metavar="AGREEMENT|CASE", help="Whose guarantors the proposals are matched to.")
@click.option(
    "--alias", "aliases", multiple=True, metavar="NAME=GUARANTOR", help="A further name of a guarantor; repeatable."
)
@click.option("--endpoint", metavar="URL", help="Send each document to this chat-completions server for further spans.")
@click.option("--model", metavar="NAME", help="The model, as the endpoint calls it.")
@click.option("-q", "--quiet", is_flag=True, help="Write no progress lines.")
@json_option
def statements(
    paths: tuple[str, ...], workers: int | None, timeline: bool, confidence: Path | None, propose: Path | None,
    agreement: Path | None, aliases: tuple[str, ...], endpoint: str | None, model: str | None, quiet: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Read articles for who said what, and for what that binds whom to.

    Reads English text, Markdown and HTML in UTF-8. Offsets count code points of the text as it is stored. A single
    file or standard input (-) gives one JSON object, several files or a folder an array of them.
    """
    if (propose is None) != (agreement is None) or (aliases and propose is None):
        raise click.UsageError("--propose and --agreement go together, and --alias with them.")
    in_corpus = timeline or propose is not None
    asked = _endpoint(endpoint, model, in_corpus)
    if "-" in paths:
        if len(paths) > 1 or in_corpus:
            raise click.UsageError("Standard input (-) is read alone, and as one document.")
        content = sys.stdin.buffer.read()
        _show_one(read_content("-", content, confidence), None if asked is None else asked.spans("-", content), as_json)
        return
    given = [Path(path) for path in paths]
    files, n_others = article_files(given)
    if len(given) == 1 and not given[0].is_dir() and not in_corpus:
        (outcome,) = read_articles(files, confidence=confidence)
        if outcome.document is None:
            raise InputError(outcome.refusal or "The document was refused.")
        _show_one(outcome.document, _asked_of(asked, outcome), as_json)
        return
    n_workers = min(workers or os.cpu_count() or 1, max(1, len(files) // 4))
    outcomes = read_articles(files, n_workers, confidence=confidence, in_corpus=in_corpus)
    refused: list[Outcome] = []
    told = _progress(outcomes, len(files), quiet)
    if in_corpus:
        corpus = _kept(told, refused)
        if timeline:
            _show_timeline(corpus, as_json)
        if propose is not None and agreement is not None:
            _propose(corpus, agreement, propose, aliases)
    else:
        _show_many(told, refused, asked, as_json)
    _say_refused(refused, len(files), n_others, quiet)


def _endpoint(url: str | None, model: str | None, in_corpus: bool) -> ModelEndpoint | None:
    if (url is None) != (model is None) or (url is not None and in_corpus):
        raise click.UsageError("--endpoint and --model go together, and with neither --timeline nor --propose.")
    if url is None or model is None:
        return None
    return ModelEndpoint(url=url, model=model, key=os.environ.get("HOLDFIRE_MODEL_KEY"))


def _asked_of(asked: ModelEndpoint | None, outcome: Outcome) -> ModelSpans | None:
    return None if asked is None else asked.spans(outcome.path, read_file(Path(outcome.path)))


def _shape(document: ReadDocument, spans: ModelSpans | None) -> dict[str, Any]:
    """Return a document's public JSON, with what a model proposes where one was asked."""
    return public_json(document) | ({} if spans is None else {"model_spans": plain(spans)})


def _lines(document: ReadDocument, spans: ModelSpans | None) -> str:
    return "\n".join([*document_lines(document), *([] if spans is None else model_lines(spans))])


def _show_timeline(corpus: Sequence[CorpusDocument], as_json: bool) -> None:
    view = corpus_view(corpus)
    if as_json:
        click.echo(json.dumps(corpus_json(view), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(timeline_lines(view)))


def _propose(corpus: Sequence[CorpusDocument], agreement: Path, out: Path, aliases: Sequence[str]) -> None:
    """Write the proposals and say on standard error how many are new and what fits no guarantor."""
    file, n_new = write_proposals(corpus, agreement, out, aliases)
    click.echo(f"{out}: {len(file.proposals):,} proposals, {n_new:,} of them new.", err=True)
    for one in file.unmatched:
        place = f"{one.evidence.document}:{one.evidence.start}-{one.evidence.end}"
        click.echo(
            f"  not proposed: {one.actor}, {one.capability.replace('_', ' ')}, at {place}. {one.reason}", err=True
        )


@click.command()
@click.argument("reviews", nargs=-1, required=True, type=FILE, metavar="REVIEWS...")
@click.option(
    "--out", required=True, type=FILE, help="The coefficients to write (JSON), for 'statements --confidence'."
)
@click.option("--confidence", type=FILE, help="Coefficients to start from; default: those of the package.")
@json_option
def relearn(reviews: tuple[Path, ...], out: Path, confidence: Path | None, as_json: bool) -> None:
    """Learn the chances of statements anew from decisions on proposals, and say what moved."""
    told = learn_again(reviews, confidence, out)
    click.echo(json.dumps(plain(told), ensure_ascii=False, indent=2) if as_json else "\n".join(relearnt_lines(told)))


def _say_refused(refused: Sequence[Outcome], n_files: int, n_others: int, quiet: bool) -> None:
    """Say how many documents were read, and which were not."""
    if not quiet:
        beside = f"; {n_others:,} files of other kinds were left" if n_others else ""
        click.echo(f"{n_files - len(refused):,} of {n_files:,} documents read{beside}.", err=True)
    for outcome in refused:
        click.echo(f"{outcome.path} was refused.\n{outcome.refusal}", err=True)
    if refused:
        raise click.exceptions.Exit(1)


def _show_one(document: ReadDocument, spans: ModelSpans | None, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_shape(document, spans), ensure_ascii=False, indent=2))
    else:
        click.echo(_lines(document, spans))


def _progress(outcomes: Iterable[Outcome], n_files: int, quiet: bool) -> Iterator[Outcome]:
    """Yield what came of each file and say how far reading is, on standard error."""
    began = shown = time.monotonic()
    for n, outcome in enumerate(outcomes, 1):
        yield outcome
        now = time.monotonic()
        if not quiet and (now - shown >= 5 or n == n_files):
            shown = now
            click.echo(f"{n:,} of {n_files:,} documents, {now - began:.0f} s", err=True)


def _kept(outcomes: Iterable[Outcome], refused: list[Outcome]) -> list[CorpusDocument]:
    """Return what the corpus view takes, and add what was refused to a list."""
    kept = []
    for outcome in outcomes:
        if outcome.in_corpus is None:
            refused.append(outcome)
        else:
            kept.append(outcome.in_corpus)
    return kept


def _show_many(outcomes: Iterable[Outcome], refused: list[Outcome], asked: ModelEndpoint | None, as_json: bool) -> None:
    """Write each document as soon as it is read, and add the refused ones to a list."""
    opened = False
    for outcome in outcomes:
        if outcome.document is None:
            refused.append(outcome)
            continue
        spans = _asked_of(asked, outcome)
        if as_json:
            click.echo(("," if opened else "[") + json.dumps(_shape(outcome.document, spans), ensure_ascii=False))
            opened = True
        else:
            click.echo("\n" + _lines(outcome.document, spans))
    if as_json:
        click.echo("]" if opened else "[]")


COMMANDS = (statements, relearn)
