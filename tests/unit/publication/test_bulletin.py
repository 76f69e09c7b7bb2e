"""Facts about composing: what a bulletin says, and that nothing but its inputs matters."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfire.errors import InputError
from holdfire.publication.bulletin import compose
from holdfire.publication.render import render_html
from holdfire.records.bulletin import Bulletin, BulletinInputs
from tests.unit.publication.case_factory import DAY, DAY_END, DAY_START, shuffled


def shuffle_all(case: BulletinInputs, seed: int) -> BulletinInputs:
    """Return the same case with the rows of every table, and the files, in another order."""
    tables = {
        field.name: shuffled(getattr(case, field.name), seed)
        for field in fields(case)
        if isinstance(getattr(case, field.name), pa.Table)
    }
    return replace(case, **tables, files=tuple(reversed(case.files)))


def test_shuffled_inputs_give_the_same_bulletin_and_page(case: BulletinInputs, bulletin: Bulletin) -> None:
    """The order of the inputs' rows changes no byte of the page."""
    other = compose(shuffle_all(case, 7), start=DAY_START, end=DAY_END, language="en")
    assert bulletin == other
    assert render_html(bulletin) == render_html(other)


def test_chunks_do_not_matter(case: BulletinInputs, bulletin: Bulletin) -> None:
    """A table in several chunks gives the same content hash as one in a single chunk."""
    half = case.findings.num_rows // 2
    cut = pa.concat_tables([case.findings.slice(0, half), case.findings.slice(half)])
    other = compose(replace(case, findings=cut), start=DAY_START, end=DAY_END, language="en")
    assert bulletin.content_sha256 == other.content_sha256


def test_another_value_gives_another_hash(case: BulletinInputs, bulletin: Bulletin) -> None:
    """One report's text more or less changes the content hash."""
    other = compose(replace(case, reports=case.reports.slice(1)), start=DAY_START, end=DAY_END, language="en")
    assert bulletin.content_sha256 != other.content_sha256


def test_a_path_is_no_content(case: BulletinInputs, bulletin: Bulletin) -> None:
    """The same files read from another folder give the same content hash."""
    files = tuple(replace(file, path=f"elsewhere/{file.name}") for file in case.files)
    other = compose(replace(case, files=files), start=DAY_START, end=DAY_END, language="en")
    assert bulletin == other


def test_the_period_before_is_as_many_local_days_long(bulletin: Bulletin) -> None:
    """A day is compared with the day before, in the agreement's own time zone."""
    assert (DAY, date(2031, 5, 13), 1) == (
        bulletin.period.first_day,
        bulletin.period.previous_last_day,
        bulletin.period.n_days,
    )
    assert DAY_START - timedelta(days=1) == bulletin.period.previous_start


def test_every_incident_of_the_period_is_counted_once(case: BulletinInputs, bulletin: Bulletin) -> None:
    """The list holds the incidents whose middle lies in the period, each once."""
    start, end = case.incidents["occurred_start"].to_pylist(), case.incidents["occurred_end"].to_pylist()
    middles = {
        name: first + (last - first) / 2
        for name, first, last in zip(case.incidents["incident_id"].to_pylist(), start, end, strict=True)
        if first is not None
    }
    expected = {name for name, at in middles.items() if DAY_START <= at < DAY_END}
    assert sorted(expected) == sorted(item.incident_id or "" for item in bulletin.incidents)
    assert len(expected) == bulletin.n_incidents


def test_a_likely_incident_of_a_neighbouring_day_is_named(case: BulletinInputs) -> None:
    """An incident that may lie in the period, but counts on another day, is told of beside the list."""
    ids = case.incidents["incident_id"].to_pylist()
    start = case.incidents["occurred_start"].to_pylist()
    end = case.incidents["occurred_end"].to_pylist()
    moved = ids.index(f"i{0:016x}")
    start[moved], end[moved] = DAY_END - timedelta(hours=2), DAY_END + timedelta(hours=6)
    table = case.incidents
    for name, values in (("occurred_start", start), ("occurred_end", end)):
        index = table.schema.get_field_index(name)
        table = table.set_column(index, table.schema.field(index), pa.array(values, table.schema.field(index).type))
    found = compose(replace(case, incidents=table), start=DAY_START, end=DAY_END, language="en")
    assert [ids[moved]] == [item.incident_id for item in found.touching]
    assert ids[moved] not in [item.incident_id for item in found.incidents]


