"""Time a front that is drawn anew each day: three strips along 1,096 daily lines, and incidents held against them.

Run as ``python -m benchmarks.front [N] [DAYS]`` (default 100,000 incidents and 1,096 days). The line of contact of the
Minsk II agreement is moved a little day by day with a fixed seed; three clauses hold within 15, 25 and 35 km of it.
Incidents lie about the line, uniformly over the days, each with an error of 0.2 to 10 km and a time known to a few
hours. Beside it in the same run: GeoPandas' ``sjoin`` of each day's places with the same strips, a yes or no, which
knows no error of place or time and weighs nothing else. A digest of the assessments is printed, so that two versions of
the program can be compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import shapely
import yaml

from benchmarks.incident_worlds import AGREEMENT
from holdfire.app.pipeline import Trees
from holdfire.assessment.assess import assess
from holdfire.assessment.facts import READ
from holdfire.assessment.shapes import zone_shapes
from holdfire.records.agreement import Agreement

SEED = 1096
START = datetime(2015, 3, 2, tzinfo=UTC)
DAY_US = 86_400_000_000
STRIPS_KM = (15, 25, 35)


def front(n_days: int) -> Agreement:
    """Return the Minsk II agreement with three strips along a line of one version a day, and a ceasefire in each."""
    rng = np.random.default_rng(SEED)
    given: dict[str, Any] = yaml.safe_load(AGREEMENT.read_bytes())
    line = next(one for one in given["lines"] if one["id"] == "contact-line")
    drawn = np.array(line["versions"][-1]["coordinates"], dtype=np.float64)
    move = np.zeros_like(drawn)
    versions = []
    for day in range(n_days):
        # Each day a few neighbouring vertices move by some hundred metres.
        at = rng.integers(0, len(drawn) - 3)
        move[at : at + 3] = 0.98 * move[at : at + 3] + rng.normal(0.0, 0.003, 2)
        start = (START + timedelta(days=day)).isoformat()
        versions.append({"from": start, "coordinates": np.round(drawn + move, 5).tolist()})
    line["versions"] = versions
    given["lines"] = [line]
    ceasefire = next(one for one in given["clauses"] if one["id"] == "ceasefire")
    zone = {"title": {"en": "Strip"}, "precision": "illustrative"}
    names = {distance: f"strip-{distance}" for distance in STRIPS_KM}
    given["zones"] = [
        {**zone, "id": name, "buffer": {"line": "contact-line", "distance": f"{distance} km"}}
        for distance, name in names.items()
    ]
    given["clauses"] = [{**ceasefire, "id": name, "scope": {"zones": [name]}} for name in names.values()]
    given.pop("guarantee", None)
    return Agreement.model_validate_json(_json(given))


def _json(given: dict[str, Any]) -> str:
    return json.dumps(given, default=lambda one: one.isoformat())


def incidents(agreement: Agreement, n: int, n_days: int) -> pa.Table:
    """Return incidents about the line, over its days."""
    rng = np.random.default_rng(SEED + 1)
    drawn = np.array(agreement.lines[0].versions[0].coordinates)
    at, share = rng.integers(0, len(drawn) - 1, n), rng.random((n, 1))
    place = drawn[at] + share * (drawn[at + 1] - drawn[at]) + rng.normal(0.0, 0.25, (n, 2))
    start = int(START.timestamp()) * 1_000_000 + rng.integers(0, n_days * DAY_US, n)
    said = {
        "incident_id": pa.array([f"i{number:08d}" for number in rng.permutation(n)]),
        "prob_real_lower": pa.array(rng.uniform(0.5, 1.0, n)),
        "prob_real_upper": pa.array(np.ones(n)),
        "occurred_start": pa.array(start).cast(READ.field("occurred_start").type),
        "occurred_end": pa.array(start + rng.integers(1, DAY_US // 4, n)).cast(READ.field("occurred_end").type),
        "place_model": pa.array(["point"] * n),
        "lon": pa.array(place[:, 0]),
        "lat": pa.array(place[:, 1]),
        "sigma_m": pa.array(10.0 ** rng.uniform(2.3, 4.0, n)),
        "kind": pa.array(["explosion/shelling"] * n),
    }
    columns = [said.get(field.name, pa.nulls(n, field.type)) for field in READ]
    return pa.Table.from_arrays([one.cast(field.type) for one, field in zip(columns, READ, strict=True)], schema=READ)


def sjoin(table: pa.Table, shapes: pa.Table) -> int:
    """Count pairs of a place and a strip that holds it on the incident's first day, day by day with GeoPandas."""
    began = table["occurred_start"].cast(pa.int64()).to_numpy()
    places = geopandas.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy())
    starts = shapes["start"].cast(pa.int64()).to_numpy()
    drawn = shapely.from_wkb(shapes["wkb"].to_numpy(zero_copy_only=False))
    ends = shapes["end"].cast(pa.int64()).fill_null(1 << 62).to_numpy()
    order = np.argsort(began, kind="stable")
    n = 0
    for start in np.unique(starts).tolist():
        held = np.flatnonzero((starts <= start) & (ends > start))
        first, last = np.searchsorted(began[order], [start, int(ends[held].min())])
        days = geopandas.GeoDataFrame(geometry=places[order[first:last]])
        n += len(geopandas.sjoin(geopandas.GeoDataFrame(geometry=drawn[held]), days, predicate="intersects"))
    return n


def digest(table: pa.Table) -> str:
    """Return the first characters of a hash of all values."""
    said = hashlib.sha256()
    for column in table.combine_chunks().columns:
        plain = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        said.update(repr(plain.to_pylist()).encode())
    return said.hexdigest()[:16]


def main(n: int, n_days: int) -> int:
    pa.set_memory_pool(pa.system_memory_pool())
    agreement, trees = front(n_days), Trees()
    table = incidents(agreement, n, n_days)
    few = front(2)
    kinds = {name: getattr(trees, name) for name in ("kinds", "weapons", "targets", "kind_weapons")}
    assess(table.slice(0, 10), few, zone_shapes(few), **kinds)

    def timed(what: str, run: Any) -> Any:
        begun, used = time.perf_counter(), time.process_time()
        made = run()
        wall, processor = time.perf_counter() - begun, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        size = made if isinstance(made, int) else made.num_rows
        load = os.getloadavg()[0]
        print(f"{what:<16} {wall:8.1f} {processor:12.1f} {peak:9.2f} {load:6.1f} {size:>12,}", flush=True)
        return made

    print(f"{n:,} incidents, {n_days:,} days, {len(STRIPS_KM)} strips")
    print(f"{'':<16} {'wall s':>8} {'processor s':>12} {'peak GiB':>9} {'load':>6} {'rows':>12}")
    shapes = timed("zone shapes", lambda: zone_shapes(agreement))
    made = timed("assess", lambda: assess(table, agreement, shapes, **kinds))
    timed("sjoin by day", lambda: sjoin(table, shapes))
    print(f"shapes {digest(shapes)}, assessments {digest(made)}")
    return 0


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*asked, *(100_000, 1_096)[len(asked) :]))
