"""A slow, plainly written judge: one incident, one clause, one reading, one party at a time.

Turns an agreement's model and incidents as dicts into the factors that an assessment ought to give. Rule: nothing here
is imported from ``holdfire.assessment``; time is tried half hour by half hour, a place is a cloud of points, bounds of
masses are a linear programme, and counts are tried outcome by outcome. So every instant of a test lies on a half hour,
lines run northward, and zones that are asked for together overlap. Errors: none in time; a place within 0.002.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import Clause, Exemption
from tests.unit.assessment.reference_names import act_pair, fit_pair, masses, party_pair, tree_pair
from tests.unit.assessment.reference_places import (
    EARTH_M,
    FIRST,
    HALF_HOUR,
    LAST,
    Expr,
    Judge,
    Pair,
    Row,
    hours,
    is_within,
    metres,
    place_pair,
)

# Exemptions


def excluded_pair(row: Row, exemption: Exemption, agreement: Agreement) -> Pair:
    """Return bounds of the probability that the target is an excluded group, given that a party acted."""
    groups = {group.id for group in agreement.excluded_groups}
    if not groups:
        return (0.0, 0.0)
    known = masses(row["actors"])
    by_low, by_high = fit_pair(known, [(float(n in groups), float(n in groups or n is None)) for n, _, _ in known])
    low, high = row["involved_excluded_lower"], row["involved_excluded_upper"]
    either_low, either_high = 0.0 if low is None else low, 1.0 if high is None else high

    def given(either: float, by: float) -> float:
        return 0.0 if either <= by and either < 1.0 else 1.0 if either >= 1.0 else (either - by) / (1.0 - by)

    lower = 0.0 if exemption.groups and set(exemption.groups) < groups else given(either_low, by_high)
    return (min(lower, given(either_high, by_low)), given(either_high, by_low))


def reply_upper(row: Row, rows: list[Row], clause: Clause, exemption: Exemption, party: str) -> float:
    """Return the greatest probability that an incident answers what somebody else may have fired."""
    rule: Any = clause.rule
    start, end = row["occurred_start"] or FIRST, row["occurred_end"] or LAST
    total = 0.0
    for other in rows:
        began, ended = other["occurred_start"] or FIRST, other["occurred_end"] or LAST
        window = timedelta(hours=hours(exemption.window))
        if other["incident_id"] == row["incident_id"] or began >= end or ended <= start - window:
            continue
        chance = other["prob_real_upper"] * act_pair(other, rule.acts, getattr(rule, "weapons", ()))[1]
        chance *= 1.0 - party_pair(other, party)[0]
        if row["sigma_m"] is not None and other["sigma_m"] is not None:
            beyond = haversine_m(row, other) - metres(exemption.distance)
            variance = row["sigma_m"] ** 2 + other["sigma_m"] ** 2
            if beyond > 0.0:
                chance *= math.exp(-(beyond**2) / (2.0 * variance)) if variance > 0.0 else 0.0
        total += chance
    return min(total, 1.0)


def haversine_m(row: Row, other: Row) -> float:
    """Return the distance of two incidents on a sphere."""
    lat1, lat2 = math.radians(row["lat"]), math.radians(other["lat"])
    half = (lat2 - lat1) / 2, math.radians(other["lon"] - row["lon"]) / 2
    inner = math.sin(half[0]) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half[1]) ** 2
    return 2.0 * EARTH_M * math.asin(math.sqrt(inner))


def no_exemption_pair(judge: Judge, clause: Clause, party: str, row: Row | None, rows: list[Row]) -> Pair:
    """Return bounds of the probability that nothing excuses what a party did, or left undone."""
    least, most = 0.0, 0.0
    for one in clause.exemptions:
        if one.parties and party not in one.parties:
            continue
        if one.kind in ("self_defence", "notified_works"):
            pair = (one.share[0], one.share[1])
        elif row is None:
            continue
        elif one.kind == "excluded_groups":
            pair = excluded_pair(row, one, judge.agreement)
        else:
            pair = (0.0, reply_upper(row, rows, clause, one, party) * one.share[1])
        least, most = max(least, pair[0]), most + pair[1]
    return (max(0.0, 1.0 - most), 1.0 - least)


# Clauses


def target_pair(judge: Judge, rule: Any) -> Callable[[Row, Expr | None], Pair]:
    """Return how a protected clause's place is judged, where a named target counts within a larger distance."""

    def pair(row: Row, shape: Expr | None) -> Pair:
        if shape is None:
            return (0.0, 0.0)
        named, share = row["target_kind"], row["prob_target_kind"] or 0.0
        fits = (0.0, 0.0) if named is None else tree_pair("targets", named, rule.targets)
        low, high = share * fits[0], share * fits[1]
        if shape == ("anywhere",):
            return (low, min(1.0, high + (1.0 if named is None else 1.0 - share)))
        own, near = place_pair(row, shape), place_pair(row, ("near", shape, metres(rule.named_within)))
        return (low * max(near[0], own[0]) + (1.0 - low) * own[0], high * max(near[1], own[1]) + (1.0 - high) * own[1])

    return pair


