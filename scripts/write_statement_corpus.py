"""Write the annotated corpus of tests/statements/corpus from its marked-up texts.

Run as ``python scripts/write_statement_corpus.py``; ``tests/statements/test_corpus.py`` holds the files equal to the
texts.

A marked text holds articles, each after a line ``=== name``. ``{s1 ...}`` marks the source of the first attribution,
``{c1 ...}`` its cue, ``{x1 ...}`` a piece of its content; several numbers share one span (``{s1,2 ...}``). A line
``@1 name|office|country`` gives the speaker. Each article becomes ``name.txt`` with its text and ``name.ann`` with brat
stand-off: ``T`` lines for spans, ``E`` lines of type ``Attribution`` for what belongs together, notes for speakers.
"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "statements"
ROLES = {"s": "Source", "c": "Cue", "x": "Content"}
OPEN = re.compile(r"\{([scx])([\d,]+) ")


def articles(text: str) -> dict[str, str]:
    """Return each article's marked text by its name."""
    parts = re.split(r"(?m)^=== (\S+)\n", text)
    return dict(zip(parts[1::2], (part.strip("\n") + "\n" for part in parts[2::2]), strict=True))


def stand_off(marked: str) -> tuple[str, str]:
    """Return an article's text and its annotation."""
    lines = marked.splitlines()
    speakers = dict(re.match(r"@(\d+) (.*)", line).groups() for line in lines if line.startswith("@"))
    marked = "\n".join(line for line in lines if not line.startswith("@")).rstrip("\n") + "\n"
    letters: list[str] = []
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    stack: list[tuple[str, list[int], int]] = []
    place = 0
    while place < len(marked):
        if hit := OPEN.match(marked, place):
            stack.append((hit.group(1), [int(n) for n in hit.group(2).split(",")], len(letters)))
            place = hit.end()
            continue
        if marked[place] == "}":
            role, numbers, start = stack.pop()
            for number in numbers:
                spans.setdefault((role, number), []).append((start, len(letters)))
        else:
            letters.append(marked[place])
        place += 1
    if stack:
        raise ValueError(f"A mark is not closed: {stack[-1]}")
    return "".join(letters), _annotation("".join(letters), spans, speakers)


def _annotation(text: str, spans: dict[tuple[str, int], list[tuple[int, int]]], speakers: dict[str, str]) -> str:
    lines: list[str] = []
    ids: dict[tuple[str, tuple[tuple[int, int], ...]], str] = {}
    for number in sorted({n for _, n in spans}):
        roles = []
        for role, label in ROLES.items():
            pieces = tuple(sorted(spans.get((role, number), [])))
            if not pieces:
                continue
            if (role, pieces) not in ids:
                ids[(role, pieces)] = f"T{len(ids) + 1}"
                places = ";".join(f"{a} {b}" for a, b in pieces)
                words = " ".join(text[a:b].replace("\n", " ") for a, b in pieces)
                lines.append(f"{ids[(role, pieces)]}\t{label} {places}\t{words}")
            roles.append(f"{label}:{ids[(role, pieces)]}")
        trigger = roles[-1].split(":")[1] if not any(r.startswith("Cue") for r in roles) else next(
            r.split(":")[1] for r in roles if r.startswith("Cue")
        )  # fmt: skip
        lines.append(f"E{number}\tAttribution:{trigger} {' '.join(roles)}")
        if str(number) in speakers:
            lines.append(f"#{number}\tAnnotatorNotes E{number}\tspeaker={speakers[str(number)]}")
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    out = TESTS / "corpus"
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((TESTS / "marked").glob("*.txt")):
        for name, marked in articles(path.read_text(encoding="utf-8")).items():
            text, annotation = stand_off(marked)
            (out / f"{name}.txt").write_text(text, encoding="utf-8")
            (out / f"{name}.ann").write_text(annotation, encoding="utf-8")


if __name__ == "__main__":
    main()
