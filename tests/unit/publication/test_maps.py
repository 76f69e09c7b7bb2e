"""Facts about land, frames and drawings."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import shapely

from holdfire.publication.charts import nice_step
from holdfire.publication.digest import table_sha256
from holdfire.publication.drawing import PRINT, element, number, text
from holdfire.publication.land import Frame, frame_of, land_within, mercator
from holdfire.publication.language import Speech
from holdfire.publication.maps import draw_map
from holdfire.publication.naming import Names
from holdfire.publication.views import page_of
from holdfire.records.bulletin import Bulletin, BulletinInputs
from tests.unit.publication.case_factory import shuffled

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"


def test_the_vendored_files_are_the_pinned_ones() -> None:
    """Each vendored file has the SHA-256 that the script pins, and none is there unpinned."""
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "scripts" / "vendor_assets.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["vendor_assets"] = module
    spec.loader.exec_module(module)
    assert [] == module.check()


@pytest.mark.parametrize(
    ("name", "lon", "lat", "on_land"),
    [("Odesa", 30.6, 46.6, True), ("the Black Sea", 33.0, 43.5, False), ("Simferopol", 34.1, 44.95, True),
     ("the Sea of Azov", 36.6, 46.1, False), ("Damascus", 36.3, 33.5, True), ("Hudaydah", 43.05, 14.8, True)],
)  # fmt: skip
def test_land_is_land(name: str, lon: float, lat: float, on_land: bool) -> None:
    """The vendored land, decoded, has towns on land and the sea free."""
    frame = Frame(west=lon - 2, south=lat - 1.5, east=lon + 2, north=lat + 1.5)
    assert on_land == bool(shapely.intersects_xy(land_within(frame), lon, lat)), name


def test_land_is_clipped_to_its_frame() -> None:
    """No land is carried that cannot be seen."""
    frame = Frame(west=28.0, south=44.0, east=34.0, north=47.5)
    west, south, east, north = shapely.bounds(land_within(frame))
    assert (28.0, 44.0) <= (west, south) and (east, north) <= (34.0, 47.5)


def test_a_frame_shows_everything(bulletin: Bulletin) -> None:
    """Every zone, line and incident of a bulletin lies within its map."""
    frame = frame_of(bulletin)
    box = shapely.box(frame.west, frame.south, frame.east, frame.north)
    assert all(box.contains(shapely.from_wkb(zone.wkb)) for zone in bulletin.zones)
    assert all(box.contains(shapely.Point(one.lon, one.lat)) for one in bulletin.incidents if one.lon is not None)
    assert 1.3 <= (frame.east - frame.west) / (mercator(frame.north) - mercator(frame.south)) <= 1.8


def test_a_bulletin_without_places_has_a_map(bulletin: Bulletin) -> None:
    """Where nothing has a place, the map shows the world."""
    nowhere = replace(bulletin, zones=(), lines=(), incidents=())
    assert frame_of(nowhere).east - frame_of(nowhere).west > 300


def test_the_drawing_is_well_formed_and_escaped(bulletin: Bulletin) -> None:
    """A place's name with marks of XML is text in the drawing."""
    item = replace(bulletin.incidents[0], place_name='<g onload="x">&')
    drawn = draw_map(
        Names(bulletin.agreement, Speech("en")), replace(bulletin, incidents=(item,)), frame_of(bulletin), PRINT,
        title="a < b",
    )  # fmt: skip
    root = ElementTree.fromstring(drawn)
    assert '<g onload="x">&' in {node.text for node in root.iter(f"{SVG}text")}
    assert "a < b" == root.findtext(f"{SVG}title")


def test_zones_are_drawn_by_reading(bulletin: Bulletin) -> None:
    """Rival readings of a zone have colours of their own; what they share stands once."""
    belts = [zone.readings for zone in bulletin.zones if zone.zone_id == "belt"]
    ports = [zone.readings for zone in bulletin.zones if zone.zone_id == "port"]
    assert [("council",), ("assembly",)] == belts
    assert [("council", "assembly")] == ports


def test_no_border_is_drawn_and_the_caption_says_so(bulletin: Bulletin) -> None:
    """The map's caption says that no national borders are drawn."""
    assert "No national borders are drawn" in page_of(bulletin).map_.caption


def test_the_timeline_has_a_bar_or_a_dot_for_each_day(bulletin: Bulletin) -> None:
    """A day with reports has a bar, a day without any has a dot."""
    root = ElementTree.fromstring(page_of(bulletin).chart.print_svg)
    n_silent = sum(value.mean_upper == 0.0 for series in bulletin.timeline.series for value in series.values)
    assert n_silent == len(list(root.iter(f"{SVG}circle")))
    assert str(len(bulletin.timeline.bins)) == root.get("data-bins")


def test_pieces_of_svg() -> None:
    """Numbers are short, words are escaped, and what is None is left out."""
    assert ("1.5", "0", "12") == (number(1.5), number(-0.0001), number(12.0))
    assert '<text x="1" y="2">a &lt;b&gt;</text>' == text("a <b>", 1, 2)
    assert '<line x1="0"/>' == element("line", x1=0, stroke=None)


@pytest.mark.parametrize(("top", "n", "expected"), [(1.0, 2, 1.0), (7.0, 4, 2.0), (839.0, 4, 500.0), (100.0, 4, 50.0)])
def test_axes_have_round_steps(top: float, n: int, expected: float) -> None:
    """An axis is cut by 1, 2 or 5 times a power of ten, never below one."""
    assert expected == nice_step(top, n)


def test_the_digest_tells_null_from_empty(case: BulletinInputs) -> None:
    """A null is not an empty text, and a shuffled table has the same hash."""
    reports = case.reports
    assert table_sha256(reports) == table_sha256(shuffled(reports))
    index = reports.schema.get_field_index("text")
    emptied = reports.set_column(index, "text", reports["text"].fill_null(""))
    nulls = reports["area_id"].null_count
    filled = reports.set_column(reports.schema.get_field_index("area_id"), "area_id", reports["area_id"].fill_null(""))
    assert table_sha256(emptied) == table_sha256(reports)
    assert nulls and table_sha256(filled) != table_sha256(reports)
