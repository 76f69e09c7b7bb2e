"""Worlds with known truth for measuring fusion: several families of errors, none of which the engine is told.

Turns a family's name, a size and a seed into reports, sources and the truth behind each report. Rule: the engine
sees only the reports and the sources; families differ in how errors are made (normal, heavy-tailed, snapped to
settlements, to a grid, to districts), so that figures do not rest on one generator. Seeds below 100 were used
while building; figures that are published use seeds from 2000.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from holdfire.records.source import SOURCE_SCHEMA

__all__ = ["FAMILIES", "Family", "World", "make_world"]

KINDS = (
    "explosion/shelling/mortar",
    "explosion/shelling/artillery",
    "explosion/shelling/rocket",
    "gunfire/small_arms",
    "gunfire/heavy_machine_gun",
    "explosion/drone_strike/one_way",
    "explosion/missile/cruise",
    "clash/skirmish",
    "explosion/shelling/tank",
    "explosion/mine/improvised",
    "movement/convoy",
    "explosion/air_strike/bomb",
)
KIND_SHARES = np.array([22, 18, 8, 14, 8, 8, 3, 7, 4, 3, 3, 2]) / 100.0
WIDTH_M, HEIGHT_M = 400_000.0, 300_000.0
METRES = 111_194.93
LON0, LAT0 = 34.0, 46.5
START_US = 1_640_995_200_000_000
POINTS_AT_ONCE = 256


@dataclass(frozen=True, kw_only=True)
class Family:
    """Hold the knobs of one family of worlds."""

    name: str
    n_sources: int = 8
    curated: bool = False
    per_day: float = 10.0
    error_scale: float = 1.0
    aftershocks: float = 0.15
    blunders: float = 0.02
    tail_df: float = 0.0
    snap: str = "settlement"
    snap_share: float = 0.4
    lies: float = 0.08
    copies: float = 0.25
    repeats: float = 0.12
    coverage: tuple[float, float] = (0.15, 0.5)
    texts: bool = False
    confusion: float = 0.1


_MIXED = Family(name="mixed")
_CURATED = Family(name="curated", n_sources=4, curated=True, lies=0.02, copies=0.0, repeats=0.0, coverage=(0.35, 0.7))
FAMILIES = {
    "mixed": _MIXED,
    "curated": _CURATED,
    "hard": replace(_MIXED, name="hard", per_day=20, error_scale=1.5, aftershocks=0.3, blunders=0.05),
    "curated_hard": replace(_CURATED, name="curated_hard", per_day=20, error_scale=1.5, aftershocks=0.3, blunders=0.05),
    "tails": replace(_MIXED, name="tails", tail_df=2.0),
    "grid": replace(_MIXED, name="grid", snap="grid", snap_share=0.8),
    "exact": replace(_MIXED, name="exact", snap_share=0.0, copies=0.1),
    "texts": replace(_MIXED, name="texts", texts=True),
    "few_lies": replace(_MIXED, name="few_lies", lies=0.0, copies=0.0, coverage=(0.3, 0.6)),
    "liars": replace(_MIXED, name="liars", lies=0.25),
}


@dataclass(frozen=True, kw_only=True)
class World:
    """Hold what the engine sees and what is true."""

    reports: pa.Table
    sources: pa.Table
    truth: NDArray[np.int64]
    is_real: NDArray[np.bool_]
    n_incidents: int
    family: Family = field(default_factory=lambda: _MIXED)


def _incidents(family: Family, days: float, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    n_first = max(1, int(rng.poisson(family.per_day * days / (1 + family.aftershocks))))
    hot = rng.random(n_first) < 0.5
    towns = rng.random((40, 2)) * [WIDTH_M, HEIGHT_M]
    weight = 1.0 / np.arange(1, 41)
    town = rng.choice(40, n_first, p=weight / weight.sum())
    along = rng.random(n_first) * HEIGHT_M
    x = np.where(hot, towns[town, 0] + rng.normal(0, 3000, n_first), WIDTH_M / 2 + rng.normal(0, 40_000, n_first))
    y = np.where(hot, towns[town, 1] + rng.normal(0, 3000, n_first), along)
    t = rng.random(n_first) * days * DAY_US
    kind = rng.choice(len(KINDS), n_first, p=KIND_SHARES)
    actor = rng.integers(0, 2, n_first)
    n_after = int(rng.poisson(family.aftershocks * n_first))
    parent = rng.integers(0, n_first, n_after)
    x2 = x[parent] + rng.normal(0, 2500, n_after)
    y2 = y[parent] + rng.normal(0, 2500, n_after)
    t2 = t[parent] + rng.exponential(4 * HOUR_US, n_after) + 0.3 * HOUR_US
    same = rng.random(n_after) < 0.75
    kind2 = np.where(same, kind[parent], rng.choice(len(KINDS), n_after, p=KIND_SHARES))
    join = np.concatenate
    return {
        "x": join([x, x2]),
        "y": join([y, y2]),
        "t": join([t, t2]),
        "kind": join([kind, kind2]),
        "actor": join([actor, actor[parent]]),
    }


def _nearest(x: NDArray[np.float64], y: NDArray[np.float64], towns: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each point's nearest town, the first of equally near ones; a few points at a time stay in the cache."""
    near = np.empty(x.size, np.int64)
    for first in range(0, x.size, POINTS_AT_ONCE):
        part = slice(first, first + POINTS_AT_ONCE)
        near[part] = np.argmin((towns[:, 0] - x[part, None]) ** 2 + (towns[:, 1] - y[part, None]) ** 2, axis=1)
    return near


