"""Verify: check a Holdfire evidence log. This one file is all it takes.

It needs Python 3.11 and the package ``cryptography``; it imports nothing of Holdfire, so that whoever doubts the
mission can read it and run it alone::

    python verify.py LOG_FOLDER --key 'mission.example/case+1a2b3c4d+AZ...'

Turns a folder (or an exported bundle) into a list of what is wrong with it; an empty list means: every entry that the
signed checkpoint counts is there, unchanged and in its place, and every file that an entry names has the content that
was logged. Give ``--old CHECKPOINT`` - a checkpoint that you kept from an earlier day - and it also says whether the
log of today still holds the log of that day: that is what catches a rewritten past. Rule: nothing is believed that the
key you were given on another way did not sign.

What stands where (C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature; hashes by RFC 9162, section 2.1):

    checkpoint              name of the log, number of entries, root hash, signatures
    tile/entries/N          up to 256 entries, each after its length (2 bytes, big-endian)
    tile/L/N                up to 256 hashes; level 0: of entries, level L: of full tiles of the level below
    blobs/ab/abcd...        files that entries name by their SHA-256
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256  # entries in a full tile
ED25519, COSIGNED = 0x01, 0x04  # kinds of keys (signed-note, tlog-cosignature)


class VerifyError(Exception):
    """Say that something is no note, no key, no proof or no log."""


# --- hashes (RFC 9162, 2.1) -------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Peaks:
    """Hold the roots of the full subtrees of a tree that grows by one leaf at a time: at most one for each height."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add the hash of one more entry; every pair of subtrees of one height becomes one."""
        self._peaks.append(leaf)
        self.size += 1
        merges = self.size
        while merges % 2 == 0:
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_hash(left, right))
            merges //= 2

    def root_with(self, right: bytes) -> bytes:
        """Return the root hash when a smaller subtree stands to the right of all leaves so far."""
        for left in reversed(self._peaks):
            right = node_hash(left, right)
        return right

    def root(self) -> bytes:
        """Return the root hash of all leaves so far."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        last = self._peaks.pop()
        root = self.root_with(last)
        self._peaks.append(last)
        return root


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise VerifyError(f"A tree of {size} entries has no entry {index}.")
    fn, sn, root = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise VerifyError("The inclusion proof is too long.")
        if fn % 2 == 1 or fn == sn:
            root = node_hash(sibling, root)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise VerifyError("The inclusion proof is too short.")
    return root


def roots_from_consistency(
    old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the roots of the old and the new tree that a consistency proof leads to (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size < new_size:
        raise VerifyError(f"No proof leads from {old_size} entries to {new_size}.")
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise VerifyError("The consistency proof is empty.")
    fn, sn = old_size - 1, new_size - 1
    while fn % 2 == 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise VerifyError("The consistency proof is too long.")
        if fn % 2 == 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise VerifyError("The consistency proof is too short.")
    return old, new


# --- signed notes ------------------------------------------------------------------------------------------------


class Key(NamedTuple):
    """Hold a public key: its name, its kind (ED25519 or COSIGNED) and its 32 bytes."""

    name: str
    kind: int
    public: bytes

    def key_id(self) -> bytes:
        """Return the four bytes by which a signature names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def text(self) -> str:
        """Return the key as ``name+id+base64``."""
        return f"{self.name}+{self.key_id().hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


def parse_key(text: str) -> Key:
    """Return the key that is written ``name+id+base64``."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise VerifyError(f"This is no key: {text.strip()!r}. Keys are written name+id+base64.")
    raw = unbase64(parts[2])
    if len(raw) != 33 or raw[0] not in (ED25519, COSIGNED):
        raise VerifyError("This key is not of Ed25519.")
    key = Key(parts[0], raw[0], raw[1:])
    if key.key_id().hex() != parts[1]:
        raise VerifyError(f"This key was mistyped: its id is {key.key_id().hex()}, not {parts[1]}.")
    return key


def unbase64(text: str) -> bytes:
    """Return the bytes behind standard base64; a second spelling of the same bytes is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise VerifyError(f"This is no base64: {text[:40]!r}.")
    return raw


