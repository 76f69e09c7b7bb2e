"""Inflect: the name of a place into the forms that Ukrainian and Russian give it in a sentence.

Turns a name in the nominative into its other cases and into the stem of its adjective ("Авдіївка": "в Авдіївці",
"авдіївський напрямок"). Rule: by endings only, and generous: a form too many is harmless, since it must still stand
in the text; two places that share a form are both candidates. Leaves names in Latin letters as they are. Source: the
declensions of Ukrainian and Russian grammar.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product

__all__ = ["adjective_stems", "case_forms", "fold_name", "russian_form"]

_DROPPED = re.compile("[\u0301'’ʼ`´ʹ\"]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_VOWELS = "аеєиіїоуюяыэё"
MAX_WORDS = 4
"""Words of a name beyond which only the nominative is known."""

_ENDINGS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    # ending: genitive, dative, accusative, instrumental, locative; the first rule that fits counts
    ("ський", (("ського",), ("ському",), ("ський",), ("ським",), ("ському", "ськім"))),
    ("ське", (("ського",), ("ському",), ("ське",), ("ським",), ("ському",))),
    ("не", (("ного",), ("ному",), ("не",), ("ним",), ("ному", "нім"))),
    ("ськ", (("ська",), ("ську",), ("ськ",), ("ськом",), ("ську",))),
    ("ск", (("ска",), ("ску",), ("ск",), ("ском",), ("ске",))),
    ("ий", (("ого",), ("ому",), ("ий",), ("им",), ("ому", "ім", "ом"))),
    ("ріг", (("рога",), ("рогу",), ("ріг",), ("рогом",), ("розі",))),
    ("ой", (("ого",), ("ому",), ("ой",), ("ым",), ("ом",))),
    ("ый", (("ого",), ("ому",), ("ый",), ("ым",), ("ом",))),
    ("ая", (("ой",), ("ой",), ("ую",), ("ой", "ою"), ("ой",))),
    ("яя", (("ей",), ("ей",), ("юю",), ("ей",), ("ей",))),
    ("ое", (("ого",), ("ому",), ("ое",), ("ым", "им"), ("ом",))),
    ("ее", (("его",), ("ему",), ("ее",), ("им",), ("ем",))),
    ("ые", (("ых",), ("ым",), ("ые",), ("ыми",), ("ых",))),
    ("їв", (("єва",), ("єву",), ("їв",), ("євом",), ("єві", "єву"))),
    (
        "ів",
        (("ова", "ева", "ового"), ("ову", "еву", "овому"), ("ів",), ("овом", "евом", "овим"), ("ові", "еві", "овому")),
    ),
    ("ов", (("ова",), ("ову",), ("ов",), ("овом", "овым"), ("ове", "овом"))),
    ("ев", (("ева",), ("еву",), ("ев",), ("евом",), ("еве",))),
    ("піль", (("поля",), ("полю",), ("піль",), ("полем",), ("полі",))),
    ("інь", (("еня", "іня", "ені"), ("еню",), ("інь",), ("енем", "інню"), ("ені",))),
    ("ець", (("ця",), ("цю",), ("ець",), ("цем",), ("ці",))),
    ("ец", (("ца",), ("цу",), ("ец",), ("цом", "цем"), ("це",))),
    ("ок", (("ка", "ку"), ("ку",), ("ок",), ("ком",), ("ку", "ке"))),
    ("ія", (("ії",), ("ії",), ("ію",), ("ією",), ("ії",))),
    ("ия", (("ии",), ("ии",), ("ию",), ("ией",), ("ии",))),
    ("ье", (("ья",), ("ью",), ("ье",), ("ьем",), ("ье",))),
    ("ка", (("ки", "кої"), ("ці", "кій", "ке"), ("ку",), ("кою", "кой"), ("ці", "кій", "ке"))),
    ("га", (("ги", "гої"), ("зі", "ге", "гій"), ("гу",), ("гою", "гой"), ("зі", "ге", "гій"))),
    ("ха", (("хи", "хої"), ("сі", "хе", "хій"), ("ху",), ("хою", "хой"), ("сі", "хе", "хій"))),
    ("а", (("и", "ы", "ої", "ой"), ("і", "е", "ій", "ой"), ("у",), ("ою", "ой", "ею"), ("і", "е", "ій", "ой"))),
    ("я", (("і", "ї", "и", "я", "ьої"), ("і", "ї", "е", "ю"), ("ю", "я"), ("ею", "єю", "ей", "ям"), ("і", "ї", "е"))),
    (
        "е",
        (("ого", "а", "я"), ("ому", "у", "ю"), ("е",), ("им", "ом", "ем", "ым"), ("ому", "ім", "і", "е", "ом")),
    ),
    ("є", (("ього", "я"), ("ьому",), ("є",), ("ім",), ("ьому", "ім"))),
    ("о", (("а",), ("у",), ("о",), ("ом",), ("і", "е"))),
    ("ці", (("ців", "ець"), ("цям",), ("ці",), ("цями",), ("цях",))),
    ("ы", (("", "ов"), ("ам",), ("ы",), ("ами",), ("ах",))),
    ("и", (("", "ів", "ей", "ов"), ("ам", "ям"), ("и",), ("ами", "ями"), ("ах", "ях"))),
    ("і", (("", "ів", "их"), ("ам", "ям", "им"), ("і",), ("ами", "ями", "ими"), ("ах", "ях", "их"))),
    ("ь", (("я", "і", "и"), ("ю", "і", "и"), ("ь",), ("ем", "ью", "лю"), ("і", "е", "и"))),
    ("й", (("я", "ю"), ("ю", "єві"), ("й",), ("єм", "ем"), ("ї", "е", "ю"))),
)
_CONSONANT = (("а", "у"), ("у", "ові"), ("",), ("ом",), ("і", "у", "е", "ові"))
_ADJECTIVE_STEMS = (
    ("піль", ("пільськ",)), ("поле", ("пільськ", "польск")), ("поль", ("польськ", "польск")),
    ("ськ", ("ськ",)), ("цьк", ("цьк",)), ("ське", ("ськ",)), ("ское", ("ск",)),
    ("цьке", ("цьк",)), ("ск", ("ск",)), ("цк", ("цк",)),
    ("жжя", ("зьк",)), ("жье", ("жск",)),
    ("ове", ("івськ", "овськ")), ("єве", ("ївськ",)), ("ово", ("овск",)), ("ев", ("евск",)), ("ець", ("ецьк",)),
    ("ка", ("ськ", "ск", "чанськ")), ("ок", ("оцьк", "окск")), ("ль", ("льськ", "льск")), ("ь", ("ськ", "ьськ", "ск")),
)  # fmt: skip

# Ukrainian letters to Russian ones, in order; the first lines are first names and roots whose vowels differ.
_RUSSIAN = tuple(
    (re.compile(old), new)
    for old, new in (
        ("микола", "никола"), ("олекс", "алекс"), ("олен", "елен"), ("запоріж", "запорож"), ("камян", "камен"),
        ("вільн", "вольн"), ("біл", "бел"), ("ліс", "лес"), ("річ", "реч"), ("гір", "гор"), ("піл", "пол"),
        ("([жтнл])\\1я$", r"\1ье"), ("івськ", "овск"), ("ївськ", "евск"), ("івк", "овк"), ("ївк", "евк"),
        ("ів$", "ов"), ("їв$", "ев"), ("ське$", "ское"), ("не$", "ное"), ("ове$", "ово"), ("еве$", "ево"),
        ("([сцз])ьк", r"\1к"), ("[ії]", "и"), ("є", "е"), ("ґ", "г"),
    )
)  # fmt: skip


def fold_name(text: str) -> str:
    """Return a name for comparing: small letters, one form of Unicode, no stress, apostrophe or unseen mark.

    Examples
    --------
    >>> fold_name("Куп’я\u0301нськ"), fold_name("\u200fМар'їнка"), fold_name("Орёл")
    ('купянськ', 'марїнка', 'орел')
    """
    composed = unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c) != "Cf"))
    return " ".join(_DROPPED.sub("", composed.casefold()).replace("ё", "е").replace("‑", "-").split())


def russian_form(folded: str) -> str | None:
    """Return a Ukrainian name as Russian spells it, by rules; None where it has no letter or ending of its own.

    Examples
    --------
    >>> russian_form("миколаївка"), russian_form("запоріжжя"), russian_form("волчанск")
    ('николаевка', 'запорожье', None)
    """
    form = " ".join(_russian_word(word) for word in folded.split())
    return form if form != folded else None


def _russian_word(word: str) -> str:
    for pattern, new in _RUSSIAN:
        word = pattern.sub(new, word)
    return word


def _word_forms(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the forms of a word in the five cases beside the nominative."""
    for ending, cases in _ENDINGS:
        if word.endswith(ending) and len(word) >= max(len(ending), 3):
            stem = word[: -len(ending)]
            return tuple(tuple(stem + new for new in case) for case in cases)
    if word[-1:] in _VOWELS or not word:
        return ((word,),) * len(_CONSONANT)
    return tuple(tuple(word + new for new in case) for case in _CONSONANT)


