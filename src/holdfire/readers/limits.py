"""Limits: how large, how deep and how compressed an input may be.

Rule: a limit is stated once, here, and an input beyond it is refused with a message, never with a crash or a
hang. Each limit leaves at least a factor of ten above the largest real file that the readers were tried on.
Leaves the size of a whole CSV or Parquet file open: those stream.
"""

from __future__ import annotations

__all__ = [
    "BLOCK_BYTES",
    "MAX_FEATURE_CHARS",
    "MAX_GZIP_RATIO",
    "MAX_LINE_BYTES",
    "MAX_METADATA_BYTES",
    "MAX_RAW_CHARS",
    "MAX_RECORD_BYTES",
    "MAX_REFUSALS_KEPT",
    "MAX_ROWS_PER_BYTE",
    "MAX_RUNAWAYS",
    "MAX_SHEET_ROWS",
    "MAX_SHOWN_FAULTS",
    "MAX_XLSX_BYTES",
    "MAX_ZIP_RATIO",
]

BLOCK_BYTES = 4 * 1024 * 1024
"""Bytes of text that are held and parsed at once."""
MAX_LINE_BYTES = 4 * 1024 * 1024
"""Bytes of one line; a longer one is refused as a row and skipped without being held."""
MAX_RECORD_BYTES = 1024 * 1024
"""Bytes of one record that spans lines within quotes; beyond it the quote is held to be one that never closes."""
MAX_RUNAWAYS = 20
"""Quotes that never close, after which a file is read line by line: bounds the time that such quotes can cost."""
MAX_GZIP_RATIO = 300
"""Unpacked bytes for each packed byte; CSV of real observations packs 5 to 30 times, zeros 1,000 times."""
MAX_ZIP_RATIO = 200
"""The same for the members of a workbook, above 1 MiB."""
MAX_XLSX_BYTES = 256 * 1024 * 1024
"""Unpacked bytes of a workbook."""
MAX_SHEET_ROWS = 1_048_576
"""Rows of a sheet, as spreadsheet programs have it."""
MAX_FEATURE_CHARS = 16 * 1024 * 1024
"""Characters of one GeoJSON feature, or of one other member of the file."""
MAX_METADATA_BYTES = 256 * 1024 * 1024
"""Bytes of a Parquet footer."""
MAX_ROWS_PER_BYTE = 64
"""Rows that a Parquet file may claim for each of its bytes, above one million: a report needs an id of its own."""
MAX_REFUSALS_KEPT = 100_000
"""Refused rows of one file that are kept with their raw text; further ones are counted."""
MAX_SHOWN_FAULTS = 1_000
"""Faults that an error of a strict run lists."""
MAX_RAW_CHARS = 2_000
"""Characters of a refused row that are kept."""
