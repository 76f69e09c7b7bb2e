"""Protected: objects or areas must not be attacked.

Turns each incident into the probability that the addressee attacked within a protected zone. Rule: where the reports
name a target of a kind that the clause protects, the source points at the object itself, so being within
``named_within`` of the zone is enough, by the share of the reports that name it; a coarser name may or may not mean
the object, which is a range; without a name, or with another one, the zone's own bounds count, for the object may be
hit all the same. A zone without bounds that names kinds of target protects the objects themselves: there the named
target decides, and without a name nothing is known. Leaves which objects are protected to the agreement. Source:
DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds, target_bounds
from holdfire.assessment.facts import UNNAMED
from holdfire.assessment.kernels.kernel import (
    Judgement,
    Kernel,
    Scene,
    in_scope,
    judge_acts,
    own_zones,
    rule_of,
)
from holdfire.assessment.regions import ANYWHERE
from holdfire.basics.units import parse_length_m
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause, Protected
from holdfire.records.zones import Holder

__all__ = ["PROTECTED"]

Ints = NDArray[np.int64]


def _named_place(rule: Protected, scene: Scene) -> Callable[[int, Ints], Bounds]:
    # The probability to be in a shape, where a named target counts within the larger one.
    facts, atlas = scene.facts, scene.setting.atlas
    unnamed = facts.target_kind.code == UNNAMED
    fits = target_bounds(facts.target_kind, scene.setting.targets, rule.targets)
    share_lower = fits.lower * facts.target_lower
    share_upper = fits.upper * facts.target_upper
    within_m = parse_length_m(rule.named_within)

    def place(shape: int, rows: Ints) -> Bounds:
        if shape == ANYWHERE:
            # Reports that name another target leave open whether that one is protected.
            open_share = np.where(unnamed, 1.0, 1.0 - facts.target_lower)
            return Bounds(share_lower[rows], np.minimum(share_upper + open_share, 1.0)[rows])
        inside = scene.places.bounds(shape, rows)
        lower, upper = inside.lower.copy(), inside.upper.copy()
        named = np.flatnonzero(share_upper[rows] > 0.0)
        if named.size:
            near = scene.places.bounds(atlas.grown_shape(shape, within_m), rows[named])
            low, high = share_lower[rows[named]], share_upper[rows[named]]
            # share x near + (1 - share) x inside, which grows with the share, for near holds inside.
            lower[named] += low * np.maximum(near.lower - inside.lower[named], 0.0)
            upper[named] += high * np.maximum(near.upper - inside.upper[named], 0.0)
        return Bounds(np.minimum(lower, 1.0), np.minimum(upper, 1.0))

    return place


def _holder(rule: Protected, scene: Scene) -> Holder | None:
    # The one party that holds every zone of the clause; none where they differ.
    agreement = scene.setting.agreement
    holders = [agreement.zone(zone_id).held_by for zone_id in rule.zones]
    first = holders[0] if holders else None
    return first if all(holder == first for holder in holders) else None


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Protected)
    duty = in_scope(clause, reading, scene, lambda: own_zones(rule.zones, reading, scene))
    place = _named_place(rule, scene) if rule.targets else None
    holder = _holder(rule, scene)
    return judge_acts(
        clause, reading, scene, acts=rule.acts, weapons=rule.weapons, duty=duty, place=place, holder=holder
    )


PROTECTED = Kernel(kind="protected", judge=_judge)