def case_forms(folded: str) -> dict[str, str]:
    """Return a folded name's forms, each with the letters of its cases: n, g, d, a, i, l.

    Examples
    --------
    >>> forms = case_forms("мала токмачка")
    >>> forms["мала токмачка"], forms["малої токмачки"], forms["малій токмачці"]
    ('n', 'g', 'dl')
    >>> case_forms("bakhmut"), case_forms("")
    ({'bakhmut': 'ngdail'}, {'': 'ngdail'})
    """
    words = folded.split()
    if not words or len(words) > MAX_WORDS or not _CYRILLIC.search(folded):
        return {folded: "ngdail"}
    by_word = [_word_forms(word) for word in words]
    found = {folded: "n"}
    for letter, case in zip("gdail", zip(*by_word, strict=True), strict=True):
        for parts in product(*case):
            form = " ".join(parts)
            found[form] = found.get(form, "") + (letter if letter not in found.get(form, "") else "")
    return found


def adjective_stems(folded: str) -> frozenset[str]:
    """Return the stems that a folded name's adjective can have, without its ending.

    Examples
    --------
    >>> sorted(adjective_stems("авдіївка"))[:2], "покровськ" in adjective_stems("покровськ")
    (['авдіївск', 'авдіївськ'], True)
    >>> adjective_stems("bakhmut")
    frozenset()
    """
    if not folded or " " in folded or not _CYRILLIC.search(folded):
        return frozenset()
    for ending, new in _ADJECTIVE_STEMS:
        if folded.endswith(ending) and len(folded) > len(ending) + 1:
            return frozenset(folded[: -len(ending)] + one for one in new)
    stem = folded.rstrip(_VOWELS)
    return frozenset({f"{stem}ськ", f"{stem}ск"}) if len(stem) > 1 else frozenset()
