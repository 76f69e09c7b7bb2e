"""Options that several commands share.

Rule: one option has one name, one meaning and one help text in every command.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from holdfire.app.assess_incidents import IncidentFiles
from holdfire.app.commands import InputFiles
from holdfire.app.engines import ENGINES
from holdfire.app.events import log_lines
from holdfire.app.warm import COLD, is_warm
from holdfire.errors import InputError

__all__ = [
    "FILE", "FOLDER", "engine_options", "guarantee_options", "json_option", "quiet_options", "register_option",
    "report_options", "report_or_incident_options", "reviews_option", "step_options", "take_incidents", "take_inputs",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

reviews_option = click.option(
    "--reviews", type=FILE, help="Reviews by named persons, of incidents and of findings (YAML)."
)
register_option = click.option(
    "--register", "registers", multiple=True, type=FILE, help="Further commitments and steps (YAML, CSV); repeatable."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write the result as JSON on standard output.")


def quiet_options(function: F) -> F:
    """Add ``--quiet`` and ``--log-json``."""
    function = click.option("--log-json", is_flag=True, help="Write log lines as JSON.")(function)
    return click.option("-q", "--quiet", is_flag=True, help="Write no progress lines.")(function)


def report_options(function: F) -> F:
    """Add what names reports and how to read them."""
    return _reports(function, required=True)


def report_or_incident_options(function: F) -> F:
    """Add what names reports and how to read them, or a file of incidents in their place."""
    function = click.option(
        "--incidents",
        type=FILE,
        help="Incidents that were made before (Parquet), in the place of reports; takes any number in bounded memory.",
    )(function)
    return _reports(function, required=False)


def _reports(function: F, *, required: bool) -> F:
    options = (
        click.argument(
            "reports", nargs=-1, required=required, type=FILE, metavar="REPORTS..." if required else "[REPORTS...]"
        ),
        click.option("--sources", type=FILE, help="Sources: id, name, side, kind, curated, grade, copies-from."),
        click.option("--taxonomy", type=FILE, help="Your own tree of event kinds (YAML), in the place of ours."),
        click.option("--mapping", type=FILE, help="How to read a table of your own; 'holdfire map' proposes one."),
        click.option("--areas", type=FILE, help="Polygons of named areas (GeoJSON)."),
        click.option("--strict", is_flag=True, help="Stop where a row cannot be read."),
        click.option("--from", "start", metavar="INSTANT", help="Take reports of this instant or day and later."),
        click.option("--to", "end", metavar="INSTANT", help="Take reports of before this instant or day."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def guarantee_options(function: F) -> F:
    """Add the files by which a guarantee is judged beside its case."""
    options = (
        click.option("--acts", type=FILE, help="What named persons decided and did about rungs and gates (YAML)."),
        register_option,
        click.option("--reviews", type=FILE, help="Reviews by named persons (YAML), for the clocks from verification."),
        click.option("--areas", type=FILE, help="Polygons of named areas (GeoJSON)."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def engine_options(function: F) -> F:
    """Add where the work is done; nothing of the result depends on it."""
    options = (
        click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True),
        click.option("--master", metavar="URL", help="The cluster's master, such as spark://HOST:7077."),
        click.option(
            "--partitions", type=click.IntRange(min=1), help="Parts of the work of each step; default: by its size."
        ),
        click.option("--shared", type=FOLDER, help="Folder that every worker sees; default: the one of --out."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def step_options(function: F) -> F:
    """Add what makes a run the next step of a stream."""
    function = click.option(
        "--step-at", metavar="INSTANT", help="Instant of this step; default: that of the latest report."
    )(function)
    return click.option(
        "--since", type=FOLDER, metavar="CASE", help="The case of the step before, whose incidents keep their ids."
    )(function)


def take_incidents(incidents: Path, *, quiet: bool, log_json: bool, **options: Any) -> IncidentFiles:
    """Set the log up and gather the options of a run from incidents on; those that speak of reports are refused.

    Raises
    ------
    InputError
        An option has no meaning without reports.
    """
    kept = ("sources", "taxonomy", "coverage", "reviews", "areas")
    for name, value in options.items():
        if name not in kept and value:
            option = {"reports": "REPORTS", "start": "--from", "end": "--to"}.get(name, "--" + name.replace("_", "-"))
            raise InputError(
                f"This speaks of reports, and incidents were given: {option}.",
                f"--incidents {incidents}",
                f"Leave out {option}, or give the reports in the place of --incidents.",
            )
    _open_log(quiet=quiet, log_json=log_json)
    return IncidentFiles(incidents=incidents, **{name: options[name] for name in kept})


def _open_log(*, quiet: bool, log_json: bool) -> None:
    log_lines(quiet=quiet, as_json=log_json)
    if not quiet and not log_json and not is_warm():
        click.echo(COLD, err=True)


def take_inputs(
    *,
    reports: tuple[Path, ...],
    sources: Path | None,
    taxonomy: Path | None,
    mapping: Path | None,
    areas: Path | None,
    strict: bool,
    start: str | None,
    end: str | None,
    quiet: bool,
    log_json: bool,
    coverage: Path | None = None,
    reviews: Path | None = None,
    since: Path | None = None,
    step_at: str | None = None,
    gazetteer: Path | None = None,
) -> InputFiles:
    """Set the log up and gather the options into one value."""
    _open_log(quiet=quiet, log_json=log_json)
    return InputFiles(
        reports=reports,
        sources=sources,
        taxonomy=taxonomy,
        mapping=mapping,
        coverage=coverage,
        reviews=reviews,
        areas=areas,
        gazetteer=gazetteer,
        strict=strict,
        start=start,
        end=end,
        since=since,
        step_at=step_at,
    )
