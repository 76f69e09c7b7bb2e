"""Measure places against zones: probabilities, and yes or no, beside a peer on the same data in the same run.

A made-up world, seeded: ten versions of a front strip with 20,000 vertices each, fifty smaller zones, a million places
with errors of 0.1 to 10 km. The peer answers only yes or no for exact places: an STR tree of the places, asked once for
each prepared zone (what GeoPandas' ``sjoin`` does inside), and ``sjoin`` itself where GeoPandas is installed. All is
timed three times and the median printed. Budget: below two minutes on two cores.

    python benchmarks/geometry.py [--places 1000000] [--threads 2]
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from holdfire.assessment.geometry.inside import contains
from holdfire.assessment.geometry.kernel import edge_sums
from holdfire.assessment.geometry.places import bounds_in_zone, prob_in_zone, project_places
from holdfire.assessment.geometry.zones import PreparedZone, prepare_zones

Floats = NDArray[np.float64]

SEED = 20260101
REPEATS = 3
WEST, SOUTH, EAST, NORTH = 33.0, 45.5, 40.0, 51.5


def front(rng: np.random.Generator, begin: tuple[float, float], end: tuple[float, float], n: int) -> Floats:
    """Return a line roughened by midpoint displacement: about 1.1 in fractal dimension."""
    xy = np.array([begin, end])
    while len(xy) < n:
        step = np.diff(xy, axis=0)
        middle = (xy[1:] + xy[:-1]) / 2.0
        middle += 0.18 * rng.normal(size=(len(step), 1)) * np.stack([-step[:, 1], step[:, 0]], axis=1)
        finer = np.empty((len(xy) + len(middle), 2))
        finer[0::2], finer[1::2] = xy, middle
        xy = finer
    return xy[np.linspace(0, len(xy) - 1, n).astype(np.int64)]


def star(rng: np.random.Generator, n: int, radius: float) -> shapely.Polygon:
    """Return a polygon about a random place, with a rough boundary."""
    turn = np.sort(rng.uniform(0.0, 2.0 * np.pi, n))
    reach = radius * np.exp(0.15 * np.cumsum(rng.normal(size=n)) / np.sqrt(n))
    lon, lat = rng.uniform(WEST, EAST), rng.uniform(SOUTH, NORTH)
    return shapely.Polygon(np.stack([lon + 1.5 * reach * np.cos(turn), lat + reach * np.sin(turn)], axis=1))


def zones(rng: np.random.Generator) -> list[shapely.Geometry]:
    """Return sixty zones with about 215,000 vertices."""
    made: list[shapely.Geometry] = []
    for day in range(10):
        near = front(rng, (35.0 + 0.02 * day, 46.6), (37.8 + 0.02 * day, 50.2), 10_000)
        far = front(rng, (35.5 + 0.02 * day, 46.2), (38.9 + 0.02 * day, 50.0), 10_000)
        made.append(shapely.Polygon(np.concatenate([near, far[::-1]])))
    made += [star(rng, int(n), r) for n, r in zip(rng.integers(8, 600, 50), rng.uniform(0.01, 0.4, 50), strict=True)]
    return [shapely.make_valid(zone) for zone in made]


def places(rng: np.random.Generator, n: int, near: shapely.Geometry | None) -> tuple[Floats, Floats, Floats]:
    """Return places all over the region, or along the boundary of a zone."""
    sigma = np.exp(rng.uniform(np.log(100.0), np.log(10_000.0), n))
    if near is None:
        return rng.uniform(WEST, EAST, n), rng.uniform(SOUTH, NORTH, n), sigma
    xy = shapely.get_coordinates(near)[rng.integers(0, shapely.get_num_coordinates(near), n)]
    return xy[:, 0] + rng.normal(0.0, 0.2, n), xy[:, 1] + rng.normal(0.0, 0.15, n), sigma


def median_s(work: Callable[[], object]) -> float:
    """Return the median time of a few runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def peer(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count the pairs of a place and a zone that holds it, with shapely."""
    tree = shapely.STRtree(shapely.points(lon, lat))
    return int(tree.query(geometries, predicate="intersects").shape[1])


def sjoin(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count the same pairs with GeoPandas."""
    import geopandas  # noqa: PLC0415 - optional peer

    # Zones on the left: the other way round each place would be tested against polygons that are not prepared.
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat))
    return len(geopandas.sjoin(geopandas.GeoDataFrame(geometry=geometries), points, predicate="intersects"))


