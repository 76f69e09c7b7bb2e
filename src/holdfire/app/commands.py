"""Commands: everything that changes a case.

Turns what the user named into a case folder: reports read, incidents fused, clauses assessed, findings made,
the run's manifest written. Rule: outputs are written after every stage has ended, whole or not at all; rows
that were refused rest beside the result. Leaves looking to ``queries``.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire import __version__
from holdfire.app.engines import EngineChoice, open_spread
from holdfire.app.inputs import load_coverage
from holdfire.app.pipeline import CaseInput, CaseResult, Trees, carry_case, fuse_case, run_case
from holdfire.app.reviews import Reviews, load_reviews
from holdfire.app.spread import Spread
from holdfire.app.steps import check_step, count_changes, make_step, read_earlier, step_settings
from holdfire.app.waterfall import review_settings
from holdfire.app.wire import load_agreement_file, load_areas, load_trees, read_file
from holdfire.basics.canonical import write_table
from holdfire.basics.instants import parse_instant
from holdfire.errors import OutputError
from holdfire.evidence.manifest import make_manifest
from holdfire.fusion.fuse import FusionParameters
from holdfire.fusion.stream import Step
from holdfire.readers.registry import ReadResult, read_files, stream_file
from holdfire.records.intake import FileRead
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import INSTANT
from holdfire.store.case_folder import CaseFolder

__all__ = ["InputFiles", "assess_files", "check_folder", "fuse_files", "read_to_parquet"]

log = logging.getLogger("holdfire")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFiles:
    """Name what a run reads.

    Attributes
    ----------
    reports : tuple of Path
        At least one file of reports.
    sources, taxonomy, mapping, coverage, reviews, areas, gazetteer : Path or None
    strict : bool
        A refused row stops the run.
    start, end : str or None
        Only reports that may have happened in ``[start, end)`` are taken.
    since : Path or None
        The case that this run continues: incidents keep the ids that they have there while they mean the same.
    step_at : str or None
        Instant of the step; default: that of the latest report.
    """

    reports: tuple[Path, ...]
    sources: Path | None = None
    taxonomy: Path | None = None
    mapping: Path | None = None
    coverage: Path | None = None
    reviews: Path | None = None
    areas: Path | None = None
    gazetteer: Path | None = None
    strict: bool = False
    start: str | None = None
    end: str | None = None
    since: Path | None = None
    step_at: str | None = None


def _within(reports: pa.Table, start: str | None, end: str | None, zone: str) -> pa.Table:
    """Keep reports whose interval may meet ``[start, end)``; an unknown instant may."""
    if start is not None:
        bound = pa.scalar(parse_instant(start, zone), INSTANT)
        reports = reports.filter(pc.fill_null(pc.greater_equal(reports["occurred_end"], bound), True))
    if end is not None:
        bound = pa.scalar(parse_instant(end, zone), INSTANT)
        reports = reports.filter(pc.fill_null(pc.less(reports["occurred_start"], bound), True))
    return reports


def read_inputs(inputs: InputFiles, trees: Trees, zone: str = "UTC", *, takes_any_kind: bool = False) -> ReadResult:
    """Read every file of reports and their sources."""
    started = time.perf_counter()
    result = read_files(
        list(inputs.reports),
        strict=inputs.strict,
        mapping=inputs.mapping,
        sources=inputs.sources,
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        areas=inputs.areas,
        takes_any_kind=takes_any_kind,
    )
    fields = {
        "n_in": sum(file.n_rows for file in result.files),
        "n_out": result.reports.num_rows,
        "n_refused": result.refusals.num_rows,
        "seconds": round(time.perf_counter() - started, 3),
    }
    log.info("read", extra={"fields": fields})
    return replace(result, reports=_within(result.reports, inputs.start, inputs.end, zone))


def check_folder(out: Path) -> None:
    """Make the folder of a case where it is not there.

    Raises
    ------
    OutputError
        It is a file, or cannot be made.
    """
    if out.exists() and not out.is_dir():
        raise OutputError("This is a file, not a folder.", str(out), "Name a folder with --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"This folder cannot be made: {error.strerror or error}.",
            str(out),
            "Name a folder that is writable.",
        ) from error


def _settings(inputs: InputFiles, parameters: FusionParameters, step: Step | None, reviews: Reviews) -> dict[str, Any]:
    named: dict[str, Any] = {
        "start": inputs.start,
        "end": inputs.end,
        "strict": inputs.strict,
        "fusion": asdict(parameters),
    }
    if reviews.incidents:
        named["incident_reviews"] = review_settings(reviews.incidents)
    return named | step_settings(inputs.since, step)


def fuse_files(
    inputs: InputFiles, out: Path, parameters: FusionParameters | None = None, engine: EngineChoice | None = None
) -> dict[str, Any]:
    """Read reports, join them into incidents, and write incidents, memberships and, for a step, lineage.

    No clause is held against them, so kinds of event that our tree lacks are kept and named; where the run is strict or
    brings a tree of its own, they are refused. The engine changes where the work is done, and nothing in the case.

    Returns
    -------
    dict
        What was read and made, for a summary.
    """
    check_step(inputs.since, inputs.step_at, out)
    check_folder(out)
    chosen = FusionParameters() if parameters is None else parameters
    with open_spread(engine, out) as spread:
        return _fused(inputs, out, chosen, spread)


def _fused(inputs: InputFiles, out: Path, chosen: FusionParameters, spread: Spread | None) -> dict[str, Any]:
    earlier = read_earlier(inputs.since)
    trees = load_trees(inputs.taxonomy)
    reviews = load_reviews(inputs.reviews)
    read = read_inputs(inputs, trees, takes_any_kind=inputs.taxonomy is None and not inputs.strict)
    step = make_step(earlier, inputs.step_at, read.reports, "UTC")
    made = fuse_case(read.reports, read.sources, trees, chosen, reviews.incidents, spread)
    fused = carry_case(made, read.reports, step)
    case = CaseFolder(out)
    tables = {
        "reports": read.reports,
        "sources": read.sources,
        "refused": read.refusals,
        "incidents": fused.incidents,
        "memberships": fused.memberships,
    }
    tables |= {} if step is None else {"lineage": fused.lineage}
    written = _write(case, tables, read, None, "fuse", _settings(inputs, chosen, step, reviews))
    return written | _told(inputs, tables) | {"foreign_kinds": _foreign_kinds(read.reports, trees)}


def _foreign_kinds(reports: pa.Table, trees: Trees) -> dict[str, int]:
    """Return the kinds of event that the tree lacks, each with its number of reports, in their order."""
    counted = pc.value_counts(reports["kind"].drop_null()).to_pylist()
    return {one["values"]: one["counts"] for one in sorted(counted, key=str) if one["values"] not in trees.kinds}


def assess_files(
    agreement_path: Path,
    inputs: InputFiles,
    out: Path,
    parameters: FusionParameters | None = None,
    engine: EngineChoice | None = None,
) -> dict[str, Any]:
    """Run every stage from reports to findings, and write the case.

    The engine changes where the work is done, and nothing in the case.

    Returns
    -------
    dict
        What was read and made, for a summary.
    """
    check_step(inputs.since, inputs.step_at, out)
    check_folder(out)
    chosen = FusionParameters() if parameters is None else parameters
    with open_spread(engine, out) as spread:
        return _assessed(agreement_path, inputs, out, chosen, spread)


def _assessed(
    agreement_path: Path, inputs: InputFiles, out: Path, chosen: FusionParameters, spread: Spread | None
) -> dict[str, Any]:
    earlier = read_earlier(inputs.since)
    trees = load_trees(inputs.taxonomy)
    agreement_bytes = read_file(agreement_path)
    agreement = load_agreement_file(agreement_path, trees)
    coverage, reviews, areas = (
        load_coverage(inputs.coverage),
        load_reviews(inputs.reviews),
        load_areas(inputs.areas),
    )
    read = read_inputs(inputs, trees, agreement.time_zone)
    step = make_step(earlier, inputs.step_at, read.reports, agreement.time_zone)
    given = CaseInput(
        agreement=agreement,
        reports=read.reports,
        sources=read.sources,
        coverage=coverage,
        reviews=reviews.findings,
        incident_reviews=reviews.incidents,
        trees=trees,
        areas=areas,
        parameters=chosen,
        step=step,
    )
    result = run_case(given, spread)
    case = CaseFolder(out)
    case.write_bytes("agreement.yaml", agreement_bytes)
    tables = {**_tables(result), "refused": read.refusals, "coverage": coverage}
    tables |= {} if step is None else {"lineage": result.lineage}
    settings = _settings(inputs, chosen, step, reviews)
    return _write(case, tables, read, agreement_bytes, "assess", settings) | _told(inputs, tables)


def _told(inputs: InputFiles, tables: dict[str, pa.Table]) -> dict[str, Any]:
    """Return what a step says of its incidents' ids."""
    return {} if inputs.since is None else {"stream": count_changes(inputs.since, tables["lineage"])}


