"""Ladder: which rung do the findings reach, which clock runs, what is missing, and who owes what.

Turns an agreement's ladder, findings and what people did into one state per reading. The rules of the state machine:

1.  *Knowledge.* A state is a function of what is known at ``as_of``: findings and incidents, and the reviews,
    authorisations and uses until that instant. The same input gives the same state; no earlier state is an input.
2.  *Condition.* A rung's condition **fires** where it surely holds at ``as_of``, **does not fire** where it does not
    even possibly, else it **cannot be determined** (``breaches``, ``conditions``). Where it would not fire, but a
    clause that it names is blind - no source can give evidence for it - or every clause that it asks about is, it
    cannot be determined: silence is not compliance.
3.  *Standing.* A rung whose condition surely held stands until it has not held for the ladder's ``stand_down``, counted
    also from the verification of its breaches (``episodes``). It possibly stands where the condition possibly held.
4.  *Standing down by a person.* After a recorded decision to stand a rung down, only breaches that began later count
    for it, and only what people did later.
5.  *Withdrawal.* A finding that a review took back counts no more, also for the past. Where the rung would stand, or
    would ever have stood, with such findings and does not without them, it is stood down and the cause is
    ``withdrawn``.
6.  *First breach.* A rung's first breach is the first one that its own condition counted in the present episode:
    surely, where the rung surely stands; where it only possibly stands, possibly. An earlier breach that possibly
    counted is named beside it. The ladder's episode joins the episodes of its rungs that overlap in time - the sure
    ones, or the possible ones where no rung surely stands - and its first breach is the first of theirs.
7.  *Uses and decisions* belong to an episode where they were made at or after its first breach; earlier ones are
    history, and a new episode climbs the ladder anew. A rung's own status and clocks go by its own episode; what others
    wait for (rules 8 and 10) goes by the ladder's.
8.  *Order.* A rung with ``after`` waits until each rung named there was used in the ladder's episode. A rung without
    ``after`` may be reached past lower ones: the agreement allows it.
9.  *Elapsed.* A rung with ``after_elapsed`` waits until so much time has passed since the ladder's first breach; where
    that instant is uncertain, it surely has only after the later bound.
10. *Gates.* A rung waits while one of its gates is not open. Only uses of the ladder's episode open a gate that asks
    for one.
11. *Authorisation.* A person decides on every rung: the one that ``authorised_by`` names, else the responder. The
    machine never does. The latest decision of the episode counts.
12. *Status*, the first that fits: ``cannot determine`` - it does not stand, and rule 2 leaves it open for blindness;
    ``stood down`` - it does not stand, but did, or somebody used or authorised it; ``quiet`` - it does not stand;
    ``used`` - its duty was done in its episode; ``cannot determine`` - it only possibly stands; ``waiting`` - something
    of rules 8 to 10 is missing or not sure; ``refused`` or ``authorised`` by the latest decision; ``due`` - a person
    has to decide. The duty is owed while it is ``due`` or ``authorised``.
13. *Clocks.* While a rung stands, possibly or surely, three clocks are kept: from its first breach, from the first
    verification of a breach that it counts, and from the last use among the rungs it follows (the one below it where it
    names none). One of them binds. They run whether gates are open or not, and end with the use (``clocks``). Within an
    episode no clock moves back: its beginning does not change, and what is left never grows. Where the agreement says
    so, a clock stands still while it is not in force, or from a named person's decision to pause until the one to
    resume (``pauses``); that changes neither what stands nor what was authorised.
14. *Irregular* facts stay facts: a use without authorisation, before the rungs it follows, or before its condition
    surely held, counts as used and is named.

15. *Parties.* A ladder that is climbed per party is judged once for each of them, and each climb is a state of its own:
    its conditions count this party's breaches alone, and only acts for this party, or for all, belong to it.

Leaves what counts to ``breaches``, words to ``words``, who may decide to the case's roles. Source: DESIGN, section 4
(Ladder); docs/explanation/guarantee.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pyarrow as pa

from holdfire.basics.instants import to_us
from holdfire.basics.units import parse_duration_h
from holdfire.errors import UnknownIdError
from holdfire.guarantee.acts import Acts, acts_of, cause_of, instant_or_none, is_after
from holdfire.guarantee.breaches import duration_us
from holdfire.guarantee.case import Case
from holdfire.guarantee.clocks import begun_clock, unbegun_clock
from holdfire.guarantee.gates import judge_gate_of
from holdfire.guarantee.pauses import pauses_of
from holdfire.guarantee.rungs import Stand, Stretch, rung_stand
from holdfire.records.agreement import Agreement
from holdfire.records.finding import Review
from holdfire.records.guarantee import (
    AfterState,
    Authorisation,
    ClockState,
    GateState,
    GuaranteeState,
    RungState,
    RungUse,
)
from holdfire.records.ladder import Ladder, Rung

__all__ = ["judge_ladder", "judge_ladders"]

CLOCK_STARTS = ("breach", "verification", "previous_rung")


def judge_ladder(
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
    party: str | None = None,
) -> GuaranteeState:
    """Say where an agreement's ladder stands at an instant, under a reading.

    Parameters
    ----------
    agreement : Agreement
        Checked; without a ladder the state has no rungs.
    findings, incidents : pyarrow.Table
        By ``FINDING_SCHEMA`` and ``INCIDENT_SCHEMA``: what is known at ``as_of``.
    zone_membership : pyarrow.Table
        By ``ZONE_MEMBERSHIP_SCHEMA``, for the zones that rungs and gates name; what is not listed lies outside.
    as_of : datetime
        UTC.
    reading : str
    authorisations, used, reviews : iterable
        What persons decided, did and reviewed; what is later than ``as_of`` is not seen.
    watch, watched_share
        As for :func:`holdfire.guarantee.gates.judge_gate`.
    party : str, optional
        Climb the ladder against this party's breaches alone; None = against everybody's.

    Raises
    ------
    UnknownIdError
        The reading, the party, or a clause that a finding names, is not in the agreement.
    ModelError
        A finding names an incident that is not given, or gates wait for each other.
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
        party=party,
    )
    return _state(case, party)


