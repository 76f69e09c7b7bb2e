"""Count breaches by clause, reading and party: each day, and over the whole period.

Turns assessments into Poisson-binomial counts with lower and upper inputs. Rules: an incident counts on the local day
of the middle of its interval, in the publication's time zone; one without a stated interval, and a breach without an
incident, count in the period alone. The interval's low end comes from the lower probabilities and its high end from the
upper ones, so it also holds what is not known. What was not listed (upper bound below ``LISTED_FROM``) counts as 0.
A tally holds what a count reads of an assessment, so that claims can be counted apart from each other. Leaves how much
was watched to ``coverage``. Source: DESIGN, section 5; ``basics.chance``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.chance import group_intervals, prob_any
from holdfire.errors import ModelError
from holdfire.records.agreement import Agreement
from holdfire.records.assessment import COUNT_SCHEMA
from holdfire.records.schema import sort_table, table_from

__all__ = [
    "CLAIM", "LEVEL", "TALLY_SCHEMA", "Groups", "Tallies", "claim_ranks", "count_breaches", "count_tallies", "counted",
    "grouped", "local_days", "tallies_of",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEVEL = 0.9
"""Mass of the interval."""
NO_DAY = np.iinfo(np.int32).min
"""Stands for no day, among tallies that are held."""


CLAIM = ("clause_id", "reading", "party")
"""What is counted together."""
TALLY_SCHEMA = pa.schema(
    [
        ("incident_id", pa.string()),
        *(pa.field(name, pa.string(), nullable=False) for name in CLAIM),
        ("on", pa.date32()),
        pa.field("prob_lower", pa.float64(), nullable=False),
        pa.field("prob_upper", pa.float64(), nullable=False),
        pa.field("is_established", pa.bool_(), nullable=False),
    ]
)
"""What a count reads of an assessment; ``on`` is its local day, null where it has none."""


class Groups(NamedTuple):
    """Hold rows group by group: their order, where each group begins, and each group's key and day."""

    order: Ints
    starts: Ints
    key: Ints
    day: Ints


def local_days(incidents: pa.Table, time_zone: str) -> pa.Array:
    """Return the local day of the middle of each incident's interval: date32, null where it has none.

    Parameters
    ----------
    incidents : pyarrow.Table
        With ``occurred_start`` and ``occurred_end``.
    time_zone : str
        IANA name.
    """
    start, end = (incidents[name].cast(pa.int64()) for name in ("occurred_start", "occurred_end"))
    # Half of each first, so that no sum overflows; an interval is at least as long as nothing.
    middle = pc.add(start, pc.divide(pc.subtract(end, start), 2))
    local = pc.local_timestamp(
        middle.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us", tz=time_zone))
    )
    days = local.cast(pa.date32())
    return days.combine_chunks() if isinstance(days, pa.ChunkedArray) else days


def _days_of_rows(assessments: pa.Table, incidents: pa.Table, time_zone: str) -> pa.Array:
    # Local day of each assessment: date32, null where it has none.
    at = pc.index_in(assessments["incident_id"].cast(pa.string()), value_set=incidents["incident_id"].combine_chunks())
    if (pc.is_null(at).to_numpy() & pc.is_valid(assessments["incident_id"]).to_numpy()).any():
        raise ModelError(
            "An assessment names an incident that the table of incidents lacks.",
            "the counts of breaches",
            "Give the incidents that were assessed.",
        )
    return local_days(incidents, time_zone).take(at)


