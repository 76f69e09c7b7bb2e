"""Rungs: how one rung's condition stands, before it is asked what it waits for.

Turns a rung's condition into a stand: its answer, its episodes, and what began its clocks. The rules are those of
``ladder``, numbers 2 to 6. Leaves order, gates, persons and clocks to ``ladder``. Source: DESIGN, section 4 (Ladder).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from holdfire.basics.instants import from_us, to_us
from holdfire.guarantee.breaches import asked_about, duration_us
from holdfire.guarantee.case import Case
from holdfire.guarantee.conditions import Course, judge_condition
from holdfire.guarantee.episodes import Episode, episodes_of
from holdfire.guarantee.ledger import NEVER, OPEN, UNDATED
from holdfire.guarantee.zones import Zoning
from holdfire.records.guarantee import PartyTail
from holdfire.records.ladder import Rung, RungCondition

__all__ = ["Stand", "Stretch", "rung_stand"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Hold one episode's time and its first breach, in microseconds; None = no stated time."""

    start: int
    stands_until: int
    first_start: int | None
    first_end: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stand:
    """Hold how a rung's condition stands.

    Attributes
    ----------
    answer : str
        Rule 2.
    course : Course
    counted, possible, undated, withdrawn : tuple of str
        Finding ids, sorted.
    by_party : tuple of PartyTail
    blind : tuple of str
        Clause ids, sorted.
    stands : str
        Rule 3: ``yes``, ``no`` or ``cannot determine``.
    episode : Episode or None
        The present one: the sure one, else the possible one.
    sure, maybe : tuple of Stretch
        All episodes, surely and possibly.
    down_at, cause : int or None, str or None
        When it stood down last, in microseconds, and why.
    cut : int or None, microseconds
        When a person stood it down last.
    first_at, first_by, perhaps_first_at, verified_at : int or None, microseconds
        Rule 6.
    first_findings, verified_findings : tuple of str
        Findings of those breaches.
    """

    answer: str
    course: Course
    counted: tuple[str, ...]
    possible: tuple[str, ...]
    undated: tuple[str, ...]
    withdrawn: tuple[str, ...]
    by_party: tuple[PartyTail, ...]
    blind: tuple[str, ...]
    stands: str
    episode: Episode | None
    sure: tuple[Stretch, ...]
    maybe: tuple[Stretch, ...]
    down_at: int | None
    cause: str | None
    cut: int | None
    first_at: int | None
    first_by: int | None
    perhaps_first_at: int | None
    verified_at: int | None
    first_findings: tuple[str, ...]
    verified_findings: tuple[str, ...]

    @property
    def held(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """Return first and last instant at which the condition held, and when the rung will stand down."""
        episode, as_of = self.episode, self.course.as_of
        if episode is None:
            return None, None, None
        begun = None if episode.start < OPEN else from_us(episode.start)
        if episode.end > as_of:
            return begun, from_us(as_of), None
        return begun, from_us(episode.end - 1), from_us(episode.stands_until)

    @property
    def reached_since(self) -> datetime | None:
        """Return since when the count has been reached, before persistence is asked."""
        since = self.course.maybe_since if self.course.sure_since is None else self.course.sure_since
        return None if since is None or since < OPEN else from_us(since)


def rung_stand(case: Case, rung: Rung, rest: int) -> Stand:
    """Return how a rung's condition stands.

    Parameters
    ----------
    case : Case
    rung : Rung
    rest : int, microseconds
        The ladder's stand-down.
    """
    cut = _stood_down_by_person(case, rung)
    since = UNDATED - 1 if cut is None else cut
    course = judge_condition(case.agreement, case.zoning, rung.when, since=since)
    breaches = course.breaches
    sure, maybe = _episodes(course, rung, rest, sure=True), _episodes(course, rung, rest, sure=False)
    now_sure, now_maybe = _present(sure, course.as_of), _present(maybe, course.as_of)
    episode = now_maybe if now_sure is None else now_sure
    blind = _blind(case, rung.when)
    answer = course.answer
    if answer == "does not fire" and _is_blind(case, rung.when, blind):
        answer = "cannot determine"
    down_at, cause, withdrawn = _down(case, rung, rest, sure, cut)
    first_at = None if episode is None else episode.first_start(breaches)
    first_by = None if now_sure is None else now_sure.first_end(breaches)
    perhaps = None if now_maybe is None else now_maybe.first_start(breaches)
    counted, possible = _counted(case, course)
    return Stand(
        answer=answer,
        course=course,
        counted=counted,
        possible=possible,
        undated=_ids(case, course, (breaches.start <= UNDATED) & (breaches.upper > 0.0)),
        withdrawn=withdrawn,
        by_party=_by_party(case, rung, since),
        blind=blind,
        stands="no" if episode is None else "cannot determine" if now_sure is None else "yes",
        episode=episode,
        sure=tuple(_stretch(one, course) for one in sure),
        maybe=tuple(_stretch(one, course) for one in maybe),
        down_at=down_at,
        cause=cause,
        cut=cut,
        first_at=first_at,
        first_by=first_by,
        perhaps_first_at=perhaps if perhaps is not None and first_at is not None and perhaps < first_at else None,
        verified_at=None if episode is None else episode.first_verified(breaches),
        first_findings=_beginners(case, course, episode, first_at, first_by),
        verified_findings=_verifiers(case, course, episode),
    )


def _episodes(course: Course, rung: Rung, rest: int, *, sure: bool) -> tuple[Episode, ...]:
    wait = 0 if rung.when.persistence is None else duration_us(rung.when.persistence)
    return episodes_of(course, sure=sure, wait=wait, rest=rest)


def _present(episodes: tuple[Episode, ...], as_of: int) -> Episode | None:
    # The latest episode that still stands.
    return next((one for one in reversed(episodes) if one.stands_until > as_of), None)


def _stretch(episode: Episode, course: Course) -> Stretch:
    return Stretch(
        start=episode.start,
        stands_until=episode.stands_until,
        first_start=episode.first_start(course.breaches),
        first_end=episode.first_end(course.breaches),
    )


def _stood_down_by_person(case: Case, rung: Rung) -> int | None:
    made = [a.made_at for a in case.authorisations if a.rung_id == rung.id and a.decision == "stand down"]
    return to_us(max(made)) if made else None


def _down(
    case: Case, rung: Rung, rest: int, sure: tuple[Episode, ...], cut: int | None
) -> tuple[int | None, str | None, tuple[str, ...]]:
    """Say when the rung stood down last, why, and which findings were taken back that would count (rules 3 to 5)."""
    as_of = case.zoning.ledger.as_of
    told, withdrawn, withdrawn_at = _untaken(case, rung, rest, cut)
    if _present(sure, as_of) is None and (_present(told, as_of) is not None or (told and not sure)):
        return withdrawn_at, "withdrawn", withdrawn
    ended = [one.stands_until for one in sure if one.stands_until <= as_of]
    if cut is not None and cut >= max(ended, default=cut):
        return cut, "person", withdrawn
    return (max(ended), "time", withdrawn) if ended else (None, None, withdrawn)


def _untaken(
    case: Case, rung: Rung, rest: int, cut: int | None
) -> tuple[tuple[Episode, ...], tuple[str, ...], int | None]:
    """Return the episodes as if nothing had been taken back, what was that matters to the last one, and when it was."""
    ledger = case.zoning.ledger
    if not bool(ledger.withdrawn.any()):
        return (), (), None
    told = dataclasses.replace(
        ledger,
        lower=np.where(ledger.withdrawn, ledger.told_lower, ledger.lower),
        upper=np.where(ledger.withdrawn, ledger.told_upper, ledger.upper),
        verified=ledger.told_verified,
    )
    zoning = Zoning(agreement=case.agreement, ledger=told, membership=case.zoning.membership, reading=case.reading.id)
    course = judge_condition(case.agreement, zoning, rung.when, since=UNDATED - 1 if cut is None else cut)
    episodes = _episodes(course, rung, rest, sure=True)
    if not episodes:
        return (), (), None
    members = np.zeros(course.breaches.n, dtype=np.bool_)
    members[episodes[-1].breaches] = True
    rows = course.breaches.findings[members[course.breaches.breach_of] & (course.breaches.finding_upper > 0.0)]
    rows = rows[ledger.withdrawn[rows]]
    known = [at for at in ledger.withdrawn_at[rows].tolist() if at < NEVER]
    return episodes if rows.size else (), _names(case, rows), max(known) if known else None


def _counted(case: Case, course: Course) -> tuple[tuple[str, ...], tuple[str, ...]]:
    breaches, as_of = course.breaches, course.as_of
    surely = (breaches.sure_from <= as_of) & (as_of < breaches.sure_until)
    possibly = (breaches.maybe_from <= as_of) & (as_of < breaches.maybe_until)
    sure = surely[breaches.breach_of] & (breaches.finding_lower > 0.0)
    maybe = possibly[breaches.breach_of] & (breaches.finding_upper > 0.0) & ~sure
    return _names(case, breaches.findings[sure]), _names(case, breaches.findings[maybe])


def _ids(case: Case, course: Course, of: Flags) -> tuple[str, ...]:
    breaches = course.breaches
    return _names(case, breaches.findings[of[breaches.breach_of] & (breaches.finding_upper > 0.0)])


def _names(case: Case, rows: Ints) -> tuple[str, ...]:
    return tuple(sorted(case.zoning.ledger.finding_ids[row] for row in rows.tolist()))


def _beginners(
    case: Case, course: Course, episode: Episode | None, first_at: int | None, first_by: int | None
) -> tuple[str, ...]:
    # Findings of the breach that may have been the first, and of the one that was over first.
    if episode is None or first_at is None:
        return ()
    breaches = course.breaches
    members = np.zeros(breaches.n, dtype=np.bool_)
    members[episode.breaches] = True
    first = breaches.start == first_at
    if first_by is not None and first_by > first_at:
        first |= (breaches.end == first_by) & (breaches.start > UNDATED)
    return _ids(case, course, members & first)


def _verifiers(case: Case, course: Course, episode: Episode | None) -> tuple[str, ...]:
    first = None if episode is None else episode.first_verified(course.breaches)
    if first is None or first == NEVER:
        return ()
    ledger, breaches = case.zoning.ledger, course.breaches
    rows = breaches.findings[ledger.verified_at[breaches.findings] == first]
    return _names(case, rows)


def _by_party(case: Case, rung: Rung, since: int) -> tuple[PartyTail, ...]:
    ledger = case.zoning.ledger
    asked = asked_about(ledger, rung.when, since=since)
    found = []
    for party in sorted({ledger.party_ids[code] for code in np.unique(ledger.party[asked]).tolist()}):
        when = rung.when.model_copy(update={"parties": [party]})
        course = judge_condition(case.agreement, case.zoning, when, since=since)
        counted, possible = _counted(case, course)
        if counted or possible:
            n = len(counted) + len(possible)
            found.append(PartyTail(party=party, prob_lower=course.lower, prob_upper=course.upper, n_findings=n))
    return tuple(found)


def _blind(case: Case, when: RungCondition) -> tuple[str, ...]:
    """Return the clauses that the condition asks about and that nobody can see for one of its parties."""
    severity = {clause.id: clause.severity for clause in case.agreement.clauses}
    return tuple(
        sorted(
            {
                clause_id
                for clause_id, party in case.zoning.ledger.blind
                if (not when.clauses or clause_id in when.clauses)
                and (not when.parties or party in when.parties)
                and severity.get(clause_id, 0) >= when.min_severity
            }
        )
    )


def _is_blind(case: Case, when: RungCondition, blind: tuple[str, ...]) -> bool:
    """Say whether blindness leaves the condition open: a clause it names, or all that it asks about."""
    if when.clauses:
        return bool(blind)
    asked = [clause for clause in case.agreement.clauses if clause.severity >= when.min_severity]
    asked = [one for one in asked if not when.parties or set(when.parties) & set(one.addressees)]
    asked = [one for one in asked if not one.scope.readings or case.reading.id in one.scope.readings]
    return bool(asked) and {clause.id for clause in asked} <= set(blind)
