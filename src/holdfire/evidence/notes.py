"""Notes: keys that sign, and the checkpoints and cosignatures that they make.

Turns a seed into a key and a tree's size and root into a signed checkpoint. Rule: a key's file is readable by its owner
alone, and is never part of the log. Leaves reading and checking to ``verify``, which stands alone. Source: C2SP
signed-note, tlog-checkpoint, tlog-cosignature; RFC 8032.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdfire.errors import InputError, MissingInputError, OutputError
from holdfire.evidence.verify import COSIGNED, ED25519, Key

__all__ = ["Signer", "check_origin", "checkpoint_body", "cosign", "new_signer", "read_signer", "sign", "write_signer"]

PREFIX = "PRIVATE+KEY+"


def check_origin(origin: str) -> str:
    """Return a log's name if it may be one.

    Raises
    ------
    InputError
        It is empty, or holds a space, a plus or a control character (signed-note: key names hold none).
    """
    if not origin or any(sign.isspace() or sign == "+" or ord(sign) < 32 for sign in origin):
        raise InputError(
            f"A log cannot be named {origin!r}.", "origin", "Write it like an address: mission.example/case-1."
        )
    return origin


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Signer:
    """Hold a private key; its ``repr`` shows none of it.

    Attributes
    ----------
    name : str
        Name of the log or the witness.
    seed : bytes, 32
    kind : int
        ``ED25519`` for a log, ``COSIGNED`` for a witness.
    """

    name: str
    seed: bytes
    kind: int = ED25519

    def __repr__(self) -> str:
        return f"Signer({self.public().text()})"

    def public(self) -> Key:
        """Return the public key."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return Key(self.name, self.kind, public.public_bytes_raw())

    def _sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def line(self, body: str, message: bytes, before: bytes = b"") -> str:
        """Return the signature line over a message for a note's body."""
        signature = self.public().key_id() + before + self._sign(message)
        return f"— {self.name} {base64.b64encode(signature).decode()}\n"


def new_signer(name: str, kind: int = ED25519) -> Signer:
    """Return a new key from the machine's randomness."""
    return Signer(name=check_origin(name), seed=os.urandom(32), kind=kind)


def write_signer(path: Path, signer: Signer) -> None:
    """Write a private key that only its owner can read; an existing file is never written over.

    Raises
    ------
    OutputError
        The file is there already, or cannot be written.
    """
    key = signer.public()
    data = base64.b64encode(bytes([signer.kind]) + signer.seed).decode()
    text = f"{PREFIX}{key.name}+{key.key_id().hex()}+{data}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as error:
        raise OutputError("A key is there already.", str(path), "Keep it, or name another file.") from error
    except OSError as error:
        raise OutputError(
            f"This key cannot be written: {error.strerror or error}.", str(path), "Name a folder that is writable."
        ) from error


def read_signer(path: Path) -> Signer:
    """Return the private key of a file.

    Raises
    ------
    MissingInputError
        It is not there.
    InputError
        It is no key; what it holds is not shown.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise MissingInputError("The log's key is not there.", str(path), "Give its file, or start a log.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("The log's key cannot be read.", str(path), "Check who may read the file.") from error
    name, _, rest = text.removeprefix(PREFIX).partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    if text.startswith(PREFIX) and len(raw) == 33 and raw[0] in (ED25519, COSIGNED):
        signer = Signer(name=name, seed=raw[1:], kind=raw[0])
        if signer.public().key_id().hex() == key_id:
            return signer
    raise InputError("This file holds no key.", str(path), f"A key is written {PREFIX}name+id+base64.")


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """Return the text of a checkpoint that is signed."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign(origin: str, size: int, root: bytes, signer: Signer) -> bytes:
    """Return a signed checkpoint."""
    body = checkpoint_body(origin, size, root)
    return f"{body}\n{signer.line(body, body.encode())}".encode()


def cosign(checkpoint: bytes, body: str, witness: Signer, at_s: int) -> bytes:
    """Return a checkpoint with a witness's signature added.

    Parameters
    ----------
    checkpoint : bytes
        A signed checkpoint; the witness has checked that it continues what it saw before.
    body : str
        Its signed text.
    witness : Signer
        Of the kind ``COSIGNED``.
    at_s : int
        When, seconds since 1970.
    """
    message = f"cosignature/v1\ntime {at_s}\n{body}".encode()
    return checkpoint + witness.line(body, message, before=at_s.to_bytes(8, "big")).encode()
