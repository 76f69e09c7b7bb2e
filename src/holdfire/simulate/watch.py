"""Watch: who watched where and when in a simulated world, and what they could notice.

Turns settlements into a watch log of cameras and patrols, some of them denied. Rule: what nobody watched is
absent from the log, and a watch that was denied notices nothing. Source: DESIGN, section 4 (Coverage).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US, from_us
from holdfire.basics.places import distance_m
from holdfire.records.coverage import COVERAGE_SCHEMA
from holdfire.records.schema import table_from
from holdfire.simulate.ground import Ground, Truth
from holdfire.simulate.knobs import Knobs

__all__ = ["prob_noticed", "stand_watch"]

CAMERA_RADIUS_M = 6_000.0
PATROL_RADIUS_M = 9_000.0
CAMERA_DETECTION = 0.75
PATROL_DETECTION = 0.85


def stand_watch(ground: Ground, knobs: Knobs, rng: np.random.Generator) -> pa.Table:
    """Return the watch log: cameras all day long, patrols from 06:00 to 16:00 UTC, some denied."""
    cameras = rng.choice(ground.lon.size, min(knobs.n_cameras, ground.lon.size), replace=False, p=ground.weight)
    rows: dict[str, list[object]] = {name: [] for name in COVERAGE_SCHEMA.names}

    def add(**row: object) -> None:
        for name in rows:
            rows[name].append(row.get(name))

    for day in range(knobs.n_days):
        start = ground.start_us + day * DAY_US
        for number, place in enumerate(np.sort(cameras)):
            dark = rng.random() < 0.05
            add(
                coverage_id=f"camera-{number:02d}-{day:03d}",
                watcher="mission-cameras",
                means="camera",
                start=from_us(start),
                end=from_us(start + DAY_US),
                lon=float(ground.lon[place]),
                lat=float(ground.lat[place]),
                radius_m=CAMERA_RADIUS_M,
                detection=0.0 if dark else CAMERA_DETECTION,
                restriction="jammed" if dark else None,
                reason="No image was received." if dark else None,
            )
        visited = rng.choice(ground.lon.size, min(knobs.n_patrols, ground.lon.size), replace=False)
        for number, place in enumerate(np.sort(visited)):
            denied = rng.random() < knobs.denied_share
            by = ground.parties[int(rng.random() < 0.7)]
            add(
                coverage_id=f"patrol-{number:02d}-{day:03d}",
                watcher="mission-patrols",
                means="patrol",
                start=from_us(start + 6 * HOUR_US),
                end=from_us(start + 16 * HOUR_US),
                lon=float(ground.lon[place]),
                lat=float(ground.lat[place]),
                radius_m=PATROL_RADIUS_M,
                detection=0.0 if denied else PATROL_DETECTION,
                restriction="denied" if denied else None,
                restricted_by=by if denied else None,
                reason="Turned back at a checkpoint." if denied else None,
            )
    return table_from(rows, COVERAGE_SCHEMA)


def prob_noticed(truth: Truth, coverage: pa.Table, watcher: str) -> NDArray[np.float64]:
    """Return the probability that a watcher of the log noticed each incident.

    Returns
    -------
    float64, (n,), 0..1
        One minus the product of what each of its watches missed.
    """
    missed = np.ones(truth.at_us.size)
    for row in coverage.to_pylist():
        if row["watcher"] != watcher or row["detection"] == 0.0:
            continue
        start = int(row["start"].timestamp() * 1e6)
        end = int(row["end"].timestamp() * 1e6)
        first, last = np.searchsorted(truth.at_us, [start, end])
        near = (
            distance_m(truth.lon[first:last], truth.lat[first:last], np.array(row["lon"]), np.array(row["lat"]))
            <= row["radius_m"]
        )
        missed[first:last][near] *= 1.0 - row["detection"]
    return np.asarray(1.0 - missed)
