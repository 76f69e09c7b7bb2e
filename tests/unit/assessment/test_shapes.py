"""Facts about the shapes of an agreement's zones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from holdfire.assessment import regions
from holdfire.assessment.geometry.areas import area_m2
from holdfire.assessment.geometry.places import place_bounds
from holdfire.assessment.geometry.zones import prepare_zone
from holdfire.assessment.regions import Atlas
from holdfire.assessment.shapes import zone_shapes
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.records.zone_shape import ZONE_SHAPE_SCHEMA
from tests.unit.assessment.case_words import agreement_named, agreement_of, read_case_file


def with_zones(*zones: dict[str, Any], lines: list[dict[str, Any]] | None = None) -> Agreement:
    """Return an agreement with zones of its own."""
    titled = [{"title": {"en": zone["id"]}, **zone} for zone in zones]
    parts: dict[str, Any] = {"zones": titled}
    if lines is not None:
        parts["lines"] = [{"title": {"en": line["id"]}, **line} for line in lines]
    clause = {"id": "c", "rule": {"kind": "access"}}
    return agreement_of({"agreement": parts, "clauses": [clause]})


def shapes_of(agreement: Agreement) -> dict[tuple[str, str], list[tuple[Any, Any, shapely.Geometry | None]]]:
    """Return start, end and geometry of each shape by zone and reading."""
    found: dict[tuple[str, str], list[tuple[Any, Any, shapely.Geometry | None]]] = {}
    for row in zone_shapes(agreement).to_pylist():
        shape = None if row["wkb"] is None else shapely.from_wkb(row["wkb"])
        found.setdefault((row["zone_id"], row["reading"]), []).append((row["start"], row["end"], shape))
    return found


def test_a_box_has_one_shape_without_dates() -> None:
    """A box is one polygon that always holds."""
    [(start, end, shape)] = shapes_of(agreement_named("cessation"))["valley", "signed"]
    assert (None, None, (37.0, 48.0, 38.0, 49.0)) == (
        start,
        end,
        tuple(shape.bounds),
    )


def test_a_zone_without_bounds_has_a_row_without_a_polygon() -> None:
    """Anywhere is a row whose polygon is null."""
    assert [(None, None, None)] == shapes_of(agreement_named("cessation"))["everywhere", "signed"]


def test_sides_of_a_line_are_seen_when_walking_along_it() -> None:
    """Left of a line that runs north lies the west, and both sides have one area."""
    found = shapes_of(agreement_named("cessation"))
    west, east = (found[zone, "signed"][0][2] for zone in ("west-bank", "east-bank"))
    assert west.bounds[2] == pytest.approx(37.5, abs=1e-6)
    assert east.bounds[0] == pytest.approx(37.5, abs=1e-6)
    assert area_m2(west) == pytest.approx(area_m2(east), rel=1e-3)


def test_a_line_s_version_ends_where_the_next_begins() -> None:
    """A zone along a line has one shape for each version, without gaps or overlaps."""
    found = shapes_of(agreement_named("readings"))["west-bank", "from-march"]
    moved = datetime(2030, 3, 5, 22, tzinfo=UTC)
    assert [(datetime(2029, 12, 31, 22, tzinfo=UTC), moved), (moved, None)] == [part[:2] for part in found]
    assert [37.5, 37.9] == [pytest.approx(shape.bounds[2], abs=1e-6) for _, _, shape in found]


def test_a_reading_puts_its_own_line_in_place() -> None:
    """Under a reading that substitutes a line, the zone follows that one."""
    [(start, end, shape)] = shapes_of(agreement_named("readings"))["west-bank", "from-april"]
    assert (None, None) == (start, end)
    assert shape.bounds[2] == pytest.approx(37.1, abs=1e-6)


def test_a_version_that_states_its_end_leaves_a_gap() -> None:
    """Between a version's own end and the next one's start there is no shape."""
    line = {
        "id": "way",
        "versions": [
            {"from": "2030-01-10T00:00:00Z", "coordinates": [[10.0, 50.0], [11.0, 50.0]]},
            {"from": "2030-01-01T00:00:00Z", "to": "2030-01-05T00:00:00Z", "coordinates": [[10.0, 51.0], [11.0, 51.0]]},
        ],
    }
    agreement = with_zones({"id": "strip", "buffer": {"line": "way", "distance": "1 km"}}, lines=[line])
    found = shapes_of(agreement)["strip", "signed"]
    assert [(1, 5), (10, None)] == [(start.day, end and end.day) for start, end, _ in found]


def test_objects_have_their_own_radius_or_the_zone_s() -> None:
    """An object's radius goes before the zone's; the circles are on the ellipsoid."""
    agreement = with_zones(
        {
            "id": "wells",
            "radius": "1 km",
            "objects": [
                {"id": "a", "name": {"en": "A"}, "lon": 10.0, "lat": 50.0},
                {"id": "b", "name": {"en": "B"}, "lon": 11.0, "lat": 50.0, "radius": "2 km"},
            ],
        }
    )
    [(_, _, shape)] = shapes_of(agreement)["wells", "signed"]
    areas = sorted(area_m2(part) for part in shapely.get_parts(shape))
    assert [pytest.approx(3.14159e6, rel=1e-3), pytest.approx(12.566e6, rel=1e-3)] == areas


def test_a_union_holds_what_any_part_holds() -> None:
    """A union's shape covers its parts, within the time of each, and its own validity bounds it."""
    agreement = with_zones(
        {"id": "a", "box": {"west": 10, "south": 50, "east": 11, "north": 51}},
        {
            "id": "b",
            "box": {"west": 11, "south": 50, "east": 12, "north": 51},
            "valid": {"from": "2030-02-01T00:00:00Z"},
        },
        {"id": "both", "union": ["a", "b"], "valid": {"to": "2030-03-01T00:00:00Z"}},
    )
    found = shapes_of(agreement)["both", "signed"]
    february, march = datetime(2030, 2, 1, tzinfo=UTC), datetime(2030, 3, 1, tzinfo=UTC)
    assert [(None, february, 11.0), (february, march, 12.0)] == [(a, b, shape.bounds[2]) for a, b, shape in found]


