"""Repair: mend what a small parser often gets wrong in sentences that report speech.

Turns a parse into a parse. Rules: (1) "assured pensioners that ..." - a clause with *that* hung on the addressee
belongs to the verb; (2) "said it had sent nothing and promised ..." - a joined verb of reporting that only looks
joined to the inner clause belongs to the outer verb; (3) a word tagged as a noun that a quotation hangs on is a verb,
and the name before it its subject; (4) a verb of reporting taken for the adjective of the noun after it gets its
clause back; (5) a participle of saying that trails after a comma is the outer speaker's. Each changes labels and
heads only, never words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from holdfire.statements.english.lexicon import ADJECTIVES, NOUNS, VERBS
from holdfire.statements.parse import Parse, Token
from holdfire.statements.words import word_set

__all__ = ["LIGHT", "repaired"]

# Verbs that are so often a speaker's that a second one in a sentence is rather his than the inner subject's.
STRONG = word_set(
    """
    call add warn urge promise vow insist predict stress note express accuse criticize praise
    """
)
# "said in a statement that": what was said, not what the statement is about.
SAYS = word_set(
    """
    say tell write add argue announce warn insist declare state acknowledge admit claim testify tweet note
    complain reply explain suggest stress confirm report agree concede repeat reiterate
    """
)
LIGHT = word_set(
    """
    make give issue express voice offer have renew repeat reiterate send deliver hold share raise win receive
    get reach sign take come level lodge file
    """
)


def repaired(parse: Parse, stand_ins: Collection[int] = ()) -> Parse:
    """Return a parse with the mends; the same one where there is nothing to mend."""
    changes: dict[int, Token] = {}
    for token in parse.tokens:
        for change in _mends(parse, token, stand_ins):
            changes[change.i] = change
    if not changes:
        return parse
    tokens = tuple(changes.get(token.i, token) for token in parse.tokens)
    return Parse(parse.text, tokens, parse.sentences)


def _mends(parse: Parse, token: Token, stand_ins: Collection[int]) -> list[Token]:
    for mend in (_told, _joined, _reduced, _participle):
        if changes := mend(parse, token):
            return changes
    return _noun_for_verb(parse, token, stand_ins)


def _told(parse: Parse, token: Token) -> list[Token]:
    """Mend rule 1: a clause with *that* belongs to the verb of saying above it, not to what takes none."""
    if token.dep not in ("acl", "relcl", "ccomp", "advcl") or token.head == token.i:
        return []
    marks = [k for k in parse.kids(token.i) if k.low == "that" and k.dep in ("mark", "dobj")]
    if not marks or (marks[0].dep == "dobj" and not parse.kids(token.i, "nsubj")):
        return []
    above = parse.tokens[token.head]
    prep = parse.tokens[above.head]
    verb = parse.tokens[prep.head]
    if above.dep == "pobj" and prep.dep == "prep" and verb.lemma in SAYS and not parse.kids(verb.i, "ccomp"):
        return [replace(token, dep="ccomp", head=verb.i), replace(marks[0], dep="mark", tag="IN")]
    if (
        marks[0].dep == "dobj"
        or above.lemma in NOUNS
        or above.low in ADJECTIVES
        or (above.pos == "VERB" and above.lemma in VERBS)
    ):
        return []
    for verb in parse.ancestors(token.i):
        if verb.pos == "VERB" and verb.i < token.i and _takes_clause(verb) and not parse.kids(verb.i, "ccomp"):
            return [replace(token, dep="ccomp", head=verb.i)]
    return []


def _takes_clause(verb: Token) -> bool:
    return any("C" in frame.complements for frame in VERBS.get(verb.lemma, ()))


def _reduced(parse: Parse, token: Token) -> list[Token]:
    """Mend rule 4: in "an aide, Ann Lee, argued growth would help" the verb is taken for an adjective of *growth*."""
    if token.tag not in ("VBD", "VBZ") or token.dep != "amod" or not _takes_clause(token):
        return []
    noun = parse.tokens[token.head]
    speaker = parse.tokens[noun.head]
    verb = parse.tokens[speaker.head]
    if noun.dep != "appos" or speaker.dep != "nsubj" or verb.pos not in ("VERB", "AUX") or speaker.i > token.i:
        return []
    heads = verb.i if verb.head == verb.i else verb.head
    return [
        replace(token, pos="VERB", dep=verb.dep, head=token.i if heads == verb.i else heads),
        replace(noun, dep="nsubj", head=verb.i),
        replace(speaker, head=token.i),
        replace(verb, dep="ccomp", head=token.i),
    ]


def _joined(parse: Parse, token: Token) -> list[Token]:
    """Mend rule 2."""
    if token.dep != "conj" or token.pos != "VERB" or parse.kids(token.i, "nsubj", "nsubjpass", "aux"):
        return []
    inner = parse.tokens[token.head]
    outer = next((a for a in parse.ancestors(inner.i) if a.pos == "VERB" and a.lemma in VERBS), None)
    if outer is None or inner.dep not in ("ccomp", "conj") or outer.i > inner.i or not _reports(parse, token):
        return []
    inner_aux = [
        k for k in parse.kids(inner.i, "aux") if k.low in ("had", "has", "have", "would", "will", "could", "can")
    ]
    if token.tag == "VBN" and inner_aux and outer.tag == "VBD" and token.lemma in STRONG:
        return [replace(token, tag="VBD", head=outer.i)]
    if token.tag not in ("VBD", "VBZ", "VBP", "VBG") or outer.tag not in ("VBD", "VBZ", "VBP", "VBG"):
        return []
    same_as_outer = token.tag == outer.tag
    same_as_inner = token.tag == inner.tag and not parse.kids(inner.i, "aux")
    has_comma = any(parse.tokens[i].text == "," for i in (token.i - 1, token.i - 2) if i >= 0)
    tells_that = any(k.low == "that" for c in parse.kids(token.i, "ccomp") for k in parse.kids(c.i, "mark"))
    if same_as_outer and (not same_as_inner or has_comma or (tells_that and inner.lemma not in VERBS)):
        return [replace(token, head=outer.i)]
    return []


def _participle(parse: Parse, token: Token) -> list[Token]:
    """Mend rule 5: "..., stressing that" after a reported clause is what the outer speaker does."""
    if (
        token.tag != "VBG"
        or token.dep not in ("advcl", "acl", "conj")
        or token.lemma not in VERBS
        or token.head > token.i
    ):
        return []
    comma = any(parse.tokens[i].text == "," for i in range(max(0, token.i - 2), token.i))
    if not comma or not parse.kids(token.i, "ccomp", "dobj", "prep"):
        return []
    for verb in parse.ancestors(token.i):
        holds = any(token.head in parse.subtree(k.i) for k in parse.kids(verb.i, "ccomp"))
        if holds and verb.pos == "VERB" and verb.i < token.i and _takes_clause(verb):
            return [replace(token, dep="advcl", head=verb.i)]
    return []


def _reports(parse: Parse, token: Token) -> bool:
    if token.lemma in VERBS and parse.kids(token.i, "ccomp", "xcomp", "prep", "dobj"):
        return True
    return token.lemma in LIGHT and any(k.lemma in NOUNS for k in parse.kids(token.i, "dobj"))


def _noun_for_verb(parse: Parse, token: Token, stand_ins: Collection[int]) -> list[Token]:
    """Mend rule 3."""
    if token.pos not in ("NOUN", "PROPN") or token.i in stand_ins or token.lemma.rstrip("s") not in VERBS:
        return []
    if not any(k.i in stand_ins for k in parse.kids(token.i)):
        return []
    changes = [replace(token, pos="VERB", lemma=token.lemma.rstrip("s"), tag="VBZ")]
    names = [k for k in parse.kids(token.i, "compound", "nmod", "amod") if k.i not in stand_ins]
    return [*changes, replace(names[-1], dep="nsubj")] if names else changes
