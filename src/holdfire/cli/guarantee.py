"""Commands on the guarantee: ladder."""

from __future__ import annotations

import json
from pathlib import Path

import click

from holdfire.app.guarantee import ladder_of_case
from holdfire.cli.options import FILE, FOLDER, json_option

__all__ = ["COMMANDS"]


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--as-of", metavar="INSTANT", help="Instant asked about; default: the end of the latest incident.")
@click.option("--reading", help="One reading; default: all.")
@click.option("--reviews", type=FILE, help="Reviews by named persons (YAML), for the clocks from verification.")
@click.option("--areas", type=FILE, help="Polygons of named areas (GeoJSON).")
@json_option
def ladder(
    case: Path, as_of: str | None, reading: str | None, reviews: Path | None, areas: Path | None, as_json: bool
) -> None:
    """Say where the ladder stands: rungs, reasons, clocks, gates, commitments."""
    lines, states = ladder_of_case(case, as_of, reading, reviews, areas)
    if as_json:
        click.echo(json.dumps(states, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(lines))


COMMANDS = (ladder,)
