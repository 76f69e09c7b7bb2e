"""Parts: the steps of fusion over parts of the reports, as tables in and tables out.

Turns a part's tables into what a step makes of it: evidence of the pairs whose questions a part asks; groups and ties
of whole components of pairs; the incidents of some groups. Rule: whatever depends on all reports (what was learned,
the radii of the search, the words) comes in beside the tables, rows keep their order and groups theirs; so that what is
made of the parts is, together, what is made of the whole. Leaves cutting and gathering to ``cut``, files to ``app``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.fusion.block import Located
from holdfire.fusion.compare import HOPELESS_NATS, Model, find_edges
from holdfire.fusion.edges import Edges
from holdfire.fusion.kernels import H_DOCUMENT, H_SOURCE
from holdfire.fusion.labels import Labels
from holdfire.fusion.link import Groups, Ties, link, tie
from holdfire.fusion.parameters import ATTRIBUTES, FusionParameters, Learned
from holdfire.fusion.posterior import Wording, incident_table
from holdfire.fusion.prepare import TOLD_ON, Prepared
from holdfire.fusion.realness import Realness
from holdfire.fusion.signals import Attached
from holdfire.records.schema import take_rows

__all__ = [
    "EDGES", "array_of", "asking_table", "columns_of", "describe_part", "edge_table", "edges_of", "find_part",
    "join_part", "told_table", "without_reports", "without_rows",
]  # fmt: skip

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Tables = Mapping[str, pa.Table]

KIND = b"kind"
"""Names the type of number of which the bytes of a value are made."""
TOLD = [name for name in TOLD_ON if name != "text"]
"""Columns of the reports that incidents are described by."""
ARRAYS = ("lon", "lat", "sigma", "start", "end", "source", "coordinate", "has_time", "accuses")
"""Arrays of the reports that incidents are described by, with ranks and names."""
EDGES = pa.schema([("left", pa.int32()), ("right", pa.int32()), ("score", pa.float64()), ("text", pa.float64())])
"""Edges as parts write them: rows, and nats."""


def array_of(table: pa.Table, name: str) -> NDArray[Any]:
    """Return a column as an array; what ``columns_of`` made of a matrix becomes one again."""
    column = table.column(name).combine_chunks()
    column = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_fixed_size_binary(column.type):
        return np.array(column.to_numpy(zero_copy_only=False))
    dtype, width = np.dtype(table.schema.field(name).metadata[KIND].decode()), column.type.byte_width
    raw = np.frombuffer(column.buffers()[1] or b"", np.uint8)[column.offset * width :][: len(column) * width]
    return np.asarray(raw.copy().view(dtype).reshape(-1, width // dtype.itemsize))


def columns_of(**arrays: NDArray[Any]) -> pa.Table:
    """Return arrays as a table; a row of a matrix becomes one value of so many bytes, which Parquet moves as it is."""
    fields, columns = [], []
    for name, values in arrays.items():
        if values.ndim == 1:
            columns.append(pa.array(values))
            fields.append(pa.field(name, columns[-1].type))
        else:
            rows = np.ascontiguousarray(values)
            kind = pa.binary(rows.shape[1] * rows.itemsize)
            columns.append(pa.Array.from_buffers(kind, len(rows), [None, pa.py_buffer(rows.tobytes())]))
            fields.append(pa.field(name, kind, metadata={KIND: rows.dtype.str}))
    return pa.table(columns, schema=pa.schema(fields))


def without_reports(prepared: Prepared) -> Prepared:
    """Return what is known beside the reports: sources, their sides and copies, the vocabulary."""
    floats = {name: np.zeros(0) for name in ("lon", "lat", "sigma", "start", "end")}
    codes = {name: np.zeros(0, np.int32) for name in ("source", "coordinate", "language", "document")}
    flags = {name: np.zeros(0, bool) for name in ("is_signal", "has_time", "accuses")}
    none: dict[str, Any] = floats | codes | flags
    return replace(
        prepared,
        table=prepared.table.slice(0, 0),
        rank=np.zeros(0, np.int64),
        xyz=np.zeros((0, 3)),
        names=np.zeros((0, len(ATTRIBUTES)), np.int32),
        sketch=prepared.sketch[:0],
        **none,
    )


def without_rows(model: Model) -> Model:
    """Return what was learned, as the kernels read it, without the reports' own rows."""
    return replace(model, G=model.G[:0].copy(), H=model.H[:0].copy())


