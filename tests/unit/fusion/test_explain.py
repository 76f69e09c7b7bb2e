"""A pair's evidence can be unfolded."""

from __future__ import annotations

import pytest

from holdfire.errors import UnknownIdError
from holdfire.fusion.explain import explain_incident, explain_pair
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.taxonomy import builtin_tree
from tests.unit.fusion.reports import make_reports

KINDS = builtin_tree("kinds")
ROWS = [
    {"lon": 30.73, "lat": 46.48, "source_id": "a", "actor": "RU"},
    {"lon": 30.74, "lat": 46.48, "source_id": "b", "actor": "RU"},
    {"lon": 36.2, "lat": 49.9, "source_id": "c", "kind": "gunfire", "at": 100.0},
]


def test_the_parts_add_up_to_the_whole() -> None:
    """A waterfall's steps sum to the evidence that was weighed."""
    pair = explain_pair(make_reports(ROWS), SOURCE_SCHEMA.empty_table(), KINDS, "r000", "r001")
    assert pytest.approx(pair.total_nats, abs=1e-6) == sum(part.nats for part in pair.parts)
    assert pair.total_nats > 0


def test_what_does_not_fit_speaks_against() -> None:
    """Reports of other places, days and kinds have negative evidence."""
    pair = explain_pair(make_reports(ROWS), SOURCE_SCHEMA.empty_table(), KINDS, "r000", "r002")
    assert pair.total_nats < 0


def test_an_incident_shows_the_tie_of_each_report() -> None:
    """Each report but the first is shown with what ties it best."""
    ties = explain_incident(make_reports(ROWS), SOURCE_SCHEMA.empty_table(), KINDS, ["r000", "r001"])
    assert ["r001"] == [tie.report_a for tie in ties]


def test_an_unknown_report_is_named() -> None:
    """Asking for a report that is not there says so."""
    with pytest.raises(UnknownIdError, match="'nobody'"):
        explain_pair(make_reports(ROWS), SOURCE_SCHEMA.empty_table(), KINDS, "r000", "nobody")
