"""Replay: a ladder over a real record, day by day, with what was known on each.

Turns real reports and their agreement into days on which each rung stood. Rules: the ladder is the one under trial,
less what the record's agreement does not have - clauses, parties and zones are then not asked about, and each such
change is named; each day only the reports that had come by its end are fused and assessed; nobody reviewed anything,
so that a rung which counts verified findings only never stands. There is no truth here: nothing is called false.
Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from holdfire.basics.instants import DAY_US, from_us, zone_named
from holdfire.guarantee.ladder import judge_ladder
from holdfire.records.agreement import Agreement
from holdfire.records.ladder import Ladder, Rung
from holdfire.trial.chain import Bench, judge_reports
from holdfire.trial.scenes import force_us, received_us

__all__ = ["replay", "summed", "transplanted"]

LEAD_DAYS = 14
"""Days before the entry into force whose reports are read too, so that reliability is not learned from nothing."""


def transplanted(ladder: Ladder, agreement: Agreement) -> tuple[Agreement, list[str]]:
    """Return an agreement with another one's ladder, and what had to be left out of it, in plain words."""
    known = {
        "clauses": {clause.id for clause in agreement.clauses},
        "parties": {party.id for party in agreement.parties},
        "zones": {zone.id for zone in agreement.zones},
    }
    rungs, left_out = [], []
    for rung in ladder.rungs:
        changed, lines = _fitted(rung, known)
        rungs.append(changed)
        left_out += lines
    fitted = ladder.model_copy(update={"rungs": rungs})
    return agreement.model_copy(update={"ladder": fitted, "gates": [], "commitments": []}), left_out


def _fitted(rung: Rung, known: dict[str, set[str]]) -> tuple[Rung, list[str]]:
    update: dict[str, Any] = {}
    lines = []
    for name, ids in known.items():
        asked: list[str] = getattr(rung.when, name)
        kept = [one for one in asked if one in ids]
        if asked and kept != asked:
            update[name] = kept
            gone = ", ".join(one for one in asked if one not in ids)
            then = ", ".join(kept) if kept else f"all {name}"
            lines.append(f"{rung.id}: {name} {gone} are not in this agreement; it asks about {then}.")
    zones = update.get("zones", rung.when.zones)
    if rung.when.spread is not None and rung.when.spread > len(zones):
        update["spread"] = None
        lines.append(f"{rung.id}: a spread over {rung.when.spread} zones cannot be asked here.")
    if rung.when.verified_only:
        lines.append(f"{rung.id}: counts verified findings only, and nobody verified this record.")
    if rung.gates:
        lines.append(f"{rung.id}: its gates are taken as open.")
    return rung.model_copy(update={"when": rung.when.model_copy(update=update), "gates": []}), lines


def replay(bench: Bench, reports: pa.Table, sources: pa.Table, numbers: range) -> list[dict[str, Any]]:
    """Return on which of some days each rung stood.

    Parameters
    ----------
    numbers : range
        Days since the entry into force; each is judged at its end, by the agreement's clock.

    Returns
    -------
    list of dict
        By day: ``day``, ``n_reports``, ``n_incidents``, and ``stands`` by rung: ``yes``, ``no`` or
        ``cannot determine``.
    """
    begins = force_us(bench.agreement, bench.reading)
    received = received_us(reports)
    zone = zone_named(bench.agreement.time_zone)
    found = []
    for number in numbers:
        t = begins + (number + 1) * DAY_US
        known = reports.filter(pa.array((received <= t) & (received > begins - LEAD_DAYS * DAY_US)))
        day = from_us(t - DAY_US).astimezone(zone).date().isoformat()
        if not known.num_rows:
            found.append({"day": day, "n_reports": 0, "n_incidents": 0, "stands": ["no"] * len(bench.ladder.rungs)})
            continue
        judged = judge_reports(known, sources, bench)
        state = judge_ladder(
            bench.agreement, judged.findings, judged.incidents, judged.zones, as_of=from_us(t), reading=bench.reading
        )
        stands = [rung.stands for rung in state.rungs]
        found.append({"day": day, "n_reports": known.num_rows, "n_incidents": judged.incidents.num_rows,
                      "stands": stands})  # fmt: skip
    return found


def summed(days: list[dict[str, Any]], ladder: Ladder) -> list[dict[str, Any]]:
    """Return for each rung on how many days it stood or may have stood, how often it began to, and when first."""
    rows = []
    for index, rung in enumerate(ladder.rungs):
        stood = np.array([day["stands"][index] == "yes" for day in days], dtype=np.bool_)
        perhaps = sum(day["stands"][index] == "cannot determine" for day in days)
        began = stood & ~np.append(False, stood[:-1])
        first = next((day["day"] for day in days if day["stands"][index] == "yes"), None)
        rows.append(
            {
                "rung_id": rung.id,
                "n_days_stood": int(stood.sum()),
                "n_days_perhaps": perhaps,
                "n_began": int(began.sum()),
                "first_on": first,
            }
        )
    return rows