def edge_table(edges: Edges, rows: Rows) -> pa.Table:
    """Return edges between places in ``rows`` as a table by ``EDGES``."""
    return columns_of(
        left=rows[edges.left].astype(np.int32),
        right=rows[edges.right].astype(np.int32),
        score=edges.score,
        text=edges.text,
    )


def edges_of(table: pa.Table) -> Edges:
    """Return the edges of a table."""
    left, right, score, text = (array_of(table, name) for name in ("left", "right", "score", "text"))
    return Edges(left=left, right=right, score=score, text=text, related=np.zeros(0))


def _modelled(bare: Prepared, model: Model, rows: pa.Table) -> tuple[Prepared, Model]:
    # The rows' model, and of the reports what goes with it.
    G, H = array_of(rows, "G"), array_of(rows, "H")
    prepared = replace(
        bare,
        source=np.ascontiguousarray(H[:, H_SOURCE]),
        document=np.ascontiguousarray(H[:, H_DOCUMENT]),
        xyz=np.ascontiguousarray(G[:, :3]),
    )
    return prepared, replace(model, G=G, H=H)


def asking_table(prepared: Prepared, model: Model, located: Located, asking: Rows, beside: Rows) -> pa.Table:
    """Return what ``find_part`` reads of a part.

    Parameters
    ----------
    prepared, model, located
        Of all reports.
    asking : int64, (k,)
        Rows whose questions the part asks.
    beside : int64, (m,)
        Rows that these may find, themselves among them, ascending.
    """
    asks = np.zeros(beside.size, bool)
    asks[np.searchsorted(beside, asking)] = True
    texts: dict[str, NDArray[Any]] = {}
    if prepared.sketch.shape[0]:
        texts = {"sketch": prepared.sketch[beside], "language": prepared.language[beside]}
    return columns_of(
        row=beside.astype(np.int32),
        G=model.G[beside],
        H=model.H[beside],
        lon=located.lon[beside],
        lat=located.lat[beside],
        reach_m=located.reach_m[beside],
        asks=asks,
        **texts,
    )


def find_part(
    given: Tables, *, bare: Prepared, model: Model, learned: Learned, parameters: FusionParameters, radii: Floats
) -> dict[str, pa.Table]:
    """Find the pairs whose questions a part asks.

    Parameters
    ----------
    given : mapping
        ``reports``: ascending rows with ``row``, ``G``, ``H``, ``lon``, ``lat``, ``reach_m``, ``asks``; where there are
        texts ``sketch`` and ``language``. Those who ask, and everybody within their reach.
    bare, model : Prepared, Model
        As by ``without_reports`` and ``without_rows``.
    learned : Learned
    parameters : FusionParameters
    radii : float64, (7,), metres
        As by ``class_radii`` of all reports.

    Returns
    -------
    dict
        ``edges``: ``left``, ``right``, ``score``, ``text``.
    """
    reports = given["reports"]
    prepared, model = _modelled(bare, model, reports)
    lon, lat = array_of(reports, "lon"), array_of(reports, "lat")
    if "sketch" in reports.column_names:
        prepared = replace(prepared, sketch=array_of(reports, "sketch"), language=array_of(reports, "language"))
    located = Located(
        lon=lon,
        lat=lat,
        xyz=prepared.xyz,
        start=np.ascontiguousarray(model.G[:, 4]),
        end=np.ascontiguousarray(model.G[:, 5]),
        reach_m=array_of(reports, "reach_m"),
        open=array_of(reports, "asks"),
    )
    edges = find_edges(
        replace(prepared, lon=lon, lat=lat),
        model,
        learned,
        np.arange(lon.size),
        parameters,
        HOPELESS_NATS,
        located=located,
        radii=radii,
    )
    return {"edges": edge_table(edges, array_of(reports, "row").astype(np.int64))}


