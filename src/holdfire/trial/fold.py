"""Fold: what each incident of a pool counts for in a rung's condition, before it is known, reviewed or verified.

Turns outcomes and a condition into numbers by incident. Rule: the numbers are those of ``guarantee.breaches`` - same
standards, zones and bounds - on the findings as they are at each piece of knowledge: after the first report, in the
end, and after a review that is right or wrong. Duties with a deadline have no incident and are left out of a trial.
Source: ``guarantee.breaches``, rules 1 to 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.guarantee.breaches import asked_about, breaches_of, duration_us
from holdfire.guarantee.ledger import open_ledger
from holdfire.guarantee.zones import Zoning, spread_zones
from holdfire.records.ladder import Ladder, RungCondition
from holdfire.trial.chain import Bench, Judged
from holdfire.trial.kernel import Asked
from holdfire.trial.pool import Outcomes, certain_findings

__all__ = ["Counted", "Folded", "Reviewable", "asked_of", "counted_for", "fold", "reviewable"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

AS_OF = datetime(2100, 1, 1, tzinfo=UTC)
"""After everything that a trial holds."""
REVIEWED_FROM = 0.25
"""Upper bound of a finding from which it is reviewed: the threshold of a reasonable indication."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """Hold what incidents count for.

    Attributes
    ----------
    rate, upper : float64, (n,), 0..1
        Lower and upper bound.
    zones : float64, (n, n_zones), 0..1
        For a spread: lower bound by zone.
    """

    rate: Floats
    upper: Floats
    zones: Floats

    def take(self, rows: Ints) -> Counted:
        """Return some rows."""
        return Counted(rate=self.rate[rows], upper=self.upper[rows], zones=self.zones[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """Hold what the incidents of a pool's half count for, by knowledge, and what the truth counts for.

    Attributes
    ----------
    lone, final, right, wrong : Counted
        By incident found: after the first report, in the end, after a review that is right, and after one that is
        wrong.
    truth : Counted
        By row of the true incidents.
    """

    lone: Counted
    final: Counted
    right: Counted
    wrong: Counted
    truth: Counted


def asked_of(when: RungCondition, ladder: Ladder) -> Asked:
    """Return what a condition asks for, in numbers."""
    return Asked(
        at_least=when.at_least,
        spread=when.spread or 0,
        window=duration_us(when.window),
        wait=0 if when.persistence is None else duration_us(when.persistence),
        rest=duration_us(ladder.stand_down),
        prob=when.prob,
    )


def counted_for(
    when: RungCondition, findings: pa.Table, judged: Judged, bench: Bench, threshold: float | None = None
) -> Counted:
    """Return what each incident of ``judged`` counts for under a condition, by the findings given.

    Parameters
    ----------
    threshold : float or None, 0..1
        Takes the place of the standard's; 0 = every finding counts with its probability.
    """
    ledger = open_ledger(bench.agreement, findings, judged.incidents, as_of=AS_OF, reading=bench.reading)
    zoning = Zoning(agreement=bench.agreement, ledger=ledger, membership=judged.zones, reading=bench.reading)
    zones = spread_zones(bench.agreement, when)
    breaches = breaches_of(zoning, when, asked_about(ledger, when), spread_zones=zones, threshold=threshold)
    n = judged.incidents.num_rows
    rate, upper, by_zone = np.zeros(n), np.zeros(n), np.zeros((n, len(zones)))
    if breaches.n:
        leads = np.searchsorted(breaches.breach_of, np.arange(breaches.n))
        names = pa.array([ledger.incident_ids[row] for row in breaches.findings[leads].tolist()], pa.string())
        rows = pc.index_in(names, value_set=judged.incidents["incident_id"].combine_chunks()).to_numpy()
        rate[rows], upper[rows], by_zone[rows] = breaches.lower, breaches.upper, breaches.zone_lower
    return Counted(rate=rate, upper=upper, zones=by_zone)


def fold(when: RungCondition, outcomes: Outcomes, bench: Bench) -> Folded:
    """Return what the incidents of a pool's half count for under a condition."""
    judged = outcomes.judged
    right, wrong = reviewed_findings(outcomes, bench.reading)
    return Folded(
        lone=counted_for(when, lone_findings(outcomes), judged, bench),
        final=counted_for(when, judged.findings, judged, bench),
        right=counted_for(when, right, judged, bench),
        wrong=counted_for(when, wrong, judged, bench),
        truth=counted_for(when, outcomes.truth.findings, outcomes.truth, bench),
    )


