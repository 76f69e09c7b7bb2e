"""UCDP articles: what ``source_article`` names, in its three shapes.

Turns a GED row into the articles behind its event. The shapes: ``"Office,date,headline";"..."``; the same in three
lists ``source_office``, ``source_date``, ``source_headline``; and free text in older events, which is kept whole as
the citation of one article, since nobody can say where its next one begins. Rule: nothing is dropped; two equal
entries are two articles, as ``number_of_sources`` counts them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date

from holdfire.readers.cells import Row
from holdfire.readers.refusals import CellFault
from holdfire.readers.values import day

__all__ = ["Article", "split_articles"]

_ITEM = re.compile(r"(?P<office>.*?),(?P<day>\d{4}-\d{2}-\d{2}),(?P<headline>.*)", re.DOTALL)
_BREAK = re.compile(r'"\s*;\s*"(?=[^"]*?,\d{4}-\d{2}-\d{2},)')
_LEAD = re.compile(r"[^\d\",;:(]+")
MAX_OFFICE = 60
"""Letters of the words that open free text, up to which they are taken for an office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Hold an article.

    Attributes
    ----------
    office, headline : str
        ``""`` where none is named.
    published_on : date or None
    citation : str
        As UCDP writes it.
    """

    office: str
    headline: str
    published_on: date | None
    citation: str


def _day(text: str) -> date | None:
    try:
        return day(text, "source_article") if text.strip() else None
    except CellFault:
        return None


def _clean(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _article(office: str, published: str, headline: str) -> Article:
    parts = (_clean(office), published.strip(), _clean(headline))
    citation = ", ".join(part for part in parts if part)
    return Article(office=parts[0], headline=parts[2], published_on=_day(published), citation=citation)


def _quoted(text: str) -> list[Article] | None:
    """Return the articles of the quoted shape; None where it is another."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return None
    matches = [_ITEM.fullmatch(item) for item in _BREAK.split(text[1:-1])]
    found = [_article(m["office"], m["day"], m["headline"]) for m in matches if m is not None]
    return found if len(found) == len(matches) else None


def _listed(row: Row) -> list[Article] | None:
    """Return the articles of the three lists; None where they have different lengths."""
    lists = [row.get(name).split(";") for name in ("source_office", "source_date", "source_headline")]
    if not any(part.strip() for part in lists[0]) or len({len(part) for part in lists}) > 1:
        return None
    return [_article(*parts) for parts in zip(*lists, strict=True)]


def _free(text: str) -> Article:
    lead = _LEAD.match(text)
    office = _clean(lead[0]) if lead is not None else ""
    if not 2 <= len(office) <= MAX_OFFICE or office.startswith("http"):
        office = ""
    return Article(office=office, headline="", published_on=None, citation=_clean(text))


def split_articles(row: Row) -> list[Article]:
    """Return the articles behind an event, at least one.

    Examples
    --------
    >>> row = Row(number=2, cells={"source_article": '"Alpha News,2016-01-02,Shells hit a mill";"Beta,2016-01-03,-"'})
    >>> [(article.office, str(article.published_on)) for article in split_articles(row)]
    [('Alpha News', '2016-01-02'), ('Beta', '2016-01-03')]
    >>> split_articles(Row(number=2, cells={"source_article": "Gamma 25/2-09"}))[0].office
    'Gamma'
    """
    text = row.get("source_article")
    quoted = _quoted(text)
    if quoted is not None:
        return quoted
    return _listed(row) or [_free(text)]
