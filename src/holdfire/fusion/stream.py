"""Stream: the incidents of a step keep the ids that they had in the step before, while those mean the same.

Turns what fusion made of all reports so far, and what the step before had made, into the same incidents under
stable ids, and into lineage: what became of every id. Rule: an id is kept only while all reports that it held are
still together and no report of another earlier incident is among them; new reports may join. Otherwise a new id
is made and the old one is retired for ever. Signals give an incident no identity, and reports that are no longer
given do not count. A pure function; the order of rows changes nothing. Leaves what an incident is to ``fuse``,
and files to others. Source: docs/how-to/follow-a-stream.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.canonical import canonical_json, sha256_hex
from holdfire.basics.instants import HOUR_US
from holdfire.errors import ModelError
from holdfire.fusion.belonging import main_incidents, positions
from holdfire.records.lineage import CHANGES, LINEAGE_SCHEMA
from holdfire.records.schema import INSTANT, conform, table_from
from holdfire.records.taxonomy import is_signal

__all__ = ["REOPENED_AFTER_H", "Carried", "Step", "carry_ids", "latest_instant"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

REOPENED_AFTER_H = 72
"""Hours after an incident's last report from which a further one reopens it. A report is compared with incidents up
to 30 hours away in time of happening; three days is what a late article or a mission's daily report needs, so what
comes after that is news of something thought closed."""

NEVER = np.iinfo(np.int64).min // 2
NEW, SAME, GROWN, REOPENED, MERGED, SPLIT, MOVED, ENDED = range(len(CHANGES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Hold what a step continues.

    Attributes
    ----------
    incidents, memberships, lineage : pyarrow.Table
        Of the step before, by ``INCIDENT_SCHEMA``, ``MEMBERSHIP_SCHEMA``, ``LINEAGE_SCHEMA``; rows in any order. The
        lineage has no rows where that step was the first.
    at : datetime
        Instant of this step, aware.
    """

    incidents: pa.Table
    memberships: pa.Table
    lineage: pa.Table
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Hold a step's tables under stable ids.

    Attributes
    ----------
    incidents : pyarrow.Table
        As fused, with stable ids, sorted by incident_id.
    memberships : pyarrow.Table
        As fused, with stable ids, sorted by report_id, then by falling prob, then by incident_id.
    lineage : pyarrow.Table
        By ``LINEAGE_SCHEMA``: the earlier rows and this step's.
    """

    incidents: pa.Table
    memberships: pa.Table
    lineage: pa.Table


@dataclass(frozen=True, slots=True)
class _Told:
    """Hold the reports that tell of the step's incidents.

    Attributes
    ----------
    report_id : pyarrow.Array
        (n,), each report once; signals and reports of no incident too.
    incident : int64, (n,)
        Position of the report's main incident; -1 = none.
    speaks : bool, (n,)
        It is no signal.
    tells : bool, (n,)
        It speaks, and is no round-up in an incident that others tell of: a round-up's likeliest incident may
        change from step to step, and ids must not.
    told_at : int64, (n,), microseconds
        When it came in; ``NEVER`` = not said.
    """

    report_id: pa.Array
    incident: Ints
    speaks: Bools
    tells: Bools
    told_at: Ints


@dataclass(frozen=True, slots=True)
class _Links:
    """Relate incidents of the step before (``then``) to this step's (``now``), one element for each pair that shares.

    Attributes
    ----------
    then, now, n_shared, change : int64, (n,)
        Positions of both incidents, reports they share, and a position in ``CHANGES``.
    n_reports, n_new : int64, (n_now,)
        Telling reports of each incident of this step, and those that belonged to none before.
    """

    then: Ints
    now: Ints
    n_shared: Ints
    change: Ints
    n_reports: Ints
    n_new: Ints


def _instants(reports: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray | None:
    """Return the first instant of those columns that a report states, None where the table has none of them."""
    present = [reports.column(name) for name in names if name in reports.column_names]
    return pc.coalesce(*present) if present else None


def latest_instant(reports: pa.Table) -> datetime | None:
    """Return the latest instant at which a report came in, was published or, saying neither, ended.

    Examples
    --------
    >>> from holdfire.records.report import REPORT_SCHEMA
    >>> latest_instant(REPORT_SCHEMA.empty_table()) is None
    True
    """
    known = _instants(reports, ("received_at", "reported_end", "occurred_end"))
    latest: datetime | None = None if known is None else pc.max(known).as_py()
    return latest


def _told(memberships: pa.Table, ids: pa.Array, reports: pa.Table) -> _Told:
    report_id, incident = main_incidents(memberships, ids)
    row = positions(reports.column("report_id"), report_id)
    tells, told_at = np.zeros(len(report_id), bool), np.full(len(report_id), NEVER)
    kinds = reports.column("kind").combine_chunks().dictionary_encode()
    signal = np.array([*(is_signal(kind) for kind in kinds.dictionary.to_pylist()), False])
    code = pc.fill_null(kinds.indices, len(signal) - 1).to_numpy(zero_copy_only=False)
    listed = row >= 0
    tells[row[listed & ~signal[code]]] = True
    tells[np.bincount(row[listed], minlength=tells.size) == 0] = True
    speaks = tells.copy()
    tells &= _alone_or_first(memberships, report_id, incident, speaks, len(ids))
    instants = _instants(reports, ("received_at", "reported_start", "occurred_end", "occurred_start"))
    if instants is not None:
        us = pc.fill_null(pc.cast(instants, pa.int64()), NEVER).to_numpy()
        np.maximum.at(told_at, row[listed], us[listed])
    return _Told(report_id, incident, speaks, tells, told_at)


def _alone_or_first(memberships: pa.Table, report_id: pa.Array, incident: Ints, tells: Bools, n: int) -> Bools:
    """Return which reports tell of one incident, or of several of which the main one holds nothing but such reports."""
    rows = positions(memberships.column("report_id"), report_id)
    single = np.bincount(rows, minlength=len(report_id)) == 1
    held = np.zeros(n + 1, bool)
    held[incident[single & tells & (incident >= 0)]] = True
    return np.asarray(single | ~held[incident])


def _classify(then: Ints, now: Ints, n_then: int, n_now: int) -> Ints:
    """Return each pair's change from how many partners both sides have; ``now`` is -1 for 'in no incident'.

    A pair with no other partner on either side keeps its id. Several earlier ones that have no other partner merge;
    one that has several partners, who have no other, is split; everything else is tangled.
    """
    partners_then = np.bincount(then, minlength=n_then)
    held = now >= 0
    partners_now = np.bincount(now[held], minlength=n_now + 1)  # the last one stands for 'in no incident'
    most_then, most_now = np.zeros(n_now + 1, np.int64), np.zeros(n_then, np.int64)
    np.maximum.at(most_then, now[held], partners_then[then[held]])
    np.maximum.at(most_now, then[held], partners_now[now[held]])
    change = np.full(then.size, MOVED)
    change[(partners_now[now] > 1) & (most_then[now] == 1)] = MERGED
    change[(partners_then[then] > 1) & (most_now[then] == 1)] = SPLIT
    change[(partners_then[then] == 1) & (partners_now[now] == 1)] = SAME
    change[~held] = ENDED
    return change


def _link(told: _Told, earlier: pa.Table, earlier_ids: pa.Array, n_now: int) -> _Links:
    """Relate the incidents of both steps by the telling reports that stand in both."""
    report_id, before = main_incidents(earlier, earlier_ids)
    row = positions(report_id, told.report_id)
    speaks = np.ones(row.size, bool)
    speaks[row >= 0] = told.speaks[row[row >= 0]]
    shared = (row >= 0) & (before >= 0) & _alone_or_first(earlier, report_id, before, speaks, len(earlier_ids))
    shared[shared] = told.tells[row[shared]]
    row, before = row[shared], before[shared]
    key, count = np.unique(before * (n_now + 1) + told.incident[row] + 1, return_counts=True)
    then, now = key // (n_now + 1), key % (n_now + 1) - 1
    change = _classify(then, now, len(earlier_ids), n_now)
    telling = told.tells & (told.incident >= 0)
    n_reports = np.bincount(told.incident[telling], minlength=n_now)
    held = now >= 0
    then, now, count, change = then[held], now[held], count[held], change[held]
    n_new = n_reports - np.bincount(now, count, minlength=n_now).astype(np.int64)
    known = np.zeros(told.tells.size, bool)
    known[row] = True
    last_known, last_new = np.full(n_now, NEVER), np.full(n_now, NEVER)
    np.maximum.at(last_known, told.incident[telling & known], told.told_at[telling & known])
    np.maximum.at(last_new, told.incident[telling & ~known], told.told_at[telling & ~known])
    kept = change == SAME
    change[kept & (n_new[now] > 0)] = GROWN
    late = (last_known > NEVER) & (last_new - last_known > REOPENED_AFTER_H * HOUR_US)
    change[kept & late[now]] = REOPENED
    return _Links(then, now, count, change, n_reports, n_new)


def _made_ids(keys: dict[int, bytes], used: pa.Array) -> dict[int, str]:
    """Return a free id for each key: ``i`` and 16 hexadecimal digits of the SHA-256 of the key, extended until free."""
    taken = set(used.to_pylist()) if keys else set()
    made: dict[int, str] = {}
    for number, key in sorted(keys.items(), key=lambda item: item[1]):
        extended, name = key, "i" + sha256_hex(key)[:16]
        while name in taken:
            extended += b"+"
            name = "i" + sha256_hex(extended)[:16]
        taken.add(name)
        made[number] = name
    return made


def _keys(links: _Links, told: _Told, earlier_ids: pa.Array, fused_ids: pa.Array, wanted: Bools) -> dict[int, bytes]:
    """Return what the ids of some incidents are made of: the change, the earlier ids, the telling reports."""
    origins: dict[int, list[str]] = {}
    changes: dict[int, int] = {}
    for link in np.flatnonzero(wanted[links.now]).tolist():
        now = int(links.now[link])
        origins.setdefault(now, []).append(earlier_ids[int(links.then[link])].as_py())
        changes[now] = int(links.change[link])
    rows = np.flatnonzero(told.tells & (told.incident >= 0))
    rows = rows[wanted[told.incident[rows]]]
    held: dict[int, list[str]] = {}
    for now, name in zip(told.incident[rows].tolist(), told.report_id.take(pa.array(rows)).to_pylist(), strict=True):
        held.setdefault(now, []).append(name)
    keys = {}
    for now in np.flatnonzero(wanted).tolist():
        reports = sorted(held.get(now, ())) or [fused_ids[now].as_py()]
        keys[now] = canonical_json([CHANGES[changes.get(now, NEW)], sorted(origins.get(now, ())), reports])
    return keys


def _names(links: _Links, told: _Told, step: Step, earlier_ids: pa.Array, fused_ids: pa.Array) -> pa.Array:
    """Return the stable id of each incident of this step."""
    used = pc.unique(
        pa.chunked_array(
            [
                earlier_ids,
                *(chunk for name in ("incident_id", "earlier_id") for chunk in step.lineage.column(name).chunks),
            ],
            pa.string(),
        )
    ).drop_null()
    kept = np.isin(links.change, (SAME, GROWN, REOPENED))
    n_now = len(fused_ids)
    source = np.arange(n_now) + len(earlier_ids)
    source[links.now[kept]] = links.then[kept]
    linked = np.bincount(links.now, minlength=n_now) > 0
    taken = pc.is_in(fused_ids, value_set=used).to_numpy(zero_copy_only=False)
    wanted = (source >= len(earlier_ids)) & (linked | taken)
    fresh = fused_ids.filter(pa.array(~linked & ~taken))
    made = _made_ids(_keys(links, told, earlier_ids, fused_ids, wanted), pa.concat_arrays([used, fresh]))
    source[list(made)] = np.arange(len(made)) + len(earlier_ids) + n_now
    pool = pa.concat_arrays([earlier_ids, fused_ids, pa.array(list(made.values()), pa.string())])
    return pool.take(pa.array(source))


def _lineage(links: _Links, names: pa.Array, earlier_ids: pa.Array, step: Step) -> pa.Table:
    """Return the earlier lineage, and this step's pairs, incidents without a past, and those without a future."""
    number = 1 if step.lineage.num_rows == 0 else int(pc.max(step.lineage.column("step")).as_py()) + 1
    n_now, n_then = len(names), len(earlier_ids)
    born = np.flatnonzero(np.bincount(links.now, minlength=n_now) == 0)
    ended = np.flatnonzero(np.bincount(links.then, minlength=n_then) == 0)
    now = np.concatenate([links.now, born, np.full(ended.size, n_now)])
    then = np.concatenate([links.then, np.full(born.size, n_then), ended])
    change = np.concatenate([links.change, np.full(born.size, NEW), np.full(ended.size, ENDED)])
    none = pa.nulls(1, pa.string())
    rows = table_from(
        {
            "step": pa.array(np.full(now.size, number, np.int32)),
            "step_at": pa.array([step.at], INSTANT).take(pa.array(np.zeros(now.size, np.int64))),
            "incident_id": pa.concat_arrays([names, none]).take(pa.array(now)),
            "earlier_id": pa.concat_arrays([earlier_ids, none]).take(pa.array(then)),
            "change": pa.array(CHANGES, pa.string()).take(pa.array(change)),
            "n_reports": pa.array(np.append(links.n_reports, 0)[now]),
            "n_shared": pa.array(np.concatenate([links.n_shared, np.zeros(born.size + ended.size, np.int64)])),
            "n_new": pa.array(np.append(links.n_new, 0)[now]),
        },
        LINEAGE_SCHEMA,
    )
    return pa.concat_tables([conform(step.lineage, LINEAGE_SCHEMA), rows])


