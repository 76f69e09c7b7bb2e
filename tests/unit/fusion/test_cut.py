"""Facts about parts of the reports: each pair is found once, and parts are found with the radii of all."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.places import EARTH_RADIUS_M
from holdfire.fusion.block import Located, build_blocks, candidate_pairs, class_radii
from holdfire.fusion.cut import cut_askers, cut_runs

GAP_H = 30.0


def somewhere(seed: int, n: int, wide: float, days: float = 40.0, reach_m: float = 8000.0) -> Located:
    """Return reports across a stretch of land, the seam at 180 degrees and a pole, some without a place."""
    rng = np.random.default_rng(seed)
    middle = np.array([[30.0, 48.0], [180.0, 10.0], [0.0, 89.5]])[rng.integers(0, 3, n)]
    lon = (middle[:, 0] + rng.normal(0, wide, n) + 180.0) % 360.0 - 180.0
    lat = np.clip(middle[:, 1] + rng.normal(0, wide, n), -90.0, 90.0)
    phi, lam = np.radians(lat), np.radians(lon)
    start = rng.uniform(0, days * 86_400.0, n)
    nowhere, spread = rng.random(n) < 0.05, rng.choice([0.3, 2.0])
    return Located(
        lon=np.where(nowhere, np.nan, lon),
        lat=np.where(nowhere, np.nan, lat),
        xyz=EARTH_RADIUS_M * np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1),
        start=start,
        end=start + 3600.0 * np.exp(rng.normal(1, 2, n)),
        reach_m=reach_m * np.exp(rng.normal(0, spread, n)),
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


def found_in_parts(located: Located, rows: np.ndarray, n_parts: int) -> list[tuple[int, int]]:
    """Return the pairs that parts find, each by itself, sorted."""
    radii = class_radii(located, rows)
    found = []
    for asking, beside in cut_askers(located, rows, GAP_H, n_parts):
        some = pairs_of(part_of(located, asking, beside), np.arange(beside.size), radii)
        found += [(int(beside[a]), int(beside[b])) for a, b in some]
    return sorted(found)


def test_a_part_searches_with_the_radii_of_all() -> None:
    """A pair a third of the globe apart, which the widest reach of all finds, is found in a part without that reach."""
    lat, at = np.array([0.0, -52.2, 0.0]), np.array([0.0, 0.0, 400.0 * 86_400.0])
    phi = np.radians(lat)
    located = Located(
        lon=np.zeros(3),
        lat=lat,
        xyz=EARTH_RADIUS_M * np.stack([np.cos(phi), np.zeros(3), np.sin(phi)], axis=1),
        start=at,
        end=at + 3600.0,
        reach_m=np.array([4.0e6, 4.0e6, 5.0e6]),
        open=np.ones(3, bool),
    )
    rows = np.arange(3)
    assert [(0, 1)] == pairs_of(located, rows) == found_in_parts(located, rows, 3)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(0, 250),
    wide=st.sampled_from([0.05, 1.0, 25.0]),
    days=st.sampled_from([1.0, 40.0]),
    reach_m=st.sampled_from([8000.0, 3_000_000.0]),
    n_parts=st.integers(1, 9),
)
def test_parts_find_each_pair_of_the_whole_once(
    seed: int, n: int, wide: float, days: float, reach_m: float, n_parts: int
) -> None:
    """The pairs that parts find are, together, those of the whole, none of them twice."""
    located = somewhere(seed, n, wide, days, reach_m)
    rows = np.flatnonzero(np.random.default_rng(seed).random(n) < 0.9)
    assert pairs_of(located, rows) == found_in_parts(located, rows, n_parts)


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
