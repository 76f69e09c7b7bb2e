"""A slow, plainly written judge: one incident, one clause, one reading, one party at a time.

Turns an agreement's model and incidents as dicts into the factors that an assessment ought to give. Rule: nothing here
is imported from ``holdfire.assessment``; time is tried half hour by half hour, a place is a cloud of points, bounds of
masses are a linear programme, and counts are tried outcome by outcome. So every instant of a test lies on a half hour,
lines run northward, and zones that are asked for together overlap. Errors: none in time; a place within 0.002.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from pyproj import Transformer
from scipy.optimize import linprog

from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Clause, Exemption
from holdfire.records.taxonomy import builtin_tree, kind_weapons
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


# Names


def masses(shares: list[dict[str, Any]] | None) -> list[tuple[str | None, float, float]]:
    """Return a list of bounds by name whose masses can sum to one; what is left out is a null name."""
    known = [(one["name"], one["lower"], one["upper"]) for one in shares or ()]
    rest = 1.0 - sum(high for _, _, high in known)
    if rest > 1e-6 or not known:
        known.append((None, max(0.0, rest), min(1.0, 1.0 - sum(low for _, low, _ in known))))
    return known


@cache
def extreme(known: tuple[tuple[str | None, float, float], ...], worth: tuple[float, ...], sign: float) -> float:
    """Return the least (sign 1) or greatest (sign -1) sum of worth that masses within bounds can have."""
    found = linprog(
        [sign * one for one in worth],
        A_eq=[[1.0] * len(known)],
        b_eq=[1.0],
        bounds=[(low, high) for _, low, high in known],
    )
    assert found.success, known
    return float(sign * found.fun)


def fit_pair(known: list[tuple[str | None, float, float]], fits: list[Pair]) -> Pair:
    """Return bounds of the mass that fits."""
    masses_known, lows, highs = tuple(known), tuple(low for low, _ in fits), tuple(high for _, high in fits)
    return extreme(masses_known, lows, 1.0), extreme(masses_known, highs, -1.0)


def tree_pair(tree_name: str, path: str | None, wanted: Iterable[str]) -> Pair:
    """Say, leaf by leaf, whether what is known by a path must, or may, lie under one of the paths wanted."""
    paths = builtin_tree(tree_name).paths
    wanted = tuple(wanted)
    if path is None:
        return (0.0, 1.0)
    leaves = [p for p in paths if not any(q.startswith(p + "/") for q in paths)]
    below = [leaf for leaf in leaves if leaf == path or leaf.startswith(path + "/")]
    fits = [any(leaf == w or leaf.startswith(w + "/") for w in wanted) for leaf in below]
    # A path that is wanted by itself counts whole, and so does one all of whose leaves are wanted.
    return (float(all(fits)), float(any(fits)))


def act_pair(row: Row, acts: Iterable[str], weapons: Iterable[str]) -> Pair:
    """Return bounds of the probability that an incident is one of the acts with one of the weapons."""
    known = masses(row["kinds"])
    fits = []
    for name, _, _ in known:
        low, high = tree_pair("kinds", name, acts)
        if tuple(weapons):
            weapon = row["weapon"]
            above = [] if name is None else [name.rsplit("/", n)[0] for n in range(name.count("/") + 1)]
            if weapon is None:
                weapon = next((kind_weapons()[path] for path in above if path in kind_weapons()), None)
            with_low, with_high = tree_pair("weapons", weapon, weapons)
            low, high = low * with_low, high * with_high
        fits.append((low, high))
    return fit_pair(known, fits)


def party_pair(row: Row, party: str) -> Pair:
    """Return bounds of the probability that a party did it."""
    known = masses(row["actors"])
    listed = any(name == party for name, _, _ in known)
    fits = [(float(n == party), float(n == party or (n is None and not listed))) for n, _, _ in known]
    return fit_pair(known, fits)


# Exemptions


def excluded_pair(row: Row, exemption: Exemption, agreement: Agreement) -> Pair:
    """Return bounds of the probability that the target is an excluded group, given that a party acted."""
    groups = {group.id for group in agreement.excluded_groups}
    if not groups:
        return (0.0, 0.0)
    known = masses(row["actors"])
    by_low, by_high = fit_pair(known, [(float(n in groups), float(n in groups or n is None)) for n, _, _ in known])
    low, high = row["involved_excluded_lower"], row["involved_excluded_upper"]
    either_low, either_high = 0.0 if low is None else low, 1.0 if high is None else high

    def given(either: float, by: float) -> float:
        return 0.0 if either <= by and either < 1.0 else 1.0 if either >= 1.0 else (either - by) / (1.0 - by)

    lower = 0.0 if exemption.groups and set(exemption.groups) < groups else given(either_low, by_high)
    return (min(lower, given(either_high, by_low)), given(either_high, by_low))


def reply_upper(row: Row, rows: list[Row], clause: Clause, exemption: Exemption, party: str) -> float:
    """Return the greatest probability that an incident answers what somebody else may have fired."""
    rule: Any = clause.rule
    start, end = row["occurred_start"] or FIRST, row["occurred_end"] or LAST
    total = 0.0
    for other in rows:
        began, ended = other["occurred_start"] or FIRST, other["occurred_end"] or LAST
        window = timedelta(hours=hours(exemption.window))
        if other["incident_id"] == row["incident_id"] or began >= end or ended <= start - window:
            continue
        chance = other["prob_real_upper"] * act_pair(other, rule.acts, getattr(rule, "weapons", ()))[1]
        chance *= 1.0 - party_pair(other, party)[0]
        if row["sigma_m"] is not None and other["sigma_m"] is not None:
            beyond = haversine_m(row, other) - metres(exemption.distance)
            variance = row["sigma_m"] ** 2 + other["sigma_m"] ** 2
            if beyond > 0.0:
                chance *= math.exp(-(beyond**2) / (2.0 * variance)) if variance > 0.0 else 0.0
        total += chance
    return min(total, 1.0)


def haversine_m(row: Row, other: Row) -> float:
    """Return the distance of two incidents on a sphere."""
    lat1, lat2 = math.radians(row["lat"]), math.radians(other["lat"])
    half = (lat2 - lat1) / 2, math.radians(other["lon"] - row["lon"]) / 2
    inner = math.sin(half[0]) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half[1]) ** 2
    return 2.0 * EARTH_M * math.asin(math.sqrt(inner))


def no_exemption_pair(judge: Judge, clause: Clause, party: str, row: Row | None, rows: list[Row]) -> Pair:
    """Return bounds of the probability that nothing excuses what a party did, or left undone."""
    least, most = 0.0, 0.0
    for one in clause.exemptions:
        if one.parties and party not in one.parties:
            continue
        if one.kind in ("self_defence", "notified_works"):
            pair = (one.share[0], one.share[1])
        elif row is None:
            continue
        elif one.kind == "excluded_groups":
            pair = excluded_pair(row, one, judge.agreement)
        else:
            pair = (0.0, reply_upper(row, rows, clause, one, party) * one.share[1])
        least, most = max(least, pair[0]), most + pair[1]
    return (max(0.0, 1.0 - most), 1.0 - least)


# Clauses


def target_pair(judge: Judge, rule: Any) -> Callable[[Row, Expr | None], Pair]:
    """Return how a protected clause's place is judged, where a named target counts within a larger distance."""

    def pair(row: Row, shape: Expr | None) -> Pair:
        if shape is None:
            return (0.0, 0.0)
        named, share = row["target_kind"], row["prob_target_kind"] or 0.0
        fits = (0.0, 0.0) if named is None else tree_pair("targets", named, rule.targets)
        low, high = share * fits[0], share * fits[1]
        if shape == ("anywhere",):
            return (low, min(1.0, high + (1.0 if named is None else 1.0 - share)))
        own, near = place_pair(row, shape), place_pair(row, ("near", shape, metres(rule.named_within)))
        return (low * max(near[0], own[0]) + (1.0 - low) * own[0], high * max(near[1], own[1]) + (1.0 - high) * own[1])

    return pair


