"""Conditions: what a promise waits for, as an English sentence says it, with type and words.

Turns the sentence of an act into its conditions. Rules: a condition is opened by a word or phrase of the table and ends
with its clause or phrase; what names law, mandate or parliament is *legal*; what names hope or expectation is an
*expectation*; what is about the state of peace (a ceasefire, a deal) or opened by a word of time is *temporal*; what
asks something of somebody else is a *requirement*.
"""

from __future__ import annotations

import re

from holdfire.statements.parse import Parse

__all__ = ["conditions_in"]

# Longest first: what opens a condition.
OPENERS = tuple(
    tuple(phrase.split())
    for phrase in sorted(
        """if|unless|once|until|after|following|pending|provided|providing|as soon as|as long as|so long as
        |only if|only when|only after|subject to|conditional on|conditional upon|contingent on|contingent upon
        |depending on|dependent on
        |on condition|on the condition|on condition that|in return for|in exchange for|in the event of|in the event that
        |assuming|when|with the expectation|in the expectation|in expectation|with the hope|in the hope|in the hopes
        |with the approval|with approval|with the consent|with a mandate|under a mandate|under a|under an
        |with the backing|with the support|with the backup|with a backup|on the understanding|on the assumption
        |before|without|with an
        |given|in case|not without|not before|not until|in the framework of|within the framework of
        |backed by""".replace("\n", "").split("|"),
        key=lambda phrase: -len(phrase.split()),
    )
    if phrase.strip()
)
LEGAL = re.compile(
    r"(?i)\b(?:mandate|parliament\w*|approval|resolution|constitution\w*|law|legal\w*|ratif\w+|vote[ds]?|authori[sz]\w*|"
    r"congress|senate|bundestag|cabinet|treaty|court|legislat\w+|invitation|invited|consent)\b"
)
HOPED = re.compile(r"(?i)\b(?:expectation|expect\w*|hopes?|assum\w+|anticipat\w+|understanding)\b")
PEACE = re.compile(
    r"(?i)\b(?:ceasefire|cease-fire|truce|armistice|peace|deal|agreement|fighting|hostilities|war|settlement|accord|talks|"
    r"withdrawal|guns)\b"
)
TIME = frozenset(("after", "once", "until", "when", "following", "before", "pending"))


def conditions_in(
    parse: Parse, start: int, end: int, barred: frozenset[int] = frozenset()
) -> list[tuple[str, int, int]]:
    """Return the conditions among tokens ``start`` to ``end``, as (type, first token, last + 1).

    Parameters
    ----------
    barred : frozenset of int
        Tokens of cue and source, which belong to no condition.
    """
    found: list[tuple[str, int, int]] = []
    i = start
    while i < end:
        width = _opener_at(parse, i, end)
        if not width or i in barred:
            i += 1
            continue
        last = _end_of(parse, i, width, end, barred)
        kind = _type_of(parse, i, width, last)
        if kind is None or last - i <= width:
            i += 1
            continue
        found.append((kind, i, last))
        i = last
    return found


def _opener_at(parse: Parse, i: int, end: int) -> int:
    for words in OPENERS:
        if i + len(words) <= end and all(parse.tokens[i + k].low == word for k, word in enumerate(words)):
            return len(words)
    return 0


def _end_of(parse: Parse, i: int, width: int, end: int, barred: frozenset[int]) -> int:
    """Return where a condition ends: with the subtree of the clause or phrase that it opens."""
    opener = parse.tokens[i]
    root = opener.i
    if opener.dep in ("mark", "advmod", "det", "aux") or opener.pos == "SCONJ":
        root = opener.head
    reach = max((k for k in parse.subtree(root) if k < end), default=i)
    if reach < i + width:
        reach = max((k for k in parse.subtree(parse.tokens[i + width - 1].i) if k < end), default=reach)
    stop = i + width
    while stop <= min(reach, end - 1) and stop not in barred:
        if parse.tokens[stop].text in (";", ":", "—", "–") or _opens_anew(parse, stop, i):
            break
        stop += 1
    while stop > i + width and parse.tokens[stop - 1].pos in ("PUNCT", "SPACE", "CCONJ"):
        stop -= 1
    return stop


def _opens_anew(parse: Parse, stop: int, i: int) -> bool:
    """Whether a comma ends the condition: the promise follows it with a subject and a verb of its own."""
    token = parse.tokens[stop]
    if token.text != "," or stop + 1 >= len(parse.tokens):
        return False
    if _opener_at(parse, stop + 1, len(parse.tokens)):
        return True
    rest = parse.tokens[stop + 1]
    head = parse.tokens[rest.head]
    return rest.dep in ("nsubj", "det", "poss", "compound", "expl") and parse.tokens[i].head != head.i


def _type_of(parse: Parse, i: int, width: int, last: int) -> str | None:
    text = parse.words(range(i, last))
    opener = parse.tokens[i].low
    opening = parse.words(range(i, i + width)).lower()
    if HOPED.search(text) and (width > 1 or opener == "assuming"):
        return "expectation"
    if LEGAL.search(text):
        return "legal"
    if (width == 1 and opener in ("with", "given", "under")) or opening in ("under a", "under an", "with an"):
        return None
    if opener in TIME or opening in ("as soon as", "only after", "only when", "not before", "not until"):
        if opener in ("when", "before", "after") and not PEACE.search(text) and width == 1:
            return "temporal" if any(parse.tokens[k].pos in ("VERB", "AUX") for k in range(i, last)) else None
        return "temporal"
    if PEACE.search(text) and opener in ("if", "provided", "providing", "as", "only", "assuming", "in", "so"):
        return "temporal"
    if opener == "without" and parse.tokens[i + 1].tag == "VBG":
        return None
    return "requirement"
