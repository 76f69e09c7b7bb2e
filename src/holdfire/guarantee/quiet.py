"""Quiet: were the last n days quiet in a zone, with what probability, and from when will they have been.

Turns breaches and what was watched into a requirement's state. The rules are numbers 3 and 4 of ``gates``. Source:
DESIGN, section 4 (Ladder, gates).
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow.compute as pc

from holdfire.basics.instants import from_us, to_us, zone_named
from holdfire.guarantee.breaches import breaches_of
from holdfire.guarantee.case import Case
from holdfire.guarantee.clocks import days_before
from holdfire.guarantee.conditions import TOLERANCE
from holdfire.records.clauses import STANDARDS
from holdfire.records.force import Interval
from holdfire.records.guarantee import RequirementState
from holdfire.records.ladder import Requirement, RungCondition

__all__ = ["EVERYWHERE", "MAX_EVIDENCE", "quiet_state"]

EVERYWHERE = "*"
"""Stands for the zone in a table of watch shares where a gate names none."""
MAX_EVIDENCE = 12
"""Findings that a requirement names; all are counted."""


def quiet_state(case: Case, asked: Requirement, days: int) -> RequirementState:
    """Return whether ``days`` calendar days were quiet until the case's instant."""
    agreement, ledger = case.agreement, case.zoning.ledger
    begin = days_before(case.as_of, days, agreement.time_zone)
    prohibits = [clause.id for clause in agreement.clauses if clause.modality == "prohibits"]
    asked_of = np.isin(ledger.clause, [i for i, name in enumerate(ledger.clause_ids) if name in prohibits])
    when = RungCondition(zones=[] if asked.zone is None else [asked.zone])
    breaches = breaches_of(case.zoning, when, asked_of, threshold=0.0)
    share = _share(case, asked.zone, begin)
    maybe, sure = breaches.end > to_us(begin), breaches.start >= to_us(begin)
    lower = float(np.prod(1.0 - breaches.upper[maybe])) * (0.0 if share is None else share)
    upper = float(np.prod(1.0 - breaches.lower[sure]))
    span, proof = case.force_span(), STANDARDS[asked.standard]
    if span is None or (span[0] is not None and span[0] > begin):
        lower = upper = 0.0
    holds = "yes" if lower >= proof - TOLERANCE else "cannot determine"
    if upper <= 1.0 - proof + TOLERANCE:
        holds = "no"
    here = maybe[breaches.breach_of] & (breaches.finding_upper > 0.0)
    named = sorted(
        zip(-breaches.finding_lower[here], -breaches.finding_upper[here], breaches.findings[here], strict=True)
    )
    opens_at = None
    if holds != "yes" and span is not None:
        opens_at = _quiet_from(case, span, days, proof, share, list(zip(breaches.end, breaches.upper, strict=True)))
    return RequirementState(
        kind="quiet_days",
        subject=asked.zone,
        wanted=True,
        days=days,
        standard=asked.standard,
        holds=holds,
        prob_lower=lower,
        prob_upper=upper,
        watched_share=share,
        evidence=tuple(ledger.finding_ids[row] for _, _, row in named[:MAX_EVIDENCE]),
        n_evidence=len(named),
        opens_at=opens_at,
        openers=_openers(holds, proof, share, in_time=lower > 0.0 or upper > 0.0, n_findings=len(named)),
    )


def _openers(holds: str, proof: float, share: float | None, *, in_time: bool, n_findings: int) -> tuple[str, ...]:
    # What is missing to quiet: days in force, days without a breach, a word on open findings, a watch that sees.
    if holds == "yes":
        return ()
    found = ["quiet"] if n_findings or not in_time else []
    found += ["review"] if n_findings else []
    found += ["watch"] if share is None or share < proof - TOLERANCE else []
    return tuple(found or ["quiet"])


def _quiet_from(
    case: Case, span: Interval, days: int, proof: float, share: float | None, breaches: list[tuple[int, float]]
) -> datetime | None:
    # When the days will have been quiet, if nothing further happens and the watch stays as it is.
    if share is None or share < proof - TOLERANCE:
        return None
    zone = case.agreement.time_zone
    earliest = case.as_of if span[0] is None else max(case.as_of, days_before(span[0], -days, zone))
    chance = share
    for end, upper in sorted(breaches, reverse=True):
        chance *= 1.0 - upper
        if chance < proof - TOLERANCE:
            earliest = max(earliest, days_before(from_us(int(end)), -days, zone))
            break
    return earliest if span[1] is None or earliest < span[1] else None


def _share(case: Case, zone: str | None, begin: datetime) -> float | None:
    name = EVERYWHERE if zone is None else zone
    if name in case.watched_share:
        return float(case.watched_share[name])
    if case.watch is None:
        return None
    local = zone_named(case.agreement.publication.time_zone or case.agreement.time_zone)
    first = begin.astimezone(local).date()
    last = (case.as_of - timedelta(microseconds=1)).astimezone(local).date()
    table = case.watch
    rows = table.filter(pc.and_(pc.equal(table["zone_id"], name), pc.equal(table["reading"], case.reading.id))).select(
        ["on", "noticed_share"]
    )
    by_day: dict[date, float | None] = {row["on"]: row["noticed_share"] for row in rows.to_pylist()}
    shares = [by_day.get(first + timedelta(days=day), 0.0) for day in range((last - first).days + 1)]
    known = [share for share in shares if share is not None]
    return math.fsum(known) / len(shares) if len(known) == len(shares) else None
