"""Items: the period's incidents in the order in which a duty officer should see them, with what is said of each.

Turns findings as columns into ranked incident items. Rule: an incident stands where its strongest claim stands:
breaches that named persons confirmed first, then by the lower bound of the probability, then by the upper;
breaches that named persons excluded come last. Only the strongest become items; all of them are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.publication.period import NO_TIME, day_of
from holdfire.publication.tallies import Columns, runs, segments
from holdfire.records.agreement import Agreement
from holdfire.records.bulletin_parts import Breach, Claim, IncidentItem, Quote
from holdfire.records.finding import VERDICTS

__all__ = [
    "LIKELY_FROM",
    "MAX_DETAILED",
    "MAX_INCIDENTS",
    "MAX_TOUCHING",
    "count_incidents",
    "incident_items",
    "likely_rows",
    "standing_items",
    "with_quotes",
]

MAX_INCIDENTS = 1000
"""Incidents that a bulletin carries one by one; the tables beside it carry all."""
LIKELY_FROM = 0.5
"""A breach is likely where its lower bound reaches this: more likely than not, whatever is not known."""
MAX_TOUCHING = 3
"""Incidents of a neighbouring day that a bulletin names since they may have happened in its period."""
MAX_DETAILED, MAX_QUOTES, MAX_QUOTE_LETTERS = 100, 3, 400
"""Incidents that are unfolded with every claim and with words of reports; words of each; letters of each."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ESTABLISHED, _EXCLUDED = VERDICTS.index("established"), VERDICTS.index("excluded")


def _strength(columns: Columns) -> tuple[Ints, Floats, Floats]:
    """Return each finding's class (0 confirmed, 1 by probability, 2 excluded by review) and bounds, null as 0."""
    confirmed = columns.reviewed & (columns.verdict == _ESTABLISHED)
    excluded = columns.reviewed & (columns.verdict == _EXCLUDED)
    grade = np.where(confirmed, 0, np.where(excluded, 2, 1)).astype(np.int64)
    return grade, np.nan_to_num(columns.lower, nan=0.0), np.nan_to_num(columns.upper, nan=0.0)


def _ranked(columns: Columns, rows: Ints, n: int) -> list[Ints]:
    """Return the findings of each incident among some rows, strongest incident and strongest finding first."""
    grade, lower, upper = _strength(columns)
    order = np.lexsort((rows, -upper[rows], -lower[rows], grade[rows]))
    rows = rows[order]
    incident = columns.incident[rows]
    _, first, inverse = np.unique(incident, return_index=True, return_inverse=True)
    place = np.argsort(first, kind="stable")
    rank = np.empty(place.size, dtype=np.int64)
    rank[place] = np.arange(place.size)
    of_row = rank[inverse]
    kept = of_row < n
    by_rank, starts = segments(of_row[kept])
    return [rows[kept][run] for run in runs(by_rank, starts)]


