"""Refusal: a row that could not be read, kept with where it stood and why.

Rule: a broken row never stops a run and is never lost: it is named with file, row and column, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

__all__ = ["REFUSAL_SCHEMA", "Refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    r"""Hold one refused row; the fields are the columns of ``REFUSAL_SCHEMA``.

    Attributes
    ----------
    file, row, column : str, int, str or None
        Name of the file, 1-based row (line for text files), and the column at fault.
    what, mend : str
    raw : str
        The row as it came, cut to 2,000 characters; undecodable bytes are written as ``\\xNN``.
    """

    file: str
    row: int
    column: str | None
    what: str
    mend: str
    raw: str


REFUSAL_SCHEMA = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        ("column", pa.string()),
        pa.field("what", pa.string(), nullable=False),
        pa.field("mend", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
    ]
)
