"""Facts about exposures, rates and what a quiet day is worth; about restrictions; and about undercounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from holdfire.assessment.coverage import EVERYWHERE_ID, watch_shares
from holdfire.assessment.exposure import exposures_of, restriction_sums, seen_in, told_by_watchers, zone_rate
from holdfire.assessment.geometry.areas import area_m2
from holdfire.assessment.shapes import zone_shapes
from holdfire.assessment.undercount import source_groups, undercount_of
from holdfire.assessment.windows import Chances
from holdfire.basics.instants import parse_instant
from holdfire.basics.rates import prob_quiet_is_quiet
from holdfire.records.coverage import COVERAGE_SCHEMA
from holdfire.records.exposure import Exposure, ZoneRate
from holdfire.records.incident import MEMBERSHIP_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from holdfire.records.source import SOURCE_SCHEMA
from tests.unit.assessment.case_words import agreement_named, incidents_of

DAY = parse_instant("2030-03-05 00:00:00", "Europe/Kyiv")
DAYS = 4
END = DAY + timedelta(days=DAYS)
SHOT = {"what": "gunfire", "by": "north", "at": "2030-03-05 12:00:00", "where": [37.5, 48.5]}


def log(*entries: dict[str, Any]) -> pa.Table:
    """Return a watch log; an entry lasts the four days and notices all, unless it says otherwise."""
    whole = {"means": "patrol", "watcher": "mission", "start": DAY, "end": END, "detection": 1.0}
    rows = [{**whole, "coverage_id": f"w{number}", **entry} for number, entry in enumerate(entries)]
    return pa.Table.from_pylist(rows, schema=COVERAGE_SCHEMA)


def exposed(*entries: dict[str, Any], zone: str = "valley", start: datetime = DAY, end: datetime = END) -> Exposure:
    """Return the exposure of a zone of the case files."""
    agreement, coverage = agreement_named("cessation"), log(*entries)
    shapes = zone_shapes(agreement)
    watch = watch_shares(coverage, agreement, shapes, start, end, zone_ids={zone})
    [found] = exposures_of(watch, coverage, agreement, shapes, start, end)
    return found


def rated(n_told: int, *entries: dict[str, Any]) -> ZoneRate:
    """Return the rate of so many certain incidents, all of them told by the watchers."""
    ids = pa.array([f"i{number}" for number in range(n_told)], pa.string())
    return zone_rate(exposed(*entries), (ids, Chances(np.ones(n_told), np.ones(n_told))), ids)


def test_an_exposure_is_area_times_time() -> None:
    """A zone watched for half of the time, noticing half, has a half and a quarter of its area times its hours."""
    agreement = agreement_named("cessation")
    shape = zone_shapes(agreement).filter(pa.compute.field("zone_id") == "valley")["wkb"][0].as_py()
    area_km2 = area_m2(shapely.from_wkb(shape)) / 1e6
    found = exposed({"zone": "valley", "end": DAY + timedelta(days=2), "detection": 0.5})
    assert found.km2_hours == pytest.approx(area_km2 * 24 * DAYS)
    assert (0.5, 0.25) == pytest.approx((found.watched_low / found.whole, found.noticed_low / found.whole))
    assert (found.watched_low, found.noticed_low) == (found.watched_high, found.noticed_high)
    assert (DAYS, 1.0) == (found.n_days, pytest.approx(found.noticed_days_low))


def test_without_a_log_the_exposure_is_a_range() -> None:
    """A case without a log may have been watched not at all or wholly."""
    found = exposed()
    assert (0.0, found.whole) == (found.noticed_low, found.noticed_high)


def test_everywhere_is_never_known_to_be_unwatched() -> None:
    """Where only places were watched, everywhere has a range in hours; where everything was, it is known."""
    found = exposed({"zone": "valley"}, zone=EVERYWHERE_ID)
    assert (None, 0.0, 96.0) == (found.km2_hours, found.noticed_low, found.noticed_high)
    assert pytest.approx(96.0) == exposed({}, zone=EVERYWHERE_ID).noticed_low


def test_only_what_watchers_told_is_held_against_the_watch() -> None:
    """Incidents of other sources make no rate; where no watcher is a source, it is from none to all."""
    ids, all_of = pa.array(["i1", "i2"]), Chances(np.ones(2), np.ones(2))
    exposure = exposed({"zone": "valley"})
    one = zone_rate(exposure, (ids, all_of), pa.array(["i2"]))
    nobody = zone_rate(exposure, (ids, all_of), None)
    assert (2.0, 1.0, 1.0) == (one.seen_low, one.watchers_low, one.watchers_high)
    assert (0.0, 2.0) == (nobody.watchers_low, nobody.watchers_high)


def test_a_quiet_day_is_worth_the_share_that_was_noticed() -> None:
    """Watched whole, a quiet day is quiet; watched by a tenth, it excludes ten times less; unwatched, nothing."""
    whole, tenth = rated(0, {"zone": "valley"}), rated(0, {"zone": "valley", "detection": 0.1})
    assert pytest.approx((1.0, 1.0)) == (whole.prob_quiet_low, whole.prob_quiet_high)
    assert whole.quiet_day_high == pytest.approx(1.92, abs=0.01)
    assert tenth.quiet_day_high == pytest.approx(19.2, abs=0.1)
    # Four days of a tenth each, and one of nine tenths that nobody saw: (0.4 / 1.3) ^ 1/2.
    assert tenth.prob_quiet_low == pytest.approx((0.4 / 1.3) ** 0.5)
    unwatched = rated(3)
    assert (None, 0.0) == (unwatched.quiet_day_high, unwatched.prob_quiet_low)


def test_a_rate_holds_the_true_one_as_often_as_it_says() -> None:
    """In 80 worlds with a watch of 30 % the interval of the rate holds the true rate in at least 84 % of them."""
    rng = np.random.default_rng(3)
    exposure = exposed({"zone": "valley", "detection": 0.3})
    held = 0
    for _ in range(80):
        per_day = rng.uniform(2.0, 12.0)
        n_seen = int(rng.binomial(rng.poisson(per_day * DAYS), 0.3))
        found = rated_with(exposure, n_seen)
        held += found.rate_low <= per_day / (exposure.whole / DAYS) * 1_000.0 <= found.rate_high
    assert 0.84 <= held / 80 <= 0.98


def rated_with(exposure: Exposure, n_told: int) -> ZoneRate:
    """Return the rate of so many certain incidents in an exposure."""
    ids = pa.array([f"i{number}" for number in range(n_told)], pa.string())
    return zone_rate(exposure, (ids, Chances(np.ones(n_told), np.ones(n_told))), ids)


def test_incidents_count_in_their_zone_and_time() -> None:
    """What lies outside of the zone or of the period is not seen in it, and a doubtful one counts by its bounds."""
    said = [{**SHOT, "real": [0.4, 0.6]}, {**SHOT, "where": [36.0, 48.5]}, {**SHOT, "at": "2030-03-20 12:00:00"}]
    incidents = incidents_of(said, "Europe/Kyiv")
    shapes = zone_shapes(agreement_named("cessation"))
    ids, chances = seen_in(incidents, shapes, exposed(), DAY, END)
    assert (["i0000000000000001"], [0.4], [0.6]) == (ids.to_pylist(), chances.lower.tolist(), chances.upper.tolist())


def sources(*rows: dict[str, Any]) -> pa.Table:
    """Return sources by id."""
    plain = {"kind": "media", "curated": False, "reliability": "B", "copies_from": []}
    return pa.Table.from_pylist([{**plain, "name": row["source_id"], **row} for row in rows], schema=SOURCE_SCHEMA)


def told(*pairs: tuple[str, int]) -> tuple[pa.Table, pa.Table]:
    """Return reports and memberships: which source told of which incident."""
    names = [f"r{number}" for number in range(len(pairs))]
    reports = table_from({"report_id": names, "source_id": [source for source, _ in pairs]}, REPORT_SCHEMA)
    rows = [
        {"report_id": name, "incident_id": f"i{number:016x}", "prob": 0.9}
        for name, (_, number) in zip(names, pairs, strict=True)
    ]
    return reports, pa.Table.from_pylist(rows, schema=MEMBERSHIP_SCHEMA)


def test_a_watcher_is_the_source_of_its_id_or_name() -> None:
    """What a watcher told of is found by the source's id, or by its name; without such a source nobody knows."""
    reports, members = told(("a", 1), ("b", 2))
    by_name = sources({"source_id": "a", "name": "mission"}, {"source_id": "b"})
    assert ["i0000000000000001"] == told_by_watchers(members, reports, by_name, log({})).to_pylist()
    assert told_by_watchers(members, reports, sources({"source_id": "a"}), log({})) is None


