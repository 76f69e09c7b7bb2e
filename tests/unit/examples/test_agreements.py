from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from shapely.geometry import LineString, Point, Polygon

from holdfire.agreement.check import check_agreement
from holdfire.agreement.groups import Directory
from holdfire.assessment.kernels.registry import KERNELS
from holdfire.basics.instants import parse_instant
from holdfire.basics.units import parse_length_m
from holdfire.errors import Fault
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Disengagement, Obligation, Withdrawal
from holdfire.records.fields import Text
from holdfire.records.force import force_intervals
from holdfire.records.taxonomy import builtin_tree
from tests.data_folder import data_folder, needs_data

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "agreements"
NAMES = (
    "black-sea-grain-initiative-2022",
    "energy-moratorium-2025",
    "europe-guarantee",
    "hudaydah-2018",
    "lebanon-2024",
    "minsk-2-2015",
    "syria-cessation-2016",
)
EVERY = (*NAMES, "versions/europe-guarantee-draft-2")


def check(name: str, previous: Agreement | None = None) -> tuple[Agreement | None, tuple[Fault, ...]]:
    return check_agreement(
        (FOLDER / f"{name}.yaml").read_bytes(),
        f"{name}.yaml",
        kernels=frozenset(KERNELS),
        kinds=builtin_tree("kinds"),
        weapons=builtin_tree("weapons"),
        targets=builtin_tree("targets"),
        previous=previous,
    )


def load(name: str) -> Agreement:
    agreement, _ = check(name)
    assert agreement is not None
    return agreement


def texts(value: object) -> Iterator[Text]:
    """Find every localised text of a dumped agreement."""
    if isinstance(value, dict):
        if "en" in value:
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def ucdp(file: str) -> list[dict[str, str]]:
    folder = data_folder()
    assert folder is not None
    csv.field_size_limit(10**8)
    with (folder / "ucdp" / file).open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["date_start"][:1].isdigit()]


