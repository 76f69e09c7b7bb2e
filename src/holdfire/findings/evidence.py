"""Evidence: which clauses the sources of a case can tell anything about.

Turns clauses, sources and the kinds of event that they report into the clauses that nobody can see, each with the
reason. Rule: what no source can give evidence for is never "no breach". Leaves how much was watched, by those who can,
to ``assessment.coverage``. Source: DESIGN, section 1 (rule 2).
"""

from __future__ import annotations

import pyarrow as pa

from holdfire.records.agreement import Agreement
from holdfire.records.clauses import OUTGOING, Clause, Corridor, Exchange, Obligation, Withdrawal

__all__ = ["unseen_clauses"]


def _kinds_of(clause: Clause) -> tuple[str, ...]:
    # Kinds of event that show a breach, or the doing of a duty.
    rule = clause.rule
    if isinstance(rule, Obligation):
        return tuple(rule.evidence)
    if isinstance(rule, Exchange):
        return (*rule.evidence, *rule.completion)
    if isinstance(rule, Corridor):
        return (*rule.acts, *rule.passage)
    acts = tuple(getattr(rule, "acts", ()))
    return (*acts, OUTGOING) if isinstance(rule, Withdrawal) else acts


def _overlap(one: str, other: str) -> bool:
    # One path lies at or above the other.
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _why_unseen(clause: Clause, kinds_of_source: frozenset[str], evidence_kinds: frozenset[str] | None) -> str | None:
    if isinstance(clause.rule, Exchange) and clause.rule.deadline is None:
        return "It has no deadline, so this duty never falls due."
    if clause.observable_by and kinds_of_source.isdisjoint(clause.observable_by):
        return f"No source of this case can see it; it takes {' or '.join(clause.observable_by)}."
    if evidence_kinds is not None:
        wanted = _kinds_of(clause)
        if not any(_overlap(kind, given) for kind in wanted for given in evidence_kinds):
            return f"No source of this case reports such events; it takes reports of {' or '.join(wanted)}."
    return None


def unseen_clauses(agreement: Agreement, sources: pa.Table, evidence_kinds: frozenset[str] | None) -> dict[str, str]:
    """Return the clauses for which no source can give evidence, each with one sentence that says why.

    Parameters
    ----------
    agreement : Agreement
        Clauses that permit are left out: nobody can breach them.
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``.
    evidence_kinds : frozenset of str or None
        Paths of the kinds of event that the sources can tell of; None = of every kind.
    """
    kinds_of_source = frozenset(sources["kind"].to_pylist())
    why = {
        clause.id: _why_unseen(clause, kinds_of_source, evidence_kinds)
        for clause in agreement.clauses
        if clause.modality != "permits"
    }
    return {clause: reason for clause, reason in why.items() if reason is not None}
