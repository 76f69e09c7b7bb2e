"""Facts about the ladder, its gates and their refusals beyond the lawyers' cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from holdfire.agreement.check import check_agreement
from holdfire.agreement.load import load_agreement
from holdfire.basics.canonical import canonical_json
from holdfire.errors import ModelError, UnknownIdError
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.words import ladder_lines
from holdfire.guarantee.zones import zones_asked
from holdfire.records.clauses import CLAUSE_KINDS
from holdfire.records.coverage import WATCH_SCHEMA
from holdfire.records.finding import FINDING_SCHEMA
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.plain import plain
from holdfire.records.taxonomy import builtin_tree
from holdfire.records.zone_membership import ZONE_MEMBERSHIP_SCHEMA
from tests.unit.guarantee.casefile import Facts, agreement_of, finding_row, incident_row

AS_OF = datetime(2031, 5, 10, 12, tzinfo=UTC)
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "agreements" / "europe-guarantee.yaml"
TREES = {name: builtin_tree(name) for name in ("kinds", "weapons", "targets")}


def breach(name: str, **told: Any) -> dict[str, Any]:
    """Return a sure breach of an hour ago."""
    at = (AS_OF - timedelta(hours=1)).isoformat()
    return {"id": name, "clause": "fire", "party": "north", "prob": 0.97, "at": at} | told


def state(findings: list[dict[str, Any]], **changes: Any) -> Any:
    """Return the ladder's state over findings."""
    facts = Facts(agreement=agreement_of(changes), findings=findings)
    return judge_ladder(facts.agreement, **facts.arguments(AS_OF, "main"))


def test_an_agreement_without_a_ladder_has_a_state_without_rungs() -> None:
    """Without a ladder the state has no rungs, and says so."""
    empty = state([breach("a")], ladder=None)
    assert () == empty.rungs
    assert "The agreement has no ladder." == ladder_lines(empty, agreement_of({"ladder": None}))[-1]


def test_no_findings_give_a_quiet_ladder() -> None:
    """Empty tables give rungs that are quiet, with probability 0 and the window that was looked at."""
    quiet = state([])
    assert ["quiet", "quiet"] == [rung.status for rung in quiet.rungs]
    assert [0.0, 0.0] == [rung.prob_upper for rung in quiet.rungs]
    assert AS_OF - timedelta(hours=24) == quiet.rung("warning").window_start


def test_a_state_is_canonical_json() -> None:
    """A state becomes canonical JSON whose instants end in Z."""
    content = canonical_json(plain(state([breach("a")]))).decode()
    assert '"as_of":"2031-05-10T12:00:00Z"' in content
    assert '"stands_at":"warning"' in content


def test_an_unknown_reading_is_refused() -> None:
    """A reading that the agreement does not have is an unknown id, and the known ones are named."""
    facts = Facts(agreement=agreement_of(), findings=[])
    with pytest.raises(UnknownIdError, match="no reading 'other'"):
        judge_ladder(facts.agreement, **facts.arguments(AS_OF, "other"))


def test_an_unknown_gate_is_refused() -> None:
    """A gate that the agreement does not have is an unknown id."""
    facts = Facts(agreement=agreement_of(), findings=[])
    with pytest.raises(UnknownIdError, match="no gate 'other'"):
        judge_gate(facts.agreement, "other", **facts.arguments(AS_OF, "main"))


def test_a_finding_of_another_version_is_refused() -> None:
    """A finding on a clause that the agreement does not have is refused by name."""
    facts = Facts(agreement=agreement_of(), findings=[breach("a")])
    arguments = facts.arguments(AS_OF, "main")
    row = arguments["findings"].to_pylist()[0] | {"clause_id": "gone"}
    arguments["findings"] = pa.Table.from_pylist([row], schema=FINDING_SCHEMA)
    with pytest.raises(UnknownIdError, match="clause 'gone'"):
        judge_ladder(facts.agreement, **arguments)


def test_a_finding_without_its_incident_is_refused() -> None:
    """Findings and incidents of two runs do not go together."""
    facts = Facts(agreement=agreement_of(), findings=[breach("a")])
    arguments = facts.arguments(AS_OF, "main") | {"incidents": INCIDENT_SCHEMA.empty_table()}
    with pytest.raises(ModelError, match="table of incidents does not hold"):
        judge_ladder(facts.agreement, **arguments)


