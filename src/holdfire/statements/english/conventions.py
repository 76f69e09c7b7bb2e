"""Conventions: which words of an English sentence count as source, as cue and as content.

All the conventions are in this module, so that they can be changed in one place. They follow the practice of
attribution
corpora of English news (PARC 3.0; PolNeAR):

1. *Source*: the whole noun phrase, with determiner, title, apposition and relative clause, and the comma that closes an
   apposition before the cue ("the finance minister, Ann Lee,"). A pronoun or a relative pronoun is a source itself.
2. *Cue*: the verb with its auxiliaries, negation, particle and the adverbs among or right before them ("has also said",
   "did not say", "ruled out"); the preposition that leads to the content ("called for"); both words of "according to";
   the copula with its adjective ("is confident"); a noun alone ("promise"), or with the verb that carries it
   ("expressed hope"). Neither addressee nor time nor place ("told reporters on Friday": the cue is "told").
3. *Content*: the clause with its *that*, *whether* or *to*; quotation marks and what stands inside them; not the comma
or
   full stop around it. It is discontinuous where source and cue interrupt it, and goes on into the next sentence where
   a
   quotation does.
4. A verb that only carries another one ("declined to say", "went on to argue") is part of that one's cue.

Sources: Pareti, PARC 3.0: A Corpus of Attribution Relations (LREC 2016); Newell, Margolin, Ruths, An Attribution
Relations Corpus for Political News (LREC 2018).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from holdfire.statements.parse import Parse, Token
from holdfire.statements.words import word_set

__all__ = [
    "CARRIERS", "content_runs", "cue_group", "noun_phrase", "runs", "trimmed",
]  # fmt: skip

AUXILIARY = frozenset(("aux", "auxpass", "neg"))
CARRIERS = word_set(
    """
    decline refuse go continue begin start seem appear try attempt use fail proceed need happen hasten rush feel
    like love hate want pause stop forget
    """
)
OUTER_MARKS = frozenset(",.;:—–-…)(")
NOT_IN_SOURCE = frozenset(("punct", "cc"))


def runs(indices: Iterable[int]) -> list[tuple[int, int]]:
    """Return token indices as runs ``(first, last + 1)``.

    Examples
    --------
    >>> runs([1, 2, 5]), runs([])
    ([(1, 3), (5, 6)], [])
    """
    found: list[tuple[int, int]] = []
    for i in sorted(set(indices)):
        if found and found[-1][1] == i:
            found[-1] = (found[-1][0], i + 1)
        else:
            found.append((i, i + 1))
    return found


def trimmed(parse: Parse, run: tuple[int, int]) -> tuple[int, int]:
    """Return a run without the marks, conjunctions and spaces at its edges; it may come out empty."""
    first, last = run
    while first < last and (parse.tokens[first].text in OUTER_MARKS or parse.tokens[first].pos == "SPACE"):
        first += 1
    while last > first and (
        parse.tokens[last - 1].text in OUTER_MARKS
        or parse.tokens[last - 1].pos == "SPACE"
        or (parse.tokens[last - 1].dep == "cc" and parse.tokens[last - 1].low in ("and", "but", "or", "while"))
    ):
        last -= 1
    return first, last


def content_runs(parse: Parse, indices: Iterable[int], without: Collection[int] = ()) -> tuple[tuple[int, int], ...]:
    """Return tokens as content: runs without marks at the edges, gaps of marks alone closed."""
    kept = set(indices) - set(without)
    for first, last in zip(sorted(kept), sorted(kept)[1:], strict=False):
        gap = range(first + 1, last)
        if all(i not in without and parse.tokens[i].pos in ("PUNCT", "SPACE", "CCONJ") for i in gap):
            kept.update(gap)
    cut = [trimmed(parse, run) for run in runs(kept)]
    return tuple(run for run in cut if run[0] < run[1])


def noun_phrase(parse: Parse, head: int, stop: Collection[int]) -> tuple[int, ...]:
    """Return the tokens of a source: the unbroken stretch of its head's subtree that holds no token of ``stop``."""
    inside = set(parse.subtree(head)) - set(stop)
    first = last = head
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    while first < head and (parse.tokens[first].dep in NOT_IN_SOURCE and parse.tokens[first].text != '"'):
        first += 1
    after = parse.tokens[last + 1] if last + 1 < len(parse.tokens) else None
    comma_inside = any(parse.tokens[i].text == "," for i in range(head, last + 1))
    if parse.tokens[last].text == ",":
        keep = last + 1 in stop and _closes_apposition(parse, head, last)
        last = last if keep else last - 1
    elif after is not None and after.text == "," and last + 2 in stop and comma_inside:
        last += 1 if _closes_apposition(parse, head, last + 1) else 0
    state = parse.tokens[last + 2] if last + 2 < len(parse.tokens) and last + 2 not in stop else None
    if state is not None and parse.tokens[last + 1].text == "," and state.pos == "PROPN" and state.text.endswith("."):
        # "of Keene, N.H.": the state belongs to the town.
        last += 2
    for i in range(head + 1, last + 1):
        # "said Lund, adding that": what she does besides is no part of her.
        if parse.tokens[i].tag == "VBG" and parse.tokens[i].dep in ("acl", "advcl") and parse.tokens[i - 1].text == ",":
            last = i - 2
            break
    while last > head and parse.tokens[last].text in ".;:" and parse.tokens[last].pos == "PUNCT":
        last -= 1
    return tuple(range(first, last + 1))


def _closes_apposition(parse: Parse, head: int, comma: int) -> bool:
    return any(parse.tokens[i].text == "," for i in range(head + 1, comma))


def cue_group(parse: Parse, verb: int, barred: Collection[int] = ()) -> tuple[int, ...]:
    """Return a verb with its auxiliaries, negation, particle and the adverbs among or right before them."""
    kids = {k.i: k for k in parse.kids(verb)}
    group = {verb}
    i = verb - 1
    while i >= 0 and i not in barred and _belongs(parse, parse.tokens[i], verb, kids):
        group.add(i)
        i -= 1
    # An adverb that opens the sentence ("Earlier, he said") is set apart by its comma and never reached.
    j = verb + 1
    if j < len(parse.tokens) and parse.tokens[j].dep == "neg" and j not in barred:
        group.add(j)
        j += 1
    after = parse.tokens[j] if j < len(parse.tokens) and j not in barred else None
    if after is not None and after.head == verb and after.pos in ("ADP", "ADV", "PART"):
        group.update([j] if after.dep == "prt" or after.low in ("back", "out") else [])
    first = min(group)
    if first >= 2 and parse.tokens[first - 1].low in ("and", "or", "nor") and parse.tokens[verb].dep == "conj":
        twin = parse.tokens[first - 2]
        if twin.i == parse.tokens[verb].head and twin.pos == "VERB" and twin.i not in barred:
            group.update((first - 1, *cue_group(parse, twin.i, barred)))
    return tuple(sorted(group))


def _belongs(parse: Parse, token: Token, verb: int, kids: dict[int, Token]) -> bool:
    if token.i in kids:
        if token.low == "far" and token.i and parse.tokens[token.i - 1].low == "so":
            return True
        return token.dep in AUXILIARY or (
            token.dep == "advmod" and token.pos in ("ADV", "PART") and token.low not in WH
        )
    if token.low == "so" and parse.tokens[token.i + 1].low == "far":
        return True
    return token.head in kids and token.dep == "advmod" and token.pos == "ADV" and token.low not in WH


WH = frozenset(("how", "when", "where", "why", "as", "so", "then"))
