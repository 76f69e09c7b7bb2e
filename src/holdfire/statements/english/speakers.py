"""Speakers: who is meant by a source, resolved through the article.

Turns the source of each attribution into name, office and state. Rules: (1) names are collected from the whole article
before any is resolved, the fullest form counts, a surname means the person of that surname; (2) a pronoun means the
nearest earlier person that fits by number and gender, and those who spoke before those who were only named; (3) "the
minister" means the last person of such an office; (4) what cannot be resolved stays unnamed - never a guess between two
that fit equally well by office. Leaves offsets to ``reader``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfire.records.statement import Speaker
from holdfire.statements.english.countries import country_of
from holdfire.statements.english.found import Found, Passage
from holdfire.statements.english.offices import OFFICES, TITLES, country_in, office_in
from holdfire.statements.parse import Parse, Token
from holdfire.statements.words import word_set

__all__ = ["People", "Person"]

MALE, FEMALE = "m", "f"
GENDER_WORDS = {
    "mr": MALE, "mr.": MALE, "sir": MALE, "lord": MALE, "king": MALE, "prince": MALE, "spokesman": MALE,
    "chairman": MALE,
    "congressman": MALE, "father": MALE, "son": MALE, "husband": MALE, "brother": MALE, "mrs": FEMALE, "mrs.": FEMALE,
    "ms": FEMALE, "ms.": FEMALE, "miss": FEMALE, "lady": FEMALE, "dame": FEMALE, "queen": FEMALE, "princess": FEMALE,
    "spokeswoman": FEMALE, "chairwoman": FEMALE, "congresswoman": FEMALE, "mother": FEMALE, "daughter": FEMALE,
    "wife": FEMALE, "sister": FEMALE,
}  # fmt: skip
SHORT_TITLES = {"rep.": "representative", "sen.": "senator", "gov.": "governor", "gen.": "general", "col.": "colonel",
                "prof.": "professor"}  # fmt: skip
PRONOUN_GENDER = {
    "he": MALE,
    "his": MALE,
    "him": MALE,
    "himself": MALE,
    "she": FEMALE,
    "her": FEMALE,
    "herself": FEMALE,
}
SINGULAR = frozenset((*PRONOUN_GENDER, "i", "me", "my"))
GROUP = word_set("they their them it its")


@dataclass(eq=False)
class Person:
    """Hold one who may speak: a person, or a body or state."""

    name: str | None
    office: str | None = None
    country: str | None = None
    gender: str | None = None
    is_person: bool = True
    members: tuple[str, ...] = ()
    mentions: list[tuple[int, int]] = field(default_factory=list)

    def speaker(self) -> Speaker:
        """Return the record of this speaker."""
        return Speaker(name=self.name, office=self.office, country=self.country)


class People:
    """Hold the people and bodies of an article, and who spoke last.

    Parameters
    ----------
    read : sequence of Passage
    """

    def __init__(self, read: Sequence[Passage]) -> None:
        self._known: list[Person] = []
        self._at: dict[tuple[int, int], Person] = {}
        self._spoke: list[tuple[int, int, Person]] = []
        self._we: Person | None = None
        for passage in read:
            self._collect(passage)
            self._collect_issuer(passage)
        for passage in read:
            self._collect_surnames(passage)
        for person in self._known:
            person.mentions.sort()

    def _collect_surnames(self, passage: Passage) -> None:
        """Take a proper noun that is the surname of somebody known for that person, whatever the parser took it for."""
        tokens = passage.parse.tokens
        for token in tokens:
            if token.pos != "PROPN" or (passage.number, token.i) in self._at or token.dep == "compound":
                continue
            person = self._named(token.text)
            if person is not None and person.name is not None and " " in person.name:
                self._at[(passage.number, token.i)] = person
                person.mentions.append((passage.number, token.i))

    def _collect(self, passage: Passage) -> None:
        for tokens in _names(passage.parse):
            if any(i in passage.stand_in_at for i in tokens):
                continue
            name = _clean(passage.parse, tokens)
            if not name:
                continue
            person = self._named(name) or self._add(Person(name))
            if person.name is not None and len(name.split()) > len(person.name.split()):
                person.name = name
            for i in tokens:
                self._at[(passage.number, i)] = person
            person.mentions.append((passage.number, tokens[0]))
            self._describe(passage, person, tokens)

    def _add(self, person: Person) -> Person:
        self._known.append(person)
        return person

    def _named(self, name: str) -> Person | None:
        words = name.split()
        for person in reversed(self._known):
            known = (person.name or "").split()
            if not person.is_person or not known:
                continue
            if words[-1] == known[-1] and (len(words) == 1 or len(known) == 1 or words[0] == known[0]):
                return person
            if len(words) == 1 and words[0] == known[0] and len(known) > 1 and words[0] not in ("Van", "De"):
                return person
        return None

    def _describe(self, passage: Passage, person: Person, tokens: tuple[int, ...]) -> None:
        """Take office, state and gender from the words around a name."""
        parse = passage.parse
        head = next((i for i in tokens if parse.tokens[i].head not in tokens), tokens[-1])
        before = parse.tokens[tokens[0] - 1] if tokens[0] else None
        if before is not None and before.low in GENDER_WORDS:
            person.gender = person.gender or GENDER_WORDS[before.low]
        office = office_in(parse, head, frozenset(tokens))
        for i in (tokens[0] - 1, *tokens):
            if i >= 0 and parse.tokens[i].low in SHORT_TITLES:
                office = office or SHORT_TITLES[parse.tokens[i].low]
        phrases = [(head, tuple(i for i in parse.subtree(head) if i < tokens[0]))]
        phrases += [
            (head, parse.subtree(k.i)) for k in parse.kids(head, "prep") if k.low == "of" and k.i == tokens[-1] + 1
        ]
        for kid in parse.kids(head, "appos"):
            phrases.append((kid.i, parse.subtree(kid.i)))
        above = parse.tokens[parse.tokens[head].head]
        if parse.tokens[head].dep == "appos" and (above.lemma in OFFICES or country_of(above.text)):
            phrases.append((above.i, tuple(i for i in parse.subtree(above.i) if i < tokens[0])))
        for core, phrase in phrases:
            office = office or (office_in(parse, core) if core != head else None)
            if any(parse.tokens[i].lemma in OFFICES for i in phrase) or core == head:
                person.country = person.country or country_in(parse, core, phrase) or self._owner(passage, phrase)
            for i in phrase:
                if parse.tokens[i].low in GENDER_WORDS and parse.tokens[i].head in (core, head):
                    person.gender = person.gender or GENDER_WORDS[parse.tokens[i].low]
        person.office = person.office or office

    def _owner(self, passage: Passage, phrase: tuple[int, ...]) -> str | None:
        """Return the state that "its" or "the country's" before an office means: the last one named before it."""
        parse = passage.parse
        if not any(
            parse.tokens[i].dep == "poss" and parse.tokens[i].low in ("its", "their", "country") for i in phrase
        ):
            return None
        for i in range(min(phrase) - 1, -1, -1):
            found = country_of(parse.tokens[i].text)
            if found is not None and parse.tokens[i].pos == "PROPN":
                return found
        return None

    def of(self, found: Found, inside: Person | None = None) -> Person | None:
        """Return whom an attribution's source means, and remember that this one spoke.

        Parameters
        ----------
        inside : Person, optional
            Who relays the attribution: "I" and "we" mean that one.
        """
        if found.subject is None:
            return None
        person = self.at(found.passage, found.subject, found.source, inside)
        if person is not None:
            self._spoke.append((found.passage.number, found.subject, person))
        return person

    def last(self, number: int) -> Person | None:
        """Return who spoke last before, or in, a passage; None where that is two passages or more ago."""
        if self._spoke and number - self._spoke[-1][0] <= 2:
            return self._spoke[-1][2]
        return None

    def at(
        self, passage: Passage, head: int, phrase: tuple[int, ...] = (), inside: Person | None = None
    ) -> Person | None:
        """Return whom a noun phrase means."""
        token = passage.parse.tokens[head]
        place = (passage.number, head)
        if place in self._at:
            return self._at[place]
        if token.low in ("i", "we", "me", "us", "my", "our") and inside is not None:
            return inside
        if token.low in ("we", "us", "our") and inside is None:
            return self._issuer(passage, token)
        if token.low in SINGULAR:
            return self._by_pronoun(place, PRONOUN_GENDER.get(token.low))
        if token.low in GROUP:
            return self._by_group(place)
        phrase = phrase or passage.parse.subtree(head)
        named = [self._at[(passage.number, i)] for i in phrase if (passage.number, i) in self._at]
        if token.lemma in OFFICES:
            return self._by_office(passage, token, phrase, named)
        return self._body(passage, token, phrase)

    def _issuer(self, passage: Passage, token: Token) -> Person | None:
        """Return whom "we" means outside a quotation: who issues the document, as its first "we, the ..." says."""
        return self._we if token.i not in passage.stand_in_at else None

    def _collect_issuer(self, passage: Passage) -> None:
        """Take "we, the foreign ministers of ..." for whom "we" means from there on."""
        for token in passage.parse.tokens:
            for kid in passage.parse.kids(token.i, "appos") if token.low == "we" else []:
                phrase = passage.parse.subtree(kid.i)
                name = passage.parse.words(phrase).strip(" ,").removeprefix("the ")
                states = [country_of(passage.parse.tokens[i].text) for i in phrase]
                members = tuple(dict.fromkeys(state for state in states if state is not None))
                country = members[0] if len(members) == 1 else None
                self._we = self._we or Person(name, None, country, None, False, members)

    def _by_pronoun(self, place: tuple[int, int], gender: str | None) -> Person | None:
        fits = [p for p in self._known if p.is_person and (gender is None or p.gender in (None, gender))]
        spoken = [(n, i, p) for n, i, p in self._spoke if (n, i) < place and p in fits]
        named = [(n, i, p) for p in fits for n, i in p.mentions if (n, i) < place]
        best: Person | None = None
        if spoken and place[0] - spoken[-1][0] <= 1:
            best = spoken[-1][2]
            near = [one for one in named if one[0] == place[0] and one[2] is not best and spoken[-1][0] < place[0]]
            best = near[0][2] if near and not any(n == place[0] for n, _, p in named if p is best) else best
        elif named:
            latest = max(n for n, _, _ in named)
            best = min((one for one in named if one[0] == latest), key=lambda one: one[1])[2]
        if best is not None and best.gender is None and gender is not None:
            best.gender = gender
        return best

    def _by_group(self, place: tuple[int, int]) -> Person | None:
        bodies = [p for n, i, p in self._spoke if not p.is_person and (n, i) < place and place[0] - n <= 2]
        return bodies[-1] if bodies else None

    def _by_office(self, passage: Passage, token: Token, phrase: tuple[int, ...], named: list[Person]) -> Person:
        office = office_in(passage.parse, token.i) or token.lemma
        country = country_in(passage.parse, token.i, phrase) or self._owner(passage, phrase)
        plural = token.tag in ("NNS", "NNPS")
        for kid in passage.parse.kids(token.i, "appos"):
            if (passage.number, kid.i) in self._at:
                return self._at[(passage.number, kid.i)]
        definite = any(k.low in ("the", "this", "that") for k in passage.parse.kids(token.i, "det"))
        if definite and not plural:
            fits = [
                p for p in self._known
                if p.is_person and p.office and _office_fits(p.office, office)
                and (country is None or p.country in (None, country))
                and any(m < (passage.number, token.i) for m in p.mentions)
            ]  # fmt: skip
            if fits:
                return max(fits, key=lambda p: max(m for m in p.mentions if m < (passage.number, token.i)))
        gender = GENDER_WORDS.get(token.low)
        person = Person(None, office, country, gender, is_person=not plural)
        person.mentions.append((passage.number, token.i))
        self._known.append(person)
        return person

    def _body(self, passage: Passage, token: Token, phrase: tuple[int, ...]) -> Person:
        words = passage.parse.words(_core(passage.parse, token.i, phrase)).strip(" ,")
        name = words.removeprefix("The ").removeprefix("the ").removesuffix("'s").removesuffix("’s")
        country = country_of(name) or country_in(passage.parse, token.i, phrase)
        for person in self._known:
            if not person.is_person and person.name == name:
                person.mentions.append((passage.number, token.i))
                return person
        return self._add(Person(name or None, None, country, None, False, (), [(passage.number, token.i)]))


def _office_fits(known: str, asked: str) -> bool:
    """Whether "the minister" can mean the one whose office is "finance minister".

    Examples
    --------
    >>> _office_fits("finance minister", "minister"), _office_fits("finance minister", "prime minister")
    (True, False)
    """
    have, want = known.lower().split(), asked.lower().split()
    return set(want) <= set(have) or (have[-1] == want[-1] and set(have) <= set(want))


def _names(parse: Parse) -> list[tuple[int, ...]]:
    """Return the tokens of each person's name, as the parser found it or as a title shows it."""
    found: list[list[int]] = []
    for token in parse.tokens:
        is_name = token.entity == "PERSON" and token.pos in ("PROPN", "NOUN", "ADJ", "PART", "X", "VERB")
        after_title = (
            token.pos == "PROPN" and token.i and parse.tokens[token.i - 1].low in TITLES and token.entity != "GPE"
        )
        if is_name or after_title:
            if found and found[-1][-1] == token.i - 1 and not token.begins_entity:
                found[-1].append(token.i)
            else:
                found.append([token.i])
    return [tuple(one) for one in found]


def _clean(parse: Parse, tokens: tuple[int, ...]) -> str:
    kept = [i for i in tokens if parse.tokens[i].low not in TITLES and parse.tokens[i].tag != "POS"]
    while kept and (parse.tokens[kept[0]].low in OFFICES or country_of(parse.tokens[kept[0]].text)):
        kept = kept[1:]
    if not kept or not parse.tokens[kept[-1]].text[:1].isupper() or country_of(parse.words(kept)):
        return ""
    return parse.words(kept)


def _core(parse: Parse, head: int, phrase: tuple[int, ...]) -> list[int]:
    """Return the noun with what stands before it and its phrase with *of*, without clauses behind it."""
    first = head
    while first - 1 in phrase:
        first -= 1
    last = head
    for kid in parse.kids(head, "prep"):
        if kid.low == "of" and kid.i == head + 1:
            last = max(i for i in parse.subtree(kid.i) if i <= kid.i + 7)
    return [i for i in range(first, last + 1) if parse.tokens[i].dep != "punct" or first < i < last]
