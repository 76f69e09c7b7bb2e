"""Events: one log line for each stage run, for people on standard error and for machines as JSON.

Rule: a line names its event, its counts and its seconds; never a witness, never a place. A log line is not
evidence.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

__all__ = ["log_lines"]


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        if not fields:
            return record.getMessage()
        n_refused = fields.get("n_refused", 0)
        refused = f", {n_refused:,} refused" if n_refused else ""
        seconds = fields.get("seconds", 0.0)
        head = f"{record.getMessage():<9}"
        return f"{head} {fields.get('n_in', 0):>10,} in  {fields.get('n_out', 0):>10,} out{refused}  {seconds:8.2f} s"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"event": record.getMessage(), **getattr(record, "fields", {})}, ensure_ascii=False)


def log_lines(*, quiet: bool, as_json: bool) -> None:
    """Send the house's log lines to standard error, plain or as JSON, or nowhere."""
    log = logging.getLogger("holdfire")
    log.handlers.clear()
    log.propagate = False
    if quiet:
        log.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Plain())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
