"""Durable: write files so that a crash leaves the old or the new, and an acknowledged one stays.

Rule: bytes reach the disk before the name does (write, flush, rename, flush the folder). Leaves what is written to
``tiles``, ``blobs`` and ``log``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["make_folder", "sync_folders", "write_durably"]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and let their names reach the disk."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        _sync_folder(one.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; its folder is to be flushed after (:func:`sync_folders`)."""
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def sync_folders(paths: Iterable[Path]) -> None:
    """Let the names of written files reach the disk."""
    for folder in sorted({path.parent for path in paths}):
        _sync_folder(folder)
