r"""Streams: a file's bytes into UTF-8 text with single line ends, in pieces of bounded size.

Rule: no byte is lost and none makes a crash: bytes that are no text in the file's encoding stay, as ``\xNN`` behind
a mark, and the row that holds them is refused later. ``\r\n`` and a lone ``\r`` become ``\n``. gzip is unpacked
with a bound on its ratio. Leaves lines and cells to others.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from holdfire.errors import LimitError, MissingInputError, ReadError
from holdfire.readers.limits import BLOCK_BYTES, MAX_GZIP_RATIO
from holdfire.readers.refusals import UNDECODABLE

__all__ = ["GZIP_MAGIC", "decode", "file_head", "open_bytes", "sniff_encoding", "text_chunks"]

GZIP_MAGIC = b"\x1f\x8b"
MARK = "holdfire.mark"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return UNDECODABLE + "".join(f"\\x{byte:02x}" for byte in bad), error.end


codecs.register_error(MARK, _mark)


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading.

    Raises
    ------
    MissingInputError
        There is no such file, or it cannot be opened.
    """
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise MissingInputError(f"This file cannot be opened: {reason}.", str(path), "Check the path.") from error


def file_head(path: Path, n_bytes: int = 65_536) -> bytes:
    """Return a file's first bytes, unpacked where it is gzip."""
    with open_bytes(path) as stream:
        head = stream.read(n_bytes)
    if not head.startswith(GZIP_MAGIC):
        return head
    return next(_unpacked(path, n_bytes), b"")


def sniff_encoding(head: bytes) -> tuple[str, int]:
    r"""Return the encoding that a byte order mark names, else UTF-8, and the mark's length.

    Examples
    --------
    >>> sniff_encoding(b"\xff\xfea\x00"), sniff_encoding(b"a,b")
    (('utf-16-le', 2), ('utf-8', 0))
    """
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    return "utf-8", 0


def _unpacked(path: Path, n_bytes: int) -> Iterator[bytes]:
    """Unpack gzip, holding ``n_bytes`` at a time."""
    packed = max(path.stat().st_size, 1)
    n_out = 0
    try:
        with gzip.open(path, "rb") as stream:
            while chunk := stream.read(n_bytes):
                n_out += len(chunk)
                if n_out > MAX_GZIP_RATIO * packed + BLOCK_BYTES:
                    raise LimitError(
                        f"This file unpacks to more than {MAX_GZIP_RATIO} times its size: {n_out} bytes.",
                        str(path),
                        "Unpack it yourself, if you trust it, and give the unpacked file.",
                    )
                yield chunk
    except (EOFError, OSError, zlib.error) as error:
        raise ReadError(f"This gzip file is broken: {error}.", str(path), "Pack or fetch it again.") from error


def _plain(path: Path) -> Iterator[bytes]:
    with open_bytes(path) as stream:
        try:
            while chunk := stream.read(BLOCK_BYTES):
                yield chunk
        except OSError as error:
            raise ReadError(f"This file cannot be read: {error}.", str(path), "Check the medium.") from error


def _as_utf8(chunks: Iterator[bytes], path: Path, encoding: str | None) -> Iterator[bytes]:
    first = next(chunks, b"")
    sniffed, n_mark = sniff_encoding(first)
    chosen = sniffed if n_mark else (encoding or "utf-8")
    first = first[n_mark:]
    try:
        codec = codecs.lookup(chosen)
        is_text = bool(getattr(codec, "_is_text_encoding", True))
    except (LookupError, ValueError) as error:
        raise ReadError(f"No encoding is called {chosen!r}.", str(path), "Write utf-8, utf-16, cp1251 …") from error
    if not is_text:
        raise ReadError(f"This is no encoding of text: {chosen!r}.", str(path), "Write utf-8, utf-16, cp1251 …")
    if codec.name == "utf-8":
        yield first
        yield from chunks
        return
    try:
        decoder = codecs.getincrementaldecoder(chosen)(MARK)
        yield decoder.decode(first).encode("utf-8", "surrogatepass")
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", True).encode("utf-8", "surrogatepass")
    except (UnicodeError, LookupError) as error:
        raise ReadError(f"This file is no text in {chosen}: {error}.", str(path), "Name its encoding.") from error


def _single_line_ends(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = False
    for piece in chunks:
        chunk = b"\r" + piece if held else piece
        held = chunk.endswith(b"\r")
        if held:
            chunk = chunk[:-1]
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if chunk:
            yield chunk
    if held:
        yield b"\n"


def text_chunks(path: Path, encoding: str | None = None) -> Iterator[bytes]:
    """Yield a text file's content as UTF-8 with single line ends.

    Parameters
    ----------
    path : Path
        Plain or gzip.
    encoding : str, optional
        A codec's name; a byte order mark in the file goes before it, and UTF-8 is read where neither is given.

    Yields
    ------
    bytes
        Pieces of a few MiB, cut anywhere. Undecodable bytes of UTF-8 are left as they are.

    Raises
    ------
    MissingInputError, ReadError, LimitError
        The file is not there, is broken gzip, is no text at all, or unpacks beyond the bound.
    """
    with open_bytes(path) as stream:
        packed = stream.read(2) == GZIP_MAGIC
    chunks = _unpacked(path, BLOCK_BYTES) if packed else _plain(path)
    yield from _single_line_ends(_as_utf8(chunks, path, encoding))


def decode(content: bytes) -> str:
    r"""Return UTF-8 text with undecodable bytes marked.

    Examples
    --------
    >>> decode(b"a\xff") == "a" + "\ufdd0" + "\\xff"
    True
    """
    return content.decode("utf-8", MARK)
