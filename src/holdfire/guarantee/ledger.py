"""Ledger: the findings of one reading as arrays, with what reviews made of them, in time.

Turns findings and incidents into columns that conditions can count. Rules:

1. What is counted is a *breach*: one incident, or one standing finding without an incident (a duty whose deadline
   passed). Several findings may tell of one breach - one for each clause and party - and still are one breach.
2. The tables hold what is known at ``as_of``. What they tell of began before that instant; where an incident's interval
   reaches beyond it, only the part before it is left.
3. A finding that two persons verified counts with certainty, from the instant of the second confirmation on; before
   that, by its probability. One that a review rejects counts as nothing; one of which a review says that it cannot be
   determined has lower bound 0. A finding that is rejected, or was verified once and is not now, is *withdrawn*: what
   it counted for before is kept beside it.
4. A breach that lies wholly outside the reading's intervals of force is not counted, whatever is said of it.
5. A standing finding breaches at its deadline. A standing finding without a probability counts nothing: its clause is
   *blind*, since no source can give evidence for it. A finding without a probability that two persons verified counts
   all the same; where its incident is not in the table any more, nobody can say when it happened.

Leaves zones, windows and standards to ``conditions``. Source: DESIGN, sections 1 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import to_us
from holdfire.errors import ModelError, UnknownIdError
from holdfire.guarantee.reviewed import words_of
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Corridor, Exchange, Obligation
from holdfire.records.finding import Review
from holdfire.records.force import force_intervals, instant_of

__all__ = ["NEVER", "OPEN", "UNDATED", "Ledger", "open_ledger", "reading_named"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNDATED = -(1 << 61)
"""Microseconds; stands for a start that nobody states. Sums with any window still fit 64 bits."""
OPEN = -(1 << 60)
"""Microseconds; what begins before this has no known beginning, also after a window was added."""
NEVER = 1 << 61
"""Microseconds; stands for an instant that has not come."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """Hold the findings of a reading, one element for each, ordered by breach, clause, party and finding id.

    Attributes
    ----------
    finding_ids : tuple of str, (n,)
    incident_ids : tuple of str or None, (n,)
    breach, clause, party : int64, (n,)
        Breaches numbered from 0; positions in ``clause_ids`` and ``party_ids``.
    clause_ids, party_ids : tuple of str
    severity : int64, (n,), 1..5
    start, end : int64, (n,), microseconds
        The breach's interval, start < end; ``UNDATED`` = nobody states it.
    lower, upper : float64, (n,), 0..1
        After the reviews.
    told_lower, told_upper : float64, (n,), 0..1
        What they would be if no review had taken anything back.
    place_lower, place_upper : float64, (n,), 0..1
        Factor of place and time; NaN = not known.
    real_upper : float64, (n,), 0..1
        Upper bound that the incident happened; 1 where not known.
    verified, told_verified, withdrawn : bool, (n,)
    verified_at, withdrawn_at : int64, (n,), microseconds
        ``NEVER`` = it is not, or nobody says since when.
    blind : tuple of (clause id, party)
        For whom no source can give evidence, sorted.
    as_of : int, microseconds
    """

    finding_ids: tuple[str, ...]
    incident_ids: tuple[str | None, ...]
    breach: Ints
    clause: Ints
    party: Ints
    clause_ids: tuple[str, ...]
    party_ids: tuple[str, ...]
    severity: Ints
    start: Ints
    end: Ints
    lower: Floats
    upper: Floats
    told_lower: Floats
    told_upper: Floats
    place_lower: Floats
    place_upper: Floats
    real_upper: Floats
    verified: Flags
    told_verified: Flags
    withdrawn: Flags
    verified_at: Ints
    withdrawn_at: Ints
    blind: tuple[tuple[str, str], ...]
    as_of: int

    @property
    def n(self) -> int:
        """Return the number of findings."""
        return len(self.finding_ids)


def reading_named(agreement: Agreement, reading: str) -> Reading:
    """Return the reading of that id.

    Raises
    ------
    UnknownIdError
        The agreement has no such reading.
    """
    for one in agreement.readings:
        if one.id == reading:
            return one
    known = ", ".join(one.id for one in agreement.readings)
    raise UnknownIdError(
        f"The agreement has no reading {reading!r}.", f"the agreement {agreement.id!r}", f"Write one of {known}."
    )


def open_ledger(
    agreement: Agreement,
    findings: pa.Table,
    incidents: pa.Table,
    *,
    as_of: datetime,
    reading: str,
    reviews: Iterable[Review] = (),
) -> Ledger:
    """Return the ledger of a reading.

    Parameters
    ----------
    agreement : Agreement
    findings, incidents : pyarrow.Table
        By ``FINDING_SCHEMA`` and ``INCIDENT_SCHEMA``, in any order; findings of other readings are left out.
    as_of : datetime
        UTC.
    reading : str
    reviews : iterable of Review
        They give the instants of verification and of withdrawal; without them a verified finding counts as verified,
        and its clock from verification has no beginning.

    Raises
    ------
    ModelError
        A finding names an incident that is not in the table.
    UnknownIdError
        A finding names a clause that the agreement does not have, or there is no such reading.
    """
    of_reading = findings.filter(pc.equal(findings["reading"], reading))
    has_prob = pc.and_(pc.is_valid(of_reading["prob_lower"]), pc.is_valid(of_reading["prob_upper"]))
    unseen = of_reading.filter(pc.invert(pc.or_(has_prob, of_reading["verified"])))
    unseen = unseen.filter(pc.is_null(unseen["incident_id"])).select(["clause_id", "party"])
    told = of_reading.filter(pc.or_(has_prob, of_reading["verified"]))
    key = pc.if_else(pc.is_valid(told["incident_id"]), told["incident_id"], told["finding_id"])
    told = told.append_column("key", key)
    order = ("key", "clause_id", "party", "finding_id")
    told = told.take(pc.sort_indices(told, sort_keys=[(name, "ascending") for name in order]))
    start, end = _intervals(told, incidents, agreement, to_us(as_of))
    kept = (start < to_us(as_of)) & _meets_force(start, end, agreement, reading_named(agreement, reading))
    told, start, end = told.filter(pa.array(kept)), start[kept], end[kept]
    blind = tuple(sorted({(row["clause_id"], row["party"]) for row in unseen.to_pylist()}))
    return _ledger(agreement, told, start, end, blind, as_of, tuple(reviews))


def _ledger(
    agreement: Agreement,
    told: pa.Table,
    start: Ints,
    end: Ints,
    blind: tuple[tuple[str, str], ...],
    as_of: datetime,
    reviews: tuple[Review, ...],
) -> Ledger:
    ids = tuple(told["finding_id"].to_pylist())
    lower, upper = _floats(told, "prob_lower", 0.0), _floats(told, "prob_upper", 0.0)
    said = _reviewed(told, ids, reviews, as_of)
    clause_ids, clause = _codes(told, "clause_id")
    party_ids, party = _codes(told, "party")
    return Ledger(
        finding_ids=ids,
        incident_ids=tuple(told["incident_id"].to_pylist()),
        breach=_groups(told["key"]),
        clause=clause,
        party=party,
        clause_ids=clause_ids,
        party_ids=party_ids,
        severity=_severities(agreement, clause_ids)[clause],
        start=start,
        end=end,
        lower=np.where(said.verified, 1.0, np.where(said.rejected | said.undecided, 0.0, lower)),
        upper=np.where(said.verified, 1.0, np.where(said.rejected, 0.0, upper)),
        told_lower=np.where(said.once_verified, 1.0, lower),
        told_upper=np.where(said.once_verified, 1.0, upper),
        place_lower=_floats(told, "place_time_lower", np.nan),
        place_upper=_floats(told, "place_time_upper", np.nan),
        real_upper=_floats(told, "real_upper", 1.0),
        verified=said.verified,
        told_verified=said.once_verified,
        withdrawn=said.rejected | (said.once_verified & ~said.verified),
        verified_at=said.verified_at,
        withdrawn_at=said.withdrawn_at,
        blind=blind,
        as_of=to_us(as_of),
    )


def _floats(table: pa.Table, name: str, missing: float) -> Floats:
    column = table[name].combine_chunks()
    return np.asarray(pc.fill_null(column, missing).to_numpy(zero_copy_only=False), dtype=np.float64)


def _codes(table: pa.Table, name: str) -> tuple[tuple[str, ...], Ints]:
    # Names in sorted order, and each row's position in it.
    names = sorted(pc.unique(table[name]).to_pylist())
    code = pc.index_in(table[name], pa.array(names, pa.string())).combine_chunks()
    return tuple(names), np.asarray(code.to_numpy(zero_copy_only=False), dtype=np.int64)


def _groups(column: pa.ChunkedArray) -> Ints:
    # Numbers of the groups of a sorted column, from 0.
    code = column.combine_chunks().dictionary_encode().indices
    return np.asarray(code.to_numpy(zero_copy_only=False), dtype=np.int64)


def _severities(agreement: Agreement, clause_ids: tuple[str, ...]) -> Ints:
    known = {clause.id: clause.severity for clause in agreement.clauses}
    for clause_id in clause_ids:
        if clause_id not in known:
            raise UnknownIdError(
                f"A finding names clause {clause_id!r}, which the agreement does not have.",
                f"the agreement {agreement.id!r}",
                "Judge the findings by the version of the agreement that they were made under.",
            )
    return np.array([known[clause_id] for clause_id in clause_ids], dtype=np.int64)


def _intervals(told: pa.Table, incidents: pa.Table, agreement: Agreement, as_of: int) -> tuple[Ints, Ints]:
    row = pc.index_in(told["incident_id"], incidents["incident_id"].combine_chunks()).combine_chunks()
    lost = pc.and_(pc.and_(pc.is_valid(told["incident_id"]), pc.is_null(row)), pc.is_valid(told["prob_lower"]))
    if pc.any(lost).as_py():
        name = told["incident_id"].filter(lost)[0].as_py()
        raise ModelError(
            f"A finding tells of an incident that the table of incidents does not hold: {name!r}.",
            "judge the guarantee",
            "Give findings and incidents of one run.",
        )
    start = _instants(incidents["occurred_start"].take(row), UNDATED)
    end = _instants(incidents["occurred_end"].take(row), NEVER)
    standing = np.asarray(pc.is_null(told["incident_id"]).combine_chunks().to_numpy(zero_copy_only=False))
    deadlines = _deadlines(agreement)
    for index in np.flatnonzero(standing).tolist():
        deadline = deadlines.get(told["clause_id"][index].as_py())
        if deadline is not None:
            start[index], end[index] = deadline, deadline
    # An instant is the microsecond that begins with it; nothing reaches beyond what is known.
    end = np.maximum(np.minimum(end, as_of), np.where(start == UNDATED, UNDATED, start) + 1)
    return start, end


def _instants(column: pa.ChunkedArray, missing: int) -> Ints:
    whole = pc.fill_null(pc.cast(column, pa.int64()), missing)
    array = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    return np.array(array.to_numpy(zero_copy_only=False), dtype=np.int64)


def _deadlines(agreement: Agreement) -> dict[str, int]:
    found = {}
    for clause in agreement.clauses:
        if isinstance(clause.rule, Obligation | Exchange | Corridor) and clause.rule.deadline is not None:
            found[clause.id] = to_us(instant_of(clause.rule.deadline, agreement))
    return found


def _meets_force(start: Ints, end: Ints, agreement: Agreement, reading: Reading) -> Flags:
    meets = np.zeros(start.size, dtype=np.bool_)
    for first, last in force_intervals(reading, agreement):
        begins = UNDATED if first is None else to_us(first)
        ends = NEVER if last is None else to_us(last)
        meets |= (start < ends) & (end > begins)
    return meets


class _Reviewed(NamedTuple):
    """Hold what reviews made of each finding."""

    verified: Flags
    once_verified: Flags
    rejected: Flags
    undecided: Flags
    verified_at: Ints
    withdrawn_at: Ints


def _reviewed(told: pa.Table, ids: tuple[str, ...], reviews: tuple[Review, ...], as_of: datetime) -> _Reviewed:
    verified = np.array(told["verified"].to_pylist(), dtype=np.bool_)
    by_review = np.array(pc.equal(told["basis"], "review").to_pylist(), dtype=np.bool_) & ~verified
    verdict = np.array(told["verdict"].to_pylist(), dtype=object)
    said = _Reviewed(
        verified=verified,
        once_verified=verified.copy(),
        rejected=by_review & np.isin(verdict, ["not established", "excluded"]),
        undecided=by_review & (verdict == "cannot determine"),
        verified_at=np.full(len(ids), NEVER, dtype=np.int64),
        withdrawn_at=np.full(len(ids), NEVER, dtype=np.int64),
    )
    words, reviewed = words_of(reviews, as_of), {review.finding_id for review in reviews}
    for index in [position for position, finding_id in enumerate(ids) if finding_id in reviewed]:
        # The table may know reviews that nobody had written at as_of: those that were there decide.
        word = words.get(ids[index])
        said.verified[index] = word is not None and word.decision == "confirm"
        said.rejected[index] = word is not None and word.decision == "reject"
        said.undecided[index] = word is not None and word.decision == "cannot determine"
        said.once_verified[index] = word is not None and word.was_verified
        if word is not None and word.decision == "confirm":
            said.verified_at[index] = to_us(word.since)
        elif word is not None:
            said.withdrawn_at[index] = to_us(word.since)
    return said
