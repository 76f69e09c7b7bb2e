"""Gazetteer: names of places, in every form that a text may give them, to the places that bear them.

Rule: a name leads to all its bearers; nobody is preferred for being large. Two entries of one name within 3 km are
one place. A place's own name - the main one, and what sounds like it in other spellings - goes before names that it
once had or has elsewhere. A near miss (rapidfuzz ratio >= 90) is told as one. Each
Ukrainian name also counts in its Russian spelling, so that a village without one is not overlooked. Leaves files to
``gazetteer_files`` and sentences to ``places``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.readers.text.inflect import adjective_stems, case_forms, fold_name, russian_form

__all__ = ["MIN_FUZZY_SCORE", "Gazetteer", "Place"]

MIN_FUZZY_SCORE = 90.0
"""Of 100, rapidfuzz's normalised indel similarity: one letter amiss in a name of ten."""
MIN_FUZZY_LETTERS = 6
"""Shorter names have too many neighbours."""
LARGE_PEOPLE = 10_000
"""A town of this size that once had a name is not passed over for villages that have it: Artemivsk was Bakhmut."""
MIN_OWN_SCORE = 65.0
"""Between spellings in three languages (Mykolaiv, Николаев: 67 and more) and other names (Artemivsk, Bakhmut: 27)."""
SAME_PLACE_M = 3000.0
"""Entries of one name nearer than this are one settlement: gazetteers state their points to a kilometre or two."""


_READABLE = re.compile("[a-zà-ž\u0400-\u04ff .\\-]+")
_JOINED = re.compile("[^a-z]")
_SOUNDS = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "yi", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "yu",
    "я": "ya", "ы": "y", "ъ": "", "э": "e",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Hold a place.

    Attributes
    ----------
    place_id : str
        With the gazetteer it comes from: ``geonames:704422``, ``katotth:UA14160230010021297``.
    name : str
    country : str
        ISO 3166-1 alpha-2.
    region : str or None
        First-level unit, ISO 3166-2 where it is known (``UA-14``), else country and the gazetteer's code.
    lon, lat : float or None
        Degrees, WGS84; None = the gazetteer does not say.
    population : int, >= 0
        0 = not said.
    """

    place_id: str
    name: str
    country: str
    region: str | None
    lon: float | None
    lat: float | None
    population: int = 0


def _latin(folded: str) -> str:
    return _JOINED.sub("", folded.translate(_SOUNDS))


def _sounds_like(folded: str, main: str) -> bool:
    """Say whether a name is a spelling of the main one: by its letters' sounds, rapidfuzz ratio >= 65."""
    return fuzz.ratio(_latin(folded), _latin(fold_name(main))) >= MIN_OWN_SCORE


def _distance_m(a: Place, b: Place) -> float:
    """Return the distance of two places on a sphere, near enough for a few kilometres; infinite if one is unknown."""
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return math.inf
    shrink = math.cos(math.radians((a.lat + b.lat) / 2))
    return METRES_PER_DEGREE * math.hypot(a.lat - b.lat, (a.lon - b.lon) * shrink)


def _largest(places: Iterable[Place]) -> int:
    return max((place.population for place in places), default=0)


def _distinct(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return places with the entries of one settlement joined, in order of their ids."""
    kept: list[Place] = []
    for place in sorted(set(places), key=lambda p: (-p.population, p.place_id)):
        if all(_distance_m(place, other) > SAME_PLACE_M for other in kept):
            kept.append(place)
    return tuple(sorted(kept, key=lambda p: p.place_id))


class Gazetteer:
    """Find places by the forms of their names.

    Parameters
    ----------
    entries : iterable of (Place, iterable of str)
        Each place with all its names.
    name, attribution : str
        What it is, and the line that its licence asks to show.

    Examples
    --------
    >>> bakhmut = Place(place_id="x:1", name="Bakhmut", country="UA", region="UA-14", lon=38.0, lat=48.6)
    >>> index = Gazetteer([(bakhmut, ["Бахмут", "Bakhmut"])], "example", "")
    >>> [p.name for p in index.find("бахмуті")], index.find("київ"), [p.name for p in index.adjective("бахмутськ")]
    (['Bakhmut'], (), ['Bakhmut'])
    """

    def __init__(self, entries: Iterable[tuple[Place, Iterable[str]]], name: str, attribution: str) -> None:
        self.name = name
        self.attribution = attribution
        self.n_places = 0
        self.max_words = 1
        self._forms: dict[str, dict[Place, tuple[bool, str]]] = {}
        self._stems: dict[str, set[Place]] = {}
        for place, names in entries:
            self.n_places += 1
            known = {fold_name(one) for one in names}
            for folded in known | {one for one in map(russian_form, known) if one is not None}:
                self._add(place, folded)
        self._by_letter: dict[str, list[str]] = {}
        for form in self._forms:
            self._by_letter.setdefault(form[:1], []).append(form)
        self._missed: dict[str, tuple[Place, ...]] = {}

    def _add(self, place: Place, folded: str) -> None:
        if len(folded) < 3 or not _READABLE.fullmatch(folded):
            return
        own = _sounds_like(folded, place.name)
        for form, cases in case_forms(folded).items():
            if len(form) < 3:
                continue
            bearers = self._forms.setdefault(form, {})
            was = bearers.get(place, (own, cases))
            bearers[place] = (own or was[0], "".join(sorted({*was[1], *cases})))
        if own:
            for stem in adjective_stems(folded):
                self._stems.setdefault(stem, set()).add(place)
        self.max_words = max(self.max_words, folded.count(" ") + 1)

    def find(self, folded: str, cases: str = "") -> tuple[Place, ...]:
        """Return all places that bear a folded name.

        Parameters
        ----------
        folded : str
        cases : str
            Letters of the grammatical cases that a preposition allows (n, g, d, a, i, l); "" = all. Where no bearer's
            name stands in one of them, the preposition is not relied on.
        """
        bearers = self._forms.get(folded)
        if not bearers:
            return ()
        fitting = {p: own for p, (own, known) in bearers.items() if not cases or set(cases) & set(known)}
        chosen = fitting or {p: own for p, (own, _) in bearers.items()}
        owners = [place for place, own in chosen.items() if own]
        others = [place for place, own in chosen.items() if not own]
        if owners and _largest(owners) < LARGE_PEOPLE <= _largest(others):
            return _distinct(chosen)
        return _distinct(owners or chosen)

    def is_own(self, folded: str, place: Place) -> bool:
        """Say whether a form is one of a place's own name, not of one that it had or has elsewhere."""
        return self._forms.get(folded, {}).get(place, (False, ""))[0]

    def adjective(self, stem: str) -> tuple[Place, ...]:
        """Return all places whose adjective has a stem."""
        found = self._stems.get(stem)
        return _distinct(found) if found else ()

    def near_miss(self, folded: str) -> tuple[Place, ...]:
        """Return the places of the nearest names with a score of at least 90; none for names below six letters."""
        if len(folded) < MIN_FUZZY_LETTERS:
            return ()
        known = self._missed.get(folded)
        if known is None:
            names = self._by_letter.get(folded[:1], [])
            hits = process.extract(folded, names, scorer=fuzz.ratio, score_cutoff=MIN_FUZZY_SCORE, limit=8)
            best = hits[0][1] if hits else 0.0
            places = {place for form, score, _ in hits if score == best for place in self._forms[form]}
            known = _distinct(places)
            if len(self._missed) >= 50_000:
                self._missed.clear()
            self._missed[folded] = known
        return known
