"""Guarantee day: where a guarantee stood at the end of a bulletin's period, and where at its beginning.

Rule: both are judged by what is known now, so that what changed between them happened between them, or came to be
known. Leaves judging to ``guarantee``, words to ``publication``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdfire.records.commitment import Register
from holdfire.records.guarantee import GateState, GuaranteeState

__all__ = ["GuaranteeDay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeDay:
    """Hold the guarantee at two instants.

    Attributes
    ----------
    as_of, before_at : datetime
        UTC; the later and the earlier instant.
    ladders, gates : tuple
        States at ``as_of``, by reading in the agreement's order.
    register : Register
        At ``as_of``.
    ladders_before, gates_before, register_before
        The same at ``before_at``.
    """

    as_of: datetime
    before_at: datetime
    ladders: tuple[GuaranteeState, ...]
    gates: tuple[GateState, ...]
    register: Register
    ladders_before: tuple[GuaranteeState, ...]
    gates_before: tuple[GateState, ...]
    register_before: Register
