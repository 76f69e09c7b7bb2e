"""Turn the table of incidents into plain arrays, ordered by incident, that every kernel reads.

Rule: what an incident does not say stays unknown here and becomes a range in the kernels: a missing list of kinds or
actors falls back on the single column, a missing part of a list's mass is a null name, a missing end of time is
``vague``. Leaves the meaning of names to ``acts``. Source: ``records.incident``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import MAX_US, MIN_US
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import conform

__all__ = ["READ", "UNNAMED", "Facts", "NameCodes", "Shares", "Times", "facts_of", "times_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNNAMED = -1
"""Code of a null name."""
MASS_TOLERANCE = 1e-6
"""A list's upper bounds that sum to less than one by more than this leave a rest that nobody names."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NameCodes:
    """Hold a column of names as codes.

    Attributes
    ----------
    names : tuple of str
        Distinct names, sorted.
    code : int64, (n,)
        Index into ``names``; ``UNNAMED`` for null.
    """

    names: tuple[str, ...]
    code: Ints

    def part(self, start: int, end: int) -> NameCodes:
        """Return rows ``[start, end)``."""
        return NameCodes(names=self.names, code=self.code[start:end])

    def take(self, rows: Ints) -> NameCodes:
        """Return some rows: int64, (m,)."""
        return NameCodes(names=self.names, code=self.code[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Hold a list of bounds by name for each incident; every incident has at least one entry.

    Attributes
    ----------
    names : tuple of str
        Distinct names, sorted.
    first : int64, (n + 1,)
        Where each incident's entries begin.
    code : int64, (n_entries,)
        Index into ``names``; ``UNNAMED`` for null.
    lower, upper : float64, (n_entries,), 0..1
    """

    names: tuple[str, ...]
    first: Ints
    code: Ints
    lower: Floats
    upper: Floats

    def part(self, start: int, end: int) -> Shares:
        """Return the entries of incidents ``[start, end)``."""
        begin, stop = int(self.first[start]), int(self.first[end])
        return Shares(
            names=self.names,
            first=self.first[start : end + 1] - begin,
            code=self.code[begin:stop],
            lower=self.lower[begin:stop],
            upper=self.upper[begin:stop],
        )

    def take(self, rows: Ints) -> Shares:
        """Return the entries of some incidents: int64, (m,)."""
        size = self.first[rows + 1] - self.first[rows]
        first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        entry = np.arange(first[-1]) + np.repeat(self.first[rows] - first[:-1], size)
        return Shares(
            names=self.names,
            first=first,
            code=self.code[entry],
            lower=self.lower[entry],
            upper=self.upper[entry],
        )

    def row(self) -> Ints:
        """Return the incident of each entry: int64, (n_entries,)."""
        return np.repeat(np.arange(self.first.size - 1), np.diff(self.first))


class Times(NamedTuple):
    """Hold when incidents happened.

    Attributes
    ----------
    start, end : int64, (n,), microseconds since 1970, UTC
        ``[start, end)``, at least 1 us; 1900 and 2100 stand for an end that nobody states.
    vague : bool, (n,)
        Start or end is not stated.
    """

    start: Ints
    end: Ints
    vague: Flags


def times_of(start: pa.Array, end: pa.Array) -> Times:
    """Return when incidents happened, from their columns ``occurred_start`` and ``occurred_end``."""
    first, start_known = _instants(start, MIN_US)
    last, end_known = _instants(end, MAX_US)
    return Times(first, np.maximum(last, first + 1), ~(start_known & end_known))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """Hold incidents as arrays, ordered by incident id.

    Attributes
    ----------
    incident_id : pyarrow string array, (n,)
    real_lower, real_upper : float64, (n,), 0..1
    start, end : int64, (n,), microseconds since 1970, UTC
        ``[start, end)``, at least 1 us; 1900 and 2100 stand for an end that nobody states.
    vague : bool, (n,)
        Start or end is not stated.
    lon, lat, sigma_m : float64, (n,)
        Degrees and metres; NaN = unknown.
    area : NameCodes
        Gazetteer unit where the place is an area.
    kinds, actors : Shares
    weapon, target_kind : NameCodes
    target_lower, target_upper : float64, (n,), 0..1
        Bounds of the probability that the target is of that kind.
    excluded_lower, excluded_upper : float64, (n,), 0..1
        As the incident's ``involved_excluded``; NaN = null.
    count_low : float64, (n,), >= 0
        Fewest single events, or persons freed; NaN = null.
    fired_from_deg, fired_from_sigma_deg : float64, (n,), degrees
        Bearing from where fire fell towards whoever fired, and its 1-sigma error; NaN = null.
    """

    incident_id: pa.Array
    real_lower: Floats
    real_upper: Floats
    start: Ints
    end: Ints
    vague: Flags
    lon: Floats
    lat: Floats
    sigma_m: Floats
    area: NameCodes
    kinds: Shares
    actors: Shares
    weapon: NameCodes
    target_kind: NameCodes
    target_lower: Floats
    target_upper: Floats
    excluded_lower: Floats
    excluded_upper: Floats
    count_low: Floats
    fired_from_deg: Floats
    fired_from_sigma_deg: Floats

    @property
    def times(self) -> Times:
        """Return when they happened."""
        return Times(self.start, self.end, self.vague)

    @property
    def n(self) -> int:
        """Return the number of incidents."""
        return int(self.start.size)

    def part(self, start: int, end: int) -> Facts:
        """Return incidents ``[start, end)``, without copying."""
        return Facts(
            incident_id=self.incident_id.slice(start, end - start),
            **{name: getattr(self, name)[start:end] for name in _ARRAYS},
            **{name: getattr(self, name).part(start, end) for name in _CODED},
        )

    def take(self, rows: Ints) -> Facts:
        """Return some incidents: int64, (m,), ascending; without copying where they are neighbours."""
        if rows.size and int(rows[-1]) - int(rows[0]) == rows.size - 1:
            return self.part(int(rows[0]), int(rows[-1]) + 1)
        return Facts(
            incident_id=self.incident_id.take(pa.array(rows)),
            **{name: getattr(self, name)[rows] for name in _ARRAYS},
            **{name: getattr(self, name).take(rows) for name in _CODED},
        )


READ = pa.schema([
    INCIDENT_SCHEMA.field(name)
    for name in (
        "incident_id", "prob_real_lower", "prob_real_upper", "occurred_start", "occurred_end", "place_model", "lon",
        "lat", "sigma_m", "area_id", "kind", "kinds", "actor", "actors", "involved_excluded_lower",
        "involved_excluded_upper", "target_kind", "prob_target_kind", "weapon", "count_low", "fired_from_deg",
        "fired_from_sigma_deg",
    )
])  # fmt: skip
"""What an assessment reads of an incident."""
_ARRAYS = (
    "real_lower", "real_upper", "start", "end", "vague", "lon", "lat", "sigma_m", "target_lower", "target_upper",
    "excluded_lower", "excluded_upper", "count_low", "fired_from_deg", "fired_from_sigma_deg",
)  # fmt: skip
_CODED = ("area", "kinds", "actors", "weapon", "target_kind")


def _floats(column: pa.Array) -> Floats:
    return np.array(pc.fill_null(pc.cast(column, pa.float64()), float("nan")).to_numpy(zero_copy_only=False))


def _chances(column: pa.Array) -> Floats:
    return np.clip(_floats(column), 0.0, 1.0)


def _codes(column: pa.Array) -> NameCodes:
    encoded = column.dictionary_encode() if not pa.types.is_dictionary(column.type) else column
    found: list[str] = encoded.dictionary.to_pylist()
    names = tuple(sorted(found))
    place = {name: code for code, name in enumerate(names)}
    turned = np.array([place[name] for name in found] + [UNNAMED], dtype=np.int64)
    index = pc.fill_null(pc.cast(encoded.indices, pa.int64()), UNNAMED).to_numpy(zero_copy_only=False)
    return NameCodes(names=names, code=turned[index])


def _shares(lists: pa.Array, single: pa.Array) -> Shares:
    # Entries as they stand, plus one for a list that is missing or whose mass is not all named.
    n = len(lists)
    n_listed = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    entries = lists.flatten()
    lower, upper = _chances(entries.field("lower")), _chances(entries.field("upper"))
    lower, upper = np.nan_to_num(lower, nan=0.0), np.nan_to_num(upper, nan=1.0)
    upper = np.maximum(lower, upper)
    row = np.repeat(np.arange(n), n_listed)
    unsaid = 1.0 - np.bincount(row, weights=upper, minlength=n)
    added = np.flatnonzero((unsaid > MASS_TOLERANCE) | (n_listed == 0))
    names = pa.concat_arrays([entries.field("name"), pc.if_else(pa.array(n_listed == 0), single, None).take(added)])
    coded = _codes(names)
    at = np.argsort(np.concatenate([row, added]), kind="stable")
    unsaid_most = 1.0 - np.bincount(row, weights=lower, minlength=n)
    rest_lower, rest_upper = (np.clip(part[added], 0.0, 1.0) for part in (unsaid, unsaid_most))
    return Shares(
        names=coded.names,
        first=np.concatenate([[0], np.cumsum(n_listed + np.bincount(added, minlength=n))]).astype(np.int64),
        code=coded.code[at],
        lower=np.concatenate([lower, rest_lower])[at],
        upper=np.concatenate([upper, rest_upper])[at],
    )


def _instants(column: pa.Array, missing_us: int) -> tuple[Ints, Flags]:
    as_us = pc.cast(column, pa.int64())
    known = pc.is_valid(as_us).to_numpy(zero_copy_only=False)
    values = pc.fill_null(as_us, missing_us).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.clip(values, MIN_US, MAX_US), known


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def _is_ordered(ids: pa.ChunkedArray) -> bool:
    return len(ids) < 2 or pc.all(pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py() is True


def facts_of(incidents: pa.Table) -> Facts:
    """Return the incidents as arrays, ordered by incident id.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``INCIDENT_SCHEMA``, in any order; only the columns of ``READ`` are needed.
    """
    table = conform(incidents.select([name for name in incidents.column_names if name in READ.names]), READ)
    if not _is_ordered(table["incident_id"]):
        table = table.take(pc.sort_indices(table, sort_keys=[("incident_id", "ascending")]))
    column = {name: _one_array(table.column(name)) for name in table.column_names}
    times = times_of(column["occurred_start"], column["occurred_end"])
    lon, lat, sigma_m = (_floats(column[name]) for name in ("lon", "lat", "sigma_m"))
    model = column["place_model"]
    is_area = pc.equal(model, "area")
    nowhere = pc.equal(model, "unknown").to_numpy(zero_copy_only=False) | ~np.isfinite(lon + lat + sigma_m)
    for part in (lon, lat, sigma_m):
        part[nowhere] = np.nan
    share, named = _chances(column["prob_target_kind"]), pc.is_valid(column["target_kind"]).to_numpy(False)
    return Facts(
        incident_id=column["incident_id"],
        real_lower=_chances(column["prob_real_lower"]),
        real_upper=_chances(column["prob_real_upper"]),
        start=times.start,
        end=times.end,
        vague=times.vague,
        lon=lon,
        lat=lat,
        sigma_m=sigma_m,
        area=_codes(pc.if_else(is_area, column["area_id"], None)),
        kinds=_shares(column["kinds"], column["kind"]),
        actors=_shares(column["actors"], column["actor"]),
        weapon=_codes(column["weapon"]),
        target_kind=_codes(column["target_kind"]),
        target_lower=np.where(named, np.nan_to_num(share, nan=0.0), 0.0),
        target_upper=np.where(named, np.nan_to_num(share, nan=1.0), 0.0),
        excluded_lower=_chances(column["involved_excluded_lower"]),
        excluded_upper=_chances(column["involved_excluded_upper"]),
        count_low=_floats(column["count_low"]),
        fired_from_deg=_floats(column["fired_from_deg"]),
        fired_from_sigma_deg=_floats(column["fired_from_sigma_deg"]),
    )
