"""Words: short texts of simulated reports in English, Ukrainian and Russian.

Rule: the words follow from kind, settlement and a phrase's number alone; settlements have plainly invented
names. Source: none; the phrases are ours.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["place_name", "write_texts"]

PHRASES = {
    "en": (
        "Near {where}: {what}",
        "{where}: {what}, residents say",
        "{where}: {what}, several sources report",
    ),
    "uk": (
        "У районі {where} — {what}",
        "{where}: {what}, кажуть мешканці",
        "{where}: {what}, повідомляють джерела",
    ),
    "ru": (
        "В районе {where} — {what}",
        "{where}: {what}, говорят жители",
        "{where}: {what}, сообщают источники",
    ),
}
ACTS = {
    "en": {
        "explosion": "shelling",
        "gunfire": "gunfire",
        "flight": "a drone flight",
        "presence": "heavy weapons",
    },
    "uk": {
        "explosion": "обстріл",
        "gunfire": "стрілянина",
        "flight": "політ дрона",
        "presence": "важке озброєння",
    },
    "ru": {
        "explosion": "обстрел",
        "gunfire": "стрельба",
        "flight": "полёт дрона",
        "presence": "тяжёлое вооружение",
    },
}
OTHER = {"en": "an incident", "uk": "інцидент", "ru": "инцидент"}
NAMES = {"en": "Invented-{}", "uk": "Вигадане-{}", "ru": "Вымышленное-{}"}


def place_name(number: int, language: str) -> str:
    """Return the invented name of a settlement."""
    return NAMES.get(language, NAMES["en"]).format(number + 1)


def write_texts(
    roots: NDArray[np.object_],
    place: NDArray[np.int64],
    phrase: NDArray[np.int64],
    languages: list[str],
    language: NDArray[np.int64],
    n_places: int,
) -> pa.Array:
    """Return the texts of reports.

    Parameters
    ----------
    roots : object (str), (n,)
        First part of each kind's path; an empty string for an unknown kind.
    place, phrase, language : int64, (n,)
        Index of the settlement, number of the phrase, index into ``languages`` (-1 = no text).
    """
    unique_roots, root = np.unique(roots.astype(str), return_inverse=True)
    n_phrases = len(PHRASES["en"])
    key = ((language * n_phrases + phrase % n_phrases) * len(unique_roots) + root) * n_places + place
    unique_keys, index = np.unique(key[language >= 0], return_inverse=True)
    texts = []
    for value in unique_keys.tolist():
        rest, where = divmod(value, n_places)
        rest, what = divmod(rest, len(unique_roots))
        code, form = divmod(rest, n_phrases)
        name = languages[code]
        act = ACTS[name].get(str(unique_roots[what]), OTHER[name])
        texts.append(PHRASES[name][form].format(what=act, where=place_name(where, name)))
    which = np.full(language.size, -1, dtype=np.int64)
    which[language >= 0] = index
    indices = pa.array(which, mask=which < 0)
    return pc.take(pa.array(texts, pa.string()), indices)
