"""Brat: annotated folders in stand-off form, and how well found spans agree with them.

Turns ``.txt`` with ``.ann`` into attributions: ``T`` lines with continuous or broken spans, joined by events (``E``),
by relations (``R``) or, where neither is there, each span for itself. Rules: a folder may hold both kinds of file
side by side, or ``text`` and ``attributions`` beside each other, with annotators' marks behind the names
(``name_4b22.ann``; the first of several counts). Source: brat stand-off format, version 1.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROLES = ("source", "cue", "content")
Pieces = tuple[tuple[int, int], ...]
EDGE = " \t\r\n.,;:"


@dataclass(frozen=True)
class Attribution:
    """Hold the pieces of each role."""

    source: Pieces = ()
    cue: Pieces = ()
    content: Pieces = ()
    prob: float = 1.0
    speaker: str | None = None
    level: int = 0


@dataclass(frozen=True)
class Annotated:
    """Hold a text with its attributions."""

    name: str
    text: str
    content: bytes
    attributions: tuple[Attribution, ...]


@dataclass
class Tally:
    """Count what was right, found and there."""

    right: float = 0
    found: int = 0
    there: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / (self.found + self.there) if self.found + self.there else 0.0


@dataclass
class Score:
    """Hold tallies by role, and of whole attributions."""

    exact: dict[str, Tally] = field(default_factory=lambda: {role: Tally() for role in ROLES})
    edges: dict[str, Tally] = field(default_factory=lambda: {role: Tally() for role in ROLES})
    overlap: dict[str, Tally] = field(default_factory=lambda: {role: Tally() for role in ROLES})
    whole: Tally = field(default_factory=Tally)
    by_form: dict[str, Tally] = field(default_factory=dict)


def read_folder(folder: Path) -> list[Annotated]:
    """Return every annotated text below a folder, in order of names."""
    annotations: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.ann")):
        annotations.setdefault(path.stem, []).append(path)
    found = []
    for path in sorted(folder.rglob("*.txt")):
        own = annotations.get(path.stem) or [
            one for stem, paths in sorted(annotations.items()) for one in paths
            if re.fullmatch(re.escape(path.stem) + r"_[0-9A-Za-z]+", stem)
        ]  # fmt: skip
        if own:
            content = path.read_bytes()
            text = content.decode("utf-8")
            found.append(Annotated(path.stem, text, content, attributions_of(own[0].read_text(encoding="utf-8"), text)))
    return found


def attributions_of(annotation: str, text: str = "") -> tuple[Attribution, ...]:
    r"""Return the attributions of an annotation.

    Examples
    --------
    >>> attributions_of("T1\tSource 0 5\tx\nT2\tCue 6 10;12 14\tx\nE1\tAttribution:T2 Source:T1 Cue:T2")
    (Attribution(source=((0, 5),), cue=((6, 10), (12, 14)), content=(), prob=1.0, speaker=None, level=0),)
    """
    spans: dict[str, tuple[str, Pieces]] = {}
    groups: list[tuple[str, list[str]]] = []
    pairs: list[tuple[str, str]] = []
    notes: dict[str, str] = {}
    for line in annotation.splitlines():
        parts = line.split("\t")
        if line.startswith("T") and len(parts) >= 2:
            label, places = parts[1].split(" ", 1)
            pieces = tuple(tuple(map(int, one.split())) for one in places.split(";"))
            spans[parts[0]] = (label.lower(), pieces)  # type: ignore[assignment]
        elif line.startswith("E") and len(parts) >= 2:
            groups.append((parts[0], [arg.split(":", 1)[1] for arg in parts[1].split()[1:]]))
        elif line.startswith("R") and len(parts) >= 2:
            ends = [arg.split(":", 1)[1] for arg in parts[1].split()[1:]]
            pairs.append((ends[0], ends[-1]))
        elif line.startswith("#") and len(parts) >= 3 and parts[2].startswith("speaker="):
            notes[parts[1].split()[-1]] = parts[2].removeprefix("speaker=")
    groups += _joined(pairs, spans)
    if not groups:
        groups = [(key, [key]) for key in spans]
    return tuple(_attribution(ids, spans, notes.get(name)) for name, ids in groups)


def _joined(pairs: list[tuple[str, str]], spans: dict[str, tuple[str, Pieces]]) -> list[tuple[str, list[str]]]:
    """Return relations as groups: all that hang together by way of a cue."""
    groups: list[set[str]] = []
    for pair in pairs:
        touching = [g for g in groups if g & set(pair)]
        merged = set(pair).union(*touching)
        groups = [g for g in groups if g not in touching] + [merged]
    return [("", sorted(one)) for one in groups if any(i in spans for i in one)]


def _attribution(ids: Iterable[str], spans: dict[str, tuple[str, Pieces]], speaker: str | None) -> Attribution:
    roles: dict[str, Pieces] = {}
    for key in ids:
        label, pieces = spans.get(key, ("", ()))
        if label in ROLES:
            roles[label] = tuple(sorted({*roles.get(label, ()), *pieces}))
    return Attribution(**roles, speaker=speaker)


def univocal(found: Sequence[Attribution]) -> list[Attribution]:
    """Return attributions without those that stand in another's content, as corpora of one label a word have them."""
    kept = []
    for one in found:
        pieces = one.cue or one.content
        inside = any(
            other is not one and all(any(a <= p and q <= b for a, b in other.content) for p, q in pieces)
            and other.content != one.content
            for other in found
        )  # fmt: skip
        if not inside:
            kept.append(one)
    return kept


