"""Zones: how surely a breach lies in a zone, given that it is one.

Turns the memberships of incidents in zones into bounds for the findings of a ledger. Rules:

1. A finding's own factor of place and time says how surely the incident lies where its clause holds, while it holds;
   the membership says how surely it lies in the zone asked about. How the two hang together is not known, so both at
   once has the bounds max(0, p + q - 1) and min(p, q) of Frechet. The finding's other factors are independent of place.
2. Where the clause holds nowhere but inside the zones asked about, its breach lies there, and nothing is lost.
3. A verified breach is certain as a breach; where it lies is then the conditional share, of the same bounds.
4. What the table of memberships does not list lies outside. A standing finding has no place: only rule 2 counts it.
5. Of several zones together, at least the surest one holds the breach and at most all of them do: overlaps are not
   known here. Whoever wants adjacent zones counted as one defines their union as a zone.

Leaves the memberships themselves to the caller. Source: Frechet (1935); DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.guarantee.ledger import Ledger
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Clause, Disengagement, NoFly, NoReinforcement, Protected, Withdrawal
from holdfire.records.ladder import Requirement, RungCondition

__all__ = ["Zoning", "spread_zones", "zones_asked"]

Floats = NDArray[np.float64]


def spread_zones(agreement: Agreement, when: RungCondition) -> tuple[str, ...]:
    """Return the zones over which a condition asks for a spread; all bounded ones where it names none."""
    if when.spread is None:
        return ()
    return tuple(when.zones) or tuple(zone.id for zone in agreement.zones if zone.anywhere is not True)


def zones_asked(agreement: Agreement) -> tuple[str, ...]:
    """Return the zones that the ladder and the gates ask about, sorted: those whose memberships must be given."""
    asked: set[str] = set()
    for rung in () if agreement.ladder is None else agreement.ladder.rungs:
        asked |= {*rung.when.zones, *spread_zones(agreement, rung.when)}
    asked_of_gates: list[Requirement] = [one for gate in agreement.gates for one in gate.requires]
    asked_of_gates += [way for gate in agreement.gates for one in gate.requires for way in one.any_of or ()]
    for one in asked_of_gates:
        asked |= set() if one.zone is None else {one.zone}
        asked |= set() if one.breaches is None else {*one.breaches.zones, *spread_zones(agreement, one.breaches)}
    return tuple(sorted(asked))


@dataclass(slots=True, kw_only=True, eq=False)
class Zoning:
    """Answer, for the findings of a ledger, how surely each one's breach lies in a zone.

    Attributes
    ----------
    agreement : Agreement
    ledger : Ledger
    membership : pyarrow.Table
        By ``ZONE_MEMBERSHIP_SCHEMA``; rows of other readings are left out.
    reading : str
    """

    agreement: Agreement
    ledger: Ledger
    membership: pa.Table
    reading: str
    _found: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)

    def bounds(self, zone_ids: Iterable[str]) -> tuple[Floats, Floats]:
        """Return bounds of the probability that each finding holds and its breach lies in one of the zones.

        Parameters
        ----------
        zone_ids : iterable of str
            Empty for everywhere.

        Returns
        -------
        lower, upper : float64, (n,), 0..1
        """
        asked, ledger = tuple(zone_ids), self.ledger
        if not asked or any(self._is_anywhere(zone_id) for zone_id in asked):
            return ledger.lower, ledger.upper
        places = [self._place(zone_id) for zone_id in asked]
        lower = np.max([low for low, _ in places], axis=0)
        upper = np.minimum(np.sum([high for _, high in places], axis=0), 1.0)
        within = self._clauses_within(asked)[ledger.clause] if ledger.n else np.zeros(0, dtype=np.bool_)
        return _joined(ledger, np.where(within, 1.0, lower), np.where(within, 1.0, upper), within)

    def _is_anywhere(self, zone_id: str) -> bool:
        return any(zone.id == zone_id and zone.anywhere is True for zone in self.agreement.zones)

    def _place(self, zone_id: str) -> tuple[Floats, Floats]:
        # Bounds of the incidents' places, finding by finding.
        if zone_id not in self._found:
            table = self.membership
            here = table.filter(pc.and_(pc.equal(table["zone_id"], zone_id), pc.equal(table["reading"], self.reading)))
            incident = pa.array(self.ledger.incident_ids, pa.string())
            row = pc.index_in(incident, here["incident_id"].combine_chunks())
            self._found[zone_id] = _taken(here["prob_lower"], row), _taken(here["prob_upper"], row)
        return self._found[zone_id]

    def _clauses_within(self, asked: tuple[str, ...]) -> NDArray[np.bool_]:
        wanted = self._parts(asked)
        inside = []
        for clause_id in self.ledger.clause_ids:
            own = self._parts(_zones_of(self.agreement.clause(clause_id)))
            inside.append(bool(own) and own <= wanted)
        return np.array(inside, dtype=np.bool_)

    def _parts(self, zone_ids: Iterable[str]) -> set[str]:
        # The zones with all parts of their unions.
        zones = {zone.id: zone for zone in self.agreement.zones}
        parts: set[str] = set()
        left = list(zone_ids)
        seen: set[str] = set()
        while left:
            zone_id = left.pop()
            if zone_id in seen:
                continue
            seen.add(zone_id)
            union = zones[zone_id].union if zone_id in zones else None
            if union is None:
                parts.add(zone_id)
            else:
                left.extend(union)
        return parts


def _zones_of(clause: Clause) -> list[str]:
    # Zones outside of which the clause cannot be breached; empty where it is not bound to any.
    if clause.scope.zones:
        return clause.scope.zones
    rule = clause.rule
    if isinstance(rule, Protected | NoFly | NoReinforcement):
        return rule.zones
    if isinstance(rule, Disengagement):
        return rule.areas
    if isinstance(rule, Withdrawal):
        return sorted({zone for zones in rule.zones_by_party.values() for zone in zones})
    return []


def _taken(column: pa.ChunkedArray, row: pa.Array) -> Floats:
    taken = pc.fill_null(column.take(row), 0.0)
    array = taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)


def _joined(ledger: Ledger, lower: Floats, upper: Floats, within: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    known = ~np.isnan(ledger.place_lower) & ~np.isnan(ledger.place_upper)
    own_lower = np.where(known, ledger.place_lower, ledger.lower)
    own_upper = np.where(known, ledger.place_upper, ledger.upper)
    both_lower = np.maximum(own_lower + lower - 1.0, 0.0)
    both_upper = np.minimum(own_upper, upper)
    # The other factors' product is the finding's probability without its place; without the factors Frechet holds for
    # the finding as a whole.
    rest_lower = np.divide(ledger.lower, own_lower, out=np.zeros(ledger.n), where=own_lower > 0.0)
    rest_upper = np.divide(ledger.upper, own_upper, out=np.ones(ledger.n), where=own_upper > 0.0)
    low = np.minimum(rest_lower, 1.0) * both_lower
    high = np.minimum(np.minimum(rest_upper, 1.0) * both_upper, ledger.upper)
    own = np.where(known, ledger.place_lower, 0.0)
    share_low = 1.0 - np.divide(1.0 - lower, own, out=np.where(lower < 1.0, np.inf, 0.0), where=own > 0.0)
    share_high = np.divide(upper, own, out=np.where(upper > 0.0, np.inf, 0.0), where=own > 0.0)
    low = np.where(ledger.verified, np.maximum(share_low, 0.0), low)
    high = np.where(ledger.verified, np.minimum(share_high, 1.0), high)
    low = np.where(within, ledger.lower, low)
    high = np.where(within, ledger.upper, np.maximum(high, low))
    return low, high
