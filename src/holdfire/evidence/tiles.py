"""Tiles: a Merkle tree as files of up to 256 hashes, and the proofs that follow from them.

Turns new entries into the tiles that change, and tiles into roots and proofs. Rules: a full tile never changes; a
partial one carries its width in its name, so a smaller tree's tiles are never written over; they go when the full one
is there. Leaves signing to ``notes`` and order to ``log``. Source: C2SP tlog-tiles; RFC 9162, sections 2.1.3 and 2.1.4.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from holdfire.errors import ReadError
from holdfire.evidence.verify import WIDTH, Peaks, VerifyError, leaf_hash, node_hash, read_tile, split_bundle, tile_path

__all__ = ["TileFolder"]

HASH_BYTES = 32


def _root(hashes: Sequence[bytes]) -> bytes:
    peaks = Peaks()
    for one in hashes:
        peaks.add(one)
    return peaks.root()


def _bundle(entries: Sequence[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


class TileFolder:
    """Read and plan the tiles of a tree.

    Parameters
    ----------
    folder : Path
        The log's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, int], list[bytes]] = {}

    def _tile(self, kind: str, number: int, width: int) -> list[bytes]:
        # Hashes, or entries, of a tile as far as ``width``; full tiles are kept for the next question.
        kept = self._kept.get((kind, number))
        if kept is not None and len(kept) >= width:
            return kept[:width]
        try:
            raw = read_tile(self._folder, kind, number, width)
            if kind == "entries":
                items = split_bundle(raw, width)
            else:
                items = [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]
            if len(items) != width or len(items[-1]) == 0:
                raise VerifyError("It is cut short.")
        except (VerifyError, OSError) as error:
            raise ReadError(
                f"A tile of the log cannot be read: {error}",
                tile_path(kind, number, width),
                "Run 'holdfire log verify', then restore it from a copy.",
            ) from error
        if len(self._kept) > 512:
            self._kept.clear()
        self._kept[kind, number] = items
        return items

    def plan(self, size: int, entries: Sequence[bytes]) -> tuple[dict[str, bytes], bytes]:
        """Return the tiles that more entries make, by path, and the root of the tree with them.

        Parameters
        ----------
        size : int
            Entries so far.
        entries : sequence of bytes
        """
        files: dict[str, bytes] = {}
        number, width = divmod(size, WIDTH)
        bundle = (self._tile("entries", number, width) if width else []) + list(entries)
        for first in range(0, len(bundle), WIDTH):
            piece = bundle[first : first + WIDTH]
            files[tile_path("entries", number + first // WIDTH, len(piece))] = _bundle(piece)
        fresh, level = [leaf_hash(entry) for entry in entries], 0
        ragged: bytes | None = None
        while True:
            number, width = divmod(size >> (8 * level), WIDTH)
            hashes = (self._tile(str(level), number, width) if width else []) + fresh
            fresh_above = []
            for first in range(0, len(hashes), WIDTH):
                piece = hashes[first : first + WIDTH]
                if fresh:
                    files[tile_path(str(level), number + first // WIDTH, len(piece))] = b"".join(piece)
                if len(piece) == WIDTH:
                    fresh_above.append(_root(piece))
            ragged = self._with_ragged(hashes[len(hashes) - len(hashes) % WIDTH :], ragged)
            fresh, level = fresh_above, level + 1
            if not fresh and not size >> (8 * level):
                break
        return files, ragged if ragged is not None else _root([])

    @staticmethod
    def _with_ragged(hashes: Sequence[bytes], ragged: bytes | None) -> bytes | None:
        # The root of a partial tile's subtrees, with what is left of the tree below them at the right edge.
        peaks = Peaks()
        for one in hashes:
            peaks.add(one)
        if ragged is None:
            return peaks.root() if hashes else None
        return peaks.root_with(ragged)

    def entries(self, first: int, size: int) -> list[bytes]:
        """Return the entries from ``first`` to the end of its bundle."""
        number, at = divmod(first, WIDTH)
        return self._tile("entries", number, min(WIDTH, size - number * WIDTH))[at:]

    def subtree(self, first: int, end: int, size: int) -> bytes:
        """Return the root over entries ``first`` to ``end`` of a tree of ``size`` entries (MTH of RFC 9162)."""
        n = end - first
        if n & (n - 1) == 0 and first % n == 0:
            level, rest = divmod(n.bit_length() - 1, 8)
            at = first >> (8 * level)
            number, inside = divmod(at, WIDTH)
            width = min(WIDTH, (size >> (8 * level)) - number * WIDTH)
            return _root(self._tile(str(level), number, width)[inside : inside + (1 << rest)])
        half = 1 << ((n - 1).bit_length() - 1)
        return node_hash(self.subtree(first, first + half, size), self.subtree(first + half, end, size))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that an entry is in a tree (RFC 9162, 2.1.3.1), from the leaf's sibling up."""
        first, end, path = 0, size, []
        while end - first > 1:
            middle = first + (1 << ((end - first - 1).bit_length() - 1))
            if index < middle:
                path.append(self.subtree(middle, end, size))
                end = middle
            else:
                path.append(self.subtree(first, middle, size))
                first = middle
        return path[::-1]

    def consistency(self, old_size: int, size: int) -> list[bytes]:
        """Return the proof that a tree continues an older one (RFC 9162, 2.1.4.1)."""
        first, end, path, whole = 0, size, [], True
        while old_size < end:
            middle = first + (1 << ((end - first - 1).bit_length() - 1))
            if old_size <= middle:
                path.append(self.subtree(middle, end, size))
                end = middle
            else:
                path.append(self.subtree(first, middle, size))
                first, whole = middle, False
        return ([] if whole else [self.subtree(first, end, size)]) + path[::-1]

    def drop_partial(self, files: dict[str, bytes]) -> None:
        """Remove the partial tiles whose full tile was just written."""
        for path in files:
            if ".p/" not in path:
                shutil.rmtree(self._folder / f"{path}.p", ignore_errors=True)