def add_to(score: Score, text: str, there: Sequence[Attribution], found: Sequence[Attribution]) -> None:
    """Add one text to a score."""
    for role in ROLES:
        gold = {piece for one in there for piece in getattr(one, role)}
        seen = {piece for one in found for piece in getattr(one, role)}
        _count(score.exact[role], len(gold & seen), len(seen), len(gold))
        near = {_trim(text, piece) for piece in gold} & {_trim(text, piece) for piece in seen}
        _count(score.edges[role], len(near), len(seen), len(gold))
        _count(score.overlap[role], _matched(seen, gold), len(seen), len(gold))
    right = [one for one in found if is_right(one, there)]
    _count(score.whole, len(right), len(found), len(there))
    for one in there:
        form = form_of(text, one.content)
        tally = score.by_form.setdefault(form, Tally())
        tally.there += 1
        tally.right += any(set(one.content) == set(other.content) for other in found)


def _count(tally: Tally, right: float, found: int, there: int) -> None:
    tally.right += right
    tally.found += found
    tally.there += there


def _trim(text: str, piece: tuple[int, int]) -> tuple[int, int]:
    start, end = piece
    while end > start and text[end - 1] in EDGE:
        end -= 1
    while start < end and text[start] in EDGE:
        start += 1
    return start, end


def _matched(seen: set[tuple[int, int]], gold: set[tuple[int, int]]) -> int:
    """Count pieces that share at least half of what either covers with a piece not taken yet."""
    left = set(gold)
    n = 0
    for a, b in sorted(seen):
        best = max(left, key=lambda g: min(b, g[1]) - max(a, g[0]), default=None)
        if best is not None:
            both = min(b, best[1]) - max(a, best[0])
            if both > 0 and both / (max(b, best[1]) - min(a, best[0])) >= 0.5:
                left.discard(best)
                n += 1
    return n


def is_right(one: Attribution, there: Sequence[Attribution], share: float = 0.8) -> bool:
    """Whether an attribution is in the gold: cues touch, sources touch or both lack, contents share ``share``."""
    for gold in there:
        cues = _touch(one.cue, gold.cue) or (not one.cue and not gold.cue)
        sources = _touch(one.source, gold.source) or not gold.source
        if cues and sources and _share(one.content, gold.content) >= share:
            return True
    return False


def _touch(one: Pieces, other: Pieces) -> bool:
    return any(min(b, d) > max(a, c) for a, b in one for c, d in other)


def _share(one: Pieces, other: Pieces) -> float:
    mine = {i for a, b in one for i in range(a, b)}
    theirs = {i for a, b in other for i in range(a, b)}
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def form_of(text: str, content: Pieces) -> str:
    """Return whether content is direct, indirect or mixed, by its quotation marks."""
    quoted = sum(1 for a, b in content if text[a : a + 1] in '"“«„' and text[b - 1 : b] in '"”»')
    if quoted == len(content):
        return "direct"
    return "mixed" if quoted or any(c in '"“”«»' for a, b in content for c in text[a:b]) else "indirect"
