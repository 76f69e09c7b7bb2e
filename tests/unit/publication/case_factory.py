"""Make a small fictional case from the record schemas: two parties, two readings, sixty incidents."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from holdfire.records.agreement import Agreement
from holdfire.records.assessment import ASSESSMENT_SCHEMA, FACTORS
from holdfire.records.bulletin import BulletinInputs
from holdfire.records.clauses import STANDARDS
from holdfire.records.coverage import COVERAGE_SCHEMA, GAP_SCHEMA, WATCH_SCHEMA
from holdfire.records.finding import EXCLUDED_BELOW, FINDING_SCHEMA
from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
from holdfire.records.intake import FileRead
from holdfire.records.refusal import REFUSAL_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.zone_shape import ZONE_SHAPE_SCHEMA
from tests.unit.publication.agreement_text import AGREEMENT

__all__ = ["DAY", "DAY_END", "DAY_START", "agreement", "make_case", "shuffled"]

DAY = date(2031, 5, 14)
DAY_START = datetime(2031, 5, 13, 19, tzinfo=UTC)
"""Midnight on the island, which is five hours ahead of UTC."""
DAY_END = DAY_START + timedelta(days=1)
N_DAYS = 12
SCRIPT = "<script>alert('x')</script> </script><!-- {{ 7*7 }} #eval(\"1\") $x$ *bold* =cmd|' /C calc'!A0"

KINDS = (
    "explosion/shelling/mortar",
    "explosion/shelling/artillery",
    "gunfire/small_arms",
    "explosion",
    "explosion/drone_strike/dropped",
    "presence/weapon/artillery",
)
PLACES = (
    ("Sallow", 70.22, -49.35),
    ("Fenwick", 69.48, -49.30),
    ("Old Battery", 69.55, -49.52),
    ("Cold Ford", 69.40, -49.05),
    ("Grain mill", 70.05, -49.20),
    ("Tarn", 69.80, -49.60),
)
SOURCES = (
    ("mission", "Observer mission, patrols", None, "patrol", True, "A", ()),
    ("cameras", "Observer mission, cameras", None, "camera", True, "B", ()),
    ("sallow-post", "Sallow Post", "harbour", "media", False, "C", ()),
    ("fenwick-daily", "Fenwick Daily", "highland", "media", False, "C", ("highland-hq",)),
    ("harbour-hq", "Harbour headquarters", "harbour", "party", False, "D", ()),
    ("highland-hq", "Highland headquarters", "highland", "party", False, "D", ()),
    ("a-witness", "Ann Sorrel, Cold Ford", None, "public", False, "F", ()),
    ("b-witness", "Ben Alder, Tarn", None, "public", False, "F", ()),
)
TEXTS = (
    ("en", "Shells fell near {place} shortly after dusk; two houses were damaged."),
    ("uk", "Поблизу {place} після заходу сонця впали снаряди, пошкоджено два будинки."),
    ("en", "Residents of {place} counted four explosions within a minute."),
    ("uk", "Мешканці {place} чули стрілянину з південного боку."),
)


def agreement() -> Agreement:
    """Return the fictional agreement."""
    return Agreement.model_validate_json(json.dumps(AGREEMENT))


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)


def _incidents(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    rows = []
    for number in range(n):
        day = N_DAYS - 1 - int(min(rng.exponential(4.0), N_DAYS - 1)) if number >= 8 else N_DAYS - 1
        name, lon, lat = PLACES[int(rng.integers(len(PLACES)))] if number else PLACES[0]
        start = DAY_END - timedelta(days=N_DAYS - day) + timedelta(minutes=int(rng.integers(0, 1380)))
        kind = KINDS[int(rng.integers(len(KINDS)))] if number else KINDS[1]
        n_reports = int(1 + rng.integers(5)) if number else 6
        undated, unplaced = number == 40, number == 41
        rows.append(
            {
                "incident_id": f"i{number:016x}",
                "prob_real": 0.9,
                "prob_real_lower": 0.8,
                "prob_real_upper": 0.97,
                "occurred_start": None if undated else start,
                "occurred_end": None if undated else start + timedelta(minutes=30),
                "place_model": "unknown" if unplaced else "point",
                "lon": None if unplaced else round(lon + float(rng.normal(0, 0.04)), 5),
                "lat": None if unplaced else round(lat + float(rng.normal(0, 0.03)), 5),
                "sigma_m": None if unplaced else float(rng.choice([300.0, 1500.0, 4000.0])),
                "place_name": name,
                "kind": kind,
                "target_kind": "facility/port/berth" if name == "Sallow" else None,
                "actors": _actors(f"i{number:016x}"),
                "casualties_low": 0,
                "casualties_high": int(rng.integers(0, 4)),
                "n_reports": n_reports,
                "n_sources": min(n_reports, 4),
                "n_independent": max(1, min(n_reports - 1, 3)),
                "languages": "en uk",
                "explanation": "{}",
            }
        )
    return rows


def _doer(incident_id: str) -> str | None:
    """Return who did it, where it is known."""
    if incident_id == f"i{0:016x}":
        return "highland"
    known = hash_of(incident_id) % 3 != 0
    return ("highland" if hash_of(incident_id) % 2 else "harbour") if known else None


def _actors(incident_id: str) -> list[dict[str, Any]]:
    """Return the bounds by actor: one party and a rest, or either of the two."""
    doer = _doer(incident_id)
    if doer is not None:
        return [{"name": doer, "lower": 0.96, "upper": 1.0}, {"name": None, "lower": 0.0, "upper": 0.04}]
    return [{"name": party, "lower": 0.0, "upper": 1.0} for party in ("harbour", "highland")]


def _reports(
    rng: np.random.Generator, incidents: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    reports, memberships = [], []
    for incident in incidents:
        for number in range(incident["n_reports"]):
            source = SOURCES[int(rng.integers(len(SOURCES)))][0] if number else "sallow-post"
            language, text = TEXTS[int(rng.integers(len(TEXTS)))]
            first = incident["incident_id"].endswith("0") and number == 0
            report_id = f"r-{incident['incident_id'][-4:]}-{number}"
            reports.append(
                {
                    "report_id": report_id,
                    "source_id": source,
                    "occurred_start": incident["occurred_start"],
                    "occurred_end": incident["occurred_end"],
                    "lon": incident["lon"],
                    "lat": incident["lat"],
                    "sigma_m": incident["sigma_m"],
                    "kind": incident["kind"],
                    "text": SCRIPT if first else text.format(place=incident["place_name"]),
                    "language": language,
                    "place_name": incident["place_name"],
                }
            )
            memberships.append({"report_id": report_id, "incident_id": incident["incident_id"], "prob": 0.95})
    return reports, memberships


def _factors(
    rng: np.random.Generator, clause: str, incident: dict[str, Any], reading: str, party: str
) -> list[tuple[float, float]] | None:
    """Return the five factors' bounds; None where the clause does not touch the incident."""
    kind, name = incident["kind"], incident["place_name"]
    strong = incident["incident_id"] == f"i{0:016x}"
    heavy = kind in ("explosion/shelling/artillery", "presence/weapon/artillery", "explosion")
    if clause == "2.1" and not heavy:
        return None
    if clause == "3" and name not in ("Sallow", "Grain mill"):
        return None
    if clause in ("1", "3") and kind.startswith("presence"):
        return None
    doer = _doer(incident["incident_id"])
    actor = (0.0, 1.0) if doer is None else (0.96, 1.0) if party == doer else (0.0, 0.04)
    place = (0.93, 1.0)
    if clause == "2.1":
        near = 0.85 if reading == "council" else 0.45
        place = (near, min(1.0, near + 0.05))
    act = (1.0, 1.0) if kind != "explosion" or clause == "1" else (0.0, 1.0)
    real = (0.97, 0.99) if strong else (round(float(rng.uniform(0.6, 0.95)), 3), 0.98)
    return [real, act, place, actor, (0.97, 1.0) if clause != "1" else (0.94, 1.0)]


