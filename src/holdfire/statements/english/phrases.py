"""Phrases: cues that are no verbs - *according to*, adjectives ("is sure that"), nouns ("his warning that"), colons.

Turns a passage into those attributions. Rule: a noun or an adjective counts only with the clause, infinitive or phrase
that
the lexicon lets it take; a colon counts in a headline alone. Source: lexicon, conventions.
"""

from __future__ import annotations

import re

from holdfire.statements.english.conventions import content_runs, cue_group, noun_phrase
from holdfire.statements.english.found import Found, Passage
from holdfire.statements.english.lexicon import ADJECTIVES, NOUNS, PREPOSITIONAL, Frame
from holdfire.statements.english.repair import LIGHT
from holdfire.statements.english.sources import is_person_like, subject_of
from holdfire.statements.parse import Token
from holdfire.statements.words import word_set

__all__ = ["adjectives", "by_phrase", "headline", "nouns"]

SPEAKER_FIRST = re.compile(r"(?P<source>[A-Z][^:.!?]{1,70}?): (?=[“\"‘'A-Za-z])")


def by_phrase(passage: Passage) -> list[Found]:
    """Return attributions by "according to" and its like."""
    parse = passage.parse
    found = []
    for words, kind in PREPOSITIONAL:
        for i in range(len(parse.tokens) - len(words)):
            if tuple(parse.tokens[i + k].low for k in range(len(words))) != words:
                continue
            last = parse.tokens[i + len(words) - 1]
            heads = parse.kids(last.i, "pobj") or list(parse.tokens[last.i + 1 : last.i + 2])
            if not heads:
                continue
            start, end = parse.sentence_of(i)
            cue = tuple(range(i, i + len(words)))
            # What stands after the comma is the writer's sentence again, not the source's.
            source = noun_phrase(parse, heads[0].i, set(cue))
            source = _until_clause(passage, source)
            contents = content_runs(parse, range(start, end), {*cue, *source})
            contents = tuple(run for run in contents if _is_worth(passage, run))
            if contents and source:
                found.append(Found(passage, kind, "according", cue, source, contents, subject=heads[0].i, verb=i))
    return found


def _until_clause(passage: Passage, source: tuple[int, ...]) -> tuple[int, ...]:
    for k in source:
        after = passage.parse.tokens[k + 1] if k + 1 in source else None
        if passage.parse.tokens[k].text != "," or after is None or after.dep not in ("nsubj", "det"):
            continue
        if passage.parse.tokens[after.head].pos in ("VERB", "AUX"):
            return tuple(i for i in source if i < k)
    return source


def _is_worth(passage: Passage, run: tuple[int, int]) -> bool:
    return run[1] - run[0] > 1 or run[0] in passage.stand_in_at


def adjectives(passage: Passage) -> list[Found]:
    """Return attributions by a copula with an adjective or participle: "is confident that", "are prepared to"."""
    parse = passage.parse
    found = []
    for token in parse.tokens:
        frames = ADJECTIVES.get(token.low)
        if frames is None or token.pos not in ("ADJ", "VERB") or token.i in passage.stand_in_at:
            continue
        head = parse.tokens[token.head]
        if token.dep in ("acomp", "conj", "oprd") and head.pos in ("AUX", "VERB") and head.lemma in COPULAS:
            copula, subject = head.i, subject_of(parse, head.i)
            cue = tuple(range(cue_group(parse, head.i)[0], token.i + 1))
        elif token.pos == "VERB" and parse.kids(token.i, "auxpass"):
            copula, subject = token.i, subject_of(parse, token.i)
            cue = cue_group(parse, token.i)
        else:
            continue
        if subject is None or not is_person_like(subject) or subject.low == "it" or cue[-1] - cue[0] > 6:
            continue
        for complement, frame in _complement(passage, token, copula, frames):
            source = noun_phrase(parse, subject.i, {*cue, *complement})
            contents = content_runs(parse, complement, {*cue, *source})
            negated = any(parse.tokens[i].dep == "neg" for i in cue)
            found.append(
                Found(passage, frame.kind, "adjective", cue, source, contents, subject.i, copula, negated=negated)
            )
            break
    return [one for one in found if one.contents]


COPULAS = word_set("be become remain feel seem appear sound look grow get stay stand")