def test_a_zone_that_is_nowhere_keeps_its_name() -> None:
    """A zone without any shape has one row with an empty polygon."""
    agreement = with_zones({"id": "none", "polygons": []})
    [(_, _, shape)] = shapes_of(agreement)["none", "signed"]
    assert shape.is_empty


def test_a_zone_within_itself_is_refused() -> None:
    """A union that contains itself is an error which says so."""
    agreement = with_zones({"id": "a", "union": ["b"]}, {"id": "b", "union": ["a"]})
    with pytest.raises(InputError, match="part of itself"):
        zone_shapes(agreement)


@pytest.mark.parametrize("zone", [{"union": ["x"]}, {"buffer": {"line": "x", "distance": "1 km"}}])
def test_an_undefined_name_is_refused(zone: dict[str, Any]) -> None:
    """A zone that names a zone or line which the agreement lacks is an error."""
    with pytest.raises(InputError, match="'x'"):
        zone_shapes(with_zones({"id": "a", **zone}))


def test_an_object_without_a_radius_is_refused() -> None:
    """An object needs a radius, its own or its zone's."""
    thing = {"id": "o", "name": {"en": "O"}, "lon": 10.0, "lat": 50.0}
    with pytest.raises(InputError, match="no radius"):
        zone_shapes(with_zones({"id": "a", "objects": [thing]}))


def test_shapes_are_in_order_and_in_their_schema() -> None:
    """The table has its schema, ordered by zone, reading and start; the same agreement gives the same bytes."""
    table = zone_shapes(agreement_named("readings"))
    assert ZONE_SHAPE_SCHEMA.equals(table.schema)
    keys = [(row["zone_id"], row["reading"]) for row in table.to_pylist()]
    assert sorted(keys) == keys
    assert table.equals(zone_shapes(agreement_of(read_case_file("readings"))))


def test_an_agreement_without_zones_has_no_shapes() -> None:
    """No zone, no row."""
    agreement = with_zones()
    assert pa.Table.from_pylist([], schema=ZONE_SHAPE_SCHEMA).equals(zone_shapes(agreement))


def test_a_front_drawn_daily_is_not_made_ready_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many versions only as many stay ready for places as their vertices allow, and the answers stay the same."""
    atlas = Atlas()
    shapes = [atlas.add(shapely.to_wkb(shapely.box(37.0 + day / 100, 48.0, 38.0, 49.0))) for day in range(30)]
    monkeypatch.setattr(regions, "KEPT_VERTICES", 20)
    lon, lat, sigma_m = np.array([37.2]), np.array([48.5]), np.array([1000.0])
    for shape in (*shapes, *shapes):
        assert shape is not None
        found = place_bounds(lon, lat, sigma_m, atlas.prepared(shape))
        assert found[0][0] == place_bounds(lon, lat, sigma_m, prepare_zone(atlas.bounded(shape)))[0][0]
        assert len(atlas._prepared) <= 4
