"""Checks: which rows of a table of reports cannot be reports, and why.

Turns a table of ``REPORT_SCHEMA`` into the rows that stand and the faults of the others. Rule: a report has an id and
a source; a place is a pair of finite degrees; times lie in 1900 to 2100 and run forwards; kinds are paths of the
trees, unless any is taken; a row has one fault, the first. Work is done on whole columns; only rows at fault are looked
at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.documents import nearest_name
from holdfire.basics.instants import MAX_US, MIN_US
from holdfire.readers.limits import MAX_REFUSALS_KEPT
from holdfire.readers.reader import Context
from holdfire.records.taxonomy import Taxonomy

__all__ = ["PLACE_MODELS", "RowFaults", "check_reports"]

Bools = NDArray[np.bool_]
PLACE_MODELS = ("point", "area", "unknown")
LONG_US = 10**18
"""Some 30,000 years: beyond it an instant is shown as a number."""
INTERVALS = (("occurred_start", "occurred_end"), ("reported_start", "reported_end"))
COUNTS = ("count_low", "count_best", "count_high"), ("casualties_low", "casualties_best", "casualties_high")


@dataclass(frozen=True, slots=True)
class _Fault:
    column: str
    what: str | Callable[[int], str]
    mend: str


@dataclass(slots=True)
class RowFaults:
    """Gather the first fault of each row.

    Attributes
    ----------
    n : int
        Rows.
    first : int32, (n,)
        Number of the row's fault; -1 = none.
    """

    n: int
    first: NDArray[np.int32] = field(init=False)
    known: list[_Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin without faults."""
        self.first = np.full(self.n, -1, np.int32)

    def add(
        self,
        mask: Bools,
        column: str,
        what: str | Callable[[int], str],
        mend: str,
        values: pa.Array | None = None,
    ) -> None:
        """Mark rows.

        Parameters
        ----------
        mask : bool, (n,)
        column, mend : str
        what : str or callable
            A sentence, or a function from a row's index to it.
        values : pyarrow.Array, (n,), optional
            Is seen at the end of the sentence, which is then given without its full stop.
        """
        if mask.any():
            self.first[mask & (self.first < 0)] = len(self.known)
            told = what
            if values is not None:
                told = _Telling(str(what), values)
            self.known.append(_Fault(column, told, mend))

    @property
    def good(self) -> Bools:
        """Return which rows have no fault."""
        return self.first < 0

    @property
    def n_bad(self) -> int:
        """Return how many rows have a fault."""
        return int((self.first >= 0).sum())

    def each(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield index, column, what and mend of each row at fault, at most as many as are kept."""
        for index in np.flatnonzero(self.first >= 0)[:MAX_REFUSALS_KEPT].tolist():
            fault = self.known[int(self.first[index])]
            what = fault.what if isinstance(fault.what, str) else fault.what(index)
            yield index, fault.column, what, fault.mend


def _mask(values: pa.Array | pa.ChunkedArray) -> Bools:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _chunk(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(frozen=True, slots=True)
class _Telling:
    """End a sentence with the value seen."""

    what: str
    values: pa.Array

    def __call__(self, index: int) -> str:
        scalar = self.values[index]
        if pa.types.is_timestamp(scalar.type) and scalar.is_valid:
            return f"{self.what}: {_instant_text(scalar.value)}."
        return f"{self.what}: {str(scalar.as_py())[:80]}."


def _instant_text(us: int) -> str:
    return f"{np.datetime64(us, 'us')}Z" if abs(us) < LONG_US else f"{us} microseconds since 1970"


def _floats(table: pa.Table, name: str) -> tuple[NDArray[np.float64], Bools]:
    column = _chunk(table, name)
    valid = ~_mask(pc.is_null(column))
    return np.asarray(pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False), np.float64), valid


def _check_ids(table: pa.Table, faults: RowFaults) -> None:
    for name, noun in (("report_id", "id"), ("source_id", "source")):
        column = _chunk(table, name)
        empty = pc.fill_null(pc.equal(pc.utf8_length(column), 0), True)
        faults.add(_mask(empty), name, f"This report has no {noun}: null.", f"Fill in {name}.")


def _check_place(table: pa.Table, faults: RowFaults) -> None:
    lon, has_lon = _floats(table, "lon")
    lat, has_lat = _floats(table, "lat")
    sigma, has_sigma = _floats(table, "sigma_m")
    for name, values, limit in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        column = _chunk(table, name)
        mend = "Write null where a place is unknown."
        faults.add(~np.isfinite(values), name, f"This {name} is not finite", mend, column)
        what = f"This {name} lies outside -{limit:g} to {limit:g}"
        faults.add(np.abs(values) > limit, name, what, "Write degrees; are lon and lat exchanged?", column)
    faults.add(has_lon & ~has_lat, "lat", "This place has a lon and no lat: null.", "Give both, or neither.")
    faults.add(has_lat & ~has_lon, "lon", "This place has a lat and no lon: null.", "Give both, or neither.")
    bad_sigma = has_sigma & ~((sigma >= 0.0) & np.isfinite(sigma))
    what = "An error of a place is a number of metres, >= 0"
    faults.add(bad_sigma, "sigma_m", what, "Write null where it is unknown.", _chunk(table, "sigma_m"))
    model = _chunk(table, "place_model")
    unknown = pc.invert(pc.is_in(model, value_set=pa.array(PLACE_MODELS, pa.string())))
    faults.add(
        _mask(pc.and_(pc.is_valid(model), unknown)),
        "place_model",
        "This is no model of a place",
        f"Write {', '.join(PLACE_MODELS)} or null.",
        model,
    )


def _check_times(table: pa.Table, faults: RowFaults) -> None:
    for name in ("received_at", *(name for pair in INTERVALS for name in pair)):
        column = _chunk(table, name)
        us = pc.cast(column, pa.int64())
        outside = _mask(pc.or_(pc.less(us, MIN_US), pc.greater(us, MAX_US)))
        mend = "Check the year; write null where the instant is unknown."
        faults.add(outside, name, "This instant lies outside 1900 to 2100", mend, column)
    for start, end in INTERVALS:
        late = _mask(pc.greater(_chunk(table, start), _chunk(table, end)))
        mend = f"Check {start} and {end}."
        faults.add(late, end, "This interval ends before it starts", mend, _chunk(table, end))


def _check_tree(table: pa.Table, name: str, tree: Taxonomy, faults: RowFaults) -> None:
    column = _chunk(table, name)
    if column.null_count == len(column):
        return
    encoded = column.dictionary_encode()
    unknown = [word not in tree for word in encoded.dictionary.to_pylist()]
    if not any(unknown):
        return
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    mask = np.asarray([*unknown, False], np.bool_)[indices]

    def what(index: int) -> str:
        word = str(column[index].as_py())[:80]
        near = nearest_name(word, tree.paths)
        return f"The tree {tree.name} has no {name} {word!r}" + (f"; the nearest is {near!r}." if near else ".")

    faults.add(
        mask, name, what, "Write a path of the tree, at any level, or null; bring a tree of your own if need be."
    )


def _check_counts(table: pa.Table, faults: RowFaults) -> None:
    for names in COUNTS:
        columns = [_chunk(table, name) for name in names]
        if all(column.null_count == len(column) for column in columns):
            continue
        for name, column in zip(names, columns, strict=True):
            mend = "Write null where it is unknown."
            faults.add(_mask(pc.less(column, 0)), name, "A count is 0 or more", mend, column)
        for low, high in ((0, 1), (1, 2), (0, 2)):
            wrong = _mask(pc.greater(columns[low], columns[high]))
            mend = "Order them: low, best, high."
            faults.add(wrong, names[high], f"{names[low]} is above {names[high]}", mend, columns[high])


def _check_shares(table: pa.Table, faults: RowFaults) -> None:
    lower, has_lower = _floats(table, "excluded_lower")
    upper, has_upper = _floats(table, "excluded_upper")
    for name, values, has in (("excluded_lower", lower, has_lower), ("excluded_upper", upper, has_upper)):
        wrong = has & ~((values >= 0.0) & (values <= 1.0))
        mend = "Write a share, not a percentage."
        faults.add(wrong, name, "A probability is 0 to 1", mend, _chunk(table, name))
    late = has_lower & has_upper & (lower > upper)
    mend = "Order the two bounds."
    faults.add(late, "excluded_upper", "excluded_lower is above excluded_upper", mend, _chunk(table, "excluded_upper"))
    grade = _chunk(table, "credibility")
    wrong = _mask(pc.or_(pc.less(grade, 1), pc.greater(grade, 6)))
    mend = "Write null where it is not judged."
    faults.add(wrong, "credibility", "An Admiralty credibility is 1 to 6", mend, grade)


def _check_bearing(table: pa.Table, faults: RowFaults) -> None:
    mend = "Write null where it is unknown."
    bearing, has_bearing = _floats(table, "fired_from_deg")
    sigma, has_sigma = _floats(table, "fired_from_sigma_deg")
    wrong = has_bearing & ~((bearing >= 0.0) & (bearing < 360.0))
    what = "A bearing is 0 or more and less than 360 degrees, clockwise from north"
    faults.add(wrong, "fired_from_deg", what, mend, _chunk(table, "fired_from_deg"))
    wrong = has_sigma & ~((sigma > 0.0) & (sigma <= 180.0))
    what = "An error of a bearing is more than 0 and at most 180 degrees"
    faults.add(wrong, "fired_from_sigma_deg", what, mend, _chunk(table, "fired_from_sigma_deg"))


def check_reports(table: pa.Table, context: Context, faults: RowFaults | None = None) -> RowFaults:
    """Find the rows that cannot be reports.

    Parameters
    ----------
    table : pyarrow.Table
        By ``REPORT_SCHEMA``, ids nullable; further columns are not looked at.
    context : Context
        The trees.
    faults : RowFaults, optional
        Faults found before; a row keeps its first.
    """
    found = RowFaults(table.num_rows) if faults is None else faults
    if table.num_rows == 0:
        return found
    _check_ids(table, found)
    _check_place(table, found)
    _check_times(table, found)
    if not context.takes_any_kind:
        _check_tree(table, "kind", context.kinds, found)
    _check_tree(table, "weapon", context.weapons, found)
    _check_tree(table, "target_kind", context.targets, found)
    _check_counts(table, found)
    _check_shares(table, found)
    _check_bearing(table, found)
    return found
