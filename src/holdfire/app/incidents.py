"""Incidents: a user's Parquet of incidents, checked and brought into the order of ids.

Turns a file by ``INCIDENT_SCHEMA`` into one that parts can be cut from. Rules: the file is read in batches and never
held whole; the first row that no stage could read is named with its row and field; a file that is in order already is
used as it lies, any other is sorted through stretches of the ids, each of which is held once. Leaves what incidents
mean to the stages.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire.app.spread import Ordered
from holdfire.assessment.facts import Times, times_of
from holdfire.basics.canonical import ROW_GROUP_ROWS, TableWriter
from holdfire.basics.documents import nearest_name
from holdfire.errors import HoldfireError, MissingInputError, ReadError
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import conform, sort_table

__all__ = ["GivenIncidents", "order_incidents"]

CHECKED = (
    "incident_id", "prob_real_lower", "prob_real_upper", "occurred_start", "occurred_end", "place_model", "lon", "lat",
    "sigma_m", "kind", "kinds",
)  # fmt: skip
"""What is looked at before anything is judged."""
BATCH_ROWS = 131_072
BUCKET_ROWS = 524_288
"""Incidents of about one stretch of the ids, which is sorted at a time."""
MEND = "Give incidents as 'holdfire fuse' writes them: docs/reference/records.md, Incident."


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenIncidents:
    """Hold what a file of incidents says before any is judged.

    Attributes
    ----------
    ordered : Ordered
    kinds : frozenset of str
        Paths of the kinds of event that any incident may be.
    """

    ordered: Ordered
    kinds: frozenset[str]


class _Seen:
    """Gather what one reading of the file says."""

    def __init__(self) -> None:
        self.is_ordered = True
        self.last: str | None = None
        self.kinds: set[str] = set()
        self.times: list[Times] = []
        self.sample: list[str] = []

    def add(self, batch: pa.Table, where: str, first_row: int) -> None:
        _check(batch, where, first_row)
        ids = batch["incident_id"].combine_chunks()
        follows = pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))
        begins = str(ids[0].as_py())
        self.is_ordered &= pc.all(follows).as_py() is not False and (
            self.last is None or self.last.encode() < begins.encode()
        )
        self.last = str(ids[-1].as_py())
        self.sample += ids.take(pa.array(np.arange(0, len(ids), 256))).to_pylist()
        for column in (batch["kind"], pc.struct_field(pc.list_flatten(batch["kinds"]), "name")):
            self.kinds.update(pc.unique(column).drop_null().to_pylist())
        self.times.append(times_of(*(batch[name].combine_chunks() for name in ("occurred_start", "occurred_end"))))

    def joined(self) -> Times:
        parts = [np.concatenate(part) for part in zip(*self.times, strict=True)] if self.times else None
        if parts is None:
            none = np.empty(0, dtype=np.int64)
            return Times(none, none, np.empty(0, dtype=np.bool_))
        return Times(*parts)


def _check(batch: pa.Table, where: str, first_row: int) -> None:
    # What a stage would trip over, with the first row that does.
    ids = batch["incident_id"]
    lower, upper = batch["prob_real_lower"], batch["prob_real_upper"]
    wrong = (
        ("incident_id", pc.match_substring_regex(ids, r"^[^/]+$"), "An incident has no id, or one with a slash",
         "Give each an id of its own, such as 'i' and a number."),
        ("prob_real_lower", pc.and_(pc.less_equal(0.0, lower), pc.less_equal(lower, upper)),
         "A lower bound is not between 0 and the upper one", "Write probabilities from 0 to 1, the lower bound first."),
        ("prob_real_upper", pc.less_equal(upper, 1.0), "An upper bound is above 1", "Write a share, not a percentage."),
        ("lat", pc.less_equal(pc.abs(batch["lat"]), 90.0), "A latitude is not -90 to 90", "Is it the longitude?"),
        ("lon", pc.less_equal(pc.abs(batch["lon"]), 180.0), "A longitude is not -180 to 180",
         "Write degrees of WGS84."),
        ("sigma_m", pc.greater_equal(batch["sigma_m"], 0.0), "An error of a place is below zero",
         "Write the 1-sigma radius in metres; null if it is not known."),
        ("occurred_end", pc.less_equal(batch["occurred_start"], batch["occurred_end"]),
         "An incident ends before it starts", "Check both instants."),
    )  # fmt: skip
    for field, holds, what, mend in wrong:
        if INCIDENT_SCHEMA.field(field).nullable:
            holds = pc.fill_null(holds, True)
        fails = pc.index(pc.fill_null(holds, False), False).as_py()
        if fails >= 0:
            raise ReadError(
                f"{what}: {batch[field][fails].as_py()!r}.", f"{where}, row {first_row + fails + 1}, {field}", mend
            )


def _opened(path: Path) -> pq.ParquetFile:
    # The file, if it is Parquet and its columns are those of incidents.
    try:
        file = pq.ParquetFile(path)
    except OSError as error:
        raise MissingInputError(
            f"This file cannot be opened: {error.strerror or error}.", str(path), "Check the path."
        ) from error
    except pa.ArrowException as error:
        raise ReadError(f"This is no Parquet: {str(error)[:200]}", str(path), MEND) from error
    have = file.schema_arrow
    for field in INCIDENT_SCHEMA:
        if field.name not in have.names and (not field.nullable or field.name in CHECKED):
            near = nearest_name(field.name, list(have.names))
            mend = f"Is it {near!r}? {MEND}" if near else MEND
            raise ReadError(f"This table of incidents lacks the column {field.name!r}.", str(path), mend)
    try:
        conform(have.empty_table(), INCIDENT_SCHEMA)
    except (pa.ArrowException, HoldfireError) as error:
        raise ReadError(f"A column of incidents is of another type: {str(error)[:200]}", str(path), MEND) from error
    return file


def _batches(file: pq.ParquetFile, columns: list[str] | None = None) -> Iterator[pa.Table]:
    # In rows of INCIDENT_SCHEMA; columns that are asked for alone, or all of them.
    for batch in file.iter_batches(BATCH_ROWS, columns=columns):
        if batch.num_rows:
            table = pa.Table.from_batches([batch])
            if columns is not None:
                yield conform(table, pa.schema([INCIDENT_SCHEMA.field(name) for name in columns]))
            else:
                known = [name for name in INCIDENT_SCHEMA.names if name in table.column_names]
                yield conform(table.select(known), INCIDENT_SCHEMA)


def order_incidents(path: Path, out: Path, folder: Path) -> GivenIncidents:
    """Check a file of incidents and write it in the order of ids.

    Parameters
    ----------
    path : Path
        Parquet by ``INCIDENT_SCHEMA``, in any order; columns that may be null may lack, but for those of time, place
        and kind.
    out : Path
        Where the ordered incidents go: the file as it is, where it is in order.
    folder : Path
        For stretches that wait to be sorted.

    Raises
    ------
    MissingInputError
        There is no such file.
    ReadError
        It is no Parquet of incidents, or a row cannot be read.
    """
    file = _opened(path)
    seen, row = _Seen(), 0
    for batch in _batches(file, list(CHECKED)):
        seen.add(batch, str(path), row)
        row += batch.num_rows
    groups = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    same_columns = file.schema_arrow.equals(INCIDENT_SCHEMA)
    if seen.is_ordered and same_columns and max(groups, default=0) <= ROW_GROUP_ROWS:
        shutil.copyfile(path, out)
        return GivenIncidents(ordered=Ordered(path=out, times=seen.joined()), kinds=frozenset(seen.kinds))
    seen.times = _sorted(file, str(path), seen.sample, out, folder)
    return GivenIncidents(ordered=Ordered(path=out, times=seen.joined()), kinds=frozenset(seen.kinds))


def _sorted(file: pq.ParquetFile, where: str, sample: list[str], out: Path, folder: Path) -> list[Times]:
    # Bring rows into files of one stretch of the ids each, then sort stretch after stretch.
    n_buckets = max(1, -(-file.metadata.num_rows // BUCKET_ROWS))
    known = sorted(sample, key=str.encode)
    bounds = [known[len(known) * one // n_buckets] for one in range(1, n_buckets)]
    paths = [folder / f"stretch-{number:05d}.parquet" for number in range(n_buckets)]
    with ExitStack() as stack:
        writers = [stack.enter_context(pq.ParquetWriter(one, INCIDENT_SCHEMA, compression="lz4")) for one in paths]
        for batch in _batches(file):
            bucket = np.zeros(batch.num_rows, dtype=np.int64)
            for bound in bounds:
                bucket += pc.greater_equal(batch["incident_id"], bound).to_numpy()
            for number in np.unique(bucket).tolist():
                writers[number].write_table(batch.filter(pa.array(bucket == number)))
    times, writer = [], TableWriter(out, INCIDENT_SCHEMA)
    try:
        for one in paths:
            rows = sort_table(pq.read_table(one), ["incident_id"])
            ids = rows["incident_id"]
            twice = pc.index(pc.equal(ids.slice(0, max(0, len(ids) - 1)), ids.slice(1)), True).as_py()
            if twice >= 0:
                raise ReadError(
                    f"This id stands twice: {ids[twice].as_py()!r}.", f"{where}, incident_id", "Remove one."
                )
            writer.add(rows)
            times.append(times_of(*(rows[name].combine_chunks() for name in ("occurred_start", "occurred_end"))))
            one.unlink()
        writer.commit()
    finally:
        writer.discard()
    return times
