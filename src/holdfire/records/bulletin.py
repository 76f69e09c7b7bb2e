"""Bulletin: what a case says of a day or a period, as numbers and ids, ready to be put into words.

Rule: a bulletin is a pure function of its inputs; it holds no clock, no layout and no sentence of its own, so
that every language and every form (page, print, tables) says the same. Leaves words and drawing to
``publication``. Source: DESIGN, sections 1, 2 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from holdfire.records.agreement import Agreement
from holdfire.records.bulletin_numbers import Changes, ClauseNumbers, Timeline
from holdfire.records.bulletin_parts import (
    IncidentItem,
    IntakeItem,
    LineShape,
    RefusalGroup,
    SourceItem,
    Watch,
    ZoneDrawing,
)
from holdfire.records.guarantee_day import GuaranteeDay
from holdfire.records.intake import FileRead

__all__ = ["AUDIENCES", "LANGUAGES", "Bulletin", "BulletinInputs", "Period", "Release"]

AUDIENCES = ("restricted", "public")
LANGUAGES = ("en", "uk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """State for whom a bulletin is, and what was held back for that.

    Attributes
    ----------
    audience : str
        One of ``AUDIENCES``.
    as_of : datetime or None
        Instant from which the delay is counted back; None = the release waits for ``not_before``.
    not_before : datetime or None
        Earliest instant at which the public version may leave; None = no such bound.
    delay_h : float
        Hours that must pass between an incident and its publication.
    cell_m : float
        Size of the cells at whose centres places are published, metres; 0 = places as they are.
    min_count : int
        Counts from 1 to below this are suppressed.
    n_delayed : int
        Incidents left out since they are younger than the delay.
    n_texts_withheld : int
        Reports whose text is not shown.
    """

    audience: str = "restricted"
    as_of: datetime | None = None
    not_before: datetime | None = None
    delay_h: float = 0.0
    cell_m: float = 0.0
    min_count: int = 1
    n_delayed: int = 0
    n_texts_withheld: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinInputs:
    """Hold everything that a bulletin depends on; every table is in its record's schema.

    Attributes
    ----------
    agreement : Agreement
    reports, sources, refusals, incidents, memberships, assessments : pyarrow.Table
    findings, coverage, zone_shapes : pyarrow.Table
    files : tuple of FileRead
    counts : pyarrow.Table or None
        By ``COUNT_SCHEMA``; a digest's part only: a bulletin counts its own period from the assessments.
    previous_findings : pyarrow.Table or None
        Findings of the run behind the previous bulletin; None = verdicts cannot be compared between runs.
    watch, gaps : pyarrow.Table or None
        By ``WATCH_SCHEMA`` and ``GAP_SCHEMA``, over the period and the one before; None = not worked out.
    guarantee : GuaranteeDay or None
        Ladder, gates and commitments at both ends of the period; None = the agreement has none, or none was judged.
    code_version, run_id : str
    release : Release
    """

    agreement: Agreement
    reports: pa.Table
    sources: pa.Table
    refusals: pa.Table
    files: tuple[FileRead, ...]
    incidents: pa.Table
    memberships: pa.Table
    assessments: pa.Table
    findings: pa.Table
    coverage: pa.Table
    zone_shapes: pa.Table
    counts: pa.Table | None = None
    previous_findings: pa.Table | None = None
    watch: pa.Table | None = None
    gaps: pa.Table | None = None
    guarantee: GuaranteeDay | None = None
    code_version: str = ""
    run_id: str = ""
    release: Release = field(default_factory=Release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """State the time told of and the equally long time before it.

    Attributes
    ----------
    start, end : datetime
        ``[start, end)``, UTC.
    previous_start, previous_end : datetime
        The period before, as many local days long.
    first_day, last_day, previous_first_day, previous_last_day : date
        Local days, ends included.
    n_days : int
    zone : str
        IANA zone in which days are told.
    """

    start: datetime
    end: datetime
    previous_start: datetime
    previous_end: datetime
    first_day: date
    last_day: date
    previous_first_day: date
    previous_last_day: date
    n_days: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """Hold everything that a bulletin says; the agreement's texts and the house's words are chosen at render.

    Attributes
    ----------
    language : str
        ``en`` or ``uk``.
    agreement : Agreement
    period : Period
    release : Release
    changes : Changes
    incidents : tuple of IncidentItem
        The period's incidents that bear on a clause, strongest first, at most ``MAX_INCIDENTS``;
        ``n_incidents`` counts all of them, ``n_fused`` those of the period that bear on none as well.
    touching : tuple of IncidentItem
        The strongest likely incidents whose interval meets the period but which count on a neighbouring day, at most
        ``MAX_TOUCHING``; ``n_touching`` counts all incidents of which that is so.
    standing : tuple of IncidentItem
        Findings that need no incident, strongest first.
    clauses : tuple of ClauseNumbers
        In the agreement's order.
    timeline : Timeline
    watch : Watch
    intake : tuple of IntakeItem
    refusals : tuple of RefusalGroup
    sources : tuple of SourceItem
    zones : tuple of ZoneDrawing
    lines : tuple of LineShape
    attributions : tuple of str
        Lines that the data's licences ask to show, sorted, each once.
    guarantee : GuaranteeDay or None
    content_sha256 : str
        SHA-256 of everything that the bulletin depends on, whatever the order of the rows.
    code_version, run_id : str
    """

    language: str
    agreement: Agreement
    period: Period
    release: Release
    changes: Changes
    incidents: tuple[IncidentItem, ...]
    n_incidents: int
    n_fused: int
    touching: tuple[IncidentItem, ...]
    n_touching: int
    standing: tuple[IncidentItem, ...]
    clauses: tuple[ClauseNumbers, ...]
    timeline: Timeline
    watch: Watch
    intake: tuple[IntakeItem, ...]
    refusals: tuple[RefusalGroup, ...]
    sources: tuple[SourceItem, ...]
    zones: tuple[ZoneDrawing, ...]
    lines: tuple[LineShape, ...]
    attributions: tuple[str, ...]
    content_sha256: str
    code_version: str
    run_id: str
    guarantee: GuaranteeDay | None = None