def test_a_verified_finding_of_an_older_run_counts_without_a_time() -> None:
    """What two persons verified and the run holds no more is surely a breach, and possibly in the window."""
    agreement = agreement_of()
    row = finding_row(breach("a", blind=True), "main", agreement) | {"incident_id": "gone", "verified": True}
    result = judge_ladder(
        agreement,
        pa.Table.from_pylist([row], schema=FINDING_SCHEMA),
        INCIDENT_SCHEMA.empty_table(),
        ZONE_MEMBERSHIP_SCHEMA.empty_table(),
        as_of=AS_OF,
        reading="main",
    )
    assert ("cannot determine", ("f/a",), 1.0) == (
        result.rung("warning").answer,
        result.rung("warning").undated,
        result.rung("warning").prob_upper,
    )


def test_gates_in_a_circle_are_refused_by_the_check_and_by_the_stage() -> None:
    """Gates that wait for each other pass neither the check of the agreement nor the stage."""
    one = {"id": "one", "title": {"en": "One"}, "requires": [{"gate": "two"}]}
    two = {"id": "two", "title": {"en": "Two"}, "requires": [{"gate": "one"}]}
    agreement = agreement_of({"gates": [one, two]})
    assert any("wait for each other" in what for what in faults(agreement))
    with pytest.raises(ModelError, match="one -> two -> one"):
        judge_gate(agreement, "one", **Facts(agreement=agreement, findings=[]).arguments(AS_OF, "main"))


def test_rungs_in_a_circle_are_refused_by_the_check_and_never_owed() -> None:
    """Rungs that follow each other pass no check; judged all the same, both of them wait."""
    rungs = [rung.model_dump(by_alias=True) for rung in agreement_of().ladder.rungs]  # type: ignore[union-attr]
    rungs[0]["after"], rungs[1]["when"]["at_least"] = ["response"], 1
    ladder = {"title": {"en": "A circle"}, "rungs": rungs}
    assert any("wait for each other" in what for what in faults(agreement_of({"ladder": ladder})))
    circle = state([breach("a")], ladder=ladder)
    assert [("waiting", False), ("waiting", False)] == [(rung.status, rung.is_owed) for rung in circle.rungs]


def faults(agreement: Any) -> list[str]:
    """Return what the check of an agreement says."""
    content = agreement.model_dump_json(by_alias=True, exclude_none=True).encode()
    _, found = check_agreement(content, "case.json", kernels=frozenset(CLAUSE_KINDS), **TREES)
    return [fault.what for fault in found]


def test_the_watch_of_every_quiet_day_counts() -> None:
    """The share watched is the mean over the quiet days; a day without an entry was not watched."""
    agreement = agreement_of({"gates": [{"id": "quiet", "title": {"en": "Q"}, "requires": [{"quiet_days": 3}]}]})
    days = [(AS_OF - timedelta(days=back)).date() for back in (0, 1, 2)]
    rows = [
        {"zone_id": "*", "reading": "main", "on": day, "watched_share": 1.0, "noticed_share": 0.8, "n_watchers": 1}
        | {"n_restricted": 0, "restrictions": []}
        for day in days
    ]
    arguments = Facts(agreement=agreement, findings=[]).arguments(AS_OF, "main") | {"watched_share": None}
    known = judge_gate(agreement, "quiet", **arguments, watch=pa.Table.from_pylist(rows, schema=WATCH_SCHEMA))
    assert pytest.approx(0.6) == known.requirements[0].watched_share
    rows[0]["noticed_share"] = None
    unknown = judge_gate(agreement, "quiet", **arguments, watch=pa.Table.from_pylist(rows, schema=WATCH_SCHEMA))
    assert (None, 0.0) == (unknown.requirements[0].watched_share, unknown.prob_lower)


def test_the_zones_that_matter_are_named() -> None:
    """The zones of conditions, spreads and gates are asked about, and no others."""
    agreement = load_agreement(EXAMPLE.read_bytes(), EXAMPLE.name, kernels=frozenset(CLAUSE_KINDS), **TREES)
    assert ("area", "sector-1", "sector-2", "sector-3", "sector-4", "sector-5") == zones_asked(agreement)


