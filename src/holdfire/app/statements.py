"""Statements: files, folders and standard input to statements, in one process or several.

Turns paths into read documents, one after the other, in the order of their names. Rules: a document that cannot be
read is
named with its reason and the others go on; no more documents are held than workers are busy with; a folder's files of
other kinds are counted, never guessed at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from holdfire.errors import HoldfireError, MissingInputError, ReadError
from holdfire.records.statement import ReadDocument
from holdfire.statements.document import MOST_CHARACTERS, Document, read_document
from holdfire.statements.english.rules import EnglishRules
from holdfire.statements.rules import LanguageRules, script_of

__all__ = ["ENDINGS", "Outcome", "article_files", "read_articles", "read_content", "rules_for"]

ENDINGS = (".txt", ".text", ".md", ".markdown", ".html", ".htm")
# More are not held at once for each worker.
AHEAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold what came of one file: a document, or why it was refused."""

    path: str
    document: ReadDocument | None
    refusal: str | None


@cache
def _english() -> EnglishRules:
    return EnglishRules()


def rules_for(document: Document) -> LanguageRules:
    """Return the rules for a document's language.

    Raises
    ------
    ReadError
        No rules read what it is written in.
    """
    script = script_of(document.text)
    if script in ("", "LATIN"):
        return _english()
    raise ReadError(
        f"Most letters of the document are {script.title()}; only English is read for statements.",
        document.name,
        "Give an English version of it.",
    )


def read_content(name: str, content: bytes) -> ReadDocument:
    """Return the statements of one document.

    Raises
    ------
    ReadError, LimitError
        The bytes are no text that is read.
    MissingInputError
        The language's tools are not installed.
    """
    document = read_document(name, content)
    return rules_for(document).read(document)


def article_files(paths: Sequence[Path]) -> tuple[list[Path], int]:
    """Return the articles below some paths in order, and how many files of other kinds stand beside them.

    Raises
    ------
    MissingInputError
        A path is not there.
    """
    found: list[Path] = []
    n_others = 0
    for path in paths:
        if not path.exists():
            raise MissingInputError(f"There is no such file or folder: {path}.", str(path), "Give one that is there.")
        if path.is_dir():
            below = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
            found += [one for one in below if one.suffix.lower() in ENDINGS]
            n_others += sum(1 for one in below if one.suffix.lower() not in ENDINGS)
        else:
            found.append(path)
    return found, n_others


def read_articles(paths: Iterable[Path], n_workers: int = 1) -> Iterator[Outcome]:
    """Yield what came of each file, in order.

    Parameters
    ----------
    n_workers : int
        Processes; 1 = this one.

    Raises
    ------
    MissingInputError
        The language's tools are not installed.
    """
    if n_workers <= 1:
        for path in paths:
            yield _outcome(path)
        return
    with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[Outcome]] = deque()
        for path in paths:
            waiting.append(pool.submit(_outcome, path))
            if len(waiting) >= AHEAD * n_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _outcome(path: Path) -> Outcome:
    try:
        with path.open("rb") as file:
            content = file.read(4 * MOST_CHARACTERS + 1)
        return Outcome(path=str(path), document=read_content(str(path), content), refusal=None)
    except MissingInputError:
        raise
    except HoldfireError as error:
        return Outcome(path=str(path), document=None, refusal=str(error))
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror}.\n  At {path}."
        return Outcome(path=str(path), document=None, refusal=reason)
