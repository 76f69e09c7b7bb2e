"""Facts about findings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from holdfire.errors import UnknownIdError
from holdfire.findings.decide import decide
from holdfire.findings.standards import reason_of
from holdfire.records.agreement import Agreement
from holdfire.records.assessment import ASSESSMENT_SCHEMA, FACTORS
from holdfire.records.clauses import STANDARDS
from holdfire.records.finding import FINDING_SCHEMA, VERDICTS, Review
from holdfire.records.source import SOURCE_SCHEMA
from tests.unit.assessment.case_words import agreement_named, agreement_of, incidents_of, judged, read_case_file

SHOT = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "where": [37.5, 48.5]}
ID = "f/i0000000000000001/fire/signed/north"


def sources(*kinds: str) -> pa.Table:
    """Return sources of some kinds."""
    rows = [
        {"source_id": kind, "name": kind, "kind": kind, "curated": False, "reliability": "B", "copies_from": []}
        for kind in kinds
    ]
    return pa.Table.from_pylist(rows, schema=SOURCE_SCHEMA)


def review(number: int, who: str, decision: str, finding_id: str = ID, **said: Any) -> Review:
    """Return a review; a larger number is later."""
    return Review(
        review_id=f"r{number}", finding_id=finding_id, reviewer=who, made_at=datetime(2030, 4, number, tzinfo=UTC),
        decision=decision, reason="Seen.", **said,
    )  # fmt: skip


def found(
    *said: dict[str, Any], reviews: tuple[Review, ...] = (), agreement: Agreement | None = None, **given: Any
) -> list[dict[str, Any]]:
    """Return the findings of incidents."""
    held = agreement if agreement is not None else agreement_named("cessation")
    seen_by = given.pop("seen_by", sources("media"))
    table = decide(judged(held, incidents_of(list(said), held.time_zone)), held, seen_by, reviews, **given)
    assert FINDING_SCHEMA.equals(table.schema)
    return list(table.to_pylist())


def seen_only_by(*kinds: str) -> Agreement:
    """Return an agreement whose clause takes sources of some kinds."""
    document = read_case_file("cessation")
    return agreement_of({"clauses": [{**document["clauses"][0], "observable_by": list(kinds)}]})


def test_nothing_assessed_and_all_to_be_seen_gives_no_finding() -> None:
    """An agreement under which nothing was reported has no findings: its coverage must speak."""
    table = decide(ASSESSMENT_SCHEMA.empty_table(), agreement_named("cessation"), sources("media"))
    assert FINDING_SCHEMA.empty_table().equals(table)


def test_an_assessment_becomes_a_finding() -> None:
    """A finding keeps its assessment's id, bounds and verdict, and says why in one sentence."""
    [row] = found({**SHOT, "real": [0.8, 0.9]})
    assert (ID, ["i0000000000000001/fire/signed/north"]) == (row["finding_id"], row["assessment_ids"])
    assert (0.8, 0.9, "established", "clear", "probability") == tuple(
        row[key] for key in ("prob_lower", "prob_upper", "verdict", "standard", "basis")
    )
    assert (False, [], "Even the lower bound reaches 0.75 (clear).") == (
        row["verified"],
        row["reviewers"],
        row["reason"],
    )
    assert 0.8 == row["real_lower"]


@pytest.mark.parametrize(
    ("real", "verdict"),
    [([0.8, 0.9], "established"), ([0.1, 0.7], "not established"), ([0.0, 0.04], "excluded"), ([0.1, 0.9], None)],
)
def test_each_verdict_says_why(real: list[float], verdict: str | None) -> None:
    """Every verdict comes with its own sentence."""
    [row] = found({**SHOT, "real": real})
    assert (verdict or "cannot determine") == row["verdict"]
    assert reason_of(row["verdict"], "clear", row["narrows"]) == row["reason"]


def test_sentences_are_short_and_differ() -> None:
    """Each verdict, standard and factor has a sentence of its own, of at most 110 characters."""
    said = {reason_of(v, s, f) for v in VERDICTS for s in STANDARDS for f in FACTORS}
    assert 2 * len(STANDARDS) + 1 + len(STANDARDS) * len(FACTORS) == len(said)
    assert max(map(len, said)) <= 110


def test_a_clause_that_no_source_can_see_cannot_be_determined() -> None:
    """Without a source of the kinds that the clause takes there is one finding a party, and none says 'no breach'."""
    rows = found(agreement=seen_only_by("patrol", "camera"))
    assert [("north", None), ("south", None)] == [(row["party"], row["prob_upper"]) for row in rows]
    assert {("cannot determine", "no evidence")} == {(row["verdict"], row["basis"]) for row in rows}
    assert {"No source of this case can see it; it takes patrol or camera."} == {row["reason"] for row in rows}


def test_what_others_report_under_such_a_clause_is_no_finding() -> None:
    """What only sources of other kinds tell stays an assessment: the clause has its one finding for each party."""
    rows = found(SHOT, {**SHOT, "real": [0.0, 0.01]}, agreement=seen_only_by("patrol"))
    assert ["f/-/fire/signed/north", "f/-/fire/signed/south"] == [row["finding_id"] for row in rows]
    assert {("cannot determine", "no evidence")} == {(row["verdict"], row["basis"]) for row in rows}


def test_one_source_of_the_kind_is_enough() -> None:
    """With a patrol among the sources the clause is decided as usual."""
    [row] = found(SHOT, agreement=seen_only_by("patrol"), seen_by=sources("media", "patrol"))
    assert "established" == row["verdict"]


