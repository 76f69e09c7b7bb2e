"""The trial's fast path says at every instant what the ladder itself says, in random worlds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.instants import from_us, to_us
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.ledger import NEVER
from holdfire.records.agreement import Agreement
from holdfire.records.finding import Review
from holdfire.records.taxonomy import builtin_tree
from holdfire.trial.chain import Bench, Judged
from holdfire.trial.draw import joined
from holdfire.trial.fold import Counted, asked_of, counted_for
from holdfire.trial.kernel import Rows, judge_rows
from tests.unit.guarantee.casefile import Facts, agreement_of

START = datetime(2031, 5, 2, tzinfo=UTC)
KINDS = builtin_tree("kinds")


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one breach and what becomes known of it, hours since ``START``."""

    clause: str
    party: str
    at_h: float
    span_h: float
    known_h: float
    full_h: float
    first: Any
    final: Any
    zones: dict[str, Any]
    review_h: float | None
    confirmed: bool


PROB = st.one_of(
    st.sampled_from([0.97, 1.0, 0.97, 0.8]),
    st.sampled_from([1.0, 0.95]),
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)).map(lambda pair: sorted(pair)),
)
PLACES = [
    {"sector-1": 1.0}, {"sector-2": 1.0}, {"sector-3": 1.0}, {"sector-1": 0.5, "sector-2": 0.5},
    {"sector-1": [0.2, 0.6], "sector-3": [0.3, 0.8]}, {"sector-1": 0.9, "sector-2": 0.9}, {"sector-2": [0.0, 1.0]}, {},
]  # fmt: skip
EVENT = st.builds(
    Event,
    clause=st.sampled_from(["fire", "strike"]),
    party=st.sampled_from(["north", "south"]),
    at_h=st.integers(0, 120).map(lambda n: n / 2),
    span_h=st.sampled_from([0.0, 0.0, 1.0, 24.0]),
    known_h=st.sampled_from([0.0, 0.5, 3.0, 20.0, 40.0]),
    full_h=st.sampled_from([0.0, 2.0, 15.0]),
    first=PROB,
    final=PROB,
    zones=st.sampled_from(PLACES + PLACES[:4]),
    review_h=st.one_of(st.none(), st.sampled_from([0.5, 10.0, 40.0, 90.0])),
    confirmed=st.booleans(),
)
WHEN = st.fixed_dictionaries(
    {
        "at_least": st.sampled_from([1, 1, 2, 3]),
        "window": st.sampled_from(["6 h", "24 h", "48 h", "48 h"]),
        "prob": st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0]),
        "standard": st.sampled_from(["indication", "balance", "clear"]),
    },
    optional={
        "verified_only": st.just(True),
        "persistence": st.sampled_from(["3 h", "12 h"]),
        "parties": st.just(["north"]),
        "zones": st.sampled_from([["sector-1"], ["sector-1", "sector-2", "sector-3"]]),
    },
)
STAND_DOWN = st.sampled_from(["12 h", "36 h", "72 h"])


def ladder(when: dict[str, Any], stand_down: str) -> Agreement:
    """Return the invented agreement with a ladder of one rung."""
    rung = {
        "id": "only",
        "title": {"en": "Only"},
        "when": when,
        "responder": "envoys",
        "duty": {"en": "Warn."},
        "clock": {"starts_at": "breach", "within": "24 h"},
    }
    return agreement_of(
        {"gates": [], "ladder": {"title": {"en": "One"}, "stand_down": stand_down, "rungs": [rung]}, "commitments": []}
    )


def told(number: int, one: Event, prob: Any) -> dict[str, Any]:
    """Return a finding as the cases write it."""
    at = START + timedelta(hours=one.at_h)
    row = {"id": f"e{number}", "clause": one.clause, "party": one.party, "prob": prob, "zones": one.zones}
    row |= {"at": at.isoformat()}
    return row | ({"until": (at + timedelta(hours=one.span_h)).isoformat()} if one.span_h else {})


def reviews(number: int, one: Event) -> list[Review]:
    """Return what two persons said at one instant."""
    if one.review_h is None:
        return []
    at = START + timedelta(hours=one.at_h + one.known_h + one.review_h)
    return [
        Review(
            review_id=f"r{number}{who}",
            finding_id=f"f/e{number}",
            reviewer=who,
            made_at=at,
            decision="confirm" if one.confirmed else "reject",
            reason="Invented.",
        )
        for who in ("A", "B")
    ]


