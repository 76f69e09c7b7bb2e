"""Take incidents apart so that each part can be assessed by itself, and the sum is the same as the whole.

Turns incidents into parts, each with the incidents beside it that its own may be replies to, and keeps of each part
what obligations, exchanges and passages need. Rules: an incident is in exactly one part; parts are slices of time,
since a reply lies within a window after what it answers; without exempted return fire, nothing stands beside a part.
Incidents of long or unstated duration have parts of their own, so that they do not stretch the others' slices. Leaves
the assessing to ``assess`` and where parts are worked on to ``engine``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.assessment.acts import act_bounds
from holdfire.assessment.assess import Terms
from holdfire.assessment.facts import READ, Facts, facts_of
from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.basics.units import parse_duration_h
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Clause, Corridor, Exchange, Obligation
from holdfire.records.schema import conform, sort_table

__all__ = ["LONG_US", "Slice", "may_be_evidence", "reply_window_us", "split_incidents"]

Ints = NDArray[np.int64]

LONG_US = 31 * DAY_US
"""From this duration on an incident goes into a part of long ones, microseconds: data sets that date by the month stay
below it, those that date by the year reach it."""


class Slice(NamedTuple):
    """Hold one part of the incidents.

    Attributes
    ----------
    incidents : int64, (n,)
        Rows of the table that are assessed in this part, ascending.
    beside : int64, (m,)
        Rows of other parts that one of them may be a reply to, ascending.
    """

    incidents: Ints
    beside: Ints


def reply_window_us(agreement: Agreement) -> int | None:
    """Return the longest time after which an act may still be a reply, microseconds; None where none is exempted."""
    windows = [
        round(parse_duration_h(exemption.window) * HOUR_US)
        for clause in agreement.clauses
        for exemption in clause.exemptions
        if exemption.kind == "return_fire"
    ]
    return max(windows, default=None)


def _cut(rows: Ints, n_parts: int) -> list[Ints]:
    return [np.sort(part) for part in np.array_split(rows, max(1, min(n_parts, rows.size))) if part.size]


def split_incidents(facts: Facts, n_parts: int, window_us: int | None) -> list[Slice]:
    """Return the parts of incidents: about equally many in each.

    Parameters
    ----------
    facts : Facts
        All incidents.
    n_parts : int, >= 1
        How many parts are wanted; long incidents may add a few.
    window_us : int or None
        From :func:`reply_window_us`.

    Returns
    -------
    list of Slice
        Rows of ``facts``. Without a window, parts are slices of the order of ids.
    """
    if window_us is None:
        return [Slice(rows, np.empty(0, dtype=np.int64)) for rows in _cut(np.arange(facts.n), n_parts)]
    is_long = facts.vague | (facts.end - facts.start >= LONG_US)
    in_time = np.argsort(facts.start, kind="stable")
    short, long = in_time[~is_long[in_time]], in_time[is_long[in_time]]
    share = -(-long.size * n_parts // max(1, facts.n))
    slices = []
    for rows in (*_cut(short, n_parts), *_cut(long, share)):
        first, last = facts.start[rows].min() - window_us, facts.end[rows].max()
        # Fire may have drawn a reply if it began before the reply's end and ended within the window before its start.
        may = (facts.start < last) & (facts.end > first)
        may[rows] = False
        slices.append(Slice(rows, np.flatnonzero(may)))
    return slices


def _evidence_kinds(clause: Clause) -> tuple[str, ...]:
    # Kinds of event that are evidence for what a clause judges of all incidents together.
    rule = clause.rule
    if isinstance(rule, Obligation):
        return tuple(rule.evidence)
    if isinstance(rule, Exchange):
        return (*rule.evidence, *rule.completion)
    return tuple(rule.passage) if isinstance(rule, Corridor) else ()


def may_be_evidence(incidents: pa.Table, terms: Terms) -> pa.Table:
    """Return those incidents of a part that may be evidence that something owed was done, with what is read of them.

    Parameters
    ----------
    incidents : pyarrow.Table
        A part, by ``INCIDENT_SCHEMA`` or its columns in ``READ``.
    terms : Terms

    Returns
    -------
    pyarrow.Table
        By ``facts.READ``, ordered by incident; no rows where the agreement owes nothing by a date.
    """
    bound = [clause for clause in terms.agreement.clauses if clause.modality != "permits"]
    wanted = {kinds for kinds in map(_evidence_kinds, bound) if kinds}
    if not wanted or not incidents.num_rows:
        return READ.empty_table()
    facts = facts_of(incidents)
    ordered = conform(incidents.select([n for n in READ.names if n in incidents.column_names]), READ)
    ordered = sort_table(ordered, ["incident_id"])
    may = np.zeros(facts.n, dtype=np.bool_)
    for kinds in sorted(wanted):
        act = act_bounds(
            facts,
            acts=kinds,
            weapons=(),
            kinds=terms.kinds,
            weapon_tree=terms.weapons,
            kind_weapons=terms.kind_weapons,
            told=terms.evidence_kinds,
        )
        may |= facts.real_upper * act.upper > 0.0
    return ordered.filter(pa.array(may))
