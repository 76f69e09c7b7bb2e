"""Places: the words of a message into the places that they name.

Turns a text into mentions with their span, precision (settlement, near, sector), candidates and confidence. Rules: a
name with several bearers is settled only by what the text itself says - the region, the grammatical case after a
preposition, village or town - and is else flagged as ambiguous with all candidates; a name that contradicts the
region named is unresolved; a near miss is never more than medium. Offsets are Unicode code points of the text as it
was given, end-exclusive. Leaves names to ``gazetteer``, regions to ``regions``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from holdfire.readers.text.gazetteer import Gazetteer, Place
from holdfire.readers.text.inflect import fold_name
from holdfire.readers.text.regions import find_regions

__all__ = ["Mention", "find_places"]

_MARKS = "\u0301\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_WORD = re.compile(f"[^\\W\\d_](?:[^\\W\\d_]|[{_MARKS}'’ʼ`‑-](?=[^\\W\\d_]|[{_MARKS}]))*")
_IN = {
    "в": "al", "у": "agl", "на": "al", "по": "dl", "о": "l", "об": "l", "до": "g", "від": "g", "от": "g",
    "из": "g", "із": "gi", "з": "gi", "с": "gi", "со": "gi", "зі": "gi", "за": "ai", "через": "a", "над": "i", "к": "d",
    "районі": "g", "районе": "g", "центрі": "g", "центре": "g", "околиці": "g", "околицях": "g", "окраине": "g",
    "напрямку": "g", "сторону": "g", "бік": "g", "межах": "g", "обстріл": "g", "обстрілу": "g", "обстрел": "g",
    "обстрела": "g", "обстреле": "g", "обстріляли": "a", "обстреляли": "a", "обстріляв": "a", "атакували": "a",
    "атаковали": "a", "вдарили": "a", "місто": "n", "міста": "ng", "місті": "nl", "город": "n", "города": "ng",
    "городе": "nl", "м": "ngl", "г": "ngl", "село": "n", "села": "ng", "селі": "nl", "селе": "nl", "селище": "n",
    "селища": "ng", "селищі": "nl", "поселок": "n", "поселка": "ng", "поселке": "nl", "смт": "ngl", "пгт": "ngl",
    "пос": "ngl",
}  # fmt: skip
_NEAR = {
    "біля": "g", "поблизу": "g", "неподалік": "g", "побіля": "g", "навколо": "g", "возле": "g", "около": "g",
    "близ": "g", "вблизи": "g", "недалеко": "g", "вокруг": "g", "під": "ia", "под": "ia", "перед": "i",
    "поруч": "i", "рядом": "i", "околиці": "g", "околицях": "g", "околиць": "g", "окраине": "g", "окраинах": "g",
    "окрестностях": "g", "районі": "g", "районе": "g", "near": "", "outside": "", "around": "", "outskirts": "",
    "vicinity": "", "close": "", "north": "", "south": "", "east": "", "west": "", "beyond": "",
    "северо-восточнее": "g", "севернее": "g", "южнее": "g", "восточнее": "g", "западнее": "g", "північніше": "g",
    "південніше": "g", "східніше": "g", "західніше": "g",
}  # fmt: skip
_ENGLISH_IN = frozenset(
    [
        "in",
        "at",
        "on",
        "of",
        "towards",
        "toward",
        "into",
        "over",
        "to",
        "from",
        "through",
        "across",
        "hit",
        "struck",
        "shelled",
        "attacked",
    ]
)
_LINKS = frozenset(["і", "й", "та", "и", "або", "или", "and", "or", "від", "от", "of", "to", "the", "з", "с"])
_SECTOR = re.compile(
    r"(?:напрям\w*|направлени\w+|район\w*|громад\w+|сектор\w*|ділян\w+|участ\w+|плацдарм\w*|фронт\w*|"
    r"direction|sector|axis|front|district|raion|community|hromada)$"
)
_ADJECTIVE_END = re.compile(r"(ськ|цьк|зьк|ск|цк|жск)(?:ий|ого|ому|им|ім|а|ої|ій|у|ою|і|их|ими|ая|ой|ую|ом|ое|ие)$")
_OBLIQUE_ADJECTIVE = re.compile(r"(?:ськ|цьк|зьк)ому$|(?:ск|цк)ом$")
_TOWN = frozenset(
    ["м", "місто", "міста", "місті", "містом", "г", "город", "города", "городе", "городом", "city", "town"]
)
_VILLAGE = frozenset(
    [
        "с",
        "село",
        "села",
        "селі",
        "селе",
        "селом",
        "village",
        "смт",
        "пгт",
        "селище",
        "селищі",
        "поселок",
        "поселке",
        "settlement",
    ]
)
TOWN_PEOPLE = 10_000
"""Inhabitants from which a place is a town, in the law of both countries before 2024 as a rule."""
MAX_LINK_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Hold a place that a text names.

    Attributes
    ----------
    start, end : int
        Span of the name, ``[start, end)``, code points.
    text : str
    precision : str
        ``settlement``, ``near`` (beside it) or ``sector`` (a direction, district or stretch called after it).
    status : str
        ``resolved``; ``ambiguous``: several bear the name; ``unresolved``: nobody does, or
        nobody in the region that is named.
    confidence : str
        ``high``, ``medium`` (no word marks it as a place, a former or foreign name, or a near miss) or
        ``none`` where it is not resolved.
    candidates : tuple of Place
        All that the name can mean; exactly one where it is resolved.
    """

    start: int
    end: int
    text: str
    precision: str
    status: str
    confidence: str
    candidates: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    raw: str
    folded: str

    @property
    def is_name(self) -> bool:
        return next((c for c in self.raw if c.isalpha()), "").isupper()


