"""Measure places against zones: probabilities, and yes or no, beside the peers on the same data in the same run.

A made-up world, seeded: ten versions of a front strip with 20,000 vertices each, fifty smaller zones, a million places
with errors of 0.1 to 10 km. The peers (``geometry_peers``) answer only yes or no for exact places; each that is
installed is asked in each way that makes a difference to it. Times are medians of three, those of the peers at ten
million places single runs. Errors over random zones are against an integral of its own (``geometry_shapes``).
Budget: about eight minutes on two cores.

    python -m benchmarks.geometry [probabilities] [exact] [accuracy] [--places 1000000] [--many 10000000] [--threads 2]
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.geometry_peers import FAST, SLOW, TREE, installed
from benchmarks.geometry_shapes import SHAPES, line_mass, placed, places_about
from holdfire.assessment.geometry.inside import exact_grid_of, holders
from holdfire.assessment.geometry.kernel import edge_sums
from holdfire.assessment.geometry.places import bounds_in_zone, prob_in_zone, project_places
from holdfire.assessment.geometry.slices import in_slices
from holdfire.assessment.geometry.zones import PreparedZone, prepare_zone, prepare_zones

Floats = NDArray[np.float64]

SEED = 20260101
REPEATS = 3
LARGE = 2_000_000
"""Places from which on shapely's tree is left out: GeoPandas builds the same one."""
FEW = 10_000
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


