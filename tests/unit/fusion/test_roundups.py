"""Facts about reports that tell of several incidents: what they join, what they name, and what they weigh."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from holdfire.fusion.fuse import Fused, fuse
from holdfire.fusion.roundups import LEAST_PROB, MOST_PROB, MOST_SHARE, MOST_SOURCES, WEIGHT, _chances
from holdfire.records.taxonomy import builtin_tree
from tests.unit.fusion.reports import make_reports, make_sources

KINDS = builtin_tree("kinds")
Rows = list[dict[str, Any]]


def telling(name: str, lon: float, lat: float, at: float, sources: tuple[str, ...] = ("s0", "s1")) -> Rows:
    """Return one report by each source of one incident."""
    return [
        {"report_id": f"{name}{k}", "source_id": source, "lon": lon + 0.001 * k, "lat": lat, "sigma_m": 500.0, "at": at}
        for k, source in enumerate(sources)
    ]


def summing(name: str, count: int, source: str = "media", **other: Any) -> Rows:
    """Return a round-up of day 0 in the district of ``THREE``."""
    row = {"report_id": name, "source_id": source, "lon": 30.7, "lat": 46.5, "sigma_m": 15_000.0}
    return [row | {"at": 0.0, "hours": 24.0, "kind": "explosion", "count_best": count} | other]


ELSEWHERE = [
    row
    for day in range(40)
    for row in telling(f"z{day:02d}", 31.5 + 0.05 * (day % 7), 46.9 + 0.04 * (day % 5), 24.0 * (day + 3) + day * 5 % 20)
]
A, B, C = telling("a", 30.65, 46.45, 3.0), telling("b", 30.75, 46.52, 9.0), telling("c", 30.70, 46.60, 15.0)
THREE = [*A, *B, *C]
LONE = [*A, *B, *telling("c", 30.70, 46.60, 15.0, ("s2",))]
"""The third incident is told by one report."""


def run(rows: Rows, curated: tuple[str, ...] = (), seed: int | None = None) -> Fused:
    """Fuse some reports beside those of other days and places."""
    table = make_reports([*ELSEWHERE, *rows])
    if seed is not None:
        table = table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))
    names = sorted({*table["source_id"].to_pylist(), "media", "other"})
    return fuse(table, make_sources([{"source_id": s, "curated": s in curated} for s in names]), KINDS)


def told_by(fused: Fused, report: str) -> dict[str, float]:
    """Return the chances of a report's incidents, each called by its smallest report that is no round-up."""
    least: dict[str, str] = {}
    rows = fused.memberships.to_pylist()
    for row in sorted(rows, key=lambda row: (row["report_id"].startswith("su"), row["report_id"])):
        least.setdefault(row["incident_id"], row["report_id"])
    return {least[row["incident_id"]]: row["prob"] for row in rows if row["report_id"] == report}


def incident_of(fused: Fused, report: str) -> dict[str, Any]:
    """Return the incident of a report's first membership."""
    name = next(row["incident_id"] for row in fused.memberships.to_pylist() if row["report_id"] == report)
    return next(row for row in fused.incidents.to_pylist() if row["incident_id"] == name)


def odds_of_c(rows: Rows) -> float:
    """Return the odds that the third incident happened."""
    prob = float(incident_of(run(rows), "c0")["prob_real"])
    return prob / (1.0 - prob)


def test_a_round_up_tells_of_the_incidents_in_its_place_and_time() -> None:
    """Three incidents of the day in the district, of which others tell, are all that a count of three says."""
    fused = run([*THREE, *summing("sum", 3)])
    told = told_by(fused, "sum")
    assert {"a0", "b0", "c0"} == set(told)
    assert 2.5 < sum(told.values()) <= 3.0
    assert run(THREE).incidents.num_rows == fused.incidents.num_rows


def test_a_round_up_of_more_than_others_tell_stands_beside_them() -> None:
    """A count of eight, of which others tell three, leaves an incident of its own, which is its main one."""
    fused = run([*THREE, *summing("sum", 8)])
    told = told_by(fused, "sum")
    assert {"sum", "a0", "b0", "c0"} == set(told)
    assert ("sum", 1.0) == next(iter(told.items()))
    assert (1, 1) == (incident_of(fused, "sum")["n_reports"], incident_of(fused, "sum")["n_sources"])


@pytest.mark.parametrize("other", [{"at": 48.0}, {"lon": 33.0}])
def test_a_round_up_of_another_day_or_place_tells_of_none_of_them(other: dict[str, Any]) -> None:
    """Two days later, or far away, it stands alone."""
    assert {"sum": 1.0} == told_by(run([*THREE, *summing("sum", 3, **other)]), "sum")


def test_a_round_up_joins_nothing() -> None:
    """Incidents keep their reports, places and times, and their numbers of reports and sources."""
    names = ["incident_id", "lon", "lat", "occurred_start", "occurred_end", "kind", "n_reports", "n_sources"]
    before, after = run(THREE), run([*THREE, *summing("sum", 3)])
    assert before.incidents.select(names).equals(after.incidents.select(names))


