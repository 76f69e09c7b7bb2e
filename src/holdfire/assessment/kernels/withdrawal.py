"""Withdrawal: weapons of some classes must be out of a party's zones from a deadline on.

Turns each incident into the probability that such a weapon of the addressee stood in one of its zones after the
deadline. Rule: a sighting shows that, and so does fire going out from there with such a weapon; an impact does not, for
it tells where the round fell and not where the weapon stood. Leaves the measuring line to the zones, which follow the
reading's own. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.assessment.kernels.kernel import (
    Duty,
    Judgement,
    Kernel,
    Scene,
    judge_acts,
    own_zones,
    rule_of,
    scoped,
)
from holdfire.assessment.times import spans_of
from holdfire.records.agreement import Reading
from holdfire.records.clauses import OUTGOING, Clause, Withdrawal
from holdfire.records.force import instant_of

__all__ = ["WITHDRAWAL"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Withdrawal)
    agreement, atlas = scene.setting.agreement, scene.setting.atlas

    def duty(party: str) -> Duty:
        def find() -> Duty:
            zones = own_zones(rule.zones_by_party.get(party, ()), reading, scene)
            late = atlas.during(zones, spans_of([(instant_of(rule.deadline, agreement), None)]))
            bound = scoped(late, clause, reading, scene)
            return Duty(certain=bound, possible=bound)

        return scene.setting.duty(clause, reading, party, find)

    return judge_acts(clause, reading, scene, acts=(*rule.acts, OUTGOING), weapons=rule.weapons, duty=duty)


WITHDRAWAL = Kernel(kind="withdrawal", judge=_judge)
