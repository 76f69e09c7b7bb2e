"""Finding: what we say of a party, by which standard, after whose review.

Rule: the machine proposes; ``verified`` is true only where two named persons confirmed. A clause whose
evidence no source can give has one finding per party and reading with no incident: cannot determine. Source:
DESIGN, sections 1 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.records.assessment import FACTORS
from holdfire.records.schema import INSTANT, NAMES

__all__ = ["EXCLUDED_BELOW", "FINDING_SCHEMA", "VERDICTS", "Finding", "Review"]

VERDICTS = ("established", "not established", "excluded", "cannot determine")
EXCLUDED_BELOW = 0.05
"""A breach is excluded where its upper bound is below this: the complement of 'beyond reasonable doubt'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Hold a named human's word on a finding.

    Attributes
    ----------
    decision : str
        ``confirm``, ``reject`` or ``cannot determine``.
    """

    review_id: str
    finding_id: str
    reviewer: str
    made_at: datetime
    decision: str
    reason: str
    standard: str | None = None
    dissent: str | None = None
    party_reply: str | None = None
    remedy: str | None = None
    remedy_deadline: datetime | None = None
    supersedes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Hold one finding; the fields are the columns of ``FINDING_SCHEMA``.

    Attributes
    ----------
    finding_id : str
        ``f/`` and the assessment's id, or ``f/-/clause/reading/party`` where there is no incident.
    standard : str
        Standard of proof applied: indication, balance, clear, beyond.
    prob_lower, prob_upper and the factors' bounds : float or None
        As in the assessment; None where nothing could be assessed.
    verdict : str
        One of ``VERDICTS``.
    basis : str
        ``probability``, ``review`` or ``no evidence``.
    verified : bool
        Two named persons confirmed.
    reviewers : list of str
    reason : str
        One sentence that says why, in English.
    """

    finding_id: str
    assessment_ids: list[str]
    incident_id: str | None
    clause_id: str
    reading: str
    party: str
    standard: str
    prob_lower: float | None
    prob_upper: float | None
    real_lower: float | None
    real_upper: float | None
    act_lower: float | None
    act_upper: float | None
    place_time_lower: float | None
    place_time_upper: float | None
    actor_lower: float | None
    actor_upper: float | None
    no_exemption_lower: float | None
    no_exemption_upper: float | None
    narrows: str | None
    verdict: str
    basis: str
    verified: bool
    reviewers: list[str]
    dissent: str | None
    party_reply: str | None
    remedy: str | None
    remedy_deadline: datetime | None
    supersedes: str | None
    reason: str


_F64 = pa.float64()
FINDING_SCHEMA = pa.schema(
    [
        pa.field("finding_id", pa.string(), nullable=False),
        pa.field("assessment_ids", NAMES, nullable=False),
        ("incident_id", pa.string()),
        pa.field("clause_id", pa.string(), nullable=False),
        pa.field("reading", pa.string(), nullable=False),
        pa.field("party", pa.string(), nullable=False),
        pa.field("standard", pa.string(), nullable=False),
        ("prob_lower", _F64),
        ("prob_upper", _F64),
        *((f"{factor}_{bound}", _F64) for factor in FACTORS for bound in ("lower", "upper")),
        ("narrows", pa.string()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("basis", pa.string(), nullable=False),
        pa.field("verified", pa.bool_(), nullable=False),
        pa.field("reviewers", NAMES, nullable=False),
        ("dissent", pa.string()),
        ("party_reply", pa.string()),
        ("remedy", pa.string()),
        ("remedy_deadline", INSTANT),
        ("supersedes", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
