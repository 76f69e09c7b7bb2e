"""Stable ids keep their promises over any stream of reports."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.fusion.stream import Carried
from holdfire.records.lineage import RETIRED
from tests.unit.fusion.steps import first_step, groups_of, next_step, rows_of

Members = list[tuple[str, int | None, float]]
NAMES = "abcdefghij"
KEPT = ("same", "grown", "reopened")


@st.composite
def streams(draw: st.DrawFn) -> list[Members]:
    """Draw steps: partitions of up to ten reports that evolve by little, some reports withdrawn or in no incident."""
    groups = {name: draw(st.integers(0, 4)) for name in NAMES}
    present = draw(st.integers(0, len(NAMES)))
    steps = []
    for _ in range(draw(st.integers(2, 6))):
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=2)):
            groups[name] = draw(st.integers(0, 4))
        present = min(len(NAMES), present + draw(st.integers(0, 3)))
        away = draw(st.sets(st.sampled_from(NAMES), max_size=2))
        alone = draw(st.sets(st.sampled_from(NAMES), max_size=1))
        given_ = [name for name in NAMES[:present] if name not in away]
        steps.append([(n, None if n in alone else groups[n], 0.0 if n in alone else 0.9) for n in given_])
    return steps


def run(steps: list[Members], seed: int | None = None) -> list[Carried]:
    """Carry ids through the steps."""
    done = [first_step(steps[0])]
    for number, members in enumerate(steps[1:], start=1):
        done.append(next_step(done[-1], members, day=number, seed=None if seed is None else seed + 10 * number))
    return done


@settings(max_examples=150)
@given(steps=streams())
def test_an_id_keeps_its_meaning(steps: list[Members]) -> None:
    """An id of two successive steps holds all its earlier reports that are still given, and none of another's."""
    done = run(steps)
    for before, after, members in zip(done, done[1:], steps[1:], strict=False):
        old, now, given_ = groups_of(before), groups_of(after), {report for report, _, _ in members}
        assert {report for report, group, _ in members if group is not None} == set().union(*now.values())
        for name in set(old) & set(now):
            others = set().union(*(held for other, held in old.items() if other != name))
            assert old[name] & given_ <= now[name]
            assert old[name] & given_
            assert set() == now[name] & others


@settings(max_examples=150)
@given(steps=streams())
def test_an_id_is_kept_wherever_it_may_be(steps: list[Members]) -> None:
    """Wherever an incident's reports stay together and apart from all other earlier ones, the id is kept."""
    done = run(steps)
    for before, after, members in zip(done, done[1:], steps[1:], strict=False):
        old, now, given_ = groups_of(before), groups_of(after), {report for report, _, _ in members}
        for name, held in old.items():
            left = held & given_
            others = set().union(*(reports for other, reports in old.items() if other != name))
            together = [now_held for now_held in now.values() if left and left <= now_held and not now_held & others]
            assert [now[name]] == together if name in now else together == []


@settings(max_examples=150)
@given(steps=streams())
def test_a_retired_id_never_comes_back(steps: list[Members]) -> None:
    """No id that lineage calls retired stands in any later step, and no new id was ever used."""
    gone: set[str] = set()
    used: set[str] = set()
    for number, step in enumerate(run(steps)):
        current = set(groups_of(step))
        assert set() == current & gone
        if number:
            rows = rows_of(step) if step.lineage.num_rows else []
            made = {row["incident_id"] for row in rows if row["change"] not in (*KEPT, "ended")}
            assert set() == made & used
            gone |= {row["earlier_id"] for row in rows if row["change"] in RETIRED}
        used |= current


@settings(max_examples=150)
@given(steps=streams())
def test_every_id_is_accounted_for(steps: list[Members]) -> None:
    """Each step's lineage names every earlier id and every current one, and its numbers add up."""
    done = run(steps)
    for number, (before, after) in enumerate(pairwise(done), start=1):
        rows = [row for row in after.lineage.to_pylist() if row["step"] == number]
        old, now = groups_of(before), groups_of(after)
        if not old and not now:  # a step without any incident leaves no row, and the next one takes its number
            return
        assert set(old) == {row["earlier_id"] for row in rows} - {None}
        assert set(now) == {row["incident_id"] for row in rows} - {None}
        for row in rows:
            assert len(now.get(row["incident_id"], ())) == row["n_reports"]
            assert len(now.get(row["incident_id"], set()) & old.get(row["earlier_id"], set())) == row["n_shared"]
        for name, held in now.items():
            mine = [row for row in rows if row["incident_id"] == name]
            assert len(held) == sum(row["n_shared"] for row in mine) + mine[0]["n_new"]
            assert 1 == len({row["change"] for row in mine})


@settings(max_examples=80)
@given(steps=streams(), seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(steps: list[Members], seed: int) -> None:
    """Shuffled tables give the same tables."""
    for one, two in zip(run(steps), run(steps, seed), strict=True):
        assert one.incidents.equals(two.incidents)
        assert one.memberships.equals(two.memberships)
        assert one.lineage.equals(two.lineage)
