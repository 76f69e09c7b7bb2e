"""The peers that we wrote ourselves, on examples that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.fusion_peers import Table, cells, meltt, near_pairs, table_of
from benchmarks.fusion_worlds import make_world

MORTAR, TANK, GUNFIRE = (0, 0, 0), (0, 0, 1), (1, -1, -1)
"""Codes of three levels, as ``explosion/shelling/mortar``, ``explosion/shelling/tank`` and ``gunfire``."""


def table(rows: list[tuple[int, float, float, tuple[int, ...]]], length_h: float = 1.0) -> Table:
    """Return a table of rows (source, kilometres to the east, hour, kind)."""
    source, x, hour, kinds = zip(*rows, strict=True)
    start = np.array(hour, float)
    return Table(
        x=np.array(x, float),
        y=np.zeros(len(rows)),
        start=start,
        end=start + length_h,
        source=np.array(source),
        taxonomies=[np.array(kinds)],
    )


def groups(label: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(label == one).tolist()) for one in np.unique(label)}


def test_meltt_matches_across_sources_within_the_windows() -> None:
    """A report within both windows is matched; one too far, one a day too late and one of another kind are not."""
    rows = [(0, 0, 5, MORTAR), (0, 99, 5, MORTAR), (0, 99, 500, MORTAR)]
    found = meltt(table([*rows, (1, 1, 6, MORTAR)]), 2.0, 0)
    assert {frozenset({0, 3}), frozenset({1}), frozenset({2})} == groups(found)
    for other in ((1, 3, 5, MORTAR), (1, 1, 30, MORTAR), (1, 1, 6, GUNFIRE)):
        assert 4 == len(groups(meltt(table([*rows, other]), 2.0, 0)))


def test_meltt_takes_the_least_disagreement_before_the_nearest() -> None:
    """Of two candidates the one of the same fine kind is matched, though the other is nearer."""
    found = meltt(table([(0, 0.5, 5, TANK), (0, 1.5, 5, MORTAR), (1, 0, 5, MORTAR)]), 2.0, 0)
    assert {frozenset({0}), frozenset({1, 2})} == groups(found)


def test_meltt_matches_one_to_one() -> None:
    """Two reports of one source are never joined, and only the better one is matched with an event."""
    found = meltt(table([(0, 0, 5, MORTAR), (0, 50, 5, MORTAR), (1, 0.1, 5, MORTAR), (1, 0.2, 5, MORTAR)]), 2.0, 0)
    assert {frozenset({0, 2}), frozenset({1}), frozenset({3})} == groups(found)


def test_meltt_integrates_one_source_after_another() -> None:
    """A third source's report joins the event that the first two made, by that event's own place."""
    rows = [(0, 0, 5, MORTAR), (0, 90, 5, MORTAR), (0, 80, 5, MORTAR), (1, 1, 5, MORTAR), (1, 70, 5, MORTAR)]
    assert frozenset({0, 3, 5}) in groups(meltt(table([*rows, (2, -1, 5, MORTAR)]), 2.0, 0))
    assert frozenset({0, 3}) in groups(meltt(table([*rows, (2, 2.5, 5, MORTAR)]), 2.0, 0))


def test_meltt_keeps_episodes_apart() -> None:
    """A report of many days is not matched with one of a day."""
    both = table([(0, 0, 0, MORTAR), (1, 0, 0, MORTAR)])
    long = Table(
        x=both.x, y=both.y, start=both.start, end=np.array([72.0, 24.0]), source=both.source, taxonomies=both.taxonomies
    )
    assert 2 == len(groups(meltt(long, 2.0, 2)))


def test_meltt_does_not_mind_the_order_of_rows() -> None:
    """Shuffled rows give the same groups, where no two candidates are equally good."""
    world = make_world("exact", 600, 3)
    given = table_of(world.reports)
    order = np.random.default_rng(1).permutation(given.x.size)
    shuffled = meltt(table_of(world.reports.take(pa.array(order))), 10.0, 1)
    back = np.empty_like(shuffled)
    back[order] = shuffled
    assert groups(meltt(given, 10.0, 1)) == groups(back)


def test_near_pairs_are_those_of_a_plain_count() -> None:
    """The pairs found by the tree are those that comparing all with all finds."""
    given = table_of(make_world("mixed", 400, 4).reports)
    left, right = near_pairs(given, 8.0, 30.0)
    apart = np.hypot(given.x[:, None] - given.x, given.y[:, None] - given.y)
    close = np.triu((apart <= 8.0) & (np.abs(given.middle[:, None] - given.middle) <= 30.0), 1)
    assert set(zip(*np.nonzero(close), strict=True)) == set(zip(left.tolist(), right.tolist(), strict=True))


def test_cells_join_what_shares_place_day_and_top_of_kind() -> None:
    """The naive answer joins another fine kind, and parts another day, place and top of kind."""
    rows = [(0, 0.2, 5, MORTAR), (0, 0.7, 6, TANK), (1, 0.2, 30, MORTAR), (1, 9.5, 5, MORTAR), (1, 0.2, 5, GUNFIRE)]
    found = next(iter(cells(table(rows))))
    assert {frozenset({0, 1}), frozenset({2}), frozenset({3}), frozenset({4})} == groups(found)


def test_a_report_without_a_place_is_named() -> None:
    """Peers need a place: the error names the column that lacks one."""
    reports = make_world("mixed", 100, 5).reports
    place = reports.schema.get_field_index("lon")
    holes = reports.set_column(place, "lon", pa.nulls(reports.num_rows, pa.float64()))
    with pytest.raises(ValueError, match="have no lon"):
        table_of(holes)
