"""Commands on worlds with known truth: simulate, evaluate, demo."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click

from holdfire.app.demo import run_demo
from holdfire.app.events import log_lines
from holdfire.app.worlds import Evaluation, evaluate_case, simulate_files
from holdfire.cli.options import FILE, FOLDER, json_option, quiet_options
from holdfire.simulate.knobs import Knobs

__all__ = ["COMMANDS", "evaluation_lines"]


def evaluation_lines(evaluation: Evaluation) -> list[str]:
    """Return how right a case was, for people."""
    f = evaluation.fusion
    auc = "no lies to tell apart" if math.isnan(f.real_auc) else f"{f.real_auc:.3f}"
    lines = [
        f"  incidents      {f.n_found:,} found, {f.n_true:,} true ({f.count_error:+.1%})",
        f"  pairs          F1 {f.pair_f1:.3f} (precision {f.pair_precision:.3f}, recall {f.pair_recall:.3f})",
        f"  B-cubed        F1 {f.bcubed_f1:.3f}",
        f"  prob_real      calibration error {f.real_calibration_error:.3f}; truth against lies, AUC {auc}",
        f"  curated rule   {f.curated_violations} violations",
    ]
    b = evaluation.breaches
    if b is not None:
        lines += [
            f"  breaches       {b.n_true:,} true; expected {b.expected_lower:,.1f} to {b.expected_upper:,.1f}",
            f"  established    {b.n_established_right:,} right of {b.n_established:,}",
            f"  totals         truth within the range for {b.covered:.0%} of clauses and parties",
            f"  probabilities  calibration error {b.calibration_error:.3f} where the range is narrow",
        ]
    return lines


@click.command()
@click.option("--agreement", required=True, type=FILE, help="The agreement (YAML).")
@click.option("--out", required=True, type=FOLDER, help="Folder of the world.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--days", type=int, default=30, show_default=True, help="Length of the world.")
@click.option("--per-day", type=float, default=20.0, show_default=True, help="Mean number of incidents a day.")
@click.option("--drift", type=float, default=0.0, show_default=True, help="Kilometres that lines move each day.")
@click.option("--error-scale", type=float, default=1.0, show_default=True, help="True errors over stated ones.")
@click.option("--heavy-tails", is_flag=True, help="Errors of place with heavy tails.")
@click.option("--blunders", type=float, default=0.01, show_default=True, help="Share of places grossly wrong.")
@click.option("--aftershocks", type=float, default=0.25, show_default=True, help="Mean number of second salvos.")
@click.option("--places", type=int, default=60, show_default=True, help="Number of settlements.")
@quiet_options
@json_option
def simulate(agreement: Path, out: Path, seed: int, as_json: bool, quiet: bool, log_json: bool, **knobs: Any) -> None:
    """Make a world with known truth from an agreement: reports, sources, watch log."""
    log_lines(quiet=quiet, as_json=log_json)
    names = {"days": "n_days", "per_day": "incidents_per_day", "drift": "drift_km_per_day", "places": "n_places"}
    summary = simulate_files(agreement, Knobs(**{names.get(k, k): v for k, v in knobs.items()}), seed, out)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    for name, n_rows in summary["n_rows"].items():
        click.echo(f"  {name + '.parquet':<26} {n_rows:>10,} rows")
    click.echo(f"Written to {summary['out']}; assess it with --sources {out}/sources.json")


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--world", required=True, type=FOLDER, help="Folder that 'holdfire simulate' wrote.")
@json_option
def evaluate(case: Path, world: Path, as_json: bool) -> None:
    """Hold a case against the truth of the world that it was read from."""
    evaluation = evaluate_case(case, world)
    if as_json:
        click.echo(json.dumps(evaluation.as_dict(), indent=2))
    else:
        click.echo("\n".join(evaluation_lines(evaluation)))


@click.command()
@click.option("--out", type=FOLDER, default=Path("holdfire-demo"), show_default=True, help="Folder to write to.")
@click.option("--seed", type=int, default=7, show_default=True)
@quiet_options
def demo(out: Path, seed: int, quiet: bool, log_json: bool) -> None:
    """Run the whole way on a simulated world, and on real data where it is at hand."""
    log_lines(quiet=quiet, as_json=log_json)
    for line in run_demo(out, seed, evaluation_lines):
        click.echo(line)


COMMANDS = (demo, simulate, evaluate)
