"""Disengagement: areas must be free of forces, weapons and fire, each from its own day on.

Turns each incident into the probability that the addressee was, or fired, in one of the areas while it had to be free.
Rule: an area's duty begins when the agreement's file says that it began; where it waits for n quiet days and nobody
says that they were counted, it may have begun at the earliest n days after the entry into force, so it binds perhaps:
the lower bound is 0. Without such a gate it binds from the entry into force. Leaves the counting of quiet days to
verified findings. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

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
from holdfire.assessment.regions import Region
from holdfire.assessment.times import ALWAYS, Spans, spans_of
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause, Disengagement
from holdfire.records.force import instant_of

__all__ = ["DISENGAGEMENT"]


def _spans(rule: Disengagement, area: str, reading: Reading, scene: Scene) -> tuple[Spans, bool]:
    # When an area's duty may bind, and whether that is certain.
    agreement = scene.setting.agreement
    if area in rule.began:
        return spans_of([(instant_of(rule.began[area], agreement), None)]), True
    if rule.quiet_days is None:
        return ALWAYS, True
    earliest = instant_of(reading.enters_into_force, agreement) + timedelta(days=rule.quiet_days)
    return spans_of([(earliest, None)]), False


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Disengagement)
    atlas = scene.setting.atlas

    def find() -> Duty:
        bound: dict[bool, list[Region]] = {True: [], False: []}
        for area in rule.areas:
            spans, is_certain = _spans(rule, area, reading, scene)
            bound[is_certain].append(atlas.during(own_zones([area], reading, scene), spans))
        certain = scoped(atlas.union(bound[True]), clause, reading, scene)
        if not bound[False]:
            return Duty(certain=certain, possible=certain)
        possible = scoped(atlas.union(bound[True] + bound[False]), clause, reading, scene)
        return Duty(certain=certain, possible=possible)

    duty = scene.setting.duty(clause, reading, "", find)
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=(), duty=duty)


DISENGAGEMENT = Kernel(kind="disengagement", judge=_judge)
