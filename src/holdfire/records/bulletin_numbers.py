"""Bulletin numbers: counts of breaches with their ranges, by clause, party, reading and day, and what changed.

Rule: a number is a range; numbers that are the same under several readings stand once, with those readings.
Leaves the whole to ``records.bulletin``. Source: DESIGN, section 5 (counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = [
    "DIRECTIONS",
    "Bin",
    "Changes",
    "ClauseDelta",
    "ClauseNumbers",
    "CountRange",
    "ReadingDelta",
    "Series",
    "TallyRow",
    "Timeline",
    "VerdictChange",
]

DIRECTIONS = ("more", "fewer", "unclear", "none")
"""``more`` and ``fewer``: the 90 % intervals do not meet; ``unclear``: they do; ``none``: neither has any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRange:
    """Bound a number of breaches: mean, 90 % interval and the probability of at least one.

    Attributes
    ----------
    mean_lower, mean_upper : float, >= 0
    low, high : int
        The low end from lower, the high end from upper probabilities.
    any_lower, any_upper : float, 0..1
    """

    mean_lower: float = 0.0
    mean_upper: float = 0.0
    low: int = 0
    high: int = 0
    any_lower: float = 0.0
    any_upper: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDelta:
    """Compare a clause's breaches, by whichever party, with the period before, under some readings.

    Attributes
    ----------
    readings : tuple of str
        Readings under which the numbers are the same.
    direction : str
        One of ``DIRECTIONS``.
    """

    readings: tuple[str, ...]
    now: CountRange
    before: CountRange
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseDelta:
    """Compare one clause with the period before; a null clause stands for all of them together."""

    clause_id: str | None
    readings: tuple[ReadingDelta, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """State that a finding's verdict is not what it was.

    Attributes
    ----------
    on : date or None
        Local day on which the incident is counted.
    cause : str
        ``review``: named persons decided otherwise than the probability says; ``evidence``: the run behind the
        previous bulletin said otherwise.
    """

    finding_id: str
    incident_id: str | None
    on: date | None
    clause_id: str
    party: str
    reading: str
    before: str | None
    after: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Hold what is new since the period before.

    Attributes
    ----------
    n_incidents, n_incidents_before : int
        Incidents with at least one listed assessment.
    n_likely, n_likely_before : int
        Incidents with a claim whose lower bound reaches ``LIKELY_FROM``.
    n_established, n_established_before : int
        Incidents with an established claim.
    verdicts : tuple of VerdictChange
        At most ``MAX_VERDICT_CHANGES``.
    n_verdicts : int
    compared : bool
        True where findings of the previous run were given.
    n_late : int
        Incidents of before this period that the previous run did not know.
    clauses : tuple of ClauseDelta
        All clauses together first.
    """

    n_incidents: int
    n_incidents_before: int
    n_likely: int
    n_likely_before: int
    n_established: int
    n_established_before: int
    verdicts: tuple[VerdictChange, ...]
    n_verdicts: int
    compared: bool
    n_late: int
    clauses: tuple[ClauseDelta, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """Hold a clause's numbers for one party, under the readings for which they are the same.

    Attributes
    ----------
    party : str
        Empty = whichever party did it; each incident then counts once, at its strongest verdict.
    n_assessed : int
        Incidents that entered.
    n_established, n_not_established, n_excluded, n_cannot : int
        Findings by verdict.
    standing : str or None
        Verdict where no incident is needed: an obligation, or a clause that no source here can give evidence of.
    standing_lower, standing_upper : float or None, 0..1
    """

    party: str
    readings: tuple[str, ...]
    n_assessed: int
    count: CountRange
    n_established: int
    n_not_established: int
    n_excluded: int
    n_cannot: int
    standing: str | None = None
    standing_lower: float | None = None
    standing_upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseNumbers:
    """Hold one clause's rows, by party and reading."""

    clause_id: str
    rows: tuple[TallyRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Hold a day, week or month of the timeline; days, ends included."""

    first_day: date
    last_day: date
    in_period: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Hold a number of breaches per bin, by whichever party; a null clause stands for all of them together."""

    clause_id: str | None
    readings: tuple[str, ...]
    values: tuple[CountRange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Hold the course of the counts.

    Attributes
    ----------
    unit : str
        ``day``, ``week`` or ``month``.
    bins : tuple of Bin
    series : tuple of Series
        Each with one value for each bin.
    """

    unit: str
    bins: tuple[Bin, ...]
    series: tuple[Series, ...]
