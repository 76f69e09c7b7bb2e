"""Facts about stable ids: what keeps an incident's id, what retires it, and what lineage says of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from holdfire.basics.canonical import canonical_json
from holdfire.errors import ModelError
from holdfire.fusion.stream import REOPENED_AFTER_H, Carried, Step, carry_ids, latest_instant
from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
from holdfire.records.lineage import LINEAGE_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from tests.unit.fusion.steps import START, first_step, fused_tables, groups_of, made_reports, next_step, rows_of


def told(text: str) -> list[tuple[str, int | None, float]]:
    """Return memberships of words such as 'ab cd': a and b in one group, c and d in another; '-x' is in none."""
    groups = text.split()
    return [
        (report, None if group.startswith("-") else number, 0.0 if group.startswith("-") else 0.9)
        for number, group in enumerate(groups)
        for report in group.lstrip("-")
    ]


def id_of(step: Carried, reports: str) -> str:
    """Return the id of the incident that holds exactly these reports."""
    return next(name for name, held in groups_of(step).items() if held == set(reports))


def changes(step: Carried) -> list[tuple[str, str, str]]:
    """Return change, earlier id and id of each row of the last step, sorted; '' for null."""
    return sorted((row["change"], row["earlier_id"] or "", row["incident_id"] or "") for row in rows_of(step))


def counts(step: Carried, change: str) -> list[tuple[int, int, int]]:
    """Return the numbers of reports, shared and new ones, of each row of that change."""
    return sorted((r["n_reports"], r["n_shared"], r["n_new"]) for r in rows_of(step) if r["change"] == change)


def test_the_same_reports_keep_their_id() -> None:
    """An incident of the same reports keeps its id, and lineage says that nothing changed."""
    first = first_step(told("ab c"))
    second = next_step(first, told("c ab"))
    assert groups_of(first) == groups_of(second)
    assert [("same", i, i) for i in sorted(groups_of(first))] == changes(second)
    assert [(1, 1, 0), (2, 2, 0)] == counts(second, "same")


def test_a_smaller_report_id_does_not_rename() -> None:
    """A report that joins lets the incident keep its id, even where fusion would name it after that report."""
    first = first_step(told("bc"))
    second = next_step(first, told("abc"))
    assert id_of(first, "bc") == id_of(second, "abc")
    assert id_of(second, "abc") not in fused_tables(told("abc"))[0]["incident_id"].to_pylist()
    assert [(3, 2, 1)] == counts(second, "grown")


@pytest.mark.parametrize(("hours", "change"), [(REOPENED_AFTER_H, "grown"), (REOPENED_AFTER_H + 0.01, "reopened")])
def test_a_late_report_reopens(hours: float, change: str) -> None:
    """A report from more than the stated hours after the last one reopens; at that very hour it still joins."""
    first = first_step(told("ab"))
    second = next_step(first, told("abc"), hours={"a": 0.0, "b": 5.0, "c": 5.0 + hours})
    name = id_of(first, "ab")
    assert [(change, name, name)] == changes(second)


def test_without_instants_nothing_is_reopened() -> None:
    """Reports that say nothing of time join, and never reopen."""
    first = first_step(told("ab"))
    incidents, memberships = fused_tables(told("abc"))
    reports = pa.table({"report_id": ["a", "b", "c"], "kind": pa.nulls(3, pa.string())})
    step = Step(incidents=first.incidents, memberships=first.memberships, lineage=first.lineage, at=START)
    assert ["grown"] == carry_ids(incidents, memberships, reports, step).lineage["change"].to_pylist()


def test_a_merger_makes_a_new_id() -> None:
    """An incident of all reports of two earlier ones has a new id, and both old ones are retired."""
    first = first_step(told("ab cd e"))
    second = next_step(first, told("abcdx e"))
    made, one, two = id_of(second, "abcdx"), id_of(first, "ab"), id_of(first, "cd")
    kept = id_of(first, "e")
    assert made not in groups_of(first)
    assert sorted([("merged", one, made), ("merged", two, made), ("same", kept, kept)]) == changes(second)
    assert [(5, 2, 1), (5, 2, 1)] == counts(second, "merged")


def test_a_split_makes_new_ids_for_both_parts() -> None:
    """Neither part of an incident keeps its id, not even the larger one, and not the one that fusion names alike."""
    first = first_step(told("abcd"))
    second = next_step(first, told("abc d"))
    old, large, small = id_of(first, "abcd"), id_of(second, "abc"), id_of(second, "d")
    assert 3 == len({old, large, small})
    assert sorted([("split", old, large), ("split", old, small)]) == changes(second)
    assert [(1, 1, 0), (3, 3, 0)] == counts(second, "split")


def test_reports_that_change_places_are_moved() -> None:
    """A report that leaves one incident for another, neither merging nor splitting, retires both ids."""
    first = first_step(told("ab cd"))
    second = next_step(first, told("a bcd"))
    left, joined = id_of(second, "a"), id_of(second, "bcd")
    one, two = id_of(first, "ab"), id_of(first, "cd")
    assert sorted([("moved", one, left), ("moved", one, joined), ("moved", two, joined)]) == changes(second)
    assert set() == set(groups_of(first)) & set(groups_of(second))


def test_an_incident_without_reports_ends() -> None:
    """An incident whose reports were all withdrawn ends; one that lost some keeps its id."""
    first = first_step(told("ab cd"))
    second = next_step(first, told("a"))
    kept = id_of(first, "ab")
    assert sorted([("ended", id_of(first, "cd"), ""), ("same", kept, kept)]) == changes(second)
    assert [(0, 0, 0)] == counts(second, "ended")


def test_everything_can_end() -> None:
    """A step without reports ends every incident."""
    second = next_step(first_step(told("ab c")), [])
    assert ["ended", "ended"] == [row["change"] for row in rows_of(second)]
    assert 0 == second.incidents.num_rows


def test_a_retired_id_is_not_given_again() -> None:
    """Reports that come back after their incident ended make a new incident under an id that was never used."""
    step = first_step(told("ab"))
    names = [id_of(step, "ab")]
    for _ in range(3):
        step = next_step(next_step(step, told("z")), told("ab z"))
        names.append(id_of(step, "ab"))
        assert ("new", "", names[-1]) in changes(step)
    assert 4 == len(set(names))


def test_going_back_does_not_bring_the_id_back() -> None:
    """Two incidents that merge and part again have neither their old ids nor those of the next time."""
    step = first_step(told("ab cd"))
    seen: list[str] = sorted(groups_of(step))
    for text in ("abcd", "ab cd", "abcd", "ab cd"):
        step = next_step(step, told(text))
        seen += groups_of(step)
    assert len(seen) == len(set(seen)) == 8


def test_signals_give_no_identity() -> None:
    """A siren that passes from one incident to another, or to none, changes no id and joins nothing."""
    first = first_step(told("ab cd -t"))
    for text in ("abs cdt", "abt cds", "ab cd -s -t"):
        second = next_step(first, told(text), signals="st")
        assert {"same"} == {row["change"] for row in rows_of(second)}
        assert set(groups_of(first)) == set(groups_of(second))
        first = second


def test_a_report_that_no_incident_holds_any_more_was_not_kept_together() -> None:
    """A telling report that is given and belongs to none any more retires its incident's id."""
    first = first_step(told("ab"))
    second = next_step(first, told("a -b"))
    assert [("split", id_of(first, "ab"), id_of(second, "a"))] == changes(second)


