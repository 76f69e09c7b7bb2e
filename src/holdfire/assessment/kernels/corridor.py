"""Corridor: a route or zone must stay open in daily windows.

Turns each incident into the probability that the addressee closed the corridor, or endangered those in it, within a
window; and all incidents together into the probability that it let too few pass until the deadline, where a number of
passages is owed. Rules: windows are local times of the agreement's zone, half-open, and one that ends past midnight
belongs to the day on which it opens. A passage counts whoever passed. That no passage was reported does not show that
none was possible: [0, 1]. Leaves fire outside the windows to a cessation. Source: DESIGN, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from holdfire.assessment.kernels.kernel import (
    Duty,
    Judgement,
    Kernel,
    Scene,
    bound_spans,
    judge_acts,
    own_zones,
    rule_of,
    scoped,
)
from holdfire.assessment.kernels.omissions import is_due, not_done
from holdfire.assessment.place_time import place_time_bounds
from holdfire.assessment.regions import Region
from holdfire.assessment.times import ALWAYS, OPEN_START, Spans, spans_of
from holdfire.basics.chance import prob_at_least
from holdfire.basics.instants import MAX_US, MIN_US, from_us, parse_window, to_us, window_bounds, zone_named
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Clause, Corridor
from holdfire.records.force import instant_of

__all__ = ["CORRIDOR"]

MARGIN = timedelta(days=2)
"""Days beyond what incidents tell of on which windows are laid out, for those whose start or end nobody states."""


def _days(spans: Spans, scene: Scene) -> list[date]:
    # Local days on which a window can matter: while the clause binds, as far as incidents tell, and as each of its
    # shapes begins, for an incident of unknown time.
    agreement = scene.setting.agreement
    zone = zone_named(agreement.time_zone)
    facts = scene.setting.replies.facts
    known = np.concatenate([facts.start[facts.start > MIN_US], facts.end[facts.end < MAX_US]])
    days: set[date] = set()
    for start_us, end_us in zip(*(part.tolist() for part in spans), strict=True):
        first = from_us(max(start_us, MIN_US))
        stretches = [(first, first)] if start_us != OPEN_START or not known.size else []
        if known.size:
            low, high = from_us(int(known.min())) - MARGIN, from_us(int(known.max())) + MARGIN
            stretches.append((max(first, low), min(from_us(min(end_us, MAX_US)), high)))
        for begin, finish in stretches:
            day, last = (begin - MARGIN).astimezone(zone).date(), (finish + MARGIN).astimezone(zone).date()
            # Where nothing that incidents tell of meets the clause, the stretch runs backwards and has no days.
            days.update(day + timedelta(days=n) for n in range((last - day).days + 1 if begin <= finish else 0))
    return sorted(days)


def _window_spans(rule: Corridor, days: list[date], agreement: Agreement) -> Spans:
    # The windows of some days, those that overlap joined.
    if not rule.windows:
        return ALWAYS
    zone = zone_named(agreement.time_zone)
    windows = [parse_window(window) for window in rule.windows]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(
        (to_us(opens), to_us(closes))
        for day in days
        for opens, closes in (window_bounds(day, window, zone) for window in windows)
    ):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    table = np.array(joined, dtype=np.int64).reshape(-1, 2)
    return Spans(table[:, 0].copy(), table[:, 1].copy())


def _open_region(clause: Clause, reading: Reading, scene: Scene) -> Region:
    # Where and when the corridor must be open.
    rule = rule_of(clause, Corridor)
    agreement = scene.setting.agreement
    atlas = scene.setting.atlas
    bound = atlas.during(own_zones(rule.zones, reading, scene), bound_spans(clause, reading, agreement))
    windows = _window_spans(rule, _days(bound.spans, scene) if rule.windows else [], agreement)
    return scoped(atlas.during(bound, windows), clause, reading, scene)


def _duty(clause: Clause, reading: Reading, scene: Scene) -> Duty:
    def find() -> Duty:
        region = _open_region(clause, reading, scene)
        return Duty(certain=region, possible=region)

    return scene.setting.duty(clause, reading, "", find)


def _judge(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Corridor)
    duty = _duty(clause, reading, scene)
    return judge_acts(clause, reading, scene, acts=rule.acts, weapons=rule.weapons, duty=duty)


def _omission(clause: Clause, reading: Reading, scene: Scene) -> Iterator[Judgement]:
    rule = rule_of(clause, Corridor)
    if not rule.passage or rule.deadline is None:
        return
    deadline = instant_of(rule.deadline, scene.setting.agreement)
    if not is_due(clause, reading, scene, to_us(deadline)):
        return
    facts = scene.facts
    weight = facts.real_lower * scene.acts(rule.passage, ()).lower
    rows = np.flatnonzero(weight > 0.0)
    region = scene.setting.atlas.during(_duty(clause, reading, scene).certain, spans_of([(None, deadline)]))
    passed = weight[rows] * place_time_bounds(region, facts, rows, scene.places.bounds).lower
    upper = 1.0 - prob_at_least(passed, rule.at_least)
    for party in clause.addressees:
        yield not_done(clause, party, 0.0, upper)


CORRIDOR = Kernel(kind="corridor", judge=_judge, omission=_omission)
