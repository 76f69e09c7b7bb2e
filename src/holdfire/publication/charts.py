"""Charts: the course of the counts as small multiples, all clauses together first.

Turns a timeline into SVG. Rule: each day, week or month shows a dark bar up to the lower bound of its mean, a light
one on it up to the upper bound, and its 90 % interval as a stroke; a day without reports shows a dot on the ground
line, for nothing reported is not nothing.
Leaves colours to ``drawing``. Source: our own layout; nice steps of an axis are 1, 2 or 5 times a power of ten.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from holdfire.basics.instants import parse_instant
from holdfire.publication.drawing import Paint, element, number, svg, text
from holdfire.publication.language import Speech
from holdfire.publication.naming import Names
from holdfire.records.bulletin import Bulletin
from holdfire.records.bulletin_numbers import Bin, CountRange, Series

__all__ = ["MAX_ROWS", "Layout", "draw_timeline", "entries_into_force", "timeline_rows"]

MAX_ROWS = 14
"""Rows of a timeline that are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Hold the sizes of a timeline in units of the drawing.

    Attributes
    ----------
    width, first_height, row_height : float
        The row of all clauses together is higher than the others.
    n_labels : int
        Days named along the ground line, at most.
    size : float
        Size of letters.
    """

    width: float
    first_height: float = 120.0
    row_height: float = 46.0
    n_labels: int = 8
    size: float = 12.0
    left: float = 30.0
    font: str = "inherit"


def nice_step(top: float, n_steps: int) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that cuts ``top`` into at most ``n_steps``.

    Examples
    --------
    >>> nice_step(27.0, 4), nice_step(0.5, 2)
    (10.0, 1.0)
    """
    raw = max(top / n_steps, 1e-9)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= raw * (1 - 1e-9))
    return max(step, 1.0)


def timeline_rows(names: Names, bulletin: Bulletin) -> list[tuple[str, Series]]:
    """Return the rows that are drawn, each with its title."""
    rows = []
    for series in bulletin.timeline.series[:MAX_ROWS]:
        if series.clause_id is None:
            title = names.speech.gettext("All clauses together")
        else:
            title = names.full(series.clause_id)
        reading = names.readings(series.readings, series.clause_id)
        rows.append((f"{title} · {reading}" if reading else title, series))
    return rows


def _bars(values: Sequence[CountRange], layout: Layout, top: float, base: float, height: float, paint: Paint) -> str:
    slot = (layout.width - layout.left) / max(len(values), 1)
    wide, scale = max(1.0, min(24.0, slot * 0.66)), height / top
    drawn = []

    def block(middle: float, low: float, high: float, colour: str) -> str:
        return element("rect", x=middle - wide / 2, y=base - high * scale, width=wide,
                       height=(high - low) * scale, fill=colour)  # fmt: skip

    for index, value in enumerate(values):
        middle = layout.left + (index + 0.5) * slot
        if value.mean_upper == 0.0:
            drawn.append(element("circle", cx=middle, cy=base, r=1.1, fill=paint["ink3"]))
            continue
        drawn.append(block(middle, 0.0, value.mean_lower, paint["core"]))
        drawn.append(block(middle, value.mean_lower, value.mean_upper, paint["band"]))
        ends = (base - value.high * scale, base - value.low * scale)
        if slot >= 5.0 and value.high > value.low:
            cap = min(4.0, wide / 3)
            line = f"M{number(middle)} {number(ends[0])}V{number(ends[1])}"
            caps = "".join(f"M{number(middle - cap)} {number(end)}h{number(2 * cap)}" for end in ends)
            drawn.append(element("path", d=line + caps, stroke=paint["ink"], stroke_width=1, fill="none"))
    return "".join(drawn)


def _axis(speech: Speech, layout: Layout, top: float, base: float, height: float, step: float, paint: Paint) -> str:
    drawn = []
    value = step
    while value <= top * (1 + 1e-9):
        y = base - value * height / top
        drawn.append(
            element("line", x1=layout.left, x2=layout.width, y1=y, y2=y, stroke=paint["rule"], stroke_width=0.6)
        )
        drawn.append(
            text(
                speech.number(value, 0),
                layout.left - 5,
                y + layout.size * 0.32,
                text_anchor="end",
                font_size=layout.size * 0.85,
                fill=paint["ink3"],
            )
        )
        value += step
    drawn.append(
        element("line", x1=layout.left, x2=layout.width, y1=base, y2=base, stroke=paint["ink2"], stroke_width=0.8)
    )
    return "".join(drawn)