def hash_of(text: str) -> int:
    """Return a small number of a text that is the same in every run."""
    return int(text[1:], 16) * 7 + 3


def _verdict(lower: float, upper: float, standard: str) -> str:
    if lower >= STANDARDS[standard]:
        return "established"
    if upper < EXCLUDED_BELOW:
        return "excluded"
    return "not established" if upper < STANDARDS[standard] else "cannot determine"


def _assessments(rng: np.random.Generator, incidents: list[dict[str, Any]], held: Agreement) -> list[dict[str, Any]]:
    rows = []
    for clause in held.clauses:
        if clause.id in ("4", "5"):
            continue
        for incident in incidents:
            for reading in ("council", "assembly"):
                for party in clause.addressees:
                    state = np.random.default_rng(hash_of(incident["incident_id"]))
                    factors = _factors(state, clause.id, incident, reading, party)
                    if factors is not None:
                        rows.append(_row(clause, incident["incident_id"], reading, party, factors))
    for party, lower, upper in (("harbour", 0.05, 0.4), ("highland", 0.7, 1.0)):
        for reading in ("council", "assembly"):
            factors = [(1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (lower, upper)]
            rows.append(_row(held.clause("5"), None, reading, party, factors))
    return [row for row in rows if row["prob_upper"] >= 0.001]


def _row(
    clause: Any, incident_id: str | None, reading: str, party: str, factors: list[tuple[float, float]]
) -> dict[str, Any]:
    lower = float(np.prod([low for low, _ in factors]))
    upper = float(np.prod([high for _, high in factors]))
    widths = [high - low for low, high in factors]
    bounds = {
        f"{name}_{end}": factor[index]
        for name, factor in zip(FACTORS, factors, strict=True)
        for index, end in enumerate(("lower", "upper"))
    }
    return {
        "assessment_id": f"{incident_id or '-'}/{clause.id}/{reading}/{party}",
        "incident_id": incident_id,
        "clause_id": clause.id,
        "reading": reading,
        "party": party,
        "prob_lower": lower,
        "prob_upper": upper,
        **bounds,
        "narrows": FACTORS[int(np.argmax(widths))] if max(widths) > 0 else None,
        "verdict": _verdict(lower, upper, clause.standard),
    }


def _findings(assessments: list[dict[str, Any]], held: Agreement) -> list[dict[str, Any]]:
    rows = []
    for row in assessments:
        rows.append(
            {
                **{key: value for key, value in row.items() if key != "assessment_id"},
                "finding_id": f"f/{row['assessment_id']}",
                "assessment_ids": [row["assessment_id"]],
                "standard": held.clause(row["clause_id"]).standard,
                "basis": "probability",
                "verified": False,
                "reviewers": [],
                "reason": "The bounds say so at the clause's standard.",
            }
        )
    for reading in ("council", "assembly"):
        rows.append(
            {
                "finding_id": f"f/-/4/{reading}/highland",
                "assessment_ids": [],
                "clause_id": "4",
                "reading": reading,
                "party": "highland",
                "standard": "clear",
                "verdict": "cannot determine",
                "basis": "no evidence",
                "verified": False,
                "reviewers": [],
                "reason": "No source of this case can give evidence of this clause.",
            }
        )
    _review(rows)
    return rows


def _review(rows: list[dict[str, Any]]) -> None:
    """Let two named persons confirm one finding and exclude another."""
    open_ones = [row for row in rows if row["verdict"] == "cannot determine" and row.get("incident_id")]
    open_ones.sort(key=lambda row: (-row["prob_lower"], row["finding_id"]))
    for row, verdict in zip(open_ones[:2], ("established", "excluded"), strict=True):
        row.update(verdict=verdict, basis="review", verified=True, reviewers=["C. Reed", "D. Vale"])


def _buffer(coordinates: Any, distance_m: float) -> bytes:
    scale = np.cos(np.radians(49.35))
    line = shapely.LineString([(lon * scale, lat) for lon, lat in coordinates])
    grown = shapely.buffer(line, distance_m / 111_195.0, quad_segs=16)
    return bytes(shapely.to_wkb(shapely.transform(grown, lambda xy: np.column_stack([xy[:, 0] / scale, xy[:, 1]]))))


def _shapes(held: Agreement) -> list[dict[str, Any]]:
    lines = {line.id: line.versions[0].coordinates for line in held.lines}
    port = held.zone("port").objects or []
    quay = shapely.union_all([shapely.from_wkb(_buffer([(p.lon, p.lat), (p.lon + 1e-6, p.lat)], 5000.0)) for p in port])
    rows = []
    for reading, line in (("council", "line-council"), ("assembly", "line-assembly")):
        rows.append({"zone_id": "belt", "reading": reading, "wkb": _buffer(lines[line], 12_000.0)})
        rows.append({"zone_id": "port", "reading": reading, "wkb": bytes(shapely.to_wkb(quay))})
    return rows


def _coverage() -> list[dict[str, Any]]:
    rows = []
    for day in range(N_DAYS):
        start = DAY_END - timedelta(days=N_DAYS - day)
        hindered = day in (5, N_DAYS - 1)
        rows.append(
            {
                "coverage_id": f"cam-{day:02d}",
                "watcher": "mission",
                "means": "camera",
                "start": start,
                "end": start + timedelta(days=1),
                "zone": "port",
                "detection": 0.8,
            }
        )
        rows.append(
            {
                "coverage_id": f"pat-{day:02d}",
                "watcher": "mission",
                "means": "patrol",
                "start": start + timedelta(hours=6),
                "end": start + timedelta(hours=14),
                "zone": "belt",
                "detection": 0.0 if hindered else 0.6,
                "restriction": "denied" if hindered else None,
                "restricted_by": "highland" if hindered else None,
                "reason": "Turned back at the bridge of Cold Ford." if hindered else None,
            }
        )
    return rows


def _watch() -> list[dict[str, Any]]:
    rows = []
    for number in range(N_DAYS):
        day = DAY - timedelta(days=N_DAYS - 1 - number)
        for zone, reading, share in (
            ("belt", "council", 0.22),
            ("belt", "assembly", 0.19),
            ("port", "council", 0.81),
            ("port", "assembly", 0.81),
            ("*", "council", 0.07),
            ("*", "assembly", 0.07),
        ):
            share = 0.0 if zone == "belt" and number == N_DAYS - 1 else share
            rows.append(
                {
                    "zone_id": zone,
                    "reading": reading,
                    "on": day,
                    "watched_share": share,
                    "noticed_share": share * 0.7,
                    "n_watchers": 1,
                    "n_restricted": int(share == 0.0),
                    "restrictions": ["denied"] if share == 0.0 else [],
                }
            )
    return rows


def _refusals() -> list[dict[str, Any]]:
    rows = [
        {
            "file": "sallow-post.csv",
            "row": number,
            "column": "lat",
            "what": f"This is no number: 'n/a{number}'.",
            "mend": "Write degrees with a point.",
            "raw": f"x;{number};=HYPERLINK(1)",
        }
        for number in (3, 8, 21, 34, 55)
    ]
    rows.append(
        {
            "file": "patrols.parquet",
            "row": 12,
            "column": "occurred_start",
            "what": "This instant lies outside the calendar: '9999-01-01'.",
            "mend": "Check the year.",
            "raw": "…",
        }
    )
    return rows


def make_case(n_incidents: int = 60, seed: int = 20310514) -> BulletinInputs:
    """Return the inputs of a bulletin on the fictional case."""
    rng = np.random.default_rng(seed)
    held = agreement()
    incidents = _incidents(rng, n_incidents)
    reports, memberships = _reports(rng, incidents)
    assessments = _assessments(rng, incidents, held)
    findings = _findings(assessments, held)
    return BulletinInputs(
        agreement=held,
        reports=_table(reports, REPORT_SCHEMA),
        sources=_table(
            [dict(zip(SOURCE_SCHEMA.names, (*row[:6], list(row[6])), strict=True)) for row in SOURCES], SOURCE_SCHEMA
        ),
        refusals=_table(_refusals(), REFUSAL_SCHEMA),
        files=(
            FileRead(
                name="sallow-post.csv",
                path="in/sallow-post.csv",
                sha256="5a" * 32,
                n_bytes=90_210,
                reader="generic CSV",
                n_rows=240,
                n_reports=235,
                n_refused=5,
                attribution="Sallow Post archive (fictional), CC BY 4.0",
            ),
            FileRead(
                name="patrols.parquet",
                path="in/patrols.parquet",
                sha256="b7" * 32,
                n_bytes=12_004,
                reader="canonical report Parquet",
                n_rows=96,
                n_reports=95,
                n_refused=1,
                attribution="",
            ),
        ),
        incidents=_table(incidents, INCIDENT_SCHEMA),
        memberships=_table(memberships, MEMBERSHIP_SCHEMA),
        assessments=_table(assessments, ASSESSMENT_SCHEMA),
        findings=_table(findings, FINDING_SCHEMA),
        coverage=_table(_coverage(), COVERAGE_SCHEMA),
        zone_shapes=_table(_shapes(held), ZONE_SHAPE_SCHEMA),
        watch=_table(_watch(), WATCH_SCHEMA),
        gaps=_table(
            [
                {
                    "source_id": "cameras",
                    "first_on": DAY - timedelta(days=3),
                    "last_on": DAY,
                    "n_days": 4,
                    "whole_period": False,
                }
            ],
            GAP_SCHEMA,
        ),
        code_version="0.1.0",
        run_id="0123456789abcdef",
    )


def shuffled(table: pa.Table, seed: int = 1) -> pa.Table:
    """Return the table's rows in another order."""
    return table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))
