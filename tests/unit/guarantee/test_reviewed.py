"""Facts about what reviewers had said of a finding by an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from holdfire.findings.review import outcomes_of
from holdfire.guarantee.reviewed import words_of
from holdfire.records.finding import Review

BEGIN = datetime(2031, 5, 1, tzinfo=UTC)
DECISIONS = st.sampled_from(["confirm", "reject", "cannot determine"])


def review(index: int, by: str, decision: str) -> Review:
    """Return a review, an hour after the one before."""
    return Review(
        review_id=f"r{index:02d}",
        finding_id="f/a",
        reviewer=by,
        made_at=BEGIN + timedelta(hours=index),
        decision=decision,
        reason="Invented.",
    )


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", " a "]), DECISIONS), max_size=8), st.integers(0, 9))
def test_the_ladder_and_the_findings_weigh_reviews_alike(said: list[tuple[str, str]], until_h: int) -> None:
    """At every instant the word on a finding is the outcome that the findings give it from the reviews so far."""
    reviews = [review(index, by, decision) for index, (by, decision) in enumerate(said)]
    as_of = BEGIN + timedelta(hours=until_h)
    outcome = outcomes_of(one for one in reviews if one.made_at <= as_of).get("f/a")
    word = words_of(reviews, as_of).get("f/a")
    assert (None if outcome is None else outcome.decision) == (None if word is None else word.decision)


def test_a_word_holds_since_the_review_that_brought_it_about() -> None:
    """A finding is verified since the second person's word, not since a third one's."""
    reviews = [review(0, "A", "confirm"), review(1, "B", "confirm"), review(2, "C", "confirm")]
    word = words_of(reviews, BEGIN + timedelta(days=1))["f/a"]
    assert ("confirm", BEGIN + timedelta(hours=1), True) == (word.decision, word.since, word.was_verified)


def test_a_verification_taken_back_is_remembered() -> None:
    """A finding that is verified no more was verified once."""
    reviews = [review(0, "A", "confirm"), review(1, "B", "confirm"), review(2, "B", "reject")]
    word = words_of(reviews, BEGIN + timedelta(days=1))["f/a"]
    assert ("reject", BEGIN + timedelta(hours=2), True) == (word.decision, word.since, word.was_verified)
