"""Fusion's promises hold for any reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.fusion.fuse import Fused, FusionParameters, fuse
from holdfire.records.taxonomy import builtin_tree
from tests.unit.fusion.reports import DAY, make_reports, make_sources

KINDS = builtin_tree("kinds")
SOURCES = ("a", "b", "c")
NAMES: list[str | None] = [None, "RU", "UA"]
WORDS = [None, "explosion", "explosion/shelling/mortar", "gunfire", "signal/thermal", "signal/air_raid_alert"]


@st.composite
def report_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw up to twelve reports, many of them near each other, some without place or time."""
    n = draw(st.integers(0, 12))
    rows = []
    for k in range(n):
        placed = draw(st.booleans()) or draw(st.booleans())
        rows.append(
            {
                "report_id": f"r{k:02d}",
                "source_id": draw(st.sampled_from(SOURCES)),
                "lon": draw(st.sampled_from([30.73, 30.74, 30.9, 179.999, -179.999])) if placed else None,
                "lat": draw(st.sampled_from([46.48, 46.5, 47.0])) if placed else None,
                "sigma_m": draw(st.sampled_from([None, 0.0, 100.0, 3000.0, 1e6])),
                "at": draw(st.sampled_from([None, 0.0, 1.0, 9.0, 30.0, 60_000_000.0])),
                "hours": draw(st.sampled_from([0.0, 1.0, 24.0, 2000.0])),
                "kind": draw(st.sampled_from(WORDS)),
                "actor": draw(st.sampled_from(NAMES)),
                "text": draw(
                    st.sampled_from([None, "", "Ракетний удар по порту Одеси", "Ракетный удар по порту Одессы"])
                ),
            }
        )
    return rows


def run(table: pa.Table, rename: dict[str, str] | None = None, n_threads: int = 1) -> Fused:
    names = rename or {name: name for name in SOURCES}
    called = pa.array([names[name] for name in table.column("source_id").to_pylist()], pa.string())
    table = table.set_column(1, table.schema.field("source_id"), called)
    sources = make_sources(
        [
            {"source_id": names["a"], "curated": True},
            {"source_id": names["b"], "side": "RU"},
            {"source_id": names["c"], "copies_from": [names["b"]]},
        ]
    )
    return fuse(table, sources, KINDS, FusionParameters(n_threads=n_threads))


@settings(max_examples=40)
@given(rows=report_rows(), seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]], seed: int) -> None:
    """Shuffled rows and another number of threads give the same tables."""
    table = make_reports(rows)
    order = np.random.default_rng(seed).permutation(table.num_rows)
    one, two = run(table), run(table.take(pa.array(order)), n_threads=3)
    assert one.incidents.equals(two.incidents)
    assert one.memberships.equals(two.memberships)


@settings(max_examples=40)
@given(rows=report_rows())
def test_the_names_of_sources_change_nothing(rows: list[dict[str, Any]]) -> None:
    """Sources called otherwise give the same tables."""
    table = make_reports(rows)
    one, two = run(table), run(table, {"a": "zulu", "b": "yankee", "c": "alpha"})
    assert one.incidents.equals(two.incidents)
    assert one.memberships.equals(two.memberships)


@settings(max_examples=60)
@given(rows=report_rows())
def test_every_report_is_listed_once_with_a_chance(rows: list[dict[str, Any]]) -> None:
    """Memberships hold each report once, probabilities lie within 0..1, and numbers add up."""
    fused = run(make_reports(rows))
    listed = fused.memberships.to_pylist()
    assert [row["report_id"] for row in rows] == [row["report_id"] for row in listed]
    assert all(0.0 <= row["prob"] <= 1.0 for row in listed)
    told = sum(1 for row in rows if not (row["kind"] or "").startswith("signal"))
    assert told == sum(fused.incidents.column("n_reports").to_pylist())
    for row in fused.incidents.to_pylist():
        assert row["prob_real_lower"] <= row["prob_real"] <= row["prob_real_upper"]
        assert all(0.0 <= share["lower"] <= share["upper"] <= 1.0 for share in row["kinds"] + row["actors"])


@settings(max_examples=60)
@given(rows=report_rows())
def test_a_curated_source_never_stands_twice(rows: list[dict[str, Any]]) -> None:
    """No incident holds two reports of a curated source."""
    fused = run(make_reports(rows))
    held = {row["report_id"]: row["incident_id"] for row in fused.memberships.to_pylist()}
    mine = [
        held[row["report_id"]]
        for row in rows
        if row["source_id"] == "a" and not (row["kind"] or "").startswith("signal")
    ]
    assert len(set(mine)) == len(mine)


@st.composite
def summing_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw reports, some of which sum up a day by a count or by words."""
    rows = draw(report_rows())
    for row in rows:
        if draw(st.booleans()):
            row |= {"hours": 24.0, "sigma_m": draw(st.sampled_from([3000.0, 15_000.0]))}
            row |= draw(st.sampled_from([{"count_best": 2}, {"count_best": 50}, {"text": "Several attacks"}]))
    return rows


@settings(max_examples=60)
@given(rows=summing_rows(), seed=st.integers(0, 1000))
def test_round_ups_keep_the_promises_too(rows: list[dict[str, Any]], seed: int) -> None:
    """With round-ups too, order changes nothing, every report is listed, no pair twice, and no incident is empty."""
    table = make_reports(rows)
    order = np.random.default_rng(seed).permutation(table.num_rows)
    one, two = run(table), run(table.take(pa.array(order)), n_threads=3)
    assert one.incidents.equals(two.incidents)
    assert one.memberships.equals(two.memberships)
    listed = one.memberships.to_pylist()
    assert {row["report_id"] for row in rows} == {row["report_id"] for row in listed}
    pairs = [(row["report_id"], row["incident_id"]) for row in listed]
    assert len(pairs) == len(set(pairs))
    main = {row["report_id"]: row["incident_id"] for row in reversed(listed)}
    assert set(one.incidents.column("incident_id").to_pylist()) == set(main.values()) - {None}
    mine = [main[r["report_id"]] for r in rows if r["source_id"] == "a" and not (r["kind"] or "").startswith("signal")]
    assert len(set(mine)) == len(mine)


@settings(max_examples=40)
@given(rows=report_rows())
def test_counts_that_sum_nothing_up_change_nothing(rows: list[dict[str, Any]]) -> None:
    """A count of one, or one of rounds within an hour, leaves all but the counts as it is without it."""
    counted = [row | {"count_best": 12 if row["hours"] == 1.0 else 1} for row in rows]
    one, two = run(make_reports(rows)), run(make_reports(counted))
    counts = ["count_low", "count_high"]
    assert one.incidents.drop_columns(counts).equals(two.incidents.drop_columns(counts))
    assert one.memberships.equals(two.memberships)


@settings(max_examples=30)
@given(rows=report_rows())
def test_a_far_report_joins_nothing(rows: list[dict[str, Any]]) -> None:
    """A report from another continent and decade stands alone."""
    far = {
        "report_id": "zz",
        "source_id": "c",
        "lon": -70.0,
        "lat": -30.0,
        "sigma_m": 100.0,
        "at": -200_000.0,
        "kind": "gunfire",
    }
    fused = run(make_reports([*rows, far]))
    held = [row["incident_id"] for row in fused.memberships.to_pylist()]
    assert 1 == held.count(held[-1])
    assert DAY - timedelta(hours=200_000) in fused.incidents.column("occurred_start").to_pylist()
