"""Guarantee: where a case's ladder, gates and commitments stand, from its folder.

Turns findings and incidents of a case, and what people decided and did, into states under each reading. Rule: it only
looks; a human authorises a rung, and what was authorised or used is an input. Leaves the judging to ``guarantee``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from holdfire.app.promises import Acts, load_acts, with_registers
from holdfire.app.reviews import load_reviews
from holdfire.app.wire import load_agreement_file, load_areas, load_trees
from holdfire.assessment.coverage import watch_shares
from holdfire.assessment.membership import zone_memberships
from holdfire.basics.documents import nearest_name
from holdfire.basics.instants import parse_instant
from holdfire.errors import InputError, UnknownIdError
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladders
from holdfire.guarantee.register import judge_commitments
from holdfire.guarantee.register_words import register_lines
from holdfire.guarantee.words import gate_lines, ladder_lines
from holdfire.guarantee.zones import zones_asked
from holdfire.records.agreement import Agreement
from holdfire.records.commitment import Register
from holdfire.records.finding import Review
from holdfire.records.guarantee import GateState, GuaranteeState
from holdfire.records.guarantee_day import GuaranteeDay
from holdfire.records.plain import plain
from holdfire.store.case_folder import CaseFolder

__all__ = ["Asked", "LadderAnswer", "Situation", "gates_of_case", "has_guarantee", "ladder_of_case"]

WATCHED_DAYS = 60
"""How far back the watch log is asked for gates that want quiet days, at least."""

LadderAnswer = tuple[list[str], list[dict[str, Any]]]
"""Lines for people, and the states as data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Say what is asked about, and what was decided and said beside the case.

    Attributes
    ----------
    folder : Path
        The case, as ``holdfire assess`` wrote it.
    as_of : str or None
        Instant; None = the end of the latest incident.
    reading : str or None
        None = every one.
    reviews, areas, acts : Path or None
    registers : tuple of Path
    """

    folder: Path
    as_of: str | None = None
    reading: str | None = None
    reviews: Path | None = None
    areas: Path | None = None
    acts: Path | None = None
    registers: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """Hold a case, and what people said, decided and did, ready to be judged at any instant.

    Attributes
    ----------
    agreement : Agreement
        With the registers joined to it.
    findings, incidents, coverage, zone_shapes : pyarrow.Table
    reviews : tuple of Review
    acts : Acts
    areas : mapping of str to shapely geometry
    readings : tuple of str
    """

    agreement: Agreement
    findings: pa.Table
    incidents: pa.Table
    coverage: pa.Table
    zone_shapes: pa.Table
    reviews: tuple[Review, ...]
    acts: Acts
    areas: dict[str, shapely.Geometry]
    readings: tuple[str, ...]
    _known: dict[tuple[datetime, str], dict[str, Any]] = field(default_factory=dict, repr=False)

    @staticmethod
    def opened(asked: Asked) -> Situation:
        """Read what is asked about.

        Raises
        ------
        MissingInputError
            The folder holds no assessed case.
        DocumentError
            Reviews, acts or registers have faults; all are named.
        InputError
            No reading has that id.
        """
        case = CaseFolder(asked.folder)
        agreement = load_agreement_file(asked.folder / "agreement.yaml", load_trees())
        agreement = with_registers(agreement, asked.registers)
        return Situation(
            agreement=agreement,
            findings=case.read("findings"),
            incidents=case.read("incidents"),
            coverage=case.read("coverage"),
            zone_shapes=case.read("zone_shapes"),
            reviews=load_reviews(asked.reviews).findings,
            acts=load_acts(asked.acts, agreement),
            areas=dict(load_areas(asked.areas)),
            readings=_readings(agreement, asked.reading),
        )

    def only(self, incidents: pa.Table) -> Situation:
        """Return the situation with no other incidents than these, and no findings of others."""
        known = pc.is_in(self.findings["incident_id"], value_set=incidents["incident_id"])
        findings = self.findings.filter(pc.or_(pc.is_null(self.findings["incident_id"]), known))
        return replace(self, incidents=incidents, findings=findings, _known={})

    def day(self, as_of: datetime, before_at: datetime) -> GuaranteeDay:
        """Return where the guarantee stands at an instant, and where it stood at an earlier one."""
        now, before = self._all(as_of), self._all(before_at)
        return GuaranteeDay(
            as_of=as_of,
            before_at=before_at,
            ladders=now[0],
            gates=now[1],
            register=now[2],
            ladders_before=before[0],
            gates_before=before[1],
            register_before=before[2],
        )

    def _all(self, at: datetime) -> tuple[tuple[GuaranteeState, ...], tuple[GateState, ...], Register]:
        ladders = tuple(state for reading in self.readings for state in self.ladders(at, reading))
        gates = tuple(state for reading in self.readings for state in self.gates(at, reading))
        return ladders, gates, judge_commitments(self.agreement, valid_at=at, known_at=at)

    def instant(self, text: str | None) -> datetime:
        """Return the instant asked about: the end of the latest incident where none is named."""
        if text is not None:
            return parse_instant(text, self.agreement.time_zone)
        latest = pc.max(self.incidents["occurred_end"]).as_py()
        if latest is None:
            raise InputError("This case holds no incident with a known time.", "the case", "Name the instant: --as-of.")
        return parse_instant(latest.isoformat())

    def arguments(self, at: datetime, reading: str) -> dict[str, Any]:
        """Return what the stage is given at an instant: what began later is not in it."""
        if (at, reading) not in self._known:
            self._known[at, reading] = self._arguments(at, reading)
        return self._known[at, reading]

    def _arguments(self, at: datetime, reading: str) -> dict[str, Any]:
        began = pc.less_equal(self.incidents["occurred_start"], pa.scalar(at))
        known = self.incidents.filter(pc.fill_null(began, True))
        of_known = pc.is_in(self.findings["incident_id"], value_set=known["incident_id"])
        findings = self.findings.filter(pc.or_(pc.is_null(self.findings["incident_id"]), of_known))
        zones = zones_asked(self.agreement)
        return {
            "findings": findings,
            "incidents": known,
            "zone_membership": zone_memberships(known, self.zone_shapes, zones, reading, self.areas),
            "as_of": at,
            "reading": reading,
            "authorisations": self.acts.authorisations,
            "used": self.acts.used,
            "reviews": self.reviews,
            "watch": self._watch(at),
        }

    def _watch(self, at: datetime) -> pa.Table:
        asked = [one.quiet_days or 0 for gate in self.agreement.gates for one in gate.requires]
        asked += [
            way.quiet_days or 0 for gate in self.agreement.gates for one in gate.requires for way in one.any_of or ()
        ]
        start = at - timedelta(days=max(WATCHED_DAYS, *(days + 1 for days in (0, *asked))))
        return watch_shares(self.coverage, self.agreement, self.zone_shapes, start, at)

    def ladders(self, at: datetime, reading: str) -> tuple[GuaranteeState, ...]:
        """Return every climb of the ladder at an instant."""
        return judge_ladders(self.agreement, **self.arguments(at, reading))

    def gates(self, at: datetime, reading: str, name: str | None = None) -> tuple[GateState, ...]:
        """Return the state of one gate, or of all, at an instant."""
        arguments = self.arguments(at, reading)
        named = [gate.id for gate in self.agreement.gates] if name is None else [name]
        return tuple(judge_gate(self.agreement, gate_id, **arguments) for gate_id in named)


def has_guarantee(agreement: Agreement) -> bool:
    """Say whether an agreement has a ladder, gates, needs or commitments."""
    return agreement.ladder is not None or bool(agreement.gates or agreement.needs or agreement.commitments)


def ladder_of_case(asked: Asked) -> LadderAnswer:
    """Say where the ladder, the gates and the commitments of a case stand at an instant.

    Raises
    ------
    MissingInputError, DocumentError, InputError
        As for :meth:`Situation.opened`.
    """
    here = Situation.opened(asked)
    at = here.instant(asked.as_of)
    lines: list[str] = []
    states: list[dict[str, Any]] = []
    for reading in here.readings:
        gates = here.gates(at, reading)
        for state in here.ladders(at, reading):
            lines += ladder_lines(state, here.agreement)
            states.append({"ladder": plain(state), "gates": plain(gates)})
        for gate in gates:
            lines += gate_lines(gate, here.agreement)
    register = judge_commitments(here.agreement, valid_at=at, known_at=at)
    if register.commitments:
        lines += register_lines(register, here.agreement)
    return lines, states


def gates_of_case(asked: Asked, name: str | None) -> LadderAnswer:
    """Say whether a gate of a case is open at an instant, or each of them where none is named.

    Raises
    ------
    UnknownIdError
        The agreement has no such gate.
    MissingInputError, DocumentError, InputError
        As for :meth:`Situation.opened`.
    """
    here = Situation.opened(asked)
    known = [gate.id for gate in here.agreement.gates]
    if name is not None and name not in known:
        near = nearest_name(name, known)
        mend = f"Write '{near}' (the nearest name)." if near else f"Its gates: {', '.join(known) or 'none'}."
        raise UnknownIdError(f"The agreement has no gate {name!r}.", str(asked.folder), mend)
    at = here.instant(asked.as_of)
    lines: list[str] = [] if known else ["The agreement has no gates."]
    states: list[dict[str, Any]] = []
    for reading in here.readings:
        for state in here.gates(at, reading, name):
            lines += gate_lines(state, here.agreement)
            states.append(plain(state))
    return lines, states


def _readings(agreement: Agreement, wanted: str | None) -> tuple[str, ...]:
    known = tuple(reading.id for reading in agreement.readings)
    if wanted is None:
        return known
    if wanted not in known:
        raise InputError(f"This agreement has no reading {wanted!r}.", "--reading", f"It has {', '.join(known)}.")
    return (wanted,)