def _snap(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    family: Family,
    step: NDArray[np.float64],
    rng: np.random.Generator,
    towns: NDArray[np.float64],
) -> tuple[NDArray[np.float64], ...]:
    chosen = rng.random(x.size) < family.snap_share
    if family.snap == "grid":
        return np.where(chosen, np.round(x / step) * step, x), np.where(chosen, np.round(y / step) * step, y), step
    sx, sy = x.copy(), y.copy()
    fine = np.flatnonzero(chosen & (step < 15_000))
    sx[fine], sy[fine] = towns[_nearest(x[fine], y[fine], towns)].T
    coarse = chosen & (step >= 15_000)
    sx[coarse] = (np.floor(x[coarse] / 50_000) + 0.5) * 50_000
    sy[coarse] = (np.floor(y[coarse] / 50_000) + 0.5) * 50_000
    # Most sources know that a settlement's centre is not the spot; some do not say so.
    aware = chosen & (rng.random(x.size) < 0.8)
    return sx, sy, np.where(aware, np.maximum(step, 5000.0), step)


def _noise(size: int, family: Family, rng: np.random.Generator) -> NDArray[np.float64]:
    if family.tail_df > 0:
        return rng.standard_t(family.tail_df, size) * 0.8
    return rng.normal(0, 1, size)


_SIGMAS = np.array([150.0, 800.0, 3000.0, 8000.0, 25_000.0])
_LENGTHS = np.array([10 / 60, 1.0, 6.0, 24.0, 96.0]) * HOUR_US
_WORDS = {
    "en": [
        "attack",
        "shelling",
        "reported",
        "near",
        "the",
        "village",
        "several",
        "explosions",
        "heard",
        "casualties",
        "unknown",
        "today",
        "army",
        "says",
    ],
    "uk": [
        "атака",
        "обстріл",
        "біля",
        "села",
        "кілька",
        "вибухів",
        "чули",
        "жертви",
        "невідомі",
        "сьогодні",
        "армія",
        "каже",
        "ворог",
    ],
    "ru": [
        "атака",
        "обстрел",
        "возле",
        "села",
        "несколько",
        "взрывов",
        "слышали",
        "жертвы",
        "неизвестны",
        "сегодня",
        "армия",
        "говорит",
    ],
}


