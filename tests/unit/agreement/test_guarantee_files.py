"""Facts about files of a guarantee: all faults at once, two forms that say the same, nothing overwritten."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.agreement.guarantee_files import check_acts, check_register, joined, register_yaml
from holdfire.agreement.register_csv import register_csv
from holdfire.records.promises import CAPABILITIES, COMMITMENT_STATUSES, EVIDENCE_KINDS, RegisterFile
from tests.unit.guarantee.casefile import agreement_of

AGREEMENT = agreement_of(
    {
        "commitments": [
            {
                "id": "troops",
                "guarantor": "force",
                "capability": "reassurance_force",
                "text": {"en": "Troops."},
                "unit": "persons",
                "steps": [{"status": "stated", "on": "2031-03-01", "evidence": "A speech"}],
            }
        ]
    }
)
HEAD = "holdfire: register/1\nagreement: cases\ntime_zone: Europe/Kyiv\n"


def faults_of(text: str, name: str = "register.yaml", **rest: Any) -> list[tuple[int | None, str, str]]:
    """Return line, field and what of every fault of a register."""
    _, found = check_register(text.encode(), name, **rest)
    return [(fault.line, fault.field, fault.what) for fault in found]


def test_a_register_without_faults_is_read() -> None:
    """An empty register is one, and has no faults."""
    register, found = check_register(HEAD.encode(), "register.yaml", AGREEMENT)
    assert ((), []) == (found, register.commitments if register else None)


def test_every_fault_of_a_register_is_named_at_once() -> None:
    """Structure, names, reviews by nobody and rival texts: each fault has its line and its field."""
    text = (
        HEAD
        + """commitments:
  - {id: ships, guarantor: forse, capability: see, text: {en: Ships.}}
  - id: troops
    guarantor: force
    capability: air
    text: {en: Troops.}
    gates: [in-forse]
    steps:
      - {status: agreed, on: 2031-04-01, evidence: Letter}
      - {status: ready, on: 2031-04-31, evidence: Letter, evidence_kind: review}
needs:
  - {id: n, capability: air, quantity: many, unit: sorties}
meetings:
  - {id: m, title: {en: Meeting}, starts: 2031-05-01, participants: [nobody]}
"""
    )
    assert [
        (5, "commitments[0].capability", "Commitment 'ships': 'capability' is none of its choices: 'see'."),
        (
            5,
            "commitments[0].guarantor",
            "Commitment 'ships' names guarantor 'forse', which neither this file nor its agreement defines.",
        ),
        (
            8,
            "commitments[1].capability",
            "Commitment 'troops' has another capability than in the agreement, 'reassurance_force': 'air'.",
        ),
        (
            10,
            "commitments[1].gates[0]",
            "Commitment 'troops' names gate 'in-forse', which neither this file nor its agreement defines.",
        ),
        (
            12,
            "commitments[1].steps[0].status",
            "Commitment 'troops': 'steps[0].status' is none of its choices: 'agreed'.",
        ),
        (13, "commitments[1].steps[1].by", "Commitment 'troops' has a review by nobody: nothing."),
        (
            13,
            "commitments[1].steps[1].on",
            "Commitment 'troops': 'steps[1].on' is no instant: '2031-04-31'.",
        ),
        (15, "needs[0].quantity", "Need 'n': 'quantity' must be a number; here stands 'many'."),
        (
            17,
            "meetings[0].participants[0]",
            "Meeting 'm' names participant 'nobody', which neither this file nor its agreement defines.",
        ),
    ] == faults_of(text, agreement=AGREEMENT)


def test_a_register_of_another_agreement_is_refused() -> None:
    """Agreement and time zone must be those of the agreement that it is joined to."""
    text = "holdfire: register/1\nagreement: other\ntime_zone: Europe/Berlin\n"
    assert [(2, "agreement"), (3, "time_zone")] == [one[:2] for one in faults_of(text, agreement=AGREEMENT)]


def test_every_fault_of_a_table_is_named_at_once() -> None:
    """Unknown columns and sorts, steps of nobody, long rows and what the register refuses: each with its line."""
    text = """record,id,text.en,guarantor,capability,status,on,evidence,colour,time_zone