def judge_ladders(
    agreement: Agreement, findings: pa.Table, incidents: pa.Table, zone_membership: pa.Table, **rest: Any
) -> tuple[GuaranteeState, ...]:
    """Return every climb of an agreement's ladder: one for each party of ``per_party``, else one; see judge_ladder."""
    named = () if agreement.ladder is None else agreement.ladder.per_party
    tables = (findings, incidents, zone_membership)
    return tuple(judge_ladder(agreement, *tables, party=party, **rest) for party in named or (None,))


def _against(ladder: Ladder | None, party: str | None, agreement: Agreement) -> Ladder | None:
    """Return the ladder with every condition about one party's breaches (rule 15)."""
    if ladder is None or party is None:
        return ladder
    if party not in {one.id for one in agreement.parties}:
        known = ", ".join(one.id for one in agreement.parties)
        raise UnknownIdError(
            f"The agreement has no party {party!r}.", f"the agreement {agreement.id!r}", f"It has {known}."
        )
    rungs = [
        rung.model_copy(update={"when": rung.when.model_copy(update={"parties": [party]})}) for rung in ladder.rungs
    ]
    return ladder.model_copy(update={"rungs": rungs})


def _state(case: Case, party: str | None) -> GuaranteeState:
    agreement = case.agreement
    ladder = _against(agreement.ladder, party, agreement)
    climb = _Climb.begun(case, ladder) if ladder is not None else None
    rungs = climb.rungs() if climb is not None else ()
    return GuaranteeState(
        agreement_id=agreement.id,
        agreement_version=agreement.version,
        reading=case.reading.id,
        as_of=case.as_of,
        in_force=case.force_span() is not None,
        first_breach_at=climb.first_at if climb is not None else None,
        first_breach_by=climb.first_by if climb is not None else None,
        stands_at=_highest(rungs, ("due", "authorised", "refused", "used")),
        perhaps_at=_above(rungs, ("waiting", "cannot determine")),
        rungs=rungs,
        party=party,
    )


def _highest(rungs: tuple[RungState, ...], statuses: tuple[str, ...]) -> str | None:
    return next((rung.rung_id for rung in reversed(rungs) if rung.status in statuses), None)