@dataclass(frozen=True, slots=True)
class _Before:
    """Say what the words before a name tell of it."""

    marked: bool = False
    near: bool = False
    cases: str = ""
    size: str = ""


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.start(), m.end(), m[0], fold_name(m[0])) for m in _WORD.finditer(text)]


def _before(tokens: Sequence[_Token], at: int, text: str) -> _Before:
    """Look back over at most three small words."""
    found = _Before()
    edge = tokens[at].start
    for word in reversed(tokens[max(0, at - MAX_LINK_WORDS) : at]):
        gap = text[word.end : edge]
        if not set(gap) <= set(" \t\n.«\"“'") or (
            ("." in gap) and word.folded not in ("м", "с", "г", "пос", "смт", "пгт")
        ):
            break
        edge, low = word.start, word.folded
        size = found.size or ("town" if low in _TOWN else "village" if low in _VILLAGE and "." + low != ".с" else "")
        if low == "с" and "." in gap:
            size = "village"
        first = not found.marked
        if low in _NEAR:
            cases = _NEAR[low] if first else found.cases
            return _Before(marked=True, near=True, cases=cases, size=size)
        if low in _IN or low in _ENGLISH_IN or size:
            cases = found.cases or (_IN.get(low, "") if first and not size else "")
            found = _Before(marked=True, cases=cases, size=size)
        elif low in ("the", "of", "from", "від", "от", "самому", "самом"):
            continue
        else:
            break
    return found


def _in_list(tokens: Sequence[_Token], at: int, last_end: int, text: str) -> bool:
    """Say whether a name goes on a list of places: only commas and 'and' stand between."""
    if last_end < 0:
        return False
    gap = text[last_end : tokens[at].start]
    words = [fold_name(word) for word in _WORD.findall(gap)]
    return len(gap) <= 12 and all(word in _LINKS for word in words) and not re.search(r"[.!?:;\n]", gap)


def _sector(tokens: Sequence[_Token], at: int, index: Gazetteer) -> tuple[Place, ...] | None:
    """Return the places that a direction or district is called after; None where it is none."""
    token = tokens[at]
    follow = [t.folded for t in tokens[at + 1 : at + 3]]
    if not any(_SECTOR.match(word) for word in follow):
        return None
    if follow[0] in ("і", "та", "й", "и", "and") or _SECTOR.match(follow[0]):
        found = _ADJECTIVE_END.search(token.folded)
        if found is not None:
            return index.adjective(token.folded[: found.end(1)])
        return index.find(token.folded) if token.folded.isascii() else None
    return None


def _settled(places: Sequence[Place], regions: set[str], before: _Before) -> tuple[tuple[Place, ...], bool]:
    """Return the candidates that fit what the text says, and whether the text contradicts all of them."""
    left = tuple(places)
    if regions:
        left = tuple(p for p in left if p.region in regions or (p.region == "UA-30" and "UA-32" in regions))
        if not left:
            return tuple(places), True
    if before.size and len(left) > 1:
        towns = before.size == "town"
        fitting = tuple(p for p in left if (p.population >= TOWN_PEOPLE) == towns)
        left = fitting or left
    return left, False


