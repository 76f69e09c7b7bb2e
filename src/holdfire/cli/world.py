"""Commands on worlds with known truth: simulate, evaluate, demo."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from holdfire.app.demo import run_demo
from holdfire.app.events import log_lines
from holdfire.app.warm import is_warm, warm
from holdfire.app.wire import read_file
from holdfire.app.worlds import Evaluation, evaluate_case, simulate_files
from holdfire.cli.options import FILE, FOLDER, json_option, quiet_options
from holdfire.errors import InputError
from holdfire.simulate.breach_score import BreachScore
from holdfire.simulate.check_knobs import read_knobs
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.posterior_score import PosteriorScore
from holdfire.simulate.presets import NEEDS_AGREEMENT, PRESETS, preset
from holdfire.simulate.score import FusionScore, RoundupScore

__all__ = ["COMMANDS", "evaluation_lines"]


def _figure(value: float, form: str, missing: str = "not known") -> str:
    return missing if math.isnan(value) else format(value, form)


def _fusion_lines(f: FusionScore) -> list[str]:
    only = f"; {f.n_roundup_only:,} of round-ups only" if f.n_roundup_only else ""
    return [
        f"  incidents      {f.n_found:,} found, {f.n_true:,} true ({f.count_error:+.1%}){only}",
        f"  pairs          F1 {f.pair_f1:.3f} (precision {f.pair_precision:.3f}, recall {f.pair_recall:.3f})",
        f"  B-cubed        F1 {f.bcubed_f1:.3f}",
        f"  exact          {f.exact:.1%} of true incidents hold just their reports; {f.split:.1%} are split",
        f"  over-merged    {f.over_merged:.1%} of incidents found hold two or more true ones",
        f"  memberships    calibration error {f.membership_calibration_error:.3f}; "
        f"of incidents with two or more reports {f.shared_membership_calibration_error:.3f}",
        f"  prob_real      calibration error {f.real_calibration_error:.3f}; truth against lies, "
        f"AUC {_figure(f.real_auc, '.3f', 'no lies to tell apart')}",
        f"  curated rule   {f.curated_violations} violations",
    ]


def _posterior_lines(p: PosteriorScore) -> list[str]:
    return [
        f"  places         median error {_figure(p.place_error_km, '.1f')} km; "
        f"{_figure(p.place_covered_90, '.1%')} within what should hold 90 %",
        f"  times          {_figure(p.time_covered, '.1%')} within the interval of "
        f"{_figure(p.time_width_h, '.1f')} h (median)",
        f"  kinds, actors  {p.kind_bounds_error:.3f} and {p.actor_bounds_error:.3f} outside bounds "
        f"that are {p.kind_bounds_width:.2f} and {p.actor_bounds_width:.2f} wide; "
        f"{p.kind_excluded:.1%} and {p.actor_excluded:.1%} of the true ones excluded",
    ]


def _roundup_lines(r: RoundupScore) -> list[str]:
    return [
        f"  round-ups      {r.n_roundups:,} of {r.n_links:,} incidents: recall {r.recall:.3f}, "
        f"precision {_figure(r.precision, '.3f')}; {r.n_secondary:,} further memberships, "
        f"precision {_figure(r.secondary_precision, '.3f')}; calibration error {r.calibration_error:.3f}",
        f"                 {r.n_own:,} say that there was more; right {_figure(r.own_precision, '.1%')}",
    ]


def _breach_lines(b: BreachScore) -> list[str]:
    return [
        f"  breaches       {b.n_true:,} true; expected {b.expected_lower:,.1f} to {b.expected_upper:,.1f}",
        f"  established    {b.n_established_right:,} right of {b.n_established:,}",
        f"  totals         truth within the range for {b.covered:.0%} of clauses and parties",
        f"  probabilities  calibration error {b.calibration_error:.3f} where the range is narrow",
    ]


def evaluation_lines(evaluation: Evaluation) -> list[str]:
    """Return how right a case was, for people."""
    lines = _fusion_lines(evaluation.fusion)
    if evaluation.roundups is not None:
        lines += _roundup_lines(evaluation.roundups)
    lines += _posterior_lines(evaluation.posterior)
    return lines if evaluation.breaches is None else lines + _breach_lines(evaluation.breaches)


OPTION_KNOBS = {
    "days": "n_days",
    "per_day": "incidents_per_day",
    "drift": "drift_km_per_day",
    "places": "n_places",
    "error_scale": "error_scale",
    "heavy_tails": "heavy_tails",
    "blunders": "blunders",
    "aftershocks": "aftershocks",
}
"""Knobs that have an option of their own; every other one is set with ``--set``."""


def _chosen_knobs(name: str, document: Path | None, settings: tuple[str, ...], options: dict[str, Any]) -> Knobs:
    """Return the preset's knobs, changed by the document, then by ``--set``, then by single options."""
    knobs = preset(name)
    if document is not None:
        knobs = read_knobs(read_file(document), str(document), knobs)
    wrong = next((text for text in settings if "=" not in text), None)
    if wrong is not None:
        raise InputError(f"This sets no knob: {wrong!r}.", "--set", "Write NAME=VALUE, such as place_errors=laplace.")
    if settings:
        lines = "\n".join(text.replace("=", ": ", 1) for text in settings)
        knobs = read_knobs(lines.encode(), "--set", knobs)
    return replace(knobs, **{OPTION_KNOBS[key]: value for key, value in options.items() if value is not None})


