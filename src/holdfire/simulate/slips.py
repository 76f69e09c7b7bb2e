"""Slips: small wrongs of reports that no honest error model expects.

Turns reports into reports some of which are dated a day off, told too late, written in local time, stated too
sure, or of no kind. Rule: slips are drawn from a stream of their own, so that without them a world is what it was.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.telling import PRECISE_M
from holdfire.simulate.told import Told

__all__ = ["let_slip"]

DAY_LATER = 0.75
"""Share of wrong days that are the day after: an evening's news is dated by the morning it is printed."""


def _shift_us(told: Told, knobs: Knobs, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how far each report's times are off, microseconds."""

    def drawn(name: str) -> NDArray[np.bool_]:
        share = np.array([getattr(source, name) for source in knobs.sources])[told.source]
        return np.asarray(rng.random(told.source.size) < share)

    by_day = told.end_us - told.start_us >= DAY_US
    later = np.where(rng.random(by_day.size) < DAY_LATER, DAY_US, -DAY_US)
    late_h = np.array([source.late_h for source in knobs.sources])[told.source]
    lateness = (rng.exponential(1.0, by_day.size) * late_h * HOUR_US).astype(np.int64)
    ahead = rng.integers(2, 4, by_day.size) * HOUR_US
    shift = np.where(drawn("wrong_day") & by_day, later, 0)
    shift += np.where(drawn("late"), lateness, 0)
    shift += np.where(drawn("local_time") & ~by_day, ahead, 0)
    return shift


def let_slip(told: Told, knobs: Knobs, rng: np.random.Generator) -> Told:
    """Return the reports with their slips; who published when stays as it was."""
    n = told.source.size
    shift = _shift_us(told, knobs, rng)
    # What is told by whole days stays so: hours of lateness move it by a day where they make most of one.
    by_day = told.end_us - told.start_us >= DAY_US
    shift = np.where(by_day, np.round(shift / DAY_US).astype(np.int64) * DAY_US, shift)
    sure = told.snapped & (rng.random(n) < knobs.snap_unstated)
    stated = np.array([source.sigma_stated for source in knobs.sources])[told.source]
    unknown = rng.random(n) < np.array([source.kind_unknown for source in knobs.sources])[told.source]
    kind = told.kind.copy()
    kind[unknown] = None
    return replace(
        told,
        start_us=told.start_us + shift,
        end_us=told.end_us + shift,
        sigma_m=np.where(sure, np.minimum(PRECISE_M, told.sigma_m), told.sigma_m) * stated,
        kind=kind,
    )
