"""Exchange: persons must be freed by a deadline, so many on each side or all whom a side holds.

Turns all incidents together into the probability that the addressee did not free them in time. Rules: before the
deadline there is nothing to judge, and without one there never is. A release freed as many persons as its incident's
``count_low``, and ``freed_at_least`` where that is not known or less: n owed persons are free for certain once true
releases in time add up to n; of all for all no number of releases shows that nobody is left. An event of a kind in
``completion`` shows it. Silence shows nothing: [0, 1]. A release after the deadline shows that somebody was not free in
time only by the share that the clause states (``late_shows``), for it may be of a person taken later. Leaves who is
owed to the agreement's lists. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds
from holdfire.assessment.kernels.kernel import Judgement, Kernel, Scene, own_zones, rule_of
from holdfire.assessment.kernels.omissions import is_due, not_done
from holdfire.assessment.place_time import place_time_bounds
from holdfire.assessment.regions import EVERYWHERE
from holdfire.assessment.times import Spans, intersect_spans, scope_spans, spans_of
from holdfire.basics.chance import prob_at_least, prob_sum_at_least
from holdfire.basics.instants import to_us
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause, Exchange
from holdfire.records.force import instant_of

__all__ = ["EXCHANGE"]

Floats = NDArray[np.float64]


def _shown(
    kinds: list[str], when: Spans, clause: Clause, reading: Reading, scene: Scene, by: Bounds
) -> tuple[Floats, Floats]:
    # The least probability of each incident to be such an act by the party, in place and time; and how many persons
    # it freed at least, NaN where nobody says.
    act = scene.acts(kinds, ())
    weight = scene.facts.real_lower * act.lower * by.lower
    rows = np.flatnonzero(weight > 0.0)
    where = own_zones(clause.scope.zones, reading, scene) if clause.scope.zones else EVERYWHERE
    region = scene.setting.atlas.during(where, when)
    prob = np.asarray(weight[rows] * place_time_bounds(region, scene.facts, rows, scene.places.bounds).lower)
    return prob, scene.facts.count_low[rows]


def _owed(rule: Exchange, party: str) -> int | None:
    # Persons whom a party owes; None = all, in a number that nobody states.
    return None if rule.basis == "all_for_all" else rule.counts_by_party.get(party, rule.count)


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Exchange)
    if rule.deadline is None:
        return
    deadline = instant_of(rule.deadline, scene.setting.agreement)
    if not is_due(clause, reading, scene, to_us(deadline)):
        return
    # What was done before the entry into force counts as done in time, from the beginning of the clause's scope on.
    scope = scope_spans(clause.scope, scene.setting.agreement)
    in_time, late = (intersect_spans(spans_of([part]), scope) for part in ((None, deadline), (deadline, None)))
    anybody = Bounds(np.ones(scene.facts.n), np.ones(scene.facts.n))
    completed = prob_at_least(_shown(rule.completion, in_time, clause, reading, scene, anybody)[0], 1)
    for party in clause.addressees:
        by = scene.done_by(party, reading)
        owed, enough = _owed(rule, party), 0.0
        if owed is not None:
            prob, freed = _shown(rule.evidence, in_time, clause, reading, scene, by)
            enough = prob_sum_at_least(prob, np.fmax(freed, rule.freed_at_least), owed)
        # The two may rest on the same reports, so they are not multiplied: the better one counts.
        upper = 1.0 - max(enough, completed)
        after = _shown(rule.evidence, late, clause, reading, scene, by)[0] * rule.late_shows
        yield not_done(clause, party, prob_at_least(after, 1), upper)


EXCHANGE = Kernel(kind="exchange", judge=_judge, per_incident=False)
