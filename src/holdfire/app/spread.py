"""Spread: the stages from incidents to counts, over parts of the incidents on an engine.

Turns incidents and what they are held against into assessments, findings and counts, as ``pipeline`` does with whole
tables. Rules: what judges an incident by itself runs in parts; what needs them all is a step of its own - obligations
over the incidents that may be evidence, reviews over all findings, counts over all tallies of a claim; the result is
the same, byte by byte, whatever the engine and the number of parts. Leaves what a stage does to the stages. Source:
DESIGN, sections 1 (rule 4) and 7; docs/explanation/beyond-one-machine.md.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfire.assessment.assess import Terms, assess_incidents, assess_omissions, latest_known
from holdfire.assessment.counts import CLAIM, count_tallies, tallies_of
from holdfire.assessment.facts import READ, facts_of
from holdfire.assessment.parts import may_be_evidence, reply_window_us, split_incidents
from holdfire.basics.canonical import write_table
from holdfire.engine.port import Engine, Part, Tables, Written
from holdfire.errors import OutputError
from holdfire.findings.decide import propose, settle
from holdfire.records.assessment import ASSESSMENT_SCHEMA, COUNT_SCHEMA
from holdfire.records.finding import FINDING_SCHEMA, Review
from holdfire.records.schema import conform, sort_table

__all__ = ["PART_ROWS", "Judged", "Spread", "gather", "judge_part", "spread_case", "spread_parts"]

PART_ROWS = 250_000
"""Incidents in a part where nobody says otherwise: some hundreds of MiB of memory for a part and what is made of it."""


class Judged(NamedTuple):
    """Hold what the stages made of all incidents."""

    assessments: pa.Table
    findings: pa.Table
    counts: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Say how work is spread.

    Attributes
    ----------
    engine : Engine
    folder : Path
        Every worker sees it under this path; what is made there is removed in the end.
    n_parts : int or None
        None = by ``PART_ROWS``, and no fewer than tasks can run at a time.
    """

    engine: Engine
    folder: Path
    n_parts: int | None = None

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a folder of this run's own, removed whatever happens.

        Raises
        ------
        OutputError
            It cannot be made.
        """
        folder = self.folder.absolute() / f".parts-{uuid.uuid4().hex[:12]}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise OutputError(
                f"This folder cannot be made: {error.strerror or error}.", str(folder), "Name one with --shared."
            ) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def wanted_parts(self, n_incidents: int) -> int:
        """Return into how many parts so many incidents go."""
        if self.n_parts is not None:
            return self.n_parts
        return max(1, -(-n_incidents // PART_ROWS), min(self.engine.n_slots, n_incidents))


def judge_part(given: Tables, *, terms: Terms, sources: pa.Table) -> dict[str, pa.Table]:
    """Assess one part, propose its findings, and keep what counts and obligations need of it.

    Parameters
    ----------
    given : mapping
        ``incidents`` and ``beside``, by ``facts.READ``.
    terms : Terms
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``.

    Returns
    -------
    dict
        ``assessments``, ``findings``, ``tallies``, ``evidence``.
    """
    assessments = assess_incidents(given["incidents"], given["beside"], terms)
    return {
        "assessments": assessments,
        "findings": propose(assessments, terms.agreement, sources, terms.evidence_kinds),
        "tallies": tallies_of(assessments, given["incidents"], terms.agreement),
        "evidence": may_be_evidence(given["incidents"], terms),
    }


def spread_parts(incidents: pa.Table, terms: Terms, n_parts: int, folder: Path) -> list[Part]:
    """Write the parts of incidents, each with what stands beside it.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``facts.READ``, ordered by incident.
    terms : Terms
    n_parts : int, >= 1
    folder : Path
    """
    slices = split_incidents(facts_of(incidents), n_parts, reply_window_us(terms.agreement))
    parts = []
    for number, one in enumerate(slices):
        files = {}
        for name, rows in (("incidents", one.incidents), ("beside", one.beside)):
            files[name] = folder / f"{number:05d}-{name}.parquet"
            write_table(files[name], incidents.take(pa.array(rows)))
        parts.append(Part(name=f"{number:05d}", files=files))
    return parts


def gather(written: Iterable[Written], name: str, schema: pa.Schema) -> pa.Table:
    """Return a table of all parts in the order of incidents; rows of one incident keep their order."""
    tables = [pq.read_table(one.tables[name]) for one in written if one.n_rows[name]]
    if not tables:
        return schema.empty_table()
    # Each part is in order: where one begins after the last ended, nothing is to be sorted.
    tables.sort(key=lambda table: str(table["incident_id"][0].as_py()))
    whole = pa.concat_tables(tables)
    ends = [(str(t["incident_id"][0].as_py()), str(t["incident_id"][-1].as_py())) for t in tables]
    if all(last < first for (_, last), (first, _) in pairwise(ends)):
        return conform(whole, schema)
    return conform(whole.take(pc.sort_indices(whole["incident_id"])), schema)


def spread_case(
    incidents: pa.Table, terms: Terms, sources: pa.Table, reviews: Sequence[Review], spread: Spread
) -> Judged:
    """Run the stages from incidents to counts over parts.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``INCIDENT_SCHEMA``.
    terms : Terms
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``.
    reviews : sequence of Review
    spread : Spread

    Raises
    ------
    EngineError
        The engine could not do the work.
    HoldfireError
        What a stage refused.
    """
    agreement = terms.agreement
    read = sort_table(conform(incidents.select(READ.names), READ), ["incident_id"])
    with spread.scratch() as folder:
        parts = spread_parts(read, terms, spread.wanted_parts(read.num_rows), folder)
        written = spread.engine.map_parts(partial(judge_part, terms=terms, sources=sources), parts, folder)
        evidence = gather(written, "evidence", READ)
        omissions = assess_omissions(evidence, terms, latest_known(facts_of(read)))
        assessments = pa.concat_tables([gather(written, "assessments", ASSESSMENT_SCHEMA), omissions])
        proposed = [
            gather(written, "findings", FINDING_SCHEMA),
            propose(omissions, agreement, sources, terms.evidence_kinds),
        ]
        findings = settle(pa.concat_tables(proposed), agreement, sources, reviews, terms.evidence_kinds)
        last = folder / "omissions.parquet"
        write_table(last, tallies_of(omissions, read.slice(0, 0), agreement))
        files = [*(one.tables["tallies"] for one in written if one.n_rows["tallies"]), last]
        counts = spread.engine.map_groups(count_tallies, files, CLAIM, COUNT_SCHEMA)
    return Judged(assessments=assessments, findings=findings, counts=counts)
