"""Spread: the stages from incidents to counts, over parts of the incidents on an engine.

Turns incidents that rest as Parquet in the order of their ids, and what they are held against, into assessments,
findings and counts, as ``pipeline`` does with whole tables. Rules: what judges an incident by itself runs in parts;
what needs others is a step of its own - replies over slices of time, obligations over the incidents that may be
evidence, reviews over the findings that they name, counts over all tallies of a claim; parts are stretches of the
order of ids, so what they make is in order, is handed on at once, and few parts are held at a time; the result is the
same, byte by byte, whatever the engine and the number of parts. Leaves what a stage does to the stages and where
tables go to ``sinks``. Source: DESIGN, sections 1 (rule 4) and 7; docs/explanation/beyond-one-machine.md.
"""

from __future__ import annotations

import shutil
import uuid
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.app.sinks import Collected, Sink
from holdfire.assessment.answers import (
    ANSWER_SCHEMA,
    FoundReplies,
    answers_of,
    longest_window_us,
    may_answer,
    reply_keys,
    time_of_fire,
)
from holdfire.assessment.assess import Terms, assess_incidents, assess_omissions
from holdfire.assessment.counts import Tallies, tallies_of
from holdfire.assessment.facts import READ, Times, facts_of, times_of
from holdfire.assessment.parts import may_be_evidence, split_incidents
from holdfire.assessment.times import Spans
from holdfire.basics.canonical import write_table
from holdfire.engine.port import Engine, Part, Tables, read_part
from holdfire.errors import OutputError
from holdfire.findings.decide import propose, settle_part
from holdfire.findings.evidence import unseen_clauses
from holdfire.findings.review import Outcome, outcomes_of
from holdfire.records.assessment import ASSESSMENT_SCHEMA
from holdfire.records.finding import FINDING_SCHEMA, Review
from holdfire.records.schema import conform, sort_table

__all__ = ["PART_ROWS", "Judged", "Ordered", "Spread", "judge_part", "judge_parts", "spread_case", "stream_case"]

PART_ROWS = 131_072
"""Incidents in a part where nobody says otherwise: some hundreds of MiB of memory for a part and what is made of it;
half a row group of the house's files."""