def test_a_lone_report_that_finds_an_incident_is_new_to_it() -> None:
    """A report that belonged to none counts as new where it joins."""
    first = first_step(told("a -b"))
    assert [(2, 1, 1)] == counts(next_step(first, told("ab")), "grown")


def test_only_the_likeliest_row_of_a_round_up_counts() -> None:
    """A report of several incidents ties none of them together, and all its rows are renamed."""
    rows = [("a", 0, 0.9), ("b", 1, 0.9), ("r", 0, 0.6), ("r", 1, 0.3)]
    first = first_step(rows)
    second = next_step(first, [*rows, ("A", 1, 0.9)])
    assert {"same", "grown"} == {row["change"] for row in rows_of(second)}
    assert {"A", "b", "r"} == groups_of(second)[id_of(first, "br")]


def test_a_round_up_that_turns_to_another_incident_renames_none() -> None:
    """Where a round-up's likeliest incident becomes another one, or it stands alone now, both keep their ids."""
    rows = [("a", 0, 0.9), ("b", 1, 0.9)]
    first = first_step([*rows, ("r", 0, 0.6), ("r", 1, 0.3)])
    turned = next_step(first, [*rows, ("r", 0, 0.3), ("r", 1, 0.6)])
    assert ["same", "same"] == [row["change"] for row in rows_of(turned)]
    alone = next_step(turned, [*rows, ("r", 1, 0.6), ("r", 2, 1.0)])
    assert ["new", "same", "same"] == sorted(row["change"] for row in rows_of(alone))
    told_out = next_step(alone, [*rows, ("r", 0, 0.7), ("r", 1, 0.6)])
    assert ["ended", "same", "same"] == sorted(row["change"] for row in rows_of(told_out))


