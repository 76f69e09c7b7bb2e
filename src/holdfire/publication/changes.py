"""Changes: verdicts that are not what they were, and incidents that came to be known late.

Turns this run's findings and those of the run before into what changed between them. Rule: a verdict changed by
named persons is told apart from one changed by evidence; without the earlier findings nothing is claimed of
changes between runs. Leaves counts to ``clause_numbers``.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.records.bulletin_numbers import VerdictChange

__all__ = ["MAX_VERDICT_CHANGES", "late_incidents", "verdict_changes"]

MAX_VERDICT_CHANGES = 40
_COLUMNS = ["finding_id", "incident_id", "clause_id", "party", "reading"]


def _changes(table: pa.Table, before: str, cause: str) -> list[VerdictChange]:
    different = table.filter(pc.not_equal(table[before], table["verdict"]))
    return [
        VerdictChange(
            **{name: row[name] for name in _COLUMNS}, on=None, before=row[before], after=row["verdict"], cause=cause
        )
        for row in different.select([*_COLUMNS, before, "verdict"]).to_pylist()
    ]


def _by_review(findings: pa.Table, assessments: pa.Table) -> list[VerdictChange]:
    reviewed = findings.filter(pc.equal(findings["basis"], "review"))
    if reviewed.num_rows == 0:
        return []
    ids = pc.replace_substring_regex(reviewed["finding_id"], "^f/", "")
    positions = pc.index_in(ids, value_set=assessments["assessment_id"].combine_chunks())
    said = assessments["verdict"].combine_chunks().take(positions.combine_chunks())
    return _changes(reviewed.append_column("said", said), "said", "review")


def _by_evidence(findings: pa.Table, previous: pa.Table) -> list[VerdictChange]:
    positions = pc.index_in(findings["finding_id"], value_set=previous["finding_id"].combine_chunks())
    said = previous["verdict"].combine_chunks().take(positions.combine_chunks())
    known = findings.append_column("said", said).filter(pc.is_valid(said))
    return _changes(known.filter(pc.not_equal(known["basis"], "review")), "said", "evidence")


def verdict_changes(findings: pa.Table, assessments: pa.Table, previous: pa.Table | None) -> tuple[VerdictChange, ...]:
    """Return the verdicts that changed, those by review first, then by id.

    Parameters
    ----------
    findings, assessments : pyarrow.Table
        This run's.
    previous : pyarrow.Table or None
        Findings of the run behind the previous bulletin.
    """
    if previous is None:
        found = _by_review(findings, assessments)
    else:
        known = {(row["finding_id"], row["verdict"]) for row in _reviewed(previous)}
        found = [c for c in _by_review(findings, assessments) if (c.finding_id, c.after) not in known]
        found += _by_evidence(findings, previous)
    return tuple(sorted(found, key=lambda change: (change.cause != "review", change.finding_id)))


def _reviewed(findings: pa.Table) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = findings.filter(pc.equal(findings["basis"], "review")).to_pylist()
    return rows


def late_incidents(earlier: pa.Table, previous: pa.Table | None) -> int:
    """Return how many incidents of before the period the previous run did not know.

    Parameters
    ----------
    earlier : pyarrow.Table
        This run's findings on incidents of before the period.
    """
    if previous is None or earlier.num_rows == 0:
        return 0
    ids = pc.unique(earlier["incident_id"]).drop_null()
    known = pc.is_in(ids, value_set=previous["incident_id"].combine_chunks())
    return int(pc.sum(pc.invert(known)).as_py() or 0)
