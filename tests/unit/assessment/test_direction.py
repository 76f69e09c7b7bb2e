"""Facts about who fired, from the direction of fire, beside a slow plain reference."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod
from scipy.stats import norm

from holdfire.app.attributing import likelihoods_of
from holdfire.assessment.direction import sector_bounds
from holdfire.assessment.facts import facts_of
from holdfire.assessment.regions import Atlas, Region
from holdfire.assessment.shapes import zone_shapes
from holdfire.assessment.times import ALWAYS
from holdfire.basics.places import EARTH_RADIUS_M
from tests.unit.assessment.case_words import incidents_of, judged
from tests.unit.assessment.test_attribution import EVEN, QUIET, SHELL, STATED, agreement_of, agreement_with

SPHERE = Geod(a=EARTH_RADIUS_M, b=EARTH_RADIUS_M)
WEST_HALF = shapely.box(30.0, 44.0, 37.5, 53.0)
NEAR = [37.54, 48.5]
"""3 km east of the meridian on which the half ends."""
REACH_M = 7000.0


def share(said: dict[str, Any], reach_m: float = REACH_M) -> tuple[float, float]:
    """Return the bounds of the share of where fire may have come from that lies in the western half."""
    atlas = Atlas()
    held = Region(spans=ALWAYS, shape=np.array([atlas.add(shapely.to_wkb(WEST_HALF))]))
    facts = facts_of(incidents_of([{**SHELL, **said}], "UTC"))
    found = sector_bounds(held, facts, atlas, np.array([reach_m]))
    return float(found.lower[0]), float(found.upper[0])


def plain(place: list[float], bearing: float, sigma: float) -> float:
    """Return the share by the same nodes, written out one by one, with another library's geodesics."""
    turns, by_turn = np.polynomial.hermite.hermgauss(5)
    parts, by_part = np.polynomial.legendre.leggauss(6)
    total = 0.0
    for turn, weight in zip(turns, by_turn, strict=True):
        for part, other in zip(parts, by_part, strict=True):
            distance = REACH_M * (part + 1) / 2
            lon, lat, _ = SPHERE.fwd(place[0], place[1], bearing + math.sqrt(2) * sigma * turn, distance)
            if WEST_HALF.covers(shapely.Point(lon, lat)):
                total += weight / math.sqrt(math.pi) * other / 2
    return total


def dense(place: list[float], bearing: float, sigma: float, give_or_take_m: float) -> float:
    """Return the share by sums over very many bearings and distances, on a plane about the place."""
    edge = (37.5 - place[0]) * math.cos(math.radians(place[1])) * EARTH_RADIUS_M * math.pi / 180.0
    angles = np.radians(bearing + sigma * norm.ppf((np.arange(400) + 0.5) / 400))
    distances = REACH_M * (np.arange(400) + 0.5) / 400
    east = np.sin(angles)[:, None] * distances[None, :]
    return float(norm.cdf((edge - east) / give_or_take_m).mean())


@pytest.mark.parametrize("bearing", [0.0, 45.0, 90.0, 180.0, 240.0, 270.0, 300.0, 350.0, 359.9])
@pytest.mark.parametrize("sigma", [2.0, 15.0, 40.0])
def test_the_share_is_that_of_the_plain_reference(bearing: float, sigma: float) -> None:
    """An exact place gives what the nodes say one by one, whichever way the bearing points."""
    low, high = share({"where": NEAR, "fired_from": [bearing, sigma]})
    assert plain(NEAR, bearing, sigma) == pytest.approx(low, abs=1e-9)
    assert low == high


@pytest.mark.parametrize("bearing", [5.0, 90.0, 225.0, 270.0, 345.0])
@pytest.mark.parametrize("sigma", [5.0, 15.0])
def test_the_nodes_come_near_the_whole_sum(bearing: float, sigma: float) -> None:
    """With a place known to a kilometre, 30 nodes are within 0.02 of a sum over 160,000."""
    low, _ = share({"where": NEAR, "give_or_take": "1 km", "fired_from": [bearing, sigma]})
    assert dense(NEAR, bearing, sigma, 1000.0) == pytest.approx(low, abs=0.02)


def test_towards_away_and_along() -> None:
    """Away from the half nothing comes from it; towards it the part beyond the line; along the line half."""
    assert 0.0 == share({"where": NEAR, "fired_from": [90.0, 10.0]})[1]
    towards = share({"where": NEAR, "give_or_take": "500 m", "fired_from": [270.0, 5.0]})[0]
    assert 1.0 - 2946.0 / REACH_M == pytest.approx(towards, abs=0.05)
    for along in (0.0, 180.0):
        found = share({"where": [37.5, 48.5], "give_or_take": "500 m", "fired_from": [along, 15.0]})[0]
        assert 0.5 == pytest.approx(found, abs=0.01)


def test_north_wraps() -> None:
    """A bearing just west of north is as far from one just east of it as any other pair."""
    here = {"where": [37.5, 48.5], "give_or_take": "300 m"}
    west, east = (share({**here, "fired_from": [deg, 10.0]})[0] for deg in (355.0, 5.0))
    assert 1.0 == pytest.approx(west + east, abs=0.01)
    assert west > 0.6


