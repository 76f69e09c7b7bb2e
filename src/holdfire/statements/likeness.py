"""Likeness: which texts repeat one another.

Turns texts into sketches of their runs of words and says how alike two are. Rules: marks, case and white space do not
count; two texts whose numbers or negations differ are not one, however alike their other words are. Source: Broder, On
the Resemblance and Containment of Documents (1997), section 4 (least hashes of shingles).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

from rapidfuzz import fuzz

from holdfire.statements.words import word_set

__all__ = ["is_repeat", "resemblance", "shingles", "sketch", "words_of"]

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
NEGATIONS = word_set("not no never nor neither without none cannot nobody nothing hardly")
# Hashes kept of a document: the standard error of a resemblance is at most 1 / (2 sqrt 256), 0.03.
SKETCH = 256
# Words in a run: five tell documents apart, three tell sentences apart.
DOCUMENT_RUN = 5
SENTENCE_RUN = 3
# Share of the shorter one's runs that the other must have, and its words for that to say anything.
CONTAINED = 0.7
LEAST_CONTAINED = 8
# Likeness of all words in their order (normalised insertions and deletions), 0..100.
ALIKE = 85


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without marks.

    Examples
    --------
    >>> words_of("“We  WON’T go,” he said."), words_of(" …")
    (('we', "won't", 'go', 'he', 'said'), ())
    """
    return tuple(word.replace("’", "'") for word in WORD.findall(text.lower()))


def shingles(words: Sequence[str], n_words: int) -> frozenset[tuple[str, ...]]:
    """Return the runs of so many words; a shorter text is one run."""
    if len(words) <= n_words:
        return frozenset([tuple(words)]) if words else frozenset()
    return frozenset(tuple(words[k : k + n_words]) for k in range(len(words) - n_words + 1))


def sketch(text: str) -> tuple[int, ...]:
    """Return the least hashes of a document's runs of words, ascending.

    Examples
    --------
    >>> sketch("")
    ()
    """
    hashes = {crc32(" ".join(run).encode()) for run in shingles(words_of(text), DOCUMENT_RUN)}
    return tuple(sorted(hashes)[:SKETCH])


def resemblance(a: Sequence[int], b: Sequence[int]) -> float:
    """Return the share of runs that two documents have in common, of all that they have, from their sketches; 0..1.

    Examples
    --------
    >>> text = "the ministers met on Monday and agreed on nothing at all"
    >>> resemblance(sketch(text), sketch(text)), resemblance(sketch(text), sketch("")), resemblance((), ())
    (1.0, 0.0, 0.0)
    """
    least = sorted({*a, *b})[:SKETCH]
    both = {*a} & {*b}
    return sum(1 for one in least if one in both) / len(least) if least else 0.0


def _signs(words: Iterable[str]) -> tuple[frozenset[str], bool]:
    held = list(words)
    numbers = frozenset(word for word in held if any(letter.isdigit() for letter in word))
    return numbers, any(word in NEGATIONS or word.endswith("n't") for word in held)


def is_repeat(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two contents, as words, are one statement told twice.

    Examples
    --------
    >>> said = words_of("We will send 500 troops once the truce is signed by both")
    >>> is_repeat(said, words_of("we will send 500 troops, once the truce is signed by both.")), is_repeat(said, ())
    (True, False)
    >>> is_repeat(said, words_of("We will send 900 troops once the truce is signed by both"))
    False
    >>> is_repeat(said, words_of("We will not send 500 troops once the truce is signed by both"))
    False
    """
    short, long = sorted((a, b), key=len)
    if not short:
        return False
    if tuple(short) == tuple(long):
        return True
    if len(short) <= SENTENCE_RUN:
        return False
    (numbers, negated), (more, negated_too) = _signs(short), _signs(long)
    if negated != negated_too or not numbers <= more:
        return False
    if numbers == more and fuzz.ratio(" ".join(short), " ".join(long)) >= ALIKE:
        return True
    inside, outside = shingles(short, SENTENCE_RUN), shingles(long, SENTENCE_RUN)
    return len(short) >= LEAST_CONTAINED and len(inside & outside) >= CONTAINED * len(inside)
