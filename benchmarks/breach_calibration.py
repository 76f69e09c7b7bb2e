"""Hold breach probabilities to what truly happened, on simulated worlds: ten bins, expected calibration error.

Run as ``python -m benchmarks.breach_calibration [N_INCIDENTS] [FIRST_SEED]``.
``--alone`` or ``--fused`` runs one of two ways:

*Assessment alone*: N incidents (default 50,000) whose place, instant, kind, actor and being real are drawn from the
error model that the incident states, or from a worse one; the front moves every day. Truth is judged by
``simulate.breaches``, which shares nothing with the kernels. Named peers on the same rows, with every other factor the
same: *label*, the point estimate at the middle of its interval is in the zone or not; and *Phi(d / sigma)*, the normal
chance of the signed distance of that point to the zone's edge.

*Through fusion*: worlds told by nine sources, fused, then assessed.

Seeds below 100 were used while building; published figures use seeds from 4000. Three seeds are taken
together.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from benchmarks.breach_peers import NARROW, figures, peers
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.assessment.assess import assess
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.instants import DAY_US, HOUR_US, parse_instant, to_us
from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.fusion.fuse import fuse
from holdfire.fusion.parameters import FusionParameters
from holdfire.records.agreement import Agreement
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import INSTANT
from holdfire.records.taxonomy import builtin_tree, kind_weapons
from holdfire.simulate.breach_score import judged_rows
from holdfire.simulate.breaches import true_breaches
from holdfire.simulate.calibration import reliability
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.lines import move_lines
from holdfire.simulate.matching import match
from holdfire.simulate.world import TRUE_INCIDENT_SCHEMA, simulate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rows = tuple[Floats, Floats, Mask, Mask]
"""Lower and upper bounds of assessments, whether each was a breach, and whether its place or time is unsure."""

AGREEMENTS = ("minsk-2-2015", "europe-guarantee")
N_DAYS = 60
DRIFT_KM = 1.5
"""How far the lines move in a day: several sigmas of a good place in a week."""
NOBODY = "somebody-else"


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Say how the truth is drawn about what an incident states.

    ``place`` and ``time`` are factors on the stated errors; ``lies`` is the share of incidents that are made up though
    their stated chance of being real is as high as others'; ``clustered`` puts nine tenths of the truth within 3 km of
    one of 60 settlements, so that the flat prior behind a stated error is wrong; ``wide`` states ranges about each
    probability, and leaves a tenth of places, times and kinds unsaid or coarse; ``certain`` makes all sure but place
    and time.
    """

    name: str
    place: float = 1.0
    time: float = 1.0
    lies: float = 0.0
    clustered: bool = False
    wide: float = 0.0
    certain: bool = False


ARMS = (
    Errors(name="as stated"),
    Errors(name="as stated, ranges", wide=0.15),
    Errors(name="only place, time unsure", certain=True),
    Errors(name="the same, twice as wrong", certain=True, place=2.0, time=2.0),
    Errors(name="the same, clustered", certain=True, clustered=True),
    Errors(name="places, times twice as wrong", place=2.0, time=2.0),
    Errors(name="one in five made up", lies=0.2),
)


@cache
def load(name: str) -> tuple[Agreement, Agreement]:
    """Return an agreement whose lines move daily, without exemptions (a world knows none); and as it stands."""
    path = Path(__file__).resolve().parents[1] / "examples" / "agreements" / f"{name}.yaml"
    plain = load_agreement_file(path, load_trees())
    moved = move_lines(plain, replace(Knobs(), n_days=N_DAYS, drift_km_per_day=DRIFT_KM))
    clauses = [clause.model_copy(update={"exemptions": []}) for clause in moved.clauses]
    return moved.model_copy(update={"clauses": clauses}), plain


@cache
def moved_shapes(name: str) -> pa.Table:
    """Return the zones of the agreement whose lines move."""
    return zone_shapes(load(name)[0])


