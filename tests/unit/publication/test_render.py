"""Facts about the page and the print: they stand alone, say the same, and run nothing that came in."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from holdfire.publication.render import render_html, render_pdf
from holdfire.publication.views import page_of
from holdfire.records.bulletin import Bulletin
from tests.unit.publication.case_factory import SCRIPT

SNAPSHOTS = Path(__file__).resolve().parents[2] / "snapshots"
BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "caption", "tr", "blockquote", "figcaption", "option", "title"}


class Reader(HTMLParser):
    """Gather a page's tags, attributes and texts as a browser without scripts would."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = [""]
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.open.append(tag)
            (self.scripts if tag == "script" else self.styles).append("")
        if tag in BLOCKS:
            self.lines.append("")
        if tag in ("td", "th"):
            self.lines[-1] += " | "

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        if tag in BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self.open:
            held = self.scripts if self.open[-1] == "script" else self.styles
            held[-1] += data
        else:
            self.lines[-1] += data


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    reader.close()
    return reader


def visible(page: bytes) -> str:
    """Return what a reader sees, one block a line."""
    lines = (re.sub(r"\s+", " ", line.replace("\u2060", "")).strip(" |") for line in read(page).lines)
    return "\n".join(line for line in lines if line) + "\n"


@pytest.fixture(scope="module")
def page(bulletin: Bulletin) -> bytes:
    return render_html(bulletin)


def test_the_page_fetches_nothing(page: bytes) -> None:
    """No element of the page names anything outside of it."""
    named = [
        (tag, name, value)
        for tag, attributes in read(page).tags
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "ping", "background", "xlink:href")
        and not (value or "").startswith("#")
    ]
    assert [] == named
    assert "sourceMappingURL" not in page.decode()
    assert [] == [url for style in read(page).styles for url in re.findall(r"url\((?!['\"]?(?:data:|#))[^)]*", style)]
    assert [] == [style for style in read(page).styles if "@import" in style]


def test_the_policy_names_every_script_and_no_other_place(page: bytes) -> None:
    """The page's own policy forbids every fetch, and every script but the two that it carries."""
    policy = next(
        attributes["content"] or ""
        for tag, attributes in read(page).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert 2 == policy.count("'sha256-")
    assert "http" not in policy and "unsafe-eval" not in policy


def test_report_text_is_inert(page: bytes, bulletin: Bulletin) -> None:
    """A report's text of tags, template marks and formulas is shown as it came and is never markup."""
    assert any(SCRIPT[:40] in quote.text for item in bulletin.incidents for quote in item.quotes)
    reader = read(page)
    assert 3 == len(reader.scripts)
    assert " ".join(SCRIPT.split()) in visible(page)
    assert b"<script>alert" not in page


def test_data_for_the_script_holds_no_tag(bulletin: Bulletin) -> None:
    """No text within the page's data can end the element that holds it."""
    evil = replace(bulletin.incidents[0], place_name="</script><script>x()<!--\u2028")
    found = render_html(replace(bulletin, incidents=(evil, *bulletin.incidents[1:])))
    reader = read(found)
    assert 3 == len(reader.scripts)
    data = next(text for text in reader.scripts if text.startswith("{"))
    assert not re.search(r"[<>&\u2028\u2029]", data)
    assert any("</script>" in str(place[0]) for place in json.loads(data)["places"])


def test_the_page_is_modest(page: bytes) -> None:
    """A page of a day is below 1.6 MB, most of it the map library."""
    assert len(page) < 1_600_000


def test_the_page_says_everything_without_a_script(page: bytes, bulletin: Bulletin) -> None:
    """Tables, charts and map are in the page itself, and every clause's text beside its numbers."""
    words = visible(page)
    assert page.count(b"<svg") > 3 and b'class="static-map"' in page and b'class="timeline"' in page
    assert all(clause.text["en"] in words for clause in bulletin.agreement.clauses)
    assert bulletin.content_sha256 in words
    assert "Sallow Post archive (fictional), CC BY 4.0" in words
    assert "Silence is not compliance." in words


def test_the_first_screen_answers_first(page: bytes) -> None:
    """What is most likely breached and what changed come before everything else."""
    lines = visible(page).splitlines()
    lede = next(index for index, line in enumerate(lines) if line.startswith("Most likely breached: clause 3"))
    changes = next(index for index, line in enumerate(lines) if line.endswith("What changed since 13 May 2031"))
    clauses = lines.index("3Clause by clause")
    assert lede < changes < clauses


def test_no_language_of_the_page_is_mixed_up(public: Bulletin) -> None:
    """The Ukrainian page calls itself Ukrainian, and marks the readers' English messages as English."""
    tags = read(render_html(public)).tags
    assert "uk" == next(attributes["lang"] for tag, attributes in tags if tag == "html")
    assert any(tag == "td" and attributes.get("lang") == "en" for tag, attributes in tags)


def test_ids_are_unique_and_links_lead_somewhere(page: bytes) -> None:
    """Each id stands once, and each link within the page has its place."""
    tags = read(page).tags
    ids = [attributes["id"] for _, attributes in tags if attributes.get("id")]
    links = {(attributes.get("href") or "")[1:] for tag, attributes in tags if tag == "a"}
    assert sorted(set(ids)) == sorted(ids)
    assert set() == links - set(ids)


@pytest.mark.parametrize("name", ["bulletin.en.txt", "bulletin.public.uk.txt"])
def test_the_bulletin_says_what_it_said(name: str, bulletin: Bulletin, public: Bulletin) -> None:
    """What a reader sees is what was looked over; after a wanted change, write the file anew."""
    found = visible(render_html(public if "public" in name else bulletin))
    assert (SNAPSHOTS / name).read_text(encoding="utf-8") == found


def pdf_text(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pages)).replace("\u2060", "")


