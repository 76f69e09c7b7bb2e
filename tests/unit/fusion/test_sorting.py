"""Rows put in order by small whole numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfire.fusion.sorting import adjacency, half_edges, order_by, order_by_two

N = 12
PAIRS = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] < p[1]), unique=True)


@given(numbers=st.lists(st.integers(0, N - 1)))
def test_equal_numbers_keep_their_order(numbers: list[int]) -> None:
    """The order is that of a stable sort."""
    column = np.array(numbers, np.int32)
    assert np.argsort(column, kind="stable").tolist() == order_by(column, N).tolist()


@given(pairs=st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1))))
def test_two_columns_sort_by_the_first_then_the_second(pairs: list[tuple[int, int]]) -> None:
    """The order is that of sorting pairs."""
    first, second = np.array(pairs, np.int32).reshape(-1, 2).T.copy()
    order = order_by_two(first, second, N)
    assert sorted(pairs) == [pairs[k] for k in order.tolist()]


@given(pairs=PAIRS)
def test_each_row_lists_the_ends_of_its_edges(pairs: list[tuple[int, int]]) -> None:
    """Neighbours are ascending, with the numbers of their edges, and lists hold each half-edge once."""
    pairs = sorted(pairs)
    left, right = np.array(pairs, np.int32).reshape(-1, 2).T.copy()
    first, other, edge = adjacency(N, left, right)
    head, _, follow = half_edges(N, left, right)
    for row in range(N):
        expected = sorted(
            [(b, k) for k, (a, b) in enumerate(pairs) if a == row]
            + [(a, k) for k, (a, b) in enumerate(pairs) if b == row]
        )
        assert expected == list(
            zip(other[first[row] : first[row + 1]].tolist(), edge[first[row] : first[row + 1]].tolist(), strict=True)
        )
        listed, half = [], int(head[row])
        while half >= 0:
            listed.append(half // 2)
            half = int(follow[half])
        assert sorted(k for _, k in expected) == sorted(listed)
