"""Commands on trials: trial."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from holdfire.app.events import log_lines
from holdfire.app.trial import Wanted, try_ladder
from holdfire.app.trial_replay import REPLAYS
from holdfire.cli.options import FILE, FOLDER, json_option, quiet_options
from holdfire.trial.lines import trial_lines
from holdfire.trial.settings import TrialSettings

__all__ = ["COMMANDS"]

DEFAULTS = TrialSettings()
SETTINGS = {
    "worlds": "n_worlds",
    "days": "n_days",
    "per_day": "per_day",
    "seed": "seed",
    "step_h": "step_h",
    "attack_per_day": "attack_per_day",
    "attack_days": "attack_days",
    "lag_scale": "lag_scale",
    "lag_extra_h": "lag_extra_h",
    "review_h": "review_h",
    "review_share": "review_share",
    "review_right": "review_right",
    "decision_h": "decision_h",
    "error_scale": "error_scale",
    "against": "against",
    "reading": "reading",
    "pool_days": "pool_days",
}
"""Options and the settings that they change; what is not given stays as the settings have it."""


class _Bar:
    """Show how many worlds are done, on standard error, where somebody looks."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet or not sys.stderr.isatty()
        self.label = ""

    def __call__(self, label: str, done: int, total: int) -> None:
        if self.quiet:
            return
        width = 30
        filled = width * done // max(total, 1)
        ends = "\n" if done >= total else ""
        click.echo(
            f"\r{label:<22} [{'#' * filled}{'-' * (width - filled)}] {done:,}/{total:,}{ends}", nl=False, err=True
        )


def _settings(options: dict[str, Any], sustained: str | None, without: tuple[str, ...]) -> TrialSettings:
    given = {SETTINGS[name]: value for name, value in options.items() if value is not None}
    if sustained is not None:
        try:
            given["sustained_per_day"] = tuple(float(part) for part in sustained.split(","))
        except ValueError as error:
            raise click.BadParameter(f"these are no numbers: {sustained}", param_hint="--sustained") from error
    return replace(DEFAULTS, **given, without=tuple(sorted(set(without))))


def _setting_options(function: Any) -> Any:
    """Add the options that shape a trial's worlds."""
    options = (
        click.option("--worlds", type=int, help=f"Number of worlds; default {DEFAULTS.n_worlds:,}."),
        click.option("--days", type=int, help=f"Days of each world; default {DEFAULTS.n_days}."),
        click.option("--per-day", type=float, help="Incidents a day that breach nothing; default 100."),
        click.option("--seed", type=int, help="Seed; the same seed gives the same result."),
        click.option("--step-h", type=float, help="Hours between two looks at the ladder; default 6."),
        click.option("--sustained", metavar="N,N,...", help="Breaches a day below an attack; default 0.5,1,2,4,8."),
        click.option("--attack-per-day", type=float, help="Grave breaches a day in an attack; default 30."),
        click.option("--attack-days", type=int, help="Days that an attack lasts; default 3."),
        click.option("--lag-scale", type=float, help="Factor on the time until a report comes; default 1."),
        click.option("--lag-extra-h", type=float, help="Hours added to it; default 0."),
        click.option("--review-h", type=float, help="Mean hours until two persons have verified; default 36."),
        click.option("--review-share", type=float, help="Share of possible breaches that are verified; default 0.6."),
        click.option("--review-right", type=float, help="Chance that one reviewer is right; default 0.95."),
        click.option("--decision-h", type=float, help="Hours that the decision to use a rung takes; default 12."),
        click.option("--error-scale", type=float, help="True errors of place over the stated ones; default 1."),
        click.option("--without", multiple=True, metavar="SOURCE", help="A source that is missing; may be repeated."),
        click.option("--against", metavar="PARTY", help="Party that breaches; default: the one that most rungs name."),
        click.option("--reading", help="Reading; default: the first."),
        click.option("--pool-days", type=int, help="Days in which the whole chain is run to learn; default 60."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command()
@click.argument("agreement", type=FILE)
@_setting_options
@click.option("--out", type=FOLDER, default=Path("holdfire-trial"), show_default=True, help="Folder of the trial.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; default: one for each core.")
@click.option("--whole", type=click.IntRange(min=1), metavar="N", help="Check N worlds by the whole chain, day by day.")
@click.option(
    "--sensitivity", is_flag=True, help="Also with worse places, later reports, other reviews, fewer sources."
)
@click.option("--search", is_flag=True, help="Also with other counts, windows, probabilities and standards.")
@click.option("--lie", is_flag=True, help="Also what a lie costs, by fusion and assessment on forged reports.")
@click.option(
    "--replay", multiple=True, metavar="NAME", help=f"Also on a real record: {', '.join(REPLAYS)}; may be repeated."
)
@click.option("--restart", is_flag=True, help="Replace another trial that lies in the folder.")
@quiet_options
@json_option
def trial(
    agreement: Path,
    out: Path,
    workers: int | None,
    whole: int | None,
    sensitivity: bool,
    search: bool,
    lie: bool,
    replay: tuple[str, ...],
    restart: bool,
    sustained: str | None,
    without: tuple[str, ...],
    quiet: bool,
    log_json: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Try a ladder before anyone signs it: false alarms, delays, power, and the price of a lie."""
    log_lines(quiet=True, as_json=log_json)
    wanted = Wanted(
        settings=_settings(options, sustained, without),
        whole=whole or 0,
        sensitivity=sensitivity,
        search=search,
        lie=lie,
        replays=replay,
    )
    document = try_ladder(
        agreement, wanted, out, workers=workers or os.cpu_count() or 1, restart=restart, progress=_Bar(quiet=quiet)
    )
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(trial_lines(document)))
        click.echo(f"  {out}/trial.en.html   <- the page")


COMMANDS = (trial,)
