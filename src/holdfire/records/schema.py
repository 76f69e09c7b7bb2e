"""Schema: a frozen record beside its Arrow schema, and tables that hold to it.

Rule: a stage's table has its record's columns in their order and types; further columns are carried behind
them. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.errors import ModelError

__all__ = ["INSTANT", "NAMES", "SHARES", "conform", "empty_table", "sort_table", "table_from", "take_rows"]

INSTANT = pa.timestamp("us", tz="UTC")
NAMES = pa.list_(pa.field("item", pa.string()))
SHARES = pa.list_(
    pa.field("item", pa.struct([("name", pa.string()), ("lower", pa.float64()), ("upper", pa.float64())]))
)
"""Bounds of probability by name; a null name is 'unknown'."""


def empty_table(schema: pa.Schema) -> pa.Table:
    """Return a table of no rows."""
    return schema.empty_table()


def table_from(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Build a table of a schema from columns; a missing nullable column becomes nulls.

    Raises
    ------
    ModelError
        A column that must not be null is missing.
    """
    n = next((len(column) for column in columns.values()), 0)
    arrays = []
    for field in schema:
        if field.name in columns:
            column = columns[field.name]
            if isinstance(column, pa.ChunkedArray | pa.Array):
                arrays.append(column if column.type == field.type else pc.cast(column, field.type))
            else:
                arrays.append(pa.array(column, field.type))
        elif field.nullable:
            arrays.append(pa.nulls(n, field.type))
        else:
            raise ModelError(f"A table lacks its column {field.name!r}.", field.name, "Give the column.")
    return pa.Table.from_arrays(arrays, schema=schema)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the table with the schema's columns first, in order and type, further columns behind them."""
    n = table.num_rows
    known: dict[str, Any] = {name: table.column(name) for name in table.column_names if name in schema.names}
    result = table_from({"": pa.nulls(n), **known}, schema)
    for name in table.column_names:
        if name not in schema.names:
            result = result.append_column(table.schema.field(name), table.column(name))
    return result


def take_rows(table: pa.Table, rows: pa.Array) -> pa.Table:
    """Return the rows of a table in the order asked for, in one piece; columns that say nothing are not moved."""
    columns = [
        pa.nulls(len(rows), field.type) if column.null_count == len(column) else column.take(rows).combine_chunks()
        for field, column in zip(table.schema, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def sort_table(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return the table sorted by string or number columns, nulls last."""
    if table.num_rows < 2:
        return table
    return take_rows(table, pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))
