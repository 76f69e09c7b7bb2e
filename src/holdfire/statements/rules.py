"""Rules: the port that a language comes in by, and which language a document is in.

Turns nothing; says what the rules of a language must give. Rule: a document is read by the rules of the letters that
most
of it is written in; a language without rules is refused, never read by another's. Whoever adds a language writes a
``Parser``, and a ``LanguageRules`` whose ``read`` returns the same record.
"""

from __future__ import annotations

import unicodedata
from typing import Protocol

from holdfire.records.statement import ReadDocument
from holdfire.statements.document import Document

__all__ = ["LanguageRules", "script_of"]


class LanguageRules(Protocol):
    """Read documents of one language."""

    language: str
    script: str

    def read(self, document: Document) -> ReadDocument:
        """Return the statements and commitments of a document."""
        ...

    def read_with_features(self, document: Document) -> tuple[ReadDocument, dict[str, dict[str, float]]]:
        """Return the same, and what the rules saw of each statement by its id, for learning from reviews."""
        ...


def script_of(text: str) -> str:
    """Return the script that most letters of a text are of: ``LATIN``, ``CYRILLIC``, ...; empty where there is none.

    Examples
    --------
    >>> script_of("Мир, peace и снова мир"), script_of("12 %")
    ('CYRILLIC', '')
    """
    counts: dict[str, int] = {}
    for letter in text[:20000]:
        if letter.isalpha():
            script = "LATIN" if letter.isascii() else unicodedata.name(letter, "UNKNOWN").split(" ")[0]
            counts[script] = counts.get(script, 0) + 1
    return max(sorted(counts), key=lambda script: counts[script], default="")
