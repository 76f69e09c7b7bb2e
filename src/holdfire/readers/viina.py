"""VIINA: rows of news reports into one report for each medium.

Turns a row that gathers what several media wrote of one place and day into a report of each medium, with the texts
and addresses that can be theirs. Rules: texts and addresses are sorted lists of their own in the file, so positions
say nothing: an address belongs to the medium whose domain it has, a text to the media of its language. A round-up
article that stands in several rows is several reports of one document. ``date`` is the day of publication in Kyiv.
A flag says that a side's forces are involved; where only one side's is set, it is taken for the actor. Source: VIINA
2.0 (Zhukov and Ayers); tables kinds, targets, media, places, times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from holdfire.readers.cells import Row
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch, Recognition, recognise_columns
from holdfire.readers.refusals import CellFault
from holdfire.readers.rowwise import read_rows
from holdfire.readers.tables import area_sigma_m, common_path, error_models, known_path, load_table, slug
from holdfire.readers.values import day, days_in_zone, detect_language, number
from holdfire.records.source import Source

__all__ = ["ViinaReader"]

WANTED = ("event_id_1pd", "date", "sources_matching", "representative_text", "longitude", "latitude")
SIDES = {"rus": "Russia", "ukr": "Ukraine"}
_QUOTES = re.compile('"{2,}')
"""Quotes that were doubled again and again on the way of the data."""
_HOST = re.compile(r"https?://(?:www\.)?([^/:?#]+)", re.IGNORECASE)


def _split(text: str, separator: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(separator) if part.strip()))


@cache
def _source(medium: str) -> Source:
    row: Mapping[str, Any] = load_table("media").get(medium, {})
    return Source(source_id=f"viina:{slug(medium)}", name=row.get("name", medium), side=row.get("side"), kind="media")


@cache
def _owner(address: str) -> str | None:
    """Return the medium whose domain an address has; None for networks that all share."""
    found = _HOST.match(address)
    host = found[1].lower() if found is not None else ""
    for medium, row in load_table("media").items():
        if any(host == domain or host.endswith(f".{domain}") for domain in row["domains"]):
            return str(medium)
    return None


def _documents(media: Sequence[str], addresses: Sequence[str]) -> dict[str, str | None]:
    """Return each medium's addresses: its own, else those that are no other medium's of the row."""
    found: dict[str, str | None] = {}
    for medium in media:
        own = [address for address in addresses if _owner(address) == medium]
        shared = [address for address in addresses if _owner(address) not in media or len(media) == 1]
        found[medium] = " ".join(own or shared) or None
    return found


def _texts(media: Sequence[str], texts: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
    """Return each medium's text and language: the texts in its own language, else all of them."""
    table = load_table("media")
    own = {medium: table.get(medium, {}).get("language") for medium in media}
    found: dict[str, tuple[str | None, str | None]] = {}
    for medium in media:
        fitting = [text for text in texts if detect_language(text, own[medium]) == own[medium]]
        chosen = fitting if fitting and len(media) > 1 else list(texts)
        joined = " || ".join(chosen) or None
        found[medium] = (joined, detect_language(joined, own[medium]) if joined else None)
    return found


@cache
def _kind(terms: str) -> str | None:
    stems: dict[str, str | None] = load_table("kinds")["viina"]["stems"]
    paths = {path for stem, path in stems.items() if path is not None and stem in terms}
    return common_path(paths)


def _target(classes: str) -> str | None:
    codes: dict[str, str] = load_table("targets")["viina"]["codes"]
    known = [codes.get(name) for name in _split(classes, "|")]
    paths = [path for path in known if path is not None]
    return common_path(paths) if len(paths) == len(known) else None


def _actors(row: Row) -> tuple[str | None, list[str] | None]:
    """Return the actor and who is involved. What says who began goes before what says who took part."""
    began = [side for flag, side in SIDES.items() if row.get(f"a_{flag}_init") == "1"]
    part = [side for flag, side in SIDES.items() if row.get(f"a_{flag}") == "1"]
    chosen = began or part
    return (chosen[0] if len(chosen) == 1 else None), (sorted({*began, *part}) or None)


def _place(row: Row) -> dict[str, Any]:
    lon, lat = number(row.get("longitude"), "longitude"), number(row.get("latitude"), "latitude")
    if lon is None or lat is None:
        return {"place_model": "unknown", "place_name": row.get("asciiname") or None}
    models = error_models("viina_place")
    geoname = row.get("geonameid")
    own_pin = not geoname and "liveuamap" in row.get("sources_matching").split("|")
    sigma_m = models["own" if own_pin else "settlement"].sigma_m
    large: dict[str, float] = load_table("places")["viina_large_towns"]["area_km2"]
    if geoname in large:
        sigma_m = area_sigma_m(large[geoname])
    parts = [part for part in (row.get("asciiname"), row.get("ADM1_NAME")) if part]
    return {
        "lon": lon,
        "lat": lat,
        "sigma_m": sigma_m,
        "place_model": "point",
        "place_name": ", ".join(parts) or None,
    }


def _times(row: Row) -> dict[str, datetime]:
    table = load_table("times")["viina_date"]
    published = day(row.get("date"), "date")
    start, end = days_in_zone(published, published, table["zone"])
    return {
        "occurred_start": start - timedelta(hours=table["hours_before"]),
        "occurred_end": end,
        "reported_start": start,
        "reported_end": end,
    }


def _explode(row: Row, context: Context) -> tuple[list[dict[str, Any]], list[Source]]:
    media = _split(row.get("sources_matching"), "|")
    event_id = row.get("event_id_1pd")
    if not event_id:
        raise CellFault("event_id_1pd", "This row has no id: ''.", "Fill it in.")
    if not media:
        raise CellFault("sources_matching", "This row names no medium: ''.", "Fill it in.")
    actor, involved = _actors(row)
    shared = {
        **_place(row),
        **_times(row),
        "kind": known_path(_kind(row.get("attack_terms").casefold()), context.kinds),
        "kind_code": f"viina:attack_terms={row.get('attack_terms')}",
        "target_kind": known_path(_target(row.get("target_classes")), context.targets),
        "actor": actor,
        "involved": involved,
    }
    documents = _documents(media, _split(row.get("source_urls"), "|"))
    texts = _texts(media, _split(_QUOTES.sub('"', row.get("representative_text")), " || "))
    reports = [
        {
            **shared,
            "report_id": f"viina:{row.get('date')}:{event_id}:{slug(medium)}",
            "source_id": _source(medium).source_id,
            "document": documents[medium],
            "text": texts[medium][0],
            "language": texts[medium][1],
            "truth_id": event_id,
        }
        for medium in media
    ]
    return reports, [_source(medium) for medium in media]


class ViinaReader:
    """Read rows as VIINA 2.0 and extracts of it have them."""

    name = "viina"
    attribution = "Contains information from VIINA 2.0 (Zhukov & Ayers), ODbL 1.0; derived database under ODbL"

    def recognise(self, probe: Probe) -> Recognition:
        """Recognise VIINA by its columns."""
        return recognise_columns(probe, WANTED, ("delimited",))

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield one report for each medium of a row."""
        return read_rows(probe, context, _explode)
