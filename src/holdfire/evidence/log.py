"""Log: the append-only record of what came in and what was decided.

Turns entries into a signed Merkle log in a folder. Rules: nothing is overwritten; an entry is acknowledged when its
tiles and the checkpoint that counts it are on the disk; what lies beyond the checkpoint was never acknowledged and is
written anew; one writer at a time. Leaves what entries mean to others, and checking to ``verify``. Source: DESIGN,
sections 1 (rules 3 to 5) and 3; docs/reference/evidence-log.md.

Order of an append, so that a stop at any point loses nothing: (1) take the lock; (2) read the checkpoint and check that
we signed it; (3) write the tiles that change, each whole or not at all, under names that the checkpoint does not count;
(4) let folders reach the disk; (5) put the new checkpoint in place of the old one; (6) let its name reach the disk;
(7) remove partial tiles whose full tile is there.
"""

from __future__ import annotations

import base64
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from holdfire.errors import InputError, MissingInputError, OutputError, ReadError
from holdfire.evidence.blobs import BlobFolder
from holdfire.evidence.durable import make_folder, sync_folders, write_durably
from holdfire.evidence.entries import Entry, encode_entry, parse_entry
from holdfire.evidence.notes import Signer, sign
from holdfire.evidence.tiles import TileFolder
from holdfire.evidence.verify import Checkpoint, Key, Peaks, VerifyError, parse_checkpoint, parse_key

__all__ = ["EvidenceLog", "proof_text"]

LOCK_WAIT_S = 30.0
"""How long a second writer waits for the first before it is refused."""