def slow(agreement: Agreement, events: list[Event], at: datetime) -> tuple[bool, bool]:
    """Return what the ladder says at an instant, with what is known then."""
    now = (at - START) / timedelta(hours=1)
    known = [(n, one) for n, one in enumerate(events) if one.at_h + one.known_h <= now]
    findings = [
        told(n, one, one.final if now >= one.at_h + one.known_h + one.full_h else one.first) for n, one in known
    ]
    facts = Facts(
        agreement=agreement,
        findings=findings,
        reviews=tuple(review for n, one in known for review in reviews(n, one) if review.made_at <= at),
    )
    state = judge_ladder(agreement, **facts.arguments(at, "main"))
    return state.rungs[0].answer == "fires", state.rungs[0].stands == "yes"


def fast(agreement: Agreement, events: list[Event], at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the trial says at the same instants."""
    rung = agreement.ladder.rungs[0]
    bench = Bench(
        agreement=agreement,
        reading="main",
        shapes=zone_shapes(agreement),
        kinds=KINDS,
        weapons=KINDS,
        targets=KINDS,
        kind_weapons={},
    )
    late = to_us(START + timedelta(days=900))

    def counted(probs: list[Any], *, verified: bool) -> tuple[Counted, Judged]:
        facts = Facts(
            agreement=agreement, findings=[told(n, e, p) for n, (e, p) in enumerate(zip(events, probs, strict=True))]
        )
        found = facts.arguments(from_us(late), "main")
        findings = found["findings"]
        if verified:
            index = findings.schema.get_field_index("verified")
            findings = findings.set_column(index, findings.schema.field(index), pa.array([True] * findings.num_rows))
        empty = findings.slice(0, 0)
        judged = Judged(
            reports=empty,
            incidents=found["incidents"],
            memberships=empty,
            findings=findings,
            zones=found["zone_membership"],
        )
        return counted_for(rung.when, findings, judged, bench), judged

    hour = 3_600_000_000
    start = np.array([to_us(START) + round(e.at_h * hour) for e in events])
    end = start + np.array([max(round(e.span_h * hour), 1) for e in events])
    first = start + np.array([round(e.known_h * hour) for e in events])
    full = first + np.array([round(e.full_h * hour) for e in events])
    never = np.full(start.size, NEVER)
    seen = np.array([NEVER if e.review_h is None else round(e.review_h * hour) for e in events])
    review = np.where(seen < NEVER, first + np.minimum(seen, NEVER // 2), NEVER)
    confirmed = np.where(np.array([e.confirmed for e in events]), review, NEVER)
    pieces = []
    if not rung.when.verified_only:
        pieces = [
            (counted([e.first for e in events], verified=False)[0], first, np.minimum(full, review), never),
            (counted([e.final for e in events], verified=False)[0], np.minimum(full, review), review, never),
        ]
    pieces.append((counted([e.final for e in events], verified=True)[0], confirmed, never, confirmed))
    rows = joined(
        [
            Rows(
                start=start,
                end=end,
                known_from=since,
                known_until=until,
                rate=what.rate,
                zones=what.zones,
                upper=what.upper,
                verified_at=verified,
            )
            for what, since, until, verified in pieces
        ]
    )
    return judge_rows(rows, asked_of(rung.when, agreement.ladder), at)


def held_equal(when: dict[str, Any], stand_down: str, events: list[Event], hours: list[float]) -> None:
    agreement = ladder(when, stand_down)
    at = [START + timedelta(hours=h) for h in sorted(hours)]
    fires, stands = fast(agreement, events, np.array([to_us(one) for one in at]))
    expected = [slow(agreement, events, one) for one in at]
    event(f"fires {any(f for f, _ in expected)}, stands without {any(s and not f for f, s in expected)}")
    assert expected == list(zip(fires.tolist(), stands.tolist(), strict=True))


HOURS = st.lists(st.one_of(st.integers(1, 200).map(lambda n: n / 2), st.floats(1.0, 100.0)), min_size=1, max_size=6)
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@QUIET
@given(when=WHEN, stand_down=STAND_DOWN, events=st.lists(EVENT, min_size=1, max_size=9), hours=HOURS)
def test_counts_are_judged_as_the_ladder_judges_them(
    when: dict[str, Any], stand_down: str, events: list[Event], hours: list[float]
) -> None:
    """A condition that asks for a count fires and stands at the same instants by both ways."""
    held_equal(when, stand_down, events, hours)


@QUIET
@given(
    when=WHEN, spread=st.sampled_from([1, 2, 2, 3, 4]), stand_down=STAND_DOWN,
    events=st.lists(EVENT, min_size=3, max_size=9), hours=HOURS,
)  # fmt: skip
def test_spreads_are_judged_as_the_ladder_judges_them(
    when: dict[str, Any], spread: int, stand_down: str, events: list[Event], hours: list[float]
) -> None:
    """A condition that asks for a spread fires and stands at the same instants by both ways."""
    zones = ["sector-1", "sector-2", "sector-3"]
    held_equal({**when, "spread": spread, "zones": zones}, stand_down, events, hours)
