"""Blocks: pieces of text into blocks of whole lines, and lines that are too long to be held.

Rule: memory is bounded by the block; a line beyond ``MAX_LINE_BYTES`` is skipped, its head kept, and named. Leaves
quotes and cells to ``delimited``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from holdfire.readers.limits import MAX_LINE_BYTES, MAX_RAW_CHARS

__all__ = ["LineBlock", "OverlongLine", "line_blocks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBlock:
    """Hold whole lines.

    Attributes
    ----------
    first_line : int
        1-based number of the first line.
    content : bytes
        UTF-8; every line but the file's last ends with a line feed.
    """

    first_line: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlongLine:
    """Name a line that is too long to be held.

    Attributes
    ----------
    line, n_bytes : int
    head : bytes
        Its beginning.
    """

    line: int
    head: bytes
    n_bytes: int


def line_blocks(chunks: Iterator[bytes]) -> Iterator[LineBlock | OverlongLine]:
    """Cut text into blocks of whole lines.

    Parameters
    ----------
    chunks : iterator of bytes
        UTF-8 with single line ends, cut anywhere.
    """
    held = b""
    line = 1
    head = b""
    n_skipped = 0
    for chunk in chunks:
        piece = chunk
        if n_skipped:
            cut = piece.find(b"\n")
            n_skipped += len(piece) if cut < 0 else cut
            if cut < 0:
                continue
            yield OverlongLine(line=line, head=head, n_bytes=n_skipped)
            line, n_skipped, piece = line + 1, 0, piece[cut + 1 :]
        content = held + piece
        cut = content.rfind(b"\n") + 1
        if cut:
            yield LineBlock(first_line=line, content=content[:cut])
            line += content.count(b"\n", 0, cut)
        held = content[cut:]
        if len(held) > MAX_LINE_BYTES:
            head, n_skipped, held = held[: 4 * MAX_RAW_CHARS], len(held), b""
    if n_skipped:
        yield OverlongLine(line=line, head=head, n_bytes=n_skipped)
    elif held:
        yield LineBlock(first_line=line, content=held)
