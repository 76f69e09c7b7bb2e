"""Duplicates: one report for each id, whatever the order of rows and files.

Turns a table in which ids may stand several times into one in which each stands once. Rules: reports of one id with
equal content are one; of reports with unequal content the one whose content comes first stays, the others are refused.
Content is every column but where the report was read from. Work is done on whole columns, and row by row only for
ids that stand more than once.
"""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.readers.limits import MAX_RAW_CHARS
from holdfire.records.refusal import Refusal

__all__ = ["single_reports"]

PROVENANCE = ("raw_sha256", "raw_file", "raw_row", "reader")


def single_reports(table: pa.Table) -> tuple[pa.Table, list[Refusal]]:
    """Return the table sorted by ``report_id``, each id once, and the refusals of what contradicts.

    Parameters
    ----------
    table : pyarrow.Table
        By ``REPORT_SCHEMA``; further columns are carried and count as content.

    Returns
    -------
    pyarrow.Table, list of Refusal
        The same for every order of the rows.
    """
    if table.num_rows < 2:
        return table, []
    table = table.combine_chunks()
    ids = table.column("report_id").combine_chunks()
    if not pc.all(pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py():
        order = pc.sort_indices(ids)
        table, ids = table.take(order), ids.take(order)
    if isinstance(ids, pa.ChunkedArray):
        ids = ids.combine_chunks()
    same = np.asarray(pc.equal(ids.slice(0, len(ids) - 1), ids.slice(1)).to_numpy(zero_copy_only=False))
    if not same.any():
        return table, []
    repeated = np.concatenate([[False], same]) | np.concatenate([same, [False]])
    rows = np.flatnonzero(repeated)
    dropped, refusals = _choose(table.take(pa.array(rows)), rows)
    keep = np.ones(table.num_rows, np.bool_)
    keep[dropped] = False
    return table.filter(pa.array(keep)), refusals


def _choose(table: pa.Table, rows: np.ndarray) -> tuple[list[int], list[Refusal]]:
    by_id: dict[str, list[tuple[str, tuple[str, str, int], int]]] = defaultdict(list)
    for index, row in enumerate(table.to_pylist()):
        read_at = (row["raw_sha256"] or "", row["raw_file"] or "", row["raw_row"] or 0)
        content = {name: value for name, value in row.items() if name not in PROVENANCE}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        by_id[row["report_id"]].append((text, read_at, index))
    dropped: list[int] = []
    refusals: list[Refusal] = []
    for report_id, found in by_id.items():
        found.sort()
        kept = found[0]
        for text, (_, file, number), index in found[1:]:
            dropped.append(int(rows[index]))
            if text != kept[0]:
                where = f"{kept[1][1]}, row {kept[1][2]}"
                refusals.append(_refusal(report_id, file, number, where, text))
    return dropped, refusals


def _refusal(report_id: str, file: str, number: int, where: str, text: str) -> Refusal:
    return Refusal(
        file=file,
        row=number,
        column="report_id",
        what=f"Another report has this id and says something else: {report_id[:80]!r}.",
        mend=f"The one that stays is of {where}; give each report an id of its own.",
        raw=text[:MAX_RAW_CHARS],
    )
