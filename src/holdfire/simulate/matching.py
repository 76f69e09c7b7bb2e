"""Matching: which incident of a result stands for which true one.

Turns memberships and the truth behind each report into arrays that the scores share. Rule: an incident stands for the
true one that most of its reports tell of, ties going to the one that the smallest report id tells; reports of one
lie tell one story, and round-ups, which tell of several incidents, have no vote.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["Matched", "main_memberships", "match"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Hold the reports that tell of one thing each, by report id, with where they were put and what they tell of.

    Attributes
    ----------
    table : pyarrow.Table
        ``report_id``, ``incident_id`` (null = in none), ``prob``, ``truth_id`` and ``lie_id`` (null = not so).
    found, story : int64, (n,)
        Code of the incident and of the story; what is in no incident has a code of its own.
    held, is_true : bool, (n,)
        In an incident; tells of a true one.
    stands_for : pyarrow.Table
        ``incident_id`` and ``truth_id`` of each incident that holds a true report.
    is_right : bool, (n,)
        Tells the story, true or a lie, that most reports of its incident tell.
    roundups : pyarrow.Table
        ``report_id`` and ``truth_id`` of the reports that tell of several incidents.
    """

    table: pa.Table
    found: Ints
    story: Ints
    held: NDArray[np.bool_]
    is_true: NDArray[np.bool_]
    stands_for: pa.Table
    is_right: NDArray[np.bool_]
    roundups: pa.Table


def _codes(values: pa.ChunkedArray) -> Ints:
    """Return dense codes; each null gets a code of its own."""
    encoded = pa.chunked_array(values).combine_chunks().dictionary_encode()
    codes: Ints = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    missing = np.flatnonzero(codes < 0)
    codes[missing] = len(encoded.dictionary) + np.arange(missing.size)
    return codes


def main_memberships(memberships: pa.Table) -> pa.Table:
    """Keep each report's likeliest incident; ties go to the smaller id."""
    keys = [("report_id", "ascending"), ("prob", "descending"), ("incident_id", "ascending")]
    table = memberships.take(pc.sort_indices(memberships, sort_keys=keys))
    ids = table["report_id"].to_numpy(zero_copy_only=False)
    first = np.ones(ids.size, dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    return table.filter(pa.array(first))


def _by_number(truth: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the rows of reports that tell of one thing, and of those that tell of several."""
    columns = [truth["report_id"], truth["truth_id"]]
    lies = truth["lie_id"] if "lie_id" in truth.column_names else pa.nulls(truth.num_rows, pa.string())
    rows = pa.table([*columns, lies], names=["report_id", "truth_id", "lie_id"])
    encoded = rows["report_id"].combine_chunks().dictionary_encode()
    code = encoded.indices.to_numpy()
    several = pa.array(np.bincount(code, minlength=len(encoded.dictionary))[code] > 1)
    return rows.filter(pc.invert(several)), rows.filter(several).select(["report_id", "truth_id"])


def _leaders(found: Ints, story: Ints, voting: NDArray[np.bool_]) -> Ints:
    """Return for each voting report the first report of the story that most voters of its incident tell."""
    rows = np.flatnonzero(voting)
    width = int(story.max(initial=0)) + 1
    pairs, first, n = np.unique(found[rows] * width + story[rows], return_index=True, return_counts=True)
    ranked = np.lexsort((first, -n, pairs // width))
    incident = pairs[ranked] // width
    leads = np.ones(incident.size, dtype=bool)
    leads[1:] = incident[1:] != incident[:-1]
    which = np.searchsorted(incident[leads], found[rows])
    return np.asarray(rows[first[ranked][leads][which]])


def match(memberships: pa.Table, truth: pa.Table) -> Matched:
    """Match a result's incidents with what truly happened.

    Parameters
    ----------
    memberships : pyarrow.Table
        As a run wrote them; a report may have several rows.
    truth : pyarrow.Table
        ``report_id``, ``truth_id`` (null = fabricated) and, where known, ``lie_id``.
    """
    single, several = _by_number(truth)
    main = main_memberships(memberships).select(["report_id", "incident_id", "prob"])
    table = main.join(single, "report_id", join_type="inner")
    table = table.take(pc.sort_indices(table, sort_keys=[("report_id", "ascending")])).combine_chunks()
    found, story = _codes(table["incident_id"]), _codes(pc.coalesce(table["truth_id"], table["lie_id"]))
    held = np.asarray(pc.is_valid(table["incident_id"]).to_numpy(zero_copy_only=False))
    is_true = np.asarray(pc.is_valid(table["truth_id"]).to_numpy(zero_copy_only=False))
    told_by = np.full(int(found.max(initial=-1)) + 1, -1)
    told_by[found[held]] = story[_leaders(found, story, held)]
    leader = _leaders(found, story, held & is_true)
    named = table.take(pa.array(np.unique(leader))).select(["incident_id", "truth_id"])
    return Matched(
        table=table,
        found=found,
        story=story,
        held=held,
        is_true=is_true,
        stands_for=named,
        is_right=told_by[found] == story,
        roundups=several,
    )