def _in_order(table: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    by = [(key.lstrip("-"), "descending" if key.startswith("-") else "ascending") for key in keys]
    return table.take(pc.sort_indices(table, sort_keys=by)).combine_chunks()


def carry_ids(fused_incidents: pa.Table, fused_memberships: pa.Table, reports: pa.Table, step: Step) -> Carried:
    """Give incidents the ids of the step before where they mean the same, and say what became of each id.

    Parameters
    ----------
    fused_incidents, fused_memberships : pyarrow.Table
        What ``fuse`` made of all reports so far. Where a report has several rows, its likeliest is its main one.
    reports : pyarrow.Table
        Those reports, by ``REPORT_SCHEMA``: their kind tells signals, their instants tell what was reopened.
    step : Step
        The step before, and the instant of this one.

    Returns
    -------
    Carried

    Raises
    ------
    ModelError
        The instant is naive, an id stands twice among the incidents, or a membership names an incident that is not
        listed.

    Examples
    --------
    >>> from datetime import UTC
    >>> from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
    >>> from holdfire.records.report import REPORT_SCHEMA
    >>> nothing = [schema.empty_table() for schema in (INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA, LINEAGE_SCHEMA)]
    >>> step = Step(
    ...     incidents=nothing[0], memberships=nothing[1], lineage=nothing[2], at=datetime(2030, 1, 1, tzinfo=UTC)
    ... )
    >>> carry_ids(nothing[0], nothing[1], REPORT_SCHEMA.empty_table(), step).lineage.num_rows
    0
    """
    if step.at.tzinfo is None:
        raise ModelError(f"The instant of a step states no zone: {step.at}.", "step.at", "Give an aware instant.")
    fused_ids, earlier_ids = (
        table.column("incident_id").combine_chunks() for table in (fused_incidents, step.incidents)
    )
    told = _told(fused_memberships, fused_ids, reports)
    links = _link(told, step.memberships, earlier_ids, len(fused_ids))
    names = _names(links, told, step, earlier_ids, fused_ids)
    row = positions(fused_memberships.column("incident_id"), fused_ids)
    renamed = names.take(pa.array(row, mask=row < 0))
    return Carried(
        incidents=_in_order(_with_ids(fused_incidents, names), ("incident_id",)),
        memberships=_in_order(_with_ids(fused_memberships, renamed), ("report_id", "-prob", "incident_id")),
        lineage=_in_order(_lineage(links, names, earlier_ids, step), ("step", "incident_id", "earlier_id")),
    )


def _with_ids(table: pa.Table, ids: pa.Array) -> pa.Table:
    place = table.schema.get_field_index("incident_id")
    return table.set_column(place, table.schema.field(place), ids)
