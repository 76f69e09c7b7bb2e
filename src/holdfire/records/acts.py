"""Acts: what named persons decided and did about a guarantee.

Rule: an act is added, never changed, and has a person's name. Leaves what follows from it to ``guarantee``, the file
that people write to ``records.acts_file``. Source: DESIGN, sections 1 (rule 5) and 4 (Ladder).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["AUTHORISATION_DECISIONS", "Authorisation", "RungUse"]

AUTHORISATION_DECISIONS = ("given", "refused", "withdrawn", "stand down", "pause", "resume")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Hold a named person's decision on a rung, or on a mandate that a gate asks for.

    Attributes
    ----------
    decision : str
        One of ``AUTHORISATION_DECISIONS``; the latest one counts. ``stand down``, ``pause`` and ``resume`` are for
        rungs only; the latter two are about its clocks and leave what was authorised as it is.
    by : str
        The person, with the office.
    made_at : datetime
        UTC.
    rung_id, gate_id : str or None
        Exactly one of them says what was decided on.
    requirement : int or None
        For a gate: which of its requirements is the mandate, counted from 1; None = every mandate it asks for.
    reading : str or None
        The reading it was decided under; None = every one.
    party : str or None
        For a ladder that is climbed per party: against whose breaches; None = every one.
    """

    decision: str
    by: str
    made_at: datetime
    reason: str
    rung_id: str | None = None
    gate_id: str | None = None
    requirement: int | None = None
    reading: str | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RungUse:
    """Hold the fact that a rung's duty was done.

    Attributes
    ----------
    used_at : datetime
        UTC.
    by : str
        Who did it.
    evidence : str
        What shows it.
    reading : str or None
        The reading it was done under; None = every one.
    party : str or None
        For a ladder that is climbed per party: against whose breaches; None = every one.
    """

    rung_id: str
    used_at: datetime
    by: str
    evidence: str
    reading: str | None = None
    party: str | None = None
