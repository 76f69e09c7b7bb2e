"""Peers of breach probabilities, and figures of how right any of them are.

Turns assessments into what a label or the normal chance of a signed distance would have said of the same rows. Rule:
everything but place and time is Holdfire's own, so that the difference is theirs alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr

from holdfire.basics.instants import parse_instant, to_us
from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Clause, Disengagement, Withdrawal
from holdfire.simulate.calibration import bounds_error, calibration_error

__all__ = ["NARROW", "figures", "peers"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NARROW = 0.01
"""Rows with a wider range have no one probability that could be calibrated; their ranges are held to what was so."""


def _rule_zones(clause: Clause, party: str) -> list[str]:
    rule = clause.rule
    if isinstance(rule, Withdrawal):
        return list(rule.zones_by_party.get(party, []))
    return list(rule.areas) if isinstance(rule, Disengagement) else list(getattr(rule, "zones", ()))


def _signed_m(zones: Iterable[str], reading: str, shapes: pa.Table, places: tuple[Any, ...]) -> Floats:
    # Metres from each place into (above 0) or out of the union of zones, as they are at each place's instant.
    lon, lat, _, at = places
    found = np.full(lon.size, -np.inf)
    wanted = set(zones)
    for row in shapes.to_pylist():
        if row["zone_id"] not in wanted or row["reading"] != reading:
            continue
        here = np.ones(lon.size, dtype=bool)
        here &= True if row["start"] is None else at >= to_us(row["start"])
        here &= True if row["end"] is None else at < to_us(row["end"])
        rows = np.flatnonzero(here)
        if row["wkb"] is None:
            found[rows] = np.inf
            continue
        if not rows.size:
            continue
        zone = shapely.from_wkb(row["wkb"])
        # A plane whose metres are right at the zone's middle.
        scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(shapely.get_y(zone.centroid))), METRES_PER_DEGREE])
        drawn = shapely.transform(zone, lambda xy, by=scale: xy * by)
        shapely.prepare(drawn)
        points = shapely.points(lon[rows] * scale[0], lat[rows] * scale[1])
        away = shapely.distance(drawn.boundary, points)
        found[rows] = np.maximum(found[rows], np.where(shapely.intersects(drawn, points), away, -away))
    return found


def peers(table: pa.Table, agreement: Agreement, shapes: pa.Table, places: tuple[Any, ...]) -> dict[str, Floats]:
    """Return the peers' probabilities of the same rows: Holdfire's other factors, and theirs for place and time."""
    factor = {name: np.zeros(table.num_rows) for name in ("label", "Phi(d/sigma)")}
    row = np.array([int(name[1:], 16) for name in table["incident_id"].to_pylist()])
    columns = [np.array(table[name].to_pylist(), dtype=object) for name in ("clause_id", "reading", "party")]
    zone = agreement.time_zone
    for clause in agreement.clauses:
        for reading in agreement.readings:
            for party in clause.addressees:
                mine = np.flatnonzero((columns[0] == clause.id) & (columns[1] == reading.id) & (columns[2] == party))
                if not mine.size:
                    continue
                at_mine = tuple(part[row[mine]] for part in places)
                inside = np.full(mine.size, np.inf)
                for zones in (_rule_zones(clause, party), clause.scope.zones):
                    if zones:
                        inside = np.minimum(inside, _signed_m(zones, reading.id, shapes, at_mine))
                starts = [reading.enters_into_force, clause.scope.start, getattr(clause.rule, "deadline", None)]
                in_time = np.ones(mine.size, dtype=bool)
                for text in starts:
                    in_time &= True if text is None else at_mine[3] >= to_us(parse_instant(text, zone))
                for text in (reading.ends, clause.scope.end):
                    in_time &= True if text is None else at_mine[3] < to_us(parse_instant(text, zone))
                factor["label"][mine] = (inside >= 0.0) & in_time
                factor["Phi(d/sigma)"][mine] = ndtr(inside / at_mine[2]) * in_time
    rest = np.ones(table.num_rows)
    for name in ("real", "act", "actor", "no_exemption"):
        rest *= (table[f"{name}_lower"].to_numpy() + table[f"{name}_upper"].to_numpy()) / 2
    return {name: rest * inside for name, inside in factor.items()}


def figures(lower: Floats, upper: Floats, hit: Mask, unsure: Mask, width: float = NARROW) -> dict[str, float]:
    """Return how far probabilities, or their ranges, lie from what was so; ``unsure`` rows once more by themselves.

    Calibration errors are of rows that are narrower than ``width``, in ten bins; ``chance`` is what a judge who is
    never wrong would have by chance alone with as many rows.
    """
    middle = (lower + upper) / 2
    bins = np.clip((middle * 10).astype(int), 0, 9)
    n, low, high, hits = (np.bincount(bins, w, 10) for w in (None, lower, upper, hit.astype(float)))
    spread = 2.0 * np.sqrt(np.bincount(bins, middle * (1 - middle), 10))
    out = (n > 0) & ((hits < low - spread) | (hits > high + spread))
    narrow = upper - lower < width
    some = unsure & narrow
    rng = np.random.default_rng(1)
    lucky = [calibration_error(middle[some], rng.random(int(some.sum())) < middle[some]) for _ in range(20)]
    return {
        "rows": float(lower.size),
        "narrow": float(narrow.mean()),
        "ece": calibration_error(middle[narrow], hit[narrow]),
        "unsure": float(some.sum()),
        "ece_unsure": calibration_error(middle[some], hit[some]),
        "chance": float(np.mean(lucky)),
        "brier": float(np.mean((middle[some] - hit[some]) ** 2)),
        "outside": bounds_error(lower, upper, hit),
        "bins_out": float(out.sum()),
        "width": float(np.mean(upper - lower)),
    }
