"""Ladder checks: every rung can be reached, every gate can open, every clock has somebody whose clock it is.

Turns a draft's ladder and gates into faults: a rung whose condition no finding can meet, rungs and gates that
wait for each other, a window longer than the agreement, a probability that is always or never reached. Rule: only
what can never happen, whatever is reported, is a fault; what is merely unlikely is the author's choice. Leaves
how likely a rung is to ``trial``. Source: DESIGN, section 4 (Ladder).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from holdfire.agreement.draft import Draft, Path, listed, seen
from holdfire.agreement.gate_checks import gate_faults
from holdfire.agreement.promise_checks import promise_faults
from holdfire.agreement.time_checks import longest_reading_h
from holdfire.errors import Fault
from holdfire.records.clauses import CLAUSE_KINDS

__all__ = ["ladder_faults"]

CLOCK_CHANGE_H = 2.0
"""A reading of n calendar days may be so much shorter than n times 24 hours, where clocks were set forward."""
DEFAULT_SEVERITY = 2
"""``Clause.severity`` where the author gives none."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Hold what a rung's condition asks of a clause: whether a kernel may judge it, whom it binds, how grave it is."""

    is_judged: bool
    addressees: frozenset[str]
    severity: int


def ladder_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of rungs and gates."""
    clauses = _bounds(draft)
    parties = frozenset(text for path, _ in draft.each("parties.*.id") if (text := draft.text(path)) is not None)
    for when in _conditions(draft):
        yield from _clause_faults(draft, when, clauses, parties)
        yield from _spread_faults(draft, when)
        yield from _number_faults(draft, when)
    yield from _duration_faults(draft)
    yield from _clock_faults(draft)
    yield from _party_faults(draft)
    yield from gate_faults(draft)
    yield from promise_faults(draft)


def _conditions(draft: Draft) -> list[Path]:
    """Return every condition over findings: of rungs and of gates."""
    found: list[Path] = [(*rung, "when") for rung in draft.items(("ladder", "rungs"))]
    for pattern in ("gates.*.requires.*.breaches", "gates.*.requires.*.any_of.*.breaches"):
        found += [path for path, _ in draft.each(pattern)]
    return found


def _bounds(draft: Draft) -> dict[str, Bound]:
    found: dict[str, Bound] = {}
    for path in draft.items(("clauses",)):
        name, kind = draft.text((*path, "id")), draft.text((*path, "rule", "kind"))
        # A misspelt kind is a fault of its own, not one of the ladder.
        is_judged = kind not in CLAUSE_KINDS or kind in draft.trees.kernels
        addressees = frozenset(draft.texts((*path, "addressees")))
        if name is not None:
            found[name] = Bound(is_judged, addressees, _severity(draft, path))
    return found


def _severity(draft: Draft, clause: Path) -> int:
    value = draft.at((*clause, "severity"))
    if value is None:
        return DEFAULT_SEVERITY
    return value if isinstance(value, int) and not isinstance(value, bool) else 5


def _never(draft: Draft, path: Path, why: str, value: str) -> str:
    verb = "be reached" if path[0] == "ladder" else "have its condition met"
    return f"{draft.label(path)} can never {verb}: {why}: {value}."


def _clause_faults(draft: Draft, when: Path, clauses: dict[str, Bound], known: frozenset[str]) -> Iterator[Fault]:
    """Narrow the clauses of a condition step by step, and say which step leaves none."""
    named = draft.texts((*when, "clauses"))
    asked = [clauses[name] for name in named if name in clauses] if named else list(clauses.values())
    judged = [clause for clause in asked if clause.is_judged]
    if not asked:
        return
    if not judged:
        what = _never(draft, when, "none of its clauses has a kernel that could judge it", listed(named or clauses))
        yield draft.fault((*when, "clauses"), what, "Name a clause of a kind that can be judged.")
        return
    parties = draft.texts((*when, "parties"))
    if parties and known >= parties.keys():
        judged = [clause for clause in judged if not clause.addressees.isdisjoint(parties)]
        if not judged:
            why = f"clauses {listed(named)} bind none of its parties" if named else "no clause binds its parties"
            what = _never(draft, when, why, listed(parties))
            yield draft.fault((*when, "parties"), what, "Name parties that the clauses address.")
            return
    wanted = draft.at((*when, "min_severity"))
    most = max(clause.severity for clause in judged)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and most < wanted <= 5:
        why = f"it asks for a severity above {most}, the highest of its clauses"
        what = _never(draft, when, why, seen(wanted))
        yield draft.fault((*when, "min_severity"), what, f"Ask for {most} or less, or grade the clauses anew.")


def _spread_faults(draft: Draft, when: Path) -> Iterator[Fault]:
    spread = draft.at((*when, "spread"))
    named = draft.texts((*when, "zones"))
    n_zones = len(named) if named else len(draft.items(("zones",)))
    if isinstance(spread, int) and not isinstance(spread, bool) and spread > n_zones:
        whose = "it names" if named else "the agreement has"
        what = _never(draft, when, f"it asks for a spread over more zones than {whose} ({n_zones})", seen(spread))
        yield draft.fault((*when, "spread"), what, f"Ask for {n_zones} or fewer, or define more zones.")


def _number_faults(draft: Draft, when: Path) -> Iterator[Fault]:
    prob = draft.number((*when, "prob"))
    if prob == 0.0:
        what = f"{draft.label(when)} is always reached, even when nothing is reported: prob {prob:g}."
        yield draft.fault((*when, "prob"), what, "Write the probability from which the rung is to count as reached.")
    if prob == 1.0 and draft.at((*when, "verified_only")) is not True:
        why = "it asks for certainty, which only verified findings give"
        what = _never(draft, when, why, "prob 1")
        yield draft.fault((*when, "prob"), what, "Write 0.99 or less, or 'verified_only: true'.")
    if draft.hours((*when, "window")) == 0.0:
        what = _never(draft, when, "its window holds no time", seen(draft.at((*when, "window"))))
        yield draft.fault((*when, "window"), what, "Write the time in which the breaches must fall.")


def _duration_faults(draft: Draft) -> Iterator[Fault]:
    """Find windows that no reading is long enough for."""
    longest_h = longest_reading_h(draft)
    if longest_h is None:
        return
    durations = [(*when, field) for when in _conditions(draft) for field in ("window", "persistence")]
    durations += [(*rung, "after_elapsed") for rung in draft.items(("ladder", "rungs"))]
    for path in durations:
        hours = draft.hours(path)
        if hours is not None and hours > longest_h + CLOCK_CHANGE_H:
            why = f"its {path[-1]} is longer than the longest reading, {longest_h / 24:.0f} days"
            what = _never(draft, path, why, seen(draft.at(path)))
            yield draft.fault(path, what, "Shorten it, or let a reading last longer.")
    for path, value in draft.each("gates.*.requires.*.quiet_days"):
        if isinstance(value, int) and not isinstance(value, bool) and value * 24 > longest_h + CLOCK_CHANGE_H:
            what = (
                f"{draft.label(path)} can never open: it asks for more quiet days than the longest reading has, "
                f"{longest_h / 24:.0f}: {seen(value)}."
            )
            yield draft.fault(path, what, "Ask for fewer days, or let a reading last longer.")


def _clock_faults(draft: Draft) -> Iterator[Fault]:
    rungs = draft.items(("ladder", "rungs"))
    for rung in rungs[:1]:
        path = (*rung, "clock", "starts_at")
        if draft.text(path) == "previous_rung" and not draft.items((*rung, "after")):
            what = f"{draft.label(rung)} has a clock that waits for a rung before the first: {seen(draft.at(path))}."
            yield draft.fault(path, what, "Write 'breach' or 'verification', or name the rung in 'after'.")


def _party_faults(draft: Draft) -> Iterator[Fault]:
    """Find rungs that name parties in a ladder that is climbed for each party on its own."""
    if not draft.items(("ladder", "per_party")):
        return
    for rung in draft.items(("ladder", "rungs")):
        named = draft.texts((*rung, "when", "parties"))
        if named:
            what = f"{draft.label(rung)} names parties, but its ladder is climbed per party: {listed(named)}."
            yield draft.fault((*rung, "when", "parties"), what, "Name them in 'ladder.per_party' alone.")