def test_the_print_is_the_same_bytes_twice(bulletin: Bulletin) -> None:
    """The same bulletin gives the same PDF, with the period's end as its only time."""
    first = render_pdf(bulletin)
    assert first == render_pdf(bulletin)
    made = PdfReader(io.BytesIO(first)).metadata
    assert made is not None and "D:20310514190000Z" in str(made.get("/CreationDate"))


@pytest.mark.parametrize("fixture", ["bulletin", "public"])
def test_the_print_says_what_the_page_says(fixture: str, request: pytest.FixtureRequest) -> None:
    """Page and print tell the same sentences, clauses, gaps and attributions."""
    held: Bulletin = request.getfixturevalue(fixture)
    words, page = pdf_text(render_pdf(held)), page_of(held)
    told = [*page.lede, *(clause.text for clause in page.clauses), *page.attributions, page.colophon[0].text]
    told += [note.text for section in page.sections.values() for note in section.notes]
    squeezed = words.replace(" ", "").replace("-", "")
    missing = [text for text in told if re.sub(r"[\s\u2060-]", "", text) not in squeezed]
    assert [] == missing


def test_the_first_leaf_answers_first(bulletin: Bulletin) -> None:
    """Headline, changes and most likely breached stand on the first page of the print."""
    first = PdfReader(io.BytesIO(render_pdf(bulletin))).pages[0].extract_text()
    told = re.sub(r"[\s\u2060]", "", first)
    assert all(words in told for words in ("Whatchangedsince", "Mostlikelybreached", "84–99%"))


def test_nothing_is_evaluated_in_the_print(bulletin: Bulletin) -> None:
    """A text of typst's own marks is printed as it came."""
    item = replace(bulletin.incidents[0], place_name='#eval("1+1") *b* $x$ `c` @d <e> \\f')
    words = pdf_text(render_pdf(replace(bulletin, incidents=(item, *bulletin.incidents[1:]))))
    assert '#eval("1+1")*b*$x$`c`@d<e>\\f' in words.replace(" ", "")


def test_the_print_is_archivable_and_accessible(bulletin: Bulletin) -> None:
    """The PDF declares PDF/A-2a and PDF/UA-1, its language and its title."""
    content = render_pdf(bulletin)
    reader = PdfReader(io.BytesIO(content))
    assert reader.metadata is not None
    assert "Marrow Island Ceasefire · Wednesday, 14 May 2031" == reader.metadata.title
    assert "en" == reader.root_object["/Lang"]
    xmp = reader.xmp_metadata
    assert xmp is not None
    packet = xmp.stream.get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet and "<pdfaid:part>2</pdfaid:part>" in packet


def test_many_incidents_stay_within_bounds(bulletin: Bulletin) -> None:
    """A bulletin that lists fewer incidents than it counts says so."""
    found = visible(render_html(replace(bulletin, n_incidents=300_000)))
    assert "hold the 22 strongest of 300,000 incidents" in found
