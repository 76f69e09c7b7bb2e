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
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from holdfire.app.wire import read_file
from holdfire.errors import HoldfireError, MissingInputError, ReadError
from holdfire.records.statement import ReadDocument
from holdfire.records.statement_corpus import CorpusDocument
from holdfire.statements.confidence import Confidence, confidence_of, shipped
from holdfire.statements.document import MOST_CHARACTERS, Document, read_document
from holdfire.statements.english.rules import EnglishRules
from holdfire.statements.likeness import sketch
from holdfire.statements.rules import LanguageRules, script_of

__all__ = [
    "ENDINGS", "Outcome", "article_files", "load_confidence", "read_articles", "read_content", "read_in_corpus",
    "rules_for",
]  # fmt: skip

ENDINGS = (".txt", ".text", ".md", ".markdown", ".html", ".htm")
# More are not held at once for each worker.
AHEAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold what came of one file: a document, or why it was refused.

    ``in_corpus`` is the document with its sketch and what the rules saw, where the corpus was asked for.
    """

    path: str
    document: ReadDocument | None
    refusal: str | None
    in_corpus: CorpusDocument | None = None


@cache
def _english(confidence: Path | None = None) -> EnglishRules:
    return EnglishRules() if confidence is None else EnglishRules(confidence=load_confidence(confidence))


def load_confidence(path: Path | None) -> Confidence:
    """Return the coefficients of a file as ``holdfire relearn`` writes it; without a path those of the package.

    Raises
    ------
    InputError
        The file holds no coefficients.
    MissingInputError
        There is no such file.
    """
    return shipped("english") if path is None else confidence_of(read_file(path), str(path))


def rules_for(document: Document, confidence: Path | None = None) -> LanguageRules:
    """Return the rules for a document's language.

    Parameters
    ----------
    confidence : Path, optional
        Coefficients of chances; default: those of the package.

    Raises
    ------
    ReadError
        No rules read what it is written in.
    """
    script = script_of(document.text)
    if script in ("", "LATIN"):
        return _english(confidence)
    raise ReadError(
        f"Most letters of the document are {script.title()}; only English is read for statements.",
        document.name,
        "Give an English version of it.",
    )


def read_content(name: str, content: bytes, confidence: Path | None = None) -> ReadDocument:
    """Return the statements of one document.

    Raises
    ------
    ReadError, LimitError
        The bytes are no text that is read.
    MissingInputError
        The language's tools are not installed.
    """
    document = read_document(name, content)
    return rules_for(document, confidence).read(document)


def read_in_corpus(name: str, content: bytes, confidence: Path | None = None) -> CorpusDocument:
    """Return one document as the corpus view takes it.

    Raises
    ------
    ReadError, LimitError, MissingInputError
        As ``read_content``.
    """
    document = read_document(name, content)
    found, features = rules_for(document, confidence).read_with_features(document)
    promising = {one.statement for one in found.commitments if one.may_be_proposed}
    return CorpusDocument(
        document=found,
        sketch=sketch(" ".join(one.text for one in document.paragraphs if one.role == "body")),
        sha256=sha256(content).hexdigest(),
        features={name: seen for name, seen in features.items() if name in promising},
    )


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


def read_articles(
    paths: Iterable[Path], n_workers: int = 1, *, confidence: Path | None = None, in_corpus: bool = False
) -> Iterator[Outcome]:
    """Yield what came of each file, in order.

    Parameters
    ----------
    n_workers : int
        Processes; 1 = this one.
    confidence : Path, optional
        Coefficients of chances; default: those of the package.
    in_corpus : bool
        Give what the corpus view needs too.

    Raises
    ------
    MissingInputError
        The language's tools are not installed.
    """
    outcome = partial(_outcome, confidence=confidence, in_corpus=in_corpus)
    if n_workers <= 1:
        for path in paths:
            yield outcome(path)
        return
    with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[Outcome]] = deque()
        for path in paths:
            waiting.append(pool.submit(outcome, path))
            if len(waiting) >= AHEAD * n_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _outcome(path: Path, confidence: Path | None, in_corpus: bool) -> Outcome:
    empty = Outcome(path=str(path), document=None, refusal=None)
    try:
        with path.open("rb") as file:
            content = file.read(4 * MOST_CHARACTERS + 1)
        if in_corpus:
            whole = read_in_corpus(str(path), content, confidence)
            return replace(empty, document=whole.document, in_corpus=whole)
        return replace(empty, document=read_content(str(path), content, confidence))
    except MissingInputError:
        raise
    except HoldfireError as error:
        return replace(empty, refusal=str(error))
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror}.\n  At {path}."
        return replace(empty, refusal=reason)
