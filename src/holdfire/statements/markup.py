"""Markup: from HTML and Markdown to pieces of text that keep their place in the stored text.

Rule: a character reference counts as one character that stands where the whole reference stands; scripts, styles,
navigation, forms and comments are not prose. Leaves folding to ``prose``. Source: HTML Living Standard, section 13.
"""

from __future__ import annotations

import html
import re

from holdfire.statements.prose import Piece
from holdfire.statements.words import word_set

__all__ = ["html_blocks", "looks_like_html", "markdown_blocks"]

BLOCK = word_set(
    """
    address article aside blockquote body br caption dd div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr html li main nav ol option p pre section table tbody td tfoot th thead title tr ul
    """
)
NOT_PROSE = ("script", "style", "nav", "form", "button", "noscript", "template", "svg", "footer", "iframe", "select")
SKIPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(" + "|".join(NOT_PROSE) + r")\b[^>]*>.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
TAG = re.compile(
    r"</?([A-Za-z][A-Za-z0-9-]*)\b(?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,2000}>|<[!?][^>]{0,2000}>"
)
REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ROLES = {"title": "aside", "h1": "headline", "h2": "aside", "h3": "aside", "h4": "aside", "h5": "aside",
         "h6": "aside", "figcaption": "aside", "caption": "aside", "time": "aside"}  # fmt: skip
MARKDOWN = re.compile(
    r"(?m)^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)|\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.,!?”\"])[*_](?!\w)"
    r"|!?\[(?=[^\]\n]{0,500}\]\()|\](?=\([^)\n]{0,500}\))"
)
LINK_END = re.compile(r"\]\([^)\n]{0,500}\)")


def looks_like_html(text: str) -> bool:
    """Whether a text is HTML rather than prose that holds a stray bracket."""
    return bool(re.search(r"<!doctype html|<html\b|<(?:p|div|article|h1)\b[^>]*>", text[:4000], re.IGNORECASE))


def html_blocks(text: str) -> list[tuple[str, list[Piece]]]:
    """Return each block of an HTML page as (role, pieces)."""
    blocks: list[tuple[str, list[Piece]]] = []
    pieces: list[Piece] = []
    role = "body"
    place = 0
    while place < len(text):
        letter = text[place]
        hit = None
        if letter == "<":
            hit = SKIPPED.match(text, place) or TAG.match(text, place)
        if hit is not None:
            name = (hit.group(1) or "").lower() if hit.re is TAG else ""
            if name in BLOCK:
                if pieces:
                    blocks.append((role, pieces))
                pieces = []
                role = ROLES.get(name, "body") if not hit.group().startswith("</") else "body"
            place = hit.end()
            continue
        if letter == "&" and (hit := REFERENCE.match(text, place)):
            pieces.append((html.unescape(hit.group()), place, hit.end()))
            place = hit.end()
            continue
        pieces.append((letter, place, place + 1))
        place += 1
    if pieces:
        blocks.append((role, pieces))
    return [(role, pieces) for role, pieces in blocks if any(not reads.isspace() for reads, _, _ in pieces)]


def markdown_blocks(blocks: list[list[Piece]]) -> list[tuple[str, list[Piece]]]:
    """Return blocks without Markdown's marks, as (role, pieces); a first-level heading is a headline."""
    cleaned = []
    for pieces in blocks:
        text = "".join(reads for reads, _, _ in pieces)
        role = "body"
        if heading := re.match(r"[ \t]{0,3}(#{1,6})[ \t]", text):
            role = "headline" if len(heading.group(1)) == 1 else "aside"
        dropped: set[int] = set()
        for pattern in (LINK_END, MARKDOWN):
            for hit in pattern.finditer(text):
                dropped.update(range(hit.start(), hit.end()))
        cleaned.append((role, [piece for i, piece in enumerate(pieces) if i not in dropped]))
    return cleaned
