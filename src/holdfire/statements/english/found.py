"""Found: an attribution as the rules find it, in tokens of a parsed paragraph, before it has offsets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from holdfire.statements.english.quotes import Quote
from holdfire.statements.english.repair import repaired
from holdfire.statements.english.skeleton import Skeleton
from holdfire.statements.parse import Parse, Token

__all__ = ["Found", "Passage"]


@dataclass(frozen=True)
class Passage:
    """Hold a paragraph's skeleton with its parse.

    Attributes
    ----------
    stand_in_at : dict of int to int
        For each token of a stand-in, the number of its quotation in ``skeleton.stand_ins``.
    """

    number: int
    text: str
    skeleton: Skeleton
    parse: Parse
    role: str
    stand_in_at: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, number: int, text: str, skeleton: Skeleton, parse: Parse, role: str = "body") -> Passage:
        """Return a passage with its stand-ins looked up."""
        places: dict[int, int] = {}
        for n, (start, end, _) in enumerate(skeleton.stand_ins):
            places.update((t.i, n) for t in parse.tokens if t.start >= start and t.end <= end)
        return cls(number, text, skeleton, repaired(parse, places), role, places)

    def stand_in(self, n: int) -> tuple[int, int]:
        """Return the run of tokens of a stand-in."""
        inside = [i for i, one in self.stand_in_at.items() if one == n]
        return min(inside), max(inside) + 1

    def quote(self, n: int) -> Quote:
        """Return the quotation of a stand-in."""
        return self.skeleton.stand_ins[n][2]

    def chars(self, run: tuple[int, int]) -> tuple[int, int]:
        """Return the characters of the paragraph that a run of tokens stands for, with the marks around fragments."""
        tokens = self.parse.tokens
        start = self.skeleton.starts[tokens[run[0]].start]
        end = self.skeleton.ends[tokens[run[1] - 1].end - 1]
        for quote in self.skeleton.fragments:
            inner_end = quote.end - 1
            if start <= quote.start + 1 < end and start == quote.start + 1 and end >= inner_end - 1:
                start = quote.start
            if start <= quote.start < end and inner_end - 1 <= end <= inner_end:
                end = quote.end
        return start, end

    def token(self, i: int) -> Token:
        """Return a token."""
        return self.parse.tokens[i]


@dataclass(frozen=True)
class Found:
    """Hold an attribution in tokens of one passage.

    Attributes
    ----------
    shape : str
        The rule that found it: ``quote``, ``clause``, ``fronted``, ``infinitive``, ``object``, ``phrase``, ``gerund``,
        ``label``, ``according``, ``adjective``, ``noun``, ``passive``, ``colon``, ``alone``, ``open``.
    cue, source : tuple of int
        Tokens; empty where left unsaid.
    contents : tuple of (int, int)
        Runs of tokens.
    subject : int or None
        Head of the source; of the antecedent where the source is a relative pronoun.
    verb : int or None
        Head of the cue.
    more : tuple of (int, Quote)
        Whole quotations of this or later paragraphs that go on with the content: (paragraph, quotation).
    """

    passage: Passage
    kind: str
    shape: str
    cue: tuple[int, ...]
    source: tuple[int, ...]
    contents: tuple[tuple[int, int], ...]
    subject: int | None = None
    verb: int | None = None
    negated: bool = False
    questioned: bool = False
    relayed: bool = False
    addressee: tuple[int, ...] = ()
    more: tuple[Quote, ...] = ()

    @property
    def carried_refusal(self) -> bool:
        """Whether a verb of refusing carries the cue, so that its negation is one already: "declined to say"."""
        return self.kind == "refuse" and not any(
            self.passage.token(i).dep == "neg" or self.passage.token(i).low in ("never", "not") for i in self.cue
        )

    def changed(self, **changes: object) -> Found:
        """Return a copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]
