"""The cases of tests/cases/agreement: a sound agreement, broken once each, and what check says of it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from holdfire.agreement.diff import diff_agreements
from tests.unit.agreement.two_islands import BASE, CASES, JUDGED, changed, check, load

SUBJECTS = ("names", "identifiers", "time", "geometry", "clauses", "ladder", "structure")
KEYS = {"case", "change", "whole", "previous", "kernels", "faults"}


def read_cases(subject: str) -> list[Any]:
    cases = yaml.safe_load((CASES / f"{subject}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=f"{subject}: {case['case']}") for case in cases]


@pytest.mark.parametrize("case", [case for subject in SUBJECTS for case in read_cases(subject)])
def test_case(case: dict[str, Any]) -> None:
    """Each case has exactly the faults that its file states, each at its line and field."""
    assert not set(case) - KEYS
    changes = [(piece["find"], piece["with"]) for piece in case.get("change", [])]
    text = changed(*changes, text=case.get("whole", BASE))
    previous = load() if case.get("previous") == "base.yaml" else None
    _, faults = check(text, kernels=case.get("kernels", JUDGED), previous=previous)

    lines = text.split("\n")
    for wanted, fault in zip(case["faults"], faults, strict=False):
        assert wanted["reads"] in lines[(fault.line or 1) - 1]
    wanted_texts = [(wanted["field"], wanted["what"], wanted["mend"]) for wanted in case["faults"]]
    assert wanted_texts == [(fault.field, fault.what, fault.mend) for fault in faults]


@pytest.mark.parametrize("case", read_cases("diff"))
def test_diff_case(case: dict[str, Any]) -> None:
    """Each pair of versions is told in the sentences that the case states."""
    changes = [(piece["find"], piece["with"]) for piece in case["change"]]
    found = diff_agreements(load(), load(*changes))
    assert case["told"] == [f"{change.kind}: {change.sentence}" for change in found]
