"""The ladder's state machine, model-checked: no rung skipped, no clock back, the same facts give the same state."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from holdfire.basics.canonical import canonical_json
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.words import gate_lines, ladder_lines
from holdfire.records.finding import Review
from holdfire.records.guarantee import (
    ANSWERS,
    CAUSES,
    CLOCK_STATES,
    GATE_ANSWERS,
    HOLDS,
    IRREGULARITIES,
    STATUSES,
    Authorisation,
    GuaranteeState,
    RungState,
    RungUse,
)
from holdfire.records.plain import plain
from tests.unit.guarantee.casefile import Facts, agreement_of

START = datetime(2031, 5, 2, tzinfo=UTC)
RUNGS = ("warning", "response", "wide", "backup")
LADDER: dict[str, Any] = {
    "gates": [
        {"id": "mandate", "title": {"en": "Mandate"}, "requires": [{"mandate": {"en": "Parliament"}}]},
        {
            "id": "after-response",
            "title": {"en": "After"},
            "requires": [{"gate": "mandate"}, {"rung_used": "response"}],
        },
        {
            "id": "either",
            "title": {"en": "Either"},
            "requires": [
                {"any_of": [{"rung_used": "warning"}, {"breaches": {"min_severity": 4, "standard": "balance"}}]},
                {"quiet_days": 1, "zone": "area"},
            ],
        },
        {"id": "quiet", "title": {"en": "Quiet"}, "requires": [{"in_force": True}, {"quiet_days": 2, "zone": "area"}]},
    ],
    "readings": [
        {
            "id": "main",
            "title": {"en": "In force from 1 May 2031, suspended for twelve hours"},
            "claimed_by": ["north", "south"],
            "enters_into_force": "2031-05-01 00:00",
            "suspensions": [{"from": "2031-05-03 00:00", "to": "2031-05-03 12:00", "by": "north"}],
        }
    ],
    "ladder": {
        "title": {"en": "Four rungs"},
        "stand_down": "36 h",
        "rungs": [
            {
                "id": "warning",
                "title": {"en": "Warning"},
                "when": {"at_least": 1, "window": "24 h", "prob": 0.9, "standard": "balance"},
                "responder": "envoys",
                "duty": {"en": "Warn."},
                "clock": {"starts_at": "breach", "within": "24 h", "pauses": ["by_person", "not_in_force"]},
            },
            {
                "id": "response",
                "title": {"en": "Response"},
                "when": {"at_least": 2, "window": "48 h", "prob": 0.8, "parties": ["north"]},
                "after": ["warning"],
                "responder": "force",
                "duty": {"en": "Respond."},
                "clock": {"starts_at": "verification", "within": "24 h", "pauses": ["by_person"]},
            },
            {
                "id": "wide",
                "title": {"en": "It widens"},
                "when": {
                    "at_least": 2,
                    "window": "48 h",
                    "prob": 0.7,
                    "spread": 2,
                    "zones": ["sector-1", "sector-2", "sector-3"],
                    "persistence": "6 h",
                },
                "after": ["warning", "response"],
                "after_elapsed": "24 h",
                "responder": "force",
                "duty": {"en": "Respond."},
                "clock": {"starts_at": "previous_rung", "within": "24 h"},
            },
            {
                "id": "backup",
                "title": {"en": "Backup"},
                "when": {"at_least": 1, "window": "72 h", "verified_only": True, "min_severity": 4},
                "after_elapsed": "48 h",
                "gates": ["after-response"],
                "responder": "backup-force",
                "duty": {"en": "Back up."},
                "clock": {"starts_at": "breach", "within": "72 h"},
                "authorised_by": {"en": "The head of state"},
            },
        ],
    },
}
PROB = st.one_of(
    st.sampled_from([0.97, 1.0, 0.6]),
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)).map(lambda pair: sorted(pair)),
)
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "sector-1": st.sampled_from([1.0, 0.5, [0.0, 1.0]]),
        "sector-2": st.sampled_from([0.5, [0.0, 1.0]]),
        "area": st.sampled_from([1.0, [0.0, 1.0]]),
    },
)


def state_of(facts: Facts, as_of: datetime) -> GuaranteeState:
    """Return the ladder's state as it is known at an instant."""
    return judge_ladder(facts.agreement, **facts.arguments(as_of, "main"))