def act_factors(judge: Judge, clause: Clause, reading: Reading, party: str, row: Row, rows: list[Row]) -> list[Pair]:
    """Return the five factors of an act under a clause that prohibits it."""
    rule: Any = clause.rule
    acts = [*rule.acts, "explosion/outgoing"] if rule.kind == "withdrawal" else rule.acts
    weapons = () if rule.kind in ("disengagement", "access") else rule.weapons
    pair = target_pair(judge, rule) if rule.kind == "protected" and rule.targets else place_pair

    def within(certain: bool) -> Pair:
        return judge.place_time(row, lambda at: judge.bound_at(clause, reading, party, at, certain), pair)

    possible = within(False)
    certain = within(True) if rule.kind == "disengagement" else possible
    return [
        (row["prob_real_lower"], row["prob_real_upper"]),
        act_pair(row, acts, weapons),
        (min(certain[0], possible[1]), possible[1]),
        actor_pair(judge, clause, party, row),
        no_exemption_pair(judge, clause, party, row, rows),
    ]


def actor_pair(judge: Judge, clause: Clause, party: str, row: Row) -> Pair:
    """Return bounds that a party did it, by Bayes' rule where one addressee holds what the clause protects."""
    rule: Any = clause.rule
    low, high = party_pair(row, party)
    holders = [judge.agreement.zone(zone).held_by for zone in rule.zones] if rule.kind == "protected" else [None]
    holder = holders[0]
    if holder is None or any(one != holder for one in holders) or holder.party not in clause.addressees:
        return (low, high)
    # Each addressee's mass times its likelihood, over all that the masses can be.
    rest = sum(party_pair(row, other)[1] for other in clause.addressees if other not in (party, holder.party))

    def posterior(mine: float, others: float) -> float:
        theirs = 1.0 - mine - others
        weigh = (holder.own_fire, 1.0, 1.0) if party == holder.party else (1.0, 1.0, holder.own_fire)
        total = mine * weigh[0] + others * weigh[1] + theirs * weigh[2]
        return 0.0 if mine == 0.0 else mine * weigh[0] / total

    if party == holder.party:
        return (posterior(low, 0.0), posterior(high, 0.0))
    return (posterior(low, min(rest, 1.0 - low)), posterior(high, 0.0))


def at_least(probs: list[float], n: int) -> float:
    """Return the probability of at least n events, outcome by outcome."""
    total = 0.0
    for outcome in itertools.product((0, 1), repeat=len(probs)):
        if sum(outcome) >= n:
            total += math.prod(p if hit else 1.0 - p for p, hit in zip(probs, outcome, strict=True))
    return total


