"""Gates: may a commitment or a rung be used now, and if not, what is missing.

Turns a gate's requirements into open, closed or cannot determine. Rules:

1. A gate is open where every requirement surely holds, closed where one surely does not, else it cannot be determined.
2. In force: the reading's intervals of force hold ``as_of``.
3. Quiet for n days in a zone at a standard: the window begins n calendar days before ``as_of``, at the same local time.
   All of it must lie within one interval of force. The probability of quiet is that of no breach there of a clause that
   prohibits: at most ``prod(1 - lower)`` over the breaches surely in the window, at least ``prod(1 - upper)`` over
   those possibly in it. It holds where the least probability reaches the standard's threshold; it does not where a
   breach is proved to the standard, the greatest probability being at most one minus the threshold. Every finding
   counts with its probability: what is not proved alone still speaks against quiet.
4. Silence is not quiet: the least probability is multiplied by the share of the zone and time in which a breach would
   have been noticed. Where nobody knows that share it is 0. This is a convention, not a law of chance: it says no more
   than that the unwatched part may hide a breach.
5. A rung was used if a use is recorded until ``as_of``. A mandate holds if the latest decision of a person on the gate
   is that it is given; without any record it does not hold.
6. The probability that the whole gate holds is at least the product of its requirements' least probabilities (quiet in
   several places grows and shrinks together: Harris's inequality), at most the smallest of the greatest ones.

Leaves the ladder to ``ladder``. Source: DESIGN, section 4 (Ladder, gates).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.basics.instants import from_us, to_us, zone_named
from holdfire.errors import ModelError, UnknownIdError
from holdfire.guarantee.breaches import breaches_of
from holdfire.guarantee.clocks import days_before
from holdfire.guarantee.conditions import TOLERANCE
from holdfire.guarantee.ledger import open_ledger, reading_named
from holdfire.guarantee.zones import Zoning
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.clauses import STANDARDS
from holdfire.records.finding import Review
from holdfire.records.force import Interval, force_intervals
from holdfire.records.guarantee import Authorisation, GateState, RequirementState, RungUse
from holdfire.records.ladder import Gate, GateCondition, RungCondition

__all__ = ["EVERYWHERE", "MAX_EVIDENCE", "Case", "judge_gate", "judge_gate_of"]

EVERYWHERE = "*"
"""Stands for the zone in a table of watch shares where a gate names none."""
MAX_EVIDENCE = 12
"""Findings that a requirement names; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """Hold what a gate or a ladder is judged by.

    Attributes
    ----------
    agreement : Agreement
    zoning : Zoning
    reading : Reading
    as_of : datetime
        UTC.
    used : tuple of RungUse
        Until ``as_of``, under this reading.
    authorisations : tuple of Authorisation
        Until ``as_of``, under this reading, oldest first.
    watch : pyarrow.Table or None
        By ``WATCH_SCHEMA``.
    watched_share : mapping of str to float
        Zone id, or ``*``, to the share noticed; goes before ``watch``.
    """

    agreement: Agreement
    zoning: Zoning
    reading: Reading
    as_of: datetime
    used: tuple[RungUse, ...]
    authorisations: tuple[Authorisation, ...]
    watch: pa.Table | None
    watched_share: Mapping[str, float]

    @staticmethod
    def opened(
        agreement: Agreement,
        findings: pa.Table,
        incidents: pa.Table,
        zone_membership: pa.Table,
        *,
        as_of: datetime,
        reading: str,
        authorisations: Iterable[Authorisation] = (),
        used: Iterable[RungUse] = (),
        reviews: Iterable[Review] = (),
        watch: pa.Table | None = None,
        watched_share: Mapping[str, float] | None = None,
    ) -> Case:
        """Return the case of one reading at an instant; see :func:`judge_gate` for the parameters."""
        ledger = open_ledger(agreement, findings, incidents, as_of=as_of, reading=reading, reviews=reviews)
        here = [one for one in used if one.reading in (None, reading) and one.used_at <= as_of]
        said = [one for one in authorisations if one.reading in (None, reading) and one.made_at <= as_of]
        return Case(
            agreement=agreement,
            zoning=Zoning(agreement=agreement, ledger=ledger, membership=zone_membership, reading=reading),
            reading=reading_named(agreement, reading),
            as_of=as_of,
            used=tuple(sorted(here, key=lambda one: (one.used_at, one.rung_id, one.by))),
            authorisations=tuple(sorted(said, key=lambda one: (one.made_at, one.by, one.decision))),
            watch=watch,
            watched_share={} if watched_share is None else watched_share,
        )

    def force_span(self) -> Interval | None:
        """Return the interval of force that holds ``as_of``; None where the agreement is not in force."""
        for start, end in force_intervals(self.reading, self.agreement):
            if (start is None or start <= self.as_of) and (end is None or self.as_of < end):
                return start, end
        return None