def test_what_is_not_known_gives_the_whole_range() -> None:
    """A place or a reach that is not known leaves the share open; an error that is not known is 15 degrees."""
    assert (0.0, 1.0) == pytest.approx(share({"fired_from": [90.0, 10.0]}))
    assert (0.0, 1.0) == share({"where": NEAR, "fired_from": [90.0, 10.0]}, math.nan)
    assert share({"where": NEAR, "fired_from": [280.0, None]}) == share({"where": NEAR, "fired_from": [280.0, 15.0]})


def test_a_unit_of_the_gazetteer_is_moved_as_a_point_with_its_error() -> None:
    """A place that is an area counts with its point and the radius of like spread."""
    said = {"where": NEAR, "give_or_take": "2 km", "fired_from": [280.0, 15.0]}
    assert share(said) == share({**said, "area": "unit-7"})


def actor(said: dict[str, Any], party: str, **changes: Any) -> tuple[float, float]:
    """Return the actor factor of one incident between two sides of even odds."""
    agreement = agreement_with(base=EVEN, own_fire=[1.0, 1.0], **changes)
    table = judged(agreement, incidents_of([{**SHELL, **said}], agreement.time_zone), "2030-06-01")
    row = next(row for row in table.to_pylist() if row["party"] == party)
    return row["actor_lower"], row["actor_upper"]


def test_the_direction_tells_who_fired() -> None:
    """Fire from the east on a place east of the line is South's, by 1 to the chance of a misread bearing."""
    said = {"where": NEAR, "fired_from": [90.0, 5.0]}
    assert (0.5, 0.5) == pytest.approx(actor(said, "south"))
    assert (1 / 1.2, 1 / 1.2) == pytest.approx(actor(said, "south", direction=[0.2, 0.2]))
    low, high = actor(said, "south", direction=[0.1, 0.4])
    assert (1 / 1.4, 1 / 1.1) == pytest.approx((low, high))


def test_without_a_bearing_or_a_reach_the_direction_convicts_nobody() -> None:
    """No bearing leaves the odds even; a weapon without a reach leaves a range about them."""
    assert (0.5, 0.5) == pytest.approx(actor({"where": NEAR}, "south", direction=[0.2, 0.2]))
    rocket = {"what": "explosion/shelling/rocket", "where": NEAR, "fired_from": [90.0, 5.0]}
    assert (0.2 / 1.2, 1 / 1.2) == pytest.approx(actor(rocket, "south", direction=[0.2, 0.2]))


def test_a_misread_bearing_in_the_stronger_bounds_stays_ordered() -> None:
    """Whatever the bounds of misreading, lower stays at or below upper, and more doubt is never less range."""
    said = {"where": NEAR, "give_or_take": "2 km", "fired_from": [270.0, 20.0]}
    narrow, wide = (actor(said, "north", direction=pair) for pair in ([0.2, 0.2], [0.0, 1.0]))
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def test_who_held_the_ground_then_counts() -> None:
    """The bearing is held against what each side held on the day."""
    moved = [
        {"to": "2030-03-10T00:00:00", "coordinates": [[37.5, 47.0], [37.5, 50.0]]},
        {"from": "2030-03-10T00:00:00", "coordinates": [[37.62, 47.0], [37.62, 50.0]]},
    ]
    stated = {**STATED, "base": EVEN, "own_fire": [1.0, 1.0], "direction": [0.1, 0.1]}
    lines = [{"id": "river", "title": {"en": "The river"}, "versions": moved}]
    agreement = agreement_of({"clauses": [QUIET], "agreement": {"attribution": stated, "lines": lines}})
    days = [
        {**SHELL, "where": NEAR, "fired_from": [90.0, 2.0], "at": f"2030-03-{day} 12:00:00"} for day in ("09", "10")
    ]
    rows = judged(agreement, incidents_of(days, agreement.time_zone), "2030-06-01").to_pylist()
    south = [row["actor_lower"] for row in rows if row["party"] == "south"]
    assert south[0] > 0.9
    assert south[1] < 0.5


def test_an_explanation_names_the_bearing() -> None:
    """The piece is listed with the bearing, its error and the chance of misreading; only where it is used."""
    agreement = agreement_with(base=EVEN, direction=[0.1, 0.2])
    said = {**SHELL, "where": NEAR, "fired_from": [90.0, None]}

    def pieces(table: pa.Table) -> dict[str, str]:
        found = likelihoods_of(table, agreement, zone_shapes(agreement), agreement.readings[0].id)
        return {one.party: one.as_line().strip() for one in found if one.piece == "direction"}

    source = "the incident's reports: from 90 degrees, give or take 15; misread with a chance of 0.1 to 0.2"
    told = pieces(incidents_of([said], agreement.time_zone))
    assert f"north, by the direction of fire: 0.100 to 0.200 ({source})" == told["north"]
    assert f"south, by the direction of fire: 1.000 ({source})" == told["south"]
    silent = pieces(incidents_of([{**said, "fired_from": [None, None]}], agreement.time_zone))
    assert "south, by the direction of fire: 1.000 (no bearing is stated)" == silent["south"]
    unused = agreement_with(base=EVEN)
    found = likelihoods_of(incidents_of([said], unused.time_zone), unused, zone_shapes(unused), unused.readings[0].id)
    assert {"claims", "side", "reach", "joined"} == {one.piece for one in found}
