"""Turn where something happened into likelihoods of who did it: side of the line, reach, direction.

Rule: each piece of evidence is a likelihood for each party, with bounds, relative to the other parties; Bayes' rule
joins them with what reports claim. Evidence never turns what nobody attributes into an attribution: without a stated
base a party keeps [0, 1]. A place or date that is not known gives a range, a weapon without a stated reach nothing.
Leaves the claims to ``fusion`` and the figures to the agreement's ``attribution``. Source: DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds, implied_weapon, party_bounds
from holdfire.assessment.direction import sector_bounds
from holdfire.assessment.facts import UNNAMED, Facts
from holdfire.assessment.place_time import place_time_bounds
from holdfire.assessment.regions import Atlas, Region
from holdfire.basics.units import parse_length_m
from holdfire.records.attribution import Attribution
from holdfire.records.taxonomy import ancestors

__all__ = ["Evidence", "evidence_of", "posterior_bounds"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Place = Callable[[int, Ints], Bounds]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """Hold the likelihoods of one party.

    Attributes
    ----------
    side, reach, direction : Bounds, (n,), 0..1
        How likely what is known of each incident is, if this party did it: by the side on which its place lies, by the
        distance from what the party holds, and by the bearing from which fire came. 1 where nothing is said.
    """

    side: Bounds
    reach: Bounds
    direction: Bounds

    @property
    def joint(self) -> Bounds:
        """Return the product of all."""
        return Bounds(
            self.side.lower * self.reach.lower * self.direction.lower,
            self.side.upper * self.reach.upper * self.direction.upper,
        )


def _mixed(within: Bounds, inside: Bounds, outside: Bounds) -> Bounds:
    # within x inside + (1 - within) x outside, each at its least and greatest; linear in each of them.
    def at(share: Floats, one: Floats, other: Floats) -> Floats:
        return share * one + (1.0 - share) * other

    least = np.minimum(at(within.lower, inside.lower, outside.lower), at(within.upper, inside.lower, outside.lower))
    most = np.maximum(at(within.lower, inside.upper, outside.upper), at(within.upper, inside.upper, outside.upper))
    return Bounds(least, most)


def _either(sure: Bounds, likely: Bounds) -> Bounds:
    # A likelihood that counts by the chance of what it rests on; the rest of the chance says nothing.
    one = Bounds(np.ones_like(sure.lower), np.ones_like(sure.lower))
    return _mixed(sure, likely, one)


def _reach_m(weapon: str | None, stated: Mapping[str, float]) -> float:
    # The nearest class at or above the weapon; NaN where none is stated.
    above = () if weapon is None else ancestors(weapon)
    return next((stated[path] for path in above if path in stated), float("nan"))


def _reaches(facts: Facts, attribution: Attribution, kind_weapons: Mapping[str, str]) -> Floats:
    # Metres that each incident's weapon reaches: the one named, else the one that its only kind implies.
    stated = {one.weapon: parse_length_m(one.reach) for one in attribution.reaches}
    by_weapon = np.array([*(_reach_m(name, stated) for name in facts.weapon.names), np.nan])
    by_kind = np.array([*(_reach_m(implied_weapon(k, kind_weapons), stated) for k in facts.kinds.names), np.nan])
    first = facts.kinds.first[:-1]
    of_kinds = by_kind[facts.kinds.code]
    # Several kinds: the farthest reach that any of them may have; a kind without one leaves it unknown.
    farthest = np.maximum.reduceat(np.where(facts.kinds.upper > 0.0, of_kinds, -np.inf), first) if first.size else first
    return np.where(facts.weapon.code == UNNAMED, farthest, by_weapon[facts.weapon.code]).astype(np.float64)


def evidence_of(
    held: Region,
    attribution: Attribution,
    facts: Facts,
    atlas: Atlas,
    place: Place,
    fell: Bounds,
    stood: Bounds,
    kind_weapons: Mapping[str, str],
) -> Evidence:
    """Return the likelihoods of one party for every incident.

    Parameters
    ----------
    held : Region
        What the party holds, by date.
    attribution : Attribution
    facts : Facts
    atlas : Atlas
    place : function of (shape, rows) to Bounds
    fell, stood : Bounds, (n,)
        That an incident is placed where fire fell; where those who did it were.
    kind_weapons : mapping of kind path to weapon path

    Returns
    -------
    Evidence
        With q the chance that the place is held by the party then: where fire fell q x own_fire + 1 - q; where they
        stood q + (1 - q) x strays. With r the chance that it lies within the weapon's reach of what the party holds,
        where fire fell: r + (1 - r) x strays. With d the chance that fire came from what the party holds, by its
        bearing, and m that the bearing is misread, where fire fell: (1 - m) x d + m.
    """
    rows = np.arange(facts.n)
    one = Bounds(np.ones(facts.n), np.ones(facts.n))
    own, strays = (
        Bounds(np.full(facts.n, pair[0]), np.full(facts.n, pair[1]))
        for pair in (attribution.own_fire, attribution.strays)
    )
    inside = place_time_bounds(held, facts, rows, place)
    by_fall, by_stand = _either(fell, _mixed(inside, own, one)), _either(stood, _mixed(inside, one, strays))
    side = Bounds(by_fall.lower * by_stand.lower, by_fall.upper * by_stand.upper)
    reach_m = _reaches(facts, attribution, kind_weapons)
    near = _near(held, facts, atlas, place, reach_m)
    return Evidence(
        side=side,
        reach=_either(fell, _mixed(near, one, strays)),
        direction=_either(fell, _direction(held, attribution, facts, atlas, reach_m)),
    )


def _near(held: Region, facts: Facts, atlas: Atlas, place: Place, reach_m: Floats) -> Bounds:
    # That the place lies within the weapon's reach of what the party holds; 1 where the reach is not known.
    near = Bounds(np.ones(facts.n), np.ones(facts.n))
    for metres in np.unique(reach_m[np.isfinite(reach_m)]).tolist():
        these = np.flatnonzero(reach_m == metres)
        found = place_time_bounds(atlas.grown(held, metres), facts, these, place)
        near.lower[these], near.upper[these] = found
    return near


def _direction(held: Region, attribution: Attribution, facts: Facts, atlas: Atlas, reach_m: Floats) -> Bounds:
    # How likely the stated bearing is; 1 where none is stated.
    found = Bounds(np.ones(facts.n), np.ones(facts.n))
    if attribution.direction is None:
        return found
    rows = np.flatnonzero(np.isfinite(facts.fired_from_deg))
    if rows.size:
        one = Bounds(np.ones(rows.size), np.ones(rows.size))
        misread = Bounds(*(np.full(rows.size, end) for end in attribution.direction))
        sector = sector_bounds(held, facts.take(rows), atlas, reach_m[rows])
        likely = _mixed(misread, one, sector)
        found.lower[rows], found.upper[rows] = likely
    return found


def posterior_bounds(facts: Facts, party: str, evidence: Mapping[str, Evidence], attribution: Attribution) -> Bounds:
    """Return bounds that a party did each incident, given what reports claim and the evidence.

    Parameters
    ----------
    facts : Facts
    party : str
    evidence : mapping of party to Evidence
        Of every party for which there is any; for all others every likelihood is 1.
    attribution : Attribution

    Returns
    -------
    Bounds, (n,)
        With p in [l, u] by the claims, likelihood in [Ll, Lu], and the others' in [Ol, Ou]:
        l Ll / (l Ll + (1 - l) Ou) and u Lu / (u Lu + (1 - u) Ol).
    """
    claimed = _claimed(facts, party, attribution)
    one = Bounds(np.ones(facts.n), np.ones(facts.n))
    mine = evidence[party].joint if party in evidence else one
    least, most = np.full(facts.n, np.inf), np.full(facts.n, -np.inf)
    for name in sorted({*evidence, *facts.actors.names, *attribution.base} - {party}):
        may = _claimed(facts, name, attribution).upper > 0.0
        joint = evidence[name].joint if name in evidence else one
        least, most = (
            np.where(may, np.minimum(least, joint.lower), least),
            np.where(may, np.maximum(most, joint.upper), most),
        )
    # Somebody whom no list names has a likelihood of 1, and so has nobody at all.
    outside = _may_be_unlisted(facts, attribution) | ~np.isfinite(least)
    least, most = np.where(outside, np.minimum(least, 1.0), least), np.where(outside, np.maximum(most, 1.0), most)
    weighed = Bounds(claimed.lower * mine.lower, claimed.upper * mine.upper)
    below, above = weighed.lower + (1.0 - claimed.lower) * most, weighed.upper + (1.0 - claimed.upper) * least
    low = np.divide(weighed.lower, below, out=claimed.lower.copy(), where=below > 0.0)
    high = np.divide(weighed.upper, above, out=claimed.upper.copy(), where=above > 0.0)
    return Bounds(np.minimum(low, high), high)


def _nobody(facts: Facts) -> NDArray[np.bool_]:
    # Incidents of which no report names anybody.
    actors = facts.actors
    return np.asarray(np.bincount(actors.row(), weights=actors.code != UNNAMED, minlength=facts.n) == 0)


def _claimed(facts: Facts, party: str, attribution: Attribution) -> Bounds:
    # What reports claim; the stated base where they name nobody.
    found = party_bounds(facts.actors, party)
    if not attribution.base:
        return found
    nobody = _nobody(facts)
    low, high = attribution.base.get(party, (0.0, 0.0))
    return Bounds(np.where(nobody, low, found.lower), np.where(nobody, high, found.upper))


def _may_be_unlisted(facts: Facts, attribution: Attribution) -> NDArray[np.bool_]:
    actors = facts.actors
    unnamed = (actors.code == UNNAMED) & (actors.upper > 0.0)
    open_ = np.asarray(np.bincount(actors.row(), weights=unnamed, minlength=facts.n) > 0)
    return np.asarray(open_ & ~_nobody(facts)) if attribution.base else open_
