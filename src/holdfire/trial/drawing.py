"""Drawing: where the time goes, and the frontier of rules, as SVG.

Turns figures into drawings in the roles of colour of ``publication.drawing``. Rule: nothing is drawn that no number of
the page says; every drawing has a title for those who do not see it. Source: our own layout.
"""

from __future__ import annotations

import math
from typing import Any

from holdfire.publication.drawing import PAGE, Paint, element, svg, text
from holdfire.trial.words import Say

__all__ = ["PART_ROLES", "draw_frontier", "draw_parts"]

PART_ROLES = {"reporting_h": "reading1", "verification_h": "reading2", "order_h": "band", "clock_h": "core"}
WIDTH = 640.0


def draw_parts(shares: dict[str, float], title: str, paint: Paint = PAGE) -> str:
    """Return one bar, cut by where the time goes."""
    drawn, x = [], 0.0
    for name, role in PART_ROLES.items():
        wide = WIDTH * shares.get(name, 0.0)
        if wide > 0.0:
            drawn.append(element("rect", x=x, y=0, width=max(wide - 1.0, 0.5), height=16, fill=paint[role]))
        x += wide
    return svg("".join(drawn), WIDTH, 16.0, title=title, font="inherit", class_="parts", preserveAspectRatio="none")


def draw_frontier(rules: list[dict[str, Any]], say: Say, title: str, paint: Paint = PAGE) -> str:
    """Return the rules as points: false alarms to the right, delay upwards; both axes grow by roots, to part the small.

    Parameters
    ----------
    rules : list of dict
        With ``false``, ``delay_h``, ``dominated`` and ``is_written``; ``delay_h`` is not null.
    """
    height, left, bottom, top = 340.0, 56.0, 44.0, 14.0
    most_false = max([1.0, *(rule["false"] for rule in rules)])
    most_h = max([6.0, *(rule["delay_h"] for rule in rules)])

    def place(rule: dict[str, Any]) -> tuple[float, float]:
        across = math.sqrt(rule["false"] / most_false)
        up = math.sqrt(rule["delay_h"] / most_h)
        return left + across * (WIDTH - left - 14.0), height - bottom - up * (height - bottom - top)

    drawn = _axes(most_false, most_h, (left, bottom, top, height), say, paint)
    best = sorted((place(rule) for rule in rules if not rule["dominated"]), key=lambda point: point[0])
    if len(best) > 1:
        line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in best)
        drawn.append(element("path", d=line, fill="none", stroke=paint["reading1"], stroke_width=1.2))
    for rule in sorted(rules, key=lambda one: not one["dominated"]):
        x, y = place(rule)
        role = "not" if rule["dominated"] else "reading1"
        drawn.append(element("circle", cx=x, cy=y, r=2.4 if rule["dominated"] else 4.0, fill=paint[role]))
        if rule["is_written"]:
            drawn.append(element("circle", cx=x, cy=y, r=8.0, fill="none", stroke=paint["established"], stroke_width=2))
    return svg("".join(drawn), WIDTH, height, title=title, font="inherit", class_="frontier")


def _axes(most_false: float, most_h: float, frame: tuple[float, ...], say: Say, paint: Paint) -> list[str]:
    left, bottom, top, height = frame
    drawn = []
    for part in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0):
        x = left + math.sqrt(part) * (WIDTH - left - 14.0)
        y = height - bottom - math.sqrt(part) * (height - bottom - top)
        drawn.append(element("line", x1=left, x2=WIDTH - 14, y1=y, y2=y, stroke=paint["rule"], stroke_width=0.6))
        drawn.append(element("line", x1=x, x2=x, y1=top, y2=height - bottom, stroke=paint["rule"], stroke_width=0.6))
        small = {"font_size": 11, "fill": paint["ink3"]}
        drawn.append(text(say.number(part * most_h, 0), left - 6, y + 4, text_anchor="end", **small))
        drawn.append(text(say.number(part * most_false, 1), x, height - bottom + 15, text_anchor="middle", **small))
    words = {"font_size": 12, "fill": paint["ink2"]}
    drawn.append(text(say("axis_false"), WIDTH - 14, height - 8, text_anchor="end", **words))
    middle = (top + height - bottom) / 2
    turned = f"rotate(-90 13 {middle:g})"
    drawn.append(text(say("axis_delay"), 13, middle, text_anchor="middle", transform=turned, **words))
    return drawn
