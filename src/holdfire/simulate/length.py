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
TRIAL_REPORTS = 4_000
"""Reports of the short world: enough for an error of a few per cent."""


def expected_reports(knobs: Knobs) -> float:
    """Return about how many reports a world holds at most, from its knobs alone."""
    told = sum(
        source.coverage * (1 + source.repeats) * (1 + source.lies * (1 + knobs.lie_together))
        for source in knobs.sources
    )
    copied = 1.0 + sum(source.copies for source in knobs.sources)
    return knobs.n_days * knobs.incidents_per_day * (1 + knobs.aftershocks) * told * copied


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
    n_trial = min(1_000, max(7, round(min(TRIAL_REPORTS, n_reports) / max(daily, 1e-3))))
    trial = simulate(agreement, shapes, kinds, replace(knobs, n_days=n_trial), seed)
    n_days: int = max(1, round(n_reports * n_trial / max(1, trial.reports.num_rows)))
    if n_days > MAX_DAYS:
        raise InputError(
            f"A world of {n_reports:,} reports would be {n_days:,} days long.",
            "--reports",
            f"Stay under {MAX_DAYS:,} days: take fewer reports, or more incidents a day.",
        )
    return n_days