class Ladder(RuleBasedStateMachine):
    """Let time pass, breaches be reported late and early, reviewed, answered; look at the ladder after each step."""

    @initialize(n_breaches=st.integers(0, 3))
    def begin(self, n_breaches: int) -> None:
        """Begin with some sure breaches in two sectors, an hour apart."""
        self.facts = Facts(agreement=agreement_of(LADDER), findings=[])
        self.now = START
        self.before: GuaranteeState | None = None
        self.told_before = self.stopped_before = 0
        for index in range(n_breaches):
            zones = {f"sector-{1 + index % 2}": 1.0, "area": 1.0}
            self.breach_reported("strike", "north", 0.97, 1 + index, 0, zones, undated=False)

    @rule(hours=st.sampled_from([0.5, 3, 11, 24, 40]))
    def time_passes(self, hours: float) -> None:
        """Some hours pass and nothing is said."""
        self.now += timedelta(hours=hours)

    @rule(
        clause=st.sampled_from(["fire", "strike"]),
        party=st.sampled_from(["north", "south"]),
        prob=st.one_of(st.just(0.97), PROB),
        hours_ago=st.sampled_from([0.1, 1, 5, 30, 60]),
        span_h=st.sampled_from([0, 0, 1, 24]),
        zones=PLACES,
        undated=st.sampled_from([False] * 9 + [True]),
    )
    def breach_reported(
        self, clause: str, party: str, prob: Any, hours_ago: float, span_h: float, zones: dict[str, Any], undated: bool
    ) -> None:
        """A report comes in, more or less late."""
        start = self.now - timedelta(hours=hours_ago)
        self.facts.findings.append(
            {
                "id": f"n{len(self.facts.findings)}",
                "clause": clause,
                "party": party,
                "prob": prob,
                "at": start.isoformat(),
                "until": (start + timedelta(hours=span_h)).isoformat(),
                "zones": zones,
                "known": self.now.isoformat(),
                "undated": undated,
            }
        )

    @precondition(lambda self: self.facts.findings)
    @rule(
        pick=st.integers(0, 100), by=st.sampled_from(["A", "B"]), says=st.sampled_from(["confirm", "confirm", "reject"])
    )
    def reviewed(self, pick: int, by: str, says: str) -> None:
        """A person reviews a finding."""
        finding = self.facts.findings[pick % len(self.facts.findings)]["id"]
        review = Review(
            review_id=f"r{len(self.facts.reviews)}",
            finding_id=f"f/{finding}",
            reviewer=by,
            made_at=self.now,
            decision=says,
            reason="Invented.",
        )
        self.facts.reviews = (*self.facts.reviews, review)

    @precondition(lambda self: self.facts.findings)
    @rule(pick=st.integers(0, 100))
    def verified(self, pick: int) -> None:
        """Two persons confirm a finding."""
        self.reviewed(pick, "C", "confirm")
        self.reviewed(pick, "D", "confirm")

    @rule(rung=st.sampled_from(RUNGS), wait_h=st.sampled_from([0, 4]))
    def answered(self, rung: str, wait_h: float) -> None:
        """A person authorises a rung, and its duty is done."""
        self.decided(rung, "given")
        self.now += timedelta(hours=wait_h)
        self.used(rung)

    @rule(rung=st.sampled_from(RUNGS), says=st.sampled_from(["given", "given", "refused", "withdrawn", "stand down"]))
    def decided(self, rung: str, says: str) -> None:
        """A person decides on a rung."""
        one = Authorisation(decision=says, by="P", made_at=self.now, reason="Invented.", rung_id=rung)
        self.facts.authorisations = (*self.facts.authorisations, one)

    @rule(rung=st.sampled_from(RUNGS[:2]), hours=st.sampled_from([0.5, 6, 30]))
    def paused(self, rung: str, hours: float) -> None:
        """A person pauses a rung's clocks, and lets them run on after some hours."""
        self.decided(rung, "pause")
        self.now += timedelta(hours=hours)
        self.decided(rung, "resume")

    @rule(rung=st.sampled_from(RUNGS), says=st.sampled_from(["pause", "resume"]))
    def stopped(self, rung: str, says: str) -> None:
        """A person stops a rung's clocks, or lets them run on."""
        self.decided(rung, says)

    @rule(says=st.sampled_from(["given", "withdrawn"]))
    def mandated(self, says: str) -> None:
        """The parliament decides."""
        one = Authorisation(decision=says, by="S", made_at=self.now, reason="Invented.", gate_id="mandate")
        self.facts.authorisations = (*self.facts.authorisations, one)

    @rule(rung=st.sampled_from(RUNGS))
    def used(self, rung: str) -> None:
        """A rung's duty is done."""
        one = RungUse(rung_id=rung, used_at=self.now, by="P", evidence="Invented.")
        self.facts.used = (*self.facts.used, one)

    @invariant()
    def words_are_of_the_lists(self) -> None:
        """Every word of a state is one of its list."""
        for rung in self.state().rungs:
            assert rung.answer in ANSWERS
            assert rung.status in STATUSES
            assert {rung.stands, rung.elapsed} <= set(HOLDS)
            assert rung.stood_down_cause in (None, *CAUSES)
            assert set(rung.irregular) <= set(IRREGULARITIES)
            assert {clock.state for clock in rung.clocks} <= set(CLOCK_STATES)
            assert {gate.answer for gate in rung.gates} <= set(GATE_ANSWERS)
            assert 0.0 <= rung.prob_lower <= rung.prob_upper <= 1.0

    @invariant()
    def no_rung_is_skipped(self) -> None:
        """A rung is owed only when every rung it follows was used, its time has passed and its gates are open."""
        state = self.state()
        for rung in state.rungs:
            if rung.is_owed or rung.status == "refused":
                assert rung.stands == "yes"
                assert all(one.used_at is not None and one.used_at <= self.now for one in rung.after)
                assert rung.elapsed == "yes"
                assert all(gate.answer == "open" for gate in rung.gates)
                if rung.after_elapsed_h is not None:
                    assert state.first_breach_by is not None
                    assert state.first_breach_by + timedelta(hours=rung.after_elapsed_h) <= self.now
            if rung.status == "authorised":
                assert rung.authorisation is not None
                assert rung.authorisation.decision == "given"
            if rung.status == "used":
                assert rung.used is not None
            if rung.answer == "fires":
                assert rung.stands == "yes"

    @invariant()
    def no_clock_runs_backwards(self) -> None:
        """While a rung stands in one episode and nothing but a pause is said, no clock gains time."""
        before, self.before = self.before, self.state()
        decided = [one for one in self.facts.authorisations if one.decision not in ("pause", "resume")]
        told = len(self.facts.findings) + len(self.facts.reviews) + len(decided) + len(self.facts.used)
        stopped = len(self.facts.authorisations) - len(decided)
        unchanged, self.told_before = told == self.told_before, told
        same_pauses, self.stopped_before = stopped == self.stopped_before, stopped
        if before is None or not unchanged:
            return
        for old, new in zip(before.rungs, self.before.rungs, strict=True):
            if old.stands == new.stands == "yes" and old.held_from == new.held_from:
                self.compare(old, new, same_pauses)

    @staticmethod
    def compare(old: RungState, new: RungState, same_pauses: bool) -> None:
        """Hold the clocks of one rung at two instants against each other; pausing gives no time back."""
        clocks = {clock.starts_at: clock for clock in new.clocks}
        for clock in old.clocks:
            later = clocks[clock.starts_at]
            if clock.hours_left is not None and later.hours_left is not None:
                assert later.hours_left <= clock.hours_left
            if clock.hours_left_least is not None and later.hours_left_least is not None:
                assert later.due_at == clock.due_at or not same_pauses
                assert later.began_at == clock.began_at
                assert later.paused_h >= clock.paused_h
                assert later.hours_left_least <= clock.hours_left_least
            if clock.state == "overdue" and new.used is None:
                assert later.state == "overdue"
            if later.state == "paused":
                assert later.paused_since is not None

    @invariant()
    def replay_gives_the_same_state(self) -> None:
        """The same facts in any order, with what came later added, give the same bytes."""
        arguments = self.facts.arguments(self.now, "main")
        bytes_now = canonical_json(plain(judge_ladder(self.facts.agreement, **arguments)))
        shuffled = random.Random(7)
        for name in ("findings", "incidents", "zone_membership"):
            order = list(range(arguments[name].num_rows))
            shuffled.shuffle(order)
            arguments[name] = arguments[name].take(pa.array(order, pa.int64()))
        later = self.now + timedelta(seconds=1)
        for name in ("authorisations", "used", "reviews"):
            arguments[name] = tuple(reversed(arguments[name]))
        arguments["used"] = (*arguments["used"], RungUse(rung_id="warning", used_at=later, by="P", evidence="Later."))
        arguments["authorisations"] = (
            *arguments["authorisations"],
            Authorisation(decision="stand down", by="P", made_at=later, reason="Later.", rung_id="warning"),
        )
        assert bytes_now == canonical_json(plain(judge_ladder(self.facts.agreement, **arguments)))

    @invariant()
    def everything_can_be_said(self) -> None:
        """Every state has its words, and every gate its bounds."""
        agreement = self.facts.agreement
        assert ladder_lines(self.state(), agreement)
        for gate in agreement.gates:
            state = judge_gate(agreement, gate.id, **self.facts.arguments(self.now, "main"))
            assert 0.0 <= state.prob_lower <= state.prob_upper <= 1.0
            assert (state.answer == "open") == (state.unmet == ())
            assert gate_lines(state, agreement)

    def state(self) -> GuaranteeState:
        """Return the state now, judged once for every step."""
        facts = self.facts
        told = (self.now, len(facts.findings), len(facts.reviews), len(facts.authorisations), len(facts.used))
        if getattr(self, "judged_for", None) != told:
            self.judged_for, self.judged = told, state_of(facts, self.now)
        return self.judged


