"""Coverage: who watched, where, when, by what means, and who was kept from it.

Rule: silence is not compliance; a source that is silent is a gap here, never a quiet day. Source: DESIGN,
sections 1 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT

__all__ = ["COVERAGE_SCHEMA", "RESTRICTIONS", "Coverage"]

RESTRICTIONS = ("denied", "delayed", "conditioned", "jammed", "unapproved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Hold one entry of a watch log; the fields are the columns of ``COVERAGE_SCHEMA``.

    Attributes
    ----------
    coverage_id, watcher, means : str
        Means: patrol, camera, satellite, sensor, media and the like.
    start, end : datetime
        ``[start, end)`` of the watch, UTC.
    zone : str or None
        A zone of the agreement; None where lon, lat and radius_m say where, or everywhere if these are null.
    lon, lat, radius_m : float or None
        Centre in degrees and reach in metres.
    detection : float, 0..1
        Probability that an event of ``kind`` there and then would have been noticed and reported.
    kind : str or None
        Path of event kinds that it can notice; None = every kind.
    restriction : str or None
        One of ``RESTRICTIONS`` where the watch was hindered; ``detection`` is then 0 unless the log says more.
    restricted_by, reason : str or None
    """

    coverage_id: str
    watcher: str
    means: str
    start: datetime
    end: datetime
    zone: str | None = None
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    detection: float = 1.0
    kind: str | None = None
    restriction: str | None = None
    restricted_by: str | None = None
    reason: str | None = None


COVERAGE_SCHEMA = pa.schema(
    [
        pa.field("coverage_id", pa.string(), nullable=False),
        pa.field("watcher", pa.string(), nullable=False),
        pa.field("means", pa.string(), nullable=False),
        pa.field("start", INSTANT, nullable=False),
        pa.field("end", INSTANT, nullable=False),
        ("zone", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("radius_m", pa.float64()),
        pa.field("detection", pa.float64(), nullable=False),
        ("kind", pa.string()),
        ("restriction", pa.string()),
        ("restricted_by", pa.string()),
        ("reason", pa.string()),
    ]
)
