"""Assessment: one incident held against one clause, for one party, under one reading.

Rule: the product of five factors, each as [lower, upper]; what is not listed has probability 0 (its upper
bound was below ``LISTED_FROM``). Source: DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT

__all__ = [
    "ASSESSMENT_SCHEMA",
    "COUNT_SCHEMA",
    "FACTORS",
    "LISTED_FROM",
    "WINDOW_COUNT_SCHEMA",
    "Assessment",
    "Count",
    "WindowCount",
]

FACTORS = ("real", "act", "place_time", "actor", "no_exemption")
"""P(real), P(act in clause), P(place in zone and time in force, jointly), P(done by the party), P(no exemption)."""

LISTED_FROM = 0.001
"""An assessment is listed where its upper bound reaches this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Hold one assessment; the fields are the columns of ``ASSESSMENT_SCHEMA``.

    Attributes
    ----------
    assessment_id : str
        ``incident/clause/reading/party``; ``-`` stands for the incident where there is none.
    incident_id : str or None
        None for an obligation, which is breached by what did not happen.
    prob_lower, prob_upper : float, 0..1
        Product of the factors' bounds.
    real_lower ... no_exemption_upper : float, 0..1
        The factors' bounds.
    narrows : str or None
        The factor whose range, if it were known, would narrow the result most; None = no range.
    verdict : str
        What the bounds say at the clause's standard: ``established``, ``not established``, ``excluded`` or
        ``cannot determine``.
    """

    assessment_id: str
    incident_id: str | None
    clause_id: str
    reading: str
    party: str
    prob_lower: float
    prob_upper: float
    real_lower: float
    real_upper: float
    act_lower: float
    act_upper: float
    place_time_lower: float
    place_time_upper: float
    actor_lower: float
    actor_upper: float
    no_exemption_lower: float
    no_exemption_upper: float
    narrows: str | None
    verdict: str


_F64 = pa.float64()
ASSESSMENT_SCHEMA = pa.schema(
    [
        pa.field("assessment_id", pa.string(), nullable=False),
        ("incident_id", pa.string()),
        *(pa.field(name, pa.string(), nullable=False) for name in ("clause_id", "reading", "party")),
        pa.field("prob_lower", _F64, nullable=False),
        pa.field("prob_upper", _F64, nullable=False),
        *(pa.field(f"{factor}_{bound}", _F64, nullable=False) for factor in FACTORS for bound in ("lower", "upper")),
        ("narrows", pa.string()),
        pa.field("verdict", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Count the breaches of a clause by a party under a reading, on a day or over the period.

    Attributes
    ----------
    on : date or None
        The day in the agreement's publication time zone; None = the whole period.
    n_assessed : int
        Assessments that entered.
    mean_lower, mean_upper : float
        Mean number of breaches, from lower and from upper probabilities.
    low, high : int
        90 % interval: its low end from lower, its high end from upper probabilities.
    prob_any_lower, prob_any_upper : float, 0..1
        Probability of at least one breach.
    n_established : int
        Assessments whose verdict is ``established``.
    """

    clause_id: str
    reading: str
    party: str
    on: date | None
    n_assessed: int
    mean_lower: float
    mean_upper: float
    low: int
    high: int
    prob_any_lower: float
    prob_any_upper: float
    n_established: int


COUNT_SCHEMA = pa.schema(
    [
        pa.field("clause_id", pa.string(), nullable=False),
        pa.field("reading", pa.string(), nullable=False),
        pa.field("party", pa.string(), nullable=False),
        ("on", pa.date32()),
        pa.field("n_assessed", pa.int64(), nullable=False),
        pa.field("mean_lower", _F64, nullable=False),
        pa.field("mean_upper", _F64, nullable=False),
        pa.field("low", pa.int64(), nullable=False),
        pa.field("high", pa.int64(), nullable=False),
        pa.field("prob_any_lower", _F64, nullable=False),
        pa.field("prob_any_upper", _F64, nullable=False),
        pa.field("n_established", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCount:
    """Count the breaches of a clause by a party under a reading in a window of time, and in a zone.

    Attributes
    ----------
    start, end : datetime
        ``[start, end)``, UTC.
    zone_id : str or None
        None = wherever they were.
    n_assessed : int
        Assessments that may lie there and then.
    mean_lower ... n_established : as in ``Count``
        ``n_established`` are those of them whose verdict is ``established`` and which lie there and then for certain.
    """

    clause_id: str
    reading: str
    party: str
    start: datetime
    end: datetime
    zone_id: str | None
    n_assessed: int
    mean_lower: float
    mean_upper: float
    low: int
    high: int
    prob_any_lower: float
    prob_any_upper: float
    n_established: int


WINDOW_COUNT_SCHEMA = pa.schema(
    [
        *(COUNT_SCHEMA.field(name) for name in ("clause_id", "reading", "party")),
        pa.field("start", INSTANT, nullable=False),
        pa.field("end", INSTANT, nullable=False),
        ("zone_id", pa.string()),
        *(COUNT_SCHEMA.field(number) for number in range(4, len(COUNT_SCHEMA))),
    ]
)
