"""Lineage: what became of each incident's id from one step of a stream to the next.

Rule: a row relates one incident of a step to one incident of the step before; rows are added and never changed,
and an id that was retired is never given again. Source: DESIGN, section 1, rule 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT

__all__ = ["CHANGES", "LINEAGE_SCHEMA", "RETIRED", "Lineage"]

CHANGES = ("new", "same", "grown", "reopened", "merged", "split", "moved", "ended")
"""Every change of an incident's id, from the quiet to the final."""

RETIRED = ("merged", "split", "moved", "ended")
"""Changes after which the earlier id is never used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Hold one relation between an incident of a step and one of the step before.

    Signals are not counted: they corroborate an incident and give it no identity.

    Attributes
    ----------
    step : int, >= 1
        Number of the step within its stream.
    step_at : datetime
        Instant of the step, UTC.
    incident_id : str or None
        Incident of this step; None = no incident holds a report of the earlier one any more.
    earlier_id : str or None
        Incident of the step before; None = no report of the incident belonged to one.
    change : str
        ``new``; ``same`` (the id is kept, no report joined); ``grown`` (kept, reports joined); ``reopened`` (grown
        by a report of long after the incident's last); ``merged`` (a new id holds all reports of several earlier
        ones); ``split`` (a new id holds a part of one earlier one); ``moved`` (reports changed places between
        incidents, neither a clean merger nor a clean split); ``ended`` (no report is left).
    n_reports : int, >= 0
        Reports of the incident in this step.
    n_shared : int, >= 0
        Those of them that belonged to the earlier incident.
    n_new : int, >= 0
        Those of them that belonged to no incident of the step before.
    """

    step: int
    step_at: datetime
    incident_id: str | None
    earlier_id: str | None
    change: str
    n_reports: int
    n_shared: int
    n_new: int


LINEAGE_SCHEMA = pa.schema(
    [
        pa.field("step", pa.int32(), nullable=False),
        pa.field("step_at", INSTANT, nullable=False),
        ("incident_id", pa.string()),
        ("earlier_id", pa.string()),
        pa.field("change", pa.string(), nullable=False),
        pa.field("n_reports", pa.int32(), nullable=False),
        pa.field("n_shared", pa.int32(), nullable=False),
        pa.field("n_new", pa.int32(), nullable=False),
    ]
)