def _one_source(
    s: int,
    family: Family,
    truth: dict[str, NDArray[np.float64]],
    lies: bool,
    pick: NDArray[np.int64],
    rng: np.random.Generator,
    towns: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    n = pick.size
    if family.curated:
        mix_s, mix_t = np.array([0.05, 0.25, 0.35, 0.2, 0.15]), np.array([0, 0, 0, 0.95, 0.05])
    else:
        mix_s, mix_t = rng.dirichlet([1.2, 1.5, 1.5, 1, 0.6]), rng.dirichlet([1, 1.2, 1, 1.2, 0.2])
    sigma = _SIGMAS[rng.choice(5, n, p=mix_s)]
    length = _LENGTHS[rng.choice(5, n, p=mix_t)]
    error = sigma * family.error_scale
    x = truth["x"][pick] + error * _noise(n, family, rng)
    y = truth["y"][pick] + error * _noise(n, family, rng)
    blunder = rng.random(n) < family.blunders
    x = np.where(blunder, rng.random(n) * WIDTH_M, x)
    y = np.where(blunder, rng.random(n) * HEIGHT_M, y)
    x, y, sigma = _snap(x, y, family, sigma, rng, towns)
    t = truth["t"][pick] + rng.normal(0, 0.15 * family.error_scale, n) * length
    day = length >= DAY_US
    start = np.where(day, np.floor(t / DAY_US) * DAY_US - (length - DAY_US) / 2, t - rng.random(n) * length)
    wrong_day = rng.random(n) < 0.03 * family.error_scale
    start = start + np.where(wrong_day & day, DAY_US, 0)
    kind = truth["kind"][pick].astype(np.int64)
    kind = np.where(rng.random(n) < family.confusion, rng.choice(len(KINDS), n, p=KIND_SHARES), kind)
    depth = rng.choice([0, 1, 2, 3], n, p=[0.08, 0.17, 0.3, 0.45])
    actor = truth["actor"][pick].astype(np.int64)
    actor = np.where(rng.random(n) < 0.05, 1 - actor, actor)
    actor = np.where(rng.random(n) < 0.4, -1, actor)
    return {
        "x": x,
        "y": y,
        "sigma": sigma,
        "start": start,
        "length": length,
        "kind": kind,
        "depth": depth,
        "actor": actor,
        "pick": np.full(n, -1) if lies else pick,
        "source": np.full(n, s),
    }


def _copies(
    rows: dict[str, NDArray[np.float64]], s: int, share: float, rng: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    chosen = np.flatnonzero(rng.random(rows["x"].size) < share)
    copied = {name: column[chosen].copy() for name, column in rows.items()}
    copied["source"] = np.full(chosen.size, s)
    coarser = rng.random(chosen.size) < 0.5
    start = np.floor(copied["start"] / DAY_US) * DAY_US
    copied["start"] = np.where(coarser, start, copied["start"])
    copied["length"] = np.where(coarser, np.maximum(copied["length"], DAY_US), copied["length"])
    copied["depth"] = np.maximum(0, copied["depth"] - rng.integers(0, 2, chosen.size))
    return copied


def _texts(rows: dict[str, NDArray[np.float64]], rng: np.random.Generator) -> tuple[list[str], list[str]]:
    texts, languages = [], []
    seeds: dict[int, list[str]] = {}
    for k in range(rows["x"].size):
        incident = int(rows["pick"][k])
        if incident not in seeds:
            letters = "bcdfghklmnprstvz"
            seeds[incident] = ["".join(rng.choice(list(letters + "aeiou"), 6)) for _ in range(4)]
        language = ("en", "uk", "ru")[int(rng.integers(0, 3))]
        words = list(rng.choice(_WORDS[language], 7)) + list(rng.choice(seeds[incident], 3, replace=False))
        rng.shuffle(words)
        texts.append(" ".join(words))
        languages.append(language)
    return texts, languages


def make_world(name: str, n_reports: int, seed: int, per_day: float | None = None) -> World:
    """Make a world of about ``n_reports`` reports."""
    family = FAMILIES[name] if per_day is None else replace(FAMILIES[name], per_day=per_day)
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    coverage = rng.uniform(*family.coverage, family.n_sources)
    expected = coverage.sum() * (1 + family.repeats) / (1 - family.lies)
    days = max(2.0, n_reports / (family.per_day * expected))
    truth = _incidents(family, days, rng)
    n = truth["x"].size
    towns = rng.random((600, 2)) * [WIDTH_M, HEIGHT_M]
    size = rng.gamma(2.0, 0.5, n)
    parts, honest = [], rng.random(family.n_sources) < 0.5
    for s in range(family.n_sources):
        pick = np.flatnonzero(rng.random(n) < 1 - (1 - coverage[s]) ** size)
        again = pick[rng.random(pick.size) < family.repeats]
        parts.append(_one_source(s, family, truth, False, np.concatenate([pick, again]), rng, towns))
        rate = family.lies * (0.3 if honest[s] else 1.7)
        made = _incidents(replace(family, per_day=max(1e-6, rate * pick.size / days), aftershocks=0.0), days, rng)
        if rate > 0:
            parts.append(_one_source(s, family, made, True, np.arange(made["x"].size), rng, towns))
    rows = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    rows["lie"] = rows["pick"] < 0
    rows["pick"] = np.where(rows["lie"], n + np.arange(rows["pick"].size), rows["pick"])
    copier = family.n_sources - 1
    if family.copies > 0:
        original = {key: column[rows["source"] == 0] for key, column in rows.items()}
        copied = _copies(original, copier, family.copies, rng)
        rows = {key: np.concatenate([rows[key], copied[key]]) for key in rows}
    order = rng.permutation(rows["x"].size)
    rows = {key: column[order] for key, column in rows.items()}
    return World(
        reports=_reports(rows, family, rng),
        sources=_sources(family, honest),
        truth=rows["pick"].astype(np.int64),
        is_real=~rows["lie"].astype(bool),
        n_incidents=n,
        family=family,
    )


def _kind_text(kind: int, depth: int) -> str | None:
    return "/".join(KINDS[kind].split("/")[:depth]) if depth > 0 else None


def _words(choices: list[str | None], code: NDArray[np.int64]) -> pa.Array:
    """Return one of few words for each row."""
    return pa.array(choices, pa.string()).take(pa.array(code))


def _numbered(size: int) -> pa.Array:
    """Return ids ``r000``, ``r001``, ... of equal length."""
    digits = pc.utf8_lpad(pc.cast(pa.array(np.arange(size)), pa.string()), len(str(size)), "0")
    return pc.binary_join_element_wise("r", digits, "")


def _reports(rows: dict[str, NDArray[np.float64]], family: Family, rng: np.random.Generator) -> pa.Table:
    size = rows["x"].size
    paths = [_kind_text(k, d) for k in range(len(KINDS)) for d in range(4)]
    start = (START_US + rows["start"]).astype(np.int64)
    end = start + rows["length"].astype(np.int64)
    columns = {
        "report_id": _numbered(size),
        "source_id": _words([f"s{k}" for k in range(family.n_sources)], rows["source"].astype(np.int64)),
        "occurred_start": pa.array(start).cast(pa.timestamp("us", tz="UTC")),
        "occurred_end": pa.array(end).cast(pa.timestamp("us", tz="UTC")),
        "lon": pa.array(LON0 + rows["x"] / (METRES * np.cos(np.radians(48.0)))),
        "lat": pa.array(LAT0 + rows["y"] / METRES),
        "sigma_m": pa.array(rows["sigma"].astype(float)),
        "kind": _words(paths, (4 * rows["kind"] + rows["depth"]).astype(np.int64)),
        "actor": _words(["north", "south", None], rows["actor"].astype(np.int64) % 3),
    }
    if family.texts:
        texts, languages = _texts(rows, rng)
        columns |= {"text": pa.array(texts), "language": pa.array(languages)}
    return table_from(columns, REPORT_SCHEMA)


def _sources(family: Family, honest: NDArray[np.bool_]) -> pa.Table:
    n, curated = family.n_sources, family.curated
    names = [f"s{k}" for k in range(n)]
    return table_from(
        {
            "source_id": names,
            "name": names,
            "side": [("north", "south", None, None)[k % 4] if not curated else None for k in range(n)],
            "kind": ["dataset" if curated else "media"] * n,
            "curated": [curated] * n,
            "reliability": ["B" if honest[k] else "C" for k in range(n)],
            "copies_from": [["s0"] if family.copies > 0 and k == n - 1 else [] for k in range(n)],
        },
        SOURCE_SCHEMA,
    )
