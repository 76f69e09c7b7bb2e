"""Messages: short texts in English, Ukrainian and Russian into reports of what they tell.

Turns a row (``id``, ``received_at``, ``source``, ``text``) into one report for each place that it names. Rules: a
message that tells of no event - a drill, a denial, a condition, an anniversary, no word for one - is refused and says
why; a name with several bearers, or with none, gives a report without coordinates whose ``place_name`` and column
``place_candidates`` name them all; nothing is guessed. Where several places are named the message's casualties are
the upper bound of each. Leaves the words to ``text``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from holdfire.basics.instants import parse_instant, zone_named
from holdfire.errors import InputError
from holdfire.readers.cells import Row
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition, recognise_columns
from holdfire.readers.refusals import CellFault
from holdfire.readers.rowwise import read_rows
from holdfire.readers.tables import error_models, known_path, slug
from holdfire.readers.text.acts import Act, Casualties, read_act, told_part
from holdfire.readers.text.gazetteer import Gazetteer, Place
from holdfire.readers.text.gazetteer_files import GEONAMES_ATTRIBUTION, load_gazetteer
from holdfire.readers.text.places import TOWN_PEOPLE, Mention, find_places
from holdfire.readers.text.regions import find_regions
from holdfire.readers.text.times import read_time
from holdfire.readers.values import detect_language
from holdfire.records.source import Source

__all__ = ["CARRIED", "MessagesReader"]

WANTED = ("id", "received_at", "source", "text")
CARRIED = ("place_status", "place_precision", "place_confidence", "place_candidates")
"""Columns beside the reports' own."""
ZONE = "Europe/Kyiv"
"""Of clock times and days, and of a ``received_at`` without an offset; a column ``zone`` says otherwise."""
MAX_CHARS = 20_000
"""Letters of one message; longer ones are documents, not messages."""
MAX_PLACES = 20
"""Places of one message; one that names more is a list, not a report."""
CITY_PEOPLE = 200_000
NEAR_SIGMA_M = 5000.0
"""'Near' a settlement: within about 10 km of its middle, R = 10 km, sigma = R / 2."""
MAX_SHOWN_CANDIDATES = 6
_WHY = {
    "exercise": "a drill",
    "denial": "a denial",
    "conditional": "a condition, a plan or a warning",
    "historic": "the past",
    "none": "nothing that the lexicon knows as an event",
}


@lru_cache(maxsize=4)
def _gazetteer(path: Path | None) -> Gazetteer:
    return load_gazetteer(path)


def _received(row: Row, zone: str) -> datetime:
    try:
        return parse_instant(row.get("received_at"), zone)
    except InputError as error:
        raise CellFault("received_at", error.what, error.mend) from error


def _zone(row: Row) -> str:
    zone = row.get("zone") or ZONE
    try:
        zone_named(zone)
    except InputError as error:
        raise CellFault("zone", error.what, error.mend) from error
    return zone


def _shown(place: Place) -> str:
    at = "no coordinates" if place.lon is None or place.lat is None else f"{place.lat:.4f} {place.lon:.4f}"
    return f"{place.name}, {place.region or place.country} [{place.place_id}; {at}]"


def _sigma_m(place: Place, precision: str) -> float:
    if precision == "near":
        return NEAR_SIGMA_M
    people = place.population
    return error_models("words")[
        "city" if people >= CITY_PEOPLE else "town" if people >= TOWN_PEOPLE else "village"
    ].sigma_m


def _place(mention: Mention, context: Context) -> dict[str, Any]:
    """Return the columns of a place that a message names."""
    flags: dict[str, Any] = {
        "place_status": mention.status,
        "place_precision": mention.precision,
        "place_confidence": mention.confidence,
        "place_candidates": "; ".join(map(_shown, mention.candidates)) or None,
    }
    if mention.status != "resolved":
        names = [_shown(place) for place in mention.candidates[:MAX_SHOWN_CANDIDATES]]
        rest = len(mention.candidates) - len(names)
        tail = f"; {rest} more" if rest > 0 else ""
        why = f"{mention.status}: {'; '.join(names)}{tail}" if names else f"{mention.status}: not in the gazetteer"
        return {**flags, "place_model": "unknown", "place_name": f"{mention.text} ({why})"}
    (place,) = mention.candidates
    named = {"place_name": f"{mention.text} ({place.name}, {place.region or place.country})"}
    if place.lon is None or place.lat is None:
        return {**flags, **named, **_area(place.region, context)}
    at = {"lon": place.lon, "lat": place.lat}
    if mention.precision == "sector":
        model = error_models("words")["district"]
        return {**flags, **named, **at, "place_model": model.model, "sigma_m": model.sigma_m}
    return {**flags, **named, **at, "place_model": "point", "sigma_m": _sigma_m(place, mention.precision)}


