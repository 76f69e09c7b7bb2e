"""Features: what the rules saw of an English attribution, named for the regression of its chance.

Turns a draft into features of 0 or 1. Rule: nothing of an article's subject, names or words but the cue's own kind is a
feature, so that what is learned holds for other subjects.
"""

from __future__ import annotations

from holdfire.statements.english.lexicon import VERBS
from holdfire.statements.english.reader import Draft
from holdfire.statements.english.sources import HUMAN
from holdfire.statements.words import word_set

__all__ = ["NESTED", "features_of"]

COMMON = word_set(
    """
    say tell add note argue announce declare insist warn explain write claim acknowledge believe think ask
    report predict suggest stress maintain deny
    """
)
NESTED = "nested"


def features_of(draft: Draft) -> dict[str, float]:
    """Return the features of a draft, each 1.0 where it holds."""
    found = draft.found
    parse = found.passage.parse
    words = [i for first, last in found.contents for i in range(first, last)]
    quoted = any(i in found.passage.stand_in_at for i in words)
    n_words = sum(len(span.text.split()) for span in draft.contents)
    has_verb = quoted or any(parse.tokens[i].pos in ("VERB", "AUX") for i in words)
    start, end = parse.sentence_of(words[0])
    names = [f"shape:{found.shape}", f"kind:{found.kind}", f"source:{_source(draft)}", f"form:{draft.form}"]
    if found.verb is not None and found.cue:
        lemma = parse.tokens[found.verb].lemma
        names.append("cue:common" if lemma in COMMON else ("cue:known" if lemma in VERBS else "cue:unknown"))
    names.append(f"length:{'1-2' if n_words < 3 else '3-5' if n_words < 6 else '6-30' if n_words <= 30 else '31+'}")
    flags = {
        "no_verb": not has_verb,
        "pieces": len(found.contents) > 1 and draft.form != "direct",
        "long_sentence": end - start > 40,
        "long_source": len(found.source) > 12,
        "headline": found.passage.role == "headline",
        "negated": found.negated,
        "relayed": found.relayed,
        "begins_that": parse.tokens[words[0]].low == "that",
        "to_the_end": words[-1] >= end - 2,
        "comma_inside": draft.form == "indirect" and any(parse.tokens[i].text == "," for i in words),
        NESTED: draft.outer is not None,
    }
    names += [name for name, holds in flags.items() if holds]
    return dict.fromkeys(names, 1.0)


def _source(draft: Draft) -> str:
    found = draft.found
    if not found.source or found.subject is None:
        return "none"
    token = found.passage.parse.tokens[found.subject]
    if draft.person is not None and draft.person.is_person and draft.person.name:
        return "pronoun" if token.pos == "PRON" else "person"
    if token.pos == "PRON":
        return "open_pronoun"
    if token.lemma in HUMAN or token.entity in ("ORG", "GPE", "NORP", "PERSON"):
        return "body"
    return "other"
