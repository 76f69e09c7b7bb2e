"""Facts about parts of the reports: each pair is found once, and parts are found with the radii of all."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.places import EARTH_RADIUS_M
from holdfire.fusion.block import Located, build_blocks, candidate_pairs, class_radii
from holdfire.fusion.cut import cut_askers, cut_runs

GAP_H = 30.0


def somewhere(seed: int, n: int, wide: float) -> Located:
    """Return reports across a stretch of land, the seam at 180 degrees and a pole, some without a place."""
    rng = np.random.default_rng(seed)
    middle = np.array([[30.0, 48.0], [180.0, 10.0], [0.0, 89.5]])[rng.integers(0, 3, n)]
    lon = (middle[:, 0] + rng.normal(0, wide, n) + 180.0) % 360.0 - 180.0
    lat = np.clip(middle[:, 1] + rng.normal(0, wide, n), -90.0, 90.0)
    phi, lam = np.radians(lat), np.radians(lon)
    start = rng.uniform(0, 40 * 86_400.0, n)
    nowhere = rng.random(n) < 0.05
    return Located(
        lon=np.where(nowhere, np.nan, lon),
        lat=np.where(nowhere, np.nan, lat),
        xyz=EARTH_RADIUS_M * np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1),
        start=start,
        end=start + 3600.0 * np.exp(rng.normal(1, 2, n)),
        reach_m=np.exp(rng.normal(9, 2, n)),
        open=rng.random(n) < 0.9,
    )


def pairs_of(located: Located, rows: np.ndarray, radii: np.ndarray | None = None) -> list[tuple[int, int]]:
    """Return the pairs that a search finds, sorted."""
    found = [
        (int(a), int(b))
        for block in build_blocks(located, rows, radii=radii)
        for left, right in candidate_pairs(block, GAP_H)
        for a, b in zip(np.minimum(left, right), np.maximum(left, right), strict=True)
    ]
    return sorted(found)


def part_of(located: Located, asking: np.ndarray, rows: np.ndarray) -> Located:
    """Return a part as a worker sees it: its rows alone, of whom some ask."""
    names = ("lon", "lat", "xyz", "start", "end", "reach_m")
    return Located(**{name: getattr(located, name)[rows] for name in names}, open=np.isin(rows, asking))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 250), st.sampled_from([0.05, 1.0, 8.0]), st.integers(1, 9))
def test_parts_find_each_pair_of_the_whole_once(seed: int, n: int, wide: float, n_parts: int) -> None:
    """The pairs that parts find are, together, those of the whole, none of them twice."""
    located = somewhere(seed, n, wide)
    rows = np.flatnonzero(np.random.default_rng(seed).random(n) < 0.9)
    radii = class_radii(located, rows)
    found = []
    for asking, beside in cut_askers(located, rows, GAP_H, n_parts):
        some = pairs_of(part_of(located, asking, beside), np.arange(beside.size), radii)
        found += [(int(beside[a]), int(beside[b])) for a, b in some]
    assert pairs_of(located, rows) == sorted(found)


def test_a_part_holds_little_more_than_what_it_may_find() -> None:
    """Of exact reports of forty days, about ten parts hold together less than three times as many rows."""
    located = somewhere(1, 4000, 1.0)
    rows = np.flatnonzero((located.reach_m < 10_000.0) & (located.end - located.start < 86_400.0))
    parts = cut_askers(located, rows, GAP_H, 10)
    assert 8 <= len(parts) <= 12
    assert sum(beside.size for _, beside in parts) < 3 * rows.size


def test_nobody_asks_in_no_part() -> None:
    """Where no report may ask, there is no part."""
    located = somewhere(2, 50, 1.0)
    shut = part_of(located, np.zeros(0, int), np.arange(50))
    assert [] == cut_askers(shut, np.arange(50), GAP_H, 4)


def test_runs_hold_every_item_once() -> None:
    """Runs follow one another without a gap, whatever the sizes of items and the number of parts."""
    for sizes in ([], [3], [100, 1, 1, 1], [1] * 7):
        first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        for n_parts in (1, 2, 5, 20):
            runs = cut_runs(first, n_parts)
            assert list(range(len(sizes))) == [item for low, high in runs for item in range(low, high)]
