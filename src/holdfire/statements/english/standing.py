"""Standing: under what an act stands within a statement - another's word, a hope, a question.

Turns an act and its ancestors in the tree into what takes away from it. Rules: under a verb of saying whose subject is
not the speaker, or a noun such as *report* or *rumour*, an act is relayed; under a verb of hoping, expecting, fearing
or demanding it is no firmer than that; under *whether* it is asked. Leaves the statement's own cue to ``promises``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from holdfire.statements.english.acts import Act
from holdfire.statements.english.lexicon import NOUNS, VERBS
from holdfire.statements.english.sources import subject_of
from holdfire.statements.parse import Parse, Token

__all__ = ["ATTITUDE", "SURE", "Standing", "standing_of"]

FIRST = frozenset(("i", "we", "me", "us"))
# What a word of such a kind makes of the act under it.
ATTITUDE = {
    "want": "desired", "demand": "required", "expect": "expected", "fear": "expected", "think": "expected",
    "learn": "expected", "show": "expected",
}  # fmt: skip
SURE = frozenset(("conclude", "decide", "determine", "resolve", "know", "agree", "accept"))
RELAYING_NOUNS = frozenset(("say", "think", "learn", "fear", "expect", "deny"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what takes away from an act: relayed, asked, and the attitude that bounds its modality."""

    relayed: bool = False
    asked: bool = False
    attitude: str | None = None


def standing_of(parse: Parse, region: Collection[int], act: Act) -> Standing:
    """Return the standing of an act among the tokens of a statement's content."""
    relayed = asked = False
    attitude: str | None = None
    below = parse.tokens[act.governor]
    for above in (*parse.ancestors(act.governor), None):
        asked = asked or any(k.low == "whether" and k.i < below.i for k in parse.kids(below.i, "mark"))
        if above is None or above.i not in region:
            break
        if above.pos == "VERB" and below.dep in ("ccomp", "xcomp") and _takes_clause(above):
            speaker = subject_of(parse, above.i)
            is_own = speaker is not None and speaker.low in FIRST
            relayed = relayed or (speaker is not None and not is_own and below.dep == "ccomp")
            kind = VERBS[above.lemma][0].kind
            if above.lemma not in SURE and not (is_own and kind == "think"):
                attitude = attitude or ATTITUDE.get(kind)
        elif above.lemma in NOUNS and below.dep in ("acl", "ccomp", "relcl"):
            relayed = relayed or NOUNS[above.lemma][0].kind in RELAYING_NOUNS
        below = above
    return Standing(relayed, asked, attitude)


def _takes_clause(token: Token) -> bool:
    return any("C" in frame.complements for frame in VERBS.get(token.lemma, ()))
