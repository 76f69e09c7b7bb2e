"""Acts: in parsed words, each act that somebody binds himself to, with how firmly, for whom, and whether denied.

Turns a stretch of tokens into acts. Rules: (1) a modal, a word of ``MODAL_WORDS`` or a progressive governs an act; of
several the weakest counts; (2) a negation turns a promise into a refusal, and "not ruled out" is no refusal; (3) who
acts is the subject of the governing word, or its object where the word asks something of others. Leaves whose promise
it is to ``promises``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from holdfire.records.statement import MODALITIES
from holdfire.statements.english.promise_words import ACTS, MODAL_WORDS, MODALS, capability_of, number_of
from holdfire.statements.english.sources import is_passive, subject_of
from holdfire.statements.parse import Parse, Token
from holdfire.statements.words import word_set

__all__ = ["Act", "acts_in", "words_of_act"]

ASKS_OTHERS = frozenset(("required", "desired", "expected"))
NEGATIONS = frozenset(("not", "n't", "n’t", "never", "no"))
JOINS = word_set(
    """
    join contribute participate take agree support guarantee defend help step act back be go
    """
)


@dataclass(frozen=True)
class Act:
    """Hold an act: its modality, its verb, who does it (a token), and what it governs."""

    modality: str
    negated: bool
    governor: int
    verb: int
    subject: int | None
    capability: str | None
    quantity: float | None
    unit: str | None
    place: str | None


def acts_in(parse: Parse, region: Collection[int], barred: frozenset[int] = frozenset()) -> list[Act]:
    """Return the acts whose governing word stands in a region of tokens, one for each verb of an act.

    Parameters
    ----------
    barred : frozenset of int
        Tokens of conditions, cue and source: what they name is not the act's.
    """
    best: dict[int, tuple[str, int]] = {}
    for i in sorted(set(region) - barred):
        for modality, governor in _governed(parse, parse.tokens[i]):
            act = _act_verb(parse, governor)
            known = best.get(act)
            if known is None or MODALITIES.index(modality) > MODALITIES.index(known[0]):
                best[act] = (modality, governor if known is None else min(governor, known[1]))
    acts = [_act(parse, modality, governor, act, barred) for act, (modality, governor) in sorted(best.items())]
    return [part for act in acts for part in _parts(parse, act)]


def _parts(parse: Parse, act: Act) -> list[Act]:
    """Return an act once for each capability among its joined objects: "two frigates and 1,500 soldiers"."""
    things = parse.kids(act.verb, "dobj")
    heads = [*things, *(k for thing in things for k in _joined_to(parse, thing.i))]
    parts: dict[str, Act] = {}
    for head in heads:
        own = set(parse.subtree(head.i)) - {i for k in parse.kids(head.i, "conj") for i in parse.subtree(k.i)}
        capability = capability_of(_lemmas(parse, sorted(own)))
        if capability is not None and capability not in parts:
            quantity, unit = _quantity(parse, sorted(own))
            parts[capability] = replace(act, capability=capability, quantity=quantity, unit=unit)
    return list(parts.values()) if len(parts) > 1 else [act]


def _joined_to(parse: Parse, i: int) -> list[Token]:
    return [one for k in parse.kids(i, "conj") for one in (k, *_joined_to(parse, k.i))]


def _governed(parse: Parse, token: Token) -> list[tuple[str, int]]:
    """Return (modality, governing token) for each way in which a token governs an act."""
    found = []
    if token.dep == "aux" and token.low in MODALS and token.tag == "MD":
        head = parse.tokens[token.head]
        found.append((MODALS[token.low], head.i))
    if token.dep in ("aux", "auxpass"):
        return found
    modality = MODAL_WORDS.get(token.lemma) or MODAL_WORDS.get(token.low)
    is_given = token.lemma in ("promise", "offer", "pledge", "guarantee") and is_passive(parse, token.i)
    # "to guarantee a ceasefire" is what an act is for, not a guarantee.
    is_given = is_given or (
        token.dep in ("advcl", "acl", "relcl") and any(k.low == "to" for k in parse.kids(token.i, "aux"))
    )
    is_word = (token.pos in ("VERB", "ADJ") and not is_given) or (token.pos == "NOUN" and token.dep in ("dobj", "attr"))
    looks_into = token.lemma != "look" or any(k.low in ("at", "into") for k in parse.kids(token.i, "prep"))
    if token.pos == "VERB" and token.lemma in ("open", "ready"):
        is_word = False
    if modality is not None and is_word and token.dep not in ("amod", "compound") and looks_into:
        found.append((modality, token.i))
    if token.lemma == "rule" and any(k.low == "out" for k in parse.kids(token.i, "prt", "prep", "advmod")):
        found.append(("refused", token.i))
    if token.lemma == "go" and token.tag == "VBG" and parse.kids(token.i, "xcomp"):
        found.append(("will", token.i))
    is_going_on = token.tag == "VBG" and any(k.lemma == "be" for k in parse.kids(token.i, "aux"))
    if is_going_on and token.lemma in ACTS and token.lemma != "go":
        found.append(("will", token.i))
    return found


def _act_verb(parse: Parse, governor: int) -> int:
    """Return the verb of the act: the governing word's infinitive, or that of its adjective, or itself."""
    seen = {governor}
    here = governor
    while True:
        token = parse.tokens[here]
        kids = parse.kids(here, "xcomp", "acomp", "acl", "pcomp", "oprd")
        kids += [k for k in parse.kids(here, "ccomp") if any(x.low == "to" for x in parse.kids(k.i, "aux"))]
        for prep in parse.kids(here, "prep", "prt"):
            if prep.low in ("to", "on", "of", "at", "into", "out", "for"):
                kids += parse.kids(prep.i, "pcomp")
        if token.lemma == "rule":
            kids += [k for k in parse.kids(here, "advcl", "ccomp") if k.tag == "VBG"]
        following = [k for k in kids if k.i not in seen and (k.pos in ("VERB", "AUX", "ADJ"))]
        governs = (
            token.lemma in MODAL_WORDS
            or token.low in MODAL_WORDS
            or token.lemma in ("be", "go", "rule", "stand", "have")
        )
        if not following or not governs:
            return here
        here = following[0].i
        seen.add(here)