def _above(rungs: tuple[RungState, ...], statuses: tuple[str, ...]) -> str | None:
    found = next((rung for rung in reversed(rungs) if rung.status not in ("quiet", "stood down")), None)
    return found.rung_id if found is not None and found.status in statuses else None


class _Waits(NamedTuple):
    """Hold what a rung waits for, and the names of what is not surely met."""

    after: tuple[AfterState, ...]
    elapsed: str
    elapsed_at: datetime | None
    gates: tuple[GateState, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Climb:
    """Hold the whole ladder's episode: how each rung's condition stands, and what people did (rules 6 and 7)."""

    case: Case
    ladder: Ladder
    stands: tuple[Stand, ...]
    first_at: datetime | None
    first_by: datetime | None

    @staticmethod
    def begun(case: Case, ladder: Ladder) -> _Climb:
        """Judge every rung's condition, and find where the ladder's episode began."""
        rest = duration_us(ladder.stand_down)
        stands = tuple(rung_stand(case, rung, rest) for rung in ladder.rungs)
        now = to_us(case.as_of)
        surely = _joined([stretch for one in stands for stretch in one.sure], now)
        present = surely or _joined([stretch for one in stands for stretch in one.maybe], now)
        at = [one.first_start for one in present if one.first_start is not None]
        by = [one.first_end for one in surely if one.first_end is not None]
        return _Climb(
            case=case,
            ladder=ladder,
            stands=stands,
            first_at=instant_or_none(min(at, default=None)),
            first_by=instant_or_none(min(by, default=None)),
        )

    def rungs(self) -> tuple[RungState, ...]:
        """Return the state of every rung, lowest first."""
        return tuple(self._rung(position, rung) for position, rung in enumerate(self.ladder.rungs))

    def _rung(self, position: int, rung: Rung) -> RungState:
        stand, when = self.stands[position], rung.when
        waits = self._waits(rung)
        acts = acts_of(self.case, rung, stand, [one.used_at for one in waits.after])
        cause = cause_of(self.case, rung, stand)
        held_from, held_until, stands_down_at = stand.held
        return RungState(
            rung_id=rung.id,
            position=position,
            answer=stand.answer,
            prob_lower=stand.course.lower,
            prob_upper=stand.course.upper,
            prob_needed=when.prob,
            window_start=self.case.as_of - timedelta(hours=parse_duration_h(when.window)),
            counted=stand.counted,
            possible=stand.possible,
            by_party=stand.by_party,
            blind_clauses=stand.blind,
            undated=stand.undated,
            withdrawn=stand.withdrawn,
            persistence_h=None if when.persistence is None else parse_duration_h(when.persistence),
            reached_since=stand.reached_since,
            held_from=held_from,
            held_until=held_until,
            stands=stand.stands,
            stands_down_at=stands_down_at,
            stood_down_at=instant_or_none(stand.down_at) if cause is not None else None,
            stood_down_cause=cause,
            first_breach_at=instant_or_none(stand.first_at),
            first_breach_by=instant_or_none(stand.first_by),
            perhaps_first_breach_at=instant_or_none(stand.perhaps_first_at),
            verified_at=instant_or_none(stand.verified_at),
            status=_status(stand, cause, acts, waits.names),
            waits_for=waits.names,
            clocks=self._clocks(position, rung, stand, acts.use),
            after=waits.after,
            after_elapsed_h=None if rung.after_elapsed is None else parse_duration_h(rung.after_elapsed),
            elapsed=waits.elapsed,
            elapsed_at=waits.elapsed_at,
            gates=waits.gates,
            responder=rung.responder,
            duty=dict(rung.duty),
            authorised_by=None if rung.authorised_by is None else dict(rung.authorised_by),
            authorisation=acts.decision,
            used=acts.use,
            used_before=acts.earlier_use,
            irregular=acts.irregular,
        )

    def _waits(self, rung: Rung) -> _Waits:
        """Return what the rung waits for (rules 8 to 10)."""
        after = tuple(AfterState(rung_id=name, used_at=self._used_at(name)) for name in rung.after)
        elapsed, elapsed_at = self._elapsed(rung)
        now = dataclasses.replace(self.case, used=self._uses())
        gates = tuple(judge_gate_of(now, gate_id) for gate_id in rung.gates)
        names = [f"after:{one.rung_id}" for one in after if one.used_at is None]
        names += ["elapsed"] if elapsed != "yes" else []
        names += [f"gate:{one.gate_id}" for one in gates if one.answer != "open"]
        return _Waits(after=after, elapsed=elapsed, elapsed_at=elapsed_at, gates=gates, names=tuple(names))

    def _uses(self) -> tuple[RungUse, ...]:
        # The uses of the ladder's episode, oldest first.
        cuts = {rung.id: instant_or_none(stand.cut) for rung, stand in zip(self.ladder.rungs, self.stands, strict=True)}
        return tuple(
            use
            for use in self.case.used
            if self.first_at is not None
            and use.used_at >= self.first_at
            and is_after(use.used_at, cuts.get(use.rung_id))
        )

    def _used_at(self, rung_id: str) -> datetime | None:
        return next((use.used_at for use in self._uses() if use.rung_id == rung_id), None)

    def _elapsed(self, rung: Rung) -> tuple[str, datetime | None]:
        if rung.after_elapsed is None:
            return "yes", None
        wait = timedelta(hours=parse_duration_h(rung.after_elapsed))
        surely = None if self.first_by is None else self.first_by + wait
        if surely is not None and self.case.as_of >= surely:
            return "yes", surely
        possibly = self.first_at is not None and self.case.as_of >= self.first_at + wait
        return ("cannot determine" if possibly else "no"), surely

    def _clocks(self, position: int, rung: Rung, stand: Stand, use: RungUse | None) -> tuple[ClockState, ...]:
        if stand.stands == "no":
            return ()
        within_h, pauses = (
            parse_duration_h(rung.clock.within),
            pauses_of(self.case, rung, instant_or_none(stand.first_at)),
        )
        clocks = []
        for starts_at in CLOCK_STARTS:
            binding = starts_at == rung.clock.starts_at
            began_at, began_by, ids = self._beginning(starts_at, position, rung, stand)
            if began_at is None:
                clocks.append(unbegun_clock(starts_at, within_h, binding=binding))
                continue
            clock = begun_clock(
                starts_at,
                within_h,
                binding=binding,
                began_at=began_at,
                began_by=began_by,
                as_of=self.case.as_of,
                used_at=None if use is None else use.used_at,
                finding_ids=ids,
                pauses=pauses,
            )
            clocks.append(clock)
        return tuple(sorted(clocks, key=lambda clock: not clock.binding))

    def _beginning(
        self, starts_at: str, position: int, rung: Rung, stand: Stand
    ) -> tuple[datetime | None, datetime | None, tuple[str, ...]]:
        if starts_at == "breach":
            return instant_or_none(stand.first_at), instant_or_none(stand.first_by), stand.first_findings
        if starts_at == "verification":
            began = instant_or_none(stand.verified_at)
            return began, began if stand.stands == "yes" else None, stand.verified_findings
        below = [self.ladder.rungs[position - 1].id] if position else []
        instants = [self._used_at(rung_id) for rung_id in rung.after or below]
        known = [instant for instant in instants if instant is not None]
        began = max(known) if known and len(known) == len(instants) else None
        return began, began if stand.stands == "yes" else None, ()


def _joined(stretches: list[Stretch], as_of: int) -> list[Stretch]:
    """Return the episodes that overlap, through others too, with one that stands at ``as_of`` (rule 6)."""
    present: list[Stretch] = []
    until = 0
    for one in sorted(stretches, key=lambda stretch: stretch.start):
        if present and one.start < until:
            present.append(one)
            until = max(until, one.stands_until)
        else:
            present, until = [one], one.stands_until
    return present if until > as_of else []


def _status(stand: Stand, cause: str | None, acts: Acts, waits: tuple[str, ...]) -> str:
    """Return the status by rule 12."""
    if stand.stands == "no":
        if stand.answer == "cannot determine":
            return "cannot determine"
        return "quiet" if cause is None else "stood down"
    if acts.use is not None:
        return "used"
    if stand.stands == "cannot determine":
        return "cannot determine"
    if waits:
        return "waiting"
    decided = None if acts.decision is None else acts.decision.decision
    return {"refused": "refused", "given": "authorised"}.get(decided or "", "due")
