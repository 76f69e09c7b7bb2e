"""Facts about records and the Arrow schemas beside them."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pyarrow as pa
import pytest

from holdfire.records import assessment, coverage, finding, incident, lineage, refusal, report, source, zone_shape
from holdfire.records.schema import INSTANT, NAMES, SHARES, conform, sort_table

PAIRS = [
    (report.Report, report.REPORT_SCHEMA),
    (source.Source, source.SOURCE_SCHEMA),
    (incident.Incident, incident.INCIDENT_SCHEMA),
    (incident.Membership, incident.MEMBERSHIP_SCHEMA),
    (lineage.Lineage, lineage.LINEAGE_SCHEMA),
    (assessment.Assessment, assessment.ASSESSMENT_SCHEMA),
    (assessment.Count, assessment.COUNT_SCHEMA),
    (finding.Finding, finding.FINDING_SCHEMA),
    (coverage.Coverage, coverage.COVERAGE_SCHEMA),
    (coverage.WatchShare, coverage.WATCH_SCHEMA),
    (coverage.SilenceGap, coverage.GAP_SCHEMA),
    (refusal.Refusal, refusal.REFUSAL_SCHEMA),
    (zone_shape.ZoneShape, zone_shape.ZONE_SHAPE_SCHEMA),
]

PYTHON_TYPES: dict[Any, set[pa.DataType]] = {
    str: {pa.string()},
    float: {pa.float64()},
    bool: {pa.bool_()},
    int: {pa.int8(), pa.int32(), pa.int64()},
    datetime: {INSTANT},
    date: {pa.date32()},
    bytes: {pa.binary()},
    list[str]: {NAMES},
    list[incident.Share]: {SHARES},
}


def split(hint: Any) -> tuple[Any, bool]:
    """Return a field's type without None, and whether None was allowed."""
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not type(None)]
        return rest[0], True
    return hint, False


@pytest.mark.parametrize(("record", "schema"), PAIRS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_record_equals_its_schema(record: Any, schema: pa.Schema) -> None:
    """A record has the same fields as its schema, with like types, nullable alike."""
    hints = get_type_hints(record)
    names = {field.name for field in dataclasses.fields(record)}
    assert set(schema.names) == names
    for field in schema:
        python, optional = split(hints[field.name])
        assert field.type in PYTHON_TYPES[python], field.name
        assert field.nullable == optional, field.name


def test_conform_adds_nulls_and_carries_further_columns() -> None:
    """A table gains the columns that it lacks, in order, and keeps those that the schema does not know."""
    table = pa.table({"extra": [1], "report_id": ["a"], "source_id": ["s"]})
    result = conform(table, report.REPORT_SCHEMA)
    assert [*report.REPORT_SCHEMA.names, "extra"] == result.column_names
    assert [None] == result["lon"].to_pylist()


def test_sorting_is_by_every_key() -> None:
    """Rows are sorted by the first key, then the second, nulls last."""
    table = pa.table({"a": ["y", "x", "x"], "b": [1, None, 0]})
    assert [("x", 0), ("x", None), ("y", 1)] == [(r["a"], r["b"]) for r in sort_table(table, ["a", "b"]).to_pylist()]
