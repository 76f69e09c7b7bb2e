"""Facts about names: who is meant, who may be meant, and who is not known."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from holdfire.agreement.names import resolve_names, unresolved_names
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from tests.unit.agreement.two_islands import changed, check, load


def reports(**columns: list[Any]) -> pa.Table:
    n = len(next(iter(columns.values())))
    ids = {"report_id": [f"r{k}" for k in range(n)], "source_id": ["s"] * n}
    return table_from({**ids, **columns}, REPORT_SCHEMA)


def resolve_one(**cells: Any) -> dict[str, Any]:
    table = reports(**{name: [cell] for name, cell in cells.items()})
    row: dict[str, Any] = resolve_names(table, load()).to_pylist()[0]
    return row


@pytest.mark.parametrize(
    ("name", "actor"),
    [
        ("northland", "northland"),
        ("Northland", "northland"),
        ("NORTHLAND  ARMY", "northland"),
        ("Lighthouse Guard", "northland"),
        ("Південний острів", "southland"),
        ("ПІВДЕННИЙ ОСТРІВ", "southland"),
        ("Black Flag", "corsairs"),
        ("Westland Coast Guard", "westland"),
        ("Northland Army, Lighthouse Guard", "northland"),
        ("Northland, Southland", None),
        ("Nobody's Militia", None),
        ("Civilians", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_actor(name: str | None, actor: str | None) -> None:
    """An id, a name in any language, an alias and a proxy mean their group, in any letters; others nobody."""
    assert actor == resolve_one(actor=name)["actor"]


def test_the_words_of_the_source_are_kept() -> None:
    """A name that becomes an id, or that nobody bears, stands in the involved names."""
    table = resolve_names(reports(actor=["Northland Army", "Nobody's Militia", "northland"]), load())
    assert [["Northland Army"], ["Nobody's Militia"], None] == table["involved"].to_pylist()


def test_two_sides_are_candidates() -> None:
    """Where the actor is not said, each of two known sides may have done it."""
    row = resolve_one(involved=["Southland Navy", "Northland Army"])
    assert (None, ["northland", "southland"], None) == (row["actor"], row["actor_candidates"], row["target"])


def test_civilians_do_not_shoot() -> None:
    """Against civilians only the other side is a candidate."""
    assert ["southland"] == resolve_one(involved=["Southland", "Civilians"])["actor_candidates"]


@pytest.mark.parametrize("involved", [["Southland", "Nobody's Militia"], ["Southland"], [], None])
def test_an_unknown_side_may_be_anybody(involved: list[str] | None) -> None:
    """A side that is not known or not named leaves the actor open."""
    assert resolve_one(involved=involved)["actor_candidates"] is None


def test_target_is_the_other_of_two() -> None:
    """Of exactly two sides the one that did not act is the target."""
    row = resolve_one(actor="Northland", involved=["Northland", "Black Flag"])
    assert ("northland", "corsairs", None) == (row["actor"], row["target"], row["actor_candidates"])


def test_of_three_sides_none_is_the_target() -> None:
    """Of three sides it is not said which was the target."""
    assert resolve_one(actor="Northland", involved=["Northland", "Black Flag", "Westland"])["target"] is None


@pytest.mark.parametrize(
    ("involved", "bounds"),
    [
        (["Northland", "Southland"], (0.0, 0.0)),
        (["Northland", "Black Flag"], (1.0, 1.0)),
        (["Northland", "Civilians"], (0.0, 0.0)),
        (["Northland", "Westland"], (0.0, 0.0)),
        (["Northland", "Southland rebels"], (0.0, 0.4)),
        (["Northland", "Southland Navy"], (0.0, 0.0)),
        (["Northland", "Nobody's Militia"], (0.0, 1.0)),
        (["Northland", "Southland Navy, Black Flag"], (0.0, 1.0)),
        (["Black Flag, Corsairs", "Northland"], (1.0, 1.0)),
        (["Northland"], (0.0, 1.0)),
        (["Black Flag"], (1.0, 1.0)),
        (None, (0.0, 1.0)),
    ],
)
def test_excluded_groups(involved: list[str] | None, bounds: tuple[float, float]) -> None:
    """The chance that an excluded group was involved is 1 where one is named, and a range where one may be."""
    row = resolve_one(involved=involved)
    assert bounds == (row["excluded_lower"], row["excluded_upper"])


def test_no_excluded_groups() -> None:
    """Where the agreement excludes nobody, nobody excluded is involved, known or not."""
    text = changed(
        (
            "excluded_groups:\n  - id: corsairs\n    name: {en: Corsairs}\n    aliases: [Black Flag]\n"
            "    basis: Named in article 9 as neither bound nor protected.\n",
            "",
        ),
        ("    may_include:\n      - {group: corsairs, labels: [Southland rebels], share: [0, 0.4]}\n", ""),
        ("      - {kind: excluded_groups, groups: [corsairs]}\n", ""),
    )
    agreement, faults = check(text)
    assert agreement is not None and faults == ()
    row = resolve_names(reports(involved=[["Nobody's Militia"]]), agreement).to_pylist()[0]
    assert (0.0, 0.0) == (row["excluded_lower"], row["excluded_upper"])


def test_no_reports() -> None:
    """No reports give no reports, and no unresolved names."""
    empty = REPORT_SCHEMA.empty_table()
    found = resolve_names(empty, load()).num_rows, unresolved_names(empty, load()).num_rows
    assert (0, 0) == found


def test_further_columns_are_carried() -> None:
    """A column that the schema does not know stays behind the others."""
    table = reports(actor=["Northland"]).append_column("extra", pa.array([7]))
    assert [7] == resolve_names(table, load())["extra"].to_pylist()


def test_unresolved_names_are_counted() -> None:
    """A name that resolves to nobody is listed once for each report that holds it, in any letters."""
    table = reports(
        actor=["Nobody's Militia", None, "Northland", None],
        involved=[["NOBODY’S MILITIA"], ["Northland, Third Force"], ["Northland"], ["Third Force", "Civilians"]],
    )
    expected = [{"name": "Third Force", "n_reports": 2}, {"name": "NOBODY’S MILITIA", "n_reports": 1}]
    assert expected == unresolved_names(table, load()).to_pylist()
