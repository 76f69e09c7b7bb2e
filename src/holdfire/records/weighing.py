"""Weighing: what the words of several persons on one finding come to.

Turns the last word of each person into one decision. Rules:

1. Of several reviews by one person on a finding, the last one counts; spaces and capitals make no other person.
2. Two different persons who confirm, and outnumber everybody who does not, verify the finding.
3. Otherwise, rejections that are as many as the confirmations, or more, and as many as those who cannot tell, take it
   back.
4. Any other doubt leaves it undetermined.
5. One confirmation alone changes nothing.

Findings and the ladder both weigh by these, so they never disagree. Leaves verdicts to ``findings`` and clocks to
``guarantee``. Source: DESIGN, sections 1 (rule 5) and 8.
"""

from __future__ import annotations

from collections.abc import Iterable

from holdfire.records.finding import Review

__all__ = ["DECISIONS", "VERIFIERS", "last_words", "person_of", "weighed"]

DECISIONS = ("confirm", "reject", "cannot determine")
VERIFIERS = 2
"""Different persons who must confirm. Source: DESIGN, section 8."""


def person_of(reviewer: str) -> str:
    """Return the person behind a name: two spellings of one name are one person.

    Examples
    --------
    >>> person_of(" A.  Fictional ") == person_of("a. fictional")
    True
    """
    return " ".join(reviewer.split()).casefold()


def last_words(reviews: Iterable[Review]) -> list[Review]:
    """Return the last review of each person on one finding (rule 1), in the order of instants.

    Examples
    --------
    >>> last_words([])
    []
    """
    last = {person_of(one.reviewer): one for one in sorted(reviews, key=lambda one: (one.made_at, one.review_id))}
    return sorted(last.values(), key=lambda one: (one.made_at, one.review_id))


def weighed(decisions: Iterable[str]) -> str | None:
    """Return what the decisions of different persons on one finding come to.

    Parameters
    ----------
    decisions : iterable of str
        Each one of ``DECISIONS``.

    Returns
    -------
    str or None
        One of ``DECISIONS``; None = nothing yet.

    Examples
    --------
    >>> weighed(["confirm"]), weighed(["confirm", "confirm"]), weighed(["confirm", "reject"])
    (None, 'confirm', 'reject')
    """
    said = list(decisions)
    n_confirm, n_reject, n_unsure = (said.count(one) for one in DECISIONS)
    if n_confirm >= VERIFIERS and n_confirm > n_reject + n_unsure:
        return "confirm"  # rule 2
    if n_reject and n_reject >= max(n_confirm, n_unsure):
        return "reject"  # rule 3
    return "cannot determine" if n_reject or n_unsure else None  # rules 4 and 5
