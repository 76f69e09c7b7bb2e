"""Time the whole way on simulated reports: read, fuse, assess, decide, count, write.

Run as ``python benchmarks/pipeline.py [N_REPORTS]``. A world is made from the Minsk II agreement with a fixed
seed, about N_REPORTS reports (default 1,000,000); then ``holdfire assess`` runs on it as a process of its own,
and its stages' seconds and its peak memory are printed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from holdfire.app.worlds import evaluate_case, simulate_files
from holdfire.simulate.knobs import Knobs

SEED = 20150215
REPORTS_PER_INCIDENT = 2.5
"""Reports that the default sources make of an incident, measured on the default knobs."""
N_DAYS = 2500
"""About seven years, as the Minsk agreement was watched."""


def main(n_reports: int) -> int:
    agreement = Path(__file__).resolve().parents[1] / "examples" / "agreements" / "minsk-2-2015.yaml"
    per_day = n_reports / REPORTS_PER_INCIDENT / N_DAYS / (1 + Knobs().aftershocks) / Knobs().quiet_share
    knobs = replace(Knobs(), n_days=N_DAYS, incidents_per_day=per_day, n_places=400)
    with tempfile.TemporaryDirectory() as folder:
        world, case = Path(folder) / "world", Path(folder) / "case"
        summary = simulate_files(agreement, knobs, SEED, world)
        print(f"world: {summary['n_rows']['reports']:,} reports, {summary['n_rows']['true_incidents']:,} incidents")
        command = [sys.executable, "-m", "holdfire", "assess", "--agreement", str(world / "agreement.yaml")]
        command += [str(world / "reports.parquet"), "--sources", str(world / "sources.json")]
        command += ["--coverage", str(world / "coverage.parquet"), "--out", str(case), "--log-json"]
        for run in ("first run (compiles)", "second run"):
            started = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            wall = time.perf_counter() - started
            if done.returncode:
                print(done.stderr)
                return done.returncode
            print(f"{run}: {wall:.1f} s in all")
            for line in done.stderr.splitlines():
                if line.startswith("{"):
                    event = json.loads(line)
                    print(f"  {event['event']:<9} {event['seconds']:8.2f} s   {event['n_out']:>12,} rows out")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        print(f"peak memory of the process: {peak:.2f} GiB")
        fusion = evaluate_case(case, world).fusion
        print(f"pairwise F1 {fusion.pair_f1:.3f}, B-cubed F1 {fusion.bcubed_f1:.3f}, count {fusion.count_error:+.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