@dataclass(slots=True)
class _Finder:
    text: str
    tokens: list[_Token]
    index: Gazetteer
    regions: set[str]
    taken: list[tuple[int, int]]
    last_end: int = -1

    def _mention(
        self, at: int, last: int, places: Sequence[Place], before: _Before, precision: str, sure: bool
    ) -> Mention:
        left, against = _settled(places, self.regions, before)
        status = "unresolved" if against else "resolved" if len(left) == 1 else "ambiguous"
        confidence = "none" if status != "resolved" else "high" if sure else "medium"
        start, end = self.tokens[at].start, self.tokens[last].end
        self.last_end = end
        return Mention(
            start=start,
            end=end,
            text=self.text[start:end],
            precision=precision,
            status=status,
            confidence=confidence,
            candidates=left,
        )

    def _is_taken(self, token: _Token) -> bool:
        """Say whether a word belongs to a region's name."""
        return any(start < token.end and token.start < end for start, end in self.taken)

    def at(self, at: int) -> tuple[Mention | None, int]:
        """Return the mention that begins at a token, and the token after it."""
        token = self.tokens[at]
        if not token.is_name or self._is_taken(token):
            return None, at + 1
        sector = _sector(self.tokens, at, self.index)
        if sector is not None:
            if not sector:
                return None, at + 1
            return self._mention(at, at, sector, _Before(), "sector", True), at + 1
        before = _before(self.tokens, at, self.text)
        listed = _in_list(self.tokens, at, self.last_end, self.text)
        for n_words in range(min(self.index.max_words, len(self.tokens) - at), 0, -1):
            last = at + n_words - 1
            words = self.tokens[at : last + 1]
            if not words[-1].is_name or any(self.text[a.end : b.start].strip() for a, b in pairwise(words)):
                continue
            folded = " ".join(word.folded for word in words)
            places = self.index.find(folded, before.cases)
            if places:
                own = all(self.index.is_own(folded, place) for place in places)
                return self._named(at, last, places, before, listed, own), last + 1
        if before.marked or listed:
            places = self.index.near_miss(token.folded)
            if places:
                precision = "near" if before.near else "settlement"
                return self._mention(at, at, places, before, precision, False), at + 1
        if before.size:
            return self._unknown(at, before), at + 1
        return None, at + 1

    def _unknown(self, at: int, before: _Before) -> Mention:
        """Return the mention of a village or town, called so, that the gazetteer lacks."""
        token = self.tokens[at]
        self.last_end = token.end
        return Mention(
            start=token.start,
            end=token.end,
            text=token.raw,
            precision="near" if before.near else "settlement",
            status="unresolved",
            confidence="none",
            candidates=(),
        )

    def _named(
        self, at: int, last: int, places: Sequence[Place], before: _Before, listed: bool, own: bool
    ) -> Mention | None:
        follows = self.text[self.tokens[last].end : self.tokens[last].end + 1]
        after = self.tokens[last + 1] if last + 1 < len(self.tokens) and follows == " " else None
        next_name = after is not None and after.is_name and not self._is_taken(after)
        opens = (at == 0 and follows in (":", ",", ".", "", "—", "-")) or (after is not None and self._is_taken(after))
        sure = (before.marked or listed or opens) and not (next_name and at == last and not before.near and not opens)
        if not sure and at == last and not before.marked and next_name:
            return None
        if self._is_left_out_direction(at, last):
            return None
        return self._mention(at, last, places, before, "near" if before.near else "settlement", sure and own)

    def _is_left_out_direction(self, at: int, last: int) -> bool:
        """Say whether 'на' and an adjective stand for a direction whose noun is left out ("на Ізюмському")."""
        follows_on = at > 0 and self.tokens[at - 1].folded == "на"
        return at == last and follows_on and _OBLIQUE_ADJECTIVE.search(self.tokens[at].folded) is not None


def find_places(text: str, index: Gazetteer) -> list[Mention]:
    """Return the places that a text names, in its order.

    Parameters
    ----------
    text : str
        Of any language; names in Ukrainian and Russian in any case, others as the gazetteer spells them.
    index : Gazetteer

    Examples
    --------
    >>> from holdfire.readers.text.gazetteer import Place
    >>> town = Place(place_id="x:1", name="Bakhmut", country="UA", region="UA-14", lon=38.0, lat=48.6)
    >>> index = Gazetteer([(town, ["Бахмут"])], "example", "")
    >>> [(m.text, m.precision, m.confidence) for m in find_places("Бої під Бахмутом", index)]
    [('Бахмутом', 'near', 'high')]
    >>> find_places("", index)
    []
    """
    named = list(find_regions(text))
    finder = _Finder(text, _tokens(text), index, {code for code, _, _ in named}, [(s, e) for _, s, e in named])
    mentions: list[Mention] = []
    at = 0
    while at < len(finder.tokens):
        mention, at = finder.at(at)
        if mention is not None:
            mentions.append(mention)
    return mentions
