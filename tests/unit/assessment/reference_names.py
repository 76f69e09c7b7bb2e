"""A slow, plainly written judge of names: leaf by leaf of a tree, bounds of masses as a linear programme."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from scipy.optimize import linprog

from holdfire.records.taxonomy import builtin_tree, kind_weapons
from tests.unit.assessment.reference_places import Pair, Row

# Names


def masses(shares: list[dict[str, Any]] | None) -> list[tuple[str | None, float, float]]:
    """Return a list of bounds by name whose masses can sum to one; what is left out is a null name."""
    known = [(one["name"], one["lower"], one["upper"]) for one in shares or ()]
    rest = 1.0 - sum(high for _, _, high in known)
    if rest > 1e-6 or not known:
        known.append((None, max(0.0, rest), min(1.0, 1.0 - sum(low for _, low, _ in known))))
    return known


@cache
def extreme(known: tuple[tuple[str | None, float, float], ...], worth: tuple[float, ...], sign: float) -> float:
    """Return the least (sign 1) or greatest (sign -1) sum of worth that masses within bounds can have."""
    found = linprog(
        [sign * one for one in worth],
        A_eq=[[1.0] * len(known)],
        b_eq=[1.0],
        bounds=[(low, high) for _, low, high in known],
    )
    assert found.success, known
    return float(sign * found.fun)


def fit_pair(known: list[tuple[str | None, float, float]], fits: list[Pair]) -> Pair:
    """Return bounds of the mass that fits."""
    masses_known, lows, highs = tuple(known), tuple(low for low, _ in fits), tuple(high for _, high in fits)
    return extreme(masses_known, lows, 1.0), extreme(masses_known, highs, -1.0)


def tree_pair(tree_name: str, path: str | None, wanted: Iterable[str]) -> Pair:
    """Say, leaf by leaf, whether what is known by a path must, or may, lie under one of the paths wanted."""
    paths = builtin_tree(tree_name).paths
    wanted = tuple(wanted)
    if path is None:
        return (0.0, 1.0)
    leaves = [p for p in paths if not any(q.startswith(p + "/") for q in paths)]
    below = [leaf for leaf in leaves if leaf == path or leaf.startswith(path + "/")]
    fits = [any(leaf == w or leaf.startswith(w + "/") for w in wanted) for leaf in below]
    # A path that is wanted by itself counts whole, and so does one all of whose leaves are wanted.
    return (float(all(fits)), float(any(fits)))


def act_pair(row: Row, acts: Iterable[str], weapons: Iterable[str]) -> Pair:
    """Return bounds of the probability that an incident is one of the acts with one of the weapons."""
    known = masses(row["kinds"])
    fits = []
    for name, _, _ in known:
        low, high = tree_pair("kinds", name, acts)
        if tuple(weapons):
            weapon = row["weapon"]
            above = [] if name is None else [name.rsplit("/", n)[0] for n in range(name.count("/") + 1)]
            if weapon is None:
                weapon = next((kind_weapons()[path] for path in above if path in kind_weapons()), None)
            with_low, with_high = tree_pair("weapons", weapon, weapons)
            low, high = low * with_low, high * with_high
        fits.append((low, high))
    return fit_pair(known, fits)


def party_pair(row: Row, party: str) -> Pair:
    """Return bounds of the probability that a party did it."""
    known = masses(row["actors"])
    listed = any(name == party for name, _, _ in known)
    fits = [(float(n == party), float(n == party or (n is None and not listed))) for n, _, _ in known]
    return fit_pair(known, fits)
