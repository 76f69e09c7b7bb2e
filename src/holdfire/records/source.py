"""Source: who reports, on whose side, how reliable, and from whom it copies.

Rule: a source's side is a party id or null; null means independent of every party as far as is known. Source:
DESIGN, section 4; NATO AJP-2.1 for the Admiralty grades.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from holdfire.records.schema import NAMES

__all__ = ["ADMIRALTY_PRIOR", "SOURCE_KINDS", "SOURCE_SCHEMA", "Source"]

SOURCE_KINDS = ("patrol", "camera", "satellite", "sensor", "media", "party", "public", "dataset")

ADMIRALTY_PRIOR = {"A": 0.97, "B": 0.90, "C": 0.75, "D": 0.55, "E": 0.30, "F": 0.70}
"""Prior probability that a report by a source of this grade tells of something real. A to E follow the order
of AJP-2.1 (reliable to unreliable); F (cannot be judged) is a broad prior's mean. The numbers are ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Hold one source; the fields are the columns of ``SOURCE_SCHEMA``.

    Attributes
    ----------
    source_id, name : str
    side : str or None
        Party that the source belongs to or depends on; None = none known.
    kind : str
        One of ``SOURCE_KINDS``.
    curated : bool
        True where the source never reports one incident twice.
    reliability : str
        Admiralty grade A to F.
    copies_from : list of str
        Sources that it is known to repeat.
    """

    source_id: str
    name: str
    side: str | None = None
    kind: str = "public"
    curated: bool = False
    reliability: str = "F"
    copies_from: list[str] = field(default_factory=list)


SOURCE_SCHEMA = pa.schema(
    [
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        ("side", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("curated", pa.bool_(), nullable=False),
        pa.field("reliability", pa.string(), nullable=False),
        pa.field("copies_from", NAMES, nullable=False),
    ]
)
