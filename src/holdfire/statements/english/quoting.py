"""Quoting: to each whole quotation its cue, or the attribution that it goes on with.

Turns a passage's stand-ins into attributions. Rules, in order: (1) the verb that a stand-in hangs on, or that hangs
on it; (2) a verb of saying beside it in the same sentence; (3) *according to* beside it; (4) a quotation that is a
sentence by itself goes on with the attribution of the quotation before it in the paragraph; (5) one that opens a
paragraph and is followed by none stands alone, without a cue. Source: conventions.
"""

from __future__ import annotations

from holdfire.statements.english.conventions import cue_group, noun_phrase
from holdfire.statements.english.found import Found, Passage
from holdfire.statements.english.lexicon import VERBS
from holdfire.statements.english.sources import agent_of, is_passive, is_person_like, subject_of
from holdfire.statements.parse import Token
from holdfire.statements.words import word_set

__all__ = ["carried", "quoted", "verb_cue"]

NEVER = word_set("be have do go come get make let seem become include follow")


def quoted(passage: Passage) -> list[Found]:
    """Return the attributions of a passage's whole quotations."""
    parse = passage.parse
    verbs: dict[int, list[int]] = {}
    left: list[int] = []
    for n in range(len(passage.skeleton.stand_ins)):
        verb = _verb_for(passage, n)
        if verb is None:
            left.append(n)
        else:
            verbs.setdefault(verb, []).append(n)
    found = []
    for verb, numbers in sorted(verbs.items()):
        one = verb_cue(passage, verb, "quote", _kind(parse.tokens[verb]), [passage.stand_in(n) for n in numbers])
        found.append(one)
    return _with_left(passage, found, left)


def _kind(token: Token) -> str:
    frames = VERBS.get(token.lemma)
    return frames[0].kind if frames else "say"


def verb_cue(passage: Passage, verb: int, shape: str, kind: str, contents: list[tuple[int, int]]) -> Found:
    """Return an attribution whose cue is a verb, with its source by grammar."""
    parse = passage.parse
    taken = {i for first, last in contents for i in range(first, last)} | set(passage.stand_in_at)
    token = parse.tokens[verb]
    head, cue = carried(passage, verb, taken)
    subject = subject_of(parse, verb)
    passive = is_passive(parse, verb)
    if passive:
        subject = agent_of(parse, verb)
    if subject is not None and subject.i in taken:
        subject = None
    if subject is None and not passive and shape == "quote":
        # "conceded one adviser": the parser takes the speaker behind the verb for its object.
        behind = [
            k for k in parse.kids(verb, "dobj", "attr", "oprd", "npadvmod", "dep") if k.i > verb and k.i not in taken
        ]
        subject = behind[0] if behind and is_person_like(behind[0]) else None
    source = noun_phrase(parse, subject.i, taken | set(cue)) if subject is not None else ()
    referent = subject
    if subject is not None and (subject.tag in ("WP", "WDT") or subject.low == "that"):
        clause = next((a for a in parse.ancestors(subject.i) if a.dep == "relcl"), None)
        referent = parse.tokens[clause.head] if clause is not None else subject
    negated = any(parse.tokens[i].dep == "neg" or parse.tokens[i].low in ("never", "not", "n't") for i in cue)
    negated = negated or any(parse.tokens[i].low in ("unable", "unwilling", "reluctant", "loath") for i in cue)
    negated = negated or parse.tokens[head].lemma in ("decline", "refuse", "fail")
    _, end = parse.sentence_of(verb)
    asked = parse.tokens[end - 1].text == "?" and token.dep == "ROOT" and end - 1 not in taken
    heard = None if subject is None else subject.i
    to_whom = (
        [k for k in parse.kids(verb, "dobj", "dative", "iobj") if k.i not in taken and k.i != heard]
        if not passive
        else []
    )
    if passive and kind != "say":
        to_whom = parse.kids(verb, "nsubjpass")
    addressee = noun_phrase(parse, to_whom[0].i, taken | set(cue)) if to_whom else ()
    return Found(
        passage=passage, kind=kind, shape=shape, cue=cue, source=source, contents=tuple(contents),
        subject=None if referent is None else referent.i, verb=verb, negated=negated, questioned=asked,
        relayed=passive and subject is None, addressee=addressee,
    )  # fmt: skip


