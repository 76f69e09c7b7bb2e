"""The tree of errors: every one says what is wrong, where, and how to mend it.

The tree::

    HoldfireError
    ├── InputError            something that the user gave cannot be used
    │   ├── DocumentError     a human-authored document (agreement, tree, mapping, sources) has faults
    │   ├── UnknownFormatError  no reader recognises a file
    │   ├── ReadError         a file or a row of it cannot be read
    │   └── LimitError        an input is larger, deeper or more compressed than the house accepts
    ├── MissingInputError     a file or folder that was asked for is not there
    ├── OutputError           a result cannot be written
    ├── UnknownIdError        an id was asked for that the case does not hold
    ├── ModelError            a stage met a state that its model excludes
    └── EngineError           the machinery that runs stages elsewhere failed: no master, no worker, other versions

An error is not evidence: what was refused is kept with its bytes and listed beside the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "DocumentError",
    "EngineError",
    "Fault",
    "HoldfireError",
    "InputError",
    "LimitError",
    "MissingInputError",
    "ModelError",
    "OutputError",
    "ReadError",
    "UnknownFormatError",
    "UnknownIdError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """State one thing that is wrong in a document.

    Attributes
    ----------
    what : str
        A sentence that says what is wrong and ends with the value seen.
    where : str
        File, line and field: ``agreement.yaml:88, clauses[3].scope.zones[0]``.
    mend : str
        A sentence that says how to mend it.
    line : int or None
        1-based line in the file; None where the format has no lines.
    field : str
        Path of the field in the document; empty for the document itself.
    """

    what: str
    where: str
    mend: str
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        """Return the three sentences on three lines."""
        return f"{self.what}\n  At {self.where}.\n  {self.mend}"


class HoldfireError(Exception):
    """Say what is wrong, where, and how to mend it.

    Parameters
    ----------
    what : str
        What is wrong, ending with the value seen.
    where : str, optional
        File, line or row, field.
    mend : str, optional
        How to mend it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(what, where, mend)

    def __str__(self) -> str:
        """Return what, where and mend, one on each line."""
        lines = [self.what]
        if self.where:
            lines.append(f"  At {self.where}.")
        if self.mend:
            lines.append(f"  {self.mend}")
        return "\n".join(lines)


class InputError(HoldfireError):
    """Refuse something that the user gave."""

    exit_code = 3


class DocumentError(InputError):
    """Refuse a document, naming all its faults at once.

    Parameters
    ----------
    name : str
        The document's name as the user gave it.
    faults : tuple of Fault
        At least one fault, in the order of their lines.
    """

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        self.name = name
        self.faults = faults
        noun = "fault" if len(faults) == 1 else "faults"
        super().__init__(
            f"{name} has {len(faults)} {noun}.",
            faults[0].where if faults else name,
            faults[0].mend if faults else "",
        )

    def __str__(self) -> str:
        """Return the headline and every fault below it."""
        return "\n".join([self.what, *(str(fault) for fault in self.faults)])


class UnknownFormatError(InputError):
    """Say that no reader recognises a file, and why each one declined."""


class ReadError(InputError):
    """Say which file or row cannot be read."""


class LimitError(InputError):
    """Refuse an input that is larger, deeper or more compressed than the house accepts."""


class MissingInputError(InputError):
    """Say that a file or folder which was asked for is not there."""

    exit_code = 4


class OutputError(HoldfireError):
    """Say that a result cannot be written; nothing half-written is left behind."""

    exit_code = 5


class UnknownIdError(HoldfireError):
    """Say that the case holds no such id, and name the nearest one."""

    exit_code = 6


class ModelError(HoldfireError):
    """Say that a stage met a state which its model excludes."""

    exit_code = 7


class EngineError(HoldfireError):
    """Say that the engine could not do its work; nothing of it is left in the case."""

    exit_code = 8
