"""Blobs: the bytes that came in, kept under their SHA-256.

Turns bytes, or a file of any size, into a blob and back. Rules: content is stored before anybody reads it; the same
content is stored once; what is given back is checked against its name. Leaves who may see a blob to others.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from holdfire.errors import LimitError, MissingInputError, OutputError, ReadError
from holdfire.evidence.durable import make_folder, sync_folders

__all__ = ["BlobFolder"]

PIECE_BYTES = 1 << 20


class BlobFolder:
    """Keep blobs in a folder: ``ab/abcd...``.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        """Return where a blob rests.

        Raises
        ------
        ReadError
            The name is no SHA-256: it would be a path of somebody's choice.
        """
        if len(sha256) != 64 or any(sign not in "0123456789abcdef" for sign in sha256):
            raise ReadError(f"This is no SHA-256: {sha256[:80]!r}.", "blob", "Write 64 hexadecimal digits.")
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Say whether a blob is there."""
        return self.path(sha256).is_file()

    def put(self, stream: BinaryIO, max_bytes: int | None = None) -> tuple[str, int]:
        """Store a stream's bytes; return their SHA-256 and their number.

        Raises
        ------
        LimitError
            There are more than ``max_bytes``; nothing is stored.
        OutputError
            The disk is full or read-only; nothing is stored.
        """
        part = self._folder / f".{os.getpid()}-{os.urandom(6).hex()}.part"
        try:
            make_folder(self._folder)
            digest, n_bytes = hashlib.sha256(), 0
            with part.open("wb") as out:
                while piece := stream.read(PIECE_BYTES):
                    n_bytes += len(piece)
                    if max_bytes is not None and n_bytes > max_bytes:
                        raise LimitError(f"This is more than {max_bytes} bytes.", "upload", "Send it in smaller files.")
                    digest.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            path = self.path(digest.hexdigest())
            make_folder(path.parent)
            part.replace(path)
            sync_folders([path])
        except OSError as error:
            raise OutputError(
                f"What came in cannot be stored: {error.strerror or error}.",
                str(self._folder),
                "Make room on the disk or let it be written to, then send it again.",
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return digest.hexdigest(), n_bytes

    def read(self, sha256: str) -> bytes:
        """Return a blob's bytes.

        Raises
        ------
        MissingInputError
            It is not in this copy.
        ReadError
            Its bytes are not those that were logged.
        """
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MissingInputError(
                "This file is not in this copy of the log.", sha256, "Ask for a bundle that holds it."
            ) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ReadError("This file was changed after it was logged.", sha256, "Restore it from a copy.")
        return content

    def names(self) -> Iterator[str]:
        """Give the SHA-256 of every blob that is there, in order."""
        if self._folder.is_dir():
            for path in sorted(self._folder.glob("??/*")):
                yield path.name

    def sweep(self) -> int:
        """Remove what writers that were stopped in the middle left; return how many files."""
        parts = list(self._folder.glob(".*.part")) if self._folder.is_dir() else []
        for part in parts:
            part.unlink(missing_ok=True)
        return len(parts)