def test_restrictions_are_summed_by_who_and_why() -> None:
    """Entries hindered alike are one, with their hours within the period; the longest comes first."""
    denied = {"restriction": "denied", "restricted_by": "north", "reason": "checkpoint", "zone": "mill"}
    early = {**denied, "start": DAY - timedelta(days=1), "end": DAY + timedelta(hours=6)}
    sums = restriction_sums(log({"restriction": "jammed", "end": DAY + timedelta(hours=3)}, denied, early), DAY, END)
    assert [("denied", "north", "checkpoint", 2, 102.0, ("mill",)), ("jammed", None, None, 1, 3.0, ("*",))] == [
        (one.restriction, one.restricted_by, one.reason, one.n_entries, one.watch_hours, one.zones) for one in sums
    ]


def test_sources_that_copy_are_one() -> None:
    """Copying joins sources over several steps, and also one that the table does not list."""
    table = sources(
        {"source_id": "a", "copies_from": ["b"]}, {"source_id": "b", "copies_from": ["z"]}, {"source_id": "c"}
    )
    assert {"a": "a+b+z", "b": "a+b+z", "z": "a+b+z", "c": "c"} == source_groups(table)


def world_of(seed: int, n: int, *, lies: int = 0) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table, int]:
    """Return incidents of which five sources told, memberships, reports, sources, and the truth."""
    rng = np.random.default_rng(seed)
    seen = rng.random((n, 5)) < np.where(rng.random(n) < 0.5, 0.5, 0.2)[:, None] * rng.uniform(0.8, 1.2, 5)
    seen = np.concatenate([seen[seen.any(axis=1)], np.eye(5, dtype=bool)[rng.integers(0, 5, lies)]])
    real = [[1.0, 1.0]] * (len(seen) - lies) + [[0.0, 0.2]] * lies
    incidents = incidents_of([{**SHOT, "real": bounds} for bounds in real], "Europe/Kyiv")
    pairs = [(f"s{source}", row + 1) for row, source in zip(*(part.tolist() for part in np.nonzero(seen)), strict=True)]
    reports, members = told(*pairs)
    return incidents, members, reports, sources(*({"source_id": f"s{k}"} for k in range(5))), n


