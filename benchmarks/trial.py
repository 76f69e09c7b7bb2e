"""Time a trial and hold it against its bar: 1,000 worlds of 90 days with 100 incidents a day, and calibrated inputs.

Run as ``python benchmarks/trial.py [N_WORLDS] [N_WORKERS]``. The example with the guarantee is tried with a fixed
seed; the wall clock is that of the whole command, pool and pages included. The peer is the ladder's own sweep,
``judge_ladder``, asked at the same instants of one drawn world with the findings known at each; both give the same
answers, which is checked here too. The last table is the share of wrong windows of rules that ask for probability
0.95, with its interval.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from holdfire.app.trial import Wanted, try_ladder
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.basics.instants import from_us
from holdfire.guarantee.ladder import judge_ladder
from holdfire.records.finding import FINDING_SCHEMA
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import INSTANT
from holdfire.trial.calibration import wrong_windows
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck, Part, draw_world
from holdfire.trial.fold import lone_findings
from holdfire.trial.pool import Outcomes, make_pool
from holdfire.trial.record import course_in, instants_of, prepare
from holdfire.trial.settings import TrialSettings

AGREEMENT = Path(__file__).resolve().parents[1] / "examples" / "agreements" / "europe-guarantee.yaml"
PEER_INSTANTS = 24
CALIBRATED_WORLDS = 200


def main(n_worlds: int, n_workers: int) -> int:
    settings = TrialSettings(n_worlds=n_worlds)
    bench = Bench.of(load_agreement_file(AGREEMENT, load_trees()), "signature")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        try_ladder(
            AGREEMENT, Wanted(settings=settings), Path(folder) / "out", workers=n_workers, restart=False,
            progress=lambda label, done, total: None,
        )  # fmt: skip
        print(f"{n_worlds:,} worlds of {settings.n_days} days with {settings.per_day:g} incidents a day, "
              f"{n_workers} workers: {time.perf_counter() - started:.1f} s")  # fmt: skip
    pool = make_pool(bench, settings, "russia")
    beside_the_ladder(bench, pool, replace(settings, review_share=0.0))
    calibrated(bench, pool, replace(settings, n_worlds=CALIBRATED_WORLDS))
    return 0


def beside_the_ladder(bench: Bench, pool: object, settings: TrialSettings) -> None:
    """Ask both ways at the same instants of one world without reviews, and print the ratio of their times."""
    deck = Deck.of(pool)
    drawn = draw_world(deck, settings, 0)
    every = instants_of(drawn, deck.force_us, settings)
    tried = prepare(pool, bench, bench.ladder)
    instants = every[:: max(1, every.size // PEER_INSTANTS)]
    started = time.perf_counter()
    fast = np.array([course_in(drawn, one, deck, instants).fires for one in tried]).T
    fast_s = (time.perf_counter() - started) / instants.size
    started = time.perf_counter()
    slow = np.array([_ladder(bench, pool, drawn, int(t)) for t in instants])
    slow_s = (time.perf_counter() - started) / instants.size
    equal = "equal" if np.array_equal(fast, slow) else f"UNEQUAL at {int((fast != slow).sum())}"
    print(f"one look: {1e6 * fast_s:,.0f} us here, {1e6 * slow_s:,.0f} us by judge_ladder,")
    print(f"  {slow_s / fast_s:,.0f} times as long; {slow.size} answers {equal}, {int(slow.sum())} of them fire")


def _ladder(bench: Bench, pool: object, drawn: object, t: int) -> list[bool]:
    parts = [_tables(half, part, name, t) for half, part, name in
             ((pool.quiet, drawn.quiet, "q"), (pool.broken, drawn.broken, "b"))]  # fmt: skip
    findings, incidents, zones = (pa.concat_tables([part[index] for part in parts]) for index in range(3))
    state = judge_ladder(bench.agreement, findings, incidents, zones, as_of=from_us(t), reading=bench.reading)
    return [rung.answer == "fires" for rung in state.rungs]


def _tables(half: Outcomes, part: Part, name: str, t: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return what is known of one half of a world at an instant, as the stage's tables."""
    made = []
    lone = lone_findings(half)
    for table, known in ((lone, (part.first <= t) & (t < part.full)), (half.judged.findings, part.full <= t)):
        made.append(_copied(half, table, part, np.flatnonzero(known), name))
    return tuple(pa.concat_tables([one[index] for one in made]) for index in range(3))


def _copied(half: Outcomes, findings: pa.Table, part: Part, known: np.ndarray, name: str) -> tuple[pa.Table, ...]:
    """Return the known copies of incidents of the pool, each with an id of its own."""
    ids = half.judged.incidents["incident_id"].to_pylist()
    number = {one: index for index, one in enumerate(ids)}
    copies: dict[int, list[int]] = {}
    for copy in known.tolist():
        copies.setdefault(int(part.found[copy]), []).append(copy)
    rows = half.judged.incidents.take(pa.array(part.found[known]))
    new = [f"{name}{copy}" for copy in known.tolist()]
    for column, values in (
        ("incident_id", pa.array(new, pa.string())),
        ("occurred_start", pa.array(part.start[known]).cast(INSTANT)),
        ("occurred_end", pa.array(part.end[known]).cast(INSTANT)),
    ):
        rows = rows.set_column(rows.schema.get_field_index(column), INCIDENT_SCHEMA.field(column), values)
    out = []
    for table, schema in ((findings, FINDING_SCHEMA), (half.judged.zones, half.judged.zones.schema)):
        which = [copies.get(number[one], []) for one in table["incident_id"].to_pylist()]
        taken = table.take(pa.array([row for row, each in enumerate(which) for _ in each], pa.int64()))
        renamed = pa.array([f"{name}{copy}" for each in which for copy in each], pa.string())
        at = taken.schema.get_field_index("incident_id")
        taken = taken.set_column(at, schema.field("incident_id"), renamed)
        if "finding_id" in taken.schema.names:
            fresh = pa.array([f"f/{name}{index}" for index in range(taken.num_rows)], pa.string())
            taken = taken.set_column(taken.schema.get_field_index("finding_id"), schema.field("finding_id"), fresh)
        out.append(taken)
    return out[0], rows, out[1]


def calibrated(bench: Bench, pool: object, settings: TrialSettings) -> None:
    """Print the share of wrong windows where every finding holds as often as it says."""
    print("rules that ask for probability 0.95, wrong in")
    for rung in bench.ladder.rungs:
        for standard in ("clear", "balance", "indication"):
            when = rung.when.model_copy(update={"prob": 0.95, "standard": standard})
            fired, of_all = wrong_windows(pool, bench, when, settings)
            between = f"{fired['low']:.4f} to {fired['high']:.4f}"
            print(f"  {rung.id:<16} {standard:<11} {fired['n_hit']:>4} of {fired['n']:>6,} windows in which it fired")
            print(f"  {'':<28} ({between}); of all {of_all['n']:,}: {of_all['value']:.5f}")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(given[0] if given else 1000, given[1] if len(given) > 1 else 2))