def _act(parse: Parse, modality: str, governor: int, verb: int, barred: frozenset[int]) -> Act:
    chain = {governor, verb}
    if parse.tokens[governor].pos == "ADJ":
        chain.add(parse.tokens[governor].head)
    here = verb
    while here != governor and parse.tokens[here].head != here and len(chain) < 8:
        here = parse.tokens[here].head
        chain.add(here)
    negated = any(
        k.dep == "neg" or k.low in NEGATIONS for i in chain for k in parse.kids(i) if k.dep in ("neg", "det", "advmod")
    )
    is_refusal = modality == "refused"
    if negated and is_refusal:
        modality = "not_ruled_out"
        negated = False
    elif negated:
        modality = "refused"
    things = [i for i in words_of_act(parse, governor, verb) if i not in barred]
    lemmas = _lemmas(parse, things)
    quantity, unit = _quantity(parse, things)
    return Act(
        modality=modality,
        negated=negated or (is_refusal and modality == "refused"),
        governor=governor,
        verb=verb,
        subject=_subject(parse, modality, governor, verb),
        capability=capability_of(lemmas)
        or capability_of(_lemmas(parse, _thing_that_acts(parse, modality, governor, verb)))
        or ("other" if parse.tokens[verb].lemma in JOINS or verb == governor else None),
        quantity=quantity,
        unit=unit,
        place=_place(parse, things),
    )


def _thing_that_acts(parse: Parse, modality: str, governor: int, verb: int) -> list[int]:
    """Return the tokens of a subject such as "our troops", where the verb says no more than that they go."""
    subject = _subject(parse, modality, governor, verb)
    return list(parse.subtree(subject)) if subject is not None and parse.tokens[verb].lemma in ACTS else []


