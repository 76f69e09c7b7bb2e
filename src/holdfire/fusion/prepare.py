"""Prepare: a table of reports into the arrays that fusion computes with.

Rule: reports are put into an order of their place, time and id, and sources are numbered by the first report that
names them, so that neither the order of rows nor the naming of sources can change a result. A missing place is no
place, a missing time is the whole span of the reports. Leaves every judgement to others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.places import EARTH_RADIUS_M, is_place
from holdfire.fusion.articles import article_numbers
from holdfire.fusion.parameters import ATTRIBUTES
from holdfire.fusion.text import sketch_texts
from holdfire.fusion.tolls import tolls
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import conform, take_rows
from holdfire.records.source import ADMIRALTY_PRIOR, SOURCE_SCHEMA
from holdfire.records.taxonomy import SIGNAL

__all__ = ["Prepared", "prepare"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

DEFAULT_SIGMA_M = 5000.0
"""For a place without an error: about a settlement and its fields."""
MAX_SIGMA_M = 2_000_000.0
MIN_LENGTH_S = 60.0
"""A time stated as an instant is taken to the minute."""
CURATED_DOUBT = 0.5
"""Factor of a grade's share of falsehood for curated sources: who weeds out doubles looks at each entry."""
MAX_NAMES = 400
"""Names of an attribute that count as evidence; rarer ones beyond these are treated as not named."""


TOLD_ON = [
    "report_id", "place_model", "area_id", "place_name", "actor_candidates", "weapon", "language", "credibility",
    "casualties_low", "casualties_best", "casualties_high", "excluded_lower", "excluded_upper",
    "count_low", "count_best", "count_high", "fired_from_deg", "fired_from_sigma_deg", "text",
]  # fmt: skip
"""Columns that incidents are described by; the others are arrays by then."""


@dataclass(slots=True, kw_only=True)
class Prepared:
    """Hold the reports as arrays, near ones side by side.

    Attributes
    ----------
    table, sources : pyarrow.Table
        ``TOLD_ON`` of the reports in order, one row for each id (the null type where no report says anything);
        sources in the order of their numbers.
    rank : int64, (n,)
        Place of each report in the order of ids.
    lon, lat, sigma : float64, (n,)
        Degrees and metres; NaN = no place.
    xyz : float64, (n, 3), metres
        Place on the mean sphere; 0 where unknown.
    start, end : float64, (n,), seconds since 1970
    names : int32, (n, 5)
        Codes of ``ATTRIBUTES``; -1 = not named.
    vocabulary : list of list of str
        The names behind the codes.
    source, coordinate : int32, (n,)
        Number of the source; number of the exact pair of coordinates, -1 = no place.
    is_signal, has_time, accuses : bool, (n,)
    sketch : uint8, (n, 64) or (0, 64)
    language, document : int32, (n,)
        Numbers of the language and of the article that a report was taken from; -1 = not said.
    curated : bool, (n_sources,)
    side : list of str or None
    prior_false : float64, (n_sources,), 0..1
    copies : bool, (n_sources, n_sources)
        Element [a, b]: a is known to repeat b, or b a.
    n_duplicates : int
        Rows dropped because their report_id stood already.
    """

    table: pa.Table
    rank: NDArray[np.int64]
    sources: pa.Table
    lon: Floats
    lat: Floats
    sigma: Floats
    xyz: Floats
    start: Floats
    end: Floats
    names: Ints
    vocabulary: list[list[str]]
    source: Ints
    coordinate: Ints
    is_signal: NDArray[np.bool_]
    has_time: NDArray[np.bool_]
    accuses: NDArray[np.bool_]
    sketch: NDArray[np.uint8]
    language: Ints
    document: Ints
    curated: NDArray[np.bool_]
    side: list[str | None]
    prior_false: Floats
    copies: NDArray[np.bool_]
    n_duplicates: int

    @property
    def n(self) -> int:
        """Return the number of reports."""
        return int(self.source.size)


def _said(reports: pa.Table) -> pa.Table:
    """Return the columns of the schema; one that says nothing takes no room."""
    conform(reports.slice(0, 0), REPORT_SCHEMA)
    columns = []
    for field in REPORT_SCHEMA:
        known = field.name in reports.column_names
        column = reports.column(field.name) if known else pa.chunked_array([pa.nulls(reports.num_rows)])
        silent = column.null_count == len(column)
        columns.append(pa.chunked_array([pa.nulls(reports.num_rows)]) if silent else column.cast(field.type))
    return pa.Table.from_arrays(columns, names=REPORT_SCHEMA.names)


