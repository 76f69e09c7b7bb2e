"""Length: how many days a world needs for a number of reports.

Turns knobs and a number of reports into days. Rule: a short world of the same seed is made and counted, since how
much sources tell depends on watch, sides, copies and round-ups together; the days that follow from it are checked
like any others.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.records.taxonomy import Taxonomy
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.world import simulate

__all__ = ["MAX_DAYS", "days_for_reports", "expected_reports"]

MAX_DAYS = 70_000
"""Upper end of the range of ``n_days``."""
FULL_DAYS = 2
"""Days before the first claimed entry into force, when activity is full."""
TRIAL_REPORTS = 8_000
"""Reports of the short world: enough for an error of a few per cent."""


def expected_reports(knobs: Knobs) -> float:
    """Return about how many reports a world holds at most, from its knobs alone."""
    told = sum(
        source.coverage * (1 + source.repeats) * (1 + source.lies * (1 + knobs.lie_together))
        for source in knobs.sources
    )
    copied = 1.0 + sum(source.copies for source in knobs.sources)
    return knobs.n_days * knobs.incidents_per_day * (1 + knobs.aftershocks) * told * copied


def _active_days(n_days: int, knobs: Knobs) -> float:
    """Return the days of a world, those of entry into force counting by the activity that remains."""
    return min(n_days, FULL_DAYS) + max(0, n_days - FULL_DAYS) * knobs.quiet_share


def _days_of(active: float, knobs: Knobs) -> int:
    """Return how long a world of so many active days is; longer than any where all is quiet."""
    if active <= FULL_DAYS:
        return max(1, round(active))
    if knobs.quiet_share == 0.0:
        return MAX_DAYS + 1
    return FULL_DAYS + round((active - FULL_DAYS) / knobs.quiet_share)


def days_for_reports(
    agreement: Agreement | None, shapes: pa.Table | None, kinds: Taxonomy, knobs: Knobs, seed: int, n_reports: int
) -> int:
    """Return the number of days after which about so many reports have come out.

    Raises
    ------
    InputError
        No world is so long.
    """
    daily = expected_reports(replace(knobs, n_days=1))
    n_trial = min(1_000, max(7, round(TRIAL_REPORTS / max(daily, 1e-3))))
    trial = simulate(agreement, shapes, kinds, replace(knobs, n_days=n_trial), seed)
    wanted = n_reports * _active_days(n_trial, knobs) / max(1, trial.reports.num_rows)
    n_days = _days_of(wanted, knobs)
    if n_days > MAX_DAYS:
        raise InputError(
            f"A world of {n_reports:,} reports would be longer than {MAX_DAYS:,} days: {n_days:,}.",
            "--reports",
            "Take fewer reports, or more incidents a day.",
        )
    return n_days
