"""Fuse: overlapping, imprecise, copied and partisan reports into incidents.

Turns a table of reports and one of sources into incidents and memberships. Rule: a pure function; the order of
rows and the naming of sources change nothing; every report is listed; signals never open an incident. Leaves what
an incident means to ``assessment``. Source: DESIGN, section 6; docs/explanation/fusion.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.fusion.compare import build_model, count_crowds
from holdfire.fusion.labels import label_edges, narrow_labels, read_labels
from holdfire.fusion.link import Groups, tie_again
from holdfire.fusion.narrow import choose_rows, narrow
from holdfire.fusion.parameters import FusionParameters, Learned
from holdfire.fusion.prepare import Prepared, prepare
from holdfire.fusion.realness import Realness, judge_groups
from holdfire.fusion.rehearse import member_probs, rehearse
from holdfire.fusion.reliability import learn
from holdfire.fusion.roundups import Shared, corroborate, edges_apart, main_probs, share_out
from holdfire.fusion.several import numbers_told
from holdfire.fusion.signals import Attached, attach_signals
from holdfire.fusion.summary import summarise
from holdfire.fusion.work import WHOLE, Work
from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
from holdfire.records.incident_review import IncidentReview
from holdfire.records.schema import empty_table, sort_table, table_from
from holdfire.records.taxonomy import Taxonomy

__all__ = ["Fused", "FusionParameters", "fuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """Hold what fusion makes.

    Attributes
    ----------
    incidents : pyarrow.Table
        By ``INCIDENT_SCHEMA``, sorted by incident_id.
    memberships : pyarrow.Table
        By ``MEMBERSHIP_SCHEMA``, a row for each report, several for a round-up; sorted by report_id, then by falling
        prob, then by incident_id.
    summary : dict
        Numbers of reports, incidents, signals and duplicates, and what was learned, ready for JSON.
    """

    incidents: pa.Table
    memberships: pa.Table
    summary: dict[str, Any]


def _membership_table(
    prepared: Prepared,
    groups: Groups,
    inside: NDArray[np.float64],
    attached: Attached,
    shared: Shared,
    ids: list[str],
) -> pa.Table:
    label, prob = groups.label.astype(np.int64), inside.copy()
    label[attached.row], prob[attached.row] = attached.group, attached.prob
    row = np.argsort(prepared.rank)
    label, prob = label[row], prob[row]
    if shared.row.size:
        keep = (label >= 0) | ~np.isin(row, shared.row)
        row, label = np.concatenate([row[keep], shared.row]), np.concatenate([label[keep], shared.group])
        prob = np.round(np.concatenate([prob[keep], shared.prob]), 6)
        by_id = np.append(np.argsort(np.argsort(np.array(ids))), -1)
        order = np.lexsort((by_id[label], -prob, prepared.rank[row]))
        row, label, prob = row[order], label[order], prob[order]
    names = pa.array([*ids, None], pa.string())
    return table_from(
        {
            "report_id": prepared.table.column("report_id").take(pa.array(row)),
            "incident_id": names.take(pa.array(np.where(label < 0, len(ids), label))),
            "prob": np.round(np.where(label < 0, 0.0, prob), 6),
        },
        MEMBERSHIP_SCHEMA,
    )


def _sources_judged(learned: Learned, realness: Realness) -> None:
    learned.false_rate = realness.alone_false[:, 0]
    learned.accuse_rate = realness.alone_false[:, 1]


def fuse(
    reports: pa.Table,
    sources: pa.Table,
    kinds: Taxonomy,
    parameters: FusionParameters | None = None,
    reviews: Sequence[IncidentReview] = (),
    work: Work = WHOLE,
) -> Fused:
    """Join reports into incidents.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``; further columns are ignored. Rows in any order.
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``; a source that is missing counts as public and of grade F.
    kinds : Taxonomy
        The tree that the reports' kinds are paths of. Paths speak for themselves: a kind outside the tree is kept.
    parameters : FusionParameters, optional
    reviews : sequence of IncidentReview
        What named humans said of reports: it is kept to, and learned from.
    work : Work
        How the steps that may be done in parts are done; nothing of the result depends on it.

    Returns
    -------
    Fused

    Examples
    --------
    >>> from holdfire.records.report import REPORT_SCHEMA
    >>> from holdfire.records.source import SOURCE_SCHEMA
    >>> from holdfire.records.taxonomy import builtin_tree
    >>> fused = fuse(REPORT_SCHEMA.empty_table(), SOURCE_SCHEMA.empty_table(), builtin_tree("kinds"))
    >>> fused.incidents.num_rows, fused.memberships.num_rows
    (0, 0)
    """
    chosen = parameters or FusionParameters()
    prepared = prepare(reports, sources)
    rows = np.flatnonzero(~prepared.is_signal)
    if rows.size == 0:
        nothing = np.zeros(prepared.n)
        ids = prepared.table.column("report_id").take(pa.array(np.argsort(prepared.rank)))
        table = table_from({"report_id": ids, "prob": nothing}, MEMBERSHIP_SCHEMA)
        return Fused(incidents=empty_table(INCIDENT_SCHEMA), memberships=table, summary=summarise(prepared, None, 0, 0))
    crowds = count_crowds(prepared, rows, chosen.n_threads)
    labels, several = read_labels(reviews, prepared), numbers_told(prepared)
    few = np.union1d(choose_rows(prepared, rows[several[rows] == 1.0], chosen.sample_reports), labels.rows)
    some, near = narrow(prepared, crowds, few)
    learned = learn(some, near, np.arange(few.size), chosen, narrow_labels(labels, few))
    model = build_model(prepared, learned, crowds, rows)
    # Millions of reports: what is not needed any more is let go at once.
    del crowds
    edges = edges_apart(work.find(prepared, model, learned, rows, chosen), several > 1.0)
    edges = label_edges(edges, labels, prepared.n)
    groups, ties = work.join(prepared, model, edges, rows, chosen, labels)
    groups, shared = share_out(prepared, model, learned, groups, several)
    ties = tie_again(prepared, model, edges, groups, ties, chosen.n_threads)
    rows = rows[groups.label[rows] >= 0]
    del model, edges
    rehearsal = rehearse(some, near, learned, groups.label[few], groups.G, chosen)
    prob = member_probs(groups, ties, rows, rehearsal)
    realness = judge_groups(prepared, groups, ties, prob, learned, rehearsal, labels)
    _sources_judged(learned, realness)
    realness = corroborate(prepared, groups, realness, shared)
    attached = attach_signals(prepared, groups.G, groups.H, chosen)
    told = summarise(prepared, learned, groups.first.size - 1, int(attached.row.size), rehearsal, realness)
    incidents, ids = work.describe(prepared, groups, ties, realness, learned, attached, prob)
    del ties, realness
    incidents = sort_table(incidents, ["incident_id"])
    return Fused(
        incidents=incidents,
        memberships=_membership_table(prepared, groups, main_probs(prob, groups, shared), attached, shared, ids),
        summary=told | {"n_memberships_of_round_ups": int(shared.row.size), "reviews": labels.notes},
    )