def _ordered(reports: pa.Table) -> tuple[tuple[pa.Table, NDArray[np.int64]], int]:
    """Return the reports near together, each id once, with their ranks by id, and how many rows were repeated."""
    table = _said(reports)
    n = table.num_rows
    ids = table.column("report_id")
    if n < 2 or pc.all(pc.less(ids.slice(0, n - 1), ids.slice(1))).as_py():
        return _near_together(table, np.arange(n)), 0
    order = pc.sort_indices(ids)
    ids = ids.take(order)
    repeated = pc.any(pc.equal(ids.slice(1), ids.slice(0, n - 1))).as_py()
    if repeated:
        keys = [
            "report_id",
            "source_id",
            "occurred_start",
            "occurred_end",
            "lon",
            "lat",
            "sigma_m",
            "kind",
            "actor",
            "text",
        ]
        keys = [key for key in keys if not pa.types.is_null(table.schema.field(key).type)]
        table = table.take(pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))
        ids = table.column("report_id")
        new = np.concatenate([[True], pc.not_equal(ids.slice(1), ids.slice(0, n - 1)).to_numpy()])
        table = table.filter(pa.array(new))
        order, n = pa.array(np.arange(table.num_rows)), table.num_rows
    return _near_together(table, np.asarray(order)), int(reports.num_rows - n)


def _near_together(table: pa.Table, by_id: NDArray[np.int64]) -> tuple[pa.Table, NDArray[np.int64]]:
    """Put reports that lie near each other side by side, which memory likes; ties in the order of ids."""
    lon, lat = (_float(table, name)[by_id] for name in ("lon", "lat"))
    start = _instants(table, "occurred_start", 0)[by_id]
    cell = np.nan_to_num(np.floor(lat / 0.25) * 2000 + np.floor(lon / 0.25), nan=1e9, posinf=1e9, neginf=1e9)
    local = np.lexsort((start, cell))
    return take_rows(table, pa.array(by_id[local])), local


def _codes(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    if column.null_count == len(column):
        return np.full(len(column), -1, np.int32), []
    coded = pc.dictionary_encode(column.combine_chunks())
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    indices = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)).astype(np.int32)
    return indices, coded.dictionary.to_pylist()


def _targets(table: pa.Table) -> pa.ChunkedArray:
    """Return targets; where none is named, the candidates or groups together, which reports of one incident share."""
    targets = pc.cast(table.column("target"), pa.string()).combine_chunks()
    for name in ("actor_candidates", "involved"):
        lists = table.column(name)
        if lists.null_count < len(lists):
            joined = [
                "\x1f".join(sorted({word or "" for word in words})) if words else None for words in lists.to_pylist()
            ]
            marked = pc.binary_join_element_wise("\x1f", pa.array(joined, pa.string()), "")
            targets = pc.coalesce(targets, marked)
    return pa.chunked_array([targets])


def _names(table: pa.Table) -> tuple[Ints, list[list[str]]]:
    columns, vocabulary = [], []
    for name in ATTRIBUTES:
        made = {"target": _targets, "toll": tolls}.get(name)
        codes, words = _codes(made(table) if made is not None else table.column(name))
        counts = np.bincount(codes[codes >= 0], minlength=len(words)) if words else np.zeros(0, int)
        ranked = sorted(range(len(words)), key=lambda k: (-int(counts[k]), words[k]))[:MAX_NAMES]
        ranked.sort(key=lambda k: words[k])
        renumber = np.full(len(words) + 1, -1, np.int32)
        renumber[ranked] = np.arange(len(ranked), dtype=np.int32)
        columns.append(renumber[codes])
        vocabulary.append([words[k] for k in ranked])
    return np.stack(columns, axis=1), vocabulary


def _float(table: pa.Table, name: str) -> Floats:
    column = table.column(name)
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy(), np.float64)


def _instants(table: pa.Table, name: str, unknown: int) -> NDArray[np.int64]:
    """Return microseconds since 1970."""
    column = table.column(name)
    if column.null_count == len(column):
        return np.full(len(column), unknown, np.int64)
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64()), unknown).to_numpy())


def _times(table: pa.Table) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    none = int(np.iinfo(np.int64).min)
    start, end = (_instants(table, name, none) for name in ("occurred_start", "occurred_end"))
    known = (start != none) & (end != none)
    first, last = start / 1e6, end / 1e6
    last = np.maximum(last, first + MIN_LENGTH_S)
    if known.any():
        low, high = first[known].min(), last[known].max()
    else:
        low, high = 0.0, 86_400.0
    return np.where(known, first, low), np.where(known, last, high), known


