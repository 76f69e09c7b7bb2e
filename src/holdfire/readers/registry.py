"""Registry: which reader reads a file, and all files into one table of reports.

Turns paths into reports, sources and refusals. Rules: each reader recognises its format or says why not; a mapping is
used for every file that has the columns it names; a broken row is kept, named and counted, and stops the run only
where that is asked for; every report is stamped with its file's name and SHA-256 and its row. The result depends on
neither the order of files nor of rows. Leaves the meaning of formats to their files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.canonical import sha256_file
from holdfire.errors import DocumentError, MissingInputError, ReadError, UnknownFormatError
from holdfire.readers.areas import load_area_index
from holdfire.readers.canonical import looks_canonical, missing_columns
from holdfire.readers.duplicates import single_reports
from holdfire.readers.formats import READERS
from holdfire.readers.generic import GenericReader
from holdfire.readers.mapping import Mapping, load_mapping
from holdfire.readers.probe import Hints, Probe, probe_file
from holdfire.readers.reader import Context, ReadBatch, Reader, Recognition
from holdfire.readers.refusals import RefusalLog, refusal_table, strict_error
from holdfire.readers.rowwise import smaller_source
from holdfire.readers.sources import load_sources, source_table
from holdfire.records.intake import FileRead
from holdfire.records.refusal import Refusal
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import empty_table
from holdfire.records.source import Source
from holdfire.records.taxonomy import Taxonomy, builtin_tree

__all__ = ["READERS", "ReadResult", "read_files", "recognise_file", "stream_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """Hold what was read.

    Attributes
    ----------
    reports : pyarrow.Table
        ``REPORT_SCHEMA`` and carried columns, sorted by ``report_id``, each id once.
    sources : pyarrow.Table
        ``SOURCE_SCHEMA``, sorted by ``source_id``.
    refusals : pyarrow.Table
        ``REFUSAL_SCHEMA``.
    files : tuple of FileRead
        In the order given.
    """

    reports: pa.Table
    sources: pa.Table
    refusals: pa.Table
    files: tuple[FileRead, ...]


def _context(
    kinds: Taxonomy | None,
    weapons: Taxonomy | None,
    targets: Taxonomy | None,
    areas: Path | None,
    hidden: bool,
    takes_any_kind: bool = False,
    gazetteer: Path | None = None,
) -> Context:
    return Context(
        kinds=kinds or builtin_tree("kinds"),
        weapons=weapons or builtin_tree("weapons"),
        targets=targets or builtin_tree("targets"),
        areas=load_area_index(areas),
        hide_event_ids=hidden,
        takes_any_kind=takes_any_kind,
        gazetteer=gazetteer,
    )


def recognise_file(path: Path, mapping: Mapping | None = None) -> tuple[Reader, Probe]:
    """Return the reader of a file, and the file as it was looked at.

    Raises
    ------
    MissingInputError, ReadError, LimitError
        The file is not there, broken, or too large.
    DocumentError
        It looks like a canonical table and lacks required columns; all are named.
    UnknownFormatError
        No reader recognises it; the error says why each declined.
    """
    declined: list[str] = []
    if mapping is not None:
        generic = GenericReader(mapping)
        try:
            probe = probe_file(path, generic.hints)
            found = generic.recognise(probe)
        except ReadError as error:
            declined.append(f"the mapping: {error.what}")
        else:
            if found.ok:
                return generic, probe
            declined.append(f"the mapping: {found.why}")
    probe = probe_file(path, Hints())
    for reader in READERS:
        found = reader.recognise(probe)
        if found.ok:
            return reader, probe
        declined.append(f"{reader.name}: {found.why}")
    faults = missing_columns(probe)
    if faults and (looks_canonical(probe) or (probe.container == "parquet" and mapping is None)):
        raise DocumentError(probe.name, faults)
    raise UnknownFormatError(
        f"No reader recognises this file; its columns are {', '.join(name[:40] for name in probe.names[:8])}"
        + (" …" if len(probe.names) > 8 else "."),
        str(path),
        "Give a mapping with --mapping; 'holdfire map FILE' proposes one. Declined: " + "; ".join(declined) + ".",
    )


@dataclass(slots=True)
class _File:
    """Read one file and keep count."""

    path: Path
    reader: Reader
    probe: Probe
    sha256: str
    log: RefusalLog
    n_rows: int = 0
    n_reports: int = 0

    @property
    def read_as(self) -> FileRead:
        return FileRead(
            name=self.path.name,
            path=str(self.path),
            sha256=self.sha256,
            n_bytes=self.path.stat().st_size,
            reader=self.reader.name,
            n_rows=self.n_rows,
            n_reports=self.n_reports,
            n_refused=self.log.n_refused,
            attribution=self.reader.attribution,
        )

    def batches(self, context: Context) -> Iterator[ReadBatch]:
        """Yield the file's batches, counted and stamped."""
        for batch in self.reader.read(self.probe, context):
            self.n_rows += batch.n_rows
            self.n_reports += batch.reports.num_rows
            self.log.add(batch.refusals, batch.n_unlisted)
            yield replace(batch, reports=self._stamped(batch.reports))

    def _stamped(self, table: pa.Table) -> pa.Table:
        """Fill in where each report was read, where it does not say so itself."""
        stamps = {"raw_sha256": self.sha256, "raw_file": self.path.name, "reader": self.reader.name}
        known = table.column("raw_file")
        arrays = []
        for field in REPORT_SCHEMA:
            column = table.column(field.name)
            if field.name in stamps:
                stamp = pa.scalar(stamps[field.name], pa.string())
                if known.null_count == len(known):
                    column = pa.repeat(stamp, table.num_rows)
                else:
                    column = pc.if_else(pc.is_null(known), stamp, column)
            arrays.append(column)
        stamped = pa.Table.from_arrays(arrays, schema=REPORT_SCHEMA)
        for name in table.column_names[len(REPORT_SCHEMA) :]:
            stamped = stamped.append_column(name, table.column(name))
        return stamped


