"""Intake: one input file, its bytes' hash, who read it, and how much of it was refused.

Rule: what came in is named by its SHA-256, so that anyone who holds the file can check that it was this one.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FileRead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """Say what became of one file.

    Attributes
    ----------
    name : str
        The file's name without its folder.
    path : str
        The path as the user gave it.
    sha256 : str
    n_bytes : int
    reader : str
        Name of the reader's format.
    n_rows, n_reports, n_refused : int
        Rows seen, reports made of them (one row may make several), rows refused.
    attribution : str
        The line that the data's licence asks to show; empty where none is known.
    """

    name: str
    path: str
    sha256: str
    n_bytes: int
    reader: str
    n_rows: int
    n_reports: int
    n_refused: int
    attribution: str
