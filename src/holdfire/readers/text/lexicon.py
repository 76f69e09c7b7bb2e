"""Lexicon: the words of ``lexicon.yaml`` as compiled patterns.

Rule: the first entry whose words stand in a text counts, so that narrow ones stand before wide ones. Leaves the words
themselves to the file.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from holdfire.basics.documents import read_document

__all__ = ["FILTERS", "KINDS", "NUMBERS", "SIDES", "WEAPONS", "PatternTable"]

PatternTable = tuple[tuple[str, re.Pattern[str]], ...]
_CONTENT = files("holdfire.readers.text").joinpath("lexicon.yaml").read_bytes()
_WORDS: dict[str, Any] = read_document(_CONTENT, "readers/text/lexicon.yaml").value


def _table(name: str) -> PatternTable:
    return tuple(
        (str(row["is"]), re.compile(rf"(?<!\w)(?:{'|'.join(row['stems'])})", re.IGNORECASE)) for row in _WORDS[name]
    )


FILTERS = _table("filters")
"""What takes an act back: exercise, denial, conditional, historic."""
KINDS = _table("kinds")
WEAPONS = _table("weapons")
SIDES: dict[str, str] = {side: "|".join(stems) for side, stems in _WORDS["sides"].items()}
"""Words for a side and its forces, as one expression without its borders."""
NUMBERS: dict[str, int] = {str(word): int(n) for n, words in _WORDS["numbers"].items() for word in words}
