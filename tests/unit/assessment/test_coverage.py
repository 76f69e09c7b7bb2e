"""Facts about what was watched, and about who was silent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from holdfire.assessment.coverage import silence_gaps, watch_shares
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.instants import parse_instant
from holdfire.errors import InputError
from holdfire.records.coverage import COVERAGE_SCHEMA, GAP_SCHEMA, WATCH_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from holdfire.records.source import SOURCE_SCHEMA
from tests.unit.assessment.case_words import agreement_named

DAY = parse_instant("2030-03-05 00:00:00", "Europe/Kyiv")
NEXT = parse_instant("2030-03-06 00:00:00", "Europe/Kyiv")


def log(*entries: dict[str, Any]) -> pa.Table:
    """Return a watch log; an entry lasts the whole day and notices all, unless it says otherwise."""
    whole = {"means": "patrol", "watcher": "mission", "start": DAY, "end": NEXT, "detection": 1.0}
    rows = [{**whole, "coverage_id": f"w{number}", **entry} for number, entry in enumerate(entries)]
    return pa.Table.from_pylist(rows, schema=COVERAGE_SCHEMA)


def watched(*entries: dict[str, Any], zone: str = "valley", **given: Any) -> dict[str, Any]:
    """Return the row of one zone on one day."""
    agreement = agreement_named("cessation")
    table = watch_shares(log(*entries), agreement, zone_shapes(agreement), DAY, NEXT, **given)
    assert WATCH_SCHEMA.equals(table.schema)
    [row] = [row for row in table.to_pylist() if row["zone_id"] == zone]
    return dict(row)


def hours(first: int, last: int) -> dict[str, datetime]:
    """Return local hours of the day as start and end."""
    return {"start": DAY + (NEXT - DAY) * (first / 24), "end": DAY + (NEXT - DAY) * (last / 24)}


def test_without_a_log_nothing_is_known() -> None:
    """A case without a watch log does not know what was watched: null, not nought."""
    row = watched()
    assert (None, None, 0) == (row["watched_share"], row["noticed_share"], row["n_watchers"])


def test_a_day_that_the_log_leaves_out_was_not_watched() -> None:
    """Where the log has entries, but none for the zone's day, nought was watched."""
    elsewhere = {"start": datetime(2029, 1, 1, tzinfo=UTC), "end": datetime(2029, 1, 2, tzinfo=UTC), "zone": "valley"}
    assert 0.0 == watched(elsewhere)["watched_share"]


def test_six_hours_are_a_quarter_of_the_day() -> None:
    """A zone that is watched as a whole for six hours is watched by a quarter."""
    row = watched({"zone": "valley", **hours(6, 12), "detection": 0.5})
    assert (0.25, 0.125) == (pytest.approx(row["watched_share"]), pytest.approx(row["noticed_share"]))


def test_watches_together_miss_what_all_of_them_miss() -> None:
    """Two watches that notice half of all things each notice three quarters together."""
    row = watched({"zone": "valley", "detection": 0.5}, {"zone": "valley", "detection": 0.5, "watcher": "other"})
    assert (1.0, 0.75, 2) == (row["watched_share"], pytest.approx(row["noticed_share"]), row["n_watchers"])


def test_a_reach_covers_its_share_of_the_area() -> None:
    """A circle of 20 km watches its part of the valley of 8,190 square kilometres."""
    row = watched({"lon": 37.5, "lat": 48.5, "radius_m": 20_000.0})
    assert pytest.approx(1256.6 / 8190.0, abs=0.02) == row["watched_share"]


def test_a_part_of_the_zone_is_watched_by_another_zone_s_name() -> None:
    """An entry that names another zone covers what the two have in common."""
    row = watched({"zone": "west-bank"})
    assert pytest.approx(10.0 / 73.7, abs=0.03) == row["watched_share"]
    assert 1.0 == watched({"zone": "west-bank"}, zone="west-bank")["watched_share"]


def test_a_denied_watch_is_named_and_watches_nothing() -> None:
    """A denied watch counts as a restriction and not as a watch."""
    row = watched({"zone": "valley", "detection": 0.0, "restriction": "denied"})
    assert (0.0, 0, 1, ["denied"]) == tuple(
        row[key] for key in ("watched_share", "n_watchers", "n_restricted", "restrictions")
    )