Ladder.TestCase.settings = settings(
    max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLadder = Ladder.TestCase


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    """Draw findings that are all known at once."""
    findings = []
    for index in range(draw(st.integers(1, 7))):
        hours = draw(st.integers(-60, 0))
        findings.append(
            {
                "id": f"n{index}",
                "incident": f"i{draw(st.integers(0, 6))}",
                "clause": draw(st.sampled_from(["fire", "strike"])),
                "party": draw(st.sampled_from(["north", "south"])),
                "prob": draw(PROB),
                "at": (START + timedelta(hours=72 + hours)).isoformat(),
                "zones": draw(PLACES),
            }
        )
    return Facts(agreement=agreement_of(LADDER), findings=findings)


@given(some_facts())
@settings(max_examples=40)
def test_an_unrelated_finding_changes_nothing(facts: Facts) -> None:
    """A finding of another reading, or after the instant, leaves the state as it is."""
    as_of = START + timedelta(hours=72)
    before = state_of(facts, as_of)
    other = {"id": "other", "clause": "strike", "party": "north", "prob": 1.0, "at": as_of.isoformat()}
    facts.findings += [other, other | {"id": "unread", "readings": ["nobody's"], "at": START.isoformat()}]
    assert plain(before) == plain(state_of(facts, as_of))


@given(some_facts(), st.integers(0, 6), st.floats(0.0, 1.0))
@settings(max_examples=40)
def test_more_certainty_never_loosens_the_answer(facts: Facts, pick: int, share: float) -> None:
    """Where a finding's bounds move together, the condition's bounds move inwards too."""
    as_of = START + timedelta(hours=72)
    wide = state_of(facts, as_of)
    told = facts.findings[pick % len(facts.findings)]
    low, high = told["prob"] if isinstance(told["prob"], list) else (told["prob"], told["prob"])
    told["prob"] = [low + (high - low) * share * 0.5, high - (high - low) * share * 0.5]
    narrow = state_of(facts, as_of)
    for before, after in zip(wide.rungs, narrow.rungs, strict=True):
        assert before.prob_lower <= after.prob_lower + 1e-12
        assert after.prob_upper <= before.prob_upper + 1e-12


@given(some_facts())
@settings(max_examples=40)
def test_a_further_breach_never_makes_it_quieter(facts: Facts) -> None:
    """With one more finding the probability of quiet does not grow, whatever is watched."""
    as_of = START + timedelta(hours=72)
    facts.watched = {"area": 0.9}
    quiet = judge_gate(facts.agreement, "quiet", **facts.arguments(as_of, "main"))
    more = {"clause": "fire", "party": "south", "prob": [0.2, 0.9], "at": (START + timedelta(hours=60)).isoformat()}
    facts.findings.append(more | {"id": "more", "zones": {"area": 1.0}})
    louder = judge_gate(facts.agreement, "quiet", **facts.arguments(as_of, "main"))
    assert louder.prob_lower <= quiet.prob_lower
    assert louder.prob_upper <= quiet.prob_upper
