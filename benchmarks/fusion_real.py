"""Measure fusion and its peers on UCDP events exploded by source article, whose events are known.

Run ``python -m benchmarks.fusion_real`` from the root of the project with ``src`` on the path; the data is read from
the folder that ``HOLDFIRE_DATA`` names, else from ``../shared/data``. Rule: nothing that is read tells which event a
report belongs to - rows are shuffled, reports get new names, and the row in the file, the citation and UCDP's own id
are taken away first. What remains shared by construction is what UCDP coded once for each event: place, days, groups
and deaths. That makes "same place and same first day" a strong baseline, and the figures higher than they would be
for reports that were coded one by one. Data: UCDP GED, Uppsala Conflict Data Program; Sundberg and Melander (2013),
J. Peace Research 50(4); CC BY 4.0.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.fusion_peers import meltt_settings, table_of
from benchmarks.fusion_scores import agreement, best_of
from holdfire.fusion.fuse import fuse
from holdfire.readers.registry import read_files
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.taxonomy import builtin_tree

__all__ = ["data_folder", "first_day", "hidden", "largest_sources"]

Ints = NDArray[np.int64]

FILES = {"Ukraine 2014-2021": "ucdp/ged_ukraine_2014_2021.csv", "Syria 2016-2019": "ucdp/ged_syria_2016_2019.csv"}
SEED = 20160227
N_OFFICES = 7
"""Offices that stand for themselves where a peer takes data sets; the others are one."""
FIGURES = ("f1", "precision", "recall", "b_cubed", "exact", "count")


def data_folder() -> Path:
    """Return where the real data is looked for."""
    named = os.environ.get("HOLDFIRE_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


def hidden(reports: pa.Table, seed: int) -> tuple[pa.Table, Ints]:
    """Return the reports without anything that tells their event, and the event's number of each.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``, with UCDP's event ids in a further column ``truth_id``.
    seed : int
        Of the shuffling.

    Returns
    -------
    pyarrow.Table, int64 (n,)
        Shuffled rows with new ids in their new order; ``raw_row``, ``raw_sha256``, ``raw_file`` and ``document`` null.
    """
    table = reports.take(pa.array(np.random.default_rng(seed).permutation(reports.num_rows)))
    events = np.array(table.column("truth_id").to_pylist(), str)
    width = len(str(table.num_rows))
    for name in ("raw_row", "raw_sha256", "raw_file", "document"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, REPORT_SCHEMA.field(name), pa.nulls(table.num_rows, table.schema.types[place]))
    ids = pa.array([f"r{k:0{width}d}" for k in range(table.num_rows)])
    table = table.select(REPORT_SCHEMA.names).set_column(0, REPORT_SCHEMA.field("report_id"), ids)
    return table, np.unique(events, return_inverse=True)[1].astype(np.int64)


def _grouped(*columns: pa.ChunkedArray) -> Ints:
    codes = [np.unique(np.array(column.to_pylist(), str), return_inverse=True)[1] for column in columns]
    return np.unique(np.stack(codes), axis=1, return_inverse=True)[1].ravel().astype(np.int64)


def first_day(reports: pa.Table) -> Ints:
    """Return the labels of the baseline: the same coordinates and the same first day are one event."""
    return _grouped(reports.column("lon"), reports.column("lat"), reports.column("occurred_start"))


def largest_sources(reports: pa.Table, n: int) -> pa.Table:
    """Return the reports with all but the ``n`` most frequent sources called ``other``; ties go by name."""
    column = reports.column("source_id").to_pylist()
    names, counts = np.unique(np.array(column, str), return_counts=True)
    kept = set(names[np.lexsort((names, -counts))][:n].tolist())
    renamed = pa.array([name if name in kept else "other" for name in column])
    return reports.set_column(reports.schema.get_field_index("source_id"), "source_id", renamed)


def _with_groups(reports: pa.Table) -> pa.Table:
    """Return the reports with the groups involved as their actor, which is where peers look for names."""
    joined = [" | ".join(sorted(names)) if names else None for names in reports.column("involved").to_pylist()]
    return reports.set_column(reports.schema.get_field_index("actor"), "actor", pa.array(joined, pa.string()))


def _without_texts(reports: pa.Table) -> pa.Table:
    nothing = pa.nulls(reports.num_rows, pa.string())
    return reports.set_column(reports.schema.get_field_index("text"), "text", nothing)


def _engines(reports: pa.Table, sources: pa.Table, truth: Ints) -> dict[str, Callable[[], Iterable[Ints]]]:
    named = _with_groups(reports)
    table = table_of(named)

    def ours() -> Iterable[Ints]:
        found = fuse(reports, sources, builtin_tree("kinds")).memberships.column("incident_id").to_pylist()
        return [np.unique(np.array(found, str), return_inverse=True)[1].astype(np.int64)]

    engines: dict[str, Callable[[], Iterable[Ints]]] = {
        "Holdfire": ours,
        "place and first day": lambda: [first_day(reports)],
        "MELTT": lambda: meltt_settings(table_of(largest_sources(named, N_OFFICES))),
    }
    if importlib.util.find_spec("splink") is None or importlib.util.find_spec("sklearn") is None:
        print("Splink and scikit-learn are not installed: `make bench` sets them up from requirements/bench.txt.")
        return engines
    packages = importlib.import_module("benchmarks.fusion_packages")
    return engines | {
        "ST-DBSCAN": lambda: packages.st_dbscan(table),
        "Splink": lambda: packages.splink_labels(named, truth, trained=False),
        "Splink, no headlines": lambda: packages.splink_labels(_without_texts(named), truth, trained=False),
        "Splink, trained": lambda: packages.splink_labels(named, truth, trained=True),
    }


def measure_file(name: str, path: Path) -> None:
    """Print the table of one file."""
    read = read_files([path], hide_event_ids=True)
    placed = pc.and_(pc.is_valid(read.reports.column("lon")), pc.is_valid(read.reports.column("occurred_start")))
    reports, truth = hidden(read.reports.filter(placed), SEED)
    left_out = read.reports.num_rows - reports.num_rows
    print(f"{name}: {reports.num_rows:,} reports, {np.unique(truth).size:,} events; {left_out} without place or time")
    for engine, labels in _engines(reports, read.sources, truth).items():
        started = time.perf_counter()
        found = list(labels())
        seconds = time.perf_counter() - started
        score = agreement(found[0], truth) if len(found) == 1 else best_of(found, truth)
        figures = " ".join(f"{key} {score[key]:.3f}" for key in FIGURES)
        print(f"  {engine:20s} {figures}  ({len(found)} settings, {seconds:.1f} s)", flush=True)


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    folder = data_folder()
    missing = [file for file in FILES.values() if not (folder / file).is_file()]
    for file in missing:
        print(f"{file} is not in {folder}: set HOLDFIRE_DATA to the folder of the real data. It is left out.")
    print("UCDP GED, Uppsala Conflict Data Program; Sundberg & Melander 2013, JPR 50(4); CC BY 4.0")
    for name, file in FILES.items():
        if file not in missing:
            measure_file(name, folder / file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