def test_every_shipped_file_is_tested() -> None:
    """The folder holds the agreements named here and no others."""
    found = {str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.yaml")}
    assert set(EVERY) == found


@pytest.mark.parametrize("name", EVERY)
def test_no_faults(name: str) -> None:
    """Every shipped agreement passes the check."""
    assert () == check(name)[1]


@pytest.mark.parametrize("name", EVERY)
def test_two_languages(name: str) -> None:
    """Every text stands in English and in Ukrainian, and no Ukrainian text has a letter that only Russian has."""
    found = list(texts(load(name).model_dump(mode="json")))
    wrong = [t for t in found if set(t) != {"en", "uk"} or re.search("[ыэёъ]", t["uk"].lower())]
    assert [] == wrong


@pytest.mark.parametrize("name", EVERY)
def test_sources_name_a_reference(name: str) -> None:
    """Every clause's source begins with a document that the agreement lists."""
    agreement = load(name)
    known = {reference.id for reference in agreement.references}
    first = {re.split(r"[,;: ]", clause.source)[0] for clause in agreement.clauses}
    assert set() == first - known


@pytest.mark.parametrize("name", EVERY)
def test_places_are_marked_as_inexact(name: str) -> None:
    """No zone or line claims to be exact, since all were drawn by us; only a zone without bounds is."""
    agreement = load(name)
    exact = [zone.id for zone in agreement.zones if zone.precision == "exact" and not zone.anywhere]
    exact += [line.id for line in agreement.lines if line.precision == "exact"]
    assert [] == exact


@pytest.mark.parametrize("name", EVERY)
def test_rings_run_counter_clockwise(name: str) -> None:
    """Every outer ring is closed, valid and runs counter-clockwise; no line crosses itself."""
    agreement = load(name)
    for zone in agreement.zones:
        for rings in zone.polygons or []:
            polygon = Polygon(rings[0], rings[1:])
            assert (True, True, True) == (polygon.is_valid, polygon.exterior.is_ccw, rings[0][0] == rings[0][-1])
    for line in agreement.lines:
        assert [True] * len(line.versions) == [LineString(v.coordinates).is_simple for v in line.versions]


def test_only_the_guarantee_is_fictional() -> None:
    """The one fictional agreement says so in its field and in its title; no real one does."""
    marked = {name: (load(name).fictional, "ictional" in load(name).title["en"]) for name in EVERY}
    expected = {name: (True, True) if "europe" in name else (False, False) for name in EVERY}
    assert expected == marked


def test_second_draft_follows_the_first() -> None:
    """The second draft reuses no clause id and retires the clause that it drops."""
    first = load("europe-guarantee")
    second, faults = check("versions/europe-guarantee-draft-2", previous=first)
    assert second is not None
    dropped = {clause.id for clause in first.clauses} - {clause.id for clause in second.clauses}
    assert ((), {"harbour-distance"}) == (faults, dropped)
    assert dropped == {clause.id for clause in second.retired_clauses}


def test_grain_suspension_splits_the_readings() -> None:
    """The Russian reading leaves out 29 October to 2 November 2022, which the other reading does not."""
    agreement = load("black-sea-grain-initiative-2022")
    spans = {reading.id: force_intervals(reading, agreement) for reading in agreement.readings}
    assert (1, 2) == (len(spans["un-in-force"]), len(spans["russia-suspended"]))
    (_, out), (back, _) = spans["russia-suspended"]
    assert ("2022-10-29", "2022-11-02") == (f"{out:%Y-%m-%d}", f"{back:%Y-%m-%d}")


def test_grain_strike_of_23_july_lies_in_force() -> None:
    """Under both readings the initiative is in force on 23 July 2022, a day after it was signed."""
    agreement = load("black-sea-grain-initiative-2022")
    strike = parse_instant("2022-07-23T00:00:00+03:00")
    first = [force_intervals(reading, agreement)[0] for reading in agreement.readings]
    assert [True, True] == [start is not None and start < strike for start, _ in first]


def test_moratorium_claims_differ_by_a_week() -> None:
    """The two claims begin seven days apart and hold for 30 days each, by their own clocks."""
    agreement = load("energy-moratorium-2025")
    begin = [parse_instant(reading.enters_into_force) for reading in agreement.readings]
    ends = [parse_instant(reading.ends or "") for reading in agreement.readings]
    assert [30, 30] == [round((end - start) / timedelta(days=1)) for start, end in zip(begin, ends, strict=True)]
    assert 7 == round((begin[1] - begin[0]) / timedelta(days=1))


def test_minsk_widths_are_halved() -> None:
    """Each side owes half of the width of the zone between the sides: 25, 35 and 70 km."""
    agreement = load("minsk-2-2015")
    owed: dict[str, set[float]] = {}
    for clause in agreement.clauses:
        if isinstance(clause.rule, Withdrawal):
            buffers = [agreement.zone(z).buffer for zs in clause.rule.zones_by_party.values() for z in zs]
            owed[clause.id] = {parse_length_m(buffer.distance) for buffer in buffers if buffer is not None}
    expected = {
        "withdrawal-artillery": {25_000.0},
        "withdrawal-rockets": {35_000.0},
        "withdrawal-heavy-rockets": {70_000.0},
    }
    assert expected == owed


def test_minsk_sides_measure_from_their_own_lines() -> None:
    """Ukraine measures from the line of contact to its right, the formations from the memorandum's to its left."""
    agreement = load("minsk-2-2015")
    seen = {}
    for clause in agreement.clauses:
        if isinstance(clause.rule, Withdrawal):
            for party, zones in clause.rule.zones_by_party.items():
                for zone in zones:
                    buffer = agreement.zone(zone).buffer
                    if buffer is not None:
                        seen[party, buffer.line, buffer.side] = True
    assert {("ukraine", "contact-line", "right"), ("armed-formations", "memorandum-line", "left")} == set(seen)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "left"),
    [
        ("Kramatorsk", 37.55, 48.73, False),
        ("Avdiivka", 37.75, 48.14, False),
        ("Mariupol", 37.54, 47.10, False),
        ("Sievierodonetsk", 38.49, 48.95, False),
        ("Donetsk", 37.80, 48.01, True),
        ("Horlivka", 38.03, 48.30, True),
        ("Luhansk", 39.31, 48.57, True),
        ("Debaltseve", 38.40, 48.34, True),
    ],
)
def test_minsk_line_has_its_sides(place: str, lon: float, lat: float, left: bool) -> None:
    """Walking the line of contact as it is written, towns held by the formations lie to the left."""
    coordinates = load("minsk-2-2015").lines[0].versions[-1].coordinates
    stretched = [(x * 0.67, y) for x, y in coordinates]
    near = Point(lon * 0.67, lat)
    start, end = min(pairwise(stretched), key=lambda part: LineString(part).distance(near))
    turn = (end[0] - start[0]) * (near.y - start[1]) - (end[1] - start[1]) * (near.x - start[0])
    assert left == (turn > 0)


