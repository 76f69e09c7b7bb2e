"""No-fly: aircraft of some classes must stay out of zones.

Turns each incident into the probability that the addressee flew such an aircraft in one of the zones. Rule: the zone
has no ceiling; an aircraft counts where it was seen. Leaves what it dropped to clauses on acts. Source: DESIGN,
section 4.
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
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause, NoFly

__all__ = ["NO_FLY"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, NoFly)
    duty = in_scope(clause, reading, scene, lambda: own_zones(rule.zones, reading, scene))
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=rule.weapons, duty=duty)


NO_FLY = Kernel(kind="no_fly", judge=_judge)