def test_kinds_that_nobody_reports_leave_a_clause_open() -> None:
    """A case whose sources tell only of explosions says nothing of gunfire, but of shelling it does."""
    only_gunfire = agreement_of({"clauses": [{"id": "c", "rule": {"kind": "cessation", "acts": ["gunfire"]}}]})
    rows = found(agreement=only_gunfire, evidence_kinds=frozenset({"explosion"}))
    assert {"No source of this case reports such events; it takes reports of gunfire."} == {r["reason"] for r in rows}
    assert [] == found(evidence_kinds=frozenset({"explosion/shelling/mortar"}))


def test_an_obligation_that_nobody_can_see_has_one_finding() -> None:
    """A duty whose omission was assessed, and whose evidence nobody reports, stands once."""
    agreement = agreement_named("obligation")
    assessments = judged(agreement, incidents_of([], "UTC"), "2030-06-01")
    table = decide(assessments, agreement, sources(), evidence_kinds=frozenset({"gunfire"}))
    assert [("f/-/law/signed/north", "no evidence")] == [(r["finding_id"], r["basis"]) for r in table.to_pylist()]


def test_the_reason_of_an_omission_speaks_of_doing() -> None:
    """For a duty to do something, what is not known is whether it was done in time."""
    agreement = agreement_named("obligation")
    table = decide(judged(agreement, incidents_of([], "UTC"), "2030-06-01"), agreement, sources("media"))
    [reason] = table["reason"].to_pylist()
    assert reason.endswith("knowing whether it was done in time would narrow them most.")


def test_two_persons_verify() -> None:
    """Two named persons who confirm make a finding verified, by review; the probability stays as it was."""
    [row] = found({**SHOT, "real": [0.1, 0.9]}, reviews=(review(1, "A", "confirm"), review(2, "B", "confirm")))
    assert (True, "established", "review", ["A", "B"]) == (
        row["verified"],
        row["verdict"],
        row["basis"],
        row["reviewers"],
    )
    assert (0.1, 0.9) == (row["prob_lower"], row["prob_upper"])


def test_one_person_does_not_verify() -> None:
    """One confirmation is kept and changes nothing."""
    [row] = found(SHOT, reviews=(review(1, "A", "confirm"),))
    assert (False, "probability", ["A"]) == (row["verified"], row["basis"], row["reviewers"])


@pytest.mark.parametrize(("real", "verdict"), [([0.8, 0.9], "not established"), ([0.0, 0.04], "excluded")])
def test_a_rejection_takes_a_finding_back(real: list[float], verdict: str) -> None:
    """A rejected finding is not established; where the bounds exclude it anyway, it is excluded."""
    [row] = found({**SHOT, "real": real}, reviews=(review(1, "A", "reject"),))
    assert (verdict, "review", "Rejected by A: Seen.") == (row["verdict"], row["basis"], row["reason"])


def test_reviews_change_their_own_rows_only() -> None:
    """Other findings, and the order of all, stay as they are."""
    said = [{**SHOT, "at": f"2030-03-05 12:0{minute}:00"} for minute in range(5)]
    plain = found(*said)
    middle = plain[2]["finding_id"]
    reviewed = found(*said, reviews=(review(1, "A", "reject", middle),))
    assert [row["finding_id"] for row in plain] == [row["finding_id"] for row in reviewed]
    assert [2] == [at for at, (one, other) in enumerate(zip(plain, reviewed, strict=True)) if one != other]


def test_a_review_outlives_its_incident() -> None:
    """What persons said of a finding whose incident no longer stands is kept, without a probability."""
    gone = "f/i00000000000000ff/fire/signed/south"
    rows = found(SHOT, reviews=(review(1, "A", "confirm", gone), review(2, "B", "confirm", gone)))
    assert [ID, gone] == [row["finding_id"] for row in rows]
    assert (True, None, []) == (rows[1]["verified"], rows[1]["prob_upper"], rows[1]["assessment_ids"])


@pytest.mark.parametrize(
    "name", ["f/x", "f/i01/fire/signed/nobody", "f/i01/nothing/signed/north", "i01/fire/signed/north"]
)
def test_a_review_of_what_cannot_be_found_is_refused(name: str) -> None:
    """A review of a finding that the agreement cannot have is an error which names it."""
    with pytest.raises(UnknownIdError, match=name):
        found(SHOT, reviews=(review(1, "A", "confirm", name),))


def test_a_finding_without_an_incident_can_be_reviewed() -> None:
    """Persons may decide what no source could see."""
    name = "f/-/fire/signed/north"
    both = (review(1, "A", "confirm", name), review(2, "B", "confirm", name))
    rows = found(agreement=seen_only_by("patrol"), reviews=both)
    assert [("north", "established", True), ("south", "cannot determine", False)] == [
        (row["party"], row["verdict"], row["verified"]) for row in rows
    ]


def test_batches_do_not_change_the_table() -> None:
    """Assessments in several batches give the findings that one batch gives."""
    agreement = agreement_named("cessation")
    said = [{**SHOT, "at": f"2030-03-05 12:0{minute}:00", "by": None} for minute in range(4)]
    whole = judged(agreement, incidents_of(said, agreement.time_zone))
    parts = pa.concat_tables([whole.slice(at, 3) for at in range(0, whole.num_rows, 3)])
    assert decide(whole, agreement, sources("media")).equals(decide(parts, agreement, sources("media")))


def test_an_exchange_without_a_deadline_never_falls_due() -> None:
    """A duty to free persons without a date has a finding that says why nothing can be determined."""
    rule = {"kind": "exchange", "basis": "all_for_all"}
    held = agreement_of({"clauses": [{"id": "all", "modality": "obliges", "addressees": ["north"], "rule": rule}]})
    [row] = found({"what": "governance/release", "by": "north", "at": "2030-03-05 12:00:00"}, agreement=held)
    assert ("all", "cannot determine") == (row["clause_id"], row["verdict"])
    assert "never falls due" in row["reason"]
