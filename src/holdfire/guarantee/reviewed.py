"""Reviewed: what the persons who reviewed a finding had said of it by an instant, and since when.

Turns reviews into one word for each finding. Rules, the same as those by which findings are decided:

1. Of several reviews by one person on a finding, the last one counts; spaces and capitals make no other person.
2. Two different persons who confirm, and outnumber everybody who does not, verify the finding.
3. Otherwise, rejections that are as many as the confirmations, or more, and as many as those who cannot tell, take it
   back; any other doubt leaves it undetermined; one confirmation alone changes nothing.
4. The word holds since the review that brought it about; a review later than the instant asked about is not seen.

Leaves the verdict to ``findings``. Source: DESIGN, sections 1 (rule 5) and 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from holdfire.records.finding import Review

__all__ = ["Word", "words_of"]

PERSONS_TO_VERIFY = 2
"""Different named persons who must confirm: DESIGN, section 8."""


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
        said[" ".join(review.reviewer.split()).casefold()] = review.decision
        decision = _weighed(list(said.values()))
        before = words.get(review.finding_id)
        if before is None or before.decision != decision:
            was_verified = decision == "confirm" or (before is not None and before.was_verified)
            words[review.finding_id] = Word(decision=decision, since=review.made_at, was_verified=was_verified)
    return words


def _weighed(decisions: list[str]) -> str | None:
    n_confirm, n_reject, n_unsure = (decisions.count(one) for one in ("confirm", "reject", "cannot determine"))
    if n_confirm >= PERSONS_TO_VERIFY and n_confirm > n_reject + n_unsure:
        return "confirm"
    if n_reject and n_reject >= max(n_confirm, n_unsure):
        return "reject"
    return "cannot determine" if n_reject or n_unsure else None
