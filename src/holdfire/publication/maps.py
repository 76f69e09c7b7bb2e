"""Maps: zones, lines and incidents on land and sea, as a drawing that needs no script.

Turns a bulletin into SVG in Mercator projection with graticule and scale. Rule: land and coast only, no borders;
zones and lines are drawn by reading; an incident's circle is one sigma of its place; incidents at one place stand as
one mark with their number, in the colour of the strongest. Leaves the interactive map to the page's script, which
gets the same data.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import shapely

from holdfire.publication.drawing import Paint, element, number, path, svg, text
from holdfire.publication.land import Frame, land_within, polygons_of
from holdfire.publication.language import Speech
from holdfire.publication.naming import Names
from holdfire.records.bulletin import Bulletin
from holdfire.records.bulletin_parts import IncidentItem, ZoneDrawing

__all__ = ["VERDICT_ROLES", "draw_map", "named_places", "reading_role", "zone_polygons"]

VERDICT_ROLES = {
    "established": "established",
    "cannot determine": "cannot",
    "not established": "not",
    "excluded": "excluded",
}
"""Verdict to its role of colour."""
MAX_PLACES, MAX_NAME = 12, 32
"""Places that a map names, and letters of a name that it can bear."""
DASHES = {"reading1": None, "reading2": "6 3", "reading3": "2 3"}


def reading_role(bulletin: Bulletin, readings: Sequence[str]) -> str:
    """Return the role of colour of what stands under some readings; under all of them, the first's."""
    order = [reading.id for reading in bulletin.agreement.readings]
    first = min((order.index(reading) for reading in readings if reading in order), default=0)
    return f"reading{min(first, 2) + 1}"


def zone_polygons(drawing: ZoneDrawing, frame: Frame) -> list[list[list[tuple[float, float]]]]:
    """Return a zone's polygons within a frame, simplified to what it can show."""
    box = shapely.box(frame.west, frame.south, frame.east, frame.north)
    shape = shapely.intersection(shapely.make_valid(shapely.from_wkb(drawing.wkb)), shapely.buffer(box, 0.5))
    return list(polygons_of(shapely.normalize(shapely.simplify(shape, (frame.east - frame.west) / 2000.0))))


