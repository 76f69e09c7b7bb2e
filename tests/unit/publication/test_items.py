"""Facts about the order of incidents, and what changed between runs."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.publication.bulletin import compose
from holdfire.records.bulletin import Bulletin, BulletinInputs
from tests.unit.publication.case_factory import DAY_END, DAY_START


def with_column(table: pa.Table, name: str, values: list[object]) -> pa.Table:
    index = table.schema.get_field_index(name)
    return table.set_column(index, table.schema.field(index), pa.array(values, table.schema.field(index).type))


def reviewed(case: BulletinInputs, incident_id: str, verdict: str) -> BulletinInputs:
    """Return the case with every finding on an incident decided by named persons."""
    rows = case.findings.to_pylist()
    for row in rows:
        if row["incident_id"] == incident_id:
            row.update(verdict=verdict, basis="review", verified=True)
    return replace(case, findings=pa.Table.from_pylist(rows, schema=case.findings.schema))


def test_incidents_stand_by_their_lower_bound(bulletin: Bulletin) -> None:
    """Within what no review decided, the lower bound falls from the first incident to the last."""
    lower = [item.prob_lower for item in bulletin.incidents]
    assert sorted(lower, reverse=True) == lower


def test_a_confirmed_breach_comes_first(case: BulletinInputs, bulletin: Bulletin) -> None:
    """What named persons confirmed stands before what is merely more probable."""
    last = bulletin.incidents[-1].incident_id or ""
    found = compose(reviewed(case, last, "established"), start=DAY_START, end=DAY_END, language="en")
    assert last == found.incidents[0].incident_id


def test_an_excluded_breach_comes_last_and_is_not_likely(case: BulletinInputs, bulletin: Bulletin) -> None:
    """What named persons excluded stands at the end and is no likely breach."""
    first = bulletin.incidents[0].incident_id or ""
    found = compose(reviewed(case, first, "excluded"), start=DAY_START, end=DAY_END, language="en")
    assert first == found.incidents[-1].incident_id
    assert bulletin.changes.n_likely - 1 == found.changes.n_likely


def test_claims_of_the_strongest_reading_come_first(bulletin: Bulletin) -> None:
    """The first claim of a breach is made under a reading under which it is strongest."""
    assert all(breach.claims[0].reading in breach.readings for item in bulletin.incidents for breach in item.breaches)


def test_words_are_shown_of_the_surest_reports(bulletin: Bulletin) -> None:
    """An incident carries at most three quotations, cut to a length that can be read."""
    quotes = bulletin.incidents[0].quotes
    assert 1 <= len(quotes) <= 3
    assert all(len(quote.text) <= 400 for quote in quotes)


def test_a_round_up_is_quoted_after_reports_of_the_incident(case: BulletinInputs, bulletin: Bulletin) -> None:
    """The words of a report that belongs to a second incident too come last, and are quoted of both."""
    item = next(item for item in bulletin.incidents if len(item.quotes) >= 2)
    summing, other = (
        item.quotes[0].report_id,
        next(one.incident_id for one in bulletin.incidents if one.incident_id != item.incident_id and one.quotes),
    )
    added = pa.Table.from_pylist(
        [{"report_id": summing, "incident_id": other, "prob": 0.97}], schema=case.memberships.schema
    )
    summed = replace(case, memberships=pa.concat_tables([case.memberships, added]))
    found = compose(summed, start=DAY_START, end=DAY_END, language="en")
    quoted = {one.incident_id: [quote.report_id for quote in one.quotes] for one in found.incidents}
    assert item.quotes[1].report_id == quoted[item.incident_id][0]
    assert summing not in quoted[other][:1]
    numbers = [(one.incident_id, one.n_reports) for one in bulletin.incidents]
    assert numbers == [(one.incident_id, one.n_reports) for one in found.incidents]


def test_a_verdict_changed_by_review_is_told(bulletin: Bulletin) -> None:
    """The fictional case's two reviews are the two verdicts that changed."""
    assert [("cannot determine", "established"), ("cannot determine", "excluded")] == sorted(
        (str(change.before), change.after) for change in bulletin.changes.verdicts
    )


def test_a_verdict_changed_by_evidence_is_told(case: BulletinInputs, bulletin: Bulletin) -> None:
    """A finding whose verdict the previous run gave otherwise has changed by evidence."""
    rows = case.findings.to_pylist()
    changed = next(row for row in rows if row["basis"] == "probability" and row["verdict"] == "established")
    changed["verdict"] = "cannot determine"
    before = pa.Table.from_pylist(rows, schema=case.findings.schema)
    found = compose(replace(case, previous_findings=before), start=DAY_START, end=DAY_END, language="en")
    assert [(changed["finding_id"], "evidence", "established")] == [
        (change.finding_id, change.cause, change.after) for change in found.changes.verdicts
    ]
    assert not bulletin.changes.compared


def test_an_incident_that_came_to_be_known_late_is_counted(case: BulletinInputs, bulletin: Bulletin) -> None:
    """An earlier incident that the previous run did not hold is counted as known only now."""
    today = pa.array([item.incident_id for item in bulletin.incidents])
    earlier = case.findings.filter(pc.invert(pc.is_in(case.findings["incident_id"], value_set=today)))
    known = pc.drop_null(pc.unique(earlier["incident_id"])).to_pylist()
    dated = pc.is_valid(case.incidents["occurred_start"])
    dated_ids = set(case.incidents.filter(dated)["incident_id"].to_pylist())
    dropped = next(name for name in sorted(known) if name in dated_ids)
    before = case.findings.filter(pc.not_equal(pc.fill_null(case.findings["incident_id"], ""), dropped))
    found = compose(replace(case, previous_findings=before), start=DAY_START, end=DAY_END, language="en")
    assert 1 == found.changes.n_late
