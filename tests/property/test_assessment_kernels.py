"""Hold every kernel to what must be true of any incidents."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.assessment.kernels.registry import KERNELS
from holdfire.records.assessment import FACTORS, LISTED_FROM
from tests.unit.assessment.case_words import agreement_named, incidents_of, judged

FILES = sorted({*KERNELS, "exemptions", "readings"})
TODAY = "2030-06-01 00:00:00"
SLACK = 1e-9
UNRELATED = {
    "what": "governance/dialogue",
    "by": "north",
    "at": "2001-01-01 00:00:00",
    "where": [-120.0, 10.0],
    "target": "facility/school",
    "excluded": [0, 0],
}
"""Of a kind that no case file's clause names, long before and far away."""

KINDS = (
    "explosion", "explosion/shelling", "explosion/shelling/mortar", "explosion/outgoing", "explosion/missile",
    "gunfire", "flight", "flight/attack_drone", "flight/balloon", "naval/approach", "presence", "presence/weapon",
    "presence/weapon/artillery", "presence/forces/position", "movement", "movement/reinforcement", "access",
    "access/denied", "governance", "governance/law",
)  # fmt: skip
NAMES = ("north", "south", "outlaws", "bystanders")


@st.composite
def shares(draw: st.DrawFn, names: tuple[str, ...]) -> dict[str, list[float]]:
    """Draw bounds by name that some masses summing to one can meet."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    weights = [draw(st.integers(0, 10)) for _ in (*chosen, "?")]
    total = sum(weights) or 1
    masses = [weight / total for weight in weights] if sum(weights) else [0.0] * len(chosen) + [1.0]
    slack = draw(st.sampled_from((0.0, 0.0, 0.1, 0.5)))
    return {
        name: [max(0.0, mass - slack), min(1.0, mass + slack)]
        for name, mass in zip((*chosen, "?"), masses, strict=True)
    }


@st.composite
def happenings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an incident about the fictional valley, in the words of the case files."""
    day = draw(st.sampled_from(("2030-02-28", "2030-03-01", "2030-03-05", "2030-03-15", "2030-04-01", "2030-04-30")))
    clock = draw(st.sampled_from(("00:00:00", "08:00:00", "11:59:30", "12:00:00", "23:59:59")))
    low = draw(st.sampled_from((0.2, 0.6, 1.0)))
    said: dict[str, Any] = {
        "what": draw(shares(KINDS)),
        "by": draw(shares(NAMES)),
        "at": f"{day} {clock}",
        "within_time": draw(st.sampled_from(("1 s", "1 min", "1 d", "30 d"))),
        "where": [draw(st.sampled_from((36.9, 37.0, 37.42, 37.5, 37.62))), draw(st.sampled_from((48.42, 48.5, 48.62)))],
        "give_or_take": draw(st.sampled_from(("0 m", "300 m", "3 km", "30 km"))),
        "real": [low, draw(st.sampled_from((low, 1.0)))],
    }
    if draw(st.booleans()):
        said["weapon"] = draw(st.sampled_from(("artillery", "tank", "mortar", "artillery/gun_below_100mm")))
    if draw(st.booleans()):
        said["target"] = draw(st.sampled_from(("facility", "facility/school", "facility/port/grain_terminal")))
        said["target_share"] = draw(st.sampled_from((0.3, 1.0)))
    if draw(st.booleans()):
        said["excluded"] = sorted((draw(st.sampled_from((0.0, 0.3))), draw(st.sampled_from((0.3, 1.0)))))
    return said


def table_of(name: str, happened: list[dict[str, Any]]) -> pa.Table:
    """Assess incidents under a case file's clauses."""
    agreement = agreement_named(name)
    return judged(agreement, incidents_of(happened, agreement.time_zone), TODAY)


