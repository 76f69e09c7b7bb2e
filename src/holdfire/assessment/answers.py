"""Find replies over slices of time, so that parts in any order can be judged by what was found.

Turns incidents and an agreement that exempts return fire into a table of how likely each may answer the other side's
fire, and such a table back into what the kernels ask for. Rules: what is found over a slice with what stands beside it
is what is found over all incidents, to the last bit; incidents that no clause's time reaches are left out before
anything is moved. Leaves the slices to ``parts`` and what counts as a reply to
``kernels.replies``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds, act_bounds
from holdfire.assessment.assess import Terms
from holdfire.assessment.facts import READ, Facts, Times, facts_of, times_of
from holdfire.assessment.kernels.kernel import bound_spans, clause_acts
from holdfire.assessment.kernels.replies import Replies
from holdfire.assessment.times import Spans, overlaps
from holdfire.basics.instants import HOUR_US
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Clause

__all__ = [
    "ANSWER_SCHEMA", "NUMBERED", "FoundReplies", "ReplyKey", "answers_of", "longest_window_us", "may_answer",
    "reply_keys", "time_of_fire",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ANSWER_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("key", pa.int16(), nullable=False),
        pa.field("upper", pa.float64(), nullable=False),
    ]
)
"""How likely an incident may at most be a reply, by its row in the order of ids and by index of ``reply_keys``; what is
not listed has 0."""
NUMBERED = READ.append(pa.field("row", pa.int64(), nullable=False))
"""What is read of an incident, and its row in the order of ids."""


class ReplyKey(NamedTuple):
    """Name one question that an agreement asks of replies.

    Attributes
    ----------
    clause_id, party : str
        The clause, and who would be answering.
    window_us : int
        How long after the other side's fire a reply may come.
    distance_m : float
        How far from it.
    """

    clause_id: str
    party: str
    window_us: int
    distance_m: float


def _clauses(agreement: Agreement) -> list[Clause]:
    # Those that exempt return fire.
    return [
        clause
        for clause in agreement.clauses
        if clause.modality != "permits" and any(one.kind == "return_fire" for one in clause.exemptions)
    ]


def reply_keys(agreement: Agreement) -> list[ReplyKey]:
    """Return all that an agreement asks of replies, in order; none where it exempts no return fire."""
    return sorted(
        {
            ReplyKey(
                clause.id,
                party,
                round(parse_duration_h(exemption.window) * HOUR_US),
                parse_length_m(exemption.distance),
            )
            for clause in _clauses(agreement)
            for exemption in clause.exemptions
            if exemption.kind == "return_fire"
            for party in clause.addressees
            if party in exemption.parties or not exemption.parties
        }
    )


def longest_window_us(agreement: Agreement) -> int:
    """Return the longest time after which an act may still be a reply, microseconds; 0 where none is exempted."""
    return max((key.window_us for key in reply_keys(agreement)), default=0)


def _union(start: Ints, end: Ints) -> Spans:
    # The spans that any of some intervals covers.
    if not start.size:
        return Spans(start, end)
    order = np.argsort(start, kind="stable")
    start, end = start[order], np.maximum.accumulate(end[order])
    begins = np.concatenate([[True], start[1:] > end[:-1]])
    ends = np.concatenate([begins[1:], [True]])
    return Spans(start[begins], end[ends])


def time_of_fire(times: Times, agreement: Agreement) -> Spans:
    """Return the time in which an incident may be a reply that a clause asks for, or what such a reply answers.

    Parameters
    ----------
    times : Times
        Of all incidents, in any order.
    agreement : Agreement
    """
    spans = [
        bound_spans(clause, reading, agreement) for clause in _clauses(agreement) for reading in agreement.readings
    ]
    if not spans:
        return _union(np.empty(0, np.int64), np.empty(0, np.int64))
    bound = _union(np.concatenate([one.start for one in spans]), np.concatenate([one.end for one in spans]))
    asked = np.unique(overlaps(times.start, times.end, bound).row)
    return _union(times.start[asked] - longest_window_us(agreement), times.end[asked])


def _meets(times: Times, spans: Spans) -> NDArray[np.bool_]:
    first = np.searchsorted(spans.end, times.start, side="right")
    return np.asarray(np.searchsorted(spans.start, times.end, side="left") > first)


def _asked_acts(terms: Terms, clause_id: str) -> Callable[[Facts], Bounds]:
    # That an incident is one of the acts which a clause prohibits.
    clause = next(one for one in terms.agreement.clauses if one.id == clause_id)
    acts, weapons = clause_acts(clause)
    return lambda facts: act_bounds(
        facts,
        acts=acts,
        weapons=weapons,
        kinds=terms.kinds,
        weapon_tree=terms.weapons,
        kind_weapons=terms.kind_weapons,
        told=terms.evidence_kinds,
    )


def may_answer(incidents: pa.Table, within: Spans) -> pa.Table:
    """Return those incidents of a part that may be replies, or draw them.

    Parameters
    ----------
    incidents : pyarrow.Table
        A part, by ``READ``, ordered by incident.
    within : Spans
        From :func:`time_of_fire`.

    Returns
    -------
    pyarrow.Table
        By ``NUMBERED``; the row is that in the part.
    """
    start, end = (incidents[name].combine_chunks() for name in ("occurred_start", "occurred_end"))
    met = np.flatnonzero(_meets(times_of(start, end), within))
    taken = incidents.take(pa.array(met))
    return pa.Table.from_arrays([*taken.columns, pa.array(met)], schema=NUMBERED)


def answers_of(incidents: pa.Table, beside: pa.Table, terms: Terms) -> pa.Table:
    """Return how likely the incidents of a slice of time may at most be replies.

    Parameters
    ----------
    incidents, beside : pyarrow.Table
        The slice, and what stands beside it, by ``NUMBERED``.
    terms : Terms

    Returns
    -------
    pyarrow.Table
        By ``ANSWER_SCHEMA``, ordered by key and row.
    """
    whole = pa.concat_tables([incidents, beside])
    own = np.arange(whole.num_rows) < incidents.num_rows
    number = whole["row"].to_numpy()
    order = np.argsort(number, kind="stable")
    facts = facts_of(whole.select(READ.names).take(pa.array(order)))
    own, number = np.flatnonzero(own[order]), number[order]
    replies = Replies(facts=facts)
    found = []
    for place, key in enumerate(reply_keys(terms.agreement)):
        upper = replies.upper(
            key.clause_id,
            key.party,
            own,
            acts=_asked_acts(terms, key.clause_id),
            window_us=key.window_us,
            distance_m=key.distance_m,
            claims_decide=terms.agreement.attribution is None,
        )
        kept = np.flatnonzero(upper > 0.0)
        found.append([number[own[kept]], np.full(kept.size, place, dtype=np.int16), upper[kept]])
    columns = [pa.array(np.concatenate(parts)) for parts in zip(*found, strict=True)]
    return pa.Table.from_arrays(columns, schema=ANSWER_SCHEMA) if found else ANSWER_SCHEMA.empty_table()


@dataclass(slots=True, kw_only=True, eq=False)
class FoundReplies:
    """Give what was found of a part's incidents as replies, as :class:`~holdfire.assessment.kernels.replies.Replies`.

    Attributes
    ----------
    facts : Facts
        The part.
    by_key : dict of ReplyKey to float64, (n,), 0..1
    """

    facts: Facts
    by_key: dict[ReplyKey, Floats]

    @classmethod
    def of(cls, facts: Facts, answers: pa.Table, agreement: Agreement) -> FoundReplies:
        """Return what a table by ``ANSWER_SCHEMA`` says of a part; rows are the part's own."""
        row, key = answers["row"].to_numpy(), answers["key"].to_numpy()
        upper = answers["upper"].to_numpy()
        by_key = {}
        for place, one in enumerate(reply_keys(agreement)):
            here = key == place
            by_key[one] = np.zeros(facts.n)
            by_key[one][row[here]] = upper[here]
        return cls(facts=facts, by_key=by_key)

    def upper(
        self,
        clause_id: str,
        party: str,
        rows: Ints,
        *,
        acts: Callable[[Facts], Bounds],
        window_us: int,
        distance_m: float,
        claims_decide: bool = True,
    ) -> Floats:
        """Return the greatest probability that incidents of the part answer fire; all but the key was asked before."""
        del acts, claims_decide
        return self.by_key[ReplyKey(clause_id, party, window_us, distance_m)][rows]
