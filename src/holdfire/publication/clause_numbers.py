"""Numbers: a clause's rows by party and reading, what changed against the time before, and the timeline.

Turns findings as columns into the counts of a bulletin. Rule: numbers that are the same under several readings
stand once, with those readings; a direction is named only where the 90 % intervals do not meet. Source: DESIGN,
sections 1 and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import to_us
from holdfire.publication.columns import Columns
from holdfire.publication.period import NO_TIME, day_of, number_of
from holdfire.publication.tallies import Union, count_range, unite, unite_clauses
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin import Period
from holdfire.records.bulletin_numbers import (
    Bin,
    ClauseDelta,
    ClauseNumbers,
    CountRange,
    ReadingDelta,
    Series,
    TallyRow,
    Timeline,
)
from holdfire.records.clauses import Clause
from holdfire.records.finding import VERDICTS

__all__ = ["clause_deltas", "clause_numbers", "direction_of", "readings_of", "timeline_of"]

T = TypeVar("T")
Flags = NDArray[np.bool_]

CONTEXT_DAYS = 28
"""Days that the timeline of a single day shows, that day included."""
MAX_DAY_BINS, MAX_WEEK_DAYS = 124, 900
"""A timeline longer than the first is told by weeks, longer than the second by months."""


def readings_of(clause: Clause | None, agreement: Agreement) -> tuple[str, ...]:
    """Return the readings under which a clause stands, in the agreement's order."""
    known = tuple(reading.id for reading in agreement.readings)
    if clause is None or not clause.scope.readings:
        return known
    return tuple(reading for reading in known if reading in clause.scope.readings)


def _merge(readings: Sequence[str], values: Callable[[str], T]) -> list[tuple[tuple[str, ...], T]]:
    """Return each different value once, with the readings that give it, in their order."""
    merged: list[tuple[tuple[str, ...], T]] = []
    for reading in readings:
        value = values(reading)
        for index, (names, known) in enumerate(merged):
            if known == value:
                merged[index] = ((*names, reading), known)
                break
        else:
            merged.append(((reading,), value))
    return merged


def _tally(columns: Columns, rows: Flags, standing: Flags, party: str, readings: tuple[str, ...]) -> TallyRow:
    assessed = rows & ~np.isnan(columns.lower)
    by_verdict = np.bincount(columns.verdict[rows], minlength=len(VERDICTS))
    alone = np.flatnonzero(standing)
    known = alone.size > 0 and not np.isnan(columns.lower[alone[0]])
    return TallyRow(
        party=party,
        readings=readings,
        n_assessed=int(assessed.sum()),
        count=count_range(columns.lower[assessed], columns.upper[assessed]),
        n_established=int(by_verdict[VERDICTS.index("established")]),
        n_not_established=int(by_verdict[VERDICTS.index("not established")]),
        n_excluded=int(by_verdict[VERDICTS.index("excluded")]),
        n_cannot=int(by_verdict[VERDICTS.index("cannot determine")]),
        standing=VERDICTS[columns.verdict[alone[0]]] if alone.size else None,
        standing_lower=float(columns.lower[alone[0]]) if known else None,
        standing_upper=float(columns.upper[alone[0]]) if known else None,
    )


def _whichever(columns: Columns, union: Union, clause: int, rows: Flags, reading: int) -> TallyRow:
    """Return a clause's numbers whichever party did it: each incident counts once, at its strongest verdict."""
    of = (union.clause == clause) & (union.reading == reading)
    in_reading = rows & (columns.reading == reading)
    left, n_by_verdict = in_reading, {}
    for verdict in ("established", "cannot determine", "not established", "excluded"):
        found = np.unique(columns.incident[left & (columns.verdict == VERDICTS.index(verdict))])
        n_by_verdict[verdict] = int(found.size)
        left = left & ~np.isin(columns.incident, found)
    return TallyRow(
        party="",
        readings=(),
        n_assessed=int(of.sum()),
        count=count_range(*union.select(of)),
        n_established=n_by_verdict["established"],
        n_not_established=n_by_verdict["not established"],
        n_excluded=n_by_verdict["excluded"],
        n_cannot=n_by_verdict["cannot determine"],
    )


def _parties(columns: Columns, clause: Clause, rows: Flags) -> list[str]:
    """Return the parties that a clause binds, in the agreement's order, then others that findings name."""
    bound = [name for name in columns.parties if name in clause.addressees]
    named = (columns.parties[number] for number in np.unique(columns.party[rows]))
    return bound + [name for name in named if name not in bound]


def clause_numbers(columns: Columns, agreement: Agreement, period: Period) -> tuple[ClauseNumbers, ...]:
    """Return each clause's numbers in the period, by party and reading, in the agreement's order.

    Where several parties have incidents, the numbers whichever of them did it come first, with an empty party.
    """
    within = columns.within(to_us(period.start), to_us(period.end))
    alone = columns.incident < 0
    union = unite(columns, within)
    result = []
    for clause in agreement.clauses:
        code, readings = columns.clauses.index(clause.id), readings_of(clause, agreement)
        in_clause = columns.clause == code
        parties = _parties(columns, clause, in_clause & (within | alone))
        rows: list[TallyRow] = []

        def whichever(reading: str, code: int = code, chosen: Flags = in_clause & within) -> TallyRow:
            return _whichever(columns, union, code, chosen, columns.readings.index(reading))

        def tally(reading: str, *, party: str, chosen: Flags = in_clause) -> TallyRow:
            of = chosen & (columns.party == columns.parties.index(party))
            of &= columns.reading == columns.readings.index(reading)
            return _tally(columns, of & within, of & alone, party, ())

        if len(parties) > 1 and bool((in_clause & within).any()):
            rows += [replace(row, readings=names) for names, row in _merge(readings, whichever)]
        for party in parties:
            merged = _merge(readings, partial(tally, party=party))
            rows += [replace(row, readings=names) for names, row in merged]
        result.append(ClauseNumbers(clause_id=clause.id, rows=tuple(rows)))
    return tuple(result)