def join_part(
    given: Tables, *, bare: Prepared, model: Model, parameters: FusionParameters, worded: bool, apart: Rows
) -> dict[str, pa.Table]:
    """Join the reports of some components, and weigh what ties each to its group and to others.

    Parameters
    ----------
    given : mapping
        ``reports``: ascending rows with ``row``, ``G``, ``H``; ``edges`` of whole components among them, sorted.
    bare, model : Prepared, Model
        As by ``without_reports`` and ``without_rows``.
    parameters : FusionParameters
    worded : bool
        Some report has a text.
    apart : int64, (k, 2)
        Pairs of rows that reviews keep apart.

    Returns
    -------
    dict
        ``ties``: ``row``, ``root``, ``own_nats``, ``rival_nats``; ``groups``: ``root``, ``G``, ``H`` of those that hold
        two reports or more.
    """
    reports, told = given["reports"], edges_of(given["edges"])
    row = array_of(reports, "row").astype(np.int64)
    prepared, model = _modelled(bare, model, reports)
    # Joining asks of the sketches only whether there are any.
    prepared = replace(prepared, sketch=np.zeros((int(worded), prepared.sketch.shape[1]), np.uint8))
    left, right = (np.searchsorted(row, end).astype(np.int32) for end in (told.left, told.right))
    edges = replace(told, left=left, right=right)
    none = np.zeros(0, np.int64)
    here = np.searchsorted(row, apart[np.isin(apart, row).all(axis=1)])
    labels = Labels(same=none.reshape(0, 2), apart=here, real=none, false=none, notes={})
    rows = np.arange(row.size)
    groups = link(prepared, model, edges, rows, parameters.merge_nats, parameters.n_threads, labels)
    ties = tie(prepared, model, edges, rows, groups, parameters.n_threads)
    # A group is numbered by its smallest row, which its members begin with.
    root = row[groups.members[groups.first[:-1]]]
    several = np.diff(groups.first) > 1
    return {
        "ties": columns_of(row=row, root=root[groups.label], own_nats=ties.own_nats, rival_nats=ties.rival_nats),
        "groups": columns_of(root=root[several], G=groups.G[several], H=groups.H[several]),
    }


def told_table(prepared: Prepared, rows: Rows) -> pa.Table:
    """Return what incidents are described by, of some reports."""
    arrays = {name: getattr(prepared, name)[rows] for name in ARRAYS}
    table = columns_of(row=rows, rank=prepared.rank[rows], names=prepared.names[rows], **arrays)
    words = take_rows(prepared.table.select(TOLD), pa.array(rows))
    for field, column in zip(words.schema, words.columns, strict=True):
        table = table.append_column(field.with_name(f"told_{field.name}"), column)
    return table


def _told(bare: Prepared, reports: pa.Table) -> Prepared:
    n = reports.num_rows
    arrays: dict[str, Any] = {name: array_of(reports, name) for name in ARRAYS}
    columns = {name: reports.column(f"told_{name}") for name in TOLD} | {"text": pa.chunked_array([pa.nulls(n)])}
    return replace(
        bare,
        table=pa.table({name: columns[name] for name in TOLD_ON}),
        rank=np.argsort(np.argsort(array_of(reports, "rank"))),
        names=array_of(reports, "names"),
        **arrays,
    )


def describe_part(given: Tables, *, bare: Prepared, learned: Learned, wording: Wording) -> dict[str, pa.Table]:
    """Describe the incidents of some groups.

    Parameters
    ----------
    given : mapping
        ``reports`` as by ``told_table``, ascending, with ``group`` (from 0 in the part), ``own_nats`` and ``prob``;
        ``groups`` with ``G``, ``H`` and what was judged of them; ``signals`` with ``group`` and ``prob``.
    bare : Prepared
        As by ``without_reports``.
    learned : Learned
    wording : Wording
        Of all reports.

    Returns
    -------
    dict
        ``incidents`` by ``INCIDENT_SCHEMA``, in the order of the groups.
    """
    reports, judged, signals = given["reports"], given["groups"], given["signals"]
    label, own = array_of(reports, "group").astype(np.int32), array_of(reports, "own_nats")
    members = np.argsort(label, kind="stable")
    groups = Groups(
        label=label,
        members=members.astype(np.int32),
        first=np.searchsorted(label[members], np.arange(judged.num_rows + 1)).astype(np.int64),
        G=array_of(judged, "G"),
        H=array_of(judged, "H"),
    )
    found = {name: array_of(judged, name) for name in ("prob", "lower", "upper", "n_independent", "n_sources")}
    none = np.zeros(0)
    realness = Realness(**found, alone_false=none, trust=none, copies=np.zeros((0, 0), bool))
    table, _ = incident_table(
        _told(bare, reports),
        groups,
        Ties(own_nats=own, rival_nats=np.full(own.size, -np.inf)),
        realness,
        learned,
        Attached(row=np.zeros(0, np.int64), group=array_of(signals, "group"), prob=array_of(signals, "prob")),
        array_of(reports, "prob"),
        wording,
    )
    return {"incidents": table}
