r"""Refusals: rows that could not be read, gathered, bounded and turned into a table.

Rule: every refused row is counted; the first ``MAX_REFUSALS_KEPT`` of a file are kept with where they stood, why,
and their raw text. Undecodable bytes are shown as ``\xNN``. Leaves the deciding to the readers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from holdfire.errors import DocumentError, Fault
from holdfire.readers.limits import MAX_RAW_CHARS, MAX_REFUSALS_KEPT, MAX_SHOWN_FAULTS
from holdfire.records.refusal import REFUSAL_SCHEMA, Refusal
from holdfire.records.schema import table_from

__all__ = ["UNDECODABLE", "CellFault", "RefusalLog", "refusal_table", "shown", "strict_error"]

UNDECODABLE = "\ufdd0"
"""Stands before the ``\\xNN`` of bytes that are no text: a code point that Unicode keeps for such inner use."""


class CellFault(ValueError):
    """Carry what is wrong with one cell from where it is read to where its row is refused.

    Parameters
    ----------
    column : str or None
    what, mend : str
    """

    def __init__(self, column: str | None, what: str, mend: str) -> None:
        self.column = column
        self.what = what
        self.mend = mend
        super().__init__(column, what, mend)


def shown(raw: str, n_chars: int = MAX_RAW_CHARS) -> str:
    r"""Return a raw row as it is kept: cut, with undecodable and NUL bytes written out.

    Examples
    --------
    >>> shown("a,\ufdd0\\xff,\x00")
    'a,\\xff,\\x00'
    """
    return raw[: 2 * n_chars].replace(UNDECODABLE, "").replace("\x00", "\\x00")[:n_chars]


@dataclass(slots=True)
class RefusalLog:
    """Gather the refusals of one file.

    Attributes
    ----------
    file : str
        The file's name, for the message that counts what was not kept.
    n_refused : int
        Rows refused, kept or not.
    kept : list of Refusal
    """

    file: str
    n_refused: int = 0
    kept: list[Refusal] = field(default_factory=list)

    def add(self, refusals: Iterable[Refusal], n_unlisted: int = 0) -> None:
        """Take refusals in; ``n_unlisted`` rows are refused by one of them without an entry of their own."""
        self.n_refused += n_unlisted
        for refusal in refusals:
            self.n_refused += 1
            if len(self.kept) < MAX_REFUSALS_KEPT:
                self.kept.append(refusal)

    def closed(self) -> list[Refusal]:
        """Return what was kept, with a last entry that counts what was not."""
        missing = self.n_refused - len(self.kept)
        if missing <= 0 or len(self.kept) < MAX_REFUSALS_KEPT:
            return self.kept
        last = Refusal(
            file=self.file,
            row=self.kept[-1].row,
            column=None,
            what=f"Further rows of this file were refused and are counted only: {missing}.",
            mend="Mend the rows above first: the others are likely to have the same faults.",
            raw="",
        )
        return [*self.kept, last]


def refusal_table(refusals: Iterable[Refusal]) -> pa.Table:
    """Return refusals as a table by ``REFUSAL_SCHEMA``, ordered by file, row, column and fault."""
    rows = sorted(refusals, key=lambda r: (r.file, r.row, r.column or "", r.what, r.raw))
    return table_from({name: [getattr(row, name) for row in rows] for name in REFUSAL_SCHEMA.names}, REFUSAL_SCHEMA)


def strict_error(name: str, log: RefusalLog) -> DocumentError:
    """Return the error that a strict run raises for a file with refused rows: its faults, at most 1,000."""
    faults = [
        Fault(
            what=refusal.what,
            where=f"{name}, row {refusal.row}" + (f", {refusal.column}" if refusal.column else ""),
            mend=refusal.mend,
            line=refusal.row,
            field=refusal.column or "",
        )
        for refusal in log.kept[:MAX_SHOWN_FAULTS]
    ]
    missing = log.n_refused - len(faults)
    if missing > 0:
        faults.append(
            Fault(what=f"Further refused rows are not listed: {missing}.", where=name, mend="Mend those above first.")
        )
    return DocumentError(name, tuple(faults))