class Checkpoint(NamedTuple):
    """Hold a checkpoint: what it says, and who signed it."""

    origin: str
    size: int
    root: bytes
    body: str
    signatures: tuple[tuple[str, bytes], ...]

    def signed_by(self, key: Key) -> bool:
        """Say whether this key signed; a wrong signature under the key's name and id is an error, not a no."""
        seen = False
        for name, raw in self.signatures:
            if name != key.name or raw[:4] != key.key_id():
                continue
            signature, message = raw[4:], self.body.encode()
            if key.kind == COSIGNED:
                message = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + message
                signature = signature[8:]
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
            except InvalidSignature:
                raise VerifyError(f"The signature of {name} is forged or damaged.") from None
            seen = True
        return seen


def parse_checkpoint(raw: bytes) -> Checkpoint:
    """Return what a checkpoint says, without judging its signatures."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise VerifyError("The checkpoint is no text.") from None
    body, gap, tail = text.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or len(lines) < 3 or not all(lines) or not tail.endswith("\n"):
        raise VerifyError("The checkpoint is cut short: it has no name, size, root and signature.")
    if not lines[1].isascii() or not lines[1].isdecimal() or str(int(lines[1])) != lines[1]:
        raise VerifyError(f"The checkpoint's number of entries is no number: {lines[1][:40]!r}.")
    root = unbase64(lines[2])
    if len(root) != 32:
        raise VerifyError("The checkpoint's root is no SHA-256.")
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "—" or not name or len(signature := unbase64(encoded)) < 5:
            raise VerifyError(f"This is no signature: {line[:40]!r}.")
        signatures.append((name, signature))
    return Checkpoint(lines[0], int(lines[1]), root, body + "\n", tuple(signatures))


# --- the folder --------------------------------------------------------------------------------------------------


def tile_path(kind: str, number: int, width: int = WIDTH) -> str:
    """Return where a tile rests: ``kind`` is a level or ``entries``; 1234067 is written x001/x234/067."""
    path, number = f"{number % 1000:03d}", number // 1000
    while number:
        path, number = f"x{number % 1000:03d}/{path}", number // 1000
    return f"tile/{kind}/{path}" + (f".p/{width}" if width < WIDTH else "")


def read_tile(folder: Path, kind: str, number: int, width: int) -> bytes:
    """Return a tile of a width, cut from the full one where only that is kept; an entry bundle is returned whole."""
    for wide in (width, WIDTH):
        path = folder / tile_path(kind, number, wide)
        if path.is_file():
            raw = path.read_bytes()
            return raw if kind == "entries" else raw[: 32 * width]
    raise VerifyError(f"{tile_path(kind, number, width)} is missing.")


def split_bundle(raw: bytes, width: int) -> list[bytes]:
    """Return the first entries of a bundle."""
    entries: list[bytes] = []
    at = 0
    while at < len(raw) and len(entries) < width:
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        if at + 2 > len(raw) or end > len(raw):
            break
        entries.append(raw[at + 2 : end])
        at = end
    if len(entries) < width:
        raise VerifyError(f"A bundle of entries is cut short: it holds {len(entries)} in place of {width}.")
    return entries


def tile_widths(size: int, level: int) -> Iterator[tuple[int, int]]:
    """Give number and width of each tile of a level, for a tree of that size."""
    n_hashes = size >> (8 * level)
    for number in range(-(-n_hashes // WIDTH)):
        yield number, min(WIDTH, n_hashes - number * WIDTH)


class Files:
    """Check the files that entries name, as far as this copy holds them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, bool] = {}
        self.wrong: list[str] = []

    def check(self, index: int, entry: bytes) -> None:
        """Hash every file of an entry that was not met before."""
        try:
            names = [str(blob["sha256"]) for blob in json.loads(entry).get("blobs", [])]
        except (ValueError, AttributeError, KeyError, TypeError):
            self.wrong.append(f"Entry {index} is no JSON that names its files.")
            return
        for name in names:
            path = self.folder / "blobs" / name[:2] / name
            if name in self.seen:
                continue
            self.seen[name] = path.is_file()
            if self.seen[name]:
                with path.open("rb") as stream:
                    if hashlib.file_digest(stream, "sha256").hexdigest() != name:
                        self.wrong.append(f"Entry {index}: the file {name} was changed.")


