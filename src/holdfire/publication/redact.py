"""Redact: a case's inputs as they may leave the house, for the public or for those who may read everything.

Turns inputs into inputs, so that page, print and tables are made from the same redacted rows. Rule, for the public
version: nothing younger than the policy's delay before ``as_of``; places only at the centres of cells, with an
error no finer than the cell, and only of cells with enough incidents; no place name finer than the cell; no words
but those of media; no names of witnesses, reviewers or values of refused rows; of the guarantee no ids of findings
and nobody who decided or acted. Counts below the policy's smallest are suppressed where they are written. Source:
DESIGN, section 1 (rule 6); the agreement's publication policy.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.errors import InputError
from holdfire.publication.intake import reason_of
from holdfire.publication.redact_guarantee import open_guarantee
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin import AUDIENCES, BulletinInputs, Release
from holdfire.records.schema import INSTANT

__all__ = ["cell_centres", "redact"]

OPEN_WORDS = ("media",)
"""Kinds of source whose words are public already."""
HIDDEN_NAMES = ("public",)
"""Kinds of source behind which a witness may stand: they are named together, never one by one."""

Floats = NDArray[np.float64]


def cell_centres(lon: Floats, lat: Floats, cell_m: float) -> tuple[Floats, Floats]:
    """Return the centres of the cells that places lie in.

    Cells are rows of equal height from the equator on, each cut into cells from the prime meridian on, as wide as
    they are high at the middle of their row.

    Parameters
    ----------
    lon, lat : float64, (n,), degrees; NaN = unknown
    cell_m : float
        Height and width of a cell, metres, > 0.

    Examples
    --------
    >>> lon, lat = cell_centres(np.array([30.74, np.nan]), np.array([46.48, np.nan]), 5000.0)
    >>> lon.round(4).tolist(), lat.round(4).tolist()
    ([30.7193, nan], [46.4724, nan])
    """
    height_deg = cell_m / METRES_PER_DEGREE
    centre_lat = np.clip((np.floor(lat / height_deg) + 0.5) * height_deg, -90.0, 90.0)
    width_deg = height_deg / np.maximum(np.cos(np.radians(centre_lat)), 1e-6)
    centre_lon = np.clip((np.floor(lon / width_deg) + 0.5) * width_deg, -180.0, 180.0)
    return np.where(np.isnan(lon), np.nan, centre_lon), np.where(np.isnan(lat), np.nan, centre_lat)


def _replace(table: pa.Table, name: str, values: Any) -> pa.Table:
    index = table.schema.get_field_index(name)
    field = table.schema.field(index)
    return table.set_column(index, field, pa.array(values, field.type, from_pandas=True))


def _blank(table: pa.Table, names: tuple[str, ...], rows: NDArray[np.bool_] | None = None) -> pa.Table:
    """Return the table with null in some columns, in some rows or all."""
    for name in names:
        if name in table.column_names:
            index = table.schema.get_field_index(name)
            field = table.schema.field(index)
            empty = pa.nulls(table.num_rows, field.type)
            column = empty if rows is None else pc.if_else(pa.array(rows), empty, table.column(index))
            table = table.set_column(index, field, column)
    return table


def _fill(table: pa.Table, name: str, value: Any) -> pa.Table:
    """Return the table with one value in the whole of a column."""
    return _replace(table, name, [value] * table.num_rows)


def _coarse(table: pa.Table, cell_m: float) -> pa.Table:
    """Return the table with places at cell centres, errors no finer than a cell, and no finer names."""
    if cell_m <= 0.0 or table.num_rows == 0:
        return table
    lon, lat, sigma = (np.asarray(table[name].to_numpy(), dtype=np.float64) for name in ("lon", "lat", "sigma_m"))
    coarse_lon, coarse_lat = cell_centres(lon, lat, cell_m)
    fine = np.isnan(sigma) | (sigma < cell_m / 2.0)
    table = _replace(table, "lon", coarse_lon)
    table = _replace(table, "lat", coarse_lat)
    table = _replace(table, "sigma_m", np.where(np.isnan(lon), sigma, np.fmax(sigma, cell_m / 2.0)))
    return _blank(table, ("place_name", "area_id"), fine)


def _sparse(incidents: pa.Table, min_count: int) -> pa.Table:
    """Return the incidents without the places of cells that hold fewer than the policy's smallest count."""
    if min_count <= 1 or incidents.num_rows == 0:
        return incidents
    places = np.column_stack([np.asarray(incidents[name].to_numpy(), dtype=np.float64) for name in ("lon", "lat")])
    _, cell, n_in_cell = np.unique(np.nan_to_num(places, nan=-999.0), axis=0, return_inverse=True, return_counts=True)
    few = n_in_cell[cell.reshape(-1)] < min_count
    return _blank(incidents, ("lon", "lat", "sigma_m", "place_name", "area_id"), few)