def bounds_of(table: pa.Table) -> dict[str, tuple[float, float]]:
    """Return the bounds of each assessment by its id."""
    columns = (table[key].to_pylist() for key in ("assessment_id", "prob_lower", "prob_upper"))
    return {key: (lower, upper) for key, lower, upper in zip(*columns, strict=True)}


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=12)
@given(happened=st.lists(happenings(), min_size=1, max_size=5), seed=st.randoms(use_true_random=False))
def test_the_order_of_incidents_is_immaterial(name: str, happened: list[dict[str, Any]], seed: Any) -> None:
    """Incidents in another order give the same table, row by row."""
    agreement = agreement_named(name)
    incidents = incidents_of(happened, agreement.time_zone)
    order = list(range(incidents.num_rows))
    seed.shuffle(order)
    assert judged(agreement, incidents, TODAY).equals(judged(agreement, incidents.take(order), TODAY))


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=12)
@given(happened=st.lists(happenings(), min_size=1, max_size=4))
def test_an_unrelated_incident_changes_nothing(name: str, happened: list[dict[str, Any]]) -> None:
    """An incident of another kind, long before and far away, adds no row and changes none."""
    alone = table_of(name, happened)
    assert alone.equals(table_of(name, [*happened, UNRELATED]))


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=20)
@given(happened=st.lists(happenings(), min_size=1, max_size=4))
def test_bounds_are_ordered_and_are_the_products_of_their_factors(name: str, happened: list[dict[str, Any]]) -> None:
    """Every bound lies in 0..1, lower is at most upper, and the factors multiply to the result."""
    for row in table_of(name, happened).to_pylist():
        products = {"lower": 1.0, "upper": 1.0}
        for factor in FACTORS:
            assert 0.0 <= row[f"{factor}_lower"] <= row[f"{factor}_upper"] <= 1.0
            for bound in products:
                products[bound] *= row[f"{factor}_{bound}"]
        assert row["prob_lower"] <= row["prob_upper"]
        assert row["prob_upper"] >= LISTED_FROM
        assert (row["prob_lower"], row["prob_upper"]) == pytest.approx((products["lower"], products["upper"]))


def coarser(said: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return bounds of kinds each named one level higher, where there is one."""
    above: dict[str, list[float]] = {}
    for kind, (low, high) in said.items():
        name = kind.rpartition("/")[0] or kind
        before = above.get(name, [0.0, 0.0])
        above[name] = [min(1.0, before[0] + low), min(1.0, before[1] + high)]
    return above


def wider(said: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return bounds by name with a tenth more room on both sides."""
    return {name: [max(0.0, low - 0.1), min(1.0, high + 0.1)] for name, (low, high) in said.items()}


LESS_SURE = {
    "time": lambda said: {**said, "at": None},
    "place": lambda said: {key: value for key, value in said.items() if key != "where"},
    "kind": lambda said: {**said, "what": coarser(said["what"])},
    "kinds": lambda said: {**said, "what": wider(said["what"])},
    "no kind": lambda said: {**said, "what": None},
    "actors": lambda said: {**said, "by": wider(said["by"])},
    "no actor": lambda said: {**said, "by": None},
    "real": lambda said: {**said, "real": [said["real"][0] / 2, 1.0]},
    "excluded": lambda said: {key: value for key, value in said.items() if key != "excluded"},
}


@pytest.mark.parametrize("part", LESS_SURE)
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=6)
@given(happened=st.lists(happenings(), min_size=1, max_size=3))
def test_knowing_less_never_narrows(name: str, part: str, happened: list[dict[str, Any]]) -> None:
    """With one input of the first incident less certain, no result is narrower than before."""
    before = bounds_of(table_of(name, happened))
    after = bounds_of(table_of(name, [LESS_SURE[part](happened[0]), *happened[1:]]))
    for key in before.keys() | after.keys():
        lower, upper = before.get(key, (LISTED_FROM, 0.0))
        less, more = after.get(key, (0.0, 0.0))
        assert less <= lower + SLACK, key
        assert more >= upper - SLACK, key