def test_nothing_reported_gives_an_empty_bulletin(case: BulletinInputs) -> None:
    """A period without a report has no incidents and no numbers, and still stands."""
    start = datetime(2040, 1, 1, tzinfo=UTC)
    found = compose(case, start=start, end=start + timedelta(days=3), language="uk")
    assert (0, 0, ()) == (found.n_incidents, found.changes.n_likely, found.incidents)
    assert b"<html" in render_html(found)


def test_an_empty_case_can_be_published(case: BulletinInputs) -> None:
    """A case of no rows at all gives a bulletin that says so."""
    empty = {
        field.name: getattr(case, field.name).slice(0, 0)
        for field in fields(case)
        if isinstance(getattr(case, field.name), pa.Table)
    }
    found = compose(replace(case, **empty, files=()), start=DAY_START, end=DAY_END, language="en")
    assert (0, False, ()) == (found.n_incidents, found.watch.has_log, found.sources)
    assert b"No watch log was given" in render_html(found)


def test_findings_without_any_incident_can_be_published(case: BulletinInputs) -> None:
    """A case without incidents still tells of duties and of clauses that nobody can judge."""
    none = replace(
        case,
        incidents=case.incidents.slice(0, 0),
        findings=case.findings.filter(pc.is_null(case.findings["incident_id"])),
    )
    found = compose(none, start=DAY_START, end=DAY_END, language="en")
    assert (0, "5") == (found.n_incidents, found.standing[0].breaches[0].clause_id)
    assert b"Most likely breached: clause 5" in render_html(found)


def test_a_clause_without_evidence_cannot_be_determined(bulletin: Bulletin) -> None:
    """A clause of which no source can tell says so, and counts nothing."""
    row = next(numbers for numbers in bulletin.clauses if numbers.clause_id == "4").rows[0]
    assert ("cannot determine", None, 0) == (row.standing, row.standing_lower, row.n_assessed)


def test_an_obligation_stands_without_an_incident(bulletin: Bulletin) -> None:
    """A duty not shown to be done is a standing finding with its bounds."""
    item = bulletin.standing[0]
    assert (None, "5", 0.7) == (item.incident_id, item.breaches[0].clause_id, item.prob_lower)


def test_the_same_numbers_under_all_readings_stand_once(bulletin: Bulletin) -> None:
    """A clause that does not depend on the reading has one row for each party."""
    numbers = next(one for one in bulletin.clauses if one.clause_id == "3")
    assert [("council", "assembly")] * 3 == [row.readings for row in numbers.rows]


def test_rival_readings_stand_side_by_side(bulletin: Bulletin) -> None:
    """A clause that is measured from the line has a row for each reading."""
    numbers = next(one for one in bulletin.clauses if one.clause_id == "2.1")
    assert {("council",), ("assembly",)} == {row.readings for row in numbers.rows}


def test_counts_equal_the_sum_of_the_findings(case: BulletinInputs, bulletin: Bulletin) -> None:
    """The mean of a party's breaches is the sum of its findings' bounds in the period."""
    ids = pa.array([item.incident_id for item in bulletin.incidents])
    rows = case.findings.filter(
        pc.and_(pc.is_in(case.findings["incident_id"], value_set=ids), pc.equal(case.findings["clause_id"], "3"))
    )
    rows = rows.filter(pc.and_(pc.equal(rows["reading"], "council"), pc.equal(rows["party"], "highland")))
    numbers = next(one for one in bulletin.clauses if one.clause_id == "3")
    row = next(one for one in numbers.rows if one.party == "highland")
    assert pc.sum(rows["prob_lower"]).as_py() == pytest.approx(row.count.mean_lower)
    assert rows.num_rows == row.n_assessed


def test_no_language_but_those_with_a_catalogue(case: BulletinInputs) -> None:
    """A language without a catalogue is refused by name."""
    with pytest.raises(InputError, match="'fr'"):
        compose(case, start=DAY_START, end=DAY_END, language="fr")


def test_a_period_ends_after_it_starts(case: BulletinInputs) -> None:
    """An empty period is refused."""
    with pytest.raises(InputError, match="ends before it starts"):
        compose(case, start=DAY_END, end=DAY_START, language="en")
