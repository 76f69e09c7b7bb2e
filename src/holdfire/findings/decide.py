"""Decide what is said of each party: findings from assessments, from silence, and from reviews.

Turns assessments and reviews into findings. Rules: an assessment becomes one finding, at the standard that its clause
asks for; a clause whose evidence no source of the case can give has instead one finding without an incident for each
party and reading, which cannot be determined, and nothing else is said under it; named persons may change a verdict but
never a probability, and their word is kept even where its incident no longer stands. Leaves what the reviews come to to
``review`` and probabilities to ``assessment``. Source: DESIGN, sections 1 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.errors import UnknownIdError
from holdfire.findings.evidence import unseen_clauses
from holdfire.findings.review import Outcome, outcomes_of
from holdfire.findings.standards import reasons, standards_of
from holdfire.records.agreement import Agreement
from holdfire.records.finding import EXCLUDED_BELOW, FINDING_SCHEMA, Review
from holdfire.records.schema import NAMES, sort_table, table_from

__all__ = ["decide", "propose", "settle", "settle_part"]

_TAKEN = ("incident_id", "clause_id", "reading", "party")
Claim = tuple[str | None, str, str, str]
"""Incident (None where there is none), clause, reading and party."""


def _lists(values: pa.Array) -> pa.Array:
    # A list of one for each value.
    return pa.ListArray.from_arrays(pa.array(np.arange(len(values) + 1, dtype=np.int32)), values, type=NAMES)


def _proposed(batch: pa.RecordBatch, standard: Mapping[str, str], unseen: Mapping[str, str]) -> pa.Table:
    # The machine's findings of a batch of assessments.
    if unseen:
        silent = pc.is_in(batch.column("clause_id"), value_set=pa.array(list(unseen), pa.string()))
        batch = batch.filter(pc.invert(silent))
    n = batch.num_rows
    places = pc.index_in(batch.column("clause_id"), value_set=pa.array(list(standard), pa.string()))
    by = pa.array(list(standard.values()), pa.string()).take(places)
    omission = pc.is_null(batch.column("incident_id"))
    columns = {name: batch.column(name) for name in batch.schema.names if name in FINDING_SCHEMA.names}
    columns |= {
        "finding_id": pc.binary_join_element_wise("f/", batch.column("assessment_id"), ""),
        "assessment_ids": _lists(batch.column("assessment_id")),
        "standard": by,
        "basis": pa.repeat("probability", n),
        "verified": pa.repeat(False, n),
        "reviewers": _no_names(n),
        "reason": reasons(batch.column("verdict"), by, batch.column("narrows"), omission),
    }
    return table_from(columns, FINDING_SCHEMA)


def _no_names(n: int) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(np.zeros(n + 1, dtype=np.int32)), pa.array([], pa.string()), type=NAMES)


def _bare(claims: Sequence[Claim], standard: Mapping[str, str], said: Mapping[str, str]) -> pa.Table:
    # Findings that rest on no assessment.
    n = len(claims)
    clauses = [clause for _, clause, _, _ in claims]
    given = {
        "finding_id": ["f/" + "/".join((incident or "-", *rest)) for incident, *rest in claims],
        **{name: [claim[part] for claim in claims] for part, name in enumerate(_TAKEN)},
        "assessment_ids": _no_names(n),
        "standard": [standard[clause] for clause in clauses],
        "verdict": ["cannot determine"] * n,
        "basis": ["no evidence"] * n,
        "verified": [False] * n,
        "reviewers": _no_names(n),
        "reason": [said[clause] for clause in clauses],
    }
    return table_from(given, FINDING_SCHEMA)


def _claims(agreement: Agreement, clause_ids: Iterable[str]) -> list[Claim]:
    wanted = set(clause_ids)
    return sorted(
        {
            (None, clause.id, reading.id, party)
            for clause in agreement.clauses
            if clause.id in wanted
            for reading in agreement.readings
            if not clause.scope.readings or reading.id in clause.scope.readings
            for party in clause.addressees
        },
        key=lambda key: key[1:],
    )


def _claim_of(finding_id: str, agreement: Agreement) -> Claim:
    # What a finding of an older run was about.
    parts = finding_id.split("/")
    if len(parts) == 5 and parts[0] == "f":
        _, incident, clause, reading, party = parts
        known = _claims(agreement, [clause])
        if (None, clause, reading, party) in known:
            return (None if incident == "-" else incident, clause, reading, party)
    raise UnknownIdError(
        f"A review names a finding that this agreement cannot have: {finding_id!r}.",
        "the reviews",
        "Take the finding's id from 'findings.parquet': f/incident/clause/reading/party.",
    )


def _spoken(outcome: Outcome, proposed: Mapping[str, object]) -> dict[str, object]:
    # What a finding says after its reviews.
    verdict = proposed["verdict"]
    if outcome.decision == "confirm":
        verdict = "established"
    elif outcome.decision == "reject":
        upper = proposed["prob_upper"]
        verdict = "excluded" if isinstance(upper, float) and upper < EXCLUDED_BELOW else "not established"
    elif outcome.decision == "cannot determine":
        verdict = "cannot determine"
    return {
        "verdict": verdict,
        "basis": "review" if outcome.decision else proposed["basis"],
        "standard": outcome.standard or proposed["standard"],
        "verified": outcome.verified,
        "reviewers": list(outcome.reviewers),
        "dissent": outcome.dissent,
        "party_reply": outcome.party_reply,
        "remedy": outcome.remedy,
        "remedy_deadline": outcome.remedy_deadline,
        "supersedes": outcome.supersedes,
        "reason": outcome.reason or proposed["reason"],
    }


def _reviewed(findings: pa.Table, outcomes: Mapping[str, Outcome]) -> pa.Table:
    # The few reviewed rows are written anew in their places; all others are neither moved nor copied.
    found = pc.index_in(findings["finding_id"], value_set=pa.array(list(outcomes), pa.string()))
    parts, begin = [], 0
    for at in np.flatnonzero(pc.is_valid(found).to_numpy()).tolist():
        row = findings.slice(at, 1).to_pylist()[0]
        spoken = {**row, **_spoken(outcomes[row["finding_id"]], row)}
        parts += [findings.slice(begin, at - begin), pa.Table.from_pylist([spoken], schema=FINDING_SCHEMA)]
        begin = at + 1
    return pa.concat_tables([*parts, findings.slice(begin)]) if parts else findings


def _joined(findings: pa.Table, added: pa.Table) -> pa.Table:
    # Findings in order with further ones; those without an incident stand last, and only they need sorting.
    if not added.num_rows:
        return findings
    if pc.any(pc.is_valid(added["incident_id"])).as_py():
        return sort_table(pa.concat_tables([findings, added]), _TAKEN)
    n_with = findings.num_rows - findings["incident_id"].null_count
    tail = sort_table(pa.concat_tables([findings.slice(n_with), added]), _TAKEN)
    return pa.concat_tables([findings.slice(0, n_with), tail])


def decide(
    assessments: pa.Table,
    agreement: Agreement,
    sources: pa.Table,
    reviews: Iterable[Review] = (),
    *,
    evidence_kinds: frozenset[str] | None = None,
) -> pa.Table:
    """Return what is said of each party: a finding for each assessment, and one for each clause that nobody can see.

    Parameters
    ----------
    assessments : pyarrow.Table
        By ``ASSESSMENT_SCHEMA``, in its order.
    agreement : Agreement
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``; their kinds say which clauses they can give evidence for.
    reviews : iterable of Review
        What named persons said; an entry corrects an older one by naming it.
    evidence_kinds : frozenset of str, optional
        Paths of the kinds of event that the case's sources can tell of at all; None = of every kind.

    Returns
    -------
    pyarrow.Table
        By ``FINDING_SCHEMA``, ordered by incident, clause, reading and party, those without an incident last. A clause
        without a row was not reported to be breached, which says no more than its coverage does.

    Raises
    ------
    InputError
        A review is faulty.
    UnknownIdError
        A review names a finding that the agreement cannot have.
    """
    return settle(propose(assessments, agreement, sources, evidence_kinds), agreement, sources, reviews, evidence_kinds)


def propose(
    assessments: pa.Table, agreement: Agreement, sources: pa.Table, evidence_kinds: frozenset[str] | None
) -> pa.Table:
    """Return the machine's finding for each assessment, whose clause somebody can see; parameters as of ``decide``."""
    standard = standards_of(agreement)
    unseen = unseen_clauses(agreement, sources, evidence_kinds)
    parts = [_proposed(batch, standard, unseen) for batch in assessments.to_batches()]
    return pa.concat_tables([FINDING_SCHEMA.empty_table(), *parts])


