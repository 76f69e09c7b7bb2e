"""Take incidents apart so that each part can be assessed by itself, and the sum is the same as the whole.

Turns incidents into slices of time, each with the incidents beside it that its own may be replies to, and keeps of each
part what obligations, exchanges and passages need. Rules: an incident is in exactly one slice; a reply lies within a
window after what it answers. Incidents of long or unstated duration have slices of their own, so that they do not
stretch the others'. Leaves the replies themselves to ``answers``, the assessing to ``assess`` and where parts are
worked on to ``engine``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.assessment.acts import act_bounds
from holdfire.assessment.assess import Terms
from holdfire.assessment.chunks import LONG_US
from holdfire.assessment.facts import READ, Facts, Times
from holdfire.records.clauses import Clause, Corridor, Exchange, Obligation

__all__ = ["LONG_US", "Slice", "may_be_evidence", "split_incidents"]

Ints = NDArray[np.int64]


class Slice(NamedTuple):
    """Hold one part of the incidents.

    Attributes
    ----------
    incidents : int64, (n,)
        Incidents of this part, ascending.
    beside : int64, (m,)
        Incidents of other parts that one of them may be a reply to, ascending.
    """

    incidents: Ints
    beside: Ints


def _cut(rows: Ints, n_parts: int) -> list[Ints]:
    return [np.sort(part) for part in np.array_split(rows, max(1, min(n_parts, rows.size))) if part.size]


def split_incidents(times: Times, n_parts: int, window_us: int) -> list[Slice]:
    """Return the slices of time of incidents: about equally many in each, and what each may answer.

    Parameters
    ----------
    times : Times
        Of all incidents.
    n_parts : int, >= 1
        How many slices are wanted; long incidents may add a few.
    window_us : int, >= 0
        How long after fire a reply may come, microseconds.
    """
    is_long = times.vague | (times.end - times.start >= LONG_US)
    in_time = np.argsort(times.start, kind="stable")
    short, long = in_time[~is_long[in_time]], in_time[is_long[in_time]]
    share = -(-long.size * n_parts // max(1, times.start.size))
    slices = []
    for rows in (*_cut(short, n_parts), *_cut(long, share)):
        first, last = times.start[rows].min() - window_us, times.end[rows].max()
        # Fire may have drawn a reply if it began before the reply's end and ended within the window before its start.
        may = (times.start < last) & (times.end > first)
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


def may_be_evidence(incidents: pa.Table, facts: Facts, terms: Terms) -> pa.Table:
    """Return those incidents of a part that may be evidence that something owed was done.

    Parameters
    ----------
    incidents : pyarrow.Table
        A part, by ``facts.READ``, ordered by incident.
    facts : Facts
        Of the same incidents.
    terms : Terms

    Returns
    -------
    pyarrow.Table
        By ``facts.READ``, ordered by incident; no rows where the agreement owes nothing by a date.
    """
    bound = [clause for clause in terms.agreement.clauses if clause.modality != "permits"]
    wanted = {kinds for kinds in map(_evidence_kinds, bound) if kinds}
    if not wanted or not facts.n:
        return READ.empty_table()
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
    return incidents.filter(pa.array(may))
