"""A slow, plainly written judge of where and when: half hour by half hour, a place as a cloud of points.

Turns an agreement's model and incidents as dicts into the factors that an assessment ought to give. Rule: nothing here
is imported from ``holdfire.assessment``; time is tried half hour by half hour, a place is a cloud of points, bounds of
masses are a linear programme, and counts are tried outcome by outcome. So every instant of a test lies on a half hour,
lines run northward, and zones that are asked for together overlap. Errors: none in time; a place within 0.002.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from pyproj import Transformer

from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Clause
from holdfire.records.zones import Zone

Row = Mapping[str, Any]
Pair = tuple[float, float]
Expr = tuple[Any, ...]
"""Where something is bound at an instant: ('all', parts), ('any', parts), a shape, or ('anywhere',)."""

HALF_HOUR = timedelta(minutes=30)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
PROBED = (datetime(2030, 2, 20, tzinfo=UTC), datetime(2030, 5, 20, tzinfo=UTC))
"""Within these days every half hour is tried for an incident of unknown time; outside them nothing changes."""
N_RADII, N_ANGLES = 110, 120
EARTH_M = 6_371_008.7714
UNITS = {"m": 1.0, "km": 1000.0}
HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0}


def metres(text: str) -> float:
    """Return metres of a text such as '10 km'."""
    number, unit = text.split()
    return float(number) * UNITS[unit]


def hours(text: str) -> float:
    """Return hours of a text such as '30 min'."""
    number, unit = text.split()
    return float(number) * HOURS[unit]


def instant(text: str, agreement: Agreement) -> datetime:
    """Return the UTC instant of a text in the agreement's local time."""
    return _instant(text, agreement.time_zone)


