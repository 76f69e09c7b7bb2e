"""Drawing: pieces of SVG with escaped text and short numbers, in colours of the page or of the print.

Turns roles and numbers into SVG elements. Rule: text is always escaped; a colour is a role, which the page's style
sheet fills in (light or dark) and the print fixes; the same input gives the same bytes. Source: SVG 1.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

__all__ = ["PAGE", "PRINT", "Paint", "element", "number", "path", "svg", "text"]

Paint = Mapping[str, str]

PRINT: Paint = {
    "paper": "#ffffff",
    "ink": "#17202a",
    "ink2": "#4b5864",
    "ink3": "#6b7782",
    "rule": "#d4dade",
    "tint": "#eef2f5",
    "sea": "#e4ebf0",
    "land": "#faf9f6",
    "coast": "#9aabb8",
    "graticule": "#c9d4dc",
    "band": "#c2ced8",
    "core": "#2b4a66",
    "reading1": "#1d5a8c",
    "reading2": "#7a3f8f",
    "reading3": "#2f7d5b",
    "established": "#a3241d",
    "cannot": "#b9770e",
    "not": "#64748b",
    "excluded": "#a9b4be",
}
"""Roles of colour in the print."""
PAGE: Paint = {role: f"var(--{role})" for role in PRINT}
"""Roles of colour on the page: its style sheet defines them, for light and for dark."""


def number(value: float) -> str:
    """Return a number with at most two decimals and no idle zeros.

    Examples
    --------
    >>> number(3.0), number(2.345), number(-0.001)
    ('3', '2.35', '0')
    """
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def _value(value: object) -> str:
    return number(value) if isinstance(value, float | int) else str(value)


def element(name: str, content: str | None = None, /, **attributes: object) -> str:
    """Return an element; ``_`` in an attribute's name is written ``-``, a trailing one is dropped; None is left out.

    Parameters
    ----------
    content : str or None
        Markup inside, already escaped; None closes the element at once.

    Examples
    --------
    >>> element("rect", width=3.5, stroke_width=1, class_="bar")
    '<rect width="3.5" stroke-width="1" class="bar"/>'
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_value(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}/>" if content is None else f"<{name}{written}>{content}</{name}>"


def text(words: str, x: float, y: float, **attributes: object) -> str:
    """Return a text element; the words are escaped."""
    return element("text", escape(words), x=x, y=y, **attributes)


def path(rings: Iterable[Iterable[tuple[float, float]]], *, closed: bool) -> str:
    """Return path data of rings or lines with one decimal."""
    parts = []
    for ring in rings:
        points = [f"{number(round(x, 1))} {number(round(y, 1))}" for x, y in ring]
        if points:
            parts.append(f"M{'L'.join(points)}" + ("Z" if closed else ""))
    return "".join(parts)


def svg(content: str, width: float, height: float, *, title: str, font: str, **attributes: object) -> str:
    """Return a whole drawing with a title for those who do not see it."""
    return element(
        "svg",
        element("title", escape(title)) + content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        font_family=font,
        **attributes,
    )
