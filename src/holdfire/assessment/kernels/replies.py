"""Replies: how likely it can at most be that an act answers the other side's fire.

Turns incidents and one party into an upper bound for each: the sum of the chances of what others may have fired
within a window before it and a distance of it, at most 1 (Boole's inequality). Rule: order and distance are judged by
what the incidents' own uncertainty leaves possible, for a reply is no independent draw; how far off a place may be
follows the Rayleigh tail. The lower bound is always 0: that fire came first does not show that what followed answered
it. Leaves the exemption's terms to ``exemptions``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds, party_bounds
from holdfire.assessment.facts import Facts
from holdfire.assessment.geometry.compiled import compiled
from holdfire.basics.places import EARTH_RADIUS_M

__all__ = ["FindsReplies", "Replies"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DURATION_STEP = 4
"""Candidates are kept in classes of duration, each at most so many times as long as the one below it: one report
dated by the year does not make every other one a candidate for years."""
FARTHEST_SIGMAS = 8.0
"""Beyond so many joint sigmas past the distance, a candidate's chance (below 1e-13) is left out."""


@compiled
def _add_masses(
    wanted: Ints,
    start: Ints,
    end: Ints,
    unit: Floats,
    sigma_m: Floats,
    candidate: Ints,
    mass: Floats,
    first: Ints,
    last: Ints,
    window_us: int,
    distance_m: float,
    total: Floats,
) -> None:
    # start, end, unit, sigma_m of all incidents; mass of the candidates, ordered by start; total is added to.
    for k in range(wanted.size):
        i = wanted[k]
        earliest = start[i] - window_us
        for m in range(first[k], last[k]):
            if total[k] >= 1.0:
                break
            j = candidate[m]
            if j == i or end[j] <= earliest:
                continue
            chance = mass[m]
            if not (np.isnan(sigma_m[i]) or np.isnan(sigma_m[j])):
                x, y, z = unit[0, i] - unit[0, j], unit[1, i] - unit[1, j], unit[2, i] - unit[2, j]
                variance = sigma_m[i] * sigma_m[i] + sigma_m[j] * sigma_m[j]
                chord = np.sqrt(x * x + y * y + z * z)
                if chord * EARTH_RADIUS_M > distance_m + FARTHEST_SIGMAS * np.sqrt(variance):
                    continue
                beyond_m = 2.0 * EARTH_RADIUS_M * np.arcsin(min(1.0, chord / 2.0)) - distance_m
                if beyond_m > 0.0:
                    chance = chance * np.exp(-beyond_m * beyond_m / (2.0 * variance)) if variance > 0.0 else 0.0
            total[k] = min(total[k] + chance, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Class:
    """Hold candidates of like duration, ordered by start.

    Attributes
    ----------
    longest_us : int
        None lasts longer.
    candidate, start : int64, (m,)
        Positions among all incidents, and when they begin.
    mass : float64, (m,), 0..1
        The greatest probability that somebody else than the party fired.
    """

    longest_us: int
    candidate: Ints
    start: Ints
    mass: Floats


def _unit_vectors(facts: Facts) -> Floats:
    lon, lat = np.radians(facts.lon), np.radians(facts.lat)
    return np.ascontiguousarray(np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]))


class FindsReplies(Protocol):
    """Say how likely it can at most be that incidents answer fire: :class:`Replies`, or what was found by it before."""

    @property
    def facts(self) -> Facts:
        """Return the incidents whose positions are asked for."""
        ...

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
        """Return what :meth:`Replies.upper` returns."""
        ...


@dataclass(slots=True, kw_only=True, eq=False)
class Replies:
    """Find where acts may be replies to what any incident of a run may tell of.

    Attributes
    ----------
    facts : Facts
        All incidents of the run.
    """

    facts: Facts
    _unit: Floats | None = None
    _candidates: dict[tuple[str, str], list[_Class]] = field(default_factory=dict)

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
        """Return the greatest probability that incidents answer fire of somebody else than the party.

        Parameters
        ----------
        clause_id, party : str
            The clause whose acts count, and who would be answering; what may have been fired is found once for both.
        rows : int64, (m,)
            Positions of the incidents among all.
        acts : function of facts to Bounds
            That an incident is one of the acts that the clause prohibits: the fire which others may have opened.
        window_us : int
            How long after the other side's fire a reply may come.
        distance_m : float
            How far from it.
        claims_decide : bool
            What reports claim bounds who fired. False where other evidence may lower it: then only a claim that is
            certain tells that the party itself fired.

        Returns
        -------
        float64, (m,), 0..1
        """
        facts = self.facts
        if self._unit is None:
            self._unit = _unit_vectors(facts)
        if (clause_id, party) not in self._candidates:
            actor = party_bounds(facts.actors, party)
            own = actor.lower if claims_decide else np.floor(actor.lower)
            theirs = facts.real_upper * acts(facts).upper * (1.0 - own)
            self._candidates[clause_id, party] = list(_classes(facts, theirs))
        total = np.zeros(rows.size)
        for one in self._candidates[clause_id, party]:
            earliest = facts.start[rows] - window_us - one.longest_us
            first = np.searchsorted(one.start, earliest, side="left")
            last = np.searchsorted(one.start, facts.end[rows], side="left")
            _add_masses(
                rows, facts.start, facts.end, self._unit, facts.sigma_m, one.candidate, one.mass, first, last,
                window_us, distance_m, total,
            )  # fmt: skip
        return total


def _classes(facts: Facts, theirs: Floats) -> Iterator[_Class]:
    duration = facts.end - facts.start
    longest = 1
    while longest < DURATION_STEP * int(duration.max(initial=1)):
        in_class = (theirs > 0.0) & (duration <= longest) & (duration > longest // DURATION_STEP)
        found = np.flatnonzero(in_class)
        found = found[np.argsort(facts.start[found], kind="stable")]
        if found.size:
            yield _Class(longest_us=longest, candidate=found, start=facts.start[found], mass=theirs[found])
        longest *= DURATION_STEP
