"""Facts about the mean of the bearings from which reports say that fire came."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from holdfire.fusion.bearings import mean_bearings
from holdfire.fusion.fuse import fuse
from holdfire.records.taxonomy import builtin_tree
from tests.unit.fusion.reports import make_reports, make_sources

HERE: dict[str, Any] = {"lon": 30.7, "lat": 46.5, "kind": "explosion/shelling"}
SOURCES = make_sources([{"source_id": "s1"}, {"source_id": "s2"}])


def mean(*said: tuple[float, float]) -> tuple[float, float]:
    """Return the mean of one group's bearings and errors."""
    bearing, sigma = (np.array([one[k] for one in said], np.float64) for k in (0, 1))
    found = mean_bearings(bearing, sigma, np.zeros(len(said), np.int32), 1)
    return float(found[0][0]), float(found[1][0])


def test_a_single_bearing_is_its_own_mean() -> None:
    """One bearing stays as it is; without an error of its own it has 15 degrees."""
    assert (212.5, 4.0) == mean((212.5, 4.0))
    assert (0.0, 15.0) == mean((0.0, np.nan))
    assert (359.999, 1.0) == pytest.approx(mean((359.999, 1.0)))


def test_the_mean_is_taken_on_the_circle() -> None:
    """350 and 10 degrees are north, not south, however they stand in order."""
    for pair in (((350.0, 10.0), (10.0, 10.0)), ((10.0, 10.0), (350.0, 10.0))):
        north, error = mean(*pair)
        assert 0.0 == pytest.approx((north + 180.0) % 360.0 - 180.0, abs=1e-6)
        assert 0.0 <= north < 360.0
        # Chi squared is 2 with one degree of freedom: 10 / sqrt(2) x sqrt(2).
        assert 10.0 == pytest.approx(error)


def test_the_more_exact_bearing_weighs_more() -> None:
    """Weights are those of precision, and bearings that agree narrow the error."""
    close, error = mean((90.0, 1.0), (94.0, 10.0))
    assert 90.0 + 4.0 / 101.0 == pytest.approx(close, abs=0.01)
    assert 1.0 / np.sqrt(1.01) == pytest.approx(error, abs=1e-6)


def test_bearings_that_disagree_widen_the_error() -> None:
    """The error grows with what the stated errors do not explain."""
    assert 5.0 / np.sqrt(2.0) == pytest.approx(mean((40.0, 5.0), (40.0, 5.0))[1], abs=1e-6)
    assert 30.0 == pytest.approx(mean((10.0, 5.0), (70.0, 5.0))[1], abs=1e-6)


def test_contradiction_gives_no_bearing() -> None:
    """Bearings that point against each other, or that nobody states, give none."""
    for said in (((0.0, 10.0), (180.0, 10.0)), ((0.0, 5.0), (120.0, 5.0), (240.0, 5.0)), ((np.nan, 5.0),)):
        assert np.isnan(mean(*said)).all()


def test_groups_do_not_touch_each_other() -> None:
    """Each group has its own mean; one without bearings has none."""
    bearing = np.array([10.0, 200.0, 20.0, np.nan])
    found, error = mean_bearings(bearing, np.full(4, 10.0), np.array([2, 0, 2, 1]), 3)
    assert [200.0, 15.0] == pytest.approx([found[0], found[2]])
    assert np.isnan(found[1]) and np.isnan(error[1])


def test_incidents_carry_what_their_reports_say() -> None:
    """Reports of one shelling give it their mean bearing; an incident of which nobody says has none."""
    rows = [
        {**HERE, "at": 8.0, "fired_from_deg": 350.0, "fired_from_sigma_deg": 10.0},
        {**HERE, "at": 8.0, "source_id": "s2", "fired_from_deg": 20.0, "fired_from_sigma_deg": 10.0},
        {**HERE, "at": 200.0, "lon": 33.0},
    ]
    found = {
        row["n_reports"]: row
        for row in fuse(make_reports(rows), SOURCES, kinds=builtin_tree("kinds")).incidents.to_pylist()
    }
    assert (5.0, 15.0) == pytest.approx((found[2]["fired_from_deg"], found[2]["fired_from_sigma_deg"]))
    assert (None, None) == (found[1]["fired_from_deg"], found[1]["fired_from_sigma_deg"])
