"""Reader: what every format offers, and what it is given.

Rule: a reader recognises its format by the columns, or says why not; it reads in batches, and what it cannot read it
refuses row by row. Leaves choosing among readers, stamping and ordering to the registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from holdfire.readers.areas import AreaIndex
from holdfire.readers.probe import Probe
from holdfire.records.refusal import Refusal
from holdfire.records.source import Source
from holdfire.records.taxonomy import Taxonomy, builtin_tree

__all__ = ["Context", "ReadBatch", "Reader", "Recognition", "recognise_columns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Say whether a reader recognises a file.

    Attributes
    ----------
    ok : bool
    why : str
        What it was recognised by, or what is missing.
    """

    ok: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Hold what readers are given beside the file.

    Attributes
    ----------
    kinds, weapons, targets : Taxonomy
    areas : AreaIndex
        Named areas, from the user's polygons and the house's own table.
    gazetteer : Path or None
        Where messages' places are looked up: a GeoNames dump or the Ukrainian codifier; None = the package's.
    hide_event_ids : bool
        True where reports must not show which event their data set filed them under; the event's id is then kept
        in a further column ``truth_id``, to score clusters against.
    takes_any_kind : bool
        True where a kind of event that the tree lacks is kept as it stands; else its row is refused.
    """

    kinds: Taxonomy = field(default_factory=lambda: builtin_tree("kinds"))
    weapons: Taxonomy = field(default_factory=lambda: builtin_tree("weapons"))
    targets: Taxonomy = field(default_factory=lambda: builtin_tree("targets"))
    areas: AreaIndex = field(default_factory=AreaIndex)
    gazetteer: Path | None = None
    hide_event_ids: bool = False
    takes_any_kind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBatch:
    """Hold what came of a stretch of rows.

    Attributes
    ----------
    reports : pyarrow.Table
        ``REPORT_SCHEMA`` and carried columns; provenance is stamped later.
    refusals : tuple of Refusal
    n_rows : int
        Rows seen, refused ones included.
    n_unlisted : int
        Refused rows for which one of the refusals stands beyond itself.
    sources : mapping of str to Source
        What the format knows of the sources named here.
    """

    reports: pa.Table
    refusals: tuple[Refusal, ...] = ()
    n_rows: int = 0
    n_unlisted: int = 0
    sources: Mapping[str, Source] = field(default_factory=dict)


class Reader(Protocol):
    """Read one format."""

    @property
    def name(self) -> str:
        """Return the format's name, as reports carry it."""

    @property
    def attribution(self) -> str:
        """Return the line that the data's licence asks to show; empty where none is known."""

    def recognise(self, probe: Probe) -> Recognition:
        """Say whether a file is of this format, and why."""

    def read(self, probe: Probe, context: Context) -> Iterator[ReadBatch]:
        """Yield the reports of a file in batches."""


def recognise_columns(probe: Probe, wanted: tuple[str, ...], containers: tuple[str, ...]) -> Recognition:
    """Recognise a format by its columns and containers."""
    if probe.container not in containers:
        return Recognition(ok=False, why=f"it is not {' or '.join(containers)}")
    missing = probe.missing(wanted)
    if missing:
        shown = ", ".join(missing[:4]) + (" …" if len(missing) > 4 else "")
        return Recognition(ok=False, why=f"it lacks {shown}")
    return Recognition(ok=True, why=f"it has {', '.join(wanted)}")
