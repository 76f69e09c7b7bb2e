"""Parse: the port between a language's tools and the rules that read its sentences.

Turns nothing; says what a parser must give: tokens with lemma, part of speech, head and label of the dependency, and
the names found. Rule: the rules of a language read this record alone and know no library; whoever adds a language
writes a ``Parser`` for it and rules over its labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

__all__ = ["Parse", "Parser", "Token"]


@dataclass(frozen=True, slots=True)
class Token:
    """Hold a word: code points ``start`` to ``end`` of the parsed text, its head's index, and its labels.

    ``entity`` is empty or such as ``PERSON``; ``begins_entity`` tells two neighbours of one kind apart.
    """

    i: int
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    start: int
    end: int
    entity: str = ""
    begins_entity: bool = False

    @property
    def low(self) -> str:
        """The word in lower case."""
        return self.text.lower()


@dataclass(frozen=True)
class Parse:
    """Hold the tokens of one text and where its sentences start and end (token indices, the end excluded)."""

    text: str
    tokens: tuple[Token, ...]
    sentences: tuple[tuple[int, int], ...]
    _subtrees: dict[int, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The indices of each token's children, in order."""
        found: list[list[int]] = [[] for _ in self.tokens]
        for token in self.tokens:
            if token.head != token.i:
                found[token.head].append(token.i)
        return tuple(tuple(one) for one in found)

    def kids(self, i: int, *deps: str) -> list[Token]:
        """Return a token's children, of the given labels where any are given."""
        return [self.tokens[k] for k in self.children[i] if not deps or self.tokens[k].dep in deps]

    def subtree(self, i: int) -> tuple[int, ...]:
        """Return the indices of a token and all below it, in order."""
        if i not in self._subtrees:
            found, todo = {i}, [i]
            while todo:
                for k in self.children[todo.pop()]:
                    if k not in found:
                        found.add(k)
                        todo.append(k)
            self._subtrees[i] = tuple(sorted(found))
        return self._subtrees[i]

    def sentence_of(self, i: int) -> tuple[int, int]:
        """Return the sentence that a token stands in."""
        for start, end in self.sentences:
            if start <= i < end:
                return start, end
        return 0, len(self.tokens)

    def ancestors(self, i: int) -> Iterator[Token]:
        """Yield a token's head, the head's head, and so on."""
        seen = {i}
        while self.tokens[i].head not in seen:
            i = self.tokens[i].head
            seen.add(i)
            yield self.tokens[i]

    def words(self, indices: Iterable[int]) -> str:
        """Return the text from the first to the last of some tokens."""
        order = sorted(indices)
        return self.text[self.tokens[order[0]].start : self.tokens[order[-1]].end] if order else ""


class Parser(Protocol):
    """Parse texts of one language."""

    language: str

    def parse(self, texts: Sequence[str]) -> Sequence[Parse]:
        """Return one parse for each text, in order."""
        ...