def proof_text(index: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Return an inclusion proof in the text form of C2SP tlog-proof."""
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(one).decode() for one in proof), ""]
    return "\n".join(lines).encode() + b"\n" + checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLog:
    """Read and append to the log of one case.

    Attributes
    ----------
    folder : Path
        Where it rests.
    key : Key
        The log's public key.
    """

    folder: Path
    key: Key

    @property
    def blobs(self) -> BlobFolder:
        """Return the files that entries name."""
        return BlobFolder(self.folder / "blobs")

    @classmethod
    def start(cls, folder: Path, signer: Signer) -> EvidenceLog:
        """Start an empty log, signed by its key.

        Raises
        ------
        InputError
            A log is there already.
        OutputError
            The folder cannot be written.
        """
        log = cls(folder=folder, key=signer.public())
        try:
            make_folder(folder)
            with log._locked():
                if (folder / "checkpoint").exists():
                    raise InputError("A log is there already.", str(folder), "Append to it, or name another folder.")
                write_durably(folder / "vkey", signer.public().text().encode() + b"\n")
                write_durably(folder / "checkpoint", sign(signer.name, 0, Peaks().root(), signer))
                sync_folders([folder / "checkpoint"])
        except OSError as error:
            raise _unwritable(folder, error) from error
        return log

    @classmethod
    def open(cls, folder: Path) -> EvidenceLog:
        """Open a log with the public key that lies in its folder: right for its owner, not for a sceptic.

        Raises
        ------
        MissingInputError
            There is no log.
        ReadError
            Its key is damaged.
        """
        try:
            return cls(folder=folder, key=parse_key((folder / "vkey").read_text(encoding="utf-8")))
        except OSError as error:
            raise MissingInputError("There is no log here.", str(folder), "Start one: 'holdfire log start'.") from error
        except (VerifyError, UnicodeDecodeError) as error:
            raise ReadError(f"The log's key is damaged. {error}", str(folder / "vkey"), "Restore it.") from error

    def checkpoint_bytes(self) -> bytes:
        """Return the checkpoint as it was signed.

        Raises
        ------
        MissingInputError
            It is not there.
        """
        try:
            return (self.folder / "checkpoint").read_bytes()
        except OSError as error:
            raise MissingInputError(
                "The log has no checkpoint.", str(self.folder / "checkpoint"), "Restore it from a copy."
            ) from error

    def checkpoint(self) -> Checkpoint:
        """Return the checkpoint, its signature checked.

        Raises
        ------
        ReadError
            It is damaged, or not signed by the log's key.
        """
        where = str(self.folder / "checkpoint")
        mend = "Run 'holdfire log verify', then restore it from a copy."
        try:
            head = parse_checkpoint(self.checkpoint_bytes())
            signed = head.signed_by(self.key)
        except VerifyError as error:
            raise ReadError(f"The checkpoint cannot be trusted. {error}", where, mend) from error
        if not signed:
            raise ReadError(f"The checkpoint is not signed by {self.key.name}.", where, mend)
        return head

    def replace_checkpoint(self, raw: bytes) -> None:
        """Put a checkpoint with more signatures in the place of the same one with fewer.

        Raises
        ------
        ReadError
            The log's own signature is not on it.
        InputError
            The log has grown since; it is another checkpoint.
        OutputError
            The folder cannot be written.
        """
        with self._locked():
            now, new = self.checkpoint(), parse_checkpoint(raw)
            if new.body != now.body or not new.signed_by(self.key):
                raise InputError(
                    "The log has grown since.", str(self.folder), "Check the new checkpoint, then sign it."
                )
            try:
                write_durably(self.folder / "checkpoint", raw)
                sync_folders([self.folder / "checkpoint"])
            except OSError as error:
                raise _unwritable(self.folder, error) from error

    def append(self, entries: Sequence[Entry], signer: Signer) -> range:
        """Add entries, and return their numbers when they are on the disk.

        Raises
        ------
        InputError
            The key is not this log's.
        LimitError, ModelError
            An entry cannot be written; none is added.
        OutputError
            The disk is full or read-only, or another writer holds the log; none is added.
        """
        if signer.public() != self.key:
            raise InputError(
                f"This key is not the log's: {signer.public().text()}.",
                str(self.folder),
                f"It wants {self.key.text()}.",
            )
        raw = [encode_entry(entry) for entry in entries]
        try:
            with self._locked():
                size = self.checkpoint().size
                if not raw:
                    return range(size, size)
                tiles = TileFolder(self.folder)
                files, root = tiles.plan(size, raw)
                for path, content in files.items():
                    write_durably(self.folder / path, content)
                sync_folders(self.folder / path for path in files)
                write_durably(self.folder / "checkpoint", sign(signer.name, size + len(raw), root, signer))
                sync_folders([self.folder / "checkpoint"])
                tiles.drop_partial(files)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        return range(size, size + len(raw))

    def entries(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, Entry]]:
        """Give entries with their numbers, as far as the checkpoint counts them.

        Raises
        ------
        ReadError
            A tile or an entry is damaged.
        """
        size = self.checkpoint().size
        end = size if end is None else min(end, size)
        tiles = TileFolder(self.folder)
        while first < end:
            for raw in tiles.entries(first, size)[: end - first]:
                yield first, parse_entry(raw, f"entry {first}")
                first += 1

    def raw_entry(self, index: int) -> bytes:
        """Return an entry's bytes.

        Raises
        ------
        InputError
            The log holds no such entry.
        """
        size = self.checkpoint().size
        if not 0 <= index < size:
            raise InputError(f"The log holds no entry {index}.", str(self.folder), f"It holds 0 to {size - 1}.")
        return TileFolder(self.folder).entries(index, size)[0]

    def prove(self, index: int) -> bytes:
        """Return the proof that an entry is in the log, with the checkpoint (C2SP tlog-proof).

        Raises
        ------
        InputError
            The log holds no such entry.
        """
        self.raw_entry(index)
        raw = self.checkpoint_bytes()
        return proof_text(index, TileFolder(self.folder).inclusion(index, parse_checkpoint(raw).size), raw)

    def prove_continues(self, old_size: int) -> list[bytes]:
        """Return the proof that the log continues the one of ``old_size`` entries (RFC 9162, 2.1.4.1).

        Raises
        ------
        InputError
            The log was never that long, or nothing is to be proved of an empty one.
        """
        size = self.checkpoint().size
        if not 0 < old_size <= size:
            raise InputError(f"No proof leads from {old_size} entries to {size}.", str(self.folder), "Name 1 or more.")
        return TileFolder(self.folder).consistency(old_size, size)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until = time.monotonic() + LOCK_WAIT_S
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise OutputError(
                            "Another writer holds this log.", str(self.folder), "Wait until it is done, then try again."
                        ) from None
                    time.sleep(0.01)
            yield
        finally:
            os.close(handle)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"The log cannot be written: {error.strerror or error}. Nothing was added.",
        str(folder),
        "Make room on the disk or let the folder be written to, then try again.",
    )
