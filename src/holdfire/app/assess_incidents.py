"""Assess incidents: from a Parquet of incidents to a case, in bounded memory.

Turns incidents that somebody made before, by ``holdfire fuse`` or otherwise, and an agreement into assessments,
findings and counts. Rules: no table but the counts is ever held whole, so the memory follows the parts in work and not
the number of incidents; the case's files appear together after the last stage; the kinds of event that can be told of
are those that any incident may be. Leaves reports and their joining to ``commands``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from holdfire import __version__
from holdfire.agreement.names import resolve_sides
from holdfire.app.commands import check_folder
from holdfire.app.engines import EngineChoice, open_engine
from holdfire.app.incidents import GivenIncidents, order_incidents
from holdfire.app.inputs import load_coverage
from holdfire.app.reviews import load_reviews
from holdfire.app.sinks import streamed
from holdfire.app.spread import Spread, stream_case
from holdfire.app.steps import check_step
from holdfire.app.wire import load_agreement_file, load_areas, load_trees, read_file
from holdfire.assessment.assess import Terms
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.canonical import sha256_file
from holdfire.errors import InputError, MissingInputError, ReadError
from holdfire.evidence.manifest import make_manifest
from holdfire.readers.sources import load_sources
from holdfire.records.assessment import ASSESSMENT_SCHEMA
from holdfire.records.finding import FINDING_SCHEMA, Review
from holdfire.records.intake import FileRead
from holdfire.records.schema import conform, sort_table, table_from
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.store.case_folder import CaseFolder

__all__ = ["IncidentFiles", "assess_incident_file"]

log = logging.getLogger("holdfire")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFiles:
    """Name what a run from incidents on reads.

    Attributes
    ----------
    incidents : Path
        Parquet by ``INCIDENT_SCHEMA``.
    sources : Path or None
        Who told of them: the table of a case, or a file of sources; None = the ``sources.parquet`` beside them.
    taxonomy, coverage, reviews, areas : Path or None
    """

    incidents: Path
    sources: Path | None = None
    taxonomy: Path | None = None
    coverage: Path | None = None
    reviews: Path | None = None
    areas: Path | None = None


def _load_sources(files: IncidentFiles) -> pa.Table:
    beside = files.incidents.with_name("sources.parquet")
    path = files.sources or (beside if beside.is_file() else None)
    if path is None:
        raise InputError(
            "Nobody says who told of these incidents; what no source can see would pass for kept.",
            f"--incidents {files.incidents}",
            "Name the sources with --sources, such as the sources.parquet of the case that the incidents are from.",
        )
    content = read_file(path)
    if content[:4] != b"PAR1":
        rows = [asdict(source) for source in load_sources(path).values()]
        columns = {name: [row[name] for row in rows] for name in SOURCE_SCHEMA.names}
        return sort_table(table_from(columns, SOURCE_SCHEMA), ["source_id"])
    try:
        return sort_table(conform(pq.read_table(path), SOURCE_SCHEMA), ["source_id"])
    except (pa.ArrowException, InputError) as error:
        mend = "Name the sources.parquet of a case."
        raise ReadError(f"These sources cannot be read: {str(error)[:200]}", str(path), mend) from error


def _findings_reviews(path: Path | None) -> tuple[Review, ...]:
    reviews = load_reviews(path)
    if reviews.incidents:
        raise InputError(
            "A review of an incident says how reports are joined, and here are none.",
            str(path),
            "Give these reviews to 'holdfire fuse', or leave them out.",
        )
    return reviews.findings


def _stage(event: str, n_in: int | None, run: Callable[[], T], count: Callable[[T], int]) -> T:
    # What takes its rows as they are has as many in as out: None.
    started = time.perf_counter()
    made = run()
    n_out = count(made)
    fields = {
        "n_in": n_out if n_in is None else n_in,
        "n_out": n_out,
        "n_refused": 0,
        "seconds": round(time.perf_counter() - started, 3),
    }
    log.info(event, extra={"fields": fields})
    return made


def assess_incident_file(
    agreement_path: Path, files: IncidentFiles, out: Path, engine: EngineChoice | None = None
) -> dict[str, Any]:
    """Run every stage from incidents to findings and counts, and write the case.

    Parameters
    ----------
    agreement_path : Path
    files : IncidentFiles
    out : Path
        Folder of the case.
    engine : EngineChoice, optional
        Where the work is done; nothing in the case depends on it.

    Returns
    -------
    dict
        What was read and made, for a summary.

    Raises
    ------
    InputError
        A file contradicts what incidents allow, or nobody says who told of them.
    HoldfireError
        What reading or a stage refused; then the case holds no half of a result.
    """
    check_step(None, None, out)
    check_folder(out)
    trees = load_trees(files.taxonomy)
    agreement_bytes = read_file(agreement_path)
    agreement = load_agreement_file(agreement_path, trees)
    if not files.incidents.is_file():
        raise MissingInputError("There is no such file of incidents.", str(files.incidents), "Check the path.")
    coverage, reviews = load_coverage(files.coverage), _findings_reviews(files.reviews)
    sources = resolve_sides(_load_sources(files), agreement)
    case, shapes = CaseFolder(out), zone_shapes(agreement)
    terms = Terms(
        agreement=agreement,
        shapes=shapes,
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        kind_weapons=trees.kind_weapons,
        areas=load_areas(files.areas),
    )
    with open_engine(engine, out) as spread:
        n_rows, counts = _judged(files.incidents, case, terms, sources, reviews, spread)
    tables = {"sources": sources, "coverage": coverage, "zone_shapes": shapes, "counts": counts}
    paths = [case.write(name, table) for name, table in tables.items()]
    paths += [case.table_path(name) for name in n_rows]
    case.write_bytes("agreement.yaml", agreement_bytes)
    n_rows |= {name: table.num_rows for name, table in tables.items()}
    read = FileRead(
        name=files.incidents.name,
        path=str(files.incidents),
        sha256=sha256_file(files.incidents),
        n_bytes=files.incidents.stat().st_size,
        reader="incidents",
        n_rows=n_rows["incidents"],
        n_reports=0,
        n_refused=0,
        attribution="",
    )
    manifest = make_manifest(
        command="assess",
        code_version=__version__,
        agreement=agreement_bytes,
        files=[asdict(read)],
        parameters={"from": "incidents"},
        outputs=paths,
    )
    case.write_document("run.json", manifest)
    return {"out": str(out), "run_id": manifest["run_id"], "n_rows": n_rows, "files": [asdict(read)]}


def _judged(
    path: Path, case: CaseFolder, terms: Terms, sources: pa.Table, reviews: tuple[Review, ...], spread: Spread
) -> tuple[dict[str, int], pa.Table]:
    # The numbers of rows of what was written, and the counts.
    schemas = {"assessments": ASSESSMENT_SCHEMA, "findings": FINDING_SCHEMA}
    given: GivenIncidents
    with spread.scratch() as folder, streamed({n: (case.table_path(n), s) for n, s in schemas.items()}) as sink:
        ordered = folder / "incidents.parquet"
        given = _stage("order", None, lambda: order_incidents(path, ordered, folder), lambda made: made.ordered.n)
        told = replace(terms, evidence_kinds=given.kinds)
        counts = _stage(
            "judge",
            given.ordered.n,
            lambda: stream_case(given.ordered, told, sources, reviews, spread, sink),
            lambda _: sink.writers["assessments"].n_rows,
        )
        _stage("write", given.ordered.n, sink.commit, len)
        n_rows = {"incidents": given.ordered.n, **{name: writer.n_rows for name, writer in sink.writers.items()}}
        case.take_file("incidents", ordered)
    return n_rows, counts
