"""Names: what resolving never depends on."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from holdfire.agreement.names import resolve_names
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from tests.unit.agreement.two_islands import load

AGREEMENT = load()
words = st.one_of(
    st.none(),
    st.sampled_from([
        "northland", "Southland", "Southland rebels", "Black Flag", "Westland", "Civilians", "unknown", "Third Force",
        "Northland Army, Black Flag", "northland, Third Force", "Південний острів", "a|b", "a,b", "-", "0", "", " ",
    ]),
    st.text(max_size=6),
)  # fmt: skip
lists = st.none() | st.lists(words, max_size=3)
rows = st.lists(st.tuples(words, words, lists, lists), max_size=12)


def table(found: list[tuple[str | None, str | None, list[str | None] | None, list[str | None] | None]]) -> pa.Table:
    n = len(found)
    columns = {
        "report_id": [f"r{k:03}" for k in range(n)],
        "source_id": ["s"] * n,
        "actor": [row[0] for row in found],
        "target": [row[1] for row in found],
        "actor_candidates": [row[2] for row in found],
        "involved": [row[3] for row in found],
    }
    return table_from(columns, REPORT_SCHEMA)


@given(rows)
def test_resolving_twice_changes_nothing(found: list[tuple[None, None, None, None]]) -> None:
    """Ids resolve to themselves, so that a second pass gives the same table."""
    once = resolve_names(table(found), AGREEMENT)
    assert once.to_pylist() == resolve_names(once, AGREEMENT).to_pylist()


@given(rows, st.randoms(use_true_random=False))
def test_order_of_reports_is_immaterial(found: list[tuple[None, None, None, None]], random: object) -> None:
    """Shuffled reports are resolved to the same rows."""
    reports = table(found)
    order = list(range(len(found)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = resolve_names(reports.take(pa.array(order, pa.int64())), AGREEMENT).to_pylist()
    straight = resolve_names(reports, AGREEMENT).to_pylist()
    assert straight == sorted(shuffled, key=lambda row: row["report_id"])


@given(rows, rows)
def test_unrelated_reports_change_nothing(
    found: list[tuple[None, None, None, None]], others: list[tuple[None, None, None, None]]
) -> None:
    """What one report's names mean does not depend on the other reports."""
    alone = resolve_names(table(found), AGREEMENT).to_pylist()
    assert alone == resolve_names(table([*found, *others]), AGREEMENT).to_pylist()[: len(found)]


@given(rows)
def test_bounds_are_bounds(found: list[tuple[None, None, None, None]]) -> None:
    """The bounds of an excluded group's part are never null, within 0 to 1 and in order."""
    for row in resolve_names(table(found), AGREEMENT).to_pylist():
        assert 0.0 <= row["excluded_lower"] <= row["excluded_upper"] <= 1.0
