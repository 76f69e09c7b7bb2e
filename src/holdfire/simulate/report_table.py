"""Report table: what sources told, as the canonical tables that a mission and a judge get.

Turns told arrays, details and words into the report table and the table of true memberships. Rule: a report's id
follows from a random order and tells no truth.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import INSTANT, table_from
from holdfire.simulate.ground import Ground
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.particulars import Particulars
from holdfire.simulate.roundups import Roundups
from holdfire.simulate.told import Told
from holdfire.simulate.wording import Said, rich_name, write_rich_texts
from holdfire.simulate.words import place_name, write_texts

__all__ = ["TRUE_MEMBERSHIP_SCHEMA", "ids", "membership_table", "report_table"]

Ints = NDArray[np.int64]

TRUE_MEMBERSHIP_SCHEMA = pa.schema(
    [
        pa.field("report_id", pa.string(), nullable=False),
        ("truth_id", pa.string()),
        pa.field("copied", pa.bool_(), nullable=False),
        ("lie_id", pa.string()),
    ]
)
"""Report to what it truly tells of. A null truth is a fabrication, and reports of one lie share its id. A round-up
has a row for each incident that it tells of; every other report has one row."""


def ids(letter: str, numbers: Ints, width: int) -> pa.Array:
    """Return ids such as ``t0000012``; null for numbers below 0."""
    digits = pa.array(numbers, mask=numbers < 0).cast(pa.string())
    return pc.binary_join_element_wise(letter, pc.utf8_lpad(digits, width, "0"), "")


def _texts(told: Told, details: Particulars, said: Said, languages: tuple[str, ...], knobs: Knobs, n: int) -> pa.Array:
    if knobs.wording == "rich":
        return write_rich_texts(told, details, said, languages, n)
    roots = np.array([str(kind).partition("/")[0] for kind in told.kind], dtype=object)
    # One story has one phrase: copies keep it, in the copier's language.
    return write_texts(roots, told.place, said.phrase, list(languages), said.language, n)


def _numbers(details: Particulars) -> dict[str, pa.Array]:
    names = [f"{what}_{bound}" for what in ("count", "casualties") for bound in ("low", "best", "high")]
    columns = {name: getattr(details, name) for name in names}
    return {name: pa.array(column, mask=column < 0).cast(pa.int32()) for name, column in columns.items()}


def report_table(
    told: Told,
    details: Particulars,
    said: Said,
    order: Ints,
    languages: tuple[str, ...],
    ground: Ground,
    knobs: Knobs,
) -> pa.Table:
    """Return the reports by ``REPORT_SCHEMA``, sorted by id.

    Parameters
    ----------
    order : int64, (n,)
        Which report gets the first id, the second, and so on.
    """
    n_places = ground.lon.size
    named = rich_name if knobs.wording == "rich" else place_name
    place_names = pa.array([named(number, "en") for number in range(n_places)])
    names = [source.source_id for source in knobs.sources]
    numbers = np.empty(order.size, dtype=np.int64)
    numbers[order] = np.arange(order.size)
    table = table_from(
        {
            "report_id": ids("r", numbers, 8),
            "source_id": pa.array(names).take(pa.array(told.source)),
            "occurred_start": pa.array(told.start_us).cast(INSTANT),
            "occurred_end": pa.array(told.end_us).cast(INSTANT),
            "lon": told.lon,
            "lat": told.lat,
            "sigma_m": told.sigma_m,
            "kind": pa.array(told.kind, pa.string()),
            "actor": pa.array(ground.parties).take(pa.array(told.actor, mask=told.actor < 0)),
            "text": _texts(told, details, said, languages, knobs, n_places),
            "reported_start": pa.array(told.sent_us).cast(INSTANT),
            "reported_end": pa.array(told.sent_us + 1).cast(INSTANT),
            "place_model": pa.array(np.full(order.size, "point", dtype=object), pa.string()),
            "place_name": place_names.take(pa.array(told.place)),
            "language": pa.array(languages).take(pa.array(said.language, mask=said.language < 0)),
            **_numbers(details),
        },
        REPORT_SCHEMA,
    )
    return table.take(pa.array(order)).combine_chunks()


def membership_table(told: Told, roundups: Roundups, order: Ints) -> pa.Table:
    """Return what each report truly tells of, by ``TRUE_MEMBERSHIP_SCHEMA``, sorted by report and truth."""
    size = np.bincount(roundups.roundup, minlength=roundups.n)
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    summing = told.roundup[order]
    n_rows = np.where(summing >= 0, np.append(size, 1)[summing], 1)
    row = np.repeat(np.arange(order.size), n_rows)
    nth = np.arange(row.size) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    truth = told.truth[order][row]
    summed = np.flatnonzero(summing[row] >= 0)
    truth[summed] = roundups.truth[first[summing[row][summed]] + nth[summed]]
    ranked = np.lexsort((truth, row))
    row, truth = row[ranked], truth[ranked]
    return table_from(
        {
            "report_id": ids("r", row, 8),
            "truth_id": ids("t", truth, 7),
            "copied": pa.array(told.copied[order][row]),
            "lie_id": ids("l", told.lie[order][row], 7),
        },
        TRUE_MEMBERSHIP_SCHEMA,
    )
