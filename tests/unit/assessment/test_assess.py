"""Facts about the table of assessments."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
import shapely

from holdfire.assessment import assess as module
from holdfire.assessment.facts import READ
from holdfire.assessment.rows import narrowing_factor
from holdfire.errors import ModelError
from holdfire.records.assessment import ASSESSMENT_SCHEMA, FACTORS, LISTED_FROM
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.taxonomy import builtin_tree
from holdfire.records.zone_shape import ZONE_SHAPE_SCHEMA
from tests.unit.assessment.case_words import agreement_named, agreement_of, incidents_of, judged, read_case_file

SHOT = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "where": [37.5, 48.5]}


def assessed(*said: dict[str, Any], name: str = "cessation", **given: Any) -> list[dict[str, Any]]:
    """Return the assessments of incidents under a case file's clauses."""
    agreement = agreement_named(name)
    return list(judged(agreement, incidents_of(list(said), agreement.time_zone), **given).to_pylist())


def test_no_incidents_give_no_assessments() -> None:
    """An empty table of incidents gives an empty table of the schema."""
    table = judged(agreement_named("cessation"), INCIDENT_SCHEMA.empty_table())
    assert ASSESSMENT_SCHEMA.empty_table().equals(table)


def test_rows_are_in_order_and_in_their_schema() -> None:
    """Rows are ordered by incident, clause, reading and party; those without an incident are last."""
    document = read_case_file("obligation")
    clauses = [*document["clauses"], *read_case_file("cessation")["clauses"]]
    agreement = agreement_of({**document, "clauses": clauses})
    said = [{**SHOT, "by": None}, SHOT, {**SHOT, "what": "explosion"}]
    table = judged(agreement, incidents_of(said, agreement.time_zone), "2030-06-01")
    assert ASSESSMENT_SCHEMA.equals(table.schema)
    keys = [(r["incident_id"] or "~", r["clause_id"], r["reading"], r["party"]) for r in table.to_pylist()]
    assert sorted(keys) == keys
    assert [None] == table["incident_id"].to_pylist()[-1:]
    assert "-/law/signed/north" == table["assessment_id"].to_pylist()[-1]


def test_chunks_do_not_change_the_table() -> None:
    """Judging two incidents at a time gives the same rows as judging all together."""
    said = [{**SHOT, "at": f"2030-03-05 12:{minute:02d}:00", "by": None} for minute in range(7)]
    agreement = agreement_named("exemptions")
    incidents = incidents_of(said, agreement.time_zone)
    whole = judged(agreement, incidents)
    with mock.patch.object(module, "CHUNK_ROWS", 2):
        assert whole.equals(judged(agreement, incidents).combine_chunks())


def test_what_is_certain_not_to_be_is_not_listed() -> None:
    """A row whose upper bound is below the threshold of listing is left out."""
    assert [] == assessed({**SHOT, "real": [0.0, LISTED_FROM / 2]})
    assert 1 == len(assessed({**SHOT, "real": [0.0, LISTED_FROM]}))


def test_a_clause_that_permits_is_never_breached() -> None:
    """A clause that permits gives no assessments."""
    document = read_case_file("cessation")
    clause = {**document["clauses"][0], "modality": "permits"}
    agreement = agreement_of({"clauses": [clause]})
    assert 0 == judged(agreement, incidents_of([SHOT], agreement.time_zone)).num_rows


def test_a_clause_stands_only_under_the_readings_of_its_scope() -> None:
    """A clause whose scope names readings is judged under these alone."""
    document = read_case_file("readings")
    clause = {**document["clauses"][0], "scope": {"readings": ["from-april"]}}
    agreement = agreement_of({**document, "clauses": [clause]})
    said = {**SHOT, "at": "2030-04-10 12:00:00"}
    assert ["from-april"] == judged(agreement, incidents_of([said], agreement.time_zone))["reading"].to_pylist()