def words_of_act(parse: Parse, governor: int, verb: int) -> list[int]:
    """Return the tokens of an act: its verb with objects and phrases, but no clause of condition and no subject."""
    found = []
    barred: set[int] = set()
    for i in {governor, verb}:
        for kid in parse.kids(i, "nsubj", "nsubjpass", "advcl", "parataxis", "ccomp"):
            passive_thing = kid.dep == "nsubjpass" and i == verb
            purpose = kid.dep == "advcl" and any(k.low == "to" for k in parse.kids(kid.i, "aux"))
            if not passive_thing and not purpose and not (kid.dep == "ccomp" and kid.i == verb):
                barred.update(parse.subtree(kid.i))
        for kid in parse.kids(i, "conj", "cc"):
            if kid.pos in ("VERB", "AUX", "CCONJ") and not (kid.pos == "CCONJ" and _joins_things(parse, i)):
                barred.update(parse.subtree(kid.i))
        for kid in parse.kids(i, "prep"):
            if kid.low in ("with", "without", "after", "under", "if") and kid.i > verb:
                barred.update(parse.subtree(kid.i))
    for i in sorted({*parse.subtree(verb), *parse.subtree(governor)} - barred):
        if i >= min(governor, verb) or parse.tokens[i].dep != "nsubj":
            found.append(i)
    return found


def _joins_things(parse: Parse, i: int) -> bool:
    return not any(kid.pos in ("VERB", "AUX") for kid in parse.kids(i, "conj"))


def _lemmas(parse: Parse, things: list[int]) -> list[str]:
    found = []
    for i in things:
        token = parse.tokens[i]
        after = parse.tokens[i + 1] if i + 1 < len(parse.tokens) else None
        if (
            token.low == "air"
            and after is not None
            and after.lemma in ("defence", "defense", "force", "cover", "policing")
        ):
            found.append("air-defence")
        elif token.low == "back" and after is not None and after.low in ("up", "-"):
            found.append("backup")
        else:
            found.append(token.lemma)
    return found


def _quantity(parse: Parse, things: list[int]) -> tuple[float | None, str | None]:
    for i in things:
        token = parse.tokens[i]
        if token.dep != "nummod" or token.entity in ("DATE", "TIME", "PERCENT", "MONEY"):
            continue
        noun = parse.tokens[token.head]
        words = [parse.tokens[k].text for k in parse.subtree(i) if parse.tokens[k].pos == "NUM"]
        number = number_of(words)
        if number is not None and noun.pos in ("NOUN", "PROPN"):
            return number, noun.low
    return None, None


def _place(parse: Parse, things: list[int]) -> str | None:
    for i in things:
        token = parse.tokens[i]
        if token.dep == "pobj" and token.entity in ("GPE", "LOC", "FAC") and parse.tokens[token.head].low in (
            "in", "to", "into", "near", "at", "along", "across", "over", "around", "on", "from"
        ):  # fmt: skip
            return parse.words(k for k in parse.subtree(i) if parse.tokens[k].entity == token.entity and k <= i)
    return None


def _subject(parse: Parse, modality: str, governor: int, verb: int) -> int | None:
    """Return the head of who acts."""
    token = parse.tokens[governor]
    if verb != governor and modality in ASKS_OTHERS:
        own = parse.kids(verb, "nsubj") or parse.kids(governor, "dobj")
        if own:
            return own[0].i
    if token.pos == "NOUN":
        owner = parse.kids(governor, "poss")
        if owner:
            return owner[0].i
        governor = token.head
    if token.pos == "ADJ" and parse.tokens[token.head].pos in ("AUX", "VERB"):
        governor = token.head
    found = subject_of(parse, governor)
    if found is not None and is_passive(parse, governor) and parse.kids(governor, "agent"):
        by = parse.kids(parse.kids(governor, "agent")[0].i, "pobj")
        return by[0].i if by else found.i
    if found is None and governor != verb:
        found = subject_of(parse, verb)
    return None if found is None else found.i
