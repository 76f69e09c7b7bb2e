"""Page: everything that a bulletin shows, in one language, as text and as numbers to draw.

One documented tree of frozen dataclasses is the whole context of the templates: of the HTML page, and, as JSON, of
the print. Rule: a template decides where something stands, never what it says; every text here is plain, and the
templates escape it. Leaves the making to ``views`` and its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "Bar",
    "Chart",
    "ClaimLine",
    "ClauseBlock",
    "ClimbView",
    "ClockLine",
    "Delta",
    "Fact",
    "Figure",
    "GuaranteeView",
    "IncidentLine",
    "MapView",
    "Note",
    "Page",
    "QuoteLine",
    "Row",
    "RungLine",
    "Section",
    "TallyLine",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Hold a label and what stands beside it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Hold a sentence; ``strong`` marks one that must not be overlooked."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Hold a range of probability as text and to draw.

    Attributes
    ----------
    lower, upper : float, 0..1
    threshold : float or None, 0..1
        Where the clause's standard of proof holds; None = none is drawn.
    verdict : str
        Id of the verdict, for the colour; empty = none.
    known : bool
        False where nothing could be assessed.
    """

    text: str
    lower: float = 0.0
    upper: float = 0.0
    threshold: float | None = None
    verdict: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Hold one number of this period beside that of the period before."""

    label: str
    now: str
    before: str
    direction: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Hold how one clause's breaches compare with the period before; ``reading`` is empty where all agree.

    ``clause`` is empty for all clauses together; ``clause_no`` is empty where the clause has no number in the text.
    """

    clause: str
    clause_no: str
    title: str
    reading: str
    now: str
    before: str
    interval_now: str
    interval_before: str
    direction: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """Hold what is said of one party under some readings; ``reading`` is empty where all agree."""

    clause_no: str
    clause_title: str
    party: str
    reading: str
    bar: Bar
    verdict: str
    note: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """Hold a report's own words with the language that they are in; ``language`` is empty where it is not known."""

    text: str
    source: str
    language: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """Hold one incident as a line of the list, with its unfolding.

    Attributes
    ----------
    number : int
        Rank, from 1.
    incident : str
        Id; empty for a finding that needs no incident.
    clauses : tuple of str
        Ids of the clauses that it bears on, strongest first.
    day : str
        ISO day, for the filter; empty = unknown.
    order_time, order_evidence : int
        Numbers to sort by.
    lon, lat, sigma_m : float or None
    claims : tuple of ClaimLine
        Every party and reading, strongest first.
    """

    number: int
    incident: str
    clause: str
    clause_no: str
    clause_title: str
    clauses: tuple[str, ...]
    party: str
    reading: str
    bar: Bar
    verdict_id: str
    verdict: str
    when: str
    day: str
    where: str
    coordinates: str
    what: str
    evidence: str
    casualties: str
    narrows: str
    also: str
    mark: str
    order_time: int
    order_evidence: int
    lon: float | None = None
    lat: float | None = None
    sigma_m: float | None = None
    claims: tuple[ClaimLine, ...] = ()
    quotes: tuple[QuoteLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyLine:
    """Hold a clause's numbers for one party under some readings.

    ``span`` is how many lines in a row are the party's, on its first line; 0 on the others.
    """

    party: str
    whichever: bool
    span: int
    reading: str
    mean: str
    interval: str
    any_: Bar
    established: str
    cannot: str
    of: str
    standing: str
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseBlock:
    """Hold a clause's text and its numbers; ``number`` is empty where it has none in the text."""

    id: str
    number: str
    title: str
    text: str
    source: str
    binding: str
    standard: str
    lines: tuple[TallyLine, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Hold a drawing in SVG for a wide and for a narrow page; ``print_svg`` has fixed colours."""

    title: str
    description: str
    svg: str
    narrow_svg: str
    print_svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """Hold the map as a drawing, its caption and its legend of (role, text)."""

    svg: str
    print_svg: str
    caption: str
    legend: tuple[tuple[str, str], ...]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold a row of a plain table; ``kind`` marks a row that the template sets apart."""

    cells: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Hold a section of sentences and a plain table; ``numeric`` are the positions of the columns of numbers."""

    notes: tuple[Note, ...] = ()
    head: tuple[str, ...] = ()
    numeric: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()
    after: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """Hold one clock: what it runs from, when it is due, how it stands, what is left."""

    name: str
    due: str
    state: str
    left: str
    binding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RungLine:
    """Hold one rung.

    Attributes
    ----------
    number : int
        From 1, the lowest.
    status_id : str
        Of ``records.guarantee.STATUSES``, for the colour.
    bar : Bar
        The probability of its condition, with the one that is asked for.
    asked : str
        What it asks for, in words.
    notes : tuple of Note
        Why it stands as it does, what it waits for, what was irregular.
    owed : str
        Who owes what, or who did it.
    """

    number: int
    title: str
    status_id: str
    status: str
    bar: Bar
    asked: str
    notes: tuple[Note, ...]
    clocks: tuple[ClockLine, ...]
    owed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbView:
    """Hold the ladder under one reading, against one party or all; ``head`` is empty where there is one climb only."""

    head: str
    stands: tuple[Note, ...]
    rungs: tuple[RungLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeView:
    """Hold the whole guarantee page; what the agreement does not have is empty.

    Attributes
    ----------
    as_of : str
        The instant at which it stands so.
    changes : tuple of Note
        What changed since the beginning of the period; one note says so where nothing did.
    climbs : tuple of ClimbView
        Lowest rung first.
    """

    as_of: str
    change_head: str
    changes: tuple[Note, ...]
    climbs: tuple[ClimbView, ...]
    gates: Section
    needs: Section
    commitments: Section
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Hold the whole bulletin in one language.

    Attributes
    ----------
    language : str
        BCP 47 code.
    labels : mapping of str to str
        The house's fixed words in this language.
    day : str
        The day or period.
    since : str
        The day or period before.
    audience : str
        ``public`` or ``restricted``.
    marks : tuple of Note
        What must be read first: fictional, not before, withheld.
    lede : tuple of str
        Three sentences: what is most likely breached, what changed, what was not seen.
    breached : tuple of IncidentLine
        The first few, strongest first.
    nothing : str
        What stands in their place where there are none; else empty.
    incidents : tuple of IncidentLine
    sections : mapping of str to Section
        ``watch``, ``restrictions``, ``silences``, ``refusals``, ``files``, ``sources``, and ``verdicts`` where more
        of them changed than ``verdict_lines`` tells.
    data : mapping
        What the page's script reads.
    guarantee : GuaranteeView or None
        None where the agreement has no guarantee, or none was judged.
    """

    language: str
    labels: dict[str, str]
    title: str
    summary: str
    day: str
    since: str
    audience: str
    audience_word: str
    marks: tuple[Note, ...]
    facts: tuple[Fact, ...]
    lede: tuple[str, ...]
    figures: tuple[Figure, ...]
    deltas: tuple[Delta, ...]
    delta_notes: tuple[Note, ...]
    verdict_head: str
    verdict_lines: tuple[str, ...]
    breached: tuple[IncidentLine, ...]
    breached_notes: tuple[Note, ...]
    nothing: str
    clauses: tuple[ClauseBlock, ...]
    readings: tuple[Fact, ...]
    chart: Chart
    chart_notes: tuple[Note, ...]
    map_: MapView
    incidents: tuple[IncidentLine, ...]
    incident_notes: tuple[Note, ...]
    sections: dict[str, Section]
    standards: tuple[Row, ...]
    method: tuple[Note, ...]
    references: tuple[str, ...]
    attributions: tuple[str, ...]
    colophon: tuple[Fact, ...]
    timestamp: int
    data: dict[str, object] = field(default_factory=dict)
    guarantee: GuaranteeView | None = None
