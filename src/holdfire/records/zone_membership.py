"""Zone membership: how surely an incident lies in a zone, whatever a clause makes of it.

Rule: what is not listed has upper bound 0, so an incident of unknown place is listed with 0 and 1 for every zone.
Leaves the geometry to ``assessment``. Source: DESIGN, section 5 (Place in zone).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

__all__ = ["ZONE_MEMBERSHIP_SCHEMA", "ZoneMembership"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMembership:
    """Hold one membership; the fields are the columns of ``ZONE_MEMBERSHIP_SCHEMA``.

    Attributes
    ----------
    prob_lower, prob_upper : float, 0..1
        Of the place alone, at the incident's time, under the reading's lines; whether it is a breach is not asked.
    """

    incident_id: str
    zone_id: str
    reading: str
    prob_lower: float
    prob_upper: float


ZONE_MEMBERSHIP_SCHEMA = pa.schema(
    [
        pa.field("incident_id", pa.string(), nullable=False),
        pa.field("zone_id", pa.string(), nullable=False),
        pa.field("reading", pa.string(), nullable=False),
        pa.field("prob_lower", pa.float64(), nullable=False),
        pa.field("prob_upper", pa.float64(), nullable=False),
    ]
)