@dataclass(slots=True)
class _Labels:
    """Place labels so that none covers another; what finds no room is left out."""

    size: float
    width: float
    height: float
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def room(self, words: str, x: float, y: float) -> bool:
        wide = len(words) * self.size * 0.52
        box = (x - wide / 2, y - self.size, x + wide / 2, y + self.size * 0.3)
        if box[0] < 2 or box[2] > self.width - 2 or box[1] < 2 or box[3] > self.height - 2:
            return False
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.taken):
            return False
        self.taken.append(box)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Canvas:
    frame: Frame
    width: float
    paint: Paint
    size: float
    names: Names

    @property
    def height(self) -> float:
        return self.frame.height(self.width)

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        return self.frame.xy(lon, lat, self.width)

    def line(self, points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        return [self.xy(lon, lat) for lon, lat in points]


def _ground(canvas: _Canvas) -> str:
    frame, paint = canvas.frame, canvas.paint
    land = [canvas.line(ring) for polygon in polygons_of(land_within(frame)) for ring in polygon]
    sea = element("rect", x=0, y=0, width=canvas.width, height=canvas.height, fill=paint["sea"])
    return sea + element(
        "path",
        d=path(land, closed=True),
        fill=paint["land"],
        stroke=paint["coast"],
        stroke_width=0.8,
        fill_rule="evenodd",
    )


def _steps(low: float, high: float) -> list[float]:
    """Return round degrees between two, three to seven of them."""
    span = high - low
    for step in (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0):
        if span / step <= 6:
            break
    first = math.ceil(low / step)
    return [round(number * step, 4) for number in range(first, math.floor(high / step) + 1)]


def _degrees(speech: Speech, value: float, positive: str, negative: str) -> str:
    digits = 0 if abs(value - round(value)) < 1e-9 else 1 if abs(value * 10 - round(value * 10)) < 1e-9 else 2
    return f"{speech.number(abs(value), digits)}° {positive if value >= 0 else negative}"


def _graticule(canvas: _Canvas, labels: _Labels) -> str:
    speech, frame, paint, drawn = canvas.names.speech, canvas.frame, canvas.paint, []
    for lon in _steps(frame.west, frame.east):
        x, _ = canvas.xy(lon, frame.south)
        drawn.append(element("line", x1=x, x2=x, y1=0, y2=canvas.height, stroke=paint["graticule"], stroke_width=0.6))
        words = _degrees(speech, lon, speech.gettext("E"), speech.gettext("W"))
        if labels.room(words, x, canvas.height - 6):
            drawn.append(
                text(
                    words, x, canvas.height - 6, font_size=canvas.size * 0.85, text_anchor="middle", fill=paint["ink3"]
                )
            )
    for lat in _steps(frame.south, frame.north):
        _, y = canvas.xy(frame.west, lat)
        drawn.append(element("line", x1=0, x2=canvas.width, y1=y, y2=y, stroke=paint["graticule"], stroke_width=0.6))
        words = _degrees(speech, lat, speech.gettext("N"), speech.gettext("S"))
        if labels.room(words, len(words) * canvas.size * 0.26 + 4, y - 3):
            drawn.append(text(words, 4, y - 3, font_size=canvas.size * 0.85, fill=paint["ink3"]))
    return "".join(drawn)


def _zones(canvas: _Canvas, bulletin: Bulletin) -> str:
    drawn = []
    for zone in bulletin.zones:
        role = reading_role(bulletin, zone.readings)
        rings = [canvas.line(ring) for polygon in zone_polygons(zone, canvas.frame) for ring in polygon]
        drawn.append(
            element(
                "path",
                d=path(rings, closed=True),
                fill=canvas.paint[role],
                fill_opacity=0.07,
                stroke=canvas.paint[role],
                stroke_width=1.1,
                stroke_dasharray=DASHES[role],
                stroke_opacity=0.85,
                fill_rule="evenodd",
            )
        )
    for line in bulletin.lines:
        role = reading_role(bulletin, line.readings)
        drawn.append(
            element(
                "path",
                d=path([canvas.line(line.coordinates)], closed=False),
                fill="none",
                stroke=canvas.paint[role],
                stroke_width=2,
                stroke_dasharray=DASHES[role],
            )
        )
    return "".join(drawn)


def _zone_labels(canvas: _Canvas, bulletin: Bulletin, labels: _Labels) -> str:
    drawn, seen = [], set()
    for zone in bulletin.zones:
        if zone.zone_id in seen:
            continue
        seen.add(zone.zone_id)
        shape = shapely.make_valid(shapely.from_wkb(zone.wkb))
        for part in shapely.get_parts(shape)[:6]:
            centre = part.representative_point()
            _, miny, _, maxy = part.bounds
            x, y = canvas.xy(centre.x, maxy)
            y = y - canvas.size * 0.4 if y > canvas.size * 2 else canvas.xy(centre.x, miny)[1] - canvas.size
            words = canvas.names.zone(zone.zone_id)
            if labels.room(words, x, y):
                drawn.append(_halo(canvas, words, x, y, font_weight="600"))
                break
    return "".join(drawn)


def _halo(canvas: _Canvas, words: str, x: float, y: float, **attributes: object) -> str:
    """Return words twice: a thick outline in the colour of the ground, then the words on it."""
    outline = text(
        words,
        x,
        y,
        font_size=canvas.size,
        text_anchor="middle",
        fill=canvas.paint["land"],
        stroke=canvas.paint["land"],
        stroke_width=3,
        stroke_linejoin="round",
        **attributes,
    )
    return outline + text(
        words, x, y, font_size=canvas.size, text_anchor="middle", fill=canvas.paint["ink2"], **attributes
    )


def _groups(items: Sequence[IncidentItem]) -> list[tuple[IncidentItem, int]]:
    """Return the strongest incident of each place with how many are there, weakest place first."""
    places: dict[tuple[float, float], tuple[IncidentItem, int]] = {}
    for item in items:
        if item.lon is not None and item.lat is not None:
            key = (round(item.lon, 4), round(item.lat, 4))
            first, n = places.get(key, (item, 0))
            places[key] = (first, n + 1)
    return list(reversed(places.values()))


def _incidents(canvas: _Canvas, items: Sequence[IncidentItem]) -> str:
    per_metre = 1.0 / canvas.frame.metres_per_unit(canvas.width)
    circles, marks = [], []
    for item, n in _groups(items):
        x, y = canvas.xy(item.lon or 0.0, item.lat or 0.0)
        colour = canvas.paint[VERDICT_ROLES[item.verdict]]
        sigma = (item.sigma_m or 0.0) * per_metre
        if 6.0 < sigma < canvas.width:
            circles.append(
                element(
                    "circle",
                    cx=x,
                    cy=y,
                    r=sigma,
                    fill=colour,
                    fill_opacity=0.06,
                    stroke=colour,
                    stroke_opacity=0.35,
                    stroke_width=0.8,
                )
            )
        radius = 4.2 + (1.9 * math.sqrt(n - 1) if n > 1 else 0.0)
        radius = min(radius, 16.0)
        solid = item.verdict in ("established", "cannot determine")
        marks.append(
            element(
                "circle",
                cx=x,
                cy=y,
                r=radius,
                fill=colour if solid else canvas.paint["land"],
                stroke=canvas.paint["land"] if solid else colour,
                stroke_width=1.2,
            )
        )
        if n > 1 and radius > 7:
            marks.append(
                text(
                    str(n),
                    x,
                    y + canvas.size * 0.33,
                    font_size=canvas.size * 0.9,
                    text_anchor="middle",
                    font_weight="600",
                    fill=canvas.paint["land"] if solid else colour,
                )
            )
    return "".join(circles + marks)


def named_places(items: Sequence[IncidentItem]) -> list[tuple[str, float, float]]:
    """Return the places that most incidents name, at the middle of their incidents, most first."""
    named: dict[str, list[tuple[float, float]]] = {}
    for item in items:
        if item.place_name and len(item.place_name) <= MAX_NAME and item.lon is not None and item.lat is not None:
            named.setdefault(item.place_name, []).append((item.lon, item.lat))
    ranked = sorted(named.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        (words, sum(lon for lon, _ in places) / len(places), sum(lat for _, lat in places) / len(places))
        for words, places in ranked[:MAX_PLACES]
    ]


def _place_labels(canvas: _Canvas, items: Sequence[IncidentItem], labels: _Labels) -> str:
    drawn = []
    for words, lon, lat in named_places(items):
        x, y = canvas.xy(lon, lat)
        if labels.room(words, x, y - 10):
            drawn.append(_halo(canvas, words, x, y - 10))
    return "".join(drawn)


def _scale(canvas: _Canvas) -> str:
    """Draw a bar of a round length, true in the middle of the frame."""
    speech, paint = canvas.names.speech, canvas.paint
    per_unit = canvas.frame.metres_per_unit(canvas.width)
    longest = per_unit * canvas.width / 5.0
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(power * factor for factor in (1.0, 2.0, 5.0) if power * factor <= longest)
    wide = length / per_unit
    x, y = canvas.width - wide - 14, 22.0
    shown = speech.number(length / 1000.0, 0 if length >= 1000 else 1) + " " + speech.gettext("km")
    back = element("rect", x=x - 8, y=4, width=wide + 16, height=26, fill=paint["paper"], fill_opacity=0.8, rx=2)
    bar = element(
        "path",
        d=f"M{number(x)} {number(y - 5)}V{number(y)}H{number(x + wide)}V{number(y - 5)}",
        fill="none",
        stroke=paint["ink2"],
        stroke_width=1.2,
    )
    words = text(shown, x + wide / 2, y - 5, font_size=canvas.size * 0.9, text_anchor="middle", fill=paint["ink2"])
    return back + bar + words


def draw_map(names: Names, bulletin: Bulletin, frame: Frame, paint: Paint, *, title: str, font: str = "inherit") -> str:
    """Return the map as SVG, 1000 units wide."""
    canvas = _Canvas(frame=frame, width=1000.0, paint=paint, size=13.0, names=names)
    labels = _Labels(canvas.size, canvas.width, canvas.height)
    ground = _ground(canvas) + _graticule(canvas, labels) + _zones(canvas, bulletin)
    marks = _incidents(canvas, bulletin.incidents)
    words = _zone_labels(canvas, bulletin, labels) + _place_labels(canvas, bulletin.incidents, labels)
    clip = element("clipPath", element("rect", x=0, y=0, width=canvas.width, height=canvas.height), id="map-frame")
    inside = element("g", ground + marks + words + _scale(canvas), clip_path="url(#map-frame)")
    frame_line = element(
        "rect",
        x=0.5,
        y=0.5,
        width=canvas.width - 1,
        height=canvas.height - 1,
        fill="none",
        stroke=paint["ink3"],
        stroke_width=1,
    )
    return svg(
        element("defs", clip) + inside + frame_line,
        canvas.width,
        canvas.height,
        title=title,
        font=font,
        class_="static-map",
    )
