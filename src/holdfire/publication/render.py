"""Render: a bulletin's page as one HTML file that stands alone, and its print as PDF.

Turns a ``Bulletin`` into bytes. Rule: the page needs nothing but itself: style, letters, scripts, map and data are
inside, and its security policy forbids every fetch and every script but these; every text is escaped, since reports
are not trusted. The print gets its texts as data, never as source. Both are the same bytes for the same bulletin.
Leaves writing files to the app. Source: W3C Content Security Policy Level 3 (hashes of inline scripts); typst.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

import typst
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from holdfire.publication.maps import VERDICT_ROLES
from holdfire.publication.page import Page
from holdfire.publication.views import page_of
from holdfire.records.bulletin import Bulletin

__all__ = ["render_html", "render_page", "render_pdf"]

SCRIPT_WORDS = (
    "theme",
    "show_all",
    "shown",
    "all_days",
    "sort",
    "to_list",
    "zoom_in",
    "zoom_out",
    "map_help",
    "close",
    "more_here",
    "on_map",
    "gesture_ctrl",
    "gesture_mac",
    "gesture_touch",
)
LATIN = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191-2193,U+2212"
CYRILLIC = "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116"
PDF_STANDARDS: Any = ["a-2a", "ua-1"]
"""The print is archivable and accessible: PDF/A-2a and PDF/UA-1."""


@cache
def _text(folder: str, name: str) -> str:
    return files("holdfire.publication").joinpath(folder, name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    """Return the style sheet with letters, dark colours and the map's own parts."""
    faces = "".join(
        f'@font-face{{font-family:"Holdfire Sans";font-weight:200 900;font-display:block;unicode-range:{span};'
        f"src:url(data:font/woff2;base64,{_text('assets', name).strip()}) format('woff2')}}\n"
        for name, span in (("letters-latin.txt", LATIN), ("letters-cyrillic.txt", CYRILLIC))
    )
    dark = _text("templates", "dark.css")
    rules = (
        f'@media screen {{ :root[data-theme="dark"] {{\n{dark}}} }}\n'
        f'@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{\n{dark}}} }}'
    )
    own = _text("templates", "bulletin.css").replace("/*dark*/", rules)
    return faces + _text("assets", "maplibre-gl.css") + own


@cache
def _library() -> str:
    """Return the map library without the comment that names its source map, which a browser's tools would fetch."""
    lines = _text("assets", "maplibre-gl.js").rstrip().splitlines()
    return "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL=")) + "\n"


def _script_hash(script: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


def _policy(*scripts: str) -> str:
    """Return a policy under which these scripts run and nothing is fetched."""
    hashes = " ".join(_script_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; font-src data:; img-src data: blob:;"
        " worker-src blob:; child-src blob:; connect-src blob:; base-uri 'none'; form-action 'none'"
    )


def _inert(value: object) -> Markup:
    """Return JSON that no parser of HTML can mistake for a tag or a comment."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for letter in "<>&\u2028\u2029":
        written = written.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(written)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: _text("templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        lstrip_blocks=False,
        keep_trailing_newline=True,
    )


def _trusted(markup: str) -> Markup:
    """Mark what this house made itself (style, script, drawings with escaped words) as markup."""
    return Markup(markup)


def render_page(page: Page) -> bytes:
    """Return a page as one HTML file in UTF-8."""
    library, script = _library(), _text("templates", "bulletin.js")
    data = {**page.data, "words": {key: page.labels[key] for key in SCRIPT_WORDS}}
    written = (
        _environment()
        .get_template("bulletin.html")
        .render(
            page=page,
            policy=_policy(library, script),
            style=_trusted(_style()),
            library=_trusted(library),
            script=_trusted(script),
            data=_inert(data),
            roles=VERDICT_ROLES,
            chart_svg=_trusted(page.chart.svg),
            chart_narrow_svg=_trusted(page.chart.narrow_svg),
            map_svg=_trusted(page.map_.svg),
        )
    )
    return written.encode("utf-8")


def render_html(bulletin: Bulletin) -> bytes:
    """Return a bulletin as one HTML file that works from disk with no network and without scripts.

    Returns
    -------
    bytes
        UTF-8; the same for the same bulletin.
    """
    return render_page(page_of(bulletin))


def render_pdf(bulletin: Bulletin) -> bytes:
    """Return a bulletin as PDF on A4, archivable and accessible, with the period's end as its only time.

    Returns
    -------
    bytes
        The same for the same bulletin.
    """
    page = page_of(bulletin)
    content = asdict(page)
    content.pop("data")
    fonts = typst.Fonts(
        include_system_fonts=False, font_paths=[str(files("holdfire.publication").joinpath("assets", "fonts"))]
    )
    return typst.compile(
        _text("templates", "bulletin.typ").encode(),
        format="pdf",
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(content, ensure_ascii=False, sort_keys=True)},
        pdf_standards=PDF_STANDARDS,
        timestamp=page.timestamp,
    )
