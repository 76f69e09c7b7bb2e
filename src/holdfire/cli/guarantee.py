"""Commands on the guarantee: ladder, gate, commitments, calendar."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from holdfire.app.agenda import calendar_of
from holdfire.app.guarantee import Asked, gates_of_case, ladder_of_case
from holdfire.app.promises import commitments_of
from holdfire.basics.canonical import write_bytes
from holdfire.cli.options import FILE, FOLDER, guarantee_options, json_option, register_option
from holdfire.records.bulletin import LANGUAGES

__all__ = ["COMMANDS"]

F = TypeVar("F", bound=Callable[..., Any])
ANY = click.Path(path_type=Path)


def asked_options(function: F) -> F:
    """Add the instant, the reading and the files by which a guarantee is judged."""
    function = guarantee_options(function)
    function = click.option("--reading", help="One reading; default: all.")(function)
    text = "Instant asked about; default: the end of the latest incident, or the latest step of a commitment."
    return click.option("--as-of", metavar="INSTANT", help=text)(function)


def _show(lines: list[str], data: Any, as_json: bool) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


@click.command()
@click.argument("case", type=FOLDER)
@asked_options
@json_option
def ladder(case: Path, as_json: bool, **options: Any) -> None:
    """Say where the ladder stands: rungs, reasons, clocks left, who owes what; gates and commitments."""
    _show(*ladder_of_case(Asked(folder=case, **options)), as_json)


@click.command()
@click.argument("name_case", nargs=-1, required=True, metavar="[NAME] CASE")
@asked_options
@json_option
def gate(name_case: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say whether a gate is open, closed or cannot be determined, and what would open it; without NAME all gates."""
    if len(name_case) > 2:
        raise click.UsageError("Name one gate, or none, and the folder of the case.")
    name = name_case[0] if len(name_case) == 2 else None
    _show(*gates_of_case(Asked(folder=Path(name_case[-1]), **options), name), as_json)


@click.command()
@click.argument("where", type=ANY, metavar="CASE|AGREEMENT|FILE")
@click.option("--valid-at", metavar="INSTANT", help="The instant asked about; default: that of --known-at.")
@click.option("--known-at", metavar="INSTANT", help="What became known later is not seen; default: all that is known.")
@register_option
@click.option("--export", type=FILE, metavar="FILE", help="Write the register, as YAML or CSV by the name's ending.")
@json_option
def commitments(where: Path, as_json: bool, **options: Any) -> None:
    """Say who promised what, what is there of it, and what covers the need; FILE is a register (YAML, CSV)."""
    _show(*commitments_of(where, **options), as_json)


@click.command()
@click.argument("where", type=ANY, metavar="CASE|AGREEMENT|FILE")
@asked_options
@click.option("--out", required=True, type=FILE, help="The calendar to write (.ics).")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def calendar(where: Path, out: Path, language: str, **options: Any) -> None:
    """Write meetings, deadlines, expiries and clocks as iCalendar; clocks need a CASE."""
    write_bytes(out, calendar_of(Asked(folder=where, **options), language))
    click.echo(str(out))


COMMANDS = (ladder, gate, commitments, calendar)
