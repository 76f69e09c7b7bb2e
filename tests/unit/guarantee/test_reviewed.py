"""Facts about what reviewers had said of a finding by an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.findings.review import outcomes_of
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.reviewed import words_of
from holdfire.records.finding import FINDING_SCHEMA, Review
from tests.unit.guarantee.casefile import Facts, agreement_of, finding_row

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


def twice_told(at_least: int) -> Any:
    """Return the first rung over a verified finding of an incident that is no more, and the incident in its place."""
    ladder = agreement_of().ladder
    assert ladder is not None
    first = ladder.rungs[0].model_dump(by_alias=True)
    first["when"] |= {"at_least": at_least}
    agreement = agreement_of({"ladder": {"title": {"en": "One rung"}, "rungs": [first]}})
    now = BEGIN + timedelta(days=1)
    told = {"clause": "fire", "party": "north", "prob": 0.97, "at": (now - timedelta(hours=1)).isoformat()}
    facts = Facts(agreement=agreement, findings=[{"id": "new"} | told])
    given_ = facts.arguments(now, "main")
    gone = finding_row({"id": "gone", "blind": True} | told, "main", agreement) | {"incident_id": "gone"}
    said = tuple(replace(one, finding_id="f/gone") for one in (review(0, "A", "confirm"), review(1, "B", "confirm")))
    given_["findings"] = pa.Table.from_pylist(
        [*given_["findings"].to_pylist(), gone | {"verified": True, "basis": "review"}], schema=FINDING_SCHEMA
    )
    return judge_ladder(agreement, **(given_ | {"reviews": said})).rung(first["id"])


def test_what_was_verified_of_a_retired_incident_adds_nothing_that_is_sure() -> None:
    """Beside the incident in its place it is at most possible: of two breaches asked for, none is sure, so none owed.

    The upper bound holds both, since nothing says that they are one.
    """
    one, two = twice_told(1), twice_told(2)
    assert (0.97, 1.0) == (one.prob_lower, one.prob_upper)
    assert (0.0, False) == (two.prob_lower, two.is_owed)
    assert two.prob_upper == pytest.approx(0.97)


def test_reviews_are_weighed_once() -> None:
    """A finding that its table says is verified, and whose reviews are given too, counts with 1 and no more."""
    told = {"id": "a", "clause": "fire", "party": "north", "prob": 0.5, "at": BEGIN.isoformat()}
    said = tuple(
        replace(review(hour, by, "confirm"), made_at=BEGIN + timedelta(hours=hour)) for hour, by in ((1, "A"), (2, "B"))
    )
    facts = Facts(agreement=agreement_of(), findings=[told], reviews=said)
    rung = judge_ladder(facts.agreement, **facts.arguments(BEGIN + timedelta(hours=3), "main")).rung("warning")
    assert (1.0, 1.0, ("f/a",)) == (rung.prob_lower, rung.prob_upper, rung.counted)