def act_factors(judge: Judge, clause: Clause, reading: Reading, party: str, row: Row, rows: list[Row]) -> list[Pair]:
    """Return the five factors of an act under a clause that prohibits it."""
    rule: Any = clause.rule
    acts = [*rule.acts, "explosion/outgoing"] if rule.kind == "withdrawal" else rule.acts
    weapons = () if rule.kind in ("disengagement", "access") else rule.weapons
    pair = target_pair(judge, rule) if rule.kind == "protected" and rule.targets else place_pair

    def within(certain: bool) -> Pair:
        return judge.place_time(row, lambda at: judge.bound_at(clause, reading, party, at, certain), pair)

    possible = within(False)
    certain = within(True) if rule.kind == "disengagement" else possible
    return [
        (row["prob_real_lower"], row["prob_real_upper"]),
        act_pair(row, acts, weapons),
        (min(certain[0], possible[1]), possible[1]),
        actor_pair(judge, clause, party, row),
        no_exemption_pair(judge, clause, party, row, rows),
    ]


def actor_pair(judge: Judge, clause: Clause, party: str, row: Row) -> Pair:
    """Return bounds that a party did it, by Bayes' rule where one addressee holds what the clause protects."""
    rule: Any = clause.rule
    low, high = party_pair(row, party)
    holders = [judge.agreement.zone(zone).held_by for zone in rule.zones] if rule.kind == "protected" else [None]
    holder = holders[0]
    if holder is None or any(one != holder for one in holders) or holder.party not in clause.addressees:
        return (low, high)
    # Each addressee's mass times its likelihood, over all that the masses can be.
    rest = sum(party_pair(row, other)[1] for other in clause.addressees if other not in (party, holder.party))

    def posterior(mine: float, others: float) -> float:
        theirs = 1.0 - mine - others
        weigh = (holder.own_fire, 1.0, 1.0) if party == holder.party else (1.0, 1.0, holder.own_fire)
        total = mine * weigh[0] + others * weigh[1] + theirs * weigh[2]
        return 0.0 if mine == 0.0 else mine * weigh[0] / total

    if party == holder.party:
        return (posterior(low, 0.0), posterior(high, 0.0))
    return (posterior(low, min(rest, 1.0 - low)), posterior(high, 0.0))