def settle(
    findings: pa.Table,
    agreement: Agreement,
    sources: pa.Table,
    reviews: Iterable[Review],
    evidence_kinds: frozenset[str] | None,
) -> pa.Table:
    """Return all findings, from what :func:`propose` made of all assessments, in their order.

    Clauses that nobody can see and what named persons said are added; parameters as of ``decide``.
    """
    return settle_part(findings, agreement, outcomes_of(reviews), unseen_clauses(agreement, sources, evidence_kinds))


def settle_part(
    findings: pa.Table, agreement: Agreement, outcomes: Mapping[str, Outcome], unseen: Mapping[str, str]
) -> pa.Table:
    """Return the findings of some incidents, from what :func:`propose` made of their assessments, in order.

    Parameters
    ----------
    findings : pyarrow.Table
        By ``FINDING_SCHEMA``.
    agreement : Agreement
    outcomes : mapping of finding id to Outcome
        What the reviews of these incidents' findings come to.
    unseen : mapping of clause id to str
        Clauses that nobody can see, with the reason, where findings without an incident are among these; else none.
    """
    standard = standards_of(agreement)
    silent = _bare(_claims(agreement, unseen), standard, unseen)
    named = pc.is_in(findings["finding_id"], value_set=pa.array(list(outcomes), pa.string()))
    standing = {*findings["finding_id"].filter(named).to_pylist(), *silent["finding_id"].to_pylist()}
    gone = dict.fromkeys(standard, "No assessment of this finding stands in this run; its reviews are kept.")
    older = _bare([_claim_of(name, agreement) for name in outcomes if name not in standing], standard, gone)
    return _reviewed(_joined(findings, pa.concat_tables([silent, older])), outcomes)
