"""Plain: a frozen record as dicts, lists, texts and numbers, ready for canonical JSON.

Rule: an instant becomes ISO 8601 in UTC, ending in Z; nothing else changes. Source: RFC 3339.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return a record, or a tuple or dict of them, as values that ``canonical_json`` takes.

    Examples
    --------
    >>> plain((datetime(2031, 5, 1, tzinfo=UTC), None))
    ['2031-05-01T00:00:00Z', None]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