def lone_findings(outcomes: Outcomes) -> pa.Table:
    """Return the findings as they were after the first report."""
    findings, incidents = outcomes.judged.findings, outcomes.judged.incidents
    row = pc.index_in(findings["incident_id"], value_set=incidents["incident_id"].combine_chunks()).to_numpy()
    ratio = outcomes.lone[row]
    for name in ("prob_lower", "prob_upper", "real_lower", "real_upper"):
        index = findings.schema.get_field_index(name)
        values = pa.array(findings[name].to_numpy(zero_copy_only=False) * ratio)
        findings = findings.set_column(index, findings.schema.field(name), values)
    return findings


def reviewed_findings(outcomes: Outcomes, reading: str) -> tuple[pa.Table, pa.Table]:
    """Return the findings that stand after reviews that are right, and after reviews that are wrong.

    A right review confirms the findings that name clause and party of what truly happened, and rejects the others. A
    wrong one rejects those, and confirms the likeliest finding of an incident that was no breach.
    """
    judged = outcomes.judged
    findings = judged.findings
    row, is_right = _right(outcomes)
    hit = np.zeros(judged.incidents.num_rows, dtype=np.bool_)
    hit[row[is_right]] = True
    upper = findings["prob_upper"].to_numpy(zero_copy_only=False)
    order = np.lexsort((-upper, row))
    leads = order[np.append(True, row[order][1:] != row[order][:-1])] if order.size else order
    likeliest = np.zeros(findings.num_rows, dtype=np.bool_)
    likeliest[leads] = True
    return _certain(findings, is_right, reading), _certain(findings, likeliest & ~hit[row], reading)


def _right(outcomes: Outcomes) -> tuple[Ints, Flags]:
    """Return each finding's incident, and whether it names clause and party of what truly happened."""
    judged, happened = outcomes.judged, outcomes.truth
    findings = judged.findings
    row = pc.index_in(findings["incident_id"], value_set=judged.incidents["incident_id"].combine_chunks()).to_numpy()
    true_row = outcomes.trace.true_row[outcomes.story[row]]
    ids = happened.incidents["incident_id"].to_numpy(zero_copy_only=False)
    told = np.where(true_row >= 0, ids[true_row], "-")
    key = _key(pa.array(told, pa.string()), findings["clause_id"], findings["party"])
    true_key = _key(*(happened.memberships[name] for name in ("truth_id", "clause_id", "party")))
    return row, np.asarray(pc.is_in(key, value_set=true_key).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _key(*parts: pa.ChunkedArray | pa.Array) -> pa.Array:
    key = pc.binary_join_element_wise(*parts, "|")
    return key.combine_chunks() if isinstance(key, pa.ChunkedArray) else key


def _certain(findings: pa.Table, chosen: Flags, reading: str) -> pa.Table:
    """Return the chosen findings verified; where they lie stays as it was found."""
    kept = findings.filter(pa.array(chosen)).combine_chunks()
    sure = certain_findings(kept["incident_id"], kept["clause_id"], kept["party"], reading)
    for name in ("place_time_lower", "place_time_upper"):
        sure = sure.set_column(sure.schema.get_field_index(name), sure.schema.field(name), kept[name])
    return sure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reviewable:
    """Say of each incident found whether it is worth a review, and whether a finding on it is right.

    Attributes
    ----------
    looked, breach : bool, (n,)
    """

    looked: Flags
    breach: Flags


def reviewable(outcomes: Outcomes) -> Reviewable:
    """Return which incidents have a finding that is reviewed, and which one that is right."""
    row, is_right = _right(outcomes)
    upper = outcomes.judged.findings["prob_upper"].to_numpy(zero_copy_only=False)
    looked, breach = (np.zeros(outcomes.judged.incidents.num_rows, dtype=np.bool_) for _ in range(2))
    looked[row[upper >= REVIEWED_FROM]] = True
    breach[row[is_right]] = True
    return Reviewable(looked=looked, breach=breach)
