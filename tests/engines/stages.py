"""Functions that the engine suite runs on workers; they are importable there, as any stage is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.engine.port import Tables
from holdfire.errors import ModelError

TOTAL = pa.schema([pa.field("k", pa.string(), nullable=False), pa.field("x", pa.float64(), nullable=False)])


def double(given: Tables) -> dict[str, pa.Table]:
    """Return the table ``t`` with ``x`` doubled."""
    table = given["t"]
    return {"t": table.set_column(1, "x", pc.multiply(table["x"], 2.0))}


def total(rows: pa.Table) -> pa.Table:
    """Return the sum of ``x`` of one ``k``."""
    return pa.table({"k": rows["k"].slice(0, 1), "x": [pc.sum(rows["x"]).as_py()]}, schema=TOTAL)


def refuse(given: Tables) -> dict[str, pa.Table]:
    """Refuse a part whose first ``x`` is negative."""
    first = given["t"]["x"][0].as_py()
    if first < 0:
        raise ModelError(f"A share is negative: {first}.", "the part", "Give shares.")
    return double(given)


def slowly_double(given: Tables) -> dict[str, pa.Table]:
    """Double, in a second, with a note of where and when in the folder that the table names."""
    folder = Path(given["t"].schema.metadata[b"folder"].decode())
    note = folder / f"{time.time_ns()}.begun"
    note.write_text(os.getcwd(), encoding="utf-8")
    time.sleep(1.0)
    note.with_suffix(".ended").touch()
    return double(given)