register,cases,,,,,,,,Europe/Kyiv
commitment,ships,Ships.,force,sea,,,,red,
step,ship,,,,stated,2031-04-01,Letter,,
promise,planes,,,,,,,,
commitment,tanks,Tanks.,force,tanks,,,,,,too,long
"""
    assert [
        (1, "colour"),
        (4, "id"),
        (5, "record"),
        (6, ""),
        (6, "commitments[1].capability"),
    ] == [one[:2] for one in faults_of(text, "register.csv") if one[1] != "commitments[0].colour"]


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (b"", "r.yaml", "This file holds no mapping of fields."),
        (b"- a\n", "r.yaml", "This file holds no mapping of fields."),
        (b"\xff\xfe", "r.csv", "This table is not UTF-8 text: byte 0."),
        (b"a,b\n1,2\n", "r.csv", "This table has no columns 'record' and 'id': ['a', 'b']."),
        (b'record,id\n"commitment,x', "r.csv", "This is no CSV: unexpected end of data."),
    ],
)
def test_what_is_no_register_is_refused_in_plain_words(content: bytes, name: str, what: str) -> None:
    """Bytes that hold no register give one fault that says so."""
    register, found = check_register(content, name)
    assert (None, what) == (register, found[0].what)


def test_further_steps_join_those_of_the_text() -> None:
    """A register's steps are added to the agreement's commitment; what it repeats is not doubled."""
    text = HEAD + (
        "commitments:\n  - id: troops\n    guarantor: force\n    capability: reassurance_force\n    unit: persons\n"
        "    text: {en: Troops.}\n    steps:\n"
        "      - {status: stated, on: '2031-03-01', evidence: A speech}\n"
        "      - {status: ready, on: '2031-04-01', evidence: A letter, pledged: 5}\n"
    )
    register, found = check_register(text.encode(), "r.yaml", AGREEMENT)
    assert () == found
    assert register is not None
    steps = joined(AGREEMENT, register).commitments[0].steps
    assert ["stated", "ready"] == [step.status for step in steps]
    assert AGREEMENT.commitments[0].steps == steps[:1]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and text != ""
)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True)
TEXT = st.dictionaries(st.sampled_from(["en", "uk", "ar"]), WORDS, min_size=1)
AMOUNT = st.none() | st.floats(0, 1e9) | st.integers(0, 10**6).map(float)
DAY = st.dates().filter(lambda day: 1900 < day.year < 2100).map(lambda day: day.isoformat())
STEP = st.fixed_dictionaries(
    {"status": st.sampled_from(COMMITMENT_STATUSES), "on": DAY, "evidence": WORDS},
    optional={"known_on": DAY, "by": WORDS, "evidence_kind": st.sampled_from(EVIDENCE_KINDS[:2]), "pledged": AMOUNT},
)
COMMITMENT = st.fixed_dictionaries(
    {"id": IDS, "guarantor": IDS, "capability": st.sampled_from(CAPABILITIES), "text": TEXT},
    optional={
        "unit": WORDS,
        "pledged": AMOUNT,
        "deployed": AMOUNT,
        "conditions": st.lists(TEXT, max_size=2),
        "gates": st.lists(IDS, max_size=2, unique=True),
        "legal_basis": WORDS,
        "expires": DAY,
        "steps": st.lists(STEP, max_size=3),
    },
)
REGISTER = st.fixed_dictionaries(
    {"holdfire": st.just("register/1"), "agreement": IDS, "time_zone": st.just("Europe/Kyiv")},
    optional={
        "guarantors": st.lists(
            st.fixed_dictionaries({"id": IDS, "name": TEXT}), max_size=2, unique_by=lambda e: e["id"]
        ),
        "needs": st.lists(
            st.fixed_dictionaries(
                {"id": IDS, "capability": st.just("air"), "quantity": st.floats(0, 1e6), "unit": WORDS},
                optional={"text": TEXT, "wanted_by": DAY},
            ),
            max_size=1,
        ),
        "commitments": st.lists(COMMITMENT, max_size=3, unique_by=lambda entry: entry["id"]),
        "meetings": st.lists(
            st.fixed_dictionaries(
                {"id": IDS, "title": TEXT, "starts": DAY},
                optional={
                    "every": st.sampled_from(["day", "week"]),
                    "place": TEXT,
                    "participants": st.lists(IDS, max_size=1),
                },
            ),
            max_size=1,
        ),
    },
)


@given(REGISTER)
@settings(max_examples=120, deadline=None)
def test_yaml_and_csv_say_the_same_and_come_back_equal(plain: dict[str, Any]) -> None:
    """Whatever a register holds - commas, quotes, formulas, letters of any script - both forms give it back."""
    register = RegisterFile.model_validate(plain)
    for name, content in (("r.csv", register_csv(register)), ("r.yaml", register_yaml(register))):
        again, found = check_register(content, name)
        assert () == found
        assert register == again


def test_what_a_spreadsheet_would_run_is_disarmed() -> None:
    """A text that begins like a formula is written with an apostrophe before it."""
    plain = yaml.safe_load(HEAD) | {"guarantors": [{"id": "g", "name": {"en": "=1+1"}}]}
    assert b",'=1+1," in register_csv(RegisterFile.model_validate(plain))


ACTS = """holdfire: acts/1
decisions:
  - {rung: warning, decision: given, by: Envoy A, at: 2031-05-10 10:00, reason: Seen.}