def held(lon: Floats, lat: Floats, sigma: Floats | float, prepared: list[PreparedZone], threads: int) -> float:
    """Return the sum of all probabilities."""
    projected = project_places(lon, lat, sigma, prepared[0].projection)
    return sum(float(prob_in_zone(projected.x, projected.y, projected.sigma, zone, threads).sum()) for zone in prepared)


def yes(lon: Floats, lat: Floats, prepared: list[PreparedZone], threads: int) -> int:
    """Return the number of pairs of an exact place and a zone that holds it."""
    return sum(int(contains(lon, lat, zone.exact, threads).sum()) for zone in prepared)


def accuracy(lon: Floats, lat: Floats, sigma: Floats, prepared: list[PreparedZone], n: int) -> tuple[float, float]:
    """Return largest and mean error against the integral over every edge as drawn."""
    errors = []
    projected = project_places(lon[:n], lat[:n], sigma[:n], prepared[0].projection)
    for zone in prepared:
        if zone.octaves is not None:
            table = np.ascontiguousarray(zone.octaves.table[:, : zone.octaves.n_edges])
            exact = edge_sums(projected.x, projected.y, projected.sigma, table)
            errors.append(np.abs(bounds_in_zone(projected, zone)[0] - exact))
    return float(np.max(errors)), float(np.mean(errors))


def compare(world: tuple[Floats, Floats, Floats], geometries: list[shapely.Geometry], threads: int) -> None:
    """Print the table of one world."""
    lon, lat, sigma = world
    prepared = prepare_zones(geometries)
    times = {"shapely STRtree, yes or no": median_s(lambda: peer(lon, lat, geometries))}
    if importlib.util.find_spec("geopandas") is not None:
        times["geopandas sjoin, yes or no"] = median_s(lambda: sjoin(lon, lat, geometries))
    reference = min(times.values())
    for n in sorted({1, threads}):
        label = f"{n} thread{'s' * (n > 1)}"
        times[f"probability, {label}"] = median_s(partial(held, lon, lat, sigma, prepared, n))
        times[f"yes or no, {label}"] = median_s(partial(yes, lon, lat, prepared, n))
    for label, seconds in times.items():
        each = seconds / lon.size * 1e6
        ratio = reference / seconds
        print(f"  {label:28s} {seconds:8.3f} s  {each:8.3f} us a place  {ratio:7.2f} x the fastest peer")
    worst, mean = accuracy(lon, lat, sigma, prepared, 300)
    print(f"  error against the integral over all edges: max {worst:.1e}, mean {mean:.1e}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--places", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    rng = np.random.default_rng(SEED)
    geometries = zones(rng)
    everywhere, near = places(rng, given.places, None), places(rng, given.places, geometries[0])
    begin = time.perf_counter()
    held(*(values[:1000] for values in near), prepare_zones(geometries), 1)
    print(f"first call, compiling or loading included: {time.perf_counter() - begin:.1f} s")
    n_vertices = sum(shapely.get_num_coordinates(geometry) for geometry in geometries)
    build = median_s(lambda: prepare_zones(geometries))
    print(f"{len(geometries)} zones, {n_vertices} vertices: prepared in {build:.2f} s")
    for name, world in (("all over the region", everywhere), ("along the front", near)):
        print(f"\n{given.places} places {name}")
        compare(world, geometries, given.threads)


if __name__ == "__main__":
    main()