def test_everywhere_is_watched_only_by_what_watches_everywhere() -> None:
    """A watch of stated reach covers nothing of what has no bounds."""
    assert 0.0 == watched({"lon": 37.5, "lat": 48.5, "radius_m": 20_000.0}, zone="*")["watched_share"]
    assert 1.0 == watched({}, zone="*")["watched_share"]
    assert 1.0 == watched({}, zone="everywhere")["watched_share"]


def test_a_watch_counts_for_the_kinds_that_it_can_notice() -> None:
    """A sensor for explosions does not watch flights."""
    sensor = {"zone": "valley", "kind": "explosion"}
    assert 1.0 == watched(sensor, kind="explosion/shelling")["watched_share"]
    assert 0.0 == watched(sensor, kind="flight")["watched_share"]


def test_a_zone_that_the_agreement_lacks_is_refused() -> None:
    """A log that names an unknown zone is an error which says so."""
    with pytest.raises(InputError, match="'moon'"):
        watched({"zone": "moon"})


def test_a_zone_follows_its_line_within_the_day() -> None:
    """On the day on which a zone moves, each place of it counts for its part of the day."""
    agreement = agreement_named("readings")
    start, end = parse_instant("2030-03-06", "Europe/Kyiv"), parse_instant("2030-03-07", "Europe/Kyiv")
    entry = {"start": start, "end": end, "lon": 37.85, "lat": 48.5, "radius_m": 1e6}
    table = watch_shares(log(entry), agreement, zone_shapes(agreement), start, end)
    rows = {(row["zone_id"], row["reading"]): row["watched_share"] for row in table.to_pylist()}
    assert (1.0, 1.0) == (rows["west-bank", "from-march"], rows["west-bank", "from-april"])


def gaps(*spoken: tuple[str, str], first: str = "2030-01-01", last: str = "2030-01-06") -> list[tuple[Any, ...]]:
    """Return the gaps of sources a and b, given (source, day) of their reports."""
    rows = [
        {"report_id": f"r{number}", "source_id": source, "reported_start": parse_instant(day, "UTC")}
        for number, (source, day) in enumerate(spoken)
    ]
    reports = pa.Table.from_pylist(rows, schema=REPORT_SCHEMA)
    same = {"kind": "media", "curated": False, "reliability": "F", "copies_from": []}
    listed = [{"source_id": name, "name": name, **same} for name in ("a", "b")]
    sources = pa.Table.from_pylist(listed, schema=SOURCE_SCHEMA)
    table = silence_gaps(reports, sources, parse_instant(first, "UTC"), parse_instant(last, "UTC"))
    assert GAP_SCHEMA.equals(table.schema)
    return [tuple(row.values()) for row in table.to_pylist()]


def test_silent_days_are_gaps() -> None:
    """Days between a source's reports, before the first and behind the last, are gaps; so is a whole silent period."""
    expected = [
        ("a", date(2030, 1, 1), date(2030, 1, 1), 1, False),
        ("a", date(2030, 1, 3), date(2030, 1, 4), 2, False),
        ("b", date(2030, 1, 1), date(2030, 1, 5), 5, True),
    ]
    assert expected == gaps(("a", "2030-01-02"), ("a", "2030-01-05T23:59:59"), ("a", "2030-01-05"), ("a", "2031-01-01"))


def test_a_source_that_is_not_listed_can_be_silent_too() -> None:
    """A source that only the reports name has its gaps as well."""
    assert {"a", "b", "c"} == {row[0] for row in gaps(("c", "2030-01-01"))}


def test_a_report_speaks_on_the_day_it_was_published_else_came_in() -> None:
    """The day of publication goes before that of receipt, and this before that of the event."""
    day = {name: parse_instant(f"2030-01-0{number}", "UTC") for number, name in enumerate("por", start=1)}
    columns = {
        "report_id": ["1", "2", "3"],
        "source_id": ["a"] * 3,
        "reported_start": [day["p"], None, None],
        "received_at": [day["o"], day["o"], None],
        "occurred_start": [day["r"]] * 3,
    }
    start, end = parse_instant("2030-01-01", "UTC"), parse_instant("2030-01-05", "UTC")
    table = silence_gaps(table_from(columns, REPORT_SCHEMA), SOURCE_SCHEMA.empty_table(), start, end)
    assert [date(2030, 1, 4)] == table["first_on"].to_pylist()


def test_a_period_without_length_has_no_gaps() -> None:
    """No day, no gap."""
    assert [] == gaps(first="2030-01-01", last="2030-01-01")
