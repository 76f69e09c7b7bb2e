"""Measure the reading of short messages on annotated ones: places, kinds, what is no event, casualties.

Run ``python -m benchmarks.geoparse [FILE]`` from the root of the project with ``src`` on the path; without a file the
project's own 161 messages are measured, and the file says how it is written. Rules: a place is right where the mention
stands on exactly the annotated words and its one candidate bears the annotated name in the annotated region; whatever
is resolved beside the annotations counts as wrong. *Inflected* are places in Ukrainian and Russian whose words in the
text differ from the nominative. The messages were written by those who wrote the rules: figures on them say that the
rules do what they are meant to, not how they fare on another's text.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfire.readers.text.acts import read_act, told_part
from holdfire.readers.text.gazetteer import Gazetteer
from holdfire.readers.text.gazetteer_files import load_gazetteer
from holdfire.readers.text.inflect import fold_name
from holdfire.readers.text.places import Mention, find_places

OWN = Path(__file__).resolve().parents[1] / "tests" / "messages" / "annotated.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Hold an annotated place: ``region`` None where the name is ambiguous or unknown, as ``status`` says."""

    words: str
    name: str
    region: str | None
    status: str
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """Hold an annotated message."""

    language: str
    status: str
    kind: str | None
    casualties: tuple[int | None, int | None, int | None]
    places: tuple[Wanted, ...]
    text: str


def _wanted(entry: str) -> Wanted:
    words, _, rest = entry.strip().partition("=")
    target, _, precision = rest.partition("/")
    name, _, region = target.partition("@")
    status = {"?": "ambiguous", "!": "unresolved"}.get(name, "resolved")
    return Wanted(words=words, name=name, region=region or None, status=status, precision=precision or "settlement")


def annotated(path: Path = OWN) -> Iterator[Annotated]:
    """Yield the messages of a file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        language, act, hurt, places, text = (part.strip() for part in line.split("|", 4))
        status, kind = act.split()
        low, best, high = (None if cell == "-" else int(cell) for cell in hurt.split("/"))
        yield Annotated(
            language=language,
            status=status,
            kind=None if kind == "-" else kind,
            casualties=(low, best, high),
            places=tuple(_wanted(entry) for entry in places.split(";") if entry.strip()),
            text=text,
        )


def is_right(mention: Mention, wanted: Wanted, index: Gazetteer) -> bool:
    """Say whether a mention is resolved to the annotated place."""
    if mention.status != "resolved" or wanted.status != "resolved":
        return False
    bearers = {place.place_id for place in index.find(fold_name(wanted.name), "n") if place.region == wanted.region}
    return mention.candidates[0].place_id in bearers


@dataclass(slots=True)
class Score:
    """Count what was found in a set of messages."""

    n_messages: int = 0
    n_high: int = 0
    n_high_right: int = 0
    n_wanted: int = 0
    n_found: int = 0
    n_ambiguous: int = 0
    n_flagged: int = 0
    n_inflected: int = 0
    n_inflected_right: int = 0
    n_precision_right: int = 0
    n_acts_right: int = 0
    n_hurt_right: int = 0
    faults: tuple[str, ...] = ()


def measure(messages: list[Annotated], index: Gazetteer) -> Score:
    """Return the counts over messages."""
    score = Score()
    for message in messages:
        score.n_messages += 1
        told, status = told_part(message.text)
        _add_act(score, message)
        if message.status == "told" and status == "told":
            _add_places(score, message, find_places(told, index), index)
        else:
            score.n_wanted += sum(place.status == "resolved" for place in message.places)
            score.n_ambiguous += sum(place.status == "ambiguous" for place in message.places)
    return score


def _fault(score: Score, message: Annotated, what: str) -> None:
    score.faults = (*score.faults, f"{what}: {message.text}")


def _add_act(score: Score, message: Annotated) -> None:
    act = read_act(message.text)
    right = act.status == message.status and (act.kind == message.kind or act.status != "told")
    score.n_acts_right += right
    if not right:
        _fault(score, message, f"act {act.status} {act.kind}")
    hurt = act.casualties
    same = act.status != "told" or (hurt.low, hurt.best, hurt.high) == message.casualties
    score.n_hurt_right += same
    if not same:
        _fault(score, message, f"casualties {hurt.low}/{hurt.best}/{hurt.high}")


def _add_places(score: Score, message: Annotated, mentions: list[Mention], index: Gazetteer) -> None:
    right: set[tuple[int, int]] = set()
    for wanted in message.places:
        same = [mention for mention in mentions if mention.text == wanted.words]
        good = [mention for mention in same if is_right(mention, wanted, index)]
        right.update((mention.start, mention.end) for mention in good)
        inflected = message.language != "en" and fold_name(wanted.words) != fold_name(wanted.name)
        if wanted.status == "resolved":
            score.n_wanted += 1
            score.n_found += bool(good)
            score.n_precision_right += any(mention.precision == wanted.precision for mention in good)
            score.n_inflected += inflected
            score.n_inflected_right += inflected and bool(good)
        else:
            score.n_ambiguous += 1
            flagged = bool(same) and all(mention.status == wanted.status for mention in same)
            score.n_flagged += flagged
        if not good and not (same and same[0].status == wanted.status != "resolved"):
            _fault(score, message, f"{wanted.words} {[(m.status, m.text) for m in same]}")
    for mention in mentions:
        if mention.confidence == "high":
            score.n_high += 1
            score.n_high_right += (mention.start, mention.end) in right
            if (mention.start, mention.end) not in right:
                _fault(score, message, f"high and wrong {mention.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=OWN)
    parser.add_argument("--gazetteer", type=Path, help="a GeoNames dump or the Ukrainian codifier")
    parser.add_argument("--faults", action="store_true", help="list what was wrong")
    chosen = parser.parse_args()
    started = time.perf_counter()
    index = load_gazetteer(chosen.gazetteer)
    loaded = time.perf_counter()
    messages = list(annotated(chosen.file))
    for language in ("en", "uk", "ru", "all"):
        score = measure([one for one in messages if language in (one.language, "all")], index)
        print(
            f"{language:>4}: {score.n_messages} messages; high confidence right {score.n_high_right}/{score.n_high}; "
            f"found {score.n_found}/{score.n_wanted}, precision class {score.n_precision_right}/{score.n_found}; "
            f"inflected {score.n_inflected_right}/{score.n_inflected}; "
            f"ambiguous or unknown flagged {score.n_flagged}/{score.n_ambiguous}; "
            f"acts {score.n_acts_right}/{score.n_messages}; casualties {score.n_hurt_right}/{score.n_messages}"
        )
        if language == "all" and chosen.faults:
            print("\n".join(score.faults))
    rate = 2 * len(messages) / (time.perf_counter() - loaded)
    print(f"gazetteer of {index.n_places} places in {loaded - started:.1f} s; {rate:.0f} messages/s")


if __name__ == "__main__":
    main()