def test_a_round_up_alone_keeps_its_id() -> None:
    """An incident that only a round-up tells of keeps its id, also where it joins reports of others' incidents."""
    first = first_step([("a", 0, 0.9), ("r", 0, 0.6), ("r", 1, 1.0)])
    second = next_step(first, [("a", 0, 0.9), ("b", 2, 0.9), ("r", 0, 0.6), ("r", 1, 1.0), ("r", 2, 0.4)])
    assert ["new", "same", "same"] == sorted(row["change"] for row in rows_of(second))


def test_a_tie_does_not_hang_on_ids() -> None:
    """A round-up that belongs alike to two incidents stays where it was, however often their ids are made anew."""
    torn = [("r", 0, 0.5), ("r", 1, 0.5), ("x", 0, 0.9), ("y", 1, 0.9)]
    step = first_step([*torn, ("z", 1, 0.9)])
    names = []
    for group in (2, 1) * 6:
        step = next_step(step, [*torn, ("z", group, 0.9)])
        names.append({name for name, held in groups_of(step).items() if held == {"r", "x"}})
    assert [names[0]] * 12 == names
    assert 1 == len(names[0])


def test_steps_are_numbered_and_kept() -> None:
    """Lineage keeps the rows of all steps, numbered, each with its instant."""
    second = next_step(first_step(told("a")), told("a b"), day=1)
    third = next_step(second, told("ab"), day=1)
    assert [1, 1, 2, 2] == third.lineage["step"].to_pylist()
    assert second.lineage.equals(third.lineage.slice(0, 2))
    assert LINEAGE_SCHEMA.equals(third.lineage.schema)


def test_incidents_keep_everything_but_their_id() -> None:
    """The rows of incidents and memberships are those of fusion, sorted, with other ids."""
    first = first_step(told("bc de"))
    members = told("abc d e")
    second = next_step(first, members)
    fused, listed = fused_tables(members)
    assert sorted(fused["explanation"].to_pylist()) == sorted(second.incidents["explanation"].to_pylist())
    assert listed["report_id"].equals(second.memberships["report_id"])
    assert (INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA) == (second.incidents.schema, second.memberships.schema)
    names = second.incidents["incident_id"].to_pylist()
    assert sorted(names) == names


def test_a_made_id_is_a_function_of_its_making() -> None:
    """The id of a merger is fixed for ever: the change, the earlier ids and the reports make it."""
    first = first_step(told("ab cd"))
    key = canonical_json(["merged", sorted(groups_of(first)), ["a", "b", "c", "d"]])
    expected = "i" + hashlib.sha256(key).hexdigest()[:16]
    assert [expected] == next_step(first, told("abcd")).incidents["incident_id"].to_pylist()


def test_a_made_id_that_was_used_is_extended() -> None:
    """Where the id that would be made stands in the lineage already, another is made."""
    first = first_step(told("ab cd"))
    made = next_step(first, told("abcd")).incidents["incident_id"][0].as_py()
    row = {"step": 1, "step_at": START, "incident_id": None, "earlier_id": made, "change": "ended"}
    lineage = pa.Table.from_pylist([row | {"n_reports": 0, "n_shared": 0, "n_new": 0}], LINEAGE_SCHEMA)
    again = next_step(replace(first, lineage=lineage), told("abcd")).incidents["incident_id"][0].as_py()
    assert made != again


def bad_steps() -> list[Any]:
    """Return tables that cannot be a step."""
    incidents, memberships = fused_tables(told("a b"))
    twice = pa.concat_tables([incidents, incidents])
    naive = datetime(2030, 1, 1)  # noqa: DTZ001 - that is what is refused
    return [(incidents.slice(0, 1), memberships, START), (twice, memberships, START), (incidents, memberships, naive)]


@pytest.mark.parametrize("number", range(3))
def test_tables_that_do_not_fit_are_refused(number: int) -> None:
    """A membership of no listed incident, an id that stands twice, and a naive instant are refused."""
    incidents, memberships, at = bad_steps()[number]
    step = Step(incidents=incidents, memberships=memberships, lineage=LINEAGE_SCHEMA.empty_table(), at=at)
    with pytest.raises(ModelError):
        carry_ids(*fused_tables(told("a b")), made_reports("ab", {}), step)


def test_the_latest_instant_is_that_of_receipt_before_that_of_the_event() -> None:
    """What a report says of its receipt goes before what it says of the event's end."""
    reports = made_reports("ab", {"a": 1.0, "b": 2.0})
    late = pa.array([datetime.fromisoformat("2040-01-01T00:00:00+00:00")] * 2, reports["occurred_end"].type)
    place = REPORT_SCHEMA.get_field_index("occurred_end")
    reports = reports.set_column(place, REPORT_SCHEMA.field(place), late)
    assert reports["received_at"][1].as_py() == latest_instant(reports)
