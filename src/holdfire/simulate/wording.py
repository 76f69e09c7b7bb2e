"""Wording: rich texts of simulated reports, whole columns at a time.

Turns kinds, places, phrases and details into texts. Rule: a text follows from what its report says and from its
phrase's number, and holds nothing that marks one incident: texts of different incidents of one kind at one place
are as alike as such news is. Place names are invented from syllables, and inflected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.records.taxonomy import ancestors
from holdfire.simulate.particulars import Particulars
from holdfire.simulate.phrases import (
    ACTS,
    ANY_ACT,
    DAY_PARTS,
    HARM,
    HIT_FORMS,
    HITS,
    ROUND_UPS,
    ROUNDS,
    TEMPLATES,
    WHO,
)
from holdfire.simulate.told import Told

__all__ = ["N_PHRASES", "Said", "rich_name", "write_rich_texts"]

Ints = NDArray[np.int64]

N_PHRASES = len(TEMPLATES["en"])
_SYLLABLES = {
    "en": "ba ve ho di zhu zo ka lu my no pe ra su ta fo kha tse cha sho yu",
    "uk": "ба ве го ді жу зо ка лу ми но пе ра су та фо ха це ча шо ю",
    "ru": "ба ве го ди жу зо ка лу мы но пе ра су та фо ха це ча шо ю",
}
SYLLABLES = {language: text.split() for language, text in _SYLLABLES.items()}
ENDINGS = {
    "en": {"nom": "nivka", "gen": "nivka", "loc": "nivka", "ins": "nivka"},
    "uk": {"nom": "нівка", "gen": "нівки", "loc": "нівці", "ins": "нівкою"},
    "ru": {"nom": "новка", "gen": "новки", "loc": "новке", "ins": "новкой"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Hold in which words each report is told.

    Attributes
    ----------
    language : int64, (n,)
        Index into the languages; -1 = no text.
    phrase, who : int64, (n,)
        Number of the phrase; of those who say so.
    """

    language: Ints
    phrase: Ints
    who: Ints

    def take(self, which: Ints) -> Said:
        """Return the words of some reports, in the order asked for."""
        return Said(language=self.language[which], phrase=self.phrase[which], who=self.who[which])


def rich_name(number: int, language: str, case: str = "nom") -> str:
    """Return the invented name of a settlement, inflected.

    Examples
    --------
    >>> rich_name(21, "uk", "loc"), rich_name(21, "en"), rich_name(400, "en")
    ('Вевенівці', 'Vevenivka', 'Babavenivka')
    """
    syllables = SYLLABLES[language]
    n = len(syllables)
    digits = [number // n % n, number % n] if number < n * n else [number % n, number // n % n, number // n**2 % n]
    stem = "".join(syllables[digit] for digit in digits)
    return stem.capitalize() + ENDINGS[language][case]


def _named(kind: str | None, language: str) -> tuple[str, str, str]:
    """Return the ways to call a kind: of the deepest path that has words."""
    acts = ACTS[language]
    for path in ancestors(kind) if kind else ():
        if path in acts:
            return acts[path]
    return ANY_ACT[language]


def _numbered(numbers: Ints, form: str, none: str = "") -> pa.Array:
    """Return a clause with a number in it; the other words where it is 0, nothing where it is not said."""
    before, after = form.split("{}")
    texts = pc.binary_join_element_wise(before, pa.array(numbers).cast(pa.string()), after, "")
    texts = pc.if_else(pa.array(numbers == 0), none, texts) if none else texts
    return pc.if_else(pa.array(numbers < 0), "", texts)


def _chosen(words: list[str], which: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(which))


def _slots(
    told: Told, details: Particulars, who: Ints, rows: Ints, language: str, n_places: int
) -> dict[str, pa.Array]:
    kinds = pa.array(told.kind[rows], pa.string()).dictionary_encode()
    known = kinds.dictionary.to_pylist()
    ways = [way for kind in (*known, None) for way in _named(kind, language)]
    code = kinds.indices.fill_null(len(known)).to_numpy(zero_copy_only=False).astype(np.int64)
    act = code * 3 + details.word[rows]
    cases = {
        case: _chosen([rich_name(k, language, case) for k in range(n_places)], told.place[rows])
        for case in ("nom", "gen", "loc", "ins")
    }
    hits = [HIT_FORMS[language].format(thing) for thing in HITS[language]]
    return cases | {
        "act": _chosen(ways, act),
        "Act": _chosen([way[0].upper() + way[1:] for way in ways], act),
        "when": _chosen(list(DAY_PARTS[language]), details.day_part[rows]),
        "hit": _chosen([*hits, ""], np.where(details.hit[rows] < 0, len(hits), details.hit[rows])),
        "rounds": _numbered(details.rounds[rows], ROUNDS[language]),
        "harm": _numbered(details.casualties_best[rows], HARM[language][1], HARM[language][0]),
        "who": _chosen(list(WHO[language]), who[rows] % len(WHO[language])),
        "count": _numbered(details.count_best[rows], "{}"),
    }


def _filled(template: str, slots: dict[str, pa.Array], here: Ints) -> pa.Array:
    which = pa.array(here)
    parts = [part for part in re.split(r"(\{\w+\})", template) if part]
    columns = [slots[part[1:-1]].take(which) if part.startswith("{") else part for part in parts]
    return pc.binary_join_element_wise(*columns, "")


def write_rich_texts(
    told: Told, details: Particulars, said: Said, languages: tuple[str, ...], n_places: int
) -> pa.Array:
    """Return the texts of reports; null where the source has no words.

    Parameters
    ----------
    told : Told
    details : Particulars
    said : Said
        Its language is an index into ``languages``.
    languages : tuple of str
        Of en, ru, uk.
    n_places : int
    """
    summed = told.roundup >= 0
    texts: list[pa.Array] = []
    order: list[Ints] = [np.flatnonzero(said.language < 0)]
    for number, language in enumerate(languages):
        rows = np.flatnonzero(said.language == number)
        slots = _slots(told, details, said.who, rows, language, n_places) if rows.size else {}
        for is_summed, templates in ((False, TEMPLATES[language]), (True, ROUND_UPS[language])):
            phrase = said.phrase[rows] % len(templates)
            for form, template in enumerate(templates):
                here = np.flatnonzero((phrase == form) & (summed[rows] == is_summed))
                if here.size:
                    texts.append(_filled(template, slots, here))
                    order.append(rows[here])
    written = pa.concat_arrays([pa.nulls(order[0].size, pa.string()), *texts])
    return written.take(pa.array(np.argsort(np.concatenate(order), kind="stable")))
