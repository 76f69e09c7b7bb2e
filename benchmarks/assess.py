"""Time incidents against the Minsk II agreement from end to end: Parquet in, assessments, findings and counts out.

Run as ``python -m benchmarks.assess [--ten-million] [--once]``. Incidents are made by ``incident_worlds`` with a fixed
seed: 100,000 and 1,000,000, with the option 10,000,000 too. ``holdfire assess --incidents`` runs on each as a process
of its own, three times (once at ten million, and with ``--once``); its wall seconds, processor seconds, stages and peak
memory are printed, and the exponent of both over the sizes. Beside it in the same run, at a million: what a monitor
would write with GeoPandas (``assess_peer``), as a ratio. Wall seconds mean little where other programs take the cores;
the load is printed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.incident_worlds import AGREEMENT, seed_incidents, write_incidents

SIZES = (100_000, 1_000_000)
LARGEST = 10_000_000
PEER_AT = 1_000_000
N_RUNS = 3


class Run(NamedTuple):
    """Hold what one process took."""

    wall_s: float
    processor_s: float
    peak_gib: float
    stages: str


def run_once(command: list[str]) -> Run:
    """Run a command as a process of its own; its log lines as JSON are its stages."""
    with tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        told.seek(0)
        lines = told.read().splitlines()
    if status:
        sys.exit("\n".join(lines))
    events = [json.loads(line) for line in lines if line.startswith("{")]
    stages = ", ".join(f"{event['event']} {event['seconds']:.1f} s" for event in events)
    return Run(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20, stages)


def median_run(command: list[str], n_runs: int) -> Run:
    runs = [run_once(command) for _ in range(n_runs)]
    middle = statistics.median_low([run.wall_s for run in runs])
    peak = max(run.peak_gib for run in runs)
    processor_s = statistics.median([run.processor_s for run in runs])
    return next(run for run in runs if run.wall_s == middle)._replace(peak_gib=peak, processor_s=processor_s)


def show(name: str, n: int, run: Run) -> None:
    load = os.getloadavg()[0]
    figures = f"{run.wall_s:9.1f} {run.processor_s:12.1f} {run.peak_gib:9.2f} {load:6.1f}"
    print(f"{name:<10} {n:>12,} {figures}   {run.stages}", flush=True)


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of log seconds over log size by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def main(sizes: tuple[int, ...], n_runs: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = seed_incidents(folder)
        print(f"{'':<10} {'incidents':>12} {'wall s':>9} {'processor s':>12} {'peak GiB':>9} {'load':>6}   stages")
        runs: dict[int, Run] = {}
        for n in sizes:
            given, case = folder / "incidents.parquet", folder / "case"
            write_incidents(few, n, given)
            command = [sys.executable, "-m", "holdfire", "assess", "--agreement", str(AGREEMENT), "--log-json"]
            command += ["--incidents", str(given), "--out", str(case)]
            if not runs:
                run_once(command)
            runs[n] = median_run(command, n_runs if n < LARGEST else 1)
            show("holdfire", n, runs[n])
            if n == PEER_AT:
                peer = median_run([sys.executable, "-m", "benchmarks.assess_peer", str(given), str(case)], n_runs)
                show("geopandas", n, peer)
                figures = ("wall_s", "processor_s", "peak_gib")
                ratios = [f"{one} {getattr(peer, one) / getattr(runs[n], one):.2f}" for one in figures]
                print(f"geopandas / holdfire: {', '.join(ratios)}")
        found = list(runs)
        for what in ("wall_s", "processor_s"):
            slope = exponent(found, [getattr(runs[n], what) for n in found])
            print(f"exponent of {what} from {found[0]:,} to {found[-1]:,}: {slope:.2f}")
    return 0


if __name__ == "__main__":
    wanted = (*SIZES, LARGEST) if "--ten-million" in sys.argv[1:] else SIZES
    sys.exit(main(wanted, 1 if "--once" in sys.argv[1:] else N_RUNS))
