"""Offices: from a noun phrase to the office that it names, in its own words, and the state it belongs to.

Rule: the office is what stands between a determiner or a state's adjective and the person's name, or the phrase around
an
office's noun ("head of the observer mission"); a possessive of a state or its pronoun says whose it is.
"""

from __future__ import annotations

from holdfire.statements.english.countries import country_of
from holdfire.statements.parse import Parse
from holdfire.statements.words import word_set

__all__ = ["OFFICES", "country_in", "office_in"]

OFFICES = word_set(
    """
    minister president chancellor premier governor mayor senator congressman congresswoman representative
    ambassador envoy general colonel admiral commander lieutenant major captain brigadier marshal spokesman
    spokeswoman spokesperson adviser advisor secretary chief head leader chairman chairwoman chair director
    commissioner speaker deputy king queen prince princess sheikh emir sultan pope bishop archbishop cardinal
    rabbi imam judge justice prosecutor attorney inspector coordinator mediator negotiator rapporteur
    chairperson manager editor professor analyst expert economist lawyer strategist pollster historian candidate
    nominee lawmaker legislator undersecretary diplomat official aide counsel whip sheriff superintendent dean
    rector founder owner executive officer researcher scientist engineer farmer teacher doctor activist author
    columnist correspondent veteran counsellor councillor councilor delegate
    """
)
TITLES = word_set(
    """
    mr mr. mrs mrs. ms ms. miss dr dr. sir lady lord dame sen. rep. gov. gen. col. prof. sgt. lt.
    """
)


def office_in(parse: Parse, head: int, stop: frozenset[int] = frozenset()) -> str | None:
    """Return the office that a noun phrase names.

    Parameters
    ----------
    head : int
        Token of an office's noun, or of a person's name that an office stands before.
    stop : frozenset of int
        Tokens that are the person's name.
    """
    token = parse.tokens[head]
    if token.lemma in OFFICES and head not in stop:
        return _around(parse, head)
    before = head - 1
    while before in stop:
        before -= 1
    leads = parse.tokens[before] if before >= 0 else None
    if leads is not None and (leads.lemma in OFFICES or leads.low in OFFICES) and leads.pos in ("PROPN", "NOUN"):
        return _before(parse, before)
    return None


def _before(parse: Parse, last: int) -> str:
    first = last
    while first - 1 >= 0 and _may_lead(parse, first - 1):
        first -= 1
    return _plain(parse.words(range(first, last + 1)))


def _may_lead(parse: Parse, i: int) -> bool:
    token = parse.tokens[i]
    if token.pos not in ("NOUN", "PROPN", "ADJ") and token.text != "-":
        return False
    if country_of(token.text) is not None or token.entity in ("PERSON", "GPE"):
        return False
    return token.low not in TITLES and token.tag != "POS"


def _around(parse: Parse, head: int) -> str:
    words = _before(parse, head)
    for kid in parse.kids(head, "prep"):
        if kid.i == head + 1 and kid.low in ("of", "for", "to", "on"):
            tail = [i for i in parse.subtree(kid.i) if i <= kid.i + 8]
            text = parse.words(tail)
            things = parse.kids(kid.i, "pobj")
            if things and country_of(_bare(parse, things[0].i)) is None:
                return f"{words} {_plain(text, lower=False)}"
    return words


def _bare(parse: Parse, head: int) -> str:
    return parse.words([k.i for k in parse.kids(head, "compound", "amod")] + [head])


def _plain(text: str, lower: bool = True) -> str:
    text = text.strip(" ,")
    return text.lower() if lower else text


def country_in(parse: Parse, head: int, phrase: tuple[int, ...]) -> str | None:
    """Return the state that a noun phrase names: its own name, an adjective, a possessive, a phrase with *of*."""
    tokens = parse.tokens
    for i in phrase:
        for width in (3, 2, 1):
            if i + width - 1 in phrase:
                words = " ".join(t.text for t in tokens[i : i + width])
                found = country_of(words)
                if found is not None and _is_near(parse, i + width - 1, head):
                    return found
    return None


def _is_near(parse: Parse, i: int, head: int) -> bool:
    """Whether a word belongs to the noun itself, not to a clause or a far phrase behind it."""
    here = i
    for _ in range(4):
        if here == head:
            return True
        token = parse.tokens[here]
        if token.dep == "pobj" and parse.tokens[token.head].low not in ("of", "from"):
            return False
        if token.dep in ("relcl", "acl", "advcl", "appos") and token.head != here:
            return token.dep == "appos" and token.head == head
        here = token.head
    return False
