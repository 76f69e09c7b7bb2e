"""Properties of publication: whatever came in, it is shown as text, hashed as a set, and kept coarse."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.basics.places import distance_m
from holdfire.publication.bulletin import compose
from holdfire.publication.digest import table_sha256
from holdfire.publication.language import Speech
from holdfire.publication.redact import cell_centres
from holdfire.publication.render import render_html
from holdfire.publication.tables import disarmed, render_tables
from tests.unit.publication.case_factory import DAY_END, DAY_START, make_case

CASE = make_case(12)
BULLETIN = compose(CASE, start=DAY_START, end=DAY_END, language="en")
MARKS = st.sampled_from(
    ["<", ">", "</script>", "<script>", "<!--", "-->", "]]>", "&", "&lt;", "'", '"', "{{", "{%", "#}"]
)
TEXTS = st.lists(st.one_of(MARKS, st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), max_size=30).map(
    "".join
)


class Counter(HTMLParser):
    """Count a page's elements, and gather the texts of its quotations."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.counts: dict[str, int] = {}
        self.quotes: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag == "blockquote":
            self.inside, self.quotes = True, [*self.quotes, ""]
        elif tag == "cite":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.quotes[-1] += data


def read(page: bytes) -> Counter:
    counter = Counter()
    counter.feed(page.decode())
    counter.close()
    return counter


def quoted(words: str) -> bytes:
    """Return the page on which one report says these words."""
    item = BULLETIN.incidents[0]
    quote = replace(item.quotes[0], text=words, language=None, document=None)
    return render_html(replace(BULLETIN, incidents=(replace(item, quotes=(quote,)), *BULLETIN.incidents[1:])))


PLAIN = read(quoted("words"))


@settings(max_examples=25)
@given(TEXTS)
def test_whatever_a_report_says_is_text(words: str) -> None:
    """No words of a report add an element to the page, and all of them can be read on it."""
    found = read(quoted(words))
    assert PLAIN.counts == found.counts
    assert words.strip() == found.quotes[0].strip()


@given(st.text(max_size=40))
def test_no_cell_begins_as_a_formula(words: str) -> None:
    """A disarmed text never begins with a sign that a spreadsheet runs, and keeps its words."""
    assert not disarmed(words).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert disarmed(words).removeprefix("'") == words or disarmed(words) == words


@settings(max_examples=25)
@given(st.lists(st.text(max_size=20), min_size=12, max_size=12))
def test_a_csv_gives_its_texts_back(names: list[str]) -> None:
    """Whatever a place is called, the table is read back row by row with that name, disarmed."""
    table = CASE.incidents
    index = table.schema.get_field_index("place_name")
    named = table.set_column(index, table.schema.field(index), pa.array(names, pa.string()))
    content = render_tables(
        replace(CASE, incidents=named), start=DAY_START.replace(year=2030), end=DAY_END, forms=("csv",)
    )["incidents.csv"]
    rows = {row["incident_id"]: row["place_name"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))}
    ids = table["incident_id"].to_pylist()
    assert {ids[number]: disarmed(name) for number, name in enumerate(names)} == rows


@given(
    st.lists(st.tuples(st.text(max_size=5), st.integers(-5, 5), st.none() | st.floats(0, 1)), max_size=12), st.randoms()
)
def test_the_order_of_rows_is_no_content(rows: list[tuple[str, int, float | None]], chance: object) -> None:
    """A table's hash is the same for every order of its rows, repeats and nulls among them."""
    schema = pa.schema([("report_id", pa.string()), ("n", pa.int64()), ("p", pa.float64())])

    def table(ordered: list[tuple[str, int, float | None]]) -> pa.Table:
        return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in ordered], schema=schema)

    other = list(rows)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert table_sha256(table(rows)) == table_sha256(table(other))


@given(st.floats(-180, 180), st.floats(-85, 85), st.sampled_from([1000.0, 5000.0, 25_000.0]))
def test_a_cell_never_tells_more_than_its_size(lon: float, lat: float, cell_m: float) -> None:
    """A place is published within its cell, and every place of the cell is published alike."""
    lons, lats = np.array([lon]), np.array([lat])
    centre = cell_centres(lons, lats, cell_m)
    again = cell_centres(*centre, cell_m)
    near_edge = abs(lon) > 179.0
    assert near_edge or float(distance_m(lons, lats, *centre)[0]) <= cell_m / np.sqrt(2) * 1.02
    assert near_edge or np.allclose(centre[0], again[0])


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["en", "uk"]))
def test_a_range_that_is_not_certain_never_reads_as_certain(one: float, other: float, language: str) -> None:
    """0% and 100% are told of 0 and 1 alone."""
    lower, upper = sorted((one, other))
    told = Speech(language).percent(lower, upper)
    assert (lower == 0.0) == (told == "0%" or told.startswith("0–"))
    assert (upper == 1.0) == (told.endswith("100%"))
