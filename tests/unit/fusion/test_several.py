"""Facts about which reports are round-ups, and of how many incidents they tell."""

from __future__ import annotations

from typing import Any

import pytest

from holdfire.fusion.prepare import prepare
from holdfire.fusion.several import number_in_words, numbers_told
from tests.unit.fusion.reports import make_reports, make_sources

DAY_LONG: dict[str, Any] = {"at": 0.0, "hours": 24.0, "lon": 30.7, "lat": 46.5, "sigma_m": 15_000.0}
ONE: dict[str, Any] = {"at": 3.0, "hours": 1.0, "lon": 30.7, "lat": 46.5, "sigma_m": 500.0}


def told(*rows: dict[str, Any], curated: bool = False) -> list[float]:
    """Return the numbers that some reports tell, beside one plain report, in the order given."""
    table = make_reports([ONE, *rows])
    prepared = prepare(table, make_sources([{"source_id": "s1", "curated": curated}]))
    numbers = dict(zip(prepared.table["report_id"].to_pylist(), numbers_told(prepared).tolist(), strict=True))
    return [numbers[f"r{k + 1:03d}"] for k in range(len(rows))]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("40 shellings along the district yesterday", 40),
        ("Over the day, 12 violations around Odesa", 12),
        ("Three air strikes on the district", 3),
        ("Several mortar attacks were reported", 3),
        ("Daily summary: shelling, 7 cases in all", 7),
        ("Кілька обстрілів за добу", 3),
        ("Ворог атакував район ракетами 9 разів", 9),
        ("Зведення за день: обстріл, усього випадків 4", 4),
        ("П'ять ударів по району", 5),
        ("Несколько обстрелов района за сутки", 3),
        ("За сутки 2 нарушения вокруг Одессы", 2),
        ("Сводка: обстрел, всего случаев: 6", 6),
        ("Сводка за день: удар, всего случаев 2, пишут источники", 2),
    ],
)
def test_words_for_several_are_read(text: str, number: int) -> None:
    """Numbers and words for several, before or after a word for incidents, are read in three languages."""
    assert number == number_in_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Shelling near Odesa, 40 rounds",
        "A mortar attack, 3 hurt",
        "1 attack on the district",
        "Обстріл, пострілів: 12",
        "Взрыв, пострадавших: 3",
        "152 mm howitzer fire",
        "2022 attacks",
        "3.5 attacks",
        "Случаев 3,5 на тысячу",
        "x" * 200 + " 5 attacks",
    ],
)
def test_other_numbers_are_not_incidents(text: str) -> None:
    """Rounds, victims, calibres, years, single attacks and what stands far behind the headline are not counted."""
    assert 0 == number_in_words(text)


def test_a_count_of_a_day_is_a_round_up() -> None:
    """A count of two or more over a day is a round-up; without a best count, the middle of its bounds is taken."""
    rows = [{"count_best": 5}, {"count_low": 2, "count_high": 6}, {"count_high": 3}, {"count_best": 1}]
    assert [5.0, 4.0, 3.0, 1.0] == told(*[DAY_LONG | row for row in rows])


def test_many_rounds_of_an_hour_are_one_incident() -> None:
    """A count within an hour, without a time, or without a place, is no round-up."""
    short, timeless = DAY_LONG | {"hours": 1.0}, DAY_LONG | {"at": None}
    nowhere = {"at": 0.0, "hours": 24.0}
    assert [1.0] * 3 == told(*[row | {"count_best": 12} for row in (short, timeless, nowhere)])


def test_a_signal_sums_nothing_up() -> None:
    """Counted thermal points are signals."""
    assert [1.0] == told(DAY_LONG | {"count_best": 12, "kind": "signal/thermal"})


def test_words_alone_must_speak_of_a_wide_place() -> None:
    """Words for several count for a district, not for a settlement, beside victims or over a stated count of 1."""
    words = DAY_LONG | {"text": "Several attacks over the day"}
    others: list[dict[str, Any]] = [
        {},
        {"sigma_m": 2000.0},
        {"casualties_best": 1},
        {"count_best": 1},
        {"text": "Fire"},
    ]
    assert [3.0, 1.0, 1.0, 1.0, 1.0] == told(*[words | other for other in others])


def test_a_curated_row_is_about_one_incident_unless_it_counts() -> None:
    """What a curated source cites may sum up, its row does not; its count is its own word."""
    words = {"text": "Several attacks over the day"}
    assert [1.0, 4.0] == told(DAY_LONG | words, DAY_LONG | {"count_best": 4}, curated=True)


def test_round_ups_alone_sum_nothing_up() -> None:
    """Where nobody tells of single incidents, each round-up is taken for a report of one."""
    prepared = prepare(make_reports([DAY_LONG | {"count_best": 5}]), make_sources([{"source_id": "s1"}]))
    assert [1.0] == numbers_told(prepared).tolist()
