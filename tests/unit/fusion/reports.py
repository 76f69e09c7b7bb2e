"""Build small tables of reports and sources for the tests of fusion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from holdfire.records.source import SOURCE_SCHEMA

__all__ = ["DAY", "make_reports", "make_sources"]

DAY = datetime(2022, 7, 23, tzinfo=UTC)


def make_reports(rows: list[dict[str, Any]]) -> pa.Table:
    """Return reports; a row gives `at` (hours after DAY) and `hours`, and any column."""
    full = []
    for number, row in enumerate(rows):
        plain = dict(row)
        start = plain.pop("at", 8.0)
        hours = plain.pop("hours", 1.0)
        base = {"report_id": f"r{number:03d}", "source_id": "s1", "sigma_m": 1000.0, "kind": "explosion/missile"}
        if start is not None:
            base["occurred_start"] = DAY + timedelta(hours=start)
            base["occurred_end"] = DAY + timedelta(hours=start + hours)
        full.append({**base, **plain})
    names = REPORT_SCHEMA.names
    return table_from({name: [row.get(name) for row in full] for name in names}, REPORT_SCHEMA)


def make_sources(rows: list[dict[str, Any]]) -> pa.Table:
    """Return sources."""
    full = [
        {
            "name": row["source_id"],
            "side": None,
            "kind": "media",
            "curated": False,
            "reliability": "B",
            "copies_from": [],
        }
        | row
        for row in rows
    ]
    return table_from({name: [row[name] for row in full] for name in SOURCE_SCHEMA.names}, SOURCE_SCHEMA)
