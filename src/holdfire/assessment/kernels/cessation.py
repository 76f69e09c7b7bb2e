"""Cessation: acts of some kinds are prohibited wherever and whenever the clause's scope binds.

Turns each incident into the probability that it was such an act, by the addressee, in scope. Rule: the act counts where
it had its effect; where weapons are named, one of them must have been used. Leaves replies and excluded groups to
``exemptions``. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.assessment.kernels.kernel import Judgement, Kernel, Scene, in_scope, judge_acts, rule_of
from holdfire.assessment.regions import EVERYWHERE
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Cessation, Clause

__all__ = ["CESSATION"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Cessation)
    duty = in_scope(clause, reading, scene, lambda: EVERYWHERE)
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=rule.weapons, duty=duty)


CESSATION = Kernel(kind="cessation", judge=_judge)
