"""Facts about what several persons' words come to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.records.weighing import DECISIONS, VERIFIERS, weighed


@given(st.lists(st.sampled_from(DECISIONS), max_size=6))
def test_every_weighing_follows_the_rules(said: list[str]) -> None:
    """Verified needs two who outnumber all others, a rejection is as strong as either, a doubt leaves it open."""
    confirm, reject, unsure = (said.count(one) for one in DECISIONS)
    found = weighed(said)
    assert (found == "confirm") == (confirm >= VERIFIERS and confirm > reject + unsure)
    assert (found is None) == (reject + unsure == 0 and confirm < VERIFIERS)
    if found == "reject":
        assert reject >= confirm and reject >= unsure and reject > 0
    assert found in {*DECISIONS, None}


@pytest.mark.parametrize("said", [("confirm", "confirm", "reject"), ("confirm", "reject", "cannot determine")])
def test_the_order_of_persons_changes_nothing(said: Sequence[str]) -> None:
    """Whoever speaks first, the words weigh alike."""
    assert 1 == len({weighed(order) for order in permutations(said)})