@cache
def _instant(text: str, time_zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


# Places


@cache
def cloud(lon: float, lat: float, sigma_m: float) -> tuple[Any, Any, Any, Any, Transformer]:
    """Return equally likely points about a place: degrees, and metres on a plane that touches there."""
    plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84", always_xy=True)
    if sigma_m == 0.0:
        return np.array([lon]), np.array([lat]), np.zeros(1), np.zeros(1), plane
    mass = (np.arange(N_RADII) + 0.5) / N_RADII
    radius = sigma_m * np.sqrt(-2.0 * np.log(mass))
    # Each ring of points is turned by another angle, so that no row of them lies along an edge.
    turn = (np.arange(N_ANGLES) + 0.5) / N_ANGLES
    angle = 2.0 * np.pi * (turn[None, :] + 0.618034 * np.arange(N_RADII)[:, None])
    x, y = (radius[:, None] * np.cos(angle)).ravel(), (radius[:, None] * np.sin(angle)).ravel()
    lons, lats = plane.transform(x, y, direction="INVERSE")
    return lons, lats, x, y, plane


def _drawn(shape: Expr) -> shapely.Geometry:
    if shape[0] == "box":
        return shapely.box(*shape[1:])
    return shapely.Polygon(shape[1])


def _on_plane(geometry: shapely.Geometry, plane: Transformer) -> shapely.Geometry:
    fine = shapely.segmentize(geometry, 0.02)
    drawn = shapely.transform(fine, lambda xy: np.stack(plane.transform(xy[:, 0], xy[:, 1]), axis=1))
    shapely.prepare(drawn)
    return drawn


def _solid(shape: Expr, plane: Transformer) -> shapely.Geometry:
    # A shape without strips as a polygon on the plane.
    if shape[0] in ("all", "any"):
        parts = [_solid(part, plane) for part in shape[1]]
        return shapely.intersection_all(parts) if shape[0] == "all" else shapely.union_all(parts)
    if shape[0] == "disc":
        return shapely.Point(*plane.transform(shape[1], shape[2])).buffer(shape[3], quad_segs=64)
    return _on_plane(_drawn(shape), plane)


def lies_in(shape: Expr, points: tuple[Any, Any, Any, Any, Transformer]) -> Any:
    """Say which points of a cloud lie in a shape."""
    lons, lats, x, y, plane = points
    if shape[0] == "anywhere":
        return np.ones(lons.size, dtype=bool)
    if shape[0] in ("all", "any"):
        parts = [lies_in(part, points) for part in shape[1]]
        return np.all(parts, axis=0) if shape[0] == "all" else np.any(parts, axis=0)
    if shape[0] in ("box", "polygon"):
        return shapely.intersects_xy(_drawn(shape), lons, lats)
    if shape[0] == "disc":
        at_x, at_y = plane.transform(shape[1], shape[2])
        return np.hypot(x - at_x, y - at_y) <= shape[3]
    if shape[0] == "near":
        solid = _solid(shape[1], plane)
        shapely.prepare(solid)
        return shapely.dwithin(solid, shapely.points(x, y), shape[2])
    near = shapely.dwithin(_on_plane(shapely.LineString(shape[1]), plane), shapely.points(x, y), shape[2])
    corner = np.array(shape[1])
    west = lons < np.interp(lats, corner[:, 1], corner[:, 0])
    return near & (west if shape[3] == "left" else ~west if shape[3] == "right" else True)


@cache
def place_prob(lon: float, lat: float, sigma_m: float, shape: Expr) -> float:
    """Return the share of a cloud's points that lie in a shape."""
    return float(np.mean(lies_in(shape, cloud(lon, lat, sigma_m))))


def place_pair(row: Row, shape: Expr | None) -> Pair:
    """Return bounds of the probability that an incident's place lies in a shape."""
    if shape is None:
        return (0.0, 0.0)
    if shape == ("anywhere",):
        return (1.0, 1.0)
    if row["place_model"] == "unknown":
        return (0.0, 1.0)
    prob = place_prob(row["lon"], row["lat"], row["sigma_m"], shape)
    return (prob, prob)


# Where and when


def any_of(parts: Iterable[Expr | None]) -> Expr | None:
    """Return the union of shapes; None is nowhere."""
    known = tuple(sorted({part for part in parts if part is not None}, key=repr))
    if not known or ("anywhere",) in known:
        return ("anywhere",) if known else None
    return known[0] if len(known) == 1 else ("any", known)


def all_of(parts: Iterable[Expr | None]) -> Expr | None:
    """Return what lies in every shape."""
    given = tuple(parts)
    if None in given:
        return None
    bounded = tuple(sorted({part for part in given if part != ("anywhere",)}, key=repr))  # type: ignore[arg-type]
    return ("anywhere",) if not bounded else bounded[0] if len(bounded) == 1 else ("all", bounded)


def is_within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    """Say whether an instant lies in a half-open interval."""
    return (start is None or at >= start) and (end is None or at < end)


@dataclass(frozen=True, eq=False)
class Judge:
    """Judge incidents under one agreement, a factor at a time."""

    agreement: Agreement
    known: dict[Any, Expr | None] = field(default_factory=dict)

    def maybe(self, text: str | None) -> datetime | None:
        """Return an instant, or None for none."""
        return None if text is None else instant(text, self.agreement)

    def zone_at(self, zone: Zone, reading: Reading, at: datetime) -> Expr | None:
        """Return where a zone is at an instant."""
        if not is_within(at, self.maybe(zone.valid.start), self.maybe(zone.valid.end)):
            return None
        if zone.anywhere:
            return ("anywhere",)
        if zone.box:
            return ("box", zone.box.west, zone.box.south, zone.box.east, zone.box.north)
        if zone.polygons:
            return any_of(("polygon", tuple(map(tuple, rings[0]))) for rings in zone.polygons)
        if zone.objects:
            return any_of(("disc", o.lon, o.lat, metres(o.radius or zone.radius or "")) for o in zone.objects)
        if zone.union:
            return any_of(self.zone_at(self.agreement.zone(part), reading, at) for part in zone.union)
        assert zone.buffer is not None
        wanted = reading.lines.get(zone.buffer.line, zone.buffer.line)
        line = next(one for one in self.agreement.lines if one.id == wanted)
        begun = [v for v in line.versions if (self.maybe(v.start) or FIRST) <= at]
        if not begun:
            return None
        version = max(begun, key=lambda v: self.maybe(v.start) or FIRST)
        if version.end is not None and at >= instant(version.end, self.agreement):
            return None
        corners = tuple(map(tuple, version.coordinates))
        return ("strip", corners, metres(zone.buffer.distance), zone.buffer.side)

    def zones_at(self, zone_ids: Iterable[str], reading: Reading, at: datetime) -> Expr | None:
        """Return where any of some zones is."""
        return any_of(self.zone_at(self.agreement.zone(one), reading, at) for one in zone_ids)

    def binds(self, clause: Clause, reading: Reading, at: datetime) -> bool:
        """Say whether the reading is in force and the clause's scope binds at an instant."""
        if not is_within(at, instant(reading.enters_into_force, self.agreement), self.maybe(reading.ends)):
            return False
        for pause in reading.suspensions:
            if pause.by in reading.claimed_by and is_within(at, self.maybe(pause.start), self.maybe(pause.end)):
                return False
        return is_within(at, self.maybe(clause.scope.start), self.maybe(clause.scope.end))

    def is_open(self, windows: list[str], at: datetime) -> bool:
        """Say whether the wall clock shows a time within a daily window."""
        clock = f"{at.astimezone(ZoneInfo(self.agreement.time_zone)):%H:%M}"
        parts = [window.split("-") for window in windows]
        return not windows or any(a <= clock < b if a < b else clock >= a or clock < b for a, b in parts)

    def own_at(self, clause: Clause, reading: Reading, party: str, at: datetime, certain: bool) -> Expr | None:
        """Return where a clause's own rule binds a party at an instant, whatever its scope says."""
        rule: Any = clause.rule
        if rule.kind in ("cessation", "access"):
            return ("anywhere",)
        if rule.kind == "withdrawal":
            late = at >= instant(rule.deadline, self.agreement)
            return self.zones_at(rule.zones_by_party.get(party, ()), reading, at) if late else None
        if rule.kind == "disengagement":
            return any_of(self._area(rule, area, reading, at, certain) for area in rule.areas)
        if rule.kind == "corridor" and not self.is_open(rule.windows, at):
            return None
        zones = self.zones_at(rule.zones, reading, at)
        if rule.kind == "no_approach" and zones is not None and metres(rule.distance) > 0.0:
            return ("near", zones, metres(rule.distance))
        return zones

    def _area(self, rule: Any, area: str, reading: Reading, at: datetime, certain: bool) -> Expr | None:
        zone = self.zones_at([area], reading, at)
        if area in rule.began:
            return zone if at >= instant(rule.began[area], self.agreement) else None
        if rule.quiet_days is None:
            return zone
        earliest = instant(reading.enters_into_force, self.agreement) + timedelta(days=rule.quiet_days)
        return zone if not certain and at >= earliest else None

    def bound_at(self, clause: Clause, reading: Reading, party: str, at: datetime, certain: bool) -> Expr | None:
        """Return where a clause binds a party at an instant."""
        key = (clause.id, reading.id, party, at, certain)
        if key not in self.known:
            self.known[key] = self._bound_at(clause, reading, party, at, certain)
        return self.known[key]

    def _bound_at(self, clause: Clause, reading: Reading, party: str, at: datetime, certain: bool) -> Expr | None:
        if not self.binds(clause, reading, at):
            return None
        scope = self.zones_at(clause.scope.zones, reading, at) if clause.scope.zones else ("anywhere",)
        return all_of([self.own_at(clause, reading, party, at, certain), scope])

    def place_time(self, row: Row, where: Callable[[datetime], Expr | None], pair: Callable[..., Pair]) -> Pair:
        """Return the mean over the instants of a dated incident, or the extremes over those of an undated one."""
        start, end = row["occurred_start"], row["occurred_end"]
        if start is not None and end is not None:
            total, low, high = end - start, 0.0, 0.0
            for begin, finish in _slots(start, end):
                share = (finish - begin) / total
                found = pair(row, where(begin))
                low, high = low + share * found[0], high + share * found[1]
            return (low, high)
        tried = [at for at in _probes() if is_within(at, start, end)]
        pairs = {pair(row, shape) for shape in {where(at) for at in tried}}
        return (min(low for low, _ in pairs), max(high for _, high in pairs))


def _slots(start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime]]:
    # The interval cut at every half hour.
    at = start
    while at < end:
        since = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
        finish = min(at - since + HALF_HOUR, end)
        yield at, finish
        at = finish


@cache
def _probes() -> tuple[datetime, ...]:
    n = int((PROBED[1] - PROBED[0]) / HALF_HOUR)
    return (FIRST, *(PROBED[0] + k * HALF_HOUR for k in range(n)), LAST - HALF_HOUR)