def median_s(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time of a few runs, in seconds."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def held(lon: Floats, lat: Floats, sigma: Floats | float, prepared: list[PreparedZone], threads: int) -> float:
    """Return the sum of all probabilities."""
    projected = project_places(lon, lat, sigma, prepared[0].projection, threads)
    return sum(float(prob_in_zone(projected.x, projected.y, projected.sigma, zone, threads).sum()) for zone in prepared)


def yes(lon: Floats, lat: Floats, geometries: list[shapely.Geometry], threads: int) -> int:
    """Return the number of pairs of an exact place and a zone that holds it; the index is built each time."""
    return holders(lon, lat, exact_grid_of(geometries, threads), threads).zone.size


def report(times: dict[str, float], n: int, reference: float) -> None:
    """Print the lines of a table."""
    for label, seconds in times.items():
        each = seconds / n * 1e6
        print(f"  {label:36s} {seconds:9.3f} s {each:9.3f} us a place {reference / seconds:8.2f} x", flush=True)


def errors_against_edges(
    lon: Floats, lat: Floats, sigma: Floats, prepared: list[PreparedZone], n: int
) -> tuple[float, float]:
    """Return largest and mean error against the integral over every edge as drawn."""
    errors = []
    projected = project_places(lon[:n], lat[:n], sigma[:n], prepared[0].projection)
    for zone in prepared:
        if zone.octaves is not None:
            table = np.ascontiguousarray(zone.octaves.table[:, : zone.octaves.n_edges])
            exact = edge_sums(projected.x, projected.y, projected.sigma, table)
            errors.append(np.abs(bounds_in_zone(projected, zone)[0] - exact))
    return float(np.max(errors)), float(np.mean(errors))


def probabilities(
    world: tuple[Floats, Floats, Floats], geometries: list[shapely.Geometry], prepared: list[PreparedZone], threads: int
) -> None:
    """Print the table of one world: probabilities beside what the peers need for a yes or no."""
    lon, lat, sigma = world
    names = [name for name in installed(FAST) if name != "SedonaDB"]
    times = {name: median_s(partial(installed(FAST)[name], lon, lat, geometries)) for name in names}
    fastest = min(times.values())
    for n in sorted({1, threads}):
        times[f"probability, {n} thread{'s' * (n > 1)}"] = median_s(partial(held, lon, lat, sigma, prepared, n))
    report(times, lon.size, fastest)
    worst, mean = errors_against_edges(lon, lat, sigma, prepared, 1000)
    print(f"  (x: as fast as the fastest peer) error against all edges: max {worst:.1e}, mean {mean:.1e}")


def exact_places(lon: Floats, lat: Floats, geometries: list[shapely.Geometry], threads: int, repeats: int) -> None:
    """Print the table of yes or no for exact places, the index built in each run, and the memory's own limit."""
    pairs = yes(lon, lat, geometries, threads)
    ours = median_s(lambda: yes(lon, lat, geometries, threads))
    times = {
        f"yes or no, {threads} threads": ours,
        "of which the index": median_s(partial(exact_grid_of, geometries, threads)),
    }
    for name, peer in installed(FAST).items():
        if lon.size <= LARGE or name != TREE:
            times[name] = median_s(partial(peer, lon, lat, geometries), repeats)
    report(times, lon.size, ours)
    n_bytes = 16 * lon.size + 8 * lon.size + 4 * pairs
    source, target = np.ones(n_bytes // 16), np.zeros(n_bytes // 16)
    copied = median_s(partial(in_slices, lambda part: np.copyto(target[part], source[part]), source.size, threads))
    print(f"  {pairs} pairs; {n_bytes / 1e6:.0f} MB to read and write take {copied:.3f} s: {copied / ours:.0%} of ours")


def slow_peers(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> None:
    """Print what the slow peers take for a place, on a few."""
    times = {name: median_s(partial(peer, lon, lat, geometries), 1) for name, peer in installed(SLOW).items()}
    report(times, lon.size, math.nan)


def accuracy(n_zones: int) -> None:
    """Print the errors over random zones of every kind against quadrature that shares no formula with the kernel."""
    rng = np.random.default_rng(SEED)
    about, anywhere = [], []
    for k in range(n_zones):
        radius = 10.0 ** rng.uniform(1.0, 6.0)
        n = int(20_000 if k % 1000 == 999 else rng.integers(12, 160))
        lat = rng.uniform(-80.0, 80.0) if radius < 1e5 else rng.uniform(-58.0, 58.0)
        zone = prepare_zone(placed(SHAPES[k % len(SHAPES)](rng, n), rng.uniform(-180.0, 180.0), lat, radius))
        if zone.octaves is None:
            continue
        edges, box = zone.octaves.edges(), zone.octaves.box
        near = project_places(*places_about(zone, rng, radius, 4), zone.projection)
        far = rng.uniform(-0.5, 1.5, (2, 4)) * (box[2:] - box[:2])[:, None] + box[:2, None]
        for into, x, y in ((about, near.x, near.y), (anywhere, far[0], far[1])):
            found = prob_in_zone(x, y, near.sigma, zone)
            into += [abs(p - line_mass(edges, *place)) for p, *place in zip(found, x, y, near.sigma, strict=True)]
    for name, errors in (("about the boundary", about), ("anywhere", anywhere)):
        print(f"  {len(errors)} places {name}: largest error {max(errors):.1e}, mean {np.mean(errors):.1e}")


def timed_probabilities(geometries: list[shapely.Geometry], n: int, threads: int) -> None:
    """Print what preparing takes, and the tables of both worlds."""
    build = median_s(lambda: prepare_zones(geometries))
    n_vertices = sum(shapely.get_num_coordinates(geometry) for geometry in geometries)
    print(f"{len(geometries)} zones, {n_vertices} vertices: prepared in {build:.2f} s")
    prepared = prepare_zones(geometries)
    for name, near in (("all over the region", None), ("along the front", geometries[0])):
        print(f"\nprobabilities of {n} places {name}")
        probabilities(places(np.random.default_rng(SEED + 1), n, near), geometries, prepared, threads)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["probabilities", "exact", "accuracy"])
    parser.add_argument("--places", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    parser.add_argument("--zones", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    geometries = zones(np.random.default_rng(SEED))
    lon, lat, sigma = places(np.random.default_rng(SEED + 2), given.many, None)
    begin = time.perf_counter()
    held(lon[:1000], lat[:1000], sigma[:1000], prepare_zones(geometries), 1)
    yes(lon[:1000], lat[:1000], geometries, 1)
    print(f"first call, compiling or loading included: {time.perf_counter() - begin:.1f} s")
    if "probabilities" in given.parts:
        timed_probabilities(geometries, given.places, given.threads)
    if "exact" in given.parts:
        for n, repeats in ((given.places, REPEATS), (given.many, 1)):
            print(f"\n{n} exact places all over the region, peers {repeats} times (x: as long as ours)")
            exact_places(lon[:n], lat[:n], geometries, given.threads, repeats)
        print(f"\n{FEW} exact places, the slow peers once")
        slow_peers(lon[:FEW], lat[:FEW], geometries)
    if "accuracy" in given.parts:
        print(f"\naccuracy over {given.zones} random zones")
        accuracy(given.zones)


if __name__ == "__main__":
    main()
