"""Facts about the bounds of incidents' counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfire.fusion.fuse import fuse
from holdfire.fusion.numbers import LIKELY, number_bounds, stated_bounds
from holdfire.records.report import REPORT_SCHEMA, Report
from holdfire.records.schema import table_from
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.taxonomy import builtin_tree

OPEN = float("nan")
Row = tuple[float, float, int, float]
numbers = st.one_of(st.just(OPEN), st.integers(0, 30).map(float))
rows = st.lists(st.tuples(numbers, numbers, st.integers(0, 2), st.sampled_from([0.0, 0.3, 0.5, 1.0])), max_size=12)


def bounds(said: list[Row], n_groups: int = 3) -> list[tuple[float | None, float | None]]:
    """Return the bounds of each group; None where nothing is known."""
    low, high, group, prob = (np.array([row[part] for row in said], dtype=float) for part in range(4))
    found = number_bounds(low, high, group.astype(np.int64), prob, n_groups)
    return [tuple(None if np.isnan(end) else float(end) for end in pair) for pair in zip(*found, strict=True)]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(20, 20)], (20, 20)),
        ([(20, 20), (15, OPEN)], (15, 20)),
        ([(10, 20), (15, 30)], (10, 20)),
        ([(10, 12), (20, 25)], (10, 25)),
        ([(10, 12), (20, OPEN)], (10, None)),
        ([(OPEN, 5)], (None, 5)),
        ([(OPEN, OPEN)], (None, None)),
        ([(9, 4)], (4, 9)),
    ],
)
def test_stated_numbers_meet(said: list[tuple[float, float]], expected: tuple[float | None, float | None]) -> None:
    """The low end is the least said; the high end is what all allow, or the most that any does if they clash."""
    assert expected == bounds([(*one, 0, 1.0) for one in said], 1)[0]


def test_a_doubtful_report_widens_and_never_narrows() -> None:
    """What only perhaps belongs lowers the low end and raises the high one, and by itself says nothing."""
    assert [(3.0, 40.0)] == bounds([(10, 12, 0, 1.0), (3, 40, 0, 0.2)], 1)
    assert [(10.0, 12.0)] == bounds([(10, 12, 0, 1.0), (11, 11, 0, 0.2)], 1)
    assert [(None, None)] == bounds([(11, 11, 0, 0.2)], 1)


@given(rows, st.randoms(use_true_random=False))
def test_it_is_what_plain_reading_of_the_rules_gives(said: list[Row], shuffle: st.random_module) -> None:
    """Group by group it equals the rules written plainly, in any order of reports; low is never above what one says."""
    found = bounds(said)
    for group in range(3):
        mine = [row for row in said if row[2] == group and row[3] > 0.0]
        lows = [min(x for x in row[:2] if x == x) for row in mine if row[0] == row[0]]
        sure = [row for row in mine if row[3] >= LIKELY]
        low = min(lows) if any(row[0] == row[0] for row in sure) else None
        assert low == found[group][0]
        assert low is None or all(low <= one for one in lows)
        tops = [
            max(x for x in row[:2] if x == x) if row[1] == row[1] else np.inf for row in sure if row[:2] != (OPEN, OPEN)
        ]
        assert (found[group][1] is None) or found[group][1] in {*tops, *(x for row in mine for x in row[:2])}
    shuffle.shuffle(said)  # type: ignore[attr-defined]
    assert found == bounds(said)


def test_the_best_value_stands_for_an_end_that_is_not_said() -> None:
    """A report that gives one number gives both ends; one that gives an end keeps it."""
    low, high = stated_bounds(np.array([OPEN, 5.0]), np.array([20.0, 7.0]), np.array([OPEN, OPEN]))
    assert ([20.0, 5.0], [20.0, 7.0]) == (low.tolist(), high.tolist())


def told(report_id: str, source_id: str, *, low: int | None = None, best: int | None = None) -> Report:
    """Return a report of a release, at one time and place."""
    return Report(
        report_id=report_id, source_id=source_id, occurred_start=datetime(2030, 3, 1, 12, tzinfo=UTC),
        occurred_end=datetime(2030, 3, 1, 12, 10, tzinfo=UTC), place_model="point", lon=36.0, lat=50.0, sigma_m=500.0,
        kind="governance/release", count_low=low, count_best=best,
    )  # fmt: skip


def test_counts_of_reports_reach_the_incident() -> None:
    """Two sources that tell of one release, of twenty persons and of at least fifteen, give an incident of 15 to 20."""
    reports = [told("r1", "one", best=20), told("r2", "two", low=15), replace(told("r3", "one"), lon=40.0)]
    columns = {name: [getattr(report, name) for report in reports] for name in REPORT_SCHEMA.names}
    table: pa.Table = table_from(columns, REPORT_SCHEMA)
    fused = fuse(table, SOURCE_SCHEMA.empty_table(), builtin_tree("kinds")).incidents
    pairs = set(zip(fused["count_low"].to_pylist(), fused["count_high"].to_pylist(), strict=True))
    assert {(15, 20), (None, None)} == pairs
