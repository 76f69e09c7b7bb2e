"""Build small steps of a stream for the tests of stable ids."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from holdfire.fusion.stream import Carried, Step, carry_ids
from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
from holdfire.records.lineage import LINEAGE_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from

__all__ = ["START", "first_step", "fused_tables", "groups_of", "made_reports", "next_step", "rows_of", "shuffled"]

START = datetime(2030, 1, 1, tzinfo=UTC)
Members = Sequence[tuple[str, int | None, float]]


def fused_tables(members: Members) -> tuple[pa.Table, pa.Table]:
    """Return incidents and memberships as fusion names them, from (report, group or None, probability)."""
    groups = sorted({group for _, group, _ in members if group is not None})
    least = {group: min(report for report, other, _ in members if other == group) for group in groups}
    names: dict[int, str] = {}
    for group in groups:
        text = least[group] if least[group] not in [least[g] for g in names] else f"{least[group]} {group}"
        names[group] = "i" + hashlib.sha256(text.encode()).hexdigest()[:16]
    incidents = pa.Table.from_pylist(
        [
            {"incident_id": name, "prob_real": 0.5, "prob_real_lower": 0.1, "prob_real_upper": 0.9}
            | {"place_model": "unknown", "n_reports": 1, "n_sources": 1, "n_independent": 1}
            | {"languages": "", "explanation": f'{{"group":{group}}}'}
            for group, name in names.items()
        ],
        INCIDENT_SCHEMA,
    )
    rows = sorted((report, None if group is None else names[group], prob) for report, group, prob in members)
    columns = {"report_id": [r for r, _, _ in rows], "incident_id": [i for _, i, _ in rows]}
    return incidents, table_from(columns | {"prob": [p for _, _, p in rows]}, MEMBERSHIP_SCHEMA)


def made_reports(names: Sequence[str], hours: Mapping[str, float], signals: Sequence[str] = ()) -> pa.Table:
    """Return reports received some hours after the start, those of some names signals."""
    return table_from(
        {
            "report_id": list(names),
            "source_id": ["s"] * len(names),
            "kind": ["signal/thermal" if name in signals else "explosion" for name in names],
            "received_at": [START + timedelta(hours=hours.get(name, 0.0)) for name in names],
        },
        REPORT_SCHEMA,
    )


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    """Return a table's rows in another order."""
    return table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))


def first_step(members: Members) -> Carried:
    """Return a first step, which continues nothing."""
    incidents, memberships = fused_tables(members)
    return Carried(incidents=incidents, memberships=memberships, lineage=LINEAGE_SCHEMA.empty_table())


def next_step(
    earlier: Carried,
    members: Members,
    *,
    hours: Mapping[str, float] | None = None,
    signals: Sequence[str] = (),
    day: int = 1,
    seed: int | None = None,
) -> Carried:
    """Carry a step on; with a seed every table's rows are shuffled first."""
    incidents, memberships = fused_tables(members)
    reports = made_reports(sorted({report for report, _, _ in members}), hours or {}, signals)
    tables = [incidents, memberships, reports, earlier.incidents, earlier.memberships, earlier.lineage]
    if seed is not None:
        tables = [shuffled(table, seed + k) for k, table in enumerate(tables)]
    at = START + timedelta(days=day)
    return carry_ids(*tables[:3], Step(incidents=tables[3], memberships=tables[4], lineage=tables[5], at=at))


def groups_of(step: Carried) -> dict[str, set[str]]:
    """Return each incident's reports."""
    found: dict[str, set[str]] = {name: set() for name in step.incidents.column("incident_id").to_pylist()}
    for row in step.memberships.to_pylist():
        if row["incident_id"] is not None:
            found[row["incident_id"]].add(row["report_id"])
    return found


def rows_of(step: Carried) -> list[dict[str, Any]]:
    """Return the rows of lineage of the last step."""
    rows: list[dict[str, Any]] = step.lineage.to_pylist()
    return [row for row in rows if row["step"] == max(r["step"] for r in rows)]