def _open(path: Path, mapping: Mapping | None) -> _File:
    if not path.exists():
        raise MissingInputError("There is no such file.", str(path), "Check the path.")
    reader, probe = recognise_file(path, mapping)
    return _File(path=path, reader=reader, probe=probe, sha256=sha256_file(path), log=RefusalLog(path.name))


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables below one another; carried columns that differ in type become text."""
    if not tables:
        return empty_table(REPORT_SCHEMA)
    try:
        return pa.concat_tables(tables, promote_options="default")
    except pa.ArrowException:
        pass
    plain = []
    for table in tables:
        for index in range(len(REPORT_SCHEMA), table.num_columns):
            column = table.column(index)
            try:
                text = pc.cast(column, pa.string())
            except pa.ArrowException:
                text = pa.chunked_array(
                    [pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())]
                )
            table = table.set_column(index, table.column_names[index], text)
        plain.append(table)
    return pa.concat_tables(plain, promote_options="default")


def read_files(
    paths: Sequence[Path],
    *,
    strict: bool = False,
    mapping: Path | None = None,
    sources: Path | None = None,
    kinds: Taxonomy | None = None,
    weapons: Taxonomy | None = None,
    targets: Taxonomy | None = None,
    areas: Path | None = None,
    hide_event_ids: bool = False,
    takes_any_kind: bool = False,
    gazetteer: Path | None = None,
) -> ReadResult:
    """Read files into one table of reports.

    Parameters
    ----------
    paths : sequence of Path
        Files of any known format; a file that is named twice is read once.
    strict : bool
        A file with refused rows stops the run.
    mapping, sources, areas : Path, optional
        A mapping for tables of the user's own; a file of sources; polygons of named areas.
    kinds, weapons, targets : Taxonomy, optional
        The house's own where they are not given.
    hide_event_ids : bool
        Keep a data set's event ids out of the reports' ids, and in a further column ``truth_id``.
    takes_any_kind : bool
        Keep reports of kinds of event that the tree lacks; else they are refused.
    gazetteer : Path, optional
        Where messages' places are looked up: a GeoNames dump or the Ukrainian codifier.

    Raises
    ------
    UnknownFormatError
        No reader recognises a file.
    ReadError, LimitError, MissingInputError
        A file is broken as a whole, too large, or not there.
    DocumentError
        The mapping, the sources or - in a strict run - rows have faults; all are named.
    """
    chosen = load_mapping(mapping) if mapping is not None else None
    context = _context(kinds, weapons, targets, areas, hide_event_ids, takes_any_kind, gazetteer)
    given = load_sources(sources)
    return _read_all(dict.fromkeys(Path(path) for path in paths), chosen, context, given, strict)


def _read_all(
    paths: Iterable[Path], mapping: Mapping | None, context: Context, given: dict[str, Source], strict: bool
) -> ReadResult:
    tables: list[pa.Table] = []
    known: dict[str, Source] = {}
    refusals: list[Refusal] = []
    files: list[FileRead] = []
    for path in paths:
        file = _open(path, mapping)
        for batch in file.batches(context):
            tables.append(batch.reports)
            for source_id, source in batch.sources.items():
                known[source_id] = smaller_source(known.get(source_id), source)
        if strict and file.log.n_refused:
            raise strict_error(str(path), file.log)
        refusals += file.log.closed()
        files.append(file.read_as)
    reports, contradictions = single_reports(_joined(tables))
    if contradictions and strict:
        log = RefusalLog(contradictions[0].file)
        log.add(contradictions)
        raise strict_error(contradictions[0].file, log)
    return ReadResult(
        reports=reports,
        sources=source_table(reports, known, given),
        refusals=refusal_table([*refusals, *contradictions]),
        files=tuple(_count_contradictions(files, contradictions)),
    )


def _count_contradictions(files: Sequence[FileRead], refusals: Sequence[Refusal]) -> list[FileRead]:
    counts: dict[str, int] = {}
    for refusal in refusals:
        counts[refusal.file] = counts.get(refusal.file, 0) + 1
    counted = []
    for file in files:
        n = counts.pop(file.name, 0)
        counted.append(replace(file, n_reports=file.n_reports - n, n_refused=file.n_refused + n) if n else file)
    return counted


def stream_file(
    path: Path,
    *,
    strict: bool = False,
    mapping: Path | None = None,
    kinds: Taxonomy | None = None,
    weapons: Taxonomy | None = None,
    targets: Taxonomy | None = None,
    areas: Path | None = None,
    hide_event_ids: bool = False,
    gazetteer: Path | None = None,
    on_end: Callable[[FileRead, pa.Table], None] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Read one file in bounded memory.

    Parameters
    ----------
    path : Path
    strict, mapping, kinds, weapons, targets, areas, hide_event_ids, gazetteer
        As in ``read_files``.
    on_end : callable, optional
        Is called at the end with what became of the file and with its refusals (at most 100,000 with their text).

    Yields
    ------
    pyarrow.RecordBatch
        By ``REPORT_SCHEMA``, in the order of the file; carried columns are left out. Ids that stand twice are not
        looked for, since that would mean to hold them all.

    Raises
    ------
    UnknownFormatError, ReadError, LimitError, MissingInputError, DocumentError
        As in ``read_files``; a strict run ends with the faults of all its rows.
    """
    chosen = load_mapping(mapping) if mapping is not None else None
    context = _context(kinds, weapons, targets, areas, hide_event_ids, gazetteer=gazetteer)
    file = _open(Path(path), chosen)
    for batch in file.batches(context):
        yield from batch.reports.select(REPORT_SCHEMA.names).combine_chunks().to_batches()
    if strict and file.log.n_refused:
        raise strict_error(str(path), file.log)
    if on_end is not None:
        on_end(file.read_as, refusal_table(file.log.closed()))


def recognitions(path: Path) -> dict[str, Recognition]:
    """Return what every reader says of a file.

    Raises
    ------
    ReadError, LimitError, MissingInputError, UnknownFormatError
        The file cannot be looked at.
    """
    probe = probe_file(path)
    return {reader.name: reader.recognise(probe) for reader in READERS}
