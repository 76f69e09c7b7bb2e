"""Bulletin parts: the incidents, gaps, refusals, sources and shapes that a bulletin shows.

Rule: numbers and ids only; a null says that nobody knows. Leaves counts to ``records.bulletin_numbers``, the
whole to ``records.bulletin``, words and drawing to ``publication``. Source: DESIGN, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

__all__ = [
    "Breach",
    "Claim",
    "IncidentItem",
    "IntakeItem",
    "LineShape",
    "Quote",
    "RefusalGroup",
    "RestrictionItem",
    "Silence",
    "SourceItem",
    "Watch",
    "ZoneDrawing",
    "ZoneWatch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Hold what is said of one party under one reading about a breach.

    Attributes
    ----------
    prob_lower, prob_upper : float or None, 0..1
        None = nothing could be assessed.
    narrows : str or None
        The factor that would narrow the range most.
    """

    finding_id: str
    party: str
    reading: str
    prob_lower: float | None
    prob_upper: float | None
    verdict: str
    basis: str
    verified: bool
    narrows: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Hold one incident against one clause, for every party and reading; the strongest claim comes first.

    Attributes
    ----------
    prob_lower, prob_upper : float, 0..1
        That the clause was breached, whichever party did it, under ``readings``.
    readings : tuple of str
        The readings under which the breach is strongest.
    """

    clause_id: str
    standard: str
    severity: int
    prob_lower: float
    prob_upper: float
    readings: tuple[str, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Hold a report's own words, where they may be shown."""

    report_id: str
    source_id: str
    source_name: str
    language: str | None
    text: str
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentItem:
    """Hold one incident with its breaches, strongest first; without an incident id it is a standing finding.

    Attributes
    ----------
    incident_id : str or None
        None for a duty that is breached by what did not happen.
    occurred_start, occurred_end : datetime or None
        UTC; None = nobody says.
    on : date or None
        Local day on which it is counted.
    lon, lat, sigma_m : float or None
        Degrees and metres, as coarse as the release allows.
    zones : tuple of str
        Bounded zones of the agreement that its place lies in, smallest first.
    prob_real_lower, prob_real_upper : float, 0..1
    prob_lower, prob_upper : float, 0..1
        The strongest breach's bounds: what the ranking goes by.
    verdict : str
        The strongest claim's verdict.
    """

    incident_id: str | None
    occurred_start: datetime | None = None
    occurred_end: datetime | None = None
    on: date | None = None
    lon: float | None = None
    lat: float | None = None
    sigma_m: float | None = None
    place_name: str | None = None
    zones: tuple[str, ...] = ()
    kind: str | None = None
    target_kind: str | None = None
    weapon: str | None = None
    prob_real_lower: float = 1.0
    prob_real_upper: float = 1.0
    casualties_low: int | None = None
    casualties_high: int | None = None
    n_reports: int = 0
    n_sources: int = 0
    n_independent: int = 0
    prob_lower: float = 0.0
    prob_upper: float = 0.0
    verdict: str = "cannot determine"
    breaches: tuple[Breach, ...] = ()
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionItem:
    """Hold one entry of the watch log in which the watch was hindered."""

    coverage_id: str
    watcher: str
    means: str
    start: datetime
    end: datetime
    zone: str | None
    restriction: str
    restricted_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneWatch:
    """Hold how much of a zone was watched, under the readings for which it is the same.

    Attributes
    ----------
    zone_id : str
        A zone of the agreement; ``*`` = everywhere.
    unwatched, unwatched_before : float or None, 0..1
        Share of the zone's area and the period's time without any watch; None = not known.
    noticed : float or None, 0..1
        Share weighted by the probability that an event would have been noticed.
    n_watchers, n_restricted : int
        Most watchers on a day; hindered entries, summed over the days.
    """

    zone_id: str
    readings: tuple[str, ...]
    unwatched: float | None
    unwatched_before: float | None
    noticed: float | None
    n_watchers: int
    n_restricted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Name days of the period on which a source said nothing; days, ends included."""

    source_id: str
    source_name: str
    first_on: date
    last_on: date
    n_days: int
    whole_period: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Hold what was watched and what was not.

    Attributes
    ----------
    has_log : bool
        False where no watch log was given: then nothing can be said of what was missed.
    n_entries : int
        Entries of the log that meet the period.
    zones : tuple of ZoneWatch
        Least watched first.
    restrictions : tuple of RestrictionItem
        At most ``MAX_RESTRICTIONS``; ``n_restrictions`` counts all.
    silences : tuple of Silence
        Longest first, at most ``MAX_SILENCES``; ``n_silences`` counts all.
    n_unplaced : int
        Incidents of the period without a place.
    n_undated : int
        Incidents of the case without a time, which no period counts.
    """

    has_log: bool
    n_entries: int
    zones: tuple[ZoneWatch, ...]
    restrictions: tuple[RestrictionItem, ...]
    n_restrictions: int
    silences: tuple[Silence, ...]
    n_silences: int
    n_unplaced: int
    n_undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeItem:
    """Hold what became of one input file; ``sha256`` names its bytes."""

    name: str
    sha256: str
    reader: str
    n_rows: int
    n_reports: int
    n_refused: int
    attribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalGroup:
    """Count the rows of a file that were refused for one reason; examples are row and the fault with its value."""

    file: str
    column: str | None
    reason: str
    mend: str
    n: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """Hold one source, and how many of its reports tell of the period; a null id stands for several unnamed ones."""

    source_id: str | None
    name: str
    kind: str
    side: str | None
    reliability: str
    copies_from: tuple[str, ...]
    n_sources: int
    n_reports: int
    n_reports_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDrawing:
    """Hold a zone's polygon as it stands at the period's end, under the readings that share it; WKB, lon/lat."""

    zone_id: str
    readings: tuple[str, ...]
    wkb: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShape:
    """Hold a line as it stands at the period's end; ``readings`` measure from it."""

    line_id: str
    readings: tuple[str, ...]
    coordinates: tuple[tuple[float, float], ...]
