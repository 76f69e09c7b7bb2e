"""Incident review: a named human's word on which reports tell of one incident, and on whether it happened.

Rule: a review is added, never changed; a correction names the one that it supersedes. Reviews of findings are another
record (``finding``). Source: DESIGN, sections 1 (rule 5) and 5 (reviews are labels).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["INCIDENT_DECISIONS", "IncidentReview", "standing"]

INCIDENT_DECISIONS = ("same incident", "different incidents", "happened", "did not happen")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReview:
    """Hold a named human's word on reports.

    Attributes
    ----------
    decision : str
        One of ``INCIDENT_DECISIONS``.
    reports : tuple of str
        Report ids: two or more for the first two decisions (each pair of them), one or more for the others.
    """

    review_id: str
    reviewer: str
    made_at: datetime
    decision: str
    reports: tuple[str, ...]
    reason: str
    supersedes: str | None = None


def standing(reviews: Iterable[IncidentReview]) -> list[IncidentReview]:
    """Return the reviews that no later one supersedes, ordered by instant and id.

    Examples
    --------
    >>> standing([])
    []
    """
    ordered = sorted(reviews, key=lambda review: (review.made_at, review.review_id))
    gone = {review.supersedes for review in ordered}
    return [review for review in ordered if review.review_id not in gone]
