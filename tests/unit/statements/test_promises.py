"""Hold promises to what was said: whose they are, how firm, on what conditions."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from holdfire.app.statements import read_content
from holdfire.records.statement import ProposedCommitment, ReadDocument

CASES = yaml.safe_load((Path(__file__).with_name("promise_cases.yaml")).read_text(encoding="utf-8"))


@cache
def read(text: str) -> ReadDocument:
    """Return what is read from a text."""
    return read_content("case.txt", text.encode())


def line(commitment: ProposedCommitment) -> str:
    """Return an entry as the case file writes it."""
    side = "own" if commitment.own else "other"
    types = ", ".join(one.type for one in commitment.conditions)
    what = f"{commitment.modality} {commitment.capability} {side} {commitment.polarity}"
    return f"{' '.join(commitment.actors)} {what} [{types}]"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict) -> None:
    """Each case gives its entries and no other."""
    assert case["all"] == [line(one) for one in read(case["text"]).commitments]
