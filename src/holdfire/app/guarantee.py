"""Guarantee: where a case's ladder stands, from its folder.

Turns findings and incidents of a case into the ladder's state under each reading. Rule: it only looks; a human
authorises a rung, and what was authorised or used is an input. Leaves the judging to ``guarantee``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from holdfire.app.reviews import load_reviews
from holdfire.app.wire import load_agreement_file, load_areas, load_trees
from holdfire.assessment.coverage import watch_shares
from holdfire.assessment.membership import zone_memberships
from holdfire.basics.instants import parse_instant
from holdfire.errors import InputError
from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.register import judge_commitments
from holdfire.guarantee.words import gate_lines, ladder_lines, register_lines
from holdfire.guarantee.zones import zones_asked
from holdfire.records.agreement import Agreement
from holdfire.records.plain import plain
from holdfire.store.case_folder import CaseFolder

__all__ = ["LadderAnswer", "ladder_of_case"]

WATCHED_DAYS = 60
"""How far back the watch log is asked for gates that want quiet days."""

LadderAnswer = tuple[list[str], list[dict[str, Any]]]
"""Lines for people, and the states as data."""


def _as_of(case: CaseFolder, text: str | None, zone: str) -> datetime:
    if text is not None:
        return parse_instant(text, zone)
    latest = pc.max(case.read("incidents")["occurred_end"]).as_py()
    if latest is None:
        raise InputError("This case holds no incident with a known time.", str(case.path), "Name the instant: --as-of.")
    return parse_instant(latest.isoformat())


def ladder_of_case(
    folder: Path, as_of: str | None, reading: str | None, reviews: Path | None, areas: Path | None
) -> LadderAnswer:
    """Say where the ladder, the gates and the commitments of a case stand at an instant.

    Raises
    ------
    MissingInputError
        The folder holds no assessed case.
    InputError
        The instant cannot be read, or no reading has that id.
    """
    case = CaseFolder(folder)
    agreement = load_agreement_file(folder / "agreement.yaml", load_trees())
    incidents, findings, shapes = case.read("incidents"), case.read("findings"), case.read("zone_shapes")
    at = _as_of(case, as_of, agreement.time_zone)
    known = incidents.filter(pc.fill_null(pc.less_equal(incidents["occurred_start"], pa.scalar(at)), True))
    kept = pc.or_(
        pc.is_null(findings["incident_id"]), pc.is_in(findings["incident_id"], value_set=known["incident_id"])
    )
    named = load_areas(areas)
    entries = load_reviews(reviews).findings
    lines: list[str] = []
    states: list[dict[str, Any]] = []
    for one in _readings(agreement, reading):
        tables = (findings.filter(kept), known, zone_memberships(known, shapes, zones_asked(agreement), one, named))
        watch = _watch(case, agreement, at)
        state = judge_ladder(agreement, *tables, as_of=at, reading=one, reviews=entries, watch=watch)
        lines += ladder_lines(state, agreement)
        gates: list[dict[str, Any]] = []
        for gate in agreement.gates:
            gate_state = judge_gate(agreement, gate.id, *tables, as_of=at, reading=one, reviews=entries, watch=watch)
            lines += gate_lines(gate_state, agreement)
            gates.append(plain(gate_state))
        states.append({"ladder": plain(state), "gates": gates})
    register = judge_commitments(agreement, valid_at=at, known_at=at)
    if register.commitments:
        lines += register_lines(register, agreement)
    return lines, states


def _watch(case: CaseFolder, agreement: Agreement, at: datetime) -> pa.Table:
    start = at - timedelta(days=WATCHED_DAYS)
    return watch_shares(case.read("coverage"), agreement, case.read("zone_shapes"), start, at)


def _readings(agreement: Agreement, wanted: str | None) -> list[str]:
    known = [reading.id for reading in agreement.readings]
    if wanted is None:
        return known
    if wanted not in known:
        raise InputError(f"This agreement has no reading {wanted!r}.", "--reading", f"It has {', '.join(known)}.")
    return [wanted]
