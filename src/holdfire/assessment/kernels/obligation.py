"""Obligation: something must be done by a deadline, and reports of it are the evidence.

Turns all incidents together into the probability that the addressee did not do it in time. Rules: before the deadline
there is nothing to judge. No report that it was done does not show that it was not: then nothing is known, [0, 1].
Reports of it in time lower the upper bound, by the probability that enough of them are true. Reports of it that all
come late raise the lower bound: that it was done, less the probability that enough was done in time. Leaves what counts
as doing it to the clause. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from holdfire.assessment.acts import Bounds
from holdfire.assessment.kernels.kernel import Judgement, Kernel, Scene, own_zones, rule_of
from holdfire.assessment.kernels.omissions import is_due, not_done
from holdfire.assessment.place_time import place_time_bounds
from holdfire.assessment.regions import EVERYWHERE
from holdfire.assessment.times import spans_of
from holdfire.basics.chance import prob_at_least
from holdfire.basics.instants import to_us
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause, Obligation
from holdfire.records.force import instant_of

__all__ = ["OBLIGATION"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Obligation)
    facts, atlas = scene.facts, scene.setting.atlas
    deadline = instant_of(rule.deadline, scene.setting.agreement)
    if not is_due(clause, reading, scene, to_us(deadline)):
        return
    act = scene.acts(rule.evidence, ())
    rows = np.flatnonzero(facts.real_upper * act.upper > 0.0)
    # What was done before the entry into force counts as done in time.
    where = own_zones(clause.scope.zones, reading, scene) if clause.scope.zones else EVERYWHERE
    in_time = place_time_bounds(atlas.during(where, spans_of([(None, deadline)])), facts, rows, scene.places.bounds)
    ever = place_time_bounds(where, facts, rows, scene.places.bounds)
    for party in clause.addressees:
        actor = scene.done_by(party, reading)
        weight = Bounds(
            facts.real_lower[rows] * act.lower[rows] * actor.lower[rows],
            facts.real_upper[rows] * act.upper[rows] * actor.upper[rows],
        )
        timely = Bounds(weight.lower * in_time.lower, weight.upper * in_time.upper)
        upper = 1.0 - prob_at_least(timely.lower, rule.at_least)
        done_at_all = prob_at_least(weight.lower * ever.lower, rule.at_least)
        lower = max(0.0, done_at_all - prob_at_least(timely.upper, rule.at_least))
        yield not_done(clause, party, lower, upper)


OBLIGATION = Kernel(kind="obligation", judge=_judge, per_incident=False)