def carried(passage: Passage, verb: int, taken: set[int]) -> tuple[int, tuple[int, ...]]:
    """Return the verb that carries a cue ("declined" in "declined to say"), and the cue's tokens."""
    from_verb = cue_group(passage.parse, verb, taken)
    token = passage.parse.tokens[verb]
    head = passage.parse.tokens[token.head]
    if token.dep == "xcomp" and head.pos == "ADJ" and head.low in ABLE and head.i < verb:
        copula = passage.parse.tokens[head.head]
        return copula.i, tuple(range(cue_group(passage.parse, copula.i, taken)[0], verb + 1))
    gap = range(head.i + 1, from_verb[0])
    is_near = all(passage.parse.tokens[i].dep in ("aux", "advmod", "prt", "neg") for i in gap)
    if token.dep == "xcomp" and head.lemma in CARRIED and head.i < verb and is_near and len(gap) <= 2:
        first = cue_group(passage.parse, head.i, taken)
        return head.i, tuple(range(first[0], verb + 1)) if first[-1] < verb else first + from_verb
    return verb, from_verb


ABLE = word_set("able unable quick slow careful reluctant hesitant loath unwilling")
CARRIED = word_set(
    """
    decline refuse go continue begin start seem appear try attempt fail proceed need happen hasten rush use stop
    """
)


def _verb_for(passage: Passage, n: int) -> int | None:
    """Return the verb that a quotation belongs to."""
    parse = passage.parse
    first, last = passage.stand_in(n)
    core = next((i for i in range(first, last) if parse.tokens[i].low == "works"), first)
    top = core
    while parse.tokens[top].head in range(first, last) and parse.tokens[top].head != top:
        top = parse.tokens[top].head
    start, end = parse.sentence_of(core)
    above = _good(passage, parse.tokens[top].head) if parse.tokens[top].dep != "ROOT" else None
    if above is not None and start <= above < end and _has_subject(passage, above):
        return above
    for kid in parse.kids(core):
        if kid.i in passage.stand_in_at or (kid.i < last and kid.i >= first):
            continue
        below = _good(passage, kid.i)
        if below is not None and kid.dep in ("parataxis", "ccomp", "conj", "advcl", "relcl", "dep", "acl"):
            return below
    after = [i for i in range(last, end) if _good(passage, i) is not None]
    before = [i for i in range(start, first) if _good(passage, i) is not None]
    for i in after[:1]:
        if i - last <= 12 and _is_said(passage, i) and not any(k in passage.stand_in_at for k in range(last, i)):
            return i
    for i in reversed(before):
        if _is_said(passage, i) and not any(k in passage.stand_in_at for k in range(i, first)):
            return i
    if above is not None and start <= above < end:
        return above
    return None


def _good(passage: Passage, i: int) -> int | None:
    token = passage.parse.tokens[i]
    if i in passage.stand_in_at or token.pos != "VERB" or token.lemma in NEVER:
        return None
    return i


def _is_said(passage: Passage, i: int) -> bool:
    return passage.parse.tokens[i].lemma in VERBS


def _has_subject(passage: Passage, i: int) -> bool:
    return _is_said(passage, i) or subject_of(passage.parse, i) is not None


def _with_left(passage: Passage, found: list[Found], left: list[int]) -> list[Found]:
    """Join quotations that are sentences by themselves to the one before them, or let them stand alone."""
    alone: list[int] = []
    for n in left:
        place = passage.stand_in(n)[0]
        before = [one for one in found if one.cue and one.cue[0] < place]
        nearest = max(before, key=lambda one: max(one.cue[-1], one.contents[-1][1]), default=None)
        if nearest is not None and _follows(passage, nearest, place):
            found[found.index(nearest)] = nearest.changed(contents=(*nearest.contents, passage.stand_in(n)))
        elif _is_sentence(passage, n) and len(quote_words(passage, n)) > 2:
            alone.append(n)
    for n in alone:
        run = passage.stand_in(n)
        if found and found[-1].shape == "alone" and found[-1].contents[-1][1] == run[0]:
            found[-1] = found[-1].changed(contents=(*found[-1].contents, run))
        else:
            found.append(Found(passage, "say", "alone", (), (), (run,)))
    return found


def quote_words(passage: Passage, n: int) -> list[str]:
    """Return the words of a quotation."""
    quote = passage.quote(n)
    return passage.text[quote.start : quote.end].split()


def _is_sentence(passage: Passage, n: int) -> bool:
    first, last = passage.stand_in(n)
    start, end = passage.parse.sentence_of(first)
    rest = [i for i in range(start, end) if not first <= i < last and passage.parse.tokens[i].pos != "PUNCT"]
    return len(rest) <= 1


def _follows(passage: Passage, found: Found, place: int) -> bool:
    """Whether nothing but the tail of its own sentence stands between an attribution and a quotation."""
    _, end = passage.parse.sentence_of(found.cue[0])
    between = [i for i in range(end, place) if passage.parse.tokens[i].pos not in ("PUNCT", "SPACE")]
    return all(i in passage.stand_in_at for i in between)