def _area(region: str | None, context: Context) -> dict[str, Any]:
    area = context.areas.find(region) if region else None
    if area is None:
        return {"place_model": "unknown"}
    return {
        "place_model": "area",
        "area_id": area.area_id,
        "lon": area.lon,
        "lat": area.lat,
        "sigma_m": area.sigma_m,
    }


def _told_mentions(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions that a report is made of: those sure, else the others; settlements before sectors."""
    sure = [one for one in mentions if one.confidence != "medium"] or list(mentions)
    exact = [one for one in sure if one.precision != "sector"] or sure
    seen: dict[tuple[str, ...], Mention] = {}
    for one in exact:
        seen.setdefault(tuple(place.place_id for place in one.candidates) or (one.text.casefold(),), one)
    return list(seen.values())


def _places(told: str, index: Gazetteer, context: Context) -> list[dict[str, Any]]:
    mentions = _told_mentions(find_places(told, index))
    if len(mentions) > MAX_PLACES:
        what = f"This message names more than {MAX_PLACES} places: {len(mentions)}."
        raise CellFault("text", what, "Part it into messages.")
    if mentions:
        return [_place(mention, context) for mention in mentions]
    for region, start, end in find_regions(told):
        found = _area(region, context)
        status = "resolved" if found["place_model"] == "area" else "unresolved"
        return [{**found, "place_name": told[start:end], "place_status": status, "place_precision": "region"}]
    return [{"place_model": "unknown", "place_status": "unresolved"}]


def _hurt(casualties: Casualties, n_places: int) -> dict[str, int | None]:
    low, best, high = casualties.low, casualties.best, casualties.high
    if n_places > 1 and low is not None:
        low, best = 0, (0 if high == 0 else None)
    return {"casualties_low": low, "casualties_best": best, "casualties_high": high}


def _act_columns(act: Act, context: Context) -> dict[str, Any]:
    return {
        "kind": known_path(act.kind, context.kinds),
        "kind_code": f"messages:kind={act.kind}",
        "weapon": known_path(act.weapon, context.weapons),
        "actor": act.actor,
        "target": act.target,
    }


def _explode(row: Row, context: Context) -> tuple[list[dict[str, Any]], list[Source]]:
    text = row.get("text")
    for column in ("id", "source", "text"):
        if not row.get(column):
            raise CellFault(column, f"This message has no {column}: ''.", "Fill it in.")
    if len(text) > MAX_CHARS:
        what = f"This message is longer than {MAX_CHARS} letters: {len(text)}."
        raise CellFault("text", what, "Give articles to 'holdfire statements', and messages here.")
    zone = _zone(row)
    received = _received(row, zone)
    act = read_act(text)
    told, status = told_part(text)
    if status != "told":
        what = f"This message tells of {_WHY[status]}: {text[:60]!r}."
        raise CellFault("text", what, "Leave it out, or report the event in words.")
    occurred = read_time(told, received, zone)
    places = _places(told, _gazetteer(context.gazetteer), context)
    shared = {
        **_act_columns(act, context),
        **_hurt(act.casualties, len(places)),
        "source_id": row.get("source"),
        "occurred_start": occurred.start,
        "occurred_end": occurred.end,
        "received_at": received,
        "text": text,
        "language": row.get("language") or detect_language(text, "en" if text.isascii() else None),
        "document": row.get("document") or None,
    }
    base = f"messages:{slug(row.get('source'))}:{row.get('id')}"
    many = len(places) > 1
    return [
        {**shared, **place, "report_id": f"{base}:{k}" if many else base} for k, place in enumerate(places, start=1)
    ], []


class MessagesReader:
    """Read short messages, as CSV, JSON Lines or XLSX."""

    name = "messages"
    attribution = GEONAMES_ATTRIBUTION

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise messages by their columns."""
        return recognise_columns(probe, WANTED, ("delimited", "jsonl", "xlsx"))

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield a report for each place of each message."""
        return read_rows(probe, context, _explode, CARRIED)
