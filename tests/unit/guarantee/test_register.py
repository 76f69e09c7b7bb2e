"""Facts about the register of commitments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from holdfire.basics.canonical import canonical_json
from holdfire.guarantee.register import judge_commitments
from holdfire.guarantee.register_words import register_lines
from holdfire.records.commitment import CommitmentState, Register
from holdfire.records.plain import plain
from tests.unit.guarantee.casefile import agreement_of

LATE = datetime(2031, 12, 31, tzinfo=UTC)


def entry(*steps: tuple[str, str, str | None], name: str = "troops", **fields: Any) -> dict[str, Any]:
    """Return a commitment with its steps: status, day, and day on which it became known."""
    told = [
        {"status": status, "on": on, "evidence": f"{status} on {on}"} | ({} if known is None else {"known_on": known})
        for status, on, known in steps
    ]
    plain_fields = {"id": name, "guarantor": "force", "capability": "reassurance_force", "text": {"en": "Troops."}}
    return plain_fields | {"steps": told} | fields


def register(*entries: dict[str, Any], valid_at: datetime = LATE, known_at: datetime = LATE) -> Register:
    """Return the register of some commitments."""
    return judge_commitments(agreement_of({"commitments": list(entries)}), valid_at=valid_at, known_at=known_at)


def only(*entries: dict[str, Any], **instants: datetime) -> CommitmentState:
    """Return the only commitment's state."""
    return register(*entries, **instants).commitments[0]


def test_the_latest_step_is_the_status() -> None:
    """A commitment stands where its latest step put it, whatever the order in which the steps are written."""
    told = entry(("specified", "2031-03-01", None), ("stated", "2031-01-01", None))
    assert ("specified",) == only(told).statuses


def test_a_status_can_go_back() -> None:
    """A force that was ready and is only authorised again stands as authorised."""
    told = entry(("ready", "2031-03-01", None), ("authorised", "2031-04-01", None))
    assert ("authorised",) == only(told).statuses


def test_the_two_time_axes_are_apart() -> None:
    """What was already so but not yet known is not seen; what was known of a later day does not hold yet."""
    told = entry(("stated", "2031-01-01", None), ("withdrawn", "2031-03-01", "2031-06-01"))
    april = datetime(2031, 4, 1, tzinfo=UTC)
    assert (("stated",), True) == (only(told, valid_at=april, known_at=april).statuses, True)
    assert ("withdrawn",) == only(told, valid_at=april, known_at=LATE).statuses
    assert ("stated",) == only(told, valid_at=datetime(2031, 2, 1, tzinfo=UTC), known_at=LATE).statuses


def test_nothing_is_known_before_the_first_step() -> None:
    """Before anything was known a commitment has no status and is not live."""
    early = datetime(2030, 1, 1, tzinfo=UTC)
    state = only(entry(("stated", "2031-01-01", None)), valid_at=early, known_at=early)
    assert ((), False) == (state.statuses, state.live)


def test_a_commitment_without_steps_stands_by_the_agreement() -> None:
    """A promise in the agreement's own text is live without any statement."""
    assert ((), True) == (only(entry()).statuses, only(entry()).live)


def test_contradictory_statements_stand_side_by_side() -> None:
    """One says on a day that it is authorised, another one that it is refused: both stand, flagged."""
    told = entry(("authorised", "2031-03-01 09:00", None), ("refused", "2031-03-01 17:00", None), pledged=100)
    result = register(told)
    state = result.commitments[0]
    assert (("authorised", "refused"), True, True) == (state.statuses, state.contradictory, state.live)
    assert ("troops",) == result.totals[0].contradictory


def test_progress_on_one_day_is_no_contradiction() -> None:
    """Stated and specified on one day is progress."""
    state = only(entry(("stated", "2031-03-01 09:00", None), ("specified", "2031-03-01 17:00", None)))
    assert (("specified",), False) == (state.statuses, state.contradictory)


def test_a_commitment_expires_at_its_end() -> None:
    """From its stated end on a promise is expired, unless it was delivered."""
    told = entry(("stated", "2031-01-01", None), expires="2031-06-01 00:00")
    before, after = datetime(2031, 5, 31, 20, tzinfo=UTC), datetime(2031, 5, 31, 21, tzinfo=UTC)
    assert ("stated",) == only(told, valid_at=before).statuses
    assert (("expired",), False) == (only(told, valid_at=after).statuses, only(told, valid_at=after).live)
    delivered = entry(("delivered", "2031-02-01", None), expires="2031-06-01 00:00")
    assert ("delivered",) == only(delivered).statuses