@click.command()
@click.option("--agreement", type=FILE, help="The agreement (YAML); without it, a plain rectangle of 400 x 300 km.")
@click.option("--out", required=True, type=FOLDER, help="Folder of the world.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--preset", "name", default="front", show_default=True, help=f"One of {', '.join(PRESETS)}.")
@click.option("--knobs", "document", type=FILE, help="Any knobs (YAML or JSON), in the place of the preset's.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any one knob; may be repeated.")
@click.option("--reports", type=click.IntRange(min=1), help="Length such that about so many reports come out.")
@click.option("--days", type=int, help="Length of the world.")
@click.option("--per-day", type=float, help="Mean number of incidents a day.")
@click.option("--drift", type=float, help="Kilometres that lines move each day.")
@click.option("--error-scale", type=float, help="True errors over stated ones.")
@click.option("--heavy-tails", is_flag=True, default=None, help="Errors of place with heavy tails.")
@click.option("--blunders", type=float, help="Share of places grossly wrong.")
@click.option("--aftershocks", type=float, help="Mean number of second salvos.")
@click.option("--places", type=int, help="Number of settlements.")
@quiet_options
@json_option
def simulate(
    agreement: Path | None,
    out: Path,
    seed: int,
    name: str,
    document: Path | None,
    settings: tuple[str, ...],
    reports: int | None,
    as_json: bool,
    quiet: bool,
    log_json: bool,
    **options: Any,
) -> None:
    """Make a world with known truth: reports, sources, watch log, and what truly happened."""
    log_lines(quiet=quiet, as_json=log_json)
    knobs = _chosen_knobs(name, document, settings, options)
    if agreement is None and name in NEEDS_AGREEMENT:
        mend = "Name one with --agreement, or choose a preset that needs none: --preset mixed."
        raise InputError(f"The preset {name!r} needs an agreement.", "--agreement", mend)
    if reports is not None and options["days"] is not None:
        raise InputError("The length is given twice.", "--reports, --days", "Leave one of the two out.")
    summary = simulate_files(agreement, knobs, seed, out, reports)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    for table, n_rows in summary["n_rows"].items():
        click.echo(f"  {table + '.parquet':<26} {n_rows:>10,} rows")
    density = summary["incidents_per_day_per_1000_km2"]
    click.echo(f"{summary['n_days']:,} days on {summary['area_km2']:,} km2, {density:g} incidents a day on 1,000 km2")
    verb = "fuse" if agreement is None else "assess"
    click.echo(f"Written to {summary['out']}; {verb} it with --sources {out}/sources.json")


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


@click.command("warm")
def warm_up() -> None:
    """Compile the numeric kernels once on this machine, so that no first run waits for it."""
    ready = is_warm()
    log_lines(quiet=True, as_json=False)
    seconds = warm()
    click.echo(f"The kernels {'were compiled already' if ready else 'are compiled'}: {seconds:.0f} s.")


COMMANDS = (demo, warm_up, simulate, evaluate)
