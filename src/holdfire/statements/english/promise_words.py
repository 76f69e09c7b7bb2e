"""Promise words: English words for how firmly somebody binds himself, to which capability, and in which number.

Turns nothing; holds the tables that ``promises`` reads. Rule: a modality is taken from the word that governs the act,
the
weaker one where two do ("would be ready" is *would*); a capability from the nouns and verbs of the act, nearest first.
"""

from __future__ import annotations

import re

from holdfire.statements.words import word_set

__all__ = ["ACTS", "CAPABILITIES", "CONTEXT", "MODALS", "MODAL_WORDS", "capability_of", "number_of"]

MODALS = {
    "will": "will", "'ll": "will", "’ll": "will", "wo": "will", "shall": "will", "would": "would", "'d": "would",
    "’d": "would", "could": "not_ruled_out", "may": "not_ruled_out", "might": "not_ruled_out", "can": "prepared",
    "must": "required", "should": "required", "ought": "required",
}  # fmt: skip
# Lemma of the governing word: modality.
MODAL_WORDS = {
    "agree": "agreed", "consent": "agreed", "accept": "agreed", "decide": "planned", "approve": "agreed",
    "pledge": "pledged", "promise": "pledged", "vow": "pledged", "commit": "pledged", "undertake": "pledged",
    "guarantee": "pledged", "offer": "pledged", "volunteer": "pledged", "swear": "pledged", "commitment": "pledged",
    "pledges": "pledged", "prepared": "prepared", "prepare": "prepared", "ready": "prepared", "willing": "prepared",
    "willingness": "prepared", "readiness": "prepared", "stand": "prepared", "committed": "pledged",
    "plan": "planned", "intend": "planned", "aim": "planned", "mean": "planned", "resolve": "planned",
    "determined": "planned", "intention": "planned", "intent": "planned", "decision": "planned",
    "open": "not_ruled_out", "explore": "exploring", "consider": "exploring", "study": "exploring",
    "weigh": "exploring",
    "examine": "exploring", "mull": "exploring", "discuss": "exploring", "assess": "exploring",
    "contemplate": "exploring",
    "look": "exploring", "review": "exploring", "debate": "exploring", "evaluate": "exploring",
    "investigate": "exploring",
    "want": "desired", "wish": "desired", "hope": "desired", "like": "desired", "seek": "desired", "desire": "desired",
    "prefer": "desired", "eager": "desired", "keen": "desired", "need": "required", "require": "required",
    "demand": "required", "urge": "required", "ask": "required", "call": "required", "request": "required",
    "oblige": "required", "expect": "expected", "anticipate": "expected", "expected": "expected", "likely": "expected",
    "refuse": "refused", "decline": "refused", "reject": "refused", "oppose": "refused", "refusal": "refused",
    "reluctant": "refused", "unwilling": "refused",
}  # fmt: skip
ACTS = word_set(
    """
    send deploy provide contribute commit join lead supply station host train monitor patrol deliver guarantee
    defend protect support open allow participate take back dispatch offer lend give share make put keep
    maintain position base assign fly sail escort clear demine sweep transport field form observe verify help
    reinforce establish run command man staff equip fund finance set step intervene respond act stay remain go
    come build use mediate move ship transfer secure police agree be do hand extend increase raise double expand
    assist aid continue place rotate post
    """
)
# Capability: words in lower case, lemmas.
_CAPABILITIES = """
backup: backup back-up backstop fallback backing
monitoring: monitor monitoring observer observation verification verify inspector inspection patrol-mission watcher
air: aircraft jet plane airspace fighter helicopter air-defence air-defense airpower squadron warplane drone patriot
    awacs
sea: ship navy naval frigate minesweeper minehunter vessel maritime fleet destroyer corvette submarine mine-clearing sea
intelligence: intelligence satellite surveillance reconnaissance radar imagery
training: train training instructor trainer
logistics: logistics logistic logistical transport fuel hospital medic medical ammunition engineer airlift
    sealift
    convoy field-hospital ambulance repair
base: base port airfield airport airbase harbour harbor hub barracks depot facility runway
reassurance_force: troop soldier force brigade battalion peacekeeper contingent boot unit division military battlegroup
    regiment company personnel peacekeeping army infantry
diplomacy: mediate mediation mediator envoy talk summit negotiation negotiator diplomat diplomacy
"""
CAPABILITIES = {
    word: line.split(":")[0]
    for line in re.sub(r"\n +", " ", _CAPABILITIES).strip().splitlines()
    for word in line.split(":")[1].split()
}
# Words that show that an article is about keeping a peace at all.
CONTEXT = re.compile(
    r"(?i)\b(?:ceasefire|cease-fire|truce|armistice|peace|guarantee|guarantor|troops?|peacekeep\w*|security|hostilities|"
    r"monitors?|observers?|mission|backstop|backup|contingent|deploy\w*|disengagement|withdrawal)\b"
)
_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}


def capability_of(lemmas: list[str]) -> str | None:
    """Return the capability that an act's words name: the first one that is more than troops, else troops.

    Examples
    --------
    >>> capability_of(["send", "troop", "and", "aircraft"]), capability_of(["send", "letter"])
    ('air', None)
    """
    named = [CAPABILITIES[lemma] for lemma in lemmas if lemma in CAPABILITIES]
    if not named:
        return None
    return next((one for one in named if one != "reassurance_force"), named[0])


def number_of(words: list[str]) -> float | None:
    """Return the number that some words say; None where one of them is no number.

    Examples
    --------
    >>> number_of(["5,000"]), number_of(["two", "hundred"]), number_of(["some"])
    (5000.0, 200.0, None)
    """
    total = part = 0.0
    seen = False
    for word in words:
        low = word.lower().replace(",", "")
        for piece in low.split("-"):
            if re.fullmatch(r"\d+(?:\.\d+)?", piece):
                part += float(piece)
            elif piece in _UNITS:
                part = part * 12 if piece == "dozen" and part else part + _UNITS[piece]
            elif piece in _SCALES:
                part = (part or 1) * _SCALES[piece]
                if _SCALES[piece] >= 1000:
                    total, part = total + part, 0.0
            else:
                return None
            seen = True
    return total + part if seen else None