def test_quantities_add_up_over_what_is_live() -> None:
    """Live promises of one guarantor, capability and unit are added; others are not, and silence is named."""
    result = register(
        entry(("stated", "2031-01-01", None), name="a", pledged=100, allocated=60, deployed=10, unit="persons"),
        entry(("stated", "2031-01-01", None), name="b", pledged=50, unit="persons"),
        entry(("withdrawn", "2031-01-01", None), name="c", pledged=999, unit="persons"),
        entry(("stated", "2031-01-01", None), name="d", unit="persons"),
        entry(("stated", "2031-01-01", None), name="e", pledged=3, unit="ships"),
    )
    persons, ships = result.totals
    assert (150.0, 60.0, 10.0, 90.0) == (persons.pledged, persons.allocated, persons.deployed, persons.promised_only)
    assert (("a", "b", "d"), ("d",)) == (persons.commitment_ids, persons.without_quantity)
    assert (3.0, None) == (ships.pledged, ships.deployed)


def test_the_register_has_words_and_bytes() -> None:
    """A register is said in lines, and becomes canonical JSON."""
    told = entry(
        ("authorised", "2031-03-01 09:00", None), ("refused", "2031-03-01 17:00", None), pledged=100, unit="persons"
    )
    agreement = agreement_of({"commitments": [told]})
    result = judge_commitments(agreement, valid_at=LATE, known_at=LATE)
    lines = register_lines(result, agreement)
    head = "troops, The force, reassurance_force: authorised and refused - these contradict each other. Troops."
    assert head == lines[1]
    assert "    refused at 2031-03-01 17:00+02:00 by the record (statement: refused on 2031-03-01 17:00)" == lines[3]
    assert "force, reassurance_force: pledged 100, only promised 100 persons." == lines[4]
    assert b'"valid_at":"2031-12-31T00:00:00Z"' in canonical_json(plain(result))


def said(status: str, on: str, by: str | None, **fields: Any) -> dict[str, Any]:
    """Return one step with its speaker."""
    return {"status": status, "on": on, "evidence": "A speech"} | ({} if by is None else {"by": by}) | fields


