"""Publish: from a case to its bulletin, in every form and language.

Turns a case folder into pages, print, tables and maps. Rule: one record is made for each audience and language,
and every form is drawn from it; nothing finer than the agreement's policy allows reaches the public one. Leaves
what a bulletin says to ``publication``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from holdfire import __version__
from holdfire.app.guarantee import Asked, Situation, has_guarantee
from holdfire.app.promises import with_registers
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.assessment.coverage import silence_gaps, watch_shares
from holdfire.basics.instants import local_day_bounds, parse_instant
from holdfire.basics.units import parse_duration_h
from holdfire.errors import InputError
from holdfire.publication.bulletin import compose
from holdfire.publication.redact import redact
from holdfire.publication.render import render_html, render_pdf
from holdfire.publication.tables import render_tables
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin import BulletinInputs
from holdfire.records.intake import FileRead
from holdfire.store.case_folder import CaseFolder

__all__ = ["FORMS", "Wanted", "publish_case"]

FORMS = ("html", "pdf", "csv", "geojson", "geoparquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Say which bulletin is wanted.

    Attributes
    ----------
    day, start, end : str or None
        A day of the agreement's publication zone, or bounds ``[start, end)``; none of them = the whole case.
    as_of : str or None
        Instant of the release, from which the delay is counted back.
    languages, forms : tuple of str
    audience : str
        ``public`` or ``restricted``.
    """

    day: str | None = None
    start: str | None = None
    end: str | None = None
    as_of: str | None = None
    languages: tuple[str, ...] = ("en", "uk")
    forms: tuple[str, ...] = FORMS
    audience: str = "restricted"


def _zone(agreement: Agreement) -> str:
    return agreement.publication.time_zone or agreement.time_zone


def _period(case: BulletinInputs, wanted: Wanted) -> tuple[datetime, datetime]:
    zone = _zone(case.agreement)
    if wanted.day is not None:
        if wanted.start is not None or wanted.end is not None:
            raise InputError("A day and bounds were both given.", "--day, --from, --to", "Give one or the other.")
        try:
            day = date.fromisoformat(wanted.day)
        except ValueError as error:
            raise InputError(f"This is no day: {wanted.day!r}.", "--day", "Write it as 2022-07-23.") from error
        return local_day_bounds(day, zone)
    first, last = _extent(case.incidents)
    start = parse_instant(wanted.start, zone) if wanted.start else local_day_bounds(first, zone)[0]
    end = parse_instant(wanted.end, zone) if wanted.end else local_day_bounds(last, zone)[1]
    if not start < end:
        raise InputError(f"This period ends before it starts: {start} to {end}.", "--from, --to", "Check both bounds.")
    return start, end


def _extent(incidents: pa.Table) -> tuple[date, date]:
    known = pc.min_max(pc.coalesce(incidents["occurred_start"], incidents["occurred_end"])).as_py()
    if known["min"] is None:
        raise InputError(
            "This case holds no incident with a known time.", "the case", "Name the period with --from and --to."
        )
    last = pc.max(pc.coalesce(incidents["occurred_end"], incidents["occurred_start"])).as_py()
    return known["min"].date(), (last - timedelta(microseconds=1)).date()


def case_inputs(folder: Path) -> BulletinInputs:
    """Return what a case holds for a bulletin.

    Raises
    ------
    MissingInputError
        The folder holds no assessed case.
    """
    case = CaseFolder(folder)
    names = ("reports", "sources", "incidents", "memberships", "assessments", "findings", "coverage", "zone_shapes")
    tables = {name: case.read(name) for name in names}
    manifest: dict[str, Any] = case.read_document("run.json")
    return BulletinInputs(
        agreement=load_agreement_file(folder / "agreement.yaml", load_trees()),
        refusals=case.read("refused"),
        files=tuple(FileRead(**file) for file in manifest["inputs"]),
        counts=case.read("counts"),
        code_version=__version__,
        **tables,
    )


def _with_watch(case: BulletinInputs, start: datetime, end: datetime) -> BulletinInputs:
    """Add what was watched and who was silent, over the period and the one before."""
    before = start - (end - start)
    zone = _zone(case.agreement)
    return replace(
        case,
        watch=watch_shares(case.coverage, case.agreement, case.zone_shapes, before, end),
        gaps=silence_gaps(case.reports, case.sources, start, end, time_zone=zone),
    )


def _with_guarantee(
    case: BulletinInputs, beside: Asked, audience: str, span: tuple[datetime, datetime], as_of: datetime | None
) -> BulletinInputs:
    """Add where the guarantee stands at the end of the period and stood at its beginning.

    For the public, nothing younger than the policy's delay before the release is judged.
    """
    agreement = with_registers(case.agreement, beside.registers)
    case = replace(case, agreement=agreement)
    if not has_guarantee(agreement):
        return case
    here, (start, end) = Situation.opened(beside), span
    if audience == "public" and as_of is not None:
        limit = as_of - timedelta(hours=parse_duration_h(agreement.publication.delay))
        latest = pc.coalesce(here.incidents["occurred_end"], here.incidents["occurred_start"])
        here = here.only(here.incidents.filter(pc.fill_null(pc.less_equal(latest, pa.scalar(limit)), False)))
        start, end = min(start, limit), min(end, limit)
    return replace(case, guarantee=here.day(end, start))


def publish_case(
    folder: Path, wanted: Wanted, out: Path, previous: Path | None = None, beside: Asked | None = None
) -> list[Path]:
    """Write the bulletin of a case in the forms and languages wanted.

    Parameters
    ----------
    folder : Path
        The case, as ``holdfire assess`` wrote it.
    wanted : Wanted
    out : Path
        Folder to write to.
    previous : Path, optional
        The case of the run before, to tell whose verdicts changed.
    beside : Asked, optional
        Acts, registers, reviews and areas for the guarantee page; its folder, instant and reading are not looked at.

    Returns
    -------
    list of Path
        What was written.
    """
    case = case_inputs(folder)
    if previous is not None:
        case = replace(case, previous_findings=CaseFolder(previous).read("findings"))
    start, end = _period(case, wanted)
    as_of = None if wanted.as_of is None else parse_instant(wanted.as_of, _zone(case.agreement))
    asked = Asked(folder=folder) if beside is None else replace(beside, folder=folder, as_of=None, reading=None)
    case = _with_guarantee(case, asked, wanted.audience, (start, end), as_of)
    released = redact(_with_watch(case, start, end), audience=wanted.audience, as_of=as_of, end=end)
    target, written = CaseFolder(out), []
    for language in wanted.languages:
        bulletin = compose(released, start=start, end=end, language=language)
        if "html" in wanted.forms:
            written.append(target.write_bytes(f"bulletin.{language}.html", render_html(bulletin)))
        if "pdf" in wanted.forms:
            written.append(target.write_bytes(f"bulletin.{language}.pdf", render_pdf(bulletin)))
    tables = [form for form in wanted.forms if form not in ("html", "pdf")]
    for name, content in dict(render_tables(released, start=start, end=end, forms=tables)).items():
        written.append(target.write_bytes(name, content))
    return written