def leaves_of(agreement: Agreement) -> list[str]:
    """Return the leaves of the tree of kinds under any act of a clause, and as many that no clause names."""
    tree = builtin_tree("kinds")
    acts = {act for clause in agreement.clauses for act in getattr(clause.rule, "acts", ())}
    leaves = [path for path in tree if not tree.children[path] and not path.startswith("signal")]
    named = [leaf for leaf in leaves if tree.bounds(leaf, acts)[0] == 1.0]
    return named + [leaf for leaf in leaves if leaf not in named][: len(named) // 4]


def draw(agreement: Agreement, shapes: pa.Table, errors: Errors, n: int, rng: np.random.Generator) -> Any:
    """Return incidents as an engine would state them, the truth, and which incidents are real."""
    leaves = np.array(leaves_of(agreement), dtype=object)
    parties = [party.id for party in agreement.parties][:2]
    bounded = [g for g in shapely.from_wkb([w for w in shapes["wkb"].to_pylist() if w]) if not shapely.is_empty(g)]
    west, south, east, north = shapely.total_bounds(bounded)
    lon, lat = rng.uniform(west - 0.5, east + 0.5, n), rng.uniform(south - 0.4, north + 0.4, n)
    if errors.clustered:
        towns = rng.integers(0, 60, n)
        near = rng.random(n) < 0.9
        spread = 3_000.0 / METRES_PER_DEGREE
        at_lon, at_lat = lon[:60][towns], lat[:60][towns]
        lat = np.where(near, at_lat + rng.normal(0, spread, n), lat)
        lon = np.where(near, at_lon + rng.normal(0, spread, n) / np.cos(np.radians(at_lat)), lon)
    force = min(to_us(parse_instant(r.enters_into_force, agreement.time_zone)) for r in agreement.readings)
    at = force - 2 * DAY_US + (rng.random(n) * N_DAYS * DAY_US).astype(np.int64)
    # What is stated: a place off by a normal error of the stated sigma, an interval that holds the instant evenly.
    sigma = 100.0 * 100.0 ** rng.random(n)
    told_lat = lat + rng.normal(0, sigma * errors.place / METRES_PER_DEGREE, n)
    told_lon = lon + rng.normal(0, sigma * errors.place, n) / METRES_PER_DEGREE / np.cos(np.radians(lat))
    length = rng.choice([HOUR_US // 60, HOUR_US, DAY_US, 4 * DAY_US], n, p=[0.3, 0.3, 0.3, 0.1])
    off = (rng.random(n) - 0.5) * length * errors.time
    start = at - length // 2 - off.astype(np.int64)
    kind, kinds = _named(rng.integers(0, leaves.size, (n, 3)), leaves, errors, rng)
    actor, actors = _named(
        np.tile([0, 1, 2], (n, 1)), np.array([*parties, NOBODY], dtype=object), errors, rng, unnamed=2
    )
    real = np.ones(n) if errors.certain else rng.beta(4.0, 1.5, n)
    happened = (rng.random(n) < real) & (rng.random(n) >= errors.lies)
    low, high = _widened(real, errors, rng)
    hidden = (lambda share: rng.random(n) < share) if errors.wide else (lambda share: np.zeros(n, dtype=bool))
    placeless, timeless = hidden(0.1), hidden(0.1)
    ids = [f"i{k:016x}" for k in range(n)]
    incidents = pa.table(
        {
            "incident_id": ids,
            "prob_real": real,
            "prob_real_lower": low,
            "prob_real_upper": high,
            "occurred_start": pa.array(start, mask=timeless).cast(INSTANT),
            "occurred_end": pa.array(start + length, mask=timeless).cast(INSTANT),
            "place_model": np.where(placeless, "unknown", "point").tolist(),
            "lon": pa.array(told_lon, mask=placeless),
            "lat": pa.array(told_lat, mask=placeless),
            "sigma_m": pa.array(sigma, mask=placeless),
            "kinds": kinds,
            "actors": actors,
        }
    )
    truth = pa.table(
        {
            "truth_id": ids,
            "at": pa.array(at).cast(INSTANT),
            "lon": lon,
            "lat": lat,
            "kind": kind.tolist(),
            "actor": actor.tolist(),
            "target": [""] * n,
        },
        schema=TRUE_INCIDENT_SCHEMA,
    )
    places = (told_lon, told_lat, sigma, start + length // 2)
    return incidents, truth, happened, places


def _widened(prob: Floats, errors: Errors, rng: np.random.Generator) -> tuple[Floats, Floats]:
    # A range about a probability that lies evenly anywhere in it.
    if not errors.wide:
        return prob, prob
    width = errors.wide * 2.0 * rng.random(prob.shape)
    low = prob - width * rng.random(prob.shape)
    return np.clip(low, 0.0, 1.0), np.clip(low + width, 0.0, 1.0)


def _named(
    codes: Ints, names: NDArray[np.object_], errors: Errors, rng: np.random.Generator, unnamed: int = -1
) -> tuple[NDArray[np.object_], pa.Array]:
    # A truth of each row's three names, and the bounds by name that it was drawn from.
    n = codes.shape[0]
    shares = rng.dirichlet([0.6, 0.6, 0.2], n)
    if errors.certain:
        shares = np.eye(3)[rng.integers(0, 2, n)]
    pick = (rng.random(n)[:, None] > np.cumsum(shares, axis=1)).sum(axis=1).clip(0, 2)
    low, high = _widened(shares, errors, rng)
    told = names[codes]
    truth = told[np.arange(n), pick]
    if unnamed >= 0:
        told = np.where(codes == unnamed, None, told)
    if errors.wide and unnamed < 0:
        # A tenth are told one level up the tree.
        coarse = rng.random(n) < 0.1
        told[coarse] = np.array([[name.rpartition("/")[0] or name for name in row] for row in told[coarse]])
    entries = {"name": told.ravel().tolist(), "lower": low.ravel(), "upper": high.ravel()}
    flat = pa.StructArray.from_arrays([pa.array(v) for v in entries.values()], names=list(entries))
    return truth, pa.ListArray.from_arrays(pa.array(np.arange(0, 3 * n + 1, 3), pa.int32()), flat)


def judge(incidents: pa.Table, agreement: Agreement, shapes: pa.Table) -> pa.Table:
    """Return the assessments of clauses that a world knows the truth about."""
    return assess(
        incidents,
        agreement,
        shapes,
        kinds=builtin_tree("kinds"),
        weapons=builtin_tree("weapons"),
        targets=builtin_tree("targets"),
        kind_weapons=kind_weapons(),
    )


def alone(name: str, errors: Errors, n: int, seed: int) -> dict[str, Rows]:
    """Assess drawn incidents under one agreement; return bounds, truth and unsure rows of Holdfire and its peers."""
    agreement, shapes = load(name)[0], moved_shapes(name)
    incidents, truth, happened, places = draw(agreement, shapes, errors, n, np.random.default_rng([seed, 4]))
    table = scored(judge(_whole(incidents), agreement, shapes), agreement)
    breaches = true_breaches(truth.filter(pa.array(happened)), agreement, shapes, builtin_tree("kinds"))
    own = {name: name for name in truth["truth_id"].to_pylist()}
    lower, upper, hit = judged_rows(table, own, breaches)
    where = (table["place_time_lower"].to_numpy() + table["place_time_upper"].to_numpy()) / 2
    unsure = (where > 0.01) & (where < 0.99)
    found = {"holdfire": (lower, upper, hit, unsure)}
    if not errors.wide:
        # A row that is a range for Holdfire is left out of the peers' figures.
        kept = upper - lower < NARROW
        for peer, prob in peers(table, agreement, shapes, places).items():
            found[peer] = (prob[kept], prob[kept], hit[kept], unsure[kept])
    return found


def scored(table: pa.Table, agreement: Agreement) -> pa.Table:
    """Return the rows of incidents under clauses that a world knows the truth about."""
    clauses = pa.array([clause.id for clause in agreement.clauses if clause.rule.kind in JUDGED])
    return table.filter(pc.and_(pc.is_in(table["clause_id"], clauses), pc.is_valid(table["incident_id"])))


JUDGED = ("cessation", "withdrawal", "disengagement", "no_fly", "no_reinforcement", "access")
"""Kinds of clause whose rows are scored: of protected objects the named targets are not drawn."""


def _whole(incidents: pa.Table) -> pa.Table:
    n = incidents.num_rows
    filled = {**{name: incidents[name] for name in incidents.column_names}}
    for name in ("n_reports", "n_sources", "n_independent"):
        filled[name] = pa.array(np.ones(n, np.int32))
    filled |= {"languages": pa.array([""] * n), "explanation": pa.array(["{}"] * n)}
    columns = [filled[f.name].cast(f.type) if f.name in filled else pa.nulls(n, f.type) for f in INCIDENT_SCHEMA]
    return pa.table(columns, schema=INCIDENT_SCHEMA)


FUSED: dict[str, Knobs] = {
    "front": Knobs(blunders=0.0),
    "front, errors twice as stated": Knobs(blunders=0.0, error_scale=2.0),
    "front, a fifth of the reports lies": replace(
        Knobs(blunders=0.0), sources=tuple(replace(s, lies=s.lies + 0.25) for s in Knobs().sources)
    ),
}


def fused(name: str, knobs: Knobs, seed: int) -> Rows:
    """Let sources tell of a world, fuse their reports, assess; return bounds, truth and unsure rows."""
    agreement, plain = load(name)
    agreement = plain.model_copy(update={"clauses": agreement.clauses})
    shapes, kinds = zone_shapes(agreement), builtin_tree("kinds")
    world = simulate(agreement, shapes, kinds, replace(knobs, n_days=300), seed)
    result = fuse(world.reports, world.sources, kinds, FusionParameters())
    table = scored(judge(result.incidents, agreement, shapes), agreement)
    matched = match(result.memberships, world.true_memberships).stands_for
    names = [matched[column].to_pylist() for column in ("incident_id", "truth_id")]
    lower, upper, hit = judged_rows(table, dict(zip(*names, strict=True)), world.true_breaches)
    return lower, upper, hit, np.ones(hit.size, dtype=bool)


def _pooled(runs: list[Rows], narrow: float) -> dict[str, float]:
    lower, upper, hit, unsure = (np.concatenate(part) for part in zip(*runs, strict=True))
    return figures(lower, upper, hit, unsure, narrow)


def print_alone(n: int, seeds: range) -> None:
    """Print the figures of assessment by itself."""
    print("agreement | errors | who | rows | of them narrow | ECE | narrow rows whose place or time is unsure |")
    print("  their ECE | by chance alone | Brier score | outside the range | bins out of ten | mean width")
    for name in AGREEMENTS:
        for errors in ARMS:
            runs = [alone(name, errors, 4 * n if errors.certain else n, seed) for seed in seeds]
            for who in runs[0]:
                m = _pooled([run[who] for run in runs], NARROW)
                print(
                    f"{name:<17}| {errors.name:<29}| {who:<13}| {m['rows']:>9,.0f} | {m['narrow']:.2f} | {m['ece']:.4f}"
                    f" | {m['unsure']:>8,.0f} | {m['ece_unsure']:.4f} | {m['chance']:.4f} | {m['brier']:.4f}"
                    f" | {m['outside']:.4f} | {m['bins_out']:.0f} | {m['width']:.3f}",
                    flush=True,
                )
            if errors.name == "as stated":
                lower, upper, hit, _ = (np.concatenate([run["holdfire"][k] for run in runs]) for k in range(4))
                kept = upper - lower < NARROW
                for b in reliability(lower[kept], hit[kept]):
                    said = "" if b.mean_prob is None else f"said {b.mean_prob:.3f}, was so {b.share:.3f}"
                    print(f"    {b.start:.1f}-{b.end:.1f}: {b.n:>8,} rows, {said}")


FUSED_NARROW = 0.2
"""After fusion every row is a range: names that one source tells are never sure."""


def print_fused(seeds: range) -> None:
    """Print the figures of assessment after fusion."""
    print("agreement | world | rows | narrower than 0.2 | their ECE | outside the range | bins out | mean width")
    for name in AGREEMENTS:
        for world, knobs in FUSED.items():
            m = _pooled([fused(name, knobs, seed) for seed in seeds], FUSED_NARROW)
            print(
                f"{name:<17}| {world:<36}| {m['rows']:>9,.0f} | {m['narrow']:.2f} | {m['ece']:.4f}"
                f" | {m['outside']:.4f} | {m['bins_out']:.0f} | {m['width']:.3f}",
                flush=True,
            )


def main(words: list[str]) -> int:
    """Print every figure, or those of one way."""
    numbers = [int(word) for word in words if word.isdigit()]
    n, first_seed = (*numbers, *(50_000, 4000)[len(numbers) :])[:2]
    seeds = range(first_seed, first_seed + 3)
    if "--fused" not in words:
        print_alone(n, seeds)
    if "--alone" not in words:
        print_fused(seeds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