uses:
  - {rung: warning, at: 2031-05-10 11:00, by: Envoy A, evidence: Note 1}
"""


def test_acts_without_faults_are_read() -> None:
    """A decision and a use are read as they stand."""
    acts, found = check_acts(ACTS.encode(), "acts.yaml", AGREEMENT)
    assert acts is not None
    assert ((), "warning", "Note 1") == (found, acts.decisions[0].rung, acts.uses[0].evidence)


def test_every_fault_of_acts_is_named_at_once() -> None:
    """Unknown names, no reason, a decision on nothing, a pause that nobody may make: each with line and field."""
    text = """holdfire: acts/1
decisions:
  - {rung: warming, decision: given, by: Envoy A, at: 2031-05-10 10:00, reason: Seen.}
  - {rung: warning, decision: given, by: Envoy A, at: 2031-05-10 10:00, reason: ""}
  - {decision: given, by: Envoy A, at: 2031-05-10 10:00, reason: Seen.}
  - {gate: in-force, decision: stand down, by: Envoy A, at: 2031-05-10 10:00, reason: Seen.}
  - {rung: warning, decision: pause, by: Envoy A, at: 2031-05-10 10:00, reason: Talks.}
  - {gate: in-force, decision: given, by: Envoy A, at: 2031-05-10 10:00, reason: Seen., requirement: 1}
  - {rung: warning, decision: given, by: Envoy A, at: 2031-05-10 10:00, reason: Seen., party: north}
uses:
  - {rung: warning, at: yesterday, by: Envoy A, evidence: Note, reading: mein}
"""
    _, found = check_acts(text.encode(), "acts.yaml", AGREEMENT)
    assert [
        (3, "decisions[0].rung"),
        (4, "decisions[1].reason"),
        (5, "decisions[2]"),
        (6, "decisions[3].decision"),
        (7, "decisions[4].decision"),
        (8, "decisions[5].requirement"),
        (9, "decisions[6].party"),
        (11, "uses[0].at"),
        (11, "uses[0].reading"),
    ] == [(fault.line, fault.field) for fault in found]
    assert "Write 'warning' (the nearest name)." == found[0].mend
