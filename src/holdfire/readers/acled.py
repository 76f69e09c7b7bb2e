"""ACLED: events into one report for each source that they name.

Turns a row of an ACLED export into as many reports as its ``source`` lists. Rules: all of them share the event's place,
time, notes and deaths, since ACLED does not say which source told what. Actor 1 and actor 2 say nothing of who acted;
only where one of them is civilians, or stands alone, in one-sided violence or violence from afar, is the armed one the
actor. Fatalities are ACLED's one number, without bounds. Days are read in the country's zone. Source: ACLED Codebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from holdfire.readers.cells import Row
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition, recognise_columns
from holdfire.readers.refusals import CellFault
from holdfire.readers.rowwise import read_rows
from holdfire.readers.tables import error_models, known_path, load_table, slug
from holdfire.readers.values import FIRST_DAY, LAST_DAY, country_days, integer, number
from holdfire.records.source import Source

__all__ = ["AcledReader"]

WANTED = (
    "event_id_cnty",
    "event_date",
    "event_type",
    "sub_event_type",
    "actor1",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
)
DATE_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d-%B-%Y", "%d/%m/%Y")
"""As ACLED's exports have written days over the years."""
ONE_SIDED = ("violence against civilians", "explosions/remote violence")
CIVILIANS = ("7", "civilians")
PARTY_SCALE = "other"


def _day(text: str) -> date:
    for form in DATE_FORMATS:
        try:
            found = datetime.strptime(text.strip()[:24], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if FIRST_DAY <= found <= LAST_DAY:
            return found
    raise CellFault("event_date", f"This is no day of 1900 to 2099: {text[:40]!r}.", "ACLED writes 2022-07-23.")


def _times(row: Row) -> dict[str, datetime]:
    event_on = _day(row.get("event_date"))
    code = row.get("time_precision") or "1"
    widening = load_table("times")["acled_time_precision"]["codes"].get(code)
    if widening is None:
        raise CellFault("time_precision", f"This is no precision of a time: {code[:20]!r}.", "ACLED writes 1 to 3.")
    first = max(event_on - timedelta(days=widening["days_before"]), FIRST_DAY)
    last = min(event_on + timedelta(days=widening["days_after"]), LAST_DAY)
    start, end = country_days(first, last, row.get("country"))
    return {"occurred_start": start, "occurred_end": end}


def _place(row: Row, context: Context) -> dict[str, Any]:
    code = row.get("geo_precision")
    model = error_models("acled_geo_precision").get(code)
    if model is None:
        raise CellFault("geo_precision", f"This is no precision of a place: {code[:20]!r}.", "ACLED writes 1 to 3.")
    lon, lat = number(row.get("longitude"), "longitude"), number(row.get("latitude"), "latitude")
    if lon is None or lat is None:
        raise CellFault("latitude", "This event has no coordinate: ''.", "ACLED gives every event one.")
    place: dict[str, Any] = {
        "lon": lon,
        "lat": lat,
        "sigma_m": model.sigma_m,
        "place_model": model.model,
        "place_name": row.get("location") or None,
    }
    area = context.areas.find(row.get("admin1")) if code == "3" else None
    if area is not None:
        place |= {"area_id": area.area_id, "sigma_m": area.sigma_m}
    return place


def _is_civilian(row: Row, which: str) -> bool:
    name = row.get(f"actor{which}")
    return not name or row.get(f"inter{which}").casefold() in CIVILIANS or name.casefold().startswith("civilians")


def _actor(row: Row) -> str | None:
    if row.get("event_type").casefold() not in ONE_SIDED:
        return None
    armed = [row.get(f"actor{which}") for which in ("1", "2") if not _is_civilian(row, which)]
    return armed[0] if len(armed) == 1 else None


def _kind(row: Row) -> str | None:
    codes: dict[str, str | None] = load_table("kinds")["acled"]["codes"]
    for name in ("sub_event_type", "event_type"):
        word = row.get(name).casefold().replace("protestors", "protesters")
        if word in codes:
            return codes[word]
    return None


@cache
def _source(name: str) -> Source:
    return Source(source_id=f"acled:{slug(name)}", name=name, kind="media")


def _explode(row: Row, context: Context) -> tuple[list[dict[str, Any]], list[Source]]:
    low = Row(number=row.number, cells={name.lower(): text for name, text in row.cells.items()})
    event_id = low.get("event_id_cnty")
    if not event_id:
        raise CellFault("event_id_cnty", "This event has no id: ''.", "Fill it in.")
    names = [low.get(name) for name in ("actor1", "assoc_actor_1", "actor2", "assoc_actor_2")]
    involved = [part.strip() for name in names for part in name.split(";") if part.strip()]
    one_sided = _is_civilian(low, "2") and bool(low.get("actor2")) and low.get("event_type").casefold() in ONE_SIDED
    event = {
        **_place(low, context),
        **_times(low),
        "kind": known_path(_kind(low), context.kinds),
        "kind_code": f"acled:{low.get('event_type')}/{low.get('sub_event_type')}",
        "actor": _actor(low),
        "involved": list(dict.fromkeys(involved)) or None,
        "target_kind": known_path("person/civilian", context.targets) if one_sided else None,
        "casualties_best": integer(low.get("fatalities"), "fatalities"),
        "text": low.get("notes") or None,
        "truth_id": event_id,
    }
    named = sorted({part.strip() for part in low.get("source").split(";") if part.strip()}) or ["ACLED"]
    reports = []
    for name in named:
        source_id = _source(name).source_id
        report_id = f"acled:{event_id}:{source_id.partition(':')[2]}"
        reports.append({**event, "report_id": report_id, "source_id": source_id, "document": name})
    return reports, [_source(name) for name in named]


class AcledReader:
    """Read exports of the Armed Conflict Location and Event Data."""

    name = "acled"
    attribution = "Armed Conflict Location & Event Data (ACLED), www.acleddata.com; use under ACLED's own terms"

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise ACLED by its columns, in lower or upper case."""
        return recognise_columns(probe, WANTED, ("delimited",))

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield one report for each source of an event."""
        return read_rows(probe, context, _explode)
