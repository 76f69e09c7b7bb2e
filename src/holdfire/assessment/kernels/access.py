"""Access: watchers must not be hindered.

Turns each incident into the probability that the addressee denied, delayed, conditioned or jammed a watcher, or fired
at one, in scope. Rule: kinds under ``access`` in the tree are by their meaning done to watchers; the incident does not
say to which, so the clause's list of watchers tells who is meant and narrows nothing. Leaves restrictions that only
the watch log knows to ``coverage``. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfire.assessment.kernels.kernel import Judgement, Kernel, Scene, in_scope, judge_acts, rule_of
from holdfire.assessment.regions import EVERYWHERE
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Access, Clause

__all__ = ["ACCESS"]


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Access)
    duty = in_scope(clause, reading, scene, lambda: EVERYWHERE)
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=(), duty=duty)


ACCESS = Kernel(kind="access", judge=_judge)