def test_a_kind_without_a_kernel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clause of a kind that no kernel judges is an error which names it."""
    kernels = {kind: kernel for kind, kernel in module.KERNELS.items() if kind != "exchange"}
    monkeypatch.setattr(module, "KERNELS", kernels)
    agreement = agreement_of({"clauses": [{"id": "swap", "rule": {"kind": "exchange", "basis": "all_for_all"}}]})
    with pytest.raises(ModelError, match="'exchange'"):
        judged(agreement, incidents_of([SHOT], agreement.time_zone))


def test_shapes_of_another_agreement_are_refused() -> None:
    """A zone that the shapes lack is an error which names it."""
    agreement = agreement_named("cessation")
    trees = {name: builtin_tree(name) for name in ("kinds", "weapons", "targets")}
    incidents = incidents_of([SHOT], agreement.time_zone)
    with pytest.raises(ModelError, match="'valley'"):
        module.assess(incidents, agreement, ZONE_SHAPE_SCHEMA.empty_table(), kind_weapons={}, **trees)


def test_an_area_is_held_against_the_zone() -> None:
    """A place that is a gazetteer unit counts by the share of it that lies in the zone."""
    said = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "area": "rayon"}
    [row] = assessed(said, areas={"rayon": shapely.box(37.9, 48.4, 38.1, 48.6)})
    assert pytest.approx(0.5, abs=1e-6) == row["prob_lower"]


def test_the_kind_alone_serves_where_there_is_no_list() -> None:
    """Without lists of kinds and actors the single columns are taken as certain."""
    incidents = incidents_of([{**SHOT, "what": None, "by": None}], "Europe/Kyiv").to_pylist()
    table = pa.Table.from_pylist([{**incidents[0], "kind": "gunfire", "actor": "south"}], schema=INCIDENT_SCHEMA)
    [row] = judged(agreement_named("cessation"), table).to_pylist()
    assert ("south", 1.0, 1.0) == (row["party"], row["prob_lower"], row["prob_upper"])


def test_what_narrows_most_is_what_would_gain_most() -> None:
    """The factor named is the one which, known at its middle, would leave the narrowest range."""
    rng = np.random.default_rng(11)
    ends = np.sort(rng.random((2, len(FACTORS), 200)), axis=0)
    lower, upper = ends[0], ends[1]
    left = []
    for one in range(len(FACTORS)):
        others = [other for other in range(len(FACTORS)) if other != one]
        middle = (lower[one] + upper[one]) / 2
        left.append(middle * (upper[others].prod(axis=0) - lower[others].prod(axis=0)))
    assert np.argmin(left, axis=0).tolist() == narrowing_factor(lower, upper).tolist()


def test_nothing_narrows_what_has_no_range() -> None:
    """Where the bounds meet, no factor is named."""
    [row] = assessed(SHOT)
    assert row["narrows"] is None


def test_a_gate_can_bind_one_area_and_not_another() -> None:
    """In one clause an area may bind for certain and another one perhaps."""
    soldiers = {"what": "presence/forces/position", "by": "north", "at": "2030-03-11 08:00:00"}
    rows = assessed({**soldiers, "where": [37.42, 48.42]}, {**soldiers, "where": [37.62, 48.62]}, name="disengagement")
    assert [(1.0, 1.0), (0.0, 1.0)] == [(row["place_time_lower"], row["place_time_upper"]) for row in rows]


def test_what_is_unnamed_can_only_be_what_the_sources_tell_of() -> None:
    """A kind that nobody names is no flight where no source tells of flights; where one does, it may be."""
    said = {**SHOT, "what": {"gunfire": [0.8, 1.0], "?": [0.0, 0.2]}}
    assert [(0.0, pytest.approx(0.2))] == [(r["prob_lower"], r["prob_upper"]) for r in assessed(said, name="no_fly")]
    assert 1 == len(assessed(said, name="no_fly", evidence_kinds=frozenset({"gunfire", "flight"})))
    assert [] == assessed(said, name="no_fly", evidence_kinds=frozenset({"gunfire", "explosion"}))


def test_only_what_is_read_is_needed() -> None:
    """A table of incidents without counts, languages and explanations can be assessed."""
    agreement = agreement_named("cessation")
    incidents = incidents_of([SHOT], agreement.time_zone)
    assert judged(agreement, incidents).equals(judged(agreement, incidents.select(READ.names)))
