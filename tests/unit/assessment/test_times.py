"""Facts about spans of time and shares of it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from holdfire.assessment.times import (
    ALWAYS,
    OPEN_END,
    OPEN_START,
    Spans,
    force_spans,
    intersect_spans,
    overlaps,
    share_within,
    spans_of,
)
from holdfire.basics.instants import MAX_US, MIN_US, to_us
from tests.unit.assessment.case_words import agreement_named


def spans(*pairs: tuple[int, int]) -> Spans:
    """Return spans of pairs."""
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Spans(table[:, 0], table[:, 1])


def listed(found: Spans) -> list[tuple[int, int]]:
    """Return spans as pairs."""
    return list(zip(found.start.tolist(), found.end.tolist(), strict=True))


def test_open_ends_reach_beyond_every_instant() -> None:
    """An interval without ends becomes the span of all times."""
    assert listed(ALWAYS) == listed(spans_of([(None, None)]))
    assert OPEN_START < MIN_US < MAX_US < OPEN_END


def test_an_interval_without_length_is_no_span() -> None:
    """An interval that ends where it begins, or before, is left out."""
    instant = datetime(2030, 1, 1, tzinfo=UTC)
    assert [] == listed(spans_of([(instant, instant)]))


def test_spans_meet_where_both_hold() -> None:
    """Two rows of spans have in common what lies in both, in order."""
    found = intersect_spans(spans((0, 10), (20, 30)), spans((5, 22), (25, 26)))
    assert [(5, 10), (20, 22), (25, 26)] == listed(found)


def test_a_row_that_ends_where_a_span_begins_does_not_overlap_it() -> None:
    """Intervals are half-open: touching is not overlapping."""
    met = overlaps(np.array([0, 5, 9]), np.array([5, 6, 12]), spans((5, 9), (10, 11)))
    assert [(1, 0, 1), (2, 1, 1)] == list(zip(met.row.tolist(), met.span.tolist(), met.shared_us.tolist(), strict=True))


@pytest.mark.parametrize(
    ("start", "end", "vague", "expected"),
    [
        (0, 10, False, (0.0, 0.0)),
        (10, 11, False, (1.0, 1.0)),
        (9, 11, False, (0.5, 0.5)),
        (0, 40, False, (0.5, 0.5)),
        (0, 40, True, (0.0, 1.0)),
        (12, 14, True, (1.0, 1.0)),
        (40, 50, True, (0.0, 0.0)),
    ],
)
def test_the_share_of_an_uncertain_instant(start: int, end: int, vague: bool, expected: tuple[float, float]) -> None:
    """A known interval is uniform; a vague one gives a range unless it lies wholly within or without."""
    lower, upper = share_within(np.array([start]), np.array([end]), np.array([vague]), spans((10, 20), (25, 35)))
    assert expected == (lower[0], upper[0])


def test_a_suspension_by_a_claimant_takes_time_out() -> None:
    """Force stops while a claimant of the reading has suspended it, and not for anybody else's word."""
    agreement = agreement_named("readings")
    days = [(1, 10), (12, None)]
    expected = [
        (to_us(datetime(2030, 2 if first == 1 else 3, 28 if first == 1 else first - 1, 22, tzinfo=UTC)), last)
        for first, last in days
    ]
    found = listed(force_spans(agreement.readings[0], agreement))
    assert [start for start, _ in expected] == [start for start, _ in found]
    assert [to_us(datetime(2030, 3, 9, 22, tzinfo=UTC)), OPEN_END] == [end for _, end in found]


def test_local_times_follow_the_agreement_s_zone() -> None:
    """Midnight in Kyiv on 1 April 2030 is 21:00 UTC the day before, for summer time has begun."""
    agreement = agreement_named("readings")
    assert [to_us(datetime(2030, 3, 31, 21, tzinfo=UTC))] == force_spans(
        agreement.readings[1], agreement
    ).start.tolist()
