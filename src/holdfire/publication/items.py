"""Items: the period's incidents in the order in which a duty officer should see them, with what is said of each.

Turns findings as columns into ranked incident items. Rule: an incident stands where its strongest breach stands,
whichever party did it: breaches that named persons confirmed first, then by the lower bound of the probability, then
by the upper; what named persons excluded comes last. Only the strongest become items; all of them are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from holdfire.publication.columns import Columns
from holdfire.publication.period import NO_TIME, day_of
from holdfire.publication.tallies import Union, runs, segments, unite
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
"""A breach is likely where its lower bound, whichever party did it, reaches this: more likely than not."""
MAX_TOUCHING = 3
"""Incidents of a neighbouring day that a bulletin names since they may have happened in its period."""
MAX_DETAILED, MAX_QUOTES, MAX_QUOTE_LETTERS = 100, 3, 400
"""Incidents that are unfolded with every claim and with words of reports; words of each; letters of each."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ESTABLISHED = VERDICTS.index("established")


def _ranked(union: Union, n: int) -> list[Ints]:
    """Return the breaches of each incident, strongest incident and strongest breach first, of ``n`` incidents."""
    rows = np.arange(union.incident.size)
    rows = rows[np.lexsort((rows, -union.upper, -union.lower, union.grade))]
    _, first, inverse = np.unique(union.incident[rows], return_index=True, return_inverse=True)
    place = np.argsort(first, kind="stable")
    rank = np.empty(place.size, dtype=np.int64)
    rank[place] = np.arange(place.size)
    of_row = rank[inverse]
    kept = of_row < n
    by_rank, starts = segments(of_row[kept])
    return [rows[kept][run] for run in runs(by_rank, starts)]


