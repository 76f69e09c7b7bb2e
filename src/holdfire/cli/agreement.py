"""Commands on agreements: check, diff, schema."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from holdfire.agreement.diff import diff_agreements
from holdfire.app.wire import check_file, load_agreement_file, load_trees
from holdfire.cli.options import FILE, json_option
from holdfire.records.acts_file import acts_schema
from holdfire.records.agreement import agreement_schema
from holdfire.records.promises import register_schema
from holdfire.records.proposals import proposal_reviews_schema, proposals_schema

__all__ = ["COMMANDS"]

SCHEMAS = {
    "agreement": agreement_schema, "register": register_schema, "acts": acts_schema, "proposals": proposals_schema,
    "proposal-reviews": proposal_reviews_schema,
}  # fmt: skip


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option("--previous", type=FILE, help="The older version, to see that no clause id is reused.")
@click.option("--taxonomy", type=FILE, help="Your own tree of event kinds (YAML), in the place of ours.")
@json_option
def check(files: tuple[Path, ...], previous: Path | None, taxonomy: Path | None, as_json: bool) -> int:
    """Check agreements: all faults at once, each with its line and how to mend it."""
    trees = load_trees(taxonomy)
    older = load_agreement_file(previous, trees) if previous else None
    results = []
    n_faults = 0
    for path in files:
        agreement, faults = check_file(path, trees, older)
        n_faults += len(faults)
        results.append({"file": str(path), "faults": [asdict(fault) for fault in faults]})
        if as_json:
            continue
        for fault in faults:
            click.echo(f"{fault}\n")
        if faults:
            click.echo(f"{path}: {len(faults)} {'fault' if len(faults) == 1 else 'faults'}.")
        elif agreement is not None:
            click.echo(
                f"{path}: no faults. {len(agreement.clauses)} clauses, {len(agreement.readings)} "
                f"{'reading' if len(agreement.readings) == 1 else 'readings'}, {len(agreement.zones)} zones."
            )
    if as_json:
        click.echo(json.dumps({"n_faults": n_faults, "files": results}, ensure_ascii=False, indent=2))
    return 1 if n_faults else 0


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Tell clause by clause what changed in substance between two versions."""
    trees = load_trees()
    changes = diff_agreements(load_agreement_file(old, trees), load_agreement_file(new, trees))
    if as_json:
        click.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=2, default=str))
        return
    for change in changes:
        mark = {"added": "+", "removed": "-", "wording": "~"}.get(change.kind, "*")
        click.echo(f"{mark} {change.sentence}")
    if not changes:
        click.echo("Nothing changed.")


@click.command()
@click.argument("what", type=click.Choice(list(SCHEMAS)), default="agreement")
def schema(what: str) -> None:
    """Write the JSON Schema of an agreement, of a register of commitments, or of a file of acts."""
    click.echo(json.dumps(SCHEMAS[what](), ensure_ascii=False, indent=2))


COMMANDS = (check, diff, schema)