def test_two_round_ups_of_the_same_are_one_incident() -> None:
    """What only round-ups tell of, two sources alike, is one incident of both."""
    fused = run([*summing("sum", 3), *summing("sun", 3, source="other")])
    assert {"sum"} == set(told_by(fused, "sum")) == set(told_by(fused, "sun"))
    assert 2 == incident_of(fused, "sum")["n_sources"]


def test_its_own_incident_is_the_main_one() -> None:
    """Where two round-ups share an incident of their own, no incident of others is likelier."""
    fused = run([*THREE, *summing("sum", 9), *summing("sun", 9, source="other")])
    for report in ("sum", "sun"):
        told = told_by(fused, report)
        assert {"a0", "b0", "c0", "sum"} == set(told)
        assert "sum" == max(told, key=lambda name: told[name])


def test_a_curated_source_tells_no_incident_twice() -> None:
    """A curated round-up leaves out what its source tells otherwise, and what a better one of its own tells."""
    rows = [*THREE, *summing("sum", 3, source="s0"), *summing("sun", 2, source="other", kind="explosion/missile")]
    fused = run([*rows, *summing("sup", 2, source="other")], curated=("s0", "other"))
    assert {"sum"} == set(told_by(fused, "sum"))
    held = [row["incident_id"] for row in fused.memberships.to_pylist() if row["report_id"] in ("sun", "sup")]
    assert 3 <= len(held) == len(set(held))


def test_a_round_up_raises_the_odds_by_its_weight() -> None:
    """One source's round-ups raise the odds of a lone report's incident once, by at most their weight."""
    before, one = odds_of_c(LONE), odds_of_c([*LONE, *summing("sum", 3)])
    again = odds_of_c([*LONE, *summing("sum", 3), *summing("sun", 3)])
    assert 1.3 < one / before < 1.1 * (1.0 + WEIGHT)
    assert again / before < 1.1 * (1.0 + WEIGHT)


def test_the_weight_of_many_round_ups_is_bounded() -> None:
    """Round-ups of five sources raise the odds of an incident no more than the stated number of sources could."""
    rows = [row for k in range(5) for row in summing(f"su{k}", 3, source=f"m{k}")]
    assert odds_of_c([*LONE, *rows]) / odds_of_c(LONE) < 1.25 * (1.0 + WEIGHT * MOST_SOURCES)


def test_a_source_does_not_confirm_itself() -> None:
    """A round-up by the source of the lone report adds less to its odds than another's."""
    own, other = (odds_of_c([*LONE, *summing("sum", 3, source=source)]) for source in ("s2", "other"))
    assert own < other


def test_shuffled_rows_give_the_same_tables() -> None:
    """The order of rows changes neither incidents nor memberships, which come in their stated order."""
    rows = [*THREE, *summing("sum", 3), *summing("sun", 9, source="other")]
    one, two = run(rows), run(rows, seed=7)
    assert one.incidents.equals(two.incidents)
    assert one.memberships.equals(two.memberships)
    listed = [(row["report_id"], -row["prob"], row["incident_id"]) for row in one.memberships.to_pylist()]
    assert sorted(listed) == listed


def test_every_report_is_listed_and_no_more_than_once_for_an_incident() -> None:
    """Each report has a row, only round-ups have several, and none has one twice."""
    rows = [*THREE, *summing("sum", 3), *summing("sun", 9, source="other")]
    table = run(rows).memberships
    ids = table["report_id"].to_pylist()
    assert {row["report_id"] for row in [*ELSEWHERE, *rows]} == set(ids)
    assert {"sum", "sun"} == {name for name in set(ids) if ids.count(name) > 1}
    assert len(ids) == len(set(zip(ids, table["incident_id"].to_pylist(), strict=True)))
    assert all(LEAST_PROB <= prob <= 1.0 for prob in table["prob"].to_pylist())


@pytest.mark.parametrize("count", [2.0, 5.0, 40.0])
def test_chances_add_up_to_about_the_count(count: float) -> None:
    """Of many good candidates no more than may be is chosen; poor ones are not pressed into the count."""
    good, poor, which = np.zeros(100), np.full(100, -9.0), np.zeros(100, np.int64)
    counts, seen = np.array([count]), np.array([0.8])
    assert MOST_SHARE * count == pytest.approx(_chances(which, good, counts, seen).sum())
    assert 0.8 * count == pytest.approx(
        _chances(which[:1].repeat(int(count)), good[: int(count)], counts, seen).sum(), rel=0.3
    )
    assert _chances(which, poor, counts, seen).sum() < 0.5 * count


def test_chances_keep_the_order_of_evidence_and_their_bounds() -> None:
    """A better candidate is never less likely, and a larger count makes each one likelier."""
    nats, which = np.linspace(-11.0, 6.0, 30), np.zeros(30, np.int64)
    few, many = (_chances(which, nats, np.array([n]), np.array([0.8])) for n in (3.0, 9.0))
    assert (np.diff(few) >= 0.0).all()
    assert (many >= few).all()
    assert MOST_PROB == pytest.approx(many.max())
