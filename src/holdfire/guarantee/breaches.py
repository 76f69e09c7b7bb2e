"""Breaches: what a rung's condition counts, each breach once, with its bounds and the time in which it counts.

Turns a ledger and a condition into rates. Rules:

1. A finding is asked about if its clause, party and severity are (an empty list asks about all), and with
   ``verified_only`` if two persons verified it.
2. Standard of proof. A finding of probability p counts with p if p reaches the standard's threshold, else with nothing:
   what is not proved to the standard is not added up. With bounds, the lower side counts a finding whose *lower* bound
   reaches the threshold, with that bound; the upper side one whose *upper* bound does. A verified one counts with 1.
3. One incident is one breach. An incident has one actor, so its findings by different parties against one clause add
   up; of different clauses the surest counts on the lower side, and on the upper side all add up, but never to more
   than that the incident happened at all.
4. The window is ``[t - window, t)``. A breach within ``[start, end)`` lies in it surely at every t from ``end`` to
   ``start + window``, and possibly at every t after ``start`` and before ``end + window``. A breach of which nobody
   states the start lies possibly in every window until then.

Leaves how many there must be to ``conditions``. Source: DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import HOUR_US
from holdfire.basics.units import parse_duration_h
from holdfire.guarantee.ledger import NEVER, UNDATED, Ledger
from holdfire.guarantee.zones import Zoning
from holdfire.records.clauses import STANDARDS
from holdfire.records.ladder import RungCondition

__all__ = ["Breaches", "asked_about", "breaches_of", "duration_us"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Breaches:
    """Hold the breaches that a condition may count, ordered as in the ledger.

    Attributes
    ----------
    findings : int64, (n_findings,)
        Positions in the ledger of the findings asked about.
    breach_of : int64, (n_findings,)
        Each one's breach, from 0 to n - 1.
    finding_lower, finding_upper : float64, (n_findings,), 0..1
        What each contributes (rule 2).
    lower, upper : float64, (n,), 0..1
    start, end : int64, (n,), microseconds
        ``UNDATED`` = nobody states it.
    sure_from, sure_until, maybe_from, maybe_until : int64, (n,), microseconds
        Instants at which the window surely, and possibly, holds the breach; half-open.
    verified_at : int64, (n,), microseconds
        The first verification of one of its findings; ``NEVER`` = none.
    zone_lower, zone_upper : float64, (n, n_zones), 0..1
        For a spread: the same for each zone.
    """

    findings: Ints
    breach_of: Ints
    finding_lower: Floats
    finding_upper: Floats
    lower: Floats
    upper: Floats
    start: Ints
    end: Ints
    sure_from: Ints
    sure_until: Ints
    maybe_from: Ints
    maybe_until: Ints
    verified_at: Ints
    zone_lower: Floats
    zone_upper: Floats

    @property
    def n(self) -> int:
        """Return the number of breaches."""
        return int(self.lower.size)


def duration_us(text: str) -> int:
    """Return the microseconds of a duration as the agreement writes it."""
    return round(parse_duration_h(text) * HOUR_US)


def asked_about(ledger: Ledger, when: RungCondition, *, since: int = UNDATED - 1) -> Flags:
    """Return which findings a condition asks about (rule 1).

    Parameters
    ----------
    since : int, microseconds
        Breaches that began at or before it are left out: a person stood the rung down then.
    """
    asked = (ledger.severity >= when.min_severity) & (ledger.start > since)
    if when.clauses:
        asked &= np.isin(ledger.clause, [i for i, name in enumerate(ledger.clause_ids) if name in when.clauses])
    if when.parties:
        asked &= np.isin(ledger.party, [i for i, name in enumerate(ledger.party_ids) if name in when.parties])
    return asked & ledger.verified if when.verified_only else asked


def breaches_of(
    zoning: Zoning,
    when: RungCondition,
    asked: Flags,
    *,
    spread_zones: tuple[str, ...] = (),
    threshold: float | None = None,
) -> Breaches:
    """Return the breaches of the findings asked about.

    Parameters
    ----------
    asked : bool, (n_findings of the ledger,)
    spread_zones : tuple of str
        Zones over which a spread is asked for.
    threshold : float or None, 0..1
        Takes the place of the standard's; 0 = every finding counts with its probability.
    """
    ledger = zoning.ledger
    findings = np.flatnonzero(asked)
    breach_of = _numbered(ledger.breach[findings])
    n = int(breach_of[-1]) + 1 if breach_of.size else 0
    proof = STANDARDS[when.standard] if threshold is None else threshold
    fold = _Fold(ledger=ledger, findings=findings, breach_of=breach_of, n=n, threshold=proof)
    finding_lower, finding_upper = fold.contributions(*zoning.bounds(when.zones))
    zone_lower, zone_upper = np.zeros((n, len(spread_zones))), np.zeros((n, len(spread_zones)))
    for column, zone_id in enumerate(spread_zones):
        bounds = fold.contributions(*zoning.bounds([zone_id]))
        zone_lower[:, column], zone_upper[:, column] = fold.rates(*bounds)
    lower, upper = fold.rates(finding_lower, finding_upper)
    start, end = fold.first(ledger.start), fold.first(ledger.end)
    window = duration_us(when.window)
    dated = start > UNDATED
    return Breaches(
        findings=findings,
        breach_of=breach_of,
        finding_lower=finding_lower,
        finding_upper=finding_upper,
        lower=lower,
        upper=upper,
        start=start,
        end=end,
        sure_from=end,
        sure_until=np.where(dated, start + window + 1, end),
        maybe_from=start + 1,
        maybe_until=end + window,
        verified_at=fold.least(ledger.verified_at, NEVER),
        zone_lower=zone_lower,
        zone_upper=zone_upper,
    )


def _numbered(codes: Ints) -> Ints:
    # Numbers from 0 of the runs of equal codes.
    changed = np.ones(codes.size, dtype=np.bool_)
    changed[1:] = codes[1:] != codes[:-1]
    return np.cumsum(changed).astype(np.int64) - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fold:
    """Fold findings into breaches (rules 2 and 3)."""

    ledger: Ledger
    findings: Ints
    breach_of: Ints
    n: int
    threshold: float

    def contributions(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return what each finding counts for, from bounds for all findings of the ledger."""
        proved = self.ledger.lower[self.findings] >= self.threshold
        provable = self.ledger.upper[self.findings] >= self.threshold
        return np.where(proved, lower[self.findings], 0.0), np.where(provable, upper[self.findings], 0.0)

    def rates(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the breaches' bounds from the findings' contributions."""
        # The ledger is ordered by breach and clause, so the findings of one clause stand together.
        width = len(self.ledger.clause_ids) + 1
        group_of = _numbered(self.breach_of * width + self.ledger.clause[self.findings])
        of_clause = np.minimum(np.bincount(group_of, weights=lower), 1.0)
        breach = np.zeros(of_clause.size, dtype=np.int64)
        breach[group_of] = self.breach_of
        low = np.zeros(self.n)
        np.maximum.at(low, breach, of_clause)
        cap = np.zeros(self.n)
        real = np.where(self.ledger.verified, 1.0, self.ledger.real_upper)[self.findings]
        np.maximum.at(cap, self.breach_of, real)
        total = np.bincount(self.breach_of, weights=upper, minlength=self.n)
        return low, np.maximum(np.minimum(total, np.minimum(cap, 1.0)), low)

    def first(self, values: Ints) -> Ints:
        """Return one finding's value for each breach, where all have the same."""
        taken = np.zeros(self.n, dtype=np.int64)
        taken[self.breach_of] = values[self.findings]
        return taken

    def least(self, values: Ints, start: int) -> Ints:
        """Return the least value of each breach's findings."""
        taken = np.full(self.n, start, dtype=np.int64)
        np.minimum.at(taken, self.breach_of, values[self.findings])
        return taken
