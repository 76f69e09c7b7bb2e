"""Naming: which group a name means, in whatever letters a source writes it.

Turns names into keys that compare: letters of one form, no case, one kind of apostrophe, dash and blank. Rule:
letters are never dropped, so that two names are never taken for one. Leaves who bears a name to the agreement.
Source: Unicode Standard Annex 15 (NFKC).
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["normal_name"]

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‛ʼʹʻ`´′＇", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        # Invisible: soft hyphen, zero-width blanks and joiners, direction marks, byte order mark.
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    }
)
_BLANKS = re.compile(r"\s+")


def normal_name(name: str) -> str:
    """Return the key under which a name is looked up.

    Examples
    --------
    >>> normal_name("  Ma’arrat   an-Nu‘man ")
    "ma'arrat an-nu'man"
    >>> normal_name("Слов’янськ") == normal_name("СЛОВʼЯНСЬК")
    True
    """
    text = unicodedata.normalize("NFKC", name.translate(_SAME)).casefold().translate(_SAME)
    return _BLANKS.sub(" ", text).strip()