def walk(folder: Path, size: int, marks: Sequence[int], files: Files) -> tuple[dict[int, bytes], list[bytes]]:
    """Read all entries in order; return the roots at the marked sizes and the hashes of all entries."""
    peaks = Peaks()
    roots, hashes = {0: peaks.root()}, []
    for number, width in tile_widths(size, 0):
        for entry in split_bundle(read_tile(folder, "entries", number, width), width):
            files.check(peaks.size, entry)
            hashes.append(leaf_hash(entry))
            peaks.add(hashes[-1])
            if peaks.size in marks:
                roots[peaks.size] = peaks.root()
    return roots, hashes


def check_tiles(folder: Path, size: int, below: list[bytes]) -> list[str]:
    """Return which tiles of hashes do not fit the entries: each level's tiles are what the level below gives."""
    wrong: list[str] = []
    level = 0
    while below:
        above = []
        for number, width in tile_widths(size, level):
            mine = below[number * WIDTH : number * WIDTH + width]
            try:
                if read_tile(folder, str(level), number, width) != b"".join(mine):
                    wrong.append(f"{tile_path(str(level), number, width)} does not fit the entries.")
            except VerifyError as error:
                wrong.append(str(error))
            if width == WIDTH:
                full = Peaks()
                for one in mine:
                    full.add(one)
                above.append(full.root())
        below, level = above, level + 1
    return wrong


def verify_log(
    folder: Path, key: Key, olds: Sequence[bytes] = (), witnesses: Sequence[Key] = ()
) -> tuple[list[str], str]:
    """Return what is wrong with a log, and one line that says what was checked."""
    try:
        head = parse_checkpoint((folder / "checkpoint").read_bytes())
        earlier = [parse_checkpoint(raw) for raw in olds]
        for one in (head, *earlier):
            if not one.signed_by(key):
                return [f"The checkpoint of {one.size} entries is not signed by {key.name}."], ""
        lacking = [witness.name for witness in witnesses if not head.signed_by(witness)]
    except (VerifyError, OSError) as error:
        return [str(error)], ""
    wrong = [f"Witness {name} did not sign the checkpoint." for name in lacking]
    wrong += [f"The log is named {head.origin!r}, the key {key.name!r}."] if head.origin != key.name else []
    files = Files(folder)
    try:
        roots, hashes = walk(folder, head.size, [head.size, *(one.size for one in earlier)], files)
    except VerifyError as error:
        return [*wrong, *files.wrong, str(error)], ""
    wrong += check_tiles(folder, head.size, hashes) + files.wrong
    if roots[head.size] != head.root:
        wrong.append("The entries do not give the root that was signed: some were changed, moved or taken away.")
    for one in earlier:
        if one.size > head.size:
            wrong.append(f"The log was cut: you hold a checkpoint of {one.size} entries, it has {head.size}.")
        elif roots[one.size] != one.root or one.origin != head.origin:
            wrong.append(f"The past was rewritten: the first {one.size} entries are not those that were signed then.")
    there = sum(files.seen.values())
    said = f"{len(hashes)} entries, {there} files checked, {len(files.seen) - there} not in this copy"
    return wrong, said + f", {len(earlier)} earlier checkpoints"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a log from the command line; 0 = all is well."""
    parser = argparse.ArgumentParser(description="Check a Holdfire evidence log.")
    parser.add_argument("folder", type=Path, help="the log, or an exported bundle")
    parser.add_argument("--key", required=True, help="the log's public key, as the mission published it")
    parser.add_argument("--old", type=Path, action="append", default=[], help="a checkpoint that you kept (may repeat)")
    parser.add_argument(
        "--witness", action="append", default=[], help="a witness's key that must have signed (may repeat)"
    )
    given = parser.parse_args(arguments)
    try:
        key, witnesses = parse_key(given.key), [parse_key(one) for one in given.witness]
        olds = [path.read_bytes() for path in given.old]
    except (VerifyError, OSError) as error:
        print(f"WRONG: {error}")
        return 2
    wrong, said = verify_log(given.folder, key, olds, witnesses)
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{'NOT VERIFIED' if wrong else 'VERIFIED'}: {said or 'nothing could be checked'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