def _told(speech: Speech, value: CountRange) -> CountRange:
    """Return a count as far as it may be told: one that is too small to tell is anything below the smallest."""
    if not speech.is_small(value.high):
        return value
    return CountRange(mean_lower=0.0, mean_upper=float(speech.min_count - 1), low=0, high=speech.min_count - 1)


def _row(speech: Speech, layout: Layout, series: Series, y: float, height: float, paint: Paint) -> str:
    values = [_told(speech, value) for value in series.values]
    highest = max([1.0, *(max(float(value.high), value.mean_upper) for value in values)])
    n_steps = 4 if height > 60 else 2
    step = nice_step(highest, n_steps)
    top = max(step, math.ceil(highest / step) * step)
    base = y + height
    return _axis(speech, layout, top, base, height, step, paint) + _bars(values, layout, top, base, height, paint)


def _day_labels(speech: Speech, bins: Sequence[Bin], unit: str, layout: Layout, y: float, paint: Paint) -> str:
    slot = (layout.width - layout.left) / max(len(bins), 1)
    every = max(1, math.ceil(len(bins) / layout.n_labels))
    drawn = []
    for index in range(len(bins) - 1, -1, -every):
        day = bins[index].first_day
        words = speech.day(day, "MMM y" if unit == "month" else "d MMM")
        middle = layout.left + (index + 0.5) * slot
        last = index == len(bins) - 1
        if not last and middle < layout.left + layout.size * 1.2:
            continue
        anchor, x = ("end", layout.width) if last and slot < layout.size * 3.5 else ("middle", middle)
        weight = "600" if bins[index].in_period else None
        drawn.append(
            text(words, x, y, text_anchor=anchor, font_size=layout.size * 0.9, font_weight=weight, fill=paint["ink2"])
        )
    return "".join(drawn)


def _period(bins: Sequence[Bin], layout: Layout, height: float, paint: Paint) -> str:
    """Tint the days that the bulletin tells of, where there are others to tell them from."""
    inside = [index for index, one in enumerate(bins) if one.in_period]
    if not inside or len(inside) == len(bins):
        return ""
    slot = (layout.width - layout.left) / len(bins)
    x = layout.left + inside[0] * slot
    return element("rect", x=x, y=0, width=len(inside) * slot, height=height, fill=paint["tint"])


def entries_into_force(names: Names, bulletin: Bulletin) -> list[tuple[int, str]]:
    """Return the bins, but the first, in which a reading enters into force, with the reading's role of colour."""
    bins, found = bulletin.timeline.bins, []
    for order, reading in enumerate(bulletin.agreement.readings):
        entry = parse_instant(reading.enters_into_force, bulletin.agreement.time_zone)
        day = names.speech.local(entry).date()
        for index, one in enumerate(bins):
            if one.first_day <= day <= one.last_day and index:
                found.append((index, f"reading{min(order, 2) + 1}"))
    return found


def _in_force(names: Names, bulletin: Bulletin, layout: Layout, height: float, paint: Paint) -> str:
    slot = (layout.width - layout.left) / len(bulletin.timeline.bins)
    drawn = []
    for index, role in entries_into_force(names, bulletin):
        x = layout.left + index * slot
        drawn.append(
            element("line", x1=x, x2=x, y1=2, y2=height, stroke=paint[role], stroke_width=1, stroke_dasharray="3 3")
        )
    return "".join(drawn)


def draw_timeline(names: Names, bulletin: Bulletin, layout: Layout, paint: Paint, title: str) -> str:
    """Return the timeline as SVG; the page's script finds each day by the attributes of the drawing."""
    speech, bins = names.speech, bulletin.timeline.bins
    y, drawn = 0.0, []
    for index, (words, series) in enumerate(timeline_rows(names, bulletin)):
        height = layout.row_height if index and series.clause_id else layout.first_height
        y += layout.size * 1.5
        drawn.append(
            text(words, layout.left, y - layout.size * 0.4, font_size=layout.size, font_weight="600", fill=paint["ink"])
        )
        y += layout.size * 0.4
        drawn.append(_row(speech, layout, series, y, height, paint))
        y += height + layout.size * 0.5
    y += layout.size * 0.9
    labels = _day_labels(speech, bins, bulletin.timeline.unit, layout, y, paint)
    tint = _period(bins, layout, y - layout.size * 1.2, paint)
    marks = _in_force(names, bulletin, layout, y - layout.size * 1.2, paint)
    return svg(
        tint + marks + "".join(drawn) + labels,
        layout.width,
        y + layout.size * 0.5,
        title=title,
        font=layout.font,
        class_="timeline",
        data_left=layout.left,
        data_bins=len(bins),
    )