def _coordinates(lon: Floats, lat: Floats, placed: NDArray[np.bool_]) -> Ints:
    out = np.full(lon.size, -1, np.int32)
    if placed.any():
        pair = np.round(lon[placed] * 1e6).astype(np.int64) * 1_000_000_007 + np.round(lat[placed] * 1e6).astype(
            np.int64
        )
        out[placed] = np.unique(pair, return_inverse=True)[1].astype(np.int32)
    return out


def _source_rows(sources: pa.Table, used: list[str]) -> pa.Table:
    table = conform(sources, SOURCE_SCHEMA)
    known = {name: row for row, name in enumerate(table.column("source_id").to_pylist())}
    missing = [name for name in used if name not in known]
    if missing:
        plain = {
            "source_id": missing,
            "name": missing,
            "kind": ["public"] * len(missing),
            "curated": [False] * len(missing),
            "reliability": ["F"] * len(missing),
            "copies_from": [[] for _ in missing],
        }
        extra = conform(pa.table(plain), SOURCE_SCHEMA)
        table = pa.concat_tables([table.select(SOURCE_SCHEMA.names), extra.cast(SOURCE_SCHEMA)])
        known |= {name: table.num_rows - len(missing) + k for k, name in enumerate(missing)}
    return table.take(pa.array([known[name] for name in used], pa.int64()))


def prepare(reports: pa.Table, sources: pa.Table) -> Prepared:
    """Turn reports and their sources into arrays.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``; further columns are ignored.
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``; a source that only the reports name counts as public and of grade F.
    """
    (table, rank), n_duplicates = _ordered(reports)
    lon, lat, sigma = (_float(table, name) for name in ("lon", "lat", "sigma_m"))
    placed = is_place(lon, lat)
    model = table.column("place_model")
    if model.null_count < len(model):
        placed &= ~np.asarray(pc.fill_null(pc.equal(model, "unknown"), False).to_numpy())
    sigma = np.clip(np.where(np.isfinite(sigma), sigma, DEFAULT_SIGMA_M), 0.0, MAX_SIGMA_M)
    phi, lam = np.radians(np.where(placed, lat, 0.0)), np.radians(np.where(placed, lon, 0.0))
    xyz = EARTH_RADIUS_M * np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    start, end, has_time = _times(table)
    names, vocabulary = _names(table)
    source, source_ids = _codes(table.column("source_id"))
    rows = _source_rows(sources, source_ids)
    side = rows.column("side").to_pylist()
    signal_codes = [k for k, path in enumerate(vocabulary[0]) if path.partition("/")[0] == SIGNAL]
    opposed = np.array([[s is not None and s != a for a in vocabulary[1]] + [False] for s in side], bool)
    accuses = opposed[source, names[:, 1]] if len(side) else np.zeros(0, bool)
    number = {name: k for k, name in enumerate(source_ids)}
    copies = np.zeros((len(side), len(side)), bool)
    for k, origins in enumerate(rows.column("copies_from").to_pylist()):
        for origin in origins or []:
            if origin in number:
                copies[k, number[origin]] = copies[number[origin], k] = True
    grades = rows.column("reliability").to_pylist()
    curated = np.asarray(rows.column("curated").to_numpy(zero_copy_only=False), bool)
    doubt = np.array([1.0 - ADMIRALTY_PRIOR.get(grade, ADMIRALTY_PRIOR["F"]) for grade in grades])
    coordinate = _coordinates(lon, lat, placed)
    language = _codes(table.column("language"))[0]
    return Prepared(
        table=table.select(TOLD_ON),
        rank=rank,
        sources=rows,
        lon=np.where(placed, lon, np.nan),
        lat=np.where(placed, lat, np.nan),
        sigma=np.where(placed, sigma, np.nan),
        xyz=np.where(placed[:, None], xyz, 0.0),
        start=start,
        end=end,
        names=names,
        vocabulary=vocabulary,
        source=source,
        coordinate=coordinate,
        is_signal=np.isin(names[:, 0], signal_codes),
        has_time=has_time,
        accuses=accuses,
        sketch=sketch_texts(table.column("text")),
        language=language,
        document=article_numbers(table, source, coordinate, start, end),
        curated=curated,
        side=side,
        prior_false=np.where(curated, CURATED_DOUBT, 1.0) * doubt,
        copies=copies,
        n_duplicates=n_duplicates,
    )