def claim_ranks(tallies: pa.Table) -> tuple[Ints, list[tuple[str, str, str]]]:
    """Return each row's claim as a rank in the order of (clause, reading, party), and the claims."""
    codes, names = [], []
    for column in CLAIM:
        encoded = tallies[column].combine_chunks().dictionary_encode()
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        codes.append(encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
        names.append(encoded.dictionary.to_pylist())
    mixed = (codes[0] * len(names[1]) + codes[1]) * len(names[2]) + codes[2]
    seen, rank = np.unique(mixed, return_inverse=True)
    found = [
        (names[0][code // len(names[2]) // len(names[1])], names[1][code // len(names[2]) % len(names[1])],
         names[2][code % len(names[2])])
        for code in seen.tolist()
    ]  # fmt: skip
    order = sorted(range(len(found)), key=lambda place: found[place])
    turned = np.empty(len(found), dtype=np.int64)
    turned[order] = np.arange(len(found))
    return turned[rank], [found[place] for place in order]


def grouped(key: Ints, day: Ints, rows: Ints) -> Groups:
    """Return rows group by group, ordered by key and day."""
    order = rows[np.lexsort((day[rows], key[rows]))]
    changes = np.flatnonzero((np.diff(key[order]) != 0) | (np.diff(day[order]) != 0)) + 1
    starts = np.concatenate([np.zeros(min(1, order.size), dtype=np.int64), changes, [order.size]])
    first = order[starts[:-1]]
    return Groups(order, starts, key[first], day[first])


def counted(lower: Floats, upper: Floats, established: Flags, groups: Groups) -> dict[str, NDArray[np.generic]]:
    """Return the columns of ``COUNT_SCHEMA`` that groups of probabilities give, and each group's key and day.

    Parameters
    ----------
    lower, upper : float64, (n,), 0..1
    established : bool, (n,)
    groups : Groups
        Not empty.
    """
    lower, upper, established = lower[groups.order], upper[groups.order], established[groups.order]
    begins = groups.starts[:-1]
    return {
        "key": groups.key,
        "day": groups.day,
        "n_assessed": np.diff(groups.starts),
        "mean_lower": np.add.reduceat(lower, begins),
        "mean_upper": np.add.reduceat(upper, begins),
        "low": group_intervals(lower, groups.starts, LEVEL)[0],
        "high": group_intervals(upper, groups.starts, LEVEL)[1],
        "prob_any_lower": prob_any(lower, groups.starts),
        "prob_any_upper": prob_any(upper, groups.starts),
        "n_established": np.add.reduceat(established.astype(np.int64), begins),
    }


def tallies_of(assessments: pa.Table, incidents: pa.Table, agreement: Agreement) -> pa.Table:
    """Return what counts read of assessments, by ``TALLY_SCHEMA``, in the assessments' order.

    Parameters
    ----------
    assessments : pyarrow.Table
        By ``ASSESSMENT_SCHEMA``.
    incidents : pyarrow.Table
        The incidents that were assessed, by ``INCIDENT_SCHEMA``.
    agreement : Agreement
        Names the time zone in which days are told.

    Raises
    ------
    ModelError
        An assessment names an incident that is not given.
    """
    time_zone = agreement.publication.time_zone or agreement.time_zone
    columns = {name: assessments[name] for name in TALLY_SCHEMA.names if name in assessments.column_names}
    columns["on"] = _days_of_rows(assessments, incidents, time_zone)
    columns["is_established"] = pc.equal(assessments["verdict"], "established")
    return table_from(columns, TALLY_SCHEMA)


class Tallies:
    """Hold tallies claim by claim, 21 bytes each, until they are counted.

    Tallies are taken in the order of incidents, those without an incident last.
    """

    def __init__(self) -> None:
        self._by_claim: dict[tuple[str, str, str], list[_Held]] = {}

    def add(self, tallies: pa.Table) -> None:
        """Take the next tallies, by ``TALLY_SCHEMA``."""
        if not tallies.num_rows:
            return
        rank, claims = claim_ranks(tallies)
        day = pc.fill_null(tallies["on"].cast(pa.int32()), NO_DAY).to_numpy()
        held = (day, *(tallies[name].to_numpy() for name in ("prob_lower", "prob_upper", "is_established")))
        order = np.argsort(rank, kind="stable")
        bounds = np.searchsorted(rank[order], np.arange(len(claims) + 1))
        for place, claim in enumerate(claims):
            rows = order[bounds[place] : bounds[place + 1]]
            self._by_claim.setdefault(claim, []).append(_Held(*(part[rows] for part in held)))

    def counts(self, n_threads: int = 1) -> pa.Table:
        """Return the counts of all claims by ``COUNT_SCHEMA``, as :func:`count_breaches` gives them; what is held goes.

        Parameters
        ----------
        n_threads : int, >= 1
            Claims that are counted at a time; the result does not depend on it.
        """
        claims = sorted(self._by_claim)
        with ThreadPoolExecutor(n_threads) as pool:
            tables = list(pool.map(lambda claim: _claim_counts(claim, self._by_claim.pop(claim)), claims))
        return pa.concat_tables([COUNT_SCHEMA.empty_table(), *tables]).combine_chunks()


class _Held(NamedTuple):
    """Hold tallies of one claim: int32, float64, float64, bool."""

    day: NDArray[np.int32]
    lower: Floats
    upper: Floats
    established: Flags


def count_tallies(tallies: pa.Table) -> pa.Table:
    """Return the counts of tallies, which are all of those of their claims; the order of rows changes nothing.

    Parameters
    ----------
    tallies : pyarrow.Table
        By ``TALLY_SCHEMA``.

    Returns
    -------
    pyarrow.Table
        By ``COUNT_SCHEMA``, as :func:`count_breaches` gives it.
    """
    return _counts_of(sort_table(tallies, ["incident_id"]))


def count_breaches(assessments: pa.Table, incidents: pa.Table, agreement: Agreement) -> pa.Table:
    """Return the number of breaches of each clause by each party under each reading, by day and in all.

    Parameters
    ----------
    assessments : pyarrow.Table
        By ``ASSESSMENT_SCHEMA``.
    incidents : pyarrow.Table
        The incidents that were assessed, by ``INCIDENT_SCHEMA``.
    agreement : Agreement
        Names the time zone in which days are told.

    Returns
    -------
    pyarrow.Table
        By ``COUNT_SCHEMA``, ordered by clause, reading, party and day, the whole period last; only claims and days with
        an assessment have a row.

    Raises
    ------
    ModelError
        An assessment names an incident that is not given.
    """
    return _counts_of(tallies_of(assessments, incidents, agreement))


def _counts_of(tallies: pa.Table) -> pa.Table:
    # A claim's rows are ordered by incident, those without one last.
    held = Tallies()
    held.add(tallies)
    return held.counts()


def _claim_counts(claim: tuple[str, str, str], held: list[_Held]) -> pa.Table:
    # Days first, the whole period last.
    day = np.concatenate([one.day for one in held]).astype(np.int64)
    lower, upper = np.concatenate([one.lower for one in held]), np.concatenate([one.upper for one in held])
    established = np.concatenate([one.established for one in held])
    held.clear()
    daily = np.flatnonzero(day != NO_DAY)
    key = np.zeros(day.size, dtype=np.int64)
    whole = Groups(np.arange(day.size), np.array([0, day.size]), key[:1], day[:1])
    parts = [counted(lower, upper, established, grouped(key, day, daily))] if daily.size else []
    parts.append(counted(lower, upper, established, whole))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    n = columns.pop("key").size
    days = columns.pop("day").astype(np.int32)
    on = pa.array(days, pa.int32(), mask=np.arange(n) == n - 1)
    names = [pa.repeat(pa.scalar(name, pa.string()), n) for name in claim]
    return pa.Table.from_arrays(
        [*names, on.cast(pa.date32()), *(pa.array(values) for values in columns.values())], schema=COUNT_SCHEMA
    )
