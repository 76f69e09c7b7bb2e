"""Commands from reports to findings: map, read, fuse, assess, explain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from holdfire.app.assess_incidents import assess_incident_file
from holdfire.app.commands import assess_files, fuse_files, read_to_parquet
from holdfire.app.engines import EngineChoice
from holdfire.app.queries import explain_id
from holdfire.cli.options import (
    FILE,
    FOLDER,
    engine_options,
    json_option,
    quiet_options,
    report_options,
    report_or_incident_options,
    reviews_option,
    step_options,
    take_incidents,
    take_inputs,
)
from holdfire.errors import InputError
from holdfire.readers.propose import propose_mapping

__all__ = ["COMMANDS", "show_summary"]


N_KINDS_SHOWN = 12


def show_summary(summary: dict[str, Any], as_json: bool) -> None:
    """Write what a run read and made."""
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    for file in summary.get("files", ()):
        refused = f", {file['n_refused']:,} rows refused" if file["n_refused"] else ""
        click.echo(f"{file['name']}: {file['reader']}, {file['n_rows']:,} rows, {file['n_reports']:,} reports{refused}")
    for name, n_rows in summary["n_rows"].items():
        click.echo(f"  {name + '.parquet':<22} {n_rows:>10,} rows")
    if summary.get("foreign_kinds"):
        _warn_of_kinds(summary["foreign_kinds"])
    if "stream" in summary:
        _show_step(summary["stream"])
    click.echo(f"Written to {summary['out']}")


def _warn_of_kinds(kinds: dict[str, int]) -> None:
    """Name the kinds of event that the tree lacks."""
    names = ", ".join(f"{kind} ({n:,})" for kind, n in list(kinds.items())[:N_KINDS_SHOWN])
    more = f" and {len(kinds) - N_KINDS_SHOWN} more" if len(kinds) > N_KINDS_SHOWN else ""
    click.echo(
        f"Warning: our tree of event kinds lacks {names}{more}. They are fused as they stand; 'holdfire assess' "
        "refuses their reports unless --taxonomy brings a tree that has them.",
        err=True,
    )


def _show_step(stream: dict[str, Any]) -> None:
    """Write what became of the incidents of the step before."""
    n = stream["changes"]
    click.echo(f"Step {stream['step']} at {stream['step_at']}, since {stream['since']}:")
    click.echo(f"  ids kept: {n['same']:,} as they were, {n['grown']:,} grown, {n['reopened']:,} reopened")
    click.echo(
        f"  new ids: {n['new']:,} new incidents, {n['merged']:,} merged, {n['split']:,} split, {n['moved']:,} of moved "
        "reports"
    )
    click.echo(f"  ids retired: {stream['n_retired']:,}, of which {n['ended']:,} ended")


@click.command("map")
@click.argument("file", type=FILE)
def map_file(file: Path) -> None:
    """Propose a mapping for a table of your own, to be looked over by you."""
    click.echo(propose_mapping(file), nl=False)


@click.command()
@click.argument("file", type=FILE)
@click.option("--out", required=True, type=FILE, help="The report Parquet to write.")
@click.option("--mapping", type=FILE, help="How to read a table of your own; 'holdfire map' proposes one.")
@click.option("--taxonomy", type=FILE, help="Your own tree of event kinds (YAML), in the place of ours.")
@click.option("--areas", type=FILE, help="Polygons of named areas (GeoJSON).")
@click.option("--gazetteer", type=FILE, help="Places of messages: a GeoNames dump, or the Ukrainian codifier.")
@click.option("--strict", is_flag=True, help="Stop where a row cannot be read.")
@quiet_options
@json_option
def read(file: Path, out: Path, as_json: bool, **options: Any) -> None:
    """Read one file of any known format into the canonical report Parquet."""
    inputs = take_inputs(reports=(file,), sources=None, start=None, end=None, **options)
    summary = read_to_parquet(file, out, inputs)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        click.echo(f"{summary['n_reports']:,} reports of {summary['n_rows']:,} rows written to {summary['out']}")
        if summary["refused"]:
            click.echo(f"{summary['n_refused']:,} rows refused; see {summary['refused']}")


@click.command()
@report_options
@step_options
@reviews_option
@click.option("--out", required=True, type=FOLDER, help="Folder of the case.")
@engine_options
@quiet_options
@json_option
def fuse(
    out: Path,
    engine: str,
    master: str | None,
    partitions: int | None,
    shared: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Join reports into incidents (incidents.parquet, memberships.parquet; with --since lineage.parquet)."""
    chosen = EngineChoice(name=engine, master=master, n_parts=partitions, shared=shared)
    show_summary(fuse_files(take_inputs(**options), out, engine=chosen), as_json)


@click.command()
@click.option("--agreement", required=True, type=FILE, help="The agreement (YAML).")
@report_or_incident_options
@step_options
@click.option("--coverage", type=FILE, help="The watch log (CSV or Parquet).")
@reviews_option
@click.option("--out", required=True, type=FOLDER, help="Folder of the case.")
@engine_options
@quiet_options
@json_option
def assess(
    agreement: Path,
    incidents: Path | None,
    out: Path,
    engine: str,
    master: str | None,
    partitions: int | None,
    shared: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Hold reports, or incidents, against an agreement: incidents, assessments, findings, counts."""
    chosen = EngineChoice(name=engine, master=master, n_parts=partitions, shared=shared)
    if incidents is not None:
        show_summary(assess_incident_file(agreement, take_incidents(incidents, **options), out, chosen), as_json)
        return
    if not options["reports"]:
        raise InputError("Nothing is to be assessed.", "holdfire assess", "Name files of reports, or --incidents FILE.")
    show_summary(assess_files(agreement, take_inputs(**options), out, engine=chosen), as_json)


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--case", "case_folder", type=FOLDER, default=Path(), help="Folder of the case (default: here).")
@click.option("--inputs", type=FOLDER, help="Folder where the input files lie now, if they were moved.")
@json_option
def explain(id_: str, case_folder: Path, inputs: Path | None, as_json: bool) -> None:
    """Explain a finding, assessment, incident or report down to its raw rows."""
    explanation = explain_id(case_folder, id_, inputs)
    if as_json:
        click.echo(json.dumps(explanation.data, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(explanation.text)


COMMANDS = (map_file, read, fuse, assess, explain)
