"""Entries: what one line of the evidence log says.

Turns a type, an actor, an instant, data and files into canonical bytes and back. Rules: an entry is canonical JSON
(RFC 8785); it names files by their SHA-256 and holds none; it says who acted and when, and two instants are kept apart:
``at`` is when the actor says that it acted, the order of the log is when it was taken. Leaves what a type's data means
to those who write it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import rfc8785

from holdfire.errors import LimitError, ModelError, ReadError

__all__ = ["MAX_ENTRY_BYTES", "Entry", "FileName", "encode_entry", "parse_entry"]

VERSION = "holdfire-entry/1"

MAX_ENTRY_BYTES = 65_535
"""Bytes of an entry: its length is written in two bytes (C2SP tlog-tiles, log entries)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """Name one file whose bytes are kept beside the log.

    Attributes
    ----------
    sha256 : str
        64 lower-case hexadecimal digits.
    size_bytes : int
    name : str
        As the sender called it; never used as a path.
    media_type : str
        Empty = not known.
    """

    sha256: str
    size_bytes: int
    name: str
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Hold one entry.

    Attributes
    ----------
    type : str
        What was done: ``files-received``, ``run``, ``review`` ...
    actor : str
        Who did it: a person's or a machine's account.
    at : datetime
        Aware, UTC; when the actor says that it was done.
    blobs : sequence of FileName
    data : mapping
        What the type needs, ready for JSON: numbers are whole or finite, whole ones below 2 to the power of 53.
    """

    type: str
    actor: str
    at: datetime
    blobs: Sequence[FileName] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def encode_entry(entry: Entry) -> bytes:
    """Return the canonical bytes of an entry.

    Raises
    ------
    ModelError
        Its instant has no zone, or its data has no JSON.
    LimitError
        It is longer than an entry can be.
    """
    if entry.at.tzinfo is None:
        raise ModelError("An entry's instant has no zone.", f"entry {entry.type}", "Give an aware instant.")
    document: dict[str, Any] = {
        "v": VERSION,
        "type": entry.type,
        "actor": entry.actor,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "blobs": [
            {"sha256": b.sha256, "size": b.size_bytes, "name": b.name, "media_type": b.media_type} for b in entry.blobs
        ],
        "data": dict(entry.data),
    }
    try:
        raw = rfc8785.dumps(document)
    except rfc8785.CanonicalizationError as error:
        raise ModelError(
            f"This entry cannot be written as canonical JSON: {error}.", f"entry {entry.type}", "Mend its data."
        ) from error
    if len(raw) > MAX_ENTRY_BYTES:
        raise LimitError(
            f"This entry is longer than {MAX_ENTRY_BYTES} bytes: {len(raw)}.",
            f"entry {entry.type}",
            "Put long content into a file beside the log and name it.",
        )
    return raw


def parse_entry(raw: bytes, where: str) -> Entry:
    """Return the entry behind its bytes.

    Raises
    ------
    ReadError
        It is none of ours; the message says where it stands.
    """
    try:
        said = json.loads(raw)
        if said["v"] != VERSION:
            raise ValueError(f"version {said['v']!r}")
        blobs = tuple(
            FileName(sha256=b["sha256"], size_bytes=b["size"], name=b["name"], media_type=b["media_type"])
            for b in said["blobs"]
        )
        at = datetime.fromisoformat(said["at"])
        return Entry(type=said["type"], actor=said["actor"], at=at, blobs=blobs, data=said["data"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReadError(f"This is no entry: {error}.", where, "Run 'holdfire log verify'.") from error