class Judged(NamedTuple):
    """Hold what the stages made of all incidents."""

    assessments: pa.Table
    findings: pa.Table
    counts: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordered:
    """Name incidents that rest as Parquet in the order of their ids.

    Attributes
    ----------
    path : Path
        With at least the columns of ``facts.READ``; ids ascend, and none stands twice.
    times : Times
        When they happened, in the same order.
    """

    path: Path
    times: Times

    @property
    def n(self) -> int:
        """Return the number of incidents."""
        return int(self.times.start.size)

    @property
    def latest_known(self) -> int | None:
        """Return the latest end that an incident states, microseconds since 1970, UTC; None where none does."""
        known = self.times.end[~self.times.vague]
        return int(known.max()) if known.size else None


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

    def wanted_parts(self, n_rows: int) -> int:
        """Return into how many parts so many reports go."""
        return self.n_parts or max(1, -(-n_rows // PART_ROWS), min(self.engine.n_slots, n_rows))

    def stretches(self, n_incidents: int) -> list[tuple[int, int]]:
        """Return the rows ``[start, end)`` of each part, none of them empty."""
        n_parts = self.n_parts or min(self.engine.n_slots, n_incidents)
        if self.n_parts is None and n_incidents > n_parts * PART_ROWS:
            bounds = [*range(0, n_incidents, PART_ROWS), n_incidents]
        else:
            bounds = [n_incidents * part // max(1, n_parts) for part in range(n_parts + 1)]
        return [(start, end) for start, end in pairwise(bounds) if start < end]


def judge_part(given: Tables, *, terms: Terms, sources: pa.Table) -> dict[str, pa.Table]:
    """Assess one part, propose its findings, and keep what counts and obligations need of it.

    Parameters
    ----------
    given : mapping
        ``incidents`` by ``facts.READ``, ordered by incident; and ``answers`` by ``ANSWER_SCHEMA``, where the agreement
        exempts return fire.
    terms : Terms
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``.

    Returns
    -------
    dict
        ``assessments``, ``findings``, ``tallies``, ``evidence``.
    """
    incidents = conform(given["incidents"], READ)
    facts = facts_of(incidents)
    replies = FoundReplies.of(facts, given["answers"], terms.agreement) if "answers" in given else None
    assessments = assess_incidents(facts, terms, replies)
    return {
        "assessments": assessments,
        "findings": propose(assessments, terms.agreement, sources, terms.evidence_kinds),
        "tallies": tallies_of(assessments, incidents, terms.agreement),
        "evidence": may_be_evidence(incidents, facts, terms),
    }


def _with_fire(given: Tables, *, within: Spans) -> dict[str, pa.Table]:
    return {"met": may_answer(conform(given["incidents"], READ), within)}


def _answers(given: Tables, *, terms: Terms) -> dict[str, pa.Table]:
    return {"answers": answers_of(given["incidents"], given["beside"], terms)}


def judge_parts(incidents: Ordered, terms: Terms, spread: Spread, folder: Path) -> list[Part]:
    """Return the parts for :func:`judge_part`; where the agreement exempts return fire, replies are found first.

    Parameters
    ----------
    incidents : Ordered
    terms : Terms
    spread : Spread
    folder : Path
        Every worker sees it under this path.
    """
    stretches = spread.stretches(incidents.n)
    parts = [
        Part(
            name=f"{number:05d}",
            files={"incidents": incidents.path},
            columns={"incidents": tuple(READ.names)},
            rows={"incidents": rows},
        )
        for number, rows in enumerate(stretches)
    ]
    if not reply_keys(terms.agreement):
        return parts
    answers = _find_answers(incidents, parts, terms, spread, folder)
    bounds = np.searchsorted(answers["row"].to_numpy(), [start for start, _ in stretches] + [incidents.n])
    found = []
    for part, (start, _), first, last in zip(parts, stretches, bounds[:-1], bounds[1:], strict=True):
        own = answers.slice(first, last - first)
        own = own.set_column(0, ANSWER_SCHEMA.field("row"), pc.subtract(own["row"], start))
        path = folder / f"{part.name}-answers.parquet"
        write_table(path, own)
        found.append(replace(part, files={**part.files, "answers": path}))
    return found


def _find_answers(incidents: Ordered, parts: Sequence[Part], terms: Terms, spread: Spread, folder: Path) -> pa.Table:
    # By ANSWER_SCHEMA, ordered by row: slices of time are cut from what may have to do with an exempted reply.
    within = time_of_fire(incidents.times, terms.agreement)
    pieces = []
    for part, made in zip(
        parts, spread.engine.stream_parts(partial(_with_fire, within=within), parts, folder), strict=True
    ):
        met = made["met"]
        pieces.append(met.set_column(len(READ), met.schema.field("row"), pc.add(met["row"], part.rows["incidents"][0])))
    if not any(piece.num_rows for piece in pieces):
        return ANSWER_SCHEMA.empty_table()
    met = pa.concat_tables(pieces)
    del pieces
    times = times_of(*(met[name].combine_chunks() for name in ("occurred_start", "occurred_end")))
    n_slices = len(spread.stretches(met.num_rows))
    slices = []
    for number, one in enumerate(split_incidents(times, n_slices, longest_window_us(terms.agreement))):
        files = {}
        for name, rows in (("incidents", one.incidents), ("beside", one.beside)):
            files[name] = folder / f"fire-{number:05d}-{name}.parquet"
            write_table(files[name], met.take(pa.array(rows)))
        slices.append(Part(name=f"fire-{number:05d}", files=files))
    del met
    found = [made["answers"] for made in spread.engine.stream_parts(partial(_answers, terms=terms), slices, folder)]
    answers = pa.concat_tables(found)
    return answers.take(pc.sort_indices(answers["row"]))


def _by_part(outcomes: Mapping[str, Outcome], parts: Sequence[Part]) -> list[dict[str, Outcome]]:
    # Outcomes of the findings of each part's incidents, and last of those without an incident; what names no incident
    # that could be is refused there.
    held: list[dict[str, Outcome]] = [{} for _ in range(len(parts) + 1)]
    if not outcomes:
        return held
    firsts = []
    for part in parts:
        start = part.rows["incidents"][0]
        one = Part(name=part.name, files={"ids": part.files["incidents"]}, columns={"ids": ("incident_id",)},
                   rows={"ids": (start, start + 1)})  # fmt: skip
        firsts.append(str(read_part(one)["ids"]["incident_id"][0].as_py()))
    keys = [first.encode() for first in firsts]
    for name, outcome in outcomes.items():
        words = name.split("/")
        has_none = len(words) != 5 or words[1] == "-" or not parts
        held[-1 if has_none else max(0, bisect_right(keys, words[1].encode()) - 1)][name] = outcome
    return held


def stream_case(
    incidents: Ordered, terms: Terms, sources: pa.Table, reviews: Sequence[Review], spread: Spread, sink: Sink
) -> pa.Table:
    """Run the stages from incidents to counts over parts.

    Parameters
    ----------
    incidents : Ordered
    terms : Terms
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``.
    reviews : sequence of Review
    spread : Spread
    sink : Sink
        Takes ``assessments`` and ``findings``, part after part.

    Returns
    -------
    pyarrow.Table
        By ``COUNT_SCHEMA``.

    Raises
    ------
    EngineError
        The engine could not do the work.
    HoldfireError
        What a stage refused.
    """
    agreement, told = terms.agreement, terms.evidence_kinds
    tallies, evidence = Tallies(), []
    outcomes = outcomes_of(reviews)
    with spread.scratch() as folder:
        parts = judge_parts(incidents, terms, spread, folder)
        reviewed = _by_part(outcomes, parts)
        judge = partial(judge_part, terms=terms, sources=sources)
        for made, own in zip(spread.engine.stream_parts(judge, parts, folder), reviewed, strict=False):
            sink.add("assessments", made["assessments"])
            sink.add("findings", settle_part(made["findings"], agreement, own, {}) if own else made["findings"])
            tallies.add(made["tallies"])
            if made["evidence"].num_rows:
                evidence.append(made["evidence"])
    none = READ.empty_table()
    omissions = assess_omissions(pa.concat_tables([none, *evidence]), terms, incidents.latest_known)
    sink.add("assessments", omissions)
    unseen = unseen_clauses(agreement, sources, told)
    sink.add("findings", settle_part(propose(omissions, agreement, sources, told), agreement, reviewed[-1], unseen))
    tallies.add(tallies_of(omissions, none, agreement))
    return tallies.counts(max(1, spread.engine.n_slots))


def spread_case(
    incidents: pa.Table, terms: Terms, sources: pa.Table, reviews: Sequence[Review], spread: Spread
) -> Judged:
    """Run the stages from incidents to counts over parts of a table; parameters and errors as of :func:`stream_case`.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``INCIDENT_SCHEMA``.
    """
    read = sort_table(conform(incidents.select(READ.names), READ), ["incident_id"])
    times = times_of(*(read[name].combine_chunks() for name in ("occurred_start", "occurred_end")))
    sink = Collected({"assessments": ASSESSMENT_SCHEMA, "findings": FINDING_SCHEMA})
    with spread.scratch() as folder:
        path = folder / "incidents.parquet"
        write_table(path, read)
        counts = stream_case(Ordered(path=path, times=times), terms, sources, reviews, spread, sink)
    return Judged(assessments=sink.table("assessments"), findings=sink.table("findings"), counts=counts)