def _tables(result: CaseResult) -> dict[str, pa.Table]:
    return {
        "reports": result.reports,
        "sources": result.sources,
        "zone_shapes": result.zone_shapes,
        "incidents": result.incidents,
        "memberships": result.memberships,
        "assessments": result.assessments,
        "findings": result.findings,
        "counts": result.counts,
    }


def _write(
    case: CaseFolder,
    tables: dict[str, pa.Table],
    read: ReadResult,
    agreement: bytes | None,
    command: str,
    settings: dict[str, Any],
) -> dict[str, Any]:
    started = time.perf_counter()
    paths = [case.write(name, table) for name, table in tables.items()]
    files = [asdict(file) for file in read.files]
    manifest = make_manifest(
        command=command,
        code_version=__version__,
        agreement=agreement,
        files=files,
        parameters=settings,
        outputs=paths,
    )
    case.write_document("run.json", manifest)
    n_out = sum(table.num_rows for table in tables.values())
    seconds = round(time.perf_counter() - started, 3)
    log.info("write", extra={"fields": {"n_in": n_out, "n_out": n_out, "n_refused": 0, "seconds": seconds}})
    return {
        "out": str(case.path),
        "run_id": manifest["run_id"],
        "n_rows": {name: table.num_rows for name, table in tables.items()},
        "files": files,
    }


def read_to_parquet(path: Path, out: Path, inputs: InputFiles) -> dict[str, Any]:
    """Read one file of any known format into a canonical report Parquet, in bounded memory.

    Refused rows go into a file of their own beside the output, ``NAME.refused.parquet``.

    Returns
    -------
    dict
        Where things lie; rows seen, reports written, rows refused.
    """
    trees = load_trees(inputs.taxonomy)
    part = out.with_name(out.name + ".part")
    ended: list[tuple[FileRead, pa.Table]] = []
    batches = stream_file(
        path,
        strict=inputs.strict,
        mapping=inputs.mapping,
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        areas=inputs.areas,
        gazetteer=inputs.gazetteer,
        on_end=lambda file, refused: ended.append((file, refused)),
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(part, REPORT_SCHEMA, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        part.replace(out)
    except OSError as error:
        raise OutputError(
            f"This file cannot be written: {error.strerror or error}.", str(out), "Name a path that is writable."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    file, refused = ended[0]
    summary = {"out": str(out), "refused": None, **asdict(file)}
    if refused.num_rows:
        refused_path = out.with_name(out.stem + ".refused.parquet")
        write_table(refused_path, refused)
        summary["refused"] = str(refused_path)
    return summary