def _drop_young(case: BulletinInputs, limit: datetime) -> tuple[BulletinInputs, int]:
    """Return the inputs without incidents, and what hangs on them, that may be younger than a limit."""
    latest = pc.coalesce(case.incidents["occurred_end"], case.incidents["occurred_start"])
    old = pc.fill_null(pc.less_equal(latest, pa.scalar(limit, INSTANT)), False)
    young = case.incidents.filter(pc.invert(old))["incident_id"].combine_chunks()

    def keep(table: pa.Table) -> pa.Table:
        return table.filter(pc.invert(pc.is_in(table["incident_id"], value_set=young)))

    told = pc.coalesce(case.reports["occurred_end"], case.reports["occurred_start"], case.reports["received_at"])
    old_reports = pc.fill_null(pc.less_equal(told, pa.scalar(limit, INSTANT)), False)
    kept = replace(
        case,
        incidents=keep(case.incidents),
        memberships=keep(case.memberships),
        assessments=keep(case.assessments),
        findings=keep(case.findings),
        previous_findings=None if case.previous_findings is None else keep(case.previous_findings),
        reports=case.reports.filter(old_reports),
        coverage=case.coverage.filter(pc.less_equal(case.coverage["end"], pa.scalar(limit, INSTANT))),
    )
    return kept, int(young.to_numpy(zero_copy_only=False).size)


def _open_reports(reports: pa.Table, sources: pa.Table) -> tuple[pa.Table, int]:
    """Return the reports with the words of media only, and how many lost theirs."""
    media = sources.filter(pc.is_in(sources["kind"], value_set=pa.array(OPEN_WORDS)))["source_id"].combine_chunks()
    closed = pc.invert(pc.is_in(reports["source_id"], value_set=media))
    n_withheld = pc.sum(pc.and_(closed, pc.is_valid(reports["text"]))).as_py() or 0
    rows = np.asarray(closed.to_numpy(), dtype=np.bool_)
    withheld = ("text", "document", "place_name", "involved", "raw_file", "raw_row", "raw_sha256")
    return _blank(reports, withheld, rows), int(n_withheld)


def _open_sources(sources: pa.Table) -> pa.Table:
    """Return the sources without the names of those behind whom a witness may stand."""
    hidden = pc.is_in(sources["kind"], value_set=pa.array(HIDDEN_NAMES))
    index = sources.schema.get_field_index("name")
    names = pc.if_else(hidden, "", sources["name"])
    return sources.set_column(index, sources.schema.field(index), names)


def _open_refusals(refusals: pa.Table) -> pa.Table:
    """Return the refusals with their reasons, without the rows and values that were seen."""
    reasons = [f"{reason_of(what)}." for what in refusals["what"].to_pylist()]
    return _replace(_fill(refusals, "raw", ""), "what", reasons)


def _open_gaps(gaps: pa.Table, sources: pa.Table) -> pa.Table:
    """Return the silences of the sources that are named."""
    hidden = sources.filter(pc.is_in(sources["kind"], value_set=pa.array(HIDDEN_NAMES)))["source_id"].combine_chunks()
    return gaps.filter(pc.invert(pc.is_in(gaps["source_id"], value_set=hidden)))


def _release(agreement: Agreement, as_of: datetime | None, end: datetime | None) -> Release:
    policy = agreement.publication
    delay_h = parse_duration_h(policy.delay)
    return Release(
        audience="public",
        as_of=as_of,
        not_before=None if end is None else end + timedelta(hours=delay_h),
        delay_h=delay_h,
        cell_m=parse_length_m(policy.cell),
        min_count=policy.min_count,
    )


def redact(
    case: BulletinInputs, *, audience: str, as_of: datetime | None = None, end: datetime | None = None
) -> BulletinInputs:
    """Return the inputs as an audience may see them.

    Parameters
    ----------
    case : BulletinInputs
        Everything that is known.
    audience : str
        ``restricted`` changes nothing; ``public`` follows the agreement's publication policy.
    as_of : datetime, optional
        Instant of the release: the delay is counted back from it. None holds nothing back by age; the bulletin
        then states the instant before which it must not leave.
    end : datetime, optional
        End of the period that the release is for; from it and the delay follows that instant.

    Raises
    ------
    InputError
        There is no such audience, or ``as_of`` states no offset.
    """
    if audience not in AUDIENCES:
        mend = f"Choose one of {', '.join(AUDIENCES)}."
        raise InputError(f"No version is made for this audience: {audience!r}.", "audience", mend)
    if as_of is not None and as_of.tzinfo is None:
        raise InputError("The instant of release states no offset.", "as_of", "Give an aware instant, such as UTC.")
    if audience == "restricted":
        return replace(case, release=Release(as_of=as_of))
    release = _release(case.agreement, as_of, end if as_of is None else None)
    n_delayed = 0
    if as_of is not None:
        case, n_delayed = _drop_young(case, as_of - timedelta(hours=release.delay_h))
    reports, n_withheld = _open_reports(case.reports, case.sources)
    return replace(
        case,
        reports=_coarse(reports, release.cell_m),
        sources=_open_sources(case.sources),
        refusals=_open_refusals(case.refusals),
        incidents=_fill(_sparse(_coarse(case.incidents, release.cell_m), release.min_count), "explanation", "{}"),
        findings=_fill(_blank(case.findings, ("dissent", "party_reply")), "reviewers", []),
        coverage=_blank(case.coverage, ("lon", "lat", "radius_m", "reason")),
        counts=None,
        gaps=None if case.gaps is None else _open_gaps(case.gaps, case.sources),
        guarantee=None if case.guarantee is None else open_guarantee(case.guarantee),
        release=replace(release, n_delayed=n_delayed, n_texts_withheld=n_withheld),
    )
