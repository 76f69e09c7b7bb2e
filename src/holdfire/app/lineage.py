"""Lineage: what became of an incident's id, told from the case that holds its stream.

Turns an id and ``lineage.parquet`` into rows and lines: how a current incident came about, or where a retired
one's reports went. Rule: it adds nothing that the case does not hold. Leaves the incident itself to ``queries``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from holdfire.records.lineage import RETIRED
from holdfire.store.case_folder import CaseFolder

__all__ = ["RetiredStory", "history_lines", "history_rows", "retired_story"]

Row = Mapping[str, Any]

RetiredStory = tuple[list[dict[str, Any]], list[str], list[str]]
"""Rows of lineage on the way, current ids, and lines for people."""

MAX_NAMED = 12
"""Ids that one line names; ``--json`` names all."""


def _rows(case: CaseFolder, column: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    if not case.has("lineage"):
        return []
    data = ds.dataset(case.table_path("lineage"), format="parquet")
    found: list[dict[str, Any]] = data.to_table(filter=pc.field(column).isin(list(ids))).to_pylist()
    return sorted(found, key=lambda row: (row["step"], row["incident_id"] or "", row["earlier_id"] or ""))


def _named(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:MAX_NAMED])
    return shown if len(ids) <= MAX_NAMED else f"{shown} and {len(ids) - MAX_NAMED} more"


def _reports(n: int) -> str:
    return "1 report" if n == 1 else f"{n} reports"


def history_rows(case: CaseFolder, incident_id: str) -> list[dict[str, Any]]:
    """Return the rows in which an id stands as a step's incident, by step."""
    return _rows(case, "incident_id", [incident_id])


def history_lines(rows: Sequence[Row]) -> list[str]:
    """Say how an incident came about and grew; steps that changed nothing are left out."""
    lines = []
    origins: dict[int, list[Row]] = {}
    for row in rows:
        origins.setdefault(row["step"], []).append(row)
    for step, group in origins.items():
        row = group[0]
        earlier = _named([one["earlier_id"] for one in group if one["earlier_id"] is not None])
        words = {
            "new": f"new, {_reports(row['n_reports'])}",
            "grown": f"{_reports(row['n_new'])} joined",
            "reopened": f"reopened by {_reports(row['n_new'])}",
            "merged": f"made of {earlier}, which merged",
            "split": f"made of a part of {earlier}",
            "moved": f"made of reports of {earlier}, between which reports moved",
        }.get(row["change"])
        if words is not None:
            lines.append(f"  lineage    step {step}, {row['step_at']}: {words}")
    return lines


def retired_story(case: CaseFolder, incident_id: str) -> RetiredStory | None:
    """Follow a retired id forward.

    Parameters
    ----------
    case : CaseFolder
    incident_id : str

    Returns
    -------
    RetiredStory or None
        The rows of lineage on the way, the current ids that hold its reports, and lines for people; None where the
        case retired no such id.
    """
    steps: list[dict[str, Any]] = []
    current: set[str] = set()
    followed: set[str] = set()
    wanted = [incident_id]
    while wanted:
        followed.update(wanted)
        left = [row for row in _rows(case, "earlier_id", wanted) if row["change"] in RETIRED]
        steps += left
        current |= set(wanted) - {row["earlier_id"] for row in left}
        wanted = sorted({row["incident_id"] for row in left if row["incident_id"] is not None} - followed)
    if not steps:
        return None
    lines = [f"Incident {incident_id} is retired: what it meant did not stay together, and its id is never used again."]
    for row in steps:
        into = f"{row['incident_id']} ({row['n_shared']} of its reports)"
        words = {
            "merged": f"merged into {into}",
            "split": f"was split; a part is {into}",
            "moved": f"exchanged reports with others; a part is in {into}",
            "ended": "ended: no incident holds a report of it",
        }[row["change"]]
        lines.append(f"  step {row['step']}, {row['step_at']}: {row['earlier_id']} {words}")
    ids = sorted(current)
    lines.append(f"Its reports are now in {_named(ids)}; explain those." if ids else "None of its reports is left.")
    return steps, ids, lines