def told(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a commitment with these steps."""
    return entry(**fields) | {"steps": list(steps)}


def test_one_says_that_it_agreed_and_the_other_denies_it() -> None:
    """A minister's word and the guarantor's denial stand side by side, on whatever days they were spoken."""
    state = only(told(said("stated", "2031-03-01", "Minister A"), said("refused", "2031-03-09", "Spokesperson of X")))
    assert (("stated", "refused"), True, True) == (state.statuses, state.contradictory, state.live)
    assert ["Minister A", "Spokesperson of X"] == [word.by for word in state.words]


def test_who_takes_his_own_word_back_contradicts_nobody() -> None:
    """Everybody has one word, the last one; spaces and capitals make no other person."""
    state = only(told(said("stated", "2031-03-01", "Minister A"), said("withdrawn", "2031-03-09", " minister  a ")))
    assert (("withdrawn",), False, False) == (state.statuses, state.contradictory, state.live)


def test_a_review_settles_what_others_say() -> None:
    """After a named person's review, earlier words stand no longer; later ones do."""
    words = [said("stated", "2031-03-01", "Minister A"), said("refused", "2031-03-02", "X")]
    review = said("stated", "2031-03-03", "Reviewer R", evidence_kind="review")
    assert (("stated",), False) == (only(told(*words, review)).statuses, only(told(*words, review)).contradictory)
    later = told(*words, review, said("refused", "2031-03-04", "X"))
    assert (("stated", "refused"), True) == (only(later).statuses, only(later).contradictory)


def test_the_record_without_a_speaker_settles_too() -> None:
    """What the record itself enters, as a fact, ends a contradiction."""
    words = [said("stated", "2031-03-01", "Minister A"), said("refused", "2031-03-02", "X")]
    assert ("deployed",) == only(told(*words, said("deployed", "2031-04-01", None))).statuses


def test_quantities_are_folded_from_the_steps() -> None:
    """Each step may state quantities as of its day; what it leaves out stays, and the text's own come first."""
    steps = [
        said("specified", "2031-03-01", None, pledged=100.0),
        said("resourced", "2031-04-01", None, allocated=60.0),
        said("deployed", "2031-05-01", None, deployed=10.0, pledged=120.0),
    ]

    def amounts(month: int) -> tuple[float | None, ...]:
        state = only(told(*steps, pledged=90.0, unit="persons"), valid_at=datetime(2031, month, 15, tzinfo=UTC))
        return state.pledged, state.allocated, state.deployed

    assert [(90.0, None, None), (100.0, None, None), (100.0, 60.0, None), (120.0, 60.0, 10.0)] == [
        amounts(month) for month in (2, 3, 4, 5)
    ]


def test_of_disputed_quantities_the_least_counts() -> None:
    """Two speakers state different amounts: both stand side by side, and the least covers a need."""
    needs = [{"id": "n", "capability": "reassurance_force", "quantity": 100, "unit": "persons"}]
    steps = (said("stated", "2031-03-01", "A", pledged=90.0), said("stated", "2031-03-02", "B", pledged=40.0))
    agreement = agreement_of({"commitments": [told(*steps, unit="persons")], "needs": needs})
    state = judge_commitments(agreement, valid_at=LATE, known_at=LATE)
    one = state.commitments[0]
    assert (40.0, ("pledged",), [90.0, 40.0]) == (one.pledged, one.disputed, [claim.amount for claim in one.claims])
    assert (40.0, 60.0) == (state.needs[0].promised_only, state.needs[0].missing)
    assert any(
        "Disputed, pledged: 90 (A), 40 (B); the least counts." in line for line in register_lines(state, agreement)
    )


def test_a_need_is_parted_into_what_covers_it() -> None:
    """Covered, only promised, disputed and missing add up to what is needed; other units are named."""
    needs = [{"id": "n", "capability": "reassurance_force", "quantity": 100, "unit": "persons"}]
    entries = [
        told(
            said("deployed", "2031-03-01", None, pledged=50.0, allocated=30.0, deployed=20.0), name="a", unit="persons"
        ),
        told(
            said("stated", "2031-03-01", "A", pledged=25.0),
            said("refused", "2031-03-02", "X"),
            name="b",
            unit="persons",
        ),
        told(said("refused", "2031-03-01", None, pledged=500.0), name="c", unit="persons"),
        told(said("stated", "2031-03-01", None, pledged=3.0), name="d", unit="battalions"),
    ]
    state = judge_commitments(agreement_of({"commitments": entries, "needs": needs}), valid_at=LATE, known_at=LATE)
    need = state.needs[0]
    assert (30.0, 20.0, 20.0, 25.0, 25.0) == (
        need.covered, need.deployed, need.promised_only, need.disputed, need.missing
    )  # fmt: skip
    assert ("d",) == need.other_units


def test_more_than_is_needed_is_no_more_than_covered() -> None:
    """A need is never covered by more than itself, and nothing is missing then."""
    needs = [{"id": "n", "capability": "reassurance_force", "quantity": 10, "unit": "persons"}]
    plenty = told(said("deployed", "2031-03-01", None, deployed=70.0), unit="persons")
    state = judge_commitments(agreement_of({"commitments": [plenty], "needs": needs}), valid_at=LATE, known_at=LATE)
    assert (10.0, 10.0, 0.0, 0.0) == (
        state.needs[0].covered, state.needs[0].deployed, state.needs[0].promised_only, state.needs[0].missing
    )  # fmt: skip


def test_a_recorded_fact_is_not_undone_by_a_word() -> None:
    """What the record entered stands beside a later denial, flagged, until the record or a review settles it."""
    steps = [said("deployed", "2031-04-01", None, deployed=20.0), said("refused", "2031-04-09", "X", deployed=0.0)]
    state = only(told(*steps))
    assert (("deployed", "refused"), True) == (state.statuses, state.contradictory)
    assert (0.0, ("deployed",)) == (state.deployed, state.disputed)
    assert ("ready",) == only(told(*steps, said("ready", "2031-04-10", None))).statuses
