"""Intake: which files came in, what was refused and why, which sources speak, and which lines must be shown.

Turns files, refusals, reports and sources into what the bulletin says of them. Rule: a refusal is counted by its
reason, the fault without the value seen; nothing refused is dropped without a word. Leaves the faults' wording to
the readers, whose messages are in English.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.instants import to_us
from holdfire.publication.period import NO_TIME, middle_us
from holdfire.records.bulletin import Period
from holdfire.records.bulletin_parts import IntakeItem, RefusalGroup, SourceItem
from holdfire.records.intake import FileRead

__all__ = ["attributions_of", "intake_of", "reason_of", "refusal_groups", "source_items"]

MAX_EXAMPLES = 3
MAX_EXAMPLE_LETTERS = 160


def intake_of(files: Sequence[FileRead]) -> tuple[IntakeItem, ...]:
    """Return the files by name and hash, without their paths."""
    items = (
        IntakeItem(
            name=file.name,
            sha256=file.sha256,
            reader=file.reader,
            n_rows=file.n_rows,
            n_reports=file.n_reports,
            n_refused=file.n_refused,
            attribution=file.attribution,
        )
        for file in files
    )
    return tuple(sorted(items, key=lambda item: (item.name, item.sha256)))


def attributions_of(files: Sequence[FileRead]) -> tuple[str, ...]:
    """Return the lines that the data's licences ask to show, each once, sorted."""
    return tuple(sorted({file.attribution for file in files if file.attribution}))


def reason_of(what: str) -> str:
    """Return a fault without the value seen, which follows the first colon.

    Examples
    --------
    >>> reason_of("This is no number: 'abc: 12'.")
    'This is no number'
    >>> reason_of("This row has no date.")
    'This row has no date'
    """
    return what.partition(": ")[0].rstrip(".").strip()


def refusal_groups(refusals: pa.Table, *, with_values: bool) -> tuple[RefusalGroup, ...]:
    """Count refused rows by file, column and reason, most first.

    Parameters
    ----------
    with_values : bool
        False leaves out the examples, which hold values of the rows.
    """
    if refusals.num_rows == 0:
        return ()
    reasons = pa.array([reason_of(what) for what in refusals["what"].to_pylist()], pa.string())
    table = refusals.append_column("reason", reasons).sort_by(
        [(name, "ascending") for name in ("file", "column", "reason", "row", "what")]
    )
    grouped: dict[tuple[str, str | None, str], list[dict[str, Any]]] = {}
    for row in table.select(["file", "column", "reason", "row", "what", "mend"]).to_pylist():
        grouped.setdefault((row["file"], row["column"], row["reason"]), []).append(row)
    groups = [
        RefusalGroup(
            file=file,
            column=column,
            reason=reason,
            mend=min(row["mend"] for row in rows),
            n=len(rows),
            examples=tuple((row["row"], row["what"][:MAX_EXAMPLE_LETTERS]) for row in rows[:MAX_EXAMPLES])
            if with_values
            else (),
        )
        for (file, column, reason), rows in grouped.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.n, group.file, group.column or "", group.reason)))


def _counts(reports: pa.Table, kept: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, int]:
    counted = pc.value_counts(reports["source_id"].filter(pa.array(kept)))
    return {row["values"]: row["counts"] for row in counted.to_pylist()}


def source_items(reports: pa.Table, sources: pa.Table, period: Period) -> tuple[SourceItem, ...]:
    """Return the sources with how many of their reports tell of the period, most first.

    A report counts where the middle of its occurred interval lies, as an incident does.
    """
    at_us = middle_us(reports)
    start, end, before = to_us(period.start), to_us(period.end), to_us(period.previous_start)
    known = at_us != NO_TIME
    now = _counts(reports, known & (at_us >= start) & (at_us < end))
    earlier = _counts(reports, known & (at_us >= before) & (at_us < start))
    items = [
        SourceItem(
            source_id=row["source_id"],
            name=row["name"],
            kind=row["kind"],
            side=row["side"],
            reliability=row["reliability"],
            copies_from=tuple(sorted(row["copies_from"] or ())),
            n_sources=1,
            n_reports=now.get(row["source_id"], 0),
            n_reports_before=earlier.get(row["source_id"], 0),
        )
        for row in sources.to_pylist()
    ]
    return tuple(
        sorted(_together(items), key=lambda item: (-item.n_reports, item.name, item.kind, item.source_id or ""))
    )


def _together(items: Sequence[SourceItem]) -> list[SourceItem]:
    """Return the items with those that have no name joined into one for each kind."""
    joined: dict[str, SourceItem] = {}
    for item in items:
        if not item.name:
            first = joined.get(item.kind)
            joined[item.kind] = replace(
                item,
                source_id=None,
                side=None,
                reliability="",
                copies_from=(),
                n_sources=item.n_sources + (first.n_sources if first else 0),
                n_reports=item.n_reports + (first.n_reports if first else 0),
                n_reports_before=item.n_reports_before + (first.n_reports_before if first else 0),
            )
    return [*(item for item in items if item.name), *joined.values()]
