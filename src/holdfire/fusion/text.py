"""Text: words in any of the languages at hand into sketches whose likeness is quick to compare.

Turns text into 64 bytes, so that the share of equal bytes estimates how many of two texts' four-letter pieces are
common (Jaccard). Rule: letters are lower-cased and Cyrillic is written in Latin first, so that a name is alike in
Ukrainian, Russian and a transliteration; what is no letter is a
space, since dates and numbers of headlines differ where nothing else does. Source: Li, Owen and Zhang
(2012), One permutation hashing; Li and Koenig (2010), b-bit minwise hashing.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.fusion.compiled import compiled

__all__ = ["N_TEXT_BINS", "SKETCH_BYTES", "likeness", "sketch_texts", "text_bins"]

SKETCH_BYTES = 64
N_TEXT_BINS = 12
"""Bins of likeness: eight of 0.05 up to 0.4, then four of 0.15."""

_LETTERS = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "ґ": "g",
    "д": "d",
    "е": "e",
    "є": "e",
    "э": "e",
    "ё": "e",
    "ж": "zh",
    "з": "z",
    "и": "i",
    "і": "i",
    "ї": "i",
    "й": "i",
    "ы": "i",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ў": "u",
    "ф": "f",
    "х": "h",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ь": "",
    "ю": "u",
    "я": "a",
}


def _transliteration() -> NDArray[np.uint8]:
    table = np.zeros((0x500, 3), np.uint8)
    for code in range(0x500):
        plain = _LETTERS.get(chr(code).lower())
        letter = chr(code).lower()
        if plain is not None:
            table[code, 0] = len(plain)
            for k, part in enumerate(plain):
                table[code, 1 + k] = ord(part)
        elif code < 128:
            table[code, 0] = 1
            table[code, 1] = ord(letter) if letter.isalpha() else 32
        elif letter.isalpha():
            table[code, 0], table[code, 1] = 1, 128 + code % 127
        else:
            table[code, 0], table[code, 1] = (0, 0) if code in (0x2BC, 0x301) else (1, 32)
    return table


_TABLE = _transliteration()


@compiled
def _symbols(content: NDArray[np.uint8], start: int, end: int, table: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
    n, k = 0, start
    while k < end and n < out.size - 4:
        byte = content[k]
        if byte < 0x80:
            code, step = int(byte), 1
        elif byte < 0xE0:
            code, step = (int(byte & 0x1F) << 6) | int(content[k + 1] & 0x3F), 2
        elif byte < 0xF0:
            middle, last = int(content[k + 1] & 0x3F), int(content[k + 2] & 0x3F)
            code, step = (int(byte & 0x0F) << 12) | (middle << 6) | last, 3
        else:
            code, step = 32, 4
        k += step
        if code >= table.shape[0]:
            symbol = 32 if 0x2000 <= code < 0x2100 else 128 + code % 127
            if not (symbol == 32 and n > 0 and out[n - 1] == 32):
                out[n] = symbol
                n += 1
            continue
        for part in range(table[code, 0]):
            symbol = table[code, 1 + part]
            if not (symbol == 32 and n > 0 and out[n - 1] == 32):
                out[n] = symbol
                n += 1
    return n


@compiled
def _sketch(
    content: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    valid: NDArray[np.bool_],
    table: NDArray[np.uint8],
    out: NDArray[np.uint8],
) -> None:
    # Letters beyond the four hundredth are background in news reports.
    buffer = np.zeros(400, np.uint8)
    least = np.empty(64, np.uint32)
    for row in range(valid.size):
        if not valid[row]:
            continue
        n = _symbols(content, offsets[row], offsets[row + 1], table, buffer)
        least.fill(np.uint32(0xFFFFFFFF))
        for k in range(n - 3):
            h: np.uint32 = np.uint32(buffer[k]) | (np.uint32(buffer[k + 1]) << np.uint32(8))
            h |= (np.uint32(buffer[k + 2]) << np.uint32(16)) | (np.uint32(buffer[k + 3]) << np.uint32(24))
            h ^= h >> np.uint32(16)
            h = np.uint32(h * np.uint32(0x85EBCA6B))
            h ^= h >> np.uint32(13)
            h = np.uint32(h * np.uint32(0xC2B2AE35))
            h ^= h >> np.uint32(16)
            place = h >> np.uint32(26)
            if h < least[place]:
                least[place] = h
        for slot in range(64):
            if least[slot] != np.uint32(0xFFFFFFFF):
                out[row, slot] = np.uint8(1 + least[slot] % np.uint32(255))


def sketch_texts(texts: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Return the texts' sketches.

    Parameters
    ----------
    texts : string, (n,)
        Null = no text.

    Returns
    -------
    uint8, (n, 64)
        Zeros where there is no text or fewer than four letters; (0, 64) where no report has a text.
    """
    if texts.null_count == len(texts):
        return np.zeros((0, SKETCH_BYTES), np.uint8)
    joined = pc.cast(texts, pa.large_string()).combine_chunks()
    array = joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    content = np.frombuffer(array.buffers()[2], np.uint8)
    valid = np.asarray(pc.is_valid(array).to_numpy(zero_copy_only=False))
    out = np.zeros((len(array), SKETCH_BYTES), np.uint8)
    _sketch(content, offsets, valid, _TABLE, out)
    return out


@compiled
def text_bins(
    left: NDArray[np.int32], right: NDArray[np.int32], sketch: NDArray[np.uint8], out: NDArray[np.int8]
) -> None:
    """Fill the bin of likeness of pairs of texts, 0..11; -1 where a text is missing or too short to tell."""
    for row in range(left.size):
        i, j = left[row], right[row]
        equal, some, one, two = 0, 0, 0, 0
        for k in range(sketch.shape[1]):
            a, b = sketch[i, k], sketch[j, k]
            if a > 0 or b > 0:
                some += 1
                equal += a == b
            one += a > 0
            two += b > 0
        if one < 5 or two < 5:
            out[row] = -1
        else:
            share = equal / some
            out[row] = int(share / 0.05) if share < 0.4 else 8 + min(3, int((share - 0.4) / 0.15))


def likeness(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    """Return the estimated Jaccard likeness of two sketches, 0..1; 0 where one is empty.

    Examples
    --------
    >>> a, b = sketch_texts(pa.chunked_array([["Удар по порту Одеси", "Удар по порту Одессы"]]))
    >>> likeness(a, b) > 0.5
    True
    """
    some = (left > 0) | (right > 0)
    return float(((left == right) & some).sum() / max(1, some.sum()))
