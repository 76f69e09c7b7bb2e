"""Lines: an agreement's lines as they truly move.

Turns an agreement into one whose lines have a version a day. Rule: without drift nothing changes. Source: DESIGN,
section 4 (lines are dated versions).
"""

from __future__ import annotations

import numpy as np

from holdfire.basics.instants import DAY_US, from_us, parse_instant, to_us
from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.records.agreement import Agreement
from holdfire.records.zones import Line, LineVersion
from holdfire.simulate.knobs import Knobs

__all__ = ["move_lines"]


def move_lines(agreement: Agreement, knobs: Knobs) -> Agreement:
    """Return the agreement with its lines moving day by day, to the left of their direction.

    Each line gets one version a day from the first claimed entry into force on; before it, it stands where
    the agreement draws it. With no drift the agreement comes back unchanged.
    """
    if knobs.drift_km_per_day == 0.0 or not agreement.lines:
        return agreement
    ground_start = min(reading.enters_into_force for reading in agreement.readings)
    lines = [_moving(line, agreement, knobs) for line in agreement.lines]
    version = f"{agreement.version}+moving-from-{ground_start[:10]}"
    return agreement.model_copy(update={"lines": lines, "version": version})


def _moving(line: Line, agreement: Agreement, knobs: Knobs) -> Line:
    first = line.versions[0]
    start = _first_force_us(agreement)
    versions = [LineVersion.model_validate({"to": _iso(start), "coordinates": first.coordinates})]
    lon = np.array([position[0] for position in first.coordinates])
    lat = np.array([position[1] for position in first.coordinates])
    along_e = np.gradient(lon) * np.cos(np.radians(lat))
    along_n = np.gradient(lat)
    length = np.hypot(along_e, along_n)
    length[length == 0] = 1.0
    n_versions = max(1, knobs.n_days - 2)
    for day in range(n_versions):
        metres = knobs.drift_km_per_day * 1000.0 * (day + 1)
        east, north = -along_n / length * metres, along_e / length * metres
        new_lon = lon + east / (METRES_PER_DEGREE * np.cos(np.radians(lat)))
        new_lat = lat + north / METRES_PER_DEGREE
        bounds = {"from": _iso(start + day * DAY_US)}
        if day + 1 < n_versions:
            bounds["to"] = _iso(start + (day + 1) * DAY_US)
        coordinates = [(round(float(x), 6), round(float(y), 6)) for x, y in zip(new_lon, new_lat, strict=True)]
        versions.append(LineVersion.model_validate({**bounds, "coordinates": coordinates}))
    return line.model_copy(update={"versions": versions})


def _iso(us: int) -> str:
    return from_us(us).strftime("%Y-%m-%dT%H:%M:%SZ")


def _first_force_us(agreement: Agreement) -> int:
    return min(to_us(parse_instant(r.enters_into_force, agreement.time_zone)) for r in agreement.readings)
