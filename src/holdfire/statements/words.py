"""Words: a text of words as a set of them, so that a table of words can be read as text."""

from __future__ import annotations

__all__ = ["word_set"]


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, parted by white space.

    Examples
    --------
    >>> sorted(word_set("he she he"))
    ['he', 'she']
    """
    return frozenset(text.split())
