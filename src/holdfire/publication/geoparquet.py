"""GeoParquet: a table with lon and lat as Parquet that geographic programs read as points.

Turns a table into GeoParquet 1.1.0 bytes: a ``geometry`` column of WKB points in place of ``lon`` and ``lat``, and the
``geo`` metadata that names it. Rule: a row without a place has a null geometry; settings are fixed, so the same table
gives the same bytes with the same library. Source: GeoParquet specification 1.1.0 (the CRS left out is OGC:CRS84);
OGC Simple Features 06-103r4, section 8.2, for WKB.
"""

from __future__ import annotations

import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from holdfire.basics.canonical import ROW_GROUP_ROWS, canonical_json

__all__ = ["point_wkb", "write_geoparquet"]

_HEAD = struct.pack("<BI", 1, 1)
"""Little-endian, type 1: a point."""
WKB_POINT_BYTES = 21


def point_wkb(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    """Return WKB points; where either is NaN, null.

    Examples
    --------
    >>> [
    ...     None if one is None else len(one)
    ...     for one in point_wkb(np.array([1.0, np.nan]), np.array([2.0, 3.0])).to_pylist()
    ... ]
    [21, None]
    """
    n = lon.size
    written = np.empty((n, WKB_POINT_BYTES), dtype=np.uint8)
    written[:, :5] = np.frombuffer(_HEAD, dtype=np.uint8)
    places = np.column_stack([lon, lat]).astype("<f8")
    written[:, 5:] = np.ascontiguousarray(places).view(np.uint8).reshape(n, 16)
    known = np.isfinite(lon) & np.isfinite(lat)
    lengths = np.where(known, WKB_POINT_BYTES, 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    valid = pa.array(known)
    buffers = [valid.buffers()[1], pa.py_buffer(offsets.tobytes()), pa.py_buffer(written[known].tobytes())]
    return pa.Array.from_buffers(pa.binary(), n, buffers)


def _metadata(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> bytes:
    known = np.isfinite(lon) & np.isfinite(lat)
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": ["Point"]}
    if known.any():
        bounds = (lon[known].min(), lat[known].min(), lon[known].max(), lat[known].max())
        column["bbox"] = [float(bound) for bound in bounds]
    return canonical_json({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})


def write_geoparquet(table: pa.Table) -> bytes:
    """Return a table with ``lon`` and ``lat`` as GeoParquet bytes.

    Parameters
    ----------
    table : pyarrow.Table
        Degrees, WGS84, in float64 columns ``lon`` and ``lat``; null = no place.
    """
    lon, lat = (np.asarray(table[name].to_numpy(), dtype=np.float64) for name in ("lon", "lat"))
    written = table.drop_columns(["lon", "lat"]).append_column("geometry", point_wkb(lon, lat))
    written = written.replace_schema_metadata({b"geo": _metadata(lon, lat)}).combine_chunks()
    stream = io.BytesIO()
    pq.write_table(
        written,
        stream,
        compression="zstd",
        compression_level=3,
        version="2.6",
        row_group_size=ROW_GROUP_ROWS,
        store_schema=True,
    )
    return stream.getvalue()
