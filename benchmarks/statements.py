"""Measure attributed statements on a folder of annotated articles in brat stand-off form, beside published figures.

Run ``python -m benchmarks.statements FOLDER`` from the root of the project with ``src`` on the path; without a folder
the
project's own held-out articles are measured. The folder is one that you have: PolNeAR's ``data/test``, for one, as it
is
published (``text`` and ``attributions`` beside each other). Rules: spans are compared as they stand in the files, in
code points; *exact* is both ends alike, *edges* is alike but for white space and the marks ``. , ; :`` at the ends,
*overlap* is half or more of what either covers. Attributions that stand inside another's content are left out of what
is found (``--nested`` keeps them), since corpora with one label for each word mark the outer one alone. ``--speed N``
also reads N articles of about 3 KB made of the folder's texts. Published figures: Newell, Margolin and Ruths (LREC
2018) and later work on PolNeAR's test part.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.brat import ROLES, Annotated, Attribution, Score, Tally, add_to, is_right, read_folder, univocal
from holdfire.app.statements import read_articles, read_content
from holdfire.records.statement import ReadDocument, Span
from holdfire.statements.confidence import calibration_error

OWN = Path(__file__).resolve().parents[1] / "tests" / "statements" / "corpus"
# Exact-span F1 on PolNeAR's test part: source, cue, content.
PUBLISHED = (
    ("rules (published)", "10.7", "22.8", "5.6"),
    ("CRF (published)", "50.6", "53.4", "28.6"),
    ("BiLSTM (published)", "73.3", "66.2", "63.6"),
    ("BERT (published)", "83.2", "75.3", "72.9"),
    ("two annotators", "70-88", "61-86", "67-79"),
)
SHARES = (0.5, 0.8, 1.0)


def found_in(document: ReadDocument) -> list[Attribution]:
    """Return a document's statements as attributions."""
    return [
        Attribution(
            source=_pieces([statement.source_span]),
            cue=_pieces([statement.cue_span]),
            content=_pieces(statement.content_spans),
            prob=statement.prob,
            level=statement.hearsay_level,
        )
        for statement in document.statements
    ]


def _pieces(spans: Sequence[Span | None]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans if span is not None)


def _read(article: Annotated) -> list[Attribution]:
    return found_in(read_content(f"{article.name}.txt", article.content))


def read_all(articles: Sequence[Annotated], n_workers: int) -> Iterator[list[Attribution]]:
    """Yield what is found in each article."""
    if n_workers <= 1:
        yield from map(_read, articles)
        return
    with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_read, articles, chunksize=4)


def measure(
    articles: Sequence[Annotated], n_workers: int, nested: bool
) -> tuple[Score, dict[float, list[bool]], list[float]]:
    """Return the score, and for each share of content whether each statement found was right, with their chances."""
    score = Score()
    right: dict[float, list[bool]] = {share: [] for share in SHARES}
    probs: list[float] = []
    for article, found in zip(articles, read_all(articles, n_workers), strict=True):
        kept = found if nested else univocal(found)
        add_to(score, article.text, article.attributions, kept)
        probs += [one.prob for one in kept]
        for share in SHARES:
            right[share] += [is_right(one, article.attributions, share) for one in kept]
    return score, right, probs


def _row(name: str, tallies: dict[str, Tally]) -> str:
    cells = [f"{100 * t.precision:5.1f} {100 * t.recall:5.1f} {100 * t.f1:5.1f}" for t in (tallies[r] for r in ROLES)]
    return f"  {name:<20} " + "   ".join(cells)


def score_lines(score: Score, right: dict[float, list[bool]], probs: list[float]) -> list[str]:
    """Return a score as lines."""
    lines = ["                        source P  R  F1     cue P  R  F1        content P  R  F1"]
    lines += [_row("exact", score.exact), _row("edges", score.edges), _row("overlap", score.overlap), ""]
    lines += [f"  {name:<20} F1 {s:>17} {c:>19} {x:>19}" for name, s, c, x in PUBLISHED]
    lines += ["", "  content exactly found, by form:"]
    lines += [f"    {form:<9} {t.recall:.3f} of {t.there:,}" for form, t in sorted(score.by_form.items())]
    there = score.whole.there
    lines += ["", "  whole statements (cue and source touch, content shares so much):"]
    for share, truths in right.items():
        sure = [ok for ok, p in zip(truths, probs, strict=True) if p >= 0.8]
        pairs = [(p, float(ok)) for ok, p in zip(truths, probs, strict=True) if p >= 0.8]
        error = calibration_error(probs, [float(ok) for ok in truths])
        above = calibration_error([p for p, _ in pairs], [y for _, y in pairs])
        lines.append(
            f"    content {share:.1f}: precision {sum(truths) / max(1, len(truths)):.3f}, "
            f"recall {sum(truths) / max(1, there):.3f}; "
            f"at 0.8 or more precision {sum(sure) / max(1, len(sure)):.3f}, recall {sum(sure) / max(1, there):.3f}; "
            f"calibration error {error:.3f}, at 0.8 or more {above:.3f}"
        )
    return lines


def speed_lines(articles: Sequence[Annotated], n: int, n_workers: int) -> list[str]:
    """Read ``n`` articles of about 3 KB made of the folder's texts, and say how long it took."""
    texts = [article.text for article in articles]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for k in range(n):
            text, i = "", k
            while len(text) < 3000:
                text += texts[i % len(texts)] + "\n"
                i += 7
            paths.append(Path(folder) / f"{k:05}.txt")
            paths[-1].write_text(text[:3000], encoding="utf-8")
        began = time.perf_counter()
        n_statements = sum(len(one.document.statements) for one in read_articles(paths, n_workers) if one.document)
        seconds = time.perf_counter() - began
    who = resource.RUSAGE_CHILDREN if n_workers > 1 else resource.RUSAGE_SELF
    peak = resource.getrusage(who).ru_maxrss / 1024
    return [
        f"  {n:,} articles of 3 KB with {n_workers} processes: {seconds:.0f} s, {n_statements:,} statements, "
        f"peak {peak:.0f} MB for each process"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--nested", action="store_true")
    parser.add_argument("--speed", type=int, default=0)
    given = parser.parse_args()
    articles = read_folder(given.folder or OWN)
    if given.folder is None:
        articles = [one for one in articles if one.name.startswith("held-")]
    if not articles:
        sys.exit(f"There is no annotated article below {given.folder}: a .txt and a .ann of one name are wanted.")
    n = sum(len(one.attributions) for one in articles)
    print(f"{len(articles):,} articles, {n:,} attributions; {given.folder or 'own held-out articles'}")
    print("\n".join(score_lines(*measure(articles, given.workers, given.nested))))
    if given.speed:
        print("\n".join(speed_lines(articles, given.speed, given.workers)))


if __name__ == "__main__":
    main()