def judge_gate(
    agreement: Agreement,
    gate_id: str,
    findings: pa.Table,
    incidents: pa.Table,
    zone_membership: pa.Table,
    *,
    as_of: datetime,
    reading: str,
    authorisations: Iterable[Authorisation] = (),
    used: Iterable[RungUse] = (),
    reviews: Iterable[Review] = (),
    watch: pa.Table | None = None,
    watched_share: Mapping[str, float] | None = None,
) -> GateState:
    """Say whether a gate is open at an instant, under a reading.

    Parameters
    ----------
    findings, incidents, zone_membership : pyarrow.Table
        By ``FINDING_SCHEMA``, ``INCIDENT_SCHEMA`` and ``ZONE_MEMBERSHIP_SCHEMA``: what is known at ``as_of``.
    as_of : datetime
        UTC.
    authorisations, used, reviews : iterable
        Persons' decisions, rungs used and reviews; what is later than ``as_of`` is not seen.
    watch : pyarrow.Table, optional
        By ``WATCH_SCHEMA``; its ``noticed_share`` is averaged over the quiet days, a day that is missing counting 0.
    watched_share : mapping of str to float, optional
        Zone id (``*`` for everywhere) to the share, 0..1; goes before ``watch``.

    Raises
    ------
    UnknownIdError
        The agreement has no such gate or reading.
    ModelError
        Gates wait for each other in a circle, which a checked agreement excludes.
    """
    case = Case.opened(
        agreement,
        findings,
        incidents,
        zone_membership,
        as_of=as_of,
        reading=reading,
        authorisations=authorisations,
        used=used,
        reviews=reviews,
        watch=watch,
        watched_share=watched_share,
    )
    return judge_gate_of(case, gate_id)


def judge_gate_of(case: Case, gate_id: str, above: tuple[str, ...] = ()) -> GateState:
    """Return a gate's state in a case; ``above`` holds the gates that led here."""
    if gate_id in above:
        way = " -> ".join([*above, gate_id])
        raise ModelError(
            f"Gates wait for each other: {way}.", f"the agreement {case.agreement.id!r}", "Run 'holdfire check' on it."
        )
    gate = next((one for one in case.agreement.gates if one.id == gate_id), None)
    if gate is None:
        known = ", ".join(one.id for one in case.agreement.gates) or "none"
        raise UnknownIdError(
            f"The agreement has no gate {gate_id!r}.", f"the agreement {case.agreement.id!r}", f"Its gates: {known}."
        )
    states = tuple(
        _requirement(case, gate, index, one, (*above, gate_id)) for index, one in enumerate(gate.requires, start=1)
    )
    answer = "open" if all(one.holds == "yes" for one in states) else "cannot determine"
    if any(one.holds == "no" for one in states):
        answer = "closed"
    return GateState(
        gate_id=gate_id,
        reading=case.reading.id,
        as_of=case.as_of,
        answer=answer,
        prob_lower=math.prod(one.prob_lower for one in states),
        prob_upper=min(one.prob_upper for one in states),
        requirements=states,
    )


def _requirement(case: Case, gate: Gate, index: int, asked: GateCondition, above: tuple[str, ...]) -> RequirementState:
    if asked.in_force is not None:
        return _in_force(case, wanted=asked.in_force)
    if asked.quiet_days is not None:
        return _quiet(case, asked, asked.quiet_days)
    if asked.rung_used is not None:
        uses = [one for one in case.used if one.rung_id == asked.rung_used]
        evidence = tuple(f"{one.by}: {one.evidence}" for one in uses[-1:])
        return _certain("rung_used", asked.rung_used, holds=bool(uses), evidence=evidence)
    if asked.gate is not None:
        inner = judge_gate_of(case, asked.gate, above)
        holds = {"open": "yes", "closed": "no"}.get(inner.answer, "cannot determine")
        opens = [one.opens_at for one in inner.unmet]
        return RequirementState(
            kind="gate",
            subject=asked.gate,
            wanted=True,
            days=None,
            standard=None,
            holds=holds,
            prob_lower=inner.prob_lower,
            prob_upper=inner.prob_upper,
            watched_share=None,
            evidence=(),
            n_evidence=0,
            opens_at=max((at for at in opens if at is not None), default=None) if None not in opens else None,
        )
    said = [one for one in case.authorisations if one.gate_id == gate.id and one.requirement in (None, index)]
    evidence = tuple(f"{one.by}: {one.reason}" for one in said[-1:])
    return _certain("mandate", gate.id, holds=bool(said) and said[-1].decision == "given", evidence=evidence)


def _certain(
    kind: str,
    subject: str | None,
    *,
    holds: bool,
    wanted: bool = True,
    evidence: tuple[str, ...] = (),
    opens_at: datetime | None = None,
) -> RequirementState:
    return RequirementState(
        kind=kind,
        subject=subject,
        wanted=wanted,
        days=None,
        standard=None,
        holds="yes" if holds else "no",
        prob_lower=float(holds),
        prob_upper=float(holds),
        watched_share=None,
        evidence=evidence,
        n_evidence=0,
        opens_at=opens_at,
    )


def _in_force(case: Case, *, wanted: bool) -> RequirementState:
    span = case.force_span()
    opens_at = None
    if wanted and span is None:
        starts = [start for start, _ in force_intervals(case.reading, case.agreement) if start is not None]
        opens_at = min((start for start in starts if start > case.as_of), default=None)
    if not wanted and span is not None:
        opens_at = span[1]
    return _certain("in_force", None, holds=(span is not None) == wanted, wanted=wanted, opens_at=opens_at)


def _quiet(case: Case, asked: GateCondition, days: int) -> RequirementState:
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
    )


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
