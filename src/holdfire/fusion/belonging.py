"""Belonging: the one incident that each report mainly belongs to.

Turns memberships, of which a report may have several (a round-up tells of many incidents), into one incident for
each report: the likeliest. Rule: what ties does not hang on ids, which may be renamed, but on the smallest report
that only that incident holds. Leaves what follows from it to others.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.errors import ModelError

__all__ = ["main_incidents", "positions"]

Ints = NDArray[np.int64]


def positions(values: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ints:
    """Return where each value stands among others, each there once; -1 = nowhere, or null.

    Examples
    --------
    >>> positions(pa.array(["b", None, "c"]), pa.array(["a", "b"])).tolist()
    [1, -1, -1]
    """
    found = pc.fill_null(pc.index_in(values, value_set=among, skip_nulls=True), -1)
    return np.asarray(
        found.to_numpy(zero_copy_only=False) if isinstance(found, pa.Array) else found.to_numpy(), np.int64
    )


def _check(memberships: pa.Table, incident_ids: pa.Array, incident: Ints) -> None:
    if len(pc.unique(incident_ids)) < len(incident_ids):
        raise ModelError("An incident's id stands twice.", "the table of incidents", "Give each incident one row.")
    named = memberships.column("incident_id")
    lost = (incident < 0) & pc.is_valid(named).to_numpy()
    if lost.any():
        name = named[int(np.flatnonzero(lost)[0])].as_py()
        raise ModelError(
            f"A membership names an incident that is not listed: {name!r}.",
            "the tables of memberships and incidents",
            "Take both tables from one run.",
        )


def main_incidents(memberships: pa.Table, incident_ids: pa.Array) -> tuple[pa.Array, Ints]:
    """Return each report once, and the position of the incident that it mainly belongs to.

    Parameters
    ----------
    memberships : pyarrow.Table
        By ``MEMBERSHIP_SCHEMA``; a report may have several rows.
    incident_ids : pyarrow.Array
        (n,), string, each once.

    Returns
    -------
    report_id : pyarrow.Array
        (m,), each report once.
    incident : int64, (m,)
        Position in ``incident_ids``; -1 = none.

    Raises
    ------
    ModelError
        An id stands twice, or a membership names an incident that is not listed.

    Examples
    --------
    >>> rows = {"report_id": ["r1", "r2", "r2"], "incident_id": [None, "i1", "i2"], "prob": [0.0, 0.2, 0.7]}
    >>> reports, incident = main_incidents(pa.table(rows), pa.array(["i1", "i2"]))
    >>> reports.to_pylist(), incident.tolist()
    (['r1', 'r2'], [-1, 1])
    """
    incident = positions(memberships.column("incident_id"), incident_ids)
    _check(memberships, incident_ids, incident)
    coded = memberships.column("report_id").combine_chunks().dictionary_encode()
    if len(coded.dictionary) == len(coded):
        return coded.dictionary, incident
    report = coded.indices.to_numpy().astype(np.int64)
    rank = np.asarray(pc.rank(coded.dictionary, tiebreaker="first").to_numpy(), np.int64)[report]
    alone = np.bincount(report)[report] == 1
    anchor = np.full(len(incident_ids) + 1, np.iinfo(np.int64).max)
    np.minimum.at(anchor, incident[alone], rank[alone])
    anchor[-1] = np.iinfo(np.int64).max
    id_rank = np.append(np.asarray(pc.rank(incident_ids, tiebreaker="first").to_numpy(), np.int64), 0)
    prob = memberships.column("prob").to_numpy()
    order = np.lexsort((id_rank[incident], anchor[incident], -prob, incident < 0, report))
    first = order[np.concatenate([[True], np.diff(report[order]) > 0])]
    return coded.dictionary, incident[first]
