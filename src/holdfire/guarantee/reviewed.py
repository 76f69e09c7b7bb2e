"""Reviewed: what the persons who reviewed a finding had said of it by an instant, and since when.

Turns reviews into one word for each finding. Rules: reviews are weighed as ``records.weighing`` says, the same by which
findings are decided; the word holds since the review that brought it about; a review later than the instant asked about
is not seen. Leaves the verdict to ``findings``. Source: DESIGN, sections 1 (rule 5) and 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from holdfire.records.finding import Review
from holdfire.records.weighing import person_of, weighed

__all__ = ["Word", "words_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Hold what the reviews of a finding come to.

    Attributes
    ----------
    decision : str or None
        ``confirm`` (two persons: verified), ``reject``, ``cannot determine``; None = nothing yet.
    since : datetime
        Since when.
    was_verified : bool
        It is verified, or was once.
    """

    decision: str | None
    since: datetime
    was_verified: bool


def words_of(reviews: Iterable[Review], as_of: datetime) -> dict[str, Word]:
    """Return the word on each finding that was reviewed by ``as_of``, by finding id."""
    last: dict[str, dict[str, str]] = {}
    words: dict[str, Word] = {}
    for review in sorted(reviews, key=lambda one: (one.made_at, one.review_id)):
        if review.made_at > as_of:
            break
        said = last.setdefault(review.finding_id, {})
        said[person_of(review.reviewer)] = review.decision
        decision = weighed(said.values())
        before = words.get(review.finding_id)
        if before is None or before.decision != decision:
            was_verified = decision == "confirm" or (before is not None and before.was_verified)
            words[review.finding_id] = Word(decision=decision, since=review.made_at, was_verified=was_verified)
    return words
