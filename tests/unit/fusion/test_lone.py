"""What a lone report is worth."""

from __future__ import annotations

import numpy as np

from holdfire.fusion.lone import judge_lone


def test_without_overlap_the_grade_holds() -> None:
    """Sources that are never seen beside others keep their grade's prior, with a wide range."""
    alone = np.array([[5000.0, 0.0], [400.0, 0.0], [90.0, 0.0]])
    joined = np.array([[20.0, 0.0], [10.0, 0.0], [12.0, 0.0]])
    breadth = np.array([[0.0, 5490.0, 20.0, 1.0]] * 2)
    grades, overlap = np.array([0.3, 0.3, 0.03]), np.array([0.02, 0.02, 0.02])
    lone = judge_lone(alone, joined, np.array([0.9, 0.6, 0.6]), breadth, grades, overlap, 0.03, 0.05)
    assert [0.3, 0.3, 0.0] == [round(float(v), 1) for v in lone.mean[:, 0]]
    assert lone.upper[0, 0] - lone.lower[0, 0] > 0.4


def test_overlap_overrules_the_grade() -> None:
    """A source that is mostly joined, but stands alone far more often than the others, is found to invent."""
    alone = np.array([[400.0, 0.0], [20.0, 0.0], [20.0, 0.0], [20.0, 0.0]])
    joined = np.full((4, 2), [800.0, 0.0])
    breadth = np.array([[0.0, 460.0, 300.0, 500.0, 275.0]] * 2)
    lone = judge_lone(alone, joined, np.full(4, 0.1), breadth, np.full(4, 0.1), np.full(4, 0.85), 0.01, 0.05)
    assert lone.mean[0, 0] > 0.5 > lone.mean[1, 0]


def test_one_source_alone_teaches_nothing() -> None:
    """With one source nothing but the grade speaks."""
    breadth = np.array([[0.0, 50.0]] * 2)
    lone = judge_lone(
        np.array([[50.0, 0.0]]), np.zeros((1, 2)), np.ones(1), breadth, np.array([0.25]), np.zeros(1), 0.03, 0.05
    )
    assert 0.0 == lone.trust[0, 0]
    assert 0.25 == round(float(lone.mean[0, 0]), 2)


def test_reports_that_lost_their_fellows_are_not_false() -> None:
    """The more reports stand alone by mistake, the fewer of them are taken for inventions."""
    alone, joined = np.full((4, 2), [150.0, 0.0]), np.full((4, 2), [800.0, 0.0])
    breadth = np.array([[0.0, 600.0, 600.0, 500.0, 125.0]] * 2)
    few, many = (
        judge_lone(alone, joined, np.full(4, 0.1), breadth, np.full(4, 0.1), np.full(4, 0.8), lost, 0.05).mean[0, 0]
        for lost in (0.0, 0.1)
    )
    assert many < few
