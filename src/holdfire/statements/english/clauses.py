"""Clauses: verbs that attribute without a whole quotation, by the complements of their frames.

Turns each verb of a passage into at most one attribution. Rules: a complement counts where the lexicon lets the verb
take
it; a verb that the lexicon does not know counts with a *that* and a person for a subject; a clause before the cue is
taken
from the start of its sentence, a clause after it to the end, less what belongs to another cue. Source: lexicon,
conventions.
"""

from __future__ import annotations

from holdfire.statements.english.conventions import content_runs, runs
from holdfire.statements.english.found import Found, Passage
from holdfire.statements.english.lexicon import NO_CUES, VERBS, Frame
from holdfire.statements.english.quoting import verb_cue
from holdfire.statements.english.sources import HUMAN, is_passive, is_person_like, subject_of
from holdfire.statements.parse import Token
from holdfire.statements.words import word_set

__all__ = ["clauses"]

WH = word_set("whether if how what why who when where which whom whose")
TAIL = word_set("if unless because although though as after before when until once since so")
# Whom these ask something of is spoken to, and no part of what is asked.
ADDRESSES = word_set(
    """
    urge ask tell order instruct command advise press pressure push encourage call implore exhort beg invite
    remind warn counsel direct lobby challenge dare plead require
    """
)
# Their infinitive is often hung beside them by the parser.
LOOSE = word_set(
    """
    agree call warn urge ask promise plead appeal beg vow pledge threaten promise decide vote
    """
)
# What is avoided or stopped is not said.
AVOIDING = frozenset(("avoid", "stop", "resist", "quit", "risk", "without", "from", "of", "escape", "keep"))
# After a comma these open a sentence about somebody else.
CONTRAST = frozenset(("while", "whereas", "even"))


def clauses(passage: Passage, taken: set[int]) -> list[Found]:
    """Return the attributions of a passage's verbs but those in ``taken``."""
    found = []
    for token in passage.parse.tokens:
        if token.i in taken or token.i in passage.stand_in_at or token.pos not in ("VERB", "AUX"):
            continue
        if token.dep in ("advcl", "acl", "relcl") and _is_to(passage, token):
            continue
        if token.dep in ("xcomp", "pcomp") and passage.parse.tokens[token.head].lemma in AVOIDING:
            continue
        if token.lemma == "be" or (token.pos == "AUX" and token.lemma not in VERBS):
            continue
        one = _of_verb(passage, token)
        if one is not None and one.contents:
            found.append(one)
    return found


def _of_verb(passage: Passage, verb: Token) -> Found | None:
    frames = VERBS.get(verb.lemma, ())
    for rule in (_clause, _fronted, _infinitive, _label, _gerund, _phrase, _object):
        one = rule(passage, verb, frames)
        if one is not None:
            return one
    return None


def _with(frames: tuple[Frame, ...], letter: str) -> Frame | None:
    return next((frame for frame in frames if letter in frame.complements), None)


def _make(
    passage: Passage, verb: Token, frame: Frame | None, shape: str, indices: list[int], cue_more: tuple[int, ...] = ()
) -> Found | None:
    """Build an attribution; its contents are ``indices`` less cue and source."""
    kind = frame.kind if frame is not None else "say"
    draft = verb_cue(passage, verb.i, shape, kind, list(runs(i for i in indices if i != verb.i)))
    if draft.source and set(draft.source) & set(indices):
        draft = verb_cue(passage, verb.i, shape, kind, [])
    cue = tuple(sorted({*draft.cue, *cue_more}))
    if draft.source and _crosses(draft.source, cue):
        return None
    contents = content_runs(passage.parse, indices, {*cue, *draft.source})
    return draft.changed(cue=cue, contents=contents) if contents else None


def _crosses(source: tuple[int, ...], cue: tuple[int, ...]) -> bool:
    return bool(set(source) & set(cue))