def at_least(probs: list[float], n: int) -> float:
    """Return the probability of at least n events, outcome by outcome."""
    total = 0.0
    for outcome in itertools.product((0, 1), repeat=len(probs)):
        if sum(outcome) >= n:
            total += math.prod(p if hit else 1.0 - p for p, hit in zip(probs, outcome, strict=True))
    return total


def omission_pair(
    judge: Judge, clause: Clause, reading: Reading, party: str, rows: list[Row], today: datetime
) -> Pair | None:
    """Return bounds that a party did not do what it owed; None before the deadline."""
    rule: Any = clause.rule
    deadline = judge.maybe(rule.deadline)
    last = None if deadline is None else deadline - HALF_HOUR
    if deadline is None or last is None or today < deadline or not judge.binds(clause, reading, last):
        return None

    def shown(row: Row, kinds: list[str], when: Callable[[datetime], bool], by: Pair, anywhere: bool = True) -> Pair:
        def where(at: datetime) -> Expr | None:
            if not when(at):
                return None
            if not anywhere:
                return judge.bound_at(clause, reading, party, at, certain=True)
            return judge.zones_at(clause.scope.zones, reading, at) if clause.scope.zones else ("anywhere",)

        place = judge.place_time(row, where, place_pair)
        act = act_pair(row, kinds, ())
        real = (row["prob_real_lower"], row["prob_real_upper"])
        return (real[0] * act[0] * by[0] * place[0], real[1] * act[1] * by[1] * place[1])

    def timely(at: datetime) -> bool:
        return at < deadline

    def in_scope(at: datetime) -> bool:
        return is_within(at, judge.maybe(clause.scope.start), judge.maybe(clause.scope.end))

    if rule.kind == "corridor":
        passed = [shown(row, rule.passage, timely, (1.0, 1.0), anywhere=False)[0] for row in rows]
        return (0.0, 1.0 - at_least(passed, rule.at_least))
    if rule.kind == "obligation":
        done = [shown(row, rule.evidence, timely, party_pair(row, party)) for row in rows]
        ever = [shown(row, rule.evidence, lambda at: True, party_pair(row, party))[0] for row in rows]
        upper = 1.0 - at_least([low for low, _ in done], rule.at_least)
        late = at_least(ever, rule.at_least) - at_least([high for _, high in done], rule.at_least)
        return (min(max(0.0, late), upper), upper)
    freed = [shown(r, rule.evidence, lambda a: timely(a) and in_scope(a), party_pair(r, party))[0] for r in rows]
    late_on = [shown(r, rule.evidence, lambda a: not timely(a) and in_scope(a), party_pair(r, party))[0] for r in rows]
    ended = [shown(r, rule.completion, lambda a: timely(a) and in_scope(a), (1.0, 1.0))[0] for r in rows]
    owed = None if rule.basis == "all_for_all" else rule.counts_by_party.get(party, rule.count)
    enough = 0.0 if owed is None else at_least(freed, math.ceil(owed / rule.freed_at_least))
    upper = 1.0 - max(enough, at_least(ended, 1) if rule.completion else 0.0)
    return (min(at_least([rule.late_shows * p for p in late_on], 1), upper), upper)


def reference(agreement: Agreement, rows: list[Row], today: datetime) -> dict[tuple[str | None, ...], list[Pair]]:
    """Return the five factors by incident (None: no incident), clause, reading and party."""
    judge, found = Judge(agreement), {}
    one = (1.0, 1.0)
    for clause, reading in itertools.product(agreement.clauses, agreement.readings):
        if clause.modality == "permits" or (clause.scope.readings and reading.id not in clause.scope.readings):
            continue
        for party in clause.addressees:
            key = (clause.id, reading.id, party)
            if clause.rule.kind not in ("obligation", "exchange"):
                for row in rows:
                    factors = act_factors(judge, clause, reading, party, row, rows)
                    found[row["incident_id"], *key] = factors
            owes = clause.rule.kind != "corridor" or bool(getattr(clause.rule, "passage", ()))
            if owes and clause.rule.kind in ("obligation", "exchange", "corridor"):
                pair = omission_pair(judge, clause, reading, party, rows, today)
                if pair is not None:
                    found[None, *key] = [one, pair, one, one, no_exemption_pair(judge, clause, party, None, rows)]
    return found
