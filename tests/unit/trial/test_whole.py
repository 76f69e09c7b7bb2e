"""Facts about worlds that are run by the whole chain, day by day."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from holdfire.trial.chain import Bench
from holdfire.trial.settings import TrialSettings
from holdfire.trial.whole import WHOLE_SCHEMA, compared, run_whole, whole_settings


def test_a_world_by_the_whole_chain_is_recorded_for_each_rung(bench: Bench, small: TrialSettings) -> None:
    """Two short worlds, an attack and one below it, give a row for each rung, the same each time."""
    settings = replace(whole_settings(small), n_days=15, per_day=8.0)
    records = run_whole(bench, settings, range(2))
    assert WHOLE_SCHEMA.equals(records.schema)
    assert ["attack"] * 4 + ["sustained"] * 4 == records["kind"].to_pylist()
    assert records.slice(0, 4).equals(run_whole(bench, settings, range(1)))
    for row in records.to_pylist():
        assert row["stands_h"] is None or row["stands_h"] > 0.0


def test_both_ways_are_told_by_the_same_figures(small: TrialSettings) -> None:
    """A delay is that of worlds truly reached and not standing before, cut at 0; what rests on nothing is null."""
    base = {"world": 0, "kind": "attack", "rung_id": "a", "quiet_days": 15.0, "n_false": 1, "stood_before": False}
    rows = [
        {**base, "true_h": 10.0, "stands_h": 24.0},
        {**base, "world": 1, "true_h": 30.0, "stands_h": 24.0},
        {**base, "world": 2, "true_h": 5.0, "stands_h": None},
        {**base, "world": 3, "stood_before": True, "true_h": 5.0, "stands_h": 24.0},
    ]
    whole = pa.Table.from_pylist(rows, schema=WHOLE_SCHEMA)
    found = compared(whole, whole.slice(3), small)["rungs"][0]
    assert {"false_per_30_days": 2.0, "delay_h": 7.0, "n_delays": 2, "power": 2 / 3} == found["by_whole"]
    assert (None, None) == (found["by_fast"]["delay_h"], found["by_fast"]["power"])
