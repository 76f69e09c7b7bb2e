"""No-approach: craft or forces of some classes must stay farther than a distance from zones.

Turns each incident into the probability that the addressee came nearer with such craft or forces. Rule: the distance is
measured on the ellipsoid from the zone's edge; within the zone is near, too. Leaves who asked them to keep away to the
agreement. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.assessment.kernels.kernel import (
    Judgement,
    Kernel,
    Scene,
    in_scope,
    judge_acts,
    own_zones,
    rule_of,
)
from holdfire.assessment.regions import Region
from holdfire.basics.units import parse_length_m
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause, NoApproach

__all__ = ["NO_APPROACH"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, NoApproach)

    def near() -> Region:
        zones = own_zones(rule.zones, reading, scene)
        return scene.setting.atlas.grown(zones, parse_length_m(rule.distance))

    duty = in_scope(clause, reading, scene, near)
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=rule.weapons, duty=duty)


NO_APPROACH = Kernel(kind="no_approach", judge=_judge)
