"""The bar of the trial: a rule that asks for probability 0.95 is wrong in at most 5 % of its windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfire.trial.calibration import wrong_windows
from holdfire.trial.chain import Bench
from holdfire.trial.pool import Pool
from holdfire.trial.settings import TrialSettings


@pytest.mark.parametrize("standard", ["clear", "balance", "indication"])
def test_calibrated_inputs_keep_the_promise(bench: Bench, pool: Pool, small: TrialSettings, standard: str) -> None:
    """Over all rungs, the interval of the share of wrong windows reaches down below 5 %, and the share is below it."""
    n_fired = 0
    for rung in bench.ladder.rungs:
        when = rung.when.model_copy(update={"prob": 0.95, "standard": standard})
        fired, of_all = wrong_windows(pool, bench, when, replace(small, n_worlds=60))
        n_fired += fired["n"]
        assert fired["value"] is None or fired["value"] <= 0.05
        assert of_all["value"] <= 0.05
    assert n_fired > 100


def test_a_low_probability_is_wrong_more_often(bench: Bench, pool: Pool, small: TrialSettings) -> None:
    """The measure can fail: a rule that asks for probability 0.3 of any indication is wrong in more than 5 %."""
    when = bench.ladder.rungs[1].when.model_copy(update={"prob": 0.3, "standard": "indication"})
    fired, _ = wrong_windows(pool, bench, when, replace(small, n_worlds=60))
    assert fired["value"] > 0.05
