"""Ground: where a world lies, and what truly happens in it.

Turns an agreement's zones, or a plain rectangle, into settlements and incidents with a known time, place, kind,
actor and weapon. Rule: truth is drawn from the seed alone. Leaves who tells of it to ``telling``. Places are made
in degrees with a local scale of metres, so worlds should not reach the poles or the antimeridian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US, MAX_US, parse_instant, to_us
from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.records.agreement import Agreement
from holdfire.records.taxonomy import Taxonomy
from holdfire.simulate.knobs import Knobs

__all__ = ["Ground", "Truth", "box_km2", "lay_ground", "lay_plain_ground", "let_happen", "shift_metres"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEFAULT_REGION = (30.0, 46.0, 36.0, 50.0)
"""West, south, east, north of a world whose agreement names no bounded zone, degrees."""
PLAIN_CENTRE = (33.0, 48.0)
"""Middle of the rectangle of a world without an agreement, degrees."""
PLAIN_START = "2024-01-01T00:00:00Z"
"""Begin of such a world, unless it is so long that it would pass the year 2100."""
PLAIN_KINDS = (
    "clash/raid",
    "clash/skirmish",
    "explosion/air_strike/bomb",
    "explosion/drone_strike/dropped",
    "explosion/drone_strike/one_way",
    "explosion/mine/improvised",
    "explosion/missile/cruise",
    "explosion/shelling/artillery",
    "explosion/shelling/mortar",
    "explosion/shelling/rocket",
    "explosion/shelling/tank",
    "gunfire/heavy_machine_gun",
    "gunfire/small_arms",
    "gunfire/sniper",
    "movement/convoy",
)
"""What happens in a world without an agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Hold the stage of a world.

    Attributes
    ----------
    lon, lat : float64, (n_places,), degrees
        Settlements.
    district_lon, district_lat : float64, (n_places,), degrees
        Centre of each settlement's district.
    weight : float64, (n_places,), 0..1
        Share of activity; the sum is 1.
    start_us, force_us : int
        Begin of the world and first claimed entry into force, microseconds since 1970.
    kinds : tuple of str
        Leaves of the tree that happen here.
    parties : tuple of str
        Those who act, by index.
    box : tuple of float
        West, south, east, north in degrees.
    """

    lon: Floats
    lat: Floats
    district_lon: Floats
    district_lat: Floats
    weight: Floats
    start_us: int
    force_us: int
    kinds: tuple[str, ...]
    parties: tuple[str, ...]
    box: tuple[float, float, float, float]


def box_km2(ground: Ground) -> float:
    """Return the area of a world's box, square kilometres, on the sphere."""
    west, south, east, north = ground.box
    height_km = (north - south) * METRES_PER_DEGREE / 1000.0
    return float(height_km * (east - west) * np.cos(np.radians((north + south) / 2)) * METRES_PER_DEGREE / 1000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Hold what truly happened, ordered by time.

    Attributes
    ----------
    at_us : int64, (n,), microseconds since 1970
    lon, lat : float64, (n,), degrees
    place : int64, (n,)
        Index of the settlement.
    kind, actor, target : int64, (n,)
        Indexes into the ground's kinds and parties.
    """

    at_us: Ints
    lon: Floats
    lat: Floats
    place: Ints
    kind: Ints
    actor: Ints
    target: Ints


def shift_metres(lon: Floats, lat: Floats, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
    """Return places moved by metres east and north."""
    return (
        lon + east_m / (METRES_PER_DEGREE * np.cos(np.radians(lat))),
        lat + north_m / METRES_PER_DEGREE,
    )


def _bounded(shapes: pa.Table) -> list[shapely.Geometry]:
    known = shapes.filter(pc.is_valid(shapes["wkb"]))
    geometries = [g for g in shapely.from_wkb(known["wkb"].to_pylist()) if not shapely.is_empty(g)]
    return geometries


def _points_in(geometry: shapely.Geometry, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    west, south, east, north = shapely.bounds(geometry)
    lon, lat = np.empty(0), np.empty(0)
    for _ in range(60):
        x, y = rng.uniform(west, east, 4 * n), rng.uniform(south, north, 4 * n)
        inside = shapely.contains_xy(geometry, x, y)
        lon, lat = np.concatenate([lon, x[inside]]), np.concatenate([lat, y[inside]])
        if lon.size >= n:
            return lon[:n], lat[:n]
    centre = shapely.point_on_surface(geometry)
    n_missing = n - lon.size
    return (
        np.append(lon, np.full(n_missing, shapely.get_x(centre))),
        np.append(lat, np.full(n_missing, shapely.get_y(centre))),
    )


def _settlements(
    geometries: list[shapely.Geometry], knobs: Knobs, rng: np.random.Generator
) -> tuple[Floats, Floats, tuple[float, float, float, float]]:
    if not geometries:
        west, south, east, north = DEFAULT_REGION
        n = knobs.n_places
        return rng.uniform(west, east, n), rng.uniform(south, north, n), DEFAULT_REGION
    # Small zones are as likely as large ones: clauses about a port and about a region are both tried.
    chosen = rng.integers(0, len(geometries), knobs.n_places)
    lon, lat = np.empty(knobs.n_places), np.empty(knobs.n_places)
    for index in np.unique(chosen):
        here = np.flatnonzero(chosen == index)
        lon[here], lat[here] = _points_in(geometries[index], here.size, rng)
    away = rng.random(knobs.n_places) >= knobs.in_zones
    sigma_m = 20_000.0
    far_lon, far_lat = shift_metres(lon, lat, rng.normal(0, sigma_m, lon.size), rng.normal(0, sigma_m, lon.size))
    lon, lat = np.where(away, far_lon, lon), np.where(away, far_lat, lat)
    box = (float(lon.min()) - 0.5, float(lat.min()) - 0.5, float(lon.max()) + 0.5, float(lat.max()) + 0.5)
    return lon, lat, box


def _kinds_here(agreement: Agreement, kinds: Taxonomy) -> tuple[str, ...]:
    """Return the leaves under the acts that clauses name, and all leaves where they name none."""
    acts: set[str] = set()
    for clause in agreement.clauses:
        acts.update(getattr(clause.rule, "acts", ()))
    leaves = [path for path in kinds if not kinds.children[path] and not path.startswith("signal")]
    named = [leaf for leaf in leaves if kinds.bounds(leaf, acts)[0] == 1.0]
    return tuple(named or leaves)


def lay_ground(
    agreement: Agreement, shapes: pa.Table, kinds: Taxonomy, knobs: Knobs, rng: np.random.Generator
) -> Ground:
    """Lay settlements and districts into the agreement's zones."""
    lon, lat, box = _settlements(_bounded(shapes), knobs, rng)
    force = min(to_us(parse_instant(r.enters_into_force, agreement.time_zone)) for r in agreement.readings)
    acting = {party for clause in agreement.clauses for party in clause.addressees}
    parties = tuple(party.id for party in agreement.parties if party.id in acting)
    return _ground(
        lon,
        lat,
        box,
        knobs,
        rng,
        force_us=force,
        kinds=_kinds_here(agreement, kinds),
        parties=parties[:2] if len(parties) >= 2 else (*parties, *parties),
    )


def lay_plain_ground(kinds: Taxonomy, knobs: Knobs, rng: np.random.Generator) -> Ground:
    """Lay settlements and districts into a plain rectangle, for a world without an agreement."""
    half_north = knobs.height_km * 500.0 / METRES_PER_DEGREE
    half_east = knobs.width_km * 500.0 / (METRES_PER_DEGREE * np.cos(np.radians(PLAIN_CENTRE[1])))
    west, east = PLAIN_CENTRE[0] - half_east, PLAIN_CENTRE[0] + half_east
    south, north = PLAIN_CENTRE[1] - half_north, PLAIN_CENTRE[1] + half_north
    lon, lat = rng.uniform(west, east, knobs.n_places), rng.uniform(south, north, knobs.n_places)
    latest = MAX_US - (knobs.n_days + 30) * DAY_US
    here = tuple(kind for kind in PLAIN_KINDS if kind in kinds)
    return _ground(
        lon,
        lat,
        (float(west), float(south), float(east), float(north)),
        knobs,
        rng,
        force_us=min(to_us(parse_instant(PLAIN_START)), latest // DAY_US * DAY_US) + 2 * DAY_US,
        kinds=here or tuple(path for path in kinds if not kinds.children[path]),
        parties=("side-a", "side-b"),
    )


def _ground(
    lon: Floats,
    lat: Floats,
    box: tuple[float, float, float, float],
    knobs: Knobs,
    rng: np.random.Generator,
    *,
    force_us: int,
    kinds: tuple[str, ...],
    parties: tuple[str, ...],
) -> Ground:
    step = 0.4
    weight = rng.pareto(knobs.hot_spots, knobs.n_places) + 0.05
    return Ground(
        lon=lon,
        lat=lat,
        district_lon=(np.floor(lon / step) + 0.5) * step,
        district_lat=(np.floor(lat / step) + 0.5) * step,
        weight=weight / weight.sum(),
        start_us=force_us - 2 * DAY_US,
        force_us=force_us,
        kinds=kinds,
        parties=parties,
        box=box,
    )


def let_happen(ground: Ground, knobs: Knobs, rng: np.random.Generator) -> Truth:
    """Let incidents happen: independent ones, and related ones shortly after and near some of them."""
    daily = np.full(knobs.n_days, float(knobs.incidents_per_day))
    daily[2:] *= knobs.quiet_share
    per_day = rng.poisson(daily)
    day = np.repeat(np.arange(knobs.n_days), per_day)
    n = day.size
    at = ground.start_us + day * DAY_US + (rng.random(n) * DAY_US).astype(np.int64)
    place = rng.choice(ground.lon.size, n, p=ground.weight)
    east, north = (rng.normal(0, knobs.spread_km * 1000, n) for _ in range(2))
    lon, lat = shift_metres(ground.lon[place], ground.lat[place], east, north)
    kind_weight = rng.dirichlet(np.full(len(ground.kinds), knobs.kind_mix))
    kind = rng.choice(len(ground.kinds), n, p=kind_weight)
    actor = (rng.random(n) < 0.5).astype(np.int64)
    parent = np.repeat(np.arange(n), rng.poisson(knobs.aftershocks, n))
    m = parent.size
    later = (rng.exponential(knobs.aftershock_h, m) * HOUR_US).astype(np.int64) + 5 * 60 * 1_000_000
    east, north = (rng.normal(0, knobs.aftershock_km * 1000, m) for _ in range(2))
    near_lon, near_lat = shift_metres(lon[parent], lat[parent], east, north)
    answered = rng.random(m) < 0.3
    at = np.concatenate([at, at[parent] + later])
    order = np.argsort(at, kind="stable")
    new_kind = np.where(
        rng.random(m) < knobs.aftershock_same_kind, kind[parent], rng.choice(len(ground.kinds), m, p=kind_weight)
    )
    actor = np.concatenate([actor, np.where(answered, 1 - actor[parent], actor[parent])])
    return Truth(
        at_us=at[order],
        lon=np.concatenate([lon, near_lon])[order],
        lat=np.concatenate([lat, near_lat])[order],
        place=np.concatenate([place, place[parent]])[order],
        kind=np.concatenate([kind, new_kind])[order],
        actor=actor[order],
        target=(1 - actor)[order],
    )
