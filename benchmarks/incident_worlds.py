"""Make as many incidents as asked for, for the benchmarks of assessment: ``write_incidents``.

A world is simulated under the Minsk II agreement with a fixed seed and its reports are joined into incidents; those are
drawn again and again, each with an id, a time and a place of its own, and with its probabilities and its error of place
moved a little, so that a file of them compresses no better than one from life. Written piece after piece, in the order
of ids.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.app.pipeline import Trees, fuse_case
from holdfire.app.worlds import simulate_files
from holdfire.basics.canonical import ROW_GROUP_ROWS, TableWriter, write_table
from holdfire.fusion.fuse import FusionParameters
from holdfire.readers.registry import read_files
from holdfire.simulate.knobs import Knobs

ROOT = Path(__file__).resolve().parents[1]
AGREEMENT = ROOT / "examples" / "agreements" / "minsk-2-2015.yaml"
SEED = 20150215
N_DAYS = 400
DAY_US = 86_400_000_000
N_DAYS_WATCHED = 2500
"""Incidents are spread over about seven years, as the agreement was watched."""


def seed_incidents(folder: Path) -> pa.Table:
    """Return some thousands of incidents by ``INCIDENT_SCHEMA``, and write their sources beside the world."""
    simulate_files(AGREEMENT, Knobs(n_days=N_DAYS, incidents_per_day=40.0), SEED, folder)
    trees = Trees()
    read = read_files(
        [folder / "reports.parquet"],
        sources=folder / "sources.json",
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
    )
    write_table(folder / "sources.parquet", read.sources)
    return fuse_case(read.reports, read.sources, trees, FusionParameters()).incidents


def _moved(few: pa.Table, first: int, n: int, n_all: int, rng: np.random.Generator) -> pa.Table:
    table = few.take(pa.array(rng.integers(0, few.num_rows, n)))
    step = 2**64 // n_all
    ids = [f"i{(first + place) * step + shift:016x}" for place, shift in enumerate(rng.integers(0, step, n).tolist())]
    later = pa.array(rng.integers(0, (N_DAYS_WATCHED - N_DAYS) * DAY_US, n)).cast(pa.duration("us"))
    real = table["prob_real"].to_numpy()
    spread = rng.beta(20.0, 2.0, n)
    moved = {
        "incident_id": pa.array(ids),
        "prob_real": pa.array(real * spread),
        "prob_real_lower": pa.array(table["prob_real_lower"].to_numpy() * spread),
        "prob_real_upper": pa.array(table["prob_real_upper"].to_numpy() * spread),
        "sigma_m": pc.multiply(table["sigma_m"], pa.array(np.exp(rng.normal(0.0, 0.3, n)))),
    }
    moved |= {name: pc.add(table[name], later) for name in ("occurred_start", "occurred_end")}
    moved |= {name: pc.add(table[name], pa.array(rng.normal(0.0, 0.05, n))) for name in ("lon", "lat")}
    return pa.Table.from_arrays([moved.get(name, table[name]) for name in few.column_names], schema=few.schema)


def write_incidents(few: pa.Table, n: int, path: Path) -> None:
    """Write n incidents, drawn from a few."""
    rng = np.random.default_rng(SEED)
    writer = TableWriter(path, few.schema)
    for first in range(0, n, ROW_GROUP_ROWS):
        writer.add(_moved(few, first, min(ROW_GROUP_ROWS, n - first), n, rng))
    writer.commit()
