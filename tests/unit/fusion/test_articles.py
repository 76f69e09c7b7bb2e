"""Articles: which reports come from one, and what that says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from holdfire.fusion.articles import judge_articles
from holdfire.fusion.prepare import prepare
from tests.unit.fusion.reports import DAY, make_reports, make_sources

TEXT = "Shells hit the mill at the river, residents say"


def documents(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return the number of each report's article."""
    prepared = prepare(make_reports(rows), make_sources([{"source_id": name} for name in ("one", "two")]))
    return dict(zip(prepared.table["report_id"].to_pylist(), prepared.document.tolist(), strict=True))


def row(report: str, source: str = "one", **more: Any) -> dict[str, Any]:
    return {"report_id": report, "source_id": source, "lon": 30.7, "lat": 46.5, "at": 1.0, "hours": 24.0, **more}


def test_a_document_is_an_article_of_its_source() -> None:
    """Reports with one document and one source share an article; the same address of another source does not."""
    found = documents([row("a", document="d1"), row("b", document="d1"), row("c", "two", document="d1"), row("d")])
    assert found["a"] == found["b"] != found["c"]
    assert -1 == found["d"]


def test_equal_words_published_at_once_are_one_article() -> None:
    """Without a document, equal words of a source published at one instant are one article; at another they are not."""
    said = {"text": TEXT, "reported_start": DAY}
    found = documents(
        [
            row("a", **said),
            row("b", **said, lon=31.0),
            row("c", **said | {"reported_start": DAY + timedelta(days=1)}, lon=31.5),
        ]
    )
    assert found["a"] == found["b"] >= 0
    assert -1 == found["c"]


def test_a_second_delivery_is_no_second_incident() -> None:
    """A report that repeats another in every respect is not held against it."""
    said = {"text": TEXT, "reported_start": DAY}
    found = documents([row("a", **said), row("b", **said), row("c", **said, lon=31.0)])
    assert 1 == sum(found[name] == -1 for name in "ab")
    assert found["c"] >= 0


def test_lists_are_told_from_stories() -> None:
    """A source whose articles reach far apart lists incidents (-6 nats); one whose articles stay near tells one (0)."""
    n = 60
    document = np.repeat(np.arange(n, dtype=np.int32), 2)
    source = np.repeat(np.array([0, 1], np.int32), n)
    first = np.repeat(np.arange(0, 2 * n, 2), 2)
    near = (source == 1) | (np.arange(2 * n) == first)
    nats = judge_articles(document, source, near, first, 3)
    assert nats[0] < -4.0 and 0.0 == nats[1]
    assert -6.0 <= nats[2] <= 0.0