def test_an_undercount_s_bound_is_below_the_truth() -> None:
    """In at least 18 of 20 worlds the bound is at most the truth, and more than was told."""
    found = []
    for seed in range(20):
        incidents, members, reports, table, n = world_of(seed, 300)
        under = undercount_of(incidents, members, reports, table, DAY, END)
        assert under.n_seen <= under.n_all_low <= under.n_all
        found.append(under.n_all_low <= n)
    assert sum(found) >= 18


def test_lies_of_single_sources_do_not_pass_for_what_others_missed() -> None:
    """A hundred doubtful tales of one source each move the bound by little, and the classes by no more."""
    plain, lied = (undercount_of(*world_of(1, 300, lies=lies)[:4], DAY, END) for lies in (0, 100))
    assert lied.n_all_low <= plain.n_all_low * 1.01
    assert plain.classes is not None and plain.why_no_classes is None
    assert plain.classes.n_all_low <= 300 <= plain.classes.n_all_high
    assert len(plain.assumptions) == 5


def test_nothing_told_bounds_nothing() -> None:
    """Without incidents in the period the bound is nought, and it is said why there is no estimate."""
    incidents, members, reports, table, _ = world_of(1, 30)
    under = undercount_of(incidents, members, reports, table, END, END + timedelta(days=1))
    assert (0.0, 0.0, None) == (under.n_seen, under.n_all_low, under.classes)
    assert under.why_no_classes == "nobody told of anything"


def test_a_quiet_day_s_ends_take_the_watchers_and_everybody() -> None:
    """The low end rests on the watchers' incidents and what they noticed, the high end on all and every day."""
    exposure = exposed({"zone": "valley", "detection": 0.6})
    found, days = rated_with(exposure, 4), exposure.hours / 24.0
    assert prob_quiet_is_quiet(4.0, days * 0.6, 0.6) == pytest.approx(found.prob_quiet_low)
    assert prob_quiet_is_quiet(4.0, days, 0.6) == pytest.approx(found.prob_quiet_high)
