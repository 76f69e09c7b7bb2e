"""Facts about what several persons' reviews come to."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from holdfire.errors import InputError
from holdfire.findings.review import Outcome, outcomes_of
from holdfire.records.finding import Review


def review(number: int, who: str, decision: str, **said: Any) -> Review:
    """Return a review; a larger number is later."""
    whole = {"review_id": f"r{number}", "finding_id": "f/x", "reviewer": who, "decision": decision, "reason": "Seen."}
    return Review(**{**whole, "made_at": datetime(2030, 1, number, tzinfo=UTC), **said})


def outcome(*reviews: Review) -> Outcome:
    """Return the outcome of the one finding."""
    return outcomes_of(reviews)["f/x"]


@pytest.mark.parametrize(
    ("decisions", "expected", "verified"),
    [
        (["confirm"], None, False),
        (["confirm", "confirm"], "confirm", True),
        (["reject"], "reject", False),
        (["confirm", "reject"], "reject", False),
        (["confirm", "confirm", "reject"], "confirm", True),
        (["confirm", "confirm", "reject", "reject"], "reject", False),
        (["cannot determine"], "cannot determine", False),
        (["confirm", "cannot determine"], "cannot determine", False),
        (["confirm", "confirm", "reject", "cannot determine"], "cannot determine", False),
        (["reject", "cannot determine"], "reject", False),
    ],
)
def test_what_decisions_come_to(decisions: list[str], expected: str | None, verified: bool) -> None:
    """Two who confirm and outnumber the others verify; doubt stands against a confirmation of the same weight."""
    found = outcome(*(review(number, f"Person {number}", said) for number, said in enumerate(decisions, start=1)))
    assert (expected, verified) == (found.decision, found.verified)


def test_one_person_twice_is_one_person() -> None:
    """Two confirmations under two spellings of one name do not verify."""
    found = outcome(review(1, "A. Fictional", "confirm"), review(2, " a.  fictional ", "confirm"))
    assert (None, False, 1) == (found.decision, found.verified, len(found.reviewers))


def test_the_last_word_of_a_person_counts() -> None:
    """Of several reviews by one person the last one stands, whatever order they are given in."""
    given = [review(1, "A", "confirm"), review(2, "B", "confirm"), review(3, "A", "reject", supersedes="r1")]
    assert {("reject", "r1")} == {
        (outcome(*order).decision, outcome(*order).supersedes) for order in permutations(given)
    }


def test_dissent_is_kept_beside_a_verified_finding() -> None:
    """Who decides otherwise is named with the reason, and so is a confirmer's own doubt."""
    found = outcome(
        review(1, "A", "confirm", dissent="The second camera was dark."),
        review(2, "B", "confirm"),
        review(3, "C", "reject", reason="The shell is of another calibre."),
    )
    assert found.verified
    assert "A: The second camera was dark.; C: The shell is of another calibre." == found.dissent
    assert "Confirmed by A, B: Seen." == found.reason


def test_replies_and_remedies_are_the_last_ones_given() -> None:
    """The party's reply, the remedy and its deadline come from the latest review that gives them."""
    due = datetime(2030, 2, 1, tzinfo=UTC)
    found = outcome(
        review(1, "A", "confirm", party_reply="We deny it.", remedy="Leave.", remedy_deadline=due),
        review(2, "B", "confirm", remedy="Leave the hill.", standard="beyond"),
    )
    assert ("We deny it.", "Leave the hill.", due, "beyond") == (
        found.party_reply,
        found.remedy,
        found.remedy_deadline,
        found.standard,
    )


@pytest.mark.parametrize(
    ("faulty", "what"),
    [
        (review(2, " ", "confirm"), "nobody"),
        (review(2, "A", "perhaps"), "'perhaps'"),
        (review(2, "A", "confirm", standard="certain"), "'certain'"),
        (review(2, "A", "confirm", supersedes="r9"), "'r9'"),
        (review(2, "B", "confirm", supersedes="r1"), "somebody else"),
        (review(2, "A", "confirm", supersedes="r1", finding_id="f/y"), "somebody else"),
        (review(2, "A", "confirm", supersedes="r1", made_at=datetime(2029, 1, 1, tzinfo=UTC)), "not older"),
        (review(2, "A", "confirm", review_id="r1"), "one id"),
    ],
)
def test_a_faulty_review_is_refused(faulty: Review, what: str) -> None:
    """A review that names nobody, decides nothing known, or corrects what it cannot, is an error which says so."""
    with pytest.raises(InputError, match=what):
        outcomes_of([review(1, "A", "confirm"), faulty])
