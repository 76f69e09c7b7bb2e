"""Rowwise: formats whose rows become several reports each, one row at a time.

Turns batches of cells and a format's own function for one row into batches of reports. Rule: a row that its function
cannot read is refused whole, so that no event comes in by halves; what it did read is checked like every other
report. Leaves formats to their files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from holdfire.readers.cells import CellBatch, Row, rows_of
from holdfire.readers.checks import check_reports
from holdfire.readers.probe import Probe
from holdfire.readers.reader import Context, ReadBatch
from holdfire.readers.refusals import CellFault, shown
from holdfire.records.refusal import Refusal
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from holdfire.records.source import Source

__all__ = ["Explode", "read_rows", "smaller_source"]

Explode = Callable[[Row, Context], tuple[list[dict[str, Any]], list[Source]]]
"""From a row to its reports - columns of ``REPORT_SCHEMA``, and ``truth_id`` - and the sources that it names."""


def smaller_source(a: Source | None, b: Source) -> Source:
    """Return the one of two descriptions of a source that comes first, so that the order of rows is immaterial."""
    return b if a is None else min(a, b, key=lambda source: (source.name, source.kind, source.side or ""))


def _build(rows: Sequence[dict[str, Any]], carried: Sequence[str]) -> pa.Table:
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in REPORT_SCHEMA.names}
    table = table_from(columns, REPORT_SCHEMA)
    for name in carried:
        table = table.append_column(name, pa.array([row.get(name) for row in rows], pa.string()))
    return table


def _hidden(report: dict[str, Any]) -> str:
    """Return a report's id without the event's in it."""
    report_id = str(report["report_id"])
    return f"{report_id.partition(':')[0]}:x{hashlib.sha256(report_id.encode()).hexdigest()[:20]}"


def _read_batch(batch: CellBatch, file: str, explode: Explode, context: Context, carried: tuple[str, ...]) -> ReadBatch:
    reports: list[dict[str, Any]] = []
    owners: list[int] = []
    sources: dict[str, Source] = {}
    faults: dict[int, CellFault] = {}
    for index, row in enumerate(rows_of(batch)):
        try:
            found, named = explode(row, context)
        except CellFault as fault:
            faults[index] = fault
            continue
        for report in found:
            report["raw_row"] = row.number
            if context.hide_event_ids and report.get("truth_id") is not None:
                report["report_id"] = _hidden(report)
            reports.append(report)
            owners.append(index)
        for source in named:
            sources[source.source_id] = smaller_source(sources.get(source.source_id), source)
    table = _build(reports, [*carried, *(["truth_id"] if context.hide_event_ids else [])])
    checked = check_reports(table, context)
    for at, column, what, mend in checked.each():
        faults.setdefault(owners[at], CellFault(column, what, mend))
    if checked.n_bad:
        keep = ~np.isin(np.asarray(owners), np.asarray(list(faults)))
        table = table.filter(pa.array(keep))
    refusals = [
        Refusal(
            file=file,
            row=int(batch.numbers[index]),
            column=fault.column,
            what=fault.what,
            mend=fault.mend,
            raw=shown(batch.raw(index)),
        )
        for index, fault in sorted(faults.items())
    ]
    return ReadBatch(
        reports=table,
        refusals=(*batch.refusals, *refusals),
        n_rows=batch.n_rows,
        n_unlisted=batch.n_unlisted,
        sources=sources,
    )


def read_rows(probe: Probe, context: Context, explode: Explode, carried: tuple[str, ...] = ()) -> Iterator[ReadBatch]:
    """Yield the reports of a file whose rows are read one by one, with further columns of text that it carries."""
    for batch in probe.batches():
        yield _read_batch(batch, probe.name, explode, context, carried)
