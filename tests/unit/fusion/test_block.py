"""Which reports are compared, against every pair looked at one by one."""

from __future__ import annotations

import numpy as np
import pytest

from holdfire.basics.places import EARTH_RADIUS_M
from holdfire.fusion.block import Located, build_blocks, candidate_pairs

GAP_H = 30.0


def scatter(n: int, seed: int, lon: float, lat: float, spread: float) -> Located:
    rng = np.random.default_rng(seed)
    lons = (lon + rng.normal(0, spread, n) + 180) % 360 - 180
    lats = np.clip(lat + rng.normal(0, spread, n), -89.9, 89.9)
    phi, lam = np.radians(lats), np.radians(lons)
    xyz = EARTH_RADIUS_M * np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    start = rng.uniform(0, 30 * 86_400, n)
    return Located(
        lon=lons,
        lat=lats,
        xyz=xyz,
        start=start,
        end=start + rng.choice([60, 3600, 86_400, 5 * 86_400.0, 20 * 86_400], n),
        reach_m=rng.choice([600, 3000, 10_000, 40_000, 100_000.0], n),
        open=np.ones(n, bool),
    )


def plainly(located: Located) -> set[tuple[int, int]]:
    """Return the pairs by the rule alone: within the joint reach, late ones within half of it."""
    d2 = ((located.xyz[:, None] - located.xyz[None, :]) ** 2).sum(axis=2)
    joint = located.reach_m[:, None] ** 2 + located.reach_m[None, :] ** 2
    gap = np.maximum(located.start[:, None], located.start[None, :]) - np.minimum(
        located.end[:, None], located.end[None, :]
    )
    near = (gap <= GAP_H * 3600.0) & (d2 <= np.where(gap < 0, 1.0, 0.25) * joint)
    return {(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(near, 1)), strict=True)}


@pytest.mark.parametrize(
    "where", [(30.0, 48.0, 1.0), (180.0, 10.0, 1.0), (179.9, 70.0, 2.0), (0.0, 88.0, 1.0), (-60.0, -35.0, 0.3)]
)
@pytest.mark.parametrize("n_parts", [1, 3])
def test_every_pair_within_reach_is_found_once(where: tuple[float, float, float], n_parts: int) -> None:
    """Pairs are those of the plain rule, each once, at the seam of 180 degrees and near a pole too."""
    located = scatter(500, 1, *where)
    found = [
        (min(a, b), max(a, b))
        for block in build_blocks(located, np.arange(500), 2)
        for part in range(n_parts)
        for left, right in candidate_pairs(block, GAP_H, n_parts, part)
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert len(found) == len(set(found))
    assert plainly(located) == set(found)


def test_whoever_is_closed_asks_nobody_but_is_asked() -> None:
    """Two reports of which neither asks are not compared."""
    located = scatter(200, 2, 30.0, 48.0, 0.2)
    shut = Located(
        **{name: getattr(located, name) for name in ("lon", "lat", "xyz", "start", "end", "reach_m")},
        open=np.zeros(200, bool),
    )
    assert [] == list(build_blocks(shut, np.arange(200)))