def _clause(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    parse = passage.parse
    if verb.lemma == "see" and verb.tag == "VBN":
        return None
    clause = next((k for k in parse.kids(verb.i, "ccomp") if k.i not in passage.stand_in_at), None)
    if clause is None:
        openers = ("whether", "if") if verb.lemma in ("ask", "wonder", "inquire", "question") else ("whether",)
        clause = next((k for k in parse.kids(verb.i, "advcl") if k.i > verb.i and _opens(passage, k, openers)), None)
    if clause is None:
        return None
    inside = parse.subtree(clause.i)
    opener = next((parse.tokens[i].low for i in inside if parse.tokens[i].pos != "PUNCT"), "")
    to = any(k.low == "to" and k.dep == "aux" for k in parse.kids(clause.i))
    is_gerund = clause.tag == "VBG" and not parse.kids(clause.i, "aux", "nsubj")
    is_small = clause.pos not in ("VERB", "AUX")
    letter = "J" if to and opener not in WH else ("G" if is_gerund else ("W" if opener in WH else "C"))
    frame = _with(frames, letter) or (_with(frames, "C") if letter == "W" else None)
    if frame is None and (is_small or letter == "C"):
        frame = _with(frames, "A") if is_small and clause.i > verb.i else None
    if frame is None and letter == "C" and not _is_open_cue(passage, verb, opener):
        return None
    if frame is None and letter != "C":
        return None
    if verb.dep == "advcl" and _is_to(passage, verb):
        return None
    if clause.i < verb.i and any(parse.tokens[i].text == ";" for i in range(clause.i, verb.i)):
        return None
    if verb.lemma in NO_CUES and (frame is None or not is_person_like(subject_of(parse, verb.i))):
        return None
    if clause.i < verb.i:
        return _make(passage, verb, frame, "fronted", _before(passage, verb, clause))
    if letter == "J" and verb.lemma in ADDRESSES:
        inside = tuple(i for i in inside if i >= min(k.i for k in parse.kids(clause.i, "aux") if k.low == "to"))
    shape = "clause" if frame is not None else "open"
    return _make(passage, verb, frame, shape, _after(passage, verb, list(inside)))


def _opens(passage: Passage, clause: Token, words: tuple[str, ...]) -> bool:
    return passage.parse.tokens[passage.parse.subtree(clause.i)[0]].low in words


def _is_open_cue(passage: Passage, verb: Token, opener: str) -> bool:
    subject = subject_of(passage.parse, verb.i)
    return verb.lemma not in NO_CUES and opener == "that" and is_person_like(subject)


def _before(passage: Passage, verb: Token, clause: Token) -> list[int]:
    """Return the tokens of a clause that stands before its cue, and what follows the cue as part of it."""
    parse = passage.parse
    first, _ = parse.sentence_of(verb.i)
    if verb.dep == "conj":
        first = min(parse.subtree(clause.i))
    left = min([verb.i, *(k for s in parse.kids(verb.i, "nsubj", "nsubjpass") for k in parse.subtree(s.i))])
    left = min(left, *(k.i for k in parse.kids(verb.i) if clause.i < k.i < verb.i and k.dep != "ccomp"), verb.i)
    inside = list(range(first, left))
    inside += [i for i in parse.subtree(clause.i) if i > verb.i]
    return [i for i in inside if i not in passage.stand_in_at or i < left]


def _after(passage: Passage, verb: Token, inside: list[int]) -> list[int]:
    """Return the tokens of a clause after its cue, with the tail that the parser hung on the cue instead."""
    parse = passage.parse
    kept = [i for i in inside if i not in _cue_tails(passage, min(inside), max(inside) + 1)]
    stop = next((i for i in kept if parse.tokens[i].text == ";" and i > verb.i), None)
    kept = kept if stop is None else [i for i in kept if i < stop]
    last = max(kept, default=verb.i)
    for kid in parse.kids(verb.i):
        if kid.i <= last or kid.dep in ("conj", "cc", "nsubj", "ccomp", "parataxis", "npadvmod", "agent"):
            continue
        tail = parse.subtree(kid.i)
        opener = parse.tokens[tail[0]].low
        is_tail = (kid.dep == "advcl" and opener in TAIL) or (
            kid.dep in ("prep", "xcomp", "dobj") and tail[0] <= last + 2
        )
        if is_tail and not set(tail) & _cue_tails(passage, tail[0] - 1, tail[-1] + 1) and kid.lemma != "accord":
            kept += range(last + 1, tail[-1] + 1)
            last = max(kept)
    return kept


def _cue_tails(passage: Passage, first: int, last: int) -> set[int]:
    """Return the tokens of what trails after a comma and belongs to another cue or to the writer.

    Those are participles of saying ("..., adding that"), "according to", contrasts ("..., while Greece"), and joined
    clauses about somebody else ("..., but critics disagree", "..., though she allowed that").
    """
    parse = passage.parse
    tails: set[int] = set()
    for i in range(first + 1, last):
        token = parse.tokens[i]
        comma_before = parse.tokens[i - 1].text == ","
        if token.tag == "VBG" and token.dep in ("advcl", "acl", "conj") and comma_before and token.head < i:
            if token.lemma in VERBS and parse.kids(i, "ccomp", "dobj", "prep"):
                tails.update(k for k in parse.subtree(i) if k >= i)
        elif token.low == "according" and i + 1 < len(parse.tokens) and parse.tokens[i + 1].low == "to":
            tails.update(k for k in parse.subtree(i) if k >= i)
        elif token.low in CONTRAST and token.dep in ("mark", "advmod") and comma_before:
            tails.update(k for k in parse.subtree(token.head) if k >= i)
        elif token.low in TURNS and comma_before and _turns(passage, token, first):
            tails.update(range(i, last))
    return tails


TURNS = frozenset(("but", "though", "although", "and", "yet"))


def _turns(passage: Passage, word: Token, first: int) -> bool:
    """Whether a conjunction after a comma opens a clause with a subject and a verb of its own about somebody else."""
    parse = passage.parse
    after = parse.tokens[word.i + 1].low if word.i + 1 < len(parse.tokens) else ""
    if word.low == "but" and (after == "only" or after in TAIL):
        return False
    if word.dep == "mark":
        verbs = [parse.tokens[word.head]]
    else:
        verbs = [k for k in parse.kids(word.head, "conj") if k.i > word.i and k.pos in ("VERB", "AUX")]
    if not verbs or verbs[0].head < first - 1:
        return False
    subjects = parse.kids(verbs[0].i, "nsubj")
    if not subjects or subjects[0].i < word.i or _opens(passage, verbs[0], ("that",)):
        return False
    if any(parse.tokens[i].low == "that" for i in range(word.i, subjects[0].i)):
        return False
    reports = verbs[0].lemma in VERBS and bool(parse.kids(verbs[0].i, "ccomp", "xcomp"))
    if word.low == "and":
        return reports and is_person_like(subjects[0])
    return reports or (word.low in ("but", "yet") and subjects[0].pos in ("NOUN", "PROPN"))


def _fronted(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    """Take a cue set off by commas in, or after, the clause that it attributes: "the deal, he said, was dead"."""
    parse = passage.parse
    frame = _with(frames, "C") or _with(frames, "W")
    subjects = parse.kids(verb.i, "nsubj")
    if frame is None or not subjects or verb.dep in ("relcl", "xcomp", "acl", "pcomp", "csubj"):
        return None
    subject = subjects[0]
    if not is_person_like(subject) or verb.tag not in ("VBD", "VBZ", "VBP", "VBN"):
        return None
    start, end = parse.sentence_of(verb.i)
    own = {*parse.subtree(subject.i), verb.i, *(k.i for k in parse.kids(verb.i, "aux", "neg", "advmod"))}
    own = {i for i in own if (abs(i - verb.i) <= 40 and (i - verb.i) * (subject.i - verb.i) >= 0) or i == verb.i}
    first, last = min(own), max(own)
    marks = (",", '"', "—", "–")
    if first <= start + 1 or parse.tokens[first - 1].text not in marks:
        return None
    is_flanked = last + 1 < end and parse.tokens[last + 1].text in (",", "—", "–") and not parse.kids(verb.i, "ccomp")
    is_last = last >= end - 2 or not any(
        k.dep in ("dobj", "xcomp", "ccomp") and k.i > verb.i and k is not subject for k in parse.kids(verb.i)
    )
    if is_flanked:
        head = parse.tokens[verb.head]
        whole = verb.head == verb.i or head.dep == "ROOT" or head.pos not in ("VERB", "AUX")
        around = range(start, end) if whole and not passage.stand_in_at else parse.subtree(verb.head)
        indices = [i for i in around if not first <= i <= last]
    elif is_last and verb.dep != "advcl":
        indices = list(range(start, first))
    else:
        return None
    indices = [i for i in indices if i not in passage.stand_in_at]
    has_verb = any(parse.tokens[i].dep in ("nsubj", "nsubjpass", "expl", "csubj") for i in indices if i < first)
    if not has_verb and not is_flanked:
        return None
    return _make(passage, verb, frame, "fronted", indices)


def _infinitive(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    parse = passage.parse
    kid = next((k for k in parse.kids(verb.i, "xcomp", "advcl") if k.i > verb.i and _is_to(passage, k)), None)
    if kid is None and _with(frames, "J"):
        # "urged the council to repent": the infinitive hung on whom it is asked of.
        things = [a for k in parse.kids(verb.i, "dobj") for a in parse.kids(k.i, "acl") if _is_to(passage, a)]
        kid = things[0] if things else None
    if kid is None or (kid.dep == "advcl" and verb.lemma not in LOOSE):
        return None
    passive = is_passive(parse, verb.i)
    has_object = bool(parse.kids(verb.i, "dobj") or _spoken_to(passage, verb, kid)) and not passive
    frame = _with(frames, "J" if has_object or (passive and _with(frames, "J")) else "I")
    inside = list(parse.subtree(kid.i))
    if passive:
        frame = frame or _with(frames, "C")
        subject = parse.kids(verb.i, "nsubjpass")
        if frame is None or verb.lemma in ("see", "suppose") or any(k.tag == "MD" for k in parse.kids(verb.i, "aux")):
            return None
        if frame.kind != "demand" and subject and verb.lemma not in ADDRESSES:
            inside = [*parse.subtree(subject[0].i), *inside]
        return _make(passage, verb, frame, "passive", _trim_relative(passage, inside))
    if frame is None and has_object and not parse.kids(verb.i, "dobj"):
        frame = _with(frames, "I")
    if frame is None or not is_person_like(subject_of(parse, verb.i)):
        return None
    led = [
        k.i
        for k in parse.kids(verb.i, "prep")
        if verb.lemma == "call" and k.i == verb.i + 1 and k.low in ("on", "upon")
    ]
    return _make(passage, verb, frame, "infinitive", _after(passage, verb, inside), tuple(led))


def _spoken_to(passage: Passage, verb: Token, clause: Token) -> bool:
    """Whether whom a verb addresses stands behind a preposition: "called on allies to stop"."""
    return any(
        k.low in ("on", "upon", "with", "to") and verb.i < k.i < clause.i and passage.parse.kids(k.i, "pobj")
        for k in passage.parse.kids(verb.i, "prep")
    )


def _trim_relative(passage: Passage, inside: list[int]) -> list[int]:
    return [i for i in inside if passage.parse.tokens[i].tag not in ("WDT", "WP")]


def _is_to(passage: Passage, token: Token) -> bool:
    return any(k.low == "to" and k.dep == "aux" for k in passage.parse.kids(token.i))


def _gerund(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    frame = _with(frames, "G")
    kids = passage.parse.kids(verb.i, "xcomp", "ccomp")
    if verb.lemma == "rule" and any(k.low == "out" for k in passage.parse.kids(verb.i, "prt")):
        frame = _with(VERBS["reject"], "G")
        kids = passage.parse.kids(verb.i, "xcomp", "ccomp", "advcl", "pcomp", "dobj")
    kid = next((k for k in kids if k.i > verb.i and (k.tag == "VBG" or verb.lemma == "rule")), None)
    if frame is None or kid is None or not is_person_like(subject_of(passage.parse, verb.i)):
        return None
    return _make(passage, verb, frame, "gerund", _after(passage, verb, list(passage.parse.subtree(kid.i))))


def _label(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    """Take "called the plan reckless", "described it as a trap", "accused Ruritania of cheating"."""
    parse = passage.parse
    objects = parse.kids(verb.i, "dobj", "nsubjpass")
    if not objects or not frames:
        return None
    things = _trim_relative(passage, list(parse.subtree(objects[0].i)))
    if _with(frames, "A"):
        for kid in parse.kids(verb.i, "oprd", "prep"):
            if kid.i > verb.i and (kid.dep == "oprd" or kid.low == "as"):
                return _make(passage, verb, _with(frames, "A"), "label", [*things, *parse.subtree(kid.i)])
    frame = _with(frames, "Pobj")
    for one in frames:
        for kid in (*parse.kids(verb.i, "prep"), *parse.kids(objects[0].i, "prep")):
            if "Pobj" in one.complements and kid.low in one.prepositions:
                return _make(passage, verb, frame, "label", sorted({*things, *parse.subtree(kid.i)}))
    return None


def _phrase(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    parse = passage.parse
    if not is_person_like(subject_of(parse, verb.i)):
        return None
    for frame in frames:
        if "P" not in frame.complements:
            continue
        for kid in parse.kids(verb.i, "prep", "prt"):
            if kid.low not in frame.prepositions or kid.i < verb.i or kid.i - verb.i > 6:
                continue
            thing = [i for k in parse.kids(kid.i, "pobj", "pcomp") for i in parse.subtree(k.i)]
            if thing:
                near = kid.i - verb.i <= 2
                return _make(
                    passage, verb, frame, "phrase", thing if near else [kid.i, *thing], (kid.i,) if near else ()
                )
    return None


def _object(passage: Passage, verb: Token, frames: tuple[Frame, ...]) -> Found | None:
    parse = passage.parse
    frame = _with(frames, "O")
    objects = [k for k in parse.kids(verb.i, "dobj") if k.i > verb.i]
    if frame is None or not objects or is_passive(parse, verb.i):
        return None
    thing = objects[0]
    if frame.kind == "demand" and thing.lemma in HUMAN:
        return None
    if thing.pos == "PRON" or thing.entity in ("PERSON", "DATE", "TIME", "CARDINAL"):
        return None
    if not is_person_like(subject_of(parse, verb.i)):
        return None
    return _make(passage, verb, frame, "object", list(parse.subtree(thing.i)))
