"""UCDP: events of the Georeferenced Event Dataset into one report for each source article.

Turns a GED row, CSV or GeoJSON, into as many reports as its ``source_article`` names; each keeps the event's place,
time, sides and deaths. Rule: an article's report is numbered by its content, so the order of rows and of articles is
immaterial. A row without readable articles is one report by an unnamed office. UCDP states who fought whom, not
who fired; only one-sided violence (type 3) names its actor: side A. Source: UCDP GED Codebook; Sundberg and Melander
(2013), JPR 50(4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from holdfire.readers.cells import Row
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition, recognise_columns
from holdfire.readers.refusals import CellFault
from holdfire.readers.rowwise import read_rows
from holdfire.readers.tables import area_sigma_m, error_models, known_path, load_table, slug
from holdfire.readers.ucdp_articles import Article, split_articles
from holdfire.readers.values import country_days, day, integer, number
from holdfire.records.source import Source

__all__ = ["UcdpReader"]

WANTED = (
    "id",
    "type_of_violence",
    "side_a",
    "side_b",
    "source_article",
    "where_prec",
    "date_prec",
    "date_start",
    "date_end",
)
ONE_SIDED = "3"


@cache
def _offices() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the offices of the table by each of their names."""
    table = load_table("offices")
    return {name: (office, row) for office, row in table.items() for name in (*row["also"], row["name"].casefold())}


@cache
def _source(office: str) -> Source:
    plain = " ".join(office.split())
    if not plain:
        return Source(source_id="ucdp:unnamed", name="Offices that UCDP does not name", kind="dataset")
    found = _offices().get(plain.casefold())
    if found is None:
        return Source(source_id=f"ucdp:{slug(plain)}", name=plain, kind="media")
    office_id, row = found
    kind = row.get("kind", "media")
    return Source(source_id=f"ucdp:{office_id}", name=row["name"], side=row.get("side"), kind=kind)


def _coordinate(row: Row, column: str, fallback: str) -> float:
    name = column if row.get(column) else fallback
    value = number(row.get(name), column)
    if value is None:
        raise CellFault(
            column, "This event has no coordinate: ''.", "Fill it in; where_prec says how well it is known."
        )
    return value


def _place(row: Row, context: Context) -> dict[str, Any]:
    code = row.get("where_prec")
    model = error_models("ucdp_where_prec").get(code)
    if model is None:
        raise CellFault("where_prec", f"This is no precision of a place: {code[:20]!r}.", "UCDP writes 1 to 7.")
    place: dict[str, Any] = {
        "lon": _coordinate(row, "longitude", "geometry.lon"),
        "lat": _coordinate(row, "latitude", "geometry.lat"),
        "sigma_m": model.sigma_m,
        "place_model": model.model,
        "place_name": row.get("where_coordinates") or None,
    }
    area = context.areas.find(row.get("where_coordinates"), row.get("adm_1")) if code == "4" else None
    if area is not None:
        place |= {"area_id": area.area_id, "sigma_m": area.sigma_m}
    country = load_table("countries").get(row.get("country")) if code == "6" else None
    if country is not None:
        place["sigma_m"] = area_sigma_m(country["area_km2"])
    return place


def _deaths(row: Row) -> dict[str, int | None]:
    """Return the event's deaths; where low or high does not bound best, the range is widened to all three."""
    low, best, high = (integer(row.get(name), name) for name in ("low", "best", "high"))
    known = [value for value in (low, best, high) if value is not None]
    if low is not None:
        low = min(known)
    if high is not None:
        high = max(known)
    return {"casualties_low": low, "casualties_best": best, "casualties_high": high}


def _event(row: Row, context: Context) -> dict[str, Any]:
    """Return what all reports of an event share."""
    violence = row.get("type_of_violence")
    kinds = load_table("kinds")["ucdp"]["codes"]
    if violence not in kinds:
        raise CellFault("type_of_violence", f"This is no type of violence: {violence[:20]!r}.", "UCDP writes 1 to 3.")
    first, last = day(row.get("date_start"), "date_start"), day(row.get("date_end"), "date_end")
    if last < first:
        raise CellFault("date_end", f"This event ends before it starts: {row.get('date_end')!r}.", "Check both days.")
    start, end = country_days(first, last, row.get("country"))
    side_a, side_b = row.get("side_a"), row.get("side_b")
    one_sided = violence == ONE_SIDED
    return {
        **_place(row, context),
        "occurred_start": start,
        "occurred_end": end,
        "kind": known_path(kinds[violence], context.kinds),
        "kind_code": f"ucdp:type_of_violence={violence}",
        "actor": side_a or None if one_sided else None,
        "involved": [side for side in (side_a, side_b) if side] or None,
        "target_kind": known_path("person/civilian", context.targets) if one_sided else None,
        **_deaths(row),
    }


def _reported(article: Article, country: str) -> dict[str, Any]:
    if article.published_on is None:
        return {}
    start, end = country_days(article.published_on, article.published_on, country)
    return {"reported_start": start, "reported_end": end}


def _order(article: Article) -> tuple[date, str, str, str]:
    return (article.published_on or date.min, article.office, article.headline, article.citation)


def _explode(row: Row, context: Context) -> tuple[list[dict[str, Any]], list[Source]]:
    event_id = row.get("id")
    if not event_id:
        raise CellFault("id", "This event has no id: ''.", "Fill it in.")
    event = _event(row, context)
    reports, sources = [], []
    for k, article in enumerate(sorted(split_articles(row), key=_order), start=1):
        source = _source(article.office)
        report = {
            **event,
            **_reported(article, row.get("country")),
            "report_id": f"ucdp:{event_id}:{k}",
            "source_id": source.source_id,
            "text": article.headline or None,
            "document": article.citation or None,
            "truth_id": event_id,
        }
        reports.append(report)
        sources.append(source)
    return reports, sources


class UcdpReader:
    """Read the UCDP Georeferenced Event Dataset."""

    name = "ucdp"
    attribution = "UCDP GED, Uppsala Conflict Data Program; Sundberg & Melander 2013, JPR 50(4); CC BY 4.0"

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise GED by its columns; coordinates stand in columns or in the geometry."""
        found = recognise_columns(probe, WANTED, ("delimited", "geojson"))
        if found.ok and probe.missing(("latitude", "longitude")) and probe.missing(("geometry.lon", "geometry.lat")):
            return Recognition(ok=False, why="it lacks latitude and longitude")
        return found

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield one report for each source article."""
        return read_rows(probe, context, _explode)