def direction_of(now: CountRange, before: CountRange) -> str:
    """Return ``more`` or ``fewer`` where the 90 % intervals do not meet, ``unclear`` where they do.

    Examples
    --------
    >>> direction_of(CountRange(low=4, high=6, mean_upper=5.0), CountRange(low=1, high=3))
    'more'
    >>> direction_of(CountRange(), CountRange())
    'none'
    """
    if now.mean_upper == 0.0 and before.mean_upper == 0.0:
        return "none"
    if now.low > before.high:
        return "more"
    return "fewer" if now.high < before.low else "unclear"


def _delta(
    columns: Columns, union: Union, clause_id: str | None, period: Period, readings: Sequence[str]
) -> ClauseDelta:
    code = -1 if clause_id is None else columns.clauses.index(clause_id)
    starts = (to_us(period.previous_start), to_us(period.start), to_us(period.end))

    def compare(reading: str) -> tuple[CountRange, CountRange]:
        of = (union.clause == code) & (union.reading == columns.readings.index(reading))
        now = of & (union.at_us >= starts[1]) & (union.at_us < starts[2])
        before = of & (union.at_us >= starts[0]) & (union.at_us < starts[1])
        return count_range(*union.select(now)), count_range(*union.select(before))

    return ClauseDelta(
        clause_id=clause_id,
        readings=tuple(
            ReadingDelta(readings=names, now=now, before=before, direction=direction_of(now, before))
            for names, (now, before) in _merge(readings, compare)
        ),
    )


def clause_deltas(columns: Columns, agreement: Agreement, period: Period) -> tuple[ClauseDelta, ...]:
    """Compare every clause, and all together first, with the period before, by whichever party."""
    rows = columns.within(to_us(period.previous_start), to_us(period.end))
    by_clause = unite(columns, rows)
    of_any = unite_clauses(by_clause)
    every = _delta(columns, of_any, None, period, readings_of(None, agreement))
    return (
        every,
        *(
            _delta(columns, by_clause, clause.id, period, readings_of(clause, agreement))
            for clause in agreement.clauses
        ),
    )


def _bins(first: date, last: date, period: Period) -> tuple[str, tuple[Bin, ...]]:
    """Cut the days into bins that begin with the first one; months are calendar months."""
    n_days = (last - first).days + 1
    unit = "day" if n_days <= MAX_DAY_BINS else "week" if n_days <= MAX_WEEK_DAYS else "month"
    bins = []
    day = first
    while day <= last:
        if unit == "month":
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            following = day + timedelta(days=1 if unit == "day" else 7)
        until = min(following - timedelta(days=1), last)
        bins.append(Bin(first_day=day, last_day=until, in_period=until >= period.first_day))
        day = following
    return unit, tuple(bins)


def _first_day(columns: Columns, period: Period) -> date:
    """Return where the timeline begins: enough days before to compare with, but none before the first incident."""
    if period.n_days == 1:
        wanted = period.last_day - timedelta(days=CONTEXT_DAYS - 1)
    else:
        wanted = period.previous_first_day if period.n_days * 2 <= MAX_DAY_BINS else period.first_day
    known = columns.incident_day[columns.incident_day != NO_TIME]
    if known.size == 0:
        return period.first_day
    return min(max(wanted, day_of(int(known.min()))), period.first_day)


def timeline_of(columns: Columns, agreement: Agreement, period: Period) -> Timeline:
    """Return the course of the counts, all clauses together first, then each clause that has any."""
    unit, bins = _bins(_first_day(columns, period), period.last_day, period)
    edges = np.array([number_of(one.first_day) for one in bins] + [number_of(period.last_day) + 1])
    rows = (columns.day >= edges[0]) & (columns.day < edges[-1]) & (columns.at_us < to_us(period.end))
    by_clause = unite(columns, rows)
    of_any = unite_clauses(by_clause)
    series: list[Series] = []
    for clause in (None, *agreement.clauses):
        union = of_any if clause is None else by_clause
        code = -1 if clause is None else columns.clauses.index(clause.id)
        slot = np.searchsorted(edges, union.day, side="right") - 1

        def course(
            reading: str, union: Union = union, code: int = code, slot: NDArray[np.int64] = slot
        ) -> tuple[CountRange, ...]:
            of = (union.clause == code) & (union.reading == columns.readings.index(reading))
            return tuple(count_range(*union.select(of & (slot == index))) for index in range(len(bins)))

        for readings, values in _merge(readings_of(clause, agreement), course):
            if clause is None or any(value.mean_upper > 0.0 for value in values):
                clause_id = None if clause is None else clause.id
                series.append(Series(clause_id=clause_id, readings=readings, values=values))
    return Timeline(unit=unit, bins=bins, series=tuple(series))
