"""Write the reference pages that follow from the code: commands, and tables with their columns.

Run as ``python scripts/write_reference.py``; ``tests/docs/test_reference.py`` holds the pages equal to the code.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from holdfire.cli.main import SECTIONS, holdfire
from holdfire.records import (
    assessment,
    coverage,
    finding,
    incident,
    lineage,
    refusal,
    report,
    source,
    zone_membership,
    zone_shape,
)
from holdfire.simulate.breaches import TRUE_BREACH_SCHEMA
from holdfire.simulate.world import TRUE_INCIDENT_SCHEMA, TRUE_MEMBERSHIP_SCHEMA
from holdfire.trial.record import RECORD_SCHEMA

DOCS = Path(__file__).resolve().parents[1] / "docs" / "reference"

TABLES: tuple[tuple[str, str, Any, pa.Schema], ...] = (
    ("reports.parquet", "the canonical report Parquet", report.Report, report.REPORT_SCHEMA),
    ("sources.parquet", "sources", source.Source, source.SOURCE_SCHEMA),
    ("refused.parquet", "rows that could not be read", refusal.Refusal, refusal.REFUSAL_SCHEMA),
    ("coverage.parquet", "the watch log", coverage.Coverage, coverage.COVERAGE_SCHEMA),
    (
        "zone_shapes.parquet",
        "zones as polygons by reading and date",
        zone_shape.ZoneShape,
        zone_shape.ZONE_SHAPE_SCHEMA,
    ),
    ("incidents.parquet", "incidents", incident.Incident, incident.INCIDENT_SCHEMA),
    ("memberships.parquet", "which report belongs to which incident", incident.Membership, incident.MEMBERSHIP_SCHEMA),
    ("lineage.parquet", "what became of incidents' ids in a stream", lineage.Lineage, lineage.LINEAGE_SCHEMA),
    ("assessments.parquet", "incidents held against clauses", assessment.Assessment, assessment.ASSESSMENT_SCHEMA),
    ("findings.parquet", "what is said of a party", finding.Finding, finding.FINDING_SCHEMA),
    ("counts.parquet", "numbers of breaches", assessment.Count, assessment.COUNT_SCHEMA),
)

ANSWERS: tuple[tuple[str, str, Any, pa.Schema], ...] = (
    ("Watch shares", "how much of a zone was watched on a day", coverage.WatchShare, coverage.WATCH_SCHEMA),
    ("Silences", "days on which a source said nothing", coverage.SilenceGap, coverage.GAP_SCHEMA),
    (
        "Zone memberships",
        "how surely an incident lies in a zone",
        zone_membership.ZoneMembership,
        zone_membership.ZONE_MEMBERSHIP_SCHEMA,
    ),
    (
        "Window counts",
        "numbers of breaches in any window and zone",
        assessment.WindowCount,
        assessment.WINDOW_COUNT_SCHEMA,
    ),
)
"""Tables that a stage gives and no file of a case holds."""

TRUTH: tuple[tuple[str, str, dict[str, str], pa.Schema], ...] = (
    (
        "true_incidents.parquet",
        "what happened in a simulated world",
        {
            "truth_id": "`t` and a number.",
            "at": "When it happened, UTC.",
            "lon": "Degrees, WGS84.",
            "lat": "Degrees, WGS84.",
            "kind": "Path in the tree of event kinds.",
            "actor": "Party that did it.",
            "target": "Party that it was done to.",
        },
        TRUE_INCIDENT_SCHEMA,
    ),
    (
        "true_memberships.parquet",
        "what each report truly tells of",
        {
            "report_id": "A round-up has a row for each incident that it tells of; every other report has one row.",
            "truth_id": "None = it is made up.",
            "copied": "Whether it was copied from another source's report.",
            "lie_id": "Reports of one lie share it; None = it is no lie.",
        },
        TRUE_MEMBERSHIP_SCHEMA,
    ),
    (
        "true_breaches.parquet",
        "which clause each incident truly breached",
        {
            "truth_id": "The incident.",
            "clause_id": "The clause that it breached.",
            "reading": "Under which reading.",
            "party": "By whom.",
        },
        TRUE_BREACH_SCHEMA,
    ),
)
"""Tables that ``holdfire simulate`` writes beside what a mission sees."""

TRIAL: tuple[tuple[str, str, dict[str, str], pa.Schema], ...] = (
    (
        "records.parquet",
        "how each rung fared in each world of a trial",
        {
            "world": "Number of the world.",
            "kind": "`attack` or `sustained`: how the party breaches from the onset on.",
            "per_day": "Breaches a day from the onset on.",
            "rung_id": "The rung.",
            "quiet_days": "Days before the onset: nothing is breached in them.",
            "n_false": "How often the rung began to stand in them.",
            "false_share": "Share of them in which it stood, 0..1.",
            "stood_before": "Whether it stood when the breaches began.",
            "true_h": "Hours from the onset until its condition held by the truth.",
            "stands_h": "Hours from the onset until it stood.",
            "reporting_h": "Hours of the delay until it would stand if each review came with the first report.",
            "verification_h": "Hours from then until it stood.",
            "order_h": "Hours until the rungs before it were used and the time that must pass had passed.",
            "clock_h": "Hours that the responder's clock left then.",
            "overdue": "Whether the clock had run out by then.",
            "n_windows": "Windows that do not overlap.",
            "n_fired": "Of them, those in which the condition fired.",
            "n_wrong": "Of those, the ones in which it did not hold by the truth.",
        },
        RECORD_SCHEMA,
    ),
)
"""What ``holdfire trial`` writes."""


def commands_page() -> str:
    """Return the page of commands, as their help says it."""
    lines = ["# Commands", "", "Each command explains itself; these are its words.", ""]
    lines += ["Exit codes: 0 done; 1 faults were found, or a general refusal; 2 the command was written wrongly;"]
    lines += ["3 an input was refused; 4 an input is missing; 5 an output cannot be written; 6 an id is unknown;"]
    lines += ["7 the model was violated; 8 the engine could not do its work; 130 interrupted.", ""]
    context = click.Context(holdfire, info_name="holdfire", max_content_width=100)
    for title, names in SECTIONS:
        lines += [f"## {title}", ""]
        for name in names:
            command = holdfire.get_command(context, name)
            if command is not None:
                lines += _command_lines(command, f"holdfire {name}")
    return "\n".join(lines)


def _command_lines(command: click.Command, name: str) -> list[str]:
    """Return a command's words, and those of each command below it."""
    context = click.Context(
        command, info_name=name, max_content_width=100, terminal_width=100, help_option_names=["-h", "--help"]
    )
    lines = [f"### {name}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    below = command.commands if isinstance(command, click.Group) else {}
    for word, one in below.items():
        lines += _command_lines(one, f"{name} {word}")
    return lines


def _meanings(record: Any) -> dict[str, str]:
    """Return each attribute's words from a record's docstring."""
    text = inspect.getdoc(record) or ""
    found: dict[str, str] = {}
    body = text.partition("Attributes\n")[2]
    names: list[str] = []
    for line in body.splitlines():
        head = re.match(r"^([a-z][a-z0-9_, .]*)( and [a-z' ]+)?( : .*)?$", line)
        if head and not line.startswith(" "):
            names = [name.strip() for name in head[1].split(",")]
            for name in names:
                found[name] = ""
        elif line.startswith("    ") and names:
            for name in names:
                found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _table(head: str, meanings: dict[str, str], schema: pa.Schema) -> list[str]:
    """Return the lines of one table."""
    lines = [head, "", "| column | type | null | meaning |", "|---|---|---|---|"]
    for field in schema:
        meaning = meanings.get(field.name, "").replace("|", "\\|").replace("``", "`")
        kind = str(field.type).replace("timestamp[us, tz=UTC]", "timestamp us, UTC").replace("|", "\\|")
        kind = kind.replace("<", "‹").replace(">", "›")
        lines.append(f"| `{field.name}` | {kind} | {'yes' if field.nullable else 'no'} | {meaning} |")
    return [*lines, ""]


def records_page() -> str:
    """Return the page of tables: columns, types, and what they mean."""
    lines = ["# Tables of a case", ""]
    lines += ["A case is a folder. Every table is Parquet; instants are UTC microseconds; null means *not known* or"]
    lines += ["*not said*, never zero. Columns that a table holds beyond these are carried along behind them.", ""]
    lines += ["The **canonical report Parquet** is public and stable. These columns must be there (a null is allowed"]
    lines += ["in all but the two ids): " + ", ".join(f"`{name}`" for name in report.REQUIRED_COLUMNS) + ". The rest"]
    lines += ["are optional.", ""]
    for file, title, record, schema in TABLES:
        lines += _table(f"## {file}: {title}", _meanings(record), schema)
    lines += ["# Tables that stages give", "", "No file of a case holds these; they are what functions of the stages"]
    lines += ["return, and what `holdfire coverage` and windows of counts are made from.", ""]
    for file, title, record, schema in ANSWERS:
        like = _meanings(assessment.Count) if record is assessment.WindowCount else {}
        lines += _table(f"## {file}: {title}", like | _meanings(record), schema)
    lines += [
        "# Tables of a simulated world",
        "",
        "`holdfire simulate` writes what is true beside what a mission sees.",
    ]
    lines += [""]
    for file, title, meanings, schema in TRUTH:
        lines += _table(f"## {file}: {title}", meanings, schema)
    lines += ["# The table of a trial", "", "`holdfire trial` writes it beside its page and figures.", ""]
    for file, title, meanings, schema in TRIAL:
        lines += _table(f"## {file}: {title}", meanings, schema)
    return "\n".join(lines)


PAGES = {"commands.md": commands_page, "records.md": records_page}


def main() -> None:
    """Write the pages."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