def _complement(passage: Passage, word: Token, copula: int, frames: tuple[Frame, ...]) -> list[tuple[list[int], Frame]]:
    parse = passage.parse
    found = []
    kids = [*parse.kids(word.i), *(parse.kids(copula) if copula != word.i else [])]
    for kid in kids:
        if kid.i < word.i or kid.i in passage.stand_in_at:
            continue
        to = any(k.low == "to" and k.dep == "aux" for k in parse.kids(kid.i))
        for frame in frames:
            if (
                (
                    (kid.dep == "ccomp" or (kid.dep == "advcl" and kid.i - word.i < 25 and _begins_that(passage, kid)))
                    and ("C" in frame.complements)
                )
                or (kid.dep in ("xcomp", "advcl") and to and "I" in frame.complements and kid.i > word.i)
                or (kid.dep == "prep" and kid.low in frame.prepositions)
            ):
                found.append((list(parse.subtree(kid.i)), frame))
    return found


def _begins_that(passage: Passage, clause: Token) -> bool:
    return passage.parse.tokens[passage.parse.subtree(clause.i)[0]].low == "that"


def nouns(passage: Passage) -> list[Found]:
    """Return attributions by a noun with its clause, infinitive or phrase, and whoever owns the noun."""
    parse = passage.parse
    found = []
    for token in parse.tokens:
        frames = NOUNS.get(token.lemma)
        if frames is None or token.pos != "NOUN" or token.i in passage.stand_in_at:
            continue
        for kid in parse.kids(token.i, "acl", "ccomp", "relcl", "prep"):
            frame = _noun_frame(passage, kid, frames)
            if frame is None or kid.i < token.i:
                continue
            one = _of_noun(passage, token, frame, list(parse.subtree(kid.i)))
            if one is not None and (one.source or kid.dep != "prep"):
                found.append(one)
                break
    return found


def _noun_frame(passage: Passage, kid: Token, frames: tuple[Frame, ...]) -> Frame | None:
    marks = [k.low for k in passage.parse.kids(kid.i, "mark", "aux")]
    for frame in frames:
        if kid.dep == "prep":
            if kid.low in frame.prepositions:
                return frame
        elif ("that" in marks and "C" in frame.complements and kid.dep in ("acl", "ccomp", "relcl")) or (
            marks[:1] == ["to"] and "I" in frame.complements and kid.dep == "acl"
        ):
            return frame
    return None


def _of_noun(passage: Passage, noun: Token, frame: Frame, inside: list[int]) -> Found | None:
    parse = passage.parse
    cue: tuple[int, ...] = (noun.i,)
    subject: Token | None = next(iter(parse.kids(noun.i, "poss")), None)
    inside = [i for i in inside if i > noun.i]
    if subject is None:
        by = [k for k in parse.kids(noun.i, "prep") if k.low in ("by", "from", "of") and k.i < min(inside, default=0)]
        subject = next((p for k in by for p in parse.kids(k.i, "pobj")), None)
    head = parse.tokens[noun.head]
    verb: int | None = None
    if subject is None and noun.dep == "dobj" and head.lemma in LIGHT:
        subject = subject_of(parse, head.i)
        group = cue_group(parse, head.i)
        verb = head.i
        if noun.i - group[-1] <= 4:
            cue = tuple(range(group[0], noun.i + 1))
    if subject is not None and not is_person_like(subject) and subject.dep != "poss":
        subject = None
    if subject is not None and subject.low in ("that", "which", "its") and subject.dep != "poss":
        subject = None
    source = noun_phrase(parse, subject.i, {*cue, *inside}) if subject is not None else ()
    contents = content_runs(parse, inside, {*cue, *source})
    if not contents:
        return None
    return Found(
        passage, frame.kind, "noun", cue, source, contents, None if subject is None else subject.i,
        noun.i if verb is None else verb,
    )  # fmt: skip


def headline(passage: Passage) -> list[Found]:
    """Return the attribution of a headline such as "Minister: we will send troops"."""
    hit = SPEAKER_FIRST.match(passage.parse.text)
    if hit is None:
        return []
    tokens = passage.parse.tokens
    source = tuple(t.i for t in tokens if t.end <= hit.end("source"))
    rest = [t.i for t in tokens if t.start >= hit.end()]
    contents = content_runs(passage.parse, rest)
    if not source or not contents or not any(tokens[i].pos in ("PROPN", "NOUN") for i in source):
        return []
    if any(tokens[i].pos in ("VERB", "AUX") and tokens[i].tag != "VBN" for i in source):
        return []
    head = next((i for i in source if tokens[i].head not in source or tokens[i].head == i), source[-1])
    return [Found(passage, "say", "colon", (), source, contents, head, None)]
