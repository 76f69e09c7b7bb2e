"""Watch: what was watched in the period and what was not, from the log, the shares and the silences.

Turns a watch log and the assessment's shares and gaps into what the bulletin says of them. Rule: silence is not
compliance; without a log nothing is known of what was missed, and that is said. Leaves the shares themselves to
the assessment. Source: DESIGN, sections 1 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.publication.columns import Columns
from holdfire.publication.period import NO_TIME
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin import BulletinInputs, Period
from holdfire.records.bulletin_parts import RestrictionItem, Silence, Watch, ZoneWatch
from holdfire.records.schema import INSTANT

__all__ = ["MAX_RESTRICTIONS", "MAX_SILENCES", "watch_of"]

MAX_RESTRICTIONS = 40
MAX_SILENCES = 30


def _meeting(coverage: pa.Table, period: Period) -> pa.Table:
    """Return the entries of a log that meet the period, by start and id."""
    starts_before = pc.less(coverage["start"], pa.scalar(period.end, INSTANT))
    ends_after = pc.greater(coverage["end"], pa.scalar(period.start, INSTANT))
    met = coverage.filter(pc.and_(starts_before, ends_after))
    return met.sort_by([("start", "ascending"), ("coverage_id", "ascending")])


def _restriction(row: dict[str, Any]) -> RestrictionItem:
    names = ("coverage_id", "watcher", "means", "start", "end", "zone", "restriction", "restricted_by", "reason")
    return RestrictionItem(**{name: row[name] for name in names})


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return float(np.mean(known)) if known else None


def _zone_rows(watch: pa.Table, first: date, last: date) -> dict[tuple[str, str], list[dict[str, Any]]]:
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in watch.to_pylist():
        if first <= row["on"] <= last:
            rows.setdefault((row["zone_id"], row["reading"]), []).append(row)
    return rows


def _numbers(now: list[dict[str, Any]], before: list[dict[str, Any]]) -> dict[str, Any]:
    watched, watched_before = (_mean(row["watched_share"] for row in rows) for rows in (now, before))
    return {
        "unwatched": None if watched is None else 1.0 - watched,
        "unwatched_before": None if watched_before is None else 1.0 - watched_before,
        "noticed": _mean(row["noticed_share"] for row in now),
        "n_watchers": max((row["n_watchers"] for row in now), default=0),
        "n_restricted": sum(row["n_restricted"] for row in now),
    }


def _zones(watch: pa.Table, agreement: Agreement, period: Period) -> tuple[ZoneWatch, ...]:
    """Return the shares of each zone, readings with the same numbers together, least watched first."""
    now = _zone_rows(watch, period.first_day, period.last_day)
    before = _zone_rows(watch, period.previous_first_day, period.previous_last_day)
    known = [reading.id for reading in agreement.readings]
    order = {reading: number for number, reading in enumerate(known)}
    zones: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {}
    for zone_id, reading in sorted(now, key=lambda key: (key[0], order.get(key[1], len(order)), key[1])):
        numbers = _numbers(now[zone_id, reading], before.get((zone_id, reading), []))
        same = zones.setdefault(zone_id, [])
        for index, (readings, known_numbers) in enumerate(same):
            if known_numbers == numbers:
                same[index] = ((*readings, reading), numbers)
                break
        else:
            same.append(((reading,), numbers))
    found = [
        ZoneWatch(zone_id=zone_id, readings=readings, **numbers)
        for zone_id, same in zones.items()
        for readings, numbers in same
    ]
    return tuple(sorted(found, key=lambda zone: (-(zone.unwatched or 0.0), zone.zone_id, zone.readings)))


def _silences(gaps: pa.Table, sources: pa.Table, period: Period) -> tuple[Silence, ...]:
    names = dict(zip(sources["source_id"].to_pylist(), sources["name"].to_pylist(), strict=True))
    found = []
    for row in gaps.to_pylist():
        first, last = max(row["first_on"], period.first_day), min(row["last_on"], period.last_day)
        if first <= last:
            found.append(
                Silence(
                    source_id=row["source_id"],
                    source_name=names.get(row["source_id"], row["source_id"]),
                    first_on=first,
                    last_on=last,
                    n_days=(last - first).days + 1,
                    whole_period=first == period.first_day and last == period.last_day,
                )
            )
    return tuple(sorted(found, key=lambda one: (-one.n_days, one.source_name, one.source_id, one.first_on)))


def watch_of(case: BulletinInputs, period: Period, columns: Columns, unplaced: int) -> Watch:
    """Return what was watched in the period and what was not.

    Parameters
    ----------
    unplaced : int
        Incidents of the period without a place.
    """
    met = _meeting(case.coverage, period)
    hindered = met.filter(pc.is_valid(met["restriction"]))
    silences = () if case.gaps is None else _silences(case.gaps, case.sources, period)
    return Watch(
        has_log=case.coverage.num_rows > 0,
        n_entries=met.num_rows,
        zones=() if case.watch is None else _zones(case.watch, case.agreement, period),
        restrictions=tuple(_restriction(row) for row in hindered.slice(0, MAX_RESTRICTIONS).to_pylist()),
        n_restrictions=hindered.num_rows,
        silences=silences[:MAX_SILENCES],
        n_silences=len(silences),
        n_unplaced=unplaced,
        n_undated=int((columns.incident_at_us == NO_TIME).sum()),
    )