def omission_pair(
    judge: Judge, clause: Clause, reading: Reading, party: str, rows: list[Row], today: datetime
) -> Pair | None:
    """Return bounds that a party did not do what it owed; None before the deadline."""
    rule: Any = clause.rule
    deadline = judge.maybe(rule.deadline)
    last = None if deadline is None else deadline - HALF_HOUR
    if deadline is None or last is None or today < deadline or not judge.binds(clause, reading, last):
        return None

    def shown(row: Row, kinds: list[str], when: Callable[[datetime], bool], by: Pair, anywhere: bool = True) -> Pair:
        def where(at: datetime) -> Expr | None:
            if not when(at):
                return None
            if not anywhere:
                return judge.bound_at(clause, reading, party, at, certain=True)
            return judge.zones_at(clause.scope.zones, reading, at) if clause.scope.zones else ("anywhere",)

        place = judge.place_time(row, where, place_pair)
        act = act_pair(row, kinds, ())
        real = (row["prob_real_lower"], row["prob_real_upper"])
        return (real[0] * act[0] * by[0] * place[0], real[1] * act[1] * by[1] * place[1])

    def timely(at: datetime) -> bool:
        return at < deadline

    def in_scope(at: datetime) -> bool:
        return is_within(at, judge.maybe(clause.scope.start), judge.maybe(clause.scope.end))

    if rule.kind == "corridor":
        passed = [shown(row, rule.passage, timely, (1.0, 1.0), anywhere=False)[0] for row in rows]
        return (0.0, 1.0 - at_least(passed, rule.at_least))
    if rule.kind == "obligation":
        done = [shown(row, rule.evidence, timely, party_pair(row, party)) for row in rows]
        ever = [shown(row, rule.evidence, lambda at: True, party_pair(row, party))[0] for row in rows]
        upper = 1.0 - at_least([low for low, _ in done], rule.at_least)
        late = at_least(ever, rule.at_least) - at_least([high for _, high in done], rule.at_least)
        return (min(max(0.0, late), upper), upper)
    freed = [shown(r, rule.evidence, lambda a: timely(a) and in_scope(a), party_pair(r, party))[0] for r in rows]
    late_on = [shown(r, rule.evidence, lambda a: not timely(a) and in_scope(a), party_pair(r, party))[0] for r in rows]
    ended = [shown(r, rule.completion, lambda a: timely(a) and in_scope(a), (1.0, 1.0))[0] for r in rows]
    owed = None if rule.basis == "all_for_all" else rule.counts_by_party.get(party, rule.count)
    enough = 0.0 if owed is None else at_least(freed, math.ceil(owed / rule.freed_at_least))
    upper = 1.0 - max(enough, at_least(ended, 1) if rule.completion else 0.0)
    return (min(at_least([rule.late_shows * p for p in late_on], 1), upper), upper)


def reference(agreement: Agreement, rows: list[Row], today: datetime) -> dict[tuple[str | None, ...], list[Pair]]:
    """Return the five factors by incident (None: no incident), clause, reading and party."""
    judge, found = Judge(agreement), {}
    one = (1.0, 1.0)
    for clause, reading in itertools.product(agreement.clauses, agreement.readings):
        if clause.modality == "permits" or (clause.scope.readings and reading.id not in clause.scope.readings):
            continue
        for party in clause.addressees:
            key = (clause.id, reading.id, party)
            if clause.rule.kind not in ("obligation", "exchange"):
                for row in rows:
                    factors = act_factors(judge, clause, reading, party, row, rows)
                    found[row["incident_id"], *key] = factors
            owes = clause.rule.kind != "corridor" or bool(getattr(clause.rule, "passage", ()))
            if owes and clause.rule.kind in ("obligation", "exchange", "corridor"):
                pair = omission_pair(judge, clause, reading, party, rows, today)
                if pair is not None:
                    found[None, *key] = [one, pair, one, one, no_exemption_pair(judge, clause, party, None, rows)]
    return found