def _bound(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _breaches(columns: Columns, rows: Ints, agreement: Agreement) -> tuple[Breach, ...]:
    """Return the breaches of one incident; the findings come strongest first, and so do the breaches."""
    by_clause: dict[str, list[Claim]] = {}
    taken = columns.findings.take(pa.array(rows))
    for row, finding in zip(rows, taken.to_pylist(), strict=True):
        by_clause.setdefault(finding["clause_id"], []).append(
            Claim(
                finding_id=finding["finding_id"],
                party=finding["party"],
                reading=finding["reading"],
                prob_lower=_bound(columns.lower[row]),
                prob_upper=_bound(columns.upper[row]),
                verdict=finding["verdict"],
                basis=finding["basis"],
                verified=finding["verified"],
                narrows=finding["narrows"],
            )
        )
    known = {clause.id: clause for clause in agreement.clauses}
    return tuple(
        Breach(
            clause_id=clause_id,
            standard=known[clause_id].standard if clause_id in known else "clear",
            severity=known[clause_id].severity if clause_id in known else 1,
            claims=tuple(claims),
        )
        for clause_id, claims in by_clause.items()
    )


def _zones_of(lon: Floats, lat: Floats, zones: Mapping[str, shapely.Geometry]) -> list[tuple[str, ...]]:
    inside: list[list[str]] = [[] for _ in range(lon.size)]
    points = shapely.points(np.nan_to_num(lon), np.nan_to_num(lat))
    for zone_id in sorted(zones):
        within = shapely.intersects(zones[zone_id], points) & ~np.isnan(lon)
        for index in np.flatnonzero(within):
            inside[index].append(zone_id)
    return [tuple(names) for names in inside]


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _item(row: dict[str, Any], day: int, breaches: tuple[Breach, ...], zones: tuple[str, ...]) -> IncidentItem:
    strongest = breaches[0].claims[0]
    return IncidentItem(
        incident_id=row["incident_id"],
        occurred_start=_instant(row["occurred_start"]),
        occurred_end=_instant(row["occurred_end"]),
        on=None if day == NO_TIME else day_of(day),
        lon=row["lon"],
        lat=row["lat"],
        sigma_m=row["sigma_m"],
        place_name=row["place_name"],
        zones=zones,
        kind=row["kind"],
        target_kind=row["target_kind"],
        weapon=row["weapon"],
        prob_real_lower=row["prob_real_lower"],
        prob_real_upper=row["prob_real_upper"],
        casualties_low=row["casualties_low"],
        casualties_high=row["casualties_high"],
        n_reports=row["n_reports"],
        n_sources=row["n_sources"],
        n_independent=row["n_independent"],
        prob_lower=strongest.prob_lower or 0.0,
        prob_upper=strongest.prob_upper or 0.0,
        verdict=strongest.verdict,
        breaches=breaches,
    )


def incident_items(
    columns: Columns,
    rows: Flags,
    agreement: Agreement,
    zones: Mapping[str, shapely.Geometry],
    n: int = MAX_INCIDENTS,
) -> tuple[IncidentItem, ...]:
    """Return the incidents behind some findings, strongest first, at most ``n``.

    Parameters
    ----------
    rows : bool, (n findings,)
    zones : mapping of str to shapely geometry
        Bounded zones by id, lon/lat.
    """
    groups = _ranked(columns, np.flatnonzero(rows & (columns.incident >= 0)), n)
    if not groups:
        return ()
    numbers = np.array([columns.incident[group[0]] for group in groups])
    table = columns.incidents.take(pa.array(numbers))
    places = [np.asarray(table[name].to_numpy(), dtype=np.float64) for name in ("lon", "lat")]
    inside = _zones_of(places[0], places[1], zones)
    return tuple(
        _item(row, int(columns.incident_day[number]), _breaches(columns, group, agreement), names)
        for row, number, group, names in zip(table.to_pylist(), numbers, groups, inside, strict=True)
    )


def standing_items(columns: Columns, agreement: Agreement) -> tuple[IncidentItem, ...]:
    """Return the findings that need no incident, one item per clause, strongest first.

    A clause that no source can give evidence of has no bounds and is left to the clauses' own numbers.
    """
    rows = np.flatnonzero((columns.incident < 0) & ~np.isnan(columns.lower))
    if rows.size == 0:
        return ()
    grade, lower, upper = _strength(columns)
    rows = rows[np.lexsort((rows, -upper[rows], -lower[rows], grade[rows]))]
    by_clause: dict[int, list[int]] = {}
    for row in rows:
        by_clause.setdefault(int(columns.clause[row]), []).append(int(row))
    items = []
    for group in by_clause.values():
        breaches = _breaches(columns, np.array(group), agreement)
        strongest = breaches[0].claims[0]
        items.append(
            IncidentItem(
                incident_id=None,
                prob_lower=strongest.prob_lower or 0.0,
                prob_upper=strongest.prob_upper or 0.0,
                verdict=strongest.verdict,
                breaches=breaches,
            )
        )
    return tuple(items)


def likely_rows(columns: Columns) -> Flags:
    """Say which findings are likely breaches that no review excluded."""
    refused = columns.reviewed & (columns.verdict == _EXCLUDED)
    likely: Flags = ~refused & (np.nan_to_num(columns.lower, nan=0.0) >= LIKELY_FROM)
    return likely


def count_incidents(columns: Columns, rows: Flags) -> tuple[int, int, int]:
    """Return how many incidents some findings are on, how many of them are likely and how many are established."""

    def n_different(kept: Flags) -> int:
        return int(np.unique(columns.incident[kept]).size)

    on_incident = rows & (columns.incident >= 0)
    likely = on_incident & likely_rows(columns)
    return n_different(on_incident), n_different(likely), n_different(on_incident & (columns.verdict == _ESTABLISHED))


def with_quotes(
    items: Sequence[IncidentItem], reports: pa.Table, memberships: pa.Table, sources: pa.Table
) -> tuple[IncidentItem, ...]:
    """Return the items with the words of their surest reports, for the first ``MAX_DETAILED`` of them."""
    wanted = [item.incident_id for item in items[:MAX_DETAILED] if item.incident_id is not None]
    member_rows = memberships.filter(pc.is_in(memberships["incident_id"], value_set=pa.array(wanted, pa.string())))
    named = reports.filter(pc.is_in(reports["report_id"], value_set=member_rows["report_id"].combine_chunks()))
    texts = {row["report_id"]: row for row in named.filter(pc.is_valid(named["text"])).to_pylist()}
    names = dict(zip(sources["source_id"].to_pylist(), sources["name"].to_pylist(), strict=True))
    by_incident: dict[str, list[tuple[float, str]]] = {}
    for row in member_rows.to_pylist():
        if row["report_id"] in texts:
            by_incident.setdefault(row["incident_id"], []).append((-row["prob"], row["report_id"]))
    quoted = []
    for item in items:
        chosen = sorted(by_incident.get(item.incident_id or "", []))[:MAX_QUOTES]
        quoted.append(replace(item, quotes=tuple(_quote(texts[report_id], names) for _, report_id in chosen)))
    return tuple(quoted)


def _quote(report: Mapping[str, Any], names: Mapping[str, str]) -> Quote:
    text = " ".join(str(report["text"]).split())
    if len(text) > MAX_QUOTE_LETTERS:
        text = text[: MAX_QUOTE_LETTERS - 1].rstrip() + "…"
    return Quote(
        report_id=report["report_id"],
        source_id=report["source_id"],
        source_name=names.get(report["source_id"], report["source_id"]),
        language=report["language"],
        text=text,
        document=report["document"],
    )
