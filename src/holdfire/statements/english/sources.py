"""Sources: from a cue to the noun phrase that speaks, by the grammar of the sentence alone.

Rule: a subject is sought at the verb, then at the verb it is joined to, then at the verb or noun it depends on; an
agent
("by the ministry") speaks in a passive. Leaves who a pronoun means to ``speakers``.
"""

from __future__ import annotations

from holdfire.statements.parse import Parse, Token
from holdfire.statements.words import word_set

__all__ = ["HUMAN", "agent_of", "is_passive", "is_person_like", "subject_of"]

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
HUMAN = word_set(
    """
    minister president chancellor premier governor mayor senator congressman congresswoman lawmaker legislator
    deputy ambassador envoy diplomat general colonel admiral commander officer soldier spokesman spokeswoman
    spokesperson spokespeople official aide adviser advisor secretary chief head leader chairman chairwoman
    chair director candidate nominee politician voter supporter critic opponent rival analyst expert scholar
    professor economist historian lawyer attorney judge justice prosecutor witness resident man woman people
    person student teacher doctor worker activist protester organizer strategist pollster consultant journalist
    reporter editor author writer host anchor investigator detective sheriff police ministry government
    administration campaign party committee council court department agency office bureau company firm group
    union coalition alliance organization organisation army military parliament congress senate house cabinet
    board commission team family mother father son daughter brother sister wife husband friend member
    representative delegate ally source negotiator mediator monitor observer king queen prince pope bishop
    priest republican democrat conservative liberal american other many some most everyone everybody nobody
    someone anyone half majority percent state nation country side guarantor mission staff crew executive
    manager owner founder veteran veterans immigrant refugee victim survivor neighbor neighbour colleague
    counterpart successor predecessor insider operative donor conservative progressive independent moderate user
    reader viewer reporter media newspaper network magazine outlet press delegation association opposition
    corporation institution federation foundation population generation station congregation establishment
    parliament leadership constituency agency embassy community industry society university majority minority
    charity authority city
    """
)
DOCUMENT = word_set(
    """
    report poll survey study document statement letter memo email e-mail article book letter filing complaint
    lawsuit ruling transcript data figure number record headline post tweet blog video ad advertisement story
    review analysis communique communiqué agreement text law bill order indictment paper note message website
    page release
    """
)
PRONOUNS = word_set(
    """
    he she they we i you who it one both all some many most few several others nobody everyone none each either
    neither another somebody everybody anyone
    """
)
# Endings and words of what neither speaks nor is written.
THINGS = ("tion", "sion", "ment", "ness", "ance", "ence", "ship", "ism", "ure", "ing", "hood", "cy", "age", "ery")
LIFELESS = word_set(
    """
    fact thing time day week month year way problem issue question idea plan policy move step result effect case
    example reason point part place area war attack crisis event deal vote race rate price cost level amount
    weather rain storm snow road river sea car train ship plane house home door wall money tax trade market game
    match life death history nature science economy world future past present success failure change trend
    pattern theory debate speech rally meeting visit trip tour process system method approach effort attempt
    work job role rule right freedom peace truce ceasefire silence noise sound light heat hope fear anger
    tension
    """
)


def subject_of(parse: Parse, verb: int, depth: int = 0) -> Token | None:
    """Return the head of the noun phrase that does what a verb says; None = the sentence names none."""
    own = parse.kids(verb, *SUBJECTS)
    if own:
        after_first = [one for one in own if one.dep != "csubj"]
        return after_first[0] if after_first else None
    token = parse.tokens[verb]
    if depth > 4 or token.head == verb:
        return None
    head = parse.tokens[token.head]
    if token.dep == "conj" and head.pos in ("VERB", "AUX"):
        return subject_of(parse, head.i, depth + 1)
    if token.dep == "xcomp" and head.pos == "ADJ" and parse.tokens[head.head].pos in ("AUX", "VERB"):
        return subject_of(parse, head.head, depth + 1)
    if token.dep in ("xcomp", "advcl", "prep", "ccomp", "parataxis", "dep") and head.pos in ("VERB", "AUX", "ADJ"):
        is_bare = token.tag in ("VBG", "VBN", "VB") or token.dep == "xcomp"
        if not is_bare:
            return None
        objects = parse.kids(head.i, "dobj")
        if token.dep == "xcomp" and objects and head.lemma not in ("promise", "vow", "threaten"):
            return objects[0]
        return subject_of(parse, head.i, depth + 1)
    if token.dep == "pcomp" and depth < 4:
        up = parse.tokens[head.head]
        return subject_of(parse, up.i, depth + 1) if up.pos in ("VERB", "AUX") else None
    if token.dep == "acl" and token.tag == "VBG" and head.pos in ("NOUN", "PROPN", "PRON"):
        return head
    return None


def agent_of(parse: Parse, verb: int) -> Token | None:
    """Return the head of the phrase after *by* in a passive."""
    for by in parse.kids(verb, "agent", "prep"):
        if by.low == "by" and (found := parse.kids(by.i, "pobj")):
            return found[0]
    return None


def is_passive(parse: Parse, verb: int) -> bool:
    """Whether a verb stands in the passive."""
    if parse.kids(verb, "auxpass", "nsubjpass"):
        return True
    token = parse.tokens[verb]
    if token.dep in ("advcl", "acl") and token.tag in ("VBN", "VBD") and not parse.kids(verb, "nsubj", "aux", "mark"):
        return token.lemma in ("ask", "tell", "press", "question", "quote", "inform", "warn", "urge")
    if token.dep == "conj" and token.tag == "VBN" and not parse.kids(verb, "nsubj", "aux"):
        return is_passive(parse, token.head)
    return False


def is_person_like(token: Token | None) -> bool:
    """Whether a word can name somebody who speaks, or a text that does."""
    if token is None:
        return False
    if token.pos == "PROPN" or token.entity in ("PERSON", "ORG", "GPE", "NORP"):
        return True
    if token.pos == "PRON":
        return token.low in PRONOUNS or token.low in HUMAN
    if token.lemma in HUMAN or token.lemma in DOCUMENT:
        return True
    return (
        token.pos in ("NOUN", "ADJ", "NUM", "DET") and not token.lemma.endswith(THINGS) and token.lemma not in LIFELESS
    )
