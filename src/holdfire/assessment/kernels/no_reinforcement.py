"""No-reinforcement: no further forces or weapons may be brought into zones.

Turns each incident into the probability that the addressee brought some in. Rule: the incident's kind must tell of
bringing in; a sighting of what may always have been there shows nothing, unless the clause names sightings. Leaves
withdrawal to its own kind. Source: DESIGN, section 4.
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
from holdfire.records.clauses import Clause, NoReinforcement

__all__ = ["NO_REINFORCEMENT"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, NoReinforcement)
    duty = in_scope(clause, reading, scene, lambda: own_zones(rule.zones, reading, scene))
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=rule.weapons, duty=duty)


NO_REINFORCEMENT = Kernel(kind="no_reinforcement", judge=_judge)
