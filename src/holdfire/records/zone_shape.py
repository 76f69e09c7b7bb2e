"""Zone shape: the polygon of a zone under a reading, over an interval of time.

Rule: a zone that follows a moving line has one row for each version of the line; intervals of a zone and
reading do not overlap. Source: DESIGN, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT

__all__ = ["ZONE_SHAPE_SCHEMA", "ZoneShape"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShape:
    """Hold one shape; the fields are the columns of ``ZONE_SHAPE_SCHEMA``.

    Attributes
    ----------
    zone_id, reading : str
    start, end : datetime or None
        ``[start, end)``, UTC; None = open.
    wkb : bytes or None
        Polygon or multipolygon, lon/lat WGS84, well-known binary; None = anywhere.
    """

    zone_id: str
    reading: str
    start: datetime | None
    end: datetime | None
    wkb: bytes | None


ZONE_SHAPE_SCHEMA = pa.schema(
    [
        pa.field("zone_id", pa.string(), nullable=False),
        pa.field("reading", pa.string(), nullable=False),
        ("start", INSTANT),
        ("end", INSTANT),
        ("wkb", pa.binary()),
    ]
)
