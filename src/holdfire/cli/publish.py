"""Commands of publication: bulletin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from holdfire.app.events import log_lines
from holdfire.app.guarantee import Asked
from holdfire.app.publish import FORMS, Wanted, publish_case
from holdfire.cli.options import FOLDER, guarantee_options, json_option, quiet_options
from holdfire.records.bulletin import AUDIENCES, LANGUAGES

__all__ = ["COMMANDS"]


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--out", required=True, type=FOLDER, help="Folder to write to.")
@click.option("--day", metavar="DAY", help="A day, such as 2022-07-23, in the agreement's publication time zone.")
@click.option("--from", "start", metavar="INSTANT", help="Begin of a period.")
@click.option("--to", "end", metavar="INSTANT", help="End of a period (not included).")
@click.option("--as-of", metavar="INSTANT", help="Instant of the release; the publication delay counts back from it.")
@click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="Default: all.")
@click.option("--form", "forms", multiple=True, type=click.Choice(FORMS), help="Default: all.")
@click.option("--audience", type=click.Choice(AUDIENCES), default="restricted", show_default=True)
@click.option("--previous", type=FOLDER, help="The case of the run before, to tell whose verdicts changed.")
@guarantee_options
@quiet_options
@json_option
def bulletin(
    case: Path,
    out: Path,
    previous: Path | None,
    acts: Path | None,
    registers: tuple[Path, ...],
    reviews: Path | None,
    areas: Path | None,
    quiet: bool,
    log_json: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the bulletin of a day or a period: page, print, tables, map data."""
    log_lines(quiet=quiet, as_json=log_json)
    chosen = {name: value for name, value in options.items() if value not in (None, ())}
    beside = Asked(folder=case, acts=acts, registers=registers, reviews=reviews, areas=areas)
    written = publish_case(case, Wanted(**chosen), out, previous, beside)
    if as_json:
        click.echo(json.dumps({"written": [str(path) for path in written]}, ensure_ascii=False, indent=2))
    else:
        for path in written:
            click.echo(str(path))


COMMANDS = (bulletin,)
