"""Review: what named persons say of a finding, weighed into one outcome.

Turns reviews into outcomes by finding. Rules: a review stands until its own author supersedes it; what the standing
ones come to is weighed as ``records.weighing`` says; what speaks against the outcome is kept as dissent, and the
party's reply beside it. Leaves the verdict by probability to ``standards``. Source: DESIGN, sections 1 (rule 5), 4 and
8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfire.errors import InputError
from holdfire.records.clauses import STANDARDS
from holdfire.records.finding import Review
from holdfire.records.weighing import DECISIONS, last_words, person_of, weighed

__all__ = ["Outcome", "outcomes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold what the standing reviews of one finding come to.

    Attributes
    ----------
    decision : str or None
        One of ``DECISIONS``; None = the proposal stands.
    verified : bool
    reviewers : tuple of str
        Whose reviews stand, in the order of their instants.
    reason : str or None
        One sentence, where there is a decision.
    standard, dissent, party_reply, remedy : str or None
    remedy_deadline : datetime or None
    supersedes : str or None
        The review that the last standing one corrects.
    """

    decision: str | None
    verified: bool
    reviewers: tuple[str, ...]
    reason: str | None
    standard: str | None
    dissent: str | None
    party_reply: str | None
    remedy: str | None
    remedy_deadline: datetime | None
    supersedes: str | None


def _refuse(review: Review, what: str, mend: str) -> InputError:
    return InputError(what, f"review {review.review_id!r} of finding {review.finding_id!r}", mend)


def _check(review: Review, by_id: dict[str, Review]) -> None:
    if not review.reviewer.strip():
        raise _refuse(review, "A review names nobody who made it.", "Write the reviewer's name.")
    if review.decision not in DECISIONS:
        mend = f"Write one of {', '.join(DECISIONS)}."
        raise _refuse(review, f"A review decides nothing that is known: {review.decision!r}.", mend)
    if review.standard is not None and review.standard not in STANDARDS:
        mend = f"Write one of {', '.join(STANDARDS)}."
        raise _refuse(review, f"A review names no standard of proof: {review.standard!r}.", mend)
    if review.supersedes is None:
        return
    older = by_id.get(review.supersedes)
    if older is None:
        mend = "Name a review that is given."
        raise _refuse(review, f"A review supersedes one that is not there: {review.supersedes!r}.", mend)
    if person_of(older.reviewer) != person_of(review.reviewer) or older.finding_id != review.finding_id:
        mend = "Give a review of your own; the other one stands beside it."
        raise _refuse(review, f"A review supersedes that of somebody else: {review.supersedes!r}.", mend)
    if (older.made_at, older.review_id) >= (review.made_at, review.review_id):
        mend = "Name an earlier review."
        raise _refuse(review, f"A review supersedes one that is not older: {review.supersedes!r}.", mend)


def _sentence(decision: str | None, standing: Sequence[Review]) -> str | None:
    said = {"confirm": "Confirmed", "reject": "Rejected", "cannot determine": "Left undetermined"}
    if decision is None:
        return None
    names = [review.reviewer for review in standing if review.decision == decision]
    if not names:
        return "Disputed between its reviewers."
    first = next(review.reason.strip() for review in standing if review.decision == decision)
    return f"{said[decision]} by {', '.join(names)}: {first}"


def _dissent(decision: str | None, standing: Sequence[Review]) -> str | None:
    noted = [
        f"{review.reviewer}: {(review.dissent or review.reason).strip()}"
        for review in standing
        if review.dissent or (decision is not None and review.decision != decision)
    ]
    return "; ".join(noted) or None


def _last(values: Iterable[str | None]) -> str | None:
    said = [value for value in values if value]
    return said[-1] if said else None


def _weighed(reviews: Iterable[Review]) -> Outcome:
    standing = last_words(reviews)
    decision = weighed(one.decision for one in standing)
    deadlines = [one.remedy_deadline for one in standing if one.remedy_deadline is not None]
    return Outcome(
        decision=decision,
        verified=decision == "confirm",
        reviewers=tuple(one.reviewer for one in standing),
        reason=_sentence(decision, standing),
        standard=_last(one.standard for one in standing if one.decision == decision),
        dissent=_dissent(decision, standing),
        party_reply=_last(one.party_reply for one in standing),
        remedy=_last(one.remedy for one in standing),
        remedy_deadline=deadlines[-1] if deadlines else None,
        supersedes=_last(one.supersedes for one in standing),
    )


def outcomes_of(reviews: Iterable[Review]) -> dict[str, Outcome]:
    """Return the outcome of each reviewed finding, ordered by finding.

    Parameters
    ----------
    reviews : iterable of Review
        In any order; review ids are unique.

    Raises
    ------
    InputError
        A review names nobody, decides nothing known, shares its id with another one, or supersedes a review that is
        not there, is somebody else's, or is not older.
    """
    by_id: dict[str, Review] = {}
    by_finding: dict[str, list[Review]] = {}
    for review in reviews:
        if review.review_id in by_id:
            raise _refuse(
                review, f"Two reviews have one id: {review.review_id!r}.", "Give each review an id of its own."
            )
        by_id[review.review_id] = review
        by_finding.setdefault(review.finding_id, []).append(review)
    for review in by_id.values():
        _check(review, by_id)
    return {finding: _weighed(by_finding[finding]) for finding in sorted(by_finding)}
