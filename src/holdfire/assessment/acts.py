"""Turn names of kinds, weapons and actors into bounds of the probability that an act fits a clause.

Rule: each name in an incident's list fits for certain, perhaps, or not at all; a kind known only at a coarse level fits
perhaps, and so does a weapon that nobody names. The bounds are the least and the greatest mass that the list's own
bounds allow, the masses summing to one. Leaves place and time to ``place_time``. Source: DESIGN, section 5;
``records.taxonomy`` for coarse names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.facts import UNNAMED, Facts, NameCodes, Shares
from holdfire.records.taxonomy import Taxonomy, ancestors

__all__ = ["Bounds", "act_bounds", "held_bounds", "implied_weapon", "name_bounds", "party_bounds", "share_bounds"]

Floats = NDArray[np.float64]

EXCESS = 1e-9
"""Lower bounds that sum to more than one by more than this contradict each other; they are then only added up."""


class Bounds(NamedTuple):
    """Hold bounds of a probability.

    Attributes
    ----------
    lower, upper : float64, (n,), 0..1
    """

    lower: Floats
    upper: Floats


def share_bounds(shares: Shares, fits: Bounds) -> Bounds:
    """Return bounds of the mass of those entries that fit.

    Parameters
    ----------
    shares : Shares
        Bounds by name for each incident, as they sum to one.
    fits : Bounds, (n_entries,)
        0 or 1: whether an entry fits at least, and at most.

    Returns
    -------
    Bounds, (n,)
        With p_k in [l_k, u_k] and sum p_k = 1: lower max(sum of l_k that fit for certain, 1 - sum of u_k that perhaps
        do not), upper min(sum of u_k that perhaps fit, 1 - sum of l_k that do not).
    """
    begin = shares.first[:-1]
    if not begin.size:
        return Bounds(np.empty(0), np.empty(0))
    sure = np.add.reduceat(shares.lower * fits.lower, begin)
    perhaps = np.add.reduceat(shares.upper * fits.upper, begin)
    not_sure = np.add.reduceat(shares.upper * (1.0 - fits.lower), begin)
    not_at_all = np.add.reduceat(shares.lower * (1.0 - fits.upper), begin)
    agree = np.add.reduceat(shares.lower, begin) <= 1.0 + EXCESS
    lower = np.clip(np.where(agree, np.maximum(sure, 1.0 - not_sure), sure), 0.0, 1.0)
    upper = np.clip(np.where(agree, np.minimum(perhaps, 1.0 - not_at_all), perhaps), 0.0, 1.0)
    return Bounds(np.minimum(lower, upper), upper)


def name_bounds(
    names: tuple[str, ...], tree: Taxonomy, wanted: Iterable[str], told: frozenset[str] | None = None
) -> Floats:
    """Return the tree's bounds for each name, and last for no name.

    Parameters
    ----------
    names : tuple of str
    tree : Taxonomy
    wanted : iterable of str
        Paths that fit.
    told : frozenset of str, optional
        Paths that the sources tell of at all: what has no name can only be one of them. None = any path.

    Returns
    -------
    float64, (n_names + 1, 2), 0 or 1
        Lower and upper; the last row, reached by ``UNNAMED``, is what an unknown name can say.
    """
    asked = tuple(wanted)
    bounds = [tree.bounds(name, asked) for name in (*names, None)]
    if told is not None and not any(tree.bounds(path, asked)[1] for path in told):
        bounds[-1] = (0.0, 0.0)
    return np.array(bounds, dtype=np.float64)


def implied_weapon(kind: str | None, kind_weapons: Mapping[str, str]) -> str | None:
    """Return the weapon that a kind of event implies, by itself or by a coarser kind above it.

    Examples
    --------
    >>> implied_weapon("gunfire/sniper", {"gunfire": "small_arms"})
    'small_arms'
    >>> implied_weapon("explosion", {"gunfire": "small_arms"}) is None
    True
    """
    if kind is None:
        return None
    return next((kind_weapons[path] for path in ancestors(kind) if path in kind_weapons), None)


def _fitting(
    kinds: tuple[str, ...],
    weapon_names: tuple[str, ...],
    tree: Taxonomy,
    weapon_tree: Taxonomy,
    acts: Iterable[str],
    weapons: Iterable[str],
    kind_weapons: Mapping[str, str],
    told: frozenset[str] | None,
) -> Floats:
    # (n_kinds + 1, n_weapons + 1, 2): bounds of each pair; the last row and column stand for no name.
    by_kind = name_bounds(kinds, tree, acts, told)
    wanted = tuple(weapons)
    if not wanted:
        return np.repeat(by_kind[:, None, :], len(weapon_names) + 1, axis=1)
    by_weapon = np.repeat(name_bounds(weapon_names, weapon_tree, wanted)[None], len(kinds) + 1, axis=0)
    implied = [weapon_tree.bounds(implied_weapon(kind, kind_weapons), wanted) for kind in (*kinds, None)]
    by_weapon[:, UNNAMED] = implied
    return by_kind[:, None, :] * by_weapon


def act_bounds(
    facts: Facts,
    *,
    acts: Iterable[str],
    weapons: Iterable[str],
    kinds: Taxonomy,
    weapon_tree: Taxonomy,
    kind_weapons: Mapping[str, str],
    told: frozenset[str] | None = None,
) -> Bounds:
    """Return bounds of the probability that an incident is one of the acts, done with one of the weapons.

    Parameters
    ----------
    facts : Facts
    acts : iterable of str
        Kind paths; each stands for all below it.
    weapons : iterable of str
        Weapon paths likewise; empty for any weapon. Where no weapon is named, the one that the kind implies counts;
        where the kind implies none, the weapon may fit or not.
    told : frozenset of str, optional
        Kinds of event that the sources tell of at all; None = every kind.
    """
    table = _fitting(facts.kinds.names, facts.weapon.names, kinds, weapon_tree, acts, weapons, kind_weapons, told)
    weapon = np.repeat(facts.weapon.code, np.diff(facts.kinds.first))
    fits = table[facts.kinds.code, weapon]
    return share_bounds(facts.kinds, Bounds(fits[:, 0], fits[:, 1]))


def party_bounds(actors: Shares, party: str) -> Bounds:
    """Return bounds of the probability that a party did it.

    A list without the party's name leaves it what the null name may hold.
    """
    code = actors.names.index(party) if party in actors.names else len(actors.names)
    named = actors.code == code
    if not actors.code.size:
        return Bounds(np.empty(0), np.empty(0))
    listed = np.repeat(np.logical_or.reduceat(named, actors.first[:-1]), np.diff(actors.first))
    may_be = named | ((actors.code == UNNAMED) & ~listed)
    return share_bounds(actors, Bounds(named.astype(np.float64), may_be.astype(np.float64)))


def held_bounds(bounds: Bounds, others: Floats, is_holder: bool, own_fire: float) -> Bounds:
    """Return bounds that a party attacked what one party holds, given bounds without regard to the holding.

    Bayes' rule with the likelihood ratio ``own_fire`` against the holder, for the addressees of the clause: who did it
    is taken to be one of them. What nobody attributes at all stays a range.

    Parameters
    ----------
    bounds : Bounds, (n,)
        Of this party.
    others : float64, (n,), >= 0
        Sum of the upper bounds of the addressees that are neither this party nor the holder.
    is_holder : bool
    own_fire : float, 0..1

    Examples
    --------
    >>> half = Bounds(np.array([0.5]), np.array([1.0]))
    >>> [float(x.round(3)[0]) for x in held_bounds(half, np.array([0.0]), False, 0.05)]
    [0.952, 1.0]
    """
    low, high = bounds
    if is_holder:
        with np.errstate(invalid="ignore"):
            lower = own_fire * low / (own_fire * low + (1.0 - low))
            upper = own_fire * high / (own_fire * high + (1.0 - high))
        return Bounds(np.where(low >= 1.0, 1.0, lower), np.where(high >= 1.0, 1.0, upper))
    rest = np.minimum(others, 1.0 - low)
    below = low + rest + own_fire * np.maximum(1.0 - low - rest, 0.0)
    above = high + own_fire * (1.0 - high)
    lower = np.divide(low, below, out=np.zeros_like(low), where=below > 0.0)
    upper = np.divide(high, above, out=np.ones_like(high), where=above > 0.0)
    return Bounds(np.minimum(lower, upper), upper)


def target_bounds(target_kind: NameCodes, tree: Taxonomy, targets: Iterable[str]) -> Bounds:
    """Return whether the named target is of a wanted kind: 1 for sure, 0..1 for a coarse name, 0 for no name."""
    table = name_bounds(target_kind.names, tree, targets)
    table[UNNAMED] = 0.0
    return Bounds(table[target_kind.code, 0], table[target_kind.code, 1])
