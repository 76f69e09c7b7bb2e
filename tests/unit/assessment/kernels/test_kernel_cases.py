"""Hold the kernels to the lawyers' case files."""

from __future__ import annotations

from typing import Any

import pytest

from holdfire.assessment.kernels.registry import KERNELS
from holdfire.records.assessment import FACTORS
from holdfire.records.clauses import CLAUSE_KINDS
from tests.unit.assessment.case_words import CASES, agreement_of, incidents_of, judged, read_case_file

FILES = sorted(path.stem for path in CASES.glob("*.yaml") if path.stem != "base")
PARAMS = [
    pytest.param(name, number, id=f"{name}: {case['name']}")
    for name in FILES
    for number, case in enumerate(read_case_file(name)["cases"])
]
TOLERANCE = 0.005
"""Largest error of a place's probability. Source: DESIGN, section 5."""


def expected_row(said: dict[str, Any], document: dict[str, Any], readings: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the assessment's id, and what is expected of it."""
    number = said.get("incident", 1)
    incident = "-" if number == "none" else f"i{number:016x}"
    clause = said.get("clause", document["clauses"][0]["id"])
    wanted = {"between": said["between"]}
    wanted |= {key: said[key] for key in ("verdict", "narrows", *FACTORS) if key in said}
    return f"{incident}/{clause}/{said.get('reading', readings[0])}/{said['by']}", wanted


def actual_row(row: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return those parts of an assessment that something is expected of."""
    bounds = {factor: [row[f"{factor}_lower"], row[f"{factor}_upper"]] for factor in FACTORS}
    whole = {**row, **bounds, "between": [row["prob_lower"], row["prob_upper"]]}
    return {key: whole[key] for key in wanted}


@pytest.mark.parametrize(("name", "number"), PARAMS)
def test_a_case_comes_out_as_its_file_says(name: str, number: int) -> None:
    """Every assessment that the case file expects comes out as it says, and no other."""
    document = read_case_file(name)
    case = document["cases"][number]
    agreement = agreement_of(document)
    table = judged(agreement, incidents_of(case["happened"], agreement.time_zone), case.get("today"))
    readings = [reading.id for reading in agreement.readings]
    expected = dict(expected_row(said, document, readings) for said in case["expect"])
    actual = {row["assessment_id"]: row for row in table.to_pylist()}
    assert set(expected) == set(actual), case["says"]
    for key, wanted in expected.items():
        found = actual_row(actual[key], wanted)
        for part, value in wanted.items():
            exact = isinstance(value, str)
            assert (value if exact else pytest.approx(value, abs=TOLERANCE)) == found[part], (case["says"], part)


def test_each_kind_of_clause_has_a_kernel() -> None:
    """Every kind of clause is judged."""
    assert set(CLAUSE_KINDS) == set(KERNELS)
    assert all(kind == kernel.kind for kind, kernel in KERNELS.items())


def test_each_kernel_has_a_case_file() -> None:
    """Every kernel has a case file of its own, whose clauses are of its kind."""
    for kind in KERNELS:
        document = read_case_file(kind)
        assert kind == document["kind"]
        assert {kind} == {clause["rule"]["kind"] for clause in document["clauses"]}


def test_each_case_file_goes_to_the_edge() -> None:
    """Every kernel's case file tries the last second, and where it has zones, the zone's line."""
    for kind in KERNELS:
        names = " / ".join(case["name"] for case in read_case_file(kind)["cases"])
        assert "second" in names, kind
