"""Forged: reports of what never happened, or of what did with another's name on it.

Turns a scene and a number of lies into reports and the sources that tell them. Rule: a lie is told as well as the
truth is: exact place, hour and kind, soon after, by sources that nobody knows yet. Leaves what they bring about to
``lies``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import INSTANT, table_from
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.simulate.ground import shift_metres
from holdfire.trial.chain import Bench
from holdfire.trial.scenes import Scene

__all__ = ["Forgery", "forge"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SIGMA_M = 500.0
"""Stated and true error of a forged place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forgery:
    """Hold forged reports, and the channels that were made for them."""

    reports: pa.Table
    channels: pa.Table

    def sources_beside(self, sources: pa.Table) -> pa.Table:
        """Return a world's sources and the forgers' channels."""
        return pa.concat_tables([sources, self.channels])


def forge(
    scene: Scene,
    bench: Bench,
    attack: Flags,
    way: str,
    n_lies: int,
    n_sources: int,
    n_days: int,
    end_us: int,
) -> Forgery:
    """Return forged reports.

    Parameters
    ----------
    attack : bool, (n_true,)
        The true breaches that can be blamed on somebody else.
    way : str
        ``forge``, ``deny`` or ``flood``.
    n_lies, n_sources, n_days : int, >= 1
        Each lie is told by each source; lies spread evenly over the last days.
    end_us : int, microseconds
        End of the last day.
    """
    rng = np.random.default_rng([n_sources, n_days, len(way)])
    sides = [party.id for party in bench.agreement.parties][:2]
    truth = scene.world.true_incidents
    actors = np.asarray(truth["actor"].to_numpy(zero_copy_only=False))
    by = str(actors[np.flatnonzero(scene.by_party)[0]])
    other = sides[1 - sides.index(by)]
    if way == "deny":
        models, accused, liar = np.flatnonzero(attack), other, by
    else:
        able = scene.grave if scene.grave.any() else scene.by_party
        models, accused, liar = np.flatnonzero(able & ~attack), by, other if way == "forge" else by
    chosen = models[rng.permutation(models.size)[np.arange(n_lies) % models.size]]
    at = scene.at_us[chosen]
    if way != "deny":
        first = end_us - n_days * DAY_US
        at = first + ((np.arange(n_lies) + rng.random(n_lies)) / n_lies * n_days * DAY_US * 0.9).astype(np.int64)
    names = _tellers(scene, liar, n_sources)
    return Forgery(
        reports=_reports(truth, chosen, at, names, accused, way, rng),
        channels=_channels([name for name in names if name.startswith("forged-")]),
    )


def _tellers(scene: Scene, liar: str, n_sources: int) -> list[str]:
    """Return the side's own command, where it has one, and new channels."""
    sources = scene.world.sources.to_pylist()
    own = sorted(row["source_id"] for row in sources if row["side"] == liar)[:1]
    return [*own, *(f"forged-{number}" for number in range(1, n_sources + 1))][:n_sources]


def _channels(names: list[str]) -> pa.Table:
    n = len(names)
    columns = {
        "source_id": names,
        "name": names,
        "side": pa.nulls(n, pa.string()),
        "kind": ["public"] * n,
        "curated": [False] * n,
        "reliability": ["F"] * n,
        "copies_from": [[] for _ in names],
    }
    return table_from(columns, SOURCE_SCHEMA)


def _reports(
    truth: pa.Table, chosen: Ints, at: Ints, names: list[str], accused: str, way: str, rng: np.random.Generator
) -> pa.Table:
    n = chosen.size * len(names)
    lie, source = np.divmod(np.arange(n), len(names))
    row = chosen[lie]
    lon, lat = truth["lon"].to_numpy()[row], truth["lat"].to_numpy()[row]
    lon, lat = shift_metres(lon, lat, rng.normal(0.0, SIGMA_M, n), rng.normal(0.0, SIGMA_M, n))
    start = at[lie] // HOUR_US * HOUR_US
    sent = at[lie] + (rng.uniform(0.3, 2.0, n) * HOUR_US).astype(np.int64)
    return table_from(
        {
            "report_id": [f"{way}-{index:05d}" for index in range(n)],
            "source_id": [names[index] for index in source.tolist()],
            "occurred_start": pa.array(start).cast(INSTANT),
            "occurred_end": pa.array(start + HOUR_US).cast(INSTANT),
            "lon": lon,
            "lat": lat,
            "sigma_m": np.full(n, SIGMA_M),
            "kind": truth["kind"].take(pa.array(row)),
            "actor": pa.repeat(accused, n),
            "reported_start": pa.array(sent).cast(INSTANT),
            "reported_end": pa.array(sent + 1).cast(INSTANT),
            "place_model": pa.repeat("point", n),
        },
        REPORT_SCHEMA,
    )