def test_minsk_debaltseve_changes_sides() -> None:
    """The first version of the line leaves Debaltseve on the Government's side, the second does not."""
    versions = load("minsk-2-2015").lines[0].versions
    salient = [any(38.40 < x and 48.30 < y < 48.35 for x, y in version.coordinates) for version in versions]
    assert [True, False] == salient


def test_minsk_areas_measure_two_kilometres() -> None:
    """Each disengagement area is about two by two kilometres."""
    for zone in load("minsk-2-2015").zones:
        if zone.id.startswith("area-") and zone.box is not None:
            high_km = (zone.box.north - zone.box.south) * 111.2
            wide_km = (zone.box.east - zone.box.west) * 111.3 * 0.667
            assert (2, 2) == (round(high_km), round(wide_km))


def test_reading_dependent_deadlines() -> None:
    """The redeployment at Hudaydah falls due 21 days after each claimed entry into force."""
    agreement = load("hudaydah-2018")
    for reading in agreement.readings:
        due = [c.rule for c in agreement.clauses if reading.id in c.scope.readings]
        assert 1 == len(due) and isinstance(due[0], Disengagement)
        start = parse_instant(reading.enters_into_force)
        assert {21} == {(parse_instant(at) - start).days for at in due[0].began.values()}


def test_obligations_have_dates_of_their_own() -> None:
    """Every obligation falls due after the agreement's first claimed entry into force."""
    for name in EVERY:
        agreement = load(name)
        first = min(parse_instant(r.enters_into_force, agreement.time_zone) for r in agreement.readings)
        due = [c.rule.deadline for c in agreement.clauses if isinstance(c.rule, Obligation)]
        assert [] == [at for at in due if parse_instant(at, agreement.time_zone) <= first]


def test_guarantee_follows_the_reported_order() -> None:
    """Warning, Ukrainian forces, coalition, and the United States come in this order, at 24 and 72 hours."""
    ladder = load("europe-guarantee").ladder
    assert ladder is not None
    assert [
        ("warning", "coalition", "24 h"),
        ("ukraine-acts", "ukrainian-forces", "24 h"),
        ("coalition-acts", "coalition", "24 h"),
        ("us-backup", "united-states", "72 h"),
    ] == [(rung.id, rung.responder, rung.clock.within) for rung in ladder.rungs]
    assert [[], ["warning"], ["ukraine-acts"], ["coalition-acts"]] == [rung.after for rung in ladder.rungs]


@pytest.mark.parametrize(
    ("name", "lower", "upper"),
    [("Syrian insurgents", 0.0, 1.0), ("Jaysh al-Islam", 0.0, 0.0), ("HTS", 1.0, 1.0), ("IS", 1.0, 1.0)],
)
def test_syrian_labels_and_the_excluded(name: str, lower: float, upper: float) -> None:
    """Only the collective label of the insurgents leaves open whether an excluded group is meant."""
    meaning = Directory(load("syria-cessation-2016")).meaning(name)
    assert (lower, upper) == (meaning.lower, meaning.upper)


@needs_data
def test_syrian_names_are_known() -> None:
    """Of the sides of the real data's armed events of 2016, at least 99 in 100 are known to the agreement."""
    directory = Directory(load("syria-cessation-2016"))
    sides: Counter[bool] = Counter()
    for row in ucdp("ged_syria_2016_2019.csv"):
        if row["date_start"][:4] == "2016" and row["type_of_violence"] != "3":
            sides.update(directory.meaning(side).is_known for side in (row["side_a"], row["side_b"]))
    assert sides[True] / sides.total() >= 0.99


@needs_data
def test_syrian_places_lie_in_the_zone() -> None:
    """Every place of the real data of 2016 lies within the drawn outline of Syria."""
    rings = load("syria-cessation-2016").zone("syria").polygons
    assert rings is not None
    outline = Polygon(rings[0][0])
    places = {(row["longitude"], row["latitude"]) for row in ucdp("ged_syria_2016_2019.csv") if row["year"] == "2016"}
    assert [] == [place for place in places if not outline.contains(Point(float(place[0]), float(place[1])))]


@needs_data
def test_ukrainian_names_are_known() -> None:
    """Every side of the real data's events from 15 February 2015 on is known to the agreement."""
    directory = Directory(load("minsk-2-2015"))
    rows = [row for row in ucdp("ged_ukraine_2014_2021.csv") if row["date_start"] >= "2015-02-15"]
    names = {side for row in rows for side in (row["side_a"], row["side_b"])}
    assert [] == [name for name in names if not directory.meaning(name).is_known]