def test_a_breach_lies_where_its_clause_holds() -> None:
    """A clause that holds only inside the zones asked about needs no membership to place its breach."""
    rungs = [agreement_of().ladder.rungs[0].model_dump(by_alias=True)]  # type: ignore[union-attr]
    rungs[0]["when"]["zones"] = ["area"]
    changes: dict[str, Any] = {"ladder": {"title": {"en": "In the area"}, "rungs": rungs}}
    assert "does not fire" == state([breach("a")], **changes).rung("warning").answer
    clauses = [clause.model_dump(by_alias=True, exclude_none=True) for clause in agreement_of().clauses]
    clauses[0]["scope"] = {"zones": ["sector-1", "sector-2"]}
    assert "fires" == state([breach("a")], **changes, clauses=clauses).rung("warning").answer


def test_place_and_breach_together_have_the_bounds_of_frechet() -> None:
    """How a clause's place and a zone hang together is not known: both lie between max(0, p + q - 1) and min(p, q)."""
    rungs = [agreement_of().ladder.rungs[0].model_dump(by_alias=True)]  # type: ignore[union-attr]
    rungs[0]["when"] |= {"zones": ["sector-1"], "standard": "balance"}
    agreement = agreement_of({"ladder": {"title": {"en": "In a sector"}, "rungs": rungs}})
    row = finding_row(breach("a"), "main", agreement)
    row |= {"real_lower": 0.9, "real_upper": 0.9, "place_time_lower": 0.8, "place_time_upper": 0.8}
    row |= {"prob_lower": 0.72, "prob_upper": 0.72}
    when = AS_OF - timedelta(hours=1)
    place = {"incident_id": "a", "zone_id": "sector-1", "reading": "main", "prob_lower": 0.7, "prob_upper": 0.7}
    result = judge_ladder(
        agreement,
        pa.Table.from_pylist([row], schema=FINDING_SCHEMA),
        pa.Table.from_pylist([incident_row("a", when, when)], schema=INCIDENT_SCHEMA),
        pa.Table.from_pylist([place], schema=ZONE_MEMBERSHIP_SCHEMA),
        as_of=AS_OF,
        reading="main",
    ).rung("warning")
    assert (0.45, 0.63) == (pytest.approx(result.prob_lower), pytest.approx(result.prob_upper))
    assert (0.9 * (0.8 + 0.7 - 1.0), 0.9 * 0.7) == (pytest.approx(0.45), pytest.approx(0.63))


def test_the_reported_plan_climbs_to_the_response_after_72_hours() -> None:
    """In the fictional agreement of the reported plan a growing attack climbs rung by rung to the backup."""
    kernels = frozenset(CLAUSE_KINDS)
    agreement = load_agreement(EXAMPLE.read_bytes(), EXAMPLE.name, kernels=kernels, **TREES)
    assert agreement.ladder is not None
    start = datetime(2031, 5, 10, 6, tzinfo=UTC)
    findings, incidents, places = [], [], []
    for index in range(8):
        when = start + timedelta(hours=index)
        told = {"id": f"b{index}", "clause": "assault", "party": "russia", "prob": 0.99}
        findings.append(finding_row(told, "signature", agreement))
        incidents.append(incident_row(f"b{index}", when, when))
        zone = {"incident_id": f"b{index}", "zone_id": f"sector-{1 + index % 3}", "reading": "signature"}
        places.append(zone | {"prob_lower": 1.0, "prob_upper": 1.0})
    result = judge_ladder(
        agreement,
        pa.Table.from_pylist(findings, schema=FINDING_SCHEMA),
        pa.Table.from_pylist(incidents, schema=INCIDENT_SCHEMA),
        pa.Table.from_pylist(places, schema=ZONE_MEMBERSHIP_SCHEMA),
        as_of=start + timedelta(hours=9),
        reading="signature",
    )
    assert ["due", "waiting", "quiet", "waiting"] == [rung.status for rung in result.rungs]
    assert start + timedelta(hours=24) == result.rung("warning").clocks[0].due_by
    assert start + timedelta(hours=72) == result.rung("us-backup").clocks[0].due_by
    assert ("after:coalition-acts", "gate:backup") == result.rung("us-backup").waits_for