def _bound(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _claims(columns: Columns, rows: Ints) -> tuple[Claim, ...]:
    """Return findings as claims, strongest first."""
    lower, upper = (np.nan_to_num(bound[rows], nan=0.0) for bound in (columns.lower, columns.upper))
    rows = rows[np.lexsort((rows, -upper, -lower, columns.grade[rows]))]
    taken = columns.findings.take(pa.array(rows))
    return tuple(
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
        for row, finding in zip(rows, taken.to_pylist(), strict=True)
    )


def _breach(
    agreement: Agreement,
    clause_id: str,
    bounds: tuple[float, float],
    readings: tuple[str, ...],
    claims: tuple[Claim, ...],
) -> Breach:
    known = next((clause for clause in agreement.clauses if clause.id == clause_id), None)
    return Breach(
        clause_id=clause_id,
        standard="clear" if known is None else known.standard,
        severity=1 if known is None else known.severity,
        prob_lower=bounds[0],
        prob_upper=bounds[1],
        readings=readings,
        claims=claims,
    )


def _breaches(columns: Columns, union: Union, group: Ints, findings: Ints, agreement: Agreement) -> tuple[Breach, ...]:
    """Return the breaches of one incident, strongest first, each with its claims under the strongest reading first."""
    breaches = []
    for clause in dict.fromkeys(union.clause[group].tolist()):
        of_clause = group[union.clause[group] == clause]
        bounds = (float(union.lower[of_clause[0]]), float(union.upper[of_clause[0]]))
        same = [row for row in of_clause if (float(union.lower[row]), float(union.upper[row])) == bounds]
        strongest = union.reading[of_clause[0]]
        rows = findings[columns.clause[findings] == clause]
        of_reading = columns.reading[rows] == strongest
        claims = _claims(columns, rows[of_reading]) + _claims(columns, rows[~of_reading])
        readings = tuple(columns.readings[int(union.reading[row])] for row in same)
        breaches.append(_breach(agreement, columns.clauses[clause], bounds, readings, claims))
    return tuple(breaches)


def _zones_of(lon: Floats, lat: Floats, zones: Mapping[str, shapely.Geometry]) -> list[tuple[str, ...]]:
    inside: list[list[str]] = [[] for _ in range(lon.size)]
    points = shapely.points(np.nan_to_num(lon), np.nan_to_num(lat))
    for zone_id in sorted(zones, key=lambda name: (float(shapely.area(zones[name])), name)):
        within = shapely.intersects(zones[zone_id], points) & ~np.isnan(lon)
        for index in np.flatnonzero(within):
            inside[index].append(zone_id)
    return [tuple(names) for names in inside]


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _item(row: dict[str, Any], day: int, breaches: tuple[Breach, ...], zones: tuple[str, ...]) -> IncidentItem:
    strongest = breaches[0]
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
        prob_lower=strongest.prob_lower,
        prob_upper=strongest.prob_upper,
        verdict=strongest.claims[0].verdict,
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
    union = unite(columns, rows)
    groups = _ranked(union, n)
    if not groups:
        return ()
    numbers = np.array([union.incident[group[0]] for group in groups])
    table = columns.incidents.take(pa.array(numbers))
    places = [np.asarray(table[name].to_numpy(), dtype=np.float64) for name in ("lon", "lat")]
    inside = _zones_of(places[0], places[1], zones)
    findings = np.flatnonzero(rows & np.isin(columns.incident, numbers))
    order, starts = segments(columns.incident[findings])
    of_incident = {int(columns.incident[findings[run[0]]]): findings[run] for run in runs(order, starts)}
    return tuple(
        _item(
            row,
            int(columns.incident_day[number]),
            _breaches(columns, union, group, of_incident[int(number)], agreement),
            names,
        )
        for row, number, group, names in zip(table.to_pylist(), numbers, groups, inside, strict=True)
    )


def standing_items(columns: Columns, agreement: Agreement) -> tuple[IncidentItem, ...]:
    """Return the findings that need no incident, one item per clause, strongest first.

    A clause that no source can give evidence of has no bounds and is left to the clauses' own numbers.
    """
    rows = np.flatnonzero((columns.incident < 0) & ~np.isnan(columns.lower))
    items = []
    for clause in dict.fromkeys(columns.clause[rows].tolist()):
        claims = _claims(columns, rows[columns.clause[rows] == clause])
        first = claims[0]
        bounds = (first.prob_lower or 0.0, first.prob_upper or 0.0)
        readings = tuple(claim.reading for claim in claims if _same(claim, first))
        breach = _breach(agreement, columns.clauses[clause], bounds, readings, claims)
        items.append(
            IncidentItem(
                incident_id=None,
                prob_lower=bounds[0],
                prob_upper=bounds[1],
                verdict=first.verdict,
                breaches=(breach,),
            )
        )
    return tuple(sorted(items, key=lambda item: (-item.prob_lower, -item.prob_upper, item.breaches[0].clause_id)))


def _same(one: Claim, other: Claim) -> bool:
    bounds = (one.prob_lower, one.prob_upper) == (other.prob_lower, other.prob_upper)
    return one.party == other.party and bounds


def _likely(union: Union) -> Ints:
    """Return the incidents that are likely breaches, each once."""
    return np.unique(union.incident[(union.lower >= LIKELY_FROM) & (union.grade < 2)])


def likely_rows(columns: Columns, rows: Flags) -> Flags:
    """Return those of some findings whose incidents are likely breaches, whichever party did them."""
    kept: Flags = rows & np.isin(columns.incident, _likely(unite(columns, rows)))
    return kept


def count_incidents(columns: Columns, rows: Flags) -> tuple[int, int, int]:
    """Return how many incidents some findings are on, how many of them are likely and how many are established."""
    on_incident = rows & (columns.incident >= 0)
    established = on_incident & (columns.verdict == _ESTABLISHED)
    return (
        int(np.unique(columns.incident[on_incident]).size),
        int(_likely(unite(columns, on_incident)).size),
        int(np.unique(columns.incident[established]).size),
    )


def with_quotes(
    items: Sequence[IncidentItem], reports: pa.Table, memberships: pa.Table, sources: pa.Table
) -> tuple[IncidentItem, ...]:
    """Return the items with the words of their surest reports, for the first ``MAX_DETAILED`` of them.

    What a round-up says of several incidents comes after what others say of this one.
    """
    wanted = [item.incident_id for item in items[:MAX_DETAILED] if item.incident_id is not None]
    member_rows = memberships.filter(pc.is_in(memberships["incident_id"], value_set=pa.array(wanted, pa.string())))
    named = reports.filter(pc.is_in(reports["report_id"], value_set=member_rows["report_id"].combine_chunks()))
    texts = {row["report_id"]: row for row in named.filter(pc.is_valid(named["text"])).to_pylist()}
    names = dict(zip(sources["source_id"].to_pylist(), sources["name"].to_pylist(), strict=True))
    report_ids = memberships["report_id"]
    told = Counter(report_ids.filter(pc.is_in(report_ids, value_set=named["report_id"].combine_chunks())).to_pylist())
    by_incident: dict[str, list[tuple[bool, float, str]]] = {}
    for row in member_rows.to_pylist():
        if row["report_id"] in texts:
            order = (told[row["report_id"]] > 1, -row["prob"], row["report_id"])
            by_incident.setdefault(row["incident_id"], []).append(order)
    quoted = []
    for item in items:
        chosen = sorted(by_incident.get(item.incident_id or "", []))[:MAX_QUOTES]
        quoted.append(replace(item, quotes=tuple(_quote(texts[report_id], names) for *_, report_id in chosen)))
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
