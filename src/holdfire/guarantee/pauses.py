"""Pauses: when a rung's clocks stood still.

Turns decisions and a reading's intervals of force into the pauses of one rung's clocks. Rules:

1. Only what the agreement names in the clock's ``pauses`` stops it.
2. ``not_in_force``: it stands still while the reading holds the agreement not in force, also by what is stated ahead.
3. ``by_person``: it stands still from a recorded decision to pause until the next one to resume; pausing what is
   paused, and resuming what runs, changes nothing. Only decisions of the rung's episode count.

Leaves what a pause does to a clock to ``clocks``. Source: DESIGN, section 4 (Ladder).
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from holdfire.guarantee.case import Case
from holdfire.records.force import Interval, force_intervals
from holdfire.records.ladder import Rung

__all__ = ["pauses_of"]


def pauses_of(case: Case, rung: Rung, since: datetime | None) -> tuple[Interval, ...]:
    """Return the pauses of a rung's clocks, in no order; an open end has not come.

    Parameters
    ----------
    since : datetime or None
        The first breach of the rung's episode; earlier decisions are history.
    """
    found: list[Interval] = []
    if "not_in_force" in rung.clock.pauses:
        found += _out_of_force(case)
    if "by_person" in rung.clock.pauses:
        found += _by_person(case, rung, since)
    return tuple(found)


def _out_of_force(case: Case) -> list[Interval]:
    spans = force_intervals(case.reading, case.agreement)
    gaps: list[Interval] = [(None, spans[0][0])] if spans else [(None, None)]
    gaps += [(first[1], second[0]) for first, second in pairwise(spans)]
    if spans and spans[-1][1] is not None:
        gaps.append((spans[-1][1], None))
    return [gap for gap in gaps if gap[0] is not None or gap[1] is not None or not spans]


def _by_person(case: Case, rung: Rung, begun: datetime | None) -> list[Interval]:
    found: list[Interval] = []
    since: datetime | None = None
    for one in case.authorisations:
        if one.rung_id != rung.id or begun is None or one.made_at < begun:
            continue
        if one.decision == "pause" and since is None:
            since = one.made_at
        elif one.decision == "resume" and since is not None:
            found.append((since, one.made_at))
            since = None
    return [*found, (since, None)] if since is not None else found
