"""Steps: what a run takes over from the case that it continues, and what it says of it.

Turns an earlier case's folder into the step before, settles the instant of this one, and counts what became of
the incidents' ids. Rule: no clock; without a word from the user a step is as late as the latest report. Leaves
the carrying of ids to ``fusion``.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.canonical import sha256_file
from holdfire.basics.instants import parse_instant
from holdfire.errors import InputError, MissingInputError, ReadError
from holdfire.fusion.stream import Step, latest_instant
from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
from holdfire.records.lineage import CHANGES, LINEAGE_SCHEMA, RETIRED
from holdfire.records.schema import table_from
from holdfire.store.case_folder import CaseFolder

__all__ = ["Earlier", "check_step", "count_changes", "make_step", "read_earlier", "step_settings"]

Earlier = dict[str, pa.Table]
"""The tables ``incidents``, ``memberships`` and ``lineage`` of the step before."""

SCHEMAS = {
    "incidents": pa.schema([INCIDENT_SCHEMA.field("incident_id")]),
    "memberships": MEMBERSHIP_SCHEMA,
    "lineage": LINEAGE_SCHEMA,
}


def check_step(since: Path | None, step_at: str | None, out: Path) -> None:
    """Refuse a step that would lose what it continues.

    Raises
    ------
    InputError
        An instant without a step, a step into the folder that it continues, or a fresh start over a stream.
    """
    if since is None:
        if step_at is not None:
            raise InputError(
                "A step's instant was given, and no case that the step continues.",
                "--step-at",
                "Name the case of the step before with --since, or leave --step-at away.",
            )
        if CaseFolder(out).has("lineage"):
            raise InputError(
                "This folder holds a step of a stream; a run that continues no case would name its incidents anew.",
                str(out),
                "Name the case of the step before with --since, or another folder with --out.",
            )
    elif out.resolve() == since.resolve():
        raise InputError(
            "A step cannot be written over the case that it continues.",
            f"--since and --out, both {out}",
            "Name another folder with --out.",
        )


def _table(case: CaseFolder, name: str) -> pa.Table:
    """Return a table of the earlier case in its schema, checked."""
    table, schema, where = case.read(name), SCHEMAS[name], str(case.table_path(name))
    mend = "Name a case that 'holdfire fuse' or 'holdfire assess' wrote, or write it again."
    missing = [column for column in schema.names if column not in table.column_names]
    if missing:
        raise ReadError(f"This table of the earlier case lacks its column {missing[0]!r}.", where, mend)
    for field in schema:
        if not field.nullable and table.column(field.name).null_count:
            raise ReadError(f"This table of the earlier case lacks values in its column {field.name!r}.", where, mend)
    try:
        return table_from({column: table.column(column) for column in schema.names}, schema)
    except pa.ArrowException as error:
        raise ReadError(f"This table of the earlier case is not what a case holds: {error}", where, mend) from error


def read_earlier(since: Path | None) -> Earlier | None:
    """Return what a step continues, None for a run that continues no case.

    Raises
    ------
    MissingInputError
        The folder holds no case.
    ReadError
        A table of it is damaged.
    """
    if since is None:
        return None
    case = CaseFolder(since)
    if not (case.has("incidents") and case.has("memberships")):
        raise MissingInputError(
            "This folder holds no case to continue: incidents.parquet or memberships.parquet is not there.",
            str(since),
            "Name the folder that 'holdfire fuse --out' or 'holdfire assess --out' wrote; leave --since away for the "
            "first step.",
        )
    earlier = {name: _table(case, name) for name in ("incidents", "memberships")}
    earlier["lineage"] = _table(case, "lineage") if case.has("lineage") else LINEAGE_SCHEMA.empty_table()
    return earlier


def make_step(earlier: Earlier | None, step_at: str | None, reports: pa.Table, zone: str) -> Step | None:
    """Return the step: what it continues, and its instant, by default that of the latest report.

    Raises
    ------
    InputError
        No report states an instant, or the instant is before the step before.
    """
    if earlier is None:
        return None
    last: datetime | None = pc.max(earlier["lineage"].column("step_at")).as_py()
    if step_at is not None:
        at = parse_instant(step_at, zone)
        if last is not None and at < last:
            raise InputError(
                f"This step would lie before the one that it continues ({last.isoformat()}): {step_at!r}.",
                "--step-at",
                "Name an instant that is no earlier, or leave --step-at away.",
            )
        return Step(**earlier, at=at)
    known = [instant for instant in (latest_instant(reports), last) if instant is not None]
    if not known:
        raise InputError(
            "No report states when it came in or when anything happened, so the step has no instant.",
            "--step-at",
            "Name the step's instant with --step-at.",
        )
    return Step(**earlier, at=max(known))


def step_settings(since: Path | None, step: Step | None) -> dict[str, Any]:
    """Return what of the step the run's result depends on: hashes of the tables that it continues, and its instant."""
    if since is None or step is None:
        return {}
    case = CaseFolder(since)
    hashes = {name: sha256_file(case.table_path(name)) for name in SCHEMAS if case.has(name)}
    return {"since": hashes, "step_at": step.at.isoformat()}


def count_changes(since: Path, lineage: pa.Table) -> dict[str, Any]:
    """Return how many incidents of the last step underwent each change, and how many earlier ids were retired.

    Returns
    -------
    dict
        ``since``, ``step``, ``step_at``, ``changes`` (incidents by change; ``ended`` counts earlier ones) and
        ``n_retired``.
    """
    number = pc.max(lineage.column("step")).as_py()
    rows = lineage.filter(pc.equal(lineage.column("step"), number)) if number is not None else lineage
    changes = rows.column("change")
    pairs = pa.table({"change": changes, "id": pc.coalesce(rows.column("incident_id"), rows.column("earlier_id"))})
    counted = Counter(pairs.group_by(["change", "id"]).aggregate([]).column("change").to_pylist())
    retired = rows.filter(pc.is_in(changes, value_set=pa.array(RETIRED))).column("earlier_id")
    return {
        "since": str(since),
        "step": number,
        "step_at": rows.column("step_at")[0].as_py().isoformat() if rows.num_rows else None,
        "changes": {change: counted.get(change, 0) for change in CHANGES},
        "n_retired": pc.count_distinct(retired).as_py(),
    }
