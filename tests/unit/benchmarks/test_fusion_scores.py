"""Scores of clusterings, and the helpers of the benchmark on real data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.fusion_real import first_day, hidden, largest_sources
from benchmarks.fusion_scores import agreement, best_of
from benchmarks.fusion_speed import exponent
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from

TRUTH = np.array([7, 7, 7, 9])


def reports(sources: list[str], events: list[str]) -> pa.Table:
    n = len(sources)
    table = table_from(
        {
            "report_id": [f"{event}:{k}" for k, event in enumerate(events)],
            "source_id": sources,
            "lon": [float(len(event)) for event in events],
            "lat": [50.0] * n,
            "text": [f"text {k} of {event}" for k, event in enumerate(events)],
            "document": events,
            "raw_row": list(range(n)),
        },
        REPORT_SCHEMA,
    )
    return table.append_column("truth_id", pa.array(events))


def test_a_clustering_that_is_the_truth_scores_one() -> None:
    """Other numbers for the same groups change no score."""
    assert {1.0} == set(agreement(np.array([4, 4, 4, 0]), TRUTH).values())


def test_one_false_join_costs_precision_only() -> None:
    """Everything in one group: three of six pairs are right, and none is missed."""
    found = agreement(np.zeros(4, np.int64), TRUTH)
    assert (0.5, 1.0, 0.5) == (found["precision"], found["recall"], found["count"])
    assert pytest.approx(2 * 0.625 / 1.625) == found["b_cubed"]


def test_a_peer_is_scored_by_its_best_setting() -> None:
    """Each figure is the best of all settings, and the count the one nearest to the truth."""
    found = best_of([np.arange(4), np.zeros(4, np.int64), np.array([0, 0, 1, 2])], TRUTH)
    assert (1.0, 1.0) == (found["precision"], found["recall"])
    assert pytest.approx(1.5) == found["count"]
    assert found["f1"] < 1.0


def test_a_peer_without_a_clustering_is_refused() -> None:
    """No setting at all is an error, not a score of 0."""
    with pytest.raises(ValueError, match="no clustering"):
        best_of([], TRUTH)


def test_the_exponent_of_a_square_is_two() -> None:
    """Seconds that grow as the square of the reports have the exponent 2."""
    assert pytest.approx(2.0) == exponent([10, 100, 1000], [3.0, 300.0, 30_000.0])


def test_nothing_hidden_tells_the_event() -> None:
    """No cell of the hidden reports holds an event's id, and the truth still goes with the rows."""
    events = ["e11", "e11", "e222", "e3333"]
    given = reports(["a"] * 4, events)
    table, truth = hidden(given, 2)
    assert "truth_id" not in table.column_names
    named = table.drop_columns(["text"])
    assert not [cell for row in named.to_pylist() for cell in row.values() if str(cell).startswith("e")]
    assert {None} == set(table.column("raw_row").to_pylist())
    assert sorted(table.column("report_id").to_pylist()) == table.column("report_id").to_pylist()
    told = [text.split()[-1] for text in table.column("text").to_pylist()]
    assert 3 == len(set(zip(told, truth.tolist(), strict=True)))
    assert told != events


def test_the_baseline_joins_equal_places() -> None:
    """Reports with equal coordinates and first day share a label, others do not."""
    label = first_day(reports(["a"] * 3, ["e11", "e22", "e333"]))
    assert label[0] == label[1]
    assert label[0] != label[2]


def test_rare_sources_become_other() -> None:
    """The most frequent sources keep their names; of equally frequent ones the first by name."""
    table = largest_sources(reports(["c", "a", "b", "c"], ["e"] * 4), 2)
    assert ["c", "a", "other", "c"] == table.column("source_id").to_pylist()
